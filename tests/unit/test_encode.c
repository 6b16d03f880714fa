// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <msgpack.h>
#include <stdio.h>
#include <sys/socket.h>

#include "encode.h"
#include "event_map.h"
#include "ring_fake.h"
#include "value_print.h"

static struct ygr_process_table *table;
static struct ygr_encoder encoder;
static struct ygr_encoded out;
static struct record_fake record;

static int set_up(void **state)
{
	(void)state;
	assert_int_equal(ygr_process_table_create(&table, 1 << 20, 1000000), 0);
	return ygr_encode_init(&encoder);
}

static int tear_down(void **state)
{
	(void)state;
	ygr_process_table_destroy(table);
	ygr_encode_exit(&encoder);
	free(out.bytes);
	memset(&out, 0, sizeof(out));
	return 0;
}

static void begin(uint16_t type, uint8_t class)
{
	record_fake_begin(&record, type, class, 1000);
	record.head.tgid = 7;
	record.head.tid = 8;
	memcpy(record.head.comm, "sh", 2);
}

/* Appends the record to the batch at hand. */
static void add(void)
{
	struct ygr_record_view view;
	struct ygr_process *self;
	const char *reason;

	assert_int_equal(ygr_record_parse(record.bytes, record.head.len, &view, &reason), 0);
	self = ygr_process_table_observe(table, &view);
	if (!out.size)
		assert_int_equal(ygr_encode_begin(&encoder, &out, view.head->time_ns, 500), 0);
	assert_int_equal(ygr_encode_event(&encoder, &out, &view, 3, table, self), 0);
}

/* The library, which has no part in writing them, takes the bytes for whole items. */
static void check_msgpack(void)
{
	msgpack_unpacked unpacked;
	size_t at = 0;

	msgpack_unpacked_init(&unpacked);
	while (msgpack_unpack_next(&unpacked, (const char *)out.bytes, out.size, &at) == MSGPACK_UNPACK_SUCCESS)
		assert_int_equal(unpacked.data.type, MSGPACK_OBJECT_ARRAY);
	assert_int_equal(at, out.size);
	msgpack_unpacked_destroy(&unpacked);
}

/* The events of the batch at hand as they come out again, one per line; then it begins anew. */
static const char *decoded(void)
{
	static char text[16384];
	const struct ygr_event_value *event;
	struct ygr_event_stream stream;
	FILE *file;

	check_msgpack();
	memset(text, 0, sizeof(text));
	file = fmemopen(text, sizeof(text) - 1, "w");
	ygr_event_map_open(&stream, (const char *)out.bytes, out.size);
	while ((event = ygr_event_map_next(&stream))) {
		value_print(file, event);
		fputc('\n', file);
	}
	assert_int_equal(stream.off, stream.len);
	ygr_event_map_close(&stream);
	fclose(file);
	out.size = 0;
	return text;
}

static const char *encoded(void)
{
	out.size = 0;
	add();
	return decoded();
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
		"{type: 'exit', class: 'exit', time_ns: 1500, boot_ns: 1000, cpu: 3, seq: 0, pid: 7, tid: 8, "
		"start_ns: 0, ppid: 0, uid: 0, gid: 0, euid: 0, egid: 0, comm: 'sh', status: 0, utime_ns: 0, "
		"stime_ns: 0, exit_code: 0}\n");
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
	expect("type: 'exit', class: 'exit', verdict: 'would_deny'");
	expect("loginuid: 1000, sessionid: 4, cgroup_id: 55");
	expect("ns: {mnt: 1, cgroup: 2}, generation: 9, comm: 'sh'");
	expect("flags: ['kthread', 'compat'], rule_id: 3");
	record.head.flags = YGR_F_PROTECTED | YGR_F_NO_DIGEST | 1u << 31;
	expect("flags: ['protected', 'no_digest'], rule_id: 3");
}

static void test_comm_without_end(void **state)
{
	(void)state;
	begin(YGR_EV_EXIT, YGR_CLASS_EXIT);
	memset(record.head.comm, 'c', YGR_COMM_BYTES);
	expect("comm: 'cccccccccccccccc'");
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
	expect("file: {ino: 5, dev: '8:1', mode: 33261, uid: 0, gid: 0, "
	       "size: 10, mtime_ns: 3}, argc: 3, envc: 20");
	expect("path: '/bin/ls', cwd: '/', argv: ['ls', '-l', ''], old_tid: 9");
	expect_not("truncated");
}

