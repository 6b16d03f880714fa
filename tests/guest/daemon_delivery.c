// SPDX-License-Identifier: GPL-2.0-only
/* From the rings to the far end: when all is there, and whether it adds up. */
#include "daemon.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "event_map.h"

bool daemon_find_stored(const struct daemon *daemon, char path[DAEMON_PATH_BYTES])
{
	char pattern[128];
	glob_t found;
	bool is_there;

	snprintf(pattern, sizeof(pattern), "%s/far-end/*.ygs", daemon->dir);
	is_there = !glob(pattern, 0, NULL, &found);
	if (is_there) {
		assert_int_equal(found.gl_pathc, 1);
		snprintf(path, DAEMON_PATH_BYTES, "%s", found.gl_pathv[0]);
	}
	globfree(&found);
	return is_there;
}

static bool try_open(const struct daemon *daemon, struct far_end *far)
{
	void (*visit)(void *arg, const struct ygr_event_value *event) = far->visit;
	void *arg = far->arg;
	char path[DAEMON_PATH_BYTES];

	if (far->scan)
		return true;
	if (!daemon_find_stored(daemon, path))
		return false;
	far_end_open(far, path);
	far->visit = visit;
	far->arg = arg;
	return true;
}

/* One file for each CPU, to be opened on it; looks at all other events on the way. */
struct marks {
	char path[FAR_END_CPU_NR_MAX][128];
	bool has_arrived[FAR_END_CPU_NR_MAX];
	unsigned int cpu_nr;
	void (*visit)(void *arg, const struct ygr_event_value *event);
	void *arg;
};

static void look_for_mark(void *arg, const struct ygr_event_value *event)
{
	struct marks *marks = arg;

	for (unsigned int cpu = 0; cpu < marks->cpu_nr; cpu++)
		marks->has_arrived[cpu] |= ygr_event_map_is(event, "type", "open") &&
					   ygr_event_map_is(event, "path", marks->path[cpu]);
	if (marks->visit)
		marks->visit(marks->arg, event);
}

static bool have_arrived(const struct marks *marks)
{
	for (unsigned int cpu = 0; cpu < marks->cpu_nr; cpu++)
		if (!marks->has_arrived[cpu])
			return false;
	return true;
}

static int make(void *arg)
{
	const struct marks *marks = arg;

	for (unsigned int cpu = 0; cpu < marks->cpu_nr; cpu++)
		if (guest_pin(cpu) || guest_file_write(marks->path[cpu], ""))
			return 1;
	return 0;
}

static void make_marks(struct marks *marks)
{
	assert_int_equal(guest_child_wait(guest_child_start(make, marks), GUEST_WAIT_MS), 0);
}

static void name_marks(struct daemon *daemon, struct marks *marks)
{
	unsigned int nr = ++daemon->marker_nr;

	marks->cpu_nr = sysconf(_SC_NPROCESSORS_ONLN);
	assert_in_range(marks->cpu_nr, 1, FAR_END_CPU_NR_MAX);
	for (unsigned int cpu = 0; cpu < marks->cpu_nr; cpu++)
		snprintf(marks->path[cpu], sizeof(marks->path[cpu]), "%s/mark-%u-%u", daemon->dir,
			 nr, cpu);
}

/* A ring that is full now drops a mark as it does any other open: hence again and again. */
void daemon_wait_delivered(struct daemon *daemon, struct far_end *far)
{
	uint64_t deadline_ns = guest_now_ns() + DAEMON_WAIT_MS * 1000000ull;
	struct marks marks = { .visit = far->visit, .arg = far->arg };

	name_marks(daemon, &marks);
	far->visit = look_for_mark;
	far->arg = &marks;
	for (unsigned int i = 0; !have_arrived(&marks); i++) {
		if (guest_now_ns() >= deadline_ns)
			daemon_fail(daemon, "all is at the far end");
		if (i % 20 == 0)
			make_marks(&marks);
		usleep(20000);
		if (try_open(daemon, far))
			far_end_read(far);
	}
	far->visit = marks.visit;
	far->arg = marks.arg;
}

/* Of each CPU, one that counts the events before this call. */
static void wait_totals(struct daemon *daemon, struct far_end *far)
{
	uint64_t deadline_ns = guest_now_ns() + DAEMON_WAIT_MS * 1000000ull;
	unsigned int cpu_nr = sysconf(_SC_NPROCESSORS_ONLN);
	struct far_end_cpu before[FAR_END_CPU_NR_MAX];

	memcpy(before, far->cpu, sizeof(before));
	for (unsigned int cpu = 0; cpu < cpu_nr;) {
		far_end_read(far);
		if (far->cpu[cpu].totals_nr > before[cpu].totals_nr) {
			cpu++;
			continue;
		}
		if (guest_now_ns() >= deadline_ns)
			daemon_fail(daemon, "TOTALS of each CPU");
		usleep(20000);
	}
}

void daemon_check_accounts(struct daemon *daemon, struct far_end *far)
{
	struct command said = { 0 };

	daemon_wait_delivered(daemon, far);
	wait_totals(daemon, far);
	assert_int_equal(daemon_number(daemon, DAEMON_READER, "ring.lost"), 0);
	assert_int_equal(daemon_number(daemon, DAEMON_READER, "ring.invalid"), 0);
	assert_int_equal(daemon_stop(daemon), 0);
	assert_int_equal(daemon_receiver_stop(daemon), 0);
	far_end_read(far);
	far_end_check_module(far);

	command_run(&said, "/t/yaguractl", "spool", "verify", far->path);
	assert_command(&said, 0, ", 0 faults\n");
	command_run(&said, "/t/yaguractl", "spool", "cat", "--totals", far->path);
	assert_command(&said, 0, "\nbalanced: ");
	command_free(&said);
}
