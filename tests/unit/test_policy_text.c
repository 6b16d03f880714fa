// SPDX-License-Identifier: GPL-2.0-only
/* Every mistake a policy author can make, and what the tool says to it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "policy_text.h"

static bool find_uid(const char *name, uint32_t *uid, void *context)
{
	(void)context;
	if (strcmp(name, "www-data"))
		return false;
	*uid = 33;
	return true;
}

static const struct ygr_policy_users users = { .find_uid = find_uid };

#define HEAD	"version: 1\nname: t\nrules:\n"
/* Line 4: name; 5: on; 6: do; whatever follows starts on line 7. */
#define RULE(on_text, do_text)	HEAD \
	"  - name: r\n    on: " on_text "\n    do: " do_text "\n"
#define WHERE(on_text, where_text) RULE(on_text, "deny") \
	"    where: " where_text "\n"

struct mistake {
	const char *name;
	const char *text;
	const char *output;
};

static const struct mistake mistakes[] = {
	/* The file */
	{ "empty", "", "p:1:1: error: the file is empty\n" },
	{ "not a mapping", "- a\n", "p:1:1: error: policy: expected a mapping, got a list\n" },
	{ "syntax", "version: [1\n", "p:2:1: error: while parsing a flow sequence: did not find expected ',' or ']'\n" },
	{ "tab", "version: 1\n\tname: t\n",
	  "p:2:1: error: while scanning a plain scalar: found a tab character that violates indentation\n" },
	{ "two documents", "version: 1\nname: t\nrules: []\n---\nversion: 1\n",
	  "p:4:1: error: a second document is not allowed\n" },
	{ "alias", "version: 1\nname: t\nrules: *r\n", "p:3:8: error: aliases (*name) are not allowed\n" },
	{ "nothing but a name", "name: t\n",
	  "p:1:1: error: policy: missing key \"version\"\n"
	  "p:1:1: error: policy: missing key \"rules\"\n" },
	{ "unknown top key", "version: 1\nname: t\nrule: []\nrules: []\n",
	  "p:3:1: error: unknown key \"rule\" in policy (did you mean \"rules\"?)\n" },
	{ "unknown top key, nothing near", "version: 1\nname: t\nseverity: 3\nrules: []\n",
	  "p:3:1: error: unknown key \"severity\" in policy\n" },
	{ "duplicate top key", "version: 1\nname: t\nname: u\nrules: []\n",
	  "p:3:1: error: duplicate key \"name\" (first on line 2)\n" },
	{ "version 2", "version: 2\nname: t\nrules: []\n",
	  "p:1:10: error: version: \"2\" is not known, this yaguractl reads version 1\n" },
	{ "version list", "version: []\nname: t\nrules: []\n",
	  "p:1:10: error: version: expected a number, got a list\n" },
	{ "name upper case", "version: 1\nname: Web\nrules: []\n",
	  "p:2:7: error: name: \"Web\" is not 1 to 63 of a-z 0-9 . _ -\n" },
	{ "name missing value", "version: 1\nname:\nrules: []\n",
	  "p:2:6: error: name: expected a string, got nothing\n" },
	{ "name too long", "version: 1\n"
	  "name: a234567890123456789012345678901234567890123456789012345678901234\nrules: []\n",
	  "p:2:7: error: name: \"a234567890123456789012345678901234567890123456789012345678901234\""
	  " is not 1 to 63 of a-z 0-9 . _ -\n" },
	{ "policy mode", "version: 1\nname: t\nmode: enforced\nrules: []\n",
	  "p:3:7: error: mode: unknown value \"enforced\" (did you mean \"enforce\"?)\n" },
	{ "rules not a list", "version: 1\nname: t\nrules: none\n",
	  "p:3:8: error: rules: expected a list, got a string\n" },
	{ "rules nothing", "version: 1\nname: t\nrules:\n",
	  "p:3:7: error: rules: expected a list, got nothing\n" },

	/* A rule */
	{ "rule not a mapping", HEAD "  - deny\n",
	  "p:4:5: error: rule 1: expected a mapping, got a string\n" },
	{ "rule without anything", HEAD "  - {}\n",
	  "p:4:5: error: rule 1: missing key \"name\"\n"
	  "p:4:5: error: rule 1: missing key \"on\"\n"
	  "p:4:5: error: rule 1: missing key \"do\"\n" },
	{ "rule without do", HEAD "  - name: r\n    on: exec\n",
	  "p:4:5: error: rule \"r\": missing key \"do\"\n" },
	{ "misspelt where", RULE("exec", "deny") "    wher: {}\n",
	  "p:7:5: error: unknown key \"wher\" in rule \"r\" (did you mean \"where\"?)\n" },
	{ "duplicate key in rule", RULE("exec", "deny") "    do: allow\n",
	  "p:7:5: error: duplicate key \"do\" (first on line 6)\n" },
	{ "duplicate rule name", RULE("exec", "deny") "  - { name: r, on: fork, do: record }\n",
	  "p:7:13: error: another rule is named \"r\"\n" },
	{ "rule name with space", HEAD "  - { name: a b, on: exec, do: deny }\n",
	  "p:4:13: error: name of the rule: \"a b\" is not 1 to 63 of A-Z a-z 0-9 . _ -\n" },
	{ "rule name with escape sequence", HEAD "  - { name: \"\\e[2J\", on: exec, do: deny }\n",
	  "p:4:13: error: name of the rule: \"\\x1b[2J\" is not 1 to 63 of A-Z a-z 0-9 . _ -\n" },
	{ "unknown event", RULE("conect", "deny"),
	  "p:5:9: error: rule \"r\": on: unknown event \"conect\" (did you mean \"connect\"?)\n" },
	{ "unknown event in a list", RULE("[exec, sleep]", "deny"),
	  "p:5:16: error: rule \"r\": on: unknown event \"sleep\"\n" },
	{ "event list empty", RULE("[]", "deny"),
	  "p:5:9: error: rule \"r\": on: the list is empty\n" },
	{ "event is a mapping", RULE("{ exec: 1 }", "deny"),
	  "p:5:9: error: rule \"r\": on: expected a string, got a mapping\n" },
	{ "unknown action", RULE("exec", "block"),
	  "p:6:9: error: rule \"r\": do: unknown value \"block\" (expected allow, record, ignore or deny)\n" },
	{ "misspelt action", RULE("exec", "alow"),
	  "p:6:9: error: rule \"r\": do: unknown value \"alow\" (did you mean \"allow\"?)\n" },
	{ "deny fork", RULE("fork", "deny"),
	  "p:6:9: error: rule \"r\": \"fork\" cannot be denied\n" },
	{ "deny exit among others", RULE("[exec, exit]", "deny"),
	  "p:6:9: error: rule \"r\": \"exit\" cannot be denied\n" },
	{ "rule mode", RULE("exec", "deny") "    mode: montior\n",
	  "p:7:11: error: rule \"r\": mode: unknown value \"montior\" (did you mean \"monitor\"?)\n" },

	/* where */
	{ "where is a list", WHERE("exec", "[/tmp]"),
	  "p:7:12: error: \"where\" of rule \"r\": expected a mapping, got a list\n" },
	{ "where is empty", WHERE("exec", "{}"),
	  "p:7:12: error: \"where\" of rule \"r\" is empty\n" },
	{ "misspelt condition", WHERE("exec", "{ paths: /tmp }"),
	  "p:7:14: error: unknown key \"paths\" in \"where\" of rule \"r\" (did you mean \"path\"?)\n" },
	{ "not is empty", WHERE("exec", "{ path: /tmp, not: {} }"),
	  "p:7:31: error: \"not\" of rule \"r\" is empty\n" },
	{ "not in not", WHERE("exec", "{ not: { not: { uid: 0 } } }"),
	  "p:7:21: error: unknown key \"not\" in \"not\" of rule \"r\"\n" },
	{ "path of fork", RULE("[exec, fork]", "record") "    where: { path: /tmp }\n",
	  "p:7:14: error: rule \"r\": \"path\" cannot be asked of \"fork\", which has no path\n" },
	{ "path of connect", WHERE("connect", "{ path: /tmp }"),
	  "p:7:14: error: rule \"r\": \"path\" cannot be asked of \"connect\", which has no path\n" },
	{ "not path of connect", WHERE("connect", "{ not: { path: /tmp } }"),
	  "p:7:21: error: rule \"r\": \"path\" cannot be asked of \"connect\", which has no path\n" },
	{ "cidr of exec", WHERE("exec", "{ cidr: 10.0.0.0/8 }"),
	  "p:7:14: error: rule \"r\": \"cidr\" cannot be asked of \"exec\", which has no address\n" },
	{ "port of socket group", WHERE("socket", "{ port: 22 }"),
	  "p:7:14: error: rule \"r\": \"port\" cannot be asked of \"socket-create\", which has no address\n" },

	/* path */
	{ "path relative", WHERE("exec", "{ path: tmp/x }"),
	  "p:7:20: error: rule \"r\": path \"tmp/x\" is not absolute\n" },
	{ "path glob", WHERE("exec", "{ path: \"/tmp/*.sh\" }"),
	  "p:7:20: error: rule \"r\": path \"/tmp/*.sh\": only \"/**\" at the end is a wildcard\n" },
	{ "path question mark", WHERE("exec", "{ path: \"/tmp/?\" }"),
	  "p:7:20: error: rule \"r\": path \"/tmp/?\": only \"/**\" at the end is a wildcard\n" },
	{ "path glob without slash", WHERE("exec", "{ path: \"/tmp**\" }"),
	  "p:7:20: error: rule \"r\": path \"/tmp**\": only \"/**\" at the end is a wildcard\n" },
	{ "path glob twice", WHERE("exec", "{ path: \"/a/**/**\" }"),
	  "p:7:20: error: rule \"r\": path \"/a/**/**\": only \"/**\" at the end is a wildcard\n" },
	{ "path double slash", WHERE("exec", "{ path: /a//b }"),
	  "p:7:20: error: rule \"r\": path \"/a//b\" is not normal: it has \"//\"\n" },
	{ "path dot dot", WHERE("exec", "{ path: /a/../b }"),
	  "p:7:20: error: rule \"r\": path \"/a/../b\" is not normal: it has \"..\"\n" },
	{ "path dot at the end", WHERE("exec", "{ path: /a/. }"),
	  "p:7:20: error: rule \"r\": path \"/a/.\" is not normal: it has \".\"\n" },
	{ "path dot dot before wildcard", WHERE("exec", "{ path: \"/a/../**\" }"),
	  "p:7:20: error: rule \"r\": path \"/a/../**\" is not normal: it has \"..\"\n" },
	{ "path slash at the end", WHERE("exec", "{ path: /tmp/ }"),
	  "p:7:20: error: rule \"r\": path \"/tmp/\" ends in \"/\": write \"/tmp\" for the directory itself,"
	  " \"/tmp/**\" for what is below it\n" },
	{ "path empty", WHERE("exec", "{ path: \"\" }"),
	  "p:7:20: error: rule \"r\": path: expected a string, got an empty string\n" },
	{ "path list empty", WHERE("exec", "{ path: [] }"),
	  "p:7:20: error: rule \"r\": path: the list is empty\n" },
	{ "path is a mapping", WHERE("exec", "{ path: { exact: /tmp } }"),
	  "p:7:20: error: rule \"r\": path: expected a string, got a mapping\n" },

	/* uid */
	{ "user unknown", WHERE("exec", "{ uid: nobdy }"),
	  "p:7:19: error: rule \"r\": no user is named \"nobdy\" on this host\n" },
	{ "uid negative", WHERE("exec", "{ uid: -1 }"),
	  "p:7:19: error: rule \"r\": uid \"-1\": expected a number or a range such as 1000-1999\n" },
	{ "uid half a range", WHERE("exec", "{ uid: 5- }"),
	  "p:7:19: error: rule \"r\": uid \"5-\": expected a number or a range such as 1000-1999\n" },
	{ "uid three parts", WHERE("exec", "{ uid: 1-2-3 }"),
	  "p:7:19: error: rule \"r\": uid \"1-2-3\": expected a number or a range such as 1000-1999\n" },
	{ "uid reversed", WHERE("exec", "{ uid: [1, 1999-1000] }"),
	  "p:7:23: error: rule \"r\": uid range 1999-1000 is the wrong way round: write 1000-1999\n" },
	{ "uid too large", WHERE("exec", "{ uid: 4294967296 }"),
	  "p:7:19: error: rule \"r\": uid 4294967296 is above 4294967295\n" },

	/* cidr */
	{ "cidr host bits", WHERE("connect", "{ cidr: 10.1.2.3/8 }"),
	  "p:7:20: error: rule \"r\": network \"10.1.2.3/8\" has host bits set: write 10.0.0.0/8\n" },
	{ "cidr host bits v6", WHERE("connect", "{ cidr: \"2001:db8::1/32\" }"),
	  "p:7:20: error: rule \"r\": network \"2001:db8::1/32\" has host bits set: write 2001:db8::/32\n" },
	{ "cidr host bits inside a byte", WHERE("connect", "{ cidr: 10.255.0.0/9 }"),
	  "p:7:20: error: rule \"r\": network \"10.255.0.0/9\" has host bits set: write 10.128.0.0/9\n" },
	{ "cidr prefix too long", WHERE("connect", "{ cidr: 10.0.0.0/33 }"),
	  "p:7:20: error: rule \"r\": network \"10.0.0.0/33\": expected a prefix length from 0 to 32\n" },
	{ "cidr prefix missing", WHERE("connect", "{ cidr: \"10.0.0.0/\" }"),
	  "p:7:20: error: rule \"r\": network \"10.0.0.0/\": expected a prefix length from 0 to 32\n" },
	{ "cidr three numbers", WHERE("connect", "{ cidr: 10.0.0/8 }"),
	  "p:7:20: error: rule \"r\": \"10.0.0/8\" is not a network: expected an IPv4 or IPv6 address, or ADDRESS/BITS\n" },
	{ "cidr host name", WHERE("connect", "{ cidr: evil.example }"),
	  "p:7:20: error: rule \"r\": \"evil.example\" is not a network: expected an IPv4 or IPv6 address, or ADDRESS/BITS\n" },
	{ "cidr mapped", WHERE("connect", "{ cidr: \"::ffff:10.0.0.0/104\" }"),
	  "p:7:20: error: rule \"r\": network \"::ffff:10.0.0.0/104\" is IPv4 in IPv6 form: write 10.0.0.0/8\n" },

	/* port */
	{ "port too large", WHERE("connect", "{ port: 65536 }"),
	  "p:7:20: error: rule \"r\": port 65536 is above 65535\n" },
	{ "port reversed", WHERE("connect", "{ port: 90-80 }"),
	  "p:7:20: error: rule \"r\": port range 90-80 is the wrong way round: write 80-90\n" },
	{ "port reversed by one", WHERE("connect", "{ port: [80-80, 81-80] }"),
	  "p:7:28: error: rule \"r\": port range 81-80 is the wrong way round: write 80-81\n" },
	{ "port by name", WHERE("connect", "{ port: ssh }"),
	  "p:7:20: error: rule \"r\": port \"ssh\": expected a number or a range such as 1000-1999\n" },

	/* More than one at once, in the order of the file */
	{ "all of them", "version: 3\nnaem: t\nrules:\n  - name: r\n    on: exek\n    do: denny\n"
			 "    where: { path: x, uid: y }\n",
	  "p:1:1: error: policy: missing key \"name\"\n"
	  "p:1:10: error: version: \"3\" is not known, this yaguractl reads version 1\n"
	  "p:2:1: error: unknown key \"naem\" in policy (did you mean \"name\"?)\n"
	  "p:5:9: error: rule \"r\": on: unknown event \"exek\" (did you mean \"exec\"?)\n"
	  "p:6:9: error: rule \"r\": do: unknown value \"denny\" (did you mean \"deny\"?)\n"
	  "p:7:20: error: rule \"r\": path \"x\" is not absolute\n"
	  "p:7:28: error: rule \"r\": no user is named \"y\" on this host\n" },
};

