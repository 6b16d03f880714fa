// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes tasks sleep inside exec, for a test of what unloading another module
 * does then. security_bprm_check() calls bpf_lsm_bprm_check_security(), which
 * does nothing unless a BPF program is attached to it; here, it sleeps.
 *
 *	sleep_ms	how long the next ones to come will sleep (writable)
 *	inside		tasks asleep now
 *	slept		tasks that have been
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "compat/compat.h"

#define SYMBOL	"bpf_lsm_bprm_check_security"

struct linux_binprm;

static unsigned int sleep_ms = 50;
module_param(sleep_ms, uint, 0644);

static atomic_t inside = ATOMIC_INIT(0);
static atomic_t slept = ATOMIC_INIT(0);

static int show_atomic(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(kp->arg));
}

static const struct kernel_param_ops atomic_ops = { .get = show_atomic };

module_param_cb(inside, &atomic_ops, &inside, 0444);
module_param_cb(slept, &atomic_ops, &slept, 0444);

static noinline notrace int sleep_instead(struct linux_binprm *bprm)
{
	atomic_inc(&inside);
	msleep(READ_ONCE(sleep_ms));
	atomic_inc(&slept);
	atomic_dec(&inside);
	return 0;
}

static void notrace on_bprm_check(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)sleep_instead);
}

static struct ftrace_ops ops = {
	.func	= on_bprm_check,
	.flags	= FTRACE_OPS_FL_IPMODIFY,
};

static int __init sleeper_init(void)
{
	int ret = ftrace_set_filter(&ops, (unsigned char *)SYMBOL, strlen(SYMBOL), 1);

	if (ret)
		return ret;
	ret = register_ftrace_function(&ops);
	if (ret)
		ftrace_free_filter(&ops);
	return ret;
}

/* On the way in or out: the RCU grace periods. Asleep: the count. */
static void __exit sleeper_exit(void)
{
	unregister_ftrace_function(&ops);
	ftrace_free_filter(&ops);
	synchronize_rcu_tasks();
	while (atomic_read(&inside))
		msleep(10);
	synchronize_rcu_tasks();
}

module_init(sleeper_init);
module_exit(sleeper_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test only: tasks sleep inside exec");
