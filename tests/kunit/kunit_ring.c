// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "compat/compat.h"
#include "context.h"
#include "directory.h"
#include "kunit_ring.h"
#include "path.h"

/* KUnit runs the suites of a module before what is only for its start is gone. */
int __ref kunit_module_begin(struct kunit_suite *suite)
{
	int ret;

	ygr_compat_init();
	ret = ygr_path_init();
	if (ret)
		return ret;
	ret = ygr_directory_init();
	if (ret)
		goto out_path;
	ret = ygr_context_init();
	if (ret)
		goto out_directory;
	ret = ygr_ring_init(YGR_RING_BYTES_MIN);
	if (ret)
		goto out_context;
	return 0;

out_context:
	ygr_context_exit();
out_directory:
	ygr_directory_exit();
out_path:
	ygr_path_exit();
	return ret;
}

void kunit_module_end(struct kunit_suite *suite)
{
	ygr_ring_exit();
	ygr_context_exit();
	ygr_directory_exit();
	ygr_path_exit();
}

void kunit_ring_empty(void)
{
	struct ygr_ring *ring = this_cpu_ptr(&ygr_rings);

	WRITE_ONCE(ring->consumer->tail, ring->published);
	/* What it knows of the tail. */
	ygr_ring_fits_now(ring, ring->published, 0, 0);
	memset(ring->data, KUNIT_RING_OLD, ygr_ring_geometry.data_bytes);
	memset(this_cpu_ptr(ygr_contexts), 0, 2 * YGR_CONTEXT_NR * sizeof(struct ygr_context));
	memset(this_cpu_ptr(ygr_directories), 0, YGR_DIRECTORY_NR * sizeof(struct ygr_directory));
}

u64 kunit_ring_head(void)
{
	return this_cpu_ptr(&ygr_rings)->published;
}

void *kunit_ring_at(u64 pos)
{
	return ygr_ring_at(this_cpu_ptr(&ygr_rings), pos);
}

void kunit_expect_zeroes(struct kunit *test, const void *bytes, size_t len)
{
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes, 0, len));
}

void *kunit_copy_of(struct kunit *test, const void *bytes, size_t len)
{
	void *copy = kunit_kmalloc(test, len ?: 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	return memcpy(copy, bytes, len);
}

char *kunit_text(struct kunit *test, size_t len)
{
	char *text = kunit_kmalloc(test, len ?: 1, GFP_KERNEL);
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < len; i++)
		text[i] = 1 + (i * 37 + 130) % 255;
	return text;
}
