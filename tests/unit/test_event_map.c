// SPDX-License-Identifier: GPL-2.0-only
/* What the decoder makes of msgpack, good and bad; seen through the JSON of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event_json.h"
#include "event_map.h"
#include "json_event.h"

/* The first event of these bytes as JSON; NULL: there is none. */
static void check_bytes(const char *bytes, size_t len, const char *wanted)
{
	const struct ygr_event_value *event;
	struct ygr_text_buffer text = { 0 };
	struct ygr_event_stream stream;

	ygr_event_map_open(&stream, bytes, len);
	event = ygr_event_map_next(&stream);
	if (!wanted)
		assert_null(event);
	else
		assert_non_null(event);
	if (event) {
		ygr_event_json_put(&text, event);
		ygr_text_buffer_put_char(&text, '\0');
		assert_string_equal(text.bytes, wanted);
	}
	ygr_text_buffer_exit(&text);
	ygr_event_map_close(&stream);
}

#define check(literal, wanted)	check_bytes(literal, sizeof(literal) - 1, wanted)

static void check_json(const char *json, const char *wanted)
{
	msgpack_sbuffer packed;

	msgpack_sbuffer_init(&packed);
	add_json_event(&packed, json);
	check_bytes(packed.data, packed.size, wanted);
	msgpack_sbuffer_destroy(&packed);
}

static void test_json(void **state)
{
	(void)state;
	check_json("{'type':'open','pid':1,'argv':['a','b c'],'file':{'ino':5},'truncated':{'argv':null}}",
		   "{\"type\":\"open\",\"pid\":1,\"argv\":[\"a\",\"b c\"],\"file\":{\"ino\":5},\"truncated\":{\"argv\":null}}");
	check_json("{'path':{'hex':'2fff'}}", "{\"path\":{\"hex\":\"2fff\"}}");
	check_json("{'path':{'hex':'2f41'}}", "{\"path\":\"/A\"}");
	check_json("{'path':'\\u001b\\u0000\\u009b\\u00fc\\u007f\\ud83d\\ude00'}",
		   "{\"path\":\"\\u001B\\u0000\\u009B\\u00FC\\u007F\\uD83D\\uDE00\"}");
	check_json("{'path':'\\u0022\\\\\\b\\f\\n\\r\\t/'}", "{\"path\":\"\\\"\\\\\\b\\f\\n\\r\\t/\"}");
	check_json("{'':'','path':{'hex':''}}", "{\"\":\"\",\"path\":\"\"}");
	check_json("{'n':-1,'r':1.5,'t':true,'f':false}", "{\"n\":-1,\"r\":1.5,\"t\":true,\"f\":false}");
}

