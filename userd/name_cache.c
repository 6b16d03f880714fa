// SPDX-License-Identifier: GPL-2.0-only
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "name_cache.h"

/* What an address takes, with a name of ordinary length: so many buckets are worth having. */
#define USUAL_BYTES	256

/* No padding: it is hashed and compared as bytes. */
struct key {
	uint32_t net_ns;
	uint32_t family;
	uint8_t	 addr[16];
};

struct answer {
	const struct ygr_name *name;		/* NULL: none */
	const struct ygr_name *canonical;	/* NULL: the name itself */
	uint64_t time_ns;
	uint32_t ttl_s;
};

struct entry {
	struct entry *chain;
	struct entry *older, *newer;		/* of its namespace */
	struct space *space;
	struct key key;
	struct answer answers[YGR_NAME_CACHE_NAMES_NR];	/* the newest first */
};

struct space {
	uint32_t net_ns;
	uint32_t entry_nr;			/* 0: the slot is free */
	uint64_t used_at;			/* the cache's count of answers then */
	struct entry *oldest, *newest;
};

struct ygr_name_cache {
	struct entry **buckets;
	size_t	 bucket_nr;			/* a power of two */
	size_t	 limit_bytes;
	uint64_t seed;
	uint64_t entry_nr;
	uint64_t evicted_nr;
	uint64_t answer_nr;
	struct ygr_name_pool names;
	struct space spaces[YGR_NAME_CACHE_SPACES_NR];
};

/* ---- entries ----------------------------------------------------------------- */

static size_t used_bytes(const struct ygr_name_cache *cache)
{
	return sizeof(*cache) + cache->bucket_nr * sizeof(*cache->buckets) +
	       cache->entry_nr * sizeof(struct entry) + cache->names.used_bytes;
}

static bool fill_key(struct key *key, uint32_t net_ns, const struct ygr_address *address)
{
	size_t len = address->family == AF_INET ? 4 : address->family == AF_INET6 ? 16 : 0;

	memset(key, 0, sizeof(*key));
	key->net_ns = net_ns;
	key->family = address->family;
	memcpy(key->addr, address->addr, len);
	return len;
}

static struct entry **bucket_of(struct ygr_name_cache *cache, const struct key *key)
{
	return &cache->buckets[XXH3_64bits_withSeed(key, sizeof(*key), cache->seed) & (cache->bucket_nr - 1)];
}

static struct entry *find(struct ygr_name_cache *cache, const struct key *key)
{
	struct entry *entry = *bucket_of(cache, key);

	while (entry && memcmp(&entry->key, key, sizeof(*key)) != 0)
		entry = entry->chain;
	return entry;
}

static void unlink_age(struct entry *entry)
{
	struct space *space = entry->space;

	*(entry->older ? &entry->older->newer : &space->oldest) = entry->newer;
	*(entry->newer ? &entry->newer->older : &space->newest) = entry->older;
}

static void link_newest(struct entry *entry)
{
	struct space *space = entry->space;

	entry->older = space->newest;
	entry->newer = NULL;
	*(space->newest ? &space->newest->newer : &space->oldest) = entry;
	space->newest = entry;
}

static void put_answer(struct ygr_name_cache *cache, struct answer *answer)
{
	ygr_name_pool_put(&cache->names, answer->name);
	ygr_name_pool_put(&cache->names, answer->canonical);
	memset(answer, 0, sizeof(*answer));
}

static void remove_entry(struct ygr_name_cache *cache, struct entry *entry)
{
	struct entry **link = bucket_of(cache, &entry->key);

	while (*link != entry)
		link = &(*link)->chain;
	*link = entry->chain;
	unlink_age(entry);
	entry->space->entry_nr--;
	cache->entry_nr--;
	for (int i = 0; i < YGR_NAME_CACHE_NAMES_NR; i++)
		put_answer(cache, &entry->answers[i]);
	free(entry);
}

/* ---- namespaces -------------------------------------------------------------- */

/* Of those that have equally many, the one that was quiet for longest. */
static struct space *largest_space(struct ygr_name_cache *cache)
{
	struct space *largest = &cache->spaces[0];

	for (int i = 1; i < YGR_NAME_CACHE_SPACES_NR; i++) {
		struct space *space = &cache->spaces[i];

		if (space->entry_nr > largest->entry_nr ||
		    (space->entry_nr == largest->entry_nr && space->used_at < largest->used_at))
			largest = space;
	}
	return largest;
}

/* @keep is the newest of the namespace that was added to last: it is met when nothing else is left. */
static void make_room(struct ygr_name_cache *cache, const struct entry *keep)
{
	while (used_bytes(cache) > cache->limit_bytes) {
		struct entry *oldest = largest_space(cache)->oldest;

		if (!oldest || oldest == keep)
			return;
		remove_entry(cache, oldest);
		cache->evicted_nr++;
	}
}

static void forget_space(struct ygr_name_cache *cache, struct space *space)
{
	while (space->oldest) {
		remove_entry(cache, space->oldest);
		cache->evicted_nr++;
	}
}

/* The namespace's own place; else a free one; else that of the one that was quiet for longest. */
static struct space *get_space(struct ygr_name_cache *cache, uint32_t net_ns)
{
	struct space *free_one = NULL, *quiet = &cache->spaces[0];

	for (int i = 0; i < YGR_NAME_CACHE_SPACES_NR; i++) {
		struct space *space = &cache->spaces[i];

		if (space->entry_nr && space->net_ns == net_ns)
			return space;
		if (!space->entry_nr)
			free_one = space;
		if (space->used_at < quiet->used_at)
			quiet = space;
	}
	if (!free_one) {
		forget_space(cache, quiet);
		free_one = quiet;
	}
	free_one->net_ns = net_ns;
	return free_one;
}

