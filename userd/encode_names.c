// SPDX-License-Identifier: GPL-2.0-only
/* What the other side of a connection is called, and what a program said to it (names.h). */
#include <string.h>

#include "clock.h"
#include "encode_parts.h"

static uint8_t *put_named(struct extras *extras, uint8_t *at, const struct ygr_name_cache_found *found)
{
	at = put_known(extras, at, "dns_name", found->name);
	if (found->canonical)
		at = put_known(extras, at, "dns_canonical", found->canonical);
	at = put_extra(extras, at, "dns_age_ms", found->age_ns / YGR_NS_PER_MS);
	at = put_given(extras, at, "dns_expired", found->is_expired);
	if (!found->other_nr)
		return at;
	at = ygr_pack_array(put_key(extras, at, "dns_others"), found->other_nr);
	for (uint8_t i = 0; i < found->other_nr; i++)
		at = put_word(at, found->others[i]);
	return at;
}

static uint8_t *put_answers(struct extras *extras, uint8_t *at, const struct ygr_dns_answer *answer)
{
	at = ygr_pack_array(put_key(extras, at, "answers"), answer->record_nr);
	for (uint16_t i = 0; i < answer->record_nr; i++) {
		const struct ygr_dns_record *record = &answer->records[i];
		struct extras map = { 0 };

		at = put_known(&map, at, "name", record->name);
		at = put_known(&map, at, "type", record->type);
		at = put_extra(&map, at, "ttl", record->ttl);
		at = put_known(&map, at, "data", record->data);
		close_extras(&map);
	}
	return at;
}

static uint8_t *put_answer(struct extras *extras, uint8_t *at, const struct ygr_dns_answer *answer)
{
	struct extras map = { 0 };

	at = put_key(extras, at, "dns");
	at = put_known(&map, at, "question", answer->question);
	at = put_known(&map, at, "type", answer->type);
	at = put_known(&map, at, "rcode", answer->rcode);
	if (strcmp(answer->canonical, answer->question) != 0)
		at = put_known(&map, at, "canonical", answer->canonical);
	at = put_extra(&map, at, "id", answer->id);
	at = put_extra(&map, at, "answer_nr", answer->promised_nr);
	at = put_given(&map, at, "truncated", answer->is_truncated);
	at = put_given(&map, at, "partial", answer->is_partial);
	close_extras(&map);
	return put_answers(extras, at, answer);
}

static uint8_t *put_malformed(struct extras *extras, uint8_t *at)
{
	struct extras map = { 0 };

	at = put_extra(&map, put_key(extras, at, "dns"), "malformed", 1);
	close_extras(&map);
	return at;
}

static const char *tls_version(uint16_t version)
{
	static const char *const names[] = { "ssl3", "1.0", "1.1", "1.2", "1.3" };

	return version >> 8 == 3 && (version & 0xff) < NR(names) ? names[version & 0xff] : "";
}

static uint8_t *put_hello(struct extras *extras, uint8_t *at, const struct ygr_client_hello *hello)
{
	struct extras map = { 0 };

	at = put_key(extras, at, "tls");
	at = put_known(&map, at, "version", tls_version(hello->version));
	if (hello->sni_len)
		at = ygr_pack_str(put_key(&map, at, "sni"), hello->sni, hello->sni_len);
	if (hello->alpn_nr)
		at = ygr_pack_array(put_key(&map, at, "alpn"), hello->alpn_nr);
	for (uint8_t i = 0; i < hello->alpn_nr; i++)
		at = put_text(at, (const char *)hello->alpn[i].bytes, hello->alpn[i].len);
	at = put_given(&map, at, "cut", hello->is_cut);
	at = put_given(&map, at, "malformed", hello->is_malformed);
	if (!map.map)
		*at++ = 0x80;
	close_extras(&map);
	return at;
}

static uint8_t *put_part(struct extras *extras, uint8_t *at, const char *key, struct ygr_http_text text)
{
	return text.bytes ? put_text(put_key(extras, at, key), text.bytes, text.len) : at;
}

static const char *http_version(uint8_t version)
{
	return version == 20 ? "2" : version == 11 ? "1.1" : version == 10 ? "1.0" : "";
}

static uint8_t *put_request(struct extras *extras, uint8_t *at, const struct ygr_names_facts *facts)
{
	const struct ygr_http_request *request = facts->http;
	struct extras map = { 0 };

	at = put_key(extras, at, "http");
	at = put_part(&map, at, "method", request->method);
	if (request->host_len)
		at = ygr_pack_str(put_key(&map, at, "host"), request->host, request->host_len);
	at = put_given(&map, at, "port", request->port);
	at = put_part(&map, at, "path", request->path);
	at = put_part(&map, at, "query", request->query);
	at = put_given(&map, at, "query_bytes", facts->query_len);
	at = put_known(&map, at, "version", http_version(request->version));
	at = put_given(&map, at, "cut", request->is_cut);
	close_extras(&map);
	return at;
}

/* The same keys as when it was asked for, so that one query finds both. */
static uint8_t *put_known_names(struct extras *extras, uint8_t *at, const char *const *known)
{
	struct extras tls = { 0 }, http = { 0 };

	if (known[YGR_CONNECTION_DNS])
		at = put_known(extras, at, "dns_name", known[YGR_CONNECTION_DNS]);
	if (known[YGR_CONNECTION_SNI])
		at = put_known(&tls, put_key(extras, at, "tls"), "sni", known[YGR_CONNECTION_SNI]);
	close_extras(&tls);
	if (known[YGR_CONNECTION_HOST])
		at = put_known(&http, put_key(extras, at, "http"), "host", known[YGR_CONNECTION_HOST]);
	close_extras(&http);
	return at;
}

uint8_t *ygr_encode_names(struct extras *extras, uint8_t *at, const struct ygr_names_facts *facts)
{
	if (facts->has_name)
		at = put_named(extras, at, &facts->name);
	if (facts->dns)
		at = put_answer(extras, at, facts->dns);
	if (facts->is_malformed)
		at = put_malformed(extras, at);
	if (facts->tls)
		at = put_hello(extras, at, facts->tls);
	if (facts->http)
		at = put_request(extras, at, facts);
	return put_known_names(extras, at, facts->known);
}
