// SPDX-License-Identifier: GPL-2.0-only
/* The order of things: init, and its exact mirror. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <generated/utsrelease.h>

#include <yagura/ygr_abi.h>
#include <ygr_version.h>

#include "adopt.h"
#include "argv.h"
#include "attach.h"
#include "context.h"
#include "destination.h"
#include "device.h"
#include "digest.h"
#include "directory.h"
#include "dns.h"
#include "flow.h"
#include "heartbeat.h"
#include "hooks.h"
#include "noise.h"
#include "path.h"
#include "policy.h"
#include "process.h"
#include "ring.h"
#include "roll_call.h"
#include "sensor.h"
#include "stream.h"
#include "subject.h"
#include "timers.h"
#include "verdict.h"
#include "writer.h"

static unsigned int ring_kib = 1024;
module_param(ring_kib, uint, 0444);
MODULE_PARM_DESC(ring_kib, "KiB of each CPU's ring, a power of two, 64 to 65536 (default 1024)");

static unsigned int argv_kib = 32;
module_param(argv_kib, uint, 0444);
MODULE_PARM_DESC(argv_kib, "KiB of a program's arguments that are told, 4 to 64, at most an eighth of ring_kib (default 32)");

static char *env = "LD_*,GLIBC_TUNABLES,GCONV_PATH,BASH_ENV,ENV,PROMPT_COMMAND,HISTFILE,PYTHONPATH,PYTHONHOME,"
		   "PYTHONSTARTUP,PERL5LIB,PERL5OPT,RUBYLIB,RUBYOPT,NODE_OPTIONS,NODE_PATH,JAVA_TOOL_OPTIONS";
module_param(env, charp, 0444);
MODULE_PARM_DESC(env, "environment variables that are told of a program, with commas between them, * for any end (default: those that bring in code)");

static unsigned int totals_ms = 10000;
module_param(totals_ms, uint, 0444);
MODULE_PARM_DESC(totals_ms, "ms between accounting records (default 10000)");

static unsigned int flush_ms = 100;
module_param(flush_ms, uint, 0444);
MODULE_PARM_DESC(flush_ms, "ms that a record waits for the reader at most (default 100)");

static unsigned int heartbeat_ms = 60000;
module_param(heartbeat_ms, uint, 0444);
MODULE_PARM_DESC(heartbeat_ms, "ms between heartbeats, 0: none (default 60000)");

static bool measure;
module_param(measure, bool, 0444);
MODULE_PARM_DESC(measure, "count what each hook costs, and tell it in heartbeats (default N)");
static bool tell_running = true;
module_param(tell_running, bool, 0444);
MODULE_PARM_DESC(tell_running, "tell the first reader of the processes that ran before the module (default Y)");

static bool require_signed_policy;
module_param(require_signed_policy, bool, 0444);
MODULE_PARM_DESC(require_signed_policy, "take only policies with a trusted signature (default N)");

static bool dns = true;
module_param(dns, bool, 0444);
MODULE_PARM_DESC(dns, "see answers of name servers (default Y)");

static unsigned int stream_bytes = 512;
module_param(stream_bytes, uint, 0444);
MODULE_PARM_DESC(stream_bytes, "first bytes of a TLS or HTTP connection that are copied, 0 to 1024 (default 512)");

static int get_flow_failed(char *buffer, const struct kernel_param *param)
{
	return scnprintf(buffer, PAGE_SIZE, "%llu\n", ygr_flow_failed_nr());
}

static const struct kernel_param_ops flow_failed_ops = { .get = get_flow_failed };

module_param_cb(flow_failed, &flow_failed_ops, NULL, 0444);
MODULE_PARM_DESC(flow_failed, "sockets since load that could not be kept (read only)");

static unsigned int coalesce_ms = 1000;
module_param(coalesce_ms, uint, 0444);
MODULE_PARM_DESC(coalesce_ms, "ms within which repeats are merged where no policy says it, 0: never (default 1000)");

static unsigned int process_budget = 20000;
module_param(process_budget, uint, 0444);
MODULE_PARM_DESC(process_budget, "events of a process recorded in a second on a CPU where no policy says it, 0: any (default 20000)");

static unsigned int cgroup_budget = 100000;
module_param(cgroup_budget, uint, 0444);
MODULE_PARM_DESC(cgroup_budget, "the same of a cgroup (default 100000)");

static bool enforce_on_unknown_kernel;
module_param(enforce_on_unknown_kernel, bool, 0444);
MODULE_PARM_DESC(enforce_on_unknown_kernel, "deny on a kernel of no known series, too (default N)");

static bool observe_only;
module_param(observe_only, bool, 0444);
MODULE_PARM_DESC(observe_only, "deny nothing: a denial is recorded as one that would have been (default N)");

static bool disable;
module_param(disable, bool, 0444);
MODULE_PARM_DESC(disable, "attach no hook: the module is there and sees nothing (default N)");

/* First those that tell of processes, which the others judge. */
static const struct ygr_hook_table * const tables[] = {
	&ygr_hook_process_table,
	&ygr_hook_exec_table,
	&ygr_hook_open_table,
	&ygr_hook_file_table,
	&ygr_hook_close_table,
	&ygr_hook_memory_table,
	&ygr_hook_flow_table,
	&ygr_hook_socket_table,
	&ygr_hook_privilege_table,
	&ygr_hook_target_table,
	&ygr_hook_mount_table,
	&ygr_hook_kernel_table,
	&ygr_hook_setting_table,
	NULL,
};

