// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cgroup.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "clock.h"
#include "compat/compat.h"
#include "noise_cpu.h"
#include "ring.h"
#include "subject.h"

#define SUPPRESSED_BYTES (sizeof(struct ygr_record) + sizeof(struct ygr_body_suppressed))

static_assert(SUPPRESSED_BYTES % 8 == 0);

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
static bool tell_suppressed(struct ygr_noise_cpu *noise, struct ygr_budget *budget,
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

static struct ygr_budget_id process_budget_id(u64 start_ns, pid_t tgid)
{
	return (struct ygr_budget_id) { .major = start_ns, .minor = tgid };
}

static struct ygr_budget_id cgroup_budget_id(u64 id)
{
	return (struct ygr_budget_id) { .major = id };
}

static struct ygr_budget_entry *get_entry(struct ygr_noise_cpu *noise, struct ygr_budget *budget,
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

static void suppress(struct ygr_noise_cpu *noise, struct ygr_budget *budget,
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
static struct ygr_budget_entry *get_cgroup(struct ygr_noise_cpu *noise)
{
	const struct cgroup *cgroup = task_dfl_cgroup(current);

	if (!cgroup->level)
		return NULL;
	return get_entry(noise, &noise->cgroups, cgroup_budget_id(cgroup_id((struct cgroup *)cgroup)));
}

static struct ygr_budget_entry *get_process(struct ygr_noise_cpu *noise)
{
	return get_entry(noise, &noise->processes, process_budget_id(ygr_subject_start_ns(current), current->tgid));
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
	return process_budget_id(context->values.start_ns, context->values.ids >> 32);
}

static struct ygr_budget_id cgroup_of(const struct ygr_context *context)
{
	return cgroup_budget_id(context->values.cgroup_id);
}

void ygr_noise_charge(struct ygr_context *context)
{
	struct ygr_noise_cpu *noise = this_cpu_read(ygr_noise_cpus);
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

/* Who has had its budget, or needs a share of a crowded ring, is asked about the long way. */
void ygr_noise_pass_on(struct ygr_context *context, const struct ygr_noise_limits *limits)
{
	struct ygr_noise_cpu *noise = this_cpu_read(ygr_noise_cpus);

	ygr_noise_charge(context);
	if (noise && !ygr_ring_is_crowded() &&
	    allows(&noise->processes, process_of(context), limits->process_budget) &&
	    (!task_dfl_cgroup(current)->level ||
	     allows(&noise->cgroups, cgroup_of(context), limits->cgroup_budget)))
		ygr_noise_let_pass(context, limits);
}

/* Who cannot have an entry, since there is no room to tell of another, is left to the ring. */
bool ygr_noise_is_over_budget(struct ygr_noise_cpu *noise, const struct ygr_event *event,
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

void ygr_noise_settle_budget(struct ygr_noise_cpu *noise, u64 start_ns, pid_t tgid)
{
	struct ygr_budget_entry *entry;

	if (!noise->processes.untold_nr)
		return;
	entry = ygr_budget_find(&noise->processes, process_budget_id(start_ns, tgid));
	if (entry)
		tell_suppressed(noise, &noise->processes, entry);
}

static void flush_budget(struct ygr_noise_cpu *noise, struct ygr_budget *budget, bool everything)
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

void ygr_noise_flush_budgets(struct ygr_noise_cpu *noise, bool everything)
{
	flush_budget(noise, &noise->processes, everything);
	flush_budget(noise, &noise->cgroups, everything);
}
