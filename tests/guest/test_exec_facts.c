// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an exec's record tells of the process and its surroundings: rights, environment,
 * terminal, script, descent, cgroup, layer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "disk.h"
#include "launch.h"

#define CAP_FILE	DISK "/with_caps"

static const struct guest_event *launch_env(struct guest *guest, char *const *envp)
{
	char *argv[] = { "prog", RAN, NULL };

	return expect_exec(guest, launch(&(struct launch){ .file = PROG, .argv = argv, .envp = envp },
					 RAN_STATUS));
}

/* ---- environment ---- */

static void chosen_variables_are_told(void **state)
{
	char *envp[] = { "PATH=/bin", "LD_PRELOAD=/tmp/evil.so", "HOME=/", "LD_AUDIT=", "BASH_ENV=/x", NULL };
	const struct guest_event *event = launch_env(*state, envp);

	assert_text(event, YGR_STR_ENV, "LD_PRELOAD=/tmp/evil.so\0LD_AUDIT=\0BASH_ENV=/x\0");
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(event->body.exec.envc, 5);
}

static void other_variables_are_not(void **state)
{
	char *envp[] = { "PATH=/bin", "XLD_PRELOAD=1", "LD=2", "ENVIRON=3", NULL };

	assert_no_text(launch_env(*state, envp), YGR_STR_ENV);
}

static void long_variable_is_cut_and_says_so(void **state)
{
	static char big[30000];
	char *envp[] = { big, "LD_AUDIT=1", NULL };
	const struct guest_event *event;
	const struct guest_text *env;

	memset(big, 'x', sizeof(big) - 1);
	memcpy(big, "LD_PRELOAD=", 11);
	event = launch_env(*state, envp);
	env = &event->text[YGR_STR_ENV];
	assert_int_equal(event->head.flags, YGR_F_TRUNCATED);
	assert_int_equal(env->true_len, sizeof(big) + sizeof("LD_AUDIT=1"));
	assert_int_equal(env->len, 11 + 1024 + 1 + sizeof("LD_AUDIT=1"));
	assert_memory_equal(env->bytes, big, 11 + 1024);
	assert_memory_equal(env->bytes + 11 + 1024, "\0LD_AUDIT=1", sizeof("\0LD_AUDIT=1"));
}

#define FILLER_NR	3
#define FILLER_BYTES	100000

/* Beyond 256 KiB nothing is looked for; it might be there. */
static void far_variable_is_not_found_but_the_end_is_missed(void **state)
{
	char *envp[FILLER_NR + 2] = { NULL };
	const struct guest_event *event;

	for (int i = 0; i < FILLER_NR; i++) {
		envp[i] = malloc(FILLER_BYTES);
		memset(envp[i], 'f', FILLER_BYTES);
		envp[i][FILLER_BYTES - 1] = '\0';
	}
	envp[FILLER_NR - 1][0] = '\0';
	envp[FILLER_NR] = "LD_PRELOAD=/far";
	event = launch_env(*state, envp);	/* two fillers: near enough */
	assert_text(event, YGR_STR_ENV, "LD_PRELOAD=/far\0");
	envp[FILLER_NR - 1][0] = 'f';
	event = launch_env(*state, envp);
	assert_int_equal(event->text[YGR_STR_ENV].len, 0);
	assert_int_equal(event->text[YGR_STR_ENV].true_len, YGR_LEN_UNKNOWN);
	assert_int_equal(event->head.flags, YGR_F_TRUNCATED);
	for (int i = 0; i < FILLER_NR; i++)
		free(envp[i]);
}

/* ---- terminal ---- */

struct terminal {
	char name[32];
	struct stat st;
};

static int launch_at_terminal(void *arg)
{
	const struct terminal *terminal = arg;
	char *argv[] = { PROG, RAN, NULL };
	int fd;

	if (setsid() < 0)
		return 255;
	fd = open(terminal->name, O_RDWR | O_NOCTTY);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0))
		return 254;
	execve(PROG, argv, NULL);
	return 253;
}

