// SPDX-License-Identifier: GPL-2.0-only
/*
 * Budgets and shares, and for random streams of events that each is either taken or counted
 * on who made it, whoever else came and went.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "budget.h"

static struct ygr_budget budget;

static int set_up(void **state)
{
	(void)state;
	memset(&budget, 0, sizeof(budget));
	return 0;
}

static struct ygr_budget_id id_of(__u64 nr)
{
	return (struct ygr_budget_id) { .major = 1000000 + nr * 12345, .minor = nr };
}

static struct ygr_budget_entry *get(__u64 nr)
{
	struct ygr_budget_entry *entry = ygr_budget_find(&budget, id_of(nr));

	if (entry)
		return entry;
	entry = ygr_budget_choose(&budget, id_of(nr));
	assert_int_equal(entry->suppressed_nr, 0);
	ygr_budget_assign(&budget, entry, id_of(nr));
	assert_ptr_equal(ygr_budget_find(&budget, id_of(nr)), entry);
	return entry;
}

/* Return: how many of @nr events are taken. */
static unsigned int make(__u64 who, unsigned int nr, __u64 period, __u32 limit, bool is_crowded)
{
	unsigned int taken = 0;

	while (nr--) {
		struct ygr_budget_entry *entry = get(who);

		if (ygr_budget_allows(&budget, entry, period, limit, is_crowded)) {
			ygr_budget_take(&budget, entry);
			taken++;
		} else {
			ygr_budget_suppress(&budget, entry, YGR_CLASS_FILE, period);
		}
	}
	return taken;
}

static void test_limit(void **state)
{
	(void)state;
	assert_int_equal(make(1, 150, 1, 100, false), 100);
	assert_int_equal(make(2, 150, 1, 100, false), 100);
	assert_int_equal(get(1)->suppressed_nr, 50);
	assert_int_equal(get(1)->suppressed[YGR_CLASS_FILE], 50);
	assert_int_equal(budget.untold_nr, 2);
	/* A new second, whatever there was before. */
	assert_int_equal(make(1, 150, 2, 100, false), 100);
	assert_int_equal(get(1)->suppressed_nr, 100);
	ygr_budget_settle(&budget, get(1));
	assert_int_equal(get(1)->suppressed_nr, 0);
	assert_int_equal(get(1)->suppressed[YGR_CLASS_FILE], 0);
	assert_int_equal(budget.untold_nr, 1);
	ygr_budget_settle(&budget, get(1));
	assert_int_equal(budget.untold_nr, 1);
	assert_int_equal(make(3, 1000, 2, 0, false), 1000);
}

static void test_times(void **state)
{
	(void)state;
	make(1, 10, 1, 10, false);
	make(1, 1, 1, 10, false);
	make(1, 1, 1, 10, false);
	ygr_budget_suppress(&budget, get(1), YGR_CLASS_SOCKET, 77);
	assert_int_equal(get(1)->first_ns, 1);
	assert_int_equal(get(1)->last_ns, 77);
	assert_int_equal(get(1)->suppressed[YGR_CLASS_SOCKET], 1);
	assert_int_equal(get(1)->suppressed_nr, 3);
}

/* What was recorded before it was asked about is taken all the same. */
static void test_charge(void **state)
{
	(void)state;
	ygr_budget_charge(&budget, get(1), 1, 30);
	assert_int_equal(make(1, 150, 1, 100, false), 70);
	/* It may be more than there was. */
	ygr_budget_charge(&budget, get(1), 2, 130);
	assert_int_equal(make(1, 150, 2, 100, false), 0);
	ygr_budget_charge(&budget, get(1), 3, 0);
	assert_int_equal(make(1, 150, 3, 100, false), 100);
	/* And counts for the share. */
	ygr_budget_charge(&budget, get(2), 3, 1000);
	assert_int_equal(make(2, 10, 3, 0, true), 0);
}

/* While there is room nobody is asked for his share. */
static void test_share(void **state)
{
	(void)state;
	assert_int_equal(make(1, 1000, 1, 0, false), 1000);
	assert_int_equal(make(1, 10, 1, 0, true), 0);
	/* Who has had nothing may have as much as all others on average, and no less than... */
	assert_int_equal(make(2, 1000, 1, 0, true), 501);
	set_up(NULL);
	assert_int_equal(make(1, 1000, 1, 0, true), YGR_BUDGET_SHARE_MIN);
}

