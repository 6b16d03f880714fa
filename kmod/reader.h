/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether somebody reads the rings, and since when nobody does: a policy may ask not
 * to be enforced unheard. A reader is whoever has the device open for it; that it
 * also reads, the rings' counters tell.
 */
#ifndef YGR_READER_H
#define YGR_READER_H

#include <linux/types.h>

struct task_struct;

/* Serialized by the device, which has one reader at most. */
void ygr_reader_came(void);

/* Also when the device appears, with nobody there yet. */
void ygr_reader_went(void);

/* Whether @task is of the process that reads. Context: any. */
bool ygr_reader_is(const struct task_struct *task);

/* @timeout_s: 0: for ever. Context: any. Return: whether there has been none for longer. */
bool ygr_reader_is_missing(u32 timeout_s);

#endif
