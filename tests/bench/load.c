// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole works beside what watches them: a process from its fork to its end, with all that it
 * starts. Told are the instructions of a run and what became of its events. Each watcher keeps
 * books, and they must balance after each run: nothing is lost without being counted.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"
#include "watch.h"

#define RUN_NR_MAX	5u
#define WARM_UP_NR	3u

/* ---- a run ---- */

struct result {
	uint64_t ns;
	int status;
};

/*
 * The works are children of a process that was there before any contender: what a reader has
 * mapped, a fork of its own would have to copy and the child's end to let go of.
 */
static int starter_fd;
static pid_t starter_pid;

static struct result start(const struct load_work *work)
{
	uint64_t begin_ns = bench_now_ns();
	struct result result = { 0 };
	pid_t pid = fork();

	if (!pid)
		_exit(work->run());
	if (pid < 0 || waitpid(pid, &result.status, 0) != pid)
		result.status = -1;
	result.ns = bench_now_ns() - begin_ns;
	return result;
}

/* The cgroup is joined once and not by each run, for the kernel may wait some milliseconds then. */
static int serve(int fd)
{
	struct result result;
	unsigned int work;

	if (!bench_cgroup_join())
		return 1;
	while (read(fd, &work, sizeof(work)) == sizeof(work)) {
		result = start(&load_works[work]);
		if (write(fd, &result, sizeof(result)) != sizeof(result))
			return 1;
	}
	return 0;
}

static void starter_open(void)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	starter_pid = fork();
	assert_true(starter_pid >= 0);
	if (!starter_pid) {
		close(fds[0]);
		_exit(serve(fds[1]));
	}
	close(fds[1]);
	starter_fd = fds[0];
}

static void starter_close(void)
{
	int status;

	close(starter_fd);
	assert_int_equal(waitpid(starter_pid, &status, 0), starter_pid);
	assert_int_equal(status, 0);
}

/* Return: ns from its fork to its end. */
static uint64_t run(unsigned int work)
{
	struct result result;

	assert_int_equal(write(starter_fd, &work, sizeof(work)), sizeof(work));
	assert_int_equal(read(starter_fd, &result, sizeof(result)), sizeof(result));
	if (result.status)
		fail_msg("%s: status %#x", load_works[work].name, result.status);
	return result.ns;
}

static void measure_work(const char *contender, unsigned int nr, struct watcher *watcher)
{
	const struct load_work *work = &load_works[nr];
	struct books sum = { 0 };
	uint64_t ns[RUN_NR_MAX];

	for (unsigned int i = 0; i < work->run_nr; i++) {
		if (watcher)
			watcher->begin(watcher);
		ns[i] = run(nr);
		if (watcher) {
			struct books books = watcher->end(watcher, work->type);

			watch_check(watcher, &books, work->type, work->done_nr);
			watch_add(&sum, &books);
		}
	}
	bench_tell_runs(contender, work->name, ns, work->run_nr, 1, BENCH_BY_MEDIAN);
	if (watcher)
		watch_tell(contender, work->name, &sum, work->run_nr);
}

/* @watcher: closed then; NULL: nobody */
static void measure(const char *contender, struct watcher *watcher)
{
	for (unsigned int i = 0; i < load_work_nr; i++)
		measure_work(contender, i, watcher);
	if (watcher)
		watcher->close(watcher);
	print_message("# measured: %s\n", contender);
}

static const char record_all[] =
	"version: 1\n"
	"name: all\n"
	"rules:\n"
	"  - { name: all, on: [open-read, send], do: record }\n";

/* What is in no cache yet comes there. A web server takes more until the third time, and after an idle while. */
static void warm_up(void)
{
	for (unsigned int round = 0; round < WARM_UP_NR; round++) {
		for (unsigned int i = 0; i < load_work_nr; i++)
			run(i);
		if (!round)
			bench_settle();
	}
}

void bench_load(void **state)
{
	(void)state;
	load_prepare();
	starter_open();
	warm_up();
	measure("work-none", NULL);
	measure("work-default", watch_by_yagura("", NULL));
	measure("work-all",
		watch_by_yagura("coalesce_ms=0 process_budget=0 cgroup_budget=0", record_all));
	measure("work-bpf", watch_by_bpf("full_open"));
	measure("work-bpf-all", watch_by_bpf("every_open"));
	measure("work-fanotify", watch_by_fanotify(false));
	measure("work-fanotify-permission", watch_by_fanotify(true));
	measure("work-none-again", NULL);
	measure("work-audit", watch_by_audit()); /* the last: what it has done to tasks stays */
	starter_close();
}
