// SPDX-License-Identifier: GPL-2.0-only
/* The reader reads between the runs; the ring has the size that the module gives it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define TOLD_WAIT_NS	10000000000ull	/* repeats are told within a second or two */

/* What it had counted when the run began. */
struct yagura {
	struct watcher watcher;
	struct guest *guest;
	struct ygr_stats stats;
	struct ygr_noise_stats noise;
	uint64_t seen[YGR_CLASS_MAX];
	uint64_t told[YGR_CLASS_MAX];
};

static struct yagura *of(struct watcher *watcher)
{
	return (struct yagura *)watcher;
}

static bool has_told_all(const struct ygr_noise_stats *noise)
{
	return !memcmp(noise->coalesced, noise->coalesced_told, sizeof(noise->coalesced)) &&
	       !memcmp(noise->suppressed, noise->suppressed_told, sizeof(noise->suppressed));
}

/* Reads until nothing is held back any more. */
static void settle(struct yagura *yagura)
{
	uint64_t deadline_ns = bench_now_ns() + TOLD_WAIT_NS;
	struct guest *guest = yagura->guest;

	for (;;) {
		guest_drain(guest);
		yagura->noise = guest_noise(guest, YGR_CPU_ALL);
		if (has_told_all(&yagura->noise))
			break;
		assert_true(bench_now_ns() < deadline_ns);
		usleep(100000);
	}
	guest_drain(guest);
	guest_check_accounts(guest);
	yagura->stats = guest_stats(guest, YGR_CPU_ALL);
	memcpy(yagura->seen, guest->seen, sizeof(yagura->seen));
	memcpy(yagura->told, guest->merged, sizeof(yagura->told));
}

static void begin(struct watcher *watcher)
{
	settle(of(watcher));
	guest_forget(of(watcher)->guest);
}

static uint64_t events_of(const struct guest *guest, uint16_t type)
{
	const struct guest_query query = { .type = type };
	const struct guest_event *event = NULL;
	uint64_t nr = 0;

	while (type && (event = guest_find(guest, &query, event)))
		nr += event->repeats.repeat_nr ?: 1;
	return nr;
}

/* What the sensor says of itself is none of the work's. */
static struct books end(struct watcher *watcher, uint16_t type)
{
	struct yagura *yagura = of(watcher);
	const struct yagura old = *yagura;
	struct books books = { 0 };

	settle(yagura);
	for (int class = 0; class < YGR_CLASS_NR; class++) {
		uint64_t merging = yagura->noise.merged[class] - old.noise.merged[class];
		uint64_t merged = yagura->noise.coalesced[class] - old.noise.coalesced[class];
		uint64_t suppressed = yagura->noise.suppressed[class] - old.noise.suppressed[class];

		if (class == YGR_CLASS_SENSOR)
			continue;
		books.happened += yagura->stats.produced[class] - old.stats.produced[class] -
				  merging + merged + suppressed;
		books.recorded += yagura->seen[class] - old.seen[class] -
				  (yagura->told[class] - old.told[class]);
		books.merged += merged;
		books.suppressed += suppressed;
		books.lost += yagura->stats.dropped[class] - old.stats.dropped[class];
	}
	books.of_type = events_of(yagura->guest, type);
	return books;
}

static void end_for_good(struct watcher *watcher)
{
	guest_close(of(watcher)->guest);
	assert_int_equal(guest_module_unload(), 0);
	free(watcher);
}

struct watcher *watch_by_yagura(const char *params, const char *yaml)
{
	struct yagura *yagura = calloc(1, sizeof(*yagura));

	assert_non_null(yagura);
	yagura->watcher = (struct watcher){ begin, end, end_for_good, NULL };
	assert_int_equal(guest_module_load_file("/yagura.ko", params), 0);
	yagura->guest = guest_open();
	if (yaml)
		guest_policy_load(yagura->guest, yaml);
	return &yagura->watcher;
}
