/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy blob -> verified image. Pure: the same source decides in the kernel
 * and in the tool.
 *
 * Malicious input: any bytes are safe to pass. On failure the image is
 * untouched and the error names the offset of the first bad byte. On success
 * every index, offset and string that the image leads to lies inside the blob,
 * so that users of an image check nothing again.
 */
#ifndef YGR_POLICY_VERIFY_H
#define YGR_POLICY_VERIFY_H

#include <yagura/ygr_policy.h>

#include "pure.h"

/* Pointers into a blob, which must outlive the image and never change. */
struct ygr_policy_image {
	const struct ygr_policy_header *header;
	const char *strings;
	const struct ygr_rule *rules;
	const struct ygr_path_item *paths;
	const struct ygr_range_item *uids;
	const struct ygr_cidr_item *cidrs;
	const struct ygr_range_item *ports;
	__u32 strings_bytes;
	__u32 rule_nr;
	__u32 path_nr;
	__u32 uid_nr;
	__u32 cidr_nr;
	__u32 port_nr;
	__u64 on_mask;		/* union of the rules' `on` */
	__u64 path_on_mask;	/* of the rules that look at a path */
	__u64 deny_on_mask;	/* of the rules that deny, enforced or not */
};

struct ygr_policy_error {
	__u32 code;		/* enum ygr_policy_error_code */
	__u32 offset;		/* in the blob */
};

/*
 * @blob: aligned to 8
 * @bytes: its size, any
 *
 * Context: any; time grows with @bytes.
 * Return: 0, or -EBADMSG with @error filled.
 */
int ygr_policy_verify(const void *blob, size_t bytes, struct ygr_policy_image *image,
		      struct ygr_policy_error *error);

#endif
