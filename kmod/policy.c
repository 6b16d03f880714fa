// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#include "noise.h"
#include "policy.h"
#include "policy_object.h"
#include "reader.h"
#include "sensor.h"
#include "signature.h"
#include "tally.h"
#include "trial.h"
#include "verdict.h"

/* Before the first load, and again when a trial of that one fails. Its first reference stays. */
static struct ygr_policy nothing = { .users = REFCOUNT_INIT(1) };

struct ygr_policy __rcu *ygr_policy_in_force = (struct ygr_policy __rcu __force *)&nothing;

/* Serializes publishing, and all that is below. */
static DEFINE_MUTEX(publish_lock);

/* What ROLLBACK, or the end of a trial, returns to; nobody judges by it. NULL: nothing. */
static struct ygr_policy *previous;

static bool locked;
static bool signed_only __ro_after_init;
static u64 highest_serial;	/* that was loaded, where signatures are required */

static struct ygr_policy *get_locked(void)
{
	return rcu_dereference_protected(ygr_policy_in_force, lockdep_is_held(&publish_lock));
}

/* Nobody judges by it any more. */
static void drop(struct ygr_policy *policy)
{
	if (policy != &nothing)
		ygr_policy_object_put(policy);
}

/* ---- publishing ---- */

static u64 serial_of(const struct ygr_policy *policy)
{
	return policy->image.header ? policy->image.header->serial : 0;
}

static int check_expected(u64 expected)
{
	return expected == YGR_GENERATION_ANY || expected == get_locked()->generation ? 0 : -ESTALE;
}

static int check_change(u64 expected)
{
	return locked ? -EPERM : check_expected(expected);
}

/*
 * Puts @policy in force, tells it, and waits until nobody judges by the one before.
 *
 * Return: the one before.
 */
static struct ygr_policy *exchange(struct ygr_policy *policy, enum ygr_policy_op op)
{
	struct ygr_policy *retired = get_locked();

	policy->generation = retired->generation + 1;
	ygr_label_map_fill(&policy->labels, &policy->image, &retired->labels);
	rcu_assign_pointer(ygr_policy_in_force, policy);
	ygr_sensor_tell_policy(retired->generation, policy->generation, op,
			       policy->image.rule_nr);
	synchronize_rcu();
	/* What was judged by the one before is told as that. */
	ygr_noise_flush(true);
	return retired;
}

/* @policy is new. What it replaces is kept, unless it was on trial: then what was before that. */
static void publish(struct ygr_policy *policy, enum ygr_policy_op op)
{
	struct ygr_policy *retired = exchange(policy, op);

	if (ygr_trial_is_running()) {
		ygr_trial_end();
		drop(retired);
	} else {
		drop(previous);
		previous = retired;
	}
}

/* The one before returns, and the one in force is kept in its place, unless it was on trial. */
static void go_back(enum ygr_policy_op op)
{
	struct ygr_policy *retired;

	if (previous->tallies)
		ygr_tally_reset(previous->tallies);
	retired = exchange(previous, op);
	previous = retired;
	if (ygr_trial_is_running()) {
		ygr_trial_end();
		drop(retired);
		previous = NULL;
	}
}

static void end_trial(struct work_struct *work)
{
	mutex_lock(&publish_lock);
	if (ygr_trial_is_over())
		go_back(YGR_POLICY_OP_EXPIRED);
	mutex_unlock(&publish_lock);
}

/* ---- what the ioctls do ---- */

static int check_load(const struct ygr_policy_load *load)
{
	if (!load->blob_bytes)
		return -EINVAL;
	if (load->blob_bytes > YGR_POLICY_BYTES_MAX ||
	    load->signature_bytes > YGR_POLICY_SIGNATURE_MAX)
		return -E2BIG;
	if (load->confirm_s > YGR_CONFIRM_S_MAX)
		return -EINVAL;
	/* Once more when it matters; here it saves the work. */
	return ygr_policy_is_locked() ? -EPERM : 0;
}

