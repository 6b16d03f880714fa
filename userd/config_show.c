// SPDX-License-Identifier: GPL-2.0-only
#include "config_show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"
#include "yaml_text.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))
#define ORIGIN_COLUMN	48

/* Where to look for what a file says: from the last layer to the first. */
struct view {
	FILE *out;
	const struct ygr_config_layer *layers;
	size_t layer_nr;
	const struct ygr_output_config *output;	/* NULL: of the configuration itself */
	const char *section;			/* NULL: at the top of either */
	const char *lead;			/* of each line: its indent */
};

static const struct ygr_yaml_node *find_in(const struct ygr_yaml_node *top, const char *section,
					   const char *key)
{
	return ygr_yaml_tree_find(section ? ygr_yaml_tree_find(top, section) : top, key);
}

static const struct ygr_yaml_node *find_origin(const struct view *view, const char *key, size_t *layer)
{
	const struct ygr_yaml_node *found;

	if (view->output) {
		*layer = view->output->layer;
		return find_in(view->output->node, view->section, key);
	}
	for (*layer = view->layer_nr; (*layer)--; ) {
		found = find_in(ygr_yaml_tree_root(view->layers[*layer].tree), view->section, key);
		if (found)
			return found;
	}
	return NULL;
}

/* Behind the line so far, whose length is @column. */
static void print_origin(const struct view *view, const char *key, int column)
{
	size_t layer;
	const struct ygr_yaml_node *node = find_origin(view, key, &layer);
	const char *name;

	fprintf(view->out, "%*s# ", column < ORIGIN_COLUMN ? ORIGIN_COLUMN - column : 2, "");
	if (node) {
		name = view->layers[layer].name;
		ygr_utf8_put(view->out, name, strlen(name));
		fprintf(view->out, ":%u\n", node->key_line);
	} else {
		fputs("default\n", view->out);
	}
}

/* ---- values --------------------------------------------------------------- */

static void put_bytes(FILE *out, uint64_t bytes)
{
	static const char *const units[] = { "", "KiB", "MiB", "GiB", "TiB" };
	size_t i = 0;

	while (bytes && !(bytes % 1024) && i + 1 < NR(units)) {
		bytes /= 1024;
		i++;
	}
	fprintf(out, "%" PRIu64 "%s", bytes, units[i]);
}

static void put_value(FILE *out, const struct ygr_option *option, const void *value)
{
	const char *text;

	switch (option->kind) {
	case YGR_OPTION_TEXT:
	case YGR_OPTION_PATH:
		text = *(const char *const *)value;
		ygr_yaml_text_put_quoted(out, text, strlen(text));
		break;
	case YGR_OPTION_NUMBER:
		fprintf(out, "%" PRIu64, *(const uint64_t *)value / (option->unit ?: 1));
		break;
	case YGR_OPTION_BYTES:
		put_bytes(out, *(const uint64_t *)value);
		break;
	case YGR_OPTION_BOOL:
		fputs(*(const bool *)value ? "true" : "false", out);
		break;
	case YGR_OPTION_WORD:
		fputs(option->words[*(const int *)value - (int)option->low], out);
		break;
	case YGR_OPTION_SECTION:
	case YGR_OPTION_STRUCT:
		break;
	}
}

static bool is_unset(const struct ygr_option *option, const void *value)
{
	switch (option->kind) {
	case YGR_OPTION_TEXT:
	case YGR_OPTION_PATH:
		return !*(const char *const *)value;
	case YGR_OPTION_STRUCT:
		return !*(const bool *)value;
	default:
		return false;
	}
}

static void print_line(const struct view *view, const struct ygr_option *option, const void *value)
{
	size_t bytes;
	char *text;
	FILE *line = open_memstream(&text, &bytes);

	if (!line)
		return;
	fprintf(line, "%s%s%s: ", view->lead, is_unset(option, value) ? "#" : "", option->key);
	if (!is_unset(option, value))
		put_value(line, option, value);
	if (fclose(line))
		return;
	fputs(text, view->out);
	print_origin(view, option->key, (int)bytes);
	free(text);
}

/* ---- tables --------------------------------------------------------------- */

static void print_options(const struct view *view, const struct ygr_option *options, const void *settings)
{
	struct view within = *view;

	within.lead = view->output ? "    " : "  ";
	for (; options->key; options++) {
		const void *value = (const char *)settings + options->at;
		bool is_section = options->kind == YGR_OPTION_SECTION;

		if (!is_section && (options->kind != YGR_OPTION_STRUCT || is_unset(options, value))) {
			print_line(view, options, value);
			continue;
		}
		fprintf(view->out, "%s%s:\n", view->lead, options->key);
		within.section = options->key;
		print_options(&within, options->members, is_section ? settings : value);
	}
}

/* The first row is the type, whose name is not where the table says. */
static void print_output(const struct view *top, const struct ygr_output_config *output)
{
	const struct ygr_option type = { "type", YGR_OPTION_TEXT, .at = 0 };
	struct view view = *top;

	view.output = output;
	view.lead = "- ";
	print_line(&view, &type, &output->type->name);
	view.lead = "  ";
	print_options(&view, ygr_config_output_options + 1, output);
	if (output->type->options)
		print_options(&view, output->type->options, output->settings);
}

void ygr_config_show(FILE *out, const struct ygr_config *config)
{
	const struct view view = {
		.out = out,
		.layers = config->layers,
		.layer_nr = config->layer_nr,
		.lead = "",
	};

	fputs("version: 1\n", out);
	print_options(&view, ygr_config_options, config);
	fputs(config->output_nr ? "outputs:\n" : "outputs: []\n", out);
	for (size_t i = 0; i < config->output_nr; i++)
		print_output(&view, &config->outputs[i]);
}
