// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "cgroup.h"
#include "policy.h"

/* A task and its neighbours on the CPU are of few cgroups. */
#define SLOTS_LOG2	6

struct slot {
	u64 generation;			/* 0: empty */
	u64 cgroup_id;
	bool known;
	struct ygr_subject_bits bits;
};

struct cache {
	struct slot slots[1 << SLOTS_LOG2];
	char path[PATH_MAX];
};

static DEFINE_PER_CPU(struct cache *, caches);

int ygr_cgroup_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(caches, cpu) = kvzalloc(sizeof(struct cache), GFP_KERNEL);
		if (!per_cpu(caches, cpu)) {
			ygr_cgroup_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void ygr_cgroup_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu(caches, cpu));
}

static void renew(struct slot *slot, char *path, struct cgroup *cgroup,
		  const struct ygr_policy *policy)
{
	/* If it does not fit, its length or an error, which depends on the kernel. */
	int len = cgroup_path(cgroup, path, PATH_MAX);

	slot->generation = policy->generation;
	slot->cgroup_id = cgroup_id(cgroup);
	slot->known = len > 0 && len < PATH_MAX;
	memset(&slot->bits, 0, sizeof(slot->bits));
	if (slot->known)
		ygr_policy_index_subject(&policy->index, YGR_SUBJECT_CGROUP, path, len,
					 &slot->bits);
}

const struct ygr_subject_bits *ygr_cgroup_bits(const struct ygr_policy *policy)
{
	struct cgroup *cgroup = task_dfl_cgroup(current);
	u64 id = cgroup_id(cgroup);
	struct cache *cache = this_cpu_read(caches);
	struct slot *slot = &cache->slots[hash_64(id, SLOTS_LOG2)];

	if (unlikely(slot->cgroup_id != id || slot->generation != policy->generation))
		renew(slot, cache->path, cgroup, policy);
	return slot->known ? &slot->bits : NULL;
}
