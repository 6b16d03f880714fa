// SPDX-License-Identifier: GPL-2.0-only
/* What is kept of files that are open for writing: as much as fits, and never another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "writer_slot.h"

static struct ygr_writer writer(uint64_t file, uint64_t opened_ns)
{
	return (struct ygr_writer) { .file = file, .inode = file + 1, .opened_ns = opened_ns };
}

static void put(struct ygr_writer_bucket *bucket, uint64_t file, uint64_t opened_ns)
{
	*ygr_writer_bucket_put(bucket, file) = writer(file, opened_ns);
}

static bool take(struct ygr_writer_bucket *bucket, uint64_t file, uint64_t inode, struct ygr_writer *out)
{
	struct ygr_writer *slot = ygr_writer_bucket_find(bucket, file, inode);

	if (!slot)
		return false;
	*out = *slot;
	ygr_writer_bucket_free(bucket, slot);
	return true;
}

static void test_what_is_put_is_there_until_it_is_taken(void **state)
{
	struct ygr_writer_bucket bucket = { 0 };
	struct ygr_writer out;

	(void)state;
	put(&bucket, 100, 1);
	assert_int_equal(ygr_writer_bucket_find(&bucket, 100, 101)->opened_ns, 1);
	assert_null(ygr_writer_bucket_find(&bucket, 200, 201));
	assert_true(take(&bucket, 100, 101, &out));
	assert_int_equal(out.file, 100);
	assert_false(take(&bucket, 100, 101, &out));
}

/* Nobody told of its end: the address is another file's now. */
static void test_another_file_at_the_address(void **state)
{
	struct ygr_writer_bucket bucket = { 0 };
	struct ygr_writer out = { .file = 7 };

	(void)state;
	put(&bucket, 100, 1);
	assert_null(ygr_writer_bucket_find(&bucket, 100, 999));
	assert_false(take(&bucket, 100, 999, &out));
	assert_int_equal(out.file, 7);
}

static void test_same_address_takes_one_slot(void **state)
{
	struct ygr_writer_bucket bucket = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		put(&bucket, 100, i);
	put(&bucket, 200, 100);
	assert_int_equal(ygr_writer_bucket_find(&bucket, 100, 101)->opened_ns, 99);
	assert_non_null(ygr_writer_bucket_find(&bucket, 200, 201));
}

/* Also where the old place of that address is behind one that has become free. */
static void test_never_twice(void **state)
{
	struct ygr_writer_bucket bucket = { 0 };
	struct ygr_writer out;

	(void)state;
	put(&bucket, 100, 1);
	put(&bucket, 200, 2);
	assert_true(take(&bucket, 100, 101, &out));
	put(&bucket, 200, 3);
	assert_true(take(&bucket, 200, 201, &out));
	assert_int_equal(out.opened_ns, 3);
	assert_false(take(&bucket, 200, 201, &out));
}

static void test_full_forgets_the_oldest(void **state)
{
	struct ygr_writer_bucket bucket = { 0 };

	(void)state;
	for (uint64_t i = 0; i < YGR_WRITER_WAYS; i++)
		put(&bucket, 100 + 10 * i, 50 + (i + 3) % YGR_WRITER_WAYS);
	put(&bucket, 1000, 200);
	/* The one opened at 50. */
	assert_null(ygr_writer_bucket_find(&bucket, 150, 151));
	for (uint64_t i = 0; i < YGR_WRITER_WAYS; i++)
		if (i != 5)
			assert_non_null(ygr_writer_bucket_find(&bucket, 100 + 10 * i, 101 + 10 * i));
	assert_non_null(ygr_writer_bucket_find(&bucket, 1000, 1001));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_put_is_there_until_it_is_taken),
		cmocka_unit_test(test_another_file_at_the_address),
		cmocka_unit_test(test_same_address_takes_one_slot),
		cmocka_unit_test(test_never_twice),
		cmocka_unit_test(test_full_forgets_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
