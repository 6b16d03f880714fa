// SPDX-License-Identifier: GPL-2.0-only
/* Events that change the system, another process, or what a process may do. */
#include <linux/prctl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>

#include "encode_parts.h"

static uint8_t *put_ids(uint8_t *at, const struct ygr_ids *ids)
{
	at = ygr_pack_array(at, 4);
	at = ygr_pack_u64(at, ids->real);
	at = ygr_pack_u64(at, ids->effective);
	at = ygr_pack_u64(at, ids->saved);
	return ygr_pack_u64(at, ids->fs);
}

/* The ids of a user, of a group. */
static uint8_t *put_ids_call(uint8_t *at, uint32_t call, bool is_group)
{
	static const char *const calls[][2] = {
		[YGR_IDS_SET] = { "setuid", "setgid" }, [YGR_IDS_RE] = { "setreuid", "setregid" },
		[YGR_IDS_RES] = { "setresuid", "setresgid" }, [YGR_IDS_FS] = { "setfsuid", "setfsgid" },
		[YGR_IDS_GROUPS] = { NULL, "setgroups" },
	};

	if (call >= NR(calls) || !calls[call][is_group])
		return ygr_pack_nil(at);
	return put_word(at, calls[call][is_group]);
}

/* As many as are told of them. */
static uint8_t *put_groups(uint8_t *at, const struct ygr_body_ids *body)
{
	uint32_t nr = body->new_group_nr < YGR_IDS_GROUPS_MAX ? body->new_group_nr : YGR_IDS_GROUPS_MAX;

	at = ygr_pack_u64(at, body->old_group_nr);
	at = ygr_pack_u64(at, body->new_group_nr);
	at = ygr_pack_array(at, nr);
	for (uint32_t i = 0; i < nr; i++)
		at = ygr_pack_u64(at, body->groups[i]);
	return at;
}

static uint8_t *put_setid(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_ids *body = &view->body.ids;
	bool is_group = view->head->type == YGR_EV_SETGID;

	at = put_ids_call(at, body->call, is_group);
	at = put_ids(at, &body->old);
	at = put_ids(at, &body->new);
	if (!is_group)
		return at;
	if (body->call == YGR_IDS_GROUPS)
		return put_groups(at, body);
	return ygr_pack_nil(ygr_pack_nil(ygr_pack_nil(at)));
}

/* As /proc/PID/status has them. */
static uint8_t *put_mask(uint8_t *at, uint64_t mask)
{
	char text[17];

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)mask);
	return put_word(at, text);
}

static uint8_t *put_caps(uint8_t *at, const struct ygr_caps *caps)
{
	at = ygr_pack_array(at, 3);
	at = put_mask(at, caps->effective);
	at = put_mask(at, caps->permitted);
	return put_mask(at, caps->inheritable);
}

/* One of @words, which may lack some; else nothing. */
static uint8_t *put_choice(uint8_t *at, const char *const *words, size_t nr, uint32_t index)
{
	return index < nr && words[index] ? put_word(at, words[index]) : ygr_pack_nil(at);
}

static uint8_t *put_code(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	static const char *const calls[] = {
		[YGR_CODE_FILE] = "file", [YGR_CODE_MEMORY] = "memory", [YGR_CODE_LOADED] = "loaded",
	};
	const struct ygr_body_code *body = &view->body.code;

	at = ygr_encode_file_id(encoder, at, &body->file);
	at = put_choice(at, calls, NR(calls), body->call);
	at = ygr_pack_nonzero(at, body->taints);
	at = put_string(at, &view->strings[YGR_STR_PATH]);
	return put_string(at, &view->strings[YGR_STR_NAME]);
}

/* By the numbers of bpf(2), which do not change. */
static uint8_t *put_bpf(uint8_t *at, const struct ygr_record_view *view)
{
	static const char *const calls[] = {
		[5] = "prog_load", [8] = "prog_attach", [9] = "prog_detach",
		[17] = "raw_tracepoint_open", [28] = "link_create", [29] = "link_update",
		[34] = "link_detach",
	};
	static const char *const types[] = {
		"unspec", "socket_filter", "kprobe", "sched_cls", "sched_act", "tracepoint", "xdp",
		"perf_event", "cgroup_skb", "cgroup_sock", "lwt_in", "lwt_out", "lwt_xmit", "sock_ops",
		"sk_skb", "cgroup_device", "sk_msg", "raw_tracepoint", "cgroup_sock_addr",
		"lwt_seg6local", "lirc_mode2", "sk_reuseport", "flow_dissector", "cgroup_sysctl",
		"raw_tracepoint_writable", "cgroup_sockopt", "tracing", "struct_ops", "ext", "lsm",
		"sk_lookup", "syscall", "netfilter",
	};
	const struct ygr_body_bpf *body = &view->body.bpf;
	bool loads = body->cmd == 5;

	at = put_choice(at, calls, NR(calls), body->cmd);
	at = put_choice(at, types, loads ? NR(types) : 0, body->prog_type);
	at = ygr_pack_u64(at, body->attach_type);
	at = ygr_pack_nonzero(at, body->insn_nr);
	at = ygr_pack_nonzero(at, body->prog_flags);
	at = ygr_pack_nonzero(at, body->attach_btf_id);
	return put_string(at, &view->strings[YGR_STR_NAME]);
}

