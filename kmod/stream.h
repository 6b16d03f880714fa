/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first bytes that a process sends over a TCP connection that it made, where they
 * begin like TLS or HTTP: from them the daemon has the name that the process asked for. Bytes of anything
 * else are looked at and left alone.
 */
#ifndef YGR_STREAM_H
#define YGR_STREAM_H

#include <linux/net.h>

#include <yagura/ygr_event.h>

#define YGR_STREAM_BYTES_MAX	1024

/*
 * @bytes_max: of a connection; more than YGR_STREAM_BYTES_MAX is that; 0: nothing is copied
 *
 * Return: 0 or -ENOMEM. Before the hooks are attached; exit() after they are gone.
 */
int ygr_stream_init(unsigned int bytes_max);
void ygr_stream_exit(void);

/*
 * @msg is about to be sent. A page of it that is not in memory ends the copy.
 *
 * @size: of it, in bytes
 * @remote: where to, if the socket is not connected yet; else NULL
 *
 * Context: task, preemption off.
 */
void ygr_stream_see(const struct socket *sock, const struct msghdr *msg, size_t size,
		    const struct ygr_address *remote);

#endif
