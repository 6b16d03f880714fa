// SPDX-License-Identifier: GPL-2.0-only
/* Which rule of the good blob (blob.h) decides about which event. */
#include "blob.h"
#include "match.h"

struct judgement {
	const char *what;
	enum ygr_on on;
	u32 euid;
	const char *path[2];
	u16 family;
	u16 port;
	u8 addr[16];
	u32 rule_id;		/* expected; 0: none */
};

#define SUBNET	.family = AF_INET, .addr = { 198, 51, 100, 7 }
#define SUBNET6	.family = AF_INET6, .addr = { 0x20, 0x01, 0x0d, 0xb8, 0xff, [15] = 1 }

static const struct judgement judgements[] = {
	{ "below the prefix", YGR_ON_EXEC, 1000, { "/tmp/x" }, .rule_id = 1 },
	{ "far below the prefix", YGR_ON_EXEC, 1000, { "/tmp/a/b/c" }, .rule_id = 1 },
	{ "the prefix itself", YGR_ON_EXEC, 1000, { "/tmp" } },
	{ "the prefix and a slash", YGR_ON_EXEC, 1000, { "/tmp/" } },
	{ "a longer name beside it", YGR_ON_EXEC, 1000, { "/tmpx/y" } },
	{ "the prefix elsewhere", YGR_ON_EXEC, 1000, { "/var/tmp/x" } },
	{ "the exact path", YGR_ON_OPEN_WRITE, 1000, { "/etc/shadow" }, .rule_id = 1 },
	{ "the exact path and more", YGR_ON_OPEN_WRITE, 1000, { "/etc/shadow-" } },
	{ "the exact path cut", YGR_ON_OPEN_WRITE, 1000, { "/etc/shado" } },
	{ "the exact path as a directory", YGR_ON_OPEN_WRITE, 1000, { "/etc/shadow/x" } },
	{ "another event", YGR_ON_UNLINK, 1000, { "/tmp/x" } },
	{ "an excepted uid", YGR_ON_EXEC, 0, { "/tmp/x" } },
	{ "the largest uid", YGR_ON_EXEC, 0xffffffff, { "/tmp/x" }, .rule_id = 1 },
	{ "no path known", YGR_ON_EXEC, 1000 },
	{ "the second of two paths", YGR_ON_OPEN_WRITE, 1000, { "/a", "/tmp/x" }, .rule_id = 1 },
	{ "neither of two paths", YGR_ON_OPEN_WRITE, 1000, { "/a", "/b" } },
	{ "network and port", YGR_ON_CONNECT, 0, SUBNET, .port = 4444, .rule_id = 2 },
	{ "last port", YGR_ON_CONNECT, 0, SUBNET, .port = 4450, .rule_id = 2 },
	{ "port below", YGR_ON_CONNECT, 0, SUBNET, .port = 4443 },
	{ "port above", YGR_ON_CONNECT, 0, SUBNET, .port = 4451 },
	{ "IPv6 network and port", YGR_ON_CONNECT, 0, SUBNET6, .port = 4445, .rule_id = 2 },
	{ "next network", YGR_ON_CONNECT, 0, .family = AF_INET, .addr = { 198, 51, 101, 7 }, .port = 4444 },
	{ "IPv6 with an IPv4 network's bytes", YGR_ON_CONNECT, 0, .family = AF_INET6,
	  .addr = { 198, 51, 100, 7 }, .port = 4444 },
	{ "no address", YGR_ON_CONNECT, 0, .port = 4444 },
	{ "bind is not connect", YGR_ON_BIND, 0, SUBNET, .port = 4444 },
	{ "a rule without conditions", YGR_ON_EXIT, 1000, .rule_id = 3 },
	{ "the same rule's other event", YGR_ON_FORK, 0, .rule_id = 3 },
};

