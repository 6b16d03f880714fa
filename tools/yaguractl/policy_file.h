/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy from a file, text or blob, or from a directory of texts, ready for the kernel: compiled, verified and
 * indexed by the code that the kernel runs. Mistakes are told on stderr.
 */
#ifndef YGR_POLICY_FILE_H
#define YGR_POLICY_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy_index.h"

struct ygr_policy_file {
	void *blob;		/* aligned to 8 */
	size_t bytes;
	struct ygr_policy_image image;
	void *index_memory;
	struct ygr_policy_index index;
	char *source;		/* the text, and behind it the files that it names; NULL: it was a blob */
};

/*
 * @path: "-" is stdin; of a directory, all *.yaml (drop_in.h)
 * @strict: warnings are errors
 *
 * All three return an exit code of yaguractl; when it is not YGR_EXIT_OK, there is nothing to
 * close and all has been said.
 */
int ygr_policy_file_open(struct ygr_policy_file *file, const char *path, bool strict);

/* A text in memory; @name: as for open(), whose directory its includes are in. */
int ygr_policy_file_parse(struct ygr_policy_file *file, const char *name, const char *text,
			  size_t bytes, bool strict);

/* A blob in memory, of which @file becomes the owner, whatever comes of it. */
int ygr_policy_file_adopt(struct ygr_policy_file *file, const char *name, void *blob, size_t bytes);

void ygr_policy_file_close(struct ygr_policy_file *file);

/* As it stands in messages. */
const char *ygr_policy_file_name(const char *path);

#endif
