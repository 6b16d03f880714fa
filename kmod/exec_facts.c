// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/xattr.h>

#include "exec_facts.h"
#include "file_id.h"
#include "overlay.h"
#include "path.h"
#include "process.h"
#include "program.h"

/*
 * Where the kernel has seen that there is nothing of the kind, it is not asked again. No other
 * module is asked either: exec reads the same attribute without.
 */
static bool read_caps(struct file *file, struct ygr_file_caps *caps)
{
	u8 bytes[YGR_FILE_CAPS_BYTES_MAX];
	struct inode *inode = file_inode(file);
	int len;

	if (IS_NOSEC(inode))
		return false;
	len = __vfs_getxattr(file_dentry(file), inode, YGR_FILE_CAPS_NAME, bytes, sizeof(bytes));
	return len > 0 && !ygr_file_caps_parse(bytes, len, caps);
}

static struct ygr_exec_facts *create(const struct linux_binprm *bprm)
{
	struct ygr_exec_facts *facts;
	const char *bytes;
	u32 flags = 0, kept;
	int len;

	preempt_disable();
	len = ygr_path_resolve(YGR_PATH_SLOT_FIRST, &bprm->file->f_path, NULL, &bytes, &flags);
	kept = clamp(len, 0, (int)YGR_PATH_BYTES_MAX);
	facts = kmalloc(struct_size(facts, path, kept), YGR_PROGRAM_GFP);
	if (facts) {
		facts->len = kept;
		facts->true_len = max(len, 0);
		if (kept)
			memcpy(facts->path, bytes + len - kept, kept);
	}
	preempt_enable();
	if (!facts)
		return NULL;
	facts->bprm = bprm;
	facts->step_nr = 0;
	ygr_file_id_fill(&facts->first, file_inode(bprm->file));
	return facts;
}

/* Nobody but the process itself touches it, and it executes one program at a time. */
const struct ygr_exec_facts *ygr_exec_facts_find(const struct linux_binprm *bprm)
{
	struct ygr_exec_facts **place;
	const struct ygr_exec_facts *facts;

	preempt_disable();
	place = ygr_process_exec_facts();
	facts = place && *place && (*place)->bprm == bprm ? *place : NULL;
	preempt_enable();
	return facts;
}

/* Return: what is to be freed. */
static struct ygr_exec_facts *keep(struct ygr_exec_facts *facts)
{
	struct ygr_exec_facts **place;

	preempt_disable();
	place = ygr_process_exec_facts();
	if (place)
		swap(*place, facts);
	preempt_enable();
	return facts;
}

void ygr_exec_facts_note(const struct linux_binprm *bprm)
{
	struct ygr_exec_facts *facts = (struct ygr_exec_facts *)ygr_exec_facts_find(bprm);
	/* An attempt that failed may have left what looks like this one's. */
	bool is_first = !facts || bprm->interp == bprm->filename;

	if (is_first)
		facts = create(bprm);
	if (!facts)
		return;
	facts->step_nr++;
	facts->has_caps = read_caps(bprm->file, &facts->caps);
	facts->is_upper = ygr_overlay_is_upper(bprm->file);
	if (!is_first)
		return;
	facts->first_is_upper = facts->is_upper;
	kfree(keep(facts));
}

struct ygr_exec_facts *ygr_exec_facts_take(const struct linux_binprm *bprm)
{
	struct ygr_exec_facts **place = ygr_process_exec_facts();
	struct ygr_exec_facts *facts = NULL;

	if (place)
		swap(*place, facts);
	if (facts && facts->bprm == bprm)
		return facts;
	kfree(facts);
	return NULL;
}
