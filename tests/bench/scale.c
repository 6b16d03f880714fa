// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens for writing on each CPU of the guest at once, by a process that may run nowhere else: of
 * files of its own, of files that all of them open, and of one that all of them open over and
 * over.
 *
 * With -icount, the CPUs run by turns, and the guest's clock counts the instructions of all of
 * them: from the first one's beginning to the last one's end it is what all opens took together.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch.h"

#define DIR		"/bench/scale"
#define CPU_NR_MAX	16u
#define RUN_NR		5u
#define OPEN_NR		1000u	/* by each CPU; for a while, and no more than a ring holds */
#define READY_WAIT_NS	10000000000ull

static const struct variant {
	const char *name;
	bool has_own;		/* each CPU its own files */
	unsigned int file_nr;
} variants[] = {
	{ "own",	true,	OPEN_NR },
	{ "shared",	false,	OPEN_NR },
	{ "one",	false,	1 },
};

#define VARIANT_NR (sizeof(variants) / sizeof(variants[0]))

static unsigned int cpu_nr;

/* In memory that all processes share. */
static struct field {
	bool counts_turns;	/* how often another CPU was the last to open, which is not measured */
	unsigned int last_cpu;
	unsigned int turn_nr;
	unsigned int ready_nr;
	unsigned int done_nr;
	uint64_t begin_ns[CPU_NR_MAX];
	uint64_t end_ns[CPU_NR_MAX];
} *field;

static void file_path(char path[64], unsigned int cpu, unsigned int nr)
{
	snprintf(path, 64, DIR "/cpu_%02u/file_%04u", cpu, nr);
}

