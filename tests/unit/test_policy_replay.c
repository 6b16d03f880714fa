// SPDX-License-Identifier: GPL-2.0-only
/* What a policy would have done to recorded events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "json_event.h"
#include "policy_compiled.h"
#include "policy_replay.h"

static struct ygr_policy_file file;
static struct ygr_policy_replay replay;

static void start(const char *text)
{
	policy_compile(&file, text);
	assert_int_equal(ygr_policy_replay_init(&replay, &file.index), 0);
}

static void stop(void)
{
	assert_int_equal(replay.judged_nr, replay.allow_nr + replay.deny_nr + replay.would_deny_nr);
	ygr_policy_replay_exit(&replay);
	ygr_policy_file_close(&file);
}

/* Return: the name of the rule that decided; "-": none; NULL: not judged. */
static const char *judge(const char *json)
{
	struct ygr_event_stream stream;
	struct ygr_decision decision;
	msgpack_sbuffer packed;
	bool judged;

	msgpack_sbuffer_init(&packed);
	add_json_event(&packed, json);
	ygr_event_map_open(&stream, packed.data, packed.size);
	judged = ygr_policy_replay_judge(&replay, ygr_event_map_next(&stream), &decision);
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&packed);
	if (!judged)
		return NULL;
	return decision.rule ? file.image.strings + decision.rule->name_off : "-";
}

static void test_counts(void **state)
{
	(void)state;
	start("version: 1\nname: p\nrules:\n"
	      "  - { name: d, on: exec, do: deny, where: { path: /tmp/** } }\n"
	      "  - { name: m, on: exec, do: deny, mode: monitor, where: { path: /opt/** } }\n");
	assert_string_equal(judge("{'type':'exec','path':'/tmp/x'}"), "d");
	assert_string_equal(judge("{'type':'exec','path':'/opt/x'}"), "m");
	assert_string_equal(judge("{'type':'exec','path':'/bin/x'}"), "-");
	assert_string_equal(judge("{'type':'exec_check','verdict':'deny','path':'/usr/x'}"), "-");
	assert_string_equal(judge("{'type':'exec_check','verdict':'deny','path':'/tmp/x'}"), "d");
	assert_null(judge("{'type':'start'}"));
	assert_int_equal(replay.judged_nr, 5);
	assert_int_equal(replay.deny_nr, 2);
	assert_int_equal(replay.would_deny_nr, 1);
	assert_int_equal(replay.newly_denied_nr, 1);
	assert_int_equal(replay.newly_allowed_nr, 1);
	assert_int_equal(replay.other_nr, 1);
	assert_int_equal(replay.rules[0].deny_nr, 2);
	assert_int_equal(replay.rules[1].would_deny_nr, 1);
	stop();
}

static void test_partial(void **state)
{
	(void)state;
	start("version: 1\nname: p\nrules:\n"
	      "  - { name: d, on: exec, do: deny, where: { ancestor: /usr/sbin/nginx } }\n");
	judge("{'type':'exec','path':'/tmp/x'}");
	judge("{'type':'exec','path':'/tmp/x','ancestors':[{'pid':1,'exe':'/usr/sbin/nginx'}]}");
	judge("{'type':'unlink','path':'/tmp/x'}");
	assert_int_equal(replay.partial_nr, 1);
	assert_int_equal(replay.deny_nr, 1);
	stop();
}

static void test_labels_follow_processes(void **state)
{
	(void)state;
	start("version: 1\nname: p\nrules:\n"
	      "  - { name: mark, on: accept, do: label, set: served }\n"
	      "  - { name: d, on: exec, do: deny, where: { label: served } }\n");
	judge("{'type':'accept','pid':5,'start_ns':50,'family':'inet'}");
	judge("{'type':'fork','pid':5,'start_ns':50,'child_pid':6,'child_start_ns':60}");
	assert_string_equal(judge("{'type':'exec','pid':6,'start_ns':60,'path':'/bin/sh'}"), "d");
	assert_string_equal(judge("{'type':'exec','pid':6,'start_ns':61,'path':'/bin/sh'}"), "-");
	judge("{'type':'exit','pid':6,'start_ns':60}");
	assert_string_equal(judge("{'type':'exec','pid':6,'start_ns':60,'path':'/bin/sh'}"), "-");
	assert_int_equal(replay.rules[0].held_nr, 1);
	assert_int_equal(replay.process_nr, 1);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_labels_follow_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
