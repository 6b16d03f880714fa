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
	const struct ygr_policy_model *model;
	const struct layout *layout;
	size_t string_used;
	uint32_t *alert_off;		/* of each of the model's alerts */
};

static const size_t item_bytes[YGR_SECTION_KIND_NR] = {
	[YGR_SECTION_STRINGS]	= 1,
	[YGR_SECTION_RULES]	= sizeof(struct ygr_rule),
	[YGR_SECTION_CLAUSES]	= sizeof(struct ygr_clause),
	[YGR_SECTION_TESTS]	= sizeof(struct ygr_test),
	[YGR_SECTION_TEXTS]	= sizeof(struct ygr_text_item),
	[YGR_SECTION_RANGES]	= sizeof(struct ygr_range_item),
	[YGR_SECTION_CIDRS]	= sizeof(struct ygr_cidr_item),
	[YGR_SECTION_IDS]	= sizeof(struct ygr_id_item),
	[YGR_SECTION_DIGESTS]	= sizeof(struct ygr_digest_item),
	[YGR_SECTION_LABELS]	= sizeof(struct ygr_label_item),
	[YGR_SECTION_NOISE]	= sizeof(struct ygr_noise_item),
};

/*
 * Each list of values once, at the first test that uses it: the model gave them
 * their places in that order. NULL: that was all.
 */
static const struct ygr_policy_values *next_list(const struct ygr_policy_model *model,
						 uint32_t *test, uint32_t item_used[])
{
	const struct ygr_policy_values *values;

	while (*test < model->test_nr) {
		values = model->test[(*test)++].values;
		if (!values || values->first != item_used[values->section])
			continue;
		item_used[values->section] += values->nr;
		return values;
	}
	return NULL;
}

static size_t text_bytes(const struct ygr_policy_model *model)
{
	uint32_t item_used[YGR_SECTION_KIND_NR] = { 0 }, test = 0, i;
	const struct ygr_policy_values *list;
	size_t sum = 0;

	while ((list = next_list(model, &test, item_used)))
		for (i = 0; list->section == YGR_SECTION_TEXTS && i < list->nr; i++)
			sum += list->item[i].text.len + 1;
	return sum;
}

static size_t string_bytes(const struct ygr_policy_model *model)
{
	size_t sum = 1 + strlen(model->name) + 1 + text_bytes(model);
	uint32_t i;

	for (i = 0; i < model->label_nr; i++)
		sum += strlen(model->label[i]) + 1;
	for (i = 0; i < model->alert_nr; i++)
		sum += strlen(model->alert[i]) + 1;
	for (i = 0; i < model->rule_nr; i++)
		sum += strlen(model->rule[i].name) + 1;
	return sum;
}

