/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which calls a benchmark makes, and how many of each: "exec=1,open=10,connect=5". Pure.
 */
#ifndef YGR_BENCH_MIX_H
#define YGR_BENCH_MIX_H

#include <stddef.h>
#include <stdint.h>

enum ygr_bench_kind {
	YGR_BENCH_EXEC,
	YGR_BENCH_OPEN,
	YGR_BENCH_CONNECT,
	YGR_BENCH_KIND_NR
};

#define YGR_BENCH_SHARE_MAX	1000u
#define YGR_BENCH_MIX_TEXT_BYTES 64	/* of the longest, as print() has it */
#define YGR_BENCH_MIX_ERROR_BYTES 160

struct ygr_bench_mix {
	uint32_t share[YGR_BENCH_KIND_NR];	/* 0 .. YGR_BENCH_SHARE_MAX; not all are 0 */
};

/* Where a series of calls stands. All zero: at its beginning. */
struct ygr_bench_turn {
	int64_t credit[YGR_BENCH_KIND_NR];
};

const char *ygr_bench_mix_name(enum ygr_bench_kind kind);

/*
 * KIND or KIND=SHARE, with commas between them; a kind alone has a share of 1.
 *
 * Return: 0, or -EINVAL and a sentence in @error, control characters escaped; *mix is
 * untouched then.
 */
int ygr_bench_mix_parse(const char *text, struct ygr_bench_mix *mix,
			char error[YGR_BENCH_MIX_ERROR_BYTES]);

/* As parse() takes it, without kinds that have no share. */
void ygr_bench_mix_print(const struct ygr_bench_mix *mix, char text[YGR_BENCH_MIX_TEXT_BYTES]);

/*
 * The next kind, so that the kinds are spread as evenly as their shares allow, and
 * as many calls as all shares together have each kind as often as its share says.
 */
enum ygr_bench_kind ygr_bench_mix_next(const struct ygr_bench_mix *mix,
				       struct ygr_bench_turn *turn);

#endif
