/* SPDX-License-Identifier: GPL-2.0-only */
/* What is worth a copy (payload.h), for the unit test and the KUnit suite. */
#ifndef YGR_PAYLOAD_CASES_H
#define YGR_PAYLOAD_CASES_H

#include "pure.h"

enum payload_kind {
	PAYLOAD_STREAM,
	PAYLOAD_ANSWER,
	PAYLOAD_LENGTH,		/* of DNS over TCP */
};

struct payload_case {
	enum payload_kind kind;
	const char *bytes;	/* NULL ends the list */
	__u32 len;
	__u32 result;
};

extern const struct payload_case payload_cases[];

__u32 payload_case_result(const struct payload_case *c, const __u8 *bytes);

#endif
