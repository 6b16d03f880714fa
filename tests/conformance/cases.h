/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The conformance suite: what a policy says of an event, as text, for every place
 * that judges. A file is policies, each followed by its cases:
 *
 *	policy
 *	version: 1				the policy, up to "cases"
 *	...
 *	cases
 *	VERDICT RULE  EVENT KEY=VALUE...	one a line; see policy_event.h
 *	VERDICT RULE  EVENT KEY=VALUE...  -- WHY  no system call makes this event
 *
 * VERDICT is allow, record, ignore, would-deny, deny:ERRNO or kill:ERRNO; RULE is
 * the name of the rule that decides, or "-". Lines that are empty or start with "#"
 * stand anywhere outside a policy.
 */
#ifndef CONFORMANCE_CASES_H
#define CONFORMANCE_CASES_H

#include <stddef.h>

#define CASE_WORDS_MAX	32

struct conformance_case {
	const char *file;
	unsigned int line;
	const char *policy;		/* text; the same pointer for cases of one policy */
	char	 verdict[32];
	char	 rule[64];
	int	 word_nr;
	char	 *words[CASE_WORDS_MAX];
	char	 text[256];		/* the line, without the mark */
	char	 unmade[96];		/* why no system call makes the event; "": one does */
};

struct conformance_cases {
	struct conformance_case *list;
	size_t	 nr;
};

/* All *.case of @dir, by name. A file that cannot be read or understood aborts, and says where. */
void conformance_cases_read(struct conformance_cases *cases, const char *dir);

#endif
