// SPDX-License-Identifier: GPL-2.0-only
/* Shapes: what the values of each type of event are called, and the constants that go with them. */
#include <string.h>

#include "encode_parts.h"
#include "event_name.h"

#define LOCAL_NAMES	"local(addr port scope_id"
#define REMOTE_NAMES	"remote(addr port scope_id"
#define IDS_NAMES	"real effective saved fs"
#define CAPS_NAMES	"effective permitted inheritable"
#define FILE_NAMES	"file(ino dev generation mode uid gid size mtime_ns ctime_ns"

const struct shape ygr_encode_subject_shape = {
	.nr = 10,
	.names = { "ppid", "uid", "gid", "euid", "egid", "loginuid", "sessionid", "cgroup_id",
		   "ns(mnt pid net user uts ipc cgroup", "generation" },
};

const struct shape *ygr_encode_shape_of(uint16_t type)
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

uint8_t *ygr_encode_kind(struct extras *extras, uint8_t *at, const struct ygr_record *head)
{
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(put_key(extras, at, "type"), ygr_event_name_type(head->type, room));
	return put_word(put_key(extras, at, "class"), ygr_event_name_class(head->class, room));
}

uint8_t *ygr_encode_verdict(struct extras *extras, uint8_t *at, const struct ygr_record *head)
{
	char room[YGR_EVENT_NAME_BYTES];

	return put_word(put_key(extras, at, "verdict"), ygr_event_name_verdict(head->verdict, room));
}

uint8_t *ygr_encode_shape_define(struct ygr_encoder *encoder, uint8_t *at, const struct shape *shape,
				 const struct ygr_record *head)
{
	struct extras constants = { 0 };

	at = ygr_pack_array(at, 2u + shape->nr);
	*at++ = YGR_ITEM_SHAPE;
	if (head)
		at = ygr_encode_kind(&constants, at, head);
	else
		*at++ = 0x80;
	if (head && head->verdict != YGR_VERDICT_ALLOW && !has_own_verdict(head))
		at = ygr_encode_verdict(&constants, at, head);
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

uint32_t ygr_encode_shape_refer(struct ygr_encoder *encoder, uint8_t **at, const struct ygr_record *head)
{
	uint32_t slot = shape_slot(head);

	if (!encoder->shapes[slot]) {
		*at = ygr_encode_shape_define(encoder, *at, ygr_encode_shape_of(head->type),
					      is_bare(head) ? NULL : head);
		encoder->shapes[slot] = (uint16_t)encoder->shape_nr;
	}
	return encoder->shapes[slot] - 1u;
}
