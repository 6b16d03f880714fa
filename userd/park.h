/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Batches that a far end refused for good, kept for somebody to look at:
 *
 *	SPOOL/parked/OUTPUT/<spool id>-<batch id>.ygs
 *
 * Each is a segment of one batch; yaguractl spool reads it. Nobody but the
 * operator removes them, so they are bounded.
 */
#ifndef YGR_PARK_H
#define YGR_PARK_H

#include <stdint.h>

#include "spool_scan.h"

/*
 * Durable when it returns; one that is there already stays as it is.
 * Return: 0; -EDQUOT: with it the output's park would exceed @limit_bytes; -errno.
 */
int ygr_park_put(const char *spool_dir, const char *output, const struct ygr_scan_item *item,
		 uint64_t limit_bytes);

/*
 * The same for a batch that is no longer at hand: the spool has it.
 * Return: as above; -ENOENT: the spool has it not.
 */
int ygr_park_put_again(const char *spool_dir, const char *output, uint64_t batch_id,
		       uint64_t limit_bytes);

/* What lies there; 0 and 0 if there is no park. */
void ygr_park_measure(const char *spool_dir, const char *output, uint64_t *batch_nr, uint64_t *bytes);

#endif
