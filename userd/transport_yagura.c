// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "config_output.h"
#include "wire.h"

struct yagura_settings {
	const char *host;
	uint64_t port;
};

/* How long the far end may take to connect and answer, and to take bytes. */
#define REPLY_TIMEOUT_NS	(10 * YGR_NS_PER_S)
#define USER_TIMEOUT_MS		30000
/* Beyond this send() says "later": the window bounds batches, this bounds bytes. */
#define OUT_BYTES_SOFT		(2u << 20)
/* Only replies and acknowledgements come back. */
#define IN_BYTES		4096
#define IN_PAYLOAD_MAX		64

enum tcp_state {
	TCP_DOWN,
	TCP_CONNECTING,
	TCP_WAITING,		/* for the reply to the hello */
	TCP_UP,
};

struct tcp_transport {
	struct ygr_transport base;
	const char *host;
	char	 port[8];
	enum tcp_state state;
	int	 fd;
	int	 handle;
	bool	 was_full;		/* send() said -EAGAIN */
	struct ygr_loop_timer timer;	/* of the reply */
	uint8_t	 *out;			/* [out_at, out_len) is to be sent */
	size_t	 out_at, out_len, out_cap;
	uint8_t	 in[IN_BYTES];
	size_t	 in_len;
};

static void tcp_close(struct tcp_transport *tcp)
{
	ygr_loop_timer_arm(&tcp->timer, 0);
	if (tcp->fd >= 0) {
		ygr_loop_unwatch(tcp->base.loop, tcp->handle);
		close(tcp->fd);
	}
	tcp->fd = -1;
	tcp->state = TCP_DOWN;
	tcp->out_at = 0;
	tcp->out_len = 0;
	tcp->in_len = 0;
	tcp->was_full = false;
}

static void tcp_down(struct tcp_transport *tcp, const char *reason)
{
	tcp_close(tcp);
	tcp->base.user.down(tcp->base.user.arg, reason);
}

/* ---- out ------------------------------------------------------------------ */

static int out_reserve(struct tcp_transport *tcp, size_t more)
{
	uint8_t *out;

	if (tcp->out_at > 0) {
		memmove(tcp->out, tcp->out + tcp->out_at, tcp->out_len - tcp->out_at);
		tcp->out_len -= tcp->out_at;
		tcp->out_at = 0;
	}
	if (tcp->out_len + more <= tcp->out_cap)
		return 0;
	out = realloc(tcp->out, tcp->out_len + more);
	if (!out)
		return -ENOMEM;
	tcp->out = out;
	tcp->out_cap = tcp->out_len + more;
	return 0;
}

/* Return: 0: all sent, or the socket is full; -errno. */
static int out_flush(struct tcp_transport *tcp)
{
	while (tcp->out_at < tcp->out_len) {
		ssize_t ret = send(tcp->fd, tcp->out + tcp->out_at, tcp->out_len - tcp->out_at,
				   MSG_NOSIGNAL);

		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return errno == EAGAIN ? 0 : -errno;
		tcp->out_at += (size_t)ret;
	}
	return 0;
}

/* ---- in ------------------------------------------------------------------- */

/* Return: NULL or why the link has to end. */
static const char *take_reply(struct tcp_transport *tcp, const struct ygr_wire_message *message)
{
	if (message->status == YGR_WIRE_E_VERSION || message->version != YGR_WIRE_VERSION)
		return "the receiver speaks another version";
	if (message->status == YGR_WIRE_E_STORAGE)
		return "the receiver cannot store this spool";
	if (message->status != YGR_WIRE_OK)
		return "the receiver refuses";
	ygr_loop_timer_arm(&tcp->timer, 0);
	tcp->state = TCP_UP;
	tcp->base.user.up(tcp->base.user.arg, message->batch_id, message->last_hash);
	return NULL;
}

static const char *take_message(struct tcp_transport *tcp, const struct ygr_wire_message *message)
{
	if (tcp->state == TCP_WAITING && message->type == YGR_WIRE_REPLY)
		return take_reply(tcp, message);
	if (tcp->state == TCP_UP && message->type == YGR_WIRE_ACK) {
		tcp->base.user.acked(tcp->base.user.arg, message->batch_id);
		return NULL;
	}
	return "the receiver sent a message out of turn";
}

static const char *take_messages(struct tcp_transport *tcp)
{
	const char *reason = NULL;
	size_t at = 0;

	while (!reason && tcp->fd >= 0) {
		struct ygr_wire_message message;
		ssize_t used = ygr_wire_parse(tcp->in + at, tcp->in_len - at, IN_PAYLOAD_MAX, &message);

		if (used == 0)
			break;
		if (used < 0)
			return "the receiver does not speak this protocol";
		at += (size_t)used;
		reason = take_message(tcp, &message);
	}
	if (tcp->fd < 0)
		return NULL;	/* the user stopped the link from within */
	memmove(tcp->in, tcp->in + at, tcp->in_len - at);
	tcp->in_len -= at;
	return reason;
}

/* Return: NULL or why the link has to end. */
static const char *in_drain(struct tcp_transport *tcp)
{
	while (tcp->fd >= 0) {
		ssize_t got = recv(tcp->fd, tcp->in + tcp->in_len, sizeof(tcp->in) - tcp->in_len, 0);
		const char *reason;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? NULL : strerror(errno);
		if (got == 0)
			return "the receiver closed the connection";
		tcp->in_len += (size_t)got;
		reason = take_messages(tcp);
		if (reason)
			return reason;
	}
	return NULL;
}

/* ---- the socket ----------------------------------------------------------- */

static const char *finish_connect(struct tcp_transport *tcp)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(tcp->fd, SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	if (error)
		return strerror(error);
	tcp->state = TCP_WAITING;
	return NULL;
}