static int check_serial(const struct ygr_policy *policy, struct ygr_policy_error *error)
{
	if (!signed_only || serial_of(policy) >= highest_serial)
		return 0;
	error->code = YGR_POLICY_E_SERIAL;
	error->offset = offsetof(struct ygr_policy_header, serial);
	return -EKEYREJECTED;
}

static int put_ygr_policy_in_force(struct ygr_policy *policy, struct ygr_policy_load *load,
			struct ygr_policy_error *error)
{
	int ret;

	mutex_lock(&publish_lock);
	ret = check_change(load->expect_generation);
	if (!ret)
		ret = check_serial(policy, error);
	if (!ret) {
		if (signed_only)
			highest_serial = serial_of(policy);
		publish(policy, YGR_POLICY_OP_LOAD);
		if (load->confirm_s)
			ygr_trial_start(load->confirm_s);
	}
	load->generation = get_locked()->generation;
	mutex_unlock(&publish_lock);
	return ret;
}

int ygr_policy_load(struct ygr_policy_load *load)
{
	struct ygr_policy_error error = { 0 };
	struct ygr_policy *policy;
	int ret;

	ret = check_load(load);
	if (ret)
		return ret;
	policy = ygr_policy_object_create();
	if (!policy)
		return -ENOMEM;
	ret = ygr_policy_object_fill(policy, load, signed_only, &error);
	if (!ret)
		ret = put_ygr_policy_in_force(policy, load, &error);
	if (ret)
		drop(policy);
	load->error_code = error.code;
	load->error_offset = error.offset;
	return ret;
}

int ygr_policy_clear(struct ygr_policy_change *change)
{
	struct ygr_policy *policy = ygr_policy_object_create();
	int ret;

	if (!policy)
		return -ENOMEM;
	mutex_lock(&publish_lock);
	ret = check_change(change->expect_generation);
	/* Nobody has signed for there being none. */
	if (!ret && signed_only)
		ret = -EKEYREJECTED;
	if (!ret)
		publish(policy, YGR_POLICY_OP_CLEAR);
	change->generation = get_locked()->generation;
	mutex_unlock(&publish_lock);
	if (ret)
		drop(policy);
	return ret;
}

/* Under the lock. */
static int check_rollback(void)
{
	/* What a trial replaced returns, be it nothing and its serial any. */
	if (ygr_trial_is_running())
		return 0;
	if (!previous || !previous->generation)
		return -ENOENT;
	return signed_only && serial_of(previous) < highest_serial ? -EKEYREJECTED : 0;
}

int ygr_policy_rollback(struct ygr_policy_change *change)
{
	int ret;

	mutex_lock(&publish_lock);
	ret = check_change(change->expect_generation);
	if (!ret)
		ret = check_rollback();
	if (!ret)
		go_back(YGR_POLICY_OP_ROLLBACK);
	change->generation = get_locked()->generation;
	mutex_unlock(&publish_lock);
	return ret;
}

/* What changes about the policy in force, and not which one that is. */
static void tell_of_current(enum ygr_policy_op op)
{
	const struct ygr_policy *policy = get_locked();

	ygr_sensor_tell_policy(policy->generation, policy->generation, op, policy->image.rule_nr);
}

int ygr_policy_confirm(struct ygr_policy_change *change)
{
	int ret;

	mutex_lock(&publish_lock);
	ret = check_expected(change->expect_generation);
	if (!ret && !ygr_trial_is_running())
		ret = -ENOENT;
	if (!ret) {
		ygr_trial_end();
		tell_of_current(YGR_POLICY_OP_CONFIRM);
	}
	change->generation = get_locked()->generation;
	mutex_unlock(&publish_lock);
	return ret;
}