static char *output_of(const struct ygr_text_errors *errors)
{
	size_t bytes;
	char *text;
	FILE *out;

	out = open_memstream(&text, &bytes);
	ygr_text_error_print(out, "p", errors);
	fclose(out);
	return text;
}

static void test_mistakes(void **state)
{
	struct ygr_policy_model *model = NULL;
	struct ygr_text_errors errors;
	unsigned int i;
	char *output;
	int err;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		ygr_text_error_init(&errors);
		err = ygr_policy_text_parse(mistakes[i].text, strlen(mistakes[i].text),
					    &users, &model, &errors);
		output = output_of(&errors);
		if (err != -EBADMSG || strcmp(output, mistakes[i].output))
			print_error("mistake: %s\n", mistakes[i].name);
		assert_string_equal(output, mistakes[i].output);
		assert_int_equal(err, -EBADMSG);
		assert_null(model);
		free(output);
	}
}

static struct ygr_policy_model *parse(const char *text, struct ygr_text_errors *errors)
{
	struct ygr_policy_model *model = NULL;
	char *output;
	int err;

	ygr_text_error_init(errors);
	err = ygr_policy_text_parse(text, strlen(text), &users, &model, errors);
	output = output_of(errors);
	if (err)
		print_error("%s", output);
	free(output);
	assert_int_equal(err, 0);
	assert_non_null(model);
	assert_int_equal(errors->error_nr, 0);
	return model;
}

