// SPDX-License-Identifier: GPL-2.0-only
/* Yagura itself, and its attach and ring code under hooks that do less. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../guest/operate.h"
#include "bench.h"

/* A consumer that reads nothing and makes room. */
static void make_room(void *arg)
{
	struct guest *guest = arg;

	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		struct guest_ring *ring = &guest->ring[i];

		__atomic_store_n(&ring->consumer->tail,
				 __atomic_load_n(&ring->producer->head, __ATOMIC_ACQUIRE),
				 __ATOMIC_RELEASE);
	}
}

static void measure_bench_module(const char *contender, const char *params)
{
	int fd = open("/t/ygr_bench.ko", O_RDONLY | O_CLOEXEC);

	assert_int_equal(syscall(SYS_finit_module, fd, params, 0), 0);
	close(fd);
	bench_measure(contender, BENCH_CALLS | BENCH_PROCESSES, NULL);
	assert_int_equal(syscall(SYS_delete_module, "ygr_bench", O_NONBLOCK), 0);
}

static struct guest *begin(void)
{
	assert_int_equal(guest_module_load(NULL), 0);
	return guest_open();
}

static void end(struct guest *guest)
{
	struct ygr_stats stats = guest_stats(guest, YGR_CPU_ALL);

	/* Or the figures would be those of dropping. */
	for (int class = 0; class < YGR_CLASS_MAX; class++)
		assert_int_equal(stats.dropped[class], 0);
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
}

static void measure(const char *contender, struct guest *guest, unsigned int mask)
{
	const struct bench_reader reader = { .drain = make_room, .arg = guest };

	bench_measure(contender, mask, &reader);
}

static void measure_policy(const char *contender, const char *yaml, unsigned int mask)
{
	struct guest *guest = begin();

	if (yaml)
		guest_policy_load(guest, yaml);
	measure(contender, guest, mask);
	end(guest);
}

/* One rule that never holds, for what it asks of the process. */
static void measure_asking(const char *contender, const char *where)
{
	char yaml[512];

	snprintf(yaml, sizeof(yaml), "version: 1\nname: t\nrules:\n"
		 "  - { name: r, on: [open-read, open-write], do: deny, where: { %s } }\n", where);
	measure_policy(contender, yaml, BENCH_CALLS);
}

static const char ignore_all[] =
	"version: 1\n"
	"name: ignore\n"
	"rules:\n"
	"  - name: all\n"
	"    on: [exec, fork, exit, open, socket]\n"
	"    do: ignore\n";

void bench_yagura(void **state)
{
	(void)state;
	measure_bench_module("empty", "record=0");
	measure_bench_module("record-64", "record=1");
	measure_policy("ignore", ignore_all, BENCH_CALLS | BENCH_PROCESSES);
	measure_policy("full", NULL, BENCH_CALLS | BENCH_PROCESSES);
	measure_asking("uid", "uid: 4242");
	measure_asking("exe", "exe: /usr/bin/none");
	measure_asking("ancestor", "ancestor: /usr/bin/none");
	measure_asking("cgroup", "cgroup: /none/**");
	measure_asking("label", "label: none");
	bench_measure("baseline-again", BENCH_CALLS | BENCH_PROCESSES, NULL);
}

/* Compiled by the tool's code and loaded, each timed. */
static void load_rules(const struct guest *guest, const char *contender, unsigned int nr,
		       const char *action)
{
	struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };
	char *text = bench_rules_text(nr, action);
	uint64_t begin_ns = bench_now_ns(), compiled_ns, end_ns;
	size_t bytes;
	void *blob;

	guest_policy_compile(text, &blob, &bytes);
	compiled_ns = bench_now_ns();
	load.blob = (uintptr_t)blob;
	load.blob_bytes = bytes;
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load), 0);
	end_ns = bench_now_ns();
	bench_tell(contender, "compile", compiled_ns - begin_ns);
	bench_tell(contender, "load", end_ns - compiled_ns);
	bench_tell(contender, "blob-bytes", bytes);
	bench_tell(contender, "kernel-bytes", operate_state(guest).bytes);
	free(blob);
	free(text);
}

static void measure_rules(unsigned int nr)
{
	struct guest *guest = begin();
	char contender[32];

	snprintf(contender, sizeof(contender), "rules-%u", nr);
	load_rules(guest, contender, nr, "record");
	measure(contender, guest, BENCH_CALLS);
	snprintf(contender, sizeof(contender), "deny-%u", nr);
	load_rules(guest, contender, nr, "deny");
	measure(contender, guest, BENCH_BIT(BENCH_OPEN_DENIED));
	end(guest);
}

/* Not before others fork: what compiling the largest takes makes that dear. */
void bench_yagura_rules(void **state)
{
	(void)state;
	measure_rules(10);
	measure_rules(1000);
	measure_rules(100000);
}

#define BENCH_NOISE	(BENCH_EACH | BENCH_BIT(BENCH_OPEN_WRITE) | BENCH_BIT(BENCH_CONNECT))

static void measure_noise(const char *contender, const char *params)
{
	struct guest *guest;

	assert_int_equal(guest_module_load(params), 0);
	guest = guest_open();
	measure(contender, guest, BENCH_NOISE);
	end(guest);
}

/*
 * The two `each` are first of their kind every time, the other two repeats: of what is merged, and
 * of what is over a budget. The first time round is for making the files.
 */
void bench_yagura_noise(void **state)
{
	(void)state;
	bench_measure("noise-first", BENCH_EACH, NULL);
	bench_measure("noise-none", BENCH_NOISE, NULL);
	measure_noise("noise-off", NULL);
	measure_noise("noise-on", "coalesce_ms=60000 process_budget=100000000 cgroup_budget=100000000");
	measure_noise("noise-over", "coalesce_ms=0 process_budget=1 cgroup_budget=0");
}

/* What a change of the module is most likely to change, in little time. */
void bench_yagura_quick(void **state)
{
	(void)state;
	bench_measure("quick-first", BENCH_EACH, NULL);
	bench_measure("quick-none", BENCH_CALLS | BENCH_EACH, NULL);
	measure_policy("quick-ignore", ignore_all, BENCH_CALLS);
	measure_noise("quick-unlimited", NULL);
	measure_noise("quick-limits", "coalesce_ms=60000 process_budget=100000000 cgroup_budget=100000000");
	measure_asking("quick-exe", "exe: /usr/bin/none");
	bench_measure("quick-none-again", BENCH_CALLS | BENCH_EACH, NULL);
}
