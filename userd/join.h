/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A compact record of the ring (ygr_abi.h), and what it refers to, become the whole record that they
 * stand for (ygr_event.h).
 *
 * Pure, and without a memory: what is referred to still lies in the ring, before the record, where
 * the kernel keeps it until the record is released. The ring's bytes are the kernel's; that a bug there could
 * make them anything must end here, as an error: nothing is read but what lies before the
 * record's end and at most two segments before its beginning.
 */
#ifndef YGR_JOIN_H
#define YGR_JOIN_H

#include <stdbool.h>
#include <stdint.h>
#include <yagura/ygr_abi.h>

/* The longest record on the ring, and what a context's strings and a path can add to it. */
#define YGR_JOIN_RECORD_MAX	(32u << 10)
#define YGR_JOIN_STRINGS_MAX	(8u << 10)
#define YGR_JOIN_PATH_MAX	4096u
#define YGR_JOIN_BYTES_MAX	(sizeof(struct ygr_record) + YGR_JOIN_RECORD_MAX + YGR_JOIN_STRINGS_MAX + \
				 sizeof(struct ygr_string) + YGR_JOIN_PATH_MAX)

/* What all records begin with. */
struct ygr_join_start {
	uint32_t len;
	uint16_t type;
	uint8_t	 class;
	uint8_t	 verdict;
};

static inline bool ygr_join_is_compact(const struct ygr_join_start *start)
{
	return start->verdict & YGR_RING_COMPACT;
}

/* No event, and nothing that stands for itself. */
static inline bool ygr_join_is_definition(const struct ygr_join_start *start)
{
	return start->type == YGR_EV_CONTEXT || start->type == YGR_EV_DIRECTORY ||
	       start->type == YGR_EV_VOID;
}

/*
 * @data: of @data_bytes, mapped twice in a row; @pos: of the compact record; @avail: readable there
 * @out: 8-aligned, of YGR_JOIN_BYTES_MAX
 *
 * Return: 0; -EPROTO: not even the length can be trusted; -EBADMSG: that leads to the next record, but
 * this one, or what it refers to, cannot be read. @reason: a static text on failure.
 */
int ygr_join(const uint8_t *data, uint64_t data_bytes, uint64_t pos, uint64_t avail, uint8_t *out,
	     const char **reason);

#endif