/* The policy is good, but its author is told something. */
static void warn(const char *text, const char *wanted)
{
	struct ygr_text_errors errors;
	struct ygr_policy_model *model = parse(text, &errors);
	char *output = output_of(&errors);

	assert_string_equal(output, wanted);
	free(output);
	ygr_policy_model_destroy(model);
}

static void test_unreachable_rules(void **state)
{
	(void)state;
	warn(RULE("exec", "allow") "  - { name: late, on: exec, do: deny, where: { path: /x } }\n",
	     "p:7:5: warning: rule \"late\" is unreachable: earlier rules without \"where\" decide all its events\n");
	/* Two rules together cover the third one. */
	warn(RULE("open-read", "allow") "  - { name: b, on: open-write, do: allow }\n"
					"  - { name: late, on: open, do: deny }\n",
	     "p:8:5: warning: rule \"late\" is unreachable: earlier rules without \"where\" decide all its events\n");
	/* Not when something is left, nor when the earlier rule has conditions. */
	warn(RULE("exec", "allow") "  - { name: late, on: [exec, create], do: deny }\n", "");
	warn(WHERE("exec", "{ uid: 0 }") "  - { name: late, on: exec, do: deny }\n", "");
}

static void test_modes_without_effect(void **state)
{
	(void)state;
	warn(RULE("exec", "record") "    mode: monitor\n",
	     "p:7:11: warning: rule \"r\": mode monitor changes nothing for a rule that does not deny\n");
	warn("version: 1\nname: t\nmode: monitor\nrules:\n"
	     "  - { name: r, on: exec, do: deny, mode: enforce }\n",
	     "p:5:42: warning: rule \"r\": not enforced, since the policy's mode is monitor\n");
}

