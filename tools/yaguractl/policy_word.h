/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of the policy language for the numbers of ygr_policy.h, in both
 * directions. Tables are indexed by the enum they name.
 */
#ifndef YGR_POLICY_WORD_H
#define YGR_POLICY_WORD_H

#include <stdbool.h>
#include <stdint.h>

#include <yagura/ygr_policy.h>

extern const char *const ygr_policy_word_on[YGR_ON_NR];
extern const char *const ygr_policy_word_action[YGR_ACTION_NR];
extern const char *const ygr_policy_word_mode[YGR_MODE_NR];

/* From the mildest to the gravest. */
#define YGR_POLICY_SEVERITY_NR	5

extern const char *const ygr_policy_word_severity[YGR_POLICY_SEVERITY_NR];

/* What a denial may say, and its number. */
#define YGR_POLICY_ERRNO_NR	4

extern const char *const ygr_policy_word_errno[YGR_POLICY_ERRNO_NR];
extern const uint32_t ygr_policy_word_errno_number[YGR_POLICY_ERRNO_NR];

/* Words that stand for several events: "open", "change", "file", "socket", "privilege", "all". */
struct ygr_policy_group {
	const char *word;
	uint64_t on;
};

#define YGR_POLICY_GROUP_NR	6

extern const struct ygr_policy_group ygr_policy_word_group[YGR_POLICY_GROUP_NR];

/* The events of a word, event or group. Return: whether there is such a word. */
bool ygr_policy_word_find_on(const char *word, uint64_t *on);

/* The event words, groups included, that are nearest to a misspelt one, or NULL. */
const char *ygr_policy_word_suggest_on(const char *word);

/* The name of the lowest event in a mask that is not 0. */
const char *ygr_policy_word_first_on(uint64_t on);

/* One sentence for enum ygr_policy_error_code. */
const char *ygr_policy_word_error(uint32_t code);

/* Whether the language has such a name: of a policy (lower case), or of a rule, list or label. */
bool ygr_policy_word_is_name(const char *text, bool is_policy);

#endif
