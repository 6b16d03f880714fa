// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeats are merged, and who makes too many events has them counted: and nothing is
 * lost by it. Each test says how many events it makes, and finds them all again.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "guest.h"

#define DIR		"/tmp/noise/"
#define FILE_NR		400
#define LONG_NAME	"a-name-that-is-so-long-that-six-of-them-do-not-fit-beside-a-head-and-a-body-any-more-at-all-anyhow"

/* ---- counting ---- */

struct counts {
	uint64_t plain;		/* records of one event each */
	uint64_t merged;	/* records that tell repeats */
	uint64_t repeats;	/* these */
	uint64_t suppressed;
};

static bool is_of(const struct guest_event *event, pid_t pid, uint16_t type)
{
	return event->head.type == type && (!pid || event->head.tgid == (uint32_t)pid) &&
	       (type != YGR_EV_OPEN || !event->text[YGR_STR_PATH].bytes ||
		!strncmp(event->text[YGR_STR_PATH].bytes, DIR, strlen(DIR)));
}

/* Of @pid (0: of anybody), so far. Opens count only below DIR. */
static struct counts count(const struct guest *guest, pid_t pid, uint16_t type)
{
	struct counts counts = { 0 };

	for (const struct guest_event *event = guest->first; event; event = event->next) {
		if (event->head.type == YGR_EV_SUPPRESSED &&
		    (!pid || event->head.tgid == (uint32_t)pid))
			counts.suppressed += event->body.suppressed.suppressed[YGR_CLASS_FILE];
		if (!is_of(event, pid, type))
			continue;
		counts.plain += !event->repeats.repeat_nr;
		counts.merged += !!event->repeats.repeat_nr;
		counts.repeats += event->repeats.repeat_nr;
	}
	return counts;
}

static uint64_t sum(struct counts counts)
{
	return counts.plain + counts.repeats + counts.suppressed;
}

/* Whether all that was merged or suppressed has been told, and been read. */
static bool is_settled(struct guest *guest)
{
	struct ygr_noise_stats noise = guest_noise(guest, YGR_CPU_ALL);

	guest_drain(guest);
	return !memcmp(noise.coalesced, guest->coalesced, sizeof(noise.coalesced)) &&
	       !memcmp(noise.suppressed, guest->suppressed, sizeof(noise.suppressed));
}

/* The books of both sides, and between them. */
static void settle(struct guest *guest)
{
	uint64_t deadline_ns = guest_now_ns() + GUEST_WAIT_MS * 1000000ull;
	struct ygr_noise_stats noise;

	while (!is_settled(guest) && guest_now_ns() < deadline_ns)
		usleep(5000);
	noise = guest_noise(guest, YGR_CPU_ALL);
	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++) {
		assert_int_equal(noise.coalesced[class], guest->coalesced[class]);
		assert_int_equal(noise.coalesced_told[class], guest->coalesced[class]);
		assert_int_equal(noise.merged[class], guest->merged[class]);
		assert_int_equal(noise.suppressed[class], guest->suppressed[class]);
		assert_int_equal(noise.suppressed_told[class], guest->suppressed[class]);
	}
	guest_check_accounts(guest);
}

static const struct guest_event *find_merged(struct guest *guest, pid_t pid, uint16_t type)
{
	for (const struct guest_event *event = guest->first; event; event = event->next)
		if (is_of(event, pid, type) && event->repeats.repeat_nr)
			return event;
	return NULL;
}

/* ---- doing ---- */

static void path_of(char path[128], unsigned int index)
{
	snprintf(path, 128, DIR "file-%u", index);
}

/* Return: 0, or 1: an open failed. */
static int open_once(unsigned int index, int flags)
{
	char path[128];
	int fd;

	path_of(path, index);
	fd = open(path, flags);
	if (fd < 0)
		return 1;
	close(fd);
	return 0;
}

static int open_many(unsigned int index, int flags, unsigned int nr)
{
	int failed = 0;

	while (nr--)
		failed |= open_once(index, flags);
	return failed;
}

