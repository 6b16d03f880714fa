/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashes of texts, eight bytes at a time. The state after the whole words of a
 * text serves for every prefix that ends within the next word, so that all
 * directories above a path cost one pass over it. Pure.
 */
#ifndef YGR_TEXT_HASH_H
#define YGR_TEXT_HASH_H

#include "pure.h"

#define YGR_TEXT_HASH_START	0x243f6a8885a308d3ull	/* of pi: nothing up our sleeve */

/* A word has its first byte lowest, whatever the machine does. */
static inline __u64 ygr_text_hash_order(__u64 word)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

/* @at: eight bytes, aligned or not */
static inline __u64 ygr_text_hash_load(const void *at)
{
	__u64 word;

	memcpy(&word, at, sizeof(word));
	return ygr_text_hash_order(word);
}

/* text[at .. at + nr), at most eight bytes, the rest 0. Reads nothing outside of @text. */
static inline __u64 ygr_text_hash_part(const char *text, __u32 len, __u32 at, __u32 nr)
{
	__u64 word = 0;
	__u32 i;

	if (!nr)
		return 0;
	if (at + 8 <= len)
		word = ygr_text_hash_load(text + at);
	else if (len >= 8)
		word = ygr_text_hash_load(text + len - 8) >> 8 * (at + 8 - len);
	else
		for (i = at; i < len; i++)
			word |= (__u64)(__u8)text[i] << 8 * (i - at);
	return nr < 8 ? word & ((1ull << 8 * nr) - 1) : word;
}

static inline __u64 ygr_text_hash_mix(__u64 state, __u64 word)
{
	state = (state ^ word) * 0x9e3779b97f4a7c15ull;
	return state ^ state >> 32;
}

/*
 * @tail: what is left after the whole words; @salt: what else tells keys apart
 * Return: never 0
 */
static inline __u32 ygr_text_hash_finish(__u64 state, __u64 tail, __u32 salt)
{
	__u32 hash;

	state = ygr_text_hash_mix(state, tail) ^ salt;
	hash = (__u32)(state * 0xd6e8feb86659fd93ull >> 32);
	return hash + !hash;
}

/* Bit 7 of each byte that is a '/'; exact, since no carry leaves a byte. */
static inline __u64 ygr_text_hash_slashes(__u64 word)
{
	const __u64 low = 0x7f7f7f7f7f7f7f7full;

	word ^= 0x2f2f2f2f2f2f2f2full;
	return ~(((word & low) + low) | word | low);
}

/* Bit 7 of each byte n of which bit n of @bits, of eight, is set. */
static inline __u64 ygr_text_hash_spread(__u64 bits)
{
	bits = (bits & 0xff) * 0x0101010101010101ull & 0x8040201008040201ull;
	return (bits + 0x7f7f7f7f7f7f7f7full) & 0x8080808080808080ull;
}

#endif
