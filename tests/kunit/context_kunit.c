// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a context is found again by: of a task that no scheduler knows, each thing that it tells is
 * changed alone, and each thing that it is recognised by is replaced by one that says the same.
 */
#include <linux/cgroup.h>
#include <linux/ipc_namespace.h>
#include <linux/kernfs.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "compat/compat.h"
#include "context.h"
#include "record.h"
#include "kunit_ring.h"
#include "neighbours.h"
#include "policy_kunit.h"

#define TOLD		0x7700ull	/* a reach_end: it has a record */

struct namespaces {
	/* What the kernel keeps to itself begins with its ns_common (compat.c). */
	union {
		struct ns_common common;
		u8 bytes[256];
	} mnt;
	struct net net;
	struct uts_namespace uts;
	struct ipc_namespace ipc;
	struct cgroup_namespace cgroup;
	struct nsproxy proxy;
};

struct numbers {
	struct pid_namespace ns;
	struct {
		struct pid pid;
		struct upid room;
	};
};

struct fake {
	struct task_struct task, leader, parent;
	struct numbers numbers;
	struct namespaces namespaces;
	struct user_namespace user_ns;
	struct cred cred;
	struct css_set css;
	struct cgroup cgroup;
	struct kernfs_node node;
	/* As the hook has it. */
	u64 generation;
	u32 rule_id;
	unsigned long grace;
	struct ygr_context context;
};

