/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sizes and durations as people read them: in the unit in which the number is short. Rounded down,
 * so that what says "1 GiB of 1 GiB" is full. Pure.
 */
#ifndef YGR_AMOUNT_TEXT_H
#define YGR_AMOUNT_TEXT_H

#include <stdint.h>

#define YGR_AMOUNT_TEXT_BYTES	24

/* "512 B", "1.5 KiB", "16 MiB". Return: @room. */
const char *ygr_amount_text_bytes(char room[YGR_AMOUNT_TEXT_BYTES], uint64_t bytes);

/* "119 s", "2 min", "47 h", "2 days". Return: @room. */
const char *ygr_amount_text_seconds(char room[YGR_AMOUNT_TEXT_BYTES], uint64_t seconds);

#endif
