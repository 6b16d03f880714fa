// SPDX-License-Identifier: GPL-2.0-only
/* Every finding of `yaguractl doctor` about what module and daemon say, provoked, and absent. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "doctor_case.h"

#define DAY_S	86400

static void test_hooks(void **state)
{
	(void)state;
	doctor_set(&doctor_facts.status, "{'hooks':[]}");
	doctor_says_nothing("hooks");
	doctor_set(&doctor_facts.status, "{'hooks':[{'symbol':'a','state':'attached','error':0}]}");
	doctor_is_content("hooks");
	doctor_set(
		&doctor_facts.status,
		"{'hooks':[{'symbol':'a','state':'attached'},{'symbol':'b','state':'busy: x','error':-16}]}");
	doctor_finds("hooks", "warning", "busy: x (Device or resource busy)",
		     "grep b /sys/kernel/tracing/enabled_functions");
	doctor_set(
		&doctor_facts.status,
		"{'hooks':[{'symbol':'a','state':'attached'},{'symbol':'b;rm','state':'busy: x'}]}");
	doctor_finds("hooks", "warning", "b;rm is not hooked", "grep NAME ");
	doctor_set(
		&doctor_facts.status,
		"{'hooks':[{'symbol':'a','state':'attached'},{'symbol':'b','state':'mismatched: x','error':-95}]}");
	doctor_finds("hooks", "warning", "mismatched: x (Operation not supported)", "dmesg");
	doctor_set(&doctor_facts.status, "{'hooks':[{'symbol':'a','state':'attached'},"
		 "{'symbol':'vfs_fileattr_set','state':'missing in this kernel','error':-22}]}");
	doctor_finds("hooks", "note", "no vfs_fileattr_set: chattr is not seen", "");
	doctor_set(&doctor_facts.status, "{'hooks':[{'symbol':'a','state':'failed','error':-22}]}");
	doctor_finds("hooks", "error", "no hook is attached", "dmesg");
	doctor_facts.ftrace_enabled = 0;
	doctor_set(
		&doctor_facts.status,
		"{'hooks':[{'symbol':'a','state':'attached'},{'symbol':'b','state':'busy: x'}]}");
	doctor_finds("hooks", "warning", "busy", "sysctl -w kernel.ftrace_enabled=1");
	doctor_set(&doctor_facts.status,
		   "{'hooks':[{'symbol':'a','state':'stopped'},{'symbol':'b','state':'stopped'}]}");
	doctor_finds("hooks", "error", "2 of 2 hooks are stopped", "yagura-upgrade");
	doctor_set(&doctor_facts.status, "{'hooks':[{'symbol':'a','state':'disabled: x'}]}");
	doctor_finds("hooks", "error", "told to attach no hook", "yagura-upgrade");
}

static void test_redirectors(void **state)
{
	char ours[] = "a (1) R I      \ttramp: 0xffff (yagura)\nother (3) R I D \tdirect-->x\n";
	char shared[] = "a (2) R I D    \ttramp: 0xffff (x)\ndirect-->bpf\n";
	char theirs[] = "b (1) R I      \ttramp: 0xffff (klp_ftrace_handler)";
	char watched[] = "b (1) R        \ttramp: 0xffff (function_trace_call)";
	char garbage[] = "\n(((\na\na (\na ()\n\xff\xfe b (1 I\nb";

	(void)state;
	doctor_set(
		&doctor_facts.status,
		"{'hooks':[{'symbol':'a','state':'attached'},{'symbol':'b','state':'busy: x'}]}");
	doctor_facts.enabled_functions = ours;
	doctor_is_content("redirectors");
	doctor_facts.enabled_functions = shared;
	doctor_finds("redirectors", "note", "enabled_functions: a", "bpftool link");
	doctor_facts.enabled_functions = theirs;
	doctor_finds("redirectors", "warning", "klp_ftrace_handler", "yagura-upgrade");
	doctor_facts.enabled_functions = watched;
	doctor_is_content("redirectors");
	doctor_facts.enabled_functions = garbage;
	doctor_is_content("redirectors");
	json_decref(doctor_facts.status);
	doctor_facts.status = NULL;
	doctor_says_nothing("redirectors");
}

static void test_rings(void **state)
{
	(void)state;
	doctor_facts.memory_bytes = 1000 << 20;
	doctor_facts.ring_nr = 4;
	doctor_facts.ring_bytes = 4 << 20;
	doctor_is_content("rings");
	doctor_facts.ring_bytes = 64 << 20;
	doctor_finds("rings", "warning", "take 6 %", "ring_kib=8192 ");
	doctor_facts.ring_bytes = 256 << 20;
	doctor_finds("rings", "error", "take 25 %", "ring_kib=8192 ");
	/* Nothing smaller is to be had. */
	doctor_facts.ring_nr = 1024;
	doctor_facts.ring_bytes = 64 << 20;
	doctor_finds("rings", "warning", "take 6 %", "");
	doctor_facts.memory_bytes = 0;
	doctor_says_nothing("rings");
	doctor_facts.memory_bytes = 50;
	doctor_finds("rings", "error", "1024 rings", "");
}