/* Sections without items are left out. */
static void plan(const struct ygr_policy_model *model, struct layout *layout)
{
	unsigned int kind;

	for (kind = 1; kind < YGR_SECTION_KIND_NR; kind++)
		layout->item_nr[kind] = model->item_nr[kind];
	layout->item_nr[YGR_SECTION_STRINGS] = string_bytes(model);
	layout->item_nr[YGR_SECTION_RULES] = model->rule_nr;
	layout->item_nr[YGR_SECTION_CLAUSES] = model->clause_nr;
	layout->item_nr[YGR_SECTION_TESTS] = model->test_nr;
	layout->item_nr[YGR_SECTION_LABELS] = model->label_nr;
	layout->item_nr[YGR_SECTION_NOISE] = model->noise.flags || model->noise.coalesce_off;

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

static void put_header(struct writer *w)
{
	struct ygr_policy_header *header = (void *)w->blob;
	const struct ygr_policy_model *model = w->model;

	*header = (struct ygr_policy_header) {
		.magic = YGR_POLICY_MAGIC,
		.version = YGR_POLICY_VERSION,
		.header_bytes = sizeof(*header),
		.total_bytes = w->layout->bytes,
		.section_nr = w->layout->section_nr,
		.flags = model->flags,
		.name_off = put_string(w, model->name, strlen(model->name)),
		.serial = model->serial,
		.digest_bytes_max = model->digest_bytes_max,
		.breaker_nr = model->breaker_nr,
		.breaker_s = model->breaker_s,
		.daemon_timeout_s = model->daemon_timeout_s,
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

static void put_labels(struct writer *w)
{
	struct ygr_label_item *to = item_at(w, YGR_SECTION_LABELS, 0);
	uint32_t i;

	for (i = 0; i < w->model->label_nr; i++)
		to[i].name_off = put_string(w, w->model->label[i], strlen(w->model->label[i]));
}

static void put_alerts(struct writer *w)
{
	uint32_t i;

	for (i = 0; i < w->model->alert_nr; i++)
		w->alert_off[i] = put_string(w, w->model->alert[i], strlen(w->model->alert[i]));
}

static void put_text(struct writer *w, const struct ygr_policy_text_value *text, void *to)
{
	const struct ygr_text_item item = {
		.str_off = put_string(w, text->bytes, text->len),
		.len = text->len,
		.kind = text->kind,
	};

	memcpy(to, &item, sizeof(item));
}

static void put_lists(struct writer *w)
{
	uint32_t item_used[YGR_SECTION_KIND_NR] = { 0 }, test = 0, i;
	const struct ygr_policy_values *list;
	void *to;

	while ((list = next_list(w->model, &test, item_used))) {
		for (i = 0; i < list->nr; i++) {
			to = item_at(w, list->section, list->first + i);
			if (list->section == YGR_SECTION_TEXTS)
				put_text(w, &list->item[i].text, to);
			else
				memcpy(to, &list->item[i], item_bytes[list->section]);
		}
	}
}

static void put_rule(struct writer *w, const struct ygr_policy_rule *rule, struct ygr_rule *to)
{
	*to = (struct ygr_rule) {
		.on = rule->on,
		.labels = rule->labels,
		.expires_s = rule->expires_s,
		.name_off = put_string(w, rule->name, strlen(rule->name)),
		.alert_off = rule->alert ? w->alert_off[rule->alert - 1] : 0,
		.clause_first = rule->clause_first,
		.clause_nr = rule->clause_nr,
		.action = rule->action,
		.mode = rule->mode,
		.flags = rule->flags,
		.error = rule->error,
		.breaker_nr = rule->breaker_nr,
		.breaker_s = rule->breaker_s,
	};
}

static void put_rules(struct writer *w)
{
	const struct ygr_policy_model *model = w->model;
	struct ygr_clause *clause = item_at(w, YGR_SECTION_CLAUSES, 0);
	struct ygr_test *test = item_at(w, YGR_SECTION_TESTS, 0);
	uint32_t i;

	for (i = 0; i < model->rule_nr; i++)
		put_rule(w, &model->rule[i], item_at(w, YGR_SECTION_RULES, i));
	for (i = 0; i < model->clause_nr; i++)
		clause[i] = (struct ygr_clause) {
			.test_first = model->clause[i].test_first,
			.test_nr = model->clause[i].test_nr,
		};
	for (i = 0; i < model->test_nr; i++)
		test[i] = (struct ygr_test) {
			.field = model->test[i].field,
			.negate = model->test[i].negate,
			.first = model->test[i].values ? model->test[i].values->first : 0,
			.nr = model->test[i].values ? model->test[i].values->nr : 0,
			.bits = model->test[i].bits,
		};
}

int ygr_policy_blob_build(const struct ygr_policy_model *model, void **blob, size_t *bytes)
{
	struct layout layout = { 0 };
	struct writer w = { .model = model, .layout = &layout, .string_used = 1 };

	plan(model, &layout);
	*bytes = layout.bytes;
	if (layout.bytes > YGR_POLICY_BYTES_MAX)
		return -E2BIG;
	w.alert_off = calloc(model->alert_nr + 1, sizeof(*w.alert_off));
	w.blob = calloc(1, layout.bytes);
	if (!w.alert_off || !w.blob) {
		free(w.alert_off);
		free(w.blob);
		return -ENOMEM;
	}
	put_header(&w);
	put_section_table(&w);
	put_labels(&w);
	put_alerts(&w);
	put_rules(&w);
	put_lists(&w);
	if (layout.item_nr[YGR_SECTION_NOISE])
		memcpy(item_at(&w, YGR_SECTION_NOISE, 0), &model->noise, sizeof(model->noise));
	free(w.alert_off);
	*blob = w.blob;
	return 0;
}
