/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One event to one msgpack map with string keys; docs/EVENTS.md names them all.
 * What does not apply, is zero or is unknown has no key. A string is `str` if it
 * is valid UTF-8, else `bin`: no byte of a file name is ever changed.
 *
 * Pure but for the growth of the buffer.
 */
#ifndef YGR_ENCODE_H
#define YGR_ENCODE_H

#include <msgpack.h>

#include "enrich.h"
#include "record.h"

/*
 * Appends to @out.
 * @cpu: of the ring. @realtime_offset_ns: CLOCK_REALTIME - CLOCK_BOOTTIME.
 * Return: 0; -ENOMEM, and @out is as before.
 */
int ygr_encode_event(msgpack_sbuffer *out, const struct ygr_record_view *view, uint32_t cpu,
		     int64_t realtime_offset_ns, const struct ygr_enrichment *enrichment);

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool ygr_encode_is_utf8(const char *bytes, size_t len);

#endif
