// SPDX-License-Identifier: GPL-2.0-only
/* Pieces do not overlap, are aligned, and go all at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arena.h"

static void test_pieces_are_apart(void **state)
{
	struct ygr_arena arena = { 0 };
	unsigned char *piece[3000];
	unsigned int i, j;

	(void)state;
	for (i = 0; i < 3000; i++) {
		piece[i] = ygr_arena_alloc(&arena, i % 100);
		assert_non_null(piece[i]);
		assert_int_equal((uintptr_t)piece[i] % sizeof(max_align_t), 0);
		memset(piece[i], i, i % 100);
	}
	for (i = 0; i < 3000; i++)
		for (j = 0; j < i % 100; j++)
			assert_int_equal(piece[i][j], i % 256);
	ygr_arena_exit(&arena);
	assert_null(arena.chunks);
}

static void test_large_pieces(void **state)
{
	struct ygr_arena arena = { 0 };
	unsigned char *small, *large;

	(void)state;
	small = ygr_arena_alloc(&arena, 8);
	large = ygr_arena_alloc(&arena, 1 << 20);
	memset(small, 1, 8);
	memset(large, 2, 1 << 20);
	assert_int_equal(small[7], 1);
	ygr_arena_exit(&arena);
	ygr_arena_exit(&arena);
}

/* Texts stand close together, whatever comes between them. */
static void test_copies(void **state)
{
	struct ygr_arena arena = { 0 };
	const char *a, *b, *empty;

	(void)state;
	a = ygr_arena_copy(&arena, "abcdef", 3);
	b = ygr_arena_copy(&arena, "x", 1);
	empty = ygr_arena_copy(&arena, "", 0);
	assert_string_equal(a, "abc");
	assert_string_equal(b, "x");
	assert_string_equal(empty, "");
	assert_ptr_equal(b, a + 4);
	assert_int_equal((uintptr_t)ygr_arena_alloc(&arena, 1) % sizeof(max_align_t), 0);
	ygr_arena_exit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_apart),
		cmocka_unit_test(test_large_pieces),
		cmocka_unit_test(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
