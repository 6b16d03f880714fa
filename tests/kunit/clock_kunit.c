// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time by the processor's counter: what it comes to, when the kernel is asked again, and that it never
 * goes back. The counter and the kernel's clock are the suite's (um/counter.h).
 */
#include <kunit/test.h>

#include "um/counter.h"

#include "clock.h"
#include "policy_kunit.h"

unsigned int tsc_khz;

static u64 counter;
static bool is_unstable;

/* What the kernel's clock says, and how often it was asked. */
static u64 boot_ns;
static u32 boot_asked;

/* How far the counter gets with each reading, from the first on; 0 after these. */
static u32 slow_steps[8];
static u32 slow_at;

u64 kunit_boot_ns_read(void)
{
	boot_asked++;
	return boot_ns;
}

u64 rdtsc(void)
{
	u64 now = counter;

	if (slow_at < ARRAY_SIZE(slow_steps))
		counter += slow_steps[slow_at++];
	return now;
}

int check_tsc_unstable(void)
{
	return is_unstable;
}

static struct ygr_clock *clock_init(u32 khz, u64 count, u64 ns)
{
	struct ygr_clock *clock = this_cpu_ptr(&ygr_clocks);

	memset(clock, 0, sizeof(*clock));
	memset(slow_steps, 0, sizeof(slow_steps));
	tsc_khz = khz;
	is_unstable = false;
	counter = count;
	boot_ns = ns;
	boot_asked = 0;
	return clock;
}

static void go(u64 counts, u64 ns)
{
	counter += counts;
	boot_ns += ns;
}

/* ---- what counts come to ---- */

static const struct {
	u32 khz;
	u32 counts;
	u64 ns;		/* rounded down, twice */
} spans[] = {
	{ 1000000, 0, 0 },
	{ 1000000, 1, 1 },
	{ 1000000, 999999, 999999 },
	{ 1000000, YGR_CLOCK_RANGE - 1, YGR_CLOCK_RANGE - 1 },
	{ 2000000, 1, 0 },
	{ 2000000, 2, 1 },
	{ 2000000, 1048575, 524287 },
	{ 3000000, 3, 0 },
	{ 3000000, 4, 1 },
	{ 3000000, 3000, 999 },
	{ 3000000, 900000, 299999 },
	{ 2400000, 12, 4 },
	{ 2400000, 1000000, 416666 },
	{ 5000000, 1000000, 199999 },
	/* The slowest that there is a base for. */
	{ 1000, 1, 1000 },
	{ 1000, YGR_CLOCK_RANGE - 1, 1000ull * (YGR_CLOCK_RANGE - 1) },
};

static void counts_are_nanoseconds(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(spans); i++) {
		const u64 base_ns = 5000000000ull;
		u64 ns, want = spans[i].ns;

		clock_init(spans[i].khz, 1ull << 45, base_ns);
		KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), base_ns);
		go(spans[i].counts, 0);
		ns = ygr_clock_task_ns() - base_ns;
		KUNIT_EXPECT_EQ_MSG(test, ns, want, "%u at %u kHz", spans[i].counts, spans[i].khz);
		KUNIT_EXPECT_EQ_MSG(test, boot_asked, 1u, "%u at %u kHz", spans[i].counts,
				    spans[i].khz);
	}
}

/* ---- when the kernel is asked ---- */

static void the_kernel_is_asked_where_the_range_ends(struct kunit *test)
{
	clock_init(1000000, 1000, 70);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 70ull);
	go(YGR_CLOCK_RANGE - 1, 9000000);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 70ull + YGR_CLOCK_RANGE - 1);
	KUNIT_EXPECT_EQ(test, boot_asked, 1u);
	go(1, 0);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 9000070ull);
	KUNIT_EXPECT_EQ(test, boot_asked, 2u);
	/* From the new base. */
	go(5, 0);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 9000075ull);
	KUNIT_EXPECT_EQ(test, boot_asked, 2u);
}

static void expect_asked_each_time(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 5; i++) {
		go(1, 10);
		KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), boot_ns);
	}
	KUNIT_EXPECT_EQ(test, boot_asked, 5u);
}

static void an_unstable_counter_is_no_base(struct kunit *test)
{
	clock_init(1000000, 1000, 70);
	is_unstable = true;
	expect_asked_each_time(test);
}

static void a_counter_below_1_mhz_is_no_base(struct kunit *test)
{
	clock_init(999, 1000, 70);
	expect_asked_each_time(test);
	clock_init(0, 1000, 70);
	expect_asked_each_time(test);
}

/* Once it is not trusted any more, what was a base is good to the end of its range and no longer. */
static void a_base_ends_with_the_trust(struct kunit *test)
{
	clock_init(1000000, 1000, 70);
	ygr_clock_task_ns();
	is_unstable = true;
	go(YGR_CLOCK_RANGE, YGR_CLOCK_RANGE);
	boot_asked = 0;
	expect_asked_each_time(test);
}

