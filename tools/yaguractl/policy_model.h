/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as it is meant: what policy_text makes and policy_blob lays out.
 * Values have the types of ygr_policy.h; names are resolved. The model owns
 * all its memory.
 */
#ifndef YGR_POLICY_MODEL_H
#define YGR_POLICY_MODEL_H

#include <stdint.h>

#include <yagura/ygr_policy.h>

struct ygr_policy_path {
	char *bytes;		/* PREFIX: with its final '/' */
	uint16_t len;
	uint8_t kind;		/* enum ygr_path_kind */
};

/* One value of a rule's dimension, which says which member holds it. */
union ygr_policy_value {
	struct ygr_policy_path path;	/* YGR_DIM_PATH */
	struct ygr_range_item range;	/* YGR_DIM_UID, YGR_DIM_PORT */
	struct ygr_cidr_item cidr;	/* YGR_DIM_CIDR */
};

struct ygr_policy_values {
	uint32_t nr;
	uint32_t cap;
	union ygr_policy_value *item;
};

struct ygr_policy_rule {
	char name[YGR_RULE_NAME_MAX + 1];
	uint64_t on;
	enum ygr_action action;
	enum ygr_mode mode;
	struct ygr_policy_values match[YGR_DIM_NR];
	struct ygr_policy_values except[YGR_DIM_NR];
};

struct ygr_policy_model {
	char name[YGR_RULE_NAME_MAX + 1];
	uint32_t rule_nr;
	uint32_t rule_cap;
	struct ygr_policy_rule *rule;
	uint32_t item_nr[YGR_DIM_NR];	/* values of all rules */
};

/* Return: NULL when out of memory. */
struct ygr_policy_model *ygr_policy_model_create(void);

/* May be NULL. */
void ygr_policy_model_destroy(struct ygr_policy_model *model);

/* A new last rule, all zero. Return: it, until the next call; NULL: out of memory. */
struct ygr_policy_rule *ygr_policy_model_add_rule(struct ygr_policy_model *model);

/*
 * Append a value to the match or except values of a rule of this model, whose
 * ownership goes to the model. Return: 0 or -ENOMEM (the caller keeps it).
 */
int ygr_policy_model_add_value(struct ygr_policy_model *model,
			       struct ygr_policy_values *values,
			       enum ygr_dimension dimension,
			       const union ygr_policy_value *value);

/*
 * Ranges in ascending order, those that overlap made one: as the matcher
 * searches them.
 *
 * @dimension: YGR_DIM_UID or YGR_DIM_PORT
 */
void ygr_policy_model_sort_ranges(struct ygr_policy_model *model,
				  struct ygr_policy_values *values,
				  enum ygr_dimension dimension);

#endif