static void prepare(void)
{
	char path[64];

	mkdir("/bench", 0755);
	mkdir(DIR, 0755);
	for (unsigned int cpu = 0; cpu < cpu_nr; cpu++) {
		snprintf(path, sizeof(path), DIR "/cpu_%02u", cpu);
		mkdir(path, 0755);
		for (unsigned int i = 0; i < OPEN_NR; i++) {
			file_path(path, cpu, i);
			assert_int_equal(guest_file_write(path, ""), 0);
		}
	}
	field = mmap(NULL, sizeof(*field), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	assert_true(field != MAP_FAILED);
	bench_cgroup_make();
}

/* ---- a run ---- */

/* Pipes that nobody writes to: who reads one waits until it is closed. */
struct gates {
	int begin[2];
	int end[2];
	int done[2];	/* the last one writes here */
};

static void wait_at(const int gate[2])
{
	char byte;

	while (read(gate[0], &byte, 1) > 0)
		;
}

static bool open_all(const struct variant *variant, unsigned int cpu)
{
	char path[64];

	for (unsigned int i = 0; i < OPEN_NR; i++) {
		int fd;

		if (field->counts_turns && __atomic_exchange_n(&field->last_cpu, cpu, __ATOMIC_RELAXED) != cpu)
			__atomic_add_fetch(&field->turn_nr, 1, __ATOMIC_RELAXED);
		file_path(path, variant->has_own ? cpu : 0, i % variant->file_nr);
		fd = open(path, O_WRONLY);
		if (fd < 0 || close(fd))
			return false;
		/* Ends this CPU's turn. Without it one has opened all before another begins. */
		__builtin_ia32_pause();
	}
	return true;
}

/* What comes after the last open, of whomever, is not in it. Return: exit status. */
static int run_on(const struct variant *variant, unsigned int cpu, const struct gates *gates)
{
	bool is_done;

	close(gates->begin[1]);
	close(gates->end[1]);
	if (guest_pin(cpu) || !bench_cgroup_join())
		return 1;
	__atomic_add_fetch(&field->ready_nr, 1, __ATOMIC_SEQ_CST);
	wait_at(gates->begin);
	field->begin_ns[cpu] = bench_now_ns();
	is_done = open_all(variant, cpu);
	field->end_ns[cpu] = bench_now_ns();
	if (__atomic_add_fetch(&field->done_nr, 1, __ATOMIC_SEQ_CST) == cpu_nr &&
	    write(gates->done[1], "", 1) != 1)
		return 2;
	wait_at(gates->end);
	return is_done ? 0 : 3;
}

static uint64_t taken_ns(void)
{
	uint64_t begin_ns = field->begin_ns[0], end_ns = field->end_ns[0];

	for (unsigned int cpu = 1; cpu < cpu_nr; cpu++) {
		if (field->begin_ns[cpu] < begin_ns)
			begin_ns = field->begin_ns[cpu];
		if (field->end_ns[cpu] > end_ns)
			end_ns = field->end_ns[cpu];
	}
	return end_ns - begin_ns;
}

/* Return: ns of all opens together. */
static uint64_t run(const struct variant *variant, bool counts_turns)
{
	uint64_t deadline_ns;
	struct gates gates;
	pid_t pids[CPU_NR_MAX];
	char byte;
	int status;

	assert_int_equal(pipe(gates.begin) | pipe(gates.end) | pipe(gates.done), 0);
	memset(field, 0, sizeof(*field));
	field->counts_turns = counts_turns;
	for (unsigned int cpu = 0; cpu < cpu_nr; cpu++) {
		pids[cpu] = fork();
		assert_true(pids[cpu] >= 0);
		if (!pids[cpu])
			_exit(run_on(variant, cpu, &gates));
	}
	close(gates.done[1]);
	deadline_ns = bench_now_ns() + READY_WAIT_NS;
	while (__atomic_load_n(&field->ready_nr, __ATOMIC_SEQ_CST) != cpu_nr) {
		assert_true(bench_now_ns() < deadline_ns);
		usleep(1000);
	}
	/* Let them come to wait. */
	usleep(20000);
	close(gates.begin[1]);
	assert_int_equal(read(gates.done[0], &byte, 1), 1);
	close(gates.end[1]);
	for (unsigned int cpu = 0; cpu < cpu_nr; cpu++) {
		assert_int_equal(waitpid(pids[cpu], &status, 0), pids[cpu]);
		assert_int_equal(status, 0);
	}
	close(gates.begin[0]);
	close(gates.end[0]);
	close(gates.done[0]);
	return taken_ns();
}

static void measure_variant(const char *contender, const struct variant *variant,
			    struct watcher *watcher)
{
	const unsigned int open_nr = cpu_nr * OPEN_NR;
	struct books sum = { 0 };
	uint64_t ns[RUN_NR];
	char work[32];

	for (unsigned int i = 0; i < RUN_NR; i++) {
		if (watcher)
			watcher->begin(watcher);
		ns[i] = run(variant, false);
		if (watcher) {
			struct books books = watcher->end(watcher, YGR_EV_OPEN);

			watch_check(watcher, &books, YGR_EV_OPEN, open_nr);
			watch_add(&sum, &books);
		}
	}
	snprintf(work, sizeof(work), "%s-%u", variant->name, cpu_nr);
	bench_tell_runs(contender, work, ns, RUN_NR, open_nr, BENCH_BY_MEDIAN);
	if (watcher)
		watch_tell(contender, work, &sum, RUN_NR);
}

/* @watcher: closed then; NULL: nobody */
static void measure(const char *contender, struct watcher *watcher)
{
	for (size_t i = 0; i < VARIANT_NR; i++)
		measure_variant(contender, &variants[i], watcher);
	if (watcher)
		watcher->close(watcher);
	print_message("# measured: %s, CPUs: %u\n", contender, cpu_nr);
}

static void tell_turns(void)
{
	char work[32];

	run(&variants[0], true);
	snprintf(work, sizeof(work), "turns-%u", cpu_nr);
	bench_tell("scale-none", work, field->turn_nr);
}

void bench_scale(void **state)
{
	(void)state;
	cpu_nr = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	assert_in_range(cpu_nr, 1, CPU_NR_MAX);
	prepare();
	/* The first time, what is in no cache yet comes there. */
	for (size_t i = 0; i < VARIANT_NR; i++)
		run(&variants[i], false);
	bench_settle();
	tell_turns();
	measure("scale-none", NULL);
	measure("scale-default", watch_by_yagura("", NULL));
	measure("scale-unlimited",
		watch_by_yagura("coalesce_ms=0 process_budget=0 cgroup_budget=0", NULL));
	measure("scale-bpf", watch_by_bpf("full_open"));
	measure("scale-none-again", NULL);
}
