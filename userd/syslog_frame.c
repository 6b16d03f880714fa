// SPDX-License-Identifier: GPL-2.0-only
#include "syslog_frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define HEAD_BYTES	512
#define HOST_BYTES	256	/* RFC 5424: 255 */
#define MSGID_BYTES	33	/* 32 */
#define NS_PER_S	UINT64_C(1000000000)

static unsigned int severity(const struct ygr_event_value *event)
{
	if (ygr_event_map_is(event, "verdict", "deny"))
		return LOG_WARNING;
	return ygr_event_map_is(event, "verdict", "would_deny") ? LOG_NOTICE : LOG_INFO;
}

/* PRINTUSASCII of the RFC; "-" is how it writes nothing. */
static void copy_plain(char *to, size_t cap, const char *from, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < cap - 1; i++)
		to[i] = from[i] > ' ' && from[i] < 0x7f ? from[i] : '?';
	if (!i)
		to[i++] = '-';
	to[i] = '\0';
}

/* Microseconds are the finest that the RFC allows. */
static void format_time(char text[40], const struct ygr_event_value *event)
{
	uint64_t time_ns = 0;
	time_t seconds;
	struct tm tm;
	size_t len;

	ygr_event_map_get_u64(event, "time_ns", &time_ns);
	seconds = (time_t)(time_ns / NS_PER_S);
	gmtime_r(&seconds, &tm);
	len = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, 40 - len, ".%06" PRIu64 "Z", time_ns % NS_PER_S / 1000);
}

size_t ygr_syslog_frame_put(struct ygr_text_buffer *out, unsigned int facility, const char *host,
			    const struct ygr_event_value *event, const char *message, size_t len)
{
	char head[HEAD_BYTES], name[HOST_BYTES], type[MSGID_BYTES], time_text[40];
	struct ygr_event_text text = { "", 0 };
	size_t head_len;

	ygr_event_map_get_text(event, "type", &text);
	copy_plain(type, sizeof(type), text.bytes, text.len);
	copy_plain(name, sizeof(name), host ?: "", host ? strlen(host) : 0);
	format_time(time_text, event);
	head_len = (size_t)snprintf(head, sizeof(head), "<%u>1 %s %s yagura - %s - ",
				    facility << 3 | severity(event), time_text, name, type);
	ygr_text_buffer_put_u64(out, head_len + len);
	ygr_text_buffer_put_char(out, ' ');
	ygr_text_buffer_put(out, head, head_len);
	ygr_text_buffer_put(out, message, len);
	return head_len + len;
}
