/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attaching to the LSM hook points.
 *
 * A module cannot register LSM hooks, so each security_*() function is hooked
 * by ftrace: a ftrace_ops with IPMODIFY, whose handler sees the
 * arguments before the function runs. A function that is called often has one of its own;
 * the others share one, since it takes ftrace tens of ms to attach one, and a tenth of a
 * second to detach it. To deny, the handler redirects the
 * function to one that returns an error. A hook that must sleep redirects to a
 * wrapper instead, which calls the original itself. Process events come from
 * the scheduler's tracepoints.
 *
 * Handlers run in the context of the caller of the hook and must not sleep:
 * ftrace waits for them at detach only as long as they do not.
 */
#ifndef YGR_ATTACH_H
#define YGR_ATTACH_H

#include <linux/ftrace.h>
#include <linux/tracepoint.h>

#include <yagura/ygr_abi.h>

#include "compat/compat.h"
#include "compat/prototypes.h"
#include "measure.h"

enum ygr_hook_kind {
	YGR_HOOK_KIND_FUNCTION,		/* handler is a ftrace_func_t */
	YGR_HOOK_KIND_TRACEPOINT,	/* handler is the tracepoint's probe */
};

/* One hook point. The first six fields are the table's, the rest attach.c's. */
struct ygr_hook {
	const char *symbol;
	enum ygr_hook_kind kind;
	void *handler;
	bool fits;			/* the kernel declares it as its handler expects */
	bool is_young;			/* where it is missing, another hook sees its events */
	bool is_hot;			/* called so often that to look for its handler would cost */

	enum ygr_hook_state state;
	int error;
	unsigned long address;		/* 0: not known */
	struct ftrace_ops ops;		/* of one that shares another, only its func is used */
	struct tracepoint *tracepoint;
	struct ygr_measure __percpu *measure; /* NULL: it is not measured */
};

#define YGR_HOOK_FUNCTION(name, func, ...) \
	{ .symbol = #name, .kind = YGR_HOOK_KIND_FUNCTION, .handler = func, \
	  .fits = YGR_FITS_##name, __VA_ARGS__ }
#define YGR_HOOK_HOT_FUNCTION(name, func) \
	YGR_HOOK_FUNCTION(name, func, .is_hot = true)
#define YGR_HOOK_YOUNG_FUNCTION(name, func) \
	YGR_HOOK_FUNCTION(name, func, .is_young = true)
/* Whose file includes the header of its trace event, and so knows the type of its probes. */
#define YGR_HOOK_TRACEPOINT(name, func) \
	{ .symbol = #name, .kind = YGR_HOOK_KIND_TRACEPOINT, .handler = func, \
	  .fits = YGR_IS(check_trace_callback_type_##name, void (typeof(&(func)))) }

/* A table of hooks; each hook_*.c has one. */
struct ygr_hook_table {
	struct ygr_hook *hooks;
	unsigned int nr;
};

/* The pointer argument @n (0 ..) of the hooked function. */
static __always_inline void *ygr_attach_arg(struct ftrace_regs *fregs, unsigned int n)
{
	return (void *)ftrace_regs_get_argument(fregs, n);
}

/* The same, of one that is a number: the caller takes as many of its low bits as it has. */
static __always_inline long ygr_attach_number(struct ftrace_regs *fregs, unsigned int n)
{
	return ftrace_regs_get_argument(fregs, n);
}

/* From a handler: run @target, of the same type, in place of the function. */
static __always_inline void ygr_attach_redirect(struct ftrace_regs *fregs, void *target)
{
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)target);
}

/*
 * From a handler: the function returns @error without having run.
 *
 * @error: -EPERM, -EACCES, -ECONNREFUSED or -ENOENT; anything else is -EPERM
 */
void ygr_attach_deny(struct ftrace_regs *fregs, int error);

/* From a handler, with what was judged: the function runs if @error is 0, or else is denied. */
static __always_inline void ygr_attach_answer(struct ftrace_regs *fregs, int error)
{
	if (unlikely(error))
		ygr_attach_deny(fregs, error);
}

/* First and last act of a wrapper that may sleep: keeps the module's text. */
void ygr_attach_enter(void);
void ygr_attach_leave(void);

/*
 * Attaches all hooks of @tables, which NULL ends, in that order, but for the functions
 * that share a ftrace_ops, which come last and at once. A hook that
 * cannot be attached says so in its state and does not fail the rest.
 *
 * @measure: whether to count what each function's handler costs, as long as it is
 *	attached: a handler's address is fixed in the kernel's text until then
 *
 * Context: process, may sleep; tens of ms for each hook with a ftrace_ops of its own.
 */
void ygr_attach_init(const struct ygr_hook_table * const *tables, bool measure);

/* In its stead: nothing is attached, and each hook of @tables says that it is disabled. */
void ygr_attach_disable(const struct ygr_hook_table * const *tables);

/*
 * Detaches all in reverse; what was attached is "stopped" then. No handler runs any more when
 * this returns, though a task may still be asleep in a wrapper. One caller at a time.
 *
 * Context: process, may sleep. Return: how many there were.
 */
unsigned int ygr_attach_stop(void);

/* The same, if it is not done yet, and returns when no wrapper or redirect target runs either. */
void ygr_attach_exit(void);

/* Number of hooks, and one of them; NULL: no such index. */
unsigned int ygr_attach_hook_nr(void);
const struct ygr_hook *ygr_attach_hook(unsigned int index);

unsigned int ygr_attach_attached_nr(void);

/* Whether there are figures of what hooks cost. */
bool ygr_attach_is_measured(void);

#endif