static pid_t run(int (*fn)(void *arg), void *arg)
{
	pid_t pid = guest_child_start(fn, arg);

	assert_int_equal(guest_child_wait(pid, 4 * GUEST_WAIT_MS), 0);
	return pid;
}

static int load(void **state, const char *params)
{
	struct guest *guest;
	char path[128];

	if (guest_module_load(params))
		return -1;
	guest = guest_open();
	*state = guest;
	mkdir(DIR, 0755);
	for (unsigned int i = 0; i < FILE_NR; i++) {
		path_of(path, i);
		if (guest_file_write(path, ""))
			return -1;
	}
	return 0;
}

/* A test starts with nothing held, nothing untold and nothing unread. */
static int forget(void **state)
{
	settle(*state);
	guest_forget(*state);
	return 0;
}

/* ---- repeats ---- */

#define REPEATS_PARAMS	"ring_kib=4096 totals_ms=1000 flush_ms=20 coalesce_ms=2000 process_budget=0 cgroup_budget=0"

static int setup_repeats(void **state)
{
	return load(state, REPEATS_PARAMS);
}

static int open_50(void *arg)
{
	(void)arg;
	return guest_pin(0) || open_many(1, O_WRONLY, 50);
}

static void the_first_is_told_and_the_others_are_one(void **state)
{
	struct guest *guest = *state;
	uint64_t before_ns = guest_now_ns();
	pid_t pid = run(open_50, NULL);
	const struct guest_event *merged, *end;

	guest_drain(guest);
	end = guest_expect(guest, .type = YGR_EV_EXIT, .tgid = pid);
	merged = find_merged(guest, pid, YGR_EV_OPEN);
	assert_non_null(merged);
	/* Slower than a window, in an emulator that others use too: one more series. */
	assert_int_equal(sum(count(guest, pid, YGR_EV_OPEN)), 50);
	assert_in_range(count(guest, pid, YGR_EV_OPEN).plain, 1, 3);
	assert_true(merged->repeats.first_ns > before_ns);
	/* Whole by itself, and told before the process's end. */
	assert_string_equal(merged->text[YGR_STR_PATH].bytes, DIR "file-1");
	assert_int_equal(merged->body.file.access, YGR_ACCESS_WRITE);
	assert_true(merged->body.file.file.ino);
	assert_string_equal(merged->head.comm, end->head.comm);
	assert_true(merged->head.time_ns <= end->head.time_ns);
	assert_true(merged->head.seq < end->head.seq);
}

/* Nobody has to end for it, or do anything more. */
static void the_end_of_the_window_tells(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(guest_pin(0), 0);
	assert_int_equal(open_many(2, O_WRONLY, 3), 0);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .flags = YGR_F_COALESCED,
		     .path = DIR "file-2");
	/* The second may be told in full. */
	assert_in_range(count(guest, getpid(), YGR_EV_OPEN).plain, 1, 2);
	assert_int_equal(sum(count(guest, getpid(), YGR_EV_OPEN)), 3);
}

static int open_differently(void *arg)
{
	int failed = guest_pin(0);

	(void)arg;
	failed |= open_once(1, O_WRONLY);
	failed |= open_once(1, O_WRONLY | O_APPEND);
	failed |= open_once(1, O_RDWR);
	failed |= open_once(2, O_WRONLY);
	failed |= seteuid(1) || seteuid(0);
	return failed;
}

static void another_mode_or_file_is_no_repeat(void **state)
{
	struct guest *guest = *state;
	pid_t pid = run(open_differently, NULL);

	settle(guest);
	assert_int_equal(count(guest, pid, YGR_EV_OPEN).plain, 4);
	assert_int_equal(count(guest, pid, YGR_EV_OPEN).merged, 0);
}

/* File 3 belongs to everybody. */
static int open_as_two(void *arg)
{
	(void)arg;
	if (guest_pin(0) || open_once(3, O_WRONLY) || seteuid(1000) || open_once(3, O_WRONLY) ||
	    seteuid(0))
		return 1;
	return 0;
}

