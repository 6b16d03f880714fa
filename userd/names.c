// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

_Static_assert(YGR_EV_SEND + 1 == YGR_EV_SOCKET_CLOSE && YGR_EV_SOCKET_CLOSE + 1 == YGR_EV_DNS &&
	       YGR_EV_DNS + 1 == YGR_EV_STREAM, "what is about names lies in a row, but for connect");

struct ygr_names {
	struct ygr_names_config config;
	struct ygr_name_cache *cache;
	struct ygr_connection_table *connections;
	uint64_t closed_cookie;		/* of the close that was observed last; 0: none, or forgotten */
	struct ygr_names_stats stats;
	struct ygr_names_facts facts;	/* of the event that was observed last */
	struct ygr_dns_answer answer;
	struct ygr_client_hello hello;
	struct ygr_http_request request;
};

int ygr_names_create(struct ygr_names **out, const struct ygr_names_config *config, uint64_t seed)
{
	struct ygr_names *names = calloc(1, sizeof(*names));
	int ret;

	if (!names)
		return -ENOMEM;
	names->config = *config;
	ret = ygr_name_cache_create(&names->cache, config->cache_bytes / 4 * 3, seed);
	if (!ret)
		ret = ygr_connection_table_create(&names->connections, config->cache_bytes / 4, seed);
	if (ret) {
		ygr_names_destroy(names);
		return ret;
	}
	*out = names;
	return 0;
}

void ygr_names_destroy(struct ygr_names *names)
{
	if (!names)
		return;
	ygr_connection_table_destroy(names->connections);
	ygr_name_cache_destroy(names->cache);
	free(names);
}

/* ---- answers ----------------------------------------------------------------- */

static void learn(struct ygr_names *names, const struct ygr_record_view *view)
{
	const struct ygr_dns_answer *answer = &names->answer;

	if (strcmp(answer->rcode, "NOERROR") != 0)
		return;
	for (uint16_t i = 0; i < answer->record_nr; i++) {
		const struct ygr_dns_record *record = &answer->records[i];
		struct ygr_address address = { .family = record->family };
		uint32_t ttl = record->ttl < answer->alias_ttl ? record->ttl : answer->alias_ttl;

		if (!record->is_of_question)
			continue;
		memcpy(address.addr, record->address, sizeof(address.addr));
		ygr_name_cache_add(names->cache, view->body.dns.net_ns, &address, answer->question,
				   answer->canonical, view->head->time_ns, ttl);
	}
}

static void take_answer(struct ygr_names *names, const struct ygr_record_view *view)
{
	const struct ygr_record_string *payload = &view->strings[YGR_STR_PAYLOAD];

	if (!payload->bytes)
		return;
	if (ygr_dns_answer_parse(&names->answer, (const uint8_t *)payload->bytes, payload->len)) {
		names->facts.is_malformed = true;
		names->stats.malformed_nr++;
		return;
	}
	names->facts.dns = &names->answer;
	names->stats.answer_nr++;
	learn(names, view);
}

/* ---- first bytes ------------------------------------------------------------- */

static bool take_hello(struct ygr_names *names, uint64_t cookie, const struct ygr_record_string *payload)
{
	if (!names->config.tls ||
	    !ygr_client_hello_parse(&names->hello, (const uint8_t *)payload->bytes, payload->len))
		return false;
	names->facts.tls = &names->hello;
	ygr_connection_table_note(names->connections, cookie, YGR_CONNECTION_SNI, names->hello.sni,
				  names->hello.sni_len);
	names->stats.tls_nr++;
	return true;
}

static bool take_request(struct ygr_names *names, uint64_t cookie, const struct ygr_record_string *payload)
{
	struct ygr_http_request *request = &names->request;

	if (!names->config.http || !ygr_http_request_parse(request, payload->bytes, payload->len))
		return false;
	if (!names->config.query) {
		names->facts.query_len = (uint32_t)request->query.len;
		request->query = (struct ygr_http_text) { NULL, 0 };
	}
	names->facts.http = request;
	ygr_connection_table_note(names->connections, cookie, YGR_CONNECTION_HOST, request->host,
				  request->host_len);
	names->stats.http_nr++;
	return true;
}

static void take_first_bytes(struct ygr_names *names, const struct ygr_record_view *view)
{
	const struct ygr_record_string *payload = &view->strings[YGR_STR_PAYLOAD];
	uint64_t cookie = view->body.stream.socket_cookie;

	if (payload->bytes && !take_hello(names, cookie, payload) && !take_request(names, cookie, payload))
		names->stats.other_nr++;
}

/* ---- connections ------------------------------------------------------------- */

static void find_name(struct ygr_names *names, const struct ygr_record_view *view, uint64_t cookie,
		      const struct ygr_address *remote)
{
	struct ygr_names_facts *facts = &names->facts;

	if (!remote->family)
		return;
	facts->has_name = ygr_name_cache_find(names->cache, view->head->net_ns, remote, view->head->time_ns,
					      &facts->name);
	if (!facts->has_name) {
		names->stats.unnamed_nr++;
		return;
	}
	names->stats.named_nr++;
	ygr_connection_table_note(names->connections, cookie, YGR_CONNECTION_DNS, facts->name.name,
				  strlen(facts->name.name));
}

/* The facts of a close still point to its names: they go when it is over. */
static void forget_closed(struct ygr_names *names, const struct ygr_record_view *view)
{
	if (!names->closed_cookie || (view->head->type == YGR_EV_SOCKET_CLOSE &&
				      view->body.close.socket_cookie == names->closed_cookie))
		return;
	ygr_connection_table_forget(names->connections, names->closed_cookie);
	names->closed_cookie = 0;
}

static void find_known(struct ygr_names *names, const struct ygr_record_view *view)
{
	names->closed_cookie = view->body.close.socket_cookie;
	ygr_connection_table_find(names->connections, names->closed_cookie, names->facts.known);
}

/* Most events are about other things, and pay for two comparisons. */
static bool is_about_names(uint16_t type)
{
	return type == YGR_EV_CONNECT || (type >= YGR_EV_SEND && type <= YGR_EV_STREAM);
}

const struct ygr_names_facts *ygr_names_observe(struct ygr_names *names,
						const struct ygr_record_view *view)
{
	if (!is_about_names(view->head->type))
		return NULL;
	memset(&names->facts, 0, sizeof(names->facts));
	forget_closed(names, view);
	switch (view->head->type) {
	case YGR_EV_DNS:
		if (names->config.dns)
			take_answer(names, view);
		break;
	case YGR_EV_SOCKET_CLOSE:
		find_known(names, view);
		break;
	case YGR_EV_STREAM:
		find_name(names, view, view->body.stream.socket_cookie, &view->body.stream.remote);
		take_first_bytes(names, view);
		break;
	default:
		find_name(names, view, view->body.socket.socket_cookie, &view->body.socket.remote);
		break;
	}
	return &names->facts;
}

void ygr_names_stats(const struct ygr_names *names, struct ygr_names_stats *stats)
{
	*stats = names->stats;
	ygr_name_cache_stats(names->cache, &stats->cache);
	ygr_connection_table_stats(names->connections, &stats->connections);
}
