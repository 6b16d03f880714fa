/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keys of events as numbers, so that who wants a field of each event compares
 * numbers rather than texts. A key that a batch defines once for many events is looked
 * up then (decode.c), and its number is in the value; any other when it is asked for.
 *
 * A key that is missing here works, at the speed of its text. Pure.
 */
#ifndef YGR_EVENT_KEY_H
#define YGR_EVENT_KEY_H

#include "event_value.h"

/* In the order of their bytes: they are found by halves. */
#define YGR_EVENT_KEYS(KEY) \
	KEY(access) \
	KEY(addr) \
	KEY(alpn) \
	KEY(ancestor_ids) \
	KEY(ancestors) \
	KEY(answer_nr) \
	KEY(answers) \
	KEY(argc) \
	KEY(argv) \
	KEY(attach_btf_id) \
	KEY(attach_type) \
	KEY(attached_nr) \
	KEY(attack) \
	KEY(backlog) \
	KEY(batch_nr) \
	KEY(begin_ns) \
	KEY(begin_time_ns) \
	KEY(boot_ns) \
	KEY(bytes_in) \
	KEY(bytes_out) \
	KEY(bytes_unsent) \
	KEY(call) \
	KEY(canonical) \
	KEY(capabilities) \
	KEY(cgroup) \
	KEY(cgroup_id) \
	KEY(child_pid) \
	KEY(child_start_ns) \
	KEY(class) \
	KEY(clone_flags) \
	KEY(coalesced) \
	KEY(comm) \
	KEY(container) \
	KEY(core_dumped) \
	KEY(cpu) \
	KEY(ctime_ns) \
	KEY(cut) \
	KEY(cwd) \
	KEY(data) \
	KEY(denial_nr) \
	KEY(denied_nr) \
	KEY(dev) \
	KEY(discarded) \
	KEY(dns) \
	KEY(dns_age_ms) \
	KEY(dns_canonical) \
	KEY(dns_expired) \
	KEY(dns_name) \
	KEY(dns_others) \
	KEY(dropped) \
	KEY(dropped_nr) \
	KEY(effective) \
	KEY(egid) \
	KEY(end_ns) \
	KEY(end_time_ns) \
	KEY(entry) \
	KEY(env) \
	KEY(envc) \
	KEY(euid) \
	KEY(euser) \
	KEY(exe) \
	KEY(exec_flags) \
	KEY(exit_code) \
	KEY(exit_signal) \
	KEY(family) \
	KEY(file) \
	KEY(file_capabilities) \
	KEY(filename) \
	KEY(first_batch_id) \
	KEY(first_ns) \
	KEY(flags) \
	KEY(fstype) \
	KEY(generation) \
	KEY(gid) \
	KEY(group) \
	KEY(groups) \
	KEY(hook_nr) \
	KEY(hooks) \
	KEY(host) \
	KEY(http) \
	KEY(id) \
	KEY(ino) \
	KEY(insn_nr) \
	KEY(interval_ns) \
	KEY(involuntary_switches) \
	KEY(ipc) \
	KEY(kind) \
	KEY(last_batch_id) \
	KEY(last_ns) \
	KEY(load_id) \
	KEY(local) \
	KEY(loginuid) \
	KEY(major_faults) \
	KEY(malformed) \
	KEY(maxrss_bytes) \
	KEY(message) \
	KEY(message_bytes) \
	KEY(method) \
	KEY(minor_faults) \
	KEY(mnt) \
	KEY(mode) \
	KEY(mount_flags) \
	KEY(mtime_ns) \
	KEY(name) \
	KEY(namespaces) \
	KEY(net) \
	KEY(net_ns) \
	KEY(new_caps) \
	KEY(new_generation) \
	KEY(new_gid) \
	KEY(new_group_nr) \
	KEY(new_ids) \
	KEY(new_path) \
	KEY(new_uid) \
	KEY(new_value) \
	KEY(ns) \
	KEY(offset_ns) \
	KEY(old_caps) \
	KEY(old_generation) \
	KEY(old_group_nr) \
	KEY(old_ids) \
	KEY(old_size) \
	KEY(old_tid) \
	KEY(old_value) \
	KEY(op) \
	KEY(open_flags) \
	KEY(opened_ns) \
	KEY(opener) \
	KEY(options) \
	KEY(owner_pid) \
	KEY(owner_start_ns) \
	KEY(packets_in) \
	KEY(packets_out) \
	KEY(parent) \
	KEY(partial) \
	KEY(path) \
	KEY(peer_pid) \
	KEY(peer_start_ns) \
	KEY(peer_uid) \
	KEY(pid) \
	KEY(pod) \
	KEY(port) \
	KEY(ppid) \
	KEY(previous_load_id) \
	KEY(process_nr) \
	KEY(produced) \
	KEY(produced_nr) \
	KEY(prog_flags) \
	KEY(prog_type) \
	KEY(protocol) \
	KEY(query) \
	KEY(query_bytes) \
	KEY(question) \
	KEY(raw) \
	KEY(rcode) \
	KEY(rdev) \
	KEY(read_bytes) \
	KEY(reader) \
	KEY(rebooted) \
	KEY(remote) \
	KEY(repeat_nr) \
	KEY(retransmits) \
	KEY(rule) \
	KEY(rule_id) \
	KEY(rule_nr) \
	KEY(runtime) \
	KEY(scope) \
	KEY(scope_id) \
	KEY(script) \
	KEY(script_file) \
	KEY(seconds) \
	KEY(sent_bytes) \
	KEY(seq) \
	KEY(sessionid) \
	KEY(severity) \
	KEY(sha256) \
	KEY(signal) \
	KEY(size) \
	KEY(slept_ns) \
	KEY(sni) \
	KEY(sock_type) \
	KEY(socket_cookie) \
	KEY(socket_ino) \
	KEY(source) \
	KEY(start_ns) \
	KEY(status) \
	KEY(step_ns) \
	KEY(stime_ns) \
	KEY(submitter) \
	KEY(suppressed) \
	KEY(tags) \
	KEY(taints) \
	KEY(target) \
	KEY(tid) \
	KEY(time_ns) \
	KEY(tls) \
	KEY(truncated) \
	KEY(ttl) \
	KEY(tty) \
	KEY(tty_dev) \
	KEY(type) \
	KEY(uid) \
	KEY(unix_path) \
	KEY(user) \
	KEY(utime_ns) \
	KEY(uts) \
	KEY(verdict) \
	KEY(verity) \
	KEY(version) \
	KEY(voluntary_switches) \
	KEY(write_bytes) \
	KEY(written_bytes) \
	KEY(xattr)

