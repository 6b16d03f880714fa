// SPDX-License-Identifier: GPL-2.0-only
/* What the verifier accepts, refuses, and where it says the mistake is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_built.h"
#include "policy_mistakes.h"
#include "policy_verify.h"

static struct draft draft;

/* In a buffer of just that size, so that the sanitizer sees a byte too many. */
static int verify(const void *blob, size_t bytes, struct ygr_policy_image *image,
		  struct ygr_policy_error *error)
{
	void *copy = malloc(bytes ? bytes : 1);
	int ret;

	assert_non_null(copy);
	memcpy(copy, blob, bytes);
	ret = ygr_policy_verify(copy, bytes, image, error);
	free(copy);
	return ret;
}

static void accepts_the_good_blob(void **state)
{
	const struct mistake_blob *good = &mistake_blob_good;
	struct ygr_policy_image image;
	struct ygr_policy_error error;

	(void)state;
	assert_int_equal(ygr_policy_verify(good, sizeof(*good), &image, &error), 0);
	assert_ptr_equal(image.header, &good->header);
	assert_ptr_equal(image.strings, good->strings);
	assert_ptr_equal(image.rules, good->rule);
	assert_ptr_equal(image.clauses, good->clause);
	assert_ptr_equal(image.tests, good->test);
	assert_ptr_equal(image.texts, good->text);
	assert_ptr_equal(image.ranges, good->range);
	assert_ptr_equal(image.cidrs, good->cidr);
	assert_ptr_equal(image.ids, good->id);
	assert_ptr_equal(image.digests, good->digest);
	assert_ptr_equal(image.labels, good->label);
	assert_int_equal(image.strings_bytes, MISTAKE_STRINGS);
	assert_int_equal(image.rule_nr, 5);
	assert_int_equal(image.clause_nr, 6);
	assert_int_equal(image.test_nr, 13);
	assert_int_equal(image.text_nr, 7);
	assert_int_equal(image.range_nr, 3);
	assert_int_equal(image.cidr_nr, 2);
	assert_int_equal(image.id_nr, 2);
	assert_int_equal(image.digest_nr, 1);
	assert_int_equal(image.label_nr, 2);
}

static void tells_what_the_rules_look_at(void **state)
{
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	uint32_t fields[YGR_ON_NR] = {
		[YGR_ON_OPEN_WRITE] = YGR_FIELD_BIT(YGR_FIELD_PATH) | YGR_FIELD_BIT(YGR_FIELD_UID) |
				      YGR_FIELD_BIT(YGR_FIELD_FILE_ID) |
				      YGR_FIELD_BIT(YGR_FIELD_FILE_ATTR),
		[YGR_ON_EXEC] = YGR_FIELD_BIT(YGR_FIELD_SHA256) | YGR_FIELD_BIT(YGR_FIELD_ARGV) |
				YGR_FIELD_BIT(YGR_FIELD_EXE) | YGR_FIELD_BIT(YGR_FIELD_LABEL),
		[YGR_ON_CONNECT] = YGR_FIELD_BIT(YGR_FIELD_ADDRESS) | YGR_FIELD_BIT(YGR_FIELD_PORT) |
				   YGR_FIELD_BIT(YGR_FIELD_UNIX) | YGR_FIELD_BIT(YGR_FIELD_CGROUP_ID),
		[YGR_ON_SETXATTR] = YGR_FIELD_BIT(YGR_FIELD_XATTR),
	};

	(void)state;
	assert_int_equal(verify(&mistake_blob_good, sizeof(mistake_blob_good), &image, &error), 0);
	assert_true(image.has_expiry);
	assert_int_equal(image.deny_on_mask, YGR_ON_BIT(YGR_ON_OPEN_WRITE));
	assert_int_equal(image.on_mask, YGR_ON_BIT(YGR_ON_OPEN_WRITE) | YGR_ON_BIT(YGR_ON_EXEC) |
			 YGR_ON_BIT(YGR_ON_CONNECT) | YGR_ON_BIT(YGR_ON_SETXATTR) |
			 YGR_ON_BIT(YGR_ON_EXIT) | YGR_ON_BIT(YGR_ON_FORK));
	for (int on = 0; on < YGR_ON_NR; on++)
		assert_int_equal(image.fields_of[on], fields[on]);
}

