// SPDX-License-Identifier: GPL-2.0-only
/* Policies that compile, but hardly mean what their authors meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "policy_says.h"

#define HEAD	"version: 1\nname: t\nrules:\n"
/* Lines 4, 5, ... */
#define RULE(name, on, action, where) \
	"  - { name: " name ", on: " on ", do: " action ", where: " where " }\n"
#define ALWAYS(name, on, action) \
	"  - { name: " name ", on: " on ", do: " action " }\n"

#define UNREACHABLE(line, name, why)	"p:" line ":5: warning: rule \"" name "\" is unreachable: " why "\n"
#define WITHOUT_WHERE			"earlier rules without \"where\" decide all its events"
#define DECIDED_BY(rule)		"rule \"" rule "\" decides all that it is about"
#define DECIDED				"earlier rules decide all that it is about"
#define CONTRADICTS(line, name, rule, on) "p:" line ":5: warning: rule \"" name "\" contradicts rule \"" rule \
	"\", which has the same \"where\" and decides \"" on "\" first\n"

static void test_rules_without_where(void **state)
{
	(void)state;
	policy_says(HEAD ALWAYS("a", "exec", "allow") RULE("b", "exec", "deny", "{ path: /x }"),
		    UNREACHABLE("5", "b", WITHOUT_WHERE));
	/* Two rules together cover the third one. */
	policy_says(HEAD ALWAYS("a", "open-read", "allow") ALWAYS("b", "open-write", "allow")
		    ALWAYS("c", "open", "deny"), UNREACHABLE("6", "c", WITHOUT_WHERE));
	/* Not when something is left, nor when the earlier rule has conditions. */
	policy_says(HEAD ALWAYS("a", "exec", "allow") ALWAYS("b", "[exec, create]", "deny"), "");
	policy_says(HEAD RULE("a", "exec", "allow", "{ uid: 0 }") ALWAYS("b", "exec", "deny"), "");
	policy_says(HEAD ALWAYS("a", "all", "record") RULE("b", "chmod", "deny", "{ uid: 5 }"),
		    UNREACHABLE("5", "b", WITHOUT_WHERE));
}

static void test_rules_that_decide_nothing_for_good(void **state)
{
	(void)state;
	policy_says(HEAD "  - { name: a, on: exec, do: label, set: x }\n"
		    RULE("b", "exec", "deny", "{ label: x }"), "");
	policy_says(HEAD "  - { name: a, on: exec, do: allow, expires: 2027-01-01 }\n"
		    RULE("b", "exec", "deny", "{ uid: 5 }"), "");
	/* A label that no event comes to is not set. */
	policy_says(HEAD ALWAYS("a", "exec", "allow") "  - { name: b, on: exec, do: label, set: x }\n",
		    UNREACHABLE("5", "b", WITHOUT_WHERE));
}

