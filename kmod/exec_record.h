/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts that records of a program's start and of one that runs have in common: what
 * goes into struct ygr_body_exec, and the strings beside it. What a string points to is in this
 * CPU's scratch or the caller's.
 *
 * Context, of all: task, preemption off until the record is written.
 */
#ifndef YGR_EXEC_RECORD_H
#define YGR_EXEC_RECORD_H

#include <linux/cred.h>

#include "argv.h"
#include "event.h"
#include "exec_facts.h"
#include "terminal.h"

void ygr_exec_record_capabilities(struct ygr_body_exec *body, const struct cred *cred);

/* @learnt: NULL: nothing is */
void ygr_exec_record_learnt(struct ygr_body_exec *body, u32 *flags,
			    const struct ygr_exec_facts *learnt);

/* Nothing to tell: no string. */
void ygr_exec_record_text(struct ygr_event_strings *strings, u16 tag,
			  const struct ygr_argv_text *text);

/* Of the current process. */
void ygr_exec_record_cwd(struct ygr_event_strings *strings);

void ygr_exec_record_terminal(struct ygr_body_exec *body, struct ygr_event_strings *strings,
			      struct task_struct *task, struct ygr_terminal *terminal);

/* @learnt: may be NULL */
void ygr_exec_record_script(struct ygr_body_exec *body, struct ygr_event_strings *strings,
			    const struct ygr_exec_facts *learnt);

/* Ancestors, and cgroup. */
void ygr_exec_record_descent(struct ygr_event_strings *strings, struct task_struct *task);

#endif