enum ygr_event_key {
	YGR_KEY_NONE,		/* nobody has looked */
	YGR_KEY_OTHER,		/* none of these */
#define KEY(name)	YGR_KEY_##name,
	YGR_EVENT_KEYS(KEY)
#undef KEY
	YGR_KEY_NR,
};

/* Return: its number, or OTHER. */
enum ygr_event_key ygr_event_key_find(const char *name, size_t len);

/* "name": as JSON has it, with quotes and colon; @key is neither NONE nor OTHER. */
const char *ygr_event_key_json(enum ygr_event_key key, size_t *len);

/* The number of a key within a map. */
static inline enum ygr_event_key ygr_event_key_of(const struct ygr_event_value *key)
{
	if (key->key)
		return (enum ygr_event_key)key->key;
	if (key->kind != YGR_EVENT_TEXT && key->kind != YGR_EVENT_BYTES)
		return YGR_KEY_OTHER;
	return ygr_event_key_find(key->bytes, key->nr);
}

/* The value of the first such key in @map, a map; NULL: it has none. */
static inline const struct ygr_event_value *ygr_event_key_get(const struct ygr_event_value *map,
							      enum ygr_event_key key)
{
	const struct ygr_event_value *at = map->items, *end = at + 2 * (size_t)map->nr;

	for (; at < end; at += 2)
		if (ygr_event_key_of(at) == key)
			return at + 1;
	return NULL;
}

#endif