static void *create(struct kunit *test, size_t bytes)
{
	void *memory = kunit_kzalloc(test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	return memory;
}

static void fill_namespaces(struct namespaces *namespaces)
{
	namespaces->mnt.common.inum = 101;
	namespaces->net.ns.inum = 102;
	namespaces->uts.ns.inum = 103;
	namespaces->ipc.ns.inum = 104;
	namespaces->cgroup.ns.inum = 105;
	namespaces->proxy.mnt_ns = (struct mnt_namespace *)&namespaces->mnt;
	namespaces->proxy.net_ns = &namespaces->net;
	namespaces->proxy.uts_ns = &namespaces->uts;
	namespaces->proxy.ipc_ns = &namespaces->ipc;
	namespaces->proxy.cgroup_ns = &namespaces->cgroup;
}

static void fill_numbers(struct numbers *numbers)
{
	numbers->ns.ns.inum = 106;
	numbers->pid.level = 0;
	numbers->pid.numbers[0].ns = &numbers->ns;
}

static void fill_cred(struct fake *fake, struct cred *cred)
{
	atomic_long_set(&cred->usage, 1);
	cred->uid = KUIDT_INIT(11);
	cred->gid = KGIDT_INIT(12);
	cred->euid = KUIDT_INIT(13);
	cred->egid = KGIDT_INIT(14);
	cred->user_ns = &fake->user_ns;
}

static struct fake *fake_create(struct kunit *test)
{
	struct fake *fake = create(test, sizeof(*fake));
	struct task_struct *task = &fake->task;

	fill_namespaces(&fake->namespaces);
	fill_numbers(&fake->numbers);
	fill_cred(fake, &fake->cred);
	fake->user_ns.ns.inum = 107;
	fake->parent.tgid = 21;
	fake->leader.start_boottime = 22;
	fake->node.id = 23;
	fake->cgroup.kn = &fake->node;
	fake->css.dfl_cgrp = &fake->cgroup;
	task->pid = 24;
	task->tgid = 25;
	task->real_parent = &fake->parent;
	task->group_leader = &fake->leader;
	task->thread_pid = &fake->numbers.pid;
	task->nsproxy = &fake->namespaces.proxy;
	task->loginuid = KUIDT_INIT(26);
	task->sessionid = 27;
	rcu_assign_pointer(task->cgroups, &fake->css);
	rcu_assign_pointer(task->cred, &fake->cred);
	rcu_assign_pointer(task->real_cred, &fake->cred);
	memcpy(task->comm, "0123456789abcde", TASK_COMM_LEN);
	fake->generation = 28;
	fake->grace = 29;
	return fake;
}

static bool is_of(struct fake *fake)
{
	return ygr_context_is_of(&fake->context, &fake->task, fake->generation, fake->rule_id, fake->grace);
}

/* The hook's task is always the current one, and so are its credentials. */
static bool renew(struct fake *fake)
{
	const struct ygr_context_judge judge = { .generation = fake->generation, .rule_id = fake->rule_id };
	const struct cred *old = override_creds(rcu_access_pointer(fake->task.cred));
	bool ordinary;

	preempt_disable();
	ordinary = ygr_context_renew(&fake->context, &fake->task, &judge, fake->grace);
	preempt_enable();
	revert_creds(old);
	return ordinary;
}

static struct fake *told_create(struct kunit *test)
{
	struct fake *fake = fake_create(test);

	KUNIT_EXPECT_FALSE(test, is_of(fake));
	KUNIT_EXPECT_TRUE(test, renew(fake));
	fake->context.reach_end = TOLD;
	KUNIT_EXPECT_TRUE(test, is_of(fake));
	return fake;
}

static const struct ygr_record told = {
	.len = sizeof(struct ygr_record),
	.type = YGR_EV_CONTEXT,
	.start_ns = 22,
	.tgid = 25,
	.tid = 24,
	.ppid = 21,
	.uid = 11,
	.gid = 12,
	.euid = 13,
	.egid = 14,
	.loginuid = 26,
	.sessionid = 27,
	.cgroup_id = 23,
	.mnt_ns = 101,
	.pid_ns = 106,
	.net_ns = 102,
	.user_ns = 107,
	.uts_ns = 103,
	.ipc_ns = 104,
	.cgroup_ns = 105,
	.generation = 28,
	.comm = "0123456789abcde",
};

static struct ygr_record *write(struct kunit *test, struct fake *fake)
{
	struct ygr_record *record = create(test, sizeof(*record));

	memset(record, 0xff, sizeof(*record));
	ygr_context_write(&fake->context, record, sizeof(*record), NULL);
	return record;
}

static void all_is_told(struct kunit *test)
{
	struct fake *fake = told_create(test);

	KUNIT_EXPECT_TRUE(test, ygr_compat_has_mnt_ns());
	KUNIT_EXPECT_EQ(test, memcmp(write(test, fake), &told, sizeof(told)), 0);
}

/* ---- one after the other ---- */

static void change_start_ns(struct fake *fake) { fake->leader.start_boottime += 1ull << 40; }
static void change_tid(struct fake *fake) { fake->task.pid++; }
static void change_tgid(struct fake *fake) { fake->task.tgid++; }
static void change_ppid(struct fake *fake) { fake->parent.tgid++; }
static void change_uid(struct fake *fake) { fake->cred.uid = KUIDT_INIT(~11); }
static void change_gid(struct fake *fake) { fake->cred.gid = KGIDT_INIT(~12); }
static void change_euid(struct fake *fake) { fake->cred.euid = KUIDT_INIT(~13); }
static void change_egid(struct fake *fake) { fake->cred.egid = KGIDT_INIT(~14); }
static void change_user_ns(struct fake *fake) { fake->user_ns.ns.inum++; }
static void change_pid_ns(struct fake *fake) { fake->numbers.ns.ns.inum++; }
static void change_mnt_ns(struct fake *fake) { fake->namespaces.mnt.common.inum++; }
static void change_net_ns(struct fake *fake) { fake->namespaces.net.ns.inum++; }
static void change_uts_ns(struct fake *fake) { fake->namespaces.uts.ns.inum++; }
static void change_ipc_ns(struct fake *fake) { fake->namespaces.ipc.ns.inum++; }
static void change_cgroup_ns(struct fake *fake) { fake->namespaces.cgroup.ns.inum++; }
static void change_loginuid(struct fake *fake) { fake->task.loginuid = KUIDT_INIT(~26); }
static void change_sessionid(struct fake *fake) { fake->task.sessionid = ~27; }
static void change_cgroup_id(struct fake *fake) { fake->node.id += 1ull << 40; }
static void change_generation(struct fake *fake) { fake->generation += 1ull << 40; }
static void change_comm_first(struct fake *fake) { fake->task.comm[0] = 'x'; }
static void change_comm_last(struct fake *fake) { fake->task.comm[TASK_COMM_LEN - 2] = 'x'; }

/*
 * Everything that a record tells. What the short way does not look at is never changed where it lies,
 * but replaced, by which it is seen (below); the long way sees it all the same.
 */
static const struct change {
	const char *what;
	void (*make)(struct fake *fake);
	bool is_seen_at_once;
	struct ygr_record told;
} changes[] = {
	{ "start_ns", change_start_ns, false, { .start_ns = 22 + (1ull << 40) } },
	{ "tid", change_tid, false, { .tid = 25 } },
	{ "tgid", change_tgid, false, { .tgid = 26 } },
	{ "ppid", change_ppid, false, { .ppid = 22 } },
	{ "uid", change_uid, false, { .uid = ~11 } },
	{ "gid", change_gid, false, { .gid = ~12 } },
	{ "euid", change_euid, false, { .euid = ~13 } },
	{ "egid", change_egid, false, { .egid = ~14 } },
	{ "user_ns", change_user_ns, false, { .user_ns = 108 } },
	{ "pid_ns", change_pid_ns, false, { .pid_ns = 107 } },
	{ "mnt_ns", change_mnt_ns, true, { .mnt_ns = 102 } },
	{ "net_ns", change_net_ns, true, { .net_ns = 103 } },
	{ "uts_ns", change_uts_ns, true, { .uts_ns = 104 } },
	{ "ipc_ns", change_ipc_ns, true, { .ipc_ns = 105 } },
	{ "cgroup_ns", change_cgroup_ns, true, { .cgroup_ns = 106 } },
	{ "loginuid", change_loginuid, true, { .loginuid = ~26 } },
	{ "sessionid", change_sessionid, true, { .sessionid = ~27 } },
	{ "cgroup_id", change_cgroup_id, false, { .cgroup_id = 23 + (1ull << 40) } },
	{ "generation", change_generation, true, { .generation = 28 + (1ull << 40) } },
	{ "comm, first", change_comm_first, true, { .comm = "x123456789abcde" } },
	{ "comm, last", change_comm_last, true, { .comm = "0123456789abcdx" } },
};

/* What @with says, in place of what @record does. */
static void put_in(struct ygr_record *record, const struct ygr_record *with)
{
	size_t i;

	for (i = 0; i < sizeof(*with) / sizeof(u32); i++)
		if (((const u32 *)with)[i])
			((u32 *)record)[i] = ((const u32 *)with)[i];
}

static void each_change_is_told(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		struct fake *fake = told_create(test);
		struct ygr_record want = told;

		changes[i].make(fake);
		KUNIT_EXPECT_EQ_MSG(test, is_of(fake), !changes[i].is_seen_at_once, "%s", changes[i].what);
		KUNIT_EXPECT_TRUE_MSG(test, renew(fake), "%s", changes[i].what);
		KUNIT_EXPECT_EQ_MSG(test, fake->context.reach_end, 0ull, "%s", changes[i].what);
		KUNIT_EXPECT_TRUE_MSG(test, is_of(fake), "%s", changes[i].what);
		put_in(&want, &changes[i].told);
		KUNIT_EXPECT_NE_MSG(test, memcmp(&want, &told, sizeof(want)), 0, "%s", changes[i].what);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(write(test, fake), &want, sizeof(want)), 0, "%s",
				    changes[i].what);
	}
}

