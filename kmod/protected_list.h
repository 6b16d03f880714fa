/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs of the never-deny set, by path: what a rescue needs, shells, and
 * the loaders of shared libraries without which neither starts. Pure.
 */
#ifndef YGR_PROTECTED_LIST_H
#define YGR_PROTECTED_LIST_H

#include "pure.h"

enum ygr_protected_kind {
	YGR_PROTECTED_NOT	= 0,
	YGR_PROTECTED_PROGRAM	= 1,
	YGR_PROTECTED_SHELL	= 2,	/* only on a console */
	YGR_PROTECTED_LOADER	= 3,	/* may be opened and mapped, not executed */
};

/* @path: absolute and normal, symbolic links followed. */
enum ygr_protected_kind ygr_protected_list_find(const char *path, __u32 len);

/*
 * The whole list as lines "kind path\n", no NUL at the end.
 *
 * @text: room for @cap bytes; may be NULL when @cap is 0
 *
 * Return: how many bytes it takes. If that is more than @cap, @text holds the first @cap.
 */
__u32 ygr_protected_list_print(char *text, __u32 cap);

#endif
