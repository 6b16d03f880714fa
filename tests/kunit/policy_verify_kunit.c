// SPDX-License-Identifier: GPL-2.0-only
/* What the verifier accepts, refuses, and where it says the mistake is. */
#include <linux/random.h>
#include <linux/slab.h>

#include "blob.h"

static void accepts_a_good_blob(struct kunit *test)
{
	struct ygr_policy_image image = { 0 };
	struct ygr_policy_error error = { 0 };

	KUNIT_ASSERT_EQ(test, blob_verify(test, &blob_good, sizeof(blob_good), &image, &error), 0);
	KUNIT_EXPECT_EQ(test, image.rule_nr, BLOB_RULE_NR);
	KUNIT_EXPECT_EQ(test, image.path_nr, 2);
	KUNIT_EXPECT_EQ(test, image.uid_nr, 1);
	KUNIT_EXPECT_EQ(test, image.cidr_nr, 2);
	KUNIT_EXPECT_EQ(test, image.port_nr, 1);
	KUNIT_EXPECT_EQ(test, image.strings_bytes, 49);
	KUNIT_EXPECT_STREQ(test, image.strings + image.header->name_off, "policy");
	KUNIT_EXPECT_STREQ(test, image.strings + image.rules[1].name_off, "net");
	KUNIT_EXPECT_STREQ(test, image.strings + image.paths[1].str_off, "/etc/shadow");
	KUNIT_EXPECT_EQ(test, image.on_mask,
			YGR_ON_BIT(YGR_ON_EXEC) | YGR_ON_BIT(YGR_ON_OPEN_WRITE) |
			YGR_ON_BIT(YGR_ON_CONNECT) | YGR_ON_BIT(YGR_ON_FORK) |
			YGR_ON_BIT(YGR_ON_EXIT));
	KUNIT_EXPECT_EQ(test, image.path_on_mask,
			YGR_ON_BIT(YGR_ON_EXEC) | YGR_ON_BIT(YGR_ON_OPEN_WRITE));
	KUNIT_EXPECT_EQ(test, image.deny_on_mask,
			YGR_ON_BIT(YGR_ON_EXEC) | YGR_ON_BIT(YGR_ON_OPEN_WRITE) |
			YGR_ON_BIT(YGR_ON_CONNECT));
}

static void accepts_a_policy_without_rules(struct kunit *test)
{
	struct {
		struct ygr_policy_header header;
		struct ygr_policy_section section;
		char strings[8];
	} blob = {
		.header = blob_good.header,
		.section = { .kind = YGR_SECTION_STRINGS, .item_bytes = 1, .item_nr = 3 },
		.strings = "\0x",
	};
	struct ygr_policy_image image = { 0 };
	struct ygr_policy_error error = { 0 };

	blob.header.total_bytes = sizeof(blob);
	blob.header.section_nr = 1;
	blob.section.off = offsetof(typeof(blob), strings);
	KUNIT_EXPECT_EQ(test, blob_verify(test, &blob, sizeof(blob), &image, &error), 0);
	KUNIT_EXPECT_EQ(test, image.rule_nr, 0);
	KUNIT_EXPECT_EQ(test, image.on_mask, 0);
}

/* One mistake each: a member of the blob set to a value. */
struct mistake {
	const char *what;
	u32 off;
	u32 bytes;
	u64 value;
	u32 code;
	u32 error_off;
};

