// SPDX-License-Identifier: GPL-2.0-only
/* The index at its bounds, and what it keeps of programs and cgroups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <yagura/ygr_abi.h>

#include "policy_built.h"

static struct draft draft;
static struct built built;

static void build(int expected)
{
	int ret = built_from_draft(&built, &draft);

	if (ret != expected)
		fail_msg("%d, code %u at %u", ret, built.error.code, built.error.offset);
}

static void expect_good(void)
{
	build(0);
	built_free(&built);
}

static void expect_refusal(uint32_t code, const void *section, uint32_t item, size_t item_bytes)
{
	assert_int_equal(built.error.code, code);
	assert_int_equal(built.error.offset,
			 (const char *)section + item * item_bytes - (const char *)built.blob);
	built_free(&built);
}

static void rule_about(enum ygr_text_kind kind, const char *text)
{
	draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_DENY);
	draft_test(&draft, YGR_FIELD_PATH);
	draft_text(&draft, kind, text);
}

/* ---- how many share a key ---- */

static void a_key_may_be_shared_by_so_many(void **state)
{
	(void)state;
	draft_reset(&draft);
	for (uint32_t i = 0; i < YGR_INDEX_SHARE_MAX; i++)
		rule_about(YGR_TEXT_EXACT, "/x");
	expect_good();
	rule_about(YGR_TEXT_EXACT, "/x");
	build(-EBADMSG);
	/* The item that is one too many. */
	expect_refusal(YGR_POLICY_E_SHARED, built.image.texts, YGR_INDEX_SHARE_MAX,
		       sizeof(struct ygr_text_item));
}

/* Globs of one directory share its key with the directory. */
static void globs_share_their_directory(void **state)
{
	char glob[64];

	(void)state;
	draft_reset(&draft);
	for (uint32_t i = 0; i < YGR_INDEX_SHARE_MAX - 1; i++) {
		snprintf(glob, sizeof(glob), "/home/*/file-%u", i);
		rule_about(YGR_TEXT_GLOB, glob);
	}
	rule_about(YGR_TEXT_PREFIX, "/home/");
	rule_about(YGR_TEXT_GLOB, "/home/u/*");
	rule_about(YGR_TEXT_EXACT, "/home/u");
	rule_about(YGR_TEXT_SUFFIX, "/home");
	expect_good();
	rule_about(YGR_TEXT_GLOB, "/home/**");
	build(-EBADMSG);
	expect_refusal(YGR_POLICY_E_SHARED, built.image.texts, YGR_INDEX_SHARE_MAX + 3,
		       sizeof(struct ygr_text_item));
}

static void so_many_clauses_may_be_without_a_key(void **state)
{
	(void)state;
	draft_reset(&draft);
	for (uint32_t i = 0; i < YGR_INDEX_SHARE_MAX; i++) {
		draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC) | YGR_ON_BIT(YGR_ON_FORK), YGR_ACTION_RECORD);
		draft_test(&draft, YGR_FIELD_UID);
		draft_range(&draft, i, i);
	}
	/* Neither a key nor another event counts. */
	rule_about(YGR_TEXT_EXACT, "/x");
	draft_rule(&draft, YGR_ON_BIT(YGR_ON_UNLINK), YGR_ACTION_RECORD);
	expect_good();
	/* What is only not named is no key to be found by. */
	draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_RECORD);
	draft_not(&draft, YGR_FIELD_PATH);
	draft_text(&draft, YGR_TEXT_EXACT, "/y");
	build(-EBADMSG);
	expect_refusal(YGR_POLICY_E_SHARED, built.image.clauses, YGR_INDEX_SHARE_MAX + 2,
		       sizeof(struct ygr_clause));
}

