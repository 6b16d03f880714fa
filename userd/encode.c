// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "encode.h"
#include "event_name.h"

/*
 * A map whose size is known only at its end: it is opened as map 16 with the
 * count left open, and the count is patched in when it is closed.
 */
struct map {
	msgpack_sbuffer *out;
	msgpack_packer	pk;
	size_t		count_off;
	uint16_t	count;
	bool		failed;		/* out of memory: the caller takes it all back */
};

static void put_raw(struct map *map, const void *bytes, size_t len)
{
	if (!map->failed && msgpack_sbuffer_write(map->out, bytes, len))
		map->failed = true;
}

static void map_open(struct map *map, msgpack_sbuffer *out)
{
	static const char head[3] = { (char)0xde, 0, 0 };

	map->out = out;
	map->count = 0;
	map->failed = false;
	map->count_off = out->size + 1;
	msgpack_packer_init(&map->pk, out, msgpack_sbuffer_write);
	put_raw(map, head, sizeof(head));
}

static void map_close(struct map *map)
{
	if (map->failed)
		return;
	map->out->data[map->count_off] = (char)(map->count >> 8);
	map->out->data[map->count_off + 1] = (char)map->count;
}

static void note(struct map *map, int ret)
{
	if (ret)
		map->failed = true;
}

static void put_text(struct map *map, const char *text, size_t len)
{
	note(map, msgpack_pack_str(&map->pk, len));
	put_raw(map, text, len);
}

static void put_bytes(struct map *map, const char *bytes, size_t len)
{
	if (ygr_encode_is_utf8(bytes, len)) {
		put_text(map, bytes, len);
		return;
	}
	note(map, msgpack_pack_bin(&map->pk, len));
	put_raw(map, bytes, len);
}

static void put_key(struct map *map, const char *key)
{
	put_text(map, key, strlen(key));
	map->count++;
}

static void add_u64(struct map *map, const char *key, uint64_t value)
{
	put_key(map, key);
	note(map, msgpack_pack_uint64(&map->pk, value));
}

static void add_nonzero(struct map *map, const char *key, uint64_t value)
{
	if (value)
		add_u64(map, key, value);
}

static void add_text(struct map *map, const char *key, const char *text)
{
	put_key(map, key);
	put_text(map, text, strlen(text));
}

static void add_bytes(struct map *map, const char *key, const char *bytes, size_t len)
{
	put_key(map, key);
	put_bytes(map, bytes, len);
}

/* A map within: nothing may be added to the outer one until it is closed. */
static void add_map(struct map *map, const char *key, struct map *inner)
{
	put_key(map, key);
	map_open(inner, map->out);
}

static void close_inner(struct map *map, struct map *inner)
{
	map_close(inner);
	if (inner->failed)
		map->failed = true;
}

struct bit_name {
	uint32_t bit;
	const char *name;
};

static void add_bits(struct map *map, const char *key, uint32_t bits,
		     const struct bit_name *names, size_t nr)
{
	uint32_t known = 0;

	for (size_t i = 0; i < nr; i++)
		known += (bits & names[i].bit) != 0;
	if (!known)
		return;
	put_key(map, key);
	note(map, msgpack_pack_array(&map->pk, known));
	for (size_t i = 0; i < nr; i++)
		if (bits & names[i].bit)
			put_text(map, names[i].name, strlen(names[i].name));
}

/* ---- UTF-8 ---------------------------------------------------------------- */

static const uint8_t *skip_tail(const uint8_t *at, const uint8_t *end, int nr, uint8_t low, uint8_t high)
{
	if (end - at < nr || at[0] < low || at[0] > high)
		return NULL;
	for (int i = 1; i < nr; i++)
		if ((at[i] & 0xc0) != 0x80)
			return NULL;
	return at + nr;
}

