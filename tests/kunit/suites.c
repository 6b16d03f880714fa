// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "policy_kunit.h"

kunit_test_suites(&policy_verify_suite, &match_suite, &glob_suite, &payload_suite, &conformance_suite,
		  &noise_suite, &exec_suite, &mount_options_suite, &writer_slot_suite, &clock_suite,
		  &context_suite, &directory_suite, &record_suite, &compact_suite);

MODULE_DESCRIPTION("KUnit suites of yagura's pure code");
MODULE_LICENSE("GPL");
