// SPDX-License-Identifier: GPL-2.0-only
/* Who did it: processes, as many of their ancestors as are known, and as which user. */
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "encode_parts.h"

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

static uint8_t *put_entry(struct extras *extras, uint8_t *at, const struct ygr_entry *entry,
			  const char *unit)
{
	struct extras map = { 0 };

	at = put_key(extras, at, "entry");
	at = put_word(put_key(&map, at, "kind"), entry->kind);
	at = put_known(&map, at, "unit", unit);
	if (entry->peer.family == AF_INET || entry->peer.family == AF_INET6) {
		at = ygr_encode_ip(put_key(&map, at, "addr"), &entry->peer);
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
	*array = (uint8_t)(0x90 | (3u + ygr_encode_subject_shape.nr + (extras.map != NULL)));
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

uint32_t ygr_encode_subject_refer(struct ygr_encoder *encoder, uint8_t **at, const struct ygr_record *head,
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