static void test_exec_facts(void **state)
{
	struct ygr_body_exec body = {
		.cap_effective = 0x1ffffffffff, .cap_permitted = 0x2000, .cap_ambient = 1,
		.file_cap_permitted = 0x400, .file_cap_rootid = 1000,
		.exec_flags = YGR_EXEC_FILE_CAPS | YGR_EXEC_FILE_CAPS_EFFECTIVE | YGR_EXEC_SECURE |
			      YGR_EXEC_SCRIPT_UPPER | 1u << 31,
		.tty_major = 136, .tty_minor = 3,
		.script = { .ino = 6, .dev_major = 8, .dev_minor = 1, .mode = 0100755, .uid = 1 },
	};
	const struct ygr_process_id ids[] = { { 400, 30, 0 }, { 1, 1, 0 } };

	(void)state;
	begin(YGR_EV_EXEC, YGR_CLASS_EXEC);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_ENV, "LD_PRELOAD=/x\0A=\0", 17);
	record_fake_string(&record, YGR_STR_TTY, "pts/3", 5);
	record_fake_string(&record, YGR_STR_SCRIPT, "/bin/job", 8);
	record_fake_string(&record, YGR_STR_ANCESTORS, (const char *)ids, sizeof(ids));
	record_fake_string(&record, YGR_STR_CGROUP, "/a.slice", 8);
	record.head.flags = YGR_F_OVERLAY_UPPER;
	expect("flags: ['overlay_upper']");
	expect("capabilities: {effective: '1ffffffffff', permitted: '2000', ambient: '1'}, "
	       "file_capabilities: {permitted: '400', effective: true, rootid: 1000}, "
	       "exec_flags: ['secure', 'script_overlay_upper'], "
	       "script_file: {ino: 6, dev: '8:1', mode: 33261, uid: 1, gid: 0, size: 0, mtime_ns: 0, ctime_ns: 0}, "
	       "tty_dev: '136:3', env: ['LD_PRELOAD=/x', 'A='], tty: 'pts/3', script: '/bin/job', "
	       "ancestor_ids: [{pid: 30, start_ns: 400}, {pid: 1, start_ns: 1}], cgroup: '/a.slice'");
}

static void test_running_process(void **state)
{
	struct ygr_body_exec body = { .exec_flags = YGR_EXEC_UNCHECKED };

	(void)state;
	begin(YGR_EV_PROCESS, YGR_CLASS_FORK);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PATH, "/sbin/init", 10);
	expect("type: 'process', class: 'fork'");
	expect("path: '/sbin/init', exec_flags: ['unchecked']");
}

static void test_clone_flags(void **state)
{
	struct ygr_body_fork body = { .clone_flags = 0x20000100, .exit_signal = 10 };

	(void)state;
	begin(YGR_EV_FORK, YGR_CLASS_FORK);
	record_fake_body(&record, &body, sizeof(body));
	expect("clone_flags: ['vm', 'newpid'], exit_signal: 10");
	body = (struct ygr_body_fork){ .exit_signal = 17 };
	begin(YGR_EV_FORK, YGR_CLASS_FORK);
	record_fake_body(&record, &body, sizeof(body));
	expect_not("clone_flags");
	expect_not("exit_signal");
}

static void test_exit_usage(void **state)
{
	struct ygr_body_exit body = {
		.status = 139, .maxrss_bytes = 1, .minor_faults = 2, .major_faults = 3,
		.voluntary_switches = 4, .involuntary_switches = 5, .read_bytes = 6, .write_bytes = 7,
	};

	(void)state;
	begin(YGR_EV_EXIT, YGR_CLASS_EXIT);
	record_fake_body(&record, &body, sizeof(body));
	expect("status: 139, utime_ns: 0, stime_ns: 0, maxrss_bytes: 1, minor_faults: 2, major_faults: 3, "
	       "voluntary_switches: 4, involuntary_switches: 5, read_bytes: 6, write_bytes: 7, "
	       "signal: 11, core_dumped: true");
	body.status = 9;
	begin(YGR_EV_EXIT, YGR_CLASS_EXIT);
	record_fake_body(&record, &body, sizeof(body));
	expect("write_bytes: 7, signal: 9}");
	body.status = 3 << 8;
	begin(YGR_EV_EXIT, YGR_CLASS_EXIT);
	record_fake_body(&record, &body, sizeof(body));
	expect("write_bytes: 7, exit_code: 3}");
}

static void test_truncated(void **state)
{
	(void)state;
	begin(YGR_EV_EXEC, YGR_CLASS_EXEC);
	record_fake_cut(&record, YGR_STR_PATH, "tail", 4, 5000);
	record_fake_cut(&record, YGR_STR_ARGV, "a\0bcd", 5, YGR_LEN_UNKNOWN);
	expect("argv: ['a', 'bcd']");
	expect("truncated: {path: 5000, argv: nil}");
}

static void test_empty_argv(void **state)
{
	(void)state;
	begin(YGR_EV_EXEC, YGR_CLASS_EXEC);
	record_fake_string(&record, YGR_STR_ARGV, "", 0);
	expect("argv: []");
}

static void test_fork(void **state)
{
	struct ygr_body_fork body = { .child_tgid = 70, .child_start_ns = 4 };

	(void)state;
	begin(YGR_EV_FORK, YGR_CLASS_FORK);
	record_fake_body(&record, &body, sizeof(body));
	expect("class: 'fork'");
	expect("child_pid: 70, child_start_ns: 4");
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
	expect("type: 'rename'");
	expect("class: 'deny', verdict: 'deny'");
	expect("access: ['write', 'created'], open_flags: 577, path: '/a', "
	       "new_path: '/b', rule: 'no-b'");
}

