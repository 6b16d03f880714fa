/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the other side of a connection is called: DNS answers, and the first bytes that
 * programs send, are read here, between order and encode, and nowhere else.
 *
 *	dns			what was asked and answered; the cache learns from it
 *	connect, send		by which name the address was found
 *	stream			that, and which name the program then asked for itself
 *	close			both, as they were told of this connection before: the address may
 *				be the answer for another name by now
 *
 * An answer comes before the connection that it is for, since the streams of the CPUs
 * are merged by then (order.h); where they are not, because a ring is crowded,
 * a name may be missing. The bytes themselves end here: what they say is told, they are not.
 *
 * Bounded: one ceiling, three quarters of it for the cache and a quarter for open
 * connections; and the room for one event. Pure but for malloc().
 */
#ifndef YGR_NAMES_H
#define YGR_NAMES_H

#include "client_hello.h"
#include "connection_table.h"
#include "dns_answer.h"
#include "http_request.h"
#include "name_cache.h"
#include "record.h"

struct ygr_names_config {
	bool	 dns;			/* false: answers are not read, and name nothing */
	bool	 tls;
	bool	 http;
	bool	 query;			/* tell what follows the `?` of a request */
	uint64_t cache_bytes;
};

struct ygr_names;

/* Of the event at hand; good until the next observe(). What is NULL or false is not known. */
struct ygr_names_facts {
	bool	 has_name;
	struct ygr_name_cache_found name;	/* of the remote address */
	bool	 is_malformed;			/* dns: the message is no answer that can be read */
	const struct ygr_dns_answer *dns;
	const struct ygr_client_hello *tls;
	const struct ygr_http_request *http;	/* query: only if it is to be told */
	uint32_t query_len;			/* of what is not told */
	const char *known[YGR_CONNECTION_NAME_NR]; /* close: by which names it was told before */
};

struct ygr_names_stats {
	uint64_t answer_nr;		/* read */
	uint64_t malformed_nr;		/* answers that could not be */
	uint64_t named_nr;		/* connects, sends and streams that got a name */
	uint64_t unnamed_nr;		/* and that got none */
	uint64_t tls_nr;		/* ClientHellos */
	uint64_t http_nr;		/* requests */
	uint64_t other_nr;		/* first bytes that were neither */
	struct ygr_name_cache_stats cache;
	struct ygr_connection_table_stats connections;
};

/* @seed: random (name_cache.h). Return: 0 or -ENOMEM. */
int ygr_names_create(struct ygr_names **names, const struct ygr_names_config *config, uint64_t seed);
void ygr_names_destroy(struct ygr_names *names);	/* NULL is fine */

/*
 * Once for each event, in their order; again for the same one does no harm.
 * Return: what is known of it; NULL: it is not about the other side of anything.
 */
const struct ygr_names_facts *ygr_names_observe(struct ygr_names *names,
						const struct ygr_record_view *view);

void ygr_names_stats(const struct ygr_names *names, struct ygr_names_stats *stats);

#endif