static void terminal_is_named(void **state)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), zero = 0, number;
	const struct guest_event *event;
	struct terminal terminal;
	pid_t pid;

	if (master < 0)
		master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(master >= 0);
	assert_int_equal(ioctl(master, TIOCSPTLCK, &zero), 0);
	assert_int_equal(ioctl(master, TIOCGPTN, &number), 0);
	snprintf(terminal.name, sizeof(terminal.name), "/dev/pts/%d", number);
	assert_int_equal(stat(terminal.name, &terminal.st), 0);
	pid = guest_child_start(launch_at_terminal, &terminal);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), RAN_STATUS);
	event = expect_exec(*state, pid);
	assert_string_equal(event->text[YGR_STR_TTY].bytes, terminal.name + strlen("/dev/"));
	assert_int_equal(event->body.exec.tty_major, major(terminal.st.st_rdev));
	assert_int_equal(event->body.exec.tty_minor, minor(terminal.st.st_rdev));
	close(master);
}

static int launch_in_session(void *arg)
{
	char *argv[] = { PROG, RAN, NULL };

	(void)arg;
	setsid();
	execve(PROG, argv, NULL);
	return 255;
}

static void no_terminal_has_no_name(void **state)
{
	pid_t pid = guest_child_start(launch_in_session, NULL);
	const struct guest_event *event;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), RAN_STATUS);
	event = expect_exec(*state, pid);
	assert_no_text(event, YGR_STR_TTY);
	assert_int_equal(event->body.exec.tty_major, 0);
	assert_int_equal(event->body.exec.tty_minor, 0);
}

/* ---- rights ---- */

static uint64_t own_set(const char *name)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long long set = ~0ull;
	char line[256];
	size_t len = strlen(name);

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, len))
			set = strtoull(line + len, NULL, 16);
	fclose(f);
	return set;
}

static void capabilities_of_root_are_told(void **state)
{
	const struct guest_event *event = expect_exec(*state, launch_plain(PROG, RAN_STATUS));

	assert_int_equal(event->body.exec.cap_effective, own_set("CapEff:"));
	assert_int_equal(event->body.exec.cap_permitted, own_set("CapPrm:"));
	assert_int_equal(event->body.exec.cap_inheritable, own_set("CapInh:"));
	assert_int_equal(event->body.exec.cap_bounding, own_set("CapBnd:"));
	assert_int_equal(event->body.exec.cap_ambient, 0);
	assert_int_not_equal(event->body.exec.cap_effective, 0);
	assert_int_equal(event->body.exec.exec_flags, 0);
}

static void capabilities_of_others_are_few(void **state)
{
	char *argv[] = { PROG, RAN, NULL };
	const struct launch what = { .file = PROG, .argv = argv, .uid = 1000 };
	const struct guest_event *event = expect_exec(*state, launch(&what, RAN_STATUS));

	assert_int_equal(event->body.exec.cap_effective, 0);
	assert_int_equal(event->body.exec.cap_permitted, 0);
	assert_int_equal(event->body.exec.cap_bounding, own_set("CapBnd:"));
}

static int launch_ambient(void *arg)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	(void)arg;
	data[0].effective = data[0].permitted = data[0].inheritable = 1u << CAP_NET_RAW | 1u << CAP_SETUID;
	if (prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT) || prctl(PR_SET_KEEPCAPS, 1) || setresuid(1000, 1000, 1000) ||
	    syscall(SYS_capset, &head, data) || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0))
		return 255;
	execve(PROG, (char *[]){ PROG, RAN, NULL }, NULL);
	return 254;
}

static void ambient_and_inheritable_are_told(void **state)
{
	pid_t pid = guest_child_start(launch_ambient, NULL);
	const struct ygr_body_exec *body;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), RAN_STATUS);
	body = &expect_exec(*state, pid)->body.exec;
	assert_int_equal(body->cap_ambient, 1u << CAP_NET_RAW);
	assert_int_equal(body->cap_effective, 1u << CAP_NET_RAW);
	assert_int_equal(body->cap_permitted, 1u << CAP_NET_RAW);
	assert_int_equal(body->cap_inheritable, 1u << CAP_NET_RAW | 1u << CAP_SETUID);
	assert_int_equal(body->cap_bounding, own_set("CapBnd:") & ~(1ull << CAP_SYS_BOOT));
}

static void set_caps(const char *path, uint32_t permitted, uint32_t inheritable, bool effective)
{
	struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2 | (effective ? VFS_CAP_FLAGS_EFFECTIVE : 0),
		.data[0] = { permitted, inheritable },
	};

	assert_int_equal(setxattr(path, "security.capability", &caps, sizeof(caps), 0), 0);
}

