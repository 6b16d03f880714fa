// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "server.h"
#include "store.h"
#include "stream.h"
#include "wire.h"

#define CLIENTS_MAX	128
#define READ_BYTES	(256u << 10)
#define HELLO_PAYLOAD_MAX 512	/* all that a stranger may make us hold */
/* Who has not said hello by then is gone, and his place is another's. */
#define HELLO_TIMEOUT_NS (5 * YGR_NS_PER_S)
#define SWEEP_NS	(1 * YGR_NS_PER_S)
#define OUT_BYTES	8192	/* replies, acknowledgements and refusals that wait for the socket */

struct client {
	struct ygr_server *server;
	struct client *next;
	struct ygr_stream stream;
	uint64_t since_ns;
	bool	 is_known;		/* said hello; the store is open */
	struct ygr_store store;
	uint64_t acked_id;		/* the last one that was told */
	uint64_t came_id;		/* the last one that was stored or was here already */
	char	 name[64];
	uint8_t	 *in;
	size_t	 in_len, in_cap;
	uint8_t	 out[OUT_BYTES];
	size_t	 out_len;
};

struct ygr_server {
	struct ygr_loop *loop;
	const struct ygr_server_config *config;
	int	 fd;
	int	 handle;
	unsigned int port;
	struct ygr_loop_timer sweep;
	struct client *clients;
	size_t	 client_nr;
};

static void client_drop(struct client *client, const char *reason)
{
	struct client **link = &client->server->clients;

	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	client->server->client_nr--;
	ygr_info("%s: %s (batch %llu is the last one here)", client->name, reason,
		 (unsigned long long)client->store.last_batch_id);
	ygr_stream_close(&client->stream);
	ygr_store_close(&client->store);
	free(client->in);
	free(client);
}

/* ---- out ------------------------------------------------------------------ */

/* Return: NULL or why the client has to go. */
static const char *flush_out(struct client *client)
{
	size_t used = 0;

	while (used < client->out_len) {
		ssize_t ret = ygr_stream_send(&client->stream, client->out + used, client->out_len - used);

		if (ret == -EAGAIN)
			break;
		if (ret < 0)
			return ygr_stream_reason(&client->stream);
		used += (size_t)ret;
	}
	memmove(client->out, client->out + used, client->out_len - used);
	client->out_len -= used;
	return NULL;
}

/* One acknowledgement covers all before it; when there is no room, a later one will do. */
static void put_ack(struct client *client)
{
	if (client->out_len + YGR_WIRE_ACK_BYTES > sizeof(client->out))
		return;
	client->out_len += ygr_wire_put_ack(client->out + client->out_len, client->came_id);
	client->acked_id = client->came_id;
}

/* ---- messages ------------------------------------------------------------- */

/* A sender that lost its connection comes back before we notice: the new one counts. */
static void drop_former(struct client *client, const uint8_t spool_id[YGR_BATCH_ID_BYTES])
{
	struct client *each, *next;

	for (each = client->server->clients; each; each = next) {
		next = each->next;
		if (each != client && each->is_known &&
		    memcmp(each->store.spool_id, spool_id, YGR_BATCH_ID_BYTES) == 0)
			client_drop(each, "came back on another connection");
	}
}

