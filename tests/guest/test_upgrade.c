// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module is replaced while the machine is at work: what the old one saw is stored, what
 * nobody saw is said to be missing, and the policy is in force again.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "daemon.h"

#define UPGRADE		"/t/yagura-upgrade"
#define MODULE		"/yagura.ko"
#define DENIED_PATH	"/tmp/upgrade-denied"
#define POLICY \
	"version: 1\nname: upgrade\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: [" DENIED_PATH "] }, do: deny }\n"
#define STEPS_MAX	4096

struct rig {
	struct daemon daemon;
	pid_t worker;
	/* Shared with the worker: steps that are over, and whether to go on. */
	struct shared {
		_Atomic unsigned int step_nr;
		_Atomic int goes_on;
	} *shared;
	char start[96], stop[96];
};

/* ---- the machine at work ---- */

static void step_path(char path[64], unsigned int step)
{
	snprintf(path, 64, "/tmp/upgrade-step-%u", step);
}

static int work(void *arg)
{
	struct shared *shared = arg;
	char path[64];

	while (shared->goes_on && shared->step_nr < STEPS_MAX) {
		int fd;

		step_path(path, shared->step_nr);
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		if (fd < 0)
			return 1;
		close(fd);
		unlink(path);
		shared->step_nr++;
		usleep(5000);
	}
	return 0;
}

static void wait_for_steps(const struct rig *rig, unsigned int nr)
{
	unsigned int until = rig->shared->step_nr + nr;

	while (rig->shared->step_nr < until)
		usleep(5000);
}

/* ---- the daemon, as a service manager would run it ---- */

static void write_script(const char *path, const char *text)
{
	assert_int_equal(guest_file_write(path, text), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static void write_scripts(struct rig *rig)
{
	const struct daemon *daemon = &rig->daemon;
	char text[512];

	snprintf(rig->start, sizeof(rig->start), "%s/start", daemon->dir);
	snprintf(rig->stop, sizeof(rig->stop), "%s/stop", daemon->dir);
	snprintf(text, sizeof(text), "#!/bin/sh\n/t/yagurad -f -c %s >>%s/yagurad.log 2>&1 &\necho $! >%s/pid\n",
		 daemon->config, daemon->dir, daemon->dir);
	write_script(rig->start, text);
	snprintf(text, sizeof(text), "#!/bin/sh\npid=$(cat %s/pid)\nkill $pid\n"
		 "for i in $(seq 300); do [ -e /proc/$pid/exe ] || exit 0; sleep 0.1; done\nexit 1\n", daemon->dir);
	write_script(rig->stop, text);
}

static void run_script(const char *path)
{
	struct command said = { 0 };

	command_run(&said, path);
	assert_command(&said, 0, "");
	command_free(&said);
}

/* Whoever started it: its processes are found by the supervisor's id. */
static void wait_for_reader(struct rig *rig)
{
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/pid", rig->daemon.dir);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &rig->daemon.pid), 1);
	fclose(file);
	daemon_wait(&rig->daemon, DAEMON_READER);
}

/* ---- fixture ---- */

static int set_up(void **state)
{
	static struct rig rig;
	struct guest status = { .fd = -1 };

	memset(&rig, 0, sizeof(rig));
	*state = &rig;
	rig.shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(rig.shared != MAP_FAILED);
	rig.shared->goes_on = 1;
	assert_int_equal(guest_file_write(DENIED_PATH, ""), 0);
	assert_int_equal(guest_module_load("totals_ms=500"), 0);
	status.fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC);
	guest_policy_load(&status, POLICY);
	close(status.fd);
	daemon_init(&rig.daemon, "upgrade", NULL);
	write_scripts(&rig);
	run_script(rig.start);
	wait_for_reader(&rig);
	rig.worker = guest_child_start(work, rig.shared);
	wait_for_steps(&rig, 50);
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	rig->shared->goes_on = 0;
	guest_child_wait(rig->worker, 10000);
	run_script(rig->stop);
	munmap(rig->shared, 4096);
	return daemon_module_unload();
}

/* ---- what the spool says ---- */

struct story {
	bool steps[STEPS_MAX];		/* the creation of which is recorded */
	unsigned int twice_nr;
	unsigned int start_nr, stop_nr, outage_nr;
	uint64_t stop_time_ns, start_time_ns;
	uint64_t begin_time_ns, end_time_ns;	/* of the outage */
	bool rebooted;
};

static uint64_t number(const json_t *event, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(event, key));
}

static void note(struct story *story, const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));
	const char *path = json_string_value(json_object_get(event, "path"));
	unsigned int step;

	if (!strcmp(type, "create") && path && sscanf(path, "/tmp/upgrade-step-%u", &step) == 1) {
		story->twice_nr += story->steps[step];
		story->steps[step] = true;
	} else if (!strcmp(type, "start")) {
		story->start_nr++;
		story->start_time_ns = number(event, "time_ns");
	} else if (!strcmp(type, "stop")) {
		story->stop_nr++;
		story->stop_time_ns = number(event, "time_ns");
	} else if (!strcmp(type, "outage")) {
		story->outage_nr++;
		story->begin_time_ns = number(event, "begin_time_ns");
		story->end_time_ns = number(event, "end_time_ns");
		story->rebooted = number(event, "rebooted");
	}
}