static void accepts_a_policy_without_rules(void **state)
{
	struct built built;

	(void)state;
	draft_reset(&draft);
	assert_int_equal(built_from_draft(&built, &draft), 0);
	assert_int_equal(built.image.rule_nr, 0);
	assert_int_equal(built.image.on_mask, 0);
	assert_false(built.image.has_expiry);
	built_free(&built);
}

/* The image must be as before, too: a caller's old one must not half change. */
static void each_mistake_has_its_code_and_place(void **state)
{
	uint32_t codes = 0;

	(void)state;
	for (const struct mistake *mistake = mistakes; mistake->what; mistake++) {
		struct ygr_policy_image image, before;
		struct ygr_policy_error error = { 0 };
		struct mistake_blob bad = mistake_blob_good;
		int ret;

		memset(&before, 0x5a, sizeof(before));
		image = before;
		memcpy((uint8_t *)&bad + mistake->at, &mistake->value, mistake->bytes);
		ret = verify(&bad, sizeof(bad), &image, &error);
		if (ret != -EBADMSG || error.code != mistake->code || error.offset != mistake->offset)
			fail_msg("%s: %d, code %u at %u, not code %u at %u", mistake->what, ret,
				 error.code, error.offset, mistake->code, mistake->offset);
		assert_memory_equal(&image, &before, sizeof(image));
		codes |= 1u << mistake->code;
	}
	/* What one member cannot spoil is tested below, and with the index and the module. */
	assert_int_equal(codes | 1u << YGR_POLICY_E_SHARED | 1u << YGR_POLICY_E_NESTED |
			 1u << YGR_POLICY_E_SUBJECTS | 1u << YGR_POLICY_E_ARGV,
			 ((2u << YGR_POLICY_E_BREAKER) - 2) | 1u << YGR_POLICY_E_NOISE);
}

static void refuses_every_shorter_blob(void **state)
{
	(void)state;
	for (size_t bytes = 0; bytes < sizeof(mistake_blob_good); bytes++) {
		struct ygr_policy_image image;
		struct ygr_policy_error error = { 0 };

		assert_int_equal(verify(&mistake_blob_good, bytes, &image, &error), -EBADMSG);
		assert_int_equal(error.code, YGR_POLICY_E_SHORT);
		assert_int_equal(error.offset, bytes < sizeof(mistake_blob_good.header) ? bytes :
				 offsetof(struct mistake_blob, header.total_bytes));
	}
}

/* Told by the size alone: nothing of it is read. */
static void refuses_too_many_bytes(void **state)
{
	struct ygr_policy_image image;
	struct ygr_policy_error error = { 0 };

	(void)state;
	assert_int_equal(ygr_policy_verify(&error, YGR_POLICY_BYTES_MAX + 8, &image, &error), -EBADMSG);
	assert_int_equal(error.code, YGR_POLICY_E_TOO_MANY);
	assert_int_equal(error.offset, 0);
}

static void total_bytes_count(void **state)
{
	struct {
		struct mistake_blob blob;
		uint64_t more;
	} longer = { .blob = mistake_blob_good };
	struct ygr_policy_image image;
	struct ygr_policy_error error = { 0 };

	(void)state;
	longer.blob.header.total_bytes = sizeof(longer);
	assert_int_equal(verify(&longer, sizeof(longer), &image, &error), -EBADMSG);
	assert_int_equal(error.code, YGR_POLICY_E_SECTION);
	assert_int_equal(error.offset, sizeof(longer.blob));
	longer.blob.header.total_bytes = sizeof(longer) - 4;
	assert_int_equal(verify(&longer, sizeof(longer) - 4, &image, &error), -EBADMSG);
	assert_int_equal(error.code, YGR_POLICY_E_SHORT);
	assert_int_equal(error.offset, offsetof(struct mistake_blob, header.total_bytes));
}

/* ---- what a draft tells better ---- */

/* @where: in the blob's section of @kind, item @item. */
static void expect_refusal(uint32_t code, enum ygr_section_kind kind, uint32_t item, size_t within)
{
	const struct ygr_policy_section *section;
	struct built built;

	assert_int_equal(built_from_draft(&built, &draft), -EBADMSG);
	assert_int_equal(built.error.code, code);
	section = (const void *)((const struct ygr_policy_header *)built.blob + 1);
	while (section->kind != kind)
		section++;
	assert_int_equal(built.error.offset, section->off + item * section->item_bytes + within);
	built_free(&built);
}

