// SPDX-License-Identifier: GPL-2.0-only
#include "policy_shared.h"

#include <errno.h>
#include <stdlib.h>

#include "policy_field.h"

/* Lists can be shared by fields whose values are written alike. */
static int compare(const struct ygr_test *a, const struct ygr_test *b)
{
	enum ygr_policy_syntax x = ygr_policy_field[a->field].syntax;
	enum ygr_policy_syntax y = ygr_policy_field[b->field].syntax;

	if (x != y)
		return x < y ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->nr > b->nr) - (a->nr < b->nr);
}

static int compare_tests(const void *a, const void *b)
{
	const struct ygr_test *const *x = a, *const *y = b;

	/* Of equal lists, the first test first: the order does not depend on qsort(). */
	return compare(*x, *y) ?: (*x > *y) - (*x < *y);
}

/* Keeps one of each run of equal lists. */
static uint32_t keep_repeated(const struct ygr_test **item, uint32_t nr)
{
	uint32_t i, end, kept = 0;

	for (i = 0; i < nr; i = end) {
		for (end = i + 1; end < nr && !compare(item[i], item[end]); end++)
			;
		if (end > i + 1)
			item[kept++] = item[i];
	}
	return kept;
}

int ygr_policy_shared_init(struct ygr_policy_shared *shared, const struct ygr_policy_image *image)
{
	const struct ygr_test **item;
	uint32_t i, nr = 0;

	*shared = (struct ygr_policy_shared) { 0 };
	item = calloc(image->test_nr + 1, sizeof(const struct ygr_test *));
	if (!item)
		return -ENOMEM;
	for (i = 0; i < image->test_nr; i++)
		if (image->tests[i].nr >= YGR_POLICY_SHARED_MIN)
			item[nr++] = &image->tests[i];
	qsort(item, nr, sizeof(const struct ygr_test *), compare_tests);
	shared->item = item;
	shared->nr = keep_repeated(item, nr);
	return 0;
}

uint32_t ygr_policy_shared_find(const struct ygr_policy_shared *shared, const struct ygr_test *test)
{
	uint32_t low = 0, high = shared->nr, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = compare(shared->item[middle], test);
		if (!order)
			return middle + 1;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

void ygr_policy_shared_exit(struct ygr_policy_shared *shared)
{
	free(shared->item);
	*shared = (struct ygr_policy_shared) { 0 };
}
