/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is worth taking a copy of, told from its first bytes. All that comes in is an
 * attacker's: nothing outside [bytes, bytes + len) is looked at, and no more is said than
 * that it begins like such a message. Pure.
 */
#ifndef YGR_PAYLOAD_H
#define YGR_PAYLOAD_H

#include "pure.h"

#define YGR_PAYLOAD_DNS_HEAD	12	/* bytes of a message at least: RFC 1035, 4.1.1 */

/* How much of what is sent has to be known for ygr_payload_is_stream(). */
#define YGR_PAYLOAD_STREAM_HEAD	8

/*
 * Whether a stream that begins like this is TLS (a handshake record with a ClientHello: RFC
 * 8446, 5.1) or an HTTP/1 or HTTP/2 request (RFC 9110, 9; RFC 9113, 3.4).
 */
bool ygr_payload_is_stream(const __u8 *bytes, __u32 len);

/* Whether a message that begins like this is an answer to a usual question. */
bool ygr_payload_is_dns_answer(const __u8 *bytes, __u32 len);

/*
 * Of a segment of DNS over TCP: the length that stands before the message at its start; 0: there is
 * none, or the message is none that ygr_payload_is_dns_answer(). It may be longer than what is left.
 */
__u32 ygr_payload_dns_length(const __u8 *bytes, __u32 len);

#endif
