// SPDX-License-Identifier: GPL-2.0-only
/* Files that were written and are closed: what was done to them, and by whom. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

#define ROOT	DIR "/root"
#define LARGEFILE	0100000

/* Opened before the module was there. */
static int early = -1;

static int open_for(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0640);

	assert_true(fd >= 0);
	return fd;
}

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static const struct ygr_body_close_write *body_of(const struct guest_event *event)
{
	return &event->body.close_write;
}

static const struct guest_event *expect_close(struct guest *guest, const char *path)
{
	const struct guest_event *event = expect_file(guest, YGR_EV_CLOSE_WRITE, path);

	assert_int_equal(event->head.class, YGR_CLASS_FILE);
	assert_int_equal(event->head.flags, 0);
	assert_file_id(&body_of(event)->file, path);
	return event;
}

/* ---- what was done ---- */

static void close_tells_what_was_written(void **state)
{
	int fd = open_for(A, O_WRONLY);
	const struct guest_event *event, *opened;

	put(fd, "other");
	put(fd, "text that is longer");
	reject_file(*state, YGR_EV_CLOSE_WRITE, A);
	close(fd);
	event = expect_close(*state, A);
	opened = expect_file(*state, YGR_EV_OPEN, A);
	assert_int_equal(body_of(event)->access, YGR_ACCESS_WRITE | YGR_ACCESS_CHANGED);
	assert_int_equal(body_of(event)->open_flags, O_WRONLY | LARGEFILE);
	assert_int_equal(body_of(event)->written_bytes, 24);
	assert_int_equal(body_of(event)->old_size, strlen(TEXT));
	assert_int_equal(body_of(event)->file.size, 24);
	assert_int_equal(body_of(event)->opener_tgid, getpid());
	assert_int_equal(body_of(event)->opener_tid, getpid());
	assert_int_equal(body_of(event)->opener_uid, 0);
	assert_int_equal(body_of(event)->opener_start_ns, event->head.start_ns);
	assert_true(body_of(event)->opened_ns >= opened->head.time_ns);
	assert_true(body_of(event)->opened_ns <= event->head.time_ns);
	assert_no_rule(event);
}

static void new_file_says_so(void **state)
{
	int fd = open_for(B, O_RDWR | O_CREAT | O_EXCL);

	put(fd, "x");
	close(fd);
	assert_int_equal(body_of(expect_close(*state, B))->access,
			 YGR_ACCESS_READ | YGR_ACCESS_WRITE | YGR_ACCESS_CREATED | YGR_ACCESS_CHANGED);
}

static void new_file_is_told_though_it_is_empty(void **state)
{
	close(open_for(B, O_WRONLY | O_CREAT | O_EXCL));
	assert_int_equal(body_of(expect_close(*state, B))->written_bytes, 0);
}

static void executable_says_so(void **state)
{
	int fd = open_for(B, O_WRONLY | O_CREAT | O_EXCL);

	put(fd, "#!/bin/sh\n");
	assert_int_equal(fchmod(fd, 0700), 0);
	close(fd);
	assert_int_equal(body_of(expect_close(*state, B))->access, YGR_ACCESS_WRITE |
			 YGR_ACCESS_CREATED | YGR_ACCESS_EXECUTABLE | YGR_ACCESS_CHANGED);
}

static void emptied_file_tells_what_it_was(void **state)
{
	const struct guest_event *event;

	close(open_for(A, O_WRONLY | O_TRUNC));
	event = expect_close(*state, A);
	assert_int_equal(body_of(event)->access, YGR_ACCESS_WRITE | YGR_ACCESS_CHANGED);
	assert_int_equal(body_of(event)->old_size, strlen(TEXT));
	assert_int_equal(body_of(event)->written_bytes, 0);
	assert_int_equal(body_of(event)->file.size, 0);
}

static void untouched_file_is_not_told(void **state)
{
	close(open_for(A, O_RDWR));
	close(open_for(A, O_RDONLY));
	reject_file(*state, YGR_EV_CLOSE_WRITE, A);
}

static void last_close_counts(void **state)
{
	int fd = open_for(A, O_WRONLY), other = dup(fd);

	put(fd, "x");
	close(fd);
	reject_file(*state, YGR_EV_CLOSE_WRITE, A);
	put(other, "y");
	close(other);
	assert_int_equal(body_of(expect_close(*state, A))->written_bytes, 2);
}

static void each_open_has_an_account_of_its_own(void **state)
{
	int one = open_for(A, O_WRONLY), other = open_for(A, O_WRONLY);

	put(one, "abc");
	close(one);
	assert_int_equal(body_of(expect_close(*state, A))->written_bytes, 3);
	guest_forget(*state);
	put(other, "d");
	close(other);
	assert_int_equal(body_of(expect_close(*state, A))->written_bytes, 1);
}