static void another_user_is_no_repeat(void **state)
{
	struct guest *guest = *state;
	pid_t pid;

	assert_int_equal(chmod(DIR "file-3", 0666), 0);
	pid = run(open_as_two, NULL);
	settle(guest);
	assert_int_equal(count(guest, pid, YGR_EV_OPEN).plain, 2);
	assert_int_equal(count(guest, pid, YGR_EV_OPEN).merged, 0);
}

static int open_exec_open(void *arg)
{
	char *argv[] = { "/bin/sh", "-c", ": >>" DIR "file-4; : >>" DIR "file-4", NULL };

	(void)arg;
	if (guest_pin(0) || open_many(4, O_WRONLY | O_APPEND, 3))
		return 1;
	execv(argv[0], argv);
	return 1;
}

/* What the process did before is told as its program's of then. */
static void another_program_is_no_repeat(void **state)
{
	struct guest *guest = *state;
	pid_t pid = run(open_exec_open, NULL);
	const struct guest_event *exec, *merged;
	struct counts counts;

	settle(guest);
	counts = count(guest, pid, YGR_EV_OPEN);
	assert_int_equal(sum(counts), 5);
	assert_int_equal(counts.plain, 2);
	exec = guest_expect(guest, .type = YGR_EV_EXEC, .tgid = pid);
	merged = find_merged(guest, pid, YGR_EV_OPEN);
	assert_non_null(merged);
	assert_int_equal(merged->repeats.repeat_nr, 2);
	assert_true(merged->head.seq < exec->head.seq);
	assert_string_not_equal(merged->head.comm, exec->head.comm);
}

static int connect_to(const struct sockaddr *addr, socklen_t len, unsigned int nr)
{
	while (nr--) {
		int fd = socket(addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

		if (fd < 0)
			return 1;
		/* Nobody listens: it is the attempt that counts. */
		connect(fd, addr, len);
		close(fd);
	}
	return 0;
}

static int connect_7_5(void *arg)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(4711),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	(void)arg;
	if (guest_pin(0) || connect_to((void *)&in, sizeof(in), 7))
		return 1;
	in.sin_port = htons(4712);
	return connect_to((void *)&in, sizeof(in), 5);
}

static void connects_merge_by_address(void **state)
{
	struct guest *guest = *state;
	pid_t pid = run(connect_7_5, NULL);
	struct counts counts;

	settle(guest);
	counts = count(guest, pid, YGR_EV_CONNECT);
	assert_int_equal(sum(counts), 12);
	/* Of each, the second may be told in full, too. */
	assert_in_range(counts.plain, 2, 4);
	assert_int_equal(counts.merged, 2);
	counts = count(guest, pid, YGR_EV_SOCKET_CREATE);
	assert_int_equal(sum(counts), 12);
	assert_int_equal(counts.plain, 1);
}

static int connect_names(void *arg)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	(void)arg;
	if (guest_pin(0))
		return 1;
	strcpy(un.sun_path, "/tmp/none-a");
	if (connect_to((void *)&un, sizeof(un), 3))
		return 1;
	strcpy(un.sun_path, "/tmp/none-b");
	if (connect_to((void *)&un, sizeof(un), 1))
		return 1;
	strcpy(un.sun_path + 1, "tmp/none-a");
	un.sun_path[0] = '\0';
	return connect_to((void *)&un, offsetof(struct sockaddr_un, sun_path) + 11, 2);
}

/* Two slots are there for what hashes alike: now and then three of a process's series do, and one is told in parts. */
static void unix_names_are_objects(void **state)
{
	struct guest *guest = *state;
	struct counts counts;

	for (unsigned int tries = 0; tries < 4; tries++) {
		pid_t pid = run(connect_names, NULL);

		settle(guest);
		counts = count(guest, pid, YGR_EV_CONNECT);
		assert_int_equal(sum(counts), 6);
		if (counts.plain == 3 && counts.merged == 2)
			return;
	}
	fail_msg("%u alone and %u merged, not 3 and 2", (unsigned int)counts.plain, (unsigned int)counts.merged);
}

