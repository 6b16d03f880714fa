/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The books of a reader: what it has read and what GAP records told it, CPU
 * by CPU, compared with what each TOTALS record says had been produced until
 * then. Nothing is taken from the kernel's statistics: it is the claim that a
 * reader can state exactly what it missed that is tested here.
 */
#ifndef YGR_TEST_GUEST_LEDGER_H
#define YGR_TEST_GUEST_LEDGER_H

#include "guest.h"

#define GUEST_LEDGER_CPU_NR_MAX	8

struct guest_ledger_page {
	bool is_open;		/* what came before is known */
	uint64_t pos;		/* bytes read: where the next record starts */
	uint64_t read[YGR_CLASS_MAX];
	uint64_t told[YGR_CLASS_MAX];
	uint64_t coalesced[YGR_CLASS_MAX];
	uint64_t suppressed[YGR_CLASS_MAX];
	uint64_t since_totals_nr;	/* records after the last TOTALS */
	uint64_t totals_end_ns;
	unsigned int totals_nr;
	unsigned int wrap_nr;	/* records that lay across the end of the ring */
};

struct guest_ledger {
	const struct guest_event *last;	/* the last one entered */
	uint64_t data_bytes;
	struct guest_ledger_page page[GUEST_LEDGER_CPU_NR_MAX];
};

/*
 * @from_load: true for the first consumer since the module was loaded, which
 *	will read everything; false: a page opens with the first TOTALS that
 *	comes, which tells what was before
 */
void guest_ledger_open(struct guest_ledger *ledger, const struct guest *guest, bool from_load);

/*
 * Drain, and enter what was read since the last time. Every sequence number
 * and every TOTALS is checked. Nothing may have been forgotten in between.
 */
void guest_ledger_enter(struct guest_ledger *ledger, struct guest *guest);

/*
 * The ledger, once drops are all told, equals the kernel's statistics of each
 * CPU, class by class; waits for that, in a guest gone quiet.
 */
void guest_ledger_check_stats(struct guest_ledger *ledger, struct guest *guest);

#endif
