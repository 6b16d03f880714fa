// SPDX-License-Identifier: GPL-2.0-only
/* Whether a header declares the function that YGR_PROBE names, whatever its type. */
#include <linux/security.h>
#if __has_include(<linux/fileattr.h>)
#include <linux/fileattr.h>
#endif

extern const void *ygr_probe;
const void *ygr_probe = (const void *)YGR_PROBE;
