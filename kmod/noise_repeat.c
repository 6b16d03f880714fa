// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "clock.h"
#include "noise_cpu.h"
#include "policy.h"
#include "ring.h"
#include "subject.h"
#include "text_hash.h"

#define REPEATS_BYTES	(sizeof(struct ygr_string) + sizeof(struct ygr_repeats))

static_assert(REPEATS_BYTES % 8 == 0 && YGR_NOISE_HOLD_BYTES % 8 == 0);

DEFINE_PER_CPU(struct ygr_record *, ygr_noise_holding);

static u32 index_of(const struct ygr_noise_cpu *noise, const struct ygr_coalesce_slot *slot)
{
	return slot - noise->coalesce.slots;
}

static void put_repeats(void *to, const struct ygr_coalesce_slot *slot)
{
	struct ygr_string *string = to;
	struct ygr_repeats *repeats = (void *)(string + 1);

	*string = (struct ygr_string) {
		.tag = YGR_STR_REPEATS, .len = sizeof(*repeats), .true_len = sizeof(*repeats),
	};
	repeats->repeat_nr = slot->repeat_nr;
	repeats->first_ns = slot->first_ns;
	repeats->last_ns = slot->last_ns;
}

/* Return: whether the slot holds nothing now; if not, there was no room in the ring. */
static bool tell_repeats(struct ygr_noise_cpu *noise, struct ygr_coalesce_slot *slot)
{
	const struct ygr_record *held = (void *)noise->held[index_of(noise, slot)];
	struct ygr_record *record;

	if (likely(!slot->repeat_nr))
		return true;
	record = ygr_ring_try_reserve(held->len + REPEATS_BYTES, held->class);
	if (!record)
		return false;
	memcpy(record, held, held->len);
	put_repeats((void *)record + held->len, slot);
	record->len += REPEATS_BYTES;
	record->time_ns = ygr_clock_boot_ns();
	noise->coalesced_told[held->class] += slot->repeat_nr;
	noise->merged[held->class]++;
	ygr_coalesce_release(&noise->coalesce, slot);
	ygr_ring_commit();
	return true;
}

static void fill_file(struct ygr_coalesce_key *key, const struct ygr_event *event)
{
	const struct inode *inode = event->inode;

	key->words[0] = inode->i_ino;
	key->words[3] = event->detail;
	key->words[4] = (u64)inode->i_sb->s_dev << 32 | inode->i_generation;
}

static void fill_socket(struct ygr_coalesce_key *key, const struct ygr_event *event)
{
	const struct ygr_match_event *match = &event->match;

	key->words[0] = 0;
	key->words[3] = (u64)match->family << 48 | (u64)match->socket_type << 32 |
			match->protocol;
	key->words[4] = 0;
	if (match->addr_family) {
		memcpy(&key->words[0], match->addr, 8);
		memcpy(&key->words[4], match->addr + 8, 8);
		key->words[3] ^= (u64)match->addr_family << 56 | (u64)match->port << 16;
	}
	if (match->unix_name.bytes) {
		key->name = match->unix_name.bytes;
		key->name_len = match->unix_name.len;
		/* To tell most names apart before they are compared. */
		key->words[0] = ygr_text_hash_part(key->name, key->name_len,
						   key->name_len - min(key->name_len, 8u),
						   min(key->name_len, 8u));
	}
}

/* Whoever executes another program is another, though the process is the same. */
static void fill_who(struct ygr_coalesce_key *key, const struct ygr_event *event)
{
	const struct task_struct *task = current;
	const struct cred *cred = current_cred();

	key->words[1] = ygr_subject_start_ns(task);
	key->words[2] = (u64)task->tgid << 32 | (u32)task->self_exec_id;
	key->words[5] = (u64)__kuid_val(cred->uid) << 32 | __kuid_val(cred->euid);
	key->words[6] = (u64)event->type << 32 | event->flags;
	key->words[7] = event->generation;
	key->words[8] = (u64)event->decision.rule_id << 32 |
			(task->flags & (PF_KTHREAD | PF_IO_WORKER));
}