/* A context of one task, found in its slot by another that differs in one thing. */
static void each_change_back_is_told(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		struct fake *fake = fake_create(test), *other = fake_create(test);

		changes[i].make(fake);
		KUNIT_EXPECT_TRUE(test, renew(fake));
		other->context = fake->context;
		other->context.reach_end = TOLD;
		KUNIT_EXPECT_FALSE_MSG(test, is_of(other), "%s", changes[i].what);
		KUNIT_EXPECT_TRUE(test, renew(other));
		KUNIT_EXPECT_EQ_MSG(test, other->context.reach_end, 0ull, "%s", changes[i].what);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(write(test, other), &told, sizeof(told)), 0, "%s",
				    changes[i].what);
	}
}

/* ---- another that says the same ---- */

static void replace_pid(struct kunit *test, struct fake *fake)
{
	struct numbers *numbers = create(test, sizeof(*numbers));

	fill_numbers(numbers);
	fake->task.thread_pid = &numbers->pid;
}

static void replace_parent(struct kunit *test, struct fake *fake)
{
	struct task_struct *parent = create(test, sizeof(*parent));

	parent->tgid = fake->parent.tgid;
	fake->task.real_parent = parent;
}

static void replace_cred(struct kunit *test, struct fake *fake)
{
	struct cred *cred = create(test, sizeof(*cred));

	fill_cred(fake, cred);
	rcu_assign_pointer(fake->task.cred, cred);
	rcu_assign_pointer(fake->task.real_cred, cred);
}

