// SPDX-License-Identifier: GPL-2.0-only
/* Events about sockets, and about what went over them. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "encode_parts.h"
#include "event_name.h"

static char *put_octet(char *at, uint8_t value)
{
	if (value >= 100)
		*at++ = (char)('0' + value / 100);
	if (value >= 10)
		*at++ = (char)('0' + value / 10 % 10);
	*at++ = (char)('0' + value % 10);
	return at;
}

uint8_t *ygr_encode_ip(uint8_t *at, const struct ygr_address *address)
{
	char text[INET6_ADDRSTRLEN], *end = text;

	if (address->family == AF_INET6) {
		inet_ntop(AF_INET6, address->addr, text, sizeof(text));
		return put_word(at, text);
	}
	for (int i = 0; i < 4; i++) {
		if (i)
			*end++ = '.';
		end = put_octet(end, address->addr[i]);
	}
	return ygr_pack_str(at, text, (size_t)(end - text));
}

static uint8_t *put_address(uint8_t *at, const struct ygr_address *address)
{
	if (address->family != AF_INET && address->family != AF_INET6)
		return ygr_pack_nil(at);
	at = ygr_pack_array(at, 3);
	at = ygr_encode_ip(at, address);
	at = ygr_pack_u64(at, address->port);
	return ygr_pack_nonzero(at, address->scope_id);
}

static uint8_t *put_socket(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_socket *body = &view->body.socket;
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(at, ygr_event_name_family(body->family, room));
	at = ygr_pack_nonzero(at, body->type);
	at = ygr_pack_nonzero(at, body->protocol);
	at = ygr_pack_nonzero(at, body->backlog);
	at = ygr_pack_nonzero(at, body->socket_ino);
	at = put_address(at, &body->local);
	at = put_address(at, &body->remote);
	at = put_string(at, &view->strings[YGR_STR_UNIX_PATH]);
	return ygr_pack_nonzero(at, body->socket_cookie);
}

static uint8_t *put_close(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_close *body = &view->body.close;
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(at, ygr_event_name_family(body->family, room));
	at = ygr_pack_nonzero(at, body->type);
	at = ygr_pack_nonzero(at, body->protocol);
	at = ygr_pack_nonzero(at, body->socket_ino);
	at = put_address(at, &body->local);
	at = put_address(at, &body->remote);
	at = ygr_pack_nonzero(at, body->socket_cookie);
	at = ygr_pack_i64(at, (int64_t)(view->head->time_ns - body->begin_ns));
	at = ygr_pack_u64(at, body->bytes_out);
	return ygr_pack_u64(at, body->bytes_in);
}

/* From the host's side: the one that asked is the local one. */
static uint8_t *put_dns(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_dns *body = &view->body.dns;
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(at, ygr_event_name_family(body->source.family, room));
	at = ygr_pack_nonzero(at, body->transport);
	at = put_address(at, &body->destination);
	at = put_address(at, &body->source);
	at = ygr_pack_nonzero(at, body->net_ns);
	return ygr_pack_u64(at, body->true_len);
}

static uint8_t *put_stream(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_stream *body = &view->body.stream;
	char room[YGR_EVENT_NAME_BYTES];

	at = put_word(at, ygr_event_name_family(body->family, room));
	at = ygr_pack_nonzero(at, body->type);
	at = ygr_pack_nonzero(at, body->protocol);
	at = ygr_pack_nonzero(at, body->socket_ino);
	at = put_address(at, &body->local);
	at = put_address(at, &body->remote);
	at = ygr_pack_nonzero(at, body->socket_cookie);
	return ygr_pack_u64(at, body->sent_bytes);
}

uint8_t *ygr_encode_socket_values(uint8_t *at, const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_SOCKET_CREATE ... YGR_EV_SEND:
		return put_socket(at, view);
	case YGR_EV_SOCKET_CLOSE:
		return put_close(at, view);
	case YGR_EV_DNS:
		return put_dns(at, view);
	case YGR_EV_STREAM:
		return put_stream(at, view);
	}
	return at;
}

/* ---- what few sockets have -------------------------------------------------- */

/* It can send and see what no other socket can: packets of anybody's, or with a head of its own making. */
static bool is_raw(const struct ygr_body_socket *body)
{
	return body->family == AF_PACKET || body->type == SOCK_PACKET ||
	       (body->type == SOCK_RAW && (body->family == AF_INET || body->family == AF_INET6));
}

/* What few events about sockets have to tell. */
uint8_t *ygr_encode_socket_extras(struct extras *extras, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_socket *socket = &view->body.socket;
	const struct ygr_body_close *close = &view->body.close;
	const struct ygr_body_dns *dns = &view->body.dns;

	switch (view->head->type) {
	case YGR_EV_SOCKET_CREATE:
		return put_given(extras, at, "raw", is_raw(socket));
	case YGR_EV_ACCEPT:
		if (!socket->peer_tgid)
			return at;
		at = put_extra(extras, at, "peer_pid", socket->peer_tgid);
		at = put_given(extras, at, "peer_start_ns", socket->peer_start_ns);
		return socket->peer_uid == ~0u ? at : put_extra(extras, at, "peer_uid", socket->peer_uid);
	case YGR_EV_SOCKET_CLOSE:
		at = put_extra(extras, at, "packets_out", close->packets_out);
		at = put_extra(extras, at, "packets_in", close->packets_in);
		at = put_given(extras, at, "net_ns", close->net_ns);
		at = put_given(extras, at, "owner_pid", close->owner_tgid);
		at = put_given(extras, at, "owner_start_ns", close->owner_start_ns);
		at = put_given(extras, at, "bytes_unsent", close->bytes_unsent);
		return put_given(extras, at, "retransmits", close->retransmit_nr);
	case YGR_EV_DNS:
		at = put_given(extras, at, "socket_cookie", dns->socket_cookie);
		at = put_given(extras, at, "owner_pid", dns->owner_tgid);
		return put_given(extras, at, "owner_start_ns", dns->owner_start_ns);
	}
	return at;
}
