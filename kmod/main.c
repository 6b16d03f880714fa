// SPDX-License-Identifier: GPL-2.0-only
/* The order of things: init, and its exact mirror. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/ktime.h>

#include <ygr_version.h>

#include "adopt.h"
#include "attach.h"
#include "device.h"
#include "digest.h"
#include "hooks.h"
#include "path.h"
#include "policy.h"
#include "process.h"
#include "ring.h"
#include "sensor.h"
#include "subject.h"
#include "timers.h"

static unsigned int ring_kib = 1024;
module_param(ring_kib, uint, 0444);
MODULE_PARM_DESC(ring_kib, "KiB of each CPU's ring, a power of two, 64 to 65536 (default 1024)");

static unsigned int totals_ms = 10000;
module_param(totals_ms, uint, 0444);
MODULE_PARM_DESC(totals_ms, "ms between accounting records (default 10000)");

static unsigned int flush_ms = 100;
module_param(flush_ms, uint, 0444);
MODULE_PARM_DESC(flush_ms, "ms that a record waits for the reader at most (default 100)");

static bool require_signed_policy;
module_param(require_signed_policy, bool, 0444);
MODULE_PARM_DESC(require_signed_policy, "take only policies with a trusted signature (default N)");

/* First those that tell of processes, which the others judge. */
static const struct ygr_hook_table * const tables[] = {
	&ygr_hook_process_table,
	&ygr_hook_exec_table,
	&ygr_hook_file_table,
	&ygr_hook_socket_table,
	NULL,
};

static const char * const state_names[] = {
	[YGR_HOOK_ATTACHED]	= "attached",
	[YGR_HOOK_MISSING]	= "missing",
	[YGR_HOOK_BUSY]		= "busy",
	[YGR_HOOK_FAILED]	= "failed",
};

/* Tells that the sensor is up, and what of it is not. */
static void tell_start(u64 load_id)
{
	const size_t room = 2048;
	char *hooks = kzalloc(room, GFP_KERNEL);
	const struct ygr_hook *hook;
	unsigned int i, attached_nr = 0;
	size_t len = 0;

	for (i = 0; (hook = ygr_attach_hook(i)); i++) {
		attached_nr += hook->state == YGR_HOOK_ATTACHED;
		if (hooks)
			len += scnprintf(hooks + len, room - len, "%s%s=%s", i ? " " : "",
					 hook->symbol, state_names[hook->state]);
	}
	ygr_sensor_tell_start(load_id, hooks ?: "");
	kfree(hooks);
	pr_info("version " YGR_VERSION ", %u of %u hooks attached\n", attached_nr, i);
}

static int __init yagura_init(void)
{
	u64 load_id = ktime_get_boot_fast_ns();
	int ret;

	ygr_compat_init();
	ygr_subject_init();
	ret = ygr_path_init();
	if (ret)
		return ret;
	ret = ygr_digest_init();
	if (ret)
		goto out_path;
	ret = ygr_process_init();
	if (ret)
		goto out_digest;
	ret = ygr_ring_init((unsigned long)ring_kib << 10);
	if (ret)
		goto out_process;
	ret = ygr_policy_init(require_signed_policy);
	if (ret)
		goto out_ring;
	ygr_attach_init(tables);
	ygr_adopt_run();
	ygr_timers_init(totals_ms, flush_ms);
	tell_start(load_id);
	/* Last: who opens it finds everything in place. */
	ret = ygr_device_init(load_id);
	if (ret)
		goto out_timers;
	return 0;

out_timers:
	ygr_timers_exit();
	ygr_attach_exit();
	ygr_policy_exit();
out_ring:
	ygr_ring_exit();
out_process:
	ygr_process_exit();
out_digest:
	ygr_digest_exit();
out_path:
	ygr_path_exit();
	return ret;
}

static void __exit yagura_exit(void)
{
	ygr_device_exit();
	ygr_timers_exit();
	ygr_attach_exit();
	ygr_policy_exit();
	ygr_ring_exit();
	ygr_process_exit();
	ygr_digest_exit();
	ygr_path_exit();
}

module_init(yagura_init);
module_exit(yagura_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Yagura, an EDR sensor at the LSM hook points");
MODULE_VERSION(YGR_VERSION);
