// SPDX-License-Identifier: GPL-2.0-only
/*
 * A container as runc makes it: user, mount, pid, network, UTS, IPC and cgroup namespaces, a root of
 * overlayfs that pivot_root(2) put in place of the host's, and a cgroup. What is done in it is told
 * with the ids of outside and the paths of inside; and so from a chroot in it.
 *
 * Everything is done once, by inhabitant(), which says of each act what stat() and /proc said of it; each
 * test looks at one part of that.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "disk.h"
#include "launch.h"

#define HOST		"/tmp/container-host"	/* the whole tree again, since nobody can pivot from an initramfs */
#define CGROUP		"/container-test.scope"
#define CGROUP_DIR	"/sys/fs/cgroup" CGROUP
#define FIRST_UID	100000			/* the container's root, outside */
#define ALL_NEW		(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | \
			 CLONE_NEWIPC | CLONE_NEWCGROUP)

/* In the layer below, and so in the container's root. */
#define BELOW		"/data/below"		/* written to: copied up */
#define REMOVED		"/data/removed"
#define RENAMED		"/data/renamed"
#define RENAMED_TO	"/data/renamed-to"
#define MADE		"/data/made"
#define TOOL		"/bin/tool"		/* as it is in the image */
#define TOOL_MADE	"/bin/made"		/* that the container wrote itself */
#define TOOL_CHANGED	"/bin/changed"		/* of the image, copied up */
#define JAIL		"/jail"
#define JAILED		"/jailed"		/* in the jail */

enum act {
	READS_BELOW, WRITES_BELOW, CREATES, REMOVES, RENAMES, CONNECTS,
	RUNS_TOOL, RUNS_MADE, RUNS_CHANGED, WRITES_JAILED, RUNS_JAILED, ACT_NR,
};

/* What the container says of itself. In memory that it shares with the test. */
struct said {
	pid_t pid[ACT_NR];		/* outside; who did it */
	struct stat file[ACT_NR];	/* as it was before */
	ino_t ns[7];			/* mnt pid net user uts ipc cgroup */
	int result[ACT_NR];		/* errno or exit status */
};

static struct said *said;
static int to_parent[2], to_child[2];

/* ---- in the container ---- */

static int host_proc;			/* of the first pid namespace */

static pid_t outer_pid(void)
{
	char text[32];
	ssize_t n = readlinkat(host_proc, "self", text, sizeof(text) - 1);

	if (n < 0)
		return -1;
	text[n] = '\0';
	return atoi(text);
}

static int see_namespaces(void)
{
	static const char *const names[] = { "mnt", "pid", "net", "user", "uts", "ipc", "cgroup" };
	char path[64];
	struct stat st;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		if (stat(path, &st))
			return -1;
		said->ns[i] = st.st_ino;
	}
	return 0;
}

static void begin(enum act act, const char *path)
{
	said->pid[act] = outer_pid();
	if (path)
		stat(path, &said->file[act]);
}

static void open_it(enum act act, const char *path, int flags)
{
	int fd;

	begin(act, flags & O_CREAT ? NULL : path);
	fd = open(path, flags, 0600);
	said->result[act] = fd < 0 ? errno : 0;
	close(fd);
	if (flags & O_CREAT)
		stat(path, &said->file[act]);
}

static void connect_it(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(4000),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	begin(CONNECTS, NULL);
	said->result[CONNECTS] = connect(fd, (void *)&address, sizeof(address)) ? errno : 0;
	close(fd);
}

struct run {
	enum act act;
	const char *path, *root;
};

static int run_child(void *arg)
{
	const struct run *run = arg;

	begin(run->act, NULL);
	if (run->root && (chroot(run->root) || chdir("/")))
		return 255;
	stat(run->path, &said->file[run->act]);
	execv(run->path, (char *[]){ (char *)run->path, RAN, NULL });
	return errno;
}

static void run_it(enum act act, const char *path, const char *root)
{
	struct run run = { .act = act, .path = path, .root = root };

	said->result[act] = guest_child_wait(guest_child_start(run_child, &run), GUEST_WAIT_MS);
}

static int write_jailed(void *arg)
{
	(void)arg;
	if (chroot(JAIL) || chdir("/"))
		return 255;
	open_it(WRITES_JAILED, JAILED, O_WRONLY);
	return 0;
}

static int copy_tool(const char *to)
{
	int from = open(TOOL, O_RDONLY), fd = open(to, O_WRONLY | O_CREAT, 0755);
	char buffer[4096];
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(fd, buffer, n) != n)
			return -1;
	close(from);
	close(fd);
	return n;
}

