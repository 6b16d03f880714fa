// SPDX-License-Identifier: GPL-2.0-only
/* Events in words, and as they were recorded: what rules see of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "json_event.h"
#include "policy_event.h"

static struct ygr_policy_event event;
static char why[256];

/* @text: words with one space between them */
static int parse(const char *text)
{
	char *copy = strdup(text), *words[64], *word, *rest = copy;
	int nr = 0, err;

	while ((word = strsep(&rest, " ")) && nr < 64)
		words[nr++] = word;
	err = ygr_policy_event_parse(&event, *text ? nr : 0, words, why, sizeof(why));
	free(copy);
	return err;
}

static int read_json(const char *json)
{
	struct ygr_event_stream stream;
	msgpack_sbuffer packed;
	int err;

	msgpack_sbuffer_init(&packed);
	add_json_event(&packed, json);
	ygr_event_map_open(&stream, packed.data, packed.size);
	err = ygr_policy_event_from_map(&event, ygr_event_map_next(&stream));
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&packed);
	return err;
}

static void assert_text(const struct ygr_match_text *text, const char *expected)
{
	assert_non_null(text->bytes);
	assert_int_equal(text->len, strlen(expected));
	assert_memory_equal(text->bytes, expected, text->len);
}

static void test_words_of_a_file(void **state)
{
	(void)state;
	assert_int_equal(parse("rename path=/a path=/b file-id=8:1:77 owner=5 file=setuid file=world-writable"), 0);
	assert_int_equal(event.match.on, YGR_ON_RENAME);
	assert_int_equal(event.match.path_nr, 2);
	assert_text(&event.match.paths[0], "/a");
	assert_text(&event.match.paths[1], "/b");
	assert_true(event.match.has_file);
	assert_int_equal(event.match.dev_major, 8);
	assert_int_equal(event.match.dev_minor, 1);
	assert_int_equal(event.match.ino, 77);
	assert_int_equal(event.match.owner, 5);
	assert_int_equal(event.match.file_attr, YGR_FILE_SETUID | YGR_FILE_WORLD_WRITABLE);
}

static void test_words_of_a_process(void **state)
{
	(void)state;
	assert_int_equal(parse("fork uid=1 gid=2 loginuid=3 exe=/e parent=/p ancestor=/p ancestor=/q cgroup=/c cgroup-id=9 process=container label=l"), 0);
	assert_int_equal(event.match.euid, 1);
	assert_int_equal(event.match.egid, 2);
	assert_int_equal(event.match.loginuid, 3);
	assert_text(&event.exe, "/e");
	assert_text(&event.parent, "/p");
	assert_int_equal(event.ancestor_nr, 2);
	assert_text(&event.ancestors[1], "/q");
	assert_text(&event.cgroup, "/c");
	assert_int_equal(event.match.cgroup_id, 9);
	assert_int_equal(event.match.process_attr, YGR_PROCESS_CONTAINER);
	assert_int_equal(event.label_nr, 1);
}

static void test_words_of_a_socket(void **state)
{
	const uint8_t addr[] = { 203, 0, 113, 9 };

	(void)state;
	assert_int_equal(parse("connect cidr=203.0.113.9 port=443 type=stream protocol=6"), 0);
	assert_int_equal(event.match.family, AF_INET);
	assert_int_equal(event.match.addr_family, AF_INET);
	assert_memory_equal(event.match.addr, addr, 4);
	assert_int_equal(event.match.port, 443);
	assert_int_equal(event.match.socket_type, SOCK_STREAM);
	assert_int_equal(event.match.protocol, 6);
	assert_int_equal(parse("connect family=unix unix=@x"), 0);
	assert_int_equal(event.match.family, AF_UNIX);
	assert_int_equal(event.match.addr_family, 0);
	assert_text(&event.match.unix_name, "@x");
}

