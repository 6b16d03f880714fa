// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event_map.h"
#include "spool_scan.h"
#include "value_print.h"

#define GOLDEN	"tests/golden/spool/"

/* A batch by hand. */
#define BATCH	"\x94\x00\x02\xcd\x03\xe8\x05"			/* [0, 2, 1000, 5] */
#define WHO	"\x94\x01\x80\xa3uid\xa3gid"			/* [1, {}, "uid", "gid"]: shape 0 */
#define WHAT	"\x95\x01\x81\xa4type\xa1x\xa1" "a\x93\xa1" "f\xa1" "b\xa1" "c\xa2-d"
								/* [1, {"type": "x"}, "a", ["f", "b", "c"], "-d"] */
#define PARENT	"\x96\x02\x00\x05\x14\xa4init\xa5/init"		/* [2, 0, 5, 20, "init", "/init"]: process 0 */
#define PROCESS	"\x96\x02\x01\x07\x0a\xa2sh\xc0"		/* [2, 1, 7, 10, "sh", nil]: process 1 */
#define SUBJECT	"\x95\x03\x00\x01\x00\xc0"			/* [3, 0, 1, 0, nil] */
#define BEGIN	BATCH WHO WHAT PARENT PROCESS SUBJECT
#define EVENT	"\x94\x05\x00\x03\x01"				/* [5, 0, 3, 1] */

static const char *decode(const char *bytes, size_t len, size_t *off)
{
	static char text[4096];
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;
	FILE *file;

	memset(text, 0, sizeof(text));
	file = fmemopen(text, sizeof(text) - 1, "w");
	ygr_event_map_open(&stream, bytes, len);
	while ((event = ygr_event_map_next(&stream))) {
		value_print(file, event);
		fputc('\n', file);
	}
	*off = stream.off;
	ygr_event_map_close(&stream);
	fclose(file);
	return text;
}

#define expect(bytes, text) do {						\
	size_t off_;								\
	assert_string_equal(decode(bytes, sizeof(bytes) - 1, &off_), text);	\
	assert_int_equal(off_, sizeof(bytes) - 1);				\
} while (0)

/* The good part is taken, and the place of the bad item told. */
#define expect_bad(good, bad) do {						\
	size_t off_;								\
	decode(good bad, sizeof(good bad) - 1, &off_);				\
	assert_int_equal(off_, sizeof(good) - 1);				\
} while (0)

#define LINE(values) "{type: 'x', time_ns: 1006, boot_ns: 1001, cpu: 3, seq: 0, pid: 7, tid: 7, " \
		     "start_ns: 990, uid: 0, comm: 'sh'" values ", " \
		     "parent: {pid: 5, comm: 'init', start_ns: 980, exe: '/init'}, " \
		     "ancestors: [{pid: 5, comm: 'init'}]}\n"

static void test_joined(void **state)
{
	(void)state;
	expect(BEGIN EVENT, LINE(""));
	expect(BEGIN "\x95\x05\x00\x03\x01\x09", LINE(", a: 9"));
	expect(BEGIN "\x95\x05\x00\x03\x01\xc0", LINE(""));
	expect(BEGIN "\x96\x05\x00\x03\x01\xc0\x92\x01\xc0", LINE(", f: {b: 1}"));
	expect(BEGIN "\x96\x05\x00\x03\x01\xc0\x91\x01", LINE(", f: {b: 1}"));
	expect(BEGIN "\x97\x05\x00\x03\x01\xc0\xc0\x02", LINE(", d: 999"));
	expect(BEGIN "\x97\x05\x00\x03\x01\xc0\xc0\xff", LINE(", d: 1002"));
}

static void test_extras(void **state)
{
	(void)state;
	expect(BEGIN "\x98\x05\x00\x03\x01\xc0\xc0\xc0\x81\xa1z\x92\x01\x02", LINE(", z: [1, 2]"));
	expect(BEGIN "\x98\x05\x00\x03\x01\xc0\xc0\xc0\x83\xa3tid\x08\xa3seq\x09\xa4" "comm\xa1t",
	       "{type: 'x', time_ns: 1006, boot_ns: 1001, cpu: 3, seq: 9, pid: 7, tid: 8, start_ns: 990, "
	       "uid: 0, comm: 't', parent: {pid: 5, comm: 'init', start_ns: 980, exe: '/init'}, "
	       "ancestors: [{pid: 5, comm: 'init'}]}\n");
}

