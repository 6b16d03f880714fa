// SPDX-License-Identifier: GPL-2.0-only
/* Code for the kernel: modules, BPF programs, another kernel. */
#include <linux/bpf.h>
#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/string.h>
#include <trace/events/module.h>

#include "file_id.h"
#include "hooks.h"
#include "pipeline.h"

static void init_code(struct ygr_event *event, u16 type, enum ygr_on on)
{
	ygr_event_init(event, type, YGR_CLASS_PRIVILEGE, on);
}

/* Returns, as do all judge_*() here, what the hook must: 0 or -errno. */
static noinline int judge_file(u16 type, enum ygr_on on, const struct file *file)
{
	struct ygr_body_code body = { .call = YGR_CODE_FILE };
	struct ygr_event event __uninitialized;

	init_code(&event, type, on);
	event.inode = file_inode(file);
	ygr_event_add_path(&event, &file->f_path, NULL);
	ygr_file_id_fill(&body.file, event.inode);
	return ygr_pipeline_run(&event, &body, sizeof(body));
}

static noinline int judge_memory(u16 type, enum ygr_on on)
{
	const struct ygr_body_code body = { .call = YGR_CODE_MEMORY };
	struct ygr_event event __uninitialized;

	init_code(&event, type, on);
	return ygr_pipeline_run(&event, &body, sizeof(body));
}

/* A module is in the kernel: its name, which nobody knew before it was read. */
static void tell_module(u16 type, enum ygr_on on, const struct module *module, u32 call)
{
	const struct ygr_body_code body = { .call = call, .taints = module->taints };
	struct ygr_event_strings strings __uninitialized;
	struct ygr_event event __uninitialized;

	if (ygr_pipeline_skips(on))
		return;
	init_code(&event, type, on);
	event.settled = true;
	preempt_disable_notrace();
	if (ygr_pipeline_judge(&event)) {
		strings.nr = 0;
		ygr_event_add_whole(&strings, YGR_STR_NAME, module->name,
				    strnlen(module->name, sizeof(module->name)));
		ygr_pipeline_record(&event, &body, sizeof(body), &strings);
	}
	preempt_enable_notrace();
}

static bool is_about_programs(int cmd)
{
	switch (cmd) {
	case BPF_PROG_LOAD:
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
	case BPF_RAW_TRACEPOINT_OPEN:
	case BPF_LINK_CREATE:
	case BPF_LINK_UPDATE:
	case BPF_LINK_DETACH:
		return true;
	default:
		return false;
	}
}

static void fill_bpf(struct ygr_body_bpf *body, const union bpf_attr *attr)
{
	switch (body->cmd) {
	case BPF_PROG_LOAD:
		body->prog_type = attr->prog_type;
		body->attach_type = attr->expected_attach_type;
		body->insn_nr = attr->insn_cnt;
		body->prog_flags = attr->prog_flags;
		body->attach_btf_id = attr->attach_btf_id;
		break;
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
		body->attach_type = attr->attach_type;
		break;
	case BPF_LINK_CREATE:
		body->attach_type = attr->link_create.attach_type;
		break;
	}
}

/* The kernel has made a copy of what it was given, with zeroes behind it. */
static noinline int judge_bpf(int cmd, const union bpf_attr *attr)
{
	struct ygr_event_strings strings __uninitialized;
	struct ygr_body_bpf body = { .cmd = cmd };
	struct ygr_event event __uninitialized;

	fill_bpf(&body, attr);
	init_code(&event, YGR_EV_BPF, YGR_ON_BPF);
	preempt_disable_notrace();
	if (ygr_pipeline_judge(&event)) {
		strings.nr = 0;
		if (cmd == BPF_PROG_LOAD && attr->prog_name[0])
			ygr_event_add_whole(&strings, YGR_STR_NAME, attr->prog_name,
					    strnlen(attr->prog_name, sizeof(attr->prog_name)));
		ygr_pipeline_record(&event, &body, sizeof(body), &strings);
	}
	preempt_enable_notrace();
	return ygr_event_error(&event);
}

static void notrace on_read_file(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct file *file = ygr_attach_arg(fregs, 0);
	enum kernel_read_file_id id = ygr_attach_number(fregs, 1);

	if (!file)
		return;
	if (ygr_compat_reads_module(id) && !ygr_pipeline_skips(YGR_ON_MODULE_LOAD))
		ygr_attach_answer(fregs, judge_file(YGR_EV_MODULE_LOAD, YGR_ON_MODULE_LOAD, file));
	else if (id == READING_KEXEC_IMAGE && !ygr_pipeline_skips(YGR_ON_KEXEC))
		ygr_attach_answer(fregs, judge_file(YGR_EV_KEXEC, YGR_ON_KEXEC, file));
}

static void notrace on_load_data(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	enum kernel_load_data_id id = ygr_attach_number(fregs, 0);

	if (id == LOADING_MODULE && !ygr_pipeline_skips(YGR_ON_MODULE_LOAD))
		ygr_attach_answer(fregs, judge_memory(YGR_EV_MODULE_LOAD, YGR_ON_MODULE_LOAD));
	else if (id == LOADING_KEXEC_IMAGE && !ygr_pipeline_skips(YGR_ON_KEXEC))
		ygr_attach_answer(fregs, judge_memory(YGR_EV_KEXEC, YGR_ON_KEXEC));
}

static void notrace on_bpf(unsigned long ip, unsigned long parent_ip,
			   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	int cmd = ygr_attach_number(fregs, 0);

	if (is_about_programs(cmd) && !ygr_pipeline_skips(YGR_ON_BPF))
		ygr_attach_answer(fregs, judge_bpf(cmd, ygr_attach_arg(fregs, 1)));
}

static void on_module_load(void *data, struct module *module)
{
	tell_module(YGR_EV_MODULE_LOAD, YGR_ON_MODULE_LOAD, module, YGR_CODE_LOADED);
}

static void on_module_free(void *data, struct module *module)
{
	tell_module(YGR_EV_MODULE_UNLOAD, YGR_ON_MODULE_UNLOAD, module, 0);
}

static struct ygr_hook hooks[] = {
	YGR_HOOK_FUNCTION(security_kernel_read_file, on_read_file),
	YGR_HOOK_FUNCTION(security_kernel_load_data, on_load_data),
	YGR_HOOK_FUNCTION(security_bpf, on_bpf),
	YGR_HOOK_TRACEPOINT(module_load, on_module_load),
	YGR_HOOK_TRACEPOINT(module_free, on_module_free),
};

const struct ygr_hook_table ygr_hook_kernel_table = { hooks, ARRAY_SIZE(hooks) };