static void test_arguments_side_by_side(void **state)
{
	(void)state;
	assert_int_equal(parse("exec argv=sh argv=-c argv=id"), 0);
	assert_int_equal(event.match.argv.len, 9);
	assert_memory_equal(event.match.argv.bytes, "sh\0-c\0id", 9);
	assert_int_equal(parse("exec argv=a uid=0 argv=b"), 0);
	assert_int_equal(parse("exec argv=a path=/x argv=b"), -EINVAL);
	assert_string_equal(why, "argv: the arguments must stand side by side");
}

static void test_digest(void **state)
{
	(void)state;
	assert_int_equal(parse("exec sha256=00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"), 0);
	assert_int_equal(event.match.sha256[1], 0x11);
	assert_int_equal(event.match.sha256[31], 0xff);
	assert_int_equal(parse("exec sha256=0011"), -EINVAL);
	assert_string_equal(why, "sha256: \"0011\" is not 64 hexadecimal digits");
}

static void test_what_is_not_given_is_not_there(void **state)
{
	(void)state;
	assert_int_equal(parse("exec"), 0);
	assert_int_equal(event.match.path_nr, 0);
	assert_false(event.match.has_file);
	assert_null(event.match.sha256);
	assert_null(event.match.argv.bytes);
	assert_int_equal(event.match.loginuid, 0xffffffffu);
	assert_int_equal(event.match.addr_family, 0);
}

static void test_mistakes_in_words(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "expected an event, such as \"exec path=/tmp/x\"" },
		{ "exce path=/x", "\"exce\" is not one event" },
		{ "file path=/x", "\"file\" is not one event" },
		{ "exec path", "\"path\": expected key=value" },
		{ "exec paht=/x", "unknown key \"paht\"" },
		{ "exec uid=root", "uid: \"root\" is no number up to 4294967295" },
		{ "connect port=65536", "port: \"65536\" is no number up to 65535" },
		{ "connect cidr=10.0.0.0/8", "cidr: \"10.0.0.0/8\" is no address" },
		{ "exec file=suid", "file: unknown word \"suid\"" },
		{ "exec file-id=8:1", "file-id: \"8:1\" is not MAJOR:MINOR:INODE" },
		{ "rename path=/a path=/b path=/c", "path: an event has at most two" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].text), -EINVAL);
		assert_string_equal(why, cases[i].why);
	}
}

static void test_recorded_exec(void **state)
{
	(void)state;
	assert_int_equal(read_json("{'type':'exec','path':'/bin/sh','argv':['sh','-c'],'euid':33,'exe':'/usr/sbin/nginx',"
				   "'parent':{'pid':1,'exe':'/sbin/init'},'file':{'ino':7,'dev':'8:1','mode':35309,'uid':4},"
				   "'flags':['unlinked'],'time_ns':5000000000}"), 0);
	assert_int_equal(event.match.on, YGR_ON_EXEC);
	assert_text(&event.match.paths[0], "/bin/sh");
	assert_memory_equal(event.match.argv.bytes, "sh\0-c", 6);
	assert_int_equal(event.match.euid, 33);
	assert_text(&event.exe, "/usr/sbin/nginx");
	assert_text(&event.parent, "/sbin/init");
	assert_int_equal(event.match.ino, 7);
	assert_int_equal(event.match.owner, 4);
	assert_int_equal(event.match.file_attr, YGR_FILE_SETUID | YGR_FILE_EXECUTABLE | YGR_FILE_UNLINKED);
	assert_int_equal(event.match.now_s, 5);
	assert_true(event.missing & YGR_FIELD_BIT(YGR_FIELD_SHA256));
	assert_false(event.missing & YGR_FIELD_BIT(YGR_FIELD_EXE));
}

static void test_recorded_opens(void **state)
{
	(void)state;
	assert_int_equal(read_json("{'type':'open','path':'/x','access':['read']}"), 0);
	assert_int_equal(event.match.on, YGR_ON_OPEN_READ);
	assert_int_equal(read_json("{'type':'open','path':'/x','access':['read','write']}"), 0);
	assert_int_equal(event.match.on, YGR_ON_OPEN_WRITE);
}