static void test_subject_with_extras(void **state)
{
	(void)state;
	expect(BATCH "\x92\x01\x80" "\x92\x01\x81\xa4type\xa1x" PARENT "\x94\x03\x00\x01\x81\xa4user\xa4root" EVENT,
	       "{type: 'x', time_ns: 1006, boot_ns: 1001, cpu: 3, seq: 0, pid: 5, tid: 5, start_ns: 980, "
	       "user: 'root', comm: 'init', exe: '/init'}\n");
}

/* A CPU's numbers go on by themselves; another CPU's are its own. */
static void test_sequences(void **state)
{
	static const char bytes[] = BEGIN EVENT EVENT "\x94\x05\x00\x04\x01" EVENT;
	struct ygr_event_stream stream;
	uint64_t cpu, seq, expected[][2] = { { 3, 0 }, { 3, 1 }, { 4, 0 }, { 3, 2 } };

	(void)state;
	ygr_event_map_open(&stream, bytes, sizeof(bytes) - 1);
	for (size_t i = 0; i < 4; i++) {
		const struct ygr_event_value *event = ygr_event_map_next(&stream);

		assert_true(ygr_event_map_get_u64(event, "cpu", &cpu));
		assert_true(ygr_event_map_get_u64(event, "seq", &seq));
		assert_int_equal(cpu, expected[i][0]);
		assert_int_equal(seq, expected[i][1]);
	}
	assert_null(ygr_event_map_next(&stream));
	ygr_event_map_close(&stream);
}

/* A second batch knows nothing of the first one's shapes and subjects. */
static void test_batch_forgets(void **state)
{
	(void)state;
	expect(BEGIN EVENT BEGIN EVENT, LINE("") LINE(""));
	expect_bad(BEGIN EVENT BATCH, EVENT);
	expect_bad(BEGIN EVENT BATCH WHO WHAT, EVENT);
}

static void test_maps_are_events(void **state)
{
	(void)state;
	expect("\x81\xa1n\x01" BEGIN EVENT "\x81\xa1n\x02", "{n: 1}\n" LINE("") "{n: 2}\n");
}