static void read_spool(const struct rig *rig, struct story *story)
{
	struct command said = { 0 };
	char *line, *rest;

	memset(story, 0, sizeof(*story));
	command_run(&said, "/t/yaguractl", "spool", "cat", "--spool", rig->daemon.spool, "--format", "json");
	assert_int_equal(said.status, 0);
	for (rest = said.out; (line = strsep(&rest, "\n")) && *line;) {
		json_t *event = json_loads(line, JSON_ALLOW_NUL, NULL);

		assert_non_null(event);
		note(story, event);
		json_decref(event);
	}
	command_free(&said);
}

/* Return: how many are missing below @nr; all of them must lie in a row. */
static unsigned int missing_in_a_row(const struct story *story, unsigned int nr)
{
	unsigned int first = 0, last = nr, missing = 0;

	while (first < nr && story->steps[first])
		first++;
	while (last > first && story->steps[last - 1])
		last--;
	for (unsigned int i = first; i < last; i++)
		missing += !story->steps[i];
	assert_int_equal(missing, last - first);
	return missing;
}

static int64_t distance(uint64_t a, uint64_t b)
{
	return llabs((int64_t)(a - b));
}

/* ---- the tests ---- */

static void upgrade(struct rig *rig, struct command *said)
{
	command_run(said, "/bin/sh", UPGRADE, "--module", MODULE, "--parameters", "totals_ms=500",
		    "--stop-daemon", rig->stop, "--start-daemon", rig->start);
}

static void assert_denies(void)
{
	errno = 0;
	assert_int_equal(open(DENIED_PATH, O_WRONLY), -1);
	assert_int_equal(errno, EPERM);
}

static void replaced_while_events_flow(void **state)
{
	struct rig *rig = *state;
	struct command said = { 0 };
	static struct story story;
	unsigned int done;

	assert_denies();
	upgrade(rig, &said);
	assert_command(&said, 0, "is loaded");
	command_free(&said);
	assert_denies();
	wait_for_reader(rig);
	wait_for_steps(rig, 50);
	rig->shared->goes_on = 0;
	assert_int_equal(guest_child_wait(rig->worker, 10000), 0);
	rig->worker = guest_child_start(work, rig->shared);	/* for tear_down() */
	done = rig->shared->step_nr;
	/* A daemon that ends stores all that was recorded. */
	run_script(rig->stop);
	read_spool(rig, &story);
	run_script(rig->start);

	assert_int_equal(story.start_nr, 2);
	assert_int_equal(story.stop_nr, 1);
	assert_int_equal(story.outage_nr, 1);
	assert_false(story.rebooted);
	assert_int_equal(story.twice_nr, 0);
	assert_true(story.steps[0] && story.steps[done - 1]);
	/* Nothing is missing but what happened between the stop and the start. */
	missing_in_a_row(&story, done);
	/* And that is what the outage says: times are within what is told at the very end. */
	assert_true(story.end_time_ns > story.begin_time_ns);
	assert_true(distance(story.begin_time_ns, story.stop_time_ns) < 1000000000);
	assert_true(story.end_time_ns <= story.start_time_ns);
}

static void what_cannot_work_is_not_begun(void **state)
{
	struct rig *rig = *state;
	struct command said = { 0 };
	static struct story story;

	command_run(&said, "/bin/sh", UPGRADE, "--module", "/no/such.ko", "--stop-daemon", rig->stop,
		    "--start-daemon", rig->start);
	assert_command(&said, 1, "cannot read /no/such.ko");
	command_free(&said);
	command_run(&said, "/bin/sh", UPGRADE, "--modul", MODULE);
	assert_command(&said, 2, "unknown argument \"--modul\"");
	command_free(&said);
	assert_denies();
	wait_for_steps(rig, 10);
	run_script(rig->stop);
	read_spool(rig, &story);
	run_script(rig->start);
	assert_int_equal(story.stop_nr, 0);
	assert_int_equal(story.start_nr, 1);
	assert_int_equal(story.outage_nr, 0);
}

static void stop_asks_for_a_yes(void **state)
{
	struct command said = { 0 };

	(void)state;
	command_run(&said, "/t/yaguractl", "stop");
	assert_command(&said, 2, "say --yes");
	command_free(&said);
	assert_denies();
}

static void stop_says_what_to_do_next(void **state)
{
	struct command said = { 0 };
	int fd;

	(void)state;
	command_run(&said, "/t/yaguractl", "stop", "--yes");
	assert_command(&said, 0, "modprobe -r yagura");
	command_free(&said);
	fd = open(DENIED_PATH, O_WRONLY);
	assert_true(fd >= 0);
	close(fd);
	command_run(&said, "/t/yaguractl", "stop", "--yes");
	assert_command(&said, 1, "stopped already");
	command_free(&said);
	command_run(&said, "/t/yaguractl", "status");
	assert_command(&said, 0, "security_file_open");
	assert_non_null(strstr(said.out, "stopped"));
	command_free(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(replaced_while_events_flow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_work_is_not_begun, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stop_asks_for_a_yes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stop_says_what_to_do_next, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("upgrade", tests, NULL, NULL);
}