static void replace_namespaces(struct kunit *test, struct fake *fake)
{
	struct namespaces *namespaces = create(test, sizeof(*namespaces));

	fill_namespaces(namespaces);
	fake->task.nsproxy = &namespaces->proxy;
}

static void replace_cgroup(struct kunit *test, struct fake *fake)
{
	struct css_set *css = create(test, sizeof(*css));

	css->dfl_cgrp = &fake->cgroup;
	rcu_assign_pointer(fake->task.cgroups, css);
}

static void end_grace_period(struct kunit *test, struct fake *fake)
{
	fake->grace++;
}

/* What lies at an address may have become another's memory. The record stays good. */
static const struct {
	const char *what;
	void (*make)(struct kunit *test, struct fake *fake);
	bool is_seen_at_once;
} replacements[] = {
	{ "pid", replace_pid, true },
	{ "parent", replace_parent, true },
	{ "cred", replace_cred, true },
	{ "set of cgroups", replace_cgroup, true },
	{ "grace period", end_grace_period, true },
	/* These are compared by what they say. */
	{ "namespaces", replace_namespaces, false },
};

static void the_same_is_not_told_again(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(replacements); i++) {
		struct fake *fake = told_create(test);

		replacements[i].make(test, fake);
		KUNIT_EXPECT_EQ_MSG(test, is_of(fake), !replacements[i].is_seen_at_once, "%s",
				    replacements[i].what);
		KUNIT_EXPECT_TRUE_MSG(test, renew(fake), "%s", replacements[i].what);
		KUNIT_EXPECT_EQ_MSG(test, fake->context.reach_end, TOLD, "%s", replacements[i].what);
		KUNIT_EXPECT_TRUE_MSG(test, is_of(fake), "%s", replacements[i].what);
	}
}

/* ---- tasks without a context ---- */

static void is_nobody(struct kunit *test, struct fake *fake)
{
	KUNIT_EXPECT_FALSE(test, renew(fake));
	/* Nor is what is left in the slot the next one's. */
	KUNIT_EXPECT_FALSE(test, is_of(fake));
}

static void who_acts_for_others_has_none(struct kunit *test)
{
	struct fake *fake = told_create(test);

	fake->task.flags = PF_KTHREAD;
	is_nobody(test, fake);
	fake->task.flags = PF_IO_WORKER;
	is_nobody(test, fake);
	fake->task.flags = 0;
	KUNIT_EXPECT_TRUE(test, renew(fake));
	replace_cred(test, fake);
	rcu_assign_pointer(fake->task.real_cred, &fake->cred);
	is_nobody(test, fake);
	/* Nor has who acts as what it was itself before. */
	rcu_assign_pointer(fake->task.cred, &fake->cred);
	KUNIT_EXPECT_TRUE(test, renew(fake));
	replace_cred(test, fake);
	rcu_assign_pointer(fake->task.cred, &fake->cred);
	KUNIT_EXPECT_FALSE(test, is_of(fake));
	is_nobody(test, fake);
	rcu_assign_pointer(fake->task.real_cred, &fake->cred);
	/* In between it was nobody's: the record is still its own. */
	rcu_assign_pointer(fake->task.cred, &fake->cred);
	KUNIT_EXPECT_TRUE(test, renew(fake));
	KUNIT_EXPECT_EQ(test, fake->context.reach_end, TOLD);
}