/* Keys made to collide, as an author of many digests could: the look-up stays bounded. */
static void so_many_keys_may_collide(void **state)
{
	/* At least as many slots as the index will have, and their first as everybody's. */
	const uint32_t slots = 1024, keys = YGR_INDEX_PROBE_MAX + 1;
	uint8_t digest[32] = { 0 };
	uint64_t number = 0;

	(void)state;
	draft_reset(&draft);
	draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_DENY);
	draft_test(&draft, YGR_FIELD_SHA256);
	while (draft.nr[YGR_SECTION_DIGESTS] < keys) {
		memcpy(digest, &number, sizeof(number));
		number++;
		if (ygr_policy_key_of_bytes(YGR_KEY_SHA256, digest, 0).hash % slots == 0)
			draft_digest(&draft, digest);
	}
	build(-EBADMSG);
	expect_refusal(YGR_POLICY_E_SHARED, built.image.digests, keys - 1,
		       sizeof(struct ygr_digest_item));

	draft.tests[0].nr--;
	build(0);
	assert_int_equal(slots % (built.index.slot_mask + 1), 0);
	for (uint32_t i = 0; i < keys; i++) {
		struct ygr_match_event event = {
			.on = YGR_ON_EXEC, .sha256 = draft.digests[i].bytes,
		};

		assert_int_equal(ygr_match(&built.index, &event).rule_id, i < keys - 1);
	}
	built_free(&built);
}

/* ---- how deep ---- */

static void nest(enum ygr_text_kind kind, uint32_t nr)
{
	char text[128] = "";

	draft_reset(&draft);
	for (uint32_t i = 0; i < nr; i++) {
		if (kind == YGR_TEXT_PREFIX)
			strcat(text, i ? "a/" : "/");
		else
			strcat(text, "a");
		rule_about(kind, text);
	}
}

static void directories_may_nest_so_deep(void **state)
{
	(void)state;
	nest(YGR_TEXT_PREFIX, YGR_INDEX_NEST_MAX);
	/* One beside the others, and one that is not a directory. */
	rule_about(YGR_TEXT_PREFIX, "/b/");
	rule_about(YGR_TEXT_EXACT, "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a");
	expect_good();
	nest(YGR_TEXT_PREFIX, YGR_INDEX_NEST_MAX + 1);
	build(-EBADMSG);
	expect_refusal(YGR_POLICY_E_NESTED, built.image.texts, YGR_INDEX_NEST_MAX,
		       sizeof(struct ygr_text_item));
}

static void suffixes_may_nest_so_deep(void **state)
{
	(void)state;
	nest(YGR_TEXT_SUFFIX, YGR_INDEX_NEST_MAX);
	rule_about(YGR_TEXT_SUFFIX, "b");
	expect_good();
	nest(YGR_TEXT_SUFFIX, YGR_INDEX_NEST_MAX + 1);
	build(-EBADMSG);
	expect_refusal(YGR_POLICY_E_NESTED, built.image.texts, YGR_INDEX_NEST_MAX,
		       sizeof(struct ygr_text_item));
}

static void networks_may_nest_so_deep(void **state)
{
	const uint8_t zero[16] = { 0 };

	(void)state;
	for (uint16_t family = AF_INET; family <= AF_INET6; family += AF_INET6 - AF_INET) {
		draft_reset(&draft);
		draft_rule(&draft, YGR_ON_BIT(YGR_ON_CONNECT), YGR_ACTION_DENY);
		draft_test(&draft, YGR_FIELD_ADDRESS);
		for (uint8_t i = 0; i < YGR_INDEX_NEST_MAX; i++)
			draft_cidr(&draft, family, zero, i * 2);
		expect_good();
		draft_cidr(&draft, family, zero, 32);
		build(-EBADMSG);
		expect_refusal(YGR_POLICY_E_NESTED, built.image.cidrs, YGR_INDEX_NEST_MAX,
			       sizeof(struct ygr_cidr_item));
	}
}

