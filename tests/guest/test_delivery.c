// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivered or counted, all the way: rings that are too small, a reader that is
 * too slow, the real daemon, TCP, the real receiver. What the module produced
 * is what arrived and what gap records told: by its own statistics, by every
 * TOTALS record, and by every CPU's numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon.h"
#include "event_map.h"

#define MODULE_PARAMS	"ring_kib=64 totals_ms=1000 flush_ms=50"
#define STORM_PATH	"/tmp/delivery-storm"
#define DENIED_PATH	"/tmp/delivery-denied"
#define POLICY \
	"version: 1\nname: delivery\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: [" DENIED_PATH "] }, do: deny }\n"

struct rig {
	struct daemon daemon;
	struct far_end far;
	struct guest status;		/* only a handle for statistics and policy */
	uint64_t opens, denials, execs;	/* of ours, at the far end */
	uint64_t gaps;			/* GAP records there */
};

static void count_ours(void *arg, const struct ygr_event_value *event)
{
	struct rig *rig = arg;

	if (ygr_event_map_is(event, "type", "open")) {
		rig->opens += ygr_event_map_is(event, "path", STORM_PATH);
		rig->denials += ygr_event_map_is(event, "path", DENIED_PATH) &&
				ygr_event_map_is(event, "verdict", "deny");
	}
	rig->gaps += ygr_event_map_is(event, "type", "gap");
	rig->execs += ygr_event_map_is(event, "type", "exec") &&
		      ygr_event_map_is(event, "path", "/t/prog_exit");
}

static int setup_rig(void **state, const char *module_params, const char *io)
{
	static struct rig rig;
	const struct daemon_options options = { .io = io };

	memset(&rig, 0, sizeof(rig));
	*state = &rig;
	rig.status.fd = -1;
	rig.far.visit = count_ours;
	rig.far.arg = &rig;
	if (guest_module_load(module_params))
		return -1;
	rig.status.fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC);
	assert_int_equal(guest_file_write(STORM_PATH, ""), 0);
	guest_policy_load(&rig.status, POLICY);
	daemon_init(&rig.daemon, "delivery", &options);
	daemon_receiver_start(&rig.daemon);
	daemon_start(&rig.daemon);
	/* The link is up: nobody but us makes many events from now on. */
	daemon_wait_delivered(&rig.daemon, &rig.far);
	return 0;
}

static int setup(void **state)
{
	return setup_rig(state, MODULE_PARAMS, NULL);
}

static int setup_uring(void **state)
{
	return setup_rig(state, "ring_kib=1024 totals_ms=500", "uring");
}

static int setup_epoll(void **state)
{
	return setup_rig(state, "ring_kib=1024 totals_ms=500", "epoll");
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	daemon_exit(&rig->daemon);
	far_end_close(&rig->far);
	close(rig->status.fd);
	return daemon_module_unload();
}

/* ---- what is done --------------------------------------------------------- */

struct storm {
	unsigned int cpu;
	unsigned int open_nr, socket_nr, denial_nr, exec_nr;
};

static int run_program(void)
{
	char *argv[] = { "/t/prog_exit", NULL };

	return guest_child_exec(argv, NULL) >= 0;
}

/* Return: 0 if every single thing was done. */
static int storm(void *arg)
{
	const struct storm *storm = arg;

	if (guest_pin(storm->cpu))
		return 1;
	for (unsigned int i = 0; i < storm->open_nr; i++) {
		int fd = open(STORM_PATH, O_WRONLY);

		if (fd < 0)
			return 2;
		close(fd);
	}
	for (unsigned int i = 0; i < storm->socket_nr; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM, 0);

		if (fd < 0)
			return 3;
		close(fd);
	}
	for (unsigned int i = 0; i < storm->denial_nr; i++)
		if (open(DENIED_PATH, O_WRONLY | O_CREAT, 0600) >= 0 || errno != EPERM)
			return 4;
	for (unsigned int i = 0; i < storm->exec_nr; i++)
		if (!run_program())
			return 5;
	return 0;
}

/* The same on both CPUs, at the same time. */
static void storm_all(const struct storm *each)
{
	struct storm on[2] = { *each, *each };
	pid_t pid[2];

	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		on[cpu].cpu = cpu;
		pid[cpu] = guest_child_start(storm, &on[cpu]);
	}
	for (unsigned int cpu = 0; cpu < 2; cpu++)
		assert_int_equal(guest_child_wait(pid[cpu], DAEMON_WAIT_MS), 0);
}

static void assert_reserved_classes_whole(const struct ygr_stats *stats)
{
	assert_int_equal(stats->dropped[YGR_CLASS_EXEC], 0);
	assert_int_equal(stats->dropped[YGR_CLASS_EXIT], 0);
	assert_int_equal(stats->dropped[YGR_CLASS_DENY], 0);
	assert_int_equal(stats->dropped[YGR_CLASS_SENSOR], 0);
}

/* ---- tests ---------------------------------------------------------------- */

static void deliver_calm(struct rig *rig, const char *io)
{
	static const struct storm some = { .open_nr = 300, .socket_nr = 100, .denial_nr = 50,
					   .exec_nr = 10 };
	struct ygr_stats stats;

	storm_all(&some);
	assert_string_equal(daemon_text(&rig->daemon, DAEMON_READER, "io"), io);
	assert_string_equal(daemon_text(&rig->daemon, DAEMON_SENDER, "io"), "epoll");
	daemon_check_accounts(&rig->daemon, &rig->far);
	stats = guest_stats(&rig->status, YGR_CPU_ALL);
	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
		assert_int_equal(stats.dropped[class], 0);
	/* One more open: it made the file. */
	assert_int_equal(rig->opens, 2 * 300 + 1);
	assert_int_equal(rig->denials, 2 * 50);
	assert_int_equal(rig->execs, 2 * 10);
}