int ygr_policy_lock(struct ygr_policy_change *change)
{
	int ret;

	mutex_lock(&publish_lock);
	ret = check_expected(change->expect_generation);
	if (!ret && ygr_trial_is_running())
		ret = -EBUSY;
	if (!ret && !locked) {
		WRITE_ONCE(locked, true);
		__module_get(THIS_MODULE);
		tell_of_current(YGR_POLICY_OP_LOCK);
	}
	change->generation = get_locked()->generation;
	mutex_unlock(&publish_lock);
	return ret;
}

/*
 * What is in force, to be read without the lock: a caller whose memory is slow to answer
 * must not keep a trial from its end.
 */
static struct ygr_policy *get_current_policy(u64 *generation)
{
	struct ygr_policy *policy;

	mutex_lock(&publish_lock);
	policy = get_locked();
	*generation = policy->generation;
	ygr_policy_object_get(policy);
	mutex_unlock(&publish_lock);
	return policy;
}

int ygr_policy_show(struct ygr_policy_show *show)
{
	struct ygr_policy *policy = get_current_policy(&show->generation);
	int ret = 0;

	show->blob_bytes = policy->blob_bytes;
	if (!policy->blob_bytes)
		ret = -ENODATA;
	else if (policy->blob_bytes > show->blob_cap)
		ret = -ENOSPC;
	else if (copy_to_user(u64_to_user_ptr(show->blob), policy->blob, policy->blob_bytes))
		ret = -EFAULT;
	ygr_policy_object_put(policy);
	return ret;
}

void ygr_policy_state(struct ygr_policy_state *state)
{
	const struct ygr_policy *policy;

	mutex_lock(&publish_lock);
	policy = get_locked();
	*state = (struct ygr_policy_state) {
		.generation = policy->generation,
		.previous_generation = previous ? previous->generation : 0,
		.serial = highest_serial,
		.bytes = policy->memory_bytes,
		.rule_nr = policy->image.rule_nr,
		.confirm_left_ms = ygr_trial_left_ms(),
		.flags = locked ? YGR_STATE_LOCKED : 0,
	};
	if (ygr_verdict_observes())
		state->flags |= YGR_STATE_OBSERVES;
	if (ygr_verdict_is_told())
		state->flags |= YGR_STATE_TOLD;
	if (policy->tallies && ygr_tally_is_tripped(&policy->tallies->breaker))
		state->flags |= YGR_STATE_TRIPPED;
	if (policy->image.header && ygr_reader_is_missing(policy->image.header->daemon_timeout_s))
		state->flags |= YGR_STATE_NO_READER;
	mutex_unlock(&publish_lock);
}

static int copy_stats(struct ygr_rule_stats __user *to, const struct ygr_policy *policy)
{
	u32 i;

	for (i = 0; i < policy->image.rule_nr; i++) {
		struct ygr_rule_stats stats;

		ygr_tally_read(policy->tallies, i, &stats);
		if (copy_to_user(&to[i], &stats, sizeof(stats)))
			return -EFAULT;
	}
	return 0;
}

int ygr_policy_stats(struct ygr_policy_stats *stats)
{
	struct ygr_policy *policy = get_current_policy(&stats->generation);
	int ret = -ENOSPC;

	stats->rule_nr = policy->image.rule_nr;
	if (stats->rule_nr <= stats->rule_cap)
		ret = copy_stats(u64_to_user_ptr(stats->rules), policy);
	ygr_policy_object_put(policy);
	return ret;
}

bool ygr_policy_is_locked(void)
{
	return READ_ONCE(locked);
}

bool ygr_policy_is_signed_only(void)
{
	return signed_only;
}

int __init ygr_policy_init(bool only_signed)
{
	int ret = ygr_signature_init();

	if (ret)
		return ret;
	signed_only = only_signed;
	ygr_policy_object_conclude(&nothing);
	ygr_trial_init(end_trial);
	return 0;
}

/* A trial whose time is over just now may still end, as a policy change like any other. */
void ygr_policy_exit(void)
{
	ygr_trial_exit();
	drop(previous);
	drop(rcu_dereference_protected(ygr_policy_in_force, true));
	ygr_signature_exit();
}
