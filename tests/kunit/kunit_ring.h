/* SPDX-License-Identifier: GPL-2.0-only */
/* This CPU's ring, as the module's own ring.c made it, for suites that look at the bytes put there. */
#ifndef YGR_KUNIT_RING_H
#define YGR_KUNIT_RING_H

#include <kunit/test.h>

#include "ring_produce.h"

/*
 * What the module makes at its start, as far as suites use it: rings, definitions, scratch memory, and what is
 * known of the kernel. Of a suite: suite_init, suite_exit.
 */
int kunit_module_begin(struct kunit_suite *suite);
void kunit_module_end(struct kunit_suite *suite);

/* What the ring is full of before anything is written: not the zeroes of padding. */
#define KUNIT_RING_OLD	0xa5

/* All is read, and what was told is forgotten: every definition has to be told again. */
void kunit_ring_empty(void);

/* Return: where the next record will start. */
u64 kunit_ring_head(void);

void *kunit_ring_at(u64 pos);

/* Expects padding: zeroes. */
void kunit_expect_zeroes(struct kunit *test, const void *bytes, size_t len);

/* A copy in memory that ends where it does: KASAN sees one byte too many. */
void *kunit_copy_of(struct kunit *test, const void *bytes, size_t len);

/* Bytes that are none of them 0, and no two neighbours the same. Good for as long as the test. */
char *kunit_text(struct kunit *test, size_t len);

#endif