#define AT(member)	offsetof(struct blob_layout, member)
#define MISTAKE_AT(what, member, value, code, where) \
	{ what, AT(member), sizeof(blob_good.member), value, YGR_POLICY_E_##code, AT(where) }
#define MISTAKE(what, member, value, code) MISTAKE_AT(what, member, value, code, member)

static const struct mistake mistakes[] = {
	MISTAKE("magic", header.magic, 0x12345678, MAGIC),
	MISTAKE("version", header.version, 2, VERSION),
	MISTAKE("header size", header.header_bytes, 32, HEADER),
	MISTAKE("total too small", header.total_bytes, 48, SHORT),
	MISTAKE("total too large", header.total_bytes, sizeof(blob_good) + 8, SHORT),
	MISTAKE("header flags", header.flags, 1, HEADER),
	MISTAKE("more sections than kinds", header.section_nr, 7, SECTION),
	MISTAKE("policy name outside", header.name_off, 49, STRING),
	MISTAKE("policy name empty", header.name_off, 0, RULE_NAME),
	MISTAKE("first section unknown", section[0].kind, 0, SECTION),
	MISTAKE("last section unknown", section[5].kind, 7, SECTION),
	MISTAKE("section twice", section[2].kind, YGR_SECTION_RULES, SECTION),
	MISTAKE("section flags", section[1].flags, 1, SECTION),
	MISTAKE_AT("section padding", section[1].pad, 1, SECTION, section[1].flags),
	MISTAKE("section off by 8", section[1].off, AT(rule) + 8, SECTION),
	MISTAKE("section over another", section[2].off, AT(rule), SECTION),
	MISTAKE("item size", section[1].item_bytes, 72, ITEM_BYTES),
	MISTAKE_AT("no items", section[3].item_nr, 0, ITEM_BYTES, section[3].item_bytes),
	MISTAKE("too many rules", section[1].item_nr, YGR_POLICY_RULES_MAX + 1, TOO_MANY),
	MISTAKE("too many ports", section[5].item_nr, YGR_POLICY_ITEMS_MAX + 1, TOO_MANY),
	MISTAKE_AT("more ports than bytes", section[5].item_nr, 2, SECTION, section[5].off),
	MISTAKE("no empty string", strings[0], 'x', STRING),
	MISTAKE("strings without end", strings[48], 'x', STRING),
	MISTAKE("bytes between sections", strings[49], 'x', SECTION),
	MISTAKE("rule name outside", rule[0].name_off, 1000, STRING),
	MISTAKE("rule name empty", rule[2].name_off, 0, RULE_NAME),
	MISTAKE_AT("rule name not printable", strings[BLOB_NAME_NET], '\t', RULE_NAME, rule[1].name_off),
	MISTAKE("rule on nothing", rule[0].on, 0, RULE_ON),
	MISTAKE("rule on unknown", rule[2].on, YGR_ON_BIT(YGR_ON_NR), RULE_ON),
	MISTAKE("path on fork", rule[0].on, YGR_ON_BIT(YGR_ON_EXEC) | YGR_ON_BIT(YGR_ON_CONNECT), RULE_ON),
	MISTAKE("address on exec", rule[1].on, YGR_ON_BIT(YGR_ON_EXEC), RULE_ON),
	MISTAKE("action unknown", rule[0].action, YGR_ACTION_NR, RULE_ACTION),
	MISTAKE("exit denied", rule[2].action, YGR_ACTION_DENY, RULE_ACTION),
	MISTAKE("mode unknown", rule[0].mode, YGR_MODE_NR, RULE_MODE),
	MISTAKE("rule flags", rule[0].flags, 1, RULE_FLAGS),
	MISTAKE("span starts outside", rule[0].match[YGR_DIM_PATH].first, 3, SPAN),
	MISTAKE_AT("span ends outside", rule[0].match[YGR_DIM_PATH].nr, 3, SPAN, rule[0].match[YGR_DIM_PATH].first),
	MISTAKE_AT("span overflows", rule[0].match[YGR_DIM_PATH].nr, 0xffffffff, SPAN, rule[0].match[YGR_DIM_PATH].first),
	MISTAKE_AT("except span outside", rule[0].except[YGR_DIM_UID].nr, 2, SPAN, rule[0].except[YGR_DIM_UID].first),
	MISTAKE("empty span with a start", rule[2].match[YGR_DIM_UID].first, 1, SPAN),
	MISTAKE("path outside", path[0].str_off, 0x7fffffff, STRING),
	MISTAKE_AT("path longer than the strings", path[1].len, 12, STRING, path[1].str_off),
	MISTAKE_AT("path without NUL", path[1].len, 10, PATH, path[1]),
	MISTAKE_AT("path empty", path[0].len, 0, PATH, path[0]),
	MISTAKE("path kind", path[0].kind, YGR_PATH_KIND_NR, PATH),
	MISTAKE_AT("exact path ends in slash", path[0].kind, YGR_PATH_EXACT, PATH, path[0]),
	MISTAKE_AT("prefix without slash", path[1].kind, YGR_PATH_PREFIX, PATH, path[1]),
	MISTAKE_AT("path padding", path[0].pad, 1, PATH, path[0]),
	MISTAKE_AT("path relative", strings[BLOB_PATH_TMP], 'x', PATH, path[0]),
	MISTAKE_AT("path with //", strings[BLOB_PATH_SHADOW + 1], '/', PATH, path[1]),
	MISTAKE("uid range reversed", uid[0].low, 1, UID),
	MISTAKE("family", cidr[0].family, AF_UNIX, CIDR),
	MISTAKE_AT("IPv4 prefix too long", cidr[0].prefix_len, 33, CIDR, cidr[0]),
	MISTAKE_AT("IPv6 prefix too long", cidr[1].prefix_len, 129, CIDR, cidr[1]),
	MISTAKE_AT("host bits", cidr[0].addr[3], 1, CIDR, cidr[0]),
	MISTAKE_AT("host bits within a byte", cidr[0].prefix_len, 21, CIDR, cidr[0]),
	MISTAKE_AT("bytes behind an IPv4 address", cidr[0].addr[15], 1, CIDR, cidr[0]),
	MISTAKE_AT("cidr padding", cidr[0].pad[4], 1, CIDR, cidr[0]),
	MISTAKE_AT("port range reversed", port[0].low, 5000, PORT, port[0]),
	MISTAKE_AT("port too large", port[0].high, 65536, PORT, port[0]),
};

static void mistake_name(const struct mistake *mistake, char *name)
{
	strscpy(name, mistake->what, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mistake, mistakes, mistake_name);

/* The image must be as before, too: a caller's old one must not half change. */
static void refuses_a_mistake(struct kunit *test)
{
	const struct mistake *mistake = test->param_value;
	struct blob_layout *blob = kunit_kmalloc(test, sizeof(*blob), GFP_KERNEL);
	struct ygr_policy_image image, before;
	struct ygr_policy_error error = { 0 };

	KUNIT_ASSERT_NOT_NULL(test, blob);
	memset(&before, 0x5a, sizeof(before));
	image = before;
	*blob = blob_good;
	memcpy((u8 *)blob + mistake->off, &mistake->value, mistake->bytes);
	KUNIT_EXPECT_EQ(test, blob_verify(test, blob, sizeof(*blob), &image, &error), -EBADMSG);
	KUNIT_EXPECT_EQ(test, error.code, mistake->code);
	KUNIT_EXPECT_EQ(test, error.offset, mistake->error_off);
	KUNIT_EXPECT_EQ(test, memcmp(&image, &before, sizeof(image)), 0);
}

static void refuses_every_shorter_blob(struct kunit *test)
{
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	size_t bytes;

	for (bytes = 0; bytes < sizeof(blob_good); bytes++) {
		error.code = 0;
		KUNIT_EXPECT_EQ(test, blob_verify(test, &blob_good, bytes, &image, &error), -EBADMSG);
		KUNIT_EXPECT_EQ(test, error.code, YGR_POLICY_E_SHORT);
	}
}

static void refuses_too_many_bytes(struct kunit *test)
{
	struct ygr_policy_image image;
	struct ygr_policy_error error = { 0 };

	/* Told by the size alone: nothing of it is read. */
	KUNIT_EXPECT_EQ(test, ygr_policy_verify(&blob_good, YGR_POLICY_BYTES_MAX + 8, &image, &error),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, error.code, YGR_POLICY_E_TOO_MANY);
}

/* All that an image leads to is inside its blob, or KASAN tells. */
static u32 walk(const struct ygr_policy_image *image)
{
	u32 sum = strlen(image->strings + image->header->name_off);
	u32 i, dim;

	for (i = 0; i < image->rule_nr; i++) {
		const struct ygr_rule *rule = &image->rules[i];

		sum += strlen(image->strings + rule->name_off);
		for (dim = 0; dim < YGR_DIM_NR; dim++)
			sum += rule->match[dim].nr + rule->except[dim].nr;
	}
	for (i = 0; i < image->path_nr; i++)
		sum += strnlen(image->strings + image->paths[i].str_off, image->paths[i].len + 1);
	for (i = 0; i < image->uid_nr; i++)
		sum += image->uids[i].high;
	for (i = 0; i < image->cidr_nr; i++)
		sum += image->cidrs[i].addr[15];
	for (i = 0; i < image->port_nr; i++)
		sum += image->ports[i].high;
	return sum;
}

static void survives_every_flipped_bit(struct kunit *test)
{
	struct blob_layout *blob = kunit_kmalloc(test, sizeof(*blob), GFP_KERNEL);
	u32 bit, refused = 0, sum = 0;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, blob);
	*blob = blob_good;
	for (bit = 0; bit < sizeof(*blob) * 8; bit++) {
		struct ygr_policy_image image;
		struct ygr_policy_error error = { 0 };

		((u8 *)blob)[bit / 8] ^= 1u << (bit % 8);
		ret = ygr_policy_verify(blob, sizeof(*blob), &image, &error);
		((u8 *)blob)[bit / 8] ^= 1u << (bit % 8);
		if (!ret) {
			sum += walk(&image);
			continue;
		}
		refused++;
		KUNIT_EXPECT_EQ(test, ret, -EBADMSG);
		KUNIT_EXPECT_NE(test, error.code, YGR_POLICY_OK);
		KUNIT_EXPECT_LT(test, error.offset, sizeof(*blob));
	}
	/* Header and section table: every bit of them matters. */
	KUNIT_EXPECT_GE(test, refused, 8 * AT(strings));
	KUNIT_EXPECT_GT(test, sum, 0);
}

static void survives_random_damage(struct kunit *test)
{
	struct rnd_state rnd;
	u32 round, i;

	prandom_seed_state(&rnd, 1);
	for (round = 0; round < 2000; round++) {
		struct blob_layout blob = blob_good;
		struct ygr_policy_image image;
		struct ygr_policy_error error;

		for (i = 0; i <= prandom_u32_state(&rnd) % 4; i++)
			((u8 *)&blob)[prandom_u32_state(&rnd) % sizeof(blob)] = prandom_u32_state(&rnd);
		if (!ygr_policy_verify(&blob, sizeof(blob), &image, &error))
			walk(&image);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(accepts_a_good_blob),
	KUNIT_CASE(accepts_a_policy_without_rules),
	KUNIT_CASE_PARAM(refuses_a_mistake, mistake_gen_params),
	KUNIT_CASE(refuses_every_shorter_blob),
	KUNIT_CASE(refuses_too_many_bytes),
	KUNIT_CASE(survives_every_flipped_bit),
	KUNIT_CASE(survives_random_damage),
	{}
};

struct kunit_suite policy_verify_suite = {
	.name = "policy_verify",
	.test_cases = cases,
};