static void test_link_and_changes(void **state)
{
	struct ygr_body_file body = { .open_flags = 04755 };

	(void)state;
	begin(YGR_EV_LINK, YGR_CLASS_FILE);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PATH, "/a", 2);
	record_fake_string(&record, YGR_STR_NEW_PATH, "/b", 2);
	expect("path: '/a', new_path: '/b'");
	begin(YGR_EV_CHMOD, YGR_CLASS_FILE);
	record_fake_body(&record, &body, sizeof(body));
	expect("type: 'chmod', class: 'file'");
	expect("open_flags: 2541");
	body = (struct ygr_body_file) { .open_flags = 33, .access = ~0u };
	begin(YGR_EV_CHOWN, YGR_CLASS_FILE);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PATH, "/a", 2);
	expect("new_uid: 33, path: '/a'");
	expect_not("access");
	begin(YGR_EV_SETXATTR, YGR_CLASS_FILE);
	record_fake_string(&record, YGR_STR_XATTR, "user.x", 6);
	expect("xattr: 'user.x'");
	begin(YGR_EV_SEND, YGR_CLASS_SOCKET);
	expect("type: 'send', class: 'socket'");
}

static void test_ids(void **state)
{
	struct ygr_body_ids body = {
		.old = { 1, 2, 3, 4 }, .new = { 5, 6, 7, 8 }, .call = YGR_IDS_RES,
		.old_group_nr = 1, .new_group_nr = 10, .groups = { 4, 27, 0, 0, 0, 0, 0, 9 },
	};

	(void)state;
	begin(YGR_EV_SETUID, YGR_CLASS_PRIVILEGE);
	record_fake_body(&record, &body, sizeof(body));
	expect("type: 'setuid', class: 'privilege'");
	expect("call: 'setresuid', old_ids: {real: 1, effective: 2, saved: 3, fs: 4}, "
	       "new_ids: {real: 5, effective: 6, saved: 7, fs: 8}");
	expect_not("group_nr");
	begin(YGR_EV_SETGID, YGR_CLASS_PRIVILEGE);
	record_fake_body(&record, &body, sizeof(body));
	expect("call: 'setresgid', old_ids");
	expect_not("group_nr");
	body.call = YGR_IDS_GROUPS;
	begin(YGR_EV_SETGID, YGR_CLASS_PRIVILEGE);
	record_fake_body(&record, &body, sizeof(body));
	expect("call: 'setgroups', old_ids");
	expect("old_group_nr: 1, new_group_nr: 10, groups: [4, 27, 0, 0, 0, 0, 0, 9]");
	/* A call of a later kernel module. */
	body.call = 77;
	begin(YGR_EV_SETUID, YGR_CLASS_PRIVILEGE);
	record_fake_body(&record, &body, sizeof(body));
	expect_not("call");
}

static void test_caps(void **state)
{
	const struct ygr_body_caps body = {
		.old = { 0, 1ull << 40 | 1, 0 }, .new = { 1, 1, 1ull << 21 },
	};

	(void)state;
	begin(YGR_EV_CAPSET, YGR_CLASS_PRIVILEGE);
	record_fake_body(&record, &body, sizeof(body));
	expect("old_caps: {effective: '0000000000000000', permitted: '0000010000000001', "
	       "inheritable: '0000000000000000'}");
	expect("new_caps: {effective: '0000000000000001', permitted: '0000000000000001', "
	       "inheritable: '0000000000200000'}");
}

static void test_digest(void **state)
{
	char digest[32] = { 0x01, (char)0xab };

	(void)state;
	begin(YGR_EV_EXEC, YGR_CLASS_EXEC);
	record_fake_string(&record, YGR_STR_SHA256, digest, sizeof(digest));
	expect("sha256: '01ab000000000000000000000000000000000000000000000000000000000000'");
}

static void test_alert(void **state)
{
	static const struct {
		const char *alert, *expected;
	} cases[] = {
		{ "high\tT1059,T1204.002\tweb\tno, no", "severity: 'high', attack: ['T1059', 'T1204.002'], tags: ['web'], message: 'no, no'" },
		{ "low\t\t\t", "severity: 'low'}" },
		{ "\t\t\tword", "message: 'word'}" },
		{ "\t,\t\t", "attack: ['', '']}" },
		{ "info", "severity: 'info'}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(YGR_EV_OPEN, YGR_CLASS_DENY);
		record_fake_string(&record, YGR_STR_ALERT, cases[i].alert, (uint32_t)strlen(cases[i].alert));
		expect(cases[i].expected);
	}
}

static void test_program_told_with_a_denial(void **state)
{
	(void)state;
	begin(YGR_EV_OPEN, YGR_CLASS_DENY);
	record.head.tgid = 71;
	record_fake_string(&record, YGR_STR_EXE, "/bin/cat", 8);
	expect("exe: '/bin/cat'");
	begin(YGR_EV_OPEN, YGR_CLASS_DENY);
	record.head.tgid = 72;
	record_fake_cut(&record, YGR_STR_EXE, "end", 3, 9000);
	expect_not("exe: 'end'");
}

static void test_breaker(void **state)
{
	const struct ygr_body_breaker body = {
		.generation = 4, .rule_id = 2, .denial_nr = 21, .seconds = 60,
	};

	(void)state;
	begin(YGR_EV_BREAKER, YGR_CLASS_SENSOR);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_RULE, "r", 1);
	expect("rule_id: 2, denial_nr: 21, seconds: 60, rule: 'r'");
}

static void test_stop(void **state)
{
	const struct ygr_body_stop body = { .load_id = 77 };

	(void)state;
	begin(YGR_EV_STOP, YGR_CLASS_SENSOR);
	record_fake_body(&record, &body, sizeof(body));
	expect("load_id: 77");
}

