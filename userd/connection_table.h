/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * By which names an open connection is known: the one that its address was found by when it was
 * made, and the one that its program asked for. When it is closed, perhaps hours
 * later, the address may be the answer for another name.
 *
 * Bounded: at the ceiling the connection goes that was noted longest ago. Pure but for malloc().
 */
#ifndef YGR_CONNECTION_TABLE_H
#define YGR_CONNECTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YGR_CONNECTION_BYTES_MIN (64u << 10)

struct ygr_connection_table;

enum ygr_connection_name {
	YGR_CONNECTION_DNS,	/* of the address */
	YGR_CONNECTION_SNI,	/* asked for by TLS */
	YGR_CONNECTION_HOST,	/* asked for by HTTP */
	YGR_CONNECTION_NAME_NR,
};

struct ygr_connection_table_stats {
	uint64_t connection_nr;
	uint64_t used_bytes;
	uint64_t limit_bytes;
	uint64_t evicted_nr;	/* connections that had to go before they were closed */
};

/* @limit_bytes: at least BYTES_MIN is used. @seed: random. Return: 0 or -ENOMEM. */
int ygr_connection_table_create(struct ygr_connection_table **table, size_t limit_bytes, uint64_t seed);
void ygr_connection_table_destroy(struct ygr_connection_table *table);	/* NULL is fine */

/* In place of the one of that kind. @cookie 0 is none; without memory for it nothing happens. */
void ygr_connection_table_note(struct ygr_connection_table *table, uint64_t cookie,
			       enum ygr_connection_name kind, const char *bytes, size_t len);

/*
 * @names: each is NULL where none is known; good until the next note() or forget().
 * Return: whether the connection is known.
 */
bool ygr_connection_table_find(const struct ygr_connection_table *table, uint64_t cookie,
			       const char *names[YGR_CONNECTION_NAME_NR]);

void ygr_connection_table_forget(struct ygr_connection_table *table, uint64_t cookie);

void ygr_connection_table_stats(const struct ygr_connection_table *table,
				struct ygr_connection_table_stats *stats);

#endif
