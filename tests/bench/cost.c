// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each hook costs the call that leads to it: where the policy ignores the event, where it is
 * recorded without limits and with those of a module as it is loaded, and where it is a repeat of
 * the one before. What was recorded is counted each time, so that no figure is one of nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cost.h"

#define SAMPLE_NR	201u	/* at most; odd */

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* No object is met twice, but where it is to be. */
static void measure_call(const char *contender, const struct cost_call *call, bool repeats)
{
	static uint64_t samples[SAMPLE_NR];
	const unsigned int nr = call->nr ?: SAMPLE_NR;
	char work[48];

	for (unsigned int i = 0; i < nr; i++)
		samples[i] = call->sample(repeats ? 0 : i);
	qsort(samples, nr, sizeof(samples[0]), compare);
	snprintf(work, sizeof(work), "%s/%s%s", call->family, call->name, repeats ? "-again" : "");
	bench_tell(contender, work, samples[nr / 2]);
}

static void measure_nothing(const char *contender)
{
	for (size_t i = 0; i < cost_call_nr; i++) {
		measure_call(contender, &cost_calls[i], false);
		if (cost_calls[i].repeats)
			measure_call(contender, &cost_calls[i], true);
	}
	print_message("# measured: %s\n", contender);
}

/* ---- what was recorded ---- */

struct told {
	uint64_t records;	/* of events one by one */
	uint64_t repeats;	/* of which others tell */
	uint64_t suppressed;
};

static struct told count(const struct guest *guest, uint16_t type)
{
	const struct guest_query query = { .type = type }, excess = { .type = YGR_EV_SUPPRESSED };
	const struct guest_event *event = NULL;
	struct told told = { 0 };

	while ((event = guest_find(guest, &query, event))) {
		told.records += !event->repeats.repeat_nr;
		told.repeats += event->repeats.repeat_nr;
	}
	told.suppressed = guest_count(guest, &excess);
	return told;
}

enum expects {
	EXPECTS_NOTHING,
	EXPECTS_RECORDS,
	EXPECTS_REPEATS,
};

static void check(const struct cost_call *call, struct told told, enum expects expects)
{
	const uint64_t nr = (uint64_t)(call->nr ?: SAMPLE_NR);
	bool good = !told.suppressed;

	switch (expects) {
	case EXPECTS_NOTHING:
		good &= !told.records && !told.repeats;
		break;
	case EXPECTS_RECORDS:
		good &= told.records == nr && !told.repeats;
		break;
	case EXPECTS_REPEATS:
		good &= told.records + told.repeats == nr && told.repeats > nr / 2;
		break;
	}
	if (!good)
		fail_msg("%s: %llu calls: %llu records, %llu repeats, %llu times suppressed", call->name,
			 (unsigned long long)nr, (unsigned long long)told.records,
			 (unsigned long long)told.repeats, (unsigned long long)told.suppressed);
}

struct mode {
	const char *contender;
	const char *params;
	const char *policy;
	enum expects expects;
	bool merges;
};

/*
 * Where there are limits, two seconds pass before and after: budgets are new then, and nothing is held
 * any more. What a hook tells once for a while it may tell before.
 */
static void measure_told(const struct mode *mode, struct guest *guest,
			 const struct cost_call *call, bool repeats, enum expects expects)
{
	if (call->is_quiet)
		call->sample(0);
	sleep(mode->merges ? 2 : 0);
	guest_forget(guest);
	measure_call(mode->contender, call, repeats);
	sleep(repeats ? 2 : 0);
	guest_drain(guest);
	check(call, count(guest, call->type), expects);
}

/* ---- Yagura ---- */

static const char ignoring[] =
	"version: 1\n"
	"name: ignoring\n"
	"rules:\n"
	"  - { name: all, on: all, do: ignore }\n";

/* What is not recorded by itself. */
static const char recording[] =
	"version: 1\n"
	"name: recording\n"
	"rules:\n"
	"  - { name: quiet, on: [open-read, ptrace-read], do: record }\n";

static void measure_mode(const struct mode *mode)
{
	struct guest *guest;

	assert_int_equal(guest_module_load_file("/yagura.ko", mode->params), 0);
	guest = guest_open();
	guest_policy_load(guest, mode->policy);
	for (size_t i = 0; i < cost_call_nr; i++) {
		const struct cost_call *call = &cost_calls[i];

		if (!mode->merges || call->repeats != COST_ALWAYS)
			measure_told(mode, guest, call, false,
				     call->is_quiet ? EXPECTS_NOTHING : mode->expects);
		if (mode->merges && call->repeats)
			measure_told(mode, guest, call, true, EXPECTS_REPEATS);
	}
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
	print_message("# measured: %s\n", mode->contender);
}

void bench_cost(void **state)
{
	static const char no_limits[] = "coalesce_ms=0 process_budget=0 cgroup_budget=0";
	static const struct mode modes[] = {
		{ "cost-ignore",	no_limits,	ignoring,	EXPECTS_NOTHING,	false },
		{ "cost-record",	no_limits,	recording,	EXPECTS_RECORDS,	false },
		{ "cost-loaded",	"",		recording,	EXPECTS_RECORDS,	true },
	};

	(void)state;
	cost_prepare();
	measure_nothing("cost-warm");
	bench_settle();
	measure_nothing("cost-none");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		measure_mode(&modes[i]);
	measure_nothing("cost-none-again");
	cost_end();
}
