// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round a rule: a program that may not run and a file that may not be written,
 * reached in each way that we know, with a rule that names the path, the file, or
 * the bytes. What each rule stops and what it does not is asserted, both; the tables are
 * those of docs/BYPASS.md (tests/native/bypass.sh compares them).
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <limits.h>
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

#define HERE		STACK_UPPER
#define PROGRAM		HERE "/prog"		/* may not run */
#define DYNAMIC		HERE "/dynamic"		/* nor this, which needs the dynamic linker */
#define DENIED_SCRIPT	HERE "/script"		/* nor this */
#define WRITTEN		HERE "/file"		/* may not be written */
#define ELSEWHERE	HERE "/else"		/* what the one at hand is renamed to */
#define HARD_LINK	HERE "/hard"
#define SYMBOLIC_LINK	HERE "/symbolic"
#define OTHER_COPY	HERE "/copy"
#define CALLER		HERE "/caller"		/* its interpreter is PROGRAM */
#define MOUNTED		"/tmp/bypass"
#define LINKER		"/lib64/ld-linux-x86-64.so.2"

#define PASSED		RAN_STATUS	/* ends the child of an attempt that came through */
#define LINKER_FAILED	127
#define NOT_POSSIBLE	250		/* and one that this kernel cannot make */

/* The file of an attempt, and what is to be done with it by a name; 0: done, or errno. */
struct target {
	const char *path;
	const char *name;	/* in HERE */
	int (*act)(const char *path);
};

/* ---- ways to a file; in a child, which they need not leave as it was ---- */

static int own_mounts(void)
{
	return unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int act_below(const struct target *target, const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, target->name);
	return target->act(path);
}

static int act_on_fd(const struct target *target, int fd)
{
	char path[64];

	if (fd < 0)
		return 255;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return target->act(path);
}

static int its_name(const struct target *target)
{
	return target->act(target->path);
}

static int other_spelling(const struct target *target)
{
	return act_below(target, "/disk/../disk//upper/./../../disk/upper/");
}

static int relative_name(const struct target *target)
{
	return chdir(HERE) ? 255 : target->act(target->name);
}

static int symbolic_link(const struct target *target)
{
	return symlink(target->path, SYMBOLIC_LINK) ? 255 : target->act(SYMBOLIC_LINK);
}

static int proc_fd(const struct target *target)
{
	return act_on_fd(target, open(target->path, O_RDONLY));
}

static int proc_fd_of_o_path(const struct target *target)
{
	return act_on_fd(target, open(target->path, O_PATH));
}

static int proc_root(const struct target *target)
{
	char dir[64];

	snprintf(dir, sizeof(dir), "/proc/%d/root" HERE, getppid());
	return act_below(target, dir);
}

static int io_uring_open(const struct target *target)
{
	struct io_uring_cqe *cqe;
	struct io_uring ring;

	if (io_uring_queue_init(4, &ring, 0))
		return NOT_POSSIBLE;
	io_uring_prep_openat(io_uring_get_sqe(&ring), AT_FDCWD, target->path, O_RDONLY, 0);
	if (io_uring_submit(&ring) != 1 || io_uring_wait_cqe(&ring, &cqe))
		return 255;
	return act_on_fd(target, cqe->res);
}

static int hard_link(const struct target *target)
{
	return link(target->path, HARD_LINK) ? errno : target->act(HARD_LINK);
}

static int renamed(const struct target *target)
{
	return rename(target->path, ELSEWHERE) ? errno : target->act(ELSEWHERE);
}

static int bind_mount(const struct target *target)
{
	if (own_mounts() || mount(HERE, MOUNTED, NULL, MS_BIND, NULL))
		return 255;
	return act_below(target, MOUNTED);
}

/* What any user can do, where user namespaces are open to all. */
static int bind_mount_by_a_user(const struct target *target)
{
	if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000) ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNS) || mount(HERE, MOUNTED, NULL, MS_BIND, NULL))
		return 255;
	return act_below(target, MOUNTED);
}

static int change_of_root(const struct target *target)
{
	return chroot(HERE) || chdir("/") ? 255 : act_below(target, "");
}

static int overlay(const struct target *target)
{
	if (own_mounts())
		return 255;
	if (mount("overlay", STACK, "overlay", 0,
		  "lowerdir=" STACK_LOWER ",upperdir=" STACK_UPPER ",workdir=" DISK "/work"))
		return errno == ENODEV ? NOT_POSSIBLE : 255;
	return act_below(target, STACK);
}

