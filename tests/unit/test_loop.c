// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loop.h"

/* Every test runs over both backends: they are to mean the same. */
struct fixture {
	struct ygr_loop *loop;
	struct ygr_loop_timer timer, guard;
	int pipe[2];
	int handle;
	unsigned int called_nr;
	int error;
};

static struct fixture fixture;

static void too_late(void *arg)
{
	(void)arg;
	fail_msg("nothing came");
}

static int set_up(enum ygr_loop_kind kind)
{
	memset(&fixture, 0, sizeof(fixture));
	if (ygr_loop_create(&fixture.loop, kind))
		return -1;
	if (pipe2(fixture.pipe, O_NONBLOCK | O_CLOEXEC))
		return -1;
	if (ygr_loop_timer_init(fixture.loop, &fixture.guard, too_late, NULL))
		return -1;
	ygr_loop_timer_arm(&fixture.guard, 5000000000ull);
	return 0;
}

static int set_up_uring(void **state)
{
	(void)state;
	/* Where io_uring is switched off, epoll is what there is to test. */
	return set_up(YGR_LOOP_AUTO);
}

static int set_up_epoll(void **state)
{
	(void)state;
	return set_up(YGR_LOOP_EPOLL);
}

static int tear_down(void **state)
{
	(void)state;
	ygr_loop_timer_exit(fixture.loop, &fixture.guard);
	ygr_loop_destroy(fixture.loop);
	close(fixture.pipe[0]);
	close(fixture.pipe[1]);
	return 0;
}

static void stop(void *arg)
{
	(void)arg;
	ygr_loop_stop(fixture.loop);
}

static void drain_pipe(void *arg, uint32_t events)
{
	char byte;

	(void)arg;
	assert_true(events & EPOLLIN);
	while (read(fixture.pipe[0], &byte, 1) == 1)
		fixture.called_nr++;
	if (fixture.called_nr >= 3)
		ygr_loop_stop(fixture.loop);
}

static void put_byte(void *arg)
{
	(void)arg;
	assert_int_equal(write(fixture.pipe[1], "x", 1), 1);
	ygr_loop_timer_arm(&fixture.timer, 1000000);
}

/* The same watch fires again and again: multishot. */
static void test_watch(void **state)
{
	(void)state;
	assert_true(ygr_loop_watch(fixture.loop, fixture.pipe[0], EPOLLIN, drain_pipe, NULL) >= 0);
	assert_int_equal(ygr_loop_timer_init(fixture.loop, &fixture.timer, put_byte, NULL), 0);
	ygr_loop_timer_arm(&fixture.timer, 1);
	assert_int_equal(ygr_loop_run(fixture.loop), 0);
	assert_int_equal(fixture.called_nr, 3);
	ygr_loop_timer_exit(fixture.loop, &fixture.timer);
}

static void test_ready_before_the_watch(void **state)
{
	(void)state;
	assert_int_equal(write(fixture.pipe[1], "xyz", 3), 3);
	assert_true(ygr_loop_watch(fixture.loop, fixture.pipe[0], EPOLLIN, drain_pipe, NULL) >= 0);
	assert_int_equal(ygr_loop_run(fixture.loop), 0);
	assert_int_equal(fixture.called_nr, 3);
}

static void count_and_unwatch(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	fixture.called_nr++;
	ygr_loop_unwatch(fixture.loop, fixture.handle);
}

static void test_unwatch_from_within(void **state)
{
	(void)state;
	fixture.handle = ygr_loop_watch(fixture.loop, fixture.pipe[0], EPOLLIN, count_and_unwatch, NULL);
	assert_int_equal(ygr_loop_timer_init(fixture.loop, &fixture.timer, stop, NULL), 0);
	assert_int_equal(write(fixture.pipe[1], "x", 1), 1);
	ygr_loop_timer_arm(&fixture.timer, 20000000);
	assert_int_equal(ygr_loop_run(fixture.loop), 0);
	assert_int_equal(write(fixture.pipe[1], "x", 1), 1);
	ygr_loop_timer_arm(&fixture.timer, 20000000);
	assert_int_equal(ygr_loop_run(fixture.loop), 0);
	assert_int_equal(fixture.called_nr, 1);
	ygr_loop_timer_exit(fixture.loop, &fixture.timer);
}

