// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "le.h"
#include "wire.h"

static uint8_t out[1024];
static struct ygr_wire_message message;

static ssize_t parse(size_t len)
{
	return ygr_wire_parse(out, len, 512, &message);
}

static size_t put_hello(void)
{
	uint8_t id[16] = { 1, 2, 3 };

	return ygr_wire_put_hello(out, id, 42, "web-1");
}

static void test_hello(void **state)
{
	size_t len = put_hello();

	(void)state;
	assert_int_equal(len, 12 + 32 + 5);
	assert_int_equal(parse(len), len);
	assert_int_equal(message.type, YGR_WIRE_HELLO);
	assert_int_equal(message.version, 2);
	assert_int_equal(message.spool_id[2], 3);
	assert_int_equal(message.batch_id, 42);
	assert_int_equal(message.host_len, 5);
	assert_memory_equal(message.host, "web-1", 5);
}

static void test_long_host_is_cut(void **state)
{
	char host[400];
	uint8_t id[16] = { 0 };
	size_t len;

	(void)state;
	memset(host, 'x', sizeof(host) - 1);
	host[399] = '\0';
	len = ygr_wire_put_hello(out, id, 1, host);
	assert_int_equal(len, YGR_WIRE_HELLO_BYTES_MAX);
	assert_int_equal(parse(len), len);
	assert_int_equal(message.host_len, 255);
}

static void test_reply(void **state)
{
	size_t len = ygr_wire_put_reply(out, YGR_WIRE_E_STORAGE, 7, 0x1122334455667788);

	(void)state;
	assert_int_equal(len, 36);
	assert_int_equal(parse(len), len);
	assert_int_equal(message.type, YGR_WIRE_REPLY);
	assert_int_equal(message.status, 2);
	assert_int_equal(message.batch_id, 7);
	assert_true(message.last_hash == 0x1122334455667788);
}

static void test_batch(void **state)
{
	size_t len = ygr_wire_put_batch_head(out, 9, 4);

	(void)state;
	memcpy(out + len, "abcd", 4);
	assert_int_equal(parse(len), 0);
	assert_int_equal(parse(len + 4), len + 4);
	assert_int_equal(message.type, YGR_WIRE_BATCH);
	assert_int_equal(message.batch_id, 9);
	assert_int_equal(message.batch_len, 4);
	assert_memory_equal(message.batch, "abcd", 4);
}

static void test_ack(void **state)
{
	size_t len = ygr_wire_put_ack(out, ~0ull);

	(void)state;
	assert_int_equal(len, 20);
	assert_int_equal(parse(len), 20);
	assert_int_equal(message.type, YGR_WIRE_ACK);
	assert_true(message.batch_id == ~0ull);
}

static void test_refusal(void **state)
{
	size_t len = ygr_wire_put_refused(out, 7, YGR_WIRE_R_LARGE, "no");

	(void)state;
	assert_int_equal(len, 12 + 16 + 2);
	assert_memory_equal(out, "YGRW\x05\0\0\0\x12\0\0\0\x07\0\0\0\0\0\0\0\x02\0\x02\0\0\0\0\0no", 30);
	assert_int_equal(parse(len), len);
	assert_int_equal(message.type, YGR_WIRE_REFUSED);
	assert_int_equal(message.batch_id, 7);
	assert_int_equal(message.status, YGR_WIRE_R_LARGE);
	assert_int_equal(message.text_len, 2);
	assert_memory_equal(message.text, "no", 2);
}

static void test_refusal_with_wrong_lengths(void **state)
{
	size_t len = ygr_wire_put_refused(out, 7, YGR_WIRE_R_BATCH, "text");

	(void)state;
	out[12 + 10] = 5;
	assert_int_equal(parse(len), -EPROTO);
	out[12 + 10] = 4;
	out[12 + 12] = 1;
	assert_int_equal(parse(len), -EPROTO);
	out[12 + 12] = 0;
	ygr_le32_put(out + 8, 15);
	assert_int_equal(parse(len), -EPROTO);
}

/* The bytes of docs/WIRE.md. */
static void test_offsets(void **state)
{
	(void)state;
	put_hello();
	assert_memory_equal(out, "YGRW\x01\0\0\0\x25\0\0\0\x02\0\x05\0\0\0\0\0\x01\x02\x03", 23);
	assert_int_equal(ygr_le64_get(out + 12 + 24), 42);
	assert_memory_equal(out + 44, "web-1", 5);
}

static void test_every_prefix_waits(void **state)
{
	size_t len = put_hello();

	(void)state;
	for (size_t i = 0; i < len; i++)
		assert_int_equal(parse(i), 0);
}

static void test_two_in_a_row(void **state)
{
	size_t first = ygr_wire_put_ack(out, 1), both = first + ygr_wire_put_ack(out + first, 2);

	(void)state;
	assert_int_equal(parse(both), first);
	assert_int_equal(message.batch_id, 1);
}

static void test_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{ 0, 'X' },		/* magic */
		{ 4, 0 }, { 4, 6 }, { 5, 1 },	/* type */
		{ 6, 1 },		/* flags */
		{ 14, 4 }, { 14, 6 },	/* host length */
		{ 16, 1 },		/* padding */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		size_t len = put_hello();

		out[changes[i].at] = changes[i].value;
		assert_int_equal(parse(len), -EPROTO);
	}
}

static void test_stranger_is_known_by_four_bytes(void **state)
{
	(void)state;
	memcpy(out, "GET ", 4);
	assert_int_equal(parse(4), -EPROTO);
}

static void test_wrong_sizes(void **state)
{
	(void)state;
	ygr_wire_put_ack(out, 1);
	ygr_le32_put(out + 8, 9);
	assert_int_equal(parse(21), -EPROTO);
	ygr_wire_put_reply(out, 0, 1, 2);
	ygr_le32_put(out + 8, 23);
	assert_int_equal(parse(35), -EPROTO);
	ygr_wire_put_batch_head(out, 1, 0);
	ygr_le32_put(out + 8, 7);
	assert_int_equal(parse(19), -EPROTO);
}

/* Refused by its head alone, before anybody waits or makes room for it. */
static void test_too_large(void **state)
{
	(void)state;
	ygr_wire_put_batch_head(out, 1, 505);
	assert_int_equal(parse(12), -EMSGSIZE);
	ygr_le32_put(out + 8, 0xffffffff);
	assert_int_equal(parse(12), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello),
		cmocka_unit_test(test_long_host_is_cut),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_ack),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_refusal_with_wrong_lengths),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_every_prefix_waits),
		cmocka_unit_test(test_two_in_a_row),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_stranger_is_known_by_four_bytes),
		cmocka_unit_test(test_wrong_sizes),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