static void test_fewer_conditions_decide_more(void **state)
{
	(void)state;
	policy_says(HEAD RULE("a", "exec", "allow", "{ uid: 5 }") RULE("b", "exec", "deny", "{ uid: 5, gid: 4 }"),
		    UNREACHABLE("5", "b", DECIDED_BY("a")));
	policy_says(HEAD RULE("a", "exec", "allow", "{ uid: 5, gid: 4 }") RULE("b", "exec", "deny", "{ uid: 5 }"), "");
	policy_says(HEAD RULE("a", "exec", "allow", "{ not: { uid: 5 } }")
		    RULE("b", "exec", "deny", "{ gid: 4, not: { uid: 5 } }"), UNREACHABLE("5", "b", DECIDED_BY("a")));
	policy_says(HEAD RULE("a", "exec", "allow", "{ uid: 5 }") RULE("b", "exec", "deny", "{ not: { uid: 5 } }"), "");
	/* All alternatives, of the same events. */
	policy_says(HEAD RULE("a", "exec", "allow", "{ any: [ { uid: 5 }, { gid: 4 } ] }")
		    RULE("b", "exec", "deny", "{ file: memfd, any: [ { uid: 5 }, { gid: 4 } ] }"),
		    UNREACHABLE("5", "b", DECIDED_BY("a")));
	policy_says(HEAD RULE("a", "exec", "allow", "{ uid: 5 }")
		    RULE("b", "exec", "deny", "{ file: memfd, any: [ { uid: 5 }, { gid: 4 } ] }"), "");
	policy_says(HEAD RULE("a", "exec", "allow", "{ uid: 5 }") RULE("b", "exec", "allow", "{ gid: 4 }")
		    RULE("c", "exec", "deny", "{ file: memfd, any: [ { uid: 5 }, { gid: 4 } ] }"),
		    UNREACHABLE("6", "c", DECIDED));
	policy_says(HEAD RULE("a", "exec", "allow", "{ uid: 5 }")
		    RULE("b", "[exec, create]", "deny", "{ uid: 5, gid: 4 }"), "");
	/* More conditions than all combinations are tried of: only the same, and none. */
	policy_says(HEAD RULE("a", "exec", "allow", "{ uid: 5, gid: 4, owner: 3, loginuid: 2, exe: /a, parent: /b, path: /c }")
		    RULE("b", "exec", "allow", "{ uid: 5, gid: 4, owner: 3, loginuid: 2, exe: /a, parent: /b, path: /c }"),
		    UNREACHABLE("5", "b", DECIDED_BY("a")));
}

static void test_values_around_values(void **state)
{
	(void)state;
	/* An exception that comes after its rule. */
	policy_says(HEAD RULE("a", "exec", "deny", "{ path: \"/tmp/**\" }")
		    RULE("b", "exec", "allow", "{ path: /tmp/good }"), UNREACHABLE("5", "b", DECIDED_BY("a")));
	policy_says(HEAD RULE("a", "exec", "deny", "{ path: \"/tmp/**\" }")
		    RULE("b", "exec", "allow", "{ path: [/tmp/good, \"/tmp/x/**\"], uid: 5 }"),
		    UNREACHABLE("5", "b", DECIDED_BY("a")));
	policy_says(HEAD RULE("a", "exec", "deny", "{ path: \"/tmp/**\" }")
		    RULE("b", "exec", "allow", "{ path: [/tmp/good, /usr/x] }"), "");
	policy_says(HEAD RULE("a", "exec", "deny", "{ path: \"/tmp/**\" }") RULE("b", "exec", "allow", "{ path: /tmp }"), "");
	policy_says(HEAD RULE("a", "exec", "deny", "{ path: \"/tmp/**\" }")
		    RULE("b", "exec", "allow", "{ exe: /tmp/good }"), "");
	policy_says(HEAD RULE("a", "exec", "deny", "{ path: \"/tmp/**\", uid: 5 }")
		    RULE("b", "exec", "allow", "{ path: /tmp/good }"), "");
	policy_says(HEAD RULE("a", "exec", "deny", "{ path: [/a, /b, /c] }") RULE("b", "exec", "allow", "{ path: [/c, /a] }"),
		    UNREACHABLE("5", "b", DECIDED_BY("a")));
	policy_says(HEAD RULE("a", "exec", "deny", "{ path: /a }") RULE("b", "exec", "deny", "{ path: /b }")
		    RULE("c", "exec", "allow", "{ path: [/b, /a] }"), UNREACHABLE("6", "c", DECIDED));
	policy_says(HEAD RULE("a", "connect", "deny", "{ cidr: 10.0.0.0/8 }")
		    RULE("b", "connect", "allow", "{ cidr: [10.1.2.3, 10.64.0.0/10], port: 22 }"),
		    UNREACHABLE("5", "b", DECIDED_BY("a")));
	policy_says(HEAD RULE("a", "connect", "deny", "{ cidr: 10.0.0.0/8 }")
		    RULE("b", "connect", "allow", "{ cidr: 8.0.0.0/6 }"), "");
	policy_says(HEAD RULE("a", "exec", "deny", "{ argv: x }") RULE("b", "exec", "deny", "{ argv: xy }"), "");
}

