/* SPDX-License-Identifier: GPL-2.0-only */
/* A compiled policy on its way into the kernel, and how that is told. */
#ifndef YGR_POLICY_LOAD_H
#define YGR_POLICY_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "policy_file.h"

/* Where a host's policy stands. */
#define YGR_POLICY_PATH		"/etc/yagura/policy.d"

struct ygr_policy_load_options {
	bool strict;
	uint64_t expect_generation;
	uint64_t confirm_s;
	const char *signature;		/* file; NULL: none */
};

/* For getopt_long(). Characters: ygr_policy_load_parse(). */
#define YGR_POLICY_LOAD_OPTIONS \
	{ "confirm", required_argument, NULL, 'c' }, \
	{ "signature", required_argument, NULL, 'S' }, \
	{ "strict", no_argument, NULL, 's' }

/* One of these, or 'g': --expect-generation. Return: 0 or YGR_EXIT_USAGE, and it was said. */
int ygr_policy_load_parse(struct ygr_policy_load_options *chosen, int option);

/*
 * Puts it in force, and says so in a line that begins with @before; keeps its text. What the
 * kernel refuses is told. Return: an exit code.
 */
int ygr_policy_load_file(const char *name, const struct ygr_policy_file *file,
			 const struct ygr_policy_load_options *chosen, const char *before);

/* Parts of that line: "5 rules (4 enforce, 1 monitor)", "; rolls back to 3 in ...". */
void ygr_policy_load_print_rules(const struct ygr_policy_image *image);
void ygr_policy_load_print_trial(uint64_t previous_generation, uint32_t left_s);

#endif
