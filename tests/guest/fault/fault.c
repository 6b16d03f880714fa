// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory runs out, but only for yagura.ko: from a given allocation on, all that is asked
 * for below a function of it fails, until that is over. Not the kernel's own fault injection,
 * which cannot tell on x86-64 for whom memory is; and this works on kernels without it.
 *
 *	tgid	whose calls: of this process and its children; 0: everybody's (writable)
 *	in	only where the function of yagura.ko that asks has this in its name (write-only)
 *	from	which allocation is the first to fail; 0: it is over (writable)
 *	seen	allocations from one such moment to the other
 *	failed	how many of them failed
 *	site	the function of yagura.ko that came by the first of these
 *
 * Two functions are asked before each allocation whether it should fail. That of slabs is
 * not there on every kernel; then this does not load, with ENOENT.
 */
#include <linux/atomic.h>
#include <linux/ftrace.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/pgtable.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "compat/compat.h"

#define OWNER		"[yagura]"
#define FRAME_NR	64
#define NAME_BYTES	128

static int tgid;
module_param(tgid, int, 0644);

static char in[NAME_BYTES];

/* Without the newline, which is all that there is of an empty one. */
static int set_in(const char *text, const struct kernel_param *kp)
{
	if (strscpy(in, text, sizeof(in)) < 0)
		return -ENOSPC;
	strim(in);
	return 0;
}

static const struct kernel_param_ops in_ops = { .set = set_in };

module_param_cb(in, &in_ops, NULL, 0200);

static unsigned int from;
static char site[NAME_BYTES];
static atomic_t seen = ATOMIC_INIT(0);
static atomic_t failed = ATOMIC_INIT(0);

static int set_from(const char *text, const struct kernel_param *kp)
{
	unsigned int value;
	int ret = kstrtouint(text, 0, &value);

	if (ret)
		return ret;
	if (value) {
		atomic_set(&seen, 0);
		atomic_set(&failed, 0);
		site[0] = '\0';
	}
	WRITE_ONCE(from, value);
	return 0;
}

static const struct kernel_param_ops from_ops = { .set = set_from, .get = param_get_uint };

module_param_cb(from, &from_ops, &from, 0644);

static int show_atomic(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(kp->arg));
}

static const struct kernel_param_ops atomic_ops = { .get = show_atomic };

module_param_cb(seen, &atomic_ops, &seen, 0444);
module_param_cb(failed, &atomic_ops, &failed, 0444);
module_param_string(site, site, sizeof(site), 0444);

static bool is_watched(const struct task_struct *task)
{
	int watched = READ_ONCE(tgid);
	bool is_child;

	if (!watched || task->tgid == watched)
		return true;
	rcu_read_lock();
	is_child = rcu_dereference(task->real_parent)->tgid == watched;
	rcu_read_unlock();
	return is_child;
}

/*
 * What a debugging kernel keeps of an allocation: it copes without, and so nobody is told. And
 * what belongs to a security module, when yagura.ko goes on to it. A slab that is made for
 * an allocation is a part of that one, which was asked about already.
 */
static bool is_for_another(const char *name)
{
	static const char * const prefixes[] = {
		"__create_object", "create_object", "kmemleak_", "kasan_", "stack_depot_",
		"__stack_depot_", "debug_object", "__debug_object", "fill_pool", "security_",
		"___slab_alloc", "allocate_slab", "new_slab",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_has_prefix(name, prefixes[i]))
			return true;
	return false;
}

/*
 * Whether the memory is for yagura.ko, as the symbols on the stack have it.
 *
 * @name: NAME_BYTES for the function of it that is nearest
 */
static bool is_for_owner(char *name)
{
	unsigned long frames[FRAME_NR];
	unsigned int i, nr = stack_trace_save(frames, FRAME_NR, 0);

	for (i = 0; i < nr; i++) {
		snprintf(name, NAME_BYTES, "%ps", (void *)frames[i]);
		if (is_for_another(name))
			return false;
		if (strstr(name, OWNER))
			return !in[0] || strstr(name, in);
	}
	return false;
}

/* Whether one who asks with @gfp is to be told that there is no memory. */
static bool should_fail(gfp_t gfp)
{
	unsigned int first = READ_ONCE(from);
	char name[NAME_BYTES];

	if (!first || (gfp & __GFP_NOFAIL) || !in_task() || !is_watched(current) ||
	    !is_for_owner(name) || atomic_inc_return(&seen) < first)
		return false;
	if (atomic_inc_return(&failed) == 1)
		strscpy(site, name, sizeof(site));
	return true;
}

/* Instead of the function that was called. */
static noinline notrace int yes(void)
{
	return 1;
}

static void notrace on_slab(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			    struct ftrace_regs *fregs)
{
	struct pt_regs *regs = ygr_compat_all_regs(fregs);

	if (should_fail((__force gfp_t)regs_get_kernel_argument(regs, 1)))
		instruction_pointer_set(regs, (unsigned long)yes);
}

static void notrace on_pages(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	struct pt_regs *regs = ygr_compat_all_regs(fregs);

	if (should_fail((__force gfp_t)regs_get_kernel_argument(regs, 0)))
		instruction_pointer_set(regs, (unsigned long)yes);
}

/* A page of console for each failure would hide what matters there. */
static void notrace on_warning(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	if (READ_ONCE(from) && is_watched(current))
		instruction_pointer_set(ygr_compat_all_regs(fregs), (unsigned long)yes);
}

/* Not guarded against recursion, which the module under test may be in: nothing here allocates. */
#define OPS(handler)	{ .func = handler, \
			  .flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_SAVE_REGS | \
				   FTRACE_OPS_FL_RECURSION }

static struct {
	const char *function;
	struct ftrace_ops ops;
} hooks[] = {
	{ "should_failslab", OPS(on_slab) },
	{ "should_fail_alloc_page", OPS(on_pages) },
	{ "warn_alloc", OPS(on_warning) },
};

/* @nr: how many of them */
static void detach(unsigned int nr)
{
	while (nr-- > 0) {
		unregister_ftrace_function(&hooks[nr].ops);
		ftrace_free_filter(&hooks[nr].ops);
	}
}

static int __init fault_init(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		const char *function = hooks[i].function;

		ret = ftrace_set_filter(&hooks[i].ops, (unsigned char *)function, strlen(function), 1);
		if (ret) {
			ret = ret == -EINVAL ? -ENOENT : ret;
			goto out_detach;
		}
		ret = register_ftrace_function(&hooks[i].ops);
		if (ret) {
			ftrace_free_filter(&hooks[i].ops);
			goto out_detach;
		}
	}
	return 0;

out_detach:
	detach(i);
	return ret;
}

static void __exit fault_exit(void)
{
	detach(ARRAY_SIZE(hooks));
	synchronize_rcu_tasks();
}

module_init(fault_init);
module_exit(fault_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test only: memory runs out for yagura");