static void test_numbers(void **state)
{
	(void)state;
	check("\x81\xa1n\x7f", "{\"n\":127}");
	check("\x81\xa1n\xe0", "{\"n\":-32}");
	check("\x81\xa1n\xff", "{\"n\":-1}");
	check("\x81\xa1n\xcc\xff", "{\"n\":255}");
	check("\x81\xa1n\xcd\x01\x02", "{\"n\":258}");
	check("\x81\xa1n\xce\x01\x02\x03\x04", "{\"n\":16909060}");
	check("\x81\xa1n\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", "{\"n\":9223372036854775807}");
	check("\x81\xa1n\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "{\"n\":\"18446744073709551615\"}");
	check("\x81\xa1n\xd0\x80", "{\"n\":-128}");
	check("\x81\xa1n\xd0\x7f", "{\"n\":127}");
	check("\x81\xa1n\xd1\xff\x00", "{\"n\":-256}");
	check("\x81\xa1n\xd2\xff\xff\xff\xfe", "{\"n\":-2}");
	check("\x81\xa1n\xd3\x80\x00\x00\x00\x00\x00\x00\x00", "{\"n\":-9223372036854775808}");
	check("\x81\xa1n\xca\x3f\xc0\x00\x00", "{\"n\":1.5}");
	check("\x81\xa1n\xcb\x40\x00\x00\x00\x00\x00\x00\x00", "{\"n\":2.0}");
	check("\x81\xa1n\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", "{\"n\":null}");
	check("\x81\xa1n\xcb\xff\xf0\x00\x00\x00\x00\x00\x00", "{\"n\":null}");
}

static void test_forms_of_length(void **state)
{
	(void)state;
	check("\x81\xd9\x01n\xda\x00\x01x", "{\"n\":\"x\"}");
	check("\xde\x00\x01\xdb\x00\x00\x00\x01n\xc4\x01x", "{\"n\":\"x\"}");
	check("\xdf\x00\x00\x00\x01\xa1n\xc5\x00\x01x", "{\"n\":\"x\"}");
	check("\x81\xa1n\xc6\x00\x00\x00\x01x", "{\"n\":\"x\"}");
	check("\x81\xa1n\xdc\x00\x02\x01\x02", "{\"n\":[1,2]}");
	check("\x81\xa1n\xdd\x00\x00\x00\x02\x01\x90", "{\"n\":[1,[]]}");
	check("\x81\xa1n\x92\x82\xa1" "a\x01\xa1" "b\x91\x02\x80", "{\"n\":[{\"a\":1,\"b\":[2]},{}]}");
	check("\x82\x01\x02\x92\x01\x02\x03", "{\"?\":2,\"?\":3}");
}

static void test_depth(void **state)
{
	char bytes[2 + YGR_EVENT_DEPTH_MAX + 1] = "\x81\xa1";
	size_t i;

	(void)state;
	bytes[1] = '\x01';	/* the map itself is one level */
	for (i = 2; i < 1 + YGR_EVENT_DEPTH_MAX; i++)
		bytes[i] = '\x91';
	bytes[i] = '\x05';
	check_bytes(bytes, i + 1, "{\"?\":[[[[[[[5]]]]]]]}");
	bytes[i] = '\x91';
	bytes[i + 1] = '\x05';
	check_bytes(bytes, i + 2, NULL);
	/* One without items leads nowhere. */
	bytes[i] = '\x90';
	check_bytes(bytes, i + 1, "{\"?\":[[[[[[[[]]]]]]]]}");
}

/* The stream ends before bytes that are no event, and says where. */
static void check_stream(const char *bytes, size_t len, unsigned int events, size_t off)
{
	struct ygr_event_stream stream;
	unsigned int nr = 0;

	ygr_event_map_open(&stream, bytes, len);
	while (ygr_event_map_next(&stream))
		nr++;
	assert_int_equal(nr, events);
	assert_int_equal(stream.off, off);
	ygr_event_map_close(&stream);
}

static void test_bad_streams(void **state)
{
	(void)state;
	check_stream("", 0, 0, 0);
	check_stream("\x80\x80", 2, 2, 2);
	check_stream("\x80\x01\x80", 3, 1, 1);			/* a number */
	check_stream("\x80\x81\xa1", 3, 1, 1);			/* cut */
	check_stream("\x80\xc1", 2, 1, 1);			/* never used */
	check_stream("\x80\xd4\x01\x02", 4, 1, 1);		/* ext */
	check_stream("\x80\xdf\xff\xff\xff\xff", 6, 1, 1);	/* 2^32 - 1 pairs claimed */
	check_stream("\x81\xa1x\xdd\xff\xff\xff\xff\x01", 9, 0, 0);
	check_stream("\x81\xa1x\xdb\xff\xff\xff\xff\x01", 9, 0, 0);
	check_stream("\x81\xa1x\xcf\x01", 5, 0, 0);
	check_stream("\x81\xa1x", 3, 0, 0);
	check_stream("\x81", 1, 0, 0);
}

static void test_find(void **state)
{
	static const char bytes[] = "\x83\xa1" "a\x81\xa1" "b\x81\xa1" "c\x07\xa1" "d\xa1x\xa3" "a.b\x08";
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;
	struct ygr_event_text text = { "?", 1 };
	uint64_t number = 9;

	(void)state;
	ygr_event_map_open(&stream, bytes, sizeof(bytes) - 1);
	event = ygr_event_map_next(&stream);
	assert_int_equal(ygr_event_map_find_path(event, "a.b.c")->number, 7);
	assert_null(ygr_event_map_find_path(event, "a.b.c.d"));
	assert_null(ygr_event_map_find_path(event, "a.x.c"));
	assert_null(ygr_event_map_find_path(NULL, "a"));
	assert_int_equal(ygr_event_map_find(event, "a.b")->number, 8);
	assert_true(ygr_event_map_is(event, "d", "x"));
	assert_false(ygr_event_map_is(event, "d", "xy"));
	assert_false(ygr_event_map_is(event, "a", "x"));
	assert_false(ygr_event_map_get_u64(event, "d", &number));
	assert_int_equal(number, 9);
	assert_false(ygr_event_map_get_text(event, "a", &text));
	assert_int_equal(text.len, 1);
	ygr_event_map_close(&stream);
}

/* An event keeps nothing of the one before it, whichever was larger. */
static void test_restart(void **state)
{
	struct ygr_event_stream stream;

	(void)state;
	ygr_event_map_open(&stream, "\x81\xa1x\x93\x01\x02\x03", 7);
	assert_int_equal(ygr_event_map_next(&stream)->items[1].nr, 3);
	ygr_event_map_restart(&stream, "\x80", 1);
	assert_int_equal(ygr_event_map_next(&stream)->nr, 0);
	assert_null(ygr_event_map_next(&stream));
	ygr_event_map_close(&stream);
	ygr_event_map_close(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_forms_of_length),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_bad_streams),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
