// SPDX-License-Identifier: GPL-2.0-only
#include "budget.h"

#define SET_NR		(YGR_BUDGET_ENTRY_NR / YGR_BUDGET_WAY_NR)
#define SPREAD		0x9e3779b97f4a7c15ull

static struct ygr_budget_entry *set_of(struct ygr_budget *budget, struct ygr_budget_id id)
{
	__u64 hash = (id.major ^ id.minor << 32) * SPREAD;

	return &budget->entries[(hash >> 32) % SET_NR * YGR_BUDGET_WAY_NR];
}

static bool is_of(const struct ygr_budget_entry *entry, struct ygr_budget_id id)
{
	return entry->id.major == id.major && entry->id.minor == id.minor;
}

struct ygr_budget_entry *ygr_budget_find(struct ygr_budget *budget, struct ygr_budget_id id)
{
	struct ygr_budget_entry *set;
	__u32 i;

	if (budget->last && is_of(budget->last, id))
		return budget->last;
	set = set_of(budget, id);
	for (i = 0; i < YGR_BUDGET_WAY_NR; i++)
		if (is_of(&set[i], id)) {
			budget->last = &set[i];
			return &set[i];
		}
	return NULL;
}

/* Half with every period; what is so long ago that nothing is left, is nothing. */
static __u64 fade(__u64 recent, __u64 periods)
{
	return periods < 32 ? recent >> periods : 0;
}

/* Whoever has taken least lately goes first. */
static __u64 cost_of(const struct ygr_budget *budget, const struct ygr_budget_entry *entry)
{
	return fade(entry->recent, budget->period - entry->period);
}

/* What is suppressed has to be told first, which may be impossible just now. */
static bool is_better(const struct ygr_budget *budget, const struct ygr_budget_entry *entry,
		      const struct ygr_budget_entry *than)
{
	if (!entry->suppressed_nr != !than->suppressed_nr)
		return !entry->suppressed_nr;
	return cost_of(budget, entry) < cost_of(budget, than);
}

struct ygr_budget_entry *ygr_budget_choose(struct ygr_budget *budget, struct ygr_budget_id id)
{
	struct ygr_budget_entry *set = set_of(budget, id), *best = set;
	__u32 i;

	for (i = 1; i < YGR_BUDGET_WAY_NR; i++)
		if (is_better(budget, &set[i], best))
			best = &set[i];
	return best;
}

void ygr_budget_assign(struct ygr_budget *budget, struct ygr_budget_entry *entry,
		       struct ygr_budget_id id)
{
	/* What the one before took stays taken. */
	entry->id = id;
	entry->period = 0;
	entry->taken = 0;
	entry->recent = 0;
	budget->last = entry;
}

/* As if there were one more, who has had nothing. */
static bool is_over_share(const struct ygr_budget *budget, const struct ygr_budget_entry *entry)
{
	return entry->recent >= YGR_BUDGET_SHARE_MIN &&
	       (__u64)entry->recent * (budget->busy_nr + 1) > budget->recent;
}

static void begin_period(struct ygr_budget *budget, struct ygr_budget_entry *entry, __u64 period)
{
	if (budget->period != period) {
		budget->recent = fade(budget->recent, period - budget->period);
		budget->period = period;
		budget->busy_nr = 0;
	}
	if (entry->period != period) {
		entry->recent = fade(entry->recent, period - entry->period);
		entry->period = period;
		entry->taken = 0;
		budget->busy_nr++;
	}
}

void ygr_budget_charge(struct ygr_budget *budget, struct ygr_budget_entry *entry, __u64 period,
		       __u32 nr)
{
	begin_period(budget, entry, period);
	entry->taken += nr;
	entry->recent += nr;
	budget->recent += nr;
}

bool ygr_budget_allows(struct ygr_budget *budget, struct ygr_budget_entry *entry, __u64 period,
		       __u32 limit, bool is_crowded)
{
	begin_period(budget, entry, period);
	if (limit && entry->taken >= limit)
		return false;
	return !is_crowded || !is_over_share(budget, entry);
}

void ygr_budget_suppress(struct ygr_budget *budget, struct ygr_budget_entry *entry,
			 enum ygr_class class, __u64 now_ns)
{
	if (!entry->suppressed_nr++) {
		budget->untold_nr++;
		entry->first_ns = now_ns;
	}
	entry->last_ns = now_ns;
	entry->suppressed[class]++;
}

void ygr_budget_settle(struct ygr_budget *budget, struct ygr_budget_entry *entry)
{
	if (!entry->suppressed_nr)
		return;
	memset(entry->suppressed, 0, sizeof(entry->suppressed));
	entry->suppressed_nr = 0;
	budget->untold_nr--;
}
