// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill -9 of reader, sender, receiver, of all at once, at any point, while a
 * steady workload goes on: at the far end every event of it stands exactly
 * once, and the books of the far end are the module's.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon.h"
#include "event_map.h"
#include "sender_state.h"

/* Rings that hold what comes while a reader is killed again and again before it gets anywhere. */
#define MODULE_PARAMS	"ring_kib=16384 totals_ms=500 flush_ms=50"
#define STEADY_DIR	"/tmp/steady"
#define PROGRAM		"/t/prog_exit"
#define STEP_US		4000
#define EXEC_EVERY	16		/* steps */
#define STEP_NR_MAX	100000

enum victim { READER, SENDER, RECEIVER, ALL, VICTIM_NR };

/* What the workload does in step N, and how often the far end has it. */
struct steps {
	uint8_t created[STEP_NR_MAX];
	uint8_t opened[STEP_NR_MAX];
	uint8_t unlinked[STEP_NR_MAX];
	uint64_t exec_nr;
};

struct shared {
	volatile bool stop;
	volatile unsigned int step_nr;	/* done */
	volatile unsigned int exec_nr;
};

struct rig {
	struct daemon daemon;
	struct far_end far;
	struct guest status;
	struct shared *shared;
	pid_t workload;
	struct steps steps;
};

/* ---- the workload --------------------------------------------------------- */

static int do_step(struct shared *shared)
{
	char *argv[] = { PROGRAM, NULL };
	char path[64];
	int fd;

	snprintf(path, sizeof(path), STEADY_DIR "/%u", shared->step_nr);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return 1;
	close(fd);
	if (unlink(path))
		return 2;
	if (shared->step_nr % EXEC_EVERY == 0) {
		if (guest_child_exec(argv, NULL))
			return 3;
		shared->exec_nr++;
	}
	shared->step_nr++;
	return 0;
}

static int work(void *arg)
{
	struct shared *shared = arg;
	int ret = 0;

	while (!ret && !shared->stop && shared->step_nr < STEP_NR_MAX) {
		ret = do_step(shared);
		usleep(STEP_US);
	}
	return ret;
}

static void start_work(struct rig *rig)
{
	rig->workload = guest_child_start(work, rig->shared);
	assert_true(rig->workload > 0);
}

static void stop_work(struct rig *rig)
{
	rig->shared->stop = true;
	assert_int_equal(guest_child_wait(rig->workload, GUEST_WAIT_MS), 0);
	rig->workload = 0;
}

/* ---- what arrived of it --------------------------------------------------- */

static bool get_step(const struct ygr_event_value *event, unsigned int *step)
{
	struct ygr_event_text path;
	char text[64];

	if (!ygr_event_map_get_text(event, "path", &path) || path.len >= sizeof(text))
		return false;
	memcpy(text, path.bytes, path.len);
	text[path.len] = '\0';
	return sscanf(text, STEADY_DIR "/%u", step) == 1 && *step < STEP_NR_MAX;
}

static void note(void *arg, const struct ygr_event_value *event)
{
	struct steps *steps = &((struct rig *)arg)->steps;
	unsigned int step;

	steps->exec_nr += ygr_event_map_is(event, "type", "exec") &&
			  ygr_event_map_is(event, "path", PROGRAM);
	if (!get_step(event, &step))
		return;
	steps->created[step] += ygr_event_map_is(event, "type", "create");
	steps->opened[step] += ygr_event_map_is(event, "type", "open");
	steps->unlinked[step] += ygr_event_map_is(event, "type", "unlink");
}

static void assert_each_step_once(const struct rig *rig)
{
	const struct steps *steps = &rig->steps;

	for (unsigned int i = 0; i < rig->shared->step_nr; i++)
		if (steps->created[i] != 1 || steps->opened[i] != 1 || steps->unlinked[i] != 1)
			fail_msg("step %u of %u: created %u, opened %u, unlinked %u times", i,
				 rig->shared->step_nr, steps->created[i], steps->opened[i],
				 steps->unlinked[i]);
	assert_int_equal(steps->exec_nr, rig->shared->exec_nr);
}

static void assert_nothing_dropped(const struct rig *rig)
{
	struct ygr_stats stats = guest_stats(&rig->status, YGR_CPU_ALL);

	for (unsigned int class = 0; class < YGR_CLASS_NR; class++)
		assert_int_equal(stats.dropped[class], 0);
}

static void check_all_arrived(struct rig *rig)
{
	daemon_check_accounts(&rig->daemon, &rig->far);
	assert_nothing_dropped(rig);
	assert_each_step_once(rig);
}

/* ---- fixture -------------------------------------------------------------- */

