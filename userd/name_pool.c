// SPDX-License-Identifier: GPL-2.0-only
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name_pool.h"

int ygr_name_pool_init(struct ygr_name_pool *pool, size_t bucket_nr)
{
	pool->seed = 0;
	pool->bucket_nr = 64;
	while (pool->bucket_nr < bucket_nr)
		pool->bucket_nr *= 2;
	pool->buckets = calloc(pool->bucket_nr, sizeof(*pool->buckets));
	if (!pool->buckets)
		return -ENOMEM;
	pool->used_bytes = pool->bucket_nr * sizeof(*pool->buckets);
	return 0;
}

void ygr_name_pool_exit(struct ygr_name_pool *pool)
{
	free(pool->buckets);
	memset(pool, 0, sizeof(*pool));
}

static struct ygr_name **bucket_of(struct ygr_name_pool *pool, uint32_t hash)
{
	return &pool->buckets[hash & (pool->bucket_nr - 1)];
}

static size_t bytes_of(const struct ygr_name *name)
{
	return sizeof(*name) + name->len + 1u;
}

static struct ygr_name *make(struct ygr_name_pool *pool, const char *bytes, uint32_t len, uint32_t hash)
{
	struct ygr_name **bucket = bucket_of(pool, hash);
	struct ygr_name *name = malloc(sizeof(*name) + len + 1u);

	if (!name)
		return NULL;
	name->hash = hash;
	name->ref_nr = 1;
	name->len = len;
	memcpy(name->bytes, bytes, len);
	name->bytes[len] = '\0';
	name->chain = *bucket;
	*bucket = name;
	pool->used_bytes += bytes_of(name);
	return name;
}

const struct ygr_name *ygr_name_pool_get(struct ygr_name_pool *pool, const char *bytes, uint32_t len)
{
	uint32_t hash = (uint32_t)XXH3_64bits_withSeed(bytes, len, pool->seed);
	struct ygr_name *name;

	for (name = *bucket_of(pool, hash); name; name = name->chain) {
		if (name->hash == hash && name->len == len && memcmp(name->bytes, bytes, len) == 0) {
			name->ref_nr++;
			return name;
		}
	}
	return make(pool, bytes, len, hash);
}

const struct ygr_name *ygr_name_pool_share(const struct ygr_name *name)
{
	if (name)
		((struct ygr_name *)name)->ref_nr++;
	return name;
}

void ygr_name_pool_put(struct ygr_name_pool *pool, const struct ygr_name *shared)
{
	struct ygr_name *name = (struct ygr_name *)shared, **link;

	if (!name || --name->ref_nr)
		return;
	link = bucket_of(pool, name->hash);
	while (*link != name)
		link = &(*link)->chain;
	*link = name->chain;
	pool->used_bytes -= bytes_of(name);
	free(name);
}
