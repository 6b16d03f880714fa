// SPDX-License-Identifier: GPL-2.0-only
/* Exec that succeeds: what its record tells. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"

static void success_tells_all(void **state)
{
	char *argv[] = { "prog", RAN, "", "\xff\n", NULL }, *envp[] = { "A=1", "B=", NULL };
	const struct launch what = { .cwd = "/run", .file = PROG, .argv = argv, .envp = envp };
	uint64_t generation = guest_policy_clear(*state);
	const struct guest_event *event = expect_exec(*state, launch(&what, RAN_STATUS));

	assert_text(event, YGR_STR_PATH, PROG);
	assert_text(event, YGR_STR_FILENAME, PROG);
	assert_text(event, YGR_STR_CWD, "/run");
	assert_text(event, YGR_STR_ARGV, "prog\0" RAN "\0\0\xff\n\0");
	assert_int_equal(event->body.exec.argc, 4);
	assert_int_equal(event->body.exec.envc, 2);
	assert_int_equal(event->body.exec.old_tid, 0);
	assert_int_equal(event->body.exec.pad, 0);
	assert_file_id(&event->body.exec.file, PROG);
	assert_string_equal(event->head.comm, "prog_exit");
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(event->head.tid, event->head.tgid);
	assert_int_equal(event->head.ppid, getpid());
	assert_int_equal(event->head.generation, generation);
	assert_no_rule(event);
}

static void name_is_kept_as_given(void **state)
{
	char *argv[] = { "x", RAN, NULL };
	const struct launch what = { .cwd = "/t", .file = "../t/./prog_exit", .argv = argv };
	const struct guest_event *event = expect_exec(*state, launch(&what, RAN_STATUS));

	assert_text(event, YGR_STR_PATH, PROG);
	assert_text(event, YGR_STR_FILENAME, "../t/./prog_exit");
	assert_text(event, YGR_STR_CWD, "/t");
}

static void root_is_a_working_directory(void **state)
{
	char *argv[] = { "x", RAN, NULL };
	const struct launch what = { .cwd = "/", .file = "t/prog_exit", .argv = argv };

	assert_text(expect_exec(*state, launch(&what, RAN_STATUS)), YGR_STR_CWD, "/");
}

static void symlink_is_resolved(void **state)
{
	const struct guest_event *event = expect_exec(*state, launch_plain(LINK, RAN_STATUS));

	assert_text(event, YGR_STR_PATH, PROG);
	assert_text(event, YGR_STR_FILENAME, LINK);
	assert_file_id(&event->body.exec.file, PROG);
	assert_string_equal(event->head.comm, "exec_link");
}

static void script_names_its_interpreter(void **state)
{
	char *argv[] = { "lost", "arg", NULL };
	const struct launch what = { .file = SCRIPT, .argv = argv };
	const struct guest_event *event = expect_exec(*state, launch(&what, RAN_STATUS));

	assert_int_equal(event->head.flags, YGR_F_SCRIPT);
	assert_text(event, YGR_STR_PATH, PROG);
	assert_text(event, YGR_STR_FILENAME, SCRIPT);
	assert_text(event, YGR_STR_ARGV, PROG "\0" RAN "\0" SCRIPT "\0arg\0");
	assert_int_equal(event->body.exec.argc, 4);
	assert_file_id(&event->body.exec.file, PROG);
	assert_string_equal(event->head.comm, "exec_script");
}

static void script_of_script_has_one_record(void **state)
{
	const struct guest_event *event = expect_exec(*state, launch_plain(OUTER, RAN_STATUS));

	assert_int_equal(event->head.flags, YGR_F_SCRIPT);
	assert_text(event, YGR_STR_PATH, PROG);
	assert_text(event, YGR_STR_FILENAME, OUTER);
	assert_text(event, YGR_STR_ARGV, PROG "\0" RAN "\0" SCRIPT "\0" OUTER "\0" RAN "\0");
}

static const struct guest_event *launch_fd(struct guest *guest, int fd)
{
	char *argv[] = { "fd", RAN, NULL }, filename[32];
	const struct guest_event *event;

	event = expect_exec(guest, launch(&(struct launch){ .fd = fd, .argv = argv }, RAN_STATUS));
	snprintf(filename, sizeof(filename), "/dev/fd/%d", fd);
	assert_string_equal(event->text[YGR_STR_FILENAME].bytes, filename);
	return event;
}

static void open_file_is_executed(void **state)
{
	int fd = open(PROG, O_RDONLY | O_CLOEXEC);
	const struct guest_event *event = launch_fd(*state, fd);

	assert_text(event, YGR_STR_PATH, PROG);
	assert_int_equal(event->head.flags, 0);
	close(fd);
}

static void removed_file_is_flagged(void **state)
{
	const struct guest_event *event;
	int fd;

	assert_int_equal(make_copy("/tmp/exec_gone"), 0);
	fd = open("/tmp/exec_gone", O_RDONLY | O_CLOEXEC);
	assert_int_equal(unlink("/tmp/exec_gone"), 0);
	event = launch_fd(*state, fd);
	assert_text(event, YGR_STR_PATH, "/tmp/exec_gone");
	assert_int_equal(event->head.flags, YGR_F_UNLINKED);
	close(fd);
}

static void memfd_is_flagged(void **state)
{
	int fd = memfd_create("payload", MFD_CLOEXEC), ro;
	const struct guest_event *event;
	char path[32];

	assert_int_equal(copy_prog(fd), 0);
	/* A file open for writing cannot be executed. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ro = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	event = launch_fd(*state, ro);
	assert_text(event, YGR_STR_PATH, "/memfd:payload");
	assert_int_equal(event->head.flags, YGR_F_MEMFD | YGR_F_UNLINKED);
	close(ro);
}

static void *exec_thread(void *arg)
{
	char *argv[] = { PROG, RAN, NULL };

	/* The leader reads it; by then the thread may have taken its place. */
	*(pid_t *)arg = syscall(SYS_gettid);
	execv(PROG, argv);
	return NULL;
}