static void test_smallest_policy(void **state)
{
	struct ygr_text_errors errors;
	struct ygr_policy_model *model = parse("version: 1\nname: none\nrules: []\n", &errors);

	(void)state;
	assert_string_equal(model->name, "none");
	assert_int_equal(model->rule_nr, 0);
	assert_int_equal(errors.warning_nr, 0);
	ygr_policy_model_destroy(model);
	ygr_policy_model_destroy(NULL);
}

static void test_all_there_is(void **state)
{
	struct ygr_text_errors errors;
	struct ygr_policy_model *model;
	struct ygr_policy_rule *rule;

	(void)state;
	model = parse("version: 1\nname: all\nmode: enforce\nrules:\n"
		      "  - name: Files.1\n"
		      "    on: [open, rename]\n"
		      "    where:\n"
		      "      path: [/etc/shadow, \"/tmp/**\", \"/**\", /]\n"
		      "      uid: [0, 1000-1999, www-data]\n"
		      "      not: { uid: 1500, path: /tmp/ok }\n"
		      "    do: ignore\n"
		      "  - name: net\n"
		      "    on: connect\n"
		      "    where: { cidr: [203.0.113.0/24, \"2001:db8::/32\", 198.51.100.7, 0.0.0.0/0], port: [22, 8000-8999] }\n"
		      "    do: deny\n"
		      "    mode: monitor\n", &errors);
	assert_int_equal(model->rule_nr, 2);
	assert_int_equal(model->item_nr[YGR_DIM_PATH], 5);
	assert_int_equal(model->item_nr[YGR_DIM_UID], 4);
	assert_int_equal(model->item_nr[YGR_DIM_CIDR], 4);
	assert_int_equal(model->item_nr[YGR_DIM_PORT], 2);

	rule = &model->rule[0];
	assert_string_equal(rule->name, "Files.1");
	assert_int_equal(rule->on, YGR_ON_BIT(YGR_ON_OPEN_READ) |
			 YGR_ON_BIT(YGR_ON_OPEN_WRITE) | YGR_ON_BIT(YGR_ON_RENAME));
	assert_int_equal(rule->action, YGR_ACTION_IGNORE);
	assert_int_equal(rule->mode, YGR_MODE_ENFORCE);
	assert_int_equal(rule->match[YGR_DIM_PATH].nr, 4);
	assert_string_equal(rule->match[YGR_DIM_PATH].item[0].path.bytes, "/etc/shadow");
	assert_int_equal(rule->match[YGR_DIM_PATH].item[0].path.kind, YGR_PATH_EXACT);
	assert_string_equal(rule->match[YGR_DIM_PATH].item[1].path.bytes, "/tmp/");
	assert_int_equal(rule->match[YGR_DIM_PATH].item[1].path.kind, YGR_PATH_PREFIX);
	assert_int_equal(rule->match[YGR_DIM_PATH].item[1].path.len, 5);
	assert_string_equal(rule->match[YGR_DIM_PATH].item[2].path.bytes, "/");
	assert_int_equal(rule->match[YGR_DIM_PATH].item[2].path.kind, YGR_PATH_PREFIX);
	assert_string_equal(rule->match[YGR_DIM_PATH].item[3].path.bytes, "/");
	assert_int_equal(rule->match[YGR_DIM_PATH].item[3].path.kind, YGR_PATH_EXACT);
	/* Ascending, whatever the order of the text. */
	assert_int_equal(rule->match[YGR_DIM_UID].item[1].range.low, 33);
	assert_int_equal(rule->match[YGR_DIM_UID].item[1].range.high, 33);
	assert_int_equal(rule->match[YGR_DIM_UID].item[2].range.low, 1000);
	assert_int_equal(rule->match[YGR_DIM_UID].item[2].range.high, 1999);
	assert_int_equal(rule->except[YGR_DIM_UID].nr, 1);
	assert_int_equal(rule->except[YGR_DIM_PATH].nr, 1);

	rule = &model->rule[1];
	assert_int_equal(rule->mode, YGR_MODE_MONITOR);
	assert_int_equal(rule->match[YGR_DIM_CIDR].item[0].cidr.family, AF_INET);
	assert_int_equal(rule->match[YGR_DIM_CIDR].item[0].cidr.prefix_len, 24);
	assert_int_equal(rule->match[YGR_DIM_CIDR].item[1].cidr.family, AF_INET6);
	assert_int_equal(rule->match[YGR_DIM_CIDR].item[1].cidr.addr[0], 0x20);
	assert_int_equal(rule->match[YGR_DIM_CIDR].item[2].cidr.prefix_len, 32);
	assert_int_equal(rule->match[YGR_DIM_CIDR].item[2].cidr.addr[3], 7);
	assert_int_equal(rule->match[YGR_DIM_CIDR].item[3].cidr.prefix_len, 0);
	assert_int_equal(rule->match[YGR_DIM_PORT].item[0].range.low, 22);
	ygr_policy_model_destroy(model);
}

