// SPDX-License-Identifier: GPL-2.0-only
/* Keys as numbers, and events by them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <msgpack.h>

#include "event_index.h"
#include "event_map.h"
#include "json_event.h"

static const char *const names[YGR_KEY_NR] = {
#define KEY(name)	[YGR_KEY_##name] = #name,
	YGR_EVENT_KEYS(KEY)
#undef KEY
};

/* They are found by halves: out of order, some would not be found at all. */
static void test_each_is_found(void **state)
{
	(void)state;
	for (unsigned int i = YGR_KEY_OTHER + 1; i < YGR_KEY_NR; i++)
		assert_int_equal(ygr_event_key_find(names[i], strlen(names[i])), i);
}

static void test_near_misses(void **state)
{
	char text[64];

	(void)state;
	for (unsigned int i = YGR_KEY_OTHER + 1; i < YGR_KEY_NR; i++) {
		snprintf(text, sizeof(text), "%s!", names[i]);
		assert_int_equal(ygr_event_key_find(text, strlen(text)), YGR_KEY_OTHER);
	}
	assert_int_equal(ygr_event_key_find("", 0), YGR_KEY_OTHER);
	assert_int_equal(ygr_event_key_find("pi", 2), YGR_KEY_OTHER);
	assert_int_equal(ygr_event_key_find("pid\0", 4), YGR_KEY_OTHER);
	assert_int_equal(ygr_event_key_find("zzz", 3), YGR_KEY_OTHER);
}

static void test_as_json(void **state)
{
	size_t len;

	(void)state;
	assert_memory_equal(ygr_event_key_json(YGR_KEY_pid, &len), "\"pid\":", 6);
	assert_int_equal(len, 6);
	assert_memory_equal(ygr_event_key_json(YGR_KEY_xattr, &len), "\"xattr\":", 8);
	assert_int_equal(len, 8);
}

static void test_of_a_value(void **state)
{
	struct ygr_event_value key = { .kind = YGR_EVENT_TEXT, .nr = 3, .bytes = "pid" };

	(void)state;
	assert_int_equal(ygr_event_key_of(&key), YGR_KEY_pid);
	key.kind = YGR_EVENT_BYTES;
	assert_int_equal(ygr_event_key_of(&key), YGR_KEY_pid);
	key.key = YGR_KEY_tid;	/* who has looked is believed */
	assert_int_equal(ygr_event_key_of(&key), YGR_KEY_tid);
	key = (struct ygr_event_value) { .kind = YGR_EVENT_UNSIGNED, .number = 3 };
	assert_int_equal(ygr_event_key_of(&key), YGR_KEY_OTHER);
}

/* ---- one event ----------------------------------------------------------------- */

static msgpack_sbuffer packed;
static struct ygr_event_stream stream;
static struct ygr_event_index event_index;

static int set_up(void **state)
{
	(void)state;
	msgpack_sbuffer_init(&packed);
	add_json_event(&packed, "{'pid': 7, 'path': '/x', 'ours': {'ino': 1, 'none': 2}, "
		       "'file': {'ino': 3, 'none': 4}, 'ppid': -1}");
	ygr_event_map_open(&stream, packed.data, packed.size);
	ygr_event_index_fill(&event_index, ygr_event_map_next(&stream));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&packed);
	return 0;
}

static const struct ygr_event_value *get(const char *text)
{
	const struct ygr_event_path path = ygr_event_index_path(text);

	return ygr_event_index_get(&event_index, &path);
}

static void test_get(void **state)
{
	(void)state;
	assert_memory_equal(get("path")->bytes, "/x", 2);
	assert_int_equal(get("file.ino")->number, 3);
	assert_int_equal(get("file")->nr, 2);
	assert_null(get("tid"));
	assert_null(get("file.mode"));
	assert_null(get("path.ino"));
	assert_null(get("remote.port"));
}

/* What has no number is found by its text. */
static void test_get_other(void **state)
{
	(void)state;
	assert_int_equal(get("ours.ino")->number, 1);
	assert_int_equal(get("ours.none")->number, 2);
	assert_int_equal(get("file.none")->number, 4);
	assert_null(get("nobody"));
}

static void test_get_nothing(void **state)
{
	(void)state;
	assert_null(get(NULL));
	assert_null(get(""));
	ygr_event_index_fill(&event_index, NULL);
	assert_null(get("path"));
	assert_null(get("nobody"));
}

static void test_first_of_two_counts(void **state)
{
	const struct ygr_event_value pairs[] = {
		{ .kind = YGR_EVENT_TEXT, .nr = 3, .bytes = "pid" },
		{ .kind = YGR_EVENT_UNSIGNED, .number = 1 },
		{ .kind = YGR_EVENT_TEXT, .key = YGR_KEY_pid, .nr = 3, .bytes = "pid" },
		{ .kind = YGR_EVENT_UNSIGNED, .number = 2 },
	};
	const struct ygr_event_value map = { .kind = YGR_EVENT_MAP, .nr = 2, .items = pairs };

	(void)state;
	ygr_event_index_fill(&event_index, &map);
	assert_int_equal(get("pid")->number, 1);
	assert_int_equal(ygr_event_key_get(&map, YGR_KEY_pid)->number, 1);
	assert_null(ygr_event_key_get(&map, YGR_KEY_tid));
}

static void test_get_u64(void **state)
{
	uint64_t number = 99;

	(void)state;
	assert_false(ygr_event_index_get_u64(&event_index, YGR_KEY_path, &number));
	assert_false(ygr_event_index_get_u64(&event_index, YGR_KEY_ppid, &number));
	assert_false(ygr_event_index_get_u64(&event_index, YGR_KEY_tid, &number));
	assert_int_equal(number, 99);
	assert_true(ygr_event_index_get_u64(&event_index, YGR_KEY_pid, &number));
	assert_int_equal(number, 7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_found),
		cmocka_unit_test(test_near_misses),
		cmocka_unit_test(test_as_json),
		cmocka_unit_test(test_of_a_value),
		TEST(test_get),
		TEST(test_get_other),
		TEST(test_get_nothing),
		TEST(test_first_of_two_counts),
		TEST(test_get_u64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