static void expect_good(void)
{
	struct built built;

	assert_int_equal(built_from_draft(&built, &draft), 0);
	built_free(&built);
}

static void refuses_what_no_rule_takes(void **state)
{
	(void)state;
	draft_reset(&draft);
	draft_rule(&draft, YGR_ON_ALL, YGR_ACTION_ALLOW);
	draft_clause(&draft);
	expect_good();
	draft.rules[0].clause_nr = 1;
	expect_refusal(YGR_POLICY_E_CLAUSE, YGR_SECTION_CLAUSES, 1, 0);

	draft.rules[0].clause_nr = 2;
	draft_test(&draft, YGR_FIELD_UID);
	draft_range(&draft, 0, 0);
	expect_good();
	draft.clauses[1].test_nr = 0;
	expect_refusal(YGR_POLICY_E_CLAUSE, YGR_SECTION_TESTS, 0, 0);
}

static void only_some_errors_may_be_chosen(void **state)
{
	static const int good[] = { EPERM, EACCES, ECONNREFUSED, ENOENT };
	uint32_t taken = 0;

	(void)state;
	for (uint32_t error = 0; error < 200; error++) {
		struct built built;

		draft_reset(&draft);
		draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_DENY)->error = error;
		taken += !built_from_draft(&built, &draft);
		built_free(&built);
	}
	assert_int_equal(taken, 4);
	for (int i = 0; i < 4; i++) {
		draft_reset(&draft);
		draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_DENY)->error = (uint32_t)good[i];
		expect_good();
	}
}

/* Makes a string of @len bytes 'x'. */
static uint32_t long_string(size_t len)
{
	static char bytes[8192];

	memset(bytes, 'x', sizeof(bytes));
	return draft_string(&draft, bytes, len);
}

static void names_and_alerts_may_be_so_long(void **state)
{
	struct ygr_rule *rule;

	(void)state;
	draft_reset(&draft);
	rule = draft_rule(&draft, YGR_ON_ALL, YGR_ACTION_ALLOW);
	rule->name_off = long_string(YGR_RULE_NAME_MAX);
	rule->alert_off = long_string(YGR_RULE_ALERT_MAX);
	expect_good();
	rule->name_off = long_string(YGR_RULE_NAME_MAX + 1);
	expect_refusal(YGR_POLICY_E_RULE_NAME, YGR_SECTION_RULES, 0, offsetof(struct ygr_rule, name_off));
	rule->name_off = long_string(1);
	rule->alert_off = long_string(YGR_RULE_ALERT_MAX + 1);
	expect_refusal(YGR_POLICY_E_STRING, YGR_SECTION_RULES, 0, offsetof(struct ygr_rule, alert_off));
}

static void one_text(enum ygr_field field, enum ygr_text_kind kind, const char *bytes, size_t len)
{
	uint64_t on = field == YGR_FIELD_UNIX ? YGR_ON_BIT(YGR_ON_BIND) :
		      field == YGR_FIELD_XATTR ? YGR_ON_BIT(YGR_ON_SETXATTR) : YGR_ON_BIT(YGR_ON_EXEC);

	draft_reset(&draft);
	draft_rule(&draft, on, YGR_ACTION_ALLOW);
	draft_test(&draft, field);
	draft_bytes(&draft, kind, bytes, len);
}

static void texts_may_be_so_long(void **state)
{
	const size_t len_off = offsetof(struct ygr_text_item, len);
	char text[YGR_POLICY_PATH_MAX + 2];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[0] = '/';
	one_text(YGR_FIELD_PATH, YGR_TEXT_EXACT, text, YGR_POLICY_PATH_MAX);
	expect_good();
	one_text(YGR_FIELD_PATH, YGR_TEXT_EXACT, text, YGR_POLICY_PATH_MAX + 1);
	expect_refusal(YGR_POLICY_E_TEXT, YGR_SECTION_TEXTS, 0, len_off);
	one_text(YGR_FIELD_PATH, YGR_TEXT_GLOB, text, YGR_POLICY_GLOB_MAX);
	expect_good();
	one_text(YGR_FIELD_PATH, YGR_TEXT_GLOB, text, YGR_POLICY_GLOB_MAX + 1);
	expect_refusal(YGR_POLICY_E_TEXT, YGR_SECTION_TEXTS, 0, 0);
	one_text(YGR_FIELD_PATH, YGR_TEXT_GLOB, "/", 1);
	expect_refusal(YGR_POLICY_E_TEXT, YGR_SECTION_TEXTS, 0, 0);
	one_text(YGR_FIELD_PATH, YGR_TEXT_SUFFIX, text, YGR_POLICY_GLOB_MAX);
	expect_good();
	one_text(YGR_FIELD_PATH, YGR_TEXT_SUFFIX, text, YGR_POLICY_GLOB_MAX + 1);
	expect_refusal(YGR_POLICY_E_TEXT, YGR_SECTION_TEXTS, 0, 0);
}