static void live(void)
{
	open_it(READS_BELOW, BELOW, O_RDONLY);
	open_it(WRITES_BELOW, BELOW, O_WRONLY);
	open_it(CREATES, MADE, O_WRONLY | O_CREAT | O_EXCL);
	begin(REMOVES, REMOVED);
	said->result[REMOVES] = unlink(REMOVED) ? errno : 0;
	begin(RENAMES, RENAMED);
	said->result[RENAMES] = rename(RENAMED, RENAMED_TO) ? errno : 0;
	connect_it();
	run_it(RUNS_TOOL, TOOL, NULL);
	if (!copy_tool(TOOL_MADE))
		run_it(RUNS_MADE, TOOL_MADE, NULL);
	if (!chmod(TOOL_CHANGED, 0700))
		run_it(RUNS_CHANGED, TOOL_CHANGED, NULL);
	guest_child_wait(guest_child_start(write_jailed, NULL), GUEST_WAIT_MS);
	run_it(RUNS_JAILED, "/tool", JAIL);
}

/* The image becomes the root, and the host's goes. As runc does it. */
static int change_root(void)
{
	if (mount(STACK, STACK, NULL, MS_BIND | MS_REC, NULL) || chdir(STACK) ||
	    mount("proc", "proc", "proc", 0, NULL))
		return -1;
	return syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/");
}

/* Process 1 of the container. Return: 0, or which step did not work. */
static int inhabitant(void *arg)
{
	(void)arg;
	if (change_root())
		return 10;
	if (see_namespaces())
		return 11;
	live();
	return 0;
}

/* The whole tree again, as a mount that one can pivot from; as switch_root(8) does it, or this were a chroot. */
static int leave_initramfs(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	       mount("/", HOST, NULL, MS_BIND | MS_REC, NULL) || chdir(HOST) ||
	       mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/");
}

static int container(void *arg)
{
	char byte;

	(void)arg;
	host_proc = open("/proc", O_RDONLY | O_DIRECTORY);
	if (guest_file_write(CGROUP_DIR "/cgroup.procs", "0"))
		return 1;
	if (unshare(CLONE_NEWNS) || leave_initramfs())
		return 2;
	if (unshare(ALL_NEW))
		return 3;
	/* Who has ids to give away is outside. */
	if (write(to_parent[1], "", 1) != 1 || read(to_child[0], &byte, 1) != 1)
		return 4;
	if (setresgid(0, 0, 0) || setresuid(0, 0, 0))
		return 5;
	return guest_child_wait(guest_child_start(inhabitant, NULL), 4 * GUEST_WAIT_MS);
}

/* ---- in the test ---- */

static bool has_container;
static struct stat cgroup;

#define need_container()	do { if (!has_container) skip(); } while (0)

static void make_file(const char *path)
{
	assert_int_equal(guest_file_write(path, "image\n"), 0);
	assert_int_equal(chown(path, FIRST_UID, FIRST_UID), 0);
}

static void make_dir(const char *path)
{
	assert_true(!mkdir(path, 0755) || errno == EEXIST);
	assert_int_equal(chown(path, FIRST_UID, FIRST_UID), 0);
}

static void make_tool(const char *path)
{
	assert_int_equal(make_copy(path), 0);
	assert_int_equal(chown(path, FIRST_UID, FIRST_UID), 0);
}

static void make_image(void)
{
	static const char *const dirs[] = { "", "/bin", "/data", "/proc", JAIL };

	assert_true(!mkdir(STACK_LOWER, 0755) || errno == EEXIST);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		char path[128];

		snprintf(path, sizeof(path), STACK_LOWER "%s", dirs[i]);
		make_dir(path);
	}
	make_file(STACK_LOWER BELOW);
	make_file(STACK_LOWER REMOVED);
	make_file(STACK_LOWER RENAMED);
	make_file(STACK_LOWER JAIL JAILED);
	make_tool(STACK_LOWER TOOL);
	make_tool(STACK_LOWER TOOL_CHANGED);
	make_tool(STACK_LOWER JAIL "/tool");
	make_dir(STACK_UPPER);
}

static void give_ids(pid_t pid)
{
	char path[64], map[64];

	snprintf(map, sizeof(map), "0 %d 1000", FIRST_UID);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	assert_int_equal(guest_file_write(path, map), 0);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	assert_int_equal(guest_file_write(path, map), 0);
}

static void run_container(void)
{
	char byte;
	pid_t pid;

	assert_false(pipe(to_parent) || pipe(to_child));
	pid = guest_child_start(container, NULL);
	close(to_parent[1]);
	if (read(to_parent[0], &byte, 1) != 1)
		fail_msg("step %d of making a container", guest_child_wait(pid, GUEST_WAIT_MS));
	give_ids(pid);
	assert_int_equal(write(to_child[1], "", 1), 1);
	assert_int_equal(guest_child_wait(pid, 4 * GUEST_WAIT_MS), 0);
}

