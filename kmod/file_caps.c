// SPDX-License-Identifier: GPL-2.0-only
#include "file_caps.h"

#define REVISION_MASK	0xff000000u
#define EFFECTIVE	0x00000001u

static __u32 word_at(const unsigned char *bytes, __u32 number)
{
	bytes += 4 * number;
	return bytes[0] | (__u32)bytes[1] << 8 | (__u32)bytes[2] << 16 | (__u32)bytes[3] << 24;
}

/* Words: what it is; permitted and inheritable, low; the same, high; rootid. */
int ygr_file_caps_parse(const void *bytes, __u32 len, struct ygr_file_caps *caps)
{
	static const __u32 words_of[] = { 0, 3, 5, 6 };
	__u32 magic, revision;

	if (len < 4)
		return -EINVAL;
	magic = word_at(bytes, 0);
	revision = (magic & REVISION_MASK) >> 24;
	if (revision < 1 || revision > 3 || len != 4 * words_of[revision])
		return -EINVAL;
	caps->permitted = word_at(bytes, 1);
	caps->inheritable = word_at(bytes, 2);
	if (revision >= 2) {
		caps->permitted |= (__u64)word_at(bytes, 3) << 32;
		caps->inheritable |= (__u64)word_at(bytes, 4) << 32;
	}
	caps->rootid = revision == 3 ? word_at(bytes, 5) : 0;
	caps->is_effective = magic & EFFECTIVE;
	return 0;
}