static int open_store(struct client *client, const struct ygr_wire_message *hello)
{
	char path[PATH_MAX], id[33];
	int ret;

	ygr_spool_format_id_text(hello->spool_id, id);
	if (snprintf(path, sizeof(path), "%s/%s.ygs", client->server->config->out_dir, id) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	drop_former(client, hello->spool_id);
	ret = ygr_store_open(&client->store, path, hello->spool_id);
	if (ret)
		return ret;
	if (client->store.cut_bytes)
		ygr_notice("%s: cut %llu bytes of a torn batch", path,
			   (unsigned long long)client->store.cut_bytes);
	snprintf(client->name, sizeof(client->name), "spool %s", id);
	return 0;
}

/* What a client calls itself goes to a log: only what is harmless there. */
static void log_hello(const struct client *client, const struct ygr_wire_message *hello)
{
	char host[YGR_WIRE_HOST_BYTES_MAX + 1];

	for (size_t i = 0; i < hello->host_len; i++)
		host[i] = hello->host[i] > ' ' && hello->host[i] < 0x7f ? hello->host[i] : '?';
	host[hello->host_len] = '\0';
	ygr_info("%s: host %s, batch %llu is the last one here", client->name, host,
		 (unsigned long long)client->store.last_batch_id);
}

static const char *take_hello(struct client *client, const struct ygr_wire_message *hello)
{
	enum ygr_wire_status status = YGR_WIRE_OK;
	const char *reason = NULL;
	int ret;

	if (hello->version != YGR_WIRE_VERSION) {
		status = YGR_WIRE_E_VERSION;
		reason = "speaks another version";
	} else {
		ret = open_store(client, hello);
		if (ret) {
			status = YGR_WIRE_E_STORAGE;
			reason = strerror(-ret);
		}
	}
	client->out_len += ygr_wire_put_reply(client->out + client->out_len, status,
					      reason ? 0 : client->store.last_batch_id,
					      reason ? 0 : client->store.last_hash);
	if (reason) {
		flush_out(client);
		return reason;
	}
	client->is_known = true;
	client->came_id = client->store.last_batch_id;
	client->acked_id = client->came_id;
	log_hello(client, hello);
	return NULL;
}

/* The sender parks it: it must hear of it before anything that acknowledges a later one. */
static const char *refuse(struct client *client, uint64_t batch_id, enum ygr_wire_refusal status,
			  const char *text)
{
	if (client->out_len + YGR_WIRE_REFUSED_BYTES_MAX > sizeof(client->out))
		return "does not read what it is told";
	client->out_len += ygr_wire_put_refused(client->out + client->out_len, batch_id, status, text);
	ygr_warn("%s: batch %llu is refused: %s", client->name, (unsigned long long)batch_id, text);
	return NULL;
}

static const char *take_batch(struct client *client, const struct ygr_wire_message *message)
{
	int ret;

	if (message->batch_len > client->server->config->max_batch_bytes)
		return refuse(client, message->batch_id, YGR_WIRE_R_LARGE, "larger than this receiver takes");
	ret = ygr_store_append(&client->store, message->batch_id, message->batch, message->batch_len);
	if (ret == -EBADMSG)
		return refuse(client, message->batch_id, YGR_WIRE_R_BATCH,
			      "not whole, not this spool's, or of an unknown version");
	if (ret)
		return strerror(-ret);
	if (message->batch_id > client->came_id)
		client->came_id = message->batch_id;
	return NULL;
}

static const char *take_message(struct client *client, const struct ygr_wire_message *message)
{
	if (!client->is_known && message->type == YGR_WIRE_HELLO)
		return take_hello(client, message);
	if (client->is_known && message->type == YGR_WIRE_BATCH)
		return take_batch(client, message);
	return "sent a message out of turn";
}

/* All whole messages of the buffer; then one sync and one acknowledgement for them. */
static const char *take_messages(struct client *client)
{
	const char *reason = NULL;
	size_t at = 0;
	int ret;

	while (!reason) {
		struct ygr_wire_message message;
		ssize_t used = ygr_wire_parse(client->in + at, client->in_len - at,
					      client->is_known ? YGR_WIRE_PAYLOAD_MAX : HELLO_PAYLOAD_MAX,
					      &message);

		if (used == 0)
			break;
		if (used < 0)
			return "does not speak this protocol";
		at += (size_t)used;
		reason = take_message(client, &message);
	}
	memmove(client->in, client->in + at, client->in_len - at);
	client->in_len -= at;
	if (reason || client->came_id == client->acked_id)
		return reason;
	ret = ygr_store_sync(&client->store);
	if (ret)
		return strerror(-ret);
	put_ack(client);
	return NULL;
}

/* ---- sockets -------------------------------------------------------------- */

static int in_reserve(struct client *client)
{
	size_t cap = client->in_cap ? client->in_cap * 2 : READ_BYTES;
	uint8_t *in;

	if (client->in_cap - client->in_len >= READ_BYTES / 4)
		return 0;
	in = realloc(client->in, cap);
	if (!in)
		return -ENOMEM;
	client->in = in;
	client->in_cap = cap;
	return 0;
}

/* Reads until the socket is empty. Bounded: a message may not exceed its limit. */
static const char *drain_in(struct client *client)
{
	for (;;) {
		const char *reason;
		ssize_t got;

		if (in_reserve(client))
			return "out of memory";
		got = ygr_stream_recv(&client->stream, client->in + client->in_len,
				      client->in_cap - client->in_len);
		if (got < 0)
			return got == -EAGAIN ? NULL : ygr_stream_reason(&client->stream);
		if (got == 0)
			return "closed the connection";
		client->in_len += (size_t)got;
		reason = take_messages(client);
		if (!reason)
			reason = flush_out(client);
		if (reason)
			return reason;
	}
}

static void client_ready(void *arg)
{
	struct client *client = arg;
	const char *reason = flush_out(client);

	if (!reason)
		reason = drain_in(client);
	if (!reason && client->came_id != client->acked_id) {
		put_ack(client);	/* one that found no room before */
		reason = flush_out(client);
	}
	if (reason)
		client_drop(client, reason);
}

static void add_client(struct ygr_server *server, int fd)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client || server->client_nr == CLIENTS_MAX) {
		ygr_warn("a connection was refused: %s", client ? "too many" : "out of memory");
		free(client);
		close(fd);
		return;
	}
	client->server = server;
	client->since_ns = ygr_clock_awake_ns();
	client->store.fd = -1;
	strcpy(client->name, "new connection");
	ygr_stream_init(&client->stream, server->loop, client_ready, client);
	if (ygr_stream_accept(&client->stream, fd, server->config->tls)) {
		free(client);
		return;
	}
	client->next = server->clients;
	server->clients = client;
	server->client_nr++;
}

