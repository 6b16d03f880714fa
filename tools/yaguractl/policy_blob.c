// SPDX-License-Identifier: GPL-2.0-only
#include "policy_blob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN8(n)	(((n) + (size_t)7) & ~(size_t)7)

/* Sizes first, then the bytes: sections get their places before they are filled. */
struct layout {
	size_t item_nr[YGR_SECTION_KIND_NR];
	size_t off[YGR_SECTION_KIND_NR];
	unsigned int section_nr;
	size_t bytes;
};

struct writer {
	unsigned char *blob;
	const struct layout *layout;
	size_t string_used;
	uint32_t item_used[YGR_DIM_NR];
};

static const size_t item_bytes[YGR_SECTION_KIND_NR] = {
	[YGR_SECTION_STRINGS]	= 1,
	[YGR_SECTION_RULES]	= sizeof(struct ygr_rule),
	[YGR_SECTION_PATHS]	= sizeof(struct ygr_path_item),
	[YGR_SECTION_UIDS]	= sizeof(struct ygr_range_item),
	[YGR_SECTION_CIDRS]	= sizeof(struct ygr_cidr_item),
	[YGR_SECTION_PORTS]	= sizeof(struct ygr_range_item),
};

static const enum ygr_section_kind section_of[YGR_DIM_NR] = {
	[YGR_DIM_PATH]	= YGR_SECTION_PATHS,
	[YGR_DIM_UID]	= YGR_SECTION_UIDS,
	[YGR_DIM_CIDR]	= YGR_SECTION_CIDRS,
	[YGR_DIM_PORT]	= YGR_SECTION_PORTS,
};

static size_t path_bytes(const struct ygr_policy_values *paths)
{
	size_t sum = 0;
	uint32_t i;

	for (i = 0; i < paths->nr; i++)
		sum += paths->item[i].path.len + 1;
	return sum;
}

static size_t string_bytes(const struct ygr_policy_model *model)
{
	size_t sum = 1 + strlen(model->name) + 1;
	uint32_t i;

	for (i = 0; i < model->rule_nr; i++)
		sum += strlen(model->rule[i].name) + 1 +
		       path_bytes(&model->rule[i].match[YGR_DIM_PATH]) +
		       path_bytes(&model->rule[i].except[YGR_DIM_PATH]);
	return sum;
}

/* Sections without items are left out. */
static void plan(const struct ygr_policy_model *model, struct layout *layout)
{
	unsigned int kind, dimension;

	layout->item_nr[YGR_SECTION_STRINGS] = string_bytes(model);
	layout->item_nr[YGR_SECTION_RULES] = model->rule_nr;
	for (dimension = 0; dimension < YGR_DIM_NR; dimension++)
		layout->item_nr[section_of[dimension]] = model->item_nr[dimension];

	for (kind = 1; kind < YGR_SECTION_KIND_NR; kind++)
		layout->section_nr += layout->item_nr[kind] > 0;
	layout->bytes = sizeof(struct ygr_policy_header) +
			layout->section_nr * sizeof(struct ygr_policy_section);
	for (kind = 1; kind < YGR_SECTION_KIND_NR; kind++) {
		layout->off[kind] = layout->bytes;
		layout->bytes += ALIGN8(layout->item_nr[kind] * item_bytes[kind]);
	}
}

static uint32_t put_string(struct writer *w, const char *bytes, size_t len)
{
	size_t at = w->string_used;

	/* The NUL is there already: the blob starts as zeroes. */
	memcpy(w->blob + w->layout->off[YGR_SECTION_STRINGS] + at, bytes, len);
	w->string_used += len + 1;
	return at;
}

static void *item_at(struct writer *w, enum ygr_section_kind kind, size_t index)
{
	return w->blob + w->layout->off[kind] + index * item_bytes[kind];
}

static void put_header(struct writer *w, const struct ygr_policy_model *model)
{
	struct ygr_policy_header *header = (void *)w->blob;

	*header = (struct ygr_policy_header) {
		.magic = YGR_POLICY_MAGIC,
		.version = YGR_POLICY_VERSION,
		.header_bytes = sizeof(*header),
		.total_bytes = w->layout->bytes,
		.section_nr = w->layout->section_nr,
		.name_off = put_string(w, model->name, strlen(model->name)),
	};
}

static void put_section_table(struct writer *w)
{
	struct ygr_policy_section *section;
	unsigned int kind;

	section = (void *)(w->blob + sizeof(struct ygr_policy_header));
	for (kind = 1; kind < YGR_SECTION_KIND_NR; kind++) {
		if (!w->layout->item_nr[kind])
			continue;
		*section++ = (struct ygr_policy_section) {
			.kind = kind,
			.off = w->layout->off[kind],
			.item_bytes = item_bytes[kind],
			.item_nr = w->layout->item_nr[kind],
		};
	}
}

static void put_path(struct writer *w, const struct ygr_policy_path *path, void *to)
{
	struct ygr_path_item item = {
		.str_off = put_string(w, path->bytes, path->len),
		.len = path->len,
		.kind = path->kind,
	};

	memcpy(to, &item, sizeof(item));
}

static void put_values(struct writer *w, const struct ygr_policy_values *values,
		       enum ygr_dimension dimension, struct ygr_span *span)
{
	const union ygr_policy_value *value;
	void *to;
	uint32_t i;

	if (!values->nr)
		return;
	span->first = w->item_used[dimension];
	span->nr = values->nr;
	for (i = 0; i < values->nr; i++) {
		value = &values->item[i];
		to = item_at(w, section_of[dimension], w->item_used[dimension]++);
		if (dimension == YGR_DIM_PATH)
			put_path(w, &value->path, to);
		else if (dimension == YGR_DIM_CIDR)
			memcpy(to, &value->cidr, sizeof(value->cidr));
		else
			memcpy(to, &value->range, sizeof(value->range));
	}
}

static void put_rule(struct writer *w, const struct ygr_policy_rule *rule,
		     struct ygr_rule *to)
{
	unsigned int dimension;

	to->on = rule->on;
	to->name_off = put_string(w, rule->name, strlen(rule->name));
	to->action = rule->action;
	to->mode = rule->mode;
	for (dimension = 0; dimension < YGR_DIM_NR; dimension++) {
		put_values(w, &rule->match[dimension], dimension, &to->match[dimension]);
		put_values(w, &rule->except[dimension], dimension, &to->except[dimension]);
	}
}

int ygr_policy_blob_build(const struct ygr_policy_model *model, void **blob,
			  size_t *bytes)
{
	struct layout layout = { 0 };
	struct writer w = { .layout = &layout, .string_used = 1 };
	uint32_t i;

	plan(model, &layout);
	*bytes = layout.bytes;
	if (layout.bytes > YGR_POLICY_BYTES_MAX)
		return -E2BIG;
	w.blob = calloc(1, layout.bytes);
	if (!w.blob)
		return -ENOMEM;

	put_header(&w, model);
	put_section_table(&w);
	for (i = 0; i < model->rule_nr; i++)
		put_rule(&w, &model->rule[i], item_at(&w, YGR_SECTION_RULES, i));
	*blob = w.blob;
	return 0;
}
