// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each event of tests/golden/mapping/events.json under the names of others, exactly;
 * and each row of each table seen at work on each type that it names.
 *
 * After a change that was meant: YAGURA_GOLDEN=write test_event_mapping, and read
 * the difference.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "event_csv.h"
#include "event_format.h"
#include "event_plan.h"
#include "json_event.h"

#define GOLDEN	"tests/golden/mapping/"

static const struct ygr_event_origin origin = {
	.spool_id = "000102030405060708090a0b0c0d0e0f",
	.boot_id = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	.batch_id = 41,
	.index = 5,
	.host_name = "web-17",
};

/* ---- events ----------------------------------------------------------------- */

static msgpack_sbuffer packed;
static msgpack_sbuffer judged;	/* the same, each with a verdict */

static void pack_judged(const char *line)
{
	json_t *event = json_loads(line, JSON_ALLOW_NUL, NULL);
	msgpack_packer pk;

	if (!json_object_get(event, "verdict"))
		json_object_set_new(event, "verdict", json_string("would_deny"));
	msgpack_packer_init(&pk, &judged, msgpack_sbuffer_write);
	pack_json(&pk, event);
	json_decref(event);
}

static int pack_events(void **state)
{
	FILE *file = fopen(GOLDEN "events.json", "re");
	size_t cap = 0;
	char *line = NULL;

	(void)state;
	if (!file) {
		perror(GOLDEN "events.json (run from the top of the tree)");
		return -1;
	}
	msgpack_sbuffer_init(&packed);
	msgpack_sbuffer_init(&judged);
	while (getline(&line, &cap, file) > 0) {
		add_json_event(&packed, line);
		pack_judged(line);
	}
	free(line);
	fclose(file);
	return 0;
}

static int drop_events(void **state)
{
	(void)state;
	msgpack_sbuffer_destroy(&packed);
	msgpack_sbuffer_destroy(&judged);
	return 0;
}

static void print_all(struct ygr_text_buffer *out, enum ygr_event_format format)
{
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;

	ygr_event_map_open(&stream, packed.data, packed.size);
	while ((event = ygr_event_map_next(&stream))) {
		ygr_event_format_put(out, format, event, &origin);
		ygr_text_buffer_put_char(out, '\n');
	}
	assert_int_equal(stream.off, stream.len);
	ygr_event_map_close(&stream);
	ygr_text_buffer_put_char(out, '\0');
	assert_false(out->failed);
}

/* ---- golden lines ------------------------------------------------------------- */

static void write_golden(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void compare_golden(const char *path, char *text)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *got;
	size_t cap = 0;

	assert_non_null(file);
	while ((got = strsep(&text, "\n")) && *got) {
		assert_true(getline(&line, &cap, file) > 0);
		line[strcspn(line, "\n")] = '\0';
		assert_string_equal(got, line);
	}
	assert_true(getline(&line, &cap, file) < 0);
	free(line);
	fclose(file);
}

static void check_format(enum ygr_event_format format)
{
	struct ygr_text_buffer text = { 0 };
	char path[64];

	snprintf(path, sizeof(path), GOLDEN "%s.txt", ygr_event_format_names[format]);
	print_all(&text, format);
	if (getenv("YAGURA_GOLDEN"))
		write_golden(path, text.bytes);
	else
		compare_golden(path, text.bytes);
	ygr_text_buffer_exit(&text);
}

static void test_native(void **state)
{
	(void)state;
	check_format(YGR_FORMAT_JSON);
}

static void test_ecs(void **state)
{
	(void)state;
	check_format(YGR_FORMAT_ECS);
}

static void test_ocsf(void **state)
{
	(void)state;
	check_format(YGR_FORMAT_OCSF);
}

static void test_sigma(void **state)
{
	(void)state;
	check_format(YGR_FORMAT_SIGMA);
}

static void test_csv(void **state)
{
	(void)state;
	check_format(YGR_FORMAT_CSV);
}

/* ---- rows --------------------------------------------------------------------- */

static const json_t *find_dotted(const json_t *object, const char *path)
{
	char key[64];
	size_t len;

	for (; object; path += len + 1) {
		len = strcspn(path, ".");
		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		object = json_object_get(object, key);
		if (!path[len])
			break;
	}
	return object;
}

static void put(struct ygr_text_buffer *out, const struct ygr_mapping *mapping,
		const struct ygr_event_value *event)
{
	struct ygr_event_plan *plan;

	assert_int_equal(ygr_event_plan_create(&plan, mapping), 0);
	ygr_event_mapping_put(out, plan, event, &origin);
	ygr_event_plan_destroy(plan);
}

