/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program of 132 bytes, and one byte more that makes it another file: so the conformance suite
 * can name digests of files that do not exist yet.
 */
#ifndef YGR_TEST_CONFORMANCE_PROGRAM_H
#define YGR_TEST_CONFORMANCE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define PROGRAM_RAN	42	/* its exit status */
#define PROGRAM_PLAIN	'\0'	/* without the byte more; the others are 'a' to 'z' */

/*
 * @sha256, @verity: of 32 bytes; NULL: any
 *
 * Return: whether a variant has these digests. Any will do if there are none: the plain one.
 */
bool program_find(const uint8_t *sha256, const uint8_t *verity, char *variant);

/* Return: whether it was written whole. */
bool program_write(int fd, char variant);

#endif