/* The second after, half of it counts, and so on. */
static void test_share_fades(void **state)
{
	(void)state;
	assert_int_equal(make(1, 64, 1, 0, false), 64);
	assert_int_equal(make(1, 100, 1, 0, true), 0);
	assert_int_equal(make(1, 100, 2, 0, true), 0);
	assert_int_equal(make(1, 100, 3, 0, true), 0);
	assert_int_equal(make(1, 100, 4, 0, true), 8);
	assert_int_equal(make(1, 100, 5, 0, true), 8);
	/* A clock that jumps. */
	assert_int_equal(make(1, 100, 5 + (1ull << 40), 0, true), YGR_BUDGET_SHARE_MIN);
}

/* Many equals are not over their share because of each other. */
static void test_equals(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < YGR_BUDGET_SHARE_MIN; round++)
		for (unsigned int who = 0; who < 20; who++)
			assert_int_equal(make(who, 1, 1, 0, true), 1);
}

/* Of those that share four entries, who is busiest stays, and who is untold. */
static void test_who_gives_way(void **state)
{
	struct ygr_budget_entry *set, *entry;
	__u64 who[5] = { 0 }, nr = 0;

	(void)state;
	get(0);
	set = ygr_budget_find(&budget, id_of(0));
	set -= (set - budget.entries) % YGR_BUDGET_WAY_NR;
	for (unsigned int found = 1; found < 5; found += entry - set < 4 && entry >= set) {
		entry = ygr_budget_choose(&budget, id_of(++nr));
		who[found] = nr;
		if (found < 4 && entry >= set && entry - set < 4)
			get(nr);
	}
	for (unsigned int i = 0; i < 4; i++)
		make(who[i], 10 - i, 1, 0, false);
	assert_ptr_equal(ygr_budget_choose(&budget, id_of(who[4])), ygr_budget_find(&budget, id_of(who[3])));
	ygr_budget_suppress(&budget, get(who[3]), YGR_CLASS_FILE, 1);
	assert_ptr_equal(ygr_budget_choose(&budget, id_of(who[4])), ygr_budget_find(&budget, id_of(who[2])));
}

#define WHO_NR	500u

static __u64 made[WHO_NR], taken[WHO_NR], told[WHO_NR];

static void settle(struct ygr_budget_entry *entry)
{
	__u64 sum = 0;

	if (!entry->suppressed_nr)
		return;
	for (unsigned int class = 0; class < YGR_CLASS_NR; class++)
		sum += entry->suppressed[class];
	assert_int_equal(sum, entry->suppressed_nr);
	assert_true(entry->first_ns <= entry->last_ns);
	told[entry->id.minor] += sum;
	ygr_budget_settle(&budget, entry);
}

static void offer(unsigned int who, __u64 period, bool is_crowded)
{
	struct ygr_budget_entry *entry = ygr_budget_find(&budget, id_of(who));

	if (!entry) {
		entry = ygr_budget_choose(&budget, id_of(who));
		settle(entry);
		ygr_budget_assign(&budget, entry, id_of(who));
	}
	made[who]++;
	if (ygr_budget_allows(&budget, entry, period, 200, is_crowded)) {
		assert_true(entry->taken < 200);
		ygr_budget_take(&budget, entry);
		taken[who]++;
	} else {
		ygr_budget_suppress(&budget, entry,
				    rand() % 2 ? YGR_CLASS_FILE : YGR_CLASS_SOCKET, made[who]);
	}
}

static void test_nothing_is_lost(void **state)
{
	__u64 period = 1, noisy_told = 0, modest_told = 0;
	bool is_crowded = false;

	(void)state;
	srand(1234);
	for (unsigned int i = 0; i < 300000; i++) {
		offer(rand() % 3 ? rand() % 8u : rand() % WHO_NR, period, is_crowded);
		if (rand() % 5000 == 0)
			period++;
		if (rand() % 3000 == 0)
			is_crowded = !is_crowded;
	}
	for (unsigned int i = 0; i < YGR_BUDGET_ENTRY_NR; i++)
		settle(&budget.entries[i]);
	assert_int_equal(budget.untold_nr, 0);
	for (unsigned int who = 0; who < WHO_NR; who++) {
		assert_int_equal(made[who], taken[who] + told[who]);
		if (who < 8)
			noisy_told += told[who];
		else
			modest_told += told[who];
	}
	/* Of hundreds that take turns, one or the other has had more than the average. */
	assert_true(noisy_told > 100 * modest_told && noisy_told > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_limit, set_up),
		cmocka_unit_test_setup(test_times, set_up),
		cmocka_unit_test_setup(test_charge, set_up),
		cmocka_unit_test_setup(test_share, set_up),
		cmocka_unit_test_setup(test_share_fades, set_up),
		cmocka_unit_test_setup(test_equals, set_up),
		cmocka_unit_test_setup(test_who_gives_way, set_up),
		cmocka_unit_test_setup(test_nothing_is_lost, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
