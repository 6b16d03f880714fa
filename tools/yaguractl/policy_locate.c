// SPDX-License-Identifier: GPL-2.0-only
#include "policy_locate.h"

#include <stddef.h>
#include <string.h>

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

static bool span_has(const struct ygr_span *span, long index)
{
	return index >= span->first && index - span->first < span->nr;
}

static bool rule_has(const struct ygr_rule *rule, const long index[YGR_DIM_NR])
{
	unsigned int dimension;

	for (dimension = 0; dimension < YGR_DIM_NR; dimension++) {
		if (index[dimension] < 0)
			continue;
		if (span_has(&rule->match[dimension], index[dimension]) ||
		    span_has(&rule->except[dimension], index[dimension]))
			return true;
	}
	return false;
}

const char *ygr_policy_locate_rule(const struct ygr_policy_image *image, __u32 offset)
{
	const long index[YGR_DIM_NR] = {
		[YGR_DIM_PATH] = find_item(image, image->paths, image->path_nr,
					   sizeof(*image->paths), offset),
		[YGR_DIM_UID]  = find_item(image, image->uids, image->uid_nr,
					   sizeof(*image->uids), offset),
		[YGR_DIM_CIDR] = find_item(image, image->cidrs, image->cidr_nr,
					   sizeof(*image->cidrs), offset),
		[YGR_DIM_PORT] = find_item(image, image->ports, image->port_nr,
					   sizeof(*image->ports), offset),
	};
	long rule = find_item(image, image->rules, image->rule_nr, sizeof(*image->rules),
			      offset);
	__u32 i;

	if (rule >= 0)
		return image->strings + image->rules[rule].name_off;
	for (i = 0; i < image->rule_nr; i++)
		if (rule_has(&image->rules[i], index))
			return image->strings + image->rules[i].name_off;
	return NULL;
}

void ygr_policy_locate_modes(const struct ygr_policy_image *image, __u32 nr[YGR_MODE_NR])
{
	__u32 i;

	memset(nr, 0, YGR_MODE_NR * sizeof(nr[0]));
	for (i = 0; i < image->rule_nr; i++)
		nr[image->rules[i].mode]++;
}