/* What one event becomes; parsed by somebody else, who refuses a key that comes twice. */
static json_t *mapped(const struct ygr_mapping *mapping, const struct ygr_event_value *event)
{
	struct ygr_text_buffer text = { 0 };
	json_error_t error;
	json_t *object;

	put(&text, mapping, event);
	object = json_loadb(text.bytes, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (!object)
		fail_msg("%s: %s: %.*s", mapping->name, error.text, (int)text.len, text.bytes);
	ygr_text_buffer_exit(&text);
	return object;
}

/*
 * The first event of each type has all that its type can have, so every row that
 * names the type must have put its field, and nothing else may have.
 */
static void check_rows(const struct ygr_mapping *mapping)
{
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;
	ygr_event_type_set seen = 0;
	uint32_t type;
	size_t i;

	ygr_event_map_open(&stream, judged.data, judged.size);
	while ((event = ygr_event_map_next(&stream))) {
		json_t *object = mapped(mapping, event);

		type = ygr_event_type_of(event);
		for (i = 0; !(seen & YGR_TYPE_BIT(type)) && i < mapping->row_nr; i++) {
			const struct ygr_mapping_row *row = &mapping->rows[i];

			if (row->types & YGR_TYPE_BIT(type) && !find_dotted(object, row->to))
				fail_msg("%s: row %s is without effect on %s", mapping->name,
					 row->to, type < YGR_TYPE_NR ? ygr_event_type_names[type] : "?");
		}
		seen |= YGR_TYPE_BIT(type);
		json_decref(object);
	}
	ygr_event_map_close(&stream);
	/* Of all that are known, and of one that is not. */
	assert_true(seen == YGR_TYPE_BIT(YGR_TYPE_NR + 1) - 1);
}

/* A row that no event can reach, or two of one type for one field, is a slip of the pen. */
static void check_table(const struct ygr_mapping *mapping)
{
	size_t i, j;

	for (i = 0; i < mapping->row_nr; i++) {
		const struct ygr_mapping_row *row = &mapping->rows[i];

		assert_true(row->types);
		for (j = i + 1; j < mapping->row_nr; j++)
			if (!strcmp(row->to, mapping->rows[j].to) && row->types & mapping->rows[j].types)
				fail_msg("%s: two rows put %s", mapping->name, row->to);
	}
}

static void test_rows(void **state)
{
	static const struct ygr_mapping *const mappings[] = {
		&ygr_mapping_ecs, &ygr_mapping_ocsf, &ygr_mapping_sigma,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mappings) / sizeof(mappings[0]); i++) {
		check_table(mappings[i]);
		check_rows(mappings[i]);
	}
}

/* ---- single values --------------------------------------------------------------- */

/* One row's value for an event of JSON; NULL: the row puts nothing. */
static void check_value(enum ygr_mapping_how how, const char *from, const char *word,
			const char *json, const char *wanted)
{
	const struct ygr_mapping_row row = { ~(ygr_event_type_set)0, "v", how, from, word };
	const struct ygr_mapping mapping = { "test", "", "", &row, 1 };
	struct ygr_text_buffer text = { 0 };
	struct ygr_event_stream stream;
	msgpack_sbuffer event;
	char all[128] = "{}";

	msgpack_sbuffer_init(&event);
	add_json_event(&event, json);
	ygr_event_map_open(&stream, event.data, event.size);
	put(&text, &mapping, ygr_event_map_next(&stream));
	ygr_text_buffer_put_char(&text, '\0');
	if (wanted)
		snprintf(all, sizeof(all), "{\"v\":%s}", wanted);
	assert_string_equal(text.bytes, all);
	ygr_text_buffer_exit(&text);
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&event);
}

static void test_paths(void **state)
{
	static const struct {
		const char *path, *name, *directory, *extension;
	} cases[] = {
		{ "/a/b.c", "\"b.c\"", "\"/a\"", "\"c\"" },
		{ "/b", "\"b\"", "\"/\"", NULL },
		{ "b", "\"b\"", NULL, NULL },
		{ "/", NULL, "\"/\"", NULL },
		{ "", NULL, NULL, NULL },
		{ "/a/.profile", "\".profile\"", "\"/a\"", NULL },
		{ "/a/x.", "\"x.\"", "\"/a\"", NULL },
		{ "/a.d/x", "\"x\"", "\"/a.d\"", NULL },
		{ "/a/x.tar.gz", "\"x.tar.gz\"", "\"/a\"", "\"gz\"" },
	};
	char json[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(json, sizeof(json), "{'path':'%s'}", cases[i].path);
		check_value(YGR_MAP_NAME, "path", NULL, json, cases[i].name);
		check_value(YGR_MAP_DIRECTORY, "path", NULL, json, cases[i].directory);
		check_value(YGR_MAP_EXTENSION, "path", NULL, json, cases[i].extension);
	}
}

