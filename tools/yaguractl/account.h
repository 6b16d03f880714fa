/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Delivered or counted: adds up the events of a spool and shows whether
 * anything is missing without a record that says so. Pure.
 *
 * Each CPU numbers its events. Between the first number seen and the last,
 * every one is an event that is here, a drop that a gap record tells of, or
 * unexplained. Where a CPU's stream is here from its first event, the module's
 * own totals must agree with the count, class by class.
 */
#ifndef YGR_ACCOUNT_H
#define YGR_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include <yagura/ygr_event.h>

#include "event_map.h"

#define YGR_ACCOUNT_CPU_MAX	8192

struct ygr_account_cpu {
	bool seen;
	bool from_start;	/* the first event had number 0 */
	bool totals_differ;	/* some totals record did not agree */
	uint64_t first_seq;
	uint64_t next_seq;
	uint64_t recorded[YGR_CLASS_MAX];
	uint64_t dropped[YGR_CLASS_MAX];	/* by gap records */
	uint64_t repeated;	/* numbers that were seen before */
};

struct ygr_account {
	uint32_t cpu_nr;	/* room in cpu[] */
	struct ygr_account_cpu *cpu;
	uint64_t foreign;	/* events without a number, a CPU or a known class */
	uint64_t totals_nr;	/* totals records that were compared */
};

void ygr_account_init(struct ygr_account *account);
void ygr_account_exit(struct ygr_account *account);

/* Return: 0, or -ENOMEM. */
int ygr_account_add(struct ygr_account *account, const struct ygr_event_value *event);

/* Numbers that no event and no gap record accounts for. */
uint64_t ygr_account_unexplained(const struct ygr_account_cpu *cpu);

/* Nothing unexplained, repeated or foreign, and all totals agreed. */
bool ygr_account_is_balanced(const struct ygr_account *account);

#endif
