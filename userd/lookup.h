/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names to addresses without waiting: getaddrinfo in a thread of its own, since a
 * name server that is down takes half a minute to say so, and the other outputs
 * must not notice. An address needs no thread.
 */
#ifndef YGR_LOOKUP_H
#define YGR_LOOKUP_H

#include <netdb.h>

#include "loop.h"

struct ygr_lookup;

/* Threads that wait for a name server at a time; a canceled one goes on to its end. */
#define YGR_LOOKUPS_MAX	32

/*
 * @done comes later, never from within this call, with @list (its, to be freed
 * with freeaddrinfo) or with NULL and a reason; then @lookup is gone.
 * Return: 0; -EAGAIN: too many at a time; -errno.
 */
int ygr_lookup_start(struct ygr_lookup **lookup, struct ygr_loop *loop, const char *host,
		     const char *port,
		     void (*done)(void *arg, struct addrinfo *list, const char *reason), void *arg);
/* @done will not come. NULL is fine. */
void ygr_lookup_cancel(struct ygr_lookup *lookup);

#endif