static void test_times(void **state)
{
	(void)state;
	check_value(YGR_MAP_TIME_TEXT, "t", NULL, "{'t':0}", "\"1970-01-01T00:00:00.000000000Z\"");
	check_value(YGR_MAP_TIME_TEXT, "t", NULL, "{'t':951782400000000001}", "\"2000-02-29T00:00:00.000000001Z\"");
	check_value(YGR_MAP_TIME_TEXT, "t", NULL, "{'t':'x'}", NULL);
	check_value(YGR_MAP_TIME_TEXT, "t", NULL, "{'t':9223372036854775807}", "\"2262-04-11T23:47:16.854775807Z\"");
	check_value(YGR_MAP_TIME_PLAIN, "t", NULL, "{'t':1709294647313999999}", "\"2024-03-01 12:04:07.313\"");
	check_value(YGR_MAP_TIME_MS, "t", NULL, "{'t':1709294647313999999}", "1709294647313");
	check_value(YGR_MAP_BOOT_TEXT, "s", NULL, "{'s':1,'time_ns':5000000000,'boot_ns':4}", "\"1970-01-01T00:00:04.999999997Z\"");
	check_value(YGR_MAP_BOOT_TEXT, "s", NULL, "{'s':1,'time_ns':5}", NULL);
	check_value(YGR_MAP_BOOT_MS, "s", NULL, "{'s':3000000,'time_ns':5,'boot_ns':5}", "3");
}

static void test_numbers(void **state)
{
	(void)state;
	check_value(YGR_MAP_TEXT, "n", NULL, "{'n':33}", "\"33\"");
	check_value(YGR_MAP_TEXT, "n", NULL, "{'n':'x'}", "\"x\"");
	check_value(YGR_MAP_OCTAL, "m", NULL, "{'m':33188}", "\"0644\"");
	check_value(YGR_MAP_OCTAL, "m", NULL, "{'m':35309}", "\"4755\"");
	check_value(YGR_MAP_FILE_TYPE, "m", NULL, "{'m':33188}", "\"file\"");
	check_value(YGR_MAP_FILE_TYPE, "m", NULL, "{'m':16877}", "\"dir\"");
	check_value(YGR_MAP_FILE_TYPE, "m", NULL, "{'m':8630}", "\"char\"");
	check_value(YGR_MAP_FILE_TYPE, "m", NULL, "{'m':420}", NULL);
	check_value(YGR_MAP_FILE_TYPE_ID, "m", NULL, "{'m':49645}", "5");
	check_value(YGR_MAP_FILE_TYPE_ID, "m", NULL, "{}", "0");
	check_value(YGR_MAP_EXIT_CODE, "s", NULL, "{'s':256}", "1");
	check_value(YGR_MAP_EXIT_CODE, "s", NULL, "{'s':9}", "137");
	check_value(YGR_MAP_EXIT_CODE, "s", NULL, "{'s':139}", "139");
	check_value(YGR_MAP_PROCESS_ID, "", NULL, "{'pid':5,'start_ns':6}", "\"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff-5-6\"");
	check_value(YGR_MAP_PROCESS_ID, "", NULL, "{'pid':5}", NULL);
	check_value(YGR_MAP_PROCESS_ID, "parent", NULL, "{'pid':5,'start_ns':6}", NULL);
}

