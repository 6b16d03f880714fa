// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include <yagura/ygr_abi.h>
#include <ygr_version.h>

#include "attach.h"
#include "device.h"
#include "pipeline.h"
#include "policy.h"
#include "ring.h"
#include "timers.h"

/* Any ioctl's argument fits. */
union argument {
	struct ygr_info info;
	struct ygr_hook_info hook;
	struct ygr_ring_info ring;
	struct ygr_stats stats;
	struct ygr_policy_load load;
	struct ygr_policy_show show;
	struct ygr_policy_clear clear;
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
	}
	return stream_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	if (is_consumer(file)) {
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

static int get_info(union argument *arg)
{
	struct ygr_info *info = &arg->info;

	memset(info, 0, sizeof(*info));
	info->abi_version = YGR_ABI_VERSION;
	info->schema_version = YGR_SCHEMA_VERSION;
	info->features = YGR_FEATURE_DENY;
	if (ygr_compat_has_mnt_ns())
		info->features |= YGR_FEATURE_MNT_NS;
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

static int policy_clear(union argument *arg)
{
	if (arg->clear.flags || arg->clear.pad)
		return -EINVAL;
	return ygr_policy_clear(&arg->clear);
}

static const struct {
	unsigned int number;
	int (*run)(union argument *arg);
} ioctls[] = {
	{ YGR_IOC_GET_INFO,	get_info },
	{ YGR_IOC_GET_HOOK,	get_hook },
	{ YGR_IOC_GET_RING,	get_ring },
	{ YGR_IOC_GET_STATS,	get_stats },
	{ YGR_IOC_POLICY_LOAD,	policy_load },
	{ YGR_IOC_POLICY_SHOW,	policy_show },
	{ YGR_IOC_POLICY_CLEAR,	policy_clear },
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
	return misc_register(&device);
}

void ygr_device_exit(void)
{
	misc_deregister(&device);
}
