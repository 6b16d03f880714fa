// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU goes while events are made on it, and comes back: what it has recorded is read, what it
 * has dropped, held back or counted is told though it is not there to tell it, and nothing is missing in
 * any account.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"
#include "event_map.h"
#include "guest.h"
#include "guest_ledger.h"

#define CPU		1u	/* the one that goes */
#define ONLINE		"/sys/devices/system/cpu/cpu1/online"
#define DIR		"/tmp/hotplug/"
#define ONE_FILE	DIR "file"
#define OPEN_NR		50
#define CYCLE_NR	8

/* Far between, so that it is by the CPU's going that something is untold. */
#define PARAMS		"totals_ms=3000 flush_ms=50"

static int go(const char *online)
{
	int fd = open(ONLINE, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, online, 1) != 1)
		ret = -errno;
	close(fd);
	return ret;
}

#define cpu_goes()	assert_int_equal(go("0"), 0)
#define cpu_comes()	assert_int_equal(go("1"), 0)
#define need_cpu()	do { if (access(ONLINE, W_OK)) { puts("# no CPU of this guest can go"); skip(); } } while (0)

static int load(void **state, const char *params)
{
	mkdir(DIR, 0755);
	assert_int_equal(guest_file_write(ONE_FILE, ""), 0);
	/* What is done there is what a test does there. */
	assert_int_equal(guest_pin(0), 0);
	assert_int_equal(guest_module_load(params), 0);
	*state = guest_open();
	return 0;
}

static int set_up(void **state)
{
	return load(state, PARAMS);
}

static int set_up_small(void **state)
{
	return load(state, PARAMS " ring_kib=64");
}

static int set_up_noise(void **state)
{
	return load(state, PARAMS " coalesce_ms=60000 process_budget=100 cgroup_budget=0");
}

static int tear_down(void **state)
{
	if (!access(ONLINE, W_OK))
		go("1");
	return *state ? guest_teardown(state) : guest_module_unload();
}

/* ---- events on the CPU that goes ---- */

struct opens {
	const char *path;
	unsigned int nr;
};

static int open_on_cpu(void *arg)
{
	const struct opens *opens = arg;

	if (guest_pin(CPU))
		return 1;
	for (unsigned int i = 0; i < opens->nr; i++) {
		int fd = open(opens->path, O_WRONLY);

		if (fd < 0)
			return 2;
		close(fd);
	}
	return 0;
}

static pid_t open_many(const char *path, unsigned int nr)
{
	struct opens opens = { .path = path, .nr = nr };
	pid_t pid = guest_child_start(open_on_cpu, &opens);

	assert_int_equal(guest_child_wait(pid, 10 * GUEST_WAIT_MS), 0);
	return pid;
}

struct tally {
	uint64_t records, repeats, suppressed;
};

static struct tally tally_of(struct guest *guest, pid_t pid)
{
	struct tally tally = { 0 };

	guest_drain(guest);
	for (const struct guest_event *event = guest->first; event; event = event->next) {
		if (event->head.tgid != (uint32_t)pid)
			continue;
		if (event->head.type == YGR_EV_SUPPRESSED)
			tally.suppressed += event->body.suppressed.suppressed[YGR_CLASS_FILE];
		if (event->head.type != YGR_EV_OPEN)
			continue;
		tally.records += !event->repeats.repeat_nr;
		tally.repeats += event->repeats.repeat_nr;
	}
	return tally;
}

static void settle(struct guest *guest, bool (*is_settled)(struct guest *guest), const char *what)
{
	uint64_t deadline_ns = guest_now_ns() + 3 * GUEST_WAIT_MS * 1000000ull;

	while (!is_settled(guest)) {
		if (guest_now_ns() >= deadline_ns)
			fail_msg("%s: not while the CPU is away", what);
		usleep(20000);
	}
}

