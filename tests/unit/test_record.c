// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record.h"
#include "ring_fake.h"

static struct record_fake record;
static struct ygr_record_view view;
static const char *reason;

static int parse(void)
{
	reason = NULL;
	return ygr_record_parse(record.bytes, record.head.len, &view, &reason);
}

static void begin(uint16_t type)
{
	record_fake_begin(&record, type, YGR_CLASS_FILE, 1);
}

static void test_head_only(void **state)
{
	(void)state;
	begin(YGR_EV_EXIT);
	assert_int_equal(parse(), 0);
	assert_int_equal(view.body.exit.status, 0);
	assert_null(view.strings[YGR_STR_PATH].bytes);
}

static void test_body_and_strings(void **state)
{
	struct ygr_body_exec body = { .file.ino = 12, .argc = 2 };

	(void)state;
	begin(YGR_EV_EXEC);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PATH, "/bin/true", 9);
	record_fake_cut(&record, YGR_STR_ARGV, "true\0--x", 8, 100);
	assert_int_equal(parse(), 0);
	assert_int_equal(view.body.exec.file.ino, 12);
	assert_int_equal(view.body.exec.argc, 2);
	assert_int_equal(view.strings[YGR_STR_PATH].len, 9);
	assert_false(ygr_record_string_is_cut(&view.strings[YGR_STR_PATH]));
	assert_true(ygr_record_string_is_cut(&view.strings[YGR_STR_ARGV]));
	assert_int_equal(view.strings[YGR_STR_ARGV].true_len, 100);
}

/* A kernel of an older schema: what its body lacks is zero. */
static void test_shorter_body(void **state)
{
	uint64_t ino = 7;

	(void)state;
	memset(&view, 0xff, sizeof(view));
	begin(YGR_EV_EXEC);
	record_fake_body(&record, &ino, 8);
	assert_int_equal(parse(), 0);
	assert_int_equal(view.body.exec.file.ino, 7);
	assert_int_equal(view.body.exec.file.dev_major, 0);
	assert_int_equal(view.body.exec.argc, 0);
}

/* One of a newer schema: what is new is passed over, the strings are found. */
static void test_longer_body(void **state)
{
	uint8_t body[200] = { [192] = 1 };

	(void)state;
	begin(YGR_EV_FORK);
	record_fake_body(&record, body, sizeof(body));
	record_fake_string(&record, YGR_STR_RULE, "r", 1);
	assert_int_equal(parse(), 0);
	assert_memory_equal(view.strings[YGR_STR_RULE].bytes, "r", 1);
}

static void test_unknown_type_and_tag(void **state)
{
	(void)state;
	begin(999);
	record_fake_string(&record, 77, "new", 3);
	record_fake_string(&record, YGR_STR_PATH, "/p", 2);
	assert_int_equal(parse(), 0);
	assert_int_equal(view.strings[YGR_STR_PATH].len, 2);
}

static void test_first_of_a_tag_counts(void **state)
{
	(void)state;
	begin(YGR_EV_OPEN);
	record_fake_string(&record, YGR_STR_PATH, "/1", 2);
	record_fake_string(&record, YGR_STR_PATH, "/2", 2);
	assert_int_equal(parse(), 0);
	assert_memory_equal(view.strings[YGR_STR_PATH].bytes, "/1", 2);
}

static void test_tag_zero_is_nothing(void **state)
{
	(void)state;
	begin(YGR_EV_OPEN);
	record_fake_cut(&record, 0, "x", 1, 9);
	assert_int_equal(parse(), 0);
	assert_null(view.strings[0].bytes);
}

static void test_lengths_that_cannot_be(void **state)
{
	(void)state;
	begin(YGR_EV_OPEN);
	assert_int_equal(ygr_record_parse(record.bytes, 143, &view, &reason), -EPROTO);
	record.head.len = 136;
	assert_int_equal(ygr_record_parse(record.bytes, 8192, &view, &reason), -EPROTO);
	record.head.len = 148;
	assert_int_equal(ygr_record_parse(record.bytes, 8192, &view, &reason), -EPROTO);
	record.head.len = 152;
	assert_int_equal(ygr_record_parse(record.bytes, 144, &view, &reason), -EPROTO);
	assert_string_equal(reason, "record is longer than what was published");
}

static void test_bodies_that_cannot_be(void **state)
{
	(void)state;
	begin(YGR_EV_OPEN);
	record.head.body_len = 8;
	assert_int_equal(parse(), -EBADMSG);
	assert_string_equal(reason, "body does not fit");
	begin(YGR_EV_OPEN);
	record.head.len = 152;
	record.head.body_len = 4;
	assert_int_equal(parse(), -EBADMSG);
	begin(YGR_EV_OPEN);
	record.head.class = YGR_CLASS_MAX;
	assert_int_equal(parse(), -EBADMSG);
	assert_string_equal(reason, "class out of range");
}

static void test_strings_that_cannot_be(void **state)
{
	struct ygr_string *string = (struct ygr_string *)(record.bytes + sizeof(struct ygr_record));
	static const uint32_t lengths[] = { 9, 17, 0x7fffffff, 0xfffffff9, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		begin(YGR_EV_OPEN);
		record_fake_string(&record, YGR_STR_PATH, "12345678", 8);
		string->len = lengths[i];
		assert_int_equal(parse(), -EBADMSG);
		assert_string_equal(reason, "string does not fit");
	}
	begin(YGR_EV_OPEN);
	record.head.len += 8;
	assert_int_equal(parse(), -EBADMSG);
	assert_string_equal(reason, "string head does not fit");
}

static void test_too_many_strings(void **state)
{
	(void)state;
	begin(YGR_EV_OPEN);
	for (int i = 0; i < YGR_RECORD_STRINGS_MAX; i++)
		record_fake_string(&record, YGR_STR_PATH, "", 0);
	assert_int_equal(parse(), 0);
	record_fake_string(&record, YGR_STR_PATH, "", 0);
	assert_int_equal(parse(), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head_only),
		cmocka_unit_test(test_body_and_strings),
		cmocka_unit_test(test_shorter_body),
		cmocka_unit_test(test_longer_body),
		cmocka_unit_test(test_unknown_type_and_tag),
		cmocka_unit_test(test_first_of_a_tag_counts),
		cmocka_unit_test(test_tag_zero_is_nothing),
		cmocka_unit_test(test_lengths_that_cannot_be),
		cmocka_unit_test(test_bodies_that_cannot_be),
		cmocka_unit_test(test_strings_that_cannot_be),
		cmocka_unit_test(test_too_many_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