static void test_heartbeat(void **state)
{
	const struct ygr_body_heartbeat body = {
		.load_id = 77, .interval_ns = 60000000000, .produced = 100, .dropped = 4, .denied = 2,
		.process_nr = 31, .hook_nr = 23, .attached_nr = 22, .flags = YGR_BEAT_READER,
	};

	(void)state;
	begin(YGR_EV_HEARTBEAT, YGR_CLASS_SENSOR);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_HOOKS, "a=1,2", 5);
	expect("load_id: 77, interval_ns: 60000000000, produced_nr: 100, dropped_nr: 4, denied_nr: 2, "
	       "process_nr: 31, hook_nr: 23, attached_nr: 22, reader: 1, hooks: 'a=1,2'");
}

static void test_clock(void **state)
{
	const struct ygr_body_clock body = { .step_ns = -5, .slept_ns = 7, .offset_ns = -9 };

	(void)state;
	begin(YGR_EV_CLOCK, YGR_CLASS_SENSOR);
	record_fake_body(&record, &body, sizeof(body));
	expect("step_ns: -5, slept_ns: 7, offset_ns: -9");
}

static void test_repeats(void **state)
{
	const struct ygr_repeats repeats = { .repeat_nr = 17, .first_ns = 5, .last_ns = 9 };
	struct ygr_body_file body = { .access = YGR_ACCESS_WRITE };

	(void)state;
	begin(YGR_EV_OPEN, YGR_CLASS_FILE);
	record.head.flags = YGR_F_COALESCED;
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_REPEATS, (const char *)&repeats, sizeof(repeats));
	expect("flags: ['coalesced'], repeat_nr: 17, first_ns: 5, last_ns: 9");

	/* A kernel that says less says nothing. */
	begin(YGR_EV_OPEN, YGR_CLASS_FILE);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_REPEATS, (const char *)&repeats, 16);
	expect_not("repeat");
}

static void test_suppressed(void **state)
{
	struct ygr_body_suppressed body = {
		.first_ns = 5, .last_ns = 9, .scope = YGR_SUPPRESSED_PROCESS,
		.suppressed = { [YGR_CLASS_FILE] = 1200, [YGR_CLASS_SOCKET] = 3 },
	};
	struct ygr_body_totals totals = {
		.begin_ns = 1, .end_ns = 2, .produced = { [YGR_CLASS_FILE] = 9 },
		.coalesced = { [YGR_CLASS_FILE] = 8 }, .suppressed = { [YGR_CLASS_SOCKET] = 7 },
	};

	(void)state;
	begin(YGR_EV_SUPPRESSED, YGR_CLASS_SENSOR);
	record_fake_body(&record, &body, sizeof(body));
	expect("scope: 'process', first_ns: 5, last_ns: 9, suppressed: {file: 1200, socket: 3}");
	body.scope = YGR_SUPPRESSED_CGROUP;
	begin(YGR_EV_SUPPRESSED, YGR_CLASS_SENSOR);
	record_fake_body(&record, &body, sizeof(body));
	expect("scope: 'cgroup', first_ns: 5, last_ns: 9");
	body.scope = 9;
	begin(YGR_EV_SUPPRESSED, YGR_CLASS_SENSOR);
	record_fake_body(&record, &body, sizeof(body));
	expect_not("scope");

	begin(YGR_EV_TOTALS, YGR_CLASS_SENSOR);
	record_fake_body(&record, &totals, sizeof(totals));
	expect("produced: {file: 9}, dropped: {}, coalesced: {file: 8}, suppressed: {socket: 7}");
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
	expect("family: 'inet', sock_type: 1, protocol: 6, backlog: 5, socket_ino: 6, "
	       "local: {addr: '127.0.0.1', port: 22}, "
	       "remote: {addr: 'fe80::1', port: 4444, scope_id: 2}");
}