static void test_words(void **state)
{
	static const char words[] = "deny=\"no\" 17=\"udp\" *=[1,2]";

	(void)state;
	check_value(YGR_MAP_CHOOSE, "v", words, "{'v':'deny'}", "\"no\"");
	check_value(YGR_MAP_CHOOSE, "v", words, "{'v':17}", "\"udp\"");
	check_value(YGR_MAP_CHOOSE, "v", words, "{'v':'den'}", "[1,2]");
	check_value(YGR_MAP_CHOOSE, "v", words, "{}", "[1,2]");
	check_value(YGR_MAP_CHOOSE, "v", "deny=1", "{'v':'x'}", NULL);
	check_value(YGR_MAP_GIVEN, "v", "1", "{'v':0}", "1");
	check_value(YGR_MAP_GIVEN, "v", "1", "{}", NULL);
	check_value(YGR_MAP_JOIN, "a", NULL, "{'a':['a','b c','']}", "\"a b c \"");
	check_value(YGR_MAP_JOIN, "a", NULL, "{'a':[]}", "\"\"");
	check_value(YGR_MAP_JOIN, "a", NULL, "{'a':['a',1]}", NULL);
	check_value(YGR_MAP_COPY, "p", NULL, "{'p':{'hex':'2fff41'}}", "\"/\\\\xffA\"");
	check_value(YGR_MAP_COPY, "f.x", NULL, "{'f':{'x':[true]}}", "[true]");
}

static void test_ids_are_those_of_the_batch(void **state)
{
	struct ygr_batch_header header = { .batch_id = UINT64_MAX };
	struct ygr_event_origin far;
	char id[YGR_EVENT_ID_BYTES];

	(void)state;
	memset(header.spool_id, 0xab, sizeof(header.spool_id));
	ygr_event_mapping_origin(&far, &header, NULL);
	far.index = UINT32_MAX;
	ygr_event_mapping_id(&far, id);
	assert_string_equal(id, "abababababababababababababababab-18446744073709551615-4294967295");
}

static void test_csv_head(void **state)
{
	struct ygr_text_buffer head = { 0 }, line = { 0 };
	struct ygr_event_stream stream;
	size_t i, commas[2] = { 0 };

	(void)state;
	ygr_event_csv_put_head(&head);
	ygr_event_map_open(&stream, "\x80", 1);
	ygr_event_csv_put(&line, ygr_event_map_next(&stream), &origin);
	for (i = 0; i < head.len; i++)
		commas[0] += head.bytes[i] == ',';
	for (i = 0; i < line.len; i++)
		commas[1] += line.bytes[i] == ',';
	assert_int_equal(commas[0], commas[1]);
	ygr_event_map_close(&stream);
	ygr_text_buffer_exit(&head);
	ygr_text_buffer_exit(&line);
}

/* A day of each month of 400 years and more, and the second before it, as the C library has them. */
static void test_dates(void **state)
{
	struct ygr_text_buffer text = { 0 };
	char wanted[40];
	struct tm tm;

	(void)state;
	for (time_t seconds = 0; seconds < 18000000000; seconds += 2548800 - (seconds % 86400 == 0)) {
		gmtime_r(&seconds, &tm);
		strftime(wanted, sizeof(wanted), "%FT%T.000000042Z", &tm);
		ygr_text_buffer_clear(&text);
		ygr_event_mapping_put_time(&text, (uint64_t)seconds * 1000000000 + 42);
		ygr_text_buffer_put_char(&text, '\0');
		assert_string_equal(text.bytes, wanted);
	}
	ygr_text_buffer_clear(&text);
	ygr_event_mapping_put_time(&text, UINT64_MAX);
	ygr_text_buffer_put_char(&text, '\0');
	assert_string_equal(text.bytes, "2554-07-21T23:34:33.709551615Z");
	ygr_text_buffer_exit(&text);
}

/* Around the end of February, in years that have a 29th and in those that do not. */
static void test_leap_days(void **state)
{
	static const struct { uint64_t seconds; const char *wanted; } cases[] = {
		{ 951782399, "2000-02-28T23:59:59." }, { 951782400, "2000-02-29T00:00:00." },
		{ 951868800, "2000-03-01T00:00:00." }, { 1709164800, "2024-02-29T00:00:00." },
		{ 1709251200, "2024-03-01T00:00:00." }, { 4107542400, "2100-03-01T00:00:00." },
		{ 4107542399, "2100-02-28T23:59:59." }, { 1735689599, "2024-12-31T23:59:59." },
	};
	struct ygr_text_buffer text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ygr_text_buffer_clear(&text);
		ygr_event_mapping_put_time(&text, cases[i].seconds * 1000000000);
		assert_memory_equal(text.bytes, cases[i].wanted, 20);
	}
	ygr_text_buffer_exit(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_native),
		cmocka_unit_test(test_ecs),
		cmocka_unit_test(test_ocsf),
		cmocka_unit_test(test_sigma),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_leap_days),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_ids_are_those_of_the_batch),
		cmocka_unit_test(test_csv_head),
	};

	return cmocka_run_group_tests(tests, pack_events, drop_events);
}