static void server_event(void *arg, uint32_t events)
{
	struct ygr_server *server = arg;
	int fd;

	(void)events;
	while ((fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		add_client(server, fd);
}

static void sweep(void *arg)
{
	struct ygr_server *server = arg;
	uint64_t now_ns = ygr_clock_awake_ns();
	struct client *each, *next;

	for (each = server->clients; each; each = next) {
		next = each->next;
		if (!each->is_known && now_ns - each->since_ns > HELLO_TIMEOUT_NS)
			client_drop(each, "says nothing");
	}
	ygr_loop_timer_arm(&server->sweep, SWEEP_NS);
}

/* ---- the server ----------------------------------------------------------- */

static int listen_on(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *list;
	int one = 1, fd, ret = 0;

	if (getaddrinfo(host, port, &hints, &list))
		return -EADDRNOTAVAIL;
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		ret = -errno;
	else if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
		 bind(fd, list->ai_addr, list->ai_addrlen) || listen(fd, 64))
		ret = -errno;
	freeaddrinfo(list);
	if (ret && fd >= 0)
		close(fd);
	return ret ? ret : fd;
}

static unsigned int bound_port(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &len))
		return 0;
	if (address.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

int ygr_server_create(struct ygr_server **out, struct ygr_loop *loop,
		      const struct ygr_server_config *config)
{
	struct ygr_server *server = calloc(1, sizeof(*server));
	int ret;

	if (!server)
		return -ENOMEM;
	server->loop = loop;
	server->config = config;
	server->fd = listen_on(config->host, config->port);
	if (server->fd < 0) {
		ret = server->fd;
		free(server);
		return ret;
	}
	server->port = bound_port(server->fd);
	server->handle = ygr_loop_watch(loop, server->fd, EPOLLIN, server_event, server);
	ret = server->handle < 0 ? server->handle :
	      ygr_loop_timer_init(loop, &server->sweep, sweep, server);
	if (ret) {
		ygr_loop_unwatch(loop, server->handle);
		close(server->fd);
		free(server);
		return ret;
	}
	ygr_loop_timer_arm(&server->sweep, SWEEP_NS);
	*out = server;
	return 0;
}

void ygr_server_destroy(struct ygr_server *server)
{
	if (!server)
		return;
	while (server->clients)
		client_drop(server->clients, "the receiver stops");
	ygr_loop_timer_exit(server->loop, &server->sweep);
	ygr_loop_unwatch(server->loop, server->handle);
	close(server->fd);
	free(server);
}

unsigned int ygr_server_port(const struct ygr_server *server)
{
	return server->port;
}