static int exec_in_thread(void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_thread, arg))
		return 255;
	pthread_join(thread, NULL);
	return 254;
}

static void thread_takes_the_place_of_its_leader(void **state)
{
	pid_t *tid = mmap(NULL, sizeof(*tid), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = guest_child_start(exec_in_thread, tid);
	const struct guest_event *event;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), RAN_STATUS);
	event = expect_exec(*state, pid);
	assert_int_not_equal(*tid, pid);
	assert_int_equal(event->body.exec.old_tid, *tid);
	assert_int_equal(event->head.tid, pid);
	munmap(tid, sizeof(*tid));
}

/* prog, RAN and an argument, @bytes long in all; returned with the event of its exec. */
static const struct guest_event *launch_long(struct guest *guest, uint32_t bytes, char *want)
{
	char *argv[] = { "prog", RAN, NULL, NULL };
	size_t head = sizeof("prog\0" RAN), fill = bytes - head - 1;
	const struct guest_event *event;

	memcpy(want, "prog\0" RAN, head);
	memset(want + head, 'x', fill);
	want[head + fill] = '\0';
	argv[2] = want + head;
	event = expect_exec(guest, launch(&(struct launch){ .file = PROG, .argv = argv }, RAN_STATUS));
	assert_int_equal(event->text[YGR_STR_ARGV].true_len, bytes);
	return event;
}

#define ARGV_MAX	32768	/* by default */

static void argv_of_32_kib_is_whole(void **state)
{
	static const uint32_t bytes[] = { 4096, 4097, 20000, ARGV_MAX };
	static char want[ARGV_MAX];

	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		const struct guest_event *event = launch_long(*state, bytes[i], want);

		assert_int_equal(event->head.flags, 0);
		assert_int_equal(event->text[YGR_STR_ARGV].len, bytes[i]);
		assert_memory_equal(event->text[YGR_STR_ARGV].bytes, want, bytes[i]);
	}
}

