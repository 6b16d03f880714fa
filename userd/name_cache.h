/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which name an address was the answer for: what a connection to it is told by.
 *
 *	(network namespace, address) -> the last NAMES_NR names, each with its time
 *
 * By namespace, because whoever owns one can make any answer in it: what is seen in
 * one names nothing in another.
 *
 * Bounded: at the ceiling that namespace gives which has most, and of it the address goes
 * that was not used for the longest time; so nobody can make the others' names be
 * forgotten. A name that has expired is kept as long as there is room, since programs
 * hold on to addresses; find() says so.
 *
 * Pure but for malloc(); time is the events' own.
 */
#ifndef YGR_NAME_CACHE_H
#define YGR_NAME_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yagura/ygr_event.h>

#include "name_pool.h"

#define YGR_NAME_CACHE_NAMES_NR	4	/* of one address */
#define YGR_NAME_CACHE_SPACES_NR 256	/* namespaces; beyond, the one that was quiet longest is forgotten */
#define YGR_NAME_CACHE_BYTES_MIN (64u << 10)

struct ygr_name_cache;

struct ygr_name_cache_found {
	const char *name;		/* as asked for; good until the next add() */
	const char *canonical;		/* what it is an alias of; NULL: it is none */
	uint64_t age_ns;		/* since the answer */
	bool	 is_expired;		/* its time to live is over */
	uint8_t	 other_nr;		/* further names that this address has now, the newest first */
	const char *others[YGR_NAME_CACHE_NAMES_NR - 1];
};

struct ygr_name_cache_stats {
	uint64_t address_nr;
	uint64_t space_nr;
	uint64_t used_bytes;
	uint64_t limit_bytes;
	uint64_t evicted_nr;		/* addresses that had to go */
};

/*
 * @limit_bytes: at least BYTES_MIN is used. @seed: random, since names and addresses are
 * chosen by others, who shall not know which of them fall together.
 * Return: 0 or -ENOMEM.
 */
int ygr_name_cache_create(struct ygr_name_cache **cache, size_t limit_bytes, uint64_t seed);
void ygr_name_cache_destroy(struct ygr_name_cache *cache);	/* NULL is fine */

/*
 * An answer: in @net_ns, @name had @address for @ttl_s seconds from @now_ns on.
 * @address: port and scope do not count. @canonical: may be @name itself, or NULL.
 * Without memory for it nothing happens.
 */
void ygr_name_cache_add(struct ygr_name_cache *cache, uint32_t net_ns, const struct ygr_address *address,
			const char *name, const char *canonical, uint64_t now_ns, uint32_t ttl_s);

/* Return: whether there is one; the newest answer is @found->name. */
bool ygr_name_cache_find(struct ygr_name_cache *cache, uint32_t net_ns, const struct ygr_address *address,
			 uint64_t now_ns, struct ygr_name_cache_found *found);

void ygr_name_cache_stats(const struct ygr_name_cache *cache, struct ygr_name_cache_stats *stats);

#endif
