// SPDX-License-Identifier: GPL-2.0-only
#include "coalesce.h"

/* Slots 2n and 2n + 1 may both hold what hashes to n. */
#define SETS_LOG2	(YGR_COALESCE_SLOTS_LOG2 - 1)

/* 2^64 / golden ratio, odd: spreads numbers that are near each other. */
#define SPREAD		0x9e3779b97f4a7c15ull

/* The words that tell most apart. What they do not spread shares two slots, no more. */
static __u32 set_of(const struct ygr_coalesce_key *key)
{
	__u64 hash = key->words[0] * SPREAD;

	hash ^= key->words[YGR_COALESCE_PROCESS_WORD];
	hash ^= key->words[3];
	hash *= SPREAD;
	return hash >> (64 - SETS_LOG2);
}

static bool is_of(const struct ygr_coalesce_slot *slot, const struct ygr_coalesce_key *key)
{
	__u32 i;

	for (i = 0; i < YGR_COALESCE_WORD_NR; i++)
		if (slot->words[i] != key->words[i])
			return false;
	return slot->name_len == key->name_len &&
	       (!key->name_len || !memcmp(slot->name, key->name, key->name_len));
}

/* Of two others, the one whose end costs least: nothing held, and longest ago. */
static struct ygr_coalesce_slot *choose(struct ygr_coalesce_slot *pair)
{
	if (!pair[0].repeat_nr != !pair[1].repeat_nr)
		return pair[0].repeat_nr ? &pair[1] : &pair[0];
	return pair[1].begin_tick < pair[0].begin_tick ? &pair[1] : &pair[0];
}

enum ygr_coalesce_answer ygr_coalesce_ask(struct ygr_coalesce *table,
					  const struct ygr_coalesce_key *key, __u64 tick,
					  __u64 window, struct ygr_coalesce_slot **slot)
{
	struct ygr_coalesce_slot *pair = &table->slots[2 * set_of(key)];

	if (is_of(&pair[0], key)) {
		*slot = &pair[0];
	} else if (is_of(&pair[1], key)) {
		*slot = &pair[1];
	} else {
		*slot = choose(pair);
		return YGR_COALESCE_NEW;
	}
	if (ygr_coalesce_is_over(*slot, tick, window))
		return YGR_COALESCE_NEW;
	return (*slot)->repeat_nr ? YGR_COALESCE_REPEAT : YGR_COALESCE_SECOND;
}

void ygr_coalesce_begin(struct ygr_coalesce_slot *slot, const struct ygr_coalesce_key *key,
			__u64 tick)
{
	__u32 i;

	for (i = 0; i < YGR_COALESCE_WORD_NR; i++)
		slot->words[i] = key->words[i];
	slot->begin_tick = tick;
	slot->name_len = key->name_len;
	if (key->name_len)
		memcpy(slot->name, key->name, key->name_len);
}