static void file_capabilities_are_told(void **state)
{
	char *argv[] = { CAP_FILE, RAN, NULL };
	const struct launch what = { .file = CAP_FILE, .argv = argv, .uid = 1000 };
	const struct ygr_body_exec *body;

	assert_int_equal(make_copy(CAP_FILE), 0);
	set_caps(CAP_FILE, 1u << CAP_NET_RAW, 1u << CAP_CHOWN, true);
	body = &expect_exec(*state, launch(&what, RAN_STATUS))->body.exec;
	assert_int_equal(body->exec_flags, YGR_EXEC_FILE_CAPS | YGR_EXEC_FILE_CAPS_EFFECTIVE | YGR_EXEC_SECURE);
	assert_int_equal(body->file_cap_permitted, 1u << CAP_NET_RAW);
	assert_int_equal(body->file_cap_inheritable, 1u << CAP_CHOWN);
	assert_int_equal(body->file_cap_rootid, 0);
	assert_int_equal(body->cap_effective, 1u << CAP_NET_RAW);

	assert_int_equal(removexattr(CAP_FILE, "security.capability"), 0);
	body = &expect_exec(*state, launch(&what, RAN_STATUS))->body.exec;
	assert_int_equal(body->exec_flags, 0);
	assert_int_equal(body->file_cap_permitted, 0);
	assert_int_equal(body->cap_effective, 0);
}

static void denial_tells_file_capabilities_and_the_old_rights(void **state)
{
	char *argv[] = { CAP_FILE, RAN, NULL };
	const struct launch what = { .file = CAP_FILE, .argv = argv, .uid = 1000 };
	const struct ygr_body_exec *body;

	set_caps(CAP_FILE, 1u << CAP_NET_RAW, 0, false);
	guest_policy_load(*state, RULES_1("{ name: no, on: exec, do: deny, where: { path: " CAP_FILE " } }"));
	body = &expect_denied_exec(*state, launch(&what, EPERM))->body.exec;
	assert_int_equal(body->exec_flags, YGR_EXEC_FILE_CAPS);
	assert_int_equal(body->file_cap_permitted, 1u << CAP_NET_RAW);
	assert_int_equal(body->cap_effective, 0);
}

static void set_user_id_program_is_secure(void **state)
{
	char *argv[] = { COPY, RAN, NULL };
	const struct launch what = { .file = COPY, .argv = argv, .uid = 1000 };
	const struct guest_event *event;

	assert_int_equal(chmod(COPY, 04755), 0);
	event = expect_exec(*state, launch(&what, RAN_STATUS));
	assert_int_equal(chmod(COPY, 0755), 0);
	assert_int_equal(event->body.exec.exec_flags, YGR_EXEC_SECURE);
	assert_int_equal(event->body.exec.file.mode, S_IFREG | 04755);
	assert_int_equal(event->body.exec.cap_effective, own_set("CapEff:"));
}

/* ---- script ---- */

static void script_is_told_beside_its_interpreter(void **state)
{
	const struct guest_event *event = expect_exec(*state, launch_plain(SCRIPT, RAN_STATUS));

	assert_text(event, YGR_STR_SCRIPT, SCRIPT);
	assert_file_id(&event->body.exec.script, SCRIPT);
	assert_text(event, YGR_STR_PATH, PROG);
	assert_file_id(&event->body.exec.file, PROG);
}

static void script_of_script_tells_the_one_asked_for(void **state)
{
	const struct guest_event *event = expect_exec(*state, launch_plain(OUTER, RAN_STATUS));

	assert_text(event, YGR_STR_SCRIPT, OUTER);
	assert_file_id(&event->body.exec.script, OUTER);
}

static void program_has_no_script(void **state)
{
	static const struct ygr_file_id none;
	const struct guest_event *event;

	/* Nor has one that comes after a script that was refused. */
	guest_policy_load(*state, RULES_1("{ name: no, on: exec, do: deny, where: { path: " SCRIPT " } }"));
	launch_plain(SCRIPT, EPERM);
	event = expect_exec(*state, launch_plain(PROG, RAN_STATUS));
	assert_no_text(event, YGR_STR_SCRIPT);
	assert_memory_equal(&event->body.exec.script, &none, sizeof(none));
}

