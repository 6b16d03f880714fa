// SPDX-License-Identifier: GPL-2.0-only
#include "match_cases.h"

static void draw_who(struct draft *draft)
{
	draft_rule(draft, ON(FORK), YGR_ACTION_RECORD);
	draft_test(draft, YGR_FIELD_UID);
	draft_range(draft, 1000, 1999);
	draft_not(draft, YGR_FIELD_GID);
	draft_range(draft, 27, 27);
	draft_rule(draft, ON(FORK), YGR_ACTION_RECORD);
	draft_test(draft, YGR_FIELD_LOGINUID);
	draft_range(draft, 0xffffffff, 0xffffffff);
	draft_rule(draft, ON(FORK), YGR_ACTION_RECORD);
	draft_test(draft, YGR_FIELD_CGROUP_ID);
	draft_id(draft, 0, 0, 4711);
	draft_id(draft, 0, 0, 1ull << 33);
	draft_rule(draft, ON(FORK), YGR_ACTION_RECORD);
	draft_test(draft, YGR_FIELD_PROCESS_ATTR);
	draft_bits(draft, YGR_PROCESS_CONTAINER | YGR_PROCESS_USER_NS);
	draft_not(draft, YGR_FIELD_CGROUP_ID);
	draft_id(draft, 0, 0, 1);
	draft_rule(draft, ON(EXIT), YGR_ACTION_IGNORE);
	draft_not(draft, YGR_FIELD_PROCESS_ATTR);
	draft_bits(draft, YGR_PROCESS_KTHREAD);
	draft_not(draft, YGR_FIELD_UID);
	draft_range(draft, 0, 0);
}

#define FORK(...)	.event = { .on = YGR_ON_FORK, __VA_ARGS__ }
#define EXIT(...)	.event = { .on = YGR_ON_EXIT, __VA_ARGS__ }

static const struct match_case who_cases[] = {
	{ "first uid", 1, 0, FORK(.euid = 1000) },
	{ "last uid", 1, 0, FORK(.euid = 1999) },
	{ "uid below", 0, 0, FORK(.euid = 999) },
	{ "uid above", 0, 0, FORK(.euid = 2000) },
	{ "uid and excepted gid", 0, 0, FORK(.euid = 1000, .egid = 27) },
	{ "uid and another gid", 1, 0, FORK(.euid = 1000, .egid = 28) },
	{ "no login", 2, 0, FORK(.loginuid = 0xffffffff) },
	{ "a login", 0, 0, FORK(.loginuid = 0xfffffffe) },
	{ "cgroup", 3, 0, FORK(.cgroup_id = 4711) },
	{ "cgroup, large number", 3, 0, FORK(.cgroup_id = 1ull << 33) },
	{ "another cgroup", 0, 0, FORK(.cgroup_id = 4712) },
	{ "a bit of two", 4, 0, FORK(.process_attr = YGR_PROCESS_USER_NS) },
	{ "both bits", 4, 0, FORK(.process_attr = YGR_PROCESS_USER_NS | YGR_PROCESS_CONTAINER) },
	{ "other bits", 0, 0, FORK(.process_attr = YGR_PROCESS_PID_NS | YGR_PROCESS_COMPAT) },
	{ "a bit in an excepted cgroup", 0, 0, FORK(.process_attr = YGR_PROCESS_USER_NS, .cgroup_id = 1) },
	{ "two negations", 5, 0, EXIT(.euid = 1) },
	{ "the first negation fails", 0, 0, EXIT(.euid = 1, .process_attr = YGR_PROCESS_KTHREAD) },
	{ "the second negation fails", 0, 0, EXIT(.euid = 0) },
};

