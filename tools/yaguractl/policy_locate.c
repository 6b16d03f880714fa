// SPDX-License-Identifier: GPL-2.0-only
#include "policy_locate.h"

#include <stddef.h>
#include <string.h>

#include "policy_field.h"

/* Index of the item of an array that holds this byte, or -1. */
static long find_item(const struct ygr_policy_image *image, const void *items, __u32 nr,
		      size_t item_bytes, __u32 offset)
{
	size_t start;

	if (!nr)
		return -1;
	start = (const char *)items - (const char *)image->header;
	if (offset < start || offset >= start + nr * item_bytes)
		return -1;
	return (offset - start) / item_bytes;
}

/* The item of a test's values that holds this byte, and its section. Return: its index, or -1. */
static long find_value(const struct ygr_policy_image *image, __u32 offset,
		       enum ygr_section_kind *section)
{
	const struct {
		enum ygr_section_kind section;
		const void *items;
		__u32 nr;
		size_t item_bytes;
	} sections[] = {
		{ YGR_SECTION_TEXTS, image->texts, image->text_nr, sizeof(*image->texts) },
		{ YGR_SECTION_RANGES, image->ranges, image->range_nr, sizeof(*image->ranges) },
		{ YGR_SECTION_CIDRS, image->cidrs, image->cidr_nr, sizeof(*image->cidrs) },
		{ YGR_SECTION_IDS, image->ids, image->id_nr, sizeof(*image->ids) },
		{ YGR_SECTION_DIGESTS, image->digests, image->digest_nr, sizeof(*image->digests) },
	};
	long index;
	size_t i;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		*section = sections[i].section;
		index = find_item(image, sections[i].items, sections[i].nr, sections[i].item_bytes,
				  offset);
		if (index >= 0)
			return index;
	}
	return -1;
}

/* The first test that refers to the value at this byte, and which of its values it is; or -1. */
static long find_user(const struct ygr_policy_image *image, __u32 offset, long *value)
{
	enum ygr_section_kind section;
	long index = find_value(image, offset, &section);
	const struct ygr_test *test;
	__u32 i;

	for (i = 0; index >= 0 && i < image->test_nr; i++) {
		test = &image->tests[i];
		*value = index - test->first;
		if (ygr_field_shapes[test->field].section == section && *value >= 0 && *value < test->nr)
			return i;
	}
	*value = -1;
	return -1;
}

/* The clause that a test is of: they follow one another. */
static long clause_of(const struct ygr_policy_image *image, long test)
{
	__u32 i;

	for (i = 0; i < image->clause_nr; i++)
		if (test >= image->clauses[i].test_first &&
		    test - image->clauses[i].test_first < image->clauses[i].test_nr)
			return i;
	return -1;
}

static long rule_of(const struct ygr_policy_image *image, long clause)
{
	__u32 i;

	for (i = 0; i < image->rule_nr; i++)
		if (clause >= image->rules[i].clause_first &&
		    clause - image->rules[i].clause_first < image->rules[i].clause_nr)
			return i;
	return -1;
}

struct ygr_policy_location ygr_policy_locate(const struct ygr_policy_image *image, __u32 offset)
{
	struct ygr_policy_location at = {
		.rule = find_item(image, image->rules, image->rule_nr, sizeof(*image->rules), offset),
		.test = find_item(image, image->tests, image->test_nr, sizeof(*image->tests), offset),
		.value = -1,
	};
	long clause = find_item(image, image->clauses, image->clause_nr, sizeof(*image->clauses),
				offset);

	if (at.rule >= 0)
		return at;
	if (at.test < 0 && clause < 0)
		at.test = find_user(image, offset, &at.value);
	if (at.test >= 0)
		clause = clause_of(image, at.test);
	if (clause >= 0)
		at.rule = rule_of(image, clause);
	return at;
}

const char *ygr_policy_locate_rule(const struct ygr_policy_image *image, __u32 offset)
{
	long rule = ygr_policy_locate(image, offset).rule;

	return rule < 0 ? NULL : image->strings + image->rules[rule].name_off;
}

void ygr_policy_locate_modes(const struct ygr_policy_image *image, __u32 nr[YGR_MODE_NR])
{
	__u32 i;

	memset(nr, 0, YGR_MODE_NR * sizeof(nr[0]));
	for (i = 0; i < image->rule_nr; i++)
		nr[image->rules[i].mode]++;
}