static void the_root_has_a_form_of_its_own(void **state)
{
	(void)state;
	one_text(YGR_FIELD_PATH, YGR_TEXT_EXACT, "/", 1);
	expect_good();
	one_text(YGR_FIELD_PATH, YGR_TEXT_PREFIX, "/", 1);
	expect_good();
	one_text(YGR_FIELD_PATH, YGR_TEXT_PREFIX, "//", 2);
	expect_refusal(YGR_POLICY_E_TEXT, YGR_SECTION_TEXTS, 0, 0);
}

static void only_dots_alone_are_not_normal(void **state)
{
	static const char *const good[] = { "/.a", "/..a", "/a.", "/a..", "/...", "/.a/b", "/a/.../b" };
	static const char *const bad[] = { "/.", "/..", "/./a", "/../a", "/a/./b", "/a/../b", "/a/..", "//a" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		one_text(YGR_FIELD_PATH, YGR_TEXT_EXACT, good[i], strlen(good[i]));
		expect_good();
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		one_text(YGR_FIELD_PATH, YGR_TEXT_EXACT, bad[i], strlen(bad[i]));
		expect_refusal(YGR_POLICY_E_TEXT, YGR_SECTION_TEXTS, 0, 0);
	}
}

static void names_that_are_no_paths_are_any_bytes(void **state)
{
	(void)state;
	one_text(YGR_FIELD_UNIX, YGR_TEXT_EXACT, "@\0//..", 6);
	expect_good();
	one_text(YGR_FIELD_UNIX, YGR_TEXT_PREFIX, "@a-", 3);
	expect_good();
	one_text(YGR_FIELD_UNIX, YGR_TEXT_GLOB, "@\0*", 3);
	expect_good();
	one_text(YGR_FIELD_XATTR, YGR_TEXT_PREFIX, "user", 4);
	expect_good();
	one_text(YGR_FIELD_CGROUP, YGR_TEXT_EXACT, "@a", 2);
	expect_refusal(YGR_POLICY_E_TEXT, YGR_SECTION_TEXTS, 0, 0);
	one_text(YGR_FIELD_UNIX, YGR_TEXT_EXACT, "/../a", 5);
	expect_refusal(YGR_POLICY_E_TEXT, YGR_SECTION_TEXTS, 0, 0);
}

/* ---- fields ---- */

struct field_rule {
	enum ygr_field field;
	uint64_t on;
	enum ygr_text_kind kind;	/* of texts */
	uint32_t number_max;		/* of numbers */
};

#define EXEC		YGR_ON_BIT(YGR_ON_EXEC)
#define XATTRS		(YGR_ON_BIT(YGR_ON_SETXATTR) | YGR_ON_BIT(YGR_ON_REMOVEXATTR))
#define NAMED		(YGR_ON_BIT(YGR_ON_BIND) | YGR_ON_BIT(YGR_ON_CONNECT) | YGR_ON_BIT(YGR_ON_SEND))
#define SPAN_OF_BITS	YGR_TEXT_KIND_NR

