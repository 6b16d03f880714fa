/* SPDX-License-Identifier: GPL-2.0-only */
/* Argument vectors and environments: each string ends in NUL, as it lies in the process. */
#ifndef YGR_ARGV_H
#define YGR_ARGV_H

#include <linux/binfmts.h>

/* What a record takes: in KiB what may be asked for, and what a ring of so many bytes allows. */
#define YGR_ARGV_KIB_MIN	4u
#define YGR_ARGV_KIB_MAX	64u
#define YGR_ARGV_BYTES_OF_RING(ring_bytes)	((ring_bytes) / 8)

/* What rules look at: a search takes the time of its bytes, and nobody is to wait for it. */
#define YGR_ARGV_JUDGED_BYTES_MAX	4096u

/* What a record takes of an environment, and how far one is looked through. */
#define YGR_ENV_BYTES_MAX	4096u
#define YGR_ENV_SEARCH_BYTES_MAX	(256u << 10)

/* Text of a process, and what there was of it. */
struct ygr_argv_text {
	const char *bytes;
	u32 len;
	u32 true_len;		/* may be YGR_LEN_UNKNOWN */
};

/*
 * @kib: that a record takes of arguments at most, rounded into the range above
 * @ring_bytes: a record must leave room for others
 * @env_names: which variables are told (env_pick.h); stays
 *
 * Return: 0, -ENOMEM, or -EINVAL: the names.
 */
int ygr_argv_init(unsigned int kib, unsigned long ring_bytes, const char *env_names);
void ygr_argv_exit(void);

/* What a record takes; the rest is told by its true length. */
u32 ygr_argv_bytes_max(void);

/*
 * Of the current task, which has just exec'ed. Does not fault: a page that is
 * not there ends the copy. The bytes lie in this CPU's scratch, one of each.
 *
 * Context: task, preemption off until they are used.
 */
void ygr_argv_read_current(struct ygr_argv_text *argv);
void ygr_argv_read_current_env(struct ygr_argv_text *env);

/*
 * Of a program that is about to be exec'ed.
 *
 * @buffer: ygr_argv_bytes_max() bytes
 *
 * Context: process, may sleep.
 * Return: bytes copied; @true_len may be YGR_LEN_UNKNOWN.
 */
u32 ygr_argv_read_bprm(const struct linux_binprm *bprm, char *buffer, u32 *true_len);

/*
 * Of a process that runs. Waits for nobody: what is not in memory, or where its memory map is
 * busy, ends the copy.
 *
 * @buffer: ygr_argv_bytes_max() bytes; of the environment YGR_ENV_BYTES_MAX
 *
 * Context: process, may sleep.
 */
void ygr_argv_read_other(struct mm_struct *mm, char *buffer, struct ygr_argv_text *argv);
void ygr_argv_read_other_env(struct mm_struct *mm, char *buffer, struct ygr_argv_text *env);

#endif
