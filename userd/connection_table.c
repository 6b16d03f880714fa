// SPDX-License-Identifier: GPL-2.0-only
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "connection_table.h"
#include "name_pool.h"

/* What a connection takes, its share of the names included: so many buckets are worth having. */
#define USUAL_BYTES	128

struct entry {
	struct entry *chain;
	struct entry *older, *newer;
	uint64_t cookie;
	const struct ygr_name *names[YGR_CONNECTION_NAME_NR];
};

struct ygr_connection_table {
	struct entry **buckets;
	size_t	 bucket_nr;		/* a power of two */
	size_t	 limit_bytes;
	uint64_t seed;
	uint64_t entry_nr;
	uint64_t evicted_nr;
	struct entry *oldest, *newest;
	struct ygr_name_pool names;
};

static size_t used_bytes(const struct ygr_connection_table *table)
{
	return sizeof(*table) + table->bucket_nr * sizeof(*table->buckets) +
	       table->entry_nr * sizeof(struct entry) + table->names.used_bytes;
}

static struct entry **bucket_of(const struct ygr_connection_table *table, uint64_t cookie)
{
	return &table->buckets[XXH3_64bits_withSeed(&cookie, sizeof(cookie), table->seed) & (table->bucket_nr - 1)];
}

static struct entry *find(const struct ygr_connection_table *table, uint64_t cookie)
{
	struct entry *entry = *bucket_of(table, cookie);

	while (entry && entry->cookie != cookie)
		entry = entry->chain;
	return entry;
}

static void unlink_age(struct ygr_connection_table *table, struct entry *entry)
{
	*(entry->older ? &entry->older->newer : &table->oldest) = entry->newer;
	*(entry->newer ? &entry->newer->older : &table->newest) = entry->older;
}

static void link_newest(struct ygr_connection_table *table, struct entry *entry)
{
	entry->older = table->newest;
	entry->newer = NULL;
	*(table->newest ? &table->newest->newer : &table->oldest) = entry;
	table->newest = entry;
}

static struct entry *make(struct ygr_connection_table *table, uint64_t cookie)
{
	struct entry **bucket = bucket_of(table, cookie), *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->cookie = cookie;
	entry->chain = *bucket;
	*bucket = entry;
	link_newest(table, entry);
	table->entry_nr++;
	return entry;
}

static void remove_entry(struct ygr_connection_table *table, struct entry *entry)
{
	struct entry **link = bucket_of(table, entry->cookie);

	while (*link != entry)
		link = &(*link)->chain;
	*link = entry->chain;
	unlink_age(table, entry);
	table->entry_nr--;
	for (int kind = 0; kind < YGR_CONNECTION_NAME_NR; kind++)
		ygr_name_pool_put(&table->names, entry->names[kind]);
	free(entry);
}

int ygr_connection_table_create(struct ygr_connection_table **out, size_t limit_bytes, uint64_t seed)
{
	struct ygr_connection_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->limit_bytes = limit_bytes < YGR_CONNECTION_BYTES_MIN ? YGR_CONNECTION_BYTES_MIN : limit_bytes;
	table->bucket_nr = 64;
	while (table->bucket_nr * USUAL_BYTES < table->limit_bytes)
		table->bucket_nr *= 2;
	table->buckets = calloc(table->bucket_nr, sizeof(*table->buckets));
	if (!table->buckets || ygr_name_pool_init(&table->names, table->bucket_nr / 4)) {
		free(table->buckets);
		free(table);
		return -ENOMEM;
	}
	table->seed = table->names.seed = seed;
	*out = table;
	return 0;
}

void ygr_connection_table_destroy(struct ygr_connection_table *table)
{
	if (!table)
		return;
	while (table->oldest)
		remove_entry(table, table->oldest);
	ygr_name_pool_exit(&table->names);
	free(table->buckets);
	free(table);
}

void ygr_connection_table_note(struct ygr_connection_table *table, uint64_t cookie,
			       enum ygr_connection_name kind, const char *bytes, size_t len)
{
	const struct ygr_name *name;
	struct entry *entry;

	if (!cookie || !len)
		return;
	name = ygr_name_pool_get(&table->names, bytes, (uint32_t)len);
	if (!name)
		return;
	entry = find(table, cookie) ?: make(table, cookie);
	if (!entry) {
		ygr_name_pool_put(&table->names, name);
		return;
	}
	ygr_name_pool_put(&table->names, entry->names[kind]);
	entry->names[kind] = name;
	unlink_age(table, entry);
	link_newest(table, entry);
	while (used_bytes(table) > table->limit_bytes && table->oldest != entry) {
		remove_entry(table, table->oldest);
		table->evicted_nr++;
	}
}

bool ygr_connection_table_find(const struct ygr_connection_table *table, uint64_t cookie,
			       const char *names[YGR_CONNECTION_NAME_NR])
{
	const struct entry *entry = find(table, cookie);

	for (int kind = 0; kind < YGR_CONNECTION_NAME_NR; kind++)
		names[kind] = entry && entry->names[kind] ? entry->names[kind]->bytes : NULL;
	return entry;
}

void ygr_connection_table_forget(struct ygr_connection_table *table, uint64_t cookie)
{
	struct entry *entry = find(table, cookie);

	if (entry)
		remove_entry(table, entry);
}

void ygr_connection_table_stats(const struct ygr_connection_table *table,
				struct ygr_connection_table_stats *stats)
{
	stats->connection_nr = table->entry_nr;
	stats->used_bytes = used_bytes(table);
	stats->limit_bytes = table->limit_bytes;
	stats->evicted_nr = table->evicted_nr;
}