/* As ygr_policy.h says. */
static const struct field_rule field_rules[] = {
	{ YGR_FIELD_PATH, YGR_ON_WITH_FILE, YGR_TEXT_EXACT, 0 },
	{ YGR_FIELD_FILE_ID, YGR_ON_WITH_FILE, 0, 0 },
	{ YGR_FIELD_SHA256, EXEC, 0, 0 },
	{ YGR_FIELD_VERITY, EXEC, 0, 0 },
	{ YGR_FIELD_OWNER, YGR_ON_WITH_FILE, 0, 0xffffffff },
	{ YGR_FIELD_FILE_ATTR, YGR_ON_WITH_FILE, SPAN_OF_BITS, 0 },
	{ YGR_FIELD_ARGV, EXEC, YGR_TEXT_CONTAINS, 0 },
	{ YGR_FIELD_XATTR, XATTRS, YGR_TEXT_EXACT, 0 },
	{ YGR_FIELD_ADDRESS, YGR_ON_WITH_ADDRESS, 0, 0 },
	{ YGR_FIELD_PORT, YGR_ON_WITH_ADDRESS, 0, 65535 },
	{ YGR_FIELD_UNIX, NAMED, YGR_TEXT_EXACT, 0 },
	{ YGR_FIELD_FAMILY, YGR_ON_WITH_SOCKET, 0, 65535 },
	{ YGR_FIELD_SOCKET_TYPE, YGR_ON_WITH_SOCKET, 0, 65535 },
	{ YGR_FIELD_PROTOCOL, YGR_ON_WITH_SOCKET, 0, 65535 },
	{ YGR_FIELD_UID, YGR_ON_ALL, 0, 0xffffffff },
	{ YGR_FIELD_GID, YGR_ON_ALL, 0, 0xffffffff },
	{ YGR_FIELD_LOGINUID, YGR_ON_ALL, 0, 0xffffffff },
	{ YGR_FIELD_EXE, YGR_ON_ALL, YGR_TEXT_EXACT, 0 },
	{ YGR_FIELD_PARENT, YGR_ON_ALL, YGR_TEXT_EXACT, 0 },
	{ YGR_FIELD_ANCESTOR, YGR_ON_ALL, YGR_TEXT_EXACT, 0 },
	{ YGR_FIELD_CGROUP, YGR_ON_ALL, YGR_TEXT_EXACT, 0 },
	{ YGR_FIELD_CGROUP_ID, YGR_ON_ALL, 0, 0 },
	{ YGR_FIELD_PROCESS_ATTR, YGR_ON_ALL, SPAN_OF_BITS, 0 },
	{ YGR_FIELD_LABEL, YGR_ON_ALL, SPAN_OF_BITS, 0 },
};

static void draw_field(const struct field_rule *rule, enum ygr_on on, uint32_t number)
{
	static const uint8_t zero[32];

	draft_reset(&draft);
	draft_label(&draft, "label");
	draft_rule(&draft, YGR_ON_BIT(on), YGR_ACTION_ALLOW);
	draft_test(&draft, rule->field);
	if (rule->kind == SPAN_OF_BITS)
		draft_bits(&draft, 1);
	else if (rule->kind)
		draft_text(&draft, rule->kind, "/a");
	else if (rule->number_max)
		draft_range(&draft, 0, number);
	else if (rule->field == YGR_FIELD_ADDRESS)
		draft_cidr(&draft, AF_INET, zero, 0);
	else if (rule->field == YGR_FIELD_SHA256 || rule->field == YGR_FIELD_VERITY)
		draft_digest(&draft, zero);
	else
		draft_id(&draft, 0, 0, 1);
}

static void each_field_belongs_to_its_events(void **state)
{
	(void)state;
	assert_int_equal(sizeof(field_rules) / sizeof(field_rules[0]), YGR_FIELD_NR);
	for (uint32_t i = 0; i < YGR_FIELD_NR; i++) {
		for (enum ygr_on on = 0; on < YGR_ON_NR; on++) {
			draw_field(&field_rules[i], on, 0);
			if (field_rules[i].on & YGR_ON_BIT(on))
				expect_good();
			else
				expect_refusal(YGR_POLICY_E_RULE_ON, YGR_SECTION_RULES, 0,
					       offsetof(struct ygr_rule, on));
		}
	}
}

static void numbers_may_be_so_large(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < YGR_FIELD_NR; i++) {
		enum ygr_on on = (enum ygr_on)__builtin_ctzll(field_rules[i].on);

		if (!field_rules[i].number_max)
			continue;
		draw_field(&field_rules[i], on, field_rules[i].number_max);
		expect_good();
		if (field_rules[i].number_max == 0xffffffff)
			continue;
		draw_field(&field_rules[i], on, field_rules[i].number_max + 1);
		expect_refusal(YGR_POLICY_E_RANGE, YGR_SECTION_RANGES, 0,
			       offsetof(struct ygr_range_item, high));
	}
}

