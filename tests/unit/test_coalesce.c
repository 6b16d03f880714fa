// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merging repeats: what each answer means, and, for streams of random events, that the
 * table tells what a list that forgets nothing would: every event once, and each series with
 * nothing in it but its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "coalesce.h"

#define WINDOW	100u

static struct ygr_coalesce table;

static int set_up(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	return 0;
}

static struct ygr_coalesce_key key_of(__u64 object, __u64 process)
{
	return (struct ygr_coalesce_key) { .words = { object, process, process << 32, 7 } };
}

static enum ygr_coalesce_answer ask(struct ygr_coalesce_key key, __u64 tick,
				    struct ygr_coalesce_slot **slot)
{
	return ygr_coalesce_ask(&table, &key, tick, WINDOW, slot);
}

static void test_first_second_repeat(void **state)
{
	struct ygr_coalesce_key key = key_of(5, 1);
	struct ygr_coalesce_slot *slot, *again;

	(void)state;
	assert_int_equal(ask(key, 10, &slot), YGR_COALESCE_NEW);
	assert_int_equal(slot->repeat_nr, 0);
	/* Asking alone changes nothing. */
	assert_int_equal(ask(key, 10, &slot), YGR_COALESCE_NEW);
	ygr_coalesce_begin(slot, &key, 10);
	assert_int_equal(ask(key, 11, &again), YGR_COALESCE_SECOND);
	assert_ptr_equal(again, slot);
	ygr_coalesce_hold(&table, slot, 1100);
	assert_int_equal(table.held_nr, 1);
	assert_int_equal(ask(key, 12, &again), YGR_COALESCE_REPEAT);
	ygr_coalesce_add(slot, 1200);
	ygr_coalesce_add(slot, 1300);
	assert_int_equal(slot->repeat_nr, 3);
	assert_int_equal(slot->first_ns, 1100);
	assert_int_equal(slot->last_ns, 1300);
	ygr_coalesce_release(&table, slot);
	assert_int_equal(table.held_nr, 0);
	assert_int_equal(ask(key, 12, &again), YGR_COALESCE_NEW);
}

static void test_window(void **state)
{
	struct ygr_coalesce_key key = key_of(5, 1);
	struct ygr_coalesce_slot *slot, *again;

	(void)state;
	ask(key, 10, &slot);
	ygr_coalesce_begin(slot, &key, 10);
	assert_int_equal(ask(key, 10 + WINDOW - 1, &again), YGR_COALESCE_SECOND);
	assert_int_equal(ask(key, 10 + WINDOW, &again), YGR_COALESCE_NEW);
	assert_ptr_equal(again, slot);
	assert_false(ygr_coalesce_is_over(slot, 10 + WINDOW - 1, WINDOW));
	assert_true(ygr_coalesce_is_over(slot, 10 + WINDOW, WINDOW));
	/* It counts from the first, not from the last. */
	ygr_coalesce_hold(&table, slot, 1);
	ygr_coalesce_add(slot, 2);
	assert_int_equal(ask(key, 10 + WINDOW - 1, &again), YGR_COALESCE_REPEAT);
	assert_int_equal(ask(key, 10 + WINDOW, &again), YGR_COALESCE_NEW);
	assert_int_equal(again->repeat_nr, 2);
}

static void test_each_word_tells_apart(void **state)
{
	struct ygr_coalesce_slot *slot;

	(void)state;
	for (unsigned int i = 0; i < YGR_COALESCE_WORD_NR; i++)
		for (unsigned int bit = 0; bit < 64; bit++) {
			struct ygr_coalesce_key key = key_of(5, 1);

			set_up(NULL);
			ask(key, 10, &slot);
			ygr_coalesce_begin(slot, &key, 10);
			key.words[i] ^= 1ull << bit;
			assert_int_equal(ask(key, 10, &slot), YGR_COALESCE_NEW);
		}
}

static void test_names_tell_apart(void **state)
{
	static const char *const others[] = { "", "/run/", "/run/b", "/run/ab", "/rUn/a" };
	struct ygr_coalesce_key key = key_of(0, 1), other = key;
	struct ygr_coalesce_slot *slot, *again;
	char longest[YGR_COALESCE_NAME_MAX];

	(void)state;
	key.name = "/run/a";
	key.name_len = 6;
	ask(key, 10, &slot);
	ygr_coalesce_begin(slot, &key, 10);
	assert_int_equal(ask(key, 10, &again), YGR_COALESCE_SECOND);
	for (unsigned int i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		other.name = others[i];
		other.name_len = strlen(others[i]);
		assert_int_equal(ask(other, 10, &again), YGR_COALESCE_NEW);
	}
	memset(longest, 'x', sizeof(longest));
	other.name = longest;
	other.name_len = sizeof(longest);
	ask(other, 10, &slot);
	ygr_coalesce_begin(slot, &other, 10);
	assert_int_equal(ask(other, 10, &again), YGR_COALESCE_SECOND);
	longest[sizeof(longest) - 1] = 'y';
	assert_int_equal(ask(other, 10, &again), YGR_COALESCE_NEW);
}

