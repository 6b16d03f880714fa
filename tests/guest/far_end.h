/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the receiver has stored of one spool, and the books of it: CPU by CPU,
 * what arrived and what gap records told, class by class.
 *
 * Reading checks, for every batch, that it continues the one before from batch
 * 1 on and that its header tells the truth; for every event, that its number is
 * the next one of its CPU: neither twice, nor missing without a gap record that
 * says so; for every TOTALS, that the module counts the same. What fails here
 * fails the cmocka test that called.
 *
 * For a module that was loaded with the test: all numbers start at zero.
 */
#ifndef YGR_TEST_FAR_END_H
#define YGR_TEST_FAR_END_H


#include "guest.h"
#include "event_map.h"
#include "spool_scan.h"

#define FAR_END_CPU_NR_MAX	8

struct far_end_cpu {
	uint64_t read[YGR_CLASS_MAX];
	uint64_t told[YGR_CLASS_MAX];	/* by GAP records */
	uint64_t totals_nr;
};

struct far_end {
	struct ygr_spool_scan *scan;
	char path[256];			/* the receiver's file */
	uint8_t spool_id[YGR_BATCH_ID_BYTES];
	uint64_t batch_nr;		/* also the last one's id */
	struct far_end_cpu cpu[FAR_END_CPU_NR_MAX];
	/* Called for each event, a map; may be NULL. */
	void (*visit)(void *arg, const struct ygr_event_value *event);
	void *arg;
};

/* @path: the file of the only spool that the receiver has. */
void far_end_open(struct far_end *far, const char *path);
void far_end_close(struct far_end *far);

/* All that has come since the last call; nothing of it is damaged. */
void far_end_read(struct far_end *far);

uint64_t far_end_arrived(const struct far_end *far, enum ygr_class class);
uint64_t far_end_told(const struct far_end *far, enum ygr_class class);

/*
 * Delivered or counted, by the module's own statistics. The daemon has ended in
 * good order; this reads the rest from the rings, which must continue each
 * CPU's numbers where the far end stops, and then, class by class,
 *
 *	produced = arrived + rest + told by gaps
 */
void far_end_check_module(const struct far_end *far);

#endif
