// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"

/* How long sent bytes may stay unacknowledged before the connection counts as dead. */
#define USER_TIMEOUT_MS	30000

void ygr_stream_init(struct ygr_stream *stream, struct ygr_loop *loop,
		     void (*ready)(void *arg), void *arg)
{
	*stream = (struct ygr_stream) { .loop = loop, .fd = -1, .handle = -1,
					.ready = ready, .arg = arg };
}

void ygr_stream_close(struct ygr_stream *stream)
{
	ygr_lookup_cancel(stream->lookup);
	stream->lookup = NULL;
	if (stream->ssl) {
		/* A word of farewell, if there is room for it. */
		if (stream->state == YGR_STREAM_OPEN)
			SSL_shutdown(stream->ssl);
		SSL_free(stream->ssl);
		ERR_clear_error();
	}
	if (stream->fd >= 0) {
		ygr_loop_unwatch(stream->loop, stream->handle);
		close(stream->fd);
	}
	stream->ssl = NULL;
	stream->fd = -1;
	stream->handle = -1;
	stream->state = YGR_STREAM_CLOSED;
}

static int fail(struct ygr_stream *stream, int error, const char *reason)
{
	stream->state = YGR_STREAM_FAILED;
	stream->error = error;
	snprintf(stream->reason, sizeof(stream->reason), "%s", reason);
	return error;
}

static int fail_errno(struct ygr_stream *stream, int error)
{
	return fail(stream, -error, strerror(error));
}

/* ---- getting there -------------------------------------------------------- */

static void finish_connect(struct ygr_stream *stream)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	if (error)
		fail_errno(stream, error);
	else
		stream->state = stream->ssl ? YGR_STREAM_SHAKING_HANDS : YGR_STREAM_OPEN;
}

static void stream_event(void *arg, uint32_t events)
{
	struct ygr_stream *stream = arg;

	if (stream->state == YGR_STREAM_CONNECTING && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
		finish_connect(stream);
	stream->ready(stream->arg);
}

static int watch(struct ygr_stream *stream)
{
	if (stream->tls) {
		stream->ssl = ygr_tls_open(stream->tls, stream->fd);
		if (!stream->ssl)
			return -ENOMEM;
	}
	stream->handle = ygr_loop_watch(stream->loop, stream->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP,
					stream_event, stream);
	return stream->handle < 0 ? stream->handle : 0;
}

static void set_options(int fd)
{
	int one = 1, timeout_ms = USER_TIMEOUT_MS;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
}

/* The first address that takes a socket; a later try may find another one. Return: 0 or errno. */
static int connect_any(struct ygr_stream *stream, const struct addrinfo *list)
{
	int error = EHOSTUNREACH;

	for (; list; list = list->ai_next) {
		int fd = socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd < 0) {
			error = errno;
			continue;
		}
		set_options(fd);
		if (connect(fd, list->ai_addr, list->ai_addrlen) == 0 || errno == EINPROGRESS) {
			stream->fd = fd;
			return 0;
		}
		error = errno;
		close(fd);
	}
	return error;
}

static void looked_up(void *arg, struct addrinfo *list, const char *reason)
{
	struct ygr_stream *stream = arg;
	int ret;

	stream->lookup = NULL;
	if (!list) {
		fail(stream, -EHOSTUNREACH, reason);
		stream->ready(stream->arg);
		return;
	}
	ret = connect_any(stream, list);
	freeaddrinfo(list);
	if (!ret) {
		stream->state = YGR_STREAM_CONNECTING;
		ret = -watch(stream);
	}
	if (ret) {
		ygr_stream_close(stream);
		fail_errno(stream, ret);
		stream->ready(stream->arg);
	}
}

int ygr_stream_connect(struct ygr_stream *stream, const char *host, const char *port,
		       const struct ygr_tls *tls)
{
	int ret = ygr_lookup_start(&stream->lookup, stream->loop, host, port, looked_up, stream);

	if (ret)
		return fail_errno(stream, -ret);
	stream->tls = tls;
	stream->state = YGR_STREAM_LOOKING_UP;
	return 0;
}

