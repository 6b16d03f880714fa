// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cgroup.h>
#include <linux/fs_struct.h>
#include <linux/limits.h>

#include "compat/compat.h"
#include "exec_record.h"
#include "path.h"
#include "process.h"

void ygr_exec_record_capabilities(struct ygr_body_exec *body, const struct cred *cred)
{
	body->cap_effective = ygr_compat_cap_bits(cred->cap_effective);
	body->cap_permitted = ygr_compat_cap_bits(cred->cap_permitted);
	body->cap_inheritable = ygr_compat_cap_bits(cred->cap_inheritable);
	body->cap_bounding = ygr_compat_cap_bits(cred->cap_bset);
	body->cap_ambient = ygr_compat_cap_bits(cred->cap_ambient);
}

void ygr_exec_record_learnt(struct ygr_body_exec *body, u32 *flags,
			    const struct ygr_exec_facts *learnt)
{
	if (!learnt) {
		body->exec_flags |= YGR_EXEC_UNCHECKED;
		return;
	}
	if (learnt->is_upper)
		*flags |= YGR_F_OVERLAY_UPPER;
	if (!learnt->has_caps)
		return;
	body->exec_flags |= YGR_EXEC_FILE_CAPS;
	if (learnt->caps.is_effective)
		body->exec_flags |= YGR_EXEC_FILE_CAPS_EFFECTIVE;
	body->file_cap_permitted = learnt->caps.permitted;
	body->file_cap_inheritable = learnt->caps.inheritable;
	body->file_cap_rootid = learnt->caps.rootid;
}

void ygr_exec_record_text(struct ygr_event_strings *strings, u16 tag,
			  const struct ygr_argv_text *text)
{
	if (text->len || text->true_len)
		ygr_event_add_string(strings, tag, text->bytes, text->len, text->true_len);
}

void ygr_exec_record_cwd(struct ygr_event_strings *strings)
{
	struct fs_struct *fs = current->fs;
	const char *bytes;
	u32 flags = 0;
	int len;

	/* The lock stands in for a reference, whose release might sleep. */
	ygr_compat_fs_lock(fs);
	len = ygr_path_resolve(YGR_PATH_SLOT_CWD, &fs->pwd, NULL, &bytes, &flags);
	ygr_compat_fs_unlock(fs);
	if (len >= 0) {
		u32 kept = min_t(u32, len, YGR_PATH_BYTES_MAX);

		ygr_event_add_string(strings, YGR_STR_CWD, bytes + len - kept, kept, len);
	}
}

void ygr_exec_record_terminal(struct ygr_body_exec *body, struct ygr_event_strings *strings,
			      struct task_struct *task, struct ygr_terminal *terminal)
{
	if (!ygr_terminal_find(task, terminal))
		return;
	body->tty_major = terminal->major;
	body->tty_minor = terminal->minor;
	ygr_event_add_whole(strings, YGR_STR_TTY, terminal->name, strlen(terminal->name));
}

void ygr_exec_record_script(struct ygr_body_exec *body, struct ygr_event_strings *strings,
			    const struct ygr_exec_facts *learnt)
{
	if (!learnt || learnt->step_nr < 2)
		return;
	body->script = learnt->first;
	if (learnt->first_is_upper)
		body->exec_flags |= YGR_EXEC_SCRIPT_UPPER;
	if (learnt->len)
		ygr_event_add_string(strings, YGR_STR_SCRIPT, learnt->path, learnt->len,
				     learnt->true_len);
}

static void add_cgroup(struct ygr_event_strings *strings, struct task_struct *task)
{
	char *path = ygr_path_scratch(YGR_PATH_SLOT_CGROUP);
	/* If it does not fit, its length or an error, which depends on the kernel. */
	int len = cgroup_path(task_dfl_cgroup(task), path, PATH_MAX);

	if (len > 0 && len < PATH_MAX)
		ygr_event_add_whole(strings, YGR_STR_CGROUP, path, len);
}

void ygr_exec_record_descent(struct ygr_event_strings *strings, struct task_struct *task)
{
	const struct ygr_process_id *ids;
	u32 nr = ygr_process_ancestors(task, &ids);

	if (nr)
		ygr_event_add_whole(strings, YGR_STR_ANCESTORS, (const char *)ids,
				    nr * sizeof(ids[0]));
	add_cgroup(strings, task);
}
