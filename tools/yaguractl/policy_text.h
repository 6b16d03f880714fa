/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy text -> model. The language is in docs/POLICY.md; each mistake is
 * reported with its file, line and column, all of them at once.
 *
 * Pure: what only the host knows (users, other files) is asked of the
 * caller's functions. Hostile text is safe: sizes and depths are bounded here
 * and in yaml_tree.
 */
#ifndef YGR_POLICY_TEXT_H
#define YGR_POLICY_TEXT_H

#include <stddef.h>

#include "policy_host.h"
#include "policy_model.h"
#include "text_error.h"

/*
 * @file: what the text is called; files that it names are looked for in that directory
 *
 * Return: 0 and *model (the caller destroys it), with warnings perhaps;
 * -EBADMSG with at least one error in `errors`; -ENOMEM. *model is untouched
 * on failure.
 */
int ygr_policy_text_parse(const char *file, const char *text, size_t bytes,
			  const struct ygr_policy_host *host, struct ygr_policy_model **model,
			  struct ygr_text_errors *errors);

/* What a policy is called none of whose files says it. */
#define YGR_POLICY_DIRECTORY_NAME	"policy"

/*
 * The same of files @names in @directory, which make one policy in that order. Any of them
 * may say what the whole policy is, one of them each thing.
 */
int ygr_policy_text_parse_directory(const char *directory, char *const *names, size_t nr,
				    const struct ygr_policy_host *host,
				    struct ygr_policy_model **model, struct ygr_text_errors *errors);

#endif