/* Events are read, and kept, by whoever looks for the first. */
static int setup(void **state)
{
	said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	disk_mount();
	make_image();
	has_container = stack_mount();
	mkdir(HOST, 0755);
	assert_true(!mkdir(CGROUP_DIR, 0755) || errno == EEXIST);
	assert_int_equal(stat(CGROUP_DIR, &cgroup), 0);
	if (guest_setup(state))
		return -1;
	guest_policy_load(*state, RULES_1("{ name: reads, on: open-read, do: record, where: { path: " BELOW " } }"));
	if (has_container)
		run_container();
	return 0;
}

static int teardown(void **state)
{
	int ret = guest_teardown(state);

	if (has_container)
		stack_unmount();
	disk_unmount();
	rmdir(CGROUP_DIR);
	return ret;
}

static void assert_is_of_container(const struct ygr_record *head, enum act act)
{
	const uint32_t ns[] = { head->mnt_ns, head->pid_ns, head->net_ns, head->user_ns, head->uts_ns,
				head->ipc_ns, head->cgroup_ns };

	assert_int_equal(head->tgid, said->pid[act]);
	assert_int_equal(head->uid, FIRST_UID);
	assert_int_equal(head->euid, FIRST_UID);
	assert_int_equal(head->gid, FIRST_UID);
	assert_int_equal(head->cgroup_id, cgroup.st_ino);
	for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++)
		assert_int_equal(ns[i], said->ns[i]);
}

/* That it was by this overlayfs, whatever its layers are. */
static void assert_is_file(const struct ygr_file_id *id, enum act act)
{
	const struct stat *st = &said->file[act];

	assert_int_equal(id->ino, st->st_ino);
	assert_int_equal(id->dev_major, major(st->st_dev));
	assert_int_equal(id->dev_minor, minor(st->st_dev));
}

/* The one such event there is, of the layers neither. */
static const struct guest_event *expect_act(struct guest *guest, enum act act, enum ygr_event_type type,
					    const char *path)
{
	const struct guest_query query = { .type = type, .tgid = said->pid[act], .path = path };
	const struct guest_event *event = guest_expect(guest, .type = type, .tgid = said->pid[act], .path = path);

	assert_int_equal(guest_count(guest, &query), 1);
	assert_is_of_container(&event->head, act);
	return event;
}

static void each_namespace_is_its_own(void **state)
{
	static const char *const names[] = { "mnt", "pid", "net", "user", "uts", "ipc", "cgroup" };
	struct stat st;

	(void)state;
	need_container();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_not_equal(st.st_ino, said->ns[i]);
	}
}

static bool is_pivot(const struct guest_event *event, const void *arg)
{
	(void)arg;
	return event->head.user_ns == said->ns[3];
}

/* Where it still was the host's tree. */
static void change_of_root_is_told(void **state)
{
	const struct guest_event *event;

	need_container();
	event = guest_expect(*state, .type = YGR_EV_PIVOT_ROOT, .where = is_pivot);
	assert_text(event, YGR_STR_PATH, STACK);
	assert_text(event, YGR_STR_NEW_PATH, STACK);
	assert_int_equal(event->head.cgroup_id, cgroup.st_ino);
	event = guest_expect(*state, .type = YGR_EV_MOUNT, .where = is_pivot, .path = STACK "/proc");
	assert_text(event, YGR_STR_FSTYPE, "proc");
}

static bool is_on_device(const struct guest_event *event, const void *device)
{
	return makedev(event->body.file.file.dev_major, event->body.file.file.dev_minor) ==
	       *(const dev_t *)device;
}

/* Once through overlayfs; and once in its layer, by overlayfs itself, which copies it up when it is written. */
static void open_of_the_image_is_told(void **state)
{
	const struct guest_query reads = { .type = YGR_EV_OPEN, .tgid = said->pid[READS_BELOW], .rule = "reads" };
	struct guest_query above = reads, in_layer = reads;
	const struct guest_event *event;
	struct stat layer;

	need_container();
	assert_int_equal(said->result[READS_BELOW], 0);
	assert_int_equal(stat(STACK_LOWER BELOW, &layer), 0);
	above.where = in_layer.where = is_on_device;
	above.arg = &said->file[READS_BELOW].st_dev;
	in_layer.arg = &layer.st_dev;
	event = guest_expect_at(*state, &above, __FILE__, __LINE__);
	guest_expect_at(*state, &in_layer, __FILE__, __LINE__);
	assert_int_equal(guest_count(*state, &reads), 2);
	assert_int_equal(guest_count(*state, &in_layer), 1);
	assert_text(event, YGR_STR_PATH, BELOW);
	assert_is_of_container(&event->head, READS_BELOW);
	assert_is_file(&event->body.file.file, READS_BELOW);
}

