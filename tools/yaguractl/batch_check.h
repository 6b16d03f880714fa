/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a batch hold what its header says? And does it continue the batches
 * before it? The scan has checked its bytes already; this looks at their
 * meaning: counts, times, classes, each CPU's numbering. Pure.
 */
#ifndef YGR_BATCH_CHECK_H
#define YGR_BATCH_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "spool_scan.h"

struct ygr_batch_check_cpu {
	uint64_t next_seq;	/* by the batch before; of this run of the module */
	int is_known;
};

/* What the batches so far lead one to expect. */
struct ygr_batch_check {
	int has_before;
	struct ygr_batch_header before;
	uint32_t cpu_nr;
	struct ygr_batch_check_cpu *cpu;
};

void ygr_batch_check_init(struct ygr_batch_check *check);
void ygr_batch_check_exit(struct ygr_batch_check *check);

/*
 * The next BATCH of a scan that decompresses. Return: the number of faults
 * found, `why` (each ends in a newline, as many as fit); -ENOMEM.
 */
int ygr_batch_check_add(struct ygr_batch_check *check, const struct ygr_scan_item *item,
			char *why, size_t cap);

#endif