static int open_denied_20(void *arg)
{
	int denied = 0;

	(void)arg;
	for (unsigned int i = 0; i < 20; i++)
		denied += open(DIR "file-5", O_WRONLY) < 0 && errno == EPERM;
	return denied != 20;
}

static void a_denial_is_never_merged(void **state)
{
	struct guest *guest = *state;
	pid_t pid;

	guest_policy_load(guest, "version: 1\nname: t\nrules:\n"
			  "  - { name: no, on: open-write, where: { path: " DIR "file-5 }, do: deny }\n");
	pid = run(open_denied_20, NULL);
	settle(guest);
	assert_int_equal(count(guest, pid, YGR_EV_OPEN).plain, 20);
	assert_int_equal(count(guest, pid, YGR_EV_OPEN).merged, 0);

	guest_policy_load(guest, "version: 1\nname: t\nmode: monitor\nrules:\n"
			  "  - { name: no, on: open-write, where: { path: " DIR "file-5 }, do: deny }\n");
	pid = run(open_50, NULL);
	settle(guest);
	assert_int_equal(count(guest, pid, YGR_EV_OPEN).merged, 1);
	assert_int_equal(open_many(5, O_WRONLY, 20), 0);
	settle(guest);
	assert_int_equal(count(guest, getpid(), YGR_EV_OPEN).plain, 20);
	guest_policy_clear(guest);
}

/* By whose policy it was judged is told; whoever comes after is another series. */
static void a_new_policy_ends_the_series(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_clear(guest), after;
	const struct guest_event *merged;

	settle(guest);
	guest_forget(guest);
	assert_int_equal(guest_pin(0), 0);
	assert_int_equal(open_many(6, O_WRONLY, 4), 0);
	after = guest_policy_clear(guest);
	assert_int_equal(open_many(6, O_WRONLY, 3), 0);
	settle(guest);
	assert_int_equal(sum(count(guest, getpid(), YGR_EV_OPEN)), 7);
	assert_int_equal(count(guest, getpid(), YGR_EV_OPEN).merged, 2);
	merged = guest_expect(guest, .type = YGR_EV_OPEN, .generation = before,
			      .flags = YGR_F_COALESCED);
	assert_int_equal(merged->repeats.repeat_nr, 3);
	merged = guest_expect(guest, .type = YGR_EV_OPEN, .generation = after,
			      .flags = YGR_F_COALESCED);
	assert_int_equal(merged->repeats.repeat_nr, 2);
}

/* What does not fit where repeats are held is told each time. */
static void a_long_path_is_told_each_time(void **state)
{
	struct guest *guest = *state;
	char path[1024] = DIR;

	for (unsigned int i = 0; i < 6; i++) {
		strcat(path, LONG_NAME);
		assert_int_equal(mkdir(path, 0755), 0);
		strcat(path, "/");
	}
	strcat(path, "f");
	settle(guest);
	guest_forget(guest);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(guest_file_write(path, ""), 0);
	settle(guest);
	assert_int_equal(count(guest, getpid(), YGR_EV_OPEN).plain, 5);
	assert_int_equal(count(guest, getpid(), YGR_EV_OPEN).merged, 0);
}

#define STORM_NR	4000
#define STORM_CHILDREN	6

/* Few files most of the time and any now and then, on any CPU. */
static int open_at_random(void *arg)
{
	unsigned int seed = (uintptr_t)arg;
	int failed = 0;

	for (unsigned int i = 0; i < STORM_NR / STORM_CHILDREN; i++) {
		unsigned int random = rand_r(&seed);

		failed |= open_once(random % 8 ? random / 8 % 5 : random / 8 % FILE_NR,
				    random & 1 << 20 ? O_WRONLY : O_RDWR);
		if (!(random % 97))
			failed |= guest_pin(random / 97 % 2);
	}
	return failed;
}

