// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "directory.h"
#include "match.h"
#include "path.h"
#include "ring_produce.h"
#include "tally.h"

struct ygr_directory __percpu *ygr_directories __ro_after_init;

int __init ygr_directory_init(void)
{
	ygr_directories = __alloc_percpu(YGR_DIRECTORY_NR * sizeof(*ygr_directories),
					 __alignof__(*ygr_directories));
	return ygr_directories ? 0 : -ENOMEM;
}

void ygr_directory_exit(void)
{
	free_percpu(ygr_directories);
}

/* Whether its record can be referred to from @pos and says @path. */
static bool is_told(const struct ygr_directory *directory, u64 pos, const char *path, u32 len)
{
	const struct ygr_ring_directory *record;

	if (pos >= directory->reach_end)
		return false;
	record = ygr_ring_at(this_cpu_ptr(&ygr_rings), directory->pos);
	return record->path_len == len && !memcmp(record + 1, path, len);
}

bool ygr_directory_renew(struct ygr_directory *directory, const struct vfsmount *mnt,
			 const struct dentry *dentry, unsigned long grace, u64 pos)
{
	const struct path where = {
		.mnt = (struct vfsmount *)mnt, .dentry = (struct dentry *)dentry,
	};
	char *buffer = ygr_path_scratch(YGR_PATH_SLOT_FIRST);
	char *end = buffer + YGR_DIRECTORY_PATH_MAX - 1;
	int len;

	directory->dentry = NULL;
	directory->reads.generation = 0;
	directory->writes.generation = 0;
	directory->grace = grace;
	len = ygr_path_walk(&where, buffer, end, &directory->marks);
	if (len < 0)
		return false;
	directory->mnt = mnt;
	directory->dentry = dentry;
	/* The root has its '/' already. */
	if (len > 1)
		*end++ = '/';
	directory->path_len = len > 1 ? len + 1 : len;
	directory->path = end - directory->path_len;
	if (!is_told(directory, pos, directory->path, directory->path_len))
		directory->reach_end = 0;
	return true;
}

static struct ygr_directory_verdict judge(const struct ygr_policy *policy, enum ygr_on on,
					  const char *path, u32 len)
{
	struct ygr_directory_verdict verdict = { .generation = policy->generation };
	struct ygr_decision decision;

	if (!ygr_match_directory(&policy->index, on, path, len, &decision))
		return verdict;
	/* An alert has no budget. */
	if (decision.rule && policy->image.strings[decision.rule->alert_off])
		return verdict;
	verdict.rule_id = decision.rule_id;
	if (verdict.rule_id)
		verdict.tally = ygr_tally_of(policy->tallies, verdict.rule_id - 1);
	verdict.looks_at_end = ygr_policy_index_has_ends(&policy->index);
	verdict.way = decision.action == YGR_ACTION_IGNORE ||
		      (decision.action == YGR_ACTION_ALLOW && (YGR_ON_QUIET & YGR_ON_BIT(on))) ?
		      YGR_DIRECTORY_LEAVE : YGR_DIRECTORY_RECORD;
	return verdict;
}

void ygr_directory_judge(struct ygr_directory *directory, enum ygr_on on, const struct ygr_policy *policy)
{
	const char *path = directory->path;
	u32 len = directory->path_len;

	if (directory->reach_end) {
		const struct ygr_ring_directory *record =
			ygr_ring_at(this_cpu_ptr(&ygr_rings), directory->pos);

		path = (const char *)(record + 1);
		len = record->path_len;
	}
	*ygr_directory_verdict(directory, on) = judge(policy, on, path, len);
}

void ygr_directory_write(const struct ygr_directory *directory, struct ygr_ring_directory *record)
{
	u32 padded = ALIGN(directory->path_len, 8);

	record->len = sizeof(*record) + padded;
	record->type = YGR_EV_DIRECTORY;
	record->class = 0;
	record->verdict = 0;
	record->path_len = directory->path_len;
	record->pad = 0;
	memset((char *)(record + 1) + padded - 8, 0, 8);
	memcpy(record + 1, directory->path, directory->path_len);
}
