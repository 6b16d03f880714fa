// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process changes of its own surroundings, or of the machine's: the clock,
 * namespaces, keys, and what it may do from now on. Attempts. Where there is no LSM
 * hook, the function that does it is hooked, or the one by which the system call enters.
 */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/key.h>
#include <linux/key-type.h>
#include <linux/magic.h>
#include <linux/nsproxy.h>
#include <linux/personality.h>
#include <linux/prctl.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/security.h>
#include <linux/string.h>
#include <linux/syscalls.h>
#include <linux/timekeeping.h>
#include <asm/syscall.h>

#include "hooks.h"
#include "pipeline.h"

#define CLONE_NEW_ALL	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
			 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME)

static int run(u16 type, enum ygr_on on, const struct ygr_body_setting *body)
{
	struct ygr_event event __uninitialized;

	ygr_event_init(&event, type, YGR_CLASS_PRIVILEGE, on);
	return ygr_pipeline_run(&event, body, sizeof(*body));
}

/* Returns, as do all judge_*() here, what the hook must: 0 or -errno. @ts: NULL: stays */
static noinline int judge_settime(const struct timespec64 *ts)
{
	struct ygr_body_setting body = { .call = YGR_SETTING_TIMEZONE };

	body.old_value = ktime_get_real_ns();
	if (ts) {
		body.call = YGR_SETTING_CLOCK;
		body.new_value = timespec64_to_ns(ts);
	}
	return run(YGR_EV_SETTIME, YGR_ON_SETTIME, &body);
}

static noinline int judge_unshare(u64 namespaces, enum ygr_setting_call call)
{
	const struct ygr_body_setting body = { .call = call, .namespaces = namespaces };

	return run(YGR_EV_UNSHARE, YGR_ON_UNSHARE, &body);
}

/* Another thread may put another file there before the kernel looks: an attempt. */
static void fill_namespace(struct ygr_body_setting *body, unsigned int fd)
{
	struct file *file = fget(fd);
	struct inode *inode;

	if (!file)
		return;
	inode = file_inode(file);
	if (inode->i_sb->s_magic == NSFS_MAGIC) {
		body->new_value = inode->i_ino;
		body->namespaces = ygr_compat_ns_type(get_proc_ns(inode));
	}
	fput(file);
}

/* By a descriptor of a process, the second argument says which of its namespaces, as many as one likes. */
static noinline int judge_setns(struct pt_regs *regs)
{
	struct ygr_body_setting body = { .call = YGR_SETTING_SETNS };
	unsigned long args[6] __uninitialized;

	syscall_get_arguments(current, regs, args);
	body.namespaces = args[1] & CLONE_NEW_ALL;
	fill_namespace(&body, args[0]);
	return run(YGR_EV_SETNS, YGR_ON_SETNS, &body);
}

static noinline int judge_key(const struct key *key)
{
	struct ygr_body_setting body = { .call = YGR_SETTING_KEY };
	struct ygr_event_strings strings __uninitialized;
	struct ygr_event event __uninitialized;

	strscpy(body.kind, key->type->name, sizeof(body.kind));
	ygr_event_init(&event, YGR_EV_KEYCTL, YGR_CLASS_PRIVILEGE, YGR_ON_KEYCTL);
	preempt_disable_notrace();
	if (ygr_pipeline_judge(&event)) {
		u32 len = key->description ? strlen(key->description) : 0;

		strings.nr = 0;
		if (len)
			ygr_event_add_string(&strings, YGR_STR_NAME, key->description,
					     min_t(u32, len, NAME_MAX), len);
		ygr_pipeline_record(&event, &body, sizeof(body), &strings);
	}
	preempt_enable_notrace();
	return ygr_event_error(&event);
}

/* Those that change what the process may do, what may be done to it, or what it looks like. */
static bool matters(int option)
{
	switch (option) {
	case PR_SET_DUMPABLE:
	case PR_SET_KEEPCAPS:
	case PR_SET_MM:
	case PR_SET_NO_NEW_PRIVS:
	case PR_SET_PTRACER:
	case PR_SET_SECUREBITS:
	case PR_CAP_AMBIENT:
		return true;
	default:
		return false;
	}
}

static noinline int judge_prctl(int option, unsigned long value)
{
	const struct ygr_body_setting body = {
		.call = YGR_SETTING_PRCTL + option, .new_value = value,
	};

	return run(YGR_EV_PRCTL, YGR_ON_PRCTL, &body);
}

