// SPDX-License-Identifier: GPL-2.0-only
#include "event_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- pieces of JSON -------------------------------------------------------- */

/* The text is the plan's. Return: whether there was memory for it. */
static bool put_key(struct ygr_event_plan_text *text, const char *name, size_t len,
		    const char *after)
{
	size_t after_len = strlen(after);
	char *bytes = malloc(len + 3 + after_len);

	if (!bytes)
		return false;
	bytes[0] = '"';
	memcpy(bytes + 1, name, len);
	memcpy(bytes + 1 + len, "\":", 2);
	memcpy(bytes + 3 + len, after, after_len);
	*text = (struct ygr_event_plan_text) { bytes, (uint32_t)(len + 3 + after_len) };
	return true;
}

/* ---- objects ---------------------------------------------------------------- */

/* An object is known by its whole path: the first @len bytes of a row's. */
struct object_name {
	const char *path;
	size_t len;
};

struct builder {
	struct ygr_event_plan *plan;
	const struct ygr_mapping *mapping;
	struct object_name *names;	/* of plan->objects */
};

/* Return: its number; -ENOMEM. @start: where its own name begins in the path. */
static int add_object(struct builder *builder, const char *path, size_t start, size_t len)
{
	struct ygr_event_plan *plan = builder->plan;
	size_t i;

	for (i = 0; i < plan->object_nr; i++)
		if (builder->names[i].len == len && !memcmp(builder->names[i].path, path, len))
			return (int)i;
	if (!put_key(&plan->objects[i], path + start, len - start, "{"))
		return -ENOMEM;
	builder->names[i] = (struct object_name) { path, len };
	plan->object_nr++;
	return (int)i;
}

static int add_objects(struct builder *builder, struct ygr_event_plan_row *row, const char **field)
{
	const char *path = row->row->to, *dot;
	size_t start = 0;
	int ret;

	while ((dot = strchr(path + start, '.'))) {
		if (row->depth == YGR_EVENT_PLAN_DEPTH_MAX)
			return -EINVAL;
		ret = add_object(builder, path, start, (size_t)(dot - path));
		if (ret < 0)
			return ret;
		row->objects[row->depth++] = (uint16_t)ret;
		start = (size_t)(dot - path) + 1;
	}
	*field = path + start;
	return 0;
}

/* ---- rows --------------------------------------------------------------------- */

/* All of it decimal digits, as they come out of a number. */
static bool read_number(struct ygr_event_plan_choice *choice)
{
	char digits[20];
	size_t len = choice->ours.len;

	if (!len || len >= sizeof(digits) || strspn(choice->ours.bytes, "0123456789") < len ||
	    (len > 1 && choice->ours.bytes[0] == '0'))
		return false;
	memcpy(digits, choice->ours.bytes, len);
	digits[len] = '\0';
	choice->number = strtoull(digits, NULL, 10);
	return true;
}

static size_t count_choices(const char *words)
{
	size_t nr = *words != '\0';

	while ((words = strchr(words, ' ')))
		nr += *++words != '\0';
	return nr;
}

static void add_choices(struct ygr_event_plan *plan, struct ygr_event_plan_row *row)
{
	const char *at = row->row->word;

	row->choices = plan->choices + plan->choice_nr;
	for (size_t all; *at; at += all + (at[all] == ' ')) {
		struct ygr_event_plan_choice *choice = &plan->choices[plan->choice_nr++];
		size_t key = strcspn(at, "=");

		all = strcspn(at, " ");
		choice->ours = (struct ygr_event_plan_text) { at, (uint32_t)key };
		choice->json = (struct ygr_event_plan_text) { at + key + 1, (uint32_t)(all - key - 1) };
		choice->is_any = key == 1 && *at == '*';
		choice->has_number = read_number(choice);
		row->choice_nr++;
	}
}

static bool may_lack(enum ygr_mapping_how how)
{
	return how == YGR_MAP_CHOOSE || how == YGR_MAP_PROCESS_ID || how == YGR_MAP_FILE_TYPE_ID;
}

static int add_row(struct builder *builder, const struct ygr_mapping_row *from)
{
	struct ygr_event_plan_row *row = &builder->plan->rows[builder->plan->row_nr++];
	bool is_constant = from->how == YGR_MAP_LITERAL || from->how == YGR_MAP_GIVEN;
	const char *field;
	int err;

	row->row = from;
	row->from = ygr_event_index_path(from->from);
	row->may_lack = !from->from || may_lack(from->how);
	err = add_objects(builder, row, &field);
	if (err)
		return err;
	if (!put_key(&row->before, field, strlen(field), is_constant ? from->word : ""))
		return -ENOMEM;
	if (from->how == YGR_MAP_CHOOSE)
		add_choices(builder->plan, row);
	return 0;
}

static int add_type(struct ygr_event_plan *plan, unsigned int type)
{
	const struct ygr_event_plan_row **list = calloc(plan->row_nr + 1, sizeof(const void *));

	if (!list)
		return -ENOMEM;
	plan->by_type[type] = list;
	for (size_t i = 0; i < plan->row_nr; i++)
		if (plan->rows[i].row->types & YGR_TYPE_BIT(type))
			list[plan->nr_by_type[type]++] = &plan->rows[i];
	return 0;
}

/* ---- the plan -------------------------------------------------------------------- */

/* Room for all that the mapping may need. */
static bool reserve(struct builder *builder)
{
	const struct ygr_mapping *mapping = builder->mapping;
	struct ygr_event_plan *plan = builder->plan;
	size_t choice_nr = 0;

	for (size_t i = 0; i < mapping->row_nr; i++)
		if (mapping->rows[i].how == YGR_MAP_CHOOSE)
			choice_nr += count_choices(mapping->rows[i].word);
	plan->rows = calloc(mapping->row_nr + 1, sizeof(*plan->rows));
	plan->objects = calloc(YGR_EVENT_PLAN_DEPTH_MAX * mapping->row_nr + 1, sizeof(*plan->objects));
	builder->names = calloc(YGR_EVENT_PLAN_DEPTH_MAX * mapping->row_nr + 1, sizeof(*builder->names));
	plan->choices = calloc(choice_nr + 1, sizeof(*plan->choices));
	return plan->rows && plan->objects && builder->names && plan->choices;
}

static int build(struct builder *builder)
{
	int err = reserve(builder) ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < builder->mapping->row_nr; i++)
		err = add_row(builder, &builder->mapping->rows[i]);
	for (unsigned int type = 0; !err && type <= YGR_TYPE_NR; type++)
		err = add_type(builder->plan, type);
	return err;
}

int ygr_event_plan_create(struct ygr_event_plan **out, const struct ygr_mapping *mapping)
{
	struct builder builder = { .plan = calloc(1, sizeof(*builder.plan)), .mapping = mapping };
	int err = builder.plan ? build(&builder) : -ENOMEM;

	free(builder.names);
	if (err)
		ygr_event_plan_destroy(builder.plan);
	else
		*out = builder.plan;
	return err;
}

void ygr_event_plan_destroy(struct ygr_event_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->row_nr; i++)
		free((char *)plan->rows[i].before.bytes);
	for (size_t i = 0; i < plan->object_nr; i++)
		free((char *)plan->objects[i].bytes);
	for (unsigned int type = 0; type <= YGR_TYPE_NR; type++)
		free(plan->by_type[type]);
	free(plan->rows);
	free(plan->objects);
	free(plan->choices);
	free(plan);
}