static void longer_argv_is_cut_and_says_so(void **state)
{
	static const uint32_t bytes[] = { ARGV_MAX + 1, 120000 };
	static char want[120000];

	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		const struct guest_event *event = launch_long(*state, bytes[i], want);

		assert_int_equal(event->head.flags, YGR_F_TRUNCATED);
		assert_int_equal(event->text[YGR_STR_ARGV].len, ARGV_MAX);
		assert_memory_equal(event->text[YGR_STR_ARGV].bytes, want, ARGV_MAX);
	}
}

static void empty_argv_becomes_one_empty_argument(void **state)
{
	char *argv[] = { NULL };
	const struct launch what = { .file = PROG, .argv = argv };
	const struct guest_event *event = expect_exec(*state, launch(&what, 0));

	assert_text(event, YGR_STR_ARGV, "\0");
	assert_int_equal(event->body.exec.argc, 1);
	assert_int_equal(event->body.exec.envc, 0);
}

/* The new program's rights are told; the old one's were judged. */
static void set_user_id_program_tells_its_new_rights(void **state)
{
	char *argv[] = { COPY, RAN, NULL };
	const struct launch what = { .file = COPY, .argv = argv, .uid = 1000 };
	const struct guest_event *event;

	guest_policy_load(*state, RULES_1("{ name: try, on: exec, do: deny, mode: monitor, where: { uid: 1000 } }"));
	assert_int_equal(chmod(COPY, 04755), 0);
	event = expect_exec(*state, launch(&what, RAN_STATUS));
	assert_int_equal(chmod(COPY, 0755), 0);
	assert_int_equal(event->head.uid, 1000);
	assert_int_equal(event->head.euid, 0);
	assert_int_equal(event->head.gid, 1000);
	assert_int_equal(event->head.egid, 1000);
	assert_int_equal(event->body.exec.file.mode, S_IFREG | 04755);
	event = guest_expect(*state, .type = YGR_EV_EXEC_CHECK, .tgid = event->head.tgid);
	assert_int_equal(event->head.verdict, YGR_VERDICT_WOULD_DENY);
	assert_int_equal(event->head.euid, 1000);
}

static int launch_from_removed_dir(void *arg)
{
	if (mkdir("/tmp/exec_dir", 0700) || chdir("/tmp/exec_dir") || rmdir("/tmp/exec_dir"))
		return 255;
	return launch_child(arg);
}

/* That the directory is gone is no property of the program. */
static void removed_working_directory_keeps_its_last_name(void **state)
{
	char *argv[] = { PROG, RAN, NULL };
	struct launch what = { .file = PROG, .argv = argv };
	pid_t pid = guest_child_start(launch_from_removed_dir, &what);
	const struct guest_event *event;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), RAN_STATUS);
	event = expect_exec(*state, pid);
	assert_text(event, YGR_STR_CWD, "/tmp/exec_dir");
	assert_int_equal(event->head.flags, 0);
}

#define LEVEL_BYTES	200	/* name of a directory */
#define LEVEL_NR	25

/* LEVEL_NR directories down, a copy of the program is run by the longest name there is. */
static int launch_from_the_deep(void *arg)
{
	char level[LEVEL_BYTES + 1];

	memset(level, 'x', LEVEL_BYTES);
	level[LEVEL_BYTES] = '\0';
	if (chdir("/tmp"))
		return 255;
	for (unsigned int i = 0; i < LEVEL_NR; i++)
		if ((mkdir(level, 0755) && errno != EEXIST) || chdir(level))
			return 255;
	return make_copy("deep") ? 255 : launch_child(arg);
}

static void assert_cut(const struct guest_event *event, enum ygr_string_tag tag, uint32_t len,
		       uint32_t true_len)
{
	assert_int_equal(event->text[tag].len, len);
	assert_int_equal(event->text[tag].true_len, true_len);
}

