// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cgroup.h>
#include <linux/cpu.h>
#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "budget.h"
#include "clock.h"
#include "coalesce.h"
#include "compat/compat.h"
#include "noise.h"
#include "policy.h"
#include "ring.h"
#include "subject.h"
#include "text_hash.h"

/* Of a held record: a head, a body, and a path of some 400 bytes. A longer one is not held. */
#define HOLD_BYTES	704u

/* Events of a task that pass before its budgets are asked. */
#define PASS_MAX	64u

#define REPEATS_BYTES	(sizeof(struct ygr_string) + sizeof(struct ygr_repeats))
#define SUPPRESSED_BYTES (sizeof(struct ygr_record) + sizeof(struct ygr_body_suppressed))

static_assert(REPEATS_BYTES % 8 == 0 && SUPPRESSED_BYTES % 8 == 0 && HOLD_BYTES % 8 == 0);

/* One CPU's. Its tasks use it with preemption off; so does the work, which is a task's too. */
struct noise {
	struct ygr_coalesce coalesce;
	u8 held[YGR_COALESCE_SLOT_NR][HOLD_BYTES] __aligned(8);
	struct ygr_budget processes;
	struct ygr_budget cgroups;
	struct ygr_record who[YGR_BUDGET_ENTRY_NR]; /* of `processes`, where something is suppressed */
	u64 coalesced[YGR_CLASS_NR];
	u64 coalesced_told[YGR_CLASS_NR];
	u64 merged[YGR_CLASS_NR];
	u64 suppressed[YGR_CLASS_NR];
	u64 suppressed_told[YGR_CLASS_NR];
	u32 marks[1u << YGR_NOISE_MARKS_LOG2];
	struct work_struct work;
	unsigned int cpu;
	bool everything;		/* the work is to tell what is not over, too */
};

static DEFINE_PER_CPU(struct noise *, noises);	/* NULL: a CPU without a ring */
DEFINE_PER_CPU(struct ygr_record *, ygr_noise_holding);
DEFINE_PER_CPU(u32 *, ygr_noise_marks);

static struct ygr_noise_limits defaults __ro_after_init;

/* ---- telling ---- */

static u32 index_of(const struct noise *noise, const struct ygr_coalesce_slot *slot)
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
static bool tell_repeats(struct noise *noise, struct ygr_coalesce_slot *slot)
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

static void fill_suppressed(struct ygr_record *record, const struct ygr_budget_entry *entry,
			    enum ygr_suppressed_scope scope)
{
	struct ygr_body_suppressed *body = (void *)(record + 1);
	unsigned int class;

	memset(body, 0, sizeof(*body));
	record->len = SUPPRESSED_BYTES;
	record->type = YGR_EV_SUPPRESSED;
	record->class = YGR_CLASS_SENSOR;
	record->body_len = sizeof(*body);
	record->time_ns = ygr_clock_boot_ns();
	body->first_ns = entry->first_ns;
	body->last_ns = entry->last_ns;
	body->scope = scope;
	for (class = 0; class < YGR_CLASS_NR; class++)
		body->suppressed[class] = entry->suppressed[class];
}

/* Return: whether nothing of @entry is untold now. */
static bool tell_suppressed(struct noise *noise, struct ygr_budget *budget,
			    struct ygr_budget_entry *entry)
{
	bool is_process = budget == &noise->processes;
	struct ygr_record *record;
	unsigned int class;

	if (likely(!entry->suppressed_nr))
		return true;
	record = ygr_ring_try_reserve(SUPPRESSED_BYTES, YGR_CLASS_SENSOR);
	if (!record)
		return false;
	if (is_process) {
		*record = noise->who[entry - budget->entries];
	} else {
		memset(record, 0, sizeof(*record));
		record->cgroup_id = entry->id.major;
	}
	fill_suppressed(record, entry,
			is_process ? YGR_SUPPRESSED_PROCESS : YGR_SUPPRESSED_CGROUP);
	for (class = 0; class < YGR_CLASS_NR; class++)
		noise->suppressed_told[class] += entry->suppressed[class];
	ygr_budget_settle(budget, entry);
	ygr_ring_commit();
	return true;
}

