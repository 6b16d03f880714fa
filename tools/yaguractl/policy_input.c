// SPDX-License-Identifier: GPL-2.0-only
#include "policy_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_tree.h"

/* The input's name and text become ours. */
static int add(struct ygr_policy_inputs *inputs, const struct ygr_policy_input *input)
{
	uint32_t larger = inputs->cap ? 2 * inputs->cap : 4;
	void *moved;

	if (inputs->nr == inputs->cap) {
		moved = reallocarray(inputs->item, larger, sizeof(*inputs->item));
		if (!moved)
			return -ENOMEM;
		inputs->item = moved;
		inputs->cap = larger;
	}
	inputs->item[inputs->nr] = *input;
	return inputs->nr++;
}

static void free_input(struct ygr_policy_input *input)
{
	free(input->name);
	free(input->text);
}

int ygr_policy_inputs_start(struct ygr_policy_inputs *inputs, const char *name, const char *text,
			    size_t bytes)
{
	struct ygr_policy_input input = {
		.name = strdup(name),
		.text = malloc(bytes + 1),
		.bytes = bytes,
		.depth = text ? 1 : 0,
	};

	if (!input.name || !input.text || add(inputs, &input) < 0) {
		free_input(&input);
		return -ENOMEM;
	}
	if (bytes)
		memcpy(input.text, text, bytes);
	input.text[bytes] = '\0';
	return 0;
}

/* "a/b.yaml" and "c.txt" are "a/c.txt". */
static char *beside(const char *parent, const char *name)
{
	const char *slash = strrchr(parent, '/');
	char *path;

	if (name[0] == '/' || !slash)
		return strdup(name);
	return asprintf(&path, "%.*s%s", (int)(slash + 1 - parent), parent, name) < 0 ? NULL : path;
}

/* Whether this file leads to input @number, or is it. */
static bool is_above(const struct ygr_policy_inputs *inputs, uint32_t number, const char *path)
{
	for (;; number = inputs->item[number].parent) {
		if (!strcmp(inputs->item[number].name, path))
			return true;
		if (!number)
			return false;
	}
}

static int check_new(const struct ygr_policy_inputs *inputs, uint32_t parent, const char *path)
{
	uint32_t i;

	if (is_above(inputs, parent, path))
		return -ELOOP;
	for (i = 0; i < inputs->nr; i++)
		if (!strcmp(inputs->item[i].name, path))
			return -EEXIST;
	if (inputs->item[parent].depth == YGR_POLICY_INPUT_DEPTH_MAX)
		return -EMLINK;
	return inputs->nr == YGR_POLICY_INPUTS_MAX ? -ENFILE : 0;
}

int ygr_policy_inputs_read(struct ygr_policy_inputs *inputs, uint32_t parent, const char *name,
			   const struct ygr_policy_host *host)
{
	struct ygr_policy_input input = {
		.name = beside(inputs->item[parent].name, name),
		.parent = parent,
		.depth = inputs->item[parent].depth + 1,
	};
	int err;

	if (!input.name)
		return -ENOMEM;
	err = check_new(inputs, parent, input.name);
	if (!err)
		err = !host->read_file ? -ENOSYS :
		      host->read_file(input.name, YGR_YAML_BYTES_MAX, &input.text, &input.bytes,
				      host->context);
	if (!err)
		err = add(inputs, &input);
	if (err < 0)
		free_input(&input);
	return err;
}

uint32_t ygr_policy_inputs_enter(const struct ygr_policy_inputs *inputs, uint32_t number,
				 struct ygr_text_errors *errors)
{
	uint32_t before = errors->source;

	errors->source = number;
	errors->file = number ? inputs->item[number].name : NULL;
	return before;
}

void ygr_policy_inputs_exit(struct ygr_policy_inputs *inputs)
{
	uint32_t i;

	for (i = 0; i < inputs->nr; i++)
		free_input(&inputs->item[i]);
	free(inputs->item);
	*inputs = (struct ygr_policy_inputs) { 0 };
}
