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

#include "policy_image.h"

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
