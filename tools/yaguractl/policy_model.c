// SPDX-License-Identifier: GPL-2.0-only
#include "policy_model.h"

#include <errno.h>
#include <search.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct alert {
	const char *text;
	uint32_t number;
};

struct ygr_policy_model *ygr_policy_model_create(void)
{
	struct ygr_policy_model *model = calloc(1, sizeof(*model));

	if (model) {
		model->name = "";
		model->digest_bytes_max = YGR_POLICY_DIGEST_BYTES_DEFAULT;
	}
	return model;
}

/* Alerts belong to the arena. */
static void keep(void *alert)
{
	(void)alert;
}

void ygr_policy_model_destroy(struct ygr_policy_model *model)
{
	if (!model)
		return;
	tdestroy(model->alert_tree, keep);
	ygr_policy_inputs_exit(&model->inputs);
	ygr_policy_pool_exit(&model->pool);
	ygr_arena_exit(&model->arena);
	free(model->alert);
	free(model->test);
	free(model->clause);
	free(model->rule);
	free(model);
}

/* The array with room for `more` items, moved if it had none; NULL: no memory. */
static void *make_room(void *array, uint32_t nr, uint32_t more, uint32_t *cap, size_t item_bytes)
{
	uint32_t larger = *cap ? *cap : 4;
	void *moved;

	if (nr + more <= *cap)
		return array;
	while (larger < nr + more)
		larger *= 2;
	moved = reallocarray(array, larger, item_bytes);
	if (moved)
		*cap = larger;
	return moved;
}

struct ygr_policy_rule *ygr_policy_model_add_rule(struct ygr_policy_model *model)
{
	struct ygr_policy_rule *rule;

	rule = make_room(model->rule, model->rule_nr, 1, &model->rule_cap, sizeof(*rule));
	if (!rule)
		return NULL;
	model->rule = rule;
	rule += model->rule_nr++;
	memset(rule, 0, sizeof(*rule));
	rule->name = "";
	rule->clause_first = model->clause_nr;
	return rule;
}

/* Gives lists that are new to the tests their places. */
static int place_values(struct ygr_policy_model *model, const struct ygr_policy_test *test)
{
	struct ygr_policy_values *values = test->values;
	uint32_t *nr;

	if (!values || values->first != UINT32_MAX)
		return 0;
	nr = &model->item_nr[values->section];
	if (values->nr > YGR_POLICY_ITEMS_MAX - *nr)
		return -E2BIG;
	values->first = *nr;
	*nr += values->nr;
	return 0;
}

int ygr_policy_model_add_clause(struct ygr_policy_model *model,
				const struct ygr_policy_test *tests, uint32_t nr)
{
	struct ygr_policy_clause *clause;
	struct ygr_policy_test *room;
	uint32_t i;
	int err;

	if (model->clause_nr == YGR_POLICY_CLAUSES_MAX || nr > YGR_POLICY_TESTS_MAX - model->test_nr)
		return -E2BIG;
	clause = make_room(model->clause, model->clause_nr, 1, &model->clause_cap, sizeof(*clause));
	if (!clause)
		return -ENOMEM;
	model->clause = clause;
	room = make_room(model->test, model->test_nr, nr, &model->test_cap, sizeof(*room));
	if (!room && nr)
		return -ENOMEM;
	model->test = room;
	for (i = 0; i < nr; i++) {
		err = place_values(model, &tests[i]);
		if (err)
			return err;
		room[model->test_nr + i] = tests[i];
	}
	model->clause[model->clause_nr++] = (struct ygr_policy_clause) {
		.test_first = model->test_nr,
		.test_nr = nr,
	};
	model->test_nr += nr;
	model->rule[model->rule_nr - 1].clause_nr++;
	return 0;
}

static int compare_alerts(const void *a, const void *b)
{
	const struct alert *x = a, *y = b;

	return strcmp(x->text, y->text);
}

int ygr_policy_model_find_alert(struct ygr_policy_model *model, const char *text, uint32_t *number)
{
	const struct alert wanted = { .text = text };
	const struct alert *const *found = tfind(&wanted, &model->alert_tree, compare_alerts);
	struct alert *alert;
	const char **room;

	if (found) {
		*number = (*found)->number;
		return 0;
	}
	room = make_room(model->alert, model->alert_nr, 1, &model->alert_cap, sizeof(const char *));
	if (!room)
		return -ENOMEM;
	model->alert = room;
	alert = ygr_arena_alloc(&model->arena, sizeof(*alert));
	if (!alert)
		return -ENOMEM;
	alert->text = ygr_arena_copy(&model->arena, text, strlen(text));
	alert->number = model->alert_nr + 1;
	if (!alert->text || !tsearch(alert, &model->alert_tree, compare_alerts))
		return -ENOMEM;
	room[model->alert_nr++] = alert->text;
	*number = alert->number;
	return 0;
}

int ygr_policy_model_find_label(struct ygr_policy_model *model, const char *name, uint64_t *bit)
{
	const char *copy;
	uint32_t i;

	for (i = 0; i < model->label_nr && strcmp(model->label[i], name); i++)
		;
	if (i == YGR_POLICY_LABELS_MAX)
		return -E2BIG;
	if (i == model->label_nr) {
		copy = ygr_arena_copy(&model->arena, name, strlen(name));
		if (!copy)
			return -ENOMEM;
		model->label[model->label_nr++] = copy;
	}
	*bit = 1ull << i;
	return 0;
}