/* Of two slots, the one that holds nothing gives way, then the older one. */
static void test_who_gives_way(void **state)
{
	struct ygr_coalesce_slot *held, *seen, *slot;
	struct ygr_coalesce_key key = key_of(1, 1);
	__u64 object = 1;

	(void)state;
	ask(key, 10, &held);
	ygr_coalesce_begin(held, &key, 10);
	do {
		key = key_of(++object, 1);
		ask(key, 11, &seen);
	} while (seen->begin_tick || held - table.slots != ((seen - table.slots) ^ 1));
	ygr_coalesce_begin(seen, &key, 11);
	do {
		key = key_of(++object, 1);
		ask(key, 12, &slot);
	} while (slot != held && slot != seen);
	assert_ptr_equal(slot, held);
	ygr_coalesce_hold(&table, held, 1);
	assert_int_equal(ask(key, 12, &slot), YGR_COALESCE_NEW);
	assert_ptr_equal(slot, seen);
}

/* ---- against a list that forgets nothing ---- */

#define OBJECT_NR	300u
#define PROCESS_NR	5u

struct naive {
	__u64 events;		/* of this key */
	__u64 alone;		/* told as themselves */
	__u64 repeats;		/* told by a series */
	__u64 held;		/* in the table's slot, as we believe */
};

static struct naive naive[OBJECT_NR][PROCESS_NR];
static struct { unsigned int object, process; } held_by[YGR_COALESCE_SLOT_NR];

static void tell(struct ygr_coalesce_slot *slot)
{
	unsigned int index = slot - table.slots;
	struct naive *of = &naive[held_by[index].object][held_by[index].process];

	if (!slot->repeat_nr)
		return;
	/* The series has what happened to its key, and nothing else. */
	assert_int_equal(slot->repeat_nr, of->held);
	assert_int_equal(slot->words[0], held_by[index].object + 1);
	assert_true(slot->first_ns <= slot->last_ns);
	of->repeats += of->held;
	of->held = 0;
	ygr_coalesce_release(&table, slot);
}

static void offer(unsigned int object, unsigned int process, __u64 tick)
{
	struct naive *of = &naive[object][process];
	struct ygr_coalesce_key key = key_of(object + 1, process + 1);
	struct ygr_coalesce_slot *slot;

	of->events++;
	switch (ask(key, tick, &slot)) {
	case YGR_COALESCE_NEW:
		/* Now and then there is no room to tell. */
		if (slot->repeat_nr && rand() % 8 == 0) {
			of->alone++;
			return;
		}
		tell(slot);
		ygr_coalesce_begin(slot, &key, tick);
		of->alone++;
		break;
	case YGR_COALESCE_SECOND:
		if (rand() % 16 == 0) {
			of->alone++;
			return;
		}
		held_by[slot - table.slots].object = object;
		held_by[slot - table.slots].process = process;
		ygr_coalesce_hold(&table, slot, tick * 10);
		of->held = 1;
		break;
	case YGR_COALESCE_REPEAT:
		assert_true(of->held > 0);
		assert_true(tick - slot->begin_tick < WINDOW);
		ygr_coalesce_add(slot, tick * 10);
		of->held++;
		break;
	}
}

/* What the timer does. */
static void flush(__u64 tick, bool everything)
{
	unsigned int i, held_nr = 0;

	for (i = 0; i < YGR_COALESCE_SLOT_NR; i++)
		held_nr += table.slots[i].repeat_nr > 0;
	assert_int_equal(held_nr, table.held_nr);
	for (i = 0; i < YGR_COALESCE_SLOT_NR; i++)
		if (everything || ygr_coalesce_is_over(&table.slots[i], tick, WINDOW))
			tell(&table.slots[i]);
}

static void test_nothing_is_lost(void **state)
{
	__u64 tick = 1000, events = 0, repeats = 0;

	(void)state;
	srand(4711);
	for (unsigned int round = 0; round < 50; round++) {
		/* From everything on a few objects to many of them. */
		unsigned int object_nr = round % 10 ? 1u + rand() % 40 : OBJECT_NR;

		for (unsigned int i = 0; i < 4000; i++) {
			offer(rand() % object_nr, rand() % PROCESS_NR, tick);
			tick += rand() % 4 == 0;
			if (rand() % 500 == 0)
				flush(tick, false);
		}
	}
	flush(tick, true);
	assert_int_equal(table.held_nr, 0);
	for (unsigned int object = 0; object < OBJECT_NR; object++)
		for (unsigned int process = 0; process < PROCESS_NR; process++) {
			const struct naive *of = &naive[object][process];

			assert_int_equal(of->held, 0);
			assert_int_equal(of->events, of->alone + of->repeats);
			events += of->events;
			repeats += of->repeats;
		}
	assert_int_equal(events, 200000);
	/* It has been tried, and not only in theory. */
	assert_in_range(repeats, 20000, 180000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_first_second_repeat, set_up),
		cmocka_unit_test_setup(test_window, set_up),
		cmocka_unit_test_setup(test_each_word_tells_apart, set_up),
		cmocka_unit_test_setup(test_names_tell_apart, set_up),
		cmocka_unit_test_setup(test_who_gives_way, set_up),
		cmocka_unit_test_setup(test_nothing_is_lost, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
