// SPDX-License-Identifier: GPL-2.0-only
/* Text -> blob as the kernel reads it, and blob -> text -> the same blob. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "match.h"
#include "policy_blob.h"
#include "policy_print.h"
#include "policy_text.h"
#include "policy_verify.h"

struct compiled {
	void *blob;
	size_t bytes;
	struct ygr_policy_image image;
};

static bool find_uid(const char *name, uint32_t *uid, void *context)
{
	(void)context;
	*uid = 33;
	return !strcmp(name, "www-data");
}

static void verify(struct compiled *c)
{
	struct ygr_policy_error error = { 0 };
	int err = ygr_policy_verify(c->blob, c->bytes, &c->image, &error);

	if (err)
		print_error("verifier: code %u at %u\n", error.code, error.offset);
	assert_int_equal(err, 0);
}

static struct compiled compile(const char *text)
{
	const struct ygr_policy_users users = { .find_uid = find_uid };
	struct ygr_policy_model *model = NULL;
	struct ygr_text_errors errors;
	struct compiled c;

	ygr_text_error_init(&errors);
	if (ygr_policy_text_parse(text, strlen(text), &users, &model, &errors)) {
		ygr_text_error_print(stderr, "text", &errors);
		fail();
	}
	assert_int_equal(ygr_policy_blob_build(model, &c.blob, &c.bytes), 0);
	ygr_policy_model_destroy(model);
	verify(&c);
	return c;
}

static char *print(const struct compiled *c, int wanted)
{
	size_t bytes;
	char *text;
	FILE *out;

	out = open_memstream(&text, &bytes);
	assert_int_equal(ygr_policy_print(out, &c->image), wanted);
	fclose(out);
	return text;
}

/* What is printed compiles to the same bytes. */
static char *round_trip(const char *text)
{
	struct compiled first = compile(text), second;
	char *printed = print(&first, 0);

	second = compile(printed);
	assert_int_equal(first.bytes, second.bytes);
	assert_memory_equal(first.blob, second.blob, first.bytes);
	free(first.blob);
	free(second.blob);
	return printed;
}

static void check_print(const char *text, const char *wanted)
{
	char *printed = round_trip(text);

	assert_string_equal(printed, wanted);
	free(printed);
}

/* Every byte of a small policy: the format is a contract with running kernels. */
static void test_bytes(void **state)
{
	static const char wanted[] =
		/* header: magic, version, header_bytes; total_bytes, section_nr; flags, name_off */
		"YGRP\1\0\30\0" "\330\0\0\0\3\0\0\0" "\0\0\0\0\1\0\0\0"
		/* kind, flags; off, item_bytes; item_nr, pad: 15 of 1 at 96 */
		"\1\0\0\0\0\0\0\0" "\140\0\0\0\1\0\0\0" "\17\0\0\0\0\0\0\0"
		/* one of 80 at 112 */
		"\2\0\0\0\0\0\0\0" "\160\0\0\0\120\0\0\0" "\1\0\0\0\0\0\0\0"
		/* three of 8 at 192 */
		"\3\0\0\0\0\0\0\0" "\300\0\0\0\10\0\0\0" "\3\0\0\0\0\0\0\0"
		/* strings */
		"\0p\0rr\0/a" "\0/\0/b/\0\0"
		/* on; name_off, action, mode, flags */
		"\1\0\0\0\0\0\0\0" "\3\0\0\0\3\1\0\0"
		/* match: path 0 + 2, uid, cidr, port */
		"\0\0\0\0\2\0\0\0" "\0\0\0\0\0\0\0\0"
		"\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0"
		/* except: path 2 + 1, uid, cidr, port */
		"\2\0\0\0\1\0\0\0" "\0\0\0\0\0\0\0\0"
		"\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0"
		/* paths: str_off, len, kind, pad */
		"\6\0\0\0\2\0\1\0" "\11\0\0\0\1\0\1\0" "\13\0\0\0\3\0\2\0";
	struct compiled c = compile("version: 1\nname: p\nrules:\n"
				    "  - { name: rr, on: exec, do: deny, mode: monitor,\n"
				    "      where: { path: [/a, /], not: { path: \"/b/**\" } } }\n");

	(void)state;
	assert_int_equal(c.bytes, 216);
	assert_int_equal(sizeof(wanted) - 1, 216);
	assert_memory_equal(c.blob, wanted, 216);
	free(c.blob);
}

static void test_empty_policy(void **state)
{
	(void)state;
	check_print("version: 1\nname: none\nrules: []\n",
		    "version: 1\nname: none\nrules: []\n");
}