/* A slot is used again: what was meant for its former watch does not reach the new one. */
static void test_slot_used_again(void **state)
{
	int other[2];

	(void)state;
	assert_int_equal(pipe2(other, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(write(other[1], "x", 1), 1);
	fixture.handle = ygr_loop_watch(fixture.loop, other[0], EPOLLIN, count_and_unwatch, NULL);
	ygr_loop_unwatch(fixture.loop, fixture.handle);
	assert_int_equal(ygr_loop_watch(fixture.loop, fixture.pipe[0], EPOLLIN, count_and_unwatch, NULL),
			 fixture.handle);
	assert_int_equal(ygr_loop_timer_init(fixture.loop, &fixture.timer, stop, NULL), 0);
	ygr_loop_timer_arm(&fixture.timer, 20000000);
	assert_int_equal(ygr_loop_run(fixture.loop), 0);
	assert_int_equal(fixture.called_nr, 0);
	ygr_loop_timer_exit(fixture.loop, &fixture.timer);
	close(other[0]);
	close(other[1]);
}

static void test_too_many_watches(void **state)
{
	int handle, last = -1;

	(void)state;
	for (int i = 0; i < YGR_LOOP_WATCHES_MAX; i++) {
		int fd = dup(fixture.pipe[0]);

		handle = ygr_loop_watch(fixture.loop, fd, EPOLLIN, drain_pipe, NULL);
		if (handle < 0) {
			close(fd);
			break;
		}
		last = handle;
	}
	assert_int_equal(handle, -ENOSPC);
	assert_int_equal(last, YGR_LOOP_WATCHES_MAX - 1);
	for (int i = 0; i < YGR_LOOP_WATCHES_MAX; i++)
		if (i != fixture.guard.handle) {
			int fd = fixture.loop->slots[i].fd;

			ygr_loop_unwatch(fixture.loop, i);
			close(fd);
		}
}

static void count_timer(void *arg)
{
	(void)arg;
	fixture.called_nr++;
}

static void test_timer_is_one_shot_and_can_be_disarmed(void **state)
{
	struct ygr_loop_timer end;

	(void)state;
	assert_int_equal(ygr_loop_timer_init(fixture.loop, &fixture.timer, count_timer, NULL), 0);
	assert_int_equal(ygr_loop_timer_init(fixture.loop, &end, stop, NULL), 0);
	ygr_loop_timer_arm(&fixture.timer, 1);
	ygr_loop_timer_arm(&end, 30000000);
	assert_int_equal(ygr_loop_run(fixture.loop), 0);
	assert_int_equal(fixture.called_nr, 1);
	ygr_loop_timer_arm(&fixture.timer, 5000000);
	ygr_loop_timer_arm(&fixture.timer, 0);
	ygr_loop_timer_arm(&end, 30000000);
	assert_int_equal(ygr_loop_run(fixture.loop), 0);
	assert_int_equal(fixture.called_nr, 1);
	ygr_loop_timer_exit(fixture.loop, &end);
	ygr_loop_timer_exit(fixture.loop, &fixture.timer);
}

/* ---- durable writes --------------------------------------------------------- */

static void written(void *arg, int error)
{
	(void)arg;
	fixture.called_nr++;
	fixture.error = error;
	ygr_loop_stop(fixture.loop);
}

static int write_at(int fd, const void *bytes, size_t len, uint64_t offset)
{
	struct ygr_loop_write write = {
		.fd = fd, .bytes = bytes, .len = len, .offset = offset, .done = written,
	};

	fixture.called_nr = 0;
	ygr_loop_write_sync(fixture.loop, &write);
	assert_int_equal(fixture.called_nr, 0);
	assert_int_equal(ygr_loop_run(fixture.loop), 0);
	assert_int_equal(fixture.called_nr, 1);
	return fixture.error;
}

static void test_write(void **state)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	char back[8] = "";

	(void)state;
	assert_int_equal(write_at(fd, "world", 5, 5), 0);
	assert_int_equal(write_at(fd, "hello", 5, 0), 0);
	assert_int_equal(pread(fd, back, 7, 3), 7);
	assert_memory_equal(back, "loworld", 7);
	close(fd);
}

static void test_write_fails(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(write_at(fd, "x", 1, 0), -EBADF);
	close(fd);
}

/* A limit in mid-write: an error, not a short success. */
static void test_write_falls_short(void **state)
{
	static char bytes[8192];
	struct rlimit before, small;
	char path[] = "/tmp/yagura-loop-XXXXXX";
	int fd = mkstemp(path), error;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 5000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	error = write_at(fd, bytes, sizeof(bytes), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(error == -EFBIG || error == -ENOSPC);
	assert_int_equal(write_at(fd, bytes, sizeof(bytes), 0), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), sizeof(bytes));
	close(fd);
	unlink(path);
}

#define BOTH(name) \
	{ #name " (uring)", name, set_up_uring, tear_down, NULL }, \
	{ #name " (epoll)", name, set_up_epoll, tear_down, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_watch),
		BOTH(test_ready_before_the_watch),
		BOTH(test_unwatch_from_within),
		BOTH(test_slot_used_again),
		BOTH(test_too_many_watches),
		BOTH(test_timer_is_one_shot_and_can_be_disarmed),
		BOTH(test_write),
		BOTH(test_write_fails),
		BOTH(test_write_falls_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