static void a_storm_adds_up(void **state)
{
	struct guest *guest = *state;
	pid_t pid[STORM_CHILDREN];
	struct counts counts;
	uint64_t all = 0;

	for (unsigned int i = 0; i < STORM_CHILDREN; i++)
		pid[i] = guest_child_start(open_at_random, (void *)(uintptr_t)(i + 1));
	for (unsigned int i = 0; i < STORM_CHILDREN; i++)
		assert_int_equal(guest_child_wait(pid[i], 4 * GUEST_WAIT_MS), 0);
	settle(guest);
	for (unsigned int i = 0; i < STORM_CHILDREN; i++) {
		assert_int_equal(sum(count(guest, pid[i], YGR_EV_OPEN)), STORM_NR / STORM_CHILDREN);
		all += sum(count(guest, pid[i], YGR_EV_OPEN));
	}
	assert_int_equal(all, STORM_NR / STORM_CHILDREN * STORM_CHILDREN);
	counts = count(guest, 0, YGR_EV_OPEN);
	assert_true(counts.repeats > STORM_NR / 4);
	print_message("# %d opens: %d records, %d of them tell %d repeats\n", STORM_NR,
		      (int)(counts.plain + counts.merged), (int)counts.merged, (int)counts.repeats);
}

/* ---- budgets ---- */

#define BUDGET_PARAMS	"ring_kib=1024 totals_ms=300 flush_ms=20 coalesce_ms=0 process_budget=25 cgroup_budget=10"

static int setup_budgets(void **state)
{
	mkdir("/tmp/cg", 0755);
	if (mount("cgroup2", "/tmp/cg", "cgroup2", 0, NULL) && errno != EBUSY)
		return -1;
	return load(state, BUDGET_PARAMS);
}

static int open_each(void *arg)
{
	unsigned int nr = (uintptr_t)arg;
	int failed = guest_pin(0);

	for (unsigned int i = 0; i < nr; i++)
		failed |= open_once(i, O_WRONLY);
	return failed;
}

static void the_excess_is_counted_on_the_process(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *told;
	struct counts counts;
	uint64_t seconds;
	pid_t pid;

	seconds = guest_now_ns() / 1000000000;
	pid = run(open_each, (void *)(uintptr_t)FILE_NR);
	seconds = guest_now_ns() / 1000000000 - seconds;
	settle(guest);
	counts = count(guest, pid, YGR_EV_OPEN);
	assert_int_equal(sum(counts), FILE_NR);
	assert_in_range(counts.plain, 25, 25 * (seconds + 2));
	assert_true(counts.suppressed > 0);
	told = guest_expect(guest, .type = YGR_EV_SUPPRESSED, .tgid = pid);
	assert_int_equal(told->body.suppressed.scope, YGR_SUPPRESSED_PROCESS);
	assert_true(told->body.suppressed.first_ns <= told->body.suppressed.last_ns);
	assert_string_equal(told->head.comm, guest_expect(guest, .type = YGR_EV_EXIT, .tgid = pid)->head.comm);
	assert_true(told->head.start_ns);
}

static int open_few(void *arg)
{
	return open_each(arg);
}

/* The others' are their own: a modest one loses nothing beside it. */
static void a_modest_process_loses_nothing(void **state)
{
	struct guest *guest = *state;
	pid_t noisy = guest_child_start(open_each, (void *)(uintptr_t)FILE_NR);
	pid_t modest = run(open_few, (void *)(uintptr_t)20);

	assert_int_equal(guest_child_wait(noisy, GUEST_WAIT_MS), 0);
	settle(guest);
	assert_int_equal(count(guest, modest, YGR_EV_OPEN).plain, 20);
	assert_int_equal(count(guest, modest, YGR_EV_OPEN).suppressed, 0);
	assert_int_equal(sum(count(guest, noisy, YGR_EV_OPEN)), FILE_NR);
}

/* What somebody wants to be alarmed of is told, however much else there was. */
static int open_each_then_alert(void *arg)
{
	return open_each(arg) | open_once(0, O_WRONLY | O_APPEND) | open_once(399, O_WRONLY);
}

