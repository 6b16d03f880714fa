/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that is freed all at once: many small pieces, cut from chunks.
 * What bounds it is the caller's to count.
 */
#ifndef YGR_ARENA_H
#define YGR_ARENA_H

#include <stddef.h>

struct ygr_arena_chunk;

/* All zero: empty. */
struct ygr_arena {
	struct ygr_arena_chunk *chunks;
};

/* Aligned for any type, not zeroed. Return: NULL when out of memory. */
void *ygr_arena_alloc(struct ygr_arena *arena, size_t bytes);

/* text[0 .. len - 1] and a NUL. Return: NULL when out of memory. */
char *ygr_arena_copy(struct ygr_arena *arena, const char *text, size_t len);

/* Frees every piece; the arena is empty then. */
void ygr_arena_exit(struct ygr_arena *arena);

#endif