static void arguments_may_be_looked_for_so_often(void **state)
{
	(void)state;
	for (uint32_t nr = YGR_POLICY_ARGV_ITEMS_MAX; nr <= YGR_POLICY_ARGV_ITEMS_MAX + 1; nr++) {
		draft_reset(&draft);
		for (uint32_t i = 0; i < nr; i++) {
			if (i % 100 == 0) {
				draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_ALLOW);
				draft_test(&draft, YGR_FIELD_ARGV);
			}
			draft_text(&draft, YGR_TEXT_CONTAINS, "x");
		}
		if (nr == YGR_POLICY_ARGV_ITEMS_MAX)
			expect_good();
		else
			expect_refusal(YGR_POLICY_E_ARGV, YGR_SECTION_TESTS, 2,
				       offsetof(struct ygr_test, nr));
	}
}

/* ---- what bounds the work ---- */

static void items_of_all_tests_may_be_so_many(void **state)
{
	const uint32_t tests = YGR_POLICY_SPAN_ITEMS_MAX / DRAFT_ITEMS;

	(void)state;
	draft_reset(&draft);
	for (uint32_t i = 0; i < tests + 1; i++) {
		if (i % 32 == 0)
			draft_rule(&draft, YGR_ON_ALL, YGR_ACTION_ALLOW);
		draft_test(&draft, YGR_FIELD_UID);
		if (!i)
			for (uint32_t j = 0; j < DRAFT_ITEMS; j++)
				draft_range(&draft, 2 * j, 2 * j);
		draft.tests[i].nr = DRAFT_ITEMS;
	}
	expect_refusal(YGR_POLICY_E_TOO_MANY, YGR_SECTION_TESTS, tests, offsetof(struct ygr_test, nr));
	draft.tests[tests].nr = 0;
	expect_refusal(YGR_POLICY_E_SPAN, YGR_SECTION_TESTS, tests, offsetof(struct ygr_test, nr));
}

/* Items that all are one long string, of a policy that has no rules. */
static void texts_may_be_so_many_bytes(void **state)
{
	const uint32_t items = YGR_POLICY_TEXT_BYTES_MAX / YGR_POLICY_PATH_MAX + 1;
	const size_t strings_bytes = 8192, bytes = sizeof(struct ygr_policy_header) +
		2 * sizeof(struct ygr_policy_section) + strings_bytes + items * sizeof(struct ygr_text_item);
	struct ygr_policy_header *header = calloc(1, bytes);
	struct ygr_policy_section *section = (void *)(header + 1);
	char *strings = (char *)(section + 2);
	struct ygr_text_item *texts = (void *)(strings + strings_bytes);
	struct ygr_policy_image image;
	struct ygr_policy_error error = { 0 };

	(void)state;
	assert_non_null(header);
	*header = (struct ygr_policy_header) {
		.magic = YGR_POLICY_MAGIC, .version = YGR_POLICY_VERSION, .section_nr = 2,
		.header_bytes = sizeof(*header), .total_bytes = (uint32_t)bytes, .name_off = 1,
	};
	section[0] = (struct ygr_policy_section) {
		YGR_SECTION_STRINGS, 0, (uint32_t)(strings - (char *)header), 1, strings_bytes, 0,
	};
	section[1] = (struct ygr_policy_section) {
		YGR_SECTION_TEXTS, 0, (uint32_t)((char *)texts - (char *)header), sizeof(*texts), items, 0,
	};
	memset(strings + 1, 'x', 8);
	memset(strings + 16, 'x', YGR_POLICY_PATH_MAX);
	for (uint32_t i = 0; i < items; i++)
		texts[i] = (struct ygr_text_item) { 16, YGR_POLICY_PATH_MAX, YGR_TEXT_EXACT, 0 };
	assert_int_equal(ygr_policy_verify(header, bytes, &image, &error), -EBADMSG);
	assert_int_equal(error.code, YGR_POLICY_E_TOO_MANY);
	assert_int_equal(error.offset, (char *)&texts[items - 1] - (char *)header);
	texts[items - 1].len = 1;
	texts[items - 1].str_off = 15 + YGR_POLICY_PATH_MAX;
	assert_int_equal(ygr_policy_verify(header, bytes, &image, &error), 0);
	free(header);
}