static void an_alert_has_no_budget(void **state)
{
	struct guest *guest = *state;
	pid_t pid;

	guest_policy_load(guest, "version: 1\nname: t\nrules:\n"
			  "  - { name: hear, on: open-write, where: { path: " DIR "file-399 }, do: record, severity: high }\n");
	pid = run(open_each_then_alert, (void *)(uintptr_t)(FILE_NR - 1));
	settle(guest);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = pid, .path = DIR "file-399", .rule = "hear");
	assert_int_equal(sum(count(guest, pid, YGR_EV_OPEN)), FILE_NR + 1);
	guest_policy_clear(guest);
}

#define SHORT_NR	40

static int open_15(void *arg)
{
	(void)arg;
	return open_each((void *)(uintptr_t)15);
}

static int many_short(void *arg)
{
	(void)arg;
	if (guest_file_write("/tmp/cg/job/cgroup.procs", "0"))
		return 1;
	for (unsigned int i = 0; i < SHORT_NR; i++)
		if (guest_child_wait(guest_child_start(open_15, NULL), GUEST_WAIT_MS))
			return 1;
	return 0;
}

/* No process of it does much, and together they do too much. */
static void a_job_of_many_short_processes_has_a_budget(void **state)
{
	struct guest *guest = *state;
	struct counts counts;
	struct stat job;
	/* As of the first record that is kept. */
	uint64_t before = guest->suppressed[YGR_CLASS_FILE], ours;

	mkdir("/tmp/cg/job", 0755);
	assert_int_equal(stat("/tmp/cg/job", &job), 0);
	run(many_short, NULL);
	settle(guest);
	counts = count(guest, 0, YGR_EV_OPEN);
	/* What the test itself had too many of before, may be told only now. */
	ours = count(guest, getpid(), YGR_EV_OPEN).suppressed;
	assert_int_equal(sum(counts) - ours, SHORT_NR * 15);
	assert_true(counts.suppressed > ours);
	assert_int_equal(counts.suppressed, guest->suppressed[YGR_CLASS_FILE] - before);
	for (const struct guest_event *event = guest->first; event; event = event->next)
		if (event->head.type == YGR_EV_SUPPRESSED && event->head.tgid != (uint32_t)getpid()) {
			assert_int_equal(event->body.suppressed.scope, YGR_SUPPRESSED_CGROUP);
			assert_int_equal(event->head.cgroup_id, job.st_ino);
			assert_int_equal(event->head.tgid, 0);
		}
	/* All processes are told, whatever of their opens is. */
	assert_int_equal(count(guest, 0, YGR_EV_EXIT).plain, SHORT_NR + 1);
}

/* ---- budgets that are not asked each time ---- */

#define PASS_PARAMS	"ring_kib=4096 totals_ms=300 flush_ms=20 coalesce_ms=0 process_budget=1000 cgroup_budget=200"
#define ROUNDS		25

static int setup_passes(void **state)
{
	return load(state, PASS_PARAMS);
}

static int open_each_again_and_again(void *arg)
{
	int failed = 0;

	for (unsigned int i = 0; i < ROUNDS; i++)
		failed |= open_each(arg);
	return failed;
}

/* What is kept of tasks whose passes nobody was told of yet: of as many on each of two CPUs. */
#define TASKS_KEPT	(2u * 16u)

/*
 * Of who opens for so long: a budget a second, and the hundredth that passes unasked; of a job whose
 * processes end before they are asked, once more for each that is kept.
 */
static void assert_within(uint64_t plain, uint64_t budget, uint64_t seconds, unsigned int tasks)
{
	const uint64_t passes = budget / 100;

	assert_in_range(plain, budget, (budget + passes) * (seconds + 2) + passes * tasks);
}

static uint64_t compact_opens(const struct guest *guest, pid_t pid)
{
	uint64_t nr = 0;

	for (const struct guest_event *event = guest->first; event; event = event->next)
		nr += is_of(event, pid, YGR_EV_OPEN) && event->ring_bytes < event->head.len;
	return nr;
}

