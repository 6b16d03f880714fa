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
	KEY(access) KEY(addr) KEY(ancestors) KEY(argc) KEY(argv) KEY(attack) KEY(backlog) \
	KEY(batch_nr) KEY(begin_ns) KEY(boot_ns) KEY(cgroup) KEY(cgroup_id) KEY(child_pid) \
	KEY(child_start_ns) KEY(class) KEY(comm) KEY(container) KEY(cpu) KEY(ctime_ns) \
	KEY(cwd) KEY(denial_nr) KEY(dev) KEY(discarded) KEY(dropped) KEY(egid) KEY(end_ns) \
	KEY(envc) KEY(euid) KEY(euser) KEY(exe) KEY(family) KEY(file) KEY(filename) \
	KEY(first_batch_id) KEY(first_ns) KEY(flags) KEY(generation) KEY(gid) KEY(group) \
	KEY(hooks) KEY(id) KEY(ino) KEY(ipc) KEY(last_batch_id) KEY(last_ns) KEY(load_id) \
	KEY(local) KEY(loginuid) KEY(message) KEY(mnt) KEY(mode) KEY(mtime_ns) KEY(net) \
	KEY(new_generation) KEY(new_gid) KEY(new_path) KEY(new_uid) KEY(ns) \
	KEY(old_generation) KEY(old_tid) KEY(op) KEY(open_flags) KEY(parent) KEY(path) \
	KEY(pid) KEY(pod) KEY(port) KEY(ppid) KEY(produced) KEY(protocol) KEY(remote) \
	KEY(rule) KEY(rule_id) KEY(rule_nr) KEY(runtime) KEY(scope_id) KEY(seconds) KEY(seq) \
	KEY(sessionid) KEY(severity) KEY(sha256) KEY(size) KEY(sock_type) KEY(socket_ino) \
	KEY(start_ns) KEY(status) KEY(stime_ns) KEY(tags) KEY(tid) KEY(time_ns) KEY(truncated) \
	KEY(type) KEY(uid) KEY(unix_path) KEY(user) KEY(utime_ns) KEY(uts) KEY(verdict) \
	KEY(verity) KEY(xattr)

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
