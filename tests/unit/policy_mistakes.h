/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A good policy blob with something in every section, and every way to spoil it
 * by changing one member: what the verifier must say of it, and where. The same for user
 * space (test_policy_verify.c), for KUnit, and for the module's ioctl.
 */
#ifndef YGR_TEST_POLICY_MISTAKES_H
#define YGR_TEST_POLICY_MISTAKES_H

#include <yagura/ygr_abi.h>
#include <yagura/ygr_policy.h>

#define MISTAKE_SECTIONS	(YGR_SECTION_KIND_NR - 1)	/* section n - 1 has kind n */
#define MISTAKE_STRINGS		93

struct mistake_blob {
	struct ygr_policy_header header;
	struct ygr_policy_section section[MISTAKE_SECTIONS];
	char strings[96];		/* the last are padding */
	struct ygr_rule rule[5];
	struct ygr_clause clause[6];
	struct ygr_test test[13];
	struct ygr_text_item text[7];
	struct ygr_range_item range[3];
	struct ygr_cidr_item cidr[2];
	struct ygr_id_item id[2];
	struct ygr_digest_item digest[1];
	struct ygr_label_item label[2];
	struct ygr_noise_item noise[1];
};

extern const struct mistake_blob mistake_blob_good;

struct mistake {
	const char *what;
	__u32 code;		/* enum ygr_policy_error_code */
	__u32 offset;		/* that is told */
	__u32 at;		/* where the value goes */
	__u32 bytes;
	__u64 value;		/* little-endian */
};

/* Until one without a name. */
extern const struct mistake mistakes[];

#endif
