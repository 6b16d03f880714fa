/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What printing a policy goes on with, and the words of it: shared by policy_print (the
 * policy) and policy_print_test (one test). Pure, save for the stream.
 */
#ifndef YGR_POLICY_PRINTER_H
#define YGR_POLICY_PRINTER_H

#include <stdio.h>

#include "arena.h"
#include "policy_shared.h"

struct ygr_policy_printer {
	FILE *out;
	const struct ygr_policy_image *image;
	struct ygr_policy_shared shared;
	struct ygr_arena arena;		/* for the values of one test, which are read back */
	unsigned int column;		/* of the list that is being printed */
	int err;			/* -EILSEQ once something will not load; -ENOMEM */
};

/* Something was printed that the language cannot say. */
void ygr_policy_printer_fail(struct ygr_policy_printer *p);

/* Double-quoted YAML; fails where bytes are no UTF-8. */
void ygr_policy_printer_quoted(struct ygr_policy_printer *p, const char *text, size_t len);

/* A name of a policy, or of a rule or label; in quotes where YAML could misread it. */
void ygr_policy_printer_name(struct ygr_policy_printer *p, uint32_t name_off, bool is_policy);

/* "key: [a, b]" and a new line. */
void ygr_policy_printer_labels(struct ygr_policy_printer *p, const char *key, uint64_t labels);

#endif
