/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of mounts and what is told of them: for the unit test and the KUnit suite. */
#ifndef YGR_MOUNT_OPTIONS_CASES_H
#define YGR_MOUNT_OPTIONS_CASES_H

#include "pure.h"

struct mount_options_case {
	const char *from;	/* NULL: the last one */
	const char *to;		/* where there is room for it */
};

extern const struct mount_options_case mount_options_cases[];

#endif
