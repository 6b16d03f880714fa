// SPDX-License-Identifier: GPL-2.0-only
/* The matcher against a slow and obvious one; the index at its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <yagura/ygr_abi.h>

#include "policy_random.h"

#define EVENTS	200	/* for each policy */

static _Alignas(8) uint8_t blob[RANDOM_POLICY_BYTES];

static void compare(uint64_t seed)
{
	struct choices choices = { .state = seed };
	struct ygr_policy_index index;
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	struct random_event random;
	size_t bytes = random_policy(&choices, blob);
	void *memory;

	if (ygr_policy_verify(blob, bytes, &image, &error))
		fail_msg("seed %llu: code %u at %u", (unsigned long long)seed, error.code, error.offset);
	memory = malloc(ygr_policy_index_bytes(&image));
	assert_non_null(memory);
	if (ygr_policy_index_build(&index, &image, memory, &error))
		fail_msg("seed %llu: index: code %u", (unsigned long long)seed, error.code);
	for (int i = 0; i < EVENTS; i++) {
		uint32_t slow, quick;

		random_event(&choices, &random);
		slow = match_slowly(&image, &random.event);
		quick = ygr_match(&index, &random.event).rule_id;
		if (slow != quick)
			fail_msg("seed %llu, event %d: rule %u, not %u", (unsigned long long)seed, i,
				 quick, slow);
	}
	free(memory);
}

static void agrees_with_the_slow_matcher(void **state)
{
	uint64_t policies = getenv("YAGURA_LONG") ? 50000 : 2000;

	(void)state;
	for (uint64_t seed = 1; seed <= policies; seed++)
		compare(seed);
}

/* The comparison means something only if rules of all ranks decide, and none does. */
static void random_events_reach_all_ranks(void **state)
{
	uint64_t decided[32] = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= 500; seed++) {
		struct choices choices = { .state = seed };
		struct ygr_policy_image image;
		struct ygr_policy_error error;
		struct random_event random;

		ygr_policy_verify(blob, random_policy(&choices, blob), &image, &error);
		for (int i = 0; i < EVENTS; i++) {
			random_event(&choices, &random);
			decided[match_slowly(&image, &random.event)]++;
		}
	}
	for (int rank = 0; rank <= 10; rank++)
		assert_true(decided[rank] > 100);
}

/* ---- bounds ---- */

/* @rules rules, each about the exact path "/x", or, nested, about "/a/a/.../". */
static size_t make_uniform(uint8_t *to, uint32_t rules, bool nested)
{
	struct ygr_policy_header *header = (void *)to;
	struct ygr_policy_section *section = (void *)(header + 1);
	struct ygr_rule *rule;
	struct ygr_path_item *path;
	char *strings;
	uint32_t strings_bytes = 512, i;

	memset(to, 0, RANDOM_POLICY_BYTES);
	section[0] = (struct ygr_policy_section) { YGR_SECTION_STRINGS, 0, 96, 1, strings_bytes, 0 };
	section[1] = (struct ygr_policy_section) { YGR_SECTION_RULES, 0, 96 + strings_bytes,
						   sizeof(*rule), rules, 0 };
	section[2] = (struct ygr_policy_section) { YGR_SECTION_PATHS, 0,
						   section[1].off + rules * (uint32_t)sizeof(*rule),
						   sizeof(*path), rules, 0 };
	strings = (char *)to + section[0].off;
	rule = (void *)(to + section[1].off);
	path = (void *)(to + section[2].off);
	strcpy(strings + 1, "n");
	strcpy(strings + 4, "/x");
	for (i = 0; i < rules; i++) {
		rule[i] = (struct ygr_rule) { .on = YGR_ON_BIT(YGR_ON_EXEC), .name_off = 1,
					      .match[YGR_DIM_PATH] = { i, 1 } };
		path[i] = (struct ygr_path_item) { 4, 2, YGR_PATH_EXACT, 0 };
		if (nested) {
			char *name = strings + 8;

			for (uint32_t depth = 0; depth < i; depth++)
				name += 2 * depth + 2;
			name[0] = '/';
			for (uint32_t depth = 0; depth < i; depth++)
				strcat(name, "a/");
			path[i] = (struct ygr_path_item) { (uint32_t)(name - strings),
							   (uint16_t)strlen(name), YGR_PATH_PREFIX, 0 };
		}
	}
	*header = (struct ygr_policy_header) {
		.magic = YGR_POLICY_MAGIC, .version = YGR_POLICY_VERSION,
		.header_bytes = sizeof(*header), .section_nr = 3, .name_off = 1,
		.total_bytes = section[2].off + rules * (uint32_t)sizeof(*path),
	};
	return header->total_bytes;
}

static int build_uniform(uint32_t rules, bool nested, struct ygr_policy_error *error)
{
	struct ygr_policy_index index;
	struct ygr_policy_image image;
	size_t bytes = make_uniform(blob, rules, nested);
	void *memory;
	int ret;

	assert_int_equal(ygr_policy_verify(blob, bytes, &image, error), 0);
	memory = malloc(ygr_policy_index_bytes(&image));
	ret = ygr_policy_index_build(&index, &image, memory, error);
	free(memory);
	return ret;
}

static void a_key_may_be_shared_by_so_many(void **state)
{
	struct ygr_policy_error error = { 0 };

	(void)state;
	assert_int_equal(build_uniform(YGR_INDEX_SHARE_MAX, false, &error), 0);
	assert_int_equal(build_uniform(YGR_INDEX_SHARE_MAX + 1, false, &error), -EBADMSG);
	assert_int_equal(error.code, YGR_POLICY_E_SHARED);
	/* The item whose key it is: the first that named it. */
	assert_int_equal(error.offset, 96 + 512 + (YGR_INDEX_SHARE_MAX + 1) * sizeof(struct ygr_rule));
}

static void directories_may_nest_so_deep(void **state)
{
	struct ygr_policy_error error = { 0 };

	(void)state;
	assert_int_equal(build_uniform(YGR_INDEX_NEST_MAX, true, &error), 0);
	assert_int_equal(build_uniform(YGR_INDEX_NEST_MAX + 1, true, &error), -EBADMSG);
	assert_int_equal(error.code, YGR_POLICY_E_NESTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_slow_matcher),
		cmocka_unit_test(random_events_reach_all_ranks),
		cmocka_unit_test(a_key_may_be_shared_by_so_many),
		cmocka_unit_test(directories_may_nest_so_deep),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
