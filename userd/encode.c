// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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
	const char *names[12];		/* in front of '(': a map of the names within */
};

#define TAG(tag)	(1u << (tag))
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
	static const struct shape exit = { 0, 3, { "status", "utime_ns", "stime_ns" } };
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
		TAG(YGR_STR_UNIX_PATH), 8,
		{ "family", "sock_type", "protocol", "backlog", "socket_ino", "local(addr port scope_id",
		  "remote(addr port scope_id", "unix_path" },
	};
	static const struct shape none = { 0, 0, { NULL } };	/* all that it has is extra */

	switch (type) {
	case YGR_EV_EXEC_CHECK:
	case YGR_EV_EXEC:
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
		return &file;
	case YGR_EV_CHOWN:
		return &chown;
	case YGR_EV_SOCKET_CREATE ... YGR_EV_SEND:
		return &socket;
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

/* What the ids are called, as far as it is known. */
static uint8_t *put_identity(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
			     const struct ygr_record *head)
{
	struct ygr_identity_facts facts;

	if (!encoder->identity)
		return at;
	ygr_identity_find(encoder->identity, head, &facts);
	at = put_known(extras, at, "user", facts.user);
	at = put_known(extras, at, "group", facts.group);
	at = put_known(extras, at, "euser", facts.euser);
	return put_container(extras, at, facts.container);
}

/* @process_id: told as how many processes back, which is nearly always 1. */
static uint8_t *put_subject(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record *head,
			    uint32_t process_id)
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
	at = put_identity(encoder, &extras, at, head);
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
			       struct ygr_process *self)
{
	struct ygr_process_mark *mark = &self->mark;

	mark->subject_serial = encoder->serial;
	mark->subject_id = encoder->subject_nr;
	mark->ppid = head->ppid;
	mark->generation = head->generation;
	memcpy(mark->who, &head->uid, sizeof(mark->who));
	return put_subject(encoder, at, head, mark->id);
}

/* Whom the table does not have: of one use only. */
static uint8_t *define_stranger(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record *head)
{
	at = put_process(encoder, at, 0, head->tgid, head->start_ns, head->comm, NULL);
	return put_subject(encoder, at, head, encoder->process_nr - 1);
}

/* ---- values --------------------------------------------------------------- */