/* The table of RFC 3629 section 4: only the byte after the first has odd limits. */
static const uint8_t *skip_sequence(const uint8_t *at, const uint8_t *end)
{
	uint8_t first = *at++;

	if (first < 0x80)
		return at;
	if (first >= 0xc2 && first <= 0xdf)
		return skip_tail(at, end, 1, 0x80, 0xbf);
	if (first >= 0xe0 && first <= 0xef)
		return skip_tail(at, end, 2, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
	if (first >= 0xf0 && first <= 0xf4)
		return skip_tail(at, end, 3, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
	return NULL;
}

bool ygr_encode_is_utf8(const char *bytes, size_t len)
{
	const uint8_t *at = (const uint8_t *)bytes, *end = at + len;

	while (at && at < end)
		at = skip_sequence(at, end);
	return at != NULL;
}

/* ---- the common head ------------------------------------------------------ */

static void add_ns(struct map *map, const struct ygr_record *head)
{
	struct map ns;

	if (!(head->mnt_ns | head->pid_ns | head->net_ns | head->user_ns | head->uts_ns |
	      head->ipc_ns | head->cgroup_ns))
		return;
	add_map(map, "ns", &ns);
	add_nonzero(&ns, "mnt", head->mnt_ns);
	add_nonzero(&ns, "pid", head->pid_ns);
	add_nonzero(&ns, "net", head->net_ns);
	add_nonzero(&ns, "user", head->user_ns);
	add_nonzero(&ns, "uts", head->uts_ns);
	add_nonzero(&ns, "ipc", head->ipc_ns);
	add_nonzero(&ns, "cgroup", head->cgroup_ns);
	close_inner(map, &ns);
}

static void add_subject(struct map *map, const struct ygr_record *head)
{
	add_u64(map, "pid", head->tgid);
	add_u64(map, "tid", head->tid);
	add_u64(map, "ppid", head->ppid);
	add_u64(map, "start_ns", head->start_ns);
	add_u64(map, "uid", head->uid);
	add_u64(map, "gid", head->gid);
	add_u64(map, "euid", head->euid);
	add_u64(map, "egid", head->egid);
	if (head->loginuid != ~0u)
		add_u64(map, "loginuid", head->loginuid);
	if (head->sessionid != ~0u)
		add_u64(map, "sessionid", head->sessionid);
	add_nonzero(map, "cgroup_id", head->cgroup_id);
	add_bytes(map, "comm", head->comm, strnlen(head->comm, YGR_COMM_BYTES));
	add_ns(map, head);
}

static void add_head(struct map *map, const struct ygr_record *head, uint32_t cpu, int64_t offset_ns)
{
	static const struct bit_name flags[] = {
		{ YGR_F_KTHREAD, "kthread" },
		{ YGR_F_IO_WORKER, "io_worker" },
		{ YGR_F_MEMFD, "memfd" },
		{ YGR_F_UNLINKED, "unlinked" },
		{ YGR_F_TRUNCATED, "truncated" },
		{ YGR_F_NO_PATH, "no_path" },
		{ YGR_F_SCRIPT, "script" },
		{ YGR_F_COMPAT, "compat" },
	};
	char room[YGR_EVENT_NAME_BYTES];

	add_text(map, "type", ygr_event_name_type(head->type, room));
	add_u64(map, "time_ns", head->time_ns + (uint64_t)offset_ns);
	add_u64(map, "boot_ns", head->time_ns);
	add_u64(map, "cpu", cpu);
	add_u64(map, "seq", head->seq);
	add_text(map, "class", ygr_event_name_class(head->class, room));
	if (head->verdict != YGR_VERDICT_ALLOW)
		add_text(map, "verdict", ygr_event_name_verdict(head->verdict, room));
	add_subject(map, head);
	add_bits(map, "flags", head->flags, flags, sizeof(flags) / sizeof(flags[0]));
	add_nonzero(map, "rule_id", head->rule_id);
	add_nonzero(map, "generation", head->generation);
}

/* ---- bodies --------------------------------------------------------------- */

static void add_file(struct map *map, const struct ygr_file_id *id)
{
	struct map file;
	char dev[24];

	if (!id->ino && !id->dev_major && !id->dev_minor)
		return;
	add_map(map, "file", &file);
	add_u64(&file, "ino", id->ino);
	snprintf(dev, sizeof(dev), "%u:%u", id->dev_major, id->dev_minor);
	add_text(&file, "dev", dev);
	add_nonzero(&file, "generation", id->ino_generation);
	add_u64(&file, "mode", id->mode);
	add_u64(&file, "uid", id->uid);
	add_u64(&file, "gid", id->gid);
	add_u64(&file, "size", id->size);
	add_nonzero(&file, "mtime_ns", id->mtime_ns);
	add_nonzero(&file, "ctime_ns", id->ctime_ns);
	close_inner(map, &file);
}

static void add_exec(struct map *map, const struct ygr_body_exec *body)
{
	add_file(map, &body->file);
	add_u64(map, "argc", body->argc);
	add_u64(map, "envc", body->envc);
	add_nonzero(map, "old_tid", body->old_tid);
}

static void add_fork(struct map *map, const struct ygr_body_fork *body)
{
	add_u64(map, "child_pid", body->child_tgid);
	add_u64(map, "child_start_ns", body->child_start_ns);
}

static void add_exit(struct map *map, const struct ygr_body_exit *body)
{
	add_u64(map, "status", body->status);
	add_u64(map, "utime_ns", body->utime_ns);
	add_u64(map, "stime_ns", body->stime_ns);
}

static void add_file_event(struct map *map, const struct ygr_body_file *body)
{
	static const struct bit_name access[] = {
		{ YGR_ACCESS_READ, "read" },
		{ YGR_ACCESS_WRITE, "write" },
		{ YGR_ACCESS_CREATED, "created" },
		{ YGR_ACCESS_EXEC, "exec" },
	};

	add_file(map, &body->file);
	add_bits(map, "access", body->access, access, sizeof(access) / sizeof(access[0]));
	add_nonzero(map, "open_flags", body->open_flags);
}

static void add_address(struct map *map, const char *key, const struct ygr_address *address)
{
	char text[INET6_ADDRSTRLEN];
	struct map inner;

	if (address->family != AF_INET && address->family != AF_INET6)
		return;
	inet_ntop(address->family, address->addr, text, sizeof(text));
	add_map(map, key, &inner);
	add_text(&inner, "addr", text);
	add_u64(&inner, "port", address->port);
	add_nonzero(&inner, "scope_id", address->scope_id);
	close_inner(map, &inner);
}

static void add_socket(struct map *map, const struct ygr_body_socket *body)
{
	char room[YGR_EVENT_NAME_BYTES];

	add_text(map, "family", ygr_event_name_family(body->family, room));
	add_nonzero(map, "sock_type", body->type);
	add_nonzero(map, "protocol", body->protocol);
	add_nonzero(map, "backlog", body->backlog);
	add_nonzero(map, "socket_ino", body->socket_ino);
	add_address(map, "local", &body->local);
	add_address(map, "remote", &body->remote);
}

static void add_policy(struct map *map, const struct ygr_body_policy *body)
{
	if (body->op == YGR_POLICY_OP_LOAD)
		add_text(map, "op", "load");
	else if (body->op == YGR_POLICY_OP_CLEAR)
		add_text(map, "op", "clear");
	add_u64(map, "old_generation", body->old_generation);
	add_u64(map, "new_generation", body->new_generation);
	add_u64(map, "rule_nr", body->rule_nr);
}

/* Classes with nothing are left out; a map with no entry still says "none". */
static void add_by_class(struct map *map, const char *key, const __u64 counts[YGR_CLASS_MAX])
{
	struct map inner;

	add_map(map, key, &inner);
	for (uint8_t class = 0; class < YGR_CLASS_MAX; class++) {
		char room[YGR_EVENT_NAME_BYTES];

		add_nonzero(&inner, ygr_event_name_class(class, room), counts[class]);
	}
	close_inner(map, &inner);
}

static void add_gap(struct map *map, const struct ygr_body_gap *body)
{
	add_u64(map, "first_ns", body->first_ns);
	add_u64(map, "last_ns", body->last_ns);
	add_by_class(map, "dropped", body->dropped);
}

static void add_totals(struct map *map, const struct ygr_body_totals *body)
{
	add_u64(map, "begin_ns", body->begin_ns);
	add_u64(map, "end_ns", body->end_ns);
	add_by_class(map, "produced", body->produced);
	add_by_class(map, "dropped", body->dropped);
}

static void add_body(struct map *map, const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_EXEC_CHECK:
	case YGR_EV_EXEC:
		add_exec(map, &view->body.exec);
		break;
	case YGR_EV_FORK:
		add_fork(map, &view->body.fork);
		break;
	case YGR_EV_EXIT:
		add_exit(map, &view->body.exit);
		break;
	case YGR_EV_OPEN ... YGR_EV_MMAP_EXEC:
		add_file_event(map, &view->body.file);
		break;
	case YGR_EV_SOCKET_CREATE ... YGR_EV_ACCEPT:
		add_socket(map, &view->body.socket);
		break;
	case YGR_EV_START:
		add_u64(map, "load_id", view->body.start.load_id);
		break;
	case YGR_EV_POLICY:
		add_policy(map, &view->body.policy);
		break;
	case YGR_EV_GAP:
		add_gap(map, &view->body.gap);
		break;
	case YGR_EV_TOTALS:
		add_totals(map, &view->body.totals);
		break;
	}
}

/* ---- strings -------------------------------------------------------------- */

static const char *const string_keys[YGR_RECORD_TAG_NR] = {
	[YGR_STR_PATH]		= "path",
	[YGR_STR_NEW_PATH]	= "new_path",
	[YGR_STR_FILENAME]	= "filename",
	[YGR_STR_CWD]		= "cwd",
	[YGR_STR_ARGV]		= "argv",
	[YGR_STR_UNIX_PATH]	= "unix_path",
	[YGR_STR_RULE]		= "rule",
	[YGR_STR_HOOKS]		= "hooks",
};

/* Arguments end in NUL; one that was cut has no end, and is an argument all the same. */
static uint32_t count_arguments(const struct ygr_record_string *argv)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < argv->len; i++)
		nr += argv->bytes[i] == '\0';
	if (argv->len > 0 && argv->bytes[argv->len - 1] != '\0')
		nr++;
	return nr;
}

