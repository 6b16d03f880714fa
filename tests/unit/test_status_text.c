// SPDX-License-Identifier: GPL-2.0-only
/* The words of `yaguractl status`, from the same JSON as its other form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "status_text.h"

#define NO_DAEMON	"daemon     NONE HAS RUN: what the rings have no room for is lost: systemctl start yagurad\n"

static void check(const char *json, const char *wanted)
{
	char *quoted = strdup(json), *at, *text;
	size_t bytes;
	json_t *status;
	FILE *out;

	for (at = quoted; *at; at++)
		if (*at == '\'')
			*at = '"';
	status = json_loads(quoted, 0, NULL);
	assert_non_null(status);
	out = open_memstream(&text, &bytes);
	ygr_status_text_print(out, status);
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
	json_decref(status);
	free(quoted);
}

static void test_nothing(void **state)
{
	(void)state;
	check("{}", "");
}

static void test_module(void **state)
{
	(void)state;
	check("{'module':{'version':'0.1.0','abi':1,'schema':1,'age_s':7700,'features':['deny','mnt-ns']}}",
	      "module     yagura 0.1.0, ABI 1, schema 1, loaded 2 h ago, features deny mnt-ns\n" NO_DAEMON);
}

static void test_hooks_that_only_newer_kernels_have(void **state)
{
	(void)state;
	check("{'hooks':[{'symbol':'a','state':'attached'},"
	      "{'symbol':'security_file_truncate','state':'missing in this kernel','error':-22}]}",
	      "hooks      1 of 2 attached\n"
	      "           security_file_truncate: not in this kernel: another hook sees the same (before Linux 6.2)\n");
	check("{'hooks':[{'symbol':'a','state':'attached'},"
	      "{'symbol':'vfs_fileattr_set','state':'missing in this kernel','error':-22}]}",
	      "hooks      1 of 2 attached\n"
	      "           vfs_fileattr_set: not in this kernel: chattr is not seen (before Linux 5.13)\n");
	check("{'hooks':[{'symbol':'vfs_fileattr_set','state':'mismatched: x','error':-95}]}",
	      "hooks      0 of 1 attached, DEGRADED:\n"
	      "           vfs_fileattr_set: mismatched: x (Operation not supported)\n");
	check("{'hooks':[{'symbol':'security_file_truncate','state':'failed','error':-22}]}",
	      "hooks      0 of 1 attached, DEGRADED:\n"
	      "           security_file_truncate: failed (Invalid argument)\n");
}

static void test_policy(void **state)
{
	(void)state;
	check("{'policy':{'generation':0}}",
	      "policy     generation 0, no policy: everything is allowed\n");
	check("{'policy':{'generation':7,'name':'web','rules':1,'enforce':1,'monitor':0}}",
	      "policy     generation 7, web, 1 rule (1 enforce, 0 monitor)\n");
	check("{'policy':{'generation':7,'name':'web','rules':1,'enforce':1,'monitor':0,"
	      "'previous_generation':5,'confirm_left_ms':59001,'tripped':false,'locked':false}}",
	      "policy     generation 7, web, 1 rule (1 enforce, 0 monitor)\n"
	      "           on trial: returns to generation 5 in 60 s unless: yaguractl policy confirm\n");
	check("{'policy':{'generation':7,'name':'web','rules':1,'enforce':1,'monitor':0,"
	      "'confirm_left_ms':0,'tripped':true,'no_reader':true,'observes':true,'locked':true}}",
	      "policy     generation 7, web, 1 rule (1 enforce, 0 monitor)\n"
	      "           NOTHING IS DENIED: the policy's breaker has tripped; load it again to set it back\n"
	      "           NOTHING IS DENIED: no daemon reads, for longer than the policy allows\n"
	      "           NOTHING IS DENIED: this kernel's series has not been tested with this module\n"
	      "           locked until the next boot\n");
	check("{'policy':{'generation':0,'observes':true,'observe_only':true}}",
	      "policy     generation 0, no policy: everything is allowed\n"
	      "           NOTHING IS DENIED: the module was loaded with observe_only=1\n");
}

static void test_hooks_that_are_well_are_only_counted(void **state)
{
	(void)state;
	check("{'hooks':[{'symbol':'a','state':'attached','error':0},{'symbol':'b','state':'attached','error':0}]}",
	      "hooks      2 of 2 attached\n");
}

static void test_degraded_hooks_are_named(void **state)
{
	(void)state;
	check("{'hooks':[{'symbol':'a','state':'attached','error':0},"
	      "{'symbol':'security_x','state':'missing in this kernel','error':0},"
	      "{'symbol':'security_y','state':'failed','error':-12}]}",
	      "hooks      1 of 3 attached, DEGRADED:\n"
	      "           security_x: missing in this kernel\n"
	      "           security_y: failed (Cannot allocate memory)\n");
}

static void test_rings(void **state)
{
	(void)state;
	check("{'rings':[{'cpu':0,'data_bytes':1048576,'used_bytes':524288},{'cpu':12,'data_bytes':0,'used_bytes':0}]}",
	      "rings      cpu 0    50 % of 1 MiB waiting\n"
	      "           cpu 12    0 % of 0 B waiting\n");
}

static void test_classes_and_counters(void **state)
{
	(void)state;
	check("{'classes':{'exec':{'produced':10,'dropped':1},'file':{'produced':123456789012,'dropped':0,'coalesced':17,'suppressed':99}},"
	      "'counters':{'denied':3,'ignored':4}}",
	      "events     class          produced        dropped        repeats     suppressed\n"
	      "           exec                 10              1              0              0\n"
	      "           file       123456789012              0             17             99\n"
	      "           denied 3, ignored 4\n");
}

static void test_daemon(void **state)
{
	(void)state;
	check("{'reader':{'running':true,'pid':5,'ring':{'records':9,'dropped':2,'lost':1,'invalid':0},"
	      "'encode':{'events':8,'no_memory':0},"
	      "'spool':{'events':7,'batches':3,'used_bytes':10485760,'limit_bytes':1073741824,'waiting_for':''}},"
	      "'sender':{'running':false,'pid':6,'sent_batches':3,'acked_batches':2,'unacked_batches':1,'missing_batches':0,'faults':0}}",
	      "reader     pid 5: 9 records in, 8 events encoded, 7 spooled in 3 batches\n"
	      "           dropped by the kernel 2, lost 1, invalid 0, no memory 0\n"
	      "           spool 10 MiB of 1 GiB\n"
	      "sender     NOT RUNNING, it last said: 3 batches sent, 2 acknowledged, 1 wait for it\n");
}

static void test_trouble_is_told(void **state)
{
	(void)state;
	check("{'reader':{'running':true,'pid':5,'spool':{'waiting_for':'spool_full'}},"
	      "'sender':{'running':true,'pid':6,'missing_batches':2,'faults':1}}",
	      "reader     pid 5: 0 records in, 0 events encoded, 0 spooled in 0 batches\n"
	      "           dropped by the kernel 0, lost 0, invalid 0, no memory 0\n"
	      "           spool 0 B of 0 B, WAITING for spool_full\n"
	      "sender     pid 6: 0 batches sent, 0 acknowledged, 0 wait for it\n"
	      "           2 batches missing, 1 faults in the spool\n");
}

static void test_outputs(void **state)
{
	(void)state;
	check("{'sender':{'running':true,'pid':6,'sent_batches':9,'acked_batches':8,'unacked_batches':1,'outputs':["
	      "{'name':'near','up':true,'last_down':'x','position_id':5,'parked_batches':0,'dropped_batches':0},"
	      "{'name':'away','up':false,'last_down':'Connection refused','position_id':3,'parked_batches':2,'dropped_batches':1},"
	      "{'name':'\\u001b','up':false,'last_down':'','position_id':0}]}}",
	      "sender     pid 6: 9 batches sent, 8 acknowledged, 1 wait for it\n"
	      "           output near up, done up to batch 5\n"
	      "           output away DOWN: \"Connection refused\", done up to batch 3, 2 PARKED, 1 DROPPED\n"
	      "           output \\x1b DOWN, done up to batch 0\n");
}

static void test_other_processes_cannot_steer_the_terminal(void **state)
{
	(void)state;
	check("{'module':{'version':'\\u001b[2J','abi':1,'schema':1,'age_s':1,'features':[]},"
	      "'reader':{'spool':{'waiting_for':'\\u001b[2J'}}}",
	      "module     yagura \\x1b[2J, ABI 1, schema 1, loaded 1 s ago, features\n"
	      "reader     NOT RUNNING, it last said: 0 records in, 0 events encoded, 0 spooled in 0 batches\n"
	      "           dropped by the kernel 0, lost 0, invalid 0, no memory 0\n"
	      "           spool 0 B of 0 B, WAITING for \\x1b[2J\n");
}

static void test_wrong_types_say_nothing(void **state)
{
	(void)state;
	check("{'hooks':[{}],'rings':[{}],'policy':{'name':5},'module':{'features':'x'}}",
	      "module     yagura ?, ABI 0, schema 0, loaded 0 s ago, features\n"
	      "policy     generation 0, ?, 0 rules (0 enforce, 0 monitor)\n"
	      "hooks      0 of 1 attached, DEGRADED:\n"
	      "           ?: ?\n"
	      "rings      cpu 0     0 % of 0 B waiting\n" NO_DAEMON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_hooks_that_only_newer_kernels_have),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_hooks_that_are_well_are_only_counted),
		cmocka_unit_test(test_degraded_hooks_are_named),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_classes_and_counters),
		cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_trouble_is_told),
		cmocka_unit_test(test_outputs),
		cmocka_unit_test(test_other_processes_cannot_steer_the_terminal),
		cmocka_unit_test(test_wrong_types_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
