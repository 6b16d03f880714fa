/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one look at the status tells `top`, in a size that does not depend on the status; and
 * what came between two of them. Pure. Any JSON is safe: what is absent, of another type or
 * negative is 0.
 */
#ifndef YGR_TOP_LOOK_H
#define YGR_TOP_LOOK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include <yagura/ygr_event.h>

#define YGR_TOP_NAME_BYTES	64	/* NUL included; what is longer is cut */

enum ygr_top_count {
	YGR_TOP_RECORDED,	/* as records that are in the rings, or were read */
	YGR_TOP_MERGED,		/* repeats that a record tells */
	YGR_TOP_SUPPRESSED,	/* counted in place of records */
	YGR_TOP_DROPPED,	/* records that had no room */
	YGR_TOP_COUNT_NR,
};

struct ygr_top_class {
	char	 name[YGR_TOP_NAME_BYTES];
	uint64_t count[YGR_TOP_COUNT_NR];
};

struct ygr_top_ring {
	uint64_t cpu, used_bytes, data_bytes;
};

struct ygr_top_process {
	bool	 is_known, runs;
	uint64_t pid;
};

struct ygr_top_look {
	bool	 has_module;	/* false: nothing of it is known, down to the rings */
	char	 version[YGR_TOP_NAME_BYTES];
	uint64_t load_id, age_s;
	uint64_t hook_nr, attached_nr;
	uint64_t lost_nr;	/* not attached, though this kernel should have them */

	bool	 has_policy;
	char	 policy[YGR_TOP_NAME_BYTES];
	uint64_t generation, rule_nr, enforce_nr, monitor_nr;
	uint64_t confirm_left_ms;
	bool	 is_tripped, has_no_reader, observes, is_told, is_locked;

	unsigned int class_nr;
	struct ygr_top_class class[YGR_CLASS_MAX];

	uint64_t ring_nr;
	struct ygr_top_ring fullest;	/* by what part of it waits */
	uint64_t ring_used_bytes, ring_data_bytes;

	struct ygr_top_process reader, sender;
	uint64_t spool_used_bytes, spool_limit_bytes;
	char	 waiting_for[YGR_TOP_NAME_BYTES];	/* "": the spool takes what comes */
};

/* @status: as ygr_status_gather() makes it. */
void ygr_top_look_read(struct ygr_top_look *look, const json_t *status);

/*
 * What was counted since @before, by class of @now. A module that was loaded in between has
 * counted all of it since; a count that went back otherwise is 0.
 */
void ygr_top_look_since(const struct ygr_top_look *now, const struct ygr_top_look *before,
			uint64_t count[YGR_CLASS_MAX][YGR_TOP_COUNT_NR]);

#endif