static void test_contradictions(void **state)
{
	(void)state;
	policy_says(HEAD RULE("a", "exec", "deny", "{ uid: 5 }") RULE("b", "exec", "allow", "{ uid: 5 }"),
		    CONTRADICTS("5", "b", "a", "exec"));
	policy_says(HEAD RULE("a", "[exec, create]", "deny", "{ uid: 5 }")
		    RULE("b", "[exec, rename]", "allow", "{ uid: 5 }"), CONTRADICTS("5", "b", "a", "exec"));
	policy_says(HEAD RULE("a", "exec", "deny", "{ path: /a, not: { uid: 5 } }")
		    RULE("b", "exec", "record", "{ not: { uid: 5 }, path: /a }"), CONTRADICTS("5", "b", "a", "exec"));
	/* The same twice is of no use, but no contradiction. */
	policy_says(HEAD RULE("a", "exec", "deny", "{ uid: 5 }") RULE("b", "exec", "deny", "{ uid: 5 }"),
		    UNREACHABLE("5", "b", DECIDED_BY("a")));
	policy_says(HEAD RULE("a", "exec", "deny", "{ uid: 5 }") RULE("b", "exec", "kill", "{ uid: 5 }"),
		    CONTRADICTS("5", "b", "a", "exec"));
	policy_says(HEAD RULE("a", "exec", "deny", "{ uid: 5 }") RULE("b", "create", "allow", "{ uid: 5 }"), "");
	policy_says(HEAD RULE("a", "exec", "deny", "{ uid: 5 }") RULE("b", "exec", "allow", "{ uid: 6 }"), "");
}

#define NEVER(column, why) "p:4:" column ": warning: rule \"r\" never holds: " why "\n"
#define TWO_THINGS	"it asks for two things at once"
#define TAKEN_AWAY	"\"not\" takes away all that it asks for"

static void test_conditions_that_never_hold(void **state)
{
	(void)state;
	policy_says(HEAD RULE("r", "exec", "deny", "{ all: [ { path: /a }, { path: /b } ] }"), NEVER("68", TWO_THINGS));
	policy_says(HEAD RULE("r", "exec", "deny", "{ all: [ { path: /a }, { path: \"/a/**\" } ] }"), NEVER("68", TWO_THINGS));
	policy_says(HEAD RULE("r", "exec", "deny", "{ all: [ { path: /a/b }, { path: \"/a/**\" } ] }"), "");
	policy_says(HEAD RULE("r", "exec", "deny", "{ all: [ { path: /a.sh }, { path: \"*.py\" } ] }"), NEVER("71", TWO_THINGS));
	policy_says(HEAD RULE("r", "exec", "deny", "{ all: [ { path: /a.sh }, { path: \"/*\" } ] }"), "");
	policy_says(HEAD RULE("r", "exec", "deny", "{ all: [ { uid: 0-9 }, { uid: 10-19 } ] }"), NEVER("68", TWO_THINGS));
	policy_says(HEAD RULE("r", "exec", "deny", "{ all: [ { uid: 0-9 }, { uid: 9-19 } ] }"), "");
	/* A process has many ancestors, a program many arguments. */
	policy_says(HEAD RULE("r", "exec", "deny", "{ all: [ { ancestor: /a }, { ancestor: /b } ] }"), "");
	policy_says(HEAD RULE("r", "exec", "deny", "{ all: [ { argv: -a }, { argv: -b } ] }"), "");
	policy_says(HEAD RULE("r", "exec", "deny", "{ path: /a, not: { path: /a } }"), NEVER("62", TAKEN_AWAY));
	policy_says(HEAD RULE("r", "exec", "deny", "{ path: /tmp/a, not: { path: \"/tmp/**\" } }"), NEVER("66", TAKEN_AWAY));
	policy_says(HEAD RULE("r", "exec", "deny", "{ path: \"/tmp/**\", not: { path: /tmp/a } }"), "");
	policy_says(HEAD RULE("r", "exec", "deny", "{ uid: 5-9, not: { uid: 0-100 } }"), NEVER("62", TAKEN_AWAY));
	policy_says(HEAD RULE("r", "exec", "deny", "{ file: memfd, not: { file: [setuid, memfd] } }"), NEVER("65", TAKEN_AWAY));
	policy_says(HEAD RULE("r", "exec", "deny", "{ file: [memfd, setuid], not: { file: memfd } }"), "");
	policy_says(HEAD RULE("r", "connect", "deny", "{ cidr: 10.1.0.0/16, not: { cidr: 10.0.0.0/8 } }"),
		    NEVER("74", TAKEN_AWAY));
	/* One of several alternatives. */
	policy_says(HEAD RULE("r", "exec", "deny", "{ uid: 5, any: [ { uid: 6 }, { gid: 4 } ] }"),
		    "p:4:62: warning: rule \"r\": an alternative never holds: it asks for two things at once\n");
}

