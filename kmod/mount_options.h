/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options of a mount, as they may be recorded: "user=x,pass=y" becomes
 * "user=x,pass=*". Pure; @from is any bytes.
 */
#ifndef YGR_MOUNT_OPTIONS_H
#define YGR_MOUNT_OPTIONS_H

#include "pure.h"

#define YGR_MOUNT_OPTIONS_MAX	255

/*
 * Copies options that are separated by commas. The value of one whose key is "key", or has "pass"
 * or "secret" in it, in whatever case, becomes "*"; two commas are no end of it (CIFS).
 *
 * @to: room for @cap bytes; no NUL is put there
 * @cut: whether not all of it had room
 *
 * Return: how many bytes were put there.
 */
__u32 ygr_mount_options_copy(const char *from, __u32 len, char *to, __u32 cap, bool *cut);

#endif
