/* SPDX-License-Identifier: GPL-2.0-only */
/* Read a whole text file (or stdin) into memory, up to a limit. */
#ifndef YGR_TEXT_FILE_H
#define YGR_TEXT_FILE_H

#include <stddef.h>

/*
 * path "-" is stdin. Pipes work; a file without end stops at the limit.
 * Return: 0 and *text (the caller frees it; NUL-terminated, the NUL not
 * counted in *bytes), -EFBIG if it holds more than max_bytes, or -errno.
 */
int ygr_text_file_read(const char *path, size_t max_bytes, char **text,
		       size_t *bytes);

#endif
