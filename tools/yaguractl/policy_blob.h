/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Model -> policy blob, as ygr_policy.h lays it out. Pure. The same model
 * gives the same bytes on every host of the same byte order.
 */
#ifndef YGR_POLICY_BLOB_H
#define YGR_POLICY_BLOB_H

#include <stddef.h>

#include "policy_model.h"

/*
 * Return: 0, *blob (aligned to 8; the caller frees it) and *bytes; -E2BIG and
 * *bytes when it would be larger than YGR_POLICY_BYTES_MAX; -ENOMEM.
 */
int ygr_policy_blob_build(const struct ygr_policy_model *model, void **blob,
			  size_t *bytes);

#endif
