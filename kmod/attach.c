// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "attach.h"
#include "symbol.h"

static const struct ygr_hook_table * const *hook_tables;

static bool is_measured;

/* The functions that share a ftrace_ops, in the order of their addresses. */
#define SHARED_MAX	128

static struct ftrace_ops shared_ops;
static struct ygr_hook *shared[SHARED_MAX];
static unsigned int shared_nr;

/* Tasks between ygr_attach_enter() and ygr_attach_leave(). */
static atomic_t wrappers_running = ATOMIC_INIT(0);

unsigned int ygr_attach_hook_nr(void)
{
	const struct ygr_hook_table * const *table;
	unsigned int nr = 0;

	for (table = hook_tables; *table; table++)
		nr += (*table)->nr;
	return nr;
}

/* Return: NULL: no such index */
static struct ygr_hook *hook_at(unsigned int index)
{
	const struct ygr_hook_table * const *table;

	for (table = hook_tables; *table; table++) {
		if (index < (*table)->nr)
			return &(*table)->hooks[index];
		index -= (*table)->nr;
	}
	return NULL;
}

/*
 * These stand in for any hook: a function may ignore the arguments it is given. One that
 * returns a pointer takes all bits of the answer, one that returns an int the lower half.
 */
static noinline notrace long denied_eperm(void)
{
	return -EPERM;
}

static noinline notrace long denied_eacces(void)
{
	return -EACCES;
}

static noinline notrace long denied_econnrefused(void)
{
	return -ECONNREFUSED;
}

static noinline notrace long denied_enoent(void)
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

/* In front of a handler that is measured. */
static void notrace measured(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	struct ygr_hook *hook = container_of(ops, struct ygr_hook, ops);
	const ftrace_func_t handler = hook->handler;
	u64 begin_ns = ktime_get_mono_fast_ns();

	handler(ip, parent_ip, ops, fregs);
	ygr_measure_add(hook->measure, ktime_get_mono_fast_ns() - begin_ns);
}

/* Without memory for its figures a hook is there all the same. */
static ftrace_func_t handler_of(struct ygr_hook *hook)
{
	if (is_measured && !hook->measure)
		hook->measure = alloc_percpu(struct ygr_measure);
	return hook->measure ? measured : hook->handler;
}

static void init_ops(struct ftrace_ops *ops, ftrace_func_t func)
{
	ops->func = func;
	/*
	 * PERMANENT: kernel.ftrace_enabled=0 must not switch the sensor off.
	 * Not RECURSION: no handler calls a function that is hooked.
	 */
	ops->flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT | YGR_COMPAT_OPS_FLAGS;
	if (!IS_ENABLED(CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS))
		ops->flags |= FTRACE_OPS_FL_SAVE_REGS;
}

/* Without a filter it would be for all functions: what fails has none and is not registered. */
static int register_ops(struct ftrace_ops *ops)
{
	unsigned int tries;
	int ret;

	/* -EAGAIN: a BPF program is being attached to or detached from it just now. */
	for (tries = 0; (ret = register_ftrace_function(ops)) == -EAGAIN && tries < 10; tries++)
		msleep(20);
	if (ret)
		ftrace_free_filter(ops);
	return ret;
}

/* Ends when ftrace has made sure that no task is in the handler or in a denied_*(). */
static void unregister_ops(struct ftrace_ops *ops)
{
	unregister_ftrace_function(ops);
	ftrace_free_filter(ops);
}

