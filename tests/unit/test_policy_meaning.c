// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random conditions: what the text says, evaluated as it is written, and what the
 * compiled policy decides, by the matcher that the kernel runs; and whether it is true what
 * warnings say of rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "match.h"
#include "policy_random.h"
#include "policy_says.h"

#define POLICY_NR	3000
#define EVENTS_OF_EACH	40
#define MEMBERS_MAX	4
#define VALUES_MAX	3
#define DEPTH_MAX	3

enum kind { KEY, ALL, ANY, NOT, MAP, KIND_NR };
enum key { PATH, UID, GID, WORDS, KEY_NR };

static const char *const patterns[] = { "/a", "/a/**", "*b", "/?/b" };
static const char *const paths[] = { "/a", "/b", "/a/b", "/c/b", "/a/c/b" };
static const bool pattern_has[4][5] = {
	{ true, false, false, false, false },
	{ false, false, true, false, true },
	{ false, true, true, true, true },
	{ false, false, true, true, false },
};

static const char *const words[] = { "setuid", "memfd", "unlinked" };
static const uint64_t bits[] = { YGR_FILE_SETUID, YGR_FILE_MEMFD, YGR_FILE_UNLINKED };

/* A member of a map, or a map; its values are indexes, or numbers. */
struct node {
	enum kind kind;
	enum key key;
	uint32_t nr;
	uint32_t value[VALUES_MAX];
	struct node *child[MEMBERS_MAX];
};

struct happening {
	uint32_t path;
	uint32_t uid;
	uint32_t gid;
	uint64_t attr;
};

static struct node *make_map(struct choices *choices, unsigned int depth, bool in_not);

static struct node *make_node(enum kind kind)
{
	struct node *node = calloc(1, sizeof(*node));

	assert_non_null(node);
	node->kind = kind;
	return node;
}

static void destroy(struct node *node)
{
	uint32_t i;

	for (i = 0; node->kind != KEY && i < node->nr; i++)
		destroy(node->child[i]);
	free(node);
}

static struct node *make_key(struct choices *choices, enum key key)
{
	static const uint32_t value_nr[KEY_NR] = { 4, 4, 4, 3 };
	struct node *node = make_node(KEY);
	uint32_t i;

	node->key = key;
	node->nr = 1 + choose(choices, VALUES_MAX);
	for (i = 0; i < node->nr; i++)
		node->value[i] = choose(choices, value_nr[key]);
	return node;
}

static struct node *make_list(struct choices *choices, enum kind kind, unsigned int depth)
{
	struct node *node = make_node(kind);
	uint32_t i;

	node->nr = kind == NOT ? 1 : 1 + choose(choices, 3 - depth);
	for (i = 0; i < node->nr; i++)
		node->child[i] = make_map(choices, depth + 1, kind == NOT);
	return node;
}

/* At most one member of each key. */
static struct node *make_map(struct choices *choices, unsigned int depth, bool in_not)
{
	struct node *map = make_node(MAP);
	enum kind kind;
	enum key key;

	for (kind = ALL; kind <= NOT && depth < DEPTH_MAX; kind++)
		if (!choose(choices, 3 + depth) && !(kind == NOT && in_not))
			map->child[map->nr++] = make_list(choices, kind, depth);
	for (key = 0; key < KEY_NR && map->nr < MEMBERS_MAX; key++)
		if (!choose(choices, 3))
			map->child[map->nr++] = make_key(choices, key);
	if (!map->nr)
		map->child[map->nr++] = make_key(choices, choose(choices, KEY_NR));
	return map;
}

/* ---- as text ---- */

static void put_values(FILE *out, const struct node *node)
{
	uint32_t i;

	for (i = 0; i < node->nr; i++) {
		fputs(i ? ", " : "", out);
		if (node->key == PATH)
			fprintf(out, "\"%s\"", patterns[node->value[i]]);
		else if (node->key == WORDS)
			fputs(words[node->value[i]], out);
		else
			fprintf(out, "%u", node->value[i]);
	}
}

static void put_map(FILE *out, const struct node *map);