/* Tests that all have one long text. */
static void texts_of_all_tests_may_be_so_many_bytes(void **state)
{
	static char text[YGR_POLICY_PATH_MAX];
	const uint32_t items = 32 * 33, tests = YGR_POLICY_TEXT_BYTES_MAX / sizeof(text) / items + 1;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[0] = '/';
	one_text(YGR_FIELD_PATH, YGR_TEXT_EXACT, text, sizeof(text));
	draft_test(&draft, YGR_FIELD_PATH);
	for (uint32_t i = 0; i < items; i++)
		draft_text(&draft, YGR_TEXT_EXACT, "/a");
	for (uint32_t i = 1; i < items; i++)
		draft.texts[1 + i] = draft.texts[0];
	for (uint32_t i = 1; i < tests; i++) {
		if (i % 31 == 0)
			draft_rule(&draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_ALLOW);
		*draft_test(&draft, YGR_FIELD_PATH) = (struct ygr_test) {
			.field = YGR_FIELD_PATH, .first = 1, .nr = items,
		};
	}
	expect_refusal(YGR_POLICY_E_TOO_MANY, YGR_SECTION_TESTS, tests, offsetof(struct ygr_test, nr));
}

/* ---- damage ---- */

/* All that an image leads to is inside its blob, or the sanitizer tells. */
static void walk(const struct ygr_policy_image *image)
{
	volatile size_t sum = strlen(image->strings + image->header->name_off);

	for (uint32_t i = 0; i < image->rule_nr; i++) {
		const struct ygr_rule *rule = &image->rules[i];

		sum += strlen(image->strings + rule->name_off) + strlen(image->strings + rule->alert_off);
		for (uint32_t j = 0; j < rule->clause_nr; j++) {
			const struct ygr_clause *clause = &image->clauses[rule->clause_first + j];

			for (uint32_t k = 0; k < clause->test_nr; k++)
				sum += image->tests[clause->test_first + k].bits;
		}
	}
	for (uint32_t i = 0; i < image->text_nr; i++)
		sum += (size_t)image->strings[image->texts[i].str_off + image->texts[i].len];
	for (uint32_t i = 0; i < image->label_nr; i++)
		sum += strlen(image->strings + image->labels[i].name_off);
}

static void survives_every_flipped_bit(void **state)
{
	struct mistake_blob blob = mistake_blob_good;
	uint32_t refused = 0;

	(void)state;
	for (uint32_t bit = 0; bit < sizeof(blob) * 8; bit++) {
		struct ygr_policy_image image;
		struct ygr_policy_error error = { 0 };
		uint8_t *byte = (uint8_t *)&blob + bit / 8;

		*byte ^= (uint8_t)(1u << bit % 8);
		if (!ygr_policy_verify(&blob, sizeof(blob), &image, &error)) {
			walk(&image);
		} else {
			refused++;
			assert_int_not_equal(error.code, YGR_POLICY_OK);
			assert_true(error.offset < sizeof(blob));
		}
		*byte ^= (uint8_t)(1u << bit % 8);
	}
	/* Of the section table, every bit matters. */
	assert_true(refused > 8 * sizeof(blob.section));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_the_good_blob),
		cmocka_unit_test(tells_what_the_rules_look_at),
		cmocka_unit_test(accepts_a_policy_without_rules),
		cmocka_unit_test(each_mistake_has_its_code_and_place),
		cmocka_unit_test(refuses_every_shorter_blob),
		cmocka_unit_test(refuses_too_many_bytes),
		cmocka_unit_test(total_bytes_count),
		cmocka_unit_test(refuses_what_no_rule_takes),
		cmocka_unit_test(only_some_errors_may_be_chosen),
		cmocka_unit_test(names_and_alerts_may_be_so_long),
		cmocka_unit_test(texts_may_be_so_long),
		cmocka_unit_test(the_root_has_a_form_of_its_own),
		cmocka_unit_test(only_dots_alone_are_not_normal),
		cmocka_unit_test(names_that_are_no_paths_are_any_bytes),
		cmocka_unit_test(each_field_belongs_to_its_events),
		cmocka_unit_test(numbers_may_be_so_large),
		cmocka_unit_test(arguments_may_be_looked_for_so_often),
		cmocka_unit_test(items_of_all_tests_may_be_so_many),
		cmocka_unit_test(texts_may_be_so_many_bytes),
		cmocka_unit_test(texts_of_all_tests_may_be_so_many_bytes),
		cmocka_unit_test(survives_every_flipped_bit),
	};

	return cmocka_run_group_tests_name("policy_verify", tests, NULL, NULL);
}
