/* SPDX-License-Identifier: GPL-2.0-only */
/* The words that stand for the numbers of ygr_event.h in what the daemon writes. */
#ifndef YGR_EVENT_NAME_H
#define YGR_EVENT_NAME_H

#include <stddef.h>
#include <stdint.h>

/* Room for the "type_65535" forms. */
#define YGR_EVENT_NAME_BYTES	16

/* A static text, or the number written into @room. */
const char *ygr_event_name_type(uint16_t type, char room[YGR_EVENT_NAME_BYTES]);
const char *ygr_event_name_class(uint8_t class, char room[YGR_EVENT_NAME_BYTES]);
const char *ygr_event_name_family(uint16_t family, char room[YGR_EVENT_NAME_BYTES]);
const char *ygr_event_name_verdict(uint8_t verdict, char room[YGR_EVENT_NAME_BYTES]);

#endif