static struct entry *make_entry(struct ygr_name_cache *cache, const struct key *key)
{
	struct entry **bucket, *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->space = get_space(cache, key->net_ns);
	entry->key = *key;
	bucket = bucket_of(cache, key);
	entry->chain = *bucket;
	*bucket = entry;
	link_newest(entry);
	entry->space->entry_nr++;
	cache->entry_nr++;
	return entry;
}

/* ---- the whole --------------------------------------------------------------- */

int ygr_name_cache_create(struct ygr_name_cache **out, size_t limit_bytes, uint64_t seed)
{
	struct ygr_name_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return -ENOMEM;
	cache->limit_bytes = limit_bytes < YGR_NAME_CACHE_BYTES_MIN ? YGR_NAME_CACHE_BYTES_MIN : limit_bytes;
	cache->bucket_nr = 64;
	while (cache->bucket_nr * USUAL_BYTES < cache->limit_bytes)
		cache->bucket_nr *= 2;
	cache->buckets = calloc(cache->bucket_nr, sizeof(*cache->buckets));
	if (!cache->buckets || ygr_name_pool_init(&cache->names, cache->bucket_nr / 2)) {
		free(cache->buckets);
		free(cache);
		return -ENOMEM;
	}
	cache->seed = cache->names.seed = seed;
	*out = cache;
	return 0;
}

void ygr_name_cache_destroy(struct ygr_name_cache *cache)
{
	if (!cache)
		return;
	for (int i = 0; i < YGR_NAME_CACHE_SPACES_NR; i++)
		while (cache->spaces[i].oldest)
			remove_entry(cache, cache->spaces[i].oldest);
	ygr_name_pool_exit(&cache->names);
	free(cache->buckets);
	free(cache);
}

/* The place for an answer about @name: its own, or that of the oldest; moved to the front. */
static struct answer *renew(struct entry *entry, const char *name)
{
	struct answer renewed;
	int at = 0;

	while (at < YGR_NAME_CACHE_NAMES_NR - 1 && entry->answers[at].name &&
	       strcmp(entry->answers[at].name->bytes, name) != 0)
		at++;
	renewed = entry->answers[at];
	memmove(&entry->answers[1], &entry->answers[0], (size_t)at * sizeof(renewed));
	entry->answers[0] = renewed;
	return &entry->answers[0];
}

void ygr_name_cache_add(struct ygr_name_cache *cache, uint32_t net_ns, const struct ygr_address *address,
			const char *name, const char *canonical, uint64_t now_ns, uint32_t ttl_s)
{
	struct answer *answer, fresh = { .time_ns = now_ns, .ttl_s = ttl_s };
	struct entry *entry;
	struct key key;

	if (!fill_key(&key, net_ns, address))
		return;
	entry = find(cache, &key) ?: make_entry(cache, &key);
	if (!entry)
		return;
	unlink_age(entry);
	link_newest(entry);
	entry->space->used_at = ++cache->answer_nr;

	fresh.name = ygr_name_pool_get(&cache->names, name, (uint32_t)strlen(name));
	if (canonical && strcmp(canonical, name) != 0)
		fresh.canonical = ygr_name_pool_get(&cache->names, canonical, (uint32_t)strlen(canonical));
	if (fresh.name) {
		answer = renew(entry, name);
		put_answer(cache, answer);
		*answer = fresh;
	} else {
		put_answer(cache, &fresh);
	}
	if (!entry->answers[0].name)
		remove_entry(cache, entry);
	else
		make_room(cache, entry);
}

static bool is_expired(const struct answer *answer, uint64_t now_ns)
{
	return now_ns > answer->time_ns && now_ns - answer->time_ns > answer->ttl_s * YGR_NS_PER_S;
}

bool ygr_name_cache_find(struct ygr_name_cache *cache, uint32_t net_ns, const struct ygr_address *address,
			 uint64_t now_ns, struct ygr_name_cache_found *found)
{
	struct entry *entry;
	struct key key;

	if (!fill_key(&key, net_ns, address))
		return false;
	entry = find(cache, &key);
	if (!entry)
		return false;
	unlink_age(entry);
	link_newest(entry);
	found->name = entry->answers[0].name->bytes;
	found->canonical = entry->answers[0].canonical ? entry->answers[0].canonical->bytes : NULL;
	found->age_ns = now_ns > entry->answers[0].time_ns ? now_ns - entry->answers[0].time_ns : 0;
	found->is_expired = is_expired(&entry->answers[0], now_ns);
	found->other_nr = 0;
	for (int i = 1; i < YGR_NAME_CACHE_NAMES_NR && entry->answers[i].name; i++)
		if (!is_expired(&entry->answers[i], now_ns))
			found->others[found->other_nr++] = entry->answers[i].name->bytes;
	return true;
}

void ygr_name_cache_stats(const struct ygr_name_cache *cache, struct ygr_name_cache_stats *stats)
{
	stats->address_nr = cache->entry_nr;
	stats->space_nr = 0;
	for (int i = 0; i < YGR_NAME_CACHE_SPACES_NR; i++)
		stats->space_nr += cache->spaces[i].entry_nr != 0;
	stats->used_bytes = used_bytes(cache);
	stats->limit_bytes = cache->limit_bytes;
	stats->evicted_nr = cache->evicted_nr;
}
