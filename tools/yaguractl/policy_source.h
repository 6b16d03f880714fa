/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The texts of the policies that were loaded from here, for `policy show --source`: a file
 * each, named by a hash of the blob, so that the text found is the text of just that
 * policy. The kernel keeps the blob only.
 *
 * The newest YGR_POLICY_SOURCES_MAX are kept. The directory is
 * /var/lib/yagura/policy, or $YAGURA_POLICY_SOURCES.
 */
#ifndef YGR_POLICY_SOURCE_H
#define YGR_POLICY_SOURCE_H

#include <stddef.h>

#define YGR_POLICY_SOURCES_MAX	64

/* Return: 0 or -errno: nothing half written is left. */
int ygr_policy_source_keep(const void *blob, size_t bytes, const char *text);

/* Return: 0 and *text (the caller frees it); -ENOENT: it is not kept; -errno. */
int ygr_policy_source_find(const void *blob, size_t bytes, char **text);

#endif
