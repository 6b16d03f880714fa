// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process is about to become: other ids, other capabilities. Attempts: each
 * is asked for after the kernel's own rules have been kept to, and before other
 * security modules are asked. What an exec changes is told by the exec.
 */
#include <linux/cred.h>
#include <linux/security.h>

#include "hooks.h"
#include "pipeline.h"

static void fill_uids(struct ygr_ids *ids, const struct cred *cred)
{
	ids->real = __kuid_val(cred->uid);
	ids->effective = __kuid_val(cred->euid);
	ids->saved = __kuid_val(cred->suid);
	ids->fs = __kuid_val(cred->fsuid);
}

static void fill_gids(struct ygr_ids *ids, const struct cred *cred)
{
	ids->real = __kgid_val(cred->gid);
	ids->effective = __kgid_val(cred->egid);
	ids->saved = __kgid_val(cred->sgid);
	ids->fs = __kgid_val(cred->fsgid);
}

static void fill_groups(struct ygr_body_ids *body, const struct cred *old, const struct cred *new)
{
	const struct group_info *groups = new->group_info;
	u32 i;

	body->old_group_nr = old->group_info->ngroups;
	body->new_group_nr = groups->ngroups;
	for (i = 0; i < min_t(u32, body->new_group_nr, YGR_IDS_GROUPS_MAX); i++)
		body->groups[i] = __kgid_val(groups->gid[i]);
}

static enum ygr_ids_call call_of(int flags)
{
	switch (flags) {
	case LSM_SETID_ID:
		return YGR_IDS_SET;
	case LSM_SETID_RE:
		return YGR_IDS_RE;
	case LSM_SETID_RES:
		return YGR_IDS_RES;
	default:
		return YGR_IDS_FS;
	}
}

static int run(u16 type, enum ygr_on on, const void *body, u16 body_len)
{
	struct ygr_event event __uninitialized;

	ygr_event_init(&event, type, YGR_CLASS_PRIVILEGE, on);
	return ygr_pipeline_run(&event, body, body_len);
}

/* Returns, as do all judge_*() here, what the hook must: 0 or -errno. */
static noinline int judge_setuid(const struct cred *new, const struct cred *old, int flags)
{
	struct ygr_body_ids body = { .call = call_of(flags) };

	fill_uids(&body.old, old);
	fill_uids(&body.new, new);
	return run(YGR_EV_SETUID, YGR_ON_SETUID, &body, sizeof(body));
}

static noinline int judge_setgid(const struct cred *new, const struct cred *old, enum ygr_ids_call call)
{
	struct ygr_body_ids body = { .call = call };

	fill_gids(&body.old, old);
	fill_gids(&body.new, new);
	if (call == YGR_IDS_GROUPS)
		fill_groups(&body, old, new);
	return run(YGR_EV_SETGID, YGR_ON_SETGID, &body, sizeof(body));
}

static noinline int judge_capset(const struct cred *old, const kernel_cap_t *effective,
				 const kernel_cap_t *inheritable, const kernel_cap_t *permitted)
{
	const struct ygr_body_caps body = {
		.old = {
			.effective = ygr_compat_cap_bits(old->cap_effective),
			.permitted = ygr_compat_cap_bits(old->cap_permitted),
			.inheritable = ygr_compat_cap_bits(old->cap_inheritable),
		},
		.new = {
			.effective = ygr_compat_cap_bits(*effective),
			.permitted = ygr_compat_cap_bits(*permitted),
			.inheritable = ygr_compat_cap_bits(*inheritable),
		},
	};

	return run(YGR_EV_CAPSET, YGR_ON_CAPSET, &body, sizeof(body));
}

static void notrace on_fix_setuid(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_SETUID))
		ygr_attach_answer(fregs, judge_setuid(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						      ygr_attach_number(fregs, 2)));
}

static void notrace on_fix_setgid(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_SETGID))
		ygr_attach_answer(fregs, judge_setgid(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						      call_of(ygr_attach_number(fregs, 2))));
}

static void notrace on_fix_setgroups(unsigned long ip, unsigned long parent_ip,
				     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_SETGID))
		ygr_attach_answer(fregs, judge_setgid(ygr_attach_arg(fregs, 0), ygr_attach_arg(fregs, 1),
						      YGR_IDS_GROUPS));
}

/* The first argument is the new set of credentials, not filled yet. */
static void notrace on_capset(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!ygr_pipeline_skips(YGR_ON_CAPSET))
		ygr_attach_answer(fregs, judge_capset(ygr_attach_arg(fregs, 1), ygr_attach_arg(fregs, 2),
						      ygr_attach_arg(fregs, 3), ygr_attach_arg(fregs, 4)));
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_task_fix_setuid, on_fix_setuid),
	YGR_HOOK_FUNCTION(security_task_fix_setgid, on_fix_setgid),
	YGR_HOOK_YOUNG_FUNCTION(security_task_fix_setgroups, on_fix_setgroups),
	YGR_HOOK_FUNCTION(security_capset, on_capset),
};

const struct ygr_hook_table ygr_hook_privilege_table = { hooks, ARRAY_SIZE(hooks) };