/* ---- namespaces ---- */

static void the_first_namespaces_need_no_look(struct kunit *test)
{
	struct fake *fake = fake_create(test);
	struct ygr_record *record;

	fake->task.nsproxy = init_task.nsproxy;
	KUNIT_EXPECT_TRUE(test, renew(fake));
	KUNIT_EXPECT_TRUE(test, is_of(fake));
	record = write(test, fake);
	KUNIT_EXPECT_EQ(test, record->net_ns, init_net.ns.inum);
	KUNIT_EXPECT_EQ(test, record->uts_ns, init_task.nsproxy->uts_ns->ns.inum);
	fake->task.nsproxy = &fake->namespaces.proxy;
	KUNIT_EXPECT_FALSE(test, is_of(fake));
	KUNIT_EXPECT_TRUE(test, renew(fake));
	KUNIT_EXPECT_TRUE(test, is_of(fake));
	fake->task.nsproxy = init_task.nsproxy;
	KUNIT_EXPECT_FALSE(test, is_of(fake));
}

/* Who is about to end has none any more. */
static void without_namespaces_they_are_unknown(struct kunit *test)
{
	struct fake *fake = fake_create(test);
	struct ygr_record *record;

	fake->task.nsproxy = init_task.nsproxy;
	KUNIT_EXPECT_TRUE(test, renew(fake));
	fake->context.reach_end = TOLD;
	fake->task.nsproxy = NULL;
	KUNIT_EXPECT_FALSE(test, is_of(fake));
	KUNIT_EXPECT_TRUE(test, renew(fake));
	KUNIT_EXPECT_EQ(test, fake->context.reach_end, 0ull);
	record = write(test, fake);
	KUNIT_EXPECT_EQ(test, record->mnt_ns | record->net_ns | record->uts_ns | record->ipc_ns |
			record->cgroup_ns, 0u);
	KUNIT_EXPECT_EQ(test, record->pid_ns, 106u);
	KUNIT_EXPECT_EQ(test, record->user_ns, 107u);
}

/* ---- slots ---- */

/* ---- rules ---- */

static void a_rule_and_its_program_are_told(struct kunit *test)
{
	struct fake *fake = fake_create(test);
	struct ygr_event_strings strings = { .nr = 0 };
	struct ygr_record *record;
	const struct ygr_string *string;
	u32 bytes;

	fake->rule_id = 31;
	fake->task.self_exec_id = 32;
	kunit_exe = "/bin/cat";
	KUNIT_EXPECT_TRUE(test, renew(fake));
	KUNIT_EXPECT_TRUE(test, is_of(fake));
	ygr_context_add_rule(&strings, "watch", "high\t\t\tsaid", true);
	bytes = sizeof(*record) + ygr_record_strings_bytes(&strings);
	record = create(test, bytes);
	ygr_context_write(&fake->context, record, bytes, &strings);
	KUNIT_EXPECT_EQ(test, record->len, bytes);
	KUNIT_EXPECT_EQ(test, record->body_len, 0);
	KUNIT_EXPECT_EQ(test, record->rule_id, 31u);
	string = (void *)(record + 1);
	KUNIT_EXPECT_EQ(test, string->tag, YGR_STR_RULE);
	KUNIT_EXPECT_EQ(test, string->true_len, 5u);
	KUNIT_EXPECT_EQ(test, memcmp(string + 1, "watch\0\0", 8), 0);
	string = (void *)(string + 1) + 8;
	KUNIT_EXPECT_EQ(test, string->tag, YGR_STR_ALERT);
	KUNIT_EXPECT_EQ(test, memcmp(string + 1, "high\t\t\tsaid\0\0\0\0", 16), 0);
	string = (void *)(string + 1) + 16;
	KUNIT_EXPECT_EQ(test, string->tag, YGR_STR_EXE);
	KUNIT_EXPECT_EQ(test, memcmp(string + 1, "/bin/cat", 8), 0);
	KUNIT_EXPECT_PTR_EQ(test, (void *)(string + 1) + 8, (void *)record + bytes);
	kunit_exe = NULL;
}