static void draw_programs(struct draft *draft)
{
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_EXE);
	draft_text(draft, YGR_TEXT_EXACT, "/usr/bin/curl");
	draft_text(draft, YGR_TEXT_PREFIX, "/tmp/");
	draft_text(draft, YGR_TEXT_GLOB, "/opt/*/bin/**");
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PARENT);
	draft_text(draft, YGR_TEXT_SUFFIX, "/nginx");
	draft_not(draft, YGR_FIELD_EXE);
	draft_text(draft, YGR_TEXT_EXACT, "/usr/bin/id");
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_ANCESTOR);
	draft_text(draft, YGR_TEXT_EXACT, "/usr/sbin/sshd");
	draft_test(draft, YGR_FIELD_ANCESTOR);
	draft_text(draft, YGR_TEXT_EXACT, "/usr/bin/sudo");
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_CGROUP);
	draft_text(draft, YGR_TEXT_PREFIX, "/system.slice/docker-1.scope/");
	draft_text(draft, YGR_TEXT_GLOB, "/kubepods/**/pod?");
	draft_rule(draft, ON(BIND), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_EXE);
	draft_text(draft, YGR_TEXT_PREFIX, "/usr/");
	draft_rule(draft, ON(LISTEN), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_ANCESTOR);
	draft_text(draft, YGR_TEXT_PREFIX, "/usr/");
	draft_rule(draft, ON(SEND), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_CGROUP);
	draft_text(draft, YGR_TEXT_EXACT, "/");
	draft_not(draft, YGR_FIELD_PARENT);
	draft_text(draft, YGR_TEXT_PREFIX, "/usr/");
}

#define CONNECT		.event = { .on = YGR_ON_CONNECT }

static const struct match_case programs_cases[] = {
	{ "program", 1, 0, CONNECT, .exe = TEXT("/usr/bin/curl") },
	{ "program by its directory", 1, 0, CONNECT, .exe = TEXT("/tmp/a/b") },
	{ "program by a glob", 1, 0, CONNECT, .exe = TEXT("/opt/x/bin/y/z") },
	{ "program that the glob misses", 0, 0, CONNECT, .exe = TEXT("/opt/x/lib/y") },
	{ "another program", 0, 0, CONNECT, .exe = TEXT("/usr/bin/curl2") },
	{ "no program", 0, 0, CONNECT },
	{ "the parent's program is not one's own", 0, 0, CONNECT, .parent = TEXT("/usr/bin/curl") },
	{ "parent", 2, 0, CONNECT, .parent = TEXT("/usr/sbin/nginx") },
	{ "parent, and an excepted program", 0, 0, CONNECT, .parent = TEXT("/usr/sbin/nginx"),
	  .exe = TEXT("/usr/bin/id") },
	{ "parent, and another program", 2, 0, CONNECT, .parent = TEXT("/usr/sbin/nginx"),
	  .exe = TEXT("/usr/bin/ls") },
	{ "both ancestors", 3, 0, CONNECT, .ancestors = { TEXT("/usr/bin/sudo"), TEXT("/bin/sh"),
							    TEXT("/usr/sbin/sshd") } },
	{ "one ancestor of two", 0, 0, CONNECT, .ancestors = { TEXT("/usr/bin/sudo"), TEXT("/bin/sh") } },
	{ "an ancestor and oneself", 0, 0, CONNECT, .exe = TEXT("/usr/bin/sudo"),
	  .ancestors = { TEXT("/usr/sbin/sshd") } },
	{ "cgroup", 4, 0, CONNECT, .cgroup = TEXT("/system.slice/docker-1.scope/x") },
	{ "the cgroup above", 0, 0, CONNECT, .cgroup = TEXT("/system.slice/docker-1.scope") },
	{ "cgroup by a glob", 4, 0, CONNECT, .cgroup = TEXT("/kubepods/besteffort/pod7") },
	{ "a program by the cgroup's name", 0, 0, CONNECT, .exe = TEXT("/kubepods/besteffort/pod7") },
	{ "excepted program", 0, 0, .event = { .on = YGR_ON_BIND }, .exe = TEXT("/usr/bin/x") },
	{ "not excepted program", 5, 0, .event = { .on = YGR_ON_BIND }, .exe = TEXT("/bin/x") },
	{ "an unknown program is not excepted", 5, 0, .event = { .on = YGR_ON_BIND } },
	{ "one ancestor is excepted", 0, 0, .event = { .on = YGR_ON_LISTEN },
	  .ancestors = { TEXT("/bin/x"), TEXT("/usr/bin/x") } },
	{ "no ancestor is excepted", 6, 0, .event = { .on = YGR_ON_LISTEN }, .ancestors = { TEXT("/bin/x") } },
	{ "no ancestors at all", 6, 0, .event = { .on = YGR_ON_LISTEN } },
	{ "the root cgroup is excepted", 0, 0, .event = { .on = YGR_ON_SEND }, .cgroup = TEXT("/") },
	{ "another cgroup", 7, 0, .event = { .on = YGR_ON_SEND }, .cgroup = TEXT("/a") },
	{ "an unknown cgroup and parent", 7, 0, .event = { .on = YGR_ON_SEND } },
	{ "an excepted parent", 0, 0, .event = { .on = YGR_ON_SEND }, .parent = TEXT("/usr/bin/x") },
};