/* As deep as may be in every respect: each list of the event has room. */
static void the_deepest_event_finds_all(void **state)
{
	struct ygr_match_event event = {
		.on = YGR_ON_RENAME, .path_nr = 2, .has_file = true, .ino = 1, .cgroup_id = 2,
	};
	char path[2][128] = { "/", "/b/" };
	struct ygr_index_lists lists = { 0 };
	uint32_t holding = 0;

	(void)state;
	nest(YGR_TEXT_PREFIX, YGR_INDEX_NEST_MAX);
	for (uint32_t i = 0; i < YGR_INDEX_NEST_MAX; i++) {
		strcat(path[0], "a/");
		strcat(path[1], i ? "a/" : "b/");
		if (i && i < YGR_INDEX_NEST_MAX - 1)
			rule_about(YGR_TEXT_PREFIX, path[1]);
	}
	for (uint32_t i = 0; i < YGR_INDEX_NEST_MAX; i++) {
		char suffix[32] = "";

		for (uint32_t j = 0; j <= i; j++)
			strcat(suffix, "z");
		rule_about(YGR_TEXT_SUFFIX, suffix);
	}
	for (int i = 0; i < 2; i++) {
		strcat(path[i], "zzzzzzzzzzzzzzzzzz");
		rule_about(YGR_TEXT_EXACT, path[i]);
		event.paths[i] = (struct ygr_match_text) { path[i], (uint32_t)strlen(path[i]) };
	}
	for (uint32_t i = 0; i < draft.nr[YGR_SECTION_RULES]; i++) {
		draft.rules[i].on = YGR_ON_BIT(YGR_ON_RENAME);
		draft.rules[i].action = YGR_ACTION_LABEL;
		draft.rules[i].error = 0;
	}
	build(0);
	ygr_policy_index_find_text(&built.index, YGR_KEY_PATH, event.paths[0].bytes,
				   event.paths[0].len, &lists);
	assert_int_equal(lists.nr, 1 + 2 * YGR_INDEX_NEST_MAX);
	ygr_policy_index_find_text(&built.index, YGR_KEY_PATH, event.paths[1].bytes,
				   event.paths[1].len, &lists);
	assert_true(lists.nr < YGR_INDEX_LISTS_MAX);
	for (uint32_t i = 0; i < lists.nr; i++)
		holding += lists.list[i].end - lists.list[i].next;
	assert_true(holding > 4 * YGR_INDEX_NEST_MAX - 4);
	built_free(&built);
}

/* ---- programs and cgroups ---- */

static void list_of_program(uint32_t number)
{
	char path[64];

	snprintf(path, sizeof(path), "/bin/p%u", number);
	draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_DENY);
	draft_test(&draft, YGR_FIELD_PATH);
	draft_text(&draft, YGR_TEXT_EXACT, path);
	draft_test(&draft, number % 2 ? YGR_FIELD_EXE : YGR_FIELD_CGROUP);
	draft_text(&draft, YGR_TEXT_EXACT, path);
}

static void there_may_be_so_many_lists(void **state)
{
	(void)state;
	draft_reset(&draft);
	for (uint32_t i = 0; i < YGR_POLICY_SUBJECT_SPANS_MAX; i++)
		list_of_program(i);
	/* The same list once more, also of a parent, is no other. */
	draft_test(&draft, YGR_FIELD_ANCESTOR);
	draft.tests[draft.nr[YGR_SECTION_TESTS] - 1].first = draft.tests[3].first;
	draft.tests[draft.nr[YGR_SECTION_TESTS] - 1].nr = draft.tests[3].nr;
	expect_good();
	list_of_program(YGR_POLICY_SUBJECT_SPANS_MAX);
	build(-EBADMSG);
	expect_refusal(YGR_POLICY_E_SUBJECTS, built.image.tests,
		       2 * YGR_POLICY_SUBJECT_SPANS_MAX + 2, sizeof(struct ygr_test));
}

static uint32_t bit_count(const struct ygr_subject_bits *bits)
{
	uint32_t nr = 0;

	for (int i = 0; i < YGR_SUBJECT_WORDS; i++)
		nr += (uint32_t)__builtin_popcountll(bits->words[i]);
	return nr;
}

/* Every list has a bit of its own, and lists of cgroups are not lists of programs. */
static void each_list_has_a_bit(void **state)
{
	struct ygr_subject_bits all = { 0 };

	(void)state;
	draft_reset(&draft);
	for (uint32_t i = 0; i < YGR_POLICY_SUBJECT_SPANS_MAX; i++)
		list_of_program(i);
	build(0);
	for (uint32_t i = 0; i < YGR_POLICY_SUBJECT_SPANS_MAX; i++) {
		struct ygr_subject_bits exe = { 0 }, cgroup = { 0 };
		char path[64];

		snprintf(path, sizeof(path), "/bin/p%u", i);
		ygr_policy_index_subject(&built.index, YGR_SUBJECT_EXE, path, (uint32_t)strlen(path), &exe);
		ygr_policy_index_subject(&built.index, YGR_SUBJECT_CGROUP, path, (uint32_t)strlen(path),
					 &cgroup);
		assert_int_equal(bit_count(&exe), i % 2);
		assert_int_equal(bit_count(&cgroup), !(i % 2));
		ygr_policy_index_subject(&built.index, i % 2 ? YGR_SUBJECT_EXE : YGR_SUBJECT_CGROUP, path,
					 (uint32_t)strlen(path), &all);
		assert_int_equal(bit_count(&all), i + 1);
	}
	built_free(&built);
}