static void what_passed_is_charged_to_the_process(void **state)
{
	struct guest *guest = *state;
	uint64_t seconds = guest_now_ns() / 1000000000;
	pid_t pid = run(open_each_again_and_again, (void *)(uintptr_t)FILE_NR);
	struct counts counts;

	seconds = guest_now_ns() / 1000000000 - seconds;
	settle(guest);
	counts = count(guest, pid, YGR_EV_OPEN);
	assert_int_equal(sum(counts), FILE_NR * ROUNDS);
	assert_within(counts.plain, 1000, seconds, 0);
	assert_true(counts.suppressed > 0);
	assert_true(compact_opens(guest, pid) > counts.plain / 2);
}

/* As many as anybody likes, and then a budget: that begins with nothing taken. */
static void what_had_no_budget_is_charged_to_none(void **state)
{
	struct guest *guest = *state;
	struct counts counts;
	cpu_set_t first, all;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(first), &first), 0);
	open_each((void *)(uintptr_t)10);
	guest_policy_load(guest, "version: 1\nname: t\noptions: { process-budget: off, cgroup-budget: off }\nrules: []\n");
	open_each_again_and_again((void *)(uintptr_t)100);
	guest_policy_clear(guest);
	settle(guest);
	guest_forget(guest);
	open_each((void *)(uintptr_t)10);
	settle(guest);
	counts = count(guest, getpid(), YGR_EV_OPEN);
	assert_int_equal(counts.plain, 10);
	assert_int_equal(counts.suppressed, 0);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

static int many_short_again(void *arg)
{
	int failed = 0;

	for (unsigned int i = 0; i < 3 && !failed; i++)
		failed = many_short(arg);
	return failed;
}

/* Each is gone before its budget would be asked a second time; another takes its place. */
static void what_short_ones_passed_is_charged_to_the_job(void **state)
{
	struct guest *guest = *state;
	uint64_t seconds = guest_now_ns() / 1000000000;
	struct counts counts;

	run(many_short_again, NULL);
	seconds = guest_now_ns() / 1000000000 - seconds;
	settle(guest);
	counts = count(guest, 0, YGR_EV_OPEN);
	/* And, if the budget was gone by then, each round's open and close of cgroup.procs. */
	assert_in_range(sum(counts), 3 * SHORT_NR * 15, 3 * SHORT_NR * 15 + 3 * 2);
	assert_true(counts.suppressed > 0);
	assert_within(counts.plain, 200, seconds, TASKS_KEPT);
}

/* ---- fairness ---- */

#define FAIR_PARAMS	"ring_kib=64 totals_ms=300 flush_ms=20 coalesce_ms=400 process_budget=1000000 cgroup_budget=0"
#define EXEC_NR		5

static int setup_fair(void **state)
{
	return load(state, FAIR_PARAMS);
}

static int open_for_ever(void *arg)
{
	int failed = guest_pin(0);

	(void)arg;
	for (unsigned int i = 0; !failed; i = (i + 1) % FILE_NR)
		failed = open_once(i, O_WRONLY);
	return failed;
}

/* Forks, so that it has new processes that open something, and executes. */
static pid_t exec_one(void)
{
	char *argv[] = { "/bin/sh", "-c", ": >" DIR "quiet", NULL };
	pid_t pid;

	assert_int_equal(guest_child_exec(argv, &pid), 0);
	return pid;
}

/*
 * A small ring, which nobody reads for a second at a time. What is left of the noisy one is half
 * a ring of single opens and of repeats.
 */
