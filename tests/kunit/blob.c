// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "blob.h"

#define SECTION(index, what, member, size, nr) \
	[index] = { \
		.kind = YGR_SECTION_##what, \
		.off = offsetof(struct blob_layout, member), \
		.item_bytes = size, \
		.item_nr = nr, \
	}

const struct blob_layout blob_good = {
	.header = {
		.magic = YGR_POLICY_MAGIC,
		.version = YGR_POLICY_VERSION,
		.header_bytes = sizeof(struct ygr_policy_header),
		.total_bytes = sizeof(struct blob_layout),
		.section_nr = BLOB_SECTION_NR,
		.name_off = BLOB_NAME_POLICY,
	},
	.section = {
		SECTION(0, STRINGS, strings, 1, 49),
		SECTION(1, RULES, rule, sizeof(struct ygr_rule), BLOB_RULE_NR),
		SECTION(2, PATHS, path, sizeof(struct ygr_path_item), 2),
		SECTION(3, UIDS, uid, sizeof(struct ygr_range_item), 1),
		SECTION(4, CIDRS, cidr, sizeof(struct ygr_cidr_item), 2),
		SECTION(5, PORTS, port, sizeof(struct ygr_range_item), 1),
	},
	.strings = "\0policy\0deny-scratch\0net\0quiet\0/tmp/\0/etc/shadow",
	.rule = {
		{
			.on = YGR_ON_BIT(YGR_ON_EXEC) | YGR_ON_BIT(YGR_ON_OPEN_WRITE),
			.name_off = BLOB_NAME_SCRATCH,
			.action = YGR_ACTION_DENY,
			.match[YGR_DIM_PATH] = { .first = 0, .nr = 2 },
			.except[YGR_DIM_UID] = { .first = 0, .nr = 1 },
		}, {
			.on = YGR_ON_BIT(YGR_ON_CONNECT),
			.name_off = BLOB_NAME_NET,
			.action = YGR_ACTION_DENY,
			.mode = YGR_MODE_MONITOR,
			.match[YGR_DIM_CIDR] = { .first = 0, .nr = 2 },
			.match[YGR_DIM_PORT] = { .first = 0, .nr = 1 },
		}, {
			.on = YGR_ON_BIT(YGR_ON_FORK) | YGR_ON_BIT(YGR_ON_EXIT),
			.name_off = BLOB_NAME_QUIET,
			.action = YGR_ACTION_IGNORE,
		},
	},
	.path = {
		{ .str_off = BLOB_PATH_TMP, .len = 5, .kind = YGR_PATH_PREFIX },
		{ .str_off = BLOB_PATH_SHADOW, .len = 11, .kind = YGR_PATH_EXACT },
	},
	.uid = { { .low = 0, .high = 0 } },
	.cidr = {
		{ .family = AF_INET, .prefix_len = 24, .addr = { 198, 51, 100 } },
		{ .family = AF_INET6, .prefix_len = 32, .addr = { 0x20, 0x01, 0x0d, 0xb8 } },
	},
	.port = { { .low = 4444, .high = 4450 } },
};

int blob_verify(struct kunit *test, const void *blob, size_t bytes,
		struct ygr_policy_image *image, struct ygr_policy_error *error)
{
	void *copy = kunit_kmalloc(test, bytes ? bytes : 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, blob, bytes);
	return ygr_policy_verify(copy, bytes, image, error);
}