/* Lists that start alike differ all the same; one of programs and of cgroups has two bits. */
static void lists_differ_by_length_and_kind(void **state)
{
	static const struct {
		enum ygr_field field;
		uint32_t nr;
		uint32_t in_first, in_second; /* bits that the first path has, and the second */
	} lists[] = {
		{ YGR_FIELD_EXE, 1, 1, 0 },
		{ YGR_FIELD_EXE, 2, 2, 1 },
		{ YGR_FIELD_PARENT, 2, 2, 1 },
		{ YGR_FIELD_CGROUP, 2, 2, 1 },
		/* Sought where the first list of all is found. */
		{ YGR_FIELD_EXE, 1 + 5 * YGR_POLICY_SUBJECT_SPANS_MAX / 4, 3, 2 },
	};

	(void)state;
	draft_reset(&draft);
	draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_DENY);
	for (uint32_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct ygr_test *test = draft_test(&draft, lists[i].field);
		struct ygr_subject_bits bits[2] = { 0 }, cgroup = { 0 };

		if (!i) {
			draft_text(&draft, YGR_TEXT_EXACT, "/a");
			draft_text(&draft, YGR_TEXT_EXACT, "/b");
			for (uint32_t more = 2; more < lists[4].nr; more++) {
				char path[32];

				snprintf(path, sizeof(path), "/c%u", more);
				draft_text(&draft, YGR_TEXT_EXACT, path);
			}
		}
		test->first = 0;
		test->nr = lists[i].nr;
		build(0);
		ygr_policy_index_subject(&built.index, YGR_SUBJECT_EXE, "/a", 2, &bits[0]);
		ygr_policy_index_subject(&built.index, YGR_SUBJECT_EXE, "/b", 2, &bits[1]);
		assert_int_equal(bit_count(&bits[0]), lists[i].in_first);
		assert_int_equal(bit_count(&bits[1]), lists[i].in_second);
		ygr_policy_index_subject(&built.index, YGR_SUBJECT_CGROUP, "/a", 2, &cgroup);
		assert_int_equal(bit_count(&cgroup), i >= 3);
		built_free(&built);
	}
}

/* A list that many tests share takes the room of one. */
static void shared_lists_take_no_more_room(void **state)
{
	size_t bytes[2];

	(void)state;
	for (int many = 0; many < 2; many++) {
		draft_reset(&draft);
		for (int i = 0; i < 200; i++) {
			draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_DENY);
			draft_test(&draft, i && !many ? YGR_FIELD_UID : YGR_FIELD_EXE);
			if (!i)
				for (int j = 0; j < 1000; j++)
					draft_text(&draft, YGR_TEXT_EXACT, "/x");
			else if (many)
				draft.tests[i].nr = 1000;
			else
				draft_range(&draft, 0, 0);
		}
		for (uint32_t i = 0; i < draft.nr[YGR_SECTION_TEXTS]; i++) {
			char path[32];

			snprintf(path, sizeof(path), "/x%u", i);
			draft.texts[i].str_off = draft_string(&draft, path, strlen(path));
			draft.texts[i].len = (uint16_t)strlen(path);
		}
		build(0);
		bytes[many] = ygr_policy_index_bytes(&built.image);
		built_free(&built);
	}
	assert_int_equal(bytes[0], bytes[1]);
}

static uint32_t found_of(const char *text, uint32_t len)
{
	struct ygr_index_lists lists = { 0 };

	ygr_policy_index_find_text(&built.index, YGR_KEY_PATH, text, len, &lists);
	return lists.nr;
}