static void test_drops(void **state)
{
	(void)state;
	doctor_facts.ring_nr = 2;
	doctor_facts.ring_bytes = 2 << 20;
	doctor_set(&doctor_facts.status, "{'classes':{'file':{'produced':9,'dropped':0}}}");
	doctor_is_content("drops");
	doctor_set(&doctor_facts.status, "{'classes':{'file':{'produced':9,'dropped':3}}}");
	doctor_finds("drops", "warning", "3 of 9", "ring_kib=2048 ");
	doctor_facts.reader.runs = YGR_NO;
	doctor_finds("drops", "warning", "class file", "systemctl restart yagurad");
	doctor_facts.reader.runs = YGR_YES;
	doctor_facts.ring_bytes = 2 * (64ull << 20);
	doctor_finds("drops", "warning", "class file", "");
}

static void test_policy(void **state)
{
	(void)state;
	doctor_set(&doctor_facts.status, "{'policy':{'generation':0}}");
	doctor_finds("policy", "note", "no policy is in force", "yaguractl policy load");
	doctor_facts.has_policy = YGR_NO;
	doctor_finds("policy", "note", "no policy is in force", "yaguractl policy load");
	doctor_facts.has_policy = YGR_YES;
	doctor_finds("policy", "error", "the host's policy is not in force", "yaguractl policy apply");
	doctor_set(&doctor_facts.status, "{'policy':{'name':'x','enforce':0,'locked':false}}");
	doctor_is_content("policy");
	doctor_set(&doctor_facts.status, "{'policy':{'name':'x','enforce':1,'locked':true}}");
	doctor_is_content("policy");
	doctor_set(&doctor_facts.status, "{'policy':{'name':'x','enforce':1,'locked':false}}");
	doctor_finds("policy", "note", "not locked", "yaguractl policy lock --until-reboot");
	doctor_set(
		&doctor_facts.status,
		"{'policy':{'name':'x','locked':true,'confirm_left_ms':1500,'previous_generation':4}}");
	doctor_finds("policy", "note", "returns to generation 4 in 2 s",
		     "yaguractl policy confirm");
	doctor_set(&doctor_facts.status,
		   "{'policy':{'name':'x','enforce':1,'locked':true,'tripped':true}}");
	doctor_finds("policy", "error", "breaker", "yaguractl policy stats");
	doctor_set(&doctor_facts.status,
		   "{'policy':{'name':'x','enforce':1,'locked':true,'no_reader':true}}");
	doctor_finds("policy", "error", "no daemon reads", "systemctl restart yagurad");
	doctor_set(&doctor_facts.status,
		   "{'policy':{'name':'x','enforce':1,'locked':true,'observes':true,'observe_only':true}}");
	doctor_is_content("policy");
	doctor_set(&doctor_facts.status,
		   "{'policy':{'name':'x','enforce':1,'locked':true,'observes':true}}");
	doctor_finds("policy", "warning", "has not been tested", "");
}

static void test_clock(void **state)
{
	(void)state;
	doctor_facts.now_s = 1000 * DAY_S;
	doctor_facts.built_s = 999 * DAY_S;
	doctor_is_content("clock");
	doctor_facts.clock_synchronised = YGR_YES;
	doctor_is_content("clock");
	doctor_facts.clock_synchronised = YGR_NO;
	doctor_finds("clock", "warning", "STA_UNSYNC", "timedatectl set-ntp true");
	doctor_facts.built_s = 1010 * DAY_S;
	doctor_finds("clock", "warning", "10 days from now", "timedatectl set-ntp true");
}

static void test_settings(void **state)
{
	(void)state;
	doctor_facts.has_settings = YGR_NO;
	doctor_finds("settings", "note", "is not there", "yagurad --check");
	doctor_facts.has_settings = YGR_YES;
	doctor_finds("settings", "note", "no output", "yagurad --check");
	doctor_facts.output_nr = 1;
	doctor_is_content("settings");
	strcpy(doctor_facts.settings_error, "x:3:1: error: no");
	doctor_finds("settings", "error", "x:3:1", "yagurad --check");
}

static void test_daemon(void **state)
{
	(void)state;
	doctor_facts.reader.is_known = YGR_NO;
	doctor_finds("daemon", "error", "the reader does not run", "systemctl restart yagurad");
	doctor_facts.reader.is_known = YGR_YES;
	doctor_says_nothing("daemon");
	doctor_facts.reader.runs = YGR_YES;
	doctor_is_content("daemon");
	doctor_facts.reader.silent_s = 31;
	doctor_finds("daemon", "warning", "31 s old", "systemctl restart yagurad");
	doctor_facts.reader.silent_s = 1;
	doctor_facts.sender.is_known = YGR_NO;
	doctor_is_content("daemon");
	doctor_facts.output_nr = 1;
	doctor_finds("daemon", "error", "the sender does not run", "systemctl restart yagurad");
	doctor_facts.sender.is_known = YGR_YES;
	doctor_facts.sender.runs = YGR_NO;
	doctor_set(&doctor_facts.sender.status, "{'pid':77}");
	doctor_finds("daemon", "error", "pid 77 is gone", "systemctl restart yagurad");
}

