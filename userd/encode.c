// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "clock.h"
#include "encode.h"
#include "event_name.h"
#include "pack.h"

#define TYPES_NR	256		/* a record of any other type has the bare shape */
#define CLASSES_NR	YGR_CLASS_MAX
#define VERDICTS_NR	4		/* the last: none that we know */
#define SHAPE_BARE	(TYPES_NR * CLASSES_NR * VERDICTS_NR)
#define SHAPES_NR	(SHAPE_BARE + 1)
#define CPUS_NR		8192
#define DEPTH_MAX	16		/* of a line of ancestors */

/*
 * The most that one event takes: a line of processes with their programs, a
 * shape and a subject, numbers and keys; and twice its strings, since an argument
 * of one byte may become three.
 */
#define PROCESS_BYTES	(64 + YGR_PACK_STR_BYTES(YGR_PROCESS_EXE_BYTES))
#define ROOM_BYTES	((DEPTH_MAX + 1) * PROCESS_BYTES + 8192)
/* What names.h may add: a whole answer, and the keys of its records; or an address's names, or a ClientHello's. */
#define NAMES_BYTES	(YGR_DNS_ROOM_BYTES + 16384)

/* ---- text ----------------------------------------------------------------- */

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

static bool is_ascii_8(const uint8_t *at)
{
	uint64_t eight;

	memcpy(&eight, at, sizeof(eight));
	return (eight & 0x8080808080808080ull) == 0;
}

bool ygr_encode_is_utf8(const char *bytes, size_t len)
{
	const uint8_t *at = (const uint8_t *)bytes, *end = at + len;

	/* Nearly all are ASCII: eight bytes at a time, the last eight overlapping. */
	for (; end - at >= 8 && is_ascii_8(at); at += 8)
		;
	if (len >= 8 && end - at < 8 && is_ascii_8(end - 8))
		return true;
	while (at && at < end)
		at = skip_sequence(at, end);
	return at != NULL;
}

static uint8_t *put_text(uint8_t *at, const char *bytes, size_t len)
{
	return ygr_encode_is_utf8(bytes, len) ? ygr_pack_str(at, bytes, len) : ygr_pack_bin(at, bytes, len);
}

static uint8_t *put_word(uint8_t *at, const char *word)
{
	return ygr_pack_str(at, word, strlen(word));
}

