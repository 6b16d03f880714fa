// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fluent_message.h"
#include "json_event.h"

#define EVENT	"{'type':'open','time_ns':1709294647000000005,'path':{'hex':'ff'}}"

static void check_bytes(struct ygr_text_buffer *out, const char *wanted, size_t len)
{
	assert_false(out->failed);
	assert_int_equal(out->len, len);
	assert_memory_equal(out->bytes, wanted, len);
	ygr_text_buffer_exit(out);
}

#define check(out, literal)	check_bytes(out, literal, sizeof(literal) - 1)

static void put_entry(struct ygr_text_buffer *out, const char *host, const char *json, int wanted)
{
	const struct ygr_event_origin origin = { .spool_id = "s", .batch_id = 4, .index = 2, .host_name = host };
	struct ygr_text_buffer text = { .bytes = (char *)json, .len = json ? strlen(json) : 0 };
	struct ygr_event_stream stream;
	msgpack_sbuffer packed;

	msgpack_sbuffer_init(&packed);
	add_json_event(&packed, EVENT);
	ygr_event_map_open(&stream, packed.data, packed.size);
	assert_int_equal(ygr_fluent_message_put_entry(out, ygr_event_map_next(&stream), &origin,
						      json ? &text : NULL), wanted);
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&packed);
}

#define TIME	"\x92\xd7\x00\x65\xe1\xc4\x37\x00\x00\x00\x05"

static void test_entries(void **state)
{
	struct ygr_text_buffer out = { 0 };

	(void)state;
	put_entry(&out, "h", NULL, 0);
	check(&out, TIME "\x85\xa2id\xa5s-4-2\xa4host\xa1h\xa4type\xa4open\xa7time_ns\xcf\x17\xb8\xa2\x6c\xda\xe9\x66\x05\xa4path\xc4\x01\xff");
	put_entry(&out, NULL, "{\"a\":[1,\"x\",null,true,-1,1.5]}", 0);
	check(&out, TIME "\x81\xa1" "a\x96\x01\xa1x\xc0\xc3\xff\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00");
	put_entry(&out, NULL, "{", -EBADMSG);
	check(&out, "");
}

static void test_messages(void **state)
{
	struct ygr_text_buffer entries = { .bytes = (char *)"abc", .len = 3 }, out = { 0 };

	(void)state;
	ygr_fluent_message_put_packed(&out, "t", &entries, 2, "c", false);
	check(&out, "\x93\xa1t\xc4\x03" "abc\x82\xa4size\x02\xa5" "chunk\xa1" "c");
	ygr_fluent_message_put_packed(&out, "t", &entries, 2, "c", true);
	check(&out, "\x93\xa1t\xc4\x03" "abc\x83\xa4size\x02\xa5" "chunk\xa1" "c\xaa" "compressed\xa4gzip");
	ygr_fluent_message_put_ping(&out, "h", "s\0", 2, "d", "u", "p");
	check(&out, "\x96\xa4PING\xa1h\xa2s\x00\xa1" "d\xa1u\xa1p");
}

static struct ygr_fluent_message message;

#define parse(literal)	ygr_fluent_message_parse(&message, literal, sizeof(literal) - 1)

static void test_answers(void **state)
{
	(void)state;
	assert_int_equal(parse("\x81\xa3" "ack\xa2" "c1more"), 8);
	assert_int_equal(message.kind, YGR_FLUENT_ACK);
	assert_string_equal(message.chunk, "c1");
	assert_int_equal(parse("\x92\xa4HELO\x82\xa5nonce\xc4\x02\x00\x01\xa4" "auth\xa0"), 23);
	assert_int_equal(message.kind, YGR_FLUENT_HELO);
	assert_int_equal(message.nonce_len, 2);
	assert_memory_equal(message.nonce, "\x00\x01", 2);
	assert_int_equal(message.auth_len, 0);
	assert_int_equal(parse("\x95\xa4PONG\xc2\xa3" "a\x1b" "b\xa1h\xa0"), 14);
	assert_int_equal(message.kind, YGR_FLUENT_PONG);
	assert_false(message.is_good);
	assert_string_equal(message.reason, "a?b");
	assert_int_equal(parse("\x95\xa4PONG\xc3\xa0\xa1h\xa2" "dd"), 13);
	assert_true(message.is_good);
	assert_string_equal(message.host, "h");
	assert_string_equal(message.digest, "dd");
	/* What is left out is not there. */
	assert_int_equal(parse("\x91\xa4PONG"), 6);
	assert_false(message.is_good);
	assert_int_equal(parse("\x91\xa4HELO"), 6);
	assert_int_equal(message.nonce_len, 0);
}

static void test_answers_that_are_none(void **state)
{
	char many[200], nonce[200] = "\x92\xa4HELO\x81\xa5nonce\xd9\x81";

	(void)state;
	assert_int_equal(parse(""), 0);
	assert_int_equal(parse("\x81\xa3" "ac"), 0);
	assert_int_equal(parse("\x92\xa4HELO\xdf\xff\xff\xff\xff"), 0);
	assert_int_equal(parse("HTTP/1.1 400"), -EBADMSG);
	assert_int_equal(parse("\x80"), -EBADMSG);
	assert_int_equal(parse("\x81\xa3" "ack\x01"), -EBADMSG);
	assert_int_equal(parse("\x81\xa3" "ack\xa0"), -EBADMSG);
	assert_int_equal(parse("\x90"), -EBADMSG);
	assert_int_equal(parse("\x91\xa4PANG"), -EBADMSG);
	memset(many, 1, sizeof(many));
	memcpy(many, "\xdc\x00\x60", 3);
	assert_int_equal(ygr_fluent_message_parse(&message, many, sizeof(many)), -EBADMSG);
	/* A nonce of 129 bytes. */
	assert_int_equal(ygr_fluent_message_parse(&message, nonce, 15 + 129), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_answers_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
