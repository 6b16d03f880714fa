// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "flight.h"

enum fate { IN_THE_AIR, ACKED, PARKED, DROPPED };

struct ygr_flight_batch {
	uint64_t id;
	uint64_t missing_nr;
	enum fate fate;
};

int ygr_flight_init(struct ygr_flight *flight, size_t cap)
{
	*flight = (struct ygr_flight) { .cap = cap };
	flight->batches = calloc(cap, sizeof(*flight->batches));
	return flight->batches ? 0 : -ENOMEM;
}

void ygr_flight_exit(struct ygr_flight *flight)
{
	free(flight->batches);
	flight->batches = NULL;
}

void ygr_flight_clear(struct ygr_flight *flight)
{
	flight->nr = 0;
	flight->passed_id = 0;
	flight->passed_nr = 0;
	flight->passed_missing_nr = 0;
	flight->passed_is_settled = false;
}

static struct ygr_flight_batch *at(const struct ygr_flight *flight, size_t index)
{
	return &flight->batches[(flight->first + index) % flight->cap];
}

void ygr_flight_send(struct ygr_flight *flight, uint64_t batch_id, uint64_t missing_nr)
{
	*at(flight, flight->nr++) = (struct ygr_flight_batch) {
		.id = batch_id, .missing_nr = missing_nr, .fate = IN_THE_AIR,
	};
}

void ygr_flight_pass(struct ygr_flight *flight, uint64_t batch_id, uint64_t missing_nr)
{
	flight->passed_id = batch_id;
	flight->passed_nr++;
	flight->passed_missing_nr += missing_nr;
}

uint64_t ygr_flight_last_id(const struct ygr_flight *flight)
{
	return flight->nr ? at(flight, flight->nr - 1)->id : flight->passed_id;
}

static struct ygr_flight_batch *find(const struct ygr_flight *flight, uint64_t batch_id)
{
	for (size_t i = 0; i < flight->nr; i++)
		if (at(flight, i)->id == batch_id)
			return at(flight, i);
	return NULL;
}

bool ygr_flight_has(const struct ygr_flight *flight, uint64_t batch_id)
{
	const struct ygr_flight_batch *batch = find(flight, batch_id);

	return batch && batch->fate == IN_THE_AIR;
}

void ygr_flight_ack(struct ygr_flight *flight, uint64_t batch_id)
{
	flight->passed_is_settled |= batch_id >= flight->passed_id;
	for (size_t i = 0; i < flight->nr && at(flight, i)->id <= batch_id; i++)
		if (at(flight, i)->fate == IN_THE_AIR)
			at(flight, i)->fate = ACKED;
}

void ygr_flight_refuse(struct ygr_flight *flight, uint64_t batch_id, bool is_parked)
{
	find(flight, batch_id)->fate = is_parked ? PARKED : DROPPED;
}

static uint64_t land_passed(struct ygr_flight *flight, struct ygr_flight_sums *sums)
{
	uint64_t id = flight->passed_id;

	sums->passed_nr += flight->passed_nr;
	sums->missing_nr += flight->passed_missing_nr;
	flight->passed_id = 0;
	flight->passed_nr = 0;
	flight->passed_missing_nr = 0;
	flight->passed_is_settled = false;
	return id;
}

static void count(const struct ygr_flight_batch *batch, struct ygr_flight_sums *sums)
{
	sums->missing_nr += batch->missing_nr;
	sums->acked_nr += batch->fate == ACKED;
	sums->parked_nr += batch->fate == PARKED;
	sums->dropped_nr += batch->fate == DROPPED;
}

uint64_t ygr_flight_land(struct ygr_flight *flight, struct ygr_flight_sums *sums)
{
	uint64_t id = 0;

	if (flight->passed_is_settled || (flight->nr && at(flight, 0)->fate != IN_THE_AIR))
		id = land_passed(flight, sums);
	for (; flight->nr && at(flight, 0)->fate != IN_THE_AIR; flight->nr--) {
		count(at(flight, 0), sums);
		id = at(flight, 0)->id;
		flight->first = (flight->first + 1) % flight->cap;
	}
	return id;
}