static void test_raw_sockets_and_peers(void **state)
{
	struct ygr_body_socket body = { .family = AF_INET, .type = SOCK_RAW };

	(void)state;
	begin(YGR_EV_SOCKET_CREATE, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
	expect("raw: 1");
	body = (struct ygr_body_socket) { .family = AF_PACKET, .type = SOCK_DGRAM };
	begin(YGR_EV_SOCKET_CREATE, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
	expect("raw: 1");
	/* What netlink calls raw is a netlink socket like any other. */
	body = (struct ygr_body_socket) { .family = AF_NETLINK, .type = SOCK_RAW };
	begin(YGR_EV_SOCKET_CREATE, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
	expect_not("raw");
	body = (struct ygr_body_socket) {
		.family = AF_UNIX, .socket_cookie = 9, .peer_tgid = 7, .peer_start_ns = 8, .peer_uid = 0,
	};
	begin(YGR_EV_ACCEPT, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
	expect("socket_cookie: 9");
	expect("peer_pid: 7, peer_start_ns: 8, peer_uid: 0");
	body.peer_uid = ~0u;
	begin(YGR_EV_ACCEPT, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
	expect_not("peer_uid");
}

static void test_close(void **state)
{
	struct ygr_body_close body = {
		.socket_ino = 6, .socket_cookie = 9, .family = AF_INET, .type = SOCK_STREAM, .protocol = 6,
		.net_ns = 44, .owner_tgid = 7, .owner_start_ns = 8, .begin_ns = 5,
		.local = { .family = AF_INET, .port = 22, .addr = { 127, 0, 0, 1 } },
		.bytes_out = 100, .bytes_in = 0, .packets_out = 3, .packets_in = 2, .retransmit_nr = 1,
	};

	(void)state;
	begin(YGR_EV_SOCKET_CLOSE, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
	expect("type: 'socket_close', class: 'socket'");
	expect("family: 'inet', sock_type: 1, protocol: 6, socket_ino: 6, local: {addr: '127.0.0.1', port: 22}, "
	       "socket_cookie: 9, opened_ns: 5, bytes_out: 100, bytes_in: 0");
	expect("packets_out: 3, packets_in: 2, net_ns: 44, owner_pid: 7, owner_start_ns: 8, retransmits: 1");
	expect_not("bytes_unsent");
}

static void test_what_was_said(void **state)
{
	struct ygr_body_dns dns = {
		.net_ns = 44, .transport = 17, .true_len = 900, .socket_cookie = 9, .owner_tgid = 7,
		.owner_start_ns = 8, .source = { .family = AF_INET, .port = 53, .addr = { 10, 0, 0, 1 } },
		.destination = { .family = AF_INET, .port = 4000, .addr = { 10, 0, 0, 2 } },
	};
	struct ygr_body_stream stream = {
		.socket_ino = 6, .socket_cookie = 9, .family = AF_INET6, .type = SOCK_STREAM, .protocol = 6,
		.sent_bytes = 4000,
	};

	(void)state;
	begin(YGR_EV_DNS, YGR_CLASS_SOCKET);
	record_fake_body(&record, &dns, sizeof(dns));
	record_fake_cut(&record, YGR_STR_PAYLOAD, "x", 1, 900);
	expect("family: 'inet', protocol: 17, local: {addr: '10.0.0.2', port: 4000}, "
	       "remote: {addr: '10.0.0.1', port: 53}, net_ns: 44, message_bytes: 900");
	expect("socket_cookie: 9, owner_pid: 7, owner_start_ns: 8");
	expect_not("truncated:");
	expect_not("'x'");
	begin(YGR_EV_STREAM, YGR_CLASS_SOCKET);
	record_fake_body(&record, &stream, sizeof(stream));
	record_fake_string(&record, YGR_STR_PAYLOAD, "GET", 3);
	expect("family: 'inet6', sock_type: 1, protocol: 6, socket_ino: 6, socket_cookie: 9, "
	       "sent_bytes: 4000");
	expect_not("GET");
}

static void begin_stream(void)
{
	struct ygr_body_stream body = { .family = AF_INET, .type = SOCK_STREAM };

	begin(YGR_EV_STREAM, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
}

static void test_named_addresses(void **state)
{
	struct ygr_names_facts facts = {
		.has_name = true,
		.name = { .name = "www.example.org", .age_ns = 2000001 },
	};

	(void)state;
	encoder.names = &facts;
	begin_stream();
	expect("dns_name: 'www.example.org', dns_age_ms: 2");
	expect_not("dns_expired");
	expect_not("dns_canonical");
	expect_not("dns_others");
	facts.name.canonical = "edge.example";
	facts.name.is_expired = true;
	facts.name.other_nr = 2;
	facts.name.others[0] = "a.example";
	facts.name.others[1] = "b.example";
	expect("dns_name: 'www.example.org', dns_canonical: 'edge.example', dns_age_ms: 2, dns_expired: 1, "
	       "dns_others: ['a.example', 'b.example']");
	encoder.names = NULL;
	expect_not("dns_name");
}

static void test_answers(void **state)
{
	static struct ygr_dns_answer answer = {
		.id = 7, .promised_nr = 2, .record_nr = 2, .question = "www.example.org", .type = "A",
		.rcode = "NOERROR", .canonical = "edge.example",
		.records = { { "www.example.org", "CNAME", "edge.example", 300, 0, { 0 }, false },
			     { "edge.example", "A", "192.0.2.1", 0, AF_INET, { 192, 0, 2, 1 }, true } },
	};
	struct ygr_names_facts facts = { .dns = &answer };

	(void)state;
	encoder.names = &facts;
	begin_stream();
	expect("dns: {question: 'www.example.org', type: 'A', rcode: 'NOERROR', canonical: 'edge.example', id: 7, "
	       "answer_nr: 2}, answers: ["
	       "{name: 'www.example.org', type: 'CNAME', ttl: 300, data: 'edge.example'}, "
	       "{name: 'edge.example', type: 'A', ttl: 0, data: '192.0.2.1'}]");
	answer.promised_nr = 3;
	answer.record_nr = 0;
	answer.is_partial = answer.is_truncated = true;
	answer.canonical = answer.question;
	answer.rcode = "NXDOMAIN";
	expect("dns: {question: 'www.example.org', type: 'A', rcode: 'NXDOMAIN', id: 7, answer_nr: 3, "
	       "truncated: 1, partial: 1}, answers: []");
	facts = (struct ygr_names_facts) { .is_malformed = true };
	expect("dns: {malformed: 1}");
	encoder.names = NULL;
}

static void test_first_bytes(void **state)
{
	static struct ygr_client_hello hello = {
		.version = 0x0304, .sni_len = 9, .sni = "a.example", .alpn_nr = 2,
		.alpn = { { 2, "h2" }, { 2, "\xff\xfe" } },
	};
	struct ygr_http_request request = {
		.version = 11, .method = { "GET", 3 }, .path = { "/a", 2 }, .host_len = 9, .host = "b.example",
		.port = 8080,
	};
	struct ygr_names_facts facts = { .tls = &hello };

	(void)state;
	encoder.names = &facts;
	begin_stream();
	expect("tls: {version: '1.3', sni: 'a.example', alpn: ['h2', b'\xff\xfe']}");
	hello = (struct ygr_client_hello) { .version = 0x0305, .is_cut = true, .is_malformed = true };
	expect("tls: {cut: 1, malformed: 1}");
	hello = (struct ygr_client_hello) { .version = 0x0399 };
	expect("tls: {}");
	facts = (struct ygr_names_facts) { .http = &request, .query_len = 5 };
	expect("http: {method: 'GET', host: 'b.example', port: 8080, path: '/a', query_bytes: 5, version: '1.1'}");
	request.query = (struct ygr_http_text) { "q=1", 3 };
	request.is_cut = true;
	request.port = 0;
	facts.query_len = 0;
	expect("path: '/a', query: 'q=1', version: '1.1', cut: 1}");
	request = (struct ygr_http_request) { .version = 20 };
	expect("http: {version: '2'}");
	facts = (struct ygr_names_facts) { .known = { "a.example", "b.example", "c.example" } };
	expect("dns_name: 'a.example', tls: {sni: 'b.example'}, http: {host: 'c.example'}");
	expect_not("dns_age_ms");
	encoder.names = NULL;
}

/* The most that names may add fits, whatever else the event has. */
static void test_longest_names(void **state)
{
	static struct ygr_dns_answer answer;
	static struct ygr_client_hello hello = { .sni_len = 255, .alpn_nr = YGR_CLIENT_HELLO_ALPN_NR };
	struct ygr_names_facts facts = { .has_name = true, .dns = &answer, .tls = &hello };
	char name[1021];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	facts.name = (struct ygr_name_cache_found) { name, name, 1, true, 3, { name, name, name } };
	memset(answer.room, 'r', sizeof(answer.room) - 1);
	answer.question = answer.canonical = name;
	answer.type = answer.rcode = "TYPE65535";
	answer.record_nr = YGR_DNS_RECORDS_MAX;
	for (int i = 0; i < YGR_DNS_RECORDS_MAX; i++)
		answer.records[i] = (struct ygr_dns_record) {
			.name = answer.room + sizeof(answer.room) - 256, .type = "TYPE65535", .ttl = INT32_MAX,
			.data = answer.room + sizeof(answer.room) - 256,
		};
	for (int i = 0; i < YGR_CLIENT_HELLO_ALPN_NR; i++)
		hello.alpn[i].len = 255;
	encoder.names = &facts;
	begin_stream();
	expect("dns_name");
	assert_true(out.size <= out.cap);
	encoder.names = NULL;
}

static void test_socket_without_addresses(void **state)
{
	struct ygr_body_socket body = { .family = 44 + 100 };

	(void)state;
	begin(YGR_EV_SOCKET_CREATE, YGR_CLASS_SOCKET);
	record_fake_body(&record, &body, sizeof(body));
	expect("family: 'af_144'");
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
	expect("load_id: 77, hooks: 'security_file_open=attached'");
	start.flags = YGR_START_OBSERVES;
	begin(YGR_EV_START, YGR_CLASS_SENSOR);
	record_fake_body(&record, &start, sizeof(start));
	expect("load_id: 77, mode: 'observe_only'");
	start.flags |= YGR_START_TOLD;
	begin(YGR_EV_START, YGR_CLASS_SENSOR);
	record_fake_body(&record, &start, sizeof(start));
	expect("load_id: 77, mode: 'observe_only_parameter'");
	start.flags |= YGR_START_DISABLED;
	begin(YGR_EV_START, YGR_CLASS_SENSOR);
	record_fake_body(&record, &start, sizeof(start));
	expect("load_id: 77, mode: 'disabled'");
	begin(YGR_EV_POLICY, YGR_CLASS_SENSOR);
	record_fake_body(&record, &policy, sizeof(policy));
	expect("op: 'load', old_generation: 1, new_generation: 2, rule_nr: 3");
	begin(YGR_EV_GAP, YGR_CLASS_SENSOR);
	record_fake_body(&record, &gap, sizeof(gap));
	expect("first_ns: 1, last_ns: 2, dropped: {file: 4, class_9: 1}");
	begin(YGR_EV_TOTALS, YGR_CLASS_SENSOR);
	record_fake_body(&record, &totals, sizeof(totals));
	expect("begin_ns: 1, end_ns: 2, produced: {exec: 4}, dropped: {}");
}

static void test_unknown_numbers(void **state)
{
	(void)state;
	begin(1234, 12);
	record.head.verdict = 9;
	expect("type: 'type_1234'");
	expect("class: 'class_12', verdict: 'verdict_9'");
}

static void fork_of(uint32_t parent, uint32_t child)
{
	struct ygr_body_fork body = { .child_tgid = child, .child_start_ns = child * 10 };

	begin(YGR_EV_FORK, YGR_CLASS_FORK);
	record.head.tgid = parent;
	record.head.tid = parent;
	record.head.start_ns = parent * 10;
	record_fake_body(&record, &body, sizeof(body));
	add();
}

static void exec_of(uint32_t pid, const char *path)
{
	begin(YGR_EV_EXEC, YGR_CLASS_EXEC);
	record.head.tgid = pid;
	record.head.tid = pid;
	record.head.start_ns = pid * 10;
	memset(record.head.comm, 0, sizeof(record.head.comm));
	strcpy(record.head.comm, strrchr(path, '/') + 1);
	record_fake_string(&record, YGR_STR_PATH, path, (uint32_t)strlen(path));
	add();
}

static void unlink_of(uint32_t pid, const char *comm)
{
	begin(YGR_EV_UNLINK, YGR_CLASS_FILE);
	record.head.tgid = pid;
	record.head.tid = pid;
	record.head.start_ns = pid * 10;
	memset(record.head.comm, 0, sizeof(record.head.comm));
	strcpy(record.head.comm, comm);
}

static void expect_last(const char *part)
{
	const char *text, *last;

	text = decoded();
	last = memrchr(text, '\n', strlen(text) - 1);
	if (!strstr(last ? last : text, part))
		fail_msg("no %s at the end of %s", part, text);
}

static void test_ancestors(void **state)
{
	(void)state;
	fork_of(1, 5);
	exec_of(5, "/usr/sbin/nginx");
	fork_of(5, 7);
	unlink_of(7, "nginx");
	add();
	expect_last("exe: '/usr/sbin/nginx', parent: {pid: 5, comm: 'nginx', start_ns: 50, exe: '/usr/sbin/nginx'}, "
		    "ancestors: [{pid: 5, comm: 'nginx'}, {pid: 1, comm: 'sh'}]}");
}

/* What an event says of its ancestors is what they were at that moment, in one batch too. */
static void test_parent_becomes_another(void **state)
{
	(void)state;
	fork_of(5, 7);
	unlink_of(7, "sh");
	add();
	expect_last("parent: {pid: 5, comm: 'sh', start_ns: 50}, ancestors: [{pid: 5, comm: 'sh'}]}");
	add();
	exec_of(5, "/bin/other");
	unlink_of(7, "sh");
	add();
	expect_last("parent: {pid: 5, comm: 'other', start_ns: 50, exe: '/bin/other'}");
}

static void test_process_becomes_another(void **state)
{
	(void)state;
	exec_of(5, "/bin/one");
	exec_of(5, "/bin/two");
	unlink_of(5, "two");
	add();
	expect_last("comm: 'two', exe: '/bin/two'}");
}

static void test_thread_of_another_name(void **state)
{
	(void)state;
	exec_of(5, "/bin/one");
	unlink_of(5, "worker");
	record.head.tid = 6;
	add();
	expect_last("pid: 5, tid: 6, start_ns: 50, ppid: 0, uid: 0, gid: 0, euid: 0, egid: 0, comm: 'worker', "
		    "exe: '/bin/one'}");
}

static void test_user_changes(void **state)
{
	(void)state;
	exec_of(5, "/bin/one");
	unlink_of(5, "one");
	record.head.uid = 1000;
	record.head.generation = 2;
	add();
	expect_last("uid: 1000, gid: 0, euid: 0, egid: 0, generation: 2, comm: 'one'");
}

static bool some_names(enum ygr_name_kind kind, uint32_t id, char name[YGR_NAME_SERVICE_BYTES])
{
	if (id != 1000 && id != 0)
		return false;
	strcpy(name, kind == YGR_NAME_GROUP ? "staff" : id ? "ann" : "root");
	return true;
}

/* What the ids are called, once it is known. */
static void test_names_of_ids(void **state)
{
	struct ygr_identity_stats stats;

	(void)state;
	assert_int_equal(ygr_identity_create(&encoder.identity, "/proc", "/nowhere", some_names), 0);
	unlink_of(5, "sh");
	record.head.uid = 1000;
	add();
	expect_last("egid: 0, comm: 'sh'");
	do {
		ygr_identity_stats(encoder.identity, &stats);
	} while (stats.names.answered_nr < 3);
	add();
	expect_last("euid: 0, egid: 0, user: 'ann', group: 'staff', euser: 'root', comm: 'sh'}");
	ygr_identity_destroy(encoder.identity);
	encoder.identity = NULL;
}

/* Deeper than the encoder follows it at once; and then by one that is in the middle of it. */
static void test_deep_line(void **state)
{
	(void)state;
	for (uint32_t pid = 1; pid < 40; pid++)
		fork_of(pid, pid + 1);
	out.size = 0;
	unlink_of(40, "sh");
	add();
	expect_last("ancestors: [{pid: 39, comm: 'sh'}, {pid: 38, comm: 'sh'}, {pid: 37, comm: 'sh'}, "
		    "{pid: 36, comm: 'sh'}, {pid: 35, comm: 'sh'}, {pid: 34, comm: 'sh'}, "
		    "{pid: 33, comm: 'sh'}, {pid: 32, comm: 'sh'}]}");
	unlink_of(40, "sh");
	add();
	unlink_of(24, "sh");
	add();
	expect_last("ancestors: [{pid: 23, comm: 'sh'}, {pid: 22, comm: 'sh'}, {pid: 21, comm: 'sh'}, "
		    "{pid: 20, comm: 'sh'}, {pid: 19, comm: 'sh'}, {pid: 18, comm: 'sh'}, "
		    "{pid: 17, comm: 'sh'}, {pid: 16, comm: 'sh'}]}");
}

/* Only a number that is not the CPU's next one is written. */
static void test_sequence(void **state)
{
	static const uint64_t told[] = { 7, 8, 9, 20, 21, 3 };
	char expected[64];

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		unlink_of(5, "sh");
		record.head.seq = told[i];
		add();
		snprintf(expected, sizeof(expected), "seq: %llu,", (unsigned long long)told[i]);
		if (i == 5)
			expect_last(expected);
	}
}

static void test_time_goes_back(void **state)
{
	(void)state;
	unlink_of(5, "sh");
	add();
	unlink_of(5, "sh");
	record.head.time_ns = 400;
	add();
	expect_last("time_ns: 900, boot_ns: 400");
}

/* `lz4 -dc` of two batches: the second one's numbers are its own. */
static void test_two_batches_in_a_row(void **state)
{
	size_t first;

	(void)state;
	exec_of(5, "/bin/one");
	first = out.size;
	assert_int_equal(ygr_encode_begin(&encoder, &out, 1000, -100), 0);
	unlink_of(6, "two");
	add();
	assert_true(out.size > first);
	expect_last("time_ns: 900, boot_ns: 1000, cpu: 3, seq: 0, pid: 6, tid: 6, start_ns: 60");
}

static void test_str_or_bin(void **state)
{
	(void)state;
	begin(YGR_EV_OPEN, YGR_CLASS_FILE);
	record_fake_string(&record, YGR_STR_PATH, "/\xc3\xa9", 3);
	expect("path: '/\xc3\xa9'");
	begin(YGR_EV_OPEN, YGR_CLASS_FILE);
	record_fake_string(&record, YGR_STR_PATH, "/\xff", 2);
	expect("path: b'/\xff'");
	begin(YGR_EV_OPEN, YGR_CLASS_FILE);
	record_fake_string(&record, YGR_STR_PATH, "12345678\xff", 9);
	expect("path: b'12345678\xff'");
}

/* Each form of a number, on both sides of where it ends. */
static void test_numbers(void **state)
{
	static const uint64_t numbers[] = {
		0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0xffffffff, 0x100000000, UINT64_MAX,
	};
	char expected[128];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct ygr_body_exit body = { .status = 1, .utime_ns = numbers[i], .stime_ns = numbers[i] };

		begin(YGR_EV_EXIT, YGR_CLASS_EXIT);
		record_fake_body(&record, &body, sizeof(body));
		snprintf(expected, sizeof(expected), "utime_ns: %llu, stime_ns: %llu, ",
			 (unsigned long long)numbers[i], (unsigned long long)numbers[i]);
		expect(expected);
	}
}

/* Each form of a string's length, on both sides of where it ends; as text and as bytes. */
static void test_lengths(void **state)
{
	static const uint32_t lengths[] = { 0, 1, 31, 32, 255, 256, 4095 };
	static char path[4096], expected[4200];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(lengths) / sizeof(lengths[0]); i++) {
		uint32_t len = lengths[i / 2];
		bool is_bytes = i % 2 && len;

		memset(path, 'p', len);
		if (is_bytes)
			path[len - 1] = '\xff';
		begin(YGR_EV_OPEN, YGR_CLASS_FILE);
		record_fake_string(&record, YGR_STR_PATH, path, len);
		snprintf(expected, sizeof(expected), "path: %s'%.*s'}", is_bytes ? "b" : "", (int)len, path);
		expect(expected);
	}
}

static void test_times_ago(void **state)
{
	static const int64_t ago_ns[] = { 0, 1, -1, -32, -33, -128, -129, -32768, -32769, -2147483648ll, -2147483649ll };
	char expected[64];

	(void)state;
	for (size_t i = 0; i < sizeof(ago_ns) / sizeof(ago_ns[0]); i++) {
		struct ygr_body_fork body = { .child_tgid = 70 };

		begin(YGR_EV_FORK, YGR_CLASS_FORK);
		record.head.time_ns = 5000000000;
		body.child_start_ns = record.head.time_ns - (uint64_t)ago_ns[i];
		record_fake_body(&record, &body, sizeof(body));
		snprintf(expected, sizeof(expected), "child_start_ns: %llu}", (unsigned long long)body.child_start_ns);
		expect(expected);
	}
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
		cmocka_unit_test_setup_teardown(test_minimal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_head, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_comm_without_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_exec, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_exec_facts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_running_process, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_clone_flags, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_exit_usage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_truncated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_empty_argv, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fork, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_link_and_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_caps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_digest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_alert, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_program_told_with_a_denial, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_breaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_heartbeat, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_clock, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_repeats, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_suppressed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_socket, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_raw_sockets_and_peers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_close, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_was_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_named_addresses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_first_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_longest_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_socket_without_addresses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sensor_events, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unknown_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ancestors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_parent_becomes_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_process_becomes_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_thread_of_another_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_user_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_names_of_ids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_deep_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sequence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_time_goes_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_two_batches_in_a_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_str_or_bin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lengths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_times_ago, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_utf8, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