static void test_recorded_create_has_no_file(void **state)
{
	(void)state;
	assert_int_equal(read_json("{'type':'create','path':'/d/x','file':{'ino':7,'dev':'8:1','uid':0}}"), 0);
	assert_false(event.match.has_file);
}

/* The file that the record tells is the directory, or there is none. */
static void test_recorded_file_events(void **state)
{
	static const struct { const char *type; enum ygr_on on; bool has_file; } cases[] = {
		{ "mkdir", YGR_ON_MKDIR, false }, { "symlink", YGR_ON_SYMLINK, false },
		{ "rmdir", YGR_ON_RMDIR, true }, { "removexattr", YGR_ON_REMOVEXATTR, true },
		{ "chattr", YGR_ON_CHATTR, true }, { "mprotect_exec", YGR_ON_EXEC_MEMORY, true },
		{ "mmap_exec", YGR_ON_MMAP_EXEC, true },
	};
	char json[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(json, sizeof(json), "{'type':'%s','path':'/d/x','file':{'ino':7,'dev':'8:1','uid':0}}", cases[i].type);
		assert_int_equal(read_json(json), 0);
		assert_int_equal(event.match.on, cases[i].on);
		assert_int_equal(event.match.has_file, cases[i].has_file);
	}
	assert_int_equal(read_json("{'type':'mmap_exec','access':['write','exec']}"), 0);
	assert_int_equal(event.match.on, YGR_ON_EXEC_MEMORY);
	assert_int_equal(read_json("{'type':'memfd','path':'/memfd:x'}"), 0);
	assert_int_equal(event.match.on, YGR_ON_MEMFD);
}

static void test_recorded_sides(void **state)
{
	(void)state;
	assert_int_equal(read_json("{'type':'connect','family':'inet','local':{'addr':'10.0.0.1','port':1},'remote':{'addr':'10.0.0.2','port':2}}"), 0);
	assert_int_equal(event.match.port, 2);
	assert_int_equal(read_json("{'type':'accept','family':'inet6','local':{'addr':'::1','port':1},'remote':{'addr':'::2','port':2}}"), 0);
	assert_int_equal(event.match.port, 1);
	assert_int_equal(event.match.addr_family, AF_INET6);
}

static void test_a_cut_path_is_missing(void **state)
{
	(void)state;
	assert_int_equal(read_json("{'type':'unlink','path':'/end','truncated':{'path':9000}}"), 0);
	assert_int_equal(event.match.path_nr, 0);
	assert_true(event.missing & YGR_FIELD_BIT(YGR_FIELD_PATH));
}

static void test_what_is_not_judged(void **state)
{
	(void)state;
	assert_int_equal(read_json("{'type':'totals'}"), -ENOENT);
	assert_int_equal(read_json("{'type':'exec_check','verdict':'would_deny'}"), -ENOENT);
	assert_int_equal(read_json("{'type':'exec_check','verdict':'deny'}"), 0);
	assert_int_equal(read_json("{'pid':1}"), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_of_a_file),
		cmocka_unit_test(test_words_of_a_process),
		cmocka_unit_test(test_words_of_a_socket),
		cmocka_unit_test(test_arguments_side_by_side),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_what_is_not_given_is_not_there),
		cmocka_unit_test(test_mistakes_in_words),
		cmocka_unit_test(test_recorded_exec),
		cmocka_unit_test(test_recorded_opens),
		cmocka_unit_test(test_recorded_create_has_no_file),
		cmocka_unit_test(test_recorded_file_events),
		cmocka_unit_test(test_recorded_sides),
		cmocka_unit_test(test_a_cut_path_is_missing),
		cmocka_unit_test(test_what_is_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