/* Interrupted between the two readings of the counter: the first two times, or each time. */
static void what_was_interrupted_is_no_base(struct kunit *test)
{
	struct ygr_clock *clock = clock_init(1000000, 1000, 70);

	slow_at = 0;
	slow_steps[0] = slow_steps[2] = YGR_CLOCK_BASE_WITHIN + 1;
	KUNIT_EXPECT_EQ(test, ygr_clock_renew(clock), 70ull);
	KUNIT_EXPECT_EQ(test, clock->range, YGR_CLOCK_RANGE);
	KUNIT_EXPECT_EQ(test, clock->count, counter);
	KUNIT_EXPECT_EQ(test, boot_asked, 3u);

	clock = clock_init(1000000, 1000, 70);
	slow_at = 0;
	slow_steps[0] = slow_steps[2] = slow_steps[4] = YGR_CLOCK_BASE_WITHIN + 1;
	KUNIT_EXPECT_EQ(test, ygr_clock_renew(clock), 70ull);
	KUNIT_EXPECT_EQ(test, clock->range, 0u);
	KUNIT_EXPECT_EQ(test, boot_asked, 3u);

	clock = clock_init(1000000, 1000, 70);
	slow_at = 0;
	slow_steps[0] = YGR_CLOCK_BASE_WITHIN;
	KUNIT_EXPECT_EQ(test, ygr_clock_renew(clock), 70ull);
	KUNIT_EXPECT_EQ(test, clock->range, YGR_CLOCK_RANGE);
	KUNIT_EXPECT_EQ(test, boot_asked, 1u);
}

/* ---- that it never goes back ---- */

/* By the counter it is 100 ns later than by the kernel's clock: that is caught up with within a range. */
static void a_kernel_that_is_behind_is_waited_for(struct kunit *test)
{
	const u64 range = YGR_CLOCK_RANGE;

	clock_init(1000000, 1000, 70);
	ygr_clock_task_ns();
	go(range + 100, range);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 70 + range + 100);
	go(range / 2, range / 2);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), boot_ns + 50);
	go(range / 2 - 1, range / 2 - 1);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), boot_ns);
	KUNIT_EXPECT_EQ(test, boot_asked, 2u);
	/* And from there on at its own pace. */
	go(1, 1);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), boot_ns);
	go(range - 1, range - 1);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), boot_ns);
	KUNIT_EXPECT_EQ(test, boot_asked, 3u);
}

/* However far it is behind, time goes on: at half the pace. */
static void a_kernel_that_stands_is_not(struct kunit *test)
{
	const u64 range = YGR_CLOCK_RANGE;

	clock_init(1000000, 1000, 70);
	ygr_clock_task_ns();
	go(range, 0);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 70 + range);
	go(range / 2, 0);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 70 + range + range / 4);
	go(range / 2, 0);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 70 + range + range / 2);
}

/* Long after, or where the counter stands elsewhere after a sleep, it has nothing to say. */
static void what_is_long_ago_does_not_count(struct kunit *test)
{
	clock_init(1000000, 1000, 70);
	ygr_clock_task_ns();
	go(2 * YGR_CLOCK_RANGE, 30);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 100ull);

	clock_init(1000000, 1ull << 40, 70);
	ygr_clock_task_ns();
	counter = 5;
	boot_ns = 71;
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 71ull);
	go(3, 0);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 74ull);
}

/* A counter that wraps is one that goes on. */
static void a_counter_may_wrap(struct kunit *test)
{
	clock_init(1000000, -10ull, 70);
	ygr_clock_task_ns();
	go(30, 0);
	KUNIT_EXPECT_EQ(test, ygr_clock_task_ns(), 100ull);
	KUNIT_EXPECT_EQ(test, boot_asked, 1u);
}

/* Ten in a million wrong, either way: what is told for a second and a half is in order, and near. */
static void it_is_in_order_and_near(struct kunit *test)
{
	u32 direction, i;

	for (direction = 0; direction < 2; direction++) {
		u64 random = 4711, last_ns = 0, true_ps = 0, ns;
		const u64 start_ns = 1000000000;

		clock_init(3000000, 1ull << 50, start_ns);
		for (i = 0; i < 500000; i++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			counter += (random >> 33) % 20000;
			/* A third of a nanosecond each. */
			true_ps = (counter - (1ull << 50)) * 1000 / 3;
			true_ps += direction ? true_ps / 100000 : -(true_ps / 100000);
			boot_ns = start_ns + true_ps / 1000;
			ns = ygr_clock_task_ns();
			KUNIT_ASSERT_GE(test, ns, last_ns);
			KUNIT_ASSERT_LE(test, ns > boot_ns ? ns - boot_ns : boot_ns - ns,
					10ull);
			last_ns = ns;
		}
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(counts_are_nanoseconds),
	KUNIT_CASE(the_kernel_is_asked_where_the_range_ends),
	KUNIT_CASE(an_unstable_counter_is_no_base),
	KUNIT_CASE(a_counter_below_1_mhz_is_no_base),
	KUNIT_CASE(a_base_ends_with_the_trust),
	KUNIT_CASE(what_was_interrupted_is_no_base),
	KUNIT_CASE(a_kernel_that_is_behind_is_waited_for),
	KUNIT_CASE(a_kernel_that_stands_is_not),
	KUNIT_CASE(what_is_long_ago_does_not_count),
	KUNIT_CASE(a_counter_may_wrap),
	KUNIT_CASE(it_is_in_order_and_near),
	{}
};

struct kunit_suite clock_suite = {
	.name = "clock",
	.test_cases = cases,
};