static void test_sandbox(void **state)
{
	(void)state;
	doctor_set(&doctor_facts.reader.status,
		   "{'sandbox':{'own_user':false,'no_network':true,'few_capabilities':true,"
		   "'landlock':0,'seccomp':true}}");
	doctor_is_content("sandbox");
	doctor_set(&doctor_facts.sender.status,
		   "{'sandbox':{'own_user':true,'no_network':false,'few_capabilities':true,"
		   "'landlock':7,'seccomp':true}}");
	doctor_is_content("sandbox");
	doctor_set(&doctor_facts.sender.status, "{'sandbox':{'landlock':0}}");
	doctor_finds("sandbox", "note", "sender goes without a wall that it could have: landlock",
		     "journalctl");
	doctor_set(&doctor_facts.sender.status, "{}");
	doctor_set(&doctor_facts.reader.status, "{'sandbox':{'seccomp':false}}");
	doctor_finds("sandbox", "note", "seccomp", "journalctl");
}

static void test_spool(void **state)
{
	(void)state;
	doctor_set(&doctor_facts.reader.status,
		   "{'spool':{'used_bytes':800,'limit_bytes':1000,'waiting_for':''}}");
	doctor_is_content("spool");
	doctor_set(&doctor_facts.reader.status, "{'spool':{'used_bytes':950,'limit_bytes':1000}}");
	doctor_finds("spool", "warning", "nearly full", "yaguractl status");
	doctor_set(&doctor_facts.reader.status,
		   "{'spool':{'used_bytes':950,'limit_bytes':1000,'discarded_batches':3}}");
	doctor_finds("spool", "warning", "3 since", "yaguractl status");
	doctor_set(&doctor_facts.reader.status,
		   "{'spool':{'used_bytes':1000,'limit_bytes':1000,'waiting_for':'spool_full'}}");
	doctor_finds("spool", "error", "spool_full", "yaguractl status");
	strcpy(doctor_facts.spool_dir, "/s");
	doctor_set(
		&doctor_facts.reader.status,
		"{'spool':{'used_bytes':1,'limit_bytes':1000,'waiting_for':'Input/output error'}}");
	doctor_finds("spool", "error", "Input/output", "df -h /s; dmesg");
	doctor_set(&doctor_facts.reader.status, "{'spool':{'used_bytes':-1,'limit_bytes':0}}");
	doctor_says_nothing("spool");
}

static void test_disk(void **state)
{
	(void)state;
	strcpy(doctor_facts.spool_dir, "/s");
	doctor_facts.has_disk = YGR_YES;
	doctor_facts.spool_limit_bytes = 1000 << 20;
	doctor_facts.spool_used_bytes = 100 << 20;
	doctor_facts.segment_bytes = 16 << 20;
	doctor_facts.free_bytes = 900 << 20;
	doctor_is_content("disk");
	doctor_facts.free_bytes--;
	doctor_finds("disk", "warning", "900 MiB, 899 MiB are free", "df -h /s");
	doctor_facts.free_bytes = 1 << 20;
	doctor_finds("disk", "error", "the disk is full", "df -h /s");
	doctor_facts.spool_used_bytes = 2000 << 20;
	doctor_is_content("disk");
	doctor_facts.has_disk = YGR_NO;
	doctor_says_nothing("disk");
}

static void test_receiver(void **state)
{
	(void)state;
	doctor_facts.output_nr = 1;
	strcpy(doctor_facts.outputs[0].name, "far");
	strcpy(doctor_facts.outputs[0].at, "collector.example.net:7514");
	doctor_set(&doctor_facts.sender.status, "{'outputs':[{'name':'far','up':true,'links':1}]}");
	doctor_is_content("receiver");
	doctor_set(
		&doctor_facts.sender.status,
		"{'outputs':[{'name':'far','up':false,'links':2,'last_down':'Connection refused'}]}");
	doctor_finds("receiver", "warning", "collector.example.net:7514: Connection refused",
		     "see to collector.example.net:7514 ");
	doctor_set(&doctor_facts.sender.status, "{'outputs':[{'name':'x','up':false}]}");
	doctor_finds("receiver", "warning", "not up yet; it has not been up",
		     "see to the receiver ");
	doctor_set(
		&doctor_facts.sender.status,
		"{'outputs':[{'name':'far','up':true,'parked_batches':2,'last_refusal':'too large'}]}");
	doctor_finds("receiver", "warning", "2 kept, 0 lost; the last: too large", "parked/far");
	doctor_facts.sender.runs = YGR_NO;
	doctor_says_nothing("receiver");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOCTOR_TEST(test_hooks),
		DOCTOR_TEST(test_redirectors),
		DOCTOR_TEST(test_rings),
		DOCTOR_TEST(test_drops),
		DOCTOR_TEST(test_policy),
		DOCTOR_TEST(test_clock),
		DOCTOR_TEST(test_settings),
		DOCTOR_TEST(test_daemon),
		DOCTOR_TEST(test_sandbox),
		DOCTOR_TEST(test_spool),
		DOCTOR_TEST(test_disk),
		DOCTOR_TEST(test_receiver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
