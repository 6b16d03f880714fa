/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the compiler says to a policy's text, on a host that the test makes up:
 * users root (0) and www-data (33), group adm (4), file /bin/x (8:1:77), and those
 * files that a test names. It is 2026-06-01T00:00:00Z.
 */
#ifndef POLICY_SAYS_H
#define POLICY_SAYS_H

#include "policy_compile.h"

#define POLICY_SAYS_NOW		1780272000u

/* Files to be included; the last has no name. NULL: none. */
struct policy_says_file {
	const char *name;
	const char *text;
};

struct ygr_policy_host policy_says_host(const struct policy_says_file *files);

/*
 * Compile. Every mistake and warning is checked, in the form in which the tool tells them
 * for a file "p"; "": none.
 */
void policy_says(const char *text, const char *wanted);
void policy_says_with(const struct policy_says_file *files, const char *text, const char *wanted);

/* It compiles without mistakes (with warnings perhaps), and the caller exits it. */
void policy_says_compile(const char *text, struct ygr_policy_compiled *compiled);

/*
 * What `policy show` prints of it, which compiles to the same blob bit for bit. The
 * caller frees it.
 */
char *policy_says_print(const char *text);

/* The same, checked. */
void policy_says_printed(const char *text, const char *wanted);

#endif