int ygr_stream_accept(struct ygr_stream *stream, int fd, const struct ygr_tls *tls)
{
	int ret;

	stream->fd = fd;
	stream->tls = tls;
	set_options(fd);
	ret = watch(stream);
	if (ret) {
		ygr_stream_close(stream);
		return ret;
	}
	stream->state = tls ? YGR_STREAM_SHAKING_HANDS : YGR_STREAM_OPEN;
	return 0;
}

/* ---- bytes ---------------------------------------------------------------- */

/* What a call of OpenSSL that did not succeed means. Return: 0: the end; -errno. */
static int judge(struct ygr_stream *stream, int ret)
{
	int error = errno;

	switch (SSL_get_error(stream->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		ERR_clear_error();
		return error ? fail_errno(stream, error) : 0;
	}
	return fail(stream, -EPROTO, ygr_tls_explain(stream->ssl));
}

/* Return: 0: open; -EAGAIN; -errno. */
static int get_open(struct ygr_stream *stream)
{
	int ret;

	switch (stream->state) {
	case YGR_STREAM_OPEN:
		return 0;
	case YGR_STREAM_LOOKING_UP:
	case YGR_STREAM_CONNECTING:
		return -EAGAIN;
	case YGR_STREAM_SHAKING_HANDS:
		break;
	case YGR_STREAM_FAILED:
		return stream->error;
	case YGR_STREAM_CLOSED:
		return -ENOTCONN;
	}
	errno = 0;
	ret = SSL_do_handshake(stream->ssl);
	if (ret == 1) {
		stream->state = YGR_STREAM_OPEN;
		return 0;
	}
	ret = judge(stream, ret);
	return ret ? ret : fail(stream, -ECONNRESET, "tls: the far end closed during the handshake");
}

static ssize_t result(struct ygr_stream *stream, ssize_t ret)
{
	if (ret >= 0)
		return ret;
	if (errno == EAGAIN || errno == EINTR)
		return -errno;
	return fail_errno(stream, errno);
}

ssize_t ygr_stream_recv(struct ygr_stream *stream, void *bytes, size_t cap)
{
	ssize_t ret = get_open(stream);

	if (ret)
		return ret;
	if (stream->ssl) {
		errno = 0;
		ret = SSL_read(stream->ssl, bytes, cap < INT_MAX ? (int)cap : INT_MAX);
		return ret > 0 ? ret : judge(stream, (int)ret);
	}
	do {
		ret = result(stream, recv(stream->fd, bytes, cap, 0));
	} while (ret == -EINTR);
	return ret;
}

ssize_t ygr_stream_send(struct ygr_stream *stream, const void *bytes, size_t len)
{
	ssize_t ret = get_open(stream);

	if (ret || len == 0)
		return ret;
	if (stream->ssl) {
		errno = 0;
		ret = SSL_write(stream->ssl, bytes, len < INT_MAX ? (int)len : INT_MAX);
		if (ret > 0)
			return ret;
		ret = judge(stream, (int)ret);
		return ret ? ret : fail(stream, -EPIPE, "the far end closed the connection");
	}
	do {
		ret = result(stream, send(stream->fd, bytes, len, MSG_NOSIGNAL));
	} while (ret == -EINTR);
	return ret;
}

json_t *ygr_stream_describe(const struct ygr_stream *stream)
{
	const SSL *ssl = stream->state == YGR_STREAM_OPEN ? stream->ssl : NULL;

	if (!ssl)
		return json_pack("{s:s}", "tls", "");
	return json_pack("{s:s, s:s, s:b, s:b}",
		"tls", SSL_get_version(ssl),
		"cipher", SSL_get_cipher_name(ssl),
		"ktls_send", BIO_get_ktls_send(SSL_get_wbio(ssl)) > 0,
		"ktls_recv", BIO_get_ktls_recv(SSL_get_rbio(ssl)) > 0);
}