static char *put_decimal(char *at, uint32_t value)
{
	char digits[10];
	int nr = 0;

	do {
		digits[nr++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (nr)
		*at++ = digits[--nr];
	return at;
}

/* ---- what seldom is: a map after the values -------------------------------- */

struct extras {
	uint8_t *map;		/* NULL: there is none so far */
	uint16_t nr;
};

static uint8_t *put_key(struct extras *extras, uint8_t *at, const char *key)
{
	if (!extras->map) {
		extras->map = at;
		at = ygr_pack_be16(at, 0xde, 0);
	}
	extras->nr++;
	return put_word(at, key);
}

static uint8_t *put_extra(struct extras *extras, uint8_t *at, const char *key, uint64_t value)
{
	return ygr_pack_u64(put_key(extras, at, key), value);
}

static void close_extras(const struct extras *extras)
{
	if (extras->map)
		ygr_pack_be16(extras->map, 0xde, extras->nr);
}

/* ---- shapes --------------------------------------------------------------- */

struct shape {
	uint32_t strings;		/* by tag: those that are among the values */
	uint8_t	 nr;
	const char *names[10];		/* in front of '(': a map of the names within */
};

#define TAG(tag)	(1u << (tag))
#define LOCAL_NAMES	"local(addr port scope_id"
#define REMOTE_NAMES	"remote(addr port scope_id"
#define IDS_NAMES	"real effective saved fs"
#define CAPS_NAMES	"effective permitted inheritable"
#define FILE_NAMES	"file(ino dev generation mode uid gid size mtime_ns ctime_ns"

static const struct shape subject_shape = {
	.nr = 10,
	.names = { "ppid", "uid", "gid", "euid", "egid", "loginuid", "sessionid", "cgroup_id",
		   "ns(mnt pid net user uts ipc cgroup", "generation" },
};

static const struct shape *shape_of(uint16_t type)
{
	static const struct shape exec = {
		TAG(YGR_STR_PATH) | TAG(YGR_STR_FILENAME) | TAG(YGR_STR_CWD) | TAG(YGR_STR_ARGV), 7,
		{ FILE_NAMES, "argc", "envc", "path", "filename", "cwd", "argv" },
	};
	static const struct shape fork = { 0, 2, { "child_pid", "-child_start_ns" } };
	static const struct shape exit = {
		0, 10,
		{ "status", "utime_ns", "stime_ns", "maxrss_bytes", "minor_faults", "major_faults",
		  "voluntary_switches", "involuntary_switches", "read_bytes", "write_bytes" },
	};
	static const struct shape file = {
		TAG(YGR_STR_PATH), 4, { FILE_NAMES, "access", "open_flags", "path" },
	};
	static const struct shape chown = {
		TAG(YGR_STR_PATH), 4, { FILE_NAMES, "new_uid", "new_gid", "path" },
	};
	static const struct shape rename = {
		TAG(YGR_STR_PATH) | TAG(YGR_STR_NEW_PATH), 5,
		{ FILE_NAMES, "access", "open_flags", "path", "new_path" },
	};
	static const struct shape socket = {
		TAG(YGR_STR_UNIX_PATH), 9,
		{ "family", "sock_type", "protocol", "backlog", "socket_ino", LOCAL_NAMES, REMOTE_NAMES,
		  "unix_path", "socket_cookie" },
	};
	static const struct shape close = {
		0, 10, { "family", "sock_type", "protocol", "socket_ino", LOCAL_NAMES, REMOTE_NAMES,
			 "socket_cookie", "-opened_ns", "bytes_out", "bytes_in" },
	};
	static const struct shape dns = {
		0, 6,
		{ "family", "protocol", LOCAL_NAMES, REMOTE_NAMES, "net_ns", "message_bytes" },
	};
	static const struct shape stream = {
		0, 8,
		{ "family", "sock_type", "protocol", "socket_ino", LOCAL_NAMES, REMOTE_NAMES,
		  "socket_cookie", "sent_bytes" },
	};
	static const struct shape setuid = {
		0, 3, { "call", "old_ids(" IDS_NAMES, "new_ids(" IDS_NAMES },
	};
	static const struct shape setgid = {
		0, 6, { "call", "old_ids(" IDS_NAMES, "new_ids(" IDS_NAMES, "old_group_nr",
			"new_group_nr", "groups" },
	};
	static const struct shape capset = {
		0, 2, { "old_caps(" CAPS_NAMES, "new_caps(" CAPS_NAMES },
	};
	static const struct shape code = {
		TAG(YGR_STR_PATH) | TAG(YGR_STR_NAME), 5,
		{ FILE_NAMES, "call", "taints", "path", "name" },
	};
	static const struct shape bpf = {
		TAG(YGR_STR_NAME), 7,
		{ "call", "prog_type", "attach_type", "insn_nr", "prog_flags", "attach_btf_id", "name" },
	};
	static const struct shape mount = {
		TAG(YGR_STR_PATH) | TAG(YGR_STR_NEW_PATH) | TAG(YGR_STR_SOURCE) | TAG(YGR_STR_FSTYPE) |
		TAG(YGR_STR_OPTIONS), 8,
		{ "call", "mount_flags", "dev", "source", "fstype", "options", "path", "new_path" },
	};
	static const struct shape target = {
		0, 4, { "call", "signal", "mode", "target(pid tid start_ns uid comm" },
	};
	static const struct shape setting = {
		TAG(YGR_STR_NAME), 6,
		{ "call", "old_value", "new_value", "namespaces", "kind", "name" },
	};
	static const struct shape none = { 0, 0, { NULL } };	/* all that it has is extra */

	switch (type) {
	case YGR_EV_EXEC_CHECK:
	case YGR_EV_EXEC:
	case YGR_EV_PROCESS:
		return &exec;
	case YGR_EV_FORK:
		return &fork;
	case YGR_EV_EXIT:
		return &exit;
	case YGR_EV_RENAME:
	case YGR_EV_LINK:
		return &rename;
	case YGR_EV_OPEN ... YGR_EV_UNLINK:
	case YGR_EV_MMAP_EXEC:
	case YGR_EV_CHMOD:
	case YGR_EV_SETXATTR ... YGR_EV_TRUNCATE:
	case YGR_EV_CLOSE_WRITE ... YGR_EV_MEMFD:
	case YGR_EV_REMOVEXATTR ... YGR_EV_CHATTR:
		return &file;
	case YGR_EV_CHOWN:
		return &chown;
	case YGR_EV_SOCKET_CREATE ... YGR_EV_SEND:
		return &socket;
	case YGR_EV_SOCKET_CLOSE:
		return &close;
	case YGR_EV_DNS:
		return &dns;
	case YGR_EV_STREAM:
		return &stream;
	case YGR_EV_SETUID:
		return &setuid;
	case YGR_EV_SETGID:
		return &setgid;
	case YGR_EV_CAPSET:
		return &capset;
	case YGR_EV_MODULE_LOAD ... YGR_EV_KEXEC:
		return &code;
	case YGR_EV_BPF:
		return &bpf;
	case YGR_EV_MOUNT ... YGR_EV_PIVOT_ROOT:
		return &mount;
	case YGR_EV_PTRACE ... YGR_EV_SIGNAL:
		return &target;
	case YGR_EV_SETTIME ... YGR_EV_SECCOMP:
		return &setting;
	}
	return &none;
}

/* "file(ino dev" as ["file", "ino", "dev"], any other as it is. */
static uint8_t *put_name(uint8_t *at, const char *name)
{
	uint8_t *head = at++;
	uint8_t nr = 0;
	size_t len;

	if (!strchr(name, '('))
		return put_word(head, name);
	for (; *name; name += len + (name[len] != '\0'), nr++) {
		len = strcspn(name, "( ");
		at = ygr_pack_str(at, name, len);
	}
	*head = (uint8_t)(0x90 | nr);
	return at;
}

static uint8_t *put_names(uint8_t *at, const struct shape *shape)
{
	for (uint8_t i = 0; i < shape->nr; i++)
		at = put_name(at, shape->names[i]);
	return at;
}

static uint8_t *put_kind(struct extras *extras, uint8_t *at, const struct ygr_record *head)
{
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(put_key(extras, at, "type"), ygr_event_name_type(head->type, room));
	return put_word(put_key(extras, at, "class"), ygr_event_name_class(head->class, room));
}

static uint8_t *put_verdict(struct extras *extras, uint8_t *at, const struct ygr_record *head)
{
	char room[YGR_EVENT_NAME_BYTES];

	return put_word(put_key(extras, at, "verdict"), ygr_event_name_verdict(head->verdict, room));
}

static bool is_bare(const struct ygr_record *head)
{
	return head->type >= TYPES_NR;
}

/* Is the verdict to be told with the event, and not with its shape? */
static bool has_own_verdict(const struct ygr_record *head)
{
	return head->verdict >= VERDICTS_NR - 1 || (is_bare(head) && head->verdict != YGR_VERDICT_ALLOW);
}

/* @head: what the constants are of; NULL: there are none. */
static uint8_t *define_shape(struct ygr_encoder *encoder, uint8_t *at, const struct shape *shape,
			     const struct ygr_record *head)
{
	struct extras constants = { 0 };

	at = ygr_pack_array(at, 2u + shape->nr);
	*at++ = YGR_ITEM_SHAPE;
	if (head)
		at = put_kind(&constants, at, head);
	else
		*at++ = 0x80;
	if (head && head->verdict != YGR_VERDICT_ALLOW && !has_own_verdict(head))
		at = put_verdict(&constants, at, head);
	close_extras(&constants);
	encoder->shape_nr++;
	return put_names(at, shape);
}

static uint32_t shape_slot(const struct ygr_record *head)
{
	uint32_t verdict = head->verdict < VERDICTS_NR ? head->verdict : VERDICTS_NR - 1;

	if (is_bare(head))
		return SHAPE_BARE;
	return ((uint32_t)head->type * CLASSES_NR + head->class) * VERDICTS_NR + verdict;
}

/* ---- processes and subjects ------------------------------------------------ */

static uint8_t *put_process(struct ygr_encoder *encoder, uint8_t *at, uint32_t parent_ref,
			    uint32_t pid, uint64_t start_ns, const char *comm, const struct ygr_name *exe)
{
	*at++ = 0x96;
	*at++ = YGR_ITEM_PROCESS;
	at = ygr_pack_u64(at, parent_ref);
	at = ygr_pack_u64(at, pid);
	at = ygr_pack_i64(at, (int64_t)(encoder->last_ns - start_ns));
	at = put_text(at, comm, strnlen(comm, YGR_COMM_BYTES));
	at = exe ? put_text(at, exe->bytes, exe->len) : ygr_pack_nil(at);
	encoder->process_nr++;
	return at;
}

/*
 * Sees to it that @process and its ancestors are in the batch as they are now. A
 * line that is too deep is cut, and found to be so by whoever is asked for next.
 */
static uint8_t *define_process(struct ygr_encoder *encoder, uint8_t *at,
			       struct ygr_process_table *table, struct ygr_process *process, int depth)
{
	struct ygr_process_mark *mark = &process->mark;
	uint32_t change_nr = ygr_process_table_change_nr(table), parent_ref = 0;
	struct ygr_process *parent;

	if (mark->serial == encoder->serial && mark->change_nr == change_nr)
		return at;
	parent = depth < DEPTH_MAX ? ygr_process_table_parent(table, process) : NULL;
	if (parent) {
		at = define_process(encoder, at, table, parent, depth + 1);
		parent_ref = parent->mark.id + 1;
	}
	mark->change_nr = depth < DEPTH_MAX ? change_nr : change_nr - 1;
	if (mark->serial == encoder->serial && mark->parent_ref == parent_ref)
		return at;
	mark->serial = encoder->serial;
	mark->subject_serial = 0;
	mark->parent_ref = parent_ref;
	mark->id = encoder->process_nr;
	return put_process(encoder, at, parent_ref, process->pid, process->start_ns, process->comm,
			   process->exe);
}

static uint8_t *put_ns(uint8_t *at, const struct ygr_record *head)
{
	if (!(head->mnt_ns | head->pid_ns | head->net_ns | head->user_ns | head->uts_ns |
	      head->ipc_ns | head->cgroup_ns))
		return ygr_pack_nil(at);
	at = ygr_pack_array(at, 7);
	at = ygr_pack_nonzero(at, head->mnt_ns);
	at = ygr_pack_nonzero(at, head->pid_ns);
	at = ygr_pack_nonzero(at, head->net_ns);
	at = ygr_pack_nonzero(at, head->user_ns);
	at = ygr_pack_nonzero(at, head->uts_ns);
	at = ygr_pack_nonzero(at, head->ipc_ns);
	return ygr_pack_nonzero(at, head->cgroup_ns);
}

static uint8_t *put_known(struct extras *extras, uint8_t *at, const char *key, const char *text)
{
	return text[0] ? put_text(put_key(extras, at, key), text, strlen(text)) : at;
}

static uint8_t *put_container(struct extras *extras, uint8_t *at,
			      const struct ygr_cgroup_container *container)
{
	struct extras map = { 0 };

	if (!container)
		return at;
	at = put_key(extras, at, "container");
	at = put_known(&map, at, "runtime", container->runtime);
	at = put_known(&map, at, "id", container->id);
	at = put_known(&map, at, "pod", container->pod);
	close_extras(&map);
	return at;
}

static uint8_t *put_ip(uint8_t *at, const struct ygr_address *address);

static uint8_t *put_entry(struct extras *extras, uint8_t *at, const struct ygr_entry *entry,
			  const char *unit)
{
	struct extras map = { 0 };

	at = put_key(extras, at, "entry");
	at = put_word(put_key(&map, at, "kind"), entry->kind);
	at = put_known(&map, at, "unit", unit);
	if (entry->peer.family == AF_INET || entry->peer.family == AF_INET6) {
		at = put_ip(put_key(&map, at, "addr"), &entry->peer);
		at = put_extra(&map, at, "port", entry->peer.port);
	}
	if (entry->pid) {
		at = put_extra(&map, at, "pid", entry->pid);
		at = put_extra(&map, at, "start_ns", entry->start_ns);
	}
	close_extras(&map);
	return at;
}

/* What the ids are called, as far as it is known, and where the session began. */
static uint8_t *put_identity(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
			     const struct ygr_record *head, struct ygr_process_table *table,
			     const struct ygr_process *self)
{
	struct ygr_identity_facts facts = { .container = NULL, .unit = "" };
	struct ygr_entry entry;

	if (encoder->identity) {
		ygr_identity_find(encoder->identity, head, &facts);
		at = put_known(extras, at, "user", facts.user);
		at = put_known(extras, at, "group", facts.group);
		at = put_known(extras, at, "euser", facts.euser);
		at = put_container(extras, at, facts.container);
	}
	if (encoder->entries && self &&
	    ygr_entries_find(encoder->entries, table, self, facts.container, facts.unit, &entry))
		at = put_entry(extras, at, &entry, facts.unit);
	return at;
}

/*
 * @process_id: told as how many processes back, which is nearly always 1.
 * @self: NULL: nothing is known of it but the head
 */
static uint8_t *put_subject(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record *head,
			    uint32_t process_id, struct ygr_process_table *table,
			    const struct ygr_process *self)
{
	struct extras extras = { 0 };
	uint8_t *array = at++;

	*at++ = YGR_ITEM_SUBJECT;
	*at++ = 0;		/* the batch's first shape */
	at = ygr_pack_u64(at, encoder->process_nr - process_id);
	at = ygr_pack_u64(at, head->ppid);
	at = ygr_pack_u64(at, head->uid);
	at = ygr_pack_u64(at, head->gid);
	at = ygr_pack_u64(at, head->euid);
	at = ygr_pack_u64(at, head->egid);
	at = head->loginuid == ~0u ? ygr_pack_nil(at) : ygr_pack_u64(at, head->loginuid);
	at = head->sessionid == ~0u ? ygr_pack_nil(at) : ygr_pack_u64(at, head->sessionid);
	at = ygr_pack_nonzero(at, head->cgroup_id);
	at = put_ns(at, head);
	at = ygr_pack_nonzero(at, head->generation);
	at = put_identity(encoder, &extras, at, head, table, self);
	close_extras(&extras);
	*array = (uint8_t)(0x90 | (3u + subject_shape.nr + (extras.map != NULL)));
	encoder->subject_nr++;
	return at;
}

_Static_assert(offsetof(struct ygr_record, rule_id) - offsetof(struct ygr_record, uid) ==
	       sizeof(((struct ygr_process_mark *)0)->who), "uid .. cgroup_ns lie in a row");

static bool is_same_subject(const struct ygr_process_mark *mark, const struct ygr_record *head)
{
	return mark->ppid == head->ppid && mark->generation == head->generation &&
	       memcmp(mark->who, &head->uid, sizeof(mark->who)) == 0;
}

static uint8_t *define_subject(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record *head,
			       struct ygr_process_table *table, struct ygr_process *self)
{
	struct ygr_process_mark *mark = &self->mark;

	mark->subject_serial = encoder->serial;
	mark->subject_id = encoder->subject_nr;
	mark->ppid = head->ppid;
	mark->generation = head->generation;
	memcpy(mark->who, &head->uid, sizeof(mark->who));
	return put_subject(encoder, at, head, mark->id, table, self);
}

/* Whom the table does not have: of one use only. */
static uint8_t *define_stranger(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record *head)
{
	at = put_process(encoder, at, 0, head->tgid, head->start_ns, head->comm, NULL);
	return put_subject(encoder, at, head, encoder->process_nr - 1, NULL, NULL);
}

/* ---- values --------------------------------------------------------------- */

/* Files of one disk come in a row: its name is made once. */
static uint8_t *put_device(struct ygr_encoder *encoder, uint8_t *at, uint32_t major, uint32_t minor)
{
	struct ygr_encoder_device *device = &encoder->device;
	char *end;

	if (device->major != major || device->minor != minor || !device->len) {
		device->major = major;
		device->minor = minor;
		end = put_decimal(device->text, major);
		*end++ = ':';
		end = put_decimal(end, minor);
		device->len = (uint8_t)(end - device->text);
	}
	return ygr_pack_str(at, device->text, device->len);
}

static uint8_t *put_file(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_file_id *id)
{
	if (!id->ino && !id->dev_major && !id->dev_minor)
		return ygr_pack_nil(at);
	at = ygr_pack_array(at, 9);
	at = ygr_pack_u64(at, id->ino);
	at = put_device(encoder, at, id->dev_major, id->dev_minor);
	at = ygr_pack_nonzero(at, id->ino_generation);
	at = ygr_pack_u64(at, id->mode);
	at = ygr_pack_u64(at, id->uid);
	at = ygr_pack_u64(at, id->gid);
	at = ygr_pack_u64(at, id->size);
	at = ygr_pack_nonzero(at, id->mtime_ns);
	return ygr_pack_nonzero(at, id->ctime_ns);
}

static uint8_t *put_string(uint8_t *at, const struct ygr_record_string *string)
{
	return string->bytes ? put_text(at, string->bytes, string->len) : ygr_pack_nil(at);
}

/* Arguments end in NUL; one that was cut has no end, and is an argument all the same. */
static uint32_t count_arguments(const struct ygr_record_string *argv)
{
	const char *at = argv->bytes, *end = at + argv->len;
	uint32_t nr = 0;

	for (; at < end; nr++) {
		at = memchr(at, '\0', (size_t)(end - at));
		at = at ? at + 1 : end;
	}
	return nr;
}

static uint8_t *put_arguments(uint8_t *at, const struct ygr_record_string *argv)
{
	const char *from = argv->bytes, *end;

	if (!from)
		return ygr_pack_nil(at);
	end = from + argv->len;
	at = ygr_pack_array(at, count_arguments(argv));
	while (from < end) {
		size_t len = strnlen(from, (size_t)(end - from));

		at = put_text(at, from, len);
		from += len + 1;
	}
	return at;
}

static uint8_t *put_exec(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_exec *body = &view->body.exec;

	at = put_file(encoder, at, &body->file);
	at = ygr_pack_u64(at, body->argc);
	at = ygr_pack_u64(at, body->envc);
	at = put_string(at, &view->strings[YGR_STR_PATH]);
	at = put_string(at, &view->strings[YGR_STR_FILENAME]);
	at = put_string(at, &view->strings[YGR_STR_CWD]);
	return put_arguments(at, &view->strings[YGR_STR_ARGV]);
}

static uint8_t *put_fork(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_fork *body = &view->body.fork;

	at = ygr_pack_u64(at, body->child_tgid);
	return ygr_pack_i64(at, (int64_t)(view->head->time_ns - body->child_start_ns));
}

static uint8_t *put_exit(uint8_t *at, const struct ygr_body_exit *body)
{
	at = ygr_pack_u64(at, body->status);
	at = ygr_pack_u64(at, body->utime_ns);
	at = ygr_pack_u64(at, body->stime_ns);
	at = ygr_pack_nonzero(at, body->maxrss_bytes);
	at = ygr_pack_nonzero(at, body->minor_faults);
	at = ygr_pack_nonzero(at, body->major_faults);
	at = ygr_pack_nonzero(at, body->voluntary_switches);
	at = ygr_pack_nonzero(at, body->involuntary_switches);
	at = ygr_pack_nonzero(at, body->read_bytes);
	return ygr_pack_nonzero(at, body->write_bytes);
}

#define READ	"\xa4read"
#define WRITE	"\xa5write"
#define CREATED	"\xa7" "created"
#define EXEC	"\xa4" "exec"

/* The lists that nearly every file event has one of, packed in advance. */
static uint8_t *put_access(uint8_t *at, uint32_t bits)
{
	static const struct {
		uint8_t len;
		char	bytes[26];
	} lists[16] = {
#define LIST(text) { sizeof(text) - 1, text }
		LIST("\xc0"), LIST("\x91" READ), LIST("\x91" WRITE), LIST("\x92" READ WRITE),
		LIST("\x91" CREATED), LIST("\x92" READ CREATED), LIST("\x92" WRITE CREATED),
		LIST("\x93" READ WRITE CREATED), LIST("\x91" EXEC), LIST("\x92" READ EXEC),
		LIST("\x92" WRITE EXEC), LIST("\x93" READ WRITE EXEC), LIST("\x92" CREATED EXEC),
		LIST("\x93" READ CREATED EXEC), LIST("\x93" WRITE CREATED EXEC),
		LIST("\x94" READ WRITE CREATED EXEC),
	};
	uint32_t known = bits & (YGR_ACCESS_READ | YGR_ACCESS_WRITE | YGR_ACCESS_CREATED | YGR_ACCESS_EXEC);

	/* All of them, whatever the length: moves, and no call. What is too much is written over. */
	memcpy(at, lists[known].bytes, sizeof(lists[known].bytes) - 1);
	return at + lists[known].len;
}

/* What a close has is more, and seldom the same. */
static uint8_t *put_close_access(uint8_t *at, uint32_t bits)
{
	static const char *const words[] = {
		"read", "write", "created", "exec", "executable", "changed", "mapped",
	};
	const uint32_t nr = sizeof(words) / sizeof(words[0]);

	bits &= (1u << nr) - 1;
	if (!bits)
		return ygr_pack_nil(at);
	at = ygr_pack_array(at, (uint32_t)__builtin_popcount(bits));
	for (uint32_t bit = 0; bit < nr; bit++)
		if (bits & 1u << bit)
			at = put_word(at, words[bit]);
	return at;
}

static uint8_t *put_file_access(uint8_t *at, const struct ygr_record_view *view)
{
	uint32_t bits = view->body.file.access;

	if (view->head->type == YGR_EV_CLOSE_WRITE)
		return put_close_access(at, bits);
	/* Of a name to be made, it is a device. */
	return put_access(at, view->head->type == YGR_EV_CREATE ? 0 : bits);
}

/* Left as it is: nothing. */
static uint8_t *put_new_id(uint8_t *at, uint32_t id)
{
	return id == ~0u ? ygr_pack_nil(at) : ygr_pack_u64(at, id);
}

static uint8_t *put_chown(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_file *body = &view->body.file;

	at = put_file(encoder, at, &body->file);
	at = put_new_id(at, body->open_flags);
	at = put_new_id(at, body->access);
	return put_string(at, &view->strings[YGR_STR_PATH]);
}

static uint8_t *put_file_event(struct ygr_encoder *encoder, uint8_t *at,
			       const struct ygr_record_view *view)
{
	const struct ygr_body_file *body = &view->body.file;

	at = put_file(encoder, at, &body->file);
	at = put_file_access(at, view);
	at = ygr_pack_nonzero(at, body->open_flags);
	at = put_string(at, &view->strings[YGR_STR_PATH]);
	if (view->head->type != YGR_EV_RENAME && view->head->type != YGR_EV_LINK)
		return at;
	return put_string(at, &view->strings[YGR_STR_NEW_PATH]);
}

static char *put_octet(char *at, uint8_t value)
{
	if (value >= 100)
		*at++ = (char)('0' + value / 100);
	if (value >= 10)
		*at++ = (char)('0' + value / 10 % 10);
	*at++ = (char)('0' + value % 10);
	return at;
}

static uint8_t *put_ip(uint8_t *at, const struct ygr_address *address)
{
	char text[INET6_ADDRSTRLEN], *end = text;

	if (address->family == AF_INET6) {
		inet_ntop(AF_INET6, address->addr, text, sizeof(text));
		return put_word(at, text);
	}
	for (int i = 0; i < 4; i++) {
		if (i)
			*end++ = '.';
		end = put_octet(end, address->addr[i]);
	}
	return ygr_pack_str(at, text, (size_t)(end - text));
}

static uint8_t *put_address(uint8_t *at, const struct ygr_address *address)
{
	if (address->family != AF_INET && address->family != AF_INET6)
		return ygr_pack_nil(at);
	at = ygr_pack_array(at, 3);
	at = put_ip(at, address);
	at = ygr_pack_u64(at, address->port);
	return ygr_pack_nonzero(at, address->scope_id);
}

static uint8_t *put_socket(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_socket *body = &view->body.socket;
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(at, ygr_event_name_family(body->family, room));
	at = ygr_pack_nonzero(at, body->type);
	at = ygr_pack_nonzero(at, body->protocol);
	at = ygr_pack_nonzero(at, body->backlog);
	at = ygr_pack_nonzero(at, body->socket_ino);
	at = put_address(at, &body->local);
	at = put_address(at, &body->remote);
	at = put_string(at, &view->strings[YGR_STR_UNIX_PATH]);
	return ygr_pack_nonzero(at, body->socket_cookie);
}

static uint8_t *put_close(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_close *body = &view->body.close;
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(at, ygr_event_name_family(body->family, room));
	at = ygr_pack_nonzero(at, body->type);
	at = ygr_pack_nonzero(at, body->protocol);
	at = ygr_pack_nonzero(at, body->socket_ino);
	at = put_address(at, &body->local);
	at = put_address(at, &body->remote);
	at = ygr_pack_nonzero(at, body->socket_cookie);
	at = ygr_pack_i64(at, (int64_t)(view->head->time_ns - body->begin_ns));
	at = ygr_pack_u64(at, body->bytes_out);
	return ygr_pack_u64(at, body->bytes_in);
}

/* From the host's side: the one that asked is the local one. */
static uint8_t *put_dns(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_dns *body = &view->body.dns;
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(at, ygr_event_name_family(body->source.family, room));
	at = ygr_pack_nonzero(at, body->transport);
	at = put_address(at, &body->destination);
	at = put_address(at, &body->source);
	at = ygr_pack_nonzero(at, body->net_ns);
	return ygr_pack_u64(at, body->true_len);
}

static uint8_t *put_stream(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_stream *body = &view->body.stream;
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(at, ygr_event_name_family(body->family, room));
	at = ygr_pack_nonzero(at, body->type);
	at = ygr_pack_nonzero(at, body->protocol);
	at = ygr_pack_nonzero(at, body->socket_ino);
	at = put_address(at, &body->local);
	at = put_address(at, &body->remote);
	at = ygr_pack_nonzero(at, body->socket_cookie);
	return ygr_pack_u64(at, body->sent_bytes);
}

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

	if (call >= sizeof(calls) / sizeof(calls[0]) || !calls[call][is_group])
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

#define NR(words) (sizeof(words) / sizeof((words)[0]))

static uint8_t *put_code(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	static const char *const calls[] = {
		[YGR_CODE_FILE] = "file", [YGR_CODE_MEMORY] = "memory", [YGR_CODE_LOADED] = "loaded",
	};
	const struct ygr_body_code *body = &view->body.code;

	at = put_file(encoder, at, &body->file);
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
		put_device(encoder, at, body->dev_major, body->dev_minor) : ygr_pack_nil(at);
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

static uint8_t *put_values(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_EXEC_CHECK:
	case YGR_EV_EXEC:
	case YGR_EV_PROCESS:
		return put_exec(encoder, at, view);
	case YGR_EV_FORK:
		return put_fork(at, view);
	case YGR_EV_EXIT:
		return put_exit(at, &view->body.exit);
	case YGR_EV_CHOWN:
		return put_chown(encoder, at, view);
	case YGR_EV_OPEN ... YGR_EV_CHMOD:
	case YGR_EV_SETXATTR ... YGR_EV_TRUNCATE:
	case YGR_EV_CLOSE_WRITE ... YGR_EV_MEMFD:
	case YGR_EV_REMOVEXATTR ... YGR_EV_CHATTR:
		return put_file_event(encoder, at, view);
	case YGR_EV_SOCKET_CREATE ... YGR_EV_SEND:
		return put_socket(at, view);
	case YGR_EV_SOCKET_CLOSE:
		return put_close(at, view);
	case YGR_EV_DNS:
		return put_dns(at, view);
	case YGR_EV_STREAM:
		return put_stream(at, view);
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

/* ---- extras --------------------------------------------------------------- */

/* Classes with nothing are left out; a map with no entry still says "none". */
static uint8_t *put_by_class(struct extras *extras, uint8_t *at, const char *key,
			     const __u64 counts[YGR_CLASS_MAX])
{
	char room[YGR_EVENT_NAME_BYTES];
	uint8_t *map;
	uint16_t nr = 0;

	map = put_key(extras, at, key);
	at = ygr_pack_be16(map, 0xde, 0);
	for (uint8_t class = 0; class < YGR_CLASS_MAX; class++) {
		if (!counts[class])
			continue;
		at = put_word(at, ygr_event_name_class(class, room));
		at = ygr_pack_u64(at, counts[class]);
		nr++;
	}
	ygr_pack_be16(map, 0xde, nr);
	return at;
}

static uint8_t *put_policy(struct extras *extras, uint8_t *at, const struct ygr_body_policy *body)
{
	static const char *const ops[] = {
		[YGR_POLICY_OP_LOAD] = "load", [YGR_POLICY_OP_CLEAR] = "clear",
		[YGR_POLICY_OP_ROLLBACK] = "rollback", [YGR_POLICY_OP_EXPIRED] = "expired",
		[YGR_POLICY_OP_CONFIRM] = "confirm", [YGR_POLICY_OP_LOCK] = "lock",
	};

	if (body->op < sizeof(ops) / sizeof(ops[0]) && ops[body->op])
		at = put_word(put_key(extras, at, "op"), ops[body->op]);
	at = put_extra(extras, at, "old_generation", body->old_generation);
	at = put_extra(extras, at, "new_generation", body->new_generation);
	return put_extra(extras, at, "rule_nr", body->rule_nr);
}

static uint8_t *put_breaker(struct extras *extras, uint8_t *at, const struct ygr_body_breaker *body)
{
	at = put_extra(extras, at, "generation", body->generation);
	if (body->rule_id)
		at = put_extra(extras, at, "rule_id", body->rule_id);
	at = put_extra(extras, at, "denial_nr", body->denial_nr);
	return put_extra(extras, at, "seconds", body->seconds);
}

static uint8_t *put_heartbeat(struct extras *extras, uint8_t *at,
			      const struct ygr_body_heartbeat *body)
{
	at = put_extra(extras, at, "load_id", body->load_id);
	at = put_extra(extras, at, "interval_ns", body->interval_ns);
	at = put_extra(extras, at, "produced_nr", body->produced);
	at = put_extra(extras, at, "dropped_nr", body->dropped);
	at = put_extra(extras, at, "denied_nr", body->denied);
	at = put_extra(extras, at, "process_nr", body->process_nr);
	at = put_extra(extras, at, "hook_nr", body->hook_nr);
	at = put_extra(extras, at, "attached_nr", body->attached_nr);
	return put_extra(extras, at, "reader", !!(body->flags & YGR_BEAT_READER));
}

static uint8_t *put_clock(struct extras *extras, uint8_t *at, const struct ygr_body_clock *body)
{
	at = ygr_pack_i64(put_key(extras, at, "step_ns"), body->step_ns);
	at = put_extra(extras, at, "slept_ns", body->slept_ns);
	return ygr_pack_i64(put_key(extras, at, "offset_ns"), body->offset_ns);
}

static uint8_t *put_given(struct extras *extras, uint8_t *at, const char *key, uint64_t value)
{
	return value ? put_extra(extras, at, key, value) : at;
}

/* It can send and see what no other socket can: packets of anybody's, or with a head of its own making. */
static bool is_raw(const struct ygr_body_socket *body)
{
	return body->family == AF_PACKET || body->type == SOCK_PACKET ||
	       (body->type == SOCK_RAW && (body->family == AF_INET || body->family == AF_INET6));
}

/* ---- the other side's names (names.h) ----------------------------------------- */

static uint8_t *put_named(struct extras *extras, uint8_t *at, const struct ygr_name_cache_found *found)
{
	at = put_known(extras, at, "dns_name", found->name);
	if (found->canonical)
		at = put_known(extras, at, "dns_canonical", found->canonical);
	at = put_extra(extras, at, "dns_age_ms", found->age_ns / YGR_NS_PER_MS);
	at = put_given(extras, at, "dns_expired", found->is_expired);
	if (!found->other_nr)
		return at;
	at = ygr_pack_array(put_key(extras, at, "dns_others"), found->other_nr);
	for (uint8_t i = 0; i < found->other_nr; i++)
		at = put_word(at, found->others[i]);
	return at;
}

static uint8_t *put_answers(struct extras *extras, uint8_t *at, const struct ygr_dns_answer *answer)
{
	at = ygr_pack_array(put_key(extras, at, "answers"), answer->record_nr);
	for (uint16_t i = 0; i < answer->record_nr; i++) {
		const struct ygr_dns_record *record = &answer->records[i];
		struct extras map = { 0 };

		at = put_known(&map, at, "name", record->name);
		at = put_known(&map, at, "type", record->type);
		at = put_extra(&map, at, "ttl", record->ttl);
		at = put_known(&map, at, "data", record->data);
		close_extras(&map);
	}
	return at;
}

static uint8_t *put_answer(struct extras *extras, uint8_t *at, const struct ygr_dns_answer *answer)
{
	struct extras map = { 0 };

	at = put_key(extras, at, "dns");
	at = put_known(&map, at, "question", answer->question);
	at = put_known(&map, at, "type", answer->type);
	at = put_known(&map, at, "rcode", answer->rcode);
	if (strcmp(answer->canonical, answer->question) != 0)
		at = put_known(&map, at, "canonical", answer->canonical);
	at = put_extra(&map, at, "id", answer->id);
	at = put_extra(&map, at, "answer_nr", answer->promised_nr);
	at = put_given(&map, at, "truncated", answer->is_truncated);
	at = put_given(&map, at, "partial", answer->is_partial);
	close_extras(&map);
	return put_answers(extras, at, answer);
}

static uint8_t *put_malformed(struct extras *extras, uint8_t *at)
{
	struct extras map = { 0 };

	at = put_extra(&map, put_key(extras, at, "dns"), "malformed", 1);
	close_extras(&map);
	return at;
}

static const char *tls_version(uint16_t version)
{
	static const char *const names[] = { "ssl3", "1.0", "1.1", "1.2", "1.3" };

	return version >> 8 == 3 && (version & 0xff) < sizeof(names) / sizeof(names[0]) ? names[version & 0xff] : "";
}

static uint8_t *put_hello(struct extras *extras, uint8_t *at, const struct ygr_client_hello *hello)
{
	struct extras map = { 0 };

	at = put_key(extras, at, "tls");
	at = put_known(&map, at, "version", tls_version(hello->version));
	if (hello->sni_len)
		at = ygr_pack_str(put_key(&map, at, "sni"), hello->sni, hello->sni_len);
	if (hello->alpn_nr)
		at = ygr_pack_array(put_key(&map, at, "alpn"), hello->alpn_nr);
	for (uint8_t i = 0; i < hello->alpn_nr; i++)
		at = put_text(at, (const char *)hello->alpn[i].bytes, hello->alpn[i].len);
	at = put_given(&map, at, "cut", hello->is_cut);
	at = put_given(&map, at, "malformed", hello->is_malformed);
	if (!map.map)
		*at++ = 0x80;
	close_extras(&map);
	return at;
}

static uint8_t *put_part(struct extras *extras, uint8_t *at, const char *key, struct ygr_http_text text)
{
	return text.bytes ? put_text(put_key(extras, at, key), text.bytes, text.len) : at;
}

static const char *http_version(uint8_t version)
{
	return version == 20 ? "2" : version == 11 ? "1.1" : version == 10 ? "1.0" : "";
}

static uint8_t *put_request(struct extras *extras, uint8_t *at, const struct ygr_names_facts *facts)
{
	const struct ygr_http_request *request = facts->http;
	struct extras map = { 0 };

	at = put_key(extras, at, "http");
	at = put_part(&map, at, "method", request->method);
	if (request->host_len)
		at = ygr_pack_str(put_key(&map, at, "host"), request->host, request->host_len);
	at = put_given(&map, at, "port", request->port);
	at = put_part(&map, at, "path", request->path);
	at = put_part(&map, at, "query", request->query);
	at = put_given(&map, at, "query_bytes", facts->query_len);
	at = put_known(&map, at, "version", http_version(request->version));
	at = put_given(&map, at, "cut", request->is_cut);
	close_extras(&map);
	return at;
}

/* The same keys as when it was asked for, so that one query finds both. */
static uint8_t *put_known_names(struct extras *extras, uint8_t *at, const char *const *known)
{
	struct extras tls = { 0 }, http = { 0 };

	if (known[YGR_CONNECTION_DNS])
		at = put_known(extras, at, "dns_name", known[YGR_CONNECTION_DNS]);
	if (known[YGR_CONNECTION_SNI])
		at = put_known(&tls, put_key(extras, at, "tls"), "sni", known[YGR_CONNECTION_SNI]);
	close_extras(&tls);
	if (known[YGR_CONNECTION_HOST])
		at = put_known(&http, put_key(extras, at, "http"), "host", known[YGR_CONNECTION_HOST]);
	close_extras(&http);
	return at;
}

static uint8_t *put_names_of(struct extras *extras, uint8_t *at, const struct ygr_names_facts *facts)
{
	if (!facts)
		return at;
	if (facts->has_name)
		at = put_named(extras, at, &facts->name);
	if (facts->dns)
		at = put_answer(extras, at, facts->dns);
	if (facts->is_malformed)
		at = put_malformed(extras, at);
	if (facts->tls)
		at = put_hello(extras, at, facts->tls);
	if (facts->http)
		at = put_request(extras, at, facts);
	return put_known_names(extras, at, facts->known);
}

/* What few events about sockets have to tell. */
static uint8_t *put_socket_extras(struct extras *extras, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_socket *socket = &view->body.socket;
	const struct ygr_body_close *close = &view->body.close;
	const struct ygr_body_dns *dns = &view->body.dns;

	switch (view->head->type) {
	case YGR_EV_SOCKET_CREATE:
		return put_given(extras, at, "raw", is_raw(socket));
	case YGR_EV_ACCEPT:
		if (!socket->peer_tgid)
			return at;
		at = put_extra(extras, at, "peer_pid", socket->peer_tgid);
		at = put_given(extras, at, "peer_start_ns", socket->peer_start_ns);
		return socket->peer_uid == ~0u ? at : put_extra(extras, at, "peer_uid", socket->peer_uid);
	case YGR_EV_SOCKET_CLOSE:
		at = put_extra(extras, at, "packets_out", close->packets_out);
		at = put_extra(extras, at, "packets_in", close->packets_in);
		at = put_given(extras, at, "net_ns", close->net_ns);
		at = put_given(extras, at, "owner_pid", close->owner_tgid);
		at = put_given(extras, at, "owner_start_ns", close->owner_start_ns);
		at = put_given(extras, at, "bytes_unsent", close->bytes_unsent);
		return put_given(extras, at, "retransmits", close->retransmit_nr);
	case YGR_EV_DNS:
		at = put_given(extras, at, "socket_cookie", dns->socket_cookie);
		at = put_given(extras, at, "owner_pid", dns->owner_tgid);
		return put_given(extras, at, "owner_start_ns", dns->owner_start_ns);
	}
	return at;
}

/* Of a host on which nothing of it happens, nothing is told. */
static uint8_t *put_any_by_class(struct extras *extras, uint8_t *at, const char *key,
				 const __u64 counts[YGR_CLASS_MAX])
{
	for (int class = 0; class < YGR_CLASS_MAX; class++)
		if (counts[class])
			return put_by_class(extras, at, key, counts);
	return at;
}

static uint8_t *put_totals(struct extras *extras, uint8_t *at, const struct ygr_body_totals *body)
{
	at = put_extra(extras, at, "begin_ns", body->begin_ns);
	at = put_extra(extras, at, "end_ns", body->end_ns);
	at = put_by_class(extras, at, "produced", body->produced);
	at = put_by_class(extras, at, "dropped", body->dropped);
	at = put_any_by_class(extras, at, "coalesced", body->coalesced);
	return put_any_by_class(extras, at, "suppressed", body->suppressed);
}

static uint8_t *put_suppressed(struct extras *extras, uint8_t *at,
			       const struct ygr_body_suppressed *body)
{
	static const char *const scopes[] = {
		[YGR_SUPPRESSED_PROCESS] = "process", [YGR_SUPPRESSED_CGROUP] = "cgroup",
	};

	if (body->scope < sizeof(scopes) / sizeof(scopes[0]) && scopes[body->scope])
		at = put_word(put_key(extras, at, "scope"), scopes[body->scope]);
	at = put_extra(extras, at, "first_ns", body->first_ns);
	at = put_extra(extras, at, "last_ns", body->last_ns);
	return put_by_class(extras, at, "suppressed", body->suppressed);
}

/* A mode that is out of the ordinary is told. */
static uint8_t *put_start(struct extras *extras, uint8_t *at, const struct ygr_body_start *start)
{
	at = put_extra(extras, at, "load_id", start->load_id);
	if (start->flags & YGR_START_DISABLED)
		return put_word(put_key(extras, at, "mode"), "disabled");
	if (start->flags & YGR_START_TOLD)
		return put_word(put_key(extras, at, "mode"), "observe_only_parameter");
	if (start->flags & YGR_START_OBSERVES)
		return put_word(put_key(extras, at, "mode"), "observe_only");
	return at;
}

/* The bodies of the sensor's own records, which are few. */
static uint8_t *put_sensor_body(struct extras *extras, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_gap *gap = &view->body.gap;

	switch (view->head->type) {
	case YGR_EV_START:
		return put_start(extras, at, &view->body.start);
	case YGR_EV_POLICY:
		return put_policy(extras, at, &view->body.policy);
	case YGR_EV_GAP:
		at = put_extra(extras, at, "first_ns", gap->first_ns);
		at = put_extra(extras, at, "last_ns", gap->last_ns);
		return put_by_class(extras, at, "dropped", gap->dropped);
	case YGR_EV_TOTALS:
		return put_totals(extras, at, &view->body.totals);
	case YGR_EV_BREAKER:
		return put_breaker(extras, at, &view->body.breaker);
	case YGR_EV_STOP:
		return put_extra(extras, at, "load_id", view->body.stop.load_id);
	case YGR_EV_HEARTBEAT:
		return put_heartbeat(extras, at, &view->body.heartbeat);
	case YGR_EV_CLOCK:
		return put_clock(extras, at, &view->body.clock);
	case YGR_EV_SUPPRESSED:
		return put_suppressed(extras, at, &view->body.suppressed);
	}
	return at;
}

static const char *const string_keys[YGR_RECORD_TAG_NR] = {
	[YGR_STR_PATH]		= "path",
	[YGR_STR_NEW_PATH]	= "new_path",
	[YGR_STR_FILENAME]	= "filename",
	[YGR_STR_CWD]		= "cwd",
	[YGR_STR_ARGV]		= "argv",
	[YGR_STR_UNIX_PATH]	= "unix_path",
	[YGR_STR_RULE]		= "rule",
	[YGR_STR_HOOKS]		= "hooks",
	[YGR_STR_SHA256]	= "sha256",
	[YGR_STR_VERITY]	= "verity",
	[YGR_STR_XATTR]		= "xattr",
	[YGR_STR_ALERT]		= "alert",
	[YGR_STR_EXE]		= "exe",
	[YGR_STR_ENV]		= "env",
	[YGR_STR_TTY]		= "tty",
	[YGR_STR_SCRIPT]	= "script",
	[YGR_STR_ANCESTORS]	= "ancestor_ids",
	[YGR_STR_CGROUP]	= "cgroup",
	[YGR_STR_TARGET]	= "target",
	[YGR_STR_REPEATS]	= "repeats",
	[YGR_STR_SUBMITTER]	= "submitter",
	[YGR_STR_SOURCE]	= "source",
	[YGR_STR_FSTYPE]	= "fstype",
	[YGR_STR_OPTIONS]	= "options",
	[YGR_STR_NAME]		= "name",
};

static uint8_t *put_hex(uint8_t *at, const struct ygr_record_string *string)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * 32];
	uint32_t len = string->len < sizeof(text) / 2 ? string->len : sizeof(text) / 2;

	for (uint32_t i = 0; i < len; i++) {
		text[2 * i] = digits[(uint8_t)string->bytes[i] >> 4];
		text[2 * i + 1] = digits[string->bytes[i] & 0xf];
	}
	return ygr_pack_str(at, text, 2 * len);
}

/* "T1059,T1204": a list; nothing: no key. */
static uint8_t *put_list(struct extras *extras, uint8_t *at, const char *key, const char *text,
			 size_t len)
{
	uint32_t nr = 1;
	size_t part;

	if (!len)
		return at;
	for (size_t i = 0; i < len; i++)
		nr += text[i] == ',';
	at = ygr_pack_array(put_key(extras, at, key), nr);
	for (; nr--; text += part + 1, len -= part + !!nr) {
		const char *comma = memchr(text, ',', len);

		part = comma ? (size_t)(comma - text) : len;
		at = put_text(at, text, part);
	}
	return at;
}

/* What the rule's author said of it: "severity\tattack,..\ttag,..\tmessage". */
static uint8_t *put_alert(struct extras *extras, uint8_t *at, const struct ygr_record_string *alert)
{
	const char *parts[4] = { NULL }, *text = alert->bytes, *end = alert->bytes + alert->len;
	size_t lens[4] = { 0 };

	for (int i = 0; i < 4 && text <= end; i++) {
		const char *tab = i < 3 ? memchr(text, '\t', (size_t)(end - text)) : NULL;

		parts[i] = text;
		lens[i] = (size_t)((tab ? tab : end) - text);
		text = tab ? tab + 1 : end + 1;
	}
	if (lens[0])
		at = put_text(put_key(extras, at, "severity"), parts[0], lens[0]);
	at = put_list(extras, at, "attack", parts[1], lens[1]);
	at = put_list(extras, at, "tags", parts[2], lens[2]);
	if (lens[3])
		at = put_text(put_key(extras, at, "message"), parts[3], lens[3]);
	return at;
}

/* Who forked whom, nearest first. */
static uint8_t *put_ancestor_ids(uint8_t *at, const struct ygr_record_string *string)
{
	uint32_t nr = string->len / sizeof(struct ygr_process_id);
	struct ygr_process_id id;

	at = ygr_pack_array(at, nr);
	for (uint32_t i = 0; i < nr; i++) {
		struct extras map = { 0 };

		memcpy(&id, string->bytes + i * sizeof(id), sizeof(id));
		at = put_extra(&map, at, "pid", id.tgid);
		at = put_extra(&map, at, "start_ns", id.start_ns);
		close_extras(&map);
	}
	return at;
}

/* One that is too short says nothing. */
static uint8_t *put_repeats(struct extras *extras, uint8_t *at, const struct ygr_record_string *string)
{
	struct ygr_repeats repeats;

	if (string->len < sizeof(repeats))
		return at;
	memcpy(&repeats, string->bytes, sizeof(repeats));
	at = put_extra(extras, at, "repeat_nr", repeats.repeat_nr);
	at = put_extra(extras, at, "first_ns", repeats.first_ns);
	return put_extra(extras, at, "last_ns", repeats.last_ns);
}

/* For whom, and what the process itself is. One that was cut tells nothing. */
static uint8_t *put_submitter(struct extras *extras, uint8_t *at, const struct ygr_record_string *string)
{
	struct extras map = { 0 };
	struct ygr_submitter submitter;

	if (string->len < sizeof(submitter))
		return at;
	memcpy(&submitter, string->bytes, sizeof(submitter));
	at = put_key(extras, at, "submitter");
	if (submitter.tid)
		at = put_extra(&map, at, "tid", submitter.tid);
	at = put_extra(&map, at, "uid", submitter.uid);
	at = put_extra(&map, at, "gid", submitter.gid);
	at = put_extra(&map, at, "euid", submitter.euid);
	at = put_extra(&map, at, "egid", submitter.egid);
	close_extras(&map);
	return at;
}

static uint8_t *put_other_string(struct extras *extras, uint8_t *at, int tag,
				 const struct ygr_record_string *string)
{
	if (tag == YGR_STR_ALERT)
		return put_alert(extras, at, string);
	if (tag == YGR_STR_REPEATS)
		return put_repeats(extras, at, string);
	if (tag == YGR_STR_SUBMITTER)
		return put_submitter(extras, at, string);
	at = put_key(extras, at, string_keys[tag]);
	if (tag == YGR_STR_ARGV || tag == YGR_STR_ENV)
		return put_arguments(at, string);
	if (tag == YGR_STR_ANCESTORS)
		return put_ancestor_ids(at, string);
	if (tag == YGR_STR_SHA256 || tag == YGR_STR_VERITY)
		return put_hex(at, string);
	return put_string(at, string);
}

static uint8_t *put_truncated(struct extras *extras, uint8_t *at, const struct ygr_record_view *view)
{
	uint8_t *map;
	uint8_t nr = 0;

	map = put_key(extras, at, "truncated");
	at = map + 1;
	for (int tag = 1; tag < YGR_RECORD_TAG_NR; tag++) {
		const struct ygr_record_string *string = &view->strings[tag];

		if (!ygr_record_string_is_cut(string) || !string_keys[tag])
			continue;
		at = put_word(at, string_keys[tag]);
		at = string->true_len == YGR_LEN_UNKNOWN ? ygr_pack_nil(at) : ygr_pack_u64(at, string->true_len);
		nr++;
	}
	*map = (uint8_t)(0x80 | nr);
	return at;
}

/*
 * Strings that are not among the values of such an event, and what became of any. One without a
 * key is not told: what was sent over a socket is for names.h, and for nobody else.
 */
static uint8_t *put_strings(struct extras *extras, uint8_t *at, const struct ygr_record_view *view,
			    uint32_t done)
{
	bool is_cut = false;

	for (int tag = 1; tag < YGR_RECORD_TAG_NR; tag++) {
		const struct ygr_record_string *string = &view->strings[tag];

		if (!string_keys[tag])
			continue;
		is_cut |= ygr_record_string_is_cut(string);
		if (!string->bytes || done & TAG(tag) || !string_keys[tag])
			continue;
		at = put_other_string(extras, at, tag, string);
	}
	return is_cut ? put_truncated(extras, at, view) : at;
}

/* "major:minor" of a device to be made; the number is as mknod(2) takes it. */
static uint8_t *put_rdev(struct extras *extras, uint8_t *at, const struct ygr_body_file *body)
{
	uint32_t device = body->access;
	char text[2 * 10 + 2], *end;

	if (!S_ISCHR(body->open_flags) && !S_ISBLK(body->open_flags))
		return at;
	end = put_decimal(text, (device & 0xfff00) >> 8);
	*end++ = ':';
	end = put_decimal(end, (device & 0xff) | ((device >> 12) & 0xfff00));
	return ygr_pack_str(put_key(extras, at, "rdev"), text, (size_t)(end - text));
}

/* Who opened the file, if it is not who closes it. */
static uint8_t *put_opener(struct extras *extras, uint8_t *at, const struct ygr_record *head,
			   const struct ygr_body_close_write *body)
{
	struct extras opener = { 0 };

	if (body->opener_tgid == head->tgid && body->opener_start_ns == head->start_ns)
		return at;
	at = put_key(extras, at, "opener");
	at = put_extra(&opener, at, "pid", body->opener_tgid);
	at = put_extra(&opener, at, "tid", body->opener_tid);
	at = put_extra(&opener, at, "start_ns", body->opener_start_ns);
	at = put_extra(&opener, at, "euid", body->opener_uid);
	close_extras(&opener);
	return at;
}

/* What is known of the open. Not each file system lets its writes be counted: then there is no number. */
static uint8_t *put_close_write(struct extras *extras, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_close_write *body = &view->body.close_write;

	if (!body->opened_ns)
		return at;
	at = put_extra(extras, at, "opened_ns", body->opened_ns);
	at = put_extra(extras, at, "old_size", body->old_size);
	if (body->written_bytes)
		at = put_extra(extras, at, "written_bytes", body->written_bytes);
	return put_opener(extras, at, view->head, body);
}

/* By bit. */
static const char *const flag_names[32] = {
	"kthread", "io_worker", "memfd", "unlinked", "truncated", "no_path", "script", "compat",
	"protected", "breaker", "no_reader", "killed", "no_digest", "coalesced",
	"sqpoll", "other_creds",
	[17] = "overlay_upper",
};

_Static_assert(YGR_F_NO_DIGEST == 1u << 12 && YGR_F_OVERLAY_UPPER == 1u << 17, "flag_names[]");

/* Of @bits, those that have a name; none: no key. */
static uint8_t *put_words(struct extras *extras, uint8_t *at, const char *key,
			  const char *const names[32], uint32_t bits)
{
	uint32_t nr = 0;

	for (int bit = 0; bit < 32; bit++)
		nr += (bits & 1u << bit) && names[bit];
	if (!nr)
		return at;
	at = ygr_pack_array(put_key(extras, at, key), nr);
	for (int bit = 0; bit < 32; bit++)
		if ((bits & 1u << bit) && names[bit])
			at = put_word(at, names[bit]);
	return at;
}

/* Of clone(2). */
static const char *const clone_names[32] = {
	[8] = "vm", [9] = "fs", [10] = "files", [15] = "parent", [17] = "newns", [25] = "newcgroup",
	[26] = "newuts", [27] = "newipc", [28] = "newuser", [29] = "newpid", [30] = "newnet",
};

/* ---- what few processes have ------------------------------------------------ */

/* As /proc shows them, without the zeroes before. */
static uint8_t *put_capabilities(struct extras *extras, uint8_t *at, const char *key, uint64_t bits)
{
	char text[17];

	if (!bits)
		return at;
	snprintf(text, sizeof(text), "%llx", (unsigned long long)bits);
	return put_word(put_key(extras, at, key), text);
}

static uint8_t *put_process_capabilities(struct extras *extras, uint8_t *at,
					 const struct ygr_body_exec *body)
{
	struct extras map = { 0 };

	if (!(body->cap_effective | body->cap_permitted | body->cap_inheritable |
	      body->cap_bounding | body->cap_ambient))
		return at;
	at = put_key(extras, at, "capabilities");
	at = put_capabilities(&map, at, "effective", body->cap_effective);
	at = put_capabilities(&map, at, "permitted", body->cap_permitted);
	at = put_capabilities(&map, at, "inheritable", body->cap_inheritable);
	at = put_capabilities(&map, at, "bounding", body->cap_bounding);
	at = put_capabilities(&map, at, "ambient", body->cap_ambient);
	close_extras(&map);
	return at;
}

static uint8_t *put_true(struct extras *extras, uint8_t *at, const char *key)
{
	at = put_key(extras, at, key);
	*at++ = 0xc3;
	return at;
}

static uint8_t *put_file_capabilities(struct extras *extras, uint8_t *at,
				      const struct ygr_body_exec *body)
{
	struct extras map = { 0 };

	if (!(body->exec_flags & YGR_EXEC_FILE_CAPS))
		return at;
	at = put_key(extras, at, "file_capabilities");
	at = put_capabilities(&map, at, "permitted", body->file_cap_permitted);
	at = put_capabilities(&map, at, "inheritable", body->file_cap_inheritable);
	if (body->exec_flags & YGR_EXEC_FILE_CAPS_EFFECTIVE)
		at = put_true(&map, at, "effective");
	at = put_extra(&map, at, "rootid", body->file_cap_rootid);
	close_extras(&map);
	return at;
}

static uint8_t *put_script_file(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
				const struct ygr_file_id *id)
{
	struct extras map = { 0 };

	if (!id->ino && !id->dev_major && !id->dev_minor)
		return at;
	at = put_key(extras, at, "script_file");
	at = put_extra(&map, at, "ino", id->ino);
	at = put_device(encoder, put_key(&map, at, "dev"), id->dev_major, id->dev_minor);
	if (id->ino_generation)
		at = put_extra(&map, at, "generation", id->ino_generation);
	at = put_extra(&map, at, "mode", id->mode);
	at = put_extra(&map, at, "uid", id->uid);
	at = put_extra(&map, at, "gid", id->gid);
	at = put_extra(&map, at, "size", id->size);
	at = put_extra(&map, at, "mtime_ns", id->mtime_ns);
	at = put_extra(&map, at, "ctime_ns", id->ctime_ns);
	close_extras(&map);
	return at;
}

static uint8_t *put_exec_extras(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
				const struct ygr_body_exec *body)
{
	static const char *const names[32] = {
		[2] = "secure", [3] = "script_overlay_upper", [4] = "unchecked",
	};
	char device[24];

	if (body->old_tid)
		at = put_extra(extras, at, "old_tid", body->old_tid);
	at = put_process_capabilities(extras, at, body);
	at = put_file_capabilities(extras, at, body);
	at = put_words(extras, at, "exec_flags", names, body->exec_flags);
	at = put_script_file(encoder, extras, at, &body->script);
	if (!body->tty_major && !body->tty_minor)
		return at;
	snprintf(device, sizeof(device), "%u:%u", body->tty_major, body->tty_minor);
	return put_word(put_key(extras, at, "tty_dev"), device);
}

static uint8_t *put_fork_extras(struct extras *extras, uint8_t *at, const struct ygr_body_fork *body)
{
	at = put_words(extras, at, "clone_flags", clone_names, body->clone_flags);
	if (body->exit_signal && body->exit_signal != SIGCHLD)
		at = put_extra(extras, at, "exit_signal", body->exit_signal);
	return at;
}

/* wait(2)'s status, taken apart. */
static uint8_t *put_exit_extras(struct extras *extras, uint8_t *at, uint32_t status)
{
	if (!(status & 0x7f))
		return put_extra(extras, at, "exit_code", status >> 8 & 0xff);
	at = put_extra(extras, at, "signal", status & 0x7f);
	return status & 0x80 ? put_true(extras, at, "core_dumped") : at;
}

static uint8_t *put_process_extras(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
				   const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_EXEC_CHECK:
	case YGR_EV_EXEC:
	case YGR_EV_PROCESS:
		return put_exec_extras(encoder, extras, at, &view->body.exec);
	case YGR_EV_FORK:
		return put_fork_extras(extras, at, &view->body.fork);
	case YGR_EV_EXIT:
		return put_exit_extras(extras, at, view->body.exit.status);
	}
	return at;
}

/* A sequence number is told only where the CPU's stream has a hole, or begins. */
static uint8_t *put_seq(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at, uint32_t cpu,
			uint64_t seq)
{
	if (cpu < CPUS_NR) {
		uint64_t expected = encoder->next_seq[cpu];

		encoder->next_seq[cpu] = seq + 1;
		if (expected == seq)
			return at;
	}
	return put_extra(extras, at, "seq", seq);
}

static uint8_t *put_extras(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
			   const struct ygr_record_view *view, uint32_t cpu, const struct ygr_process *self)
{
	const struct ygr_record *head = view->head;

	at = put_seq(encoder, extras, at, cpu, head->seq);
	if (head->tid != head->tgid)
		at = put_extra(extras, at, "tid", head->tid);
	if (self && memcmp(self->comm, head->comm, YGR_COMM_BYTES) != 0)
		at = put_text(put_key(extras, at, "comm"), head->comm, strnlen(head->comm, YGR_COMM_BYTES));
	at = put_words(extras, at, "flags", flag_names, head->flags);
	if (head->rule_id)
		at = put_extra(extras, at, "rule_id", head->rule_id);
	at = put_socket_extras(extras, at, view);
	at = put_names_of(extras, at, encoder->names);
	at = put_sensor_body(extras, at, view);
	at = put_process_extras(encoder, extras, at, view);
	if (head->type == YGR_EV_CREATE)
		at = put_rdev(extras, at, &view->body.file);
	if (head->type == YGR_EV_CLOSE_WRITE)
		at = put_close_write(extras, at, view);
	/* The process has its program from the table, which has it from here if need be. */
	return put_strings(extras, at, view, shape_of(head->type)->strings | TAG(YGR_STR_EXE));
}

/* ---- the whole ------------------------------------------------------------ */

static int reserve(struct ygr_encoded *out, size_t room)
{
	size_t cap = out->cap ? out->cap : 64 << 10;
	uint8_t *bytes;

	if (out->cap - out->size >= room)
		return 0;
	while (cap - out->size < room)
		cap *= 2;
	bytes = realloc(out->bytes, cap);
	if (!bytes)
		return -ENOMEM;
	out->bytes = bytes;
	out->cap = cap;
	return 0;
}

int ygr_encode_init(struct ygr_encoder *encoder)
{
	memset(encoder, 0, sizeof(*encoder));
	encoder->shapes = calloc(SHAPES_NR, sizeof(*encoder->shapes));
	encoder->next_seq = calloc(CPUS_NR, sizeof(*encoder->next_seq));
	if (encoder->shapes && encoder->next_seq)
		return 0;
	ygr_encode_exit(encoder);
	return -ENOMEM;
}

void ygr_encode_exit(struct ygr_encoder *encoder)
{
	free(encoder->shapes);
	free(encoder->next_seq);
	memset(encoder, 0, sizeof(*encoder));
}

int ygr_encode_begin(struct ygr_encoder *encoder, struct ygr_encoded *out, uint64_t boot_ns,
		     int64_t realtime_offset_ns)
{
	uint8_t *at;
	int ret = reserve(out, ROOM_BYTES);

	if (ret)
		return ret;
	if (++encoder->serial == 0)
		encoder->serial = 1;
	encoder->shape_nr = 0;
	encoder->process_nr = 0;
	encoder->subject_nr = 0;
	encoder->last_ns = boot_ns;
	memset(encoder->shapes, 0, SHAPES_NR * sizeof(*encoder->shapes));
	memset(encoder->next_seq, 0, CPUS_NR * sizeof(*encoder->next_seq));

	at = out->bytes + out->size;
	at = ygr_pack_array(at, 4);
	*at++ = YGR_ITEM_BATCH;
	*at++ = YGR_ENCODE_LAYOUT;
	at = ygr_pack_u64(at, boot_ns);
	at = ygr_pack_i64(at, realtime_offset_ns);
	at = define_shape(encoder, at, &subject_shape, NULL);
	out->size = (size_t)(at - out->bytes);
	return 0;
}

/* Return: the subject's number; the batch has it then. */
static uint32_t refer_subject(struct ygr_encoder *encoder, uint8_t **at, const struct ygr_record *head,
			      struct ygr_process_table *table, struct ygr_process *self)
{
	if (!self) {
		*at = define_stranger(encoder, *at, head);
		return encoder->subject_nr - 1;
	}
	*at = define_process(encoder, *at, table, self, 0);
	if (self->mark.subject_serial != encoder->serial || !is_same_subject(&self->mark, head))
		*at = define_subject(encoder, *at, head, table, self);
	return self->mark.subject_id;
}

/* Return: the shape's number; the batch has it then. */
static uint32_t refer_shape(struct ygr_encoder *encoder, uint8_t **at, const struct ygr_record *head)
{
	uint32_t slot = shape_slot(head);

	if (!encoder->shapes[slot]) {
		*at = define_shape(encoder, *at, shape_of(head->type), is_bare(head) ? NULL : head);
		encoder->shapes[slot] = (uint16_t)encoder->shape_nr;
	}
	return encoder->shapes[slot] - 1u;
}

int ygr_encode_event(struct ygr_encoder *encoder, struct ygr_encoded *out,
		     const struct ygr_record_view *view, uint32_t cpu,
		     struct ygr_process_table *table, struct ygr_process *self)
{
	const struct ygr_record *head = view->head;
	struct extras extras = { 0 };
	uint32_t shape, subject;
	uint8_t *at, *array;
	int ret;

	ret = reserve(out, ROOM_BYTES + NAMES_BYTES + 2 * (size_t)head->len);
	if (ret)
		return ret;
	at = out->bytes + out->size;
	shape = refer_shape(encoder, &at, head);
	subject = refer_subject(encoder, &at, head, table, self);

	array = at++;
	at = ygr_pack_u64(at, YGR_ITEM_EVENT + shape);
	at = ygr_pack_u64(at, subject);
	at = ygr_pack_u64(at, cpu);
	at = ygr_pack_i64(at, (int64_t)(head->time_ns - encoder->last_ns));
	encoder->last_ns = head->time_ns;
	at = put_values(encoder, at, view);
	if (is_bare(head))
		at = put_kind(&extras, at, head);
	if (has_own_verdict(head))
		at = put_verdict(&extras, at, head);
	at = put_extras(encoder, &extras, at, view, cpu, self);
	close_extras(&extras);
	*array = (uint8_t)(0x90 | (4u + shape_of(head->type)->nr + (extras.map != NULL)));
	out->size = (size_t)(at - out->bytes);
	return 0;
}

/* The head of an event that is of no ring, since the daemon tells it. */
static uint8_t *put_own_head(struct ygr_encoder *encoder, struct extras *map, uint8_t *at,
			     const char *type, int64_t realtime_offset_ns)
{
	at = put_word(put_key(map, at, "type"), type);
	at = put_word(put_key(map, at, "class"), "sensor");
	at = put_extra(map, at, "time_ns", encoder->last_ns + (uint64_t)realtime_offset_ns);
	return put_extra(map, at, "boot_ns", encoder->last_ns);
}

int ygr_encode_backlog(struct ygr_encoder *encoder, struct ygr_encoded *out,
		       const struct ygr_backlog *backlog, int64_t realtime_offset_ns)
{
	struct extras map = { 0 };
	uint8_t *at;
	int ret;

	ret = reserve(out, ROOM_BYTES);
	if (ret)
		return ret;
	at = put_own_head(encoder, &map, out->bytes + out->size, "backlog", realtime_offset_ns);
	at = put_extra(&map, at, "first_batch_id", backlog->first_batch_id);
	at = put_extra(&map, at, "last_batch_id", backlog->last_batch_id);
	at = put_extra(&map, at, "batch_nr", backlog->batch_nr);
	at = put_by_class(&map, at, "discarded", (const __u64 *)backlog->class_nr);
	close_extras(&map);
	out->size = (size_t)(at - out->bytes);
	return 0;
}

int ygr_encode_outage(struct ygr_encoder *encoder, struct ygr_encoded *out,
		      const struct ygr_outage *outage, int64_t realtime_offset_ns)
{
	struct extras map = { 0 };
	uint8_t *at;
	int ret;

	ret = reserve(out, ROOM_BYTES);
	if (ret)
		return ret;
	at = put_own_head(encoder, &map, out->bytes + out->size, "outage", realtime_offset_ns);
	at = put_extra(&map, at, "begin_time_ns", outage->begin_time_ns);
	at = put_extra(&map, at, "end_time_ns", outage->load_id + (uint64_t)realtime_offset_ns);
	at = put_extra(&map, at, "previous_load_id", outage->previous_load_id);
	at = put_extra(&map, at, "load_id", outage->load_id);
	at = put_extra(&map, at, "rebooted", outage->rebooted);
	close_extras(&map);
	out->size = (size_t)(at - out->bytes);
	return 0;
}