/* ---- repeats ---- */

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

static bool may_repeat(const struct ygr_event *event, const struct ygr_noise_limits *limits)
{
	return (limits->coalesce_on & YGR_ON_BIT(event->match.on)) &&
	       (event->class != YGR_CLASS_FILE || event->inode);
}

struct ygr_record *ygr_noise_hold(struct ygr_coalesce_slot *slot, u32 bytes)
{
	struct noise *noise = this_cpu_read(noises);
	struct ygr_record *record = (void *)noise->held[index_of(noise, slot)];

	if (bytes > HOLD_BYTES)
		return NULL;
	this_cpu_write(ygr_noise_holding, record);
	return record;
}

void ygr_noise_held(void)
{
	struct ygr_record *record = this_cpu_read(ygr_noise_holding);
	struct noise *noise = this_cpu_read(noises);
	u32 index = ((u8 *)record - noise->held[0]) / HOLD_BYTES;

	this_cpu_write(ygr_noise_holding, NULL);
	record->flags |= YGR_F_COALESCED;
	noise->coalesced[record->class]++;
	ygr_coalesce_hold(&noise->coalesce, &noise->coalesce.slots[index], record->time_ns);
}

/* ---- budgets ---- */

static struct ygr_budget_entry *get_entry(struct noise *noise, struct ygr_budget *budget,
					  struct ygr_budget_id id)
{
	struct ygr_budget_entry *entry = ygr_budget_find(budget, id);

	if (likely(entry))
		return entry;
	entry = ygr_budget_choose(budget, id);
	if (!tell_suppressed(noise, budget, entry))
		return NULL;
	ygr_budget_assign(budget, entry, id);
	return entry;
}

static void suppress(struct noise *noise, struct ygr_budget *budget,
		     struct ygr_budget_entry *entry, enum ygr_class class)
{
	struct ygr_record *who = &noise->who[entry - budget->entries];

	if (budget == &noise->processes && !entry->suppressed_nr) {
		memset(who, 0, sizeof(*who));
		ygr_subject_fill(who);
	}
	ygr_budget_suppress(budget, entry, class, ygr_clock_boot_ns());
	noise->suppressed[class]++;
}

/* Cgroups but the root: that one is no job, but all that is none. */
static struct ygr_budget_entry *get_cgroup(struct noise *noise)
{
	const struct cgroup *cgroup = task_dfl_cgroup(current);

	if (!cgroup->level)
		return NULL;
	return get_entry(noise, &noise->cgroups,
			 (struct ygr_budget_id) { .major = cgroup_id((struct cgroup *)cgroup) });
}

static struct ygr_budget_entry *get_process(struct noise *noise)
{
	return get_entry(noise, &noise->processes, (struct ygr_budget_id) {
		.major = ygr_subject_start_ns(current), .minor = current->tgid,
	});
}

static u64 period_now(void)
{
	return get_jiffies_64() / HZ + 1;
}

/* Whether who has an entry, and few have none, may go on. */
static bool allows(struct ygr_budget *budget, struct ygr_budget_id id, u32 limit)
{
	struct ygr_budget_entry *entry = ygr_budget_find(budget, id);

	return entry && ygr_budget_allows(budget, entry, period_now(), limit, false);
}

static void charge(struct ygr_budget *budget, struct ygr_budget_id id, u32 nr)
{
	struct ygr_budget_entry *entry = ygr_budget_find(budget, id);

	if (entry)
		ygr_budget_charge(budget, entry, period_now(), nr);
}

static struct ygr_budget_id process_of(const struct ygr_context *context)
{
	return (struct ygr_budget_id) {
		.major = context->values.start_ns, .minor = context->values.ids >> 32,
	};
}