static void judgement_name(const struct judgement *judgement, char *name)
{
	strscpy(name, judgement->what, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(judgement, judgements, judgement_name);

static void fill_event(struct ygr_match_event *event, const struct judgement *judgement)
{
	u32 i;

	*event = (struct ygr_match_event) {
		.on = judgement->on,
		.euid = judgement->euid,
		.family = judgement->family,
		.port = judgement->port,
		.addr = judgement->addr,
	};
	for (i = 0; i < YGR_MATCH_PATHS_MAX && judgement->path[i]; i++) {
		event->paths[i].bytes = judgement->path[i];
		event->paths[i].len = strlen(judgement->path[i]);
		event->path_nr++;
	}
}

static struct ygr_decision match(struct kunit *test, const struct ygr_policy_image *image,
				 const struct ygr_match_event *event)
{
	void *memory = kunit_kmalloc(test, ygr_policy_index_bytes(image), GFP_KERNEL);
	struct ygr_policy_index index;
	struct ygr_policy_error error;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	KUNIT_ASSERT_EQ(test, ygr_policy_index_build(&index, image, memory, &error), 0);
	return ygr_match(&index, event);
}

static void judges(struct kunit *test)
{
	const struct judgement *judgement = test->param_value;
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	struct ygr_match_event event;
	struct ygr_decision decision;

	KUNIT_ASSERT_EQ(test, blob_verify(test, &blob_good, sizeof(blob_good), &image, &error), 0);
	fill_event(&event, judgement);
	decision = match(test, &image, &event);
	KUNIT_EXPECT_EQ(test, decision.rule_id, judgement->rule_id);
	if (!judgement->rule_id) {
		KUNIT_EXPECT_NULL(test, decision.rule);
		KUNIT_EXPECT_EQ(test, decision.action, YGR_ACTION_ALLOW);
		return;
	}
	KUNIT_EXPECT_PTR_EQ(test, decision.rule, &image.rules[judgement->rule_id - 1]);
	KUNIT_EXPECT_EQ(test, decision.action, decision.rule->action);
	KUNIT_EXPECT_EQ(test, decision.mode, decision.rule->mode);
}

/* The last rule made to catch what the first does: order decides. */
static void first_match_decides(struct kunit *test)
{
	struct blob_layout blob = blob_good;
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	struct ygr_match_event event = {
		.on = YGR_ON_EXEC, .euid = 1000, .path_nr = 1, .paths = { { "/tmp/x", 6 } },
	};

	blob.rule[2].on |= YGR_ON_BIT(YGR_ON_EXEC);
	KUNIT_ASSERT_EQ(test, blob_verify(test, &blob, sizeof(blob), &image, &error), 0);
	KUNIT_EXPECT_EQ(test, match(test, &image, &event).rule_id, 1);
	event.euid = 0;
	KUNIT_EXPECT_EQ(test, match(test, &image, &event).rule_id, 3);
}

/* Every prefix length against an address that differs in just one bit. */
static void cidr_compares_exactly_its_prefix(struct kunit *test)
{
	struct blob_layout blob = blob_good;
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	u32 prefix_len, bit;

	blob.cidr[1] = (struct ygr_cidr_item) { .family = AF_INET6 };
	for (prefix_len = 0; prefix_len <= 128; prefix_len++) {
		blob.cidr[1].prefix_len = prefix_len;
		KUNIT_ASSERT_EQ(test, blob_verify(test, &blob, sizeof(blob), &image, &error), 0);
		for (bit = 0; bit < 128; bit++) {
			u8 addr[16] = { 0 };
			struct ygr_match_event event = {
				.on = YGR_ON_CONNECT, .family = AF_INET6, .port = 4444, .addr = addr,
			};

			addr[bit / 8] = 0x80 >> (bit % 8);
			KUNIT_EXPECT_EQ(test, match(test, &image, &event).rule_id,
					bit < prefix_len ? 0 : 2);
		}
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(judges, judgement_gen_params),
	KUNIT_CASE(first_match_decides),
	KUNIT_CASE(cidr_compares_exactly_its_prefix),
	{}
};

struct kunit_suite match_suite = {
	.name = "match",
	.test_cases = cases,
};
