// SPDX-License-Identifier: GPL-2.0-only
/*
 * What attaching costs by itself, and what the ring adds: open, connect and
 * exec with hooks that do nothing, or that record 64 bytes. Nobody reads: the
 * ring holds what a run produces.
 */
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/security.h>

#include "attach.h"
#include "clock.h"
#include "ring.h"

#define RECORD_BYTES	64
#define RING_BYTES	(64ul << 20)

static bool record;
module_param(record, bool, 0444);
MODULE_PARM_DESC(record, "record 64 bytes for each event");

static void record_64(const void *object)
{
	struct ygr_record *head;
	u64 *rest;

	if (!record)
		return;
	preempt_disable_notrace();
	head = ygr_ring_reserve(RECORD_BYTES, YGR_CLASS_FILE);
	if (head) {
		head->len = RECORD_BYTES;
		head->type = YGR_EV_OPEN;
		head->class = YGR_CLASS_FILE;
		head->verdict = 0;
		head->time_ns = ygr_clock_boot_ns();
		head->start_ns = current->group_leader->start_boottime;
		head->tgid = current->tgid;
		head->tid = current->pid;
		rest = (u64 *)&head->ppid;
		rest[0] = __kuid_val(current_uid());
		rest[1] = (unsigned long)object;
		ygr_ring_commit();
	}
	preempt_enable_notrace();
}

static void notrace on_object(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	record_64(ygr_attach_arg(fregs, 0));
}

static unsigned long bprm_check_ip;

static noinline int wrapper(void *bprm)
{
	int ret;

	ygr_attach_enter();
	record_64(bprm);
	ret = ygr_compat_call(bprm, READ_ONCE(bprm_check_ip));
	ygr_attach_leave();
	return ret;
}

static void notrace on_bprm_check(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (within_module(parent_ip, THIS_MODULE))
		return;
	WRITE_ONCE(bprm_check_ip, ip);
	ygr_attach_redirect(fregs, wrapper);
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_HOT_FUNCTION(security_file_open, on_object),
	YGR_HOOK_HOT_FUNCTION(security_socket_connect, on_object),
	YGR_HOOK_FUNCTION(security_bprm_check, on_bprm_check),
};

static const struct ygr_hook_table table = { hooks, ARRAY_SIZE(hooks) };
static const struct ygr_hook_table * const tables[] = { &table, NULL };

static int __init bench_init(void)
{
	int ret = ygr_ring_init(RING_BYTES);

	if (ret)
		return ret;
	ygr_attach_init(tables, false);
	return 0;
}

static void __exit bench_exit(void)
{
	ygr_attach_exit();
	ygr_ring_exit();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Yagura's attach and ring code, measured");