/* TOTALS have been read that count all that there was on the CPU, but for themselves. */
static bool has_totals(struct guest *guest)
{
	struct ygr_stats stats = guest_stats(guest, CPU);
	const struct guest_event *last = NULL;

	guest_drain(guest);
	for (const struct guest_event *event = guest->first; event; event = event->next)
		if (event->head.type == YGR_EV_TOTALS && event->cpu == CPU)
			last = event;
	if (!last)
		return false;
	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
		if (last->body.totals.produced[class] + (class == YGR_CLASS_SENSOR) != stats.produced[class] ||
		    last->body.totals.dropped[class] != stats.dropped[class])
			return false;
	return true;
}

static void what_it_recorded_is_accounted_for(void **state)
{
	struct guest *guest = *state;
	pid_t pid;

	need_cpu();
	pid = open_many(ONE_FILE, OPEN_NR);
	cpu_goes();
	assert_int_equal(tally_of(guest, pid).records, OPEN_NR);
	settle(guest, has_totals, "TOTALS");
	guest_check_accounts(guest);
	cpu_comes();
}

static bool has_gaps(struct guest *guest)
{
	guest_drain(guest);
	return guest_stats(guest, CPU).dropped[YGR_CLASS_FILE] == guest->lost[YGR_CLASS_FILE];
}

/* Nobody reads, so its ring runs over; the CPU has gone by the time that there is room to say so. */
static void what_it_dropped_is_told(void **state)
{
	struct guest *guest = *state;
	pid_t pid;

	need_cpu();
	guest_forget(guest);
	pid = open_many(ONE_FILE, 3000);
	cpu_goes();
	assert_int_not_equal(guest_stats(guest, CPU).dropped[YGR_CLASS_FILE], 0);
	settle(guest, has_gaps, "GAP");
	assert_int_equal(tally_of(guest, pid).records + guest->lost[YGR_CLASS_FILE], 3000);
	settle(guest, has_totals, "TOTALS");
	guest_check_accounts(guest);
	cpu_comes();
}

static bool has_told_noise(struct guest *guest)
{
	struct ygr_noise_stats noise = guest_noise(guest, CPU);

	guest_drain(guest);
	return !memcmp(noise.coalesced, noise.coalesced_told, sizeof(noise.coalesced)) &&
	       !memcmp(noise.suppressed, noise.suppressed_told, sizeof(noise.suppressed));
}

/* Opens, and lives until it may go: what is held of it is not told by its end. */
static int open_and_stay(void *arg)
{
	const int *end = arg;
	struct opens opens = { .path = ONE_FILE, .nr = OPEN_NR };
	char byte;

	if (open_on_cpu(&opens))
		return 1;
	/* And more than it may: each is another object, and so no repeat. */
	for (unsigned int i = 0; i < 300; i++) {
		close(open(DIR "many", O_WRONLY | O_CREAT, 0600));
		unlink(DIR "many");
	}
	if (write(end[1], "", 1) != 1)
		return 2;
	return read(end[2], &byte, 1) == 1 ? 0 : 3;
}

static void what_it_held_back_is_told(void **state)
{
	int to_us[2], to_it[2], end[3];
	struct guest *guest = *state;
	struct ygr_noise_stats noise;
	struct tally tally;
	char byte;
	pid_t pid;

	need_cpu();
	assert_false(pipe(to_us) || pipe(to_it));
	end[1] = to_us[1];
	end[2] = to_it[0];
	pid = guest_child_start(open_and_stay, end);
	assert_int_equal(read(to_us[0], &byte, 1), 1);
	cpu_goes();
	noise = guest_noise(guest, CPU);
	assert_int_not_equal(noise.coalesced[YGR_CLASS_FILE], 0);
	assert_int_not_equal(noise.suppressed[YGR_CLASS_FILE], 0);
	settle(guest, has_told_noise, "repeats and what was suppressed");
	/* The first 50 opens are all there: one, and its repeats. */
	tally = tally_of(guest, pid);
	assert_int_equal(tally.repeats, noise.coalesced[YGR_CLASS_FILE]);
	assert_int_equal(tally.suppressed, noise.suppressed[YGR_CLASS_FILE]);
	settle(guest, has_totals, "TOTALS");
	guest_check_accounts(guest);
	cpu_comes();
	assert_int_equal(write(to_it[1], "", 1), 1);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	guest_check_accounts(guest);
}

