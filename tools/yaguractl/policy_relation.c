// SPDX-License-Identifier: GPL-2.0-only
#include "policy_relation.h"

#include <string.h>

static bool starts_with(const struct ygr_policy_text_value *text, const struct ygr_policy_text_value *start)
{
	return text->len >= start->len && !memcmp(text->bytes, start->bytes, start->len);
}

static bool ends_with(const struct ygr_policy_text_value *text, const struct ygr_policy_text_value *end)
{
	return text->len >= end->len &&
	       !memcmp(text->bytes + text->len - end->len, end->bytes, end->len);
}

/* Whether every name of @inner is one of @outer. */
static bool text_within(const struct ygr_policy_text_value *inner,
			const struct ygr_policy_text_value *outer)
{
	switch (outer->kind) {
	case YGR_TEXT_PREFIX:
		if (inner->kind == YGR_TEXT_EXACT)
			return inner->len > outer->len && starts_with(inner, outer);
		return inner->kind == YGR_TEXT_PREFIX && starts_with(inner, outer);
	case YGR_TEXT_SUFFIX:
		return (inner->kind == YGR_TEXT_EXACT || inner->kind == YGR_TEXT_SUFFIX) &&
		       ends_with(inner, outer);
	default:
		return inner->kind == outer->kind && inner->len == outer->len && starts_with(inner, outer);
	}
}

static bool text_disjoint(const struct ygr_policy_text_value *a, const struct ygr_policy_text_value *b)
{
	if (a->kind == YGR_TEXT_EXACT && b->kind != YGR_TEXT_GLOB)
		return !text_within(a, b);
	if (b->kind == YGR_TEXT_EXACT && a->kind != YGR_TEXT_GLOB)
		return !text_within(b, a);
	return a->kind == YGR_TEXT_PREFIX && b->kind == YGR_TEXT_PREFIX && !starts_with(a, b) &&
	       !starts_with(b, a);
}

static bool cidr_within(const struct ygr_cidr_item *inner, const struct ygr_cidr_item *outer)
{
	unsigned int whole = outer->prefix_len / 8, rest = outer->prefix_len % 8;

	if (inner->family != outer->family || inner->prefix_len < outer->prefix_len ||
	    memcmp(inner->addr, outer->addr, whole))
		return false;
	return !rest || !((inner->addr[whole] ^ outer->addr[whole]) >> (8 - rest));
}

static bool value_within(enum ygr_section_kind section, const union ygr_policy_value *inner,
			 const union ygr_policy_value *outer)
{
	switch (section) {
	case YGR_SECTION_TEXTS:
		return text_within(&inner->text, &outer->text);
	case YGR_SECTION_RANGES:
		return outer->range.low <= inner->range.low && inner->range.high <= outer->range.high;
	case YGR_SECTION_CIDRS:
		return cidr_within(&inner->cidr, &outer->cidr);
	default:
		return ygr_policy_values_equal(section, inner, outer);
	}
}

static bool value_disjoint(enum ygr_section_kind section, const union ygr_policy_value *a,
			   const union ygr_policy_value *b)
{
	switch (section) {
	case YGR_SECTION_TEXTS:
		return text_disjoint(&a->text, &b->text);
	case YGR_SECTION_RANGES:
		return a->range.high < b->range.low || b->range.high < a->range.low;
	case YGR_SECTION_CIDRS:
		return !cidr_within(&a->cidr, &b->cidr) && !cidr_within(&b->cidr, &a->cidr);
	default:
		return !ygr_policy_values_equal(section, a, b);
	}
}

static bool is_comparable(const struct ygr_policy_values *a, const struct ygr_policy_values *b)
{
	return a->section == b->section &&
	       (uint64_t)a->nr * b->nr <= YGR_POLICY_RELATION_PAIRS_MAX;
}

bool ygr_policy_relation_disjoint(const struct ygr_policy_values *a, const struct ygr_policy_values *b)
{
	uint32_t i, j;

	if (a == b || !is_comparable(a, b))
		return false;
	for (i = 0; i < a->nr; i++)
		for (j = 0; j < b->nr; j++)
			if (!value_disjoint(a->section, &a->item[i], &b->item[j]))
				return false;
	return true;
}

bool ygr_policy_relation_within(const struct ygr_policy_values *inner,
				const struct ygr_policy_values *outer)
{
	uint32_t i, j;

	if (inner == outer)
		return true;
	if (!is_comparable(inner, outer))
		return false;
	for (i = 0; i < inner->nr; i++) {
		for (j = 0; j < outer->nr; j++)
			if (value_within(inner->section, &inner->item[i], &outer->item[j]))
				break;
		if (j == outer->nr)
			return false;
	}
	return true;
}
