// SPDX-License-Identifier: GPL-2.0-only
/* What the verifier refuses and where (policy_mistakes.h); what damage does to it. */
#include <linux/prandom.h>
#include <linux/slab.h>

#include "match.h"
#include "policy_kunit.h"
#include "policy_mistakes.h"

static void accepts_the_good_blob(struct kunit *test)
{
	struct kunit_policy policy = { 0 };

	KUNIT_ASSERT_EQ(test, kunit_policy_verify(test, &policy, &mistake_blob_good,
						  sizeof(mistake_blob_good)), 0);
	KUNIT_EXPECT_EQ(test, kunit_policy_index(test, &policy), 0);
	KUNIT_EXPECT_EQ(test, policy.image.rule_nr, ARRAY_SIZE(mistake_blob_good.rule));
	KUNIT_EXPECT_EQ(test, policy.image.deny_on_mask, YGR_ON_BIT(YGR_ON_OPEN_WRITE));
}


static const void *next_mistake(const void *before, char *name)
{
	const struct mistake *next = before ? (const struct mistake *)before + 1 : mistakes;

	if (!next->what)
		return NULL;
	strscpy(name, next->what, KUNIT_PARAM_DESC_SIZE);
	return next;
}

/* The image must be as before, too: a caller's old one must not half change. */
static void refuses_a_mistake(struct kunit *test)
{
	const struct mistake *mistake = test->param_value;
	struct mistake_blob *blob = kunit_kmalloc(test, sizeof(*blob), GFP_KERNEL);
	struct kunit_policy policy;
	struct ygr_policy_image before;

	KUNIT_ASSERT_NOT_NULL(test, blob);
	memset(&before, 0x5a, sizeof(before));
	policy.image = before;
	*blob = mistake_blob_good;
	memcpy((u8 *)blob + mistake->at, &mistake->value, mistake->bytes);
	KUNIT_EXPECT_EQ(test, kunit_policy_verify(test, &policy, blob, sizeof(*blob)), -EBADMSG);
	KUNIT_EXPECT_EQ(test, policy.error.code, mistake->code);
	KUNIT_EXPECT_EQ(test, policy.error.offset, mistake->offset);
	KUNIT_EXPECT_EQ(test, memcmp(&policy.image, &before, sizeof(before)), 0);
}

static void refuses_every_shorter_blob(struct kunit *test)
{
	size_t bytes;

	for (bytes = 0; bytes < sizeof(mistake_blob_good); bytes++) {
		struct kunit_policy policy = { 0 };

		KUNIT_EXPECT_EQ(test, kunit_policy_verify(test, &policy, &mistake_blob_good, bytes),
				-EBADMSG);
		KUNIT_EXPECT_EQ(test, policy.error.code, YGR_POLICY_E_SHORT);
	}
}

/* What still verifies is indexed and judged by: all that it leads to is inside, or KASAN tells. */
static void use(struct kunit *test, struct kunit_policy *policy)
{
	static const u8 bytes[32];
	enum ygr_on on;

	if (kunit_policy_index(test, policy))
		return;
	for (on = 0; on < YGR_ON_NR; on++) {
		const struct ygr_match_event event = {
			.on = on, .path_nr = 2, .paths = { { "/tmp/x", 6 }, { "/opt/x", 6 } },
			.has_file = true, .sha256 = bytes, .verity = bytes, .argv = { "-x", 2 },
			.xattr = { "user.x", 6 }, .family = AF_INET, .addr_family = AF_INET6,
			.addr = bytes, .port = 80, .unix_name = { "@a\0b", 4 },
		};

		ygr_match(&policy->index, &event);
	}
}

static void survives_every_flipped_bit(struct kunit *test)
{
	struct mistake_blob *blob = kunit_kmalloc(test, sizeof(*blob), GFP_KERNEL);
	u32 bit, refused = 0;

	KUNIT_ASSERT_NOT_NULL(test, blob);
	*blob = mistake_blob_good;
	for (bit = 0; bit < sizeof(*blob) * 8; bit++) {
		struct kunit_policy policy = { 0 };

		((u8 *)blob)[bit / 8] ^= 1u << (bit % 8);
		if (kunit_policy_verify(test, &policy, blob, sizeof(*blob))) {
			refused++;
			KUNIT_EXPECT_NE(test, policy.error.code, YGR_POLICY_OK);
			KUNIT_EXPECT_LT(test, policy.error.offset, sizeof(*blob));
		} else {
			use(test, &policy);
		}
		((u8 *)blob)[bit / 8] ^= 1u << (bit % 8);
	}
	/* Of the section table, every bit matters. */
	KUNIT_EXPECT_GE(test, refused, 8 * sizeof(blob->section));
}

static void survives_random_damage(struct kunit *test)
{
	struct mistake_blob *blob = kunit_kmalloc(test, sizeof(*blob), GFP_KERNEL);
	struct rnd_state rnd;
	u32 round, i;

	KUNIT_ASSERT_NOT_NULL(test, blob);
	prandom_seed_state(&rnd, 1);
	for (round = 0; round < 2000; round++) {
		struct kunit_policy policy = { 0 };

		*blob = mistake_blob_good;
		for (i = 0; i <= prandom_u32_state(&rnd) % 4; i++)
			((u8 *)blob)[prandom_u32_state(&rnd) % sizeof(*blob)] = prandom_u32_state(&rnd);
		if (!kunit_policy_verify(test, &policy, blob, sizeof(*blob)))
			use(test, &policy);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(accepts_the_good_blob),
	KUNIT_CASE_PARAM(refuses_a_mistake, next_mistake),
	KUNIT_CASE(refuses_every_shorter_blob),
	KUNIT_CASE(survives_every_flipped_bit),
	KUNIT_CASE(survives_random_damage),
	{}
};

struct kunit_suite policy_verify_suite = {
	.name = "policy_verify",
	.test_cases = cases,
};