static void put_member(FILE *out, const struct node *node)
{
	static const char *const keys[KEY_NR] = { "path", "uid", "gid", "file" };
	static const char *const kinds[KIND_NR] = { [ALL] = "all", [ANY] = "any", [NOT] = "not" };
	uint32_t i;

	fprintf(out, "%s: ", node->kind == KEY ? keys[node->key] : kinds[node->kind]);
	fputs(node->kind == NOT ? "" : "[", out);
	if (node->kind == KEY)
		put_values(out, node);
	for (i = 0; node->kind != KEY && i < node->nr; i++) {
		fputs(i ? ", " : "", out);
		put_map(out, node->child[i]);
	}
	fputs(node->kind == NOT ? "" : "]", out);
}

static void put_map(FILE *out, const struct node *map)
{
	uint32_t i;

	fputs("{ ", out);
	for (i = 0; i < map->nr; i++) {
		fputs(i ? ", " : "", out);
		put_member(out, map->child[i]);
	}
	fputs(" }", out);
}

static char *as_text(const struct node *map)
{
	size_t bytes;
	char *text;
	FILE *out;

	out = open_memstream(&text, &bytes);
	fputs("version: 1\nname: t\nrules:\n  - name: r\n    on: exec\n    do: deny\n    where: ", out);
	put_map(out, map);
	putc('\n', out);
	fclose(out);
	return text;
}

/* ---- as it is written ---- */

static bool value_holds(enum key key, uint32_t value, const struct happening *happening)
{
	switch (key) {
	case PATH:
		return pattern_has[value][happening->path];
	case UID:
		return happening->uid == value;
	case GID:
		return happening->gid == value;
	default:
		return happening->attr & bits[value];
	}
}

static bool holds(const struct node *node, const struct happening *happening)
{
	uint32_t i, nr = 0;

	for (i = 0; i < node->nr; i++)
		nr += node->kind == KEY ? value_holds(node->key, node->value[i], happening) :
					  holds(node->child[i], happening);
	switch (node->kind) {
	case KEY:
	case ANY:
		return nr > 0;
	case NOT:
		/* None of the keys of its one map, each by itself. */
		for (i = 0; i < node->child[0]->nr; i++)
			if (holds(node->child[0]->child[i], happening))
				return false;
		return true;
	default:
		return nr == node->nr;
	}
}

/* ---- both ---- */

/* Return: 1 + the index of the rule that decides, or 0. */
static uint32_t decide(const struct ygr_policy_compiled *compiled, const struct happening *happening)
{
	const struct ygr_match_event event = {
		.on = YGR_ON_EXEC,
		.path_nr = 1,
		.paths = { { .bytes = paths[happening->path], .len = strlen(paths[happening->path]) } },
		.has_file = true,
		.file_attr = happening->attr,
		.euid = happening->uid,
		.egid = happening->gid,
	};

	return ygr_match(&compiled->index, &event).rule_id;
}

static struct happening make_happening(struct choices *choices)
{
	return (struct happening) {
		.path = choose(choices, 5),
		.uid = choose(choices, 5),
		.gid = choose(choices, 5),
		.attr = choose(choices, 2) * bits[0] | choose(choices, 2) * bits[1] |
			choose(choices, 2) * bits[2],
	};
}

static void compare(struct choices *choices, const struct node *map, const char *text,
		    const struct ygr_policy_compiled *compiled)
{
	struct happening happening;
	unsigned int i;

	for (i = 0; i < EVENTS_OF_EACH; i++) {
		happening = make_happening(choices);
		if (decide(compiled, &happening) == holds(map, &happening))
			continue;
		fail_msg("%s\nof path %s uid %u gid %u attr %llx", text, paths[happening.path], happening.uid,
			 happening.gid, (unsigned long long)happening.attr);
	}
}

static void expect_too_large(const struct ygr_text_errors *errors, const char *text)
{
	unsigned int i = 0;

	while (errors->item[i].severity != YGR_TEXT_ERROR)
		i++;
	if (!strstr(errors->item[i].message, "alternative") &&
	    !strstr(errors->item[i].message, "too many rules about the same"))
		fail_msg("%s\n%s", errors->item[i].message, text);
}

