/* SPDX-License-Identifier: GPL-2.0-only */
/* One test of a policy as text: a key and its values. Pure, save for the stream. */
#ifndef YGR_POLICY_PRINT_TEST_H
#define YGR_POLICY_PRINT_TEST_H

#include "policy_printer.h"

/*
 * Behind the blanks that stand there already, and with a new line.
 *
 * @indent: how many these are
 */
void ygr_policy_print_test(struct ygr_policy_printer *p, const struct ygr_test *test,
			   unsigned int indent);

/* The same, with its values even if it shares them. */
void ygr_policy_print_test_values(struct ygr_policy_printer *p, const struct ygr_test *test,
				  unsigned int indent);

#endif
