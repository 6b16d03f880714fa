// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat/compat.h"
#include "policy_object.h"
#include "policy_verify.h"
#include "signature.h"
#include "tally.h"

static enum ygr_policy_plan plan_of(const struct ygr_policy *policy, enum ygr_on on)
{
	const u64 bit = YGR_ON_BIT(on);

	if (policy->index.ignored_on & bit)
		return YGR_POLICY_IGNORES;
	if (!(policy->image.on_mask & bit))
		return YGR_ON_QUIET & bit ? YGR_POLICY_SKIPS : YGR_POLICY_RECORDS;
	return policy->index.by_directory_on & bit ? YGR_POLICY_JUDGES_DIRECTORIES : YGR_POLICY_JUDGES;
}

void ygr_policy_object_conclude(struct ygr_policy *policy)
{
	unsigned int on;

	ygr_noise_limits_fill(&policy->noise, &policy->image);
	for (on = 0; on < YGR_ON_NR; on++)
		policy->plans[on] = plan_of(policy, on);
}

struct ygr_policy *ygr_policy_object_create(void)
{
	struct ygr_policy *policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);

	if (policy) {
		refcount_set(&policy->users, 1);
		policy->memory_bytes = sizeof(*policy);
		ygr_policy_object_conclude(policy);
	}
	return policy;
}

void ygr_policy_object_get(struct ygr_policy *policy)
{
	refcount_inc(&policy->users);
}

void ygr_policy_object_put(struct ygr_policy *policy)
{
	if (!policy || !refcount_dec_and_test(&policy->users))
		return;
	ygr_tally_destroy(policy->tallies);
	kvfree(policy->index_memory);
	kvfree(policy->blob);
	kfree(policy);
}

/* Return: 0, or -errno of reading @bytes of the caller's memory at @user. */
static int copy_in(u64 user, u64 bytes, void **copied)
{
	void *copy = kvmalloc(bytes, GFP_KERNEL_ACCOUNT);

	if (!copy)
		return -ENOMEM;
	if (copy_from_user(copy, u64_to_user_ptr(user), bytes)) {
		kvfree(copy);
		return -EFAULT;
	}
	*copied = copy;
	return 0;
}

/* A signature that is given must be good, required or not. */
static int check_signer(const struct ygr_policy *policy, const struct ygr_policy_load *load,
			bool is_required)
{
	void *signature;
	int ret;

	if (!load->signature_bytes)
		return is_required ? -EKEYREJECTED : 0;
	ret = copy_in(load->signature, load->signature_bytes, &signature);
	if (ret)
		return ret;
	ret = ygr_signature_verify(policy->blob, policy->blob_bytes, signature,
				   load->signature_bytes);
	kvfree(signature);
	return ret;
}

/* What is well-formed, but this kernel cannot do. */
static int check_support(const struct ygr_policy_image *image, struct ygr_policy_error *error)
{
	u32 i;

	if (ygr_compat_has_verity())
		return 0;
	for (i = 0; i < image->test_nr; i++)
		if (image->tests[i].field == YGR_FIELD_VERITY) {
			error->code = YGR_POLICY_E_UNSUPPORTED;
			error->offset = (const u8 *)&image->tests[i] - (const u8 *)image->header;
			return -EBADMSG;
		}
	return 0;
}

static int create_index(struct ygr_policy *policy, struct ygr_policy_error *error)
{
	size_t bytes = ygr_policy_index_bytes(&policy->image);
	int ret;

	policy->index_memory = kvmalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!policy->index_memory)
		return -ENOMEM;
	ret = ygr_policy_index_build(&policy->index, &policy->image, policy->index_memory, error);
	if (ret)
		return ret;
	policy->tallies = ygr_tally_create(policy->image.rule_nr);
	if (!policy->tallies)
		return -ENOMEM;
	policy->memory_bytes = sizeof(*policy) + policy->blob_bytes + bytes +
			       ygr_tally_bytes(policy->tallies);
	return 0;
}

int ygr_policy_object_fill(struct ygr_policy *policy, const struct ygr_policy_load *load,
			   bool must_be_signed, struct ygr_policy_error *error)
{
	void *blob;
	int ret;

	ret = copy_in(load->blob, load->blob_bytes, &blob);
	if (ret)
		return ret;
	policy->blob = blob;
	policy->blob_bytes = load->blob_bytes;
	ret = check_signer(policy, load, must_be_signed);
	if (ret == -EKEYREJECTED)
		error->code = YGR_POLICY_E_SIGNATURE;
	if (!ret)
		ret = ygr_policy_verify(blob, load->blob_bytes, &policy->image, error);
	if (!ret)
		ret = check_support(&policy->image, error);
	if (!ret)
		ret = create_index(policy, error);
	if (!ret)
		ygr_policy_object_conclude(policy);
	return ret;
}