static void each_way_to_write_is_counted(void **state)
{
	const struct iovec parts[] = { { "ab", 2 }, { "cde", 3 } };
	int from, to = open_for(B, O_RDWR | O_CREAT), ends[2];

	assert_int_equal(pwrite(to, "x", 1, 10), 1);
	assert_int_equal(writev(to, parts, 2), 5);
	assert_int_equal(pwritev(to, parts, 2, 0), 5);
	from = open_for(A, O_RDONLY);
	assert_int_equal(sendfile(to, from, NULL, 4), 4);
	close(from);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "pipe", 4), 4);
	assert_int_equal(splice(ends[0], NULL, to, NULL, 4, 0), 4);
	close(ends[0]);
	close(ends[1]);
	close(to);
	assert_int_equal(body_of(expect_close(*state, B))->written_bytes, 1 + 5 + 5 + 4 + 4);
}

/* A mapping holds the file, and what is written through it makes no call. */
static void mapped_file_is_told_when_it_is_unmapped(void **state)
{
	int fd = open_for(A, O_RDWR);
	char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	close(fd);
	*at = 'X';
	reject_file(*state, YGR_EV_CLOSE_WRITE, A);
	munmap(at, 4096);
	assert_int_equal(body_of(expect_file(*state, YGR_EV_CLOSE_WRITE, A))->access & ~YGR_ACCESS_CHANGED,
			 YGR_ACCESS_READ | YGR_ACCESS_WRITE | YGR_ACCESS_MAPPED);
}

static void file_without_a_name_any_more(void **state)
{
	int fd = open_for(A, O_WRONLY);

	put(fd, "x");
	assert_int_equal(unlink(A), 0);
	close(fd);
	assert_int_equal(expect_file(*state, YGR_EV_CLOSE_WRITE, A)->head.flags, YGR_F_UNLINKED);
}

static void name_is_the_one_at_the_close(void **state)
{
	int fd = open_for(A, O_WRONLY);

	put(fd, "x");
	assert_int_equal(rename(A, B), 0);
	close(fd);
	expect_close(*state, B);
}

/* Of the kernel's own: nobody opened them by a name. */
static void memory_is_not_told(void **state)
{
	int fd = memfd_create("x", MFD_CLOEXEC);

	put(fd, "x");
	close(fd);
	flush(*state);
	guest_reject(*state, .type = YGR_EV_CLOSE_WRITE, .tgid = getpid());
}

static void denied_open_is_not_closed(void **state)
{
	guest_policy_load(*state, RULES_1("{ name: no, on: open-write, do: deny, where: { path: " A " } }"));
	guest_forget(*state);
	assert_int_equal(try_open(A, O_WRONLY | O_TRUNC), EPERM);
	reject_file(*state, YGR_EV_CLOSE_WRITE, A);
}

static void rules_ignore_and_mark(void **state)
{
	uint64_t generation = guest_policy_load(*state, RULES_2(
		"{ name: quiet, on: close-write, do: ignore, where: { path: " B " } }",
		"{ name: loud, on: close-write, do: record, where: { file: executable } }"));
	struct ygr_stats before = guest_stats(*state, YGR_CPU_ALL);

	close(open_for(B, O_WRONLY | O_CREAT));
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).ignored - before.ignored, 1);
	assert_int_equal(chmod(A, 0755), 0);
	guest_forget(*state);
	close(open_for(A, O_WRONLY | O_TRUNC));
	assert_rule(expect_file(*state, YGR_EV_CLOSE_WRITE, A), 2, "loud", generation);
	reject_file(*state, YGR_EV_CLOSE_WRITE, B);
}

/* ---- who ---- */

static int write_and_leave_open(void *arg)
{
	int fd = open(arg, O_WRONLY);

	return write(fd, "x", 1) == 1 ? 0 : errno;
}

/* Its end is told first: what it leaves open is closed after it has ended. */
static void end_of_a_process_closes(void **state)
{
	pid_t pid = guest_child_start(write_and_leave_open, A);
	const struct guest_event *event;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	event = guest_expect(*state, .type = YGR_EV_CLOSE_WRITE, .tgid = pid, .path = A);
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(body_of(event)->opener_tgid, pid);
	assert_int_equal(body_of(event)->opener_start_ns, event->head.start_ns);
	assert_int_equal(body_of(event)->written_bytes, 1);
	guest_expect(*state, .type = YGR_EV_EXIT, .tgid = pid);
}

static int write_in_a_root_of_its_own(void *arg)
{
	if (chroot(ROOT) || chdir("/"))
		return errno;
	return write_and_leave_open(arg);
}

static void path_is_told_as_the_opener_says_it(void **state)
{
	pid_t pid;

	mkdir(ROOT, 0700);
	guest_file_write(ROOT "/a", TEXT);
	guest_forget(*state);
	pid = guest_child_start(write_in_a_root_of_its_own, "/a");
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	guest_expect(*state, .type = YGR_EV_CLOSE_WRITE, .tgid = pid, .path = "/a");
	unlink(ROOT "/a");
	rmdir(ROOT);
}

static int inherited = -1;

static int write_what_is_inherited(void *arg)
{
	(void)arg;
	return write(inherited, "x", 1) == 1 && !close(inherited) ? 0 : errno;
}

