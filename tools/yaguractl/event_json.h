/* SPDX-License-Identifier: GPL-2.0-only */
/* Event -> JSON, one object to a line. Pure, save for the stream it is given. */
#ifndef YGR_EVENT_JSON_H
#define YGR_EVENT_JSON_H

#include <msgpack.h>
#include <stdio.h>

/*
 * Keys and values as in the event, in the same order. What JSON has no form
 * for: bytes that are no UTF-8 become {"hex": "..."}; a number above 2^63 - 1
 * becomes text. Control characters are escaped, so that a line is a line.
 * Return: 0, or -ENOMEM with nothing printed.
 */
int ygr_event_json_print(FILE *out, const msgpack_object *event);

#endif
