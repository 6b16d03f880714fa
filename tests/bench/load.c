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
#include "peer_bpf.h"

#define RUN_NR_MAX	5u
#define TOLD_WAIT_NS	10000000000ull	/* repeats are told within a second or two */

/* Of one run. happened = recorded + merged + suppressed + lost. */
struct books {
	uint64_t happened;
	uint64_t recorded;
	uint64_t merged;	/* repeats, told by a number */
	uint64_t suppressed;	/* over a budget, told by a number */
	uint64_t lost;		/* no room in the ring, told by a number */
	uint64_t losing_runs;
	uint64_t of_type;	/* of the kind that the work does; not those suppressed or lost */
};

struct watcher {
	void (*begin)(void *arg);	/* forgets what was */
	struct books (*end)(void *arg, uint16_t type);
	void *arg;
};

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

static void check(const struct load_work *work, const struct books *books)
{
	assert_int_equal(books->happened,
			 books->recorded + books->merged + books->suppressed + books->lost);
	if (!work->type)
		return;
	if (books->suppressed + books->lost)
		assert_in_range(books->of_type, 0, work->done_nr);
	else
		assert_int_equal(books->of_type, work->done_nr);
}

/* Sums over all runs. */
static void tell_books(const char *contender, const struct load_work *work,
		       const struct books *sum)
{
	const struct { const char *name; uint64_t nr; } items[] = {
		{ "happened", sum->happened }, { "recorded", sum->recorded },
		{ "merged", sum->merged }, { "suppressed", sum->suppressed }, { "lost", sum->lost },
		{ "losing-runs", sum->losing_runs },
	};
	char name[64];

	snprintf(name, sizeof(name), "%s-runs", work->name);
	bench_tell(contender, name, work->run_nr);
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		snprintf(name, sizeof(name), "%s-%s", work->name, items[i].name);
		bench_tell(contender, name, items[i].nr);
	}
}

static void add(struct books *sum, const struct books *books)
{
	sum->happened += books->happened;
	sum->recorded += books->recorded;
	sum->merged += books->merged;
	sum->suppressed += books->suppressed;
	sum->lost += books->lost;
	sum->losing_runs += books->lost != 0;
}

static void measure_work(const char *contender, unsigned int nr, const struct watcher *watcher)
{
	const struct load_work *work = &load_works[nr];
	struct books sum = { 0 };
	uint64_t ns[RUN_NR_MAX];

	for (unsigned int i = 0; i < work->run_nr; i++) {
		if (watcher)
			watcher->begin(watcher->arg);
		ns[i] = run(nr);
		if (watcher) {
			struct books books = watcher->end(watcher->arg, work->type);

			check(work, &books);
			add(&sum, &books);
		}
	}
	bench_tell_runs(contender, work->name, ns, work->run_nr, 1);
	if (watcher)
		tell_books(contender, work, &sum);
}

static void measure(const char *contender, const struct watcher *watcher)
{
	for (unsigned int i = 0; i < load_work_nr; i++)
		measure_work(contender, i, watcher);
	print_message("# measured: %s\n", contender);
}

/* ---- Yagura ---- */

/* What it had counted when the run began. */
struct yagura {
	struct guest *guest;
	struct ygr_stats stats;
	struct ygr_noise_stats noise;
	uint64_t seen[YGR_CLASS_MAX];
	uint64_t told[YGR_CLASS_MAX];
};

static bool has_told_all(const struct ygr_noise_stats *noise)
{
	return !memcmp(noise->coalesced, noise->coalesced_told, sizeof(noise->coalesced)) &&
	       !memcmp(noise->suppressed, noise->suppressed_told, sizeof(noise->suppressed));
}

/* Reads until nothing is held back any more. */
static void settle(struct yagura *yagura)
{
	uint64_t deadline_ns = bench_now_ns() + TOLD_WAIT_NS;
	struct guest *guest = yagura->guest;

	for (;;) {
		guest_drain(guest);
		yagura->noise = guest_noise(guest, YGR_CPU_ALL);
		if (has_told_all(&yagura->noise))
			break;
		assert_true(bench_now_ns() < deadline_ns);
		usleep(100000);
	}
	guest_drain(guest);
	guest_check_accounts(guest);
	yagura->stats = guest_stats(guest, YGR_CPU_ALL);
	memcpy(yagura->seen, guest->seen, sizeof(yagura->seen));
	memcpy(yagura->told, guest->merged, sizeof(yagura->told));
}

