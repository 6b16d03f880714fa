// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "config_output.h"

#define TYPES_MAX	32
#define NAME_LETTERS	"abcdefghijklmnopqrstuvwxyz0123456789_-"

static const struct ygr_output_config defaults = {
	.window_nr	 = 16,
	.max_batch_bytes = YGR_BATCH_BYTES_MAX,
	.park_bytes	 = 64 << 20,
	.ack_timeout_ns	 = 60 * YGR_NS_PER_S,
	.retry_max_ns	 = 30 * YGR_NS_PER_S,
};

#define AT(member)	offsetof(struct ygr_output_config, member)
/* The type was read before; it is the name as well, unless the next row says another. */
const struct ygr_option ygr_config_output_options[] = {
	{ "type",	 YGR_OPTION_TEXT,   .at = AT(name) },
	{ "name",	 YGR_OPTION_TEXT,   .at = AT(name) },
	{ "where",	 YGR_OPTION_TEXT,   .at = AT(where) },
	{ "window",	 YGR_OPTION_NUMBER, .at = AT(window_nr), .low = 1, .high = 1024 },
	{ "max_batch",	 YGR_OPTION_BYTES,  .at = AT(max_batch_bytes), .low = 4 << 10, .high = YGR_BATCH_BYTES_MAX },
	{ "park",	 YGR_OPTION_BYTES,  .at = AT(park_bytes), .high = 1ull << 40 },
	{ "ack_timeout_s", YGR_OPTION_NUMBER, .at = AT(ack_timeout_ns),
	  .low = 1, .high = 3600, .unit = YGR_NS_PER_S },
	{ "retry_max_s", YGR_OPTION_NUMBER, .at = AT(retry_max_ns),
	  .low = 1, .high = 3600, .unit = YGR_NS_PER_S },
	{ 0 }
};

static bool read_type(const struct ygr_yaml_node *node, struct ygr_output_config *output,
		      struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *type = ygr_yaml_tree_find(node, "type");
	const char *names[TYPES_MAX];
	size_t nr = 0, index;

	if (!type) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "output: \"type\" is missing");
		return false;
	}
	for (; nr < TYPES_MAX && ygr_transport_types[nr]; nr++)
		names[nr] = ygr_transport_types[nr]->name;
	if (!ygr_yaml_tree_get_word(type, "type", names, nr, &index, errors))
		return false;
	output->type = ygr_transport_types[index];
	return true;
}

static bool make_settings(struct ygr_output_config *output)
{
	const struct ygr_transport_type *type = output->type;

	output->settings = calloc(1, type->settings_bytes ? type->settings_bytes : 1);
	if (output->settings && type->defaults)
		memcpy(output->settings, type->defaults, type->settings_bytes);
	return output->settings != NULL;
}

static void check_name(const struct ygr_output_config *output, const struct ygr_yaml_node *node,
		       struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *name = ygr_yaml_tree_find(node, "name");

	if (name && output->name && (strlen(output->name) >= YGR_OUTPUT_NAME_BYTES ||
				     output->name[strspn(output->name, NAME_LETTERS)]))
		ygr_text_error_add(errors, YGR_TEXT_ERROR, name->line, name->column,
				   "name: expected up to %d of a-z, 0-9, _ and -, found \"%s\"",
				   YGR_OUTPUT_NAME_BYTES - 1, output->name);
}

static void check_where(const struct ygr_output_config *output, const struct ygr_yaml_node *node,
			struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *where = ygr_yaml_tree_find(node, "where");

	if (where && !output->type->takes_events)
		ygr_text_error_add(errors, YGR_TEXT_ERROR, where->key_line, where->key_column,
				   "where: type %s ships whole batches, it cannot leave out events",
				   output->type->name);
}

/* Return: whether there is something for exit(). */
static bool read_output(const struct ygr_yaml_node *node, struct ygr_output_config *output,
			struct ygr_text_errors *errors)
{
	char what[64];

	*output = defaults;
	output->node = node;
	if (node->kind != YGR_YAML_MAP) {
		ygr_option_check_keys(ygr_config_output_options, NULL, node, "output", errors);
		return false;
	}
	if (!read_type(node, output, errors))
		return false;
	if (!make_settings(output)) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column, "out of memory");
		return false;
	}
	snprintf(what, sizeof(what), "output of type %s", output->type->name);
	ygr_option_check_keys(ygr_config_output_options, output->type->options, node, what, errors);
	ygr_option_read_values(ygr_config_output_options, node, what, output, errors);
	if (output->type->options)
		ygr_option_read_values(output->type->options, node, what, output->settings, errors);
	check_name(output, node, errors);
	check_where(output, node, errors);
	if (output->type->check)
		output->type->check(output, node, errors);
	return true;
}

static struct ygr_output_config *find(struct ygr_output_config *outputs, size_t nr, const char *name)
{
	for (size_t i = 0; name && i < nr; i++)
		if (outputs[i].name && !strcmp(outputs[i].name, name))
			return &outputs[i];
	return NULL;
}

/* Return: whether @output became one of @outputs; else the error was added. */
static bool place(const struct ygr_output_config *output, struct ygr_output_config *outputs,
		  size_t *nr, struct ygr_text_errors *errors)
{
	struct ygr_output_config *same = find(outputs, *nr, output->name);

	if (same && same->layer == output->layer) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, output->node->line, output->node->column,
				   "output: another one is named \"%s\" already (give this one a name)",
				   output->name);
		return false;
	}
	if (!same && *nr == YGR_OUTPUTS_MAX) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, output->node->line, output->node->column,
				   "outputs: more than %d", YGR_OUTPUTS_MAX);
		return false;
	}
	if (same)
		ygr_config_output_exit(same);
	else
		same = &outputs[(*nr)++];
	*same = *output;
	return true;
}

void ygr_config_output_read(const struct ygr_yaml_node *node, unsigned int layer,
			    struct ygr_output_config *outputs, size_t *nr,
			    struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *child;
	struct ygr_output_config output;

	if (node->kind != YGR_YAML_LIST) {
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "outputs: expected a list, got %s", ygr_yaml_tree_describe(node));
		return;
	}
	while (!node->child_nr && *nr)
		ygr_config_output_exit(&outputs[--*nr]);
	ygr_yaml_tree_for_each(child, node) {
		if (!read_output(child, &output, errors))
			continue;
		output.layer = layer;
		if (!place(&output, outputs, nr, errors))
			ygr_config_output_exit(&output);
	}
}

void ygr_config_output_exit(struct ygr_output_config *output)
{
	free(output->settings);
	output->settings = NULL;
}