/* Longer than what a rule may name, but still below its directories, and with their ends. */
static void texts_may_be_longer_than_rules_are(void **state)
{
	static char text[4 * YGR_POLICY_PATH_MAX + 4];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	draft_reset(&draft);
	rule_about(YGR_TEXT_PREFIX, "/");
	rule_about(YGR_TEXT_SUFFIX, "a");
	draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_DENY);
	draft_test(&draft, YGR_FIELD_PATH);
	draft_bytes(&draft, YGR_TEXT_EXACT, text, YGR_POLICY_PATH_MAX);
	build(0);
	assert_int_equal(found_of("", 0), 0);
	assert_int_equal(found_of("/", 1), 0);
	assert_int_equal(found_of(text, YGR_POLICY_PATH_MAX - 1), 2);
	assert_int_equal(found_of(text, YGR_POLICY_PATH_MAX), 3);
	assert_int_equal(found_of(text, YGR_POLICY_PATH_MAX + 1), 2);
	assert_int_equal(found_of(text, sizeof(text)), 2);
	built_free(&built);
}

/* ---- events that are ignored whatever they are ---- */

#define EXEC	YGR_ON_BIT(YGR_ON_EXEC)
#define SEND	YGR_ON_BIT(YGR_ON_SEND)

static void expect_ignored(uint64_t on)
{
	build(0);
	assert_int_equal(built.index.ignored_on, on);
	built_free(&built);
	draft_reset(&draft);
}

static void what_is_ignored_by_the_first_rule(void **state)
{
	(void)state;
	draft_reset(&draft);
	draft_rule(&draft, EXEC, YGR_ACTION_RECORD);
	draft_rule(&draft, EXEC | SEND, YGR_ACTION_IGNORE);
	build(0);
	assert_int_equal(built.index.ignored_on, SEND);
	assert_int_equal(built.index.ignoring_rule[YGR_ON_SEND], 1);
	built_free(&built);
	draft_reset(&draft);
	/* One of two alternatives asks for nothing. */
	rule_about(YGR_TEXT_EXACT, "/x");
	draft.rules[0].action = YGR_ACTION_IGNORE;
	draft.rules[0].error = 0;
	draft_clause(&draft);
	expect_ignored(EXEC);
}

static void what_must_be_looked_at(void **state)
{
	(void)state;
	draft_reset(&draft);
	expect_ignored(0);
	rule_about(YGR_TEXT_EXACT, "/x");
	draft_rule(&draft, EXEC, YGR_ACTION_IGNORE);
	expect_ignored(0);
	draft_rule(&draft, EXEC, YGR_ACTION_IGNORE)->expires_s = 1;
	expect_ignored(0);
	draft_rule(&draft, EXEC, YGR_ACTION_IGNORE)->labels = draft_label(&draft, "l");
	expect_ignored(0);
	draft_rule(&draft, EXEC, YGR_ACTION_LABEL)->labels = draft_label(&draft, "l");
	draft_rule(&draft, EXEC, YGR_ACTION_IGNORE);
	expect_ignored(0);
	draft_rule(&draft, EXEC, YGR_ACTION_ALLOW);
	expect_ignored(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_may_be_shared_by_so_many),
		cmocka_unit_test(globs_share_their_directory),
		cmocka_unit_test(so_many_clauses_may_be_without_a_key),
		cmocka_unit_test(so_many_keys_may_collide),
		cmocka_unit_test(directories_may_nest_so_deep),
		cmocka_unit_test(suffixes_may_nest_so_deep),
		cmocka_unit_test(networks_may_nest_so_deep),
		cmocka_unit_test(the_deepest_event_finds_all),
		cmocka_unit_test(there_may_be_so_many_lists),
		cmocka_unit_test(each_list_has_a_bit),
		cmocka_unit_test(lists_differ_by_length_and_kind),
		cmocka_unit_test(shared_lists_take_no_more_room),
		cmocka_unit_test(texts_may_be_longer_than_rules_are),
		cmocka_unit_test(what_is_ignored_by_the_first_rule),
		cmocka_unit_test(what_must_be_looked_at),
	};

	return cmocka_run_group_tests_name("policy_index", tests, NULL, NULL);
}