static int attach_function(struct ygr_hook *hook)
{
	int ret;

	init_ops(&hook->ops, handler_of(hook));
	if (hook->address)
		ret = ftrace_set_filter_ip(&hook->ops, hook->address, 0, 1);
	else
		ret = ftrace_set_filter(&hook->ops, (unsigned char *)hook->symbol,
					strlen(hook->symbol), 1);
	if (ret) {
		hook->state = ret == -EINVAL ? YGR_HOOK_MISSING : YGR_HOOK_FAILED;
		return ret;
	}
	ret = register_ops(&hook->ops);
	if (ret)
		hook->state = ret == -EBUSY ? YGR_HOOK_BUSY : YGR_HOOK_FAILED;
	else
		hook->state = YGR_HOOK_ATTACHED;
	return ret;
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

/* ---- the functions that share a ftrace_ops ---- */

/* A function's call of ftrace is the first thing in it, but for what marks it as a target of jumps. */
#define CALL_WITHIN	16

/* @ip: of the call of ftrace. Return: the last hook that begins at or before it, if it is that one's. */
static __always_inline struct ygr_hook *shared_at(unsigned long ip)
{
	unsigned int low = 0, high = shared_nr;

	while (high - low > 1) {
		unsigned int middle = (low + high) / 2;

		if (shared[middle]->address <= ip)
			low = middle;
		else
			high = middle;
	}
	return ip - shared[low]->address < CALL_WITHIN ? shared[low] : NULL;
}

/* What was found last for an address that hashes there, and is mostly asked for again: a search costs 70 instructions more. */
#define FOUND_BITS	9

static struct ygr_hook *found[1 << FOUND_BITS];

static noinline notrace void search_and_dispatch(unsigned long ip, unsigned long parent_ip,
						 struct ftrace_regs *fregs)
{
	struct ygr_hook *hook = shared_at(ip);

	if (!hook)
		return;
	WRITE_ONCE(found[hash_long(ip, FOUND_BITS)], hook);
	hook->ops.func(ip, parent_ip, &hook->ops, fregs);
}

static void notrace dispatch(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	struct ygr_hook *hook = READ_ONCE(found[hash_long(ip, FOUND_BITS)]);

	if (likely(hook && ip - hook->address < CALL_WITHIN))
		hook->ops.func(ip, parent_ip, &hook->ops, fregs);
	else
		search_and_dispatch(ip, parent_ip, fregs);
}

static int compare_addresses(const void *a, const void *b)
{
	const struct ygr_hook * const *one = a, * const *other = b;

	return (*one)->address < (*other)->address ? -1 : (*one)->address > (*other)->address;
}

static bool may_share(const struct ygr_hook *hook)
{
	return hook->kind == YGR_HOOK_KIND_FUNCTION && !hook->is_hot && hook->fits && hook->address;
}

/* All or none. Return: whether they are attached. */
static bool attach_shared(void)
{
	unsigned int i;

	if (!shared_nr)
		return true;
	sort(shared, shared_nr, sizeof(shared[0]), compare_addresses, NULL);
	init_ops(&shared_ops, dispatch);
	for (i = 0; i < shared_nr; i++) {
		shared[i]->ops.func = handler_of(shared[i]);
		if (ftrace_set_filter_ip(&shared_ops, shared[i]->address, 0, !i)) {
			ftrace_free_filter(&shared_ops);
			return false;
		}
	}
	if (register_ops(&shared_ops))
		return false;
	for (i = 0; i < shared_nr; i++)
		shared[i]->state = YGR_HOOK_ATTACHED;
	return true;
}

static void detach_shared(void)
{
	unsigned int i;

	if (!shared_nr)
		return;
	unregister_ops(&shared_ops);
	for (i = 0; i < shared_nr; i++)
		shared[i]->state = YGR_HOOK_STOPPED;
	shared_nr = 0;
}

/* ---- all ---- */

/* Its handler would read the arguments of something else: never, by no way. */
static int refuse(struct ygr_hook *hook)
{
	const bool is_missing = hook->kind == YGR_HOOK_KIND_FUNCTION && !hook->address;

	hook->state = is_missing ? YGR_HOOK_MISSING : YGR_HOOK_MISMATCHED;
	return is_missing ? -EINVAL : -EOPNOTSUPP;
}

static void attach(struct ygr_hook *hook)
{
	if (!hook->fits)
		hook->error = refuse(hook);
	else if (hook->kind == YGR_HOOK_KIND_FUNCTION)
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
		unregister_ops(&hook->ops);
	else
		tracepoint_probe_unregister(hook->tracepoint, hook->handler, NULL);
	hook->state = YGR_HOOK_STOPPED;
}

/* Without memory for it no address is known, and ftrace is asked by name. */
static void find_addresses(void)
{
	unsigned int i, nr = ygr_attach_hook_nr();
	const char **names = kcalloc(nr, sizeof(*names), GFP_KERNEL);
	unsigned long *addresses = kcalloc(nr, sizeof(*addresses), GFP_KERNEL);

	if (names && addresses) {
		for (i = 0; i < nr; i++)
			names[i] = hook_at(i)->symbol;
		ygr_symbol_find(names, addresses, nr);
		for (i = 0; i < nr; i++)
			hook_at(i)->address = addresses[i];
	}
	kfree(names);
	kfree(addresses);
}

void ygr_attach_init(const struct ygr_hook_table * const *tables, bool measure)
{
	struct ygr_hook *hook;
	unsigned int i;

	hook_tables = tables;
	is_measured = measure;
	find_addresses();
	for (i = 0; (hook = hook_at(i)); i++) {
		if (may_share(hook) && shared_nr < SHARED_MAX)
			shared[shared_nr++] = hook;
		else
			attach(hook);
	}
	if (attach_shared())
		return;
	/* One of them is somebody else's. */
	for (i = 0; i < shared_nr; i++)
		attach(shared[i]);
	shared_nr = 0;
}

void ygr_attach_disable(const struct ygr_hook_table * const *tables)
{
	struct ygr_hook *hook;
	unsigned int i;

	hook_tables = tables;
	for (i = 0; (hook = hook_at(i)); i++)
		hook->state = YGR_HOOK_DISABLED;
}

/* In reverse: while there is one that judges, those that keep track of processes are there. */
unsigned int ygr_attach_stop(void)
{
	unsigned int i, nr = ygr_attach_attached_nr();

	detach_shared();
	for (i = ygr_attach_hook_nr(); i-- > 0;)
		detach(hook_at(i));
	tracepoint_synchronize_unregister();
	return nr;
}

static void free_measures(void)
{
	unsigned int i;

	for (i = 0; i < ygr_attach_hook_nr(); i++)
		free_percpu(hook_at(i)->measure);
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

	ygr_attach_stop();
	synchronize_rcu_tasks();
	while (atomic_read(&wrappers_running)) {
		msleep(20);
		waited_ms += 20;
		if (waited_ms % 10000 == 0)
			pr_info("unload waits for %d task(s) inside exec\n",
				atomic_read(&wrappers_running));
	}
	synchronize_rcu_tasks();
	free_measures();
}

const struct ygr_hook *ygr_attach_hook(unsigned int index)
{
	return hook_at(index);
}

unsigned int ygr_attach_attached_nr(void)
{
	const struct ygr_hook *hook;
	unsigned int i, nr = 0;

	for (i = 0; (hook = ygr_attach_hook(i)); i++)
		nr += READ_ONCE(hook->state) == YGR_HOOK_ATTACHED;
	return nr;
}

bool ygr_attach_is_measured(void)
{
	return is_measured;
}