/* A descriptor can go from one to another: who opened the file is told as well. */
static void opener_is_not_always_the_closer(void **state)
{
	const struct guest_event *event;
	pid_t pid;

	inherited = open_for(A, O_WRONLY);
	pid = fork();
	if (!pid) {
		usleep(100 * 1000);
		_exit(write_what_is_inherited(NULL));
	}
	close(inherited);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	event = guest_expect(*state, .type = YGR_EV_CLOSE_WRITE, .tgid = pid, .path = A);
	assert_int_equal(body_of(event)->opener_tgid, getpid());
	assert_int_not_equal(body_of(event)->opener_start_ns, event->head.start_ns);
}

static void opened_before_us_is_not_known(void **state)
{
	const struct guest_event *event;

	put(early, "x");
	close(early);
	event = expect_close(*state, DIR "/early");
	assert_int_equal(body_of(event)->access, 0);
	assert_int_equal(body_of(event)->opened_ns, 0);
	assert_int_equal(body_of(event)->opener_tgid, 0);
	assert_int_equal(body_of(event)->written_bytes, 0);
}

/* Nothing was kept for a close that nobody wanted then. One of before is known all the same. */
static void opened_while_closes_are_ignored_is_not_known(void **state)
{
	const struct ygr_body_close_write *body;
	struct ygr_stats stats;
	int before, meanwhile;

	before = open_for(A, O_WRONLY);
	guest_policy_load(*state, RULES_1("{ name: quiet, on: [ open-write, close-write ], do: ignore }"));
	stats = guest_stats(*state, YGR_CPU_ALL);
	meanwhile = open_for(B, O_WRONLY | O_CREAT);
	/* An open each, and no close: that of a file that nobody touched is no event. */
	close(open_for(B, O_WRONLY));
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).ignored - stats.ignored, 2);
	guest_policy_clear(*state);
	put(before, "x");
	put(meanwhile, "x");
	close(before);
	close(meanwhile);
	body = body_of(expect_close(*state, A));
	assert_int_equal(body->opener_tgid, getpid());
	assert_int_equal(body->access, YGR_ACCESS_WRITE | YGR_ACCESS_CHANGED);
	body = body_of(expect_close(*state, B));
	assert_int_equal(body->opener_tgid, 0);
	assert_int_equal(body->opened_ns, 0);
	assert_int_equal(body->access, 0);
}

#define FAILED_NR	64

/*
 * An open can still fail after its hook: here, since somebody has a lease on the file. What it left is not to answer for
 * one that comes to its address while nothing is kept.
 */
static void failed_open_does_not_answer_for_another(void **state)
{
	const struct guest_query query = { .type = YGR_EV_CLOSE_WRITE, .tgid = getpid() };
	const struct guest_event *event = NULL;
	int lease = open_for(A, O_RDONLY), fds[FAILED_NR];
	unsigned int nr = 0;

	assert_int_equal(guest_pin(0), 0);
	signal(SIGIO, SIG_IGN);
	assert_int_equal(fcntl(lease, F_SETLEASE, F_RDLCK), 0);
	for (unsigned int i = 0; i < FAILED_NR; i++) {
		assert_int_equal(open(A, O_WRONLY | O_NONBLOCK), -1);
		assert_int_equal(errno, EWOULDBLOCK);
	}
	assert_int_equal(fcntl(lease, F_SETLEASE, F_UNLCK), 0);
	close(lease);
	guest_policy_load(*state, RULES_1("{ name: quiet, on: [ open-write, close-write ], do: ignore }"));
	/* Until then, older kernels have not freed them. */
	usleep(100000);
	for (unsigned int i = 0; i < FAILED_NR; i++)
		fds[i] = open_for(A, O_WRONLY);
	guest_policy_clear(*state);
	guest_forget(*state);
	for (unsigned int i = 0; i < FAILED_NR; i++)
		close(fds[i]);
	guest_drain(*state);
	while ((event = guest_find(*state, &query, event))) {
		assert_int_equal(body_of(event)->opener_tgid, 0);
		nr++;
	}
	assert_int_equal(nr, FAILED_NR);
}

#define test(f) cmocka_unit_test_setup(f, files_fresh)

int main(void)
{
	const struct CMUnitTest close[] = {
		test(opened_before_us_is_not_known),
		test(close_tells_what_was_written),
		test(new_file_says_so),
		test(new_file_is_told_though_it_is_empty),
		test(executable_says_so),
		test(emptied_file_tells_what_it_was),
		test(untouched_file_is_not_told),
		test(last_close_counts),
		test(each_open_has_an_account_of_its_own),
		test(each_way_to_write_is_counted),
		test(mapped_file_is_told_when_it_is_unmapped),
		test(file_without_a_name_any_more),
		test(name_is_the_one_at_the_close),
		test(memory_is_not_told),
		test(denied_open_is_not_closed),
		test(rules_ignore_and_mark),
		test(end_of_a_process_closes),
		test(path_is_told_as_the_opener_says_it),
		test(opener_is_not_always_the_closer),
		test(opened_while_closes_are_ignored_is_not_known),
		test(failed_open_does_not_answer_for_another),
	};

	mkdir(DIR, 0777);
	early = open(DIR "/early", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return cmocka_run_group_tests(close, guest_setup, guest_teardown);
}