static void everything_at_its_longest(void **state)
{
	static char filename[4096], big[100000];
	char *argv[] = { "deep", RAN, big, NULL };
	struct launch what = { .file = filename, .argv = argv };
	const uint32_t dir_bytes = strlen("/tmp") + LEVEL_NR * (1 + LEVEL_BYTES);
	const struct guest_event *event;
	pid_t pid;

	memset(big, 'x', sizeof(big) - 1);
	/* ".//////deep" */
	memset(filename, '/', sizeof(filename) - 1);
	filename[0] = '.';
	memcpy(filename + sizeof(filename) - sizeof("deep"), "deep", sizeof("deep"));
	pid = guest_child_start(launch_from_the_deep, &what);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), RAN_STATUS);
	event = expect_exec(*state, pid);
	assert_int_equal(event->head.flags, YGR_F_TRUNCATED);
	assert_text_at(event, YGR_STR_FILENAME, filename, sizeof(filename) - 1, __FILE__, __LINE__);
	assert_cut(event, YGR_STR_PATH, 4095, dir_bytes + strlen("/deep"));
	assert_cut(event, YGR_STR_CWD, 4095, dir_bytes);
	assert_cut(event, YGR_STR_ARGV, ARGV_MAX, sizeof("deep") + sizeof(RAN) + sizeof(big));
	assert_memory_equal(event->text[YGR_STR_PATH].bytes + 4095 - 7, "xx/deep", 7);
	assert_memory_equal(event->text[YGR_STR_CWD].bytes + 4095 - 2, "xx", 2);
}

static void failure_is_not_told(void **state)
{
	pid_t missing, no_right, no_format;

	unlink("/tmp/exec_text");
	guest_file_write("/tmp/exec_text", "neither script nor program");
	missing = launch_plain("/tmp/exec_missing", ENOENT);
	no_right = launch_plain("/tmp/exec_text", EACCES);
	chmod("/tmp/exec_text", 0755);
	no_format = launch_plain("/tmp/exec_text", ENOEXEC);
	expect_exit(*state, missing);
	expect_exit(*state, no_right);
	expect_exit(*state, no_format);
	guest_reject(*state, .type = YGR_EV_EXEC);
	guest_reject(*state, .type = YGR_EV_EXEC_CHECK);
}

static void ignored_exec_is_counted(void **state)
{
	struct ygr_stats before = guest_stats(*state, YGR_CPU_ALL), after;
	pid_t ignored, told;

	guest_policy_load(*state, RULES_1("{ name: r, on: exec, do: ignore, where: { path: " COPY " } }"));
	ignored = launch_plain(COPY, RAN_STATUS);
	told = launch_plain(PROG, RAN_STATUS);
	expect_exec(*state, told);
	expect_exit(*state, ignored);
	guest_reject(*state, .type = YGR_EV_EXEC, .tgid = ignored);
	after = guest_stats(*state, YGR_CPU_ALL);
	assert_int_equal(after.ignored - before.ignored, 1);
	assert_int_equal(after.argv_failed, before.argv_failed);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest exec[] = {
		test(success_tells_all),
		test(name_is_kept_as_given),
		test(root_is_a_working_directory),
		test(symlink_is_resolved),
		test(script_names_its_interpreter),
		test(script_of_script_has_one_record),
		test(open_file_is_executed),
		test(removed_file_is_flagged),
		test(memfd_is_flagged),
		test(thread_takes_the_place_of_its_leader),
		test(argv_of_32_kib_is_whole),
		test(longer_argv_is_cut_and_says_so),
		test(empty_argv_becomes_one_empty_argument),
		test(set_user_id_program_tells_its_new_rights),
		test(removed_working_directory_keeps_its_last_name),
		test(everything_at_its_longest),
		test(failure_is_not_told),
		test(ignored_exec_is_counted),
	};

	return cmocka_run_group_tests(exec, launch_setup, guest_teardown);
}
