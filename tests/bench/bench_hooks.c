// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions added to a system call, in a guest run with -icount, where one
 * instruction is one nanosecond of guest time. Each figure is the median of
 * many calls; the baseline is taken first and again last, so that its drift
 * shows.
 *
 * As pid 1's job: prints "contender work median" lines to /out/hooks.txt.
 * As "bench_hooks exec NS FD": the program whose exec is measured.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../guest/guest.h"

#define SAMPLES		2001
#define FORK_SAMPLES	301
#define EXEC_SAMPLES	301
#define MAKE_ROOM_EVERY	100	/* samples; far less than a ring holds */

#define FILE_PATH	"/tmp/bench/one/two/three/file"

static FILE *report;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* A consumer that reads nothing and makes room; @guest may be NULL. */
static void make_room(struct guest *guest)
{
	for (unsigned int i = 0; guest && i < guest->ring_nr; i++) {
		struct guest_ring *ring = &guest->ring[i];

		__atomic_store_n(&ring->consumer->tail,
				 __atomic_load_n(&ring->producer->head, __ATOMIC_ACQUIRE),
				 __ATOMIC_RELEASE);
	}
}

/* ---- the work ---- */

static uint64_t sample_open(int flags)
{
	uint64_t begin = now_ns(), end;
	int fd = open(FILE_PATH, flags);

	end = now_ns();
	assert_true(fd >= 0);
	close(fd);
	return end - begin;
}

static uint64_t sample_open_write(void)
{
	return sample_open(O_WRONLY);
}

/* Not recorded unless a rule says so: what such a call pays all the same. */
static uint64_t sample_open_read(void)
{
	return sample_open(O_RDONLY);
}

/* UDP: the call alone, without a handshake. */
static uint64_t sample_connect(void)
{
	static int fd = -1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint64_t begin, end;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	begin = now_ns();
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	end = now_ns();
	return end - begin;
}

/* Until it returns in the parent. */
static uint64_t sample_fork(void)
{
	uint64_t begin = now_ns(), end;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	end = now_ns();
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return end - begin;
}

