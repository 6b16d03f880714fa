// SPDX-License-Identifier: GPL-2.0-only
/* The mix of a benchmark: what is taken, what is refused and why, and the order of the calls. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench_mix.h"

static struct ygr_bench_mix parse(const char *text)
{
	struct ygr_bench_mix mix = { { 0 } };
	char error[YGR_BENCH_MIX_ERROR_BYTES];

	if (ygr_bench_mix_parse(text, &mix, error))
		fail_msg("\"%s\": %s", text, error);
	return mix;
}

static void expect(const char *text, uint32_t exec, uint32_t open, uint32_t connect)
{
	const struct ygr_bench_mix mix = parse(text);

	assert_int_equal(mix.share[YGR_BENCH_EXEC], exec);
	assert_int_equal(mix.share[YGR_BENCH_OPEN], open);
	assert_int_equal(mix.share[YGR_BENCH_CONNECT], connect);
}

static void expect_error(const char *text, const char *wanted)
{
	struct ygr_bench_mix mix = { { 1, 2, 3 } };
	char error[YGR_BENCH_MIX_ERROR_BYTES] = "";

	assert_int_equal(ygr_bench_mix_parse(text, &mix, error), -EINVAL);
	assert_string_equal(error, wanted);
	assert_int_equal(mix.share[0] + 10 * mix.share[1] + 100 * mix.share[2], 321);
}

static void what_is_taken(void **state)
{
	(void)state;
	expect("exec=1,open=10,connect=5", 1, 10, 5);
	expect("connect=5,exec=1", 1, 0, 5);
	expect("open", 0, 1, 0);
	expect("open,connect,exec", 1, 1, 1);
	expect("open=0,exec", 1, 0, 0);
	expect("open=1000", 0, 1000, 0);
	expect("open=0001", 0, 1, 0);
	expect("open=00000000000000000000000000000000000000000000000000000000000000007", 0, 7, 0);
}

static void what_is_refused(void **state)
{
	(void)state;
	expect_error("", "\"\" is no kind of call (exec, open, connect)");
	expect_error("open,", "\"\" is no kind of call (exec, open, connect)");
	expect_error(",open", "\"\" is no kind of call (exec, open, connect)");
	expect_error("=1", "\"\" is no kind of call (exec, open, connect)");
	expect_error("opne=1", "\"opne\" is no kind of call (open)");
	expect_error("Open", "\"Open\" is no kind of call (open)");
	expect_error("read=1", "\"read\" is no kind of call (exec, open, connect)");
	expect_error("open=", "open: \"\" is no number from 0 to 1000");
	expect_error("open=x", "open: \"x\" is no number from 0 to 1000");
	expect_error("open=-1", "open: \"-1\" is no number from 0 to 1000");
	expect_error("open=1.5", "open: \"1.5\" is no number from 0 to 1000");
	expect_error("open=1=2", "open: \"1=2\" is no number from 0 to 1000");
	expect_error("open=1001", "open: \"1001\" is no number from 0 to 1000");
	expect_error("open=18446744073709551617", "open: \"18446744073709551617\" is no number from 0 to 1000");
	expect_error("open=1,exec=1,open=1", "open stands there twice");
	expect_error("open=0", "no kind has a share above 0");
	expect_error("open=0,exec=0", "no kind has a share above 0");
	expect_error("open\n=1", "\"open\\x0a\" is no kind of call (open)");
	/* Quoted in part, judged whole. */
	expect_error("open=00000000000000000000000000000000000000000000000000000000000000x1",
		     "open: \"0000000000000000000000000000000\" is no number from 0 to 1000");
	expect_error("openopenopenopenopenopenopenopenopenopenopen=1",
		     "\"openopenopenopenopenopenopenope\" is no kind of call (exec, open, connect)");
}

static void printed_is_what_was_parsed(void **state)
{
	char text[YGR_BENCH_MIX_TEXT_BYTES];
	struct ygr_bench_mix mix;

	(void)state;
	mix = parse("connect=5,open=010,exec");
	ygr_bench_mix_print(&mix, text);
	assert_string_equal(text, "exec=1,open=10,connect=5");
	mix = parse("open=0,connect=1000");
	ygr_bench_mix_print(&mix, text);
	assert_string_equal(text, "connect=1000");
}

/* In each run of as many calls as the shares make, from wherever. */
static void each_has_its_share(void **state)
{
	const struct ygr_bench_mix mix = parse("exec=1,open=10,connect=5");
	struct ygr_bench_turn turn = { { 0 } };

	(void)state;
	for (unsigned int round = 0; round < 100; round++) {
		uint32_t nr[YGR_BENCH_KIND_NR] = { 0 };

		for (unsigned int i = 0; i < 16; i++)
			nr[ygr_bench_mix_next(&mix, &turn)]++;
		assert_memory_equal(nr, mix.share, sizeof(nr));
	}
}

static void calls_are_spread(void **state)
{
	const struct ygr_bench_mix mix = parse("exec=1,open=2,connect=1");
	struct ygr_bench_turn turn = { { 0 } };
	static const enum ygr_bench_kind wanted[] = {
		YGR_BENCH_OPEN, YGR_BENCH_EXEC, YGR_BENCH_CONNECT, YGR_BENCH_OPEN,
		YGR_BENCH_OPEN, YGR_BENCH_EXEC, YGR_BENCH_CONNECT, YGR_BENCH_OPEN,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_int_equal(ygr_bench_mix_next(&mix, &turn), wanted[i]);
}

static void who_has_no_share_has_no_turn(void **state)
{
	const struct ygr_bench_mix mix = parse("connect=7");
	struct ygr_bench_turn turn = { { 0 } };

	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(ygr_bench_mix_next(&mix, &turn), YGR_BENCH_CONNECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(printed_is_what_was_parsed),
		cmocka_unit_test(each_has_its_share),
		cmocka_unit_test(calls_are_spread),
		cmocka_unit_test(who_has_no_share_has_no_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
