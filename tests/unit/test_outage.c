// SPDX-License-Identifier: GPL-2.0-only
/* When the daemon says that nothing was seen, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "outage.h"

static const uint8_t this_boot[YGR_BATCH_ID_BYTES] = { 1, 2, 3 };
static const uint8_t other_boot[YGR_BATCH_ID_BYTES] = { 1, 2, 4 };

static struct ygr_spool_found found_of(const uint8_t *boot_id, uint64_t load_id)
{
	struct ygr_spool_found found = {
		.has_last = true,
		.last = { .load_id = load_id, .max_time_ns = 5000, .realtime_offset_ns = 1000000 },
	};

	memcpy(found.last.boot_id, boot_id, YGR_BATCH_ID_BYTES);
	return found;
}

static void test_an_empty_spool_knows_of_none(void **state)
{
	const struct ygr_spool_found found = { .has_last = false };

	(void)state;
	assert_int_equal(ygr_outage_find(&found, 10, this_boot).begin_time_ns, 0);
}

static void test_the_same_run_goes_on(void **state)
{
	const struct ygr_spool_found found = found_of(this_boot, 10);

	(void)state;
	assert_int_equal(ygr_outage_find(&found, 10, this_boot).begin_time_ns, 0);
}

static void test_loaded_again(void **state)
{
	const struct ygr_spool_found found = found_of(this_boot, 10);
	const struct ygr_outage outage = ygr_outage_find(&found, 9000, this_boot);

	(void)state;
	assert_int_equal(outage.begin_time_ns, 1005000);
	assert_int_equal(outage.previous_load_id, 10);
	assert_int_equal(outage.load_id, 9000);
	assert_false(outage.rebooted);
}

/* The clock that counts from the boot may show the same again. */
static void test_another_boot(void **state)
{
	const struct ygr_spool_found found = found_of(other_boot, 10);
	const struct ygr_outage outage = ygr_outage_find(&found, 10, this_boot);

	(void)state;
	assert_int_equal(outage.begin_time_ns, 1005000);
	assert_true(outage.rebooted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_empty_spool_knows_of_none),
		cmocka_unit_test(test_the_same_run_goes_on),
		cmocka_unit_test(test_loaded_again),
		cmocka_unit_test(test_another_boot),
	};

	return cmocka_run_group_tests_name("outage", tests, NULL, NULL);
}