static void test_sockets_that_are_not_there(void **state)
{
	(void)state;
	policy_says(HEAD RULE("r", "connect", "deny", "{ unix: /x, port: 22 }"),
		    NEVER("48", "a socket with a unix name has no address"));
	policy_says(HEAD RULE("r", "connect", "deny", "{ family: unix, port: 22 }"),
		    NEVER("48", "only sockets of family inet and inet6 have an address"));
	policy_says(HEAD RULE("r", "connect", "deny", "{ family: inet, unix: /x }"),
		    NEVER("48", "only sockets of family unix have a unix name"));
	policy_says(HEAD RULE("r", "connect", "deny", "{ family: [unix, inet6], cidr: \"::1\" }"), "");
	policy_says(HEAD RULE("r", "open-write", "deny", "{ file: to-setid }"),
		    NEVER("51", "only \"chmod\" tells what a file's mode is changed to"));
	policy_says(HEAD RULE("r", "[chmod, create]", "deny", "{ file: to-setid }"), "");
	policy_says(HEAD RULE("r", "open-write", "deny", "{ file: no-digest }"),
		    NEVER("51", "only \"exec\" tells that a file has no digest"));
}

static void test_labels(void **state)
{
	(void)state;
	policy_says(HEAD RULE("r", "exec", "deny", "{ label: [x, y] }"),
		    "p:4:45: warning: no rule sets label \"x\"\n");
	policy_says(HEAD RULE("r", "exec", "deny", "{ label: x }") "  - { name: s, on: create, do: deny, set: x }\n", "");
}

static void test_what_time_changes(void **state)
{
	(void)state;
	policy_says(HEAD "  - { name: r, on: exec, do: deny, expires: 2026-06-01 }\n",
		    "p:4:45: warning: rule \"r\" has expired: it never holds\n");
	policy_says(HEAD "  - { name: r, on: exec, do: deny, expires: \"2026-06-01T00:00:01Z\" }\n", "");
	policy_says(HEAD RULE("r", "exec", "deny", "{ same-file-as: [/bin/x] }"),
		    "p:4:60: warning: rule \"r\": same-file-as: \"/bin/x\" is the file of this name now: load again when it is replaced\n");
}

static void test_values_that_stand_twice(void **state)
{
	(void)state;
	policy_says(HEAD RULE("r", "exec", "deny", "{ path: [/a, /b, /a] }"),
		    "p:4:60: warning: rule \"r\": path: this value stands twice\n");
	policy_says(HEAD RULE("r", "exec", "deny", "{ uid: [5, 5, 5] }"),
		    "p:4:54: warning: rule \"r\": uid: 2 values stand twice, this is the first\n");
	policy_says(HEAD RULE("r", "exec", "deny", "{ file: [memfd, memfd] }"),
		    "p:4:59: warning: rule \"r\": file: this value stands twice\n");
	policy_says(HEAD RULE("r", "exec", "deny", "{ uid: [5, 4-6] }"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_without_where),
		cmocka_unit_test(test_rules_that_decide_nothing_for_good),
		cmocka_unit_test(test_fewer_conditions_decide_more),
		cmocka_unit_test(test_values_around_values),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_conditions_that_never_hold),
		cmocka_unit_test(test_sockets_that_are_not_there),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_what_time_changes),
		cmocka_unit_test(test_values_that_stand_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
