// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compress.h"

#define BYTES	(600u << 10)

static uint8_t *in, *frame, *out;
static size_t cap, frame_bytes;

static int set_up(void **state)
{
	(void)state;
	cap = ygr_compress_bound(BYTES);
	in = malloc(BYTES);
	frame = malloc(cap);
	out = malloc(BYTES + 1);
	srandom(3);
	for (size_t i = 0; i < BYTES; i++)
		in[i] = (uint8_t)(i % 7 ? 'a' : random());
	frame_bytes = (size_t)ygr_compress_frame(in, BYTES, frame, cap);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(in);
	free(frame);
	free(out);
	return 0;
}

static void test_round_trip(void **state)
{
	(void)state;
	assert_true(frame_bytes < BYTES / 2);
	assert_int_equal(ygr_compress_expand(frame, frame_bytes, out, BYTES), 0);
	assert_memory_equal(in, out, BYTES);
}

/* Blocks are of 4 MiB: the second one is found, and so is its end. */
static void test_two_blocks(void **state)
{
	size_t bytes = (4u << 20) + 12345;
	uint8_t *large = malloc(bytes), *back = malloc(bytes), *packed = malloc(ygr_compress_bound(bytes));
	ssize_t len;

	(void)state;
	for (size_t i = 0; i < bytes; i++)
		large[i] = (uint8_t)(i % 5 ? 'b' : random());
	len = ygr_compress_frame(large, bytes, packed, ygr_compress_bound(bytes));
	assert_true(len > 0);
	assert_int_equal(ygr_compress_expand(packed, (size_t)len, back, bytes), 0);
	assert_memory_equal(large, back, bytes);
	free(large);
	free(back);
	free(packed);
}

/* What does not shrink is stored: the bound holds whatever comes in. */
static void test_noise(void **state)
{
	ssize_t len;

	(void)state;
	for (size_t i = 0; i < BYTES; i++)
		in[i] = (uint8_t)random();
	len = ygr_compress_frame(in, BYTES, frame, cap);
	assert_int_equal(len, 15 + 4 + BYTES + 8);	/* head, block's size, block, end mark and checksum */
	assert_int_equal(ygr_compress_expand(frame, (size_t)len, out, BYTES), 0);
	assert_memory_equal(in, out, BYTES);
}

static void test_empty(void **state)
{
	ssize_t len = ygr_compress_frame(in, 0, frame, cap);

	(void)state;
	assert_true(len > 0);
	assert_int_equal(ygr_compress_expand(frame, (size_t)len, out, 0), 0);
}

static void test_too_little_room(void **state)
{
	(void)state;
	assert_int_equal(ygr_compress_frame(in, BYTES, frame, cap - 1), -ENOSPC);
}

/* Not one byte more or less than the header promised, on either side. */
static void test_exact_sizes(void **state)
{
	(void)state;
	assert_int_equal(ygr_compress_expand(frame, frame_bytes, out, BYTES - 1), -EBADMSG);
	assert_int_equal(ygr_compress_expand(frame, frame_bytes, out, BYTES + 1), -EBADMSG);
	assert_int_equal(ygr_compress_expand(frame, frame_bytes - 1, out, BYTES), -EBADMSG);
	assert_int_equal(ygr_compress_expand(frame, 0, out, BYTES), -EBADMSG);
	frame = realloc(frame, frame_bytes + 1);
	frame[frame_bytes] = 0;
	assert_int_equal(ygr_compress_expand(frame, frame_bytes + 1, out, BYTES), -EBADMSG);
}

static void test_flipped_bits(void **state)
{
	(void)state;
	for (size_t at = 0; at < frame_bytes; at += 997) {
		frame[at] ^= 0x10;
		assert_int_equal(ygr_compress_expand(frame, frame_bytes, out, BYTES), -EBADMSG);
		frame[at] ^= 0x10;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_two_blocks),
		TEST(test_noise),
		TEST(test_empty),
		TEST(test_too_little_room),
		TEST(test_exact_sizes),
		TEST(test_flipped_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