static bool is_write(const struct guest_event *event, const void *arg)
{
	(void)arg;
	return event->body.file.access & YGR_ACCESS_WRITE;
}

static void copy_up_is_told_as_one_open(void **state)
{
	const struct guest_query query = { .type = YGR_EV_OPEN, .tgid = said->pid[WRITES_BELOW], .path = BELOW,
					   .where = is_write };
	const struct guest_event *event;

	need_container();
	assert_int_equal(said->result[WRITES_BELOW], 0);
	event = guest_expect(*state, .type = YGR_EV_OPEN, .tgid = said->pid[WRITES_BELOW], .path = BELOW,
			     .where = is_write);
	assert_int_equal(guest_count(*state, &query), 1);
	assert_is_of_container(&event->head, WRITES_BELOW);
	assert_is_file(&event->body.file.file, WRITES_BELOW);
	assert_int_equal(event->body.file.file.size, strlen("image\n"));
}

static void creation_is_told(void **state)
{
	const struct guest_event *event;

	need_container();
	assert_int_equal(said->result[CREATES], 0);
	expect_act(*state, CREATES, YGR_EV_CREATE, MADE);
	event = expect_act(*state, CREATES, YGR_EV_OPEN, MADE);
	assert_is_file(&event->body.file.file, CREATES);
	assert_int_equal(event->body.file.access, YGR_ACCESS_WRITE | YGR_ACCESS_CREATED);
}

static void removal_is_told(void **state)
{
	need_container();
	assert_int_equal(said->result[REMOVES], 0);
	assert_is_file(&expect_act(*state, REMOVES, YGR_EV_UNLINK, REMOVED)->body.file.file, REMOVES);
}

static void renaming_is_told(void **state)
{
	const struct guest_event *event;

	need_container();
	assert_int_equal(said->result[RENAMES], 0);
	event = expect_act(*state, RENAMES, YGR_EV_RENAME, RENAMED);
	assert_text(event, YGR_STR_NEW_PATH, RENAMED_TO);
	assert_is_file(&event->body.file.file, RENAMES);
}

/* In a network of its own there is nobody to connect to: the attempt is told. */
static void connect_is_told(void **state)
{
	const struct guest_event *event;

	need_container();
	assert_int_equal(said->result[CONNECTS], ENETUNREACH);
	event = expect_act(*state, CONNECTS, YGR_EV_CONNECT, NULL);
	assert_int_equal(event->body.socket.remote.family, AF_INET);
	assert_int_equal(event->body.socket.remote.port, 4000);
}

static const struct guest_event *expect_run(struct guest *guest, enum act act, const char *path)
{
	const struct guest_event *event;

	assert_int_equal(said->result[act], RAN_STATUS);
	event = expect_act(guest, act, YGR_EV_EXEC, path);
	assert_is_file(&event->body.exec.file, act);
	assert_string_equal(event->text[YGR_STR_FILENAME].bytes, path);
	/* By the name that it has outside, though the container has another root of cgroups. */
	assert_text(event, YGR_STR_CGROUP, CGROUP);
	assert_text(event, YGR_STR_CWD, "/");
	return event;
}

static void programs_are_told_with_their_layer(void **state)
{
	need_container();
	assert_int_equal(expect_run(*state, RUNS_TOOL, TOOL)->head.flags, 0);
	assert_int_equal(expect_run(*state, RUNS_MADE, TOOL_MADE)->head.flags, YGR_F_OVERLAY_UPPER);
	assert_int_equal(expect_run(*state, RUNS_CHANGED, TOOL_CHANGED)->head.flags, YGR_F_OVERLAY_UPPER);
}

static void chroot_in_it_has_paths_of_its_own(void **state)
{
	need_container();
	assert_int_equal(said->result[WRITES_JAILED], 0);
	assert_is_file(&expect_act(*state, WRITES_JAILED, YGR_EV_OPEN, JAILED)->body.file.file, WRITES_JAILED);
	assert_int_equal(expect_run(*state, RUNS_JAILED, "/tool")->head.flags, 0);
}

static void accounts_add_up(void **state)
{
	guest_check_accounts(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_namespace_is_its_own),
		cmocka_unit_test(change_of_root_is_told),
		cmocka_unit_test(open_of_the_image_is_told),
		cmocka_unit_test(copy_up_is_told_as_one_open),
		cmocka_unit_test(creation_is_told),
		cmocka_unit_test(removal_is_told),
		cmocka_unit_test(renaming_is_told),
		cmocka_unit_test(connect_is_told),
		cmocka_unit_test(programs_are_told_with_their_layer),
		cmocka_unit_test(chroot_in_it_has_paths_of_its_own),
		cmocka_unit_test(accounts_add_up),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