/* ---- a CPU that goes and comes ---- */

struct work {
	unsigned int cpu;
	_Atomic unsigned int *step_nr;
	_Atomic bool *goes_on;
};

static void step_path(char path[64], unsigned int cpu, unsigned int step)
{
	snprintf(path, 64, DIR "step-%u-%u", cpu, step);
}

/* Whoever is on a CPU that goes is taken elsewhere; he returns when he can. */
static int work(void *arg)
{
	const struct work *work = arg;
	char path[64];

	while (*work->goes_on) {
		int fd;

		guest_pin(work->cpu);
		step_path(path, work->cpu, *work->step_nr);
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		if (fd < 0)
			return 1;
		close(fd);
		unlink(path);
		++*work->step_nr;
		usleep(2000);
	}
	return 0;
}

struct shared {
	_Atomic unsigned int step_nr[2];
	_Atomic bool goes_on;
};

static struct shared *begin_work(pid_t pids[2])
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(shared, MAP_FAILED);
	shared->goes_on = true;
	for (unsigned int i = 0; i < 2; i++) {
		struct work arg = { .cpu = i, .step_nr = &shared->step_nr[i], .goes_on = &shared->goes_on };

		pids[i] = guest_child_start(work, &arg);
	}
	return shared;
}

static void end_work(struct shared *shared, const pid_t pids[2])
{
	shared->goes_on = false;
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(guest_child_wait(pids[i], 4 * GUEST_WAIT_MS), 0);
}

static int cycle(void *nr)
{
	for (unsigned int i = 0; i < *(const unsigned int *)nr; i++) {
		if (go("0"))
			return 1;
		usleep(50000);
		if (go("1"))
			return 2;
		usleep(50000);
	}
	return 0;
}

/* Somebody else, so that the test can read meanwhile: a CPU takes its time. */
static pid_t begin_cycles(unsigned int nr)
{
	return guest_child_start(cycle, &nr);
}

/* Each step once, by a path that no other has; none is missing, as nothing was dropped. */
static void nothing_is_lost_while_it_goes_and_comes(void **state)
{
	static struct guest_ledger ledger;
	struct guest *guest = *state;
	struct shared *shared;
	pid_t pids[2], cycles;
	int status;

	need_cpu();
	guest_ledger_open(&ledger, guest, true);
	shared = begin_work(pids);
	cycles = begin_cycles(CYCLE_NR);
	while (waitpid(cycles, &status, WNOHANG) == 0) {
		guest_ledger_enter(&ledger, guest);
		usleep(5000);
	}
	assert_int_equal(status, 0);
	end_work(shared, pids);
	guest_ledger_check_stats(&ledger, guest);
	guest_check_accounts(guest);
	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
		assert_int_equal(guest->lost[class], 0);
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		const struct guest_event *event = NULL;

		assert_true(shared->step_nr[cpu] > CYCLE_NR);
		for (unsigned int step = 0; step < shared->step_nr[cpu]; step++) {
			char path[64];
			struct guest_query query = { .type = YGR_EV_OPEN, .tgid = pids[cpu], .path = path };

			step_path(path, cpu, step);
			/* Of one process on two CPUs, one ring is read before the other. */
			event = guest_find(guest, &query, event) ?: guest_find(guest, &query, NULL);
			if (!event)
				fail_msg("step %u of the worker of CPU %u is missing", step, cpu);
		}
	}
	munmap(shared, sizeof(*shared));
}

static void its_events_are_its_own_again(void **state)
{
	struct guest *guest = *state;

	need_cpu();
	cpu_goes();
	cpu_comes();
	guest_forget(guest);
	assert_int_equal(guest_expect(guest, .type = YGR_EV_OPEN,
				      .tgid = open_many(ONE_FILE, 1))->cpu, CPU);
}