/* Labels: 1 "net", 2 "dropper", 4 "seen". */
static void draw_labels(struct draft *draft)
{
	__u64 net = draft_label(draft, "net"), dropper = draft_label(draft, "dropper");
	__u64 seen = draft_label(draft, "seen");

	draft_rule(draft, ON(CONNECT) | ON(OPEN_WRITE), YGR_ACTION_LABEL)->labels = net;
	draft_test(draft, YGR_FIELD_UID);
	draft_range(draft, 33, 33);
	draft_rule(draft, ON(OPEN_WRITE), YGR_ACTION_LABEL)->labels = dropper;
	draft_test(draft, YGR_FIELD_LABEL);
	draft_bits(draft, net);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/tmp/");
	draft_rule(draft, ON(EXEC), YGR_ACTION_DENY)->labels = seen;
	draft_test(draft, YGR_FIELD_LABEL);
	draft_bits(draft, dropper | seen);
	draft_rule(draft, ON(OPEN_WRITE), YGR_ACTION_RECORD);
	draft_test(draft, YGR_FIELD_LABEL);
	draft_bits(draft, dropper);
	draft_not(draft, YGR_FIELD_LABEL);
	draft_bits(draft, seen);
	/* Holds by two of its clauses at once. */
	draft_rule(draft, ON(UNLINK), YGR_ACTION_LABEL)->labels = seen;
	draft_clause(draft);
	draft_rule(draft, ON(UNLINK), YGR_ACTION_LABEL)->labels = net | dropper;
	draft_test(draft, YGR_FIELD_LABEL);
	draft_bits(draft, seen);
	draft_rule(draft, ON(RENAME), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_LABEL);
	draft_bits(draft, net);
}

#define LABELLED(event_on, ...)	.event = { .on = YGR_ON_##event_on, __VA_ARGS__ }

static const struct match_case labels_cases[] = {
	{ "sets a label, decides nothing", 0, 1, LABELLED(CONNECT, .euid = 33) },
	{ "sets none", 0, 0, LABELLED(CONNECT, .euid = 34) },
	{ "a label set before is not set again by another event", 0, 0, LABELLED(CONNECT, .labels = 1) },
	{ "a label set by the rule before is seen", 4, 3, LABELLED(OPEN_WRITE, .euid = 33, ONE_PATH("/tmp/x")) },
	{ "a label that the process has is seen", 4, 2, LABELLED(OPEN_WRITE, .labels = 1, ONE_PATH("/tmp/x")) },
	{ "no label, no chain", 0, 0, LABELLED(OPEN_WRITE, ONE_PATH("/tmp/x")) },
	{ "label, but another path", 0, 1, LABELLED(OPEN_WRITE, .euid = 33, ONE_PATH("/x")) },
	{ "an excepted label", 0, 2, LABELLED(OPEN_WRITE, .labels = 5, ONE_PATH("/tmp/x")) },
	{ "the rule that decides sets labels", 3, 4, LABELLED(EXEC, .labels = 2) },
	{ "any label of a test is enough", 3, 4, LABELLED(EXEC, .labels = 4) },
	{ "another label is not", 0, 0, LABELLED(EXEC, .labels = 1) },
	{ "all rules that label are tried", 0, 7, LABELLED(UNLINK, .euid = 1) },
	{ "not labelled", 7, 0, LABELLED(RENAME, .euid = 1) },
	{ "labelled", 0, 0, LABELLED(RENAME, .labels = 1) },
	{ "labelled with something else", 7, 0, LABELLED(RENAME, .labels = 6) },
};

