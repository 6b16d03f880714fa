/* SPDX-License-Identifier: GPL-2.0-only */
/* An event as a syslog message: RFC 5424 in the octet counting of RFC 6587. Pure. */
#ifndef YGR_SYSLOG_FRAME_H
#define YGR_SYSLOG_FRAME_H

#include "event_map.h"
#include "text_buffer.h"

/*
 * Appends "LEN <PRI>1 TIME HOST yagura - TYPE - MESSAGE". The severity is that of the
 * verdict: warning, notice, or info. @host: what is not printable ASCII in it is
 * shown as "?"; NULL or "" is "-".
 * Return: LEN.
 */
size_t ygr_syslog_frame_put(struct ygr_text_buffer *out, unsigned int facility, const char *host,
			    const struct ygr_event_value *event, const char *message, size_t len);

#endif