/* Some are too large when they are multiplied out: that is said, and they are few. */
static void test_random_conditions(void **state)
{
	struct choices choices = { .state = 0x9e3779b97f4a7c15 };
	const struct ygr_policy_host host = policy_says_host(NULL);
	struct ygr_policy_compiled compiled;
	struct ygr_text_errors errors;
	const unsigned int nr = getenv("YAGURA_LONG") ? 50 * POLICY_NR : POLICY_NR;
	unsigned int i, too_large = 0;
	struct node *map;
	char *text;

	(void)state;
	for (i = 0; i < nr; i++) {
		map = make_map(&choices, 0, false);
		text = as_text(map);
		ygr_text_error_init(&errors);
		if (ygr_policy_compile("p", text, strlen(text), &host, &compiled, &errors)) {
			expect_too_large(&errors, text);
			too_large++;
		} else {
			compare(&choices, map, text, &compiled);
			ygr_policy_compile_exit(&compiled);
		}
		free(text);
		destroy(map);
	}
	assert_in_range(too_large, 0, nr / 10);
}

/* ---- several rules ---- */

#define RULE_NR	6

/* Small conditions, so that rules cover one another, contradict, and ask for what cannot be. */
static char *some_rules(struct choices *choices)
{
	struct node *map;
	size_t bytes;
	unsigned int i;
	char *text;
	FILE *out;

	out = open_memstream(&text, &bytes);
	fputs("version: 1\nname: t\nrules:\n", out);
	for (i = 0; i < RULE_NR; i++) {
		map = make_map(choices, DEPTH_MAX - choose(choices, 2), false);
		fprintf(out, "  - { name: r%u, on: exec, do: %s, where: ", i, choose(choices, 2) ? "deny" : "allow");
		put_map(out, map);
		fputs(" }\n", out);
		destroy(map);
	}
	fclose(out);
	return text;
}

/* The rules that a warning says never decide. */
static uint32_t silent_rules(const struct ygr_text_errors *errors)
{
	uint32_t silent = 0;
	unsigned int i, rule;
	char what[16];

	for (i = 0; i < errors->nr; i++) {
		if (sscanf(errors->item[i].message, "rule \"r%u\" %15s", &rule, what) != 2)
			continue;
		if (!strcmp(what, "is") || !strcmp(what, "never") || !strcmp(what, "contradicts"))
			silent |= 1u << rule;
	}
	return silent;
}

static void test_warnings_are_true(void **state)
{
	struct choices choices = { .state = 0x2545f4914f6cdd1d };
	const struct ygr_policy_host host = policy_says_host(NULL);
	const unsigned int nr = getenv("YAGURA_LONG") ? 50 * POLICY_NR : POLICY_NR;
	struct ygr_policy_compiled compiled;
	struct ygr_text_errors errors;
	unsigned int i, j, warned = 0;
	struct happening happening;
	uint32_t silent, rule;
	char *text;

	(void)state;
	for (i = 0; i < nr; i++) {
		text = some_rules(&choices);
		ygr_text_error_init(&errors);
		assert_int_equal(ygr_policy_compile("p", text, strlen(text), &host, &compiled, &errors), 0);
		silent = silent_rules(&errors);
		warned += silent != 0;
		for (j = 0; silent && j < 5 * EVENTS_OF_EACH; j++) {
			happening = make_happening(&choices);
			rule = decide(&compiled, &happening);
			if (rule && (silent & 1u << (rule - 1)))
				fail_msg("%s\nrule %u decides path %s uid %u gid %u attr %llx", text, rule - 1,
					 paths[happening.path], happening.uid, happening.gid,
					 (unsigned long long)happening.attr);
		}
		ygr_policy_compile_exit(&compiled);
		free(text);
	}
	/* The test is one only if there was something to be warned of. */
	assert_in_range(warned, nr / 4, nr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_conditions),
		cmocka_unit_test(test_warnings_are_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