/* Order, expiry, clauses, and rules without a condition. */
static void draw_order(struct draft *draft)
{
	draft_rule(draft, ON(EXEC), YGR_ACTION_DENY)->expires_s = 100;
	draft_test(draft, YGR_FIELD_UID);
	draft_range(draft, 1, 1);
	draft_rule(draft, ON(EXEC), YGR_ACTION_ALLOW);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/a/b/");
	draft_rule(draft, ON(EXEC), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_PREFIX, "/a/");
	draft_rule(draft, ON(EXEC), YGR_ACTION_IGNORE);
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_EXACT, "/a/x");
	draft_text(draft, YGR_TEXT_EXACT, "/c/x");
	draft_rule(draft, ON(EXEC) | ON(UNLINK), YGR_ACTION_DENY)->mode = YGR_MODE_MONITOR;
	draft_test(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_SUFFIX, "/x");
	draft_test(draft, YGR_FIELD_UID);
	draft_range(draft, 5, 5);
	draft_clause(draft);
	draft_not(draft, YGR_FIELD_PATH);
	draft_text(draft, YGR_TEXT_SUFFIX, "/x");
	draft_test(draft, YGR_FIELD_UID);
	draft_range(draft, 6, 6);
	draft_clause(draft);
	draft_test(draft, YGR_FIELD_UID);
	draft_range(draft, 7, 7);
	draft_rule(draft, ON(UNLINK), YGR_ACTION_DENY)->expires_s = 1;
	draft_rule(draft, ON(UNLINK), YGR_ACTION_RECORD);
	draft_test(draft, YGR_FIELD_GID);
	draft_range(draft, 9, 9);
	draft_rule(draft, ON(EXIT), YGR_ACTION_IGNORE);
	draft_rule(draft, ON(EXIT), YGR_ACTION_RECORD);
}

#define RUN(path, ...)	.event = { .on = YGR_ON_EXEC, ONE_PATH(path), __VA_ARGS__ }
#define REMOVE(...)	.event = { .on = YGR_ON_UNLINK, .now_s = 1, __VA_ARGS__ }

static const struct match_case order_cases[] = {
	{ "the first of several that hold", 1, 0, RUN("/a/b/x", .euid = 1) },
	{ "the second before its expiry", 1, 0, RUN("/a/b/x", .euid = 1, .now_s = 99) },
	{ "the very second of expiry", 2, 0, RUN("/a/b/x", .euid = 1, .now_s = 100) },
	{ "long after expiry", 2, 0, RUN("/a/b/x", .euid = 1, .now_s = ~0ull) },
	{ "the earlier, narrower directory", 2, 0, RUN("/a/b/c") },
	{ "the wider directory", 3, 0, RUN("/a/c") },
	{ "a directory before an exact path", 3, 0, RUN("/a/x") },
	{ "an exact path", 4, 0, RUN("/c/x") },
	{ "an exact path before a clause", 4, 0, RUN("/c/x", .euid = 7) },
	{ "the first clause", 5, 0, RUN("/d/x", .euid = 5) },
	{ "the first clause without its path", 0, 0, RUN("/d/y", .euid = 5) },
	{ "the second clause", 5, 0, RUN("/d/y", .euid = 6) },
	{ "the second clause with the path", 0, 0, RUN("/d/x", .euid = 6) },
	{ "the third clause", 5, 0, RUN("/d/x", .euid = 7) },
	{ "no clause", 0, 0, RUN("/d/x", .euid = 8) },
	{ "a rule without conditions, expired", 0, 0, REMOVE(.euid = 8) },
	{ "a rule without conditions, expired, and one after it", 7, 0, REMOVE(.egid = 9) },
	{ "a rule without conditions, not expired", 6, 0, .event = { .on = YGR_ON_UNLINK, .egid = 9 } },
	{ "a clause before that", 5, 0, .event = { .on = YGR_ON_UNLINK, .euid = 7 } },
	{ "a rule without conditions", 8, 0, .event = { .on = YGR_ON_EXIT } },
	{ "an event of no rule", 0, 0, .event = { .on = YGR_ON_ACCEPT } },
};

static void draw_nothing(struct draft *draft)
{
	(void)draft;
}

static const struct match_case nothing_cases[] = {
	{ "no rules", 0, 0, .event = { .on = YGR_ON_EXEC, ONE_PATH("/a") } },
};

const struct match_suite match_suites_process[] = {
	SUITE(who),
	SUITE(programs),
	SUITE(labels),
	SUITE(order),
	SUITE(nothing),
	{ 0 },
};
