// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/socket.h>

#include "encode.h"
#include "ring_fake.h"

static struct record_fake record;
static struct ygr_enrichment enrichment;

static void begin(uint16_t type, uint8_t class)
{
	memset(&enrichment, 0, sizeof(enrichment));
	record_fake_begin(&record, type, class, 1000);
	record.head.tgid = 7;
	record.head.tid = 8;
	memcpy(record.head.comm, "sh", 2);
}

/* The event as msgpack-c prints it; bin shows as a quoted string as well. */
static const char *encoded(void)
{
	static char text[8192];
	struct ygr_record_view view;
	msgpack_unpacked unpacked;
	msgpack_sbuffer out;
	const char *reason;
	size_t at = 0;
	FILE *file;

	assert_int_equal(ygr_record_parse(record.bytes, record.head.len, &view, &reason), 0);
	msgpack_sbuffer_init(&out);
	assert_int_equal(ygr_encode_event(&out, &view, 3, 500, &enrichment), 0);
	msgpack_unpacked_init(&unpacked);
	assert_int_equal(msgpack_unpack_next(&unpacked, out.data, out.size, &at), MSGPACK_UNPACK_SUCCESS);
	assert_int_equal(at, out.size);
	assert_int_equal(unpacked.data.type, MSGPACK_OBJECT_MAP);
	memset(text, 0, sizeof(text));
	file = fmemopen(text, sizeof(text) - 1, "w");
	msgpack_object_print(file, unpacked.data);
	fclose(file);
	msgpack_unpacked_destroy(&unpacked);
	msgpack_sbuffer_destroy(&out);
	return text;
}

static void expect(const char *part)
{
	const char *text = encoded();

	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
}

static void expect_not(const char *part)
{
	const char *text = encoded();

	if (strstr(text, part))
		fail_msg("%s in %s", part, text);
}

static void test_minimal(void **state)
{
	(void)state;
	begin(YGR_EV_EXIT, YGR_CLASS_EXIT);
	assert_string_equal(encoded(),
		"{\"type\"=>\"exit\", \"time_ns\"=>1500, \"boot_ns\"=>1000, \"cpu\"=>3, \"seq\"=>0, "
		"\"class\"=>\"exit\", \"pid\"=>7, \"tid\"=>8, \"ppid\"=>0, \"start_ns\"=>0, \"uid\"=>0, "
		"\"gid\"=>0, \"euid\"=>0, \"egid\"=>0, \"comm\"=>\"sh\", \"status\"=>0, \"utime_ns\"=>0, "
		"\"stime_ns\"=>0}");
}

static void test_head(void **state)
{
	(void)state;
	begin(YGR_EV_EXIT, YGR_CLASS_EXIT);
	record.head.verdict = YGR_VERDICT_WOULD_DENY;
	record.head.loginuid = 1000;
	record.head.sessionid = 4;
	record.head.cgroup_id = 55;
	record.head.mnt_ns = 1;
	record.head.cgroup_ns = 2;
	record.head.rule_id = 3;
	record.head.generation = 9;
	record.head.flags = YGR_F_KTHREAD | YGR_F_COMPAT | 1u << 30;
	expect("\"verdict\"=>\"would_deny\"");
	expect("\"loginuid\"=>1000, \"sessionid\"=>4, \"cgroup_id\"=>55");
	expect("\"ns\"=>{\"mnt\"=>1, \"cgroup\"=>2}");
	expect("\"flags\"=>[\"kthread\", \"compat\"], \"rule_id\"=>3, \"generation\"=>9");
}

static void test_comm_without_end(void **state)
{
	(void)state;
	begin(YGR_EV_EXIT, YGR_CLASS_EXIT);
	memset(record.head.comm, 'c', YGR_COMM_BYTES);
	expect("\"comm\"=>\"cccccccccccccccc\"");
}

