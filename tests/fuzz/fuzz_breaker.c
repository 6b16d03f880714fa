// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any limit and any sequence of denials: the one word of a breaker says the same as
 * a reference that remembers when the window opened and how many denials it has seen.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "breaker.h"

#define TICK_NS		(1ull << 26)
#define TICK_NR_MAX	(1ull << 32)	/* the clock of a breaker begins again */
#define SECOND_NS	1000000000ull

struct reference {
	struct ygr_breaker_limit limit;
	uint64_t opened;	/* tick */
	uint64_t denied_nr;	/* in the window */
	bool tripped;
};

static void reference_count(struct reference *ref, uint64_t now)
{
	const uint64_t window = ref->limit.seconds * SECOND_NS / TICK_NS;

	if (!ref->limit.nr || ref->tripped)
		return;
	if (!ref->denied_nr || now - ref->opened >= window) {
		ref->opened = now;
		ref->denied_nr = 0;
	}
	ref->denied_nr++;
	ref->tripped = ref->denied_nr >= ref->limit.nr;
}

/* A number of @len bytes, or of what is left. */
static uint64_t take(const uint8_t **bytes, size_t *left, size_t len)
{
	uint64_t value = 0;

	if (*left < len)
		len = *left;
	memcpy(&value, *bytes, len);
	*bytes += len;
	*left -= len;
	return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct reference ref = { 0 };
	uint64_t state = 0, now_ns;

	ref.limit.nr = take(&bytes, &len, 4);
	ref.limit.seconds = take(&bytes, &len, 4);
	now_ns = take(&bytes, &len, 7);
	while (len) {
		/* A gap in ticks or in nanoseconds. */
		size_t kind = take(&bytes, &len, 1);

		now_ns += take(&bytes, &len, kind & 3) * (kind & 4 ? TICK_NS : 1);
		if (ref.denied_nr && now_ns / TICK_NS - ref.opened >= TICK_NR_MAX)
			return 0;
		reference_count(&ref, now_ns / TICK_NS);
		state = ygr_breaker_count(state, ref.limit, now_ns);
		if ((state == YGR_BREAKER_TRIPPED) != ref.tripped)
			abort();
		if (!ref.tripped && (uint32_t)state != ref.denied_nr)
			abort();
	}
	return 0;
}
