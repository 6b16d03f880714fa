// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <yagura/ygr_abi.h>
#include <ygr_version.h>

#include "attach.h"
#include "device.h"
#include "dns.h"
#include "pipeline.h"
#include "noise.h"
#include "policy.h"
#include "protected_list.h"
#include "reader.h"
#include "ring.h"
#include "roll_call.h"
#include "sensor.h"
#include "timers.h"
#include "verdict.h"

/* Any ioctl's argument fits. */
union argument {
	struct ygr_info info;
	struct ygr_hook_info hook;
	struct ygr_ring_info ring;
	struct ygr_stats stats;
	struct ygr_noise_stats noise;
	struct ygr_policy_load load;
	struct ygr_policy_show show;
	struct ygr_policy_change change;
	struct ygr_policy_state state;
	struct ygr_policy_stats policy_stats;
	struct ygr_policy_protected protected;
	struct ygr_stop stop;
};

static u64 this_load_id __ro_after_init;

static atomic_t consumer_open = ATOMIC_INIT(0);

static bool is_consumer(const struct file *file)
{
	return file->f_mode & FMODE_WRITE;
}

static int device_open(struct inode *inode, struct file *file)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	/* Write-only is no role: a consumer must read, and a status handle may not write. */
	if (!(file->f_mode & FMODE_READ))
		return -EINVAL;
	if (is_consumer(file)) {
		if (atomic_cmpxchg(&consumer_open, 0, 1))
			return -EBUSY;
		ygr_ring_consumer_reset();
		ygr_timers_consumer_opened();
		ygr_reader_came();
		ygr_roll_call_begin();
	}
	return stream_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	if (is_consumer(file)) {
		ygr_reader_went();
		ygr_timers_consumer_closed();
		atomic_set_release(&consumer_open, 0);
	}
	return 0;
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	return is_consumer(file) ? ygr_ring_mmap(vma) : -EPERM;
}

static __poll_t device_poll(struct file *file, poll_table *wait)
{
	return is_consumer(file) ? ygr_ring_poll(file, wait) : EPOLLERR;
}

static u64 features(void)
{
	u64 features = YGR_FEATURE_SHA256;

	if (!ygr_verdict_observes())
		features |= YGR_FEATURE_DENY;
	if (ygr_compat_has_mnt_ns())
		features |= YGR_FEATURE_MNT_NS;
	if (ygr_compat_has_verity())
		features |= YGR_FEATURE_VERITY;
	if (ygr_policy_is_signed_only())
		features |= YGR_FEATURE_SIGNED;
	return features;
}

static int get_info(union argument *arg)
{
	struct ygr_info *info = &arg->info;

	memset(info, 0, sizeof(*info));
	info->abi_version = YGR_ABI_VERSION;
	info->schema_version = YGR_SCHEMA_VERSION;
	info->features = features();
	info->hook_nr = ygr_attach_hook_nr();
	info->cpu_nr = nr_cpu_ids;
	info->class_nr = YGR_CLASS_NR;
	info->page_bytes = PAGE_SIZE;
	info->load_id = this_load_id;
	preempt_disable();
	info->generation = ygr_policy_get()->generation;
	preempt_enable();
	strscpy(info->version, YGR_VERSION, sizeof(info->version));
	return 0;
}

static int get_hook(union argument *arg)
{
	struct ygr_hook_info *info = &arg->hook;
	const struct ygr_hook *hook;
	u32 index = info->index;

	if (info->flags)
		return -EINVAL;
	hook = ygr_attach_hook(index);
	if (!hook)
		return -ERANGE;
	memset(info, 0, sizeof(*info));
	info->index = index;
	info->state = hook->state;
	info->error = hook->error;
	strscpy(info->symbol, hook->symbol, sizeof(info->symbol));
	return 0;
}

static int get_ring(union argument *arg)
{
	if (arg->ring.flags)
		return -EINVAL;
	return ygr_ring_info(arg->ring.cpu, &arg->ring);
}

static int get_stats(union argument *arg)
{
	struct ygr_stats *stats = &arg->stats;
	u32 wanted = stats->cpu;
	unsigned int cpu;
	int ret;

	if (stats->flags)
		return -EINVAL;
	memset(stats, 0, sizeof(*stats));
	stats->cpu = wanted;
	if (wanted != YGR_CPU_ALL) {
		ret = ygr_ring_stats(wanted, stats);
		if (ret)
			return ret;
		ygr_pipeline_stats(wanted, stats);
		return 0;
	}
	for_each_possible_cpu(cpu) {
		ygr_ring_stats(cpu, stats);
		ygr_pipeline_stats(cpu, stats);
	}
	stats->head = 0;
	stats->tail = 0;
	return 0;
}

static int get_noise(union argument *arg)
{
	struct ygr_noise_stats *stats = &arg->noise;
	u32 wanted = stats->cpu;
	unsigned int cpu;

	if (stats->flags)
		return -EINVAL;
	if (wanted != YGR_CPU_ALL && (wanted >= nr_cpu_ids || !cpu_possible(wanted)))
		return -ENXIO;
	memset(stats, 0, sizeof(*stats));
	stats->cpu = wanted;
	for_each_possible_cpu(cpu)
		if (wanted == YGR_CPU_ALL || cpu == wanted)
			ygr_noise_stats(cpu, stats);
	return 0;
}

