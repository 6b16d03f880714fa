/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sensors cost, in a guest run with -icount: one instruction is one
 * nanosecond of guest time. A contender is put in place, the same works are
 * sampled, and a line "contender work median mean" goes to /out/SECTION.txt. The
 * mean is without the dearest hundredth.
 */
#ifndef YGR_BENCH_H
#define YGR_BENCH_H

#include <stdint.h>
#include <stdio.h>

#include "../guest/guest.h"

#define BENCH_DIR	"/tmp/bench/one/two/three"
#define BENCH_FILE	BENCH_DIR "/file"
#define BENCH_PORT	9	/* where `connect` goes, on 127.0.0.1 */

/* ---- work.c: what is measured ---- */

enum bench_work {
	BENCH_OPEN_WRITE,
	BENCH_OPEN_READ,	/* not recorded unless a rule says so */
	BENCH_OPEN_DENIED,	/* for writing; must fail */
	BENCH_CONNECT,		/* UDP: the call alone, without a handshake */
	BENCH_UNHOOKED,		/* a call that no sensor looks at: getppid */
	BENCH_FORK,		/* until it returns in the parent */
	BENCH_EXEC,		/* from the call of execve() to main() */
	BENCH_OPEN_EACH,	/* for writing: another file each time */
	BENCH_CONNECT_EACH,	/* UDP: another port each time */
	BENCH_WORK_NR,
};

#define BENCH_BIT(work)	(1u << (work))
#define BENCH_CALLS	(BENCH_BIT(BENCH_OPEN_WRITE) | BENCH_BIT(BENCH_OPEN_READ) | \
			 BENCH_BIT(BENCH_CONNECT) | BENCH_BIT(BENCH_UNHOOKED))
#define BENCH_PROCESSES	(BENCH_BIT(BENCH_FORK) | BENCH_BIT(BENCH_EXEC))

#define BENCH_EACH	(BENCH_BIT(BENCH_OPEN_EACH) | BENCH_BIT(BENCH_CONNECT_EACH))

#define BENCH_SAMPLES_MAX 2001

struct bench_work_info {
	const char *name;
	uint64_t (*sample)(void);	/* Return: what one call took, ns */
	unsigned int samples;		/* at most BENCH_SAMPLES_MAX */
};

extern const struct bench_work_info bench_works[BENCH_WORK_NR];

uint64_t bench_now_ns(void);

/*
 * Waits until the kernel is done with what it puts off: on 6.12, opens cost twice as much
 * in a guest that has not been idle yet. Waiting costs the host nothing.
 */
void bench_settle(void);

/*
 * A cgroup for those that join it, as every process of a server has one: the root's has no budget
 * to keep. Joining is for a child. Return: whether it has.
 */
void bench_cgroup_make(void);
bool bench_cgroup_join(void);

/* What `open-*` opens. */
void bench_work_prepare(void);

/* The socket of `connect`. */
int bench_connect_fd(void);

/* "PROGRAM exec NS FD": the program whose exec is measured. Return: exit status. */
int bench_exec_main(char *argv[]);

/* ---- measure.c ---- */

struct bench_reader {
	void (*drain)(void *arg);	/* takes what there is to read; NULL: nothing to do */
	void *arg;
	unsigned int every;		/* samples; 0: BENCH_DRAIN_EVERY */
};

#define BENCH_DRAIN_EVERY	100	/* far less than a ring holds */

/* The works of @mask, in place of which @reader, which may be NULL, is run from time to time. */
void bench_measure(const char *contender, unsigned int mask, const struct bench_reader *reader);

void bench_sort(uint64_t *values, size_t nr);

/* Another figure of a contender. */
void bench_tell(const char *contender, const char *what, uint64_t value);

/* What a work that is not one of the table's came to. */
void bench_tell_mean(const char *contender, const char *work, uint64_t median, uint64_t mean);

enum bench_by {
	BENCH_BY_MEDIAN,
	BENCH_BY_MEAN,
};

/*
 * Of @nr runs of @parts each: by the part, the figure, which is @by, the mean of all, and the least and the
 * dearest. Sorts @ns.
 */
void bench_tell_runs(const char *contender, const char *work, uint64_t *ns, unsigned int nr,
		     unsigned int parts, enum bench_by by);

void bench_report_open(const char *section);
void bench_report_close(void);

/* ---- rules.c: rules of mixed kinds, alike for all who judge ---- */

enum bench_rule_kind {
	BENCH_RULE_EXEC_PATH,
	BENCH_RULE_DIRECTORY,	/* of a file opened for writing */
	BENCH_RULE_FILE,	/* opened for writing */
	BENCH_RULE_SHA256,	/* of an executed file */
	BENCH_RULE_CIDR,	/* of a connect */
	BENCH_RULE_KIND_NR,
};

struct bench_rule {
	enum bench_rule_kind kind;
	char text[80];		/* path, digest; of a directory: with the '/' at its end */
	uint32_t address;	/* host-endian; a whole one */
};

/* Rule 1 .. of many: neighbours of what is measured, which none of them holds for. */
struct bench_rule bench_rule_make(unsigned int nr);

/* @nr rules as YAML: nr - 1 that deny and do not hold, and one that does @action with BENCH_FILE. The caller frees. */
char *bench_rules_text(unsigned int nr, const char *action);

/* ---- contenders, each a cmocka test ---- */

void bench_yagura(void **state);
void bench_yagura_quick(void **state);
void bench_yagura_rules(void **state);
void bench_yagura_noise(void **state);
void bench_bpf(void **state);
void bench_bpf_rules(void **state);
void bench_fanotify(void **state);
void bench_falco(void **state);
void bench_bpftrace(void **state);
void bench_find(void **state);
void bench_profile(void **state);
void bench_cost(void **state);
void bench_load(void **state);
void bench_delivery(void **state);
void bench_scale(void **state);
void bench_audit(void **state);	/* leaves tasks changed: the last one */

#endif