static void no_noise_drowns_an_exec(void **state)
{
	struct guest *guest = *state;
	struct ygr_stats before = guest_stats(guest, YGR_CPU_ALL), after;
	uint64_t suppressed = guest->suppressed[YGR_CLASS_FILE];
	pid_t noisy = guest_child_start(open_for_ever, NULL), quiet[EXEC_NR];
	const struct guest_event *told;
	struct counts counts;

	assert_int_equal(guest_pin(0), 0);
	for (unsigned int i = 0; i < EXEC_NR; i++) {
		quiet[i] = exec_one();
		sleep(1);
		guest_drain(guest);
	}
	assert_int_equal(kill(noisy, SIGKILL), 0);
	assert_int_equal(guest_child_wait(noisy, GUEST_WAIT_MS), 128 + SIGKILL);
	settle(guest);

	after = guest_stats(guest, YGR_CPU_ALL);
	assert_int_equal(after.dropped[YGR_CLASS_EXEC] - before.dropped[YGR_CLASS_EXEC], 0);
	assert_int_equal(after.dropped[YGR_CLASS_EXIT] - before.dropped[YGR_CLASS_EXIT], 0);
	assert_int_equal(after.dropped[YGR_CLASS_FORK] - before.dropped[YGR_CLASS_FORK], 0);
	/* Nor anything else of theirs, down to a file that they write. */
	assert_int_equal(after.dropped[YGR_CLASS_FILE] - before.dropped[YGR_CLASS_FILE], 0);
	for (unsigned int i = 0; i < EXEC_NR; i++) {
		guest_expect(guest, .type = YGR_EV_EXEC, .tgid = quiet[i]);
		guest_expect(guest, .type = YGR_EV_EXIT, .tgid = quiet[i]);
		guest_expect(guest, .type = YGR_EV_OPEN, .tgid = quiet[i], .path = DIR "quiet");
		assert_int_equal(count(guest, quiet[i], YGR_EV_OPEN).suppressed, 0);
	}
	counts = count(guest, noisy, YGR_EV_OPEN);
	told = guest_expect(guest, .type = YGR_EV_SUPPRESSED, .tgid = noisy);
	assert_int_equal(told->body.suppressed.scope, YGR_SUPPRESSED_PROCESS);
	assert_string_equal(told->head.comm,
			    guest_expect(guest, .type = YGR_EV_EXIT, .tgid = noisy)->head.comm);
	assert_true(counts.suppressed > counts.plain + counts.merged);
	/* What was suppressed, all of it, is on the noisy one. */
	assert_int_equal(guest->suppressed[YGR_CLASS_FILE] - suppressed, counts.suppressed);
	print_message("# noisy: %d opens recorded, %d counted; quiet: %d execs of %d\n",
		      (int)counts.plain, (int)counts.suppressed, EXEC_NR, EXEC_NR);
}

int main(void)
{
	const struct CMUnitTest repeats[] = {
		cmocka_unit_test_setup(the_first_is_told_and_the_others_are_one, forget),
		cmocka_unit_test_setup(the_end_of_the_window_tells, forget),
		cmocka_unit_test_setup(another_mode_or_file_is_no_repeat, forget),
		cmocka_unit_test_setup(another_user_is_no_repeat, forget),
		cmocka_unit_test_setup(another_program_is_no_repeat, forget),
		cmocka_unit_test_setup(connects_merge_by_address, forget),
		cmocka_unit_test_setup(unix_names_are_objects, forget),
		cmocka_unit_test_setup(a_denial_is_never_merged, forget),
		cmocka_unit_test_setup(a_new_policy_ends_the_series, forget),
		cmocka_unit_test_setup(a_long_path_is_told_each_time, forget),
		cmocka_unit_test_setup(a_storm_adds_up, forget),
	};
	const struct CMUnitTest budgets[] = {
		cmocka_unit_test_setup(the_excess_is_counted_on_the_process, forget),
		cmocka_unit_test_setup(a_modest_process_loses_nothing, forget),
		cmocka_unit_test_setup(an_alert_has_no_budget, forget),
		cmocka_unit_test_setup(a_job_of_many_short_processes_has_a_budget, forget),
	};
	const struct CMUnitTest passes[] = {
		cmocka_unit_test_setup(what_passed_is_charged_to_the_process, forget),
		cmocka_unit_test_setup(what_short_ones_passed_is_charged_to_the_job, forget),
		cmocka_unit_test_setup(what_had_no_budget_is_charged_to_none, forget),
	};
	const struct CMUnitTest fairness[] = {
		cmocka_unit_test_setup(no_noise_drowns_an_exec, forget),
	};

	return cmocka_run_group_tests(repeats, setup_repeats, guest_teardown) +
	       cmocka_run_group_tests(budgets, setup_budgets, guest_teardown) +
	       cmocka_run_group_tests(passes, setup_passes, guest_teardown) +
	       cmocka_run_group_tests(fairness, setup_fair, guest_teardown);
}
