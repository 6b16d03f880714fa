// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpu.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "compat/compat.h"
#include "noise_cpu.h"
#include "policy.h"
#include "subject.h"

/* Events of a task that pass before its budgets are asked. */
#define PASS_MAX	64u

DEFINE_PER_CPU(struct ygr_noise_cpu *, ygr_noise_cpus);
DEFINE_PER_CPU(u32 *, ygr_noise_marks);

static struct ygr_noise_limits defaults __ro_after_init;

/* ---- an event ---- */

/* An alert is what somebody asked to hear, however much else there is. */
static bool is_alert(const struct ygr_event *event)
{
	return event->decision.rule_id && event->rule_alert[0];
}

static bool has_budget(const struct ygr_event *event, const struct ygr_noise_limits *limits)
{
	return (limits->process_budget | limits->cgroup_budget) && !is_alert(event);
}

/* What comes next of this task need not be asked about: it was just now. */
static void let_pass(const struct ygr_event *event, const struct ygr_noise_limits *limits)
{
	const struct ygr_context_judge judge = {
		.generation = event->generation, .rule_id = event->decision.rule_id,
	};
	struct ygr_context *context = ygr_context_slot(current, judge.rule_id);

	/* What a rule decided by a path is a whole record, which leaves no context behind. */
	if (!ygr_context_was_of(context, current) &&
	    (!judge.rule_id || !ygr_context_renew(context, current, &judge, ygr_compat_grace_periods())))
		return;
	if (context->pass_nr != context->pass_left)
		ygr_noise_charge(context);
	ygr_noise_let_pass(context, limits);
}

bool ygr_noise_takes(struct ygr_event *event, const struct ygr_noise_limits *limits)
{
	struct ygr_noise_cpu *noise = this_cpu_read(ygr_noise_cpus);
	struct ygr_noise_first first __uninitialized;

	if ((event->class != YGR_CLASS_FILE && event->class != YGR_CLASS_SOCKET) ||
	    event->verdict != YGR_VERDICT_ALLOW || event->no_subject || !noise ||
	    unlikely(!in_task()))
		return false;
	first.slot = NULL;
	if (ygr_noise_may_repeat(event, limits)) {
		switch (ygr_noise_ask_repeat(noise, event, limits, &first)) {
		case YGR_COALESCE_REPEAT:
			return true;
		case YGR_COALESCE_SECOND:
			return false;
		case YGR_COALESCE_NEW:
			break;
		}
	}
	if (has_budget(event, limits) && ygr_noise_is_over_budget(noise, event, limits))
		return true;
	if (!is_alert(event))
		let_pass(event, limits);
	if (first.slot)
		ygr_noise_begin_repeat(noise, event, &first);
	return false;
}

void ygr_noise_settle(void)
{
	struct ygr_noise_cpu *noise;

	preempt_disable_notrace();
	noise = this_cpu_read(ygr_noise_cpus);
	if (noise) {
		ygr_noise_settle_repeats(noise, ygr_subject_start_ns(current), current->tgid);
		ygr_noise_settle_budget(noise, ygr_subject_start_ns(current), current->tgid);
	}
	preempt_enable_notrace();
}

/* ---- what is over ---- */

static void flush(struct ygr_noise_cpu *noise)
{
	bool everything = xchg(&noise->everything, false);

	ygr_noise_flush_repeats(noise, everything);
	ygr_noise_flush_budgets(noise, everything);
}

/* If its CPU has gone meanwhile, this is another one, and the next round will see to it. */
static void flush_here(struct work_struct *work)
{
	struct ygr_noise_cpu *noise = container_of(work, struct ygr_noise_cpu, work);

	preempt_disable();
	if (noise->cpu == smp_processor_id())
		flush(noise);
	preempt_enable();
}

static bool has_something(const struct ygr_noise_cpu *noise)
{
	return READ_ONCE(noise->coalesce.held_nr) || READ_ONCE(noise->processes.untold_nr) ||
	       READ_ONCE(noise->cgroups.untold_nr);
}

void ygr_noise_flush(bool everything)
{
	unsigned int cpu;

	cpus_read_lock();
	for_each_present_cpu(cpu) {
		struct ygr_noise_cpu *noise = per_cpu(ygr_noise_cpus, cpu);

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
		if (per_cpu(ygr_noise_cpus, cpu))
			flush_work(&per_cpu(ygr_noise_cpus, cpu)->work);
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
		struct ygr_noise_cpu *noise = kvzalloc_node(sizeof(*noise), GFP_KERNEL, cpu_to_node(cpu));

		if (!noise) {
			ygr_noise_exit();
			return -ENOMEM;
		}
		noise->cpu = cpu;
		INIT_WORK(&noise->work, flush_here);
		per_cpu(ygr_noise_marks, cpu) = noise->marks;
		per_cpu(ygr_noise_cpus, cpu) = noise;
	}
	return 0;
}

void ygr_noise_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct ygr_noise_cpu *noise = per_cpu(ygr_noise_cpus, cpu);

		if (!noise)
			continue;
		cancel_work_sync(&noise->work);
		per_cpu(ygr_noise_marks, cpu) = NULL;
		kvfree(noise);
		per_cpu(ygr_noise_cpus, cpu) = NULL;
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
	const struct ygr_noise_cpu *noise = per_cpu(ygr_noise_cpus, cpu);

	if (!noise)
		return;
	add(stats->coalesced, noise->coalesced);
	add(stats->coalesced_told, noise->coalesced_told);
	add(stats->merged, noise->merged);
	add(stats->suppressed, noise->suppressed);
	add(stats->suppressed_told, noise->suppressed_told);
}