/* A name of no length is not told, nor a program that is not known or of nobody. */
static void what_is_not_known_is_not_told(struct kunit *test)
{
	struct ygr_event_strings strings = { .nr = 0 };

	ygr_context_add_rule(&strings, "watch", "", true);
	KUNIT_EXPECT_EQ(test, strings.nr, 1u);
	kunit_exe = "/bin/cat";
	ygr_context_add_rule(&strings, "watch", "", false);
	KUNIT_EXPECT_EQ(test, strings.nr, 2u);
	kunit_exe = NULL;
}

/* Its process has the old program until the exec is done. */
static void in_an_exec_no_rule_has_a_context(struct kunit *test)
{
	struct fake *fake = fake_create(test);

	fake->task.in_execve = 1;
	KUNIT_EXPECT_TRUE(test, renew(fake));
	fake->rule_id = 31;
	KUNIT_EXPECT_FALSE(test, renew(fake));
	KUNIT_EXPECT_FALSE(test, is_of(fake));
	fake->task.in_execve = 0;
	KUNIT_EXPECT_TRUE(test, renew(fake));
}

static void another_rule_or_program_is_another_context(struct kunit *test)
{
	struct fake *fake = fake_create(test);

	fake->rule_id = 31;
	fake->task.self_exec_id = 32;
	KUNIT_EXPECT_TRUE(test, renew(fake));
	fake->context.reach_end = TOLD;
	KUNIT_EXPECT_TRUE(test, is_of(fake));
	fake->rule_id = 30;
	KUNIT_EXPECT_FALSE(test, is_of(fake));
	fake->rule_id = 31;
	fake->task.self_exec_id = 33;
	KUNIT_EXPECT_FALSE(test, is_of(fake));
	fake->task.self_exec_id = 32;
	KUNIT_EXPECT_TRUE(test, renew(fake));
	KUNIT_EXPECT_EQ(test, fake->context.reach_end, TOLD);
	/* Its program has become known. */
	kunit_exe = "/bin/cat";
	KUNIT_EXPECT_TRUE(test, renew(fake));
	KUNIT_EXPECT_EQ(test, fake->context.reach_end, 0ull);
	kunit_exe = NULL;
}

static void tasks_of_a_row_share_no_slot(struct kunit *test)
{
	struct ygr_context *first = this_cpu_ptr(ygr_contexts);
	struct fake *fake = fake_create(test);
	u32 i;

	for (i = 0; i < 3 * YGR_CONTEXT_NR; i++) {
		fake->task.pid = 1000 * YGR_CONTEXT_NR + i;
		KUNIT_EXPECT_PTR_EQ(test, ygr_context_slot(&fake->task, 0), first + i % YGR_CONTEXT_NR);
		KUNIT_EXPECT_PTR_EQ(test, ygr_context_slot(&fake->task, 1),
				    first + YGR_CONTEXT_NR + i % YGR_CONTEXT_NR);
	}
	fake->task.pid = PID_MAX_LIMIT - 1;
	KUNIT_EXPECT_PTR_EQ(test, ygr_context_slot(&fake->task, 0), first + YGR_CONTEXT_NR - 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(all_is_told),
	KUNIT_CASE(each_change_is_told),
	KUNIT_CASE(each_change_back_is_told),
	KUNIT_CASE(the_same_is_not_told_again),
	KUNIT_CASE(who_acts_for_others_has_none),
	KUNIT_CASE(the_first_namespaces_need_no_look),
	KUNIT_CASE(without_namespaces_they_are_unknown),
	KUNIT_CASE(a_rule_and_its_program_are_told),
	KUNIT_CASE(what_is_not_known_is_not_told),
	KUNIT_CASE(in_an_exec_no_rule_has_a_context),
	KUNIT_CASE(another_rule_or_program_is_another_context),
	KUNIT_CASE(tasks_of_a_row_share_no_slot),
	{}
};

struct kunit_suite context_suite = {
	.name = "context",
	.suite_init = kunit_module_begin,
	.suite_exit = kunit_module_end,
	.test_cases = cases,
};