static void put_arguments(struct map *map, const struct ygr_record_string *argv)
{
	const char *at = argv->bytes, *end = at + argv->len;

	note(map, msgpack_pack_array(&map->pk, count_arguments(argv)));
	while (at < end) {
		size_t len = strnlen(at, (size_t)(end - at));

		put_bytes(map, at, len);
		at += len + 1;
	}
}

static void add_truncated(struct map *map, const struct ygr_record_view *view)
{
	struct map inner;
	bool any = false;

	for (int tag = 0; tag < YGR_RECORD_TAG_NR; tag++)
		any |= ygr_record_string_is_cut(&view->strings[tag]);
	if (!any)
		return;
	add_map(map, "truncated", &inner);
	for (int tag = 0; tag < YGR_RECORD_TAG_NR; tag++) {
		const struct ygr_record_string *string = &view->strings[tag];

		if (!ygr_record_string_is_cut(string))
			continue;
		put_key(&inner, string_keys[tag]);
		if (string->true_len == YGR_LEN_UNKNOWN)
			note(&inner, msgpack_pack_nil(&inner.pk));
		else
			note(&inner, msgpack_pack_uint32(&inner.pk, string->true_len));
	}
	close_inner(map, &inner);
}

static void add_strings(struct map *map, const struct ygr_record_view *view)
{
	for (int tag = 0; tag < YGR_RECORD_TAG_NR; tag++) {
		const struct ygr_record_string *string = &view->strings[tag];

		if (!string->bytes || !string_keys[tag])
			continue;
		put_key(map, string_keys[tag]);
		if (tag == YGR_STR_ARGV)
			put_arguments(map, string);
		else
			put_bytes(map, string->bytes, string->len);
	}
	add_truncated(map, view);
}

