/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of users and groups, without waiting: what is not known is asked for in
 * a thread of its own, since the answer may have to come from a directory server,
 * and is there the next time. What /etc/passwd and /etc/group say is known from the
 * start.
 *
 * Bounded: NR names of each kind; a newcomer takes the place of the one of its set
 * that was asked for the longest time ago. An answer, and that there is none, holds
 * for the TTL; an old name goes on being told while a new one is asked for.
 */
#ifndef YGR_NAME_SERVICE_H
#define YGR_NAME_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#define YGR_NAME_SERVICE_BYTES	33	/* of a name, with the NUL; longer ones are not told */
#define YGR_NAME_SERVICE_NR	1024

enum ygr_name_kind {
	YGR_NAME_USER	= 0,
	YGR_NAME_GROUP	= 1,
};

struct ygr_name_service;

struct ygr_name_service_stats {
	uint64_t asked_nr;		/* of the thread */
	uint64_t answered_nr;		/* by it, names and that there is none */
	uint64_t put_off_nr;		/* found its queue full: asked for again the next time */
};

/* How an id is looked up, in the thread; for tests. Return: whether it has a name. */
typedef bool (*ygr_name_lookup_fn)(enum ygr_name_kind kind, uint32_t id, char name[YGR_NAME_SERVICE_BYTES]);

/* @lookup: NULL for getpwuid_r() and getgrgid_r(), and the two files. Return: 0 or -ENOMEM. */
int ygr_name_service_create(struct ygr_name_service **service, uint64_t ttl_ns, ygr_name_lookup_fn lookup);
/* Does not wait for an answer that is under way. NULL is fine. */
void ygr_name_service_destroy(struct ygr_name_service *service);

/* Return: whether @name was filled: it is known and there is one. @now_ns: any steady clock. */
bool ygr_name_service_find(struct ygr_name_service *service, enum ygr_name_kind kind, uint32_t id,
			   uint64_t now_ns, char name[YGR_NAME_SERVICE_BYTES]);

void ygr_name_service_stats(struct ygr_name_service *service, struct ygr_name_service_stats *stats);

#endif