static void test_print(void **state)
{
	(void)state;
	check_print("version: 1\nname: web\nmode: monitor\nrules:\n"
		    "  - name: a\n    on: file\n    do: deny\n"
		    "    where: { uid: [www-data, 1000-1999], path: /x, not: { path: [\"/x/y z\", \"/tmp/**\"] } }\n",
		    "version: 1\nname: web\nrules:\n"
		    "  - name: a\n"
		    "    on: [open-write, create, unlink, rename, mmap-exec]\n"
		    "    where:\n"
		    "      path: [\"/x\"]\n"
		    "      uid: [33, 1000-1999]\n"
		    "      not:\n"
		    "        path: [\"/x/y z\", \"/tmp/**\"]\n"
		    "    do: deny\n"
		    "    mode: monitor\n");
	check_print("version: 1\nname: net\nrules:\n"
		    "  - { name: b, on: [accept, connect], do: record, where: { not: { cidr: [\"::/0\", 10.0.0.0/8, 1.2.3.4], port: [1, 5-6] } } }\n",
		    "version: 1\nname: net\nrules:\n"
		    "  - name: b\n"
		    "    on: [connect, accept]\n"
		    "    where:\n"
		    "      not:\n"
		    "        cidr: [\"::/0\", \"10.0.0.0/8\", \"1.2.3.4/32\"]\n"
		    "        port: [1, 5-6]\n"
		    "    do: record\n");
}

static void test_names_that_yaml_could_misread(void **state)
{
	(void)state;
	check_print("version: 1\nname: \"-\"\nrules:\n  - { name: \"7\", on: exit, do: ignore }\n",
		    "version: 1\nname: \"-\"\nrules:\n  - name: \"7\"\n    on: [exit]\n    do: ignore\n");
	free(round_trip("version: 1\nname: \"...\"\nrules:\n  - { name: \"---\", on: exit, do: ignore }\n"));
	free(round_trip("version: 1\nname: null\nrules:\n  - { name: true, on: exit, do: ignore }\n"));
}

static void test_odd_paths(void **state)
{
	char *printed;

	(void)state;
	printed = round_trip("version: 1\nname: odd\nrules:\n"
			     "  - name: r\n    on: exec\n    do: deny\n    where:\n      path:\n"
			     "        - \"/with \\\"quotes\\\" and \\\\\"\n"
			     "        - \"/line\\nbreak\\t\"\n"
			     "        - \"/\\e[31m\\x7f\\x85\\xa0\\u2028\\u202e\\ufeff\"\n"
			     "        - \"/gr\xc3\xbc\xc3\x9f""e/\xf0\x9f\x98\x80\"\n"
			     "        - \"/U+10FFFF \\U0010ffff \\ufffe\"\n"
			     "        - \"/# no comment: [a, b] {c} & ' x\"\n"
			     "        - \"/ leading and trailing \"\n");
	assert_non_null(strstr(printed, "\"/line\\u000abreak\\u0009\""));
	assert_non_null(strstr(printed, "\"/\\u001b[31m\\u007f\\u0085\xc2\xa0\\u2028\\u202e\\ufeff\""));
	assert_non_null(strstr(printed, "\"/gr\xc3\xbc\xc3\x9f""e/\xf0\x9f\x98\x80\""));
	free(printed);
}

/* A blob that another program made may hold what the language cannot say. */
static void check_foreign(char from, const char *at, char to)
{
	struct compiled c = compile("version: 1\nname: net\nrules:\n"
				    "  - { name: rule, on: exec, do: deny, where: { path: /path } }\n");
	char *place = memmem(c.blob, c.bytes, at, strlen(at));

	assert_non_null(place);
	assert_int_equal(*place, from);
	*place = to;
	verify(&c);
	free(print(&c, -EILSEQ));
	free(c.blob);
}

static void test_foreign_blobs_are_printed_with_a_warning(void **state)
{
	(void)state;
	check_foreign('p', "path", '*');
	check_foreign('p', "path", '?');
	check_foreign('p', "path", '\xff');
	check_foreign('r', "rule", '#');
	check_foreign('n', "net", 'N');
}

static struct ygr_decision judge(const struct compiled *c, const struct ygr_match_event *event)
{
	void *memory = malloc(ygr_policy_index_bytes(&c->image));
	struct ygr_policy_index index;
	struct ygr_policy_error error;
	struct ygr_decision decision;

	assert_non_null(memory);
	assert_int_equal(ygr_policy_index_build(&index, &c->image, memory, &error), 0);
	decision = ygr_match(&index, event);
	free(memory);
	return decision;
}

static struct ygr_decision judge_exec(const struct compiled *c, const char *path, uint32_t euid)
{
	const struct ygr_match_event event = {
		.on = YGR_ON_EXEC,
		.euid = euid,
		.path_nr = 1,
		.paths = { { .bytes = path, .len = strlen(path) } },
	};

	return judge(c, &event);
}