static noinline int judge_personality(u32 personality)
{
	const struct ygr_body_setting body = {
		.call = YGR_SETTING_PERSONALITY, .old_value = current->personality,
		.new_value = personality,
	};

	return run(YGR_EV_PERSONALITY, YGR_ON_PERSONALITY, &body);
}

static noinline int judge_seccomp(unsigned int op, unsigned int flags)
{
	const struct ygr_body_setting body = {
		.call = op == SECCOMP_SET_MODE_STRICT ? YGR_SETTING_STRICT : YGR_SETTING_FILTER,
		.new_value = flags,
	};

	return run(YGR_EV_SECCOMP, YGR_ON_SECCOMP, &body);
}

static void notrace on_settime(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_SETTIME))
		ygr_attach_answer(fregs, judge_settime(ygr_attach_arg(fregs, 0)));
}

static void notrace on_unshare(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	u64 namespaces = ygr_attach_number(fregs, 0) & CLONE_NEW_ALL;

	if (namespaces && !ygr_pipeline_skips(YGR_ON_UNSHARE))
		ygr_attach_answer(fregs, judge_unshare(namespaces, YGR_SETTING_UNSHARE));
}

/* Each fork and each thread comes by here. */
static void notrace on_copy_namespaces(unsigned long ip, unsigned long parent_ip,
				       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	u64 namespaces = ygr_attach_number(fregs, 0) & CLONE_NEW_ALL;

	if (unlikely(namespaces) && !ygr_pipeline_skips(YGR_ON_UNSHARE))
		ygr_attach_answer(fregs, judge_unshare(namespaces, YGR_SETTING_CLONE));
}

static void notrace on_setns(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_SETNS))
		ygr_attach_answer(fregs, judge_setns(ygr_attach_arg(fregs, 0)));
}

/* 0xffffffff only asks which it is. */
static void notrace on_personality(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long args[6] __uninitialized;
	u32 personality;

	syscall_get_arguments(current, ygr_attach_arg(fregs, 0), args);
	personality = args[0];
	if (personality != 0xffffffff && personality != current->personality &&
	    !ygr_pipeline_skips(YGR_ON_PERSONALITY))
		ygr_attach_answer(fregs, judge_personality(personality));
}

static void notrace on_key_alloc(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_KEYCTL))
		ygr_attach_answer(fregs, judge_key(ygr_attach_arg(fregs, 0)));
}

static void notrace on_prctl(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	int option = ygr_attach_number(fregs, 0);

	if (matters(option) && !ygr_pipeline_skips(YGR_ON_PRCTL))
		ygr_attach_answer(fregs, judge_prctl(option, ygr_attach_number(fregs, 1)));
}

/* The other operations only ask. */
static void notrace on_seccomp(unsigned long ip, unsigned long parent_ip,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned int op = ygr_attach_number(fregs, 0);

	if ((op == SECCOMP_SET_MODE_STRICT || op == SECCOMP_SET_MODE_FILTER) &&
	    !ygr_pipeline_skips(YGR_ON_SECCOMP))
		ygr_attach_answer(fregs, judge_seccomp(op, ygr_attach_number(fregs, 1)));
}

/* Named, since what the name begins with depends on the architecture. */
#define HOOK_SYSCALL(prefix, name, func) \
	{ .symbol = prefix #name, .kind = YGR_HOOK_KIND_FUNCTION, .handler = func, \
	  .fits = YGR_FITS_system_call }

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_settime64, on_settime),
	YGR_HOOK_FUNCTION(ksys_unshare, on_unshare),
	YGR_HOOK_FUNCTION(copy_namespaces, on_copy_namespaces),
	HOOK_SYSCALL(YGR_COMPAT_SYSCALL, setns, on_setns),
	HOOK_SYSCALL(YGR_COMPAT_SYSCALL, personality, on_personality),
#ifdef CONFIG_X86_64
	HOOK_SYSCALL(YGR_COMPAT_SYSCALL_32, setns, on_setns),
	HOOK_SYSCALL(YGR_COMPAT_SYSCALL_32, personality, on_personality),
#endif
	YGR_HOOK_FUNCTION(security_key_alloc, on_key_alloc),
	YGR_HOOK_FUNCTION(security_task_prctl, on_prctl),
	YGR_HOOK_FUNCTION(do_seccomp, on_seccomp),
};

const struct ygr_hook_table ygr_hook_setting_table = { hooks, ARRAY_SIZE(hooks) };