static int try_script_first(void *arg)
{
	char *argv[] = { "x", RAN, NULL };

	(void)arg;
	execve("/tmp/facts_lost", argv, NULL);	/* its interpreter is missing */
	execve(PROG, argv, NULL);
	return 255;
}

static void failed_script_is_forgotten(void **state)
{
	pid_t pid;

	assert_int_equal(guest_file_write("/tmp/facts_lost", "#!/tmp/nowhere\n"), 0);
	assert_int_equal(chmod("/tmp/facts_lost", 0755), 0);
	pid = guest_child_start(try_script_first, NULL);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), RAN_STATUS);
	assert_no_text(expect_exec(*state, pid), YGR_STR_SCRIPT);
}

/* ---- descent ---- */

static const struct ygr_process_id *ancestors_of(const struct guest_event *event, size_t *nr)
{
	*nr = event->text[YGR_STR_ANCESTORS].len / sizeof(struct ygr_process_id);
	assert_int_equal(event->text[YGR_STR_ANCESTORS].len % sizeof(struct ygr_process_id), 0);
	return (const void *)event->text[YGR_STR_ANCESTORS].bytes;
}

static void ancestors_are_named(void **state)
{
	const struct guest_event *event = expect_exec(*state, launch_plain(PROG, RAN_STATUS)), *fork;
	struct ygr_process_id first;
	size_t nr;

	memcpy(&first, ancestors_of(event, &nr), sizeof(first));
	assert_in_range(nr, 1, YGR_ANCESTORS_MAX);
	fork = guest_expect(*state, .type = YGR_EV_FORK, .tgid = getpid());
	assert_int_equal(first.tgid, getpid());
	assert_int_equal(first.start_ns, fork->head.start_ns);
	assert_int_equal(first.pad, 0);
}

#define DEPTH	10

/* @arg: how deep; those above have ended by the time that the last one executes. */
static int descend(void *arg)
{
	pid_t *pids = arg;
	int fd[2];
	char byte;

	for (int i = 0; i < DEPTH; i++) {
		pids[i] = getpid();
		if (pipe(fd))
			return 255;
		if (fork()) {
			/* The parent is gone before the child goes on. */
			_exit(0);
		}
		close(fd[1]);
		if (read(fd[0], &byte, 1))
			return 254;
		close(fd[0]);
	}
	pids[DEPTH] = getpid();
	execve(PROG, (char *[]){ PROG, RAN, NULL }, NULL);
	return 253;
}

static void ancestors_are_those_who_forked_though_they_ended(void **state)
{
	pid_t *pids = mmap(NULL, (DEPTH + 1) * sizeof(*pids), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct guest_event *event;
	struct ygr_process_id ids[YGR_ANCESTORS_MAX];
	size_t nr;

	guest_child_wait(guest_child_start(descend, pids), GUEST_WAIT_MS);
	event = guest_expect(*state, .type = YGR_EV_EXEC, .path = PROG);
	assert_int_equal(event->head.tgid, pids[DEPTH]);
	memcpy(ids, ancestors_of(event, &nr), sizeof(ids));
	assert_int_equal(nr, YGR_ANCESTORS_MAX);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(ids[i].tgid, pids[DEPTH - 1 - i]);
	for (size_t i = 1; i < nr; i++)
		assert_true(ids[i].start_ns < ids[i - 1].start_ns);
}

/* ---- cgroup ---- */

#define CGROUP	"/sys/fs/cgroup/facts.slice"

static int launch_in_cgroup(void *arg)
{
	(void)arg;
	if (guest_file_write(CGROUP "/cgroup.procs", "0"))
		return 255;
	execve(PROG, (char *[]){ PROG, RAN, NULL }, NULL);
	return 254;
}

static void cgroup_is_told_by_its_path(void **state)
{
	const struct guest_event *event;
	pid_t pid;

	assert_true(!mkdir(CGROUP, 0755) || errno == EEXIST);
	pid = guest_child_start(launch_in_cgroup, NULL);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), RAN_STATUS);
	event = expect_exec(*state, pid);
	assert_text(event, YGR_STR_CGROUP, "/facts.slice");
	rmdir(CGROUP);
}

/* ---- layers ---- */

