/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small policy blob with something in every section, for suites to verify,
 * to break and to match against:
 *
 *	0 deny-scratch	exec, open-write	deny	path /tmp/ (prefix) or /etc/shadow, not uid 0
 *	1 net		connect			deny	198.51.100.0/24 or 2001:db8::/32,
 *					(monitor)	ports 4444-4450
 *	2 quiet		fork, exit		ignore
 */
#ifndef YGR_KUNIT_BLOB_H
#define YGR_KUNIT_BLOB_H

#include <kunit/test.h>

#include <yagura/ygr_abi.h>

#include "policy_verify.h"

#define BLOB_RULE_NR	3
#define BLOB_SECTION_NR	6

struct blob_layout {
	struct ygr_policy_header header;
	struct ygr_policy_section section[BLOB_SECTION_NR];
	char strings[56];
	struct ygr_rule rule[BLOB_RULE_NR];
	struct ygr_path_item path[2];
	struct ygr_range_item uid[1];
	struct ygr_cidr_item cidr[2];
	struct ygr_range_item port[1];
};

/* Offsets into strings[]. */
#define BLOB_NAME_POLICY	1
#define BLOB_NAME_SCRATCH	8
#define BLOB_NAME_NET		21
#define BLOB_NAME_QUIET		25
#define BLOB_PATH_TMP		31
#define BLOB_PATH_SHADOW	37

extern const struct blob_layout blob_good;

/*
 * Verify @bytes of @blob in a buffer of just that size, so that KASAN sees one
 * byte too many. The image is good for as long as the test.
 */
int blob_verify(struct kunit *test, const void *blob, size_t bytes,
		struct ygr_policy_image *image, struct ygr_policy_error *error);

extern struct kunit_suite policy_verify_suite;
extern struct kunit_suite match_suite;

#endif
