// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeats and budgets: streams of random events, each of which must be found again, told
 * alone, in a series of its own, or as suppressed (tests/unit/test_coalesce.c and
 * test_budget.c have the rules one by one).
 */
#include <linux/slab.h>

#include "budget.h"
#include "coalesce.h"
#include "policy_kunit.h"

#define EVENT_NR	50000u
#define OBJECT_NR	300u
#define WINDOW		100u

struct stream {
	struct ygr_coalesce table;
	struct ygr_budget budget;
	u32 events[OBJECT_NR];
	u32 alone[OBJECT_NR];
	u32 repeats[OBJECT_NR];
	u32 held[OBJECT_NR];
	u64 random;
};

static u32 roll(struct stream *s, u32 sides)
{
	s->random = s->random * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(s->random >> 33) % sides;
}

static struct stream *create(struct kunit *test)
{
	struct stream *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->random = 4711;
	return s;
}

static void tell(struct kunit *test, struct stream *s, struct ygr_coalesce_slot *slot)
{
	u32 object = slot->words[0] - 1;

	if (!slot->repeat_nr)
		return;
	KUNIT_ASSERT_LT(test, object, OBJECT_NR);
	KUNIT_EXPECT_EQ(test, slot->repeat_nr, (u64)s->held[object]);
	s->repeats[object] += slot->repeat_nr;
	s->held[object] = 0;
	ygr_coalesce_release(&s->table, slot);
}

static void offer(struct kunit *test, struct stream *s, u32 object, u64 tick)
{
	const struct ygr_coalesce_key key = { .words = { object + 1, 5, 6 } };
	struct ygr_coalesce_slot *slot;

	s->events[object]++;
	switch (ygr_coalesce_ask(&s->table, &key, tick, WINDOW, &slot)) {
	case YGR_COALESCE_NEW:
		tell(test, s, slot);
		ygr_coalesce_begin(slot, &key, tick);
		s->alone[object]++;
		break;
	case YGR_COALESCE_SECOND:
		ygr_coalesce_hold(&s->table, slot, tick);
		s->held[object] = 1;
		break;
	case YGR_COALESCE_REPEAT:
		ygr_coalesce_add(slot, tick);
		s->held[object]++;
		break;
	}
}

static void no_repeat_is_lost(struct kunit *test)
{
	struct stream *s = create(test);
	u32 i, all = 0, object_nr = OBJECT_NR;
	u64 tick = 1000;

	for (i = 0; i < EVENT_NR; i++) {
		if (i % 2000 == 0)
			object_nr = roll(s, 2) ? OBJECT_NR : 1 + roll(s, 40);
		offer(test, s, roll(s, object_nr), tick);
		tick += !roll(s, 4);
	}
	for (i = 0; i < YGR_COALESCE_SLOT_NR; i++)
		tell(test, s, &s->table.slots[i]);
	KUNIT_EXPECT_EQ(test, s->table.held_nr, 0u);
	for (i = 0; i < OBJECT_NR; i++) {
		KUNIT_EXPECT_EQ(test, s->events[i], s->alone[i] + s->repeats[i]);
		KUNIT_EXPECT_EQ(test, s->held[i], 0u);
		all += s->repeats[i];
	}
	KUNIT_EXPECT_GT(test, all, EVENT_NR / 10);
}

static void no_excess_is_lost(struct kunit *test)
{
	struct stream *s = create(test);
	u32 i, class, taken = 0, told = 0;
	struct ygr_budget_entry *entry;

	for (i = 0; i < EVENT_NR; i++) {
		struct ygr_budget_id id = { .major = 1 + roll(s, roll(s, 2) ? 5 : OBJECT_NR) };

		entry = ygr_budget_find(&s->budget, id);
		if (!entry) {
			entry = ygr_budget_choose(&s->budget, id);
			for (class = 0; class < YGR_CLASS_NR; class++)
				told += entry->suppressed[class];
			ygr_budget_settle(&s->budget, entry);
			ygr_budget_assign(&s->budget, entry, id);
		}
		if (ygr_budget_allows(&s->budget, entry, 1 + i / 5000, 200, i % 3000 > 2000)) {
			ygr_budget_take(&s->budget, entry);
			taken++;
		} else {
			ygr_budget_suppress(&s->budget, entry, YGR_CLASS_FILE, i);
		}
	}
	for (i = 0; i < YGR_BUDGET_ENTRY_NR; i++) {
		for (class = 0; class < YGR_CLASS_NR; class++)
			told += s->budget.entries[i].suppressed[class];
		ygr_budget_settle(&s->budget, &s->budget.entries[i]);
	}
	KUNIT_EXPECT_EQ(test, s->budget.untold_nr, 0u);
	KUNIT_EXPECT_EQ(test, taken + told, EVENT_NR);
	KUNIT_EXPECT_GT(test, told, 1000u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(no_repeat_is_lost),
	KUNIT_CASE(no_excess_is_lost),
	{}
};

struct kunit_suite noise_suite = {
	.name = "noise",
	.test_cases = cases,
};