/* Text means what docs/POLICY.md says, as judged by the code the kernel runs. */
static void test_meaning(void **state)
{
	struct compiled c = compile("version: 1\nname: m\nrules:\n"
		"  - { name: keep, on: exec, do: allow, where: { path: /tmp/good } }\n"
		"  - { name: tmp, on: exec, do: deny, where: { path: \"/tmp/**\", not: { uid: 0 } } }\n"
		"  - { name: rest, on: exec, do: ignore, where: { uid: 1000-1999 } }\n");
	struct ygr_decision decision;

	(void)state;
	decision = judge_exec(&c, "/tmp/good", 33);
	assert_int_equal(decision.rule_id, 1);
	assert_int_equal(decision.action, YGR_ACTION_ALLOW);
	decision = judge_exec(&c, "/tmp/bad", 33);
	assert_int_equal(decision.rule_id, 2);
	assert_int_equal(decision.action, YGR_ACTION_DENY);
	assert_int_equal(judge_exec(&c, "/tmp/a/b", 33).rule_id, 2);
	assert_int_equal(judge_exec(&c, "/tmp/bad", 0).rule_id, 0);
	assert_int_equal(judge_exec(&c, "/tmp", 33).rule_id, 0);
	assert_int_equal(judge_exec(&c, "/tmpfile", 33).rule_id, 0);
	assert_int_equal(judge_exec(&c, "/bin/sh", 1000).rule_id, 3);
	assert_int_equal(judge_exec(&c, "/bin/sh", 1999).rule_id, 3);
	assert_int_equal(judge_exec(&c, "/bin/sh", 2000).rule_id, 0);
	free(c.blob);
}

static __u32 judge_connect(const struct compiled *c, const char *addr, uint16_t port)
{
	uint8_t bytes[16];
	const struct ygr_match_event event = {
		.on = YGR_ON_CONNECT,
		.family = strchr(addr, ':') ? AF_INET6 : AF_INET,
		.port = port,
		.addr = bytes,
	};

	assert_int_equal(inet_pton(event.family, addr, bytes), 1);
	return judge(c, &event).rule_id;
}

static void test_meaning_of_addresses(void **state)
{
	struct compiled c = compile("version: 1\nname: m\nrules:\n"
		"  - { name: a, on: connect, do: deny, where: { cidr: [203.0.113.0/25, \"2001:db8::/33\"], port: [22, 80-90] } }\n"
		"  - { name: b, on: connect, do: deny, where: { not: { cidr: [10.0.0.0/8, \"::/0\"] } } }\n"
		"  - { name: c, on: connect, do: deny, where: { port: 443, not: { cidr: 10.1.0.0/16 } } }\n");

	(void)state;
	assert_int_equal(judge_connect(&c, "203.0.113.127", 22), 1);
	assert_int_equal(judge_connect(&c, "203.0.113.128", 22), 2);
	assert_int_equal(judge_connect(&c, "203.0.113.1", 90), 1);
	assert_int_equal(judge_connect(&c, "203.0.113.1", 91), 2);
	assert_int_equal(judge_connect(&c, "2001:db8:7fff::1", 80), 1);
	assert_int_equal(judge_connect(&c, "2001:db8:8000::1", 80), 0);
	assert_int_equal(judge_connect(&c, "10.2.0.1", 443), 3);
	assert_int_equal(judge_connect(&c, "10.1.0.1", 443), 0);
	free(c.blob);
}

static void test_too_large(void **state)
{
	struct ygr_policy_model *model = ygr_policy_model_create();
	struct ygr_policy_rule *rule;
	union ygr_policy_value value = { .path = { .kind = YGR_PATH_EXACT } };
	size_t bytes = 0;
	void *blob = NULL;
	unsigned int i;

	(void)state;
	strcpy(model->name, "big");
	rule = ygr_policy_model_add_rule(model);
	strcpy(rule->name, "r");
	rule->on = 1;
	for (i = 0; i < 16900; i++) {
		value.path.bytes = malloc(4001);
		memset(value.path.bytes, 'a', 4000);
		value.path.bytes[0] = '/';
		value.path.bytes[4000] = '\0';
		value.path.len = 4000;
		ygr_policy_model_add_value(model, &rule->match[YGR_DIM_PATH], YGR_DIM_PATH, &value);
	}
	assert_int_equal(ygr_policy_blob_build(model, &blob, &bytes), -E2BIG);
	assert_null(blob);
	assert_in_range(bytes, 16900 * 4001, 16900 * 4001 + 16900 * 8 + 400);
	ygr_policy_model_destroy(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_empty_policy),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_names_that_yaml_could_misread),
		cmocka_unit_test(test_odd_paths),
		cmocka_unit_test(test_foreign_blobs_are_printed_with_a_warning),
		cmocka_unit_test(test_meaning),
		cmocka_unit_test(test_meaning_of_addresses),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
