/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as it is meant: what policy_text makes and policy_blob lays out.
 * Rules, clauses and tests stand as in the blob (ygr_policy.h); names are
 * resolved, and each has its place in the text. The model owns all its memory.
 */
#ifndef YGR_POLICY_MODEL_H
#define YGR_POLICY_MODEL_H

#include <stdint.h>

#include <yagura/ygr_policy.h>

#include "arena.h"
#include "policy_input.h"
#include "policy_values.h"

struct ygr_policy_test {
	uint8_t field;			/* enum ygr_field */
	bool negate;
	uint64_t bits;			/* where the field has bits */
	struct ygr_policy_values *values; /* where it has none, else NULL */
	struct ygr_policy_place place;
};

struct ygr_policy_clause {
	uint32_t test_first;
	uint32_t test_nr;
};

struct ygr_policy_rule {
	const char *name;
	uint32_t alert;			/* 1 + its index among the model's; 0: none */
	uint64_t on;
	uint64_t labels;
	uint64_t expires_s;
	enum ygr_action action;
	enum ygr_mode mode;
	uint16_t flags;			/* YGR_RULE_F_* */
	uint32_t error;
	uint32_t breaker_nr;
	uint32_t breaker_s;
	uint32_t clause_first;
	uint32_t clause_nr;
	struct ygr_policy_place place;
};

/* Its members may be read; the functions below add to it. */
struct ygr_policy_model {
	const char *name;
	uint64_t serial;
	uint64_t digest_bytes_max;
	uint32_t flags;			/* YGR_POLICY_F_* */
	uint32_t breaker_nr;
	uint32_t breaker_s;
	uint32_t daemon_timeout_s;
	struct ygr_noise_item noise;	/* all zero: the policy says nothing of it */

	struct ygr_policy_rule *rule;
	uint32_t rule_nr;
	uint32_t rule_cap;
	struct ygr_policy_clause *clause;
	uint32_t clause_nr;
	uint32_t clause_cap;
	struct ygr_policy_test *test;
	uint32_t test_nr;
	uint32_t test_cap;
	uint32_t item_nr[YGR_SECTION_KIND_NR]; /* values of all tests' lists, each list once */

	const char *label[YGR_POLICY_LABELS_MAX];
	uint32_t label_nr;

	const char **alert;		/* all there are, each once */
	uint32_t alert_nr;
	uint32_t alert_cap;
	void *alert_tree;		/* tsearch(3) */

	struct ygr_policy_inputs inputs;
	struct ygr_policy_pool pool;
	struct ygr_arena arena;
};

/* Return: NULL when out of memory. */
struct ygr_policy_model *ygr_policy_model_create(void);

/* May be NULL. */
void ygr_policy_model_destroy(struct ygr_policy_model *model);

/* A new last rule, all zero, without clauses. Return: it, until the next call; NULL: out of memory. */
struct ygr_policy_rule *ygr_policy_model_add_rule(struct ygr_policy_model *model);

/*
 * A new last clause of the last rule, all tests of which must hold.
 *
 * Return: 0, -ENOMEM, or -E2BIG: more clauses, tests or items of a section than a policy may have.
 */
int ygr_policy_model_add_clause(struct ygr_policy_model *model,
				const struct ygr_policy_test *tests, uint32_t nr);

/* *number is 1 + the index of the alert with this text, which may be new. Return: 0 or -ENOMEM. */
int ygr_policy_model_find_alert(struct ygr_policy_model *model, const char *text, uint32_t *number);

/*
 * The bit of a label, which is new if it is not there yet.
 * Return: 0; -ENOMEM; -E2BIG: there are YGR_POLICY_LABELS_MAX already.
 */
int ygr_policy_model_find_label(struct ygr_policy_model *model, const char *name, uint64_t *bit);

#endif
