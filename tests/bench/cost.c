// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each hook costs the call that leads to it: where the policy ignores the event, where it is
 * recorded without limits and with those of a module as it is loaded, and where it is a repeat of
 * the one before. What was recorded is counted each time, so that no figure is one of nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "cost.h"

#define SAMPLE_NR	201u	/* at most; odd */

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* ---- who makes the calls ---- */

/*
 * A process of its own: where the ring is mapped and events are gathered, forks and mappings have more to do, and
 * Yagura would be blamed for it.
 */
static struct {
	int fd;
	pid_t pid;
} caller;

struct order {
	size_t call;
	unsigned int nr;
	bool repeats;
};

/* No object is met twice, but where it is to be. */
static uint64_t sample(const struct order *order)
{
	static uint64_t samples[SAMPLE_NR];

	for (unsigned int i = 0; i < order->nr; i++)
		samples[i] = cost_calls[order->call].sample(order->repeats ? 0 : i);
	qsort(samples, order->nr, sizeof(samples[0]), compare);
	return samples[order->nr / 2];
}

/* @arg: two ends, ours the second */
static int make_calls(void *arg)
{
	const int *ends = arg;
	struct order order;

	close(ends[0]);
	cost_prepare();
	while (read(ends[1], &order, sizeof(order)) == sizeof(order)) {
		uint64_t median = sample(&order);

		assert_int_equal(write(ends[1], &median, sizeof(median)), sizeof(median));
	}
	cost_end();
	return 0;
}

static void caller_start(void)
{
	static const struct timeval patience = { .tv_sec = 120 };
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	/* Who fails there leaves children that have that end: its closing cannot be waited for. */
	assert_int_equal(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	caller.pid = guest_child_start(make_calls, ends);
	caller.fd = ends[0];
	close(ends[1]);
}

static void caller_end(void)
{
	close(caller.fd);
	assert_int_equal(guest_child_wait(caller.pid, GUEST_WAIT_MS), 0);
}

/* Return: the median, ns. */
static uint64_t have_called(const struct cost_call *call, unsigned int nr, bool repeats)
{
	const struct order order = { .call = (size_t)(call - cost_calls), .nr = nr, .repeats = repeats };
	uint64_t median;

	assert_int_equal(write(caller.fd, &order, sizeof(order)), sizeof(order));
	assert_int_equal(read(caller.fd, &median, sizeof(median)), sizeof(median));
	return median;
}

static void measure_call(const char *contender, const struct cost_call *call, bool repeats)
{
	char work[48];

	snprintf(work, sizeof(work), "%s/%s%s", call->family, call->name, repeats ? "-again" : "");
	bench_tell(contender, work, have_called(call, call->nr ?: SAMPLE_NR, repeats));
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
		have_called(call, 1, false);
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
	caller_start();
	measure_nothing("cost-warm");
	bench_settle();
	measure_nothing("cost-none");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		measure_mode(&modes[i]);
	measure_nothing("cost-none-again");
	caller_end();
}
