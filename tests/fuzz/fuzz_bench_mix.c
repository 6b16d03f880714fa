// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any text as a mix of calls: it is refused with a sentence, the mix untouched; or it is the
 * mix that is printed of it, and as many calls as its shares make have each its share.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench_mix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_turns(const struct ygr_bench_mix *mix)
{
	uint32_t nr[YGR_BENCH_KIND_NR] = { 0 }, sum = 0;
	struct ygr_bench_turn turn = { { 0 } };

	for (int i = 0; i < YGR_BENCH_KIND_NR; i++)
		sum += mix->share[i];
	require(sum);
	for (uint32_t i = 0; i < sum; i++)
		nr[ygr_bench_mix_next(mix, &turn)]++;
	require(!memcmp(nr, mix->share, sizeof(nr)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct ygr_bench_mix untouched = { { 7, 7, 7 } };
	struct ygr_bench_mix mix = untouched, again = untouched;
	char error[YGR_BENCH_MIX_ERROR_BYTES] = "", printed[YGR_BENCH_MIX_TEXT_BYTES];
	char *text = malloc(bytes + 1);

	memcpy(text, data, bytes);
	text[bytes] = '\0';
	if (ygr_bench_mix_parse(text, &mix, error)) {
		require(error[0] && !memcmp(&mix, &untouched, sizeof(mix)));
	} else {
		ygr_bench_mix_print(&mix, printed);
		require(!ygr_bench_mix_parse(printed, &again, error));
		require(!memcmp(&mix, &again, sizeof(mix)));
		check_turns(&mix);
	}
	free(text);
	return 0;
}