static void over_io_uring_all_arrives(void **state)
{
	deliver_calm(*state, "io_uring");
}

static void over_epoll_all_arrives(void **state)
{
	deliver_calm(*state, "epoll");
}

/* While the reader stands still: far too many opens, and a few of what must not be lost. */
static void what_overflows_is_told(void **state)
{
	static const struct storm flood = { .open_nr = 1500, .socket_nr = 100, .denial_nr = 10,
					    .exec_nr = 5 };
	struct rig *rig = *state;
	pid_t reader = daemon_wait(&rig->daemon, DAEMON_READER);
	struct ygr_stats stats;

	kill(reader, SIGSTOP);
	storm_all(&flood);
	kill(reader, SIGCONT);
	daemon_check_accounts(&rig->daemon, &rig->far);

	stats = guest_stats(&rig->status, YGR_CPU_ALL);
	assert_in_range(stats.dropped[YGR_CLASS_FILE], 2 * 1000, 2 * 1500);
	/* Smaller than an open: a few of them find room where none is left for that. */
	assert_in_range(stats.dropped[YGR_CLASS_SOCKET], 2 * 95, 2 * 100);
	assert_reserved_classes_whole(&stats);
	assert_int_equal(rig->denials, 2 * 10);
	assert_int_equal(rig->execs, 2 * 5);
	assert_int_equal(far_end_told(&rig->far, YGR_CLASS_FILE), stats.dropped[YGR_CLASS_FILE]);
	assert_int_equal(far_end_told(&rig->far, YGR_CLASS_SOCKET), stats.dropped[YGR_CLASS_SOCKET]);
}

static uint64_t dropped_files(const struct rig *rig)
{
	return guest_stats(&rig->status, YGR_CPU_ALL).dropped[YGR_CLASS_FILE];
}

/* Keeps the reader from its work until something is lost by that. */
static void stop_until_dropped(const struct rig *rig, pid_t reader)
{
	uint64_t deadline_ns = guest_now_ns() + DAEMON_WAIT_MS * 1000000ull;
	uint64_t before = dropped_files(rig);

	kill(reader, SIGSTOP);
	while (dropped_files(rig) == before) {
		if (guest_now_ns() >= deadline_ns)
			fail_msg("nothing was dropped");
		usleep(2000);
	}
	usleep(daemon_random(20000));
	kill(reader, SIGCONT);
}

#define STUTTER_NR	6

/* Stands still and runs, in turns: gaps in the middle of the stream, one for each time at least. */
static void a_stuttering_reader_tells_every_gap(void **state)
{
	static const struct storm few = { .denial_nr = 5, .exec_nr = 3 };
	struct storm flood = { .open_nr = 1000, .socket_nr = 100 };
	struct rig *rig = *state;
	pid_t reader = daemon_wait(&rig->daemon, DAEMON_READER);
	struct ygr_stats stats;
	pid_t storms;

	for (unsigned int i = 0; i < STUTTER_NR; i++) {
		storms = guest_child_start(storm, &flood);
		stop_until_dropped(rig, reader);
		storm_all(&few);
		assert_int_equal(guest_child_wait(storms, DAEMON_WAIT_MS), 0);
		daemon_wait_delivered(&rig->daemon, &rig->far);
	}
	daemon_check_accounts(&rig->daemon, &rig->far);

	stats = guest_stats(&rig->status, YGR_CPU_ALL);
	assert_true(rig->gaps >= STUTTER_NR);
	assert_reserved_classes_whole(&stats);
	assert_int_equal(rig->denials, STUTTER_NR * 2 * 5);
	assert_int_equal(rig->execs, STUTTER_NR * 2 * 3);
}

/* More denials than the reserve holds: these may be dropped, but not in silence. */
static void even_the_reserve_runs_out(void **state)
{
	static const struct storm denials = { .denial_nr = 1000 };
	struct rig *rig = *state;
	pid_t reader = daemon_wait(&rig->daemon, DAEMON_READER);
	struct ygr_stats stats;

	kill(reader, SIGSTOP);
	storm_all(&denials);
	kill(reader, SIGCONT);
	daemon_check_accounts(&rig->daemon, &rig->far);

	stats = guest_stats(&rig->status, YGR_CPU_ALL);
	assert_int_equal(stats.produced[YGR_CLASS_DENY], 2 * 1000);
	assert_int_not_equal(stats.dropped[YGR_CLASS_DENY], 0);
	assert_int_equal(rig->denials + far_end_told(&rig->far, YGR_CLASS_DENY), 2 * 1000);
	assert_int_equal(rig->denials, far_end_arrived(&rig->far, YGR_CLASS_DENY));
	/* A ring of 64 KiB holds this many at least before it says no. */
	assert_in_range(rig->denials, 2 * 100, 2 * 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(over_io_uring_all_arrives, setup_uring, teardown),
		cmocka_unit_test_setup_teardown(over_epoll_all_arrives, setup_epoll, teardown),
		cmocka_unit_test_setup_teardown(what_overflows_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stuttering_reader_tells_every_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(even_the_reserve_runs_out, setup, teardown),
	};

	return cmocka_run_group_tests_name("delivery", tests, NULL, NULL);
}
