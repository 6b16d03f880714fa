/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy text -> what the kernel takes: read, laid out, verified and indexed by
 * the code that the kernel runs. What it refuses is told at the place in the text.
 */
#ifndef YGR_POLICY_COMPILE_H
#define YGR_POLICY_COMPILE_H

#include "policy_host.h"
#include "policy_index.h"
#include "policy_model.h"
#include "text_error.h"

struct ygr_policy_compiled {
	struct ygr_policy_model *model;
	void *blob;			/* aligned to 8 */
	size_t bytes;
	struct ygr_policy_image image;	/* of the blob */
	void *index_memory;
	struct ygr_policy_index index;	/* of the image */
};

/*
 * @file: what the text is called; files that it names are looked for in that directory
 *
 * Return: 0 and @out, which the caller exits; warnings perhaps; -EBADMSG with at least one
 * error in @errors; -ENOMEM. Nothing to exit on failure.
 */
int ygr_policy_compile(const char *file, const char *text, size_t bytes,
		       const struct ygr_policy_host *host, struct ygr_policy_compiled *out,
		       struct ygr_text_errors *errors);

/* The same of files @names in @directory, which are one policy: policy_text.h. */
int ygr_policy_compile_directory(const char *directory, char *const *names, size_t nr,
				 const struct ygr_policy_host *host,
				 struct ygr_policy_compiled *out, struct ygr_text_errors *errors);

/*
 * All files that the policy was made of in one text, each behind a comment that names it, but
 * the one that was asked for. Return: NULL: no memory. The caller frees it.
 */
char *ygr_policy_compile_source(const struct ygr_policy_compiled *compiled);

void ygr_policy_compile_exit(struct ygr_policy_compiled *compiled);

#endif
