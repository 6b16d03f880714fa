/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File capabilities as they lie in the attribute security.capability: any of the three
 * layouts that kernels have written, little-endian. Pure.
 */
#ifndef YGR_FILE_CAPS_H
#define YGR_FILE_CAPS_H

#include "pure.h"

#define YGR_FILE_CAPS_NAME	"security.capability"
#define YGR_FILE_CAPS_BYTES_MAX	24u	/* of the newest layout */

struct ygr_file_caps {
	__u64 permitted;
	__u64 inheritable;
	__u32 rootid;		/* root of the user namespace that they are for; 0: any, or the initial one's */
	bool is_effective;	/* they are effective from the start */
};

/*
 * @bytes: whatever the attribute holds
 *
 * Return: 0; -EINVAL: no layout that is known, @caps untouched.
 */
int ygr_file_caps_parse(const void *bytes, __u32 len, struct ygr_file_caps *caps);

#endif
