// SPDX-License-Identifier: GPL-2.0-only
#include "policy_model.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct ygr_policy_model *ygr_policy_model_create(void)
{
	return calloc(1, sizeof(struct ygr_policy_model));
}

static void free_values(struct ygr_policy_values *values, enum ygr_dimension dimension)
{
	uint32_t i;

	if (dimension == YGR_DIM_PATH)
		for (i = 0; i < values->nr; i++)
			free(values->item[i].path.bytes);
	free(values->item);
}

void ygr_policy_model_destroy(struct ygr_policy_model *model)
{
	unsigned int dimension;
	uint32_t i;

	if (!model)
		return;
	for (i = 0; i < model->rule_nr; i++) {
		for (dimension = 0; dimension < YGR_DIM_NR; dimension++) {
			free_values(&model->rule[i].match[dimension], dimension);
			free_values(&model->rule[i].except[dimension], dimension);
		}
	}
	free(model->rule);
	free(model);
}

/* The array with room for one item more, moved if it was full; NULL: no memory. */
static void *make_room(void *array, uint32_t nr, uint32_t *cap, size_t item_bytes)
{
	uint32_t larger = *cap ? 2 * *cap : 4;
	void *moved;

	if (nr < *cap)
		return array;
	moved = reallocarray(array, larger, item_bytes);
	if (moved)
		*cap = larger;
	return moved;
}

struct ygr_policy_rule *ygr_policy_model_add_rule(struct ygr_policy_model *model)
{
	struct ygr_policy_rule *rule;

	rule = make_room(model->rule, model->rule_nr, &model->rule_cap, sizeof(*rule));
	if (!rule)
		return NULL;
	model->rule = rule;
	rule += model->rule_nr++;
	memset(rule, 0, sizeof(*rule));
	return rule;
}

int ygr_policy_model_add_value(struct ygr_policy_model *model,
			       struct ygr_policy_values *values,
			       enum ygr_dimension dimension,
			       const union ygr_policy_value *value)
{
	union ygr_policy_value *item;

	item = make_room(values->item, values->nr, &values->cap, sizeof(*item));
	if (!item)
		return -ENOMEM;
	values->item = item;
	item[values->nr++] = *value;
	model->item_nr[dimension]++;
	return 0;
}

static int compare_low(const void *a, const void *b)
{
	const union ygr_policy_value *x = a, *y = b;

	return (x->range.low > y->range.low) - (x->range.low < y->range.low);
}

void ygr_policy_model_sort_ranges(struct ygr_policy_model *model,
				  struct ygr_policy_values *values,
				  enum ygr_dimension dimension)
{
	union ygr_policy_value *item = values->item;
	uint32_t i, kept = 0;

	if (values->nr < 2)
		return;
	qsort(item, values->nr, sizeof(*item), compare_low);
	for (i = 1; i < values->nr; i++) {
		if (item[i].range.low > item[kept].range.high)
			item[++kept] = item[i];
		else if (item[i].range.high > item[kept].range.high)
			item[kept].range.high = item[i].range.high;
	}
	model->item_nr[dimension] -= values->nr - (kept + 1);
	values->nr = kept + 1;
}
