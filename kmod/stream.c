// SPDX-License-Identifier: GPL-2.0-only
#include <linux/percpu.h>
#include <linux/tcp.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <net/tcp_states.h>

#include "address.h"
#include "flow.h"
#include "payload.h"
#include "pipeline.h"
#include "stream.h"

static char __percpu *buffers;
static unsigned int bytes_max;

int ygr_stream_init(unsigned int bytes)
{
	bytes_max = min_t(unsigned int, bytes, YGR_STREAM_BYTES_MAX);
	if (!bytes_max)
		return 0;
	buffers = __alloc_percpu(YGR_STREAM_BYTES_MAX, 8);
	return buffers ? 0 : -ENOMEM;
}

void ygr_stream_exit(void)
{
	free_percpu(buffers);
}

/* Nothing was sent or waits to be: what nearly every send is told by, without looking anything up. */
static bool is_first(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return unlikely(!READ_ONCE(tp->bytes_sent)) &&
	       READ_ONCE(tp->write_seq) == READ_ONCE(tp->snd_nxt);
}

static bool may_send(const struct sock *sk)
{
	u8 state = READ_ONCE(sk->sk_state);

	return state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT || state == TCP_SYN_SENT;
}

/* From a copy of the iterator, so that the send finds its own where it was. */
static u32 peek(const struct msghdr *msg, char *to)
{
	struct iov_iter iter = msg->msg_iter;
	size_t len = min_t(size_t, bytes_max, iov_iter_count(&iter));

	pagefault_disable();
	len = copy_from_iter(to, len, &iter);
	pagefault_enable();
	return len;
}

static void tell(const struct ygr_body_stream *body, const char *bytes, u32 len)
{
	struct ygr_event_strings strings __uninitialized;
	struct ygr_event event __uninitialized;

	ygr_event_init(&event, YGR_EV_STREAM, YGR_CLASS_SOCKET, YGR_ON_STREAM);
	event.match.family = body->family;
	event.match.socket_type = body->type;
	event.match.protocol = body->protocol;
	event.match.addr_family = body->remote.family;
	event.match.port = body->remote.port;
	event.match.addr = body->remote.addr;
	if (!ygr_pipeline_judge(&event))
		return;
	strings.nr = 0;
	ygr_event_add_string(&strings, YGR_STR_PAYLOAD, bytes, len, body->sent_bytes);
	ygr_pipeline_record(&event, body, sizeof(*body), &strings);
}

void ygr_stream_see(const struct socket *sock, const struct msghdr *msg, size_t size,
		    const struct ygr_address *remote)
{
	const struct sock *sk = sock->sk;
	char *bytes = this_cpu_ptr(buffers);
	struct ygr_body_stream body = { 0 };
	struct ygr_flow *flow;
	bool is_event;
	u32 len;

	if (!bytes_max || !sk || !ygr_flow_is_tcp(sk) || !is_first(sk) || !size ||
	    (!remote && !may_send(sk)))
		return;
	flow = ygr_flow_find(sk);
	if (flow && (test_bit(YGR_FLOW_ACCEPTED, &flow->bits) || test_bit(YGR_FLOW_SAID, &flow->bits)))
		return;
	len = peek(msg, bytes);
	is_event = ygr_payload_is_stream((const u8 *)bytes, len);
	if (is_event && ygr_pipeline_skips(YGR_ON_STREAM))
		return;
	flow = ygr_flow_begin(sk);
	/* Another thread may have been as early; and a send that fails may come again. */
	if (!flow || !is_event || test_and_set_bit(YGR_FLOW_SAID, &flow->bits))
		return;
	body.socket_ino = SOCK_INODE((struct socket *)sock)->i_ino;
	body.socket_cookie = flow->cookie;
	body.family = sk->sk_family;
	body.type = sk->sk_type;
	body.protocol = sk->sk_protocol;
	body.sent_bytes = min_t(size_t, size, U32_MAX - 1);
	if (remote) {
		body.remote = *remote;
		ygr_address_set_bound(&body.local, sk);
	} else {
		ygr_address_set_peer(&body.remote, sk);
		ygr_address_set_source(&body.local, sk);
	}
	tell(&body, bytes, len);
}
