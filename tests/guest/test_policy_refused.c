// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hand-made blobs, one for each way of being wrong: the module refuses them with the code
 * and the offset that the tool would tell, and goes on with the policy it has.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "guest.h"
#include "../unit/policy_draft.h"
#include "../unit/policy_mistakes.h"

static struct draft draft;

static int load(const struct guest *guest, const void *blob, uint64_t bytes,
		struct ygr_policy_load *load)
{
	*load = (struct ygr_policy_load){
		.blob = (uintptr_t)blob,
		.blob_bytes = bytes,
		.expect_generation = YGR_GENERATION_ANY,
	};
	return ioctl(guest->fd, YGR_IOC_POLICY_LOAD, load) ? errno : 0;
}

static uint64_t generation_of(const struct guest *guest)
{
	struct ygr_info info;

	assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_INFO, &info), 0);
	return info.generation;
}

static void the_good_one_is_good(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation = generation_of(guest);
	struct ygr_policy_load out;

	assert_int_equal(load(guest, &mistake_blob_good, sizeof(mistake_blob_good), &out), 0);
	assert_int_equal(out.generation, generation + 1);
	assert_int_equal(out.error_code, YGR_POLICY_OK);
}

static void each_mistake_has_its_code_and_place(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation = generation_of(guest);

	for (const struct mistake *mistake = mistakes; mistake->what; mistake++) {
		struct mistake_blob bad = mistake_blob_good;
		struct ygr_policy_load out;
		int error;

		memcpy((uint8_t *)&bad + mistake->at, &mistake->value, mistake->bytes);
		error = load(guest, &bad, sizeof(bad), &out);
		if (error != EBADMSG || out.error_code != mistake->code ||
		    out.error_offset != mistake->offset)
			fail_msg("%s: errno %d, code %u at %u, not code %u at %u", mistake->what, error,
				 out.error_code, out.error_offset, mistake->code, mistake->offset);
	}
	assert_int_equal(generation_of(guest), generation);
}

static void cut_short(void **state)
{
	const struct guest *guest = *state;
	const struct mistake_blob *good = &mistake_blob_good;
	struct ygr_policy_load out;

	for (uint64_t bytes = 1; bytes < sizeof(*good); bytes++) {
		uint32_t offset = bytes < sizeof(good->header) ?
				  bytes : offsetof(struct mistake_blob, header.total_bytes);

		assert_int_equal(load(guest, good, bytes, &out), EBADMSG);
		assert_int_equal(out.error_code, YGR_POLICY_E_SHORT);
		assert_int_equal(out.error_offset, offset);
	}
}

/* ---- what only the index sees, or only many items show ---- */

static void rule_on(enum ygr_on on, enum ygr_field field)
{
	draft_rule(&draft, YGR_ON_BIT(on), YGR_ACTION_RECORD);
	draft_test(&draft, field);
}

static void expect_code(const struct guest *guest, uint32_t code)
{
	size_t bytes = draft_bytes_nr(&draft);
	struct ygr_policy_load out;
	void *blob = malloc(bytes);

	assert_non_null(blob);
	assert_int_not_equal(bytes, 0);
	draft_assemble(&draft, blob);
	assert_int_equal(load(guest, blob, bytes, &out), code ? EBADMSG : 0);
	assert_int_equal(out.error_code, code);
	free(blob);
}

static void too_many_of_one_key(void **state)
{
	draft_reset(&draft);
	for (uint32_t i = 0; i < YGR_INDEX_SHARE_MAX; i++) {
		rule_on(YGR_ON_EXEC, YGR_FIELD_PATH);
		draft_text(&draft, YGR_TEXT_EXACT, "/x");
	}
	expect_code(*state, YGR_POLICY_OK);
	rule_on(YGR_ON_EXEC, YGR_FIELD_PATH);
	draft_text(&draft, YGR_TEXT_EXACT, "/x");
	expect_code(*state, YGR_POLICY_E_SHARED);
}

static void too_deep(void **state)
{
	char path[64] = "/";

	draft_reset(&draft);
	rule_on(YGR_ON_EXEC, YGR_FIELD_PATH);
	for (uint32_t i = 0; i < YGR_INDEX_NEST_MAX; i++, strcat(path, "a/"))
		draft_text(&draft, YGR_TEXT_PREFIX, path);
	expect_code(*state, YGR_POLICY_OK);
	draft_text(&draft, YGR_TEXT_PREFIX, path);
	expect_code(*state, YGR_POLICY_E_NESTED);
}

static void too_many_lists_of_programs(void **state)
{
	draft_reset(&draft);
	for (uint32_t i = 0; i <= YGR_POLICY_SUBJECT_SPANS_MAX; i++) {
		if (i == YGR_POLICY_SUBJECT_SPANS_MAX)
			expect_code(*state, YGR_POLICY_OK);
		/* By a key, too, as few clauses may be without one. */
		rule_on(YGR_ON_EXEC, YGR_FIELD_FILE_ID);
		draft_id(&draft, 1, 1, i);
		draft_test(&draft, YGR_FIELD_EXE);
		draft_text(&draft, YGR_TEXT_EXACT, "/x");
	}
	expect_code(*state, YGR_POLICY_E_SUBJECTS);
}

static void too_many_arguments(void **state)
{
	draft_reset(&draft);
	rule_on(YGR_ON_EXEC, YGR_FIELD_ARGV);
	for (uint32_t i = 0; i < YGR_POLICY_ARGV_ITEMS_MAX; i++)
		draft_text(&draft, YGR_TEXT_CONTAINS, "x");
	expect_code(*state, YGR_POLICY_OK);
	draft_text(&draft, YGR_TEXT_CONTAINS, "x");
	expect_code(*state, YGR_POLICY_E_ARGV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_good_one_is_good),
		cmocka_unit_test(each_mistake_has_its_code_and_place),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(too_many_of_one_key),
		cmocka_unit_test(too_deep),
		cmocka_unit_test(too_many_lists_of_programs),
		cmocka_unit_test(too_many_arguments),
	};

	return cmocka_run_group_tests_name("refused", tests, guest_setup, guest_teardown);
}
