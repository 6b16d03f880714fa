// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "attach.h"

static const struct ygr_hook_table * const *hook_tables;

/* Tasks between ygr_attach_enter() and ygr_attach_leave(). */
static atomic_t wrappers_running = ATOMIC_INIT(0);

/* These stand in for any hook: a function may ignore the arguments it is given. */
static noinline notrace int denied_eperm(void)
{
	return -EPERM;
}

static noinline notrace int denied_eacces(void)
{
	return -EACCES;
}

static noinline notrace int denied_econnrefused(void)
{
	return -ECONNREFUSED;
}

static noinline notrace int denied_enoent(void)
{
	return -ENOENT;
}

void ygr_attach_deny(struct ftrace_regs *fregs, int error)
{
	switch (error) {
	case -EACCES:
		ygr_attach_redirect(fregs, denied_eacces);
		break;
	case -ECONNREFUSED:
		ygr_attach_redirect(fregs, denied_econnrefused);
		break;
	case -ENOENT:
		ygr_attach_redirect(fregs, denied_enoent);
		break;
	default:
		ygr_attach_redirect(fregs, denied_eperm);
	}
}

void ygr_attach_enter(void)
{
	atomic_inc(&wrappers_running);
}

void ygr_attach_leave(void)
{
	atomic_dec(&wrappers_running);
}

static int attach_function(struct ygr_hook *hook)
{
	unsigned int tries;
	int ret;

	hook->ops.func = hook->handler;
	/*
	 * PERMANENT: kernel.ftrace_enabled=0 must not switch the sensor off.
	 * Not RECURSION: no handler calls a function that is hooked.
	 */
	hook->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	if (!IS_ENABLED(CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS))
		hook->ops.flags |= FTRACE_OPS_FL_SAVE_REGS;

	ret = ftrace_set_filter(&hook->ops, (unsigned char *)hook->symbol, strlen(hook->symbol), 1);
	if (ret) {
		hook->state = ret == -EINVAL ? YGR_HOOK_MISSING : YGR_HOOK_FAILED;
		return ret;
	}
	/* -EAGAIN: a BPF program is being attached to or detached from it just now. */
	for (tries = 0; (ret = register_ftrace_function(&hook->ops)) == -EAGAIN && tries < 10; tries++)
		msleep(20);
	if (ret) {
		hook->state = ret == -EBUSY ? YGR_HOOK_BUSY : YGR_HOOK_FAILED;
		ftrace_free_filter(&hook->ops);
		return ret;
	}
	hook->state = YGR_HOOK_ATTACHED;
	return 0;
}

/* Ends when ftrace has made sure that no task is in the handler or in a denied_*(). */
static void detach_function(struct ygr_hook *hook)
{
	unregister_ftrace_function(&hook->ops);
	ftrace_free_filter(&hook->ops);
}

static void keep_if_named(struct tracepoint *tracepoint, void *data)
{
	struct ygr_hook *hook = data;

	if (!strcmp(tracepoint->name, hook->symbol))
		hook->tracepoint = tracepoint;
}

static int attach_tracepoint(struct ygr_hook *hook)
{
	int ret;

	for_each_kernel_tracepoint(keep_if_named, hook);
	if (!hook->tracepoint) {
		hook->state = YGR_HOOK_MISSING;
		return -ENOENT;
	}
	ret = tracepoint_probe_register(hook->tracepoint, hook->handler, NULL);
	hook->state = ret ? YGR_HOOK_FAILED : YGR_HOOK_ATTACHED;
	return ret;
}

static void attach(struct ygr_hook *hook)
{
	if (hook->kind == YGR_HOOK_KIND_FUNCTION)
		hook->error = attach_function(hook);
	else
		hook->error = attach_tracepoint(hook);
	if (hook->error && !(hook->is_young && hook->state == YGR_HOOK_MISSING))
		pr_warn("hook %s not attached (%d): its events are not seen\n",
			hook->symbol, hook->error);
}

static void detach(struct ygr_hook *hook)
{
	if (hook->state != YGR_HOOK_ATTACHED)
		return;
	if (hook->kind == YGR_HOOK_KIND_FUNCTION)
		detach_function(hook);
	else
		tracepoint_probe_unregister(hook->tracepoint, hook->handler, NULL);
}

void ygr_attach_init(const struct ygr_hook_table * const *tables)
{
	const struct ygr_hook_table * const *table;
	unsigned int i;

	hook_tables = tables;
	for (table = tables; *table; table++)
		for (i = 0; i < (*table)->nr; i++)
			attach(&(*table)->hooks[i]);
}

/* In reverse: while there is one that judges, those that keep track of processes are there. */
static void detach_all(void)
{
	const struct ygr_hook_table * const *table = hook_tables;
	unsigned int i;

	while (*table)
		table++;
	while (table != hook_tables) {
		table--;
		for (i = (*table)->nr; i-- > 0;)
			detach(&(*table)->hooks[i]);
	}
}

/*
 * Who may still be in our text once nothing new can enter it:
 *  - a tracepoint probe: tracepoint_synchronize_unregister() waits;
 *  - a task that a handler redirected to a wrapper and that has not reached
 *    ygr_attach_enter(): it has not slept since, so synchronize_rcu_tasks() waits;
 *  - a task inside a wrapper, perhaps asleep in the original: the count;
 *  - a task that has left the count and not yet returned: it cannot sleep any
 *    more, so a second synchronize_rcu_tasks() waits.
 */
void ygr_attach_exit(void)
{
	unsigned int waited_ms = 0;

	detach_all();
	tracepoint_synchronize_unregister();
	synchronize_rcu_tasks();
	while (atomic_read(&wrappers_running)) {
		msleep(20);
		waited_ms += 20;
		if (waited_ms % 10000 == 0)
			pr_info("unload waits for %d task(s) inside exec\n",
				atomic_read(&wrappers_running));
	}
	synchronize_rcu_tasks();
}

unsigned int ygr_attach_hook_nr(void)
{
	const struct ygr_hook_table * const *table;
	unsigned int nr = 0;

	for (table = hook_tables; *table; table++)
		nr += (*table)->nr;
	return nr;
}

const struct ygr_hook *ygr_attach_hook(unsigned int index)
{
	const struct ygr_hook_table * const *table;

	for (table = hook_tables; *table; table++) {
		if (index < (*table)->nr)
			return &(*table)->hooks[index];
		index -= (*table)->nr;
	}
	return NULL;
}