static struct ygr_budget_id cgroup_of(const struct ygr_context *context)
{
	return (struct ygr_budget_id) { .major = context->values.cgroup_id };
}

void ygr_noise_charge(struct ygr_context *context)
{
	struct noise *noise = this_cpu_read(noises);
	u32 nr = context->pass_nr - context->pass_left;
	bool had_budget = context->pass_nr != U32_MAX;

	context->pass_nr = 0;
	context->pass_left = 0;
	/* What had no budget then, is charged to none now. */
	if (!nr || !noise || !had_budget)
		return;
	charge(&noise->processes, process_of(context), nr);
	charge(&noise->cgroups, cgroup_of(context), nr);
}

static void let_pass_nr(struct ygr_context *context, const struct ygr_noise_limits *limits)
{
	context->pass_nr = limits->pass_nr;
	context->pass_left = limits->pass_nr;
}

/* Who has had its budget, or needs a share of a crowded ring, is asked about the long way. */
void ygr_noise_pass_on(struct ygr_context *context, const struct ygr_noise_limits *limits)
{
	struct noise *noise = this_cpu_read(noises);

	ygr_noise_charge(context);
	if (noise && !ygr_ring_is_crowded() &&
	    allows(&noise->processes, process_of(context), limits->process_budget) &&
	    (!task_dfl_cgroup(current)->level ||
	     allows(&noise->cgroups, cgroup_of(context), limits->cgroup_budget)))
		let_pass_nr(context, limits);
}

/* What comes next of this task need not be asked about: it was just now. */
static void let_pass(const struct ygr_noise_limits *limits, const struct ygr_event *event)
{
	const struct ygr_context_judge judge = {
		.generation = event->generation, .rule_id = event->decision.rule_id,
	};
	struct ygr_context *context = ygr_context_slot(current, judge.rule_id);

	/* What a rule decided by a path is a whole record, which leaves no context behind. */
	if (!ygr_context_was_of(context, current) &&
	    (!judge.rule_id || !ygr_context_renew(context, current, &judge, ygr_compat_grace_periods())))
		return;
	ygr_noise_charge(context);
	let_pass_nr(context, limits);
}

/* Who cannot have an entry, since there is no room to tell of another, is left to the ring. */
static bool is_over_budget(struct noise *noise, const struct ygr_event *event,
			   const struct ygr_noise_limits *limits)
{
	bool is_crowded = ygr_ring_is_crowded();
	struct ygr_budget_entry *process = get_process(noise);
	struct ygr_budget_entry *cgroup = get_cgroup(noise);
	u64 period = period_now();

	/* Of whoever's it is: they have their entries now, if it is ours. */
	ygr_noise_charge(ygr_context_slot(current, event->decision.rule_id));
	if (process && !ygr_budget_allows(&noise->processes, process, period,
					  limits->process_budget, is_crowded)) {
		suppress(noise, &noise->processes, process, event->class);
		return true;
	}
	if (cgroup && !ygr_budget_allows(&noise->cgroups, cgroup, period,
					 limits->cgroup_budget, is_crowded)) {
		suppress(noise, &noise->cgroups, cgroup, event->class);
		return true;
	}
	if (process)
		ygr_budget_take(&noise->processes, process);
	if (cgroup)
		ygr_budget_take(&noise->cgroups, cgroup);
	return false;
}

/* An alert is what somebody asked to hear, however much else there is. */
static bool is_alert(const struct ygr_event *event)
{
	return event->decision.rule_id && event->rule_alert[0];
}

static bool has_budget(const struct ygr_event *event, const struct ygr_noise_limits *limits)
{
	return (limits->process_budget | limits->cgroup_budget) && !is_alert(event);
}

/* ---- both ---- */

/* For those that go the short way. */
static void mark(struct noise *noise, const struct ygr_event *event)
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

