/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies for tests, from their text: compiled, verified, indexed; any mistake ends the test. */
#ifndef POLICY_COMPILED_H
#define POLICY_COMPILED_H

#include "policy_file.h"

static inline void policy_compile(struct ygr_policy_file *file, const char *text)
{
	if (ygr_policy_file_parse(file, "test.yaml", text, strlen(text), false))
		fail_msg("the policy of the test does not compile");
}

#endif