static void test_ranges_that_overlap_become_one(void **state)
{
	struct ygr_text_errors errors;
	struct ygr_policy_model *model;
	const struct ygr_policy_values *ports;

	(void)state;
	model = parse("version: 1\nname: t\nrules:\n"
		      "  - { name: r, on: connect, do: deny, where: { port: "
		      "[90-100, 22, 80-95, 22, 101, 85] } }\n", &errors);
	ports = &model->rule[0].match[YGR_DIM_PORT];
	assert_int_equal(ports->nr, 3);
	assert_int_equal(model->item_nr[YGR_DIM_PORT], 3);
	assert_int_equal(ports->item[0].range.low, 22);
	assert_int_equal(ports->item[0].range.high, 22);
	assert_int_equal(ports->item[1].range.low, 80);
	assert_int_equal(ports->item[1].range.high, 100);
	assert_int_equal(ports->item[2].range.low, 101);
	assert_int_equal(ports->item[2].range.high, 101);
	ygr_policy_model_destroy(model);
}

static void test_groups(void **state)
{
	struct ygr_text_errors errors;
	struct ygr_policy_model *model;

	(void)state;
	model = parse(RULE("file", "deny") "  - { name: s, on: socket, do: deny }\n", &errors);
	assert_int_equal(model->rule[0].on,
			 YGR_ON_BIT(YGR_ON_OPEN_WRITE) | YGR_ON_BIT(YGR_ON_CREATE) |
			 YGR_ON_BIT(YGR_ON_UNLINK) | YGR_ON_BIT(YGR_ON_RENAME) |
			 YGR_ON_BIT(YGR_ON_MMAP_EXEC));
	assert_int_equal(model->rule[1].on,
			 YGR_ON_BIT(YGR_ON_SOCKET_CREATE) | YGR_ON_WITH_ADDRESS);
	ygr_policy_model_destroy(model);
}

