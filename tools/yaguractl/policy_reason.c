// SPDX-License-Identifier: GPL-2.0-only
#include "policy_reason.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int ygr_policy_reason_set(struct ygr_policy_reason *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return -EINVAL;
}
