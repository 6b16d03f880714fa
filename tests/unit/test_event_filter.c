// SPDX-License-Identifier: GPL-2.0-only
/* Which events an expression lets pass, and what is said of one that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event_filter.h"
#include "json_event.h"

#define EXEC	"{'type':'exec','pid':100,'uid':0,'exe':'/usr/bin/sh','path':'/tmp/a b/x.sh'," \
		"'argv':['x.sh','--all','*'],'parent':{'pid':7,'comm':'nginx'}," \
		"'ancestors':[{'pid':7,'comm':'nginx'},{'pid':1,'comm':'systemd'}]}"
#define CONNECT	"{'type':'connect','verdict':'deny','rule':'r','pid':101,'uid':33," \
		"'remote':{'addr':'10.1.2.3','port':443},'local':{'addr':'fd00::5','port':1}}"

static bool passes(const char *where, const char *json)
{
	struct ygr_event_filter filter;
	struct ygr_event_stream stream;
	struct ygr_filter_error error;
	msgpack_sbuffer packed;
	bool result;

	if (ygr_event_filter_parse(&filter, where, &error))
		fail_msg("%s: %u: %s", where, error.column, error.message);
	msgpack_sbuffer_init(&packed);
	add_json_event(&packed, json);
	ygr_event_map_open(&stream, packed.data, packed.size);
	result = ygr_event_filter_passes(&filter, ygr_event_map_next(&stream));
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&packed);
	return result;
}

static void yes(const char *where, const char *json)
{
	if (!passes(where, json))
		fail_msg("does not pass: %s", where);
}

static void no(const char *where, const char *json)
{
	if (passes(where, json))
		fail_msg("passes: %s", where);
}

static void refuses(const char *where, unsigned int column, const char *message)
{
	struct ygr_event_filter filter;
	struct ygr_filter_error error = { 0 };
	struct ygr_event_stream stream;

	assert_int_equal(ygr_event_filter_parse(&filter, where, &error), -22);
	assert_string_equal(error.message, message);
	assert_int_equal(error.column, column);
	ygr_event_map_open(&stream, "\x80", 1);
	assert_false(ygr_event_filter_passes(&filter, ygr_event_map_next(&stream)));
	ygr_event_map_close(&stream);
}

static void test_equal(void **state)
{
	(void)state;
	yes("type=exec", EXEC);
	no("type=exec", CONNECT);
	no("type=exec_check", EXEC);
	yes("type != exec", CONNECT);
	yes("pid=100", EXEC);
	yes("pid=0x64", EXEC);
	no("pid=10", EXEC);
	no("pid=1000", EXEC);
	no("pid=abc", EXEC);
	yes("path='/tmp/a b/x.sh'", EXEC);
	yes("path=\"/tmp/a b/x.sh\"", EXEC);
	no("path=/tmp", EXEC);
	no("new_path=''", EXEC);
	yes("new_path!=''", EXEC);
	yes("remote.port=443", CONNECT);
	yes("parent.comm = nginx", EXEC);
}

static void test_like(void **state)
{
	(void)state;
	yes("path~/tmp/", EXEC);
	yes("path ~ 'a b'", EXEC);
	no("path~/TMP/", EXEC);
	yes("path!~/home/", EXEC);
	yes("path~''", EXEC);
	no("new_path~''", EXEC);
	yes("path~/tmp/*.sh", EXEC);
	no("path~/tmp/*.py", EXEC);
	no("path~tmp/*", EXEC);
	yes("path~*tmp*sh", EXEC);
	yes("path~/?\?\?/*", EXEC);
	no("path~/?\?/*", EXEC);
	yes("path~*", EXEC);
	yes("pid~10", EXEC);
	yes("pid~1?0", EXEC);
}

static void test_numbers(void **state)
{
	(void)state;
	yes("pid<101", EXEC);
	no("pid<100", EXEC);
	yes("pid<=100", EXEC);
	yes("pid>99", EXEC);
	no("pid > 100", EXEC);
	yes("pid >= 100 and pid <= 100", EXEC);
	no("exe > 5", EXEC);
	no("egid >= 0", EXEC);
	yes("pid<18446744073709551615", EXEC);
}

static void test_in(void **state)
{
	(void)state;
	yes("type in exec,connect", EXEC);
	yes("type in (fork, connect)", CONNECT);
	no("type in fork,exit", EXEC);
	yes("uid in 0,33 and pid in (100,101)", EXEC);
	yes("not type in fork,exit", EXEC);
	yes("path in '/tmp/a b/x.sh',/x", EXEC);
}

static void test_networks(void **state)
{
	(void)state;
	yes("remote.addr in 10.0.0.0/8", CONNECT);
	yes("remote.addr in 10.1.2.0/23", CONNECT);
	no("remote.addr in 10.1.4.0/23", CONNECT);
	yes("remote.addr in 10.1.2.3", CONNECT);
	yes("remote.addr in 0.0.0.0/0", CONNECT);
	yes("remote.addr in 192.168.0.0/16,10.1.2.2/31", CONNECT);
	no("remote.addr in ::/0", CONNECT);
	yes("local.addr in fd00::/8", CONNECT);
	no("local.addr in fe00::/8", CONNECT);
	yes("local.addr in fd00::5", CONNECT);
	no("remote.addr = 10.0.0.0/8", CONNECT);
	no("remote.addr in 10.0.0.0/33", CONNECT);
	no("remote.addr in 10.0.0.0/", CONNECT);
	no("path in 10.0.0.0/8", EXEC);
}

static void test_presence_lists_and_maps(void **state)
{
	(void)state;
	yes("rule", CONNECT);
	no("rule", EXEC);
	yes("argv", EXEC);
	yes("parent", EXEC);
	no("parent", CONNECT);
	yes("argv=--all", EXEC);
	no("argv=all", EXEC);
	yes("argv~all", EXEC);
	yes("ancestors.comm=systemd", EXEC);
	yes("ancestors.pid<2", EXEC);
	no("ancestors.comm=sshd", EXEC);
	no("parent=nginx", EXEC);
}

static void test_verdicts(void **state)
{
	(void)state;
	yes("verdict=deny", CONNECT);
	yes("verdict=allow", EXEC);
	no("verdict=allow", CONNECT);
	yes("verdict!=deny", EXEC);
	no("verdict", EXEC);
	yes("verdict in allow,would_deny", EXEC);
}

static void test_logic(void **state)
{
	(void)state;
	yes("type=exec and exe~/bin/ and not uid=1", EXEC);
	no("type=exec and uid=1 or type=fork", EXEC);
	yes("uid=1 and type=fork or type=exec", EXEC);
	no("uid=1 and (type=fork or type=exec)", EXEC);
	yes("not not uid=0", EXEC);
	yes("not (uid=1 or uid=2)", EXEC);
	yes("(((uid=0)))", EXEC);
	yes(" uid\t=\n0 ", EXEC);
}

static void test_mistakes(void **state)
{
	(void)state;
	refuses("", 1, "expected a field");
	refuses("exee=1", 1, "unknown field \"exee\" (did you mean \"exe\"?)");
	refuses("uid=1 and zzzz=1", 11, "unknown field \"zzzz\"");
	refuses("type=exce", 6, "\"exce\" is no event type (did you mean \"exec\"?)");
	refuses("type in open,exce", 14, "\"exce\" is no event type (did you mean \"exec\"?)");
	refuses("uid=", 5, "expected a value");
	refuses("uid=(1)", 5, "expected a value");
	refuses("uid==1 and", 11, "expected a field");
	refuses("uid=1 uid=2", 7, "expected \"and\", \"or\" or the end");
	refuses("uid=1)", 6, "expected \"and\", \"or\" or the end");
	refuses("(uid=1", 7, "expected \")\"");
	refuses("uid in (1,2", 12, "expected \",\" or \")\"");
	refuses("uid in 1,", 10, "expected a value");
	refuses("path='x", 6, "this quote is not closed");
	refuses("pid<abc", 5, "expected a number, found \"abc\"");
	refuses("pid<-1", 5, "expected a number, found \"-1\"");
	refuses("pid<18446744073709551616", 5, "expected a number, found \"18446744073709551616\"");
	refuses("uid ! 1", 5, "\"!\" is no operator (= != ~ !~ < <= > >= in)");
	refuses("and", 1, "expected a field");
	refuses("not", 4, "expected a field");
	refuses("'uid'=1", 1, "expected a field");
}

static void test_bounds(void **state)
{
	char text[YGR_FILTER_TEXT_MAX + 8];
	size_t i;

	(void)state;
	memset(text, '(', 40);
	strcpy(text + 40, "uid=0");
	refuses(text, 33, "deeper than 32");
	memset(text, 'x', YGR_FILTER_TEXT_MAX);
	text[YGR_FILTER_TEXT_MAX] = '\0';
	refuses(text, 2048, "longer than 2047 bytes");
	strcpy(text, "uid in 0");
	for (i = 0; i < 200; i++)
		strcat(text, ",1");
	refuses(text, 265, "more than 256 terms");
	/* A pattern that a naive matcher would never be done with. */
	strcpy(text, "path~");
	for (i = 0; i < 500; i++)
		strcat(text, "*a");
	no(text, "{'path':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'}");
}

static void test_unset(void **state)
{
	const struct ygr_event_filter filter = { 0 };
	struct ygr_event_stream stream;

	(void)state;
	ygr_event_map_open(&stream, "\x80", 1);
	assert_true(ygr_event_filter_passes(&filter, ygr_event_map_next(&stream)));
	ygr_event_map_close(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_like),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_in),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_presence_lists_and_maps),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_logic),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_unset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