static void test_policy_mode_is_the_default(void **state)
{
	struct ygr_text_errors errors;
	struct ygr_policy_model *model;

	(void)state;
	model = parse("version: 1\nname: t\nmode: monitor\nrules:\n"
		      "  - { name: a, on: exec, do: deny }\n", &errors);
	assert_int_equal(model->rule[0].mode, YGR_MODE_MONITOR);
	ygr_policy_model_destroy(model);
	model = parse("version: 1\nname: t\nmode: enforce\nrules:\n"
		      "  - { name: a, on: exec, do: deny, mode: monitor }\n"
		      "  - { name: b, on: exec, do: deny }\n", &errors);
	assert_int_equal(model->rule[0].mode, YGR_MODE_MONITOR);
	assert_int_equal(model->rule[1].mode, YGR_MODE_ENFORCE);
	ygr_policy_model_destroy(model);
}

static void test_path_length_limit(void **state)
{
	struct ygr_policy_model *model = NULL;
	struct ygr_text_errors errors;
	char text[8000], path[YGR_POLICY_PATH_MAX + 2];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[YGR_POLICY_PATH_MAX] = '\0';
	snprintf(text, sizeof(text), WHERE("exec", "{ path: \"%s\" }"), path);
	ygr_policy_model_destroy(parse(text, &errors));

	path[YGR_POLICY_PATH_MAX] = 'a';
	path[YGR_POLICY_PATH_MAX + 1] = '\0';
	snprintf(text, sizeof(text), WHERE("exec", "{ path: \"%s\" }"), path);
	ygr_text_error_init(&errors);
	assert_int_equal(ygr_policy_text_parse(text, strlen(text), &users, &model, &errors),
			 -EBADMSG);
	assert_string_equal(errors.item[0].message,
			    "rule \"r\": path of 4096 bytes is longer than 4095");
}