static void tcp_event(void *arg, uint32_t events)
{
	struct tcp_transport *tcp = arg;
	const char *reason = NULL;
	int ret;

	if (tcp->state == TCP_CONNECTING) {
		if (!(events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
			return;
		reason = finish_connect(tcp);
	}
	if (!reason)
		reason = in_drain(tcp);
	if (!reason && tcp->fd >= 0) {
		ret = out_flush(tcp);
		reason = ret ? strerror(-ret) : NULL;
	}
	if (reason) {
		tcp_down(tcp, reason);
		return;
	}
	if (tcp->was_full && tcp->fd >= 0 && tcp->out_len - tcp->out_at < OUT_BYTES_SOFT / 2) {
		tcp->was_full = false;
		tcp->base.user.room(tcp->base.user.arg);
	}
}

static void tcp_timed_out(void *arg)
{
	struct tcp_transport *tcp = arg;

	if (tcp->state == TCP_CONNECTING || tcp->state == TCP_WAITING)
		tcp_down(tcp, "no answer in time");
}

/* The first address that takes a socket; a later try may find another one. */
static int tcp_connect(struct tcp_transport *tcp)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *each;
	int error = EHOSTUNREACH;

	if (getaddrinfo(tcp->host, tcp->port, &hints, &list))
		return -EHOSTUNREACH;
	for (each = list; each; each = each->ai_next) {
		int one = 1, timeout_ms = USER_TIMEOUT_MS;
		int fd = socket(each->ai_family, each->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd < 0) {
			error = errno;
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
		if (connect(fd, each->ai_addr, each->ai_addrlen) == 0 || errno == EINPROGRESS) {
			tcp->fd = fd;
			break;
		}
		error = errno;
		close(fd);
	}
	freeaddrinfo(list);
	return tcp->fd >= 0 ? 0 : -error;
}

static int tcp_start(struct ygr_transport *transport, const struct ygr_transport_hello *hello)
{
	struct tcp_transport *tcp = (struct tcp_transport *)transport;
	int ret;

	ret = out_reserve(tcp, YGR_WIRE_HELLO_BYTES_MAX);
	if (!ret)
		ret = tcp_connect(tcp);
	if (ret)
		return ret;
	tcp->state = TCP_CONNECTING;
	tcp->out_len = ygr_wire_put_hello(tcp->out, hello->spool_id, hello->next_batch_id,
					  hello->host_name);
	tcp->handle = ygr_loop_watch(tcp->base.loop, tcp->fd,
				     EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP, tcp_event, tcp);
	if (tcp->handle < 0) {
		ret = tcp->handle;
		close(tcp->fd);
		tcp->fd = -1;
		tcp_close(tcp);
		return ret;
	}
	ygr_loop_timer_arm(&tcp->timer, REPLY_TIMEOUT_NS);
	return 0;
}

static int tcp_send(struct ygr_transport *transport, uint64_t batch_id,
		    const uint8_t *batch, size_t len)
{
	struct tcp_transport *tcp = (struct tcp_transport *)transport;
	int ret;

	if (tcp->state != TCP_UP)
		return -ENOTCONN;
	if (tcp->out_len - tcp->out_at >= OUT_BYTES_SOFT) {
		tcp->was_full = true;
		return -EAGAIN;
	}
	ret = out_reserve(tcp, YGR_WIRE_BATCH_HEAD_BYTES + len);
	if (ret)
		return ret;
	tcp->out_len += ygr_wire_put_batch_head(tcp->out + tcp->out_len, batch_id, len);
	memcpy(tcp->out + tcp->out_len, batch, len);
	tcp->out_len += len;
	/* An error shows as an event of the socket as well: that one takes the link down. */
	out_flush(tcp);
	return 0;
}

static void tcp_stop(struct ygr_transport *transport)
{
	tcp_close((struct tcp_transport *)transport);
}

static void tcp_destroy(struct ygr_transport *transport)
{
	struct tcp_transport *tcp = (struct tcp_transport *)transport;

	tcp_close(tcp);
	ygr_loop_timer_exit(transport->loop, &tcp->timer);
	free(tcp->out);
	free(tcp);
}

static const struct ygr_transport_ops tcp_ops = {
	.start	 = tcp_start,
	.send	 = tcp_send,
	.stop	 = tcp_stop,
	.destroy = tcp_destroy,
};

static int tcp_create(struct ygr_transport **out, struct ygr_loop *loop,
		      const struct ygr_transport_user *user,
		      const struct ygr_output_config *config, const char **reason)
{
	const struct yagura_settings *settings = config->settings;
	struct tcp_transport *tcp = calloc(1, sizeof(*tcp));
	int ret;

	(void)reason;
	if (!tcp)
		return -ENOMEM;
	tcp->base = (struct ygr_transport) { .ops = &tcp_ops, .user = *user, .loop = loop };
	tcp->host = settings->host;
	snprintf(tcp->port, sizeof(tcp->port), "%u", (unsigned int)settings->port);
	tcp->fd = -1;
	ret = ygr_loop_timer_init(loop, &tcp->timer, tcp_timed_out, tcp);
	if (ret) {
		free(tcp);
		return ret;
	}
	*out = &tcp->base;
	return 0;
}

#define AT(member)	offsetof(struct yagura_settings, member)
static const struct ygr_option yagura_options[] = {
	{ "host", YGR_OPTION_TEXT,   .at = AT(host), .is_required = true },
	{ "port", YGR_OPTION_NUMBER, .at = AT(port), .is_required = true, .low = 1, .high = 65535 },
	{ 0 }
};

const struct ygr_transport_type ygr_transport_yagura = {
	.name		= "yagura",
	.options	= yagura_options,
	.settings_bytes	= sizeof(struct yagura_settings),
	.create		= tcp_create,
};
