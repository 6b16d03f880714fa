/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strings that many share, such as the path of a program that a thousand processes
 * run: each is kept once, for as long as somebody holds it.
 *
 * The pool does not bound itself: its owner counts used_bytes against its own
 * ceiling. Pure but for malloc().
 */
#ifndef YGR_NAME_POOL_H
#define YGR_NAME_POOL_H

#include <stddef.h>
#include <stdint.h>

struct ygr_name {
	struct ygr_name *chain;		/* the pool's own, as are hash and refs */
	uint32_t hash;
	uint32_t ref_nr;
	uint32_t len;
	char	 bytes[];		/* any; a NUL follows */
};

struct ygr_name_pool {
	struct ygr_name **buckets;
	size_t	 bucket_nr;		/* a power of two */
	size_t	 used_bytes;		/* buckets and names */
	uint64_t seed;			/* 0; the owner may choose another while it is empty */
};

/* @bucket_nr: rounded up to a power of two. Return: 0 or -ENOMEM. */
int ygr_name_pool_init(struct ygr_name_pool *pool, size_t bucket_nr);
/* Every name was put back before. */
void ygr_name_pool_exit(struct ygr_name_pool *pool);

/* Return: the name, held once more; NULL: no memory. */
const struct ygr_name *ygr_name_pool_get(struct ygr_name_pool *pool, const char *bytes, uint32_t len);
/* The same name for one more holder. NULL gives NULL. */
const struct ygr_name *ygr_name_pool_share(const struct ygr_name *name);
void ygr_name_pool_put(struct ygr_name_pool *pool, const struct ygr_name *name);	/* NULL is fine */

#endif
