// SPDX-License-Identifier: GPL-2.0-only
#include "arena.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES	(64u << 10)

struct ygr_arena_chunk {
	struct ygr_arena_chunk *next;
	size_t used;
	size_t cap;
	_Alignas(max_align_t) unsigned char data[];
};

static struct ygr_arena_chunk *add_chunk(struct ygr_arena *arena, size_t cap)
{
	struct ygr_arena_chunk *chunk = malloc(sizeof(*chunk) + cap);

	if (!chunk)
		return NULL;
	chunk->next = arena->chunks;
	chunk->used = 0;
	chunk->cap = cap;
	arena->chunks = chunk;
	return chunk;
}

static void *cut(struct ygr_arena *arena, size_t bytes, size_t align)
{
	struct ygr_arena_chunk *chunk = arena->chunks;
	size_t at = chunk ? (chunk->used + align - 1) & ~(align - 1) : 0;

	if (!chunk || at > chunk->cap || chunk->cap - at < bytes) {
		chunk = add_chunk(arena, bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES);
		if (!chunk)
			return NULL;
		at = 0;
	}
	chunk->used = at + bytes;
	return chunk->data + at;
}

void *ygr_arena_alloc(struct ygr_arena *arena, size_t bytes)
{
	return cut(arena, bytes, sizeof(max_align_t));
}

char *ygr_arena_copy(struct ygr_arena *arena, const char *text, size_t len)
{
	char *copy = cut(arena, len + 1, 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void ygr_arena_exit(struct ygr_arena *arena)
{
	struct ygr_arena_chunk *chunk;

	while ((chunk = arena->chunks)) {
		arena->chunks = chunk->next;
		free(chunk);
	}
}