static int open_by_handle(const struct target *target)
{
	struct { struct file_handle head; char bytes[MAX_HANDLE_SZ]; } handle = {
		.head.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, dir = open(DISK, O_RDONLY | O_DIRECTORY);

	if (name_to_handle_at(AT_FDCWD, target->path, &handle.head, &mount_id, 0))
		return 255;
	return act_on_fd(target, open_by_handle_at(dir, &handle.head, O_RDONLY));
}

static bool has_disk;

/* The kernel has forgotten the name: nothing leads from the file to it. tmpfs forgets none. */
static int open_by_handle_unnamed(const struct target *target)
{
	struct { struct file_handle head; char bytes[MAX_HANDLE_SZ]; } handle = {
		.head.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, dir = open(DISK, O_RDONLY | O_DIRECTORY);

	if (!has_disk)
		return NOT_POSSIBLE;
	if (name_to_handle_at(AT_FDCWD, target->path, &handle.head, &mount_id, 0))
		return 255;
	for (unsigned int i = 0; i < 3; i++)
		if (guest_file_write("/proc/sys/vm/drop_caches", "2"))
			return 255;
	return act_on_fd(target, open_by_handle_at(dir, &handle.head, O_RDONLY));
}

/* ---- of a program only ---- */

static int run(const char *path)
{
	execl(path, path, RAN, NULL);
	return errno;
}

static int by_descriptor(const struct target *target)
{
	char *argv[] = { "prog", RAN, NULL }, *envp[] = { NULL };
	int fd = open(target->path, O_RDONLY);

	syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
	return errno;
}

static int by_directory(const struct target *target)
{
	char *argv[] = { "prog", RAN, NULL }, *envp[] = { NULL };
	int fd = open(HERE, O_RDONLY | O_DIRECTORY);

	syscall(SYS_execveat, fd, target->name, argv, envp, 0);
	return errno;
}

static int by_interpreter_line(const struct target *target)
{
	(void)target;
	return run(CALLER);
}

static int denied_script(const struct target *target)
{
	(void)target;
	return run(DENIED_SCRIPT);
}

static int copied(const struct target *target)
{
	(void)target;
	return run(OTHER_COPY);
}

static int memfd(const struct target *target)
{
	int fd = memfd_create("m", MFD_CLOEXEC);
	char *argv[] = { "prog", RAN, NULL }, *envp[] = { NULL };

	(void)target;
	if (copy_prog(fd))
		return 255;
	syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
	return errno;
}

static int dynamic_linker(const struct target *target)
{
	(void)target;
	execl(LINKER, LINKER, DYNAMIC, RAN, NULL);
	return errno;
}

static int shell_reads_script(const struct target *target)
{
	(void)target;
	execl("/bin/busybox", "sh", DENIED_SCRIPT, NULL);
	return errno;
}

/* ---- of a written file only ---- */

static int append(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return errno;
	return write(fd, "x", 1) == 1 ? PASSED : 255;
}

static int extended(const struct target *target)
{
	return truncate(target->path, 1000) ? errno : PASSED;
}

static int replaced(const struct target *target)
{
	if (guest_file_write(ELSEWHERE, "another"))
		return 255;
	return rename(ELSEWHERE, target->path) ? errno : PASSED;
}

static int held_fd = -1;

static int opened_before(const struct target *target)
{
	(void)target;
	return write(held_fd, "x", 1) == 1 ? PASSED : errno;
}

static int io_uring_write(const struct target *target)
{
	struct io_uring_cqe *cqe;
	struct io_uring ring;
	int fd;

	if (io_uring_queue_init(4, &ring, 0))
		return NOT_POSSIBLE;
	io_uring_prep_openat(io_uring_get_sqe(&ring), AT_FDCWD, target->path, O_WRONLY | O_APPEND, 0);
	if (io_uring_submit(&ring) != 1 || io_uring_wait_cqe(&ring, &cqe))
		return 255;
	fd = cqe->res;
	if (fd < 0)
		return -fd;
	return write(fd, "x", 1) == 1 ? PASSED : 255;
}

/* ---- the tables ---- */

#define RULE_NR	3

enum outcome { STOPS, PASSES };

struct way {
	const char *name;
	int (*attempt)(const struct target *target);
	enum outcome outcome[RULE_NR];	/* for each rule */
};

/* exec: path, file-id, sha256 */
static const struct way exec_ways[] = {
	{ "its name", its_name, { STOPS, STOPS, STOPS } },
	{ "`.`, `..`, `//`", other_spelling, { STOPS, STOPS, STOPS } },
	{ "a relative name", relative_name, { STOPS, STOPS, STOPS } },
	{ "a symbolic link", symbolic_link, { STOPS, STOPS, STOPS } },
	{ "`/proc/self/fd/N`", proc_fd, { STOPS, STOPS, STOPS } },
	{ "`/proc/self/fd/N` of an O_PATH", proc_fd_of_o_path, { STOPS, STOPS, STOPS } },
	{ "`/proc/PID/root`", proc_root, { STOPS, STOPS, STOPS } },
	{ "a file opened by io_uring", io_uring_open, { STOPS, STOPS, STOPS } },
	{ "`fexecve`", by_descriptor, { STOPS, STOPS, STOPS } },
	{ "`execveat` of a directory", by_directory, { STOPS, STOPS, STOPS } },
	{ "the `#!` line of another script", by_interpreter_line, { STOPS, STOPS, STOPS } },
	{ "a denied script, executed", denied_script, { STOPS, STOPS, STOPS } },
	{ "`open_by_handle_at`", open_by_handle, { STOPS, STOPS, STOPS } },
	{ "`open_by_handle_at`, name forgotten", open_by_handle_unnamed, { PASSES, STOPS, STOPS } },
	{ "a hard link", hard_link, { PASSES, STOPS, STOPS } },
	{ "renamed", renamed, { PASSES, STOPS, STOPS } },
	{ "a bind mount", bind_mount, { PASSES, STOPS, STOPS } },
	{ "a bind mount in a user namespace", bind_mount_by_a_user, { PASSES, STOPS, STOPS } },
	{ "`chroot`", change_of_root, { PASSES, STOPS, STOPS } },
	{ "overlayfs above it", overlay, { PASSES, PASSES, STOPS } },
	{ "a copy", copied, { PASSES, PASSES, STOPS } },
	{ "a copy in a memfd", memfd, { PASSES, PASSES, STOPS } },
	{ "the dynamic linker", dynamic_linker, { STOPS, STOPS, PASSES } },
	{ "a denied script, read by a shell", shell_reads_script, { PASSES, PASSES, PASSES } },
};

/* write: path for open-write, path for file, file-id for file */
static const struct way write_ways[] = {
	{ "its name", its_name, { STOPS, STOPS, STOPS } },
	{ "`.`, `..`, `//`", other_spelling, { STOPS, STOPS, STOPS } },
	{ "a relative name", relative_name, { STOPS, STOPS, STOPS } },
	{ "a symbolic link", symbolic_link, { STOPS, STOPS, STOPS } },
	{ "`/proc/self/fd/N`", proc_fd, { STOPS, STOPS, STOPS } },
	{ "`/proc/self/fd/N` of an O_PATH", proc_fd_of_o_path, { STOPS, STOPS, STOPS } },
	{ "`/proc/PID/root`", proc_root, { STOPS, STOPS, STOPS } },
	{ "io_uring", io_uring_write, { STOPS, STOPS, STOPS } },
	{ "`open_by_handle_at`", open_by_handle, { STOPS, STOPS, STOPS } },
	{ "`truncate`", extended, { PASSES, STOPS, STOPS } },
	{ "a new hard link", hard_link, { PASSES, STOPS, STOPS } },
	{ "renamed", renamed, { PASSES, STOPS, STOPS } },
	{ "another file renamed over it", replaced, { PASSES, STOPS, PASSES } },
	{ "`open_by_handle_at`, name forgotten", open_by_handle_unnamed, { PASSES, PASSES, STOPS } },
	{ "a bind mount", bind_mount, { PASSES, PASSES, STOPS } },
	{ "a bind mount in a user namespace", bind_mount_by_a_user, { PASSES, PASSES, STOPS } },
	{ "`chroot`", change_of_root, { PASSES, PASSES, STOPS } },
	{ "overlayfs above it", overlay, { PASSES, PASSES, PASSES } },
	{ "a descriptor opened before", opened_before, { PASSES, PASSES, PASSES } },
};

/* ---- the attempts ---- */

#define count_of(array)	(sizeof(array) / sizeof((array)[0]))

static const struct target program = { PROGRAM, "prog", run };
static const struct target written = { WRITTEN, "file", append };

struct attempt {
	const struct way *way;
	const struct target *target;
};

static int attempt(void *arg)
{
	const struct attempt *a = arg;

	return a->way->attempt(a->target);
}

/* Back to where each attempt starts from. No policy may be in force. */
static void tidy(void)
{
	if (access(PROGRAM, F_OK))
		assert_int_equal(rename(ELSEWHERE, PROGRAM), 0);
	unlink(ELSEWHERE);
	unlink(HARD_LINK);
	unlink(SYMBOLIC_LINK);
	unlink(WRITTEN);
	assert_int_equal(guest_file_write(WRITTEN, "text"), 0);
	assert_int_equal(chmod(WRITTEN, 0666), 0);
}

static bool is_untouched(void)
{
	char text[8] = "";
	int fd = open(WRITTEN, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, text, sizeof(text));

	close(fd);
	return len == 4 && !memcmp(text, "text", 4);
}

/* @yaml: NULL: no policy. Return: how the attempt went, or NOT_POSSIBLE. */
static int try_way(struct guest *guest, const struct way *way, const struct target *target,
		   const char *yaml)
{
	struct attempt a = { way, target };
	int status;

	/* Not always: it would keep the file's name in memory. */
	if (way->attempt == opened_before)
		held_fd = open(WRITTEN, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (yaml)
		guest_policy_load(guest, yaml);
	status = guest_child_call(0, attempt, &a);
	guest_policy_clear(guest);
	close(held_fd);
	held_fd = -1;
	if (target == &written && (status == EPERM || status == PASSED))
		assert_int_equal(is_untouched(), status == EPERM);
	return status;
}

/* The dynamic linker says it in its own way. */
static bool is_stopped(int status)
{
	return status == EPERM || status == LINKER_FAILED;
}

static void check_way(struct guest *guest, const struct way *way, const struct target *target,
		      const char *yaml, enum outcome want, const char *rule)
{
	int status = try_way(guest, way, target, yaml);

	if (status == NOT_POSSIBLE)
		printf("# %s: not possible here\n", way->name);
	else if (want == STOPS ? !is_stopped(status) : status != PASSED)
		fail_msg("%s, with %s: %d", way->name, rule, status);
}

struct rule {
	const char *name;
	const char *(*yaml)(void);
};

static void check_ways(struct guest *guest, const struct way *ways, size_t nr,
		       const struct target *target, const struct rule rules[RULE_NR])
{
	for (size_t i = 0; i < nr; i++) {
		tidy();
		/* What fails by itself, no rule has stopped. */
		check_way(guest, &ways[i], target, NULL, PASSES, "no rule");
		for (size_t j = 0; j < RULE_NR; j++) {
			tidy();
			check_way(guest, &ways[i], target, rules[j].yaml(), ways[i].outcome[j],
				  rules[j].name);
		}
	}
}

/* ---- the rules ---- */

#define FILE_ID_FORMAT	"\"%u:%u:%lu\""

static const char *file_id(char text[64], const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	snprintf(text, 64, FILE_ID_FORMAT, major(st.st_dev), minor(st.st_dev), (unsigned long)st.st_ino);
	return text;
}

static char yaml_room[1024];

static const char *exec_by_path(void)
{
	return RULES_1("{ name: no, on: [exec, mmap-exec], do: deny, where: { path: [" PROGRAM ", "
		       DYNAMIC ", " DENIED_SCRIPT "] } }");
}

static const char *exec_by_id(void)
{
	char ids[3][64];

	snprintf(yaml_room, sizeof(yaml_room), RULES_1("{ name: no, on: [exec, mmap-exec], do: deny, "
		 "where: { file-id: [%s, %s, %s] } }"), file_id(ids[0], PROGRAM),
		 file_id(ids[1], DYNAMIC), file_id(ids[2], DENIED_SCRIPT));
	return yaml_room;
}

static struct hash hashes[3];

static const char *exec_by_hash(void)
{
	snprintf(yaml_room, sizeof(yaml_room), RULES_1("{ name: no, on: exec, do: deny, "
		 "where: { sha256: [%s, %s, %s] } }"), hashes[0].hex, hashes[1].hex,
		 hashes[2].hex);
	return yaml_room;
}

static const char *write_by_path(void)
{
	return RULES_1("{ name: no, on: open-write, do: deny, where: { path: " WRITTEN " } }");
}

static const char *file_by_path(void)
{
	return RULES_1("{ name: no, on: file, do: deny, where: { path: " WRITTEN " } }");
}

static const char *file_by_id(void)
{
	char id[64];

	snprintf(yaml_room, sizeof(yaml_room),
		 RULES_1("{ name: no, on: file, do: deny, where: { file-id: %s } }"),
		 file_id(id, WRITTEN));
	return yaml_room;
}

/* ---- tests ---- */

static void ways_to_run_a_denied_program(void **state)
{
	static const struct rule rules[RULE_NR] = {
		{ "path", exec_by_path }, { "file-id", exec_by_id }, { "sha256", exec_by_hash },
	};

	hashes[0] = hash_of(PROGRAM);
	hashes[1] = hash_of(DYNAMIC);
	hashes[2] = hash_of(DENIED_SCRIPT);
	check_ways(*state, exec_ways, count_of(exec_ways), &program, rules);
}

static void ways_to_write_a_denied_file(void **state)
{
	static const struct rule rules[RULE_NR] = {
		{ "path of open-write", write_by_path }, { "path of file", file_by_path },
		{ "file-id", file_by_id },
	};

	check_ways(*state, write_ways, count_of(write_ways), &written, rules);
}

/* They are no ways at all: with a policy or without. */
static void other_names_are_other_files(void **state)
{
	static const struct { const char *path; int error; } names[] = {
		{ HERE "/PROG", ENOENT }, { HERE "/prog ", ENOENT }, { HERE "/prog.", ENOENT },
		{ HERE "/prog/", ENOTDIR }, { HERE "/prog/.", ENOTDIR }, { HERE "/prog\n", ENOENT },
		{ HERE "\\prog", ENOENT },
	};

	guest_policy_load(*state, exec_by_path());
	for (size_t i = 0; i < count_of(names); i++)
		launch_plain(names[i].path, names[i].error);
	launch_plain(PROGRAM, EPERM);
}

/*
 * Makes directories below HERE and goes there, until the path is @bytes long or a little
 * longer, and puts PROGRAM's file there. Return: the length of its path.
 */
static size_t go_deep(size_t bytes)
{
	size_t len = strlen(HERE);
	char name[201];

	memset(name, 'd', 200);
	name[200] = '\0';
	assert_int_equal(chdir(HERE), 0);
	while (len + sizeof("/prog") - 1 < bytes) {
		assert_true(!mkdir(name, 0755) || errno == EEXIST);
		assert_int_equal(chdir(name), 0);
		len += 1 + 200;
	}
	unlink("prog");
	assert_int_equal(link(PROGRAM, "prog"), 0);
	return len + sizeof("/prog") - 1;
}

static int run_here(void *arg)
{
	(void)arg;
	return run("./prog");
}

/* A record has room for 4,095 bytes of a path; a rule sees it whole, up to 16 KiB. */
static void long_path_is_judged_whole(void **state)
{
	static const size_t lengths[] = { 3000, 4090, 4300, 8000, 16000 };

	guest_policy_load(*state, RULES_1("{ name: no, on: exec, do: deny, where: { path: \"" HERE "/**\" } }"));
	for (size_t i = 0; i < count_of(lengths); i++) {
		const struct guest_event *event;
		size_t len = go_deep(lengths[i]);

		guest_forget(*state);
		printf("# a path of %zu bytes\n", len);
		assert_int_equal(guest_child_call(0, run_here, NULL), EPERM);
		event = guest_expect(*state, .type = YGR_EV_EXEC_CHECK, .verdict = GUEST_DENIED);
		assert_int_equal(event->text[YGR_STR_PATH].true_len, len);
		assert_int_equal(event->head.flags & YGR_F_TRUNCATED, len > 4095 ? YGR_F_TRUNCATED : 0);
	}
	assert_int_equal(chdir("/"), 0);
}

/* Beyond that there is no path, which a rule can ask for. */
static void endless_path_is_none(void **state)
{
	const struct guest_event *event;
	char yaml[256], id[64];

	go_deep(17000);
	guest_policy_load(*state, RULES_1("{ name: no, on: exec, do: deny, where: { path: \"" HERE "/**\" } }"));
	assert_int_equal(guest_child_call(0, run_here, NULL), RAN_STATUS);
	event = guest_expect(*state, .type = YGR_EV_EXEC, .flags = YGR_F_NO_PATH);
	assert_no_text(event, YGR_STR_PATH);
	guest_policy_load(*state, RULES_1("{ name: no, on: exec, do: deny, where: { file: no-path } }"));
	assert_int_equal(guest_child_call(0, run_here, NULL), EPERM);
	snprintf(yaml, sizeof(yaml), RULES_1("{ name: no, on: exec, do: deny, where: { file-id: %s } }"),
		 file_id(id, PROGRAM));
	guest_policy_load(*state, yaml);
	assert_int_equal(guest_child_call(0, run_here, NULL), EPERM);
	guest_policy_load(*state, exec_by_hash());
	assert_int_equal(guest_child_call(0, run_here, NULL), EPERM);
	assert_int_equal(chdir("/"), 0);
}

/* What comes to a name that the path rule does not know is caught where it has none. */
static void forgotten_name_is_caught_as_none(void **state)
{
	const struct way way = { "", open_by_handle_unnamed, { STOPS } };

	if (!has_disk)
		skip();
	assert_int_equal(try_way(*state, &way, &program,
				 RULES_1("{ name: no, on: exec, do: deny, where: { file: no-path } }")), EPERM);
}

/* Two rules close the ways of the dynamic linker and of a shell. */
static void linker_and_shell_are_stopped_where_they_read(void **state)
{
	static const struct way linker = { "", dynamic_linker, { STOPS } },
		shell = { "", shell_reads_script, { STOPS } };
	const char *yaml = RULES_2("{ name: map, on: mmap-exec, do: deny, where: { path: " DYNAMIC " } }",
				   "{ name: read, on: open-read, do: deny, where: { path: " DENIED_SCRIPT
				   ", exe: /bin/busybox } }");
	int status = try_way(*state, &shell, &program, yaml);

	assert_int_not_equal(status, PASSED);
	guest_expect(*state, .type = YGR_EV_OPEN, .verdict = GUEST_DENIED, .path = DENIED_SCRIPT, .rule = "read");
	assert_int_equal(try_way(*state, &linker, &program, yaml), LINKER_FAILED);
	guest_expect(*state, .type = YGR_EV_MMAP_EXEC, .verdict = GUEST_DENIED, .path = DYNAMIC, .rule = "map");
}

/* ---- */

static int copy_self(const char *path)
{
	char command[128];

	snprintf(command, sizeof(command), "/bin/busybox cp /t/test_bypass %s", path);
	return system(command);
}

static int setup(void **state)
{
	has_disk = disk_mount();
	if (stack_mount())
		stack_unmount();
	mkdir(MOUNTED, 0777);
	if (make_copy(PROGRAM) || make_copy(OTHER_COPY) || copy_self(DYNAMIC) ||
	    guest_file_write(DENIED_SCRIPT, "#!/bin/busybox sh\nexit " RAN "\n") || chmod(DENIED_SCRIPT, 0755) ||
	    guest_file_write(CALLER, "#!" PROGRAM " " RAN "\n") || chmod(CALLER, 0755))
		return -1;
	return guest_setup(state);
}

static int teardown(void **state)
{
	disk_unmount();
	return guest_teardown(state);
}

static int fresh(void **state)
{
	int ret = guest_fresh(state);

	tidy();
	guest_forget(*state);
	return ret;
}

#define test(f) cmocka_unit_test_setup(f, fresh)

int main(int argc, char **argv)
{
	const struct CMUnitTest bypass[] = {
		test(ways_to_run_a_denied_program),
		test(ways_to_write_a_denied_file),
		test(other_names_are_other_files),
		test(long_path_is_judged_whole),
		test(endless_path_is_none),
		test(forgotten_name_is_caught_as_none),
		test(linker_and_shell_are_stopped_where_they_read),
	};

	/* As DYNAMIC. */
	if (argc == 2)
		return atoi(argv[1]);
	return cmocka_run_group_tests(bypass, setup, teardown);
}