static void upper_layer_is_flagged(void **state)
{
	const struct guest_event *event;

	if (!stack_mount())
		skip();
	assert_int_equal(make_copy(STACK_LOWER "/below"), 0);
	assert_int_equal(make_copy(STACK "/above"), 0);
	event = expect_exec(*state, launch_plain(STACK "/below", RAN_STATUS));
	assert_int_equal(event->head.flags, 0);
	event = expect_exec(*state, launch_plain(STACK "/above", RAN_STATUS));
	assert_int_equal(event->head.flags, YGR_F_OVERLAY_UPPER);
	/* What is written to is copied up. */
	assert_int_equal(chmod(STACK "/below", 0700), 0);
	event = expect_exec(*state, launch_plain(STACK "/below", RAN_STATUS));
	assert_int_equal(event->head.flags, YGR_F_OVERLAY_UPPER);
	/* The layer itself is no overlayfs. */
	event = expect_exec(*state, launch_plain(STACK_UPPER "/above", RAN_STATUS));
	assert_int_equal(event->head.flags, 0);

	assert_int_equal(guest_file_write(STACK "/script", "#!" PROG " " RAN "\n"), 0);
	assert_int_equal(chmod(STACK "/script", 0755), 0);
	event = expect_exec(*state, launch_plain(STACK "/script", RAN_STATUS));
	assert_int_equal(event->head.flags, YGR_F_SCRIPT);
	assert_int_equal(event->body.exec.exec_flags, YGR_EXEC_SCRIPT_UPPER);
	stack_unmount();
}

static int facts_setup(void **state)
{
	disk_mount();
	return launch_setup(state);
}

static int facts_teardown(void **state)
{
	int ret = guest_teardown(state);

	disk_unmount();
	return ret;
}

/* ---- parameters ---- */

static void parameters_say_what_is_told(void **state)
{
	char *argv[] = { "prog", RAN, NULL, NULL }, *envp[] = { "MINE=1", "LD_PRELOAD=2", NULL };
	const struct launch what = { .file = PROG, .argv = argv, .envp = envp };
	static char big[20000];
	const struct guest_event *event;
	struct guest *guest;

	memset(big, 'x', sizeof(big) - 1);
	argv[2] = big;
	assert_int_equal(guest_module_load("argv_kib=4 env=MINE,X*"), 0);
	guest = guest_open();
	event = expect_exec(guest, launch(&what, RAN_STATUS));
	assert_text(event, YGR_STR_ENV, "MINE=1\0");
	assert_int_equal(event->text[YGR_STR_ARGV].len, 4096);
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);

	/* No record of a small ring takes more than an eighth of it for arguments. */
	assert_int_equal(guest_module_load("ring_kib=64 argv_kib=64 env="), 0);
	guest = guest_open();
	event = expect_exec(guest, launch(&what, RAN_STATUS));
	assert_no_text(event, YGR_STR_ENV);
	assert_int_equal(event->text[YGR_STR_ARGV].len, 8192);
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);

	assert_int_equal(guest_module_load("env=A,,B"), -EINVAL);
	(void)state;
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest facts[] = {
		test(chosen_variables_are_told),
		test(other_variables_are_not),
		test(long_variable_is_cut_and_says_so),
		test(far_variable_is_not_found_but_the_end_is_missed),
		test(terminal_is_named),
		test(no_terminal_has_no_name),
		test(capabilities_of_root_are_told),
		test(capabilities_of_others_are_few),
		test(ambient_and_inheritable_are_told),
		test(file_capabilities_are_told),
		test(denial_tells_file_capabilities_and_the_old_rights),
		test(set_user_id_program_is_secure),
		test(script_is_told_beside_its_interpreter),
		test(script_of_script_tells_the_one_asked_for),
		test(program_has_no_script),
		test(failed_script_is_forgotten),
		test(ancestors_are_named),
		test(ancestors_are_those_who_forked_though_they_ended),
		test(cgroup_is_told_by_its_path),
		test(upper_layer_is_flagged),
	};
	const struct CMUnitTest parameters[] = {
		cmocka_unit_test(parameters_say_what_is_told),
	};
	int failed = cmocka_run_group_tests(facts, facts_setup, facts_teardown);

	return failed + cmocka_run_group_tests(parameters, NULL, NULL);
}
