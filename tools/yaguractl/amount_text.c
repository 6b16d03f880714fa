// SPDX-License-Identifier: GPL-2.0-only
#include "amount_text.h"

#include <inttypes.h>
#include <stdio.h>

const char *ygr_amount_text_bytes(char room[YGR_AMOUNT_TEXT_BYTES], uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int unit = 0, tenths = 0;

	for (; bytes >= 1024; bytes /= 1024, unit++)
		tenths = (unsigned int)(bytes % 1024 * 10 / 1024);
	/* Of two digits or more, nobody misses the tenths. */
	if (tenths && bytes < 10)
		snprintf(room, YGR_AMOUNT_TEXT_BYTES, "%" PRIu64 ".%u %s", bytes, tenths, units[unit]);
	else
		snprintf(room, YGR_AMOUNT_TEXT_BYTES, "%" PRIu64 " %s", bytes, units[unit]);
	return room;
}

const char *ygr_amount_text_seconds(char room[YGR_AMOUNT_TEXT_BYTES], uint64_t seconds)
{
	/* Twice the next unit is where that one says enough. */
	if (seconds < 2 * 60)
		snprintf(room, YGR_AMOUNT_TEXT_BYTES, "%" PRIu64 " s", seconds);
	else if (seconds < 2 * 3600)
		snprintf(room, YGR_AMOUNT_TEXT_BYTES, "%" PRIu64 " min", seconds / 60);
	else if (seconds < 2 * 86400)
		snprintf(room, YGR_AMOUNT_TEXT_BYTES, "%" PRIu64 " h", seconds / 3600);
	else
		snprintf(room, YGR_AMOUNT_TEXT_BYTES, "%" PRIu64 " days", seconds / 86400);
	return room;
}