static void test_exec(void **state)
{
	struct ygr_body_exec body = {
		.file = { .ino = 5, .dev_major = 8, .dev_minor = 1, .mode = 0100755, .size = 10, .mtime_ns = 3 },
		.argc = 3, .envc = 20, .old_tid = 9,
	};

	(void)state;
	begin(YGR_EV_EXEC, YGR_CLASS_EXEC);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PATH, "/bin/ls", 7);
	record_fake_string(&record, YGR_STR_ARGV, "ls\0-l\0\0", 7);
	record_fake_string(&record, YGR_STR_CWD, "/", 1);
	expect("\"file\"=>{\"ino\"=>5, \"dev\"=>\"8:1\", \"mode\"=>33261, \"uid\"=>0, \"gid\"=>0, "
	       "\"size\"=>10, \"mtime_ns\"=>3}, \"argc\"=>3, \"envc\"=>20, \"old_tid\"=>9");
	expect("\"path\"=>\"/bin/ls\", \"cwd\"=>\"/\", \"argv\"=>[\"ls\", \"-l\", \"\"]");
	expect_not("truncated");
}

static void test_truncated(void **state)
{
	(void)state;
	begin(YGR_EV_EXEC, YGR_CLASS_EXEC);
	record_fake_cut(&record, YGR_STR_PATH, "tail", 4, 5000);
	record_fake_cut(&record, YGR_STR_ARGV, "a\0bcd", 5, YGR_LEN_UNKNOWN);
	expect("\"argv\"=>[\"a\", \"bcd\"]");
	expect("\"truncated\"=>{\"path\"=>5000, \"argv\"=>nil}");
}

static void test_empty_argv(void **state)
{
	(void)state;
	begin(YGR_EV_EXEC, YGR_CLASS_EXEC);
	record_fake_string(&record, YGR_STR_ARGV, "", 0);
	expect("\"argv\"=>[]");
}

static void test_fork(void **state)
{
	struct ygr_body_fork body = { .child_tgid = 70, .child_start_ns = 4 };

	(void)state;
	begin(YGR_EV_FORK, YGR_CLASS_FORK);
	record_fake_body(&record, &body, sizeof(body));
	expect("\"class\"=>\"fork\"");
	expect("\"child_pid\"=>70, \"child_start_ns\"=>4");
}

static void test_file(void **state)
{
	struct ygr_body_file body = {
		.file.ino = 5, .access = YGR_ACCESS_WRITE | YGR_ACCESS_CREATED, .open_flags = 0x241,
	};

	(void)state;
	begin(YGR_EV_RENAME, YGR_CLASS_DENY);
	record.head.verdict = YGR_VERDICT_DENY;
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PATH, "/a", 2);
	record_fake_string(&record, YGR_STR_NEW_PATH, "/b", 2);
	record_fake_string(&record, YGR_STR_RULE, "no-b", 4);
	expect("\"type\"=>\"rename\"");
	expect("\"class\"=>\"deny\", \"verdict\"=>\"deny\"");
	expect("\"access\"=>[\"write\", \"created\"], \"open_flags\"=>577, \"path\"=>\"/a\", "
	       "\"new_path\"=>\"/b\", \"rule\"=>\"no-b\"");
}