static void test_bad_items(void **state)
{
	(void)state;
	expect_bad("", "\x05");				/* no array */
	expect_bad("", "\x90");				/* an empty one */
	expect_bad("", "\x91\xa1x");			/* begins with no number */
	expect_bad("", "\x94\x00\x03\x01\x01");		/* another layout */
	expect_bad("", "\x93\x00\x02\x01");		/* no clock offset */
	expect_bad(BATCH, "\x91\x01");			/* a shape without constants */
	expect_bad(BATCH, "\x92\x01\x05");		/* that are no map */
	expect_bad(BATCH, "\x93\x01\x80\x05");		/* a name that is no text */
	expect_bad(BATCH, "\x93\x01\x80\x90");		/* a group without a name */
	expect_bad(BATCH, "\x93\x01\x80\x92\xa1x\x01");	/* a group of numbers */
	expect_bad(BATCH WHO, "\x96\x02\x01\x07\x0a\xa2sh\xc0");	/* a parent that is not there */
	expect_bad(BATCH WHO, "\x96\x02\x00\xff\x0a\xa2sh\xc0");	/* a negative pid */
	expect_bad(BATCH WHO, "\x96\x02\x00\x07\x0a\x05\xc0");		/* a number for a name */
	expect_bad(BATCH WHO, "\x96\x02\x00\x07\x0a\xa2sh\x05");	/* a number for a program */
	expect_bad(BATCH WHO, "\x95\x02\x00\x07\x0a\xa2sh");		/* no program */
	expect_bad(BATCH WHO PARENT, "\x94\x03\x01\x01\x00");	/* a shape that is not there */
	expect_bad(BATCH WHO PARENT, "\x94\x03\x00\x00\x00");	/* the process after the last */
	expect_bad(BATCH WHO PARENT, "\x94\x03\x00\x02\x00");	/* the one before the first */
	expect_bad(BATCH WHO PARENT, "\x96\x03\x00\x01\x00\x00\x01");	/* a value too many */
	expect_bad(BEGIN, "\x94\x06\x00\x03\x01");	/* a shape that is not there */
	expect_bad(BEGIN, "\x94\x05\x01\x03\x01");	/* a subject that is not there */
	expect_bad(BEGIN, "\x94\x05\x00\xff\x01");	/* a negative CPU */
	expect_bad(BEGIN, "\x94\x05\x00\x03\xa1x");	/* no time */
	expect_bad(BEGIN, "\x93\x05\x00\x03");
	expect_bad(BEGIN, "\x96\x05\x00\x03\x01\xc0\x05");	/* a number for a group */
	expect_bad(BEGIN, "\x96\x05\x00\x03\x01\xc0\x93\x01\x02\x03");	/* more than its names */
	expect_bad(BEGIN, "\x97\x05\x00\x03\x01\xc0\xc0\xa1x");	/* no time ago */
	expect_bad(BEGIN, "\x98\x05\x00\x03\x01\xc0\xc0\xc0\x01");	/* extras that are no map */
	expect_bad(BEGIN, "\x99\x05\x00\x03\x01\xc0\xc0\xc0\x80\x80");
	expect_bad(BEGIN, "\x94\x05\x00\x03");		/* cut short */
}

/* Segments that earlier versions wrote: read as they were read then. */
static void read_golden(const char *name, FILE *out)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;
	char path[128];
	uint32_t nr = 0;

	snprintf(path, sizeof(path), GOLDEN "%s.ygs", name);
	assert_int_equal(ygr_spool_scan_open(&scan, path, 0), 0);
	while (ygr_spool_scan_next(scan, &item) == YGR_SCAN_BATCH) {
		const struct ygr_event_value *event;
		struct ygr_event_stream stream;

		ygr_event_map_open(&stream, (const char *)item.events, item.events_bytes);
		for (; (event = ygr_event_map_next(&stream)); nr++) {
			if (nr % 10)
				continue;
			value_print(out, event);
			fputc('\n', out);
		}
		assert_int_equal(stream.off, stream.len);
		assert_int_equal(nr, item.header.event_nr);
		ygr_event_map_close(&stream);
	}
	ygr_spool_scan_close(scan);
}

/* Every tenth event, to the letter. YAGURA_GOLDEN=write makes the file anew. */
static void compare_golden(const char *name)
{
	static char found[65536], expected[65536];
	const char *how = getenv("YAGURA_GOLDEN");
	char path[128];
	FILE *file;

	memset(found, 0, sizeof(found));
	file = fmemopen(found, sizeof(found) - 1, "w");
	read_golden(name, file);
	fclose(file);
	snprintf(path, sizeof(path), GOLDEN "%s.txt", name);
	file = fopen(path, how && !strcmp(how, "write") ? "w+" : "r");
	assert_non_null(file);
	if (how && !strcmp(how, "write"))
		assert_int_equal(fwrite(found, 1, strlen(found), file), strlen(found));
	rewind(file);
	memset(expected, 0, sizeof(expected));
	assert_true(fread(expected, 1, sizeof(expected) - 1, file) > 1000);
	fclose(file);
	assert_string_equal(found, expected);
}

static void test_golden_version_1(void **state)
{
	(void)state;
	compare_golden("version-1");
}

static void test_golden_version_2(void **state)
{
	(void)state;
	compare_golden("version-2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_extras),
		cmocka_unit_test(test_subject_with_extras),
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_batch_forgets),
		cmocka_unit_test(test_maps_are_events),
		cmocka_unit_test(test_bad_items),
		cmocka_unit_test(test_golden_version_1),
		cmocka_unit_test(test_golden_version_2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
