// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine sleeps and wakes: it says so, times are those of CLOCK_BOOTTIME, which went on, all hooks
 * see and deny as before, and the accounts go on where they were. Suspend to RAM, woken by the
 * clock's alarm; all CPUs but one go offline for it, and their counters may begin anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "guest_ledger.h"

#define STATE		"/sys/power/state"
#define MEM_SLEEP	"/sys/power/mem_sleep"
#define ALARM		"/sys/class/rtc/rtc0/wakealarm"
#define MARK		"/tmp/suspend-mark"
#define DENIED_PATH	"/tmp/suspend-denied"
#define POLICY \
	"version: 1\nname: suspend\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: " DENIED_PATH " }, do: deny }\n"
#define SLEEP_S		4	/* a busy machine needs most of it to fall asleep */

static struct guest_ledger ledger;

static bool file_has(const char *path, const char *word)
{
	char text[256] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	close(fd);
	return n > 0 && strstr(text, word);
}

/* What this machine can sleep and be woken by, or why not. */
static const char *why_not(void)
{
	if (!file_has(STATE, "mem"))
		return "this kernel has no suspend to RAM";
	/* Of s2idle the emulated clock's interrupt is no wake-up. */
	if (!file_has(MEM_SLEEP, "deep"))
		return "this machine has no deep sleep";
	if (access(ALARM, W_OK))
		return "this machine has no clock that could wake it";
	return NULL;
}

/* Return: for how long, by the two clocks of which one stands still meanwhile. */
static uint64_t sleep_once(void)
{
	struct timespec before, after;
	uint64_t boot_ns = guest_now_ns();
	char alarm[16];

	snprintf(alarm, sizeof(alarm), "+%d", SLEEP_S);
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(guest_file_write(MEM_SLEEP, "deep"), 0);
	assert_int_equal(guest_file_write(ALARM, alarm), 0);
	assert_int_equal(guest_file_write(STATE, "mem"), 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	return guest_now_ns() - boot_ns - ((after.tv_sec - before.tv_sec) * 1000000000ll +
					   after.tv_nsec - before.tv_nsec);
}

static int setup(void **state)
{
	const char *why = why_not();

	*state = NULL;
	if (why) {
		printf("# %s\n", why);
		return 0;
	}
	if (guest_file_write(MARK, "") || guest_file_write(DENIED_PATH, "") ||
	    guest_module_load("totals_ms=500 flush_ms=50"))
		return -1;
	*state = guest_open();
	guest_ledger_open(&ledger, *state, true);
	guest_policy_load(*state, POLICY);
	return 0;
}

static int teardown(void **state)
{
	return *state ? guest_teardown(state) : 0;
}

#define need_sleep()	do { if (!*state) skip(); } while (0)

static const struct guest_event *last_mark(const struct guest *guest)
{
	const struct guest_query query = { .type = YGR_EV_OPEN, .tgid = getpid(), .path = MARK };
	const struct guest_event *event, *last = NULL;

	for (event = NULL; (event = guest_find(guest, &query, event)); last = event)
		;
	return last;
}

/* Told on the CPU where it was done, and when. */
static void assert_time_is_right(struct guest *guest, unsigned int cpu)
{
	const struct guest_event *event;
	uint64_t before_ns, after_ns;
	int fd;

	assert_int_equal(guest_pin(cpu), 0);
	before_ns = guest_now_ns();
	fd = open(MARK, O_WRONLY);
	after_ns = guest_now_ns();
	assert_true(fd >= 0);
	close(fd);
	guest_ledger_enter(&ledger, guest);
	event = last_mark(guest);
	assert_non_null(event);
	assert_int_equal(event->cpu, cpu);
	assert_in_range(event->head.time_ns, before_ns, after_ns);
}

static void sleep_is_told_and_times_stay_right(void **state)
{
	struct guest *guest = *state;
	uint64_t slept_ns;
	const struct ygr_body_clock *clock;

	need_sleep();
	assert_time_is_right(guest, 1);
	assert_time_is_right(guest, 0);
	slept_ns = sleep_once();
	/* Whichever is first, nothing was asked of its clock since. */
	assert_time_is_right(guest, 0);
	assert_time_is_right(guest, 1);
	assert_int_not_equal(slept_ns, 0);
	clock = &guest_expect(guest, .type = YGR_EV_CLOCK)->body.clock;
	assert_true(llabs((long long)(clock->slept_ns - slept_ns)) < 100000000);
	assert_true(clock->step_ns == 0);
}

static void what_is_denied_is_denied_after_it(void **state)
{
	struct guest *guest = *state;

	need_sleep();
	sleep_once();
	assert_int_equal(open(DENIED_PATH, O_WRONLY), -1);
	assert_int_equal(errno, EPERM);
	guest_expect(guest, .type = YGR_EV_OPEN, .path = DENIED_PATH, .verdict = GUEST_DENIED);
	for (uint32_t i = 0; i < guest->info.hook_nr; i++) {
		struct ygr_hook_info hook = { .index = i };

		assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook), 0);
		assert_true(hook.state == YGR_HOOK_ATTACHED || hook.state == YGR_HOOK_MISSING);
	}
}

/* ---- with work going on ---- */

struct shared {
	_Atomic unsigned int step_nr;
	_Atomic bool goes_on;
};

static int work(void *arg)
{
	struct shared *shared = arg;

	while (shared->goes_on) {
		int fd = open(MARK, O_WRONLY);

		if (fd < 0)
			return 1;
		close(fd);
		shared->step_nr++;
		usleep(2000);
	}
	return 0;
}

static void nothing_is_lost_and_time_goes_on(void **state)
{
	struct guest_query query = { .type = YGR_EV_OPEN, .path = MARK };
	struct guest *guest = *state;
	struct shared *shared;
	uint64_t last_ns = 0;
	cpu_set_t all;
	pid_t pid;

	need_sleep();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	CPU_ZERO(&all);
	CPU_SET(0, &all);
	CPU_SET(1, &all);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	shared->goes_on = true;
	pid = guest_child_start(work, shared);
	for (unsigned int i = 0; i < 2; i++) {
		sleep_once();
		guest_ledger_enter(&ledger, guest);
	}
	shared->goes_on = false;
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	guest_ledger_check_stats(&ledger, guest);
	guest_check_accounts(guest);
	query.tgid = pid;
	assert_int_equal(guest_count(guest, &query), shared->step_nr);
	for (unsigned int i = 0; i < guest->ring_nr; i++, last_ns = 0)
		for (const struct guest_event *event = NULL; (event = guest_find(guest, &query, event));) {
			if (event->cpu != guest->ring[i].cpu)
				continue;
			assert_true(event->head.time_ns > last_ns);
			last_ns = event->head.time_ns;
		}
	munmap(shared, sizeof(*shared));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleep_is_told_and_times_stay_right),
		cmocka_unit_test(what_is_denied_is_denied_after_it),
		cmocka_unit_test(nothing_is_lost_and_time_goes_on),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