static uint8_t *put_mount(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	static const char *const calls[] = {
		[YGR_MOUNT_MOUNT] = "mount", [YGR_MOUNT_FSCONFIG] = "fsconfig",
	};
	const struct ygr_body_mount *body = &view->body.mount;

	at = put_choice(at, calls, NR(calls), body->call);
	at = ygr_pack_nonzero(at, body->flags);
	at = body->dev_major || body->dev_minor ?
		ygr_encode_device(encoder, at, body->dev_major, body->dev_minor) : ygr_pack_nil(at);
	at = put_string(at, &view->strings[YGR_STR_SOURCE]);
	at = put_string(at, &view->strings[YGR_STR_FSTYPE]);
	at = put_string(at, &view->strings[YGR_STR_OPTIONS]);
	at = put_string(at, &view->strings[YGR_STR_PATH]);
	return put_string(at, &view->strings[YGR_STR_NEW_PATH]);
}

static uint8_t *put_target(uint8_t *at, const struct ygr_body_target *body)
{
	static const char *const calls[] = {
		[YGR_TARGET_ATTACH] = "attach", [YGR_TARGET_TRACEME] = "traceme",
		[YGR_TARGET_READ] = "read", [YGR_TARGET_VM_READ] = "process_vm_readv",
		[YGR_TARGET_VM_WRITE] = "process_vm_writev", [YGR_TARGET_SIGNAL] = "kill",
	};

	at = put_choice(at, calls, NR(calls), body->call);
	at = ygr_pack_nonzero(at, body->signal);
	at = ygr_pack_nonzero(at, body->mode);
	at = ygr_pack_array(at, 5);
	at = ygr_pack_u64(at, body->tgid);
	at = ygr_pack_u64(at, body->tid);
	at = ygr_pack_u64(at, body->start_ns);
	at = ygr_pack_u64(at, body->uid);
	return put_text(at, body->comm, strnlen(body->comm, sizeof(body->comm)));
}

static uint8_t *put_setting_call(uint8_t *at, uint32_t call)
{
	static const char *const calls[] = {
		[YGR_SETTING_CLOCK] = "clock", [YGR_SETTING_TIMEZONE] = "timezone",
		[YGR_SETTING_UNSHARE] = "unshare", [YGR_SETTING_CLONE] = "clone",
		[YGR_SETTING_SETNS] = "setns", [YGR_SETTING_KEY] = "key",
		[YGR_SETTING_PERSONALITY] = "personality", [YGR_SETTING_STRICT] = "strict",
		[YGR_SETTING_FILTER] = "filter",
	};
	static const struct { uint32_t option; const char *word; } options[] = {
		{ PR_SET_DUMPABLE, "set_dumpable" }, { PR_SET_KEEPCAPS, "set_keepcaps" },
		{ PR_SET_MM, "set_mm" }, { PR_SET_NO_NEW_PRIVS, "set_no_new_privs" },
		{ PR_SET_PTRACER, "set_ptracer" }, { PR_SET_SECUREBITS, "set_securebits" },
		{ PR_CAP_AMBIENT, "cap_ambient" },
	};

	for (size_t i = 0; i < NR(options); i++)
		if (call == YGR_SETTING_PRCTL + options[i].option)
			return put_word(at, options[i].word);
	return put_choice(at, calls, NR(calls), call);
}

/* As in /proc/PID/ns. */
static uint8_t *put_namespaces(uint8_t *at, uint64_t flags)
{
	static const struct { uint32_t flag; const char *word; } names[] = {
		{ CLONE_NEWNS, "mnt" }, { CLONE_NEWUTS, "uts" }, { CLONE_NEWIPC, "ipc" },
		{ CLONE_NEWUSER, "user" }, { CLONE_NEWPID, "pid" }, { CLONE_NEWNET, "net" },
		{ CLONE_NEWCGROUP, "cgroup" }, { CLONE_NEWTIME, "time" },
	};
	uint32_t nr = 0;

	for (size_t i = 0; i < NR(names); i++)
		nr += !!(flags & names[i].flag);
	if (!nr)
		return ygr_pack_nil(at);
	at = ygr_pack_array(at, nr);
	for (size_t i = 0; i < NR(names); i++)
		if (flags & names[i].flag)
			at = put_word(at, names[i].word);
	return at;
}

static bool has_values(uint16_t type)
{
	return type == YGR_EV_SETTIME || type == YGR_EV_PERSONALITY;
}

static uint8_t *put_setting(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_setting *body = &view->body.setting;
	uint16_t type = view->head->type;

	at = put_setting_call(at, body->call);
	at = has_values(type) ? ygr_pack_u64(at, body->old_value) : ygr_pack_nil(at);
	at = has_values(type) ? ygr_pack_u64(at, body->new_value) : ygr_pack_nonzero(at, body->new_value);
	at = put_namespaces(at, body->namespaces);
	at = body->kind[0] ? put_text(at, body->kind, strnlen(body->kind, sizeof(body->kind))) :
			     ygr_pack_nil(at);
	return put_string(at, &view->strings[YGR_STR_NAME]);
}

uint8_t *ygr_encode_system_values(struct ygr_encoder *encoder, uint8_t *at,
				  const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_SETUID ... YGR_EV_SETGID:
		return put_setid(at, view);
	case YGR_EV_CAPSET:
		return put_caps(put_caps(at, &view->body.caps.old), &view->body.caps.new);
	case YGR_EV_MODULE_LOAD ... YGR_EV_KEXEC:
		return put_code(encoder, at, view);
	case YGR_EV_BPF:
		return put_bpf(at, view);
	case YGR_EV_MOUNT ... YGR_EV_PIVOT_ROOT:
		return put_mount(encoder, at, view);
	case YGR_EV_PTRACE ... YGR_EV_SIGNAL:
		return put_target(at, &view->body.target);
	case YGR_EV_SETTIME ... YGR_EV_SECCOMP:
		return put_setting(at, view);
	}
	return at;
}