static int policy_load(union argument *arg)
{
	if (arg->load.flags || arg->load.pad)
		return -EINVAL;
	return ygr_policy_load(&arg->load);
}

static int policy_show(union argument *arg)
{
	if (arg->show.flags || arg->show.pad)
		return -EINVAL;
	return ygr_policy_show(&arg->show);
}

/* The four that say which generation they are about, and no more. */
static int change(union argument *arg, int (*run)(struct ygr_policy_change *change))
{
	if (arg->change.flags || arg->change.pad)
		return -EINVAL;
	return run(&arg->change);
}

static int policy_clear(union argument *arg)
{
	return change(arg, ygr_policy_clear);
}

static int policy_confirm(union argument *arg)
{
	return change(arg, ygr_policy_confirm);
}

static int policy_rollback(union argument *arg)
{
	return change(arg, ygr_policy_rollback);
}

static int policy_lock(union argument *arg)
{
	return change(arg, ygr_policy_lock);
}

static int policy_state(union argument *arg)
{
	ygr_policy_state(&arg->state);
	return 0;
}

static int policy_stats(union argument *arg)
{
	if (arg->policy_stats.flags || arg->policy_stats.pad)
		return -EINVAL;
	return ygr_policy_stats(&arg->policy_stats);
}

static int policy_protected(union argument *arg)
{
	struct ygr_policy_protected *protected = &arg->protected;
	char *text;
	int ret = 0;

	if (protected->flags || protected->pad)
		return -EINVAL;
	protected->text_bytes = ygr_protected_list_print(NULL, 0);
	if (protected->text_bytes > protected->text_cap)
		return -ENOSPC;
	text = kmalloc(protected->text_bytes, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ygr_protected_list_print(text, protected->text_bytes);
	if (copy_to_user(u64_to_user_ptr(protected->text), text, protected->text_bytes))
		ret = -EFAULT;
	kfree(text);
	return ret;
}

/* Pass-through: the way to unload, or to replace, the module without losing what it has seen. */
static int stop(union argument *arg)
{
	static DEFINE_MUTEX(lock);
	static bool stopped;
	int ret = 0;

	if (arg->stop.flags)
		return -EINVAL;
	mutex_lock(&lock);
	if (ygr_policy_is_locked()) {
		ret = -EPERM;
	} else if (stopped) {
		ret = -EALREADY;
	} else {
		ygr_dns_stop();
		arg->stop.detached_nr = ygr_attach_stop();
		ygr_noise_drain();
		arg->stop.stopped_ns = ktime_get_boot_fast_ns();
		ygr_sensor_tell_stop(this_load_id);
		ygr_timers_account();
		stopped = true;
	}
	mutex_unlock(&lock);
	return ret;
}

static const struct {
	unsigned int number;
	int (*run)(union argument *arg);
} ioctls[] = {
	{ YGR_IOC_GET_INFO,	get_info },
	{ YGR_IOC_GET_HOOK,	get_hook },
	{ YGR_IOC_GET_RING,	get_ring },
	{ YGR_IOC_GET_STATS,	get_stats },
	{ YGR_IOC_GET_NOISE,	get_noise },
	{ YGR_IOC_POLICY_LOAD,	policy_load },
	{ YGR_IOC_POLICY_SHOW,	policy_show },
	{ YGR_IOC_POLICY_CLEAR,	policy_clear },
	{ YGR_IOC_POLICY_CONFIRM, policy_confirm },
	{ YGR_IOC_POLICY_ROLLBACK, policy_rollback },
	{ YGR_IOC_POLICY_LOCK,	policy_lock },
	{ YGR_IOC_POLICY_STATE,	policy_state },
	{ YGR_IOC_POLICY_STATS,	policy_stats },
	{ YGR_IOC_POLICY_PROTECTED, policy_protected },
	{ YGR_IOC_STOP,		stop },
};

/*
 * The answer goes back even with an error: it says where a policy is wrong. That
 * it can go back is tried first, so that nothing takes effect and then fails.
 */
static long run_ioctl(int (*run)(union argument *arg), unsigned int number, void __user *user)
{
	union argument arg = { 0 };
	int ret;

	if ((_IOC_DIR(number) & _IOC_WRITE) && copy_from_user(&arg, user, _IOC_SIZE(number)))
		return -EFAULT;
	if (copy_to_user(user, &arg, _IOC_SIZE(number)))
		return -EFAULT;
	ret = run(&arg);
	if (copy_to_user(user, &arg, _IOC_SIZE(number)))
		return -EFAULT;
	return ret;
}

static long device_ioctl(struct file *file, unsigned int number, unsigned long user)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ioctls); i++)
		if (ioctls[i].number == number)
			return run_ioctl(ioctls[i].run, number, (void __user *)user);
	return -ENOTTY;
}

static const struct file_operations device_fops = {
	.owner		= THIS_MODULE,
	.open		= device_open,
	.release	= device_release,
	.mmap		= device_mmap,
	.poll		= device_poll,
	.unlocked_ioctl	= device_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "yagura",
	.mode	= 0600,
	.fops	= &device_fops,
};

int ygr_device_init(u64 load_id)
{
	this_load_id = load_id;
	ygr_reader_went();
	return misc_register(&device);
}

void ygr_device_exit(void)
{
	misc_deregister(&device);
}