/* Files of one disk come in a row: its name is made once. */
static uint8_t *put_device(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_file_id *id)
{
	struct ygr_encoder_device *device = &encoder->device;
	char *end;

	if (device->major != id->dev_major || device->minor != id->dev_minor || !device->len) {
		device->major = id->dev_major;
		device->minor = id->dev_minor;
		end = put_decimal(device->text, id->dev_major);
		*end++ = ':';
		end = put_decimal(end, id->dev_minor);
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
	at = put_device(encoder, at, id);
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
	return ygr_pack_u64(at, body->stime_ns);
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
	at = put_access(at, body->access);
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
	return put_string(at, &view->strings[YGR_STR_UNIX_PATH]);
}

static uint8_t *put_values(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_EXEC_CHECK:
	case YGR_EV_EXEC:
		return put_exec(encoder, at, view);
	case YGR_EV_FORK:
		return put_fork(at, view);
	case YGR_EV_EXIT:
		return put_exit(at, &view->body.exit);
	case YGR_EV_CHOWN:
		return put_chown(encoder, at, view);
	case YGR_EV_OPEN ... YGR_EV_CHMOD:
	case YGR_EV_SETXATTR ... YGR_EV_TRUNCATE:
		return put_file_event(encoder, at, view);
	case YGR_EV_SOCKET_CREATE ... YGR_EV_SEND:
		return put_socket(at, view);
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

/* The bodies of the sensor's own records, which are few. */
static uint8_t *put_sensor_body(struct extras *extras, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_gap *gap = &view->body.gap;
	const struct ygr_body_totals *totals = &view->body.totals;

	switch (view->head->type) {
	case YGR_EV_START:
		return put_extra(extras, at, "load_id", view->body.start.load_id);
	case YGR_EV_POLICY:
		return put_policy(extras, at, &view->body.policy);
	case YGR_EV_GAP:
		at = put_extra(extras, at, "first_ns", gap->first_ns);
		at = put_extra(extras, at, "last_ns", gap->last_ns);
		return put_by_class(extras, at, "dropped", gap->dropped);
	case YGR_EV_TOTALS:
		at = put_extra(extras, at, "begin_ns", totals->begin_ns);
		at = put_extra(extras, at, "end_ns", totals->end_ns);
		at = put_by_class(extras, at, "produced", totals->produced);
		return put_by_class(extras, at, "dropped", totals->dropped);
	case YGR_EV_BREAKER:
		return put_breaker(extras, at, &view->body.breaker);
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

static uint8_t *put_other_string(struct extras *extras, uint8_t *at, int tag,
				 const struct ygr_record_string *string)
{
	if (tag == YGR_STR_ALERT)
		return put_alert(extras, at, string);
	at = put_key(extras, at, string_keys[tag]);
	if (tag == YGR_STR_ARGV)
		return put_arguments(at, string);
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

		if (!ygr_record_string_is_cut(string))
			continue;
		at = put_word(at, string_keys[tag]);
		at = string->true_len == YGR_LEN_UNKNOWN ? ygr_pack_nil(at) : ygr_pack_u64(at, string->true_len);
		nr++;
	}
	*map = (uint8_t)(0x80 | nr);
	return at;
}

/* Strings that are not among the values of such an event, and what became of any. */
static uint8_t *put_strings(struct extras *extras, uint8_t *at, const struct ygr_record_view *view,
			    uint32_t done)
{
	bool is_cut = false;

	for (int tag = 1; tag < YGR_RECORD_TAG_NR; tag++) {
		const struct ygr_record_string *string = &view->strings[tag];

		is_cut |= ygr_record_string_is_cut(string);
		if (!string->bytes || done & TAG(tag))
			continue;
		at = put_other_string(extras, at, tag, string);
	}
	return is_cut ? put_truncated(extras, at, view) : at;
}

/* By bit. */
static const char *const flag_names[] = {
	"kthread", "io_worker", "memfd", "unlinked", "truncated", "no_path", "script", "compat",
	"protected", "breaker", "no_reader", "killed", "no_digest",
};

#define FLAG_NR		(sizeof(flag_names) / sizeof(flag_names[0]))

_Static_assert(YGR_F_NO_DIGEST == 1u << (FLAG_NR - 1), "flag_names[] has them all, in order");

static uint8_t *put_flags(struct extras *extras, uint8_t *at, uint32_t flags)
{
	flags &= (1u << FLAG_NR) - 1;
	if (!flags)
		return at;
	at = ygr_pack_array(put_key(extras, at, "flags"), (uint32_t)__builtin_popcount(flags));
	for (size_t bit = 0; bit < FLAG_NR; bit++)
		if (flags & 1u << bit)
			at = put_word(at, flag_names[bit]);
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
	at = put_flags(extras, at, head->flags);
	if (head->rule_id)
		at = put_extra(extras, at, "rule_id", head->rule_id);
	at = put_sensor_body(extras, at, view);
	if ((head->type == YGR_EV_EXEC || head->type == YGR_EV_EXEC_CHECK) && view->body.exec.old_tid)
		at = put_extra(extras, at, "old_tid", view->body.exec.old_tid);
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
		*at = define_subject(encoder, *at, head, self);
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

	ret = reserve(out, ROOM_BYTES + 2 * (size_t)head->len);
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

int ygr_encode_backlog(struct ygr_encoder *encoder, struct ygr_encoded *out,
		       const struct ygr_backlog *backlog, int64_t realtime_offset_ns)
{
	struct extras map = { 0 };
	uint8_t *at;
	int ret;

	ret = reserve(out, ROOM_BYTES);
	if (ret)
		return ret;
	at = out->bytes + out->size;
	at = put_word(put_key(&map, at, "type"), "backlog");
	at = put_word(put_key(&map, at, "class"), "sensor");
	at = put_extra(&map, at, "time_ns", encoder->last_ns + (uint64_t)realtime_offset_ns);
	at = put_extra(&map, at, "boot_ns", encoder->last_ns);
	at = put_extra(&map, at, "first_batch_id", backlog->first_batch_id);
	at = put_extra(&map, at, "last_batch_id", backlog->last_batch_id);
	at = put_extra(&map, at, "batch_nr", backlog->batch_nr);
	at = put_by_class(&map, at, "discarded", (const __u64 *)backlog->class_nr);
	close_extras(&map);
	out->size = (size_t)(at - out->bytes);
	return 0;
}
