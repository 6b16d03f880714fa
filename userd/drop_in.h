/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory whose files together say something: *.yaml, in the order of their
 * names' bytes, whatever the locale, so that numbers in front order them. Names that
 * start with a dot are somebody's drafts, and are passed over, as what ends otherwise is.
 */
#ifndef YGR_DROP_IN_H
#define YGR_DROP_IN_H

#include <dirent.h>
#include <stddef.h>

#define YGR_DROP_INS_MAX	1000

/* All zero: empty. */
struct ygr_drop_ins {
	char **names;		/* without the directory */
	size_t nr;
};

/*
 * The names in @stream, which stays the caller's.
 * Return: 0 and *list; -E2BIG: more than YGR_DROP_INS_MAX; -ENOMEM; -errno of readdir(3).
 * *list is empty then.
 */
int ygr_drop_in_list(DIR *stream, struct ygr_drop_ins *list);

/* What an error of the above means. */
const char *ygr_drop_in_explain(int err);

void ygr_drop_in_exit(struct ygr_drop_ins *list);

#endif
