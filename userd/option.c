// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <string.h>

#include "option.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))
/* More keys than any table has. */
#define KEYS_MAX	64
#define WORDS_MAX	64

/* "16MiB": digits and at most one of the units. */
static bool parse_bytes(const char *text, uint64_t *bytes)
{
	static const struct {
		const char *name;
		unsigned int shift;
	} units[] = { { "", 0 }, { "KiB", 10 }, { "MiB", 20 }, { "GiB", 30 }, { "TiB", 40 } };
	size_t digits = strspn(text, "0123456789");
	uint64_t number;

	if (!ygr_yaml_tree_parse_u64(text, digits, &number))
		return false;
	for (size_t i = 0; i < NR(units); i++) {
		if (strcmp(text + digits, units[i].name) != 0)
			continue;
		if (number > UINT64_MAX >> units[i].shift)
			return false;
		*bytes = number << units[i].shift;
		return true;
	}
	return false;
}

static void read_bytes(const struct ygr_option *option, const struct ygr_yaml_node *node,
		       uint64_t *value, struct ygr_text_errors *errors)
{
	const char *text;
	uint64_t bytes;

	if (!ygr_yaml_tree_get_string(node, option->key, &text, errors))
		return;
	if (!parse_bytes(text, &bytes))
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: expected a size such as 16MiB (bytes, KiB, MiB, GiB, TiB), found \"%s\"",
				   option->key, text);
	else if (bytes < option->low || bytes > option->high)
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: %llu bytes is not between %llu and %llu", option->key,
				   (unsigned long long)bytes, (unsigned long long)option->low,
				   (unsigned long long)option->high);
	else
		*value = bytes;
}

static void read_number(const struct ygr_option *option, const struct ygr_yaml_node *node,
			uint64_t *value, struct ygr_text_errors *errors)
{
	uint64_t number;

	if (ygr_yaml_tree_get_u64(node, option->key, option->low, option->high, &number, errors))
		*value = number * (option->unit ? option->unit : 1);
}

static void read_path(const struct ygr_option *option, const struct ygr_yaml_node *node,
		      const char **value, struct ygr_text_errors *errors)
{
	const char *text;

	if (!ygr_yaml_tree_get_string(node, option->key, &text, errors))
		return;
	if (text[0] != '/')
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: expected an absolute path, found \"%s\"", option->key, text);
	else if (strlen(text) >= PATH_MAX)
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: longer than %d bytes", option->key, PATH_MAX - 1);
	else
		*value = text;
}

static void read_word(const struct ygr_option *option, const struct ygr_yaml_node *node,
		      int *value, struct ygr_text_errors *errors)
{
	size_t nr = 0, index;

	while (nr < WORDS_MAX && option->words[nr])
		nr++;
	if (ygr_yaml_tree_get_word(node, option->key, option->words, nr, &index, errors))
		*value = (int)(option->low + index);
}

static void read_value(const struct ygr_option *option, const struct ygr_yaml_node *node,
		       void *settings, struct ygr_text_errors *errors)
{
	void *value = (char *)settings + option->at;

	switch (option->kind) {
	case YGR_OPTION_TEXT:
		ygr_yaml_tree_get_string(node, option->key, value, errors);
		break;
	case YGR_OPTION_PATH:
		read_path(option, node, value, errors);
		break;
	case YGR_OPTION_NUMBER:
		read_number(option, node, value, errors);
		break;
	case YGR_OPTION_BYTES:
		read_bytes(option, node, value, errors);
		break;
	case YGR_OPTION_BOOL:
		ygr_yaml_tree_get_bool(node, option->key, value, errors);
		break;
	case YGR_OPTION_WORD:
		read_word(option, node, value, errors);
		break;
	case YGR_OPTION_STRUCT:
		*(bool *)value = true;
		ygr_option_read(option->members, node, option->key, value, errors);
		break;
	case YGR_OPTION_SECTION:
		ygr_option_read(option->members, node, option->key, settings, errors);
		break;
	}
}

static size_t list_keys(const struct ygr_option *options, const char **keys, size_t nr)
{
	for (; options && options->key && nr < KEYS_MAX; options++)
		keys[nr++] = options->key;
	return nr;
}

bool ygr_option_check_keys(const struct ygr_option *options, const struct ygr_option *more,
			   const struct ygr_yaml_node *node, const char *what,
			   struct ygr_text_errors *errors)
{
	const char *keys[KEYS_MAX];
	size_t nr = list_keys(more, keys, list_keys(options, keys, 0));

	ygr_yaml_tree_check_map(node, what, keys, nr, errors);
	return node->kind == YGR_YAML_MAP;
}

void ygr_option_read_values(const struct ygr_option *options, const struct ygr_yaml_node *node,
			    const char *what, void *settings, struct ygr_text_errors *errors)
{
	for (; options->key; options++) {
		const struct ygr_yaml_node *child = ygr_yaml_tree_find(node, options->key);

		if (child)
			read_value(options, child, settings, errors);
		else if (options->is_required)
			ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
					   "%s: \"%s\" is missing", what, options->key);
	}
}

/* "tls:" with nothing, or with comments only, under it. */
static bool is_nothing(const struct ygr_yaml_node *node)
{
	return node->kind == YGR_YAML_SCALAR && !node->quoted && !node->len;
}

void ygr_option_read(const struct ygr_option *options, const struct ygr_yaml_node *node,
		     const char *what, void *settings, struct ygr_text_errors *errors)
{
	if (node && !is_nothing(node) && ygr_option_check_keys(options, NULL, node, what, errors))
		ygr_option_read_values(options, node, what, settings, errors);
}

void ygr_option_for_each_path(const struct ygr_option *options, const void *settings,
			      void (*fn)(void *arg, const char *path, enum ygr_option_access access),
			      void *arg)
{
	for (; options->key; options++) {
		const void *value = (const char *)settings + options->at;

		if (options->kind == YGR_OPTION_STRUCT)
			ygr_option_for_each_path(options->members, value, fn, arg);
		else if (options->kind == YGR_OPTION_SECTION)
			ygr_option_for_each_path(options->members, settings, fn, arg);
		else if (options->kind == YGR_OPTION_PATH && options->access != YGR_OPTION_UNTOUCHED &&
			 *(const char *const *)value)
			fn(arg, *(const char *const *)value, options->access);
	}
}