/* From the call of execve() to main(). */
static uint64_t sample_exec(void)
{
	uint64_t spent;
	int pipe_fd[2];
	pid_t pid;

	assert_int_equal(pipe(pipe_fd), 0);
	pid = fork();
	if (!pid) {
		char begin[24], fd[12];

		snprintf(fd, sizeof(fd), "%d", pipe_fd[1]);
		snprintf(begin, sizeof(begin), "%020llu", (unsigned long long)now_ns());
		execl("/proc/self/exe", "bench_hooks", "exec", begin, fd, NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	assert_int_equal(read(pipe_fd[0], &spent, sizeof(spent)), sizeof(spent));
	waitpid(pid, NULL, 0);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	return spent;
}

static int exec_main(char *argv[])
{
	uint64_t spent = now_ns() - strtoull(argv[2], NULL, 10);

	return write(atoi(argv[3]), &spent, sizeof(spent)) != sizeof(spent);
}

static const struct work {
	const char *name;
	uint64_t (*sample)(void);
	unsigned int samples;
} works[] = {
	{ "open-write",	sample_open_write,	SAMPLES },
	{ "open-read",	sample_open_read,	SAMPLES },
	{ "connect",	sample_connect,		SAMPLES },
	{ "fork",	sample_fork,		FORK_SAMPLES },
	{ "exec",	sample_exec,		EXEC_SAMPLES },
};

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void measure(const char *contender, struct guest *guest)
{
	static uint64_t samples[SAMPLES];

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		unsigned int nr = works[i].samples;

		for (unsigned int j = 0; j < nr; j++) {
			if (j % MAKE_ROOM_EVERY == 0)
				make_room(guest);
			samples[j] = works[i].sample();
		}
		make_room(guest);
		qsort(samples, nr, sizeof(samples[0]), compare);
		fprintf(report, "%s %s %llu\n", contender, works[i].name,
			(unsigned long long)samples[nr / 2]);
	}
	print_message("# measured: %s\n", contender);
}

/* ---- contenders ---- */

static void measure_bench_module(const char *contender, const char *params)
{
	int fd = open("/t/ygr_bench.ko", O_RDONLY | O_CLOEXEC);

	assert_int_equal(syscall(SYS_finit_module, fd, params, 0), 0);
	close(fd);
	measure(contender, NULL);
	assert_int_equal(syscall(SYS_delete_module, "ygr_bench", O_NONBLOCK), 0);
}

static void measure_yagura(const char *contender, const char *yaml)
{
	struct ygr_stats stats;
	struct guest *guest;

	assert_int_equal(guest_module_load(NULL), 0);
	guest = guest_open();
	if (yaml)
		guest_policy_load(guest, yaml);
	measure(contender, guest);
	/* Or the figures would be those of dropping. */
	stats = guest_stats(guest, YGR_CPU_ALL);
	for (int class = 0; class < YGR_CLASS_MAX; class++)
		assert_int_equal(stats.dropped[class], 0);
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
}

/*
 * @nr rules of mixed kinds about other things, and one about what is measured. The
 * caller frees.
 */
static char *many_rules(unsigned int nr)
{
	static const char * const kinds[] = {
		"on: exec, do: deny, where: { path: /opt/app%u/bad }",
		"on: open-write, do: deny, where: { path: \"/srv/dir%u/**\" }",
		"on: open-write, do: deny, where: { path: /var/lib/item%u }",
		"on: exec, do: deny, where: { sha256: %064x }",
	};
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	fputs("version: 1\nname: many\nrules:\n", out);
	for (unsigned int i = 1; i < nr; i++) {
		fprintf(out, "  - { name: r%u, ", i);
		if (i % 5)
			fprintf(out, kinds[i % 5 - 1], i);
		else
			fprintf(out, "on: connect, do: deny, where: { cidr: 10.%u.%u.%u }",
				i >> 16, i >> 8 & 255, i & 255);
		fputs(" }\n", out);
	}
	fputs("  - { name: last, on: open-write, do: record, where: { path: " FILE_PATH " } }\n", out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void measure_many(const char *contender, unsigned int nr)
{
	char *text = many_rules(nr);

	measure_yagura(contender, text);
	free(text);
}

/* One rule that never holds, for what it asks of the process. */
static void measure_asking(const char *contender, const char *where)
{
	char yaml[512];

	snprintf(yaml, sizeof(yaml), "version: 1\nname: t\nrules:\n"
		 "  - { name: r, on: [open-read, open-write], do: deny, where: { %s } }\n", where);
	measure_yagura(contender, yaml);
}

static void measured(void **state)
{
	static const char ignore_all[] =
		"version: 1\n"
		"name: ignore\n"
		"rules:\n"
		"  - name: all\n"
		"    on: [exec, fork, exit, open, socket]\n"
		"    do: ignore\n";

	(void)state;
	mkdir("/tmp/bench", 0755);
	mkdir("/tmp/bench/one", 0755);
	mkdir("/tmp/bench/one/two", 0755);
	mkdir("/tmp/bench/one/two/three", 0755);
	assert_int_equal(guest_file_write(FILE_PATH, ""), 0);
	report = fopen("/out/hooks.txt", "w");
	assert_non_null(report);

	measure("baseline", NULL);
	measure_bench_module("empty", "record=0");
	measure_bench_module("record-64", "record=1");
	measure_yagura("ignore", ignore_all);
	measure_yagura("full", NULL);
	measure_asking("uid", "uid: 4242");
	measure_asking("exe", "exe: /usr/bin/none");
	measure_asking("ancestor", "ancestor: /usr/bin/none");
	measure_asking("cgroup", "cgroup: /none/**");
	measure_asking("label", "label: none");
	measure("baseline-again", NULL);
	/* Last: what compiling the largest takes makes a later fork dear. */
	measure_many("rules-10", 10);
	measure_many("rules-1000", 1000);
	measure_many("rules-100000", 100000);
	assert_int_equal(fclose(report), 0);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measured),
	};

	if (argc == 4 && !strcmp(argv[1], "exec"))
		return exec_main(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
