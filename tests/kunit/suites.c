// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "blob.h"

kunit_test_suites(&policy_verify_suite, &match_suite);

MODULE_DESCRIPTION("KUnit suites of yagura's pure code");
MODULE_LICENSE("GPL");
