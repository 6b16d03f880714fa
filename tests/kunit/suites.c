// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "policy_kunit.h"

kunit_test_suites(&policy_verify_suite, &match_suite, &glob_suite, &conformance_suite);

MODULE_DESCRIPTION("KUnit suites of yagura's pure code");
MODULE_LICENSE("GPL");
