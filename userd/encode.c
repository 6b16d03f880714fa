// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "encode_parts.h"

#define CPUS_NR		8192

/*
 * The most that one event takes: a line of processes with their programs, a
 * shape and a subject, numbers and keys; and twice its strings, since an argument
 * of one byte may become three.
 */
#define PROCESS_BYTES	(64 + YGR_PACK_STR_BYTES(YGR_PROCESS_EXE_BYTES))
#define ROOM_BYTES	((DEPTH_MAX + 1) * PROCESS_BYTES + 8192)
/* What names.h may add: a whole answer, and the keys of its records; or an address's names, or a ClientHello's. */
#define NAMES_BYTES	(YGR_DNS_ROOM_BYTES + 16384)

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

static uint8_t *put_values(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_EXEC_CHECK ... YGR_EV_PROCESS:
		return ygr_encode_process_values(encoder, at, view);
	case YGR_EV_OPEN ... YGR_EV_MEMFD:
	case YGR_EV_REMOVEXATTR ... YGR_EV_CHATTR:
		return ygr_encode_file_values(encoder, at, view);
	case YGR_EV_SOCKET_CREATE ... YGR_EV_STREAM:
		return ygr_encode_socket_values(at, view);
	case YGR_EV_SETUID ... YGR_EV_SECCOMP:
		return ygr_encode_system_values(encoder, at, view);
	}
	return at;
}

/* ---- what seldom is ------------------------------------------------------- */

/* By bit. */
static const char *const flag_names[32] = {
	"kthread", "io_worker", "memfd", "unlinked", "truncated", "no_path", "script", "compat",
	"protected", "breaker", "no_reader", "killed", "no_digest", "coalesced",
	"sqpoll", "other_creds",
	[17] = "overlay_upper",
};

_Static_assert(YGR_F_NO_DIGEST == 1u << 12 && YGR_F_OVERLAY_UPPER == 1u << 17, "flag_names[]");

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

/* The types that have some: most have none, and cost no call. */
static uint8_t *put_extras_of_type(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
				   const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_EXEC_CHECK ... YGR_EV_PROCESS:
		return ygr_encode_process_extras(encoder, extras, at, view);
	case YGR_EV_CREATE:
	case YGR_EV_CLOSE_WRITE:
		return ygr_encode_file_extras(extras, at, view);
	case YGR_EV_SOCKET_CREATE ... YGR_EV_STREAM:
		return ygr_encode_socket_extras(extras, at, view);
	case YGR_EV_START ... YGR_EV_SUPPRESSED:
		return ygr_encode_sensor_extras(extras, at, view);
	}
	return at;
}

static uint8_t *put_extras(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
			   const struct ygr_record_view *view, uint32_t cpu,
			   const struct ygr_process *self, const struct shape *shape)
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
	at = put_extras_of_type(encoder, extras, at, view);
	if (encoder->names)
		at = ygr_encode_names(extras, at, encoder->names);
	/* The process has its program from the table, which has it from here if need be. */
	return ygr_encode_strings(extras, at, view, shape->strings | TAG(YGR_STR_EXE));
}

/* ---- the whole ------------------------------------------------------------ */

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
	at = ygr_encode_shape_define(encoder, at, &ygr_encode_subject_shape, NULL);
	out->size = (size_t)(at - out->bytes);
	return 0;
}

int ygr_encode_event(struct ygr_encoder *encoder, struct ygr_encoded *out,
		     const struct ygr_record_view *view, uint32_t cpu,
		     struct ygr_process_table *table, struct ygr_process *self)
{
	const struct ygr_record *head = view->head;
	const struct shape *shape = ygr_encode_shape_of(head->type);
	struct extras extras = { 0 };
	uint32_t shape_id, subject_id;
	uint8_t *at, *array;
	int ret;

	ret = reserve(out, ROOM_BYTES + NAMES_BYTES + 2 * (size_t)head->len);
	if (ret)
		return ret;
	at = out->bytes + out->size;
	shape_id = ygr_encode_shape_refer(encoder, &at, head);
	subject_id = ygr_encode_subject_refer(encoder, &at, head, table, self);

	array = at++;
	at = ygr_pack_u64(at, YGR_ITEM_EVENT + shape_id);
	at = ygr_pack_u64(at, subject_id);
	at = ygr_pack_u64(at, cpu);
	at = ygr_pack_i64(at, (int64_t)(head->time_ns - encoder->last_ns));
	encoder->last_ns = head->time_ns;
	at = put_values(encoder, at, view);
	if (is_bare(head))
		at = ygr_encode_kind(&extras, at, head);
	if (has_own_verdict(head))
		at = ygr_encode_verdict(&extras, at, head);
	at = put_extras(encoder, &extras, at, view, cpu, self, shape);
	close_extras(&extras);
	*array = (uint8_t)(0x90 | (4u + shape->nr + (extras.map != NULL)));
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
	at = ygr_encode_by_class(&map, at, "discarded", (const __u64 *)backlog->class_nr);
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