static const char * const state_names[] = {
	[YGR_HOOK_ATTACHED]	= "attached",
	[YGR_HOOK_MISSING]	= "missing",
	[YGR_HOOK_BUSY]		= "busy",
	[YGR_HOOK_FAILED]	= "failed",
	[YGR_HOOK_STOPPED]	= "stopped",
	[YGR_HOOK_DISABLED]	= "disabled",
	[YGR_HOOK_MISMATCHED]	= "mismatched",
};

static u32 start_flags(void)
{
	u32 flags = 0;

	if (ygr_verdict_observes())
		flags |= YGR_START_OBSERVES;
	if (ygr_verdict_is_told())
		flags |= YGR_START_TOLD;
	if (disable)
		flags |= YGR_START_DISABLED;
	return flags;
}

/* Tells that the sensor is up, and what of it is not. */
static void tell_start(u64 load_id)
{
	const size_t room = 4096;
	char *hooks = kzalloc(room, GFP_KERNEL);
	const struct ygr_hook *hook;
	size_t len = 0;
	unsigned int i;

	for (i = 0; hooks && (hook = ygr_attach_hook(i)); i++)
		len += scnprintf(hooks + len, room - len, "%s%s=%s", i ? " " : "",
				 hook->symbol, state_names[hook->state]);
	ygr_sensor_tell_start(load_id, start_flags(), hooks ?: "");
	kfree(hooks);
	if (disable)
		pr_warn("disabled by parameter: nothing is seen and nothing is denied\n");
	if (ygr_verdict_is_told())
		pr_warn("told by parameter to observe only: nothing is denied\n");
	else if (ygr_verdict_observes())
		pr_warn("kernel " UTS_RELEASE " is of no known series: nothing is denied, unless loaded with enforce_on_unknown_kernel=1\n");
	pr_info("version " YGR_VERSION ", %u of %u hooks attached\n", ygr_attach_attached_nr(),
		ygr_attach_hook_nr());
}

static int __init yagura_init(void)
{
	u64 load_id;
	int ret;

	ygr_compat_init();
	ygr_verdict_init(observe_only, enforce_on_unknown_kernel);
	ygr_subject_init();
	ret = ygr_path_init();
	if (ret)
		return ret;
	ret = ygr_context_init();
	if (ret)
		goto out_path;
	ret = ygr_directory_init();
	if (ret)
		goto out_context;
	ret = ygr_digest_init();
	if (ret)
		goto out_directory;
	ret = ygr_writer_init();
	if (ret)
		goto out_digest;
	ret = ygr_process_init();
	if (ret)
		goto out_writer;
	ret = ygr_ring_init((unsigned long)ring_kib << 10);
	if (ret)
		goto out_process;
	ret = ygr_noise_init(coalesce_ms, process_budget, cgroup_budget);
	if (ret)
		goto out_ring;
	ret = ygr_argv_init(argv_kib, ygr_ring_bytes(), env);
	if (ret)
		goto out_noise;
	ret = ygr_policy_init(require_signed_policy);
	if (ret)
		goto out_argv;
	ret = ygr_flow_init();
	if (ret)
		goto out_policy;
	ret = ygr_stream_init(stream_bytes);
	if (ret)
		goto out_flow;
	if (disable) {
		ygr_attach_disable(tables);
	} else {
		ygr_destination_init();
		ygr_attach_init(tables, measure);
		ygr_hook_flow_begin();
		ygr_adopt_run();
	}
	ygr_dns_init(dns && !disable);
	ygr_roll_call_init(tell_running && !disable);
	ygr_timers_init(totals_ms, flush_ms);
	/* From here on all is seen: an outage that is told ends with it, and not while hooks are attached. */
	load_id = ktime_get_boot_fast_ns();
	tell_start(load_id);
	ygr_heartbeat_init(load_id, heartbeat_ms);
	/* Last: who opens it finds everything in place. */
	ret = ygr_device_init(load_id);
	if (ret)
		goto out_timers;
	return 0;

out_timers:
	ygr_heartbeat_exit();
	ygr_timers_exit();
	ygr_roll_call_exit();
	ygr_dns_exit();
	ygr_attach_exit();
	ygr_stream_exit();
out_flow:
	ygr_flow_exit();
out_policy:
	ygr_policy_exit();
out_argv:
	ygr_argv_exit();
out_noise:
	ygr_noise_exit();
out_ring:
	ygr_ring_exit();
out_process:
	ygr_process_exit();
out_writer:
	ygr_writer_exit();
out_digest:
	ygr_digest_exit();
out_directory:
	ygr_directory_exit();
out_context:
	ygr_context_exit();
out_path:
	ygr_path_exit();
	return ret;
}

static void __exit yagura_exit(void)
{
	ygr_device_exit();
	ygr_heartbeat_exit();
	ygr_timers_exit();
	ygr_roll_call_exit();
	ygr_dns_exit();
	ygr_attach_exit();
	ygr_stream_exit();
	ygr_flow_exit();
	ygr_policy_exit();
	ygr_argv_exit();
	ygr_noise_exit();
	ygr_ring_exit();
	ygr_process_exit();
	ygr_writer_exit();
	ygr_digest_exit();
	ygr_directory_exit();
	ygr_context_exit();
	ygr_path_exit();
}

module_init(yagura_init);
module_exit(yagura_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Yagura, an EDR sensor at the LSM hook points");
MODULE_VERSION(YGR_VERSION);
/* For who is to load it: yagura-upgrade(8). */
MODULE_INFO(abi, __stringify(YGR_ABI_VERSION));