/* ---- enrichment ----------------------------------------------------------- */

static void add_parent(struct map *map, const struct ygr_process *parent)
{
	struct map inner;

	add_map(map, "parent", &inner);
	add_u64(&inner, "pid", parent->pid);
	add_u64(&inner, "start_ns", parent->start_ns);
	add_bytes(&inner, "comm", parent->comm, strlen(parent->comm));
	if (parent->exe)
		add_bytes(&inner, "exe", parent->exe, parent->exe_len);
	close_inner(map, &inner);
}

static void add_enrichment(struct map *map, const struct ygr_enrichment *enrichment)
{
	if (enrichment->self && enrichment->self->exe)
		add_bytes(map, "exe", enrichment->self->exe, enrichment->self->exe_len);
	if (enrichment->ancestor_nr == 0)
		return;
	add_parent(map, enrichment->ancestors[0]);
	put_key(map, "ancestors");
	note(map, msgpack_pack_array(&map->pk, enrichment->ancestor_nr));
	for (size_t i = 0; i < enrichment->ancestor_nr; i++) {
		const struct ygr_process *ancestor = enrichment->ancestors[i];
		struct map inner;

		map_open(&inner, map->out);
		add_u64(&inner, "pid", ancestor->pid);
		add_bytes(&inner, "comm", ancestor->comm, strlen(ancestor->comm));
		close_inner(map, &inner);
	}
}

int ygr_encode_event(msgpack_sbuffer *out, const struct ygr_record_view *view, uint32_t cpu,
		     int64_t realtime_offset_ns, const struct ygr_enrichment *enrichment)
{
	size_t start = out->size;
	struct map map;

	map_open(&map, out);
	add_head(&map, view->head, cpu, realtime_offset_ns);
	add_body(&map, view);
	add_strings(&map, view);
	add_enrichment(&map, enrichment);
	map_close(&map);
	if (map.failed) {
		out->size = start;
		return -ENOMEM;
	}
	return 0;
}
