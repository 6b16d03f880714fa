// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "guest_ledger.h"

static uint64_t sum(const uint64_t *nr)
{
	uint64_t all = 0;

	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
		all += nr[class];
	return all;
}

void guest_ledger_open(struct guest_ledger *ledger, const struct guest *guest, bool from_load)
{
	memset(ledger, 0, sizeof(*ledger));
	ledger->data_bytes = guest->ring[0].info.data_bytes;
	assert_in_range(guest->info.cpu_nr, 1, GUEST_LEDGER_CPU_NR_MAX);
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		const struct guest_ring *ring = &guest->ring[i];

		ledger->page[ring->cpu].is_open = from_load;
		ledger->page[ring->cpu].pos = from_load ? 0 : ring->info.tail;
	}
}

static void check_totals(const struct guest_ledger_page *page, const struct guest_event *event)
{
	const struct ygr_body_totals *totals = &event->body.totals;

	for (unsigned int class = 0; class < YGR_CLASS_MAX; class++) {
		if (totals->dropped[class] != page->told[class])
			fail_msg("cpu %u class %u: TOTALS say %" PRIu64 " dropped, GAPs told %" PRIu64,
				 event->cpu, class, (uint64_t)totals->dropped[class],
				 page->told[class]);
		if (totals->produced[class] != page->read[class] + page->told[class])
			fail_msg("cpu %u class %u: TOTALS say %" PRIu64 " produced, %" PRIu64
				 " were read and %" PRIu64 " told", event->cpu, class,
				 (uint64_t)totals->produced[class], page->read[class],
				 page->told[class]);
		assert_int_equal(totals->coalesced[class], page->coalesced[class]);
		assert_int_equal(totals->suppressed[class], page->suppressed[class]);
	}
	assert_int_not_equal(page->since_totals_nr, 0);
}

static void enter_totals(struct guest_ledger_page *page, const struct guest_event *event)
{
	const struct ygr_body_totals *totals = &event->body.totals;

	if (page->is_open) {
		check_totals(page, event);
	} else {
		for (unsigned int class = 0; class < YGR_CLASS_MAX; class++) {
			page->told[class] = totals->dropped[class];
			page->read[class] = totals->produced[class] - totals->dropped[class];
			page->coalesced[class] = totals->coalesced[class];
			page->suppressed[class] = totals->suppressed[class];
		}
		page->is_open = true;
	}
	/* Intervals leave nothing out between them. */
	if (page->totals_nr)
		assert_int_equal(totals->begin_ns, page->totals_end_ns);
	assert_true(totals->begin_ns < totals->end_ns);
	assert_int_equal(totals->end_ns, event->head.time_ns);
	page->totals_end_ns = totals->end_ns;
	page->totals_nr++;
	page->since_totals_nr = 0;
}

static void enter(struct guest_ledger *ledger, const struct guest_event *event)
{
	struct guest_ledger_page *page = &ledger->page[event->cpu];
	uint64_t mask = ledger->data_bytes - 1;

	if (event->head.type == YGR_EV_GAP)
		for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
			page->told[class] += event->body.gap.dropped[class];
	if (event->head.type == YGR_EV_TOTALS)
		enter_totals(page, event);
	else
		page->since_totals_nr++;
	if (page->is_open && event->head.seq != sum(page->read) + sum(page->told))
		fail_msg("cpu %u: seq %" PRIu64 ", but %" PRIu64 " read and %" PRIu64 " told",
			 event->cpu, (uint64_t)event->head.seq, sum(page->read), sum(page->told));
	page->read[event->head.class]++;
	page->coalesced[event->head.class] += event->repeats.repeat_nr;
	if (event->head.type == YGR_EV_SUPPRESSED)
		for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
			page->suppressed[class] += event->body.suppressed.suppressed[class];
	page->wrap_nr += (event->pos & mask) + event->ring_bytes > ledger->data_bytes;
	page->pos = event->pos + event->ring_bytes;
}

void guest_ledger_enter(struct guest_ledger *ledger, struct guest *guest)
{
	const struct guest_query all = { 0 };
	const struct guest_event *event;

	guest_drain(guest);
	while ((event = guest_find(guest, &all, ledger->last))) {
		enter(ledger, event);
		ledger->last = event;
	}
}

static bool equals_stats(const struct guest_ledger *ledger, const struct guest *guest)
{
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		const struct guest_ledger_page *page = &ledger->page[guest->ring[i].cpu];
		struct ygr_stats stats = guest_stats(guest, guest->ring[i].cpu);

		for (unsigned int class = 0; class < YGR_CLASS_MAX; class++)
			if (stats.dropped[class] != page->told[class] ||
			    stats.produced[class] != page->read[class] + page->told[class])
				return false;
		if (!page->is_open || stats.head != page->pos || stats.tail != page->pos)
			return false;
	}
	return true;
}

static void print_difference(const struct guest_ledger *ledger, const struct guest *guest)
{
	for (unsigned int i = 0; i < guest->ring_nr; i++) {
		const struct guest_ledger_page *page = &ledger->page[guest->ring[i].cpu];
		struct ygr_stats stats = guest_stats(guest, guest->ring[i].cpu);

		print_message("# cpu %u%s: head %" PRIu64 " tail %" PRIu64 ", read up to %" PRIu64 "\n",
			      guest->ring[i].cpu, page->is_open ? "" : " (no TOTALS yet)",
			      (uint64_t)stats.head, (uint64_t)stats.tail, page->pos);
		for (unsigned int class = 0; class < YGR_CLASS_NR; class++)
			print_message("# class %u: produced %" PRIu64 " dropped %" PRIu64 ", read %" PRIu64
				      " told %" PRIu64 "\n", class, (uint64_t)stats.produced[class],
				      (uint64_t)stats.dropped[class], page->read[class],
				      page->told[class]);
	}
}

void guest_ledger_check_stats(struct guest_ledger *ledger, struct guest *guest)
{
	uint64_t deadline_ns = guest_now_ns() + GUEST_WAIT_MS * 1000000ull;

	for (;;) {
		guest_ledger_enter(ledger, guest);
		if (equals_stats(ledger, guest))
			return;
		if (guest_now_ns() >= deadline_ns)
			break;
		usleep(5000);
	}
	print_difference(ledger, guest);
	fail_msg("the reader's books and the kernel's differ");
}
