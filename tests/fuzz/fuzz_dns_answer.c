// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a DNS answer: texts are plain ASCII and end, bounds hold, and what a cache is
 * told by it is found in it, below its ceiling.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dns_answer.h"
#include "name_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_text(const struct ygr_dns_answer *answer, const char *text)
{
	require(text != NULL);
	if (text >= answer->room && text < answer->room + sizeof(answer->room))
		require(memchr(text, '\0', (size_t)(answer->room + answer->room_used - text)) != NULL);
	for (; *text; text++)
		require(*text >= ' ' && *text <= '~');
}

static void check_record(const struct ygr_dns_answer *answer, const struct ygr_dns_record *record)
{
	check_text(answer, record->name);
	check_text(answer, record->type);
	check_text(answer, record->data);
	require(strlen(record->data) <= 4 * 1024);
	require(record->ttl <= INT32_MAX);
	require(!record->is_of_question || (record->family && !strcmp(record->name, answer->canonical)));
}

static void cache(const struct ygr_dns_answer *answer)
{
	struct ygr_name_cache_stats stats;
	struct ygr_name_cache *names;

	if (ygr_name_cache_create(&names, 0, 1))
		abort();
	for (uint16_t i = 0; i < answer->record_nr; i++) {
		const struct ygr_dns_record *record = &answer->records[i];
		struct ygr_address address = { .family = record->family };
		struct ygr_name_cache_found found;

		if (!record->is_of_question)
			continue;
		memcpy(address.addr, record->address, sizeof(address.addr));
		ygr_name_cache_add(names, 1, &address, answer->question, answer->canonical, 5, record->ttl);
		require(ygr_name_cache_find(names, 1, &address, 5, &found));
		require(!strcmp(found.name, answer->question));
		require(!ygr_name_cache_find(names, 2, &address, 5, &found));
	}
	ygr_name_cache_stats(names, &stats);
	require(stats.used_bytes <= stats.limit_bytes);
	ygr_name_cache_destroy(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct ygr_dns_answer answer;

	if (ygr_dns_answer_parse(&answer, data, bytes))
		return 0;
	require(answer.record_nr <= YGR_DNS_RECORDS_MAX && answer.record_nr <= answer.promised_nr);
	require(answer.is_partial == (answer.record_nr < answer.promised_nr));
	require(answer.room_used <= sizeof(answer.room));
	check_text(&answer, answer.question);
	check_text(&answer, answer.type);
	check_text(&answer, answer.rcode);
	check_text(&answer, answer.canonical);
	for (uint16_t i = 0; i < answer.record_nr; i++)
		check_record(&answer, &answer.records[i]);
	cache(&answer);
	return 0;
}
