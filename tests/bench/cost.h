/* SPDX-License-Identifier: GPL-2.0-only */
/* One call for each thing that Yagura hooks. */
#ifndef YGR_BENCH_COST_H
#define YGR_BENCH_COST_H

#include "bench.h"

enum cost_repeats {
	COST_NEVER,		/* no two are merged */
	COST_BY_OBJECT,		/* merged, if they have the same object */
	COST_ALWAYS,		/* merged, whatever the object */
};

struct cost_call {
	const char *family;
	const char *name;
	uint16_t type;		/* enum ygr_event_type: of the one event that each call makes */
	/*
	 * @object: which of the objects there are; those of the same number are the same
	 *
	 * Return: what the call took, ns. What is made and unmade around it is not in it.
	 */
	uint64_t (*sample)(unsigned int object);
	enum cost_repeats repeats;
	unsigned int nr;	/* how often; 0: as usual */
	bool is_quiet;		/* it makes none: what a hook costs that has nothing to tell */
};

extern const struct cost_call cost_calls[];
extern const size_t cost_call_nr;

/* Before the first call, and after the last one. */
void cost_prepare(void);
void cost_end(void);

#endif
