/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a rule says to people: severity, ATT&CK ids, tags, a message. In the blob
 * and in events it is one text, "severity\tattack,..\ttag,..\tmessage".
 */
#ifndef YGR_POLICY_ALERT_H
#define YGR_POLICY_ALERT_H

#include <stdio.h>

#include "policy_parser.h"

/*
 * Read these keys of a rule.
 *
 * @number: 1 + the index of the alert among the model's, or 0: it says nothing
 */
void ygr_policy_alert_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *rule,
			   const char *what, uint32_t *number);

/* The parts of such a text. */
struct ygr_policy_alert {
	const char *part[4];	/* severity, attack, tags, message: not NUL-terminated */
	size_t len[4];
};

/* Return: whether it has four parts. */
bool ygr_policy_alert_split(const char *text, struct ygr_policy_alert *alert);

#endif