static void test_socket(void **state)
{
	struct ygr_body_socket body = {
		.socket_ino = 6, .family = AF_INET, .type = SOCK_STREAM, .protocol = 6, .backlog = 5,
		.local = { .family = AF_INET, .port = 22, .addr = { 127, 0, 0, 1 } },
		.remote = { .family = AF_INET6, .port = 4444, .scope_id = 2, .addr = { 0xfe, 0x80, [15] = 1 } },
	};

	(void)state;
	begin(YGR_EV_CONNECT, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
	expect("\"family\"=>\"inet\", \"sock_type\"=>1, \"protocol\"=>6, \"backlog\"=>5, \"socket_ino\"=>6, "
	       "\"local\"=>{\"addr\"=>\"127.0.0.1\", \"port\"=>22}, "
	       "\"remote\"=>{\"addr\"=>\"fe80::1\", \"port\"=>4444, \"scope_id\"=>2}");
}

static void test_socket_without_addresses(void **state)
{
	struct ygr_body_socket body = { .family = 44 + 100 };

	(void)state;
	begin(YGR_EV_SOCKET_CREATE, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
	expect("\"family\"=>\"af_144\"");
	expect_not("local");
	expect_not("remote");
}

static void test_sensor_events(void **state)
{
	struct ygr_body_start start = { .load_id = 77 };
	struct ygr_body_policy policy = { .old_generation = 1, .new_generation = 2, .op = 1, .rule_nr = 3 };
	struct ygr_body_gap gap = { .first_ns = 1, .last_ns = 2, .dropped = { [5] = 4, [9] = 1 } };
	struct ygr_body_totals totals = { .begin_ns = 1, .end_ns = 2, .produced = { [0] = 4 } };

	(void)state;
	begin(YGR_EV_START, YGR_CLASS_SENSOR);
	record_fake_body(&record, &start, sizeof(start));
	record_fake_string(&record, YGR_STR_HOOKS, "security_file_open=attached", 27);
	expect("\"load_id\"=>77, \"hooks\"=>\"security_file_open=attached\"");
	begin(YGR_EV_POLICY, YGR_CLASS_SENSOR);
	record_fake_body(&record, &policy, sizeof(policy));
	expect("\"op\"=>\"load\", \"old_generation\"=>1, \"new_generation\"=>2, \"rule_nr\"=>3");
	begin(YGR_EV_GAP, YGR_CLASS_SENSOR);
	record_fake_body(&record, &gap, sizeof(gap));
	expect("\"first_ns\"=>1, \"last_ns\"=>2, \"dropped\"=>{\"file\"=>4, \"class_9\"=>1}");
	begin(YGR_EV_TOTALS, YGR_CLASS_SENSOR);
	record_fake_body(&record, &totals, sizeof(totals));
	expect("\"begin_ns\"=>1, \"end_ns\"=>2, \"produced\"=>{\"exec\"=>4}, \"dropped\"=>{}");
}

static void test_unknown_numbers(void **state)
{
	(void)state;
	begin(1234, 12);
	record.head.verdict = 9;
	expect("\"type\"=>\"type_1234\"");
	expect("\"class\"=>\"class_12\", \"verdict\"=>\"verdict_9\"");
}

static void test_enrichment(void **state)
{
	struct ygr_process self = { .pid = 7, .exe = (char *)"/bin/sh", .exe_len = 7 };
	struct ygr_process parent = { .pid = 5, .start_ns = 3, .comm = "nginx", .exe = (char *)"/n", .exe_len = 2 };
	struct ygr_process grandparent = { .pid = 1, .comm = "init" };

	(void)state;
	begin(YGR_EV_EXIT, YGR_CLASS_EXIT);
	enrichment = (struct ygr_enrichment) {
		.self = &self, .ancestor_nr = 2, .ancestors = { &parent, &grandparent },
	};
	expect("\"exe\"=>\"/bin/sh\", \"parent\"=>{\"pid\"=>5, \"start_ns\"=>3, \"comm\"=>\"nginx\", "
	       "\"exe\"=>\"/n\"}, \"ancestors\"=>[{\"pid\"=>5, \"comm\"=>\"nginx\"}, "
	       "{\"pid\"=>1, \"comm\"=>\"init\"}]}");
}

static uint8_t path_type(const char *path, uint32_t len)
{
	struct ygr_record_view view;
	msgpack_sbuffer out;
	const char *reason, *at;
	uint8_t type;

	begin(YGR_EV_OPEN, YGR_CLASS_FILE);
	record_fake_string(&record, YGR_STR_PATH, path, len);
	assert_int_equal(ygr_record_parse(record.bytes, record.head.len, &view, &reason), 0);
	msgpack_sbuffer_init(&out);
	assert_int_equal(ygr_encode_event(&out, &view, 3, 500, &enrichment), 0);
	at = memmem(out.data, out.size, "\xa4path", 5);
	assert_non_null(at);
	type = (uint8_t)at[5];
	msgpack_sbuffer_destroy(&out);
	return type;
}

static void test_str_or_bin(void **state)
{
	(void)state;
	assert_int_equal(path_type("/\xc3\xa9", 3), 0xa0 | 3);	/* fixstr */
	assert_int_equal(path_type("/\xff", 2), 0xc4);		/* bin 8 */
	assert_int_equal(path_type("/\n\0x", 4), 0xa0 | 4);
}

static void test_utf8(void **state)
{
	static const char *const good[] = {
		"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
	};
	static const char *const wrong[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xe1\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe2\x82",
		"\xe2\x82\x41", "\xf1\x80\x80\x41",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(ygr_encode_is_utf8(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(ygr_encode_is_utf8(wrong[i], strlen(wrong[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minimal),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_comm_without_end),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_empty_argv),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_socket_without_addresses),
		cmocka_unit_test(test_sensor_events),
		cmocka_unit_test(test_unknown_numbers),
		cmocka_unit_test(test_enrichment),
		cmocka_unit_test(test_str_or_bin),
		cmocka_unit_test(test_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
