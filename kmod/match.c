// SPDX-License-Identifier: GPL-2.0-only
#include "match.h"

/* Of one path: itself and the directories above it. Of an address: its networks. */
#define LISTS_OF_ONE	(1 + YGR_INDEX_NEST_MAX)
#define LISTS_MAX	(1 + YGR_MATCH_PATHS_MAX * LISTS_OF_ONE)

/* What a rule says of a key that the event has; for the second path, << 2. */
#define NAMES		1u
#define EXCEPTS		2u

/* One list of rules, in ascending order, and how far it has been gone through. */
struct cursor {
	const struct ygr_index_ref *next;
	const struct ygr_index_ref *end;
	__u32 shift;		/* 0, or 2 for the second path */
};

/* The lists that can hold a rule for this event. */
struct candidates {
	__u32 nr;
	struct cursor cursors[LISTS_MAX];
};

static void add_list(struct candidates *candidates, struct ygr_index_list list, __u32 shift)
{
	struct cursor *cursor;

	/* The index has made sure that there is room; a check is cheaper than trust. */
	if (!list.nr || candidates->nr == LISTS_MAX)
		return;
	cursor = &candidates->cursors[candidates->nr++];
	cursor->next = list.refs;
	cursor->end = list.refs + list.nr;
	cursor->shift = shift;
}

static void add_path(struct candidates *candidates, const struct ygr_policy_index *index,
		     const struct ygr_match_path *path, __u32 shift)
{
	__u32 hash = YGR_INDEX_HASH_START, i;

	for (i = 0; i < path->len; i++) {
		hash = ygr_policy_index_hash(hash, (__u8)path->bytes[i]);
		/* A directory holds what is below it, not its own name with a slash. */
		if (path->bytes[i] != '/' || i + 1 == path->len || i >= index->prefix_len_max ||
		    !(index->prefix_lens >> (i + 1) % 64 & 1))
			continue;
		add_list(candidates, ygr_policy_index_find_path(index, YGR_INDEX_PREFIX, hash,
								path->bytes, i + 1), shift);
	}
	add_list(candidates, ygr_policy_index_find_path(index, YGR_INDEX_EXACT, hash, path->bytes,
							path->len), shift);
}

static void add_address(struct candidates *candidates, const struct ygr_policy_index *index,
			const struct ygr_match_event *event)
{
	const __u64 *lens = event->family == AF_INET ? &index->cidr4_lens : index->cidr6_lens;
	__u32 word, words = event->family == AF_INET ? 1 : 3;

	for (word = 0; word < words; word++) {
		__u64 left = lens[word];

		for (; left; left &= left - 1) {
			__u32 len = word * 64 + (__u32)__builtin_ctzll(left);

			add_list(candidates, ygr_policy_index_find_cidr(index, event->family,
									event->addr, len), 0);
		}
	}
}

static void collect(struct candidates *candidates, const struct ygr_policy_index *index,
		    const struct ygr_match_event *event)
{
	__u32 i;

	candidates->nr = 0;
	add_list(candidates, index->unkeyed[event->on], 0);
	for (i = 0; i < event->path_nr; i++)
		add_path(candidates, index, &event->paths[i], 2 * i);
	if (event->family)
		add_address(candidates, index, event);
}

#define NO_RULE		0xffffffffu

/* The lowest rule that any list holds next; NO_RULE: none is left. */
static __u32 lowest_rule(const struct candidates *candidates)
{
	__u32 lowest = NO_RULE, i;

	for (i = 0; i < candidates->nr; i++) {
		const struct cursor *cursor = &candidates->cursors[i];

		if (cursor->next != cursor->end && cursor->next->rule >> 1 < lowest)
			lowest = cursor->next->rule >> 1;
	}
	return lowest;
}

/* What all lists say of @rule, which they are then past. */
static __u32 take_rule(struct candidates *candidates, __u32 rule)
{
	__u32 said = 0, i;

	for (i = 0; i < candidates->nr; i++) {
		struct cursor *cursor = &candidates->cursors[i];

		for (; cursor->next != cursor->end && cursor->next->rule >> 1 == rule; cursor->next++)
			said |= (cursor->next->rule & 1 ? EXCEPTS : NAMES) << cursor->shift;
	}
	return said;
}

static bool number_in(const struct ygr_range_item *items, const struct ygr_span *span, __u32 number)
{
	__u32 low = span->first, high = span->first + span->nr;

	/* Ascending and apart: the verifier saw to it. */
	while (low < high) {
		__u32 middle = low + (high - low) / 2;

		if (number > items[middle].high)
			low = middle + 1;
		else if (number < items[middle].low)
			high = middle;
		else
			return true;
	}
	return false;
}

static bool number_holds(const struct ygr_range_item *items, const struct ygr_rule *rule,
			 enum ygr_dimension dim, __u32 number)
{
	const struct ygr_span *match = &rule->match[dim];
	const struct ygr_span *except = &rule->except[dim];

	return (!match->nr || number_in(items, match, number)) &&
	       !(except->nr && number_in(items, except, number));
}

/* One of the paths that the event has satisfies both spans. */
static bool path_holds(const struct ygr_rule *rule, const struct ygr_match_event *event, __u32 said)
{
	bool must_name = rule->match[YGR_DIM_PATH].nr;
	__u32 i;

	if (!must_name && !rule->except[YGR_DIM_PATH].nr)
		return true;
	if (!event->path_nr)
		return !must_name;
	for (i = 0; i < event->path_nr; i++, said >>= 2)
		if ((!must_name || (said & NAMES)) && !(said & EXCEPTS))
			return true;
	return false;
}

static bool address_holds(const struct ygr_policy_image *image, const struct ygr_rule *rule,
			  const struct ygr_match_event *event, __u32 said)
{
	bool must_name = rule->match[YGR_DIM_CIDR].nr;

	if (!event->family)
		return !must_name && !rule->match[YGR_DIM_PORT].nr;
	if ((must_name && !(said & NAMES)) ||
	    (rule->except[YGR_DIM_CIDR].nr && (said & EXCEPTS)))
		return false;
	return number_holds(image->ports, rule, YGR_DIM_PORT, event->port);
}

static bool holds(const struct ygr_policy_image *image, const struct ygr_rule *rule,
		  const struct ygr_match_event *event, __u32 said)
{
	return (rule->on & YGR_ON_BIT(event->on)) &&
	       number_holds(image->uids, rule, YGR_DIM_UID, event->euid) &&
	       address_holds(image, rule, event, said) && path_holds(rule, event, said);
}

struct ygr_decision ygr_match(const struct ygr_policy_index *index,
			      const struct ygr_match_event *event)
{
	const struct ygr_policy_image *image = index->image;
	struct ygr_decision decision = { .action = YGR_ACTION_ALLOW };
	struct candidates candidates __uninitialized;
	__u32 i;

	collect(&candidates, index, event);
	while ((i = lowest_rule(&candidates)) != NO_RULE) {
		const struct ygr_rule *rule = &image->rules[i];
		__u32 said = take_rule(&candidates, i);

		if (!holds(image, rule, event, said))
			continue;
		decision.rule = rule;
		decision.rule_id = i + 1;
		decision.action = rule->action;
		decision.mode = rule->mode;
		break;
	}
	return decision;
}