/* ---- a CPU that is away ---- */

/* On any CPU again: a daemon is on none in particular. */
static int set_up_files(void **state)
{
	cpu_set_t all;

	(void)state;
	CPU_ZERO(&all);
	CPU_SET(0, &all);
	CPU_SET(CPU, &all);
	mkdir(DIR, 0755);
	return sched_setaffinity(0, sizeof(all), &all) || guest_file_write(ONE_FILE, "");
}

static void module_comes_and_goes_without_it(void **state)
{
	struct guest *guest;

	*state = NULL;
	need_cpu();
	cpu_goes();
	assert_int_equal(guest_module_load(PARAMS), 0);
	guest = guest_open();
	*state = guest;
	assert_int_equal(guest_hook_state(guest, "security_file_open"), YGR_HOOK_ATTACHED);
	cpu_comes();
	assert_int_equal(guest_expect(guest, .type = YGR_EV_OPEN,
				      .tgid = open_many(ONE_FILE, 1))->cpu, CPU);
	cpu_goes();
	guest_check_accounts(guest);
	guest_close(guest);
	*state = NULL;
	assert_int_equal(guest_module_unload(), 0);
	assert_int_equal(guest_module_load(PARAMS), 0);
	cpu_comes();
}

/* ---- the daemon ---- */

struct rig {
	struct daemon daemon;
	struct far_end far;
	pid_t pids[2];
	uint64_t step_nr[2];	/* that have arrived */
};

static void count_steps(void *arg, const struct ygr_event_value *event)
{
	struct rig *rig = arg;
	struct ygr_event_text path;

	if (!ygr_event_map_is(event, "type", "open") || !ygr_event_map_get_text(event, "path", &path))
		return;
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		char begin[64];

		snprintf(begin, sizeof(begin), DIR "step-%u-", cpu);
		rig->step_nr[cpu] += path.len > strlen(begin) && !memcmp(path.bytes, begin, strlen(begin));
	}
}

static void the_daemon_delivers_all_the_same(void **state)
{
	static struct rig rig;
	struct shared *shared;

	*state = NULL;
	need_cpu();
	rig.far.visit = count_steps;
	rig.far.arg = &rig;
	assert_int_equal(guest_module_load("totals_ms=500 flush_ms=50"), 0);
	daemon_init(&rig.daemon, "hotplug", NULL);
	/* It starts while the CPU is away, and has a ring to read all the same. */
	cpu_goes();
	daemon_receiver_start(&rig.daemon);
	daemon_start(&rig.daemon);
	cpu_comes();
	daemon_wait_delivered(&rig.daemon, &rig.far);
	shared = begin_work(rig.pids);
	assert_int_equal(guest_child_wait(begin_cycles(CYCLE_NR / 2), 20 * GUEST_WAIT_MS), 0);
	end_work(shared, rig.pids);
	daemon_check_accounts(&rig.daemon, &rig.far);
	for (unsigned int cpu = 0; cpu < 2; cpu++)
		assert_int_equal(rig.step_nr[cpu], shared->step_nr[cpu]);
	daemon_exit(&rig.daemon);
	far_end_close(&rig.far);
	munmap(shared, sizeof(*shared));
}

static int daemon_tear_down(void **state)
{
	(void)state;
	if (!access(ONLINE, W_OK))
		go("1");
	return daemon_module_unload();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_it_recorded_is_accounted_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_it_dropped_is_told, set_up_small, tear_down),
		cmocka_unit_test_setup_teardown(what_it_held_back_is_told, set_up_noise, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_lost_while_it_goes_and_comes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(its_events_are_its_own_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(module_comes_and_goes_without_it, set_up_files, tear_down),
		cmocka_unit_test_setup_teardown(the_daemon_delivers_all_the_same, set_up_files, daemon_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