static void fill_key(struct ygr_coalesce_key *key, const struct ygr_event *event)
{
	key->name_len = 0;
	if (event->class == YGR_CLASS_FILE)
		fill_file(key, event);
	else
		fill_socket(key, event);
	fill_who(key, event);
}

/* For those that go the short way. */
static void mark(struct ygr_noise_cpu *noise, const struct ygr_event *event)
{
	const struct ygr_match_event *match = &event->match;
	u64 what;

	if (event->inode)
		what = ygr_noise_what_of_open(event->inode, (u32)event->detail);
	else if (match->on == YGR_ON_CONNECT && match->addr_family)
		what = ygr_noise_what_of_connect(match->addr_family, match->port, match->addr);
	else
		return;
	ygr_noise_mark(noise->marks, ygr_subject_start_ns(current), what);
}

enum ygr_coalesce_answer ygr_noise_ask_repeat(struct ygr_noise_cpu *noise, struct ygr_event *event,
					      const struct ygr_noise_limits *limits, struct ygr_noise_first *first)
{
	enum ygr_coalesce_answer answer;

	first->tick = get_jiffies_64();
	fill_key(&first->key, event);
	answer = ygr_coalesce_ask(&noise->coalesce, &first->key, first->tick, limits->window_ticks, &first->slot);
	if (answer == YGR_COALESCE_REPEAT) {
		ygr_coalesce_add(first->slot, ygr_clock_boot_ns());
		noise->coalesced[event->class]++;
	} else if (answer == YGR_COALESCE_SECOND) {
		event->hold = first->slot;
	}
	return answer;
}

void ygr_noise_begin_repeat(struct ygr_noise_cpu *noise, const struct ygr_event *event, struct ygr_noise_first *first)
{
	if (!tell_repeats(noise, first->slot))
		return;
	ygr_coalesce_begin(first->slot, &first->key, first->tick);
	mark(noise, event);
}

struct ygr_record *ygr_noise_hold(struct ygr_coalesce_slot *slot, u32 bytes)
{
	struct ygr_noise_cpu *noise = this_cpu_read(ygr_noise_cpus);
	struct ygr_record *record = (void *)noise->held[index_of(noise, slot)];

	if (bytes > YGR_NOISE_HOLD_BYTES)
		return NULL;
	this_cpu_write(ygr_noise_holding, record);
	return record;
}

void ygr_noise_held(void)
{
	struct ygr_record *record = this_cpu_read(ygr_noise_holding);
	struct ygr_noise_cpu *noise = this_cpu_read(ygr_noise_cpus);
	u32 index = ((u8 *)record - noise->held[0]) / YGR_NOISE_HOLD_BYTES;

	this_cpu_write(ygr_noise_holding, NULL);
	record->flags |= YGR_F_COALESCED;
	noise->coalesced[record->class]++;
	ygr_coalesce_hold(&noise->coalesce, &noise->coalesce.slots[index], record->time_ns);
}

void ygr_noise_settle_repeats(struct ygr_noise_cpu *noise, u64 start_ns, pid_t tgid)
{
	u32 i, left = noise->coalesce.held_nr;

	for (i = 0; left && i < YGR_COALESCE_SLOT_NR; i++) {
		struct ygr_coalesce_slot *slot = &noise->coalesce.slots[i];

		if (!slot->repeat_nr)
			continue;
		left--;
		if (slot->words[1] == start_ns && slot->words[2] >> 32 == tgid)
			tell_repeats(noise, slot);
	}
}

void ygr_noise_flush_repeats(struct ygr_noise_cpu *noise, bool everything)
{
	u64 window_ticks = ygr_policy_get()->noise.window_ticks, tick = get_jiffies_64();
	u32 i, left = noise->coalesce.held_nr;

	for (i = 0; left && i < YGR_COALESCE_SLOT_NR && !ygr_ring_is_crowded(); i++) {
		struct ygr_coalesce_slot *slot = &noise->coalesce.slots[i];

		if (!slot->repeat_nr)
			continue;
		left--;
		if (everything || ygr_coalesce_is_over(slot, tick, window_ticks))
			tell_repeats(noise, slot);
	}
}
