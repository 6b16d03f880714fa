/* SPDX-License-Identifier: GPL-2.0-only */
/* Argument vectors: each argument ends in NUL, as it lies in the process. */
#ifndef YGR_ARGV_H
#define YGR_ARGV_H

#include <linux/binfmts.h>

/* What a record takes; the rest is told by its true length. */
#define YGR_ARGV_BYTES_MAX	4096u

/*
 * Of the current task, which has just exec'ed. Does not fault: a page that is
 * not there ends the copy.
 *
 * @buffer: YGR_ARGV_BYTES_MAX bytes
 * @true_len: what there is
 *
 * Context: task, any.
 * Return: bytes copied, at most @true_len.
 */
u32 ygr_argv_read_current(char *buffer, u32 *true_len);

/*
 * Of a program that is about to be exec'ed.
 *
 * Context: process, may sleep.
 * Return: bytes copied; @true_len may be YGR_LEN_UNKNOWN.
 */
u32 ygr_argv_read_bprm(const struct linux_binprm *bprm, char *buffer, u32 *true_len);

#endif