static void yagura_begin(void *arg)
{
	struct yagura *yagura = arg;

	settle(yagura);
	guest_forget(yagura->guest);
}

static uint64_t events_of(const struct guest *guest, uint16_t type)
{
	const struct guest_query query = { .type = type };
	const struct guest_event *event = NULL;
	uint64_t nr = 0;

	while (type && (event = guest_find(guest, &query, event)))
		nr += event->repeats.repeat_nr ?: 1;
	return nr;
}

/* What the sensor says of itself is none of the work's. */
static struct books yagura_end(void *arg, uint16_t type)
{
	struct yagura *yagura = arg;
	const struct yagura old = *yagura;
	struct books books = { 0 };

	settle(yagura);
	for (int class = 0; class < YGR_CLASS_NR; class++) {
		uint64_t merging = yagura->noise.merged[class] - old.noise.merged[class];
		uint64_t merged = yagura->noise.coalesced[class] - old.noise.coalesced[class];
		uint64_t suppressed = yagura->noise.suppressed[class] - old.noise.suppressed[class];

		if (class == YGR_CLASS_SENSOR)
			continue;
		books.happened += yagura->stats.produced[class] - old.stats.produced[class] -
				  merging + merged + suppressed;
		books.recorded += yagura->seen[class] - old.seen[class] -
				  (yagura->told[class] - old.told[class]);
		books.merged += merged;
		books.suppressed += suppressed;
		books.lost += yagura->stats.dropped[class] - old.stats.dropped[class];
	}
	books.of_type = events_of(yagura->guest, type);
	return books;
}

static const char record_all[] =
	"version: 1\n"
	"name: all\n"
	"rules:\n"
	"  - { name: all, on: [open-read, send], do: record }\n";

/* @yaml: NULL: what is recorded by itself */
static void measure_yagura(const char *contender, const char *params, const char *yaml)
{
	struct yagura yagura = { 0 };
	const struct watcher watcher = { yagura_begin, yagura_end, &yagura };

	assert_int_equal(guest_module_load_file("/yagura.ko", params), 0);
	yagura.guest = guest_open();
	if (yaml)
		guest_policy_load(yagura.guest, yaml);
	measure(contender, &watcher);
	guest_close(yagura.guest);
	assert_int_equal(guest_module_unload(), 0);
}

/* ---- BPF ---- */

static uint64_t bpf_seen[256]; /* by type */

static void count_record(const struct peer *peer, const struct ygr_record *head)
{
	(void)peer;
	assert_in_range(head->type, 1, 255);
	bpf_seen[head->type]++;
}

static void bpf_begin(void *arg)
{
	peer_consume(arg);
	memset(bpf_seen, 0, sizeof(bpf_seen));
}

/* It merges nothing, and peer_end() fails if it has lost anything. */
static struct books bpf_end(void *arg, uint16_t type)
{
	struct books books = { 0 };

	peer_consume(arg);
	for (unsigned int i = 0; i < sizeof(bpf_seen) / sizeof(bpf_seen[0]); i++)
		books.recorded += bpf_seen[i];
	books.happened = books.recorded;
	books.of_type = bpf_seen[type];
	return books;
}

static void measure_bpf(const char *contender, const char *open)
{
	const char *const programs[PEER_PROGRAM_NR] = {
		open, "full_connect", "full_exec", "full_fork", "full_exit", "full_create",
		"full_unlink", "full_rename",
	};
	struct peer *peer = peer_load(programs, 1);
	const struct watcher watcher = { bpf_begin, bpf_end, peer };

	peer_attach(peer, programs);
	peer_check(peer, TELLS_ALL);
	peer->on_record = count_record;
	measure(contender, &watcher);
	peer_end(peer);
}

/* ---- all of them ---- */

void bench_load(void **state)
{
	(void)state;
	load_prepare();
	starter_open();
	/* The first time, what is in no cache yet comes there. */
	for (unsigned int i = 0; i < load_work_nr; i++)
		run(i);
	bench_settle();
	measure("work-none", NULL);
	measure_yagura("work-default", "", NULL);
	measure_yagura("work-all", "coalesce_ms=0 process_budget=0 cgroup_budget=0", record_all);
	measure_bpf("work-bpf", "full_open");
	measure_bpf("work-bpf-all", "every_open");
	measure("work-none-again", NULL);
	starter_close();
}