static int setup(void **state)
{
	static struct rig rig;

	memset(&rig, 0, sizeof(rig));
	*state = &rig;
	rig.status.fd = -1;
	rig.far.visit = note;
	rig.far.arg = &rig;
	rig.shared = mmap(NULL, sizeof(*rig.shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(rig.shared, MAP_FAILED);
	assert_true(!mkdir(STEADY_DIR, 0700) || errno == EEXIST);
	if (guest_module_load(MODULE_PARAMS))
		return -1;
	rig.status.fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC);
	daemon_init(&rig.daemon, "kill", NULL);
	daemon_receiver_start(&rig.daemon);
	daemon_start(&rig.daemon);
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	if (rig->workload)
		stop_work(rig);
	daemon_exit(&rig->daemon);
	far_end_close(&rig->far);
	munmap(rig->shared, sizeof(*rig->shared));
	close(rig->status.fd);
	return daemon_module_unload();
}

/* ---- chance --------------------------------------------------------------- */

static void pause_randomly(unsigned int max_ms)
{
	usleep(daemon_random(max_ms * 1000));
}

/* The last batch that the sender may forget. 0: none yet. */
static uint64_t acked_id(const struct rig *rig)
{
	struct ygr_sender_state state;

	return ygr_sender_state_load(rig->daemon.spool, "yagura", &state) ? 0 : state.acked_id;
}

/* The last whole batch of the receiver's file, of which a torn one may be the end. */
static uint64_t stored_id(const struct rig *rig)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;
	char path[DAEMON_PATH_BYTES];
	uint64_t id = 0;

	if (!daemon_find_stored(&rig->daemon, path))
		return 0;
	assert_int_equal(ygr_spool_scan_open(&scan, path, YGR_SCAN_RAW), 0);
	while (ygr_spool_scan_next(scan, &item) == YGR_SCAN_BATCH)
		id = item.header.batch_id;
	ygr_spool_scan_close(scan);
	return id;
}

static void kill_receiver(struct rig *rig)
{
	uint64_t acked;

	acked = acked_id(rig);
	daemon_receiver_kill(&rig->daemon);
	assert_true(stored_id(rig) >= acked);
	pause_randomly(50);
	daemon_receiver_start(&rig->daemon);
}

static void kill_all(struct rig *rig)
{
	daemon_kill(&rig->daemon);
	daemon_receiver_kill(&rig->daemon);
	pause_randomly(50);
	daemon_receiver_start(&rig->daemon);
	daemon_start(&rig->daemon);
}

/* From the moment that it has what it works with: its recovery may be cut short, too. */
static void kill_process(struct rig *rig, enum daemon_process process)
{
	pid_t pid = daemon_wait(&rig->daemon, process);

	pause_randomly(80);
	kill(pid, SIGKILL);
}

static void kill_one(struct rig *rig, enum victim victim)
{
	switch (victim) {
	case READER:
		kill_process(rig, DAEMON_READER);
		break;
	case SENDER:
		kill_process(rig, DAEMON_SENDER);
		break;
	case RECEIVER:
		kill_receiver(rig);
		break;
	case ALL:
	case VICTIM_NR:
		kill_all(rig);
		break;
	}
}

/* @each of every victim, and now and then all: which also ends the supervisor's patience. */
static unsigned int draw_plan(enum victim *plan, unsigned int each)
{
	const unsigned int nr_of[VICTIM_NR] = { each, each, each, each / 3 };
	unsigned int nr = 0;

	for (unsigned int victim = 0; victim < VICTIM_NR; victim++)
		for (unsigned int i = 0; i < nr_of[victim]; i++)
			plan[nr++] = victim;
	for (unsigned int i = nr - 1; i > 0; i--) {
		unsigned int j = daemon_random(i + 1);
		enum victim other = plan[i];

		plan[i] = plan[j];
		plan[j] = other;
	}
	return nr;
}

static void killed_at_random_nothing_is_lost(void **state)
{
	struct rig *rig = *state;
	unsigned int each = getenv("YAGURA_LONG") ? 100 : 20;
	enum victim plan[VICTIM_NR * 100];
	unsigned int nr = draw_plan(plan, each);

	start_work(rig);
	for (unsigned int i = 0; i < nr; i++) {
		pause_randomly(100);
		kill_one(rig, plan[i]);
	}
	stop_work(rig);
	check_all_arrived(rig);
	print_message("# %u kills, %u steps, %" PRIu64 " batches\n", nr, rig->shared->step_nr,
		      rig->far.batch_nr);
}

static void do_steps(struct rig *rig, unsigned int nr)
{
	while (nr--)
		assert_int_equal(do_step(rig->shared), 0);
}

static void what_is_in_the_ring_waits_for_a_reader(void **state)
{
	struct rig *rig = *state;

	daemon_wait_delivered(&rig->daemon, &rig->far);
	daemon_kill(&rig->daemon);
	do_steps(rig, 300);
	daemon_start(&rig->daemon);
	check_all_arrived(rig);
}

static bool rings_are_empty(const struct daemon *daemon)
{
	return daemon_number(daemon, DAEMON_READER, "spool.events") >= 300 &&
	       daemon_number(daemon, DAEMON_READER, "ring.used_bytes") < 4096;
}

static void what_is_in_the_spool_waits_for_the_receiver(void **state)
{
	struct rig *rig = *state;
	uint64_t stored;

	daemon_wait_delivered(&rig->daemon, &rig->far);
	daemon_receiver_kill(&rig->daemon);
	stored = stored_id(rig);
	do_steps(rig, 300);
	daemon_wait_until(&rig->daemon, rings_are_empty, "the reader to spool it all");
	daemon_kill(&rig->daemon);
	assert_int_equal(stored_id(rig), stored);
	daemon_receiver_start(&rig->daemon);
	daemon_start(&rig->daemon);
	check_all_arrived(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_in_the_ring_waits_for_a_reader, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_in_the_spool_waits_for_the_receiver, setup,
						teardown),
		cmocka_unit_test_setup_teardown(killed_at_random_nothing_is_lost, setup, teardown),
	};

	return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
