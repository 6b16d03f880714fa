// SPDX-License-Identifier: GPL-2.0-only
#include "bench_mix.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text_error.h"
#include "yaml_tree.h"

#define WORD_BYTES	32	/* of what messages quote; no kind is that long */

#define refuse(sentence, ...) ygr_text_error_refuse(sentence, YGR_BENCH_MIX_ERROR_BYTES, __VA_ARGS__)

static const char *const names[YGR_BENCH_KIND_NR] = { "exec", "open", "connect" };

const char *ygr_bench_mix_name(enum ygr_bench_kind kind)
{
	return names[kind];
}

static int find_kind(const char *word)
{
	for (int i = 0; i < YGR_BENCH_KIND_NR; i++)
		if (!strcmp(names[i], word))
			return i;
	return -1;
}

/* Into @word, as much as fits. Return: what comes behind it. */
static const char *take_word(const char *text, const char *ends, char word[WORD_BYTES])
{
	size_t len = strcspn(text, ends);

	snprintf(word, WORD_BYTES, "%.*s", len < WORD_BYTES ? (int)len : WORD_BYTES - 1, text);
	return text + len;
}

static int take_share(const char **text, const char *kind, uint32_t *share, char *error)
{
	const char *digits = *text + 1;
	char word[WORD_BYTES];
	uint64_t number = 1;

	if (**text == '=') {
		*text = take_word(digits, ",", word);
		if (!ygr_yaml_tree_parse_u64(digits, (size_t)(*text - digits), &number) ||
		    number > YGR_BENCH_SHARE_MAX)
			return refuse(error, "%s: \"%s\" is no number from 0 to %u", kind, word,
				      YGR_BENCH_SHARE_MAX);
	}
	*share = (uint32_t)number;
	return 0;
}

static int take_item(const char **text, struct ygr_bench_mix *mix, bool *is_given, char *error)
{
	char word[WORD_BYTES];
	const char *near;
	int kind;

	*text = take_word(*text, "=,", word);
	kind = find_kind(word);
	if (kind < 0) {
		near = ygr_text_error_suggest(word, names, YGR_BENCH_KIND_NR);
		return refuse(error, "\"%s\" is no kind of call (%s)", word,
			      near ? near : "exec, open, connect");
	}
	if (is_given[kind])
		return refuse(error, "%s stands there twice", word);
	is_given[kind] = true;
	return take_share(text, word, &mix->share[kind], error);
}

static uint32_t sum_of(const struct ygr_bench_mix *mix)
{
	uint32_t sum = 0;

	for (int i = 0; i < YGR_BENCH_KIND_NR; i++)
		sum += mix->share[i];
	return sum;
}

int ygr_bench_mix_parse(const char *text, struct ygr_bench_mix *mix,
			char error[YGR_BENCH_MIX_ERROR_BYTES])
{
	bool is_given[YGR_BENCH_KIND_NR] = { false };
	struct ygr_bench_mix draft = { { 0 } };

	for (;;) {
		if (take_item(&text, &draft, is_given, error))
			return -EINVAL;
		if (!*text)
			break;
		text++;
	}
	if (!sum_of(&draft))
		return refuse(error, "no kind has a share above 0");
	*mix = draft;
	return 0;
}

void ygr_bench_mix_print(const struct ygr_bench_mix *mix, char text[YGR_BENCH_MIX_TEXT_BYTES])
{
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < YGR_BENCH_KIND_NR; i++)
		if (mix->share[i])
			len += (size_t)snprintf(text + len, YGR_BENCH_MIX_TEXT_BYTES - len,
						"%s%s=%u", len ? "," : "", names[i],
						mix->share[i]);
}

/* Each earns its share, the richest has its turn and pays what all have earned. */
enum ygr_bench_kind ygr_bench_mix_next(const struct ygr_bench_mix *mix,
				       struct ygr_bench_turn *turn)
{
	int best = -1;

	for (int i = 0; i < YGR_BENCH_KIND_NR; i++) {
		turn->credit[i] += mix->share[i];
		if (mix->share[i] && (best < 0 || turn->credit[i] > turn->credit[best]))
			best = i;
	}
	turn->credit[best] -= sum_of(mix);
	return (enum ygr_bench_kind)best;
}
