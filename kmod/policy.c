// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "policy.h"
#include "sensor.h"

static const struct ygr_policy nothing_published;

static const struct ygr_policy __rcu *in_force =
	(const struct ygr_policy __rcu __force *)&nothing_published;

/* Serializes publishing; generations are published in ascending order. */
static DEFINE_MUTEX(publish_lock);

const struct ygr_policy *ygr_policy_get(void)
{
	return rcu_dereference_sched(in_force);
}

static const struct ygr_policy *get_locked(void)
{
	return rcu_dereference_protected(in_force, lockdep_is_held(&publish_lock));
}

static void destroy(const struct ygr_policy *policy)
{
	if (policy == &nothing_published)
		return;
	kvfree(policy->index_memory);
	kvfree(policy->blob);
	kfree(policy);
}

/* Tells it, and frees the one before when nobody judges by it any more. */
static void publish(struct ygr_policy *policy, enum ygr_policy_op op)
{
	const struct ygr_policy *retired = get_locked();

	policy->generation = retired->generation + 1;
	rcu_assign_pointer(in_force, policy);
	ygr_sensor_tell_policy(retired->generation, policy->generation, op,
			       policy->image.rule_nr);
	synchronize_rcu();
	destroy(retired);
}

static bool is_expected(u64 expected)
{
	return expected == YGR_GENERATION_ANY || expected == get_locked()->generation;
}

static int create_index(struct ygr_policy *policy, struct ygr_policy_error *error)
{
	size_t bytes = ygr_policy_index_bytes(&policy->image);

	policy->index_memory = kvmalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!policy->index_memory)
		return -ENOMEM;
	return ygr_policy_index_build(&policy->index, &policy->image, policy->index_memory, error);
}

static int create(const struct ygr_policy_load *load, struct ygr_policy **created,
		  struct ygr_policy_error *error)
{
	struct ygr_policy *policy;
	void *blob;
	int ret;

	if (!load->blob_bytes)
		return -EINVAL;
	if (load->blob_bytes > YGR_POLICY_BYTES_MAX)
		return -E2BIG;
	policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
	if (!policy)
		return -ENOMEM;
	blob = kvmalloc(load->blob_bytes, GFP_KERNEL_ACCOUNT);
	policy->blob = blob;
	policy->blob_bytes = load->blob_bytes;
	if (!blob)
		ret = -ENOMEM;
	else if (copy_from_user(blob, u64_to_user_ptr(load->blob), load->blob_bytes))
		ret = -EFAULT;
	else
		ret = ygr_policy_verify(blob, load->blob_bytes, &policy->image, error);
	if (!ret)
		ret = create_index(policy, error);
	if (ret)
		destroy(policy);
	else
		*created = policy;
	return ret;
}

int ygr_policy_load(struct ygr_policy_load *load)
{
	struct ygr_policy_error error = { 0 };
	struct ygr_policy *policy;
	int ret;

	ret = create(load, &policy, &error);
	load->error_code = error.code;
	load->error_offset = error.offset;
	if (ret)
		return ret;

	mutex_lock(&publish_lock);
	if (is_expected(load->expect_generation))
		publish(policy, YGR_POLICY_OP_LOAD);
	else
		ret = -ESTALE;
	load->generation = get_locked()->generation;
	mutex_unlock(&publish_lock);
	if (ret)
		destroy(policy);
	return ret;
}

int ygr_policy_clear(struct ygr_policy_clear *clear)
{
	struct ygr_policy *policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
	int ret = 0;

	if (!policy)
		return -ENOMEM;
	mutex_lock(&publish_lock);
	if (is_expected(clear->expect_generation))
		publish(policy, YGR_POLICY_OP_CLEAR);
	else
		ret = -ESTALE;
	clear->generation = get_locked()->generation;
	mutex_unlock(&publish_lock);
	if (ret)
		destroy(policy);
	return ret;
}

int ygr_policy_show(struct ygr_policy_show *show)
{
	const struct ygr_policy *policy;
	int ret = 0;

	/* The lock keeps it from being retired while it is copied. */
	mutex_lock(&publish_lock);
	policy = get_locked();
	show->generation = policy->generation;
	show->blob_bytes = policy->blob_bytes;
	if (!policy->blob_bytes)
		ret = -ENODATA;
	else if (policy->blob_bytes > show->blob_cap)
		ret = -ENOSPC;
	else if (copy_to_user(u64_to_user_ptr(show->blob), policy->blob, policy->blob_bytes))
		ret = -EFAULT;
	mutex_unlock(&publish_lock);
	return ret;
}

void ygr_policy_exit(void)
{
	destroy(rcu_dereference_protected(in_force, true));
}