static char *many_rules(unsigned int nr)
{
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	out = open_memstream(&text, &bytes);
	fputs(HEAD, out);
	for (i = 0; i < nr; i++)
		fprintf(out, "  - { name: r%u, on: exec, do: deny, where: { uid: %u } }\n", i, i);
	fclose(out);
	return text;
}

static void test_rule_limit(void **state)
{
	struct ygr_policy_model *model = NULL;
	struct ygr_text_errors errors;
	char *text;

	(void)state;
	text = many_rules(YGR_POLICY_RULES_MAX);
	model = parse(text, &errors);
	assert_int_equal(model->rule_nr, YGR_POLICY_RULES_MAX);
	ygr_policy_model_destroy(model);
	free(text);

	model = NULL;
	text = many_rules(YGR_POLICY_RULES_MAX + 1);
	ygr_text_error_init(&errors);
	assert_int_equal(ygr_policy_text_parse(text, strlen(text), &users, &model, &errors),
			 -EBADMSG);
	assert_int_equal(errors.error_nr, 1);
	assert_string_equal(errors.item[0].message, "more than 131072 rules");
	assert_int_equal(errors.item[0].line, YGR_POLICY_RULES_MAX + 4);
	free(text);
}

static void test_item_limit(void **state)
{
	struct ygr_policy_model *model = NULL;
	struct ygr_text_errors errors;
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	(void)state;
	out = open_memstream(&text, &bytes);
	fputs(RULE("exec", "deny") "    where:\n      uid:\n", out);
	for (i = 0; i <= YGR_POLICY_ITEMS_MAX + 5; i++)
		fprintf(out, "        - %u\n", i);
	fclose(out);
	ygr_text_error_init(&errors);
	assert_int_equal(ygr_policy_text_parse(text, bytes, &users, &model, &errors), -EBADMSG);
	assert_int_equal(errors.error_nr, 1);
	assert_string_equal(errors.item[0].message,
			    "more than 1048576 values of \"uid\" in one policy");
	assert_int_equal(errors.item[0].line, 9 + YGR_POLICY_ITEMS_MAX);
	free(text);
}

static void test_twenty_errors_are_kept(void **state)
{
	struct ygr_policy_model *model = NULL;
	struct ygr_text_errors errors;
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	(void)state;
	out = open_memstream(&text, &bytes);
	fputs(RULE("exec", "deny") "    where:\n      path:\n", out);
	for (i = 0; i < 100; i++)
		fputs("        - relative\n", out);
	fclose(out);
	ygr_text_error_init(&errors);
	assert_int_equal(ygr_policy_text_parse(text, bytes, &users, &model, &errors), -EBADMSG);
	assert_int_equal(errors.nr, 20);
	assert_int_equal(errors.error_nr, 100);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_unreachable_rules),
		cmocka_unit_test(test_modes_without_effect),
		cmocka_unit_test(test_smallest_policy),
		cmocka_unit_test(test_all_there_is),
		cmocka_unit_test(test_ranges_that_overlap_become_one),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_policy_mode_is_the_default),
		cmocka_unit_test(test_path_length_limit),
		cmocka_unit_test(test_rule_limit),
		cmocka_unit_test(test_item_limit),
		cmocka_unit_test(test_twenty_errors_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