bool ygr_noise_takes(struct ygr_event *event, const struct ygr_noise_limits *limits)
{
	struct noise *noise = this_cpu_read(noises);
	struct ygr_coalesce_key key __uninitialized;
	struct ygr_coalesce_slot *slot = NULL;
	u64 tick = get_jiffies_64();

	if ((event->class != YGR_CLASS_FILE && event->class != YGR_CLASS_SOCKET) ||
	    event->verdict != YGR_VERDICT_ALLOW || event->no_subject || !noise ||
	    unlikely(!in_task()))
		return false;
	if (may_repeat(event, limits)) {
		fill_key(&key, event);
		switch (ygr_coalesce_ask(&noise->coalesce, &key, tick, limits->window_ticks,
					 &slot)) {
		case YGR_COALESCE_REPEAT:
			ygr_coalesce_add(slot, ygr_clock_boot_ns());
			noise->coalesced[event->class]++;
			return true;
		case YGR_COALESCE_SECOND:
			event->hold = slot;
			return false;
		case YGR_COALESCE_NEW:
			break;
		}
	}
	if (has_budget(event, limits) && is_over_budget(noise, event, limits))
		return true;
	if (!is_alert(event))
		let_pass(limits, event);
	if (slot && tell_repeats(noise, slot)) {
		ygr_coalesce_begin(slot, &key, tick);
		mark(noise, event);
	}
	return false;
}

void ygr_noise_settle(void)
{
	u64 start_ns = ygr_subject_start_ns(current), left;
	struct ygr_budget_entry *entry;
	struct noise *noise;
	u32 i;

	preempt_disable_notrace();
	noise = this_cpu_read(noises);
	left = noise ? noise->coalesce.held_nr : 0;
	for (i = 0; left && i < YGR_COALESCE_SLOT_NR; i++) {
		struct ygr_coalesce_slot *slot = &noise->coalesce.slots[i];

		if (!slot->repeat_nr)
			continue;
		left--;
		if (slot->words[1] == start_ns && slot->words[2] >> 32 == current->tgid)
			tell_repeats(noise, slot);
	}
	if (noise && noise->processes.untold_nr) {
		entry = ygr_budget_find(&noise->processes, (struct ygr_budget_id) {
			.major = start_ns, .minor = current->tgid,
		});
		if (entry)
			tell_suppressed(noise, &noise->processes, entry);
	}
	preempt_enable_notrace();
}

/* ---- what is over ---- */

static void flush_budget(struct noise *noise, struct ygr_budget *budget, bool everything)
{
	u64 period = period_now();
	u32 i;

	for (i = 0; budget->untold_nr && i < YGR_BUDGET_ENTRY_NR; i++) {
		struct ygr_budget_entry *entry = &budget->entries[i];

		/* Who goes on is told of when the accounting interval ends. */
		if (entry->suppressed_nr && (everything || entry->period != period))
			tell_suppressed(noise, budget, entry);
	}
}

/* A crowded ring is not made fuller by it: a series may go on beyond its window. */
static void flush_repeats(struct noise *noise, bool everything)
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

static void flush(struct noise *noise)
{
	bool everything = xchg(&noise->everything, false);

	flush_repeats(noise, everything);
	flush_budget(noise, &noise->processes, everything);
	flush_budget(noise, &noise->cgroups, everything);
}

/* If its CPU has gone meanwhile, this is another one, and the next round will see to it. */
static void flush_here(struct work_struct *work)
{
	struct noise *noise = container_of(work, struct noise, work);

	preempt_disable();
	if (noise->cpu == smp_processor_id())
		flush(noise);
	preempt_enable();
}

static bool has_something(const struct noise *noise)
{
	return READ_ONCE(noise->coalesce.held_nr) || READ_ONCE(noise->processes.untold_nr) ||
	       READ_ONCE(noise->cgroups.untold_nr);
}

