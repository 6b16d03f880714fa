// SPDX-License-Identifier: GPL-2.0-only
/* What a glob matches (glob_cases.h), in memory that ends where it and the text do. */
#include <linux/slab.h>

#include "glob.h"
#include "glob_cases.h"
#include "policy_kunit.h"

static const char *copy_of(struct kunit *test, const char *text)
{
	size_t len = strlen(text);
	char *copy = kunit_kmalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	return memcpy(copy, text, len);
}

static void each_case(struct kunit *test)
{
	const struct glob_case *c;

	for (c = glob_cases; c->glob; c++)
		KUNIT_EXPECT_EQ_MSG(test, c->matches,
				    ygr_glob_match(copy_of(test, c->glob), strlen(c->glob),
						   copy_of(test, c->text), strlen(c->text)),
				    "%s and %s", c->glob, c->text);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_case),
	{}
};

struct kunit_suite glob_suite = {
	.name = "glob",
	.test_cases = cases,
};
