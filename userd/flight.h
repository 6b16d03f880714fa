/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The batches of one output that are under way, in order of id, and how each of
 * them ended. The far end may settle them in any order; they are landed, and
 * counted, from the front only, so that a position never runs over one that is
 * still in the air.
 *
 *	send ... ack(id) | refuse(id) ... land -> position, sums
 *
 * Pure.
 */
#ifndef YGR_FLIGHT_H
#define YGR_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ygr_flight_sums {
	uint64_t acked_nr;
	uint64_t passed_nr;	/* the far end had them already */
	uint64_t parked_nr;	/* refused and kept */
	uint64_t dropped_nr;	/* refused, and the park was full */
	uint64_t missing_nr;	/* ids between them that the spool did not have */
};

struct ygr_flight_batch;

struct ygr_flight {
	struct ygr_flight_batch *batches;
	size_t	 cap;			/* of it */
	size_t	 first, nr;		/* [first, first + nr) modulo cap are in the air */
	uint64_t passed_id;		/* passed and not landed: the last ... */
	uint64_t passed_nr;		/* ... how many */
	uint64_t passed_missing_nr;	/* ... and the holes before and between */
	bool	 passed_is_settled;
};

/* @cap: the window, > 0. Return: 0 or -ENOMEM. */
int ygr_flight_init(struct ygr_flight *flight, size_t cap);
void ygr_flight_exit(struct ygr_flight *flight);

/* The link broke: nothing is in the air, and nothing of it was counted. */
void ygr_flight_clear(struct ygr_flight *flight);

static inline bool ygr_flight_has_room(const struct ygr_flight *flight)
{
	return flight->nr < flight->cap;
}

static inline bool ygr_flight_is_empty(const struct ygr_flight *flight)
{
	return flight->nr == 0;
}

static inline size_t ygr_flight_nr(const struct ygr_flight *flight)
{
	return flight->nr;
}

/* While it has room. Ids rise; @missing_nr of them before this one are not in the spool. */
void ygr_flight_send(struct ygr_flight *flight, uint64_t batch_id, uint64_t missing_nr);

/*
 * The far end says that it has this one. Before anything was sent. It is settled by
 * an ack() from it on, and by whatever settles a later one.
 */
void ygr_flight_pass(struct ygr_flight *flight, uint64_t batch_id, uint64_t missing_nr);

/* The highest id that was sent or passed; 0: none. */
uint64_t ygr_flight_last_id(const struct ygr_flight *flight);
/* Is it in the air, and did nobody say yet how it ended? */
bool ygr_flight_has(const struct ygr_flight *flight, uint64_t batch_id);

/* This one and all before it were taken, but for those that were refused. */
void ygr_flight_ack(struct ygr_flight *flight, uint64_t batch_id);
/* While has(). @is_parked: kept; else dropped. */
void ygr_flight_refuse(struct ygr_flight *flight, uint64_t batch_id, bool is_parked);

/* Takes what is settled off the front. Return: the last id of it; 0: there is none. */
uint64_t ygr_flight_land(struct ygr_flight *flight, struct ygr_flight_sums *sums);

#endif