void ygr_noise_flush(bool everything)
{
	unsigned int cpu;

	cpus_read_lock();
	for_each_present_cpu(cpu) {
		struct noise *noise = per_cpu(noises, cpu);

		if (!noise || !has_something(noise))
			continue;
		if (everything)
			WRITE_ONCE(noise->everything, true);
		if (cpu_online(cpu)) {
			schedule_work_on(cpu, &noise->work);
			continue;
		}
		/* Nobody else touches what an absent CPU left. It is told in this one's ring. */
		preempt_disable();
		flush(noise);
		preempt_enable();
	}
	cpus_read_unlock();
}

void ygr_noise_drain(void)
{
	unsigned int cpu;

	ygr_noise_flush(true);
	for_each_present_cpu(cpu)
		if (per_cpu(noises, cpu))
			flush_work(&per_cpu(noises, cpu)->work);
}

/* ---- the beginning and the end ---- */

/* Of a budget, no more than a hundredth may go by unasked. */
static u32 pass_nr_of(u32 budget)
{
	return budget ? min(budget / 100, PASS_MAX) : U32_MAX;
}

static void fill_pass_nr(struct ygr_noise_limits *limits)
{
	limits->pass_nr = min(pass_nr_of(limits->process_budget), pass_nr_of(limits->cgroup_budget));
}

void ygr_noise_limits_fill(struct ygr_noise_limits *limits, const struct ygr_policy_image *image)
{
	const struct ygr_noise_item *item = image->noise;

	*limits = defaults;
	if (!item)
		return;
	if (item->flags & YGR_NOISE_F_COALESCE) {
		limits->window_ticks = msecs_to_jiffies(item->coalesce_ms);
		limits->coalesce_on = item->coalesce_ms ? YGR_ON_COALESCED : 0;
	}
	limits->coalesce_on &= ~item->coalesce_off;
	if (item->flags & YGR_NOISE_F_PROCESS)
		limits->process_budget = item->process_budget;
	if (item->flags & YGR_NOISE_F_CGROUP)
		limits->cgroup_budget = item->cgroup_budget;
	fill_pass_nr(limits);
}

int __init ygr_noise_init(unsigned int coalesce_ms, unsigned int process_budget,
			  unsigned int cgroup_budget)
{
	unsigned int cpu;

	defaults = (struct ygr_noise_limits) {
		.coalesce_on = coalesce_ms ? YGR_ON_COALESCED : 0,
		.window_ticks = msecs_to_jiffies(min(coalesce_ms, YGR_COALESCE_MS_MAX)),
		.process_budget = process_budget,
		.cgroup_budget = cgroup_budget,
	};
	fill_pass_nr(&defaults);
	for_each_present_cpu(cpu) {
		struct noise *noise = kvzalloc_node(sizeof(*noise), GFP_KERNEL, cpu_to_node(cpu));

		if (!noise) {
			ygr_noise_exit();
			return -ENOMEM;
		}
		noise->cpu = cpu;
		INIT_WORK(&noise->work, flush_here);
		per_cpu(ygr_noise_marks, cpu) = noise->marks;
		per_cpu(noises, cpu) = noise;
	}
	return 0;
}

void ygr_noise_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct noise *noise = per_cpu(noises, cpu);

		if (!noise)
			continue;
		cancel_work_sync(&noise->work);
		per_cpu(ygr_noise_marks, cpu) = NULL;
		kvfree(noise);
		per_cpu(noises, cpu) = NULL;
	}
}

static void add(__u64 to[YGR_CLASS_MAX], const u64 from[YGR_CLASS_NR])
{
	unsigned int class;

	for (class = 0; class < YGR_CLASS_NR; class++)
		to[class] += READ_ONCE(from[class]);
}

void ygr_noise_stats(unsigned int cpu, struct ygr_noise_stats *stats)
{
	const struct noise *noise = per_cpu(noises, cpu);

	if (!noise)
		return;
	add(stats->coalesced, noise->coalesced);
	add(stats->coalesced_told, noise->coalesced_told);
	add(stats->merged, noise->merged);
	add(stats->suppressed, noise->suppressed);
	add(stats->suppressed_told, noise->suppressed_told);
}
