/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Repeats: the same process does the same to the same object again, within a window.
 *
 *	the first	is told at once; a slot remembers what it was
 *	the second	opens a series: the caller holds it back, whole, with the slot
 *	any further	is a number and a time in the slot
 *	the end		of the window, or of the slot: the caller tells what it holds, once for all
 *
 * So what never repeats costs a slot its key, and what repeats is one record for the
 * first and one for all others. Keys are compared by value, whole: two things are
 * never taken for one. One table per CPU, of a fixed size; two slots may hold a key.
 *
 * Pure. Whoever calls keeps others away.
 */
#ifndef YGR_COALESCE_H
#define YGR_COALESCE_H

#include "pure.h"

#define YGR_COALESCE_SLOTS_LOG2	7
#define YGR_COALESCE_SLOT_NR	(1u << YGR_COALESCE_SLOTS_LOG2)
#define YGR_COALESCE_WORD_NR	9
#define YGR_COALESCE_NAME_MAX	108	/* sun_path */

/* Who, what and how, as noise_repeat.c puts it. The first word should tell most apart. */
struct ygr_coalesce_key {
	__u64 words[YGR_COALESCE_WORD_NR];
	const char *name;	/* what has no number; may be NULL if name_len is 0 */
	__u32 name_len;		/* at most YGR_COALESCE_NAME_MAX */
};

/* Words 1 and 2 of every key name the process. */
#define YGR_COALESCE_PROCESS_WORD	1

struct ygr_coalesce_slot {
	__u64 words[YGR_COALESCE_WORD_NR]; /* all zero: none */
	__u64 begin_tick;	/* of the window */
	__u64 repeat_nr;	/* that are held; 0: nothing is */
	__u64 first_ns;		/* of these */
	__u64 last_ns;
	__u32 name_len;
	char name[YGR_COALESCE_NAME_MAX];
};

/* All zero is an empty one. */
struct ygr_coalesce {
	struct ygr_coalesce_slot slots[YGR_COALESCE_SLOT_NR];
	__u32 held_nr;		/* slots that hold something */
};

enum ygr_coalesce_answer {
	YGR_COALESCE_NEW,	/* tell what the slot holds, then begin() */
	YGR_COALESCE_SECOND,	/* hold(), or tell it and leave the slot as it is */
	YGR_COALESCE_REPEAT,	/* add() */
};

/*
 * What to do about an event. Changes nothing: any of it may turn out to be impossible.
 *
 * @tick, @window: in whatever unit the caller likes
 */
enum ygr_coalesce_answer ygr_coalesce_ask(struct ygr_coalesce *table,
					  const struct ygr_coalesce_key *key, __u64 tick,
					  __u64 window, struct ygr_coalesce_slot **slot);

/* The first of its kind. The slot holds nothing. */
void ygr_coalesce_begin(struct ygr_coalesce_slot *slot, const struct ygr_coalesce_key *key,
			__u64 tick);

/* The second, which the caller keeps. */
static inline void ygr_coalesce_hold(struct ygr_coalesce *table, struct ygr_coalesce_slot *slot,
				     __u64 now_ns)
{
	slot->repeat_nr = 1;
	slot->first_ns = now_ns;
	slot->last_ns = now_ns;
	table->held_nr++;
}

static inline void ygr_coalesce_add(struct ygr_coalesce_slot *slot, __u64 now_ns)
{
	slot->repeat_nr++;
	slot->last_ns = now_ns;
}

/* What it held has been told; the next of its kind is a first one. */
static inline void ygr_coalesce_release(struct ygr_coalesce *table, struct ygr_coalesce_slot *slot)
{
	slot->repeat_nr = 0;
	slot->words[0] = 0;
	slot->words[YGR_COALESCE_PROCESS_WORD] = 0;
	table->held_nr--;
}

static inline bool ygr_coalesce_is_over(const struct ygr_coalesce_slot *slot, __u64 tick,
					__u64 window)
{
	return tick - slot->begin_tick >= window;
}

#endif
