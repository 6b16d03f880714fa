// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "log.h"
#include "yaml_tree.h"

#define MIB		(1ull << 20)
#define NR(array)	(sizeof(array) / sizeof((array)[0]))

void ygr_config_init(struct ygr_config *config)
{
	memset(config, 0, sizeof(*config));
	strcpy(config->spool_dir, "/var/lib/yagura/spool");
	config->spool_limit_bytes = 1024 * MIB;
	config->segment_bytes = 16 * MIB;
	strcpy(config->device, "/dev/yagura");
	config->hold_ns = 5 * YGR_NS_PER_MS;
	config->flush_ns = 200 * YGR_NS_PER_MS;
	config->batch_bytes = 256 << 10;
	config->table_bytes = 16 * MIB;
	strcpy(config->user, "yagura");
	config->window_nr = 16;
	strcpy(config->runtime_dir, "/run/yagura");
	config->log_level = LOG_INFO;
	if (gethostname(config->host_name, sizeof(config->host_name) - 1))
		strcpy(config->host_name, "unknown");
}

/* ---- values --------------------------------------------------------------- */

/* What a reader of one mapping needs: where to look and where to complain. */
struct section {
	const struct ygr_yaml_node *node;	/* NULL: the mapping is not there */
	struct ygr_text_errors *errors;
};

static void complain(const struct section *section, const struct ygr_yaml_node *node,
		     const char *text)
{
	ygr_text_error_add(section->errors, YGR_TEXT_ERROR, node->line, node->column, "%s", text);
}

static void get_number(const struct section *section, const char *key, uint64_t low, uint64_t high,
		       uint64_t unit, uint64_t *value)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(section->node, key);
	uint64_t number;

	if (node && ygr_yaml_tree_get_u64(node, key, low, high, &number, section->errors))
		*value = number * unit;
}

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

static void get_bytes(const struct section *section, const char *key, uint64_t low, uint64_t high,
		      uint64_t *value)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(section->node, key);
	const char *text;
	uint64_t bytes;

	if (!node || !ygr_yaml_tree_get_string(node, key, &text, section->errors))
		return;
	if (!parse_bytes(text, &bytes)) {
		ygr_text_error_add(section->errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: expected a size such as 16MiB (bytes, KiB, MiB, GiB, TiB), found \"%s\"",
				   key, text);
		return;
	}
	if (bytes < low || bytes > high) {
		ygr_text_error_add(section->errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: %llu bytes is not between %llu and %llu", key,
				   (unsigned long long)bytes, (unsigned long long)low,
				   (unsigned long long)high);
		return;
	}
	*value = bytes;
}

static void get_text(const struct section *section, const char *key, char *out, size_t cap)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(section->node, key);
	const char *text;

	if (!node || !ygr_yaml_tree_get_string(node, key, &text, section->errors))
		return;
	if (strlen(text) >= cap) {
		ygr_text_error_add(section->errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: longer than %zu bytes", key, cap - 1);
		return;
	}
	strcpy(out, text);
}

static void get_path(const struct section *section, const char *key, char out[PATH_MAX])
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(section->node, key);

	get_text(section, key, out, PATH_MAX);
	if (node && node->kind == YGR_YAML_SCALAR && node->len && node->text[0] != '/')
		ygr_text_error_add(section->errors, YGR_TEXT_ERROR, node->line, node->column,
				   "%s: expected an absolute path, found \"%s\"", key, node->text);
}

/* The mapping under @key, with nothing in it but @known. */
static struct section get_section(const struct section *above, const char *key,
				  const char *const *known, size_t nr)
{
	struct section section = { ygr_yaml_tree_find(above->node, key), above->errors };

	if (section.node && !ygr_yaml_tree_check_map(section.node, key, known, nr, above->errors) &&
	    section.node->kind != YGR_YAML_MAP)
		section.node = NULL;
	return section;
}

/* ---- sections ------------------------------------------------------------- */

static void get_spool(const struct section *top, struct ygr_config *config)
{
	static const char *const known[] = { "dir", "limit", "segment" };
	struct section section = get_section(top, "spool", known, NR(known));

	get_path(&section, "dir", config->spool_dir);
	get_bytes(&section, "limit", 4 * MIB, 1ull << 50, &config->spool_limit_bytes);
	get_bytes(&section, "segment", 1 * MIB, 1024 * MIB, &config->segment_bytes);
	/* The newest segment is never removed: it must not be able to fill the spool. */
	if (config->spool_limit_bytes < 4 * config->segment_bytes && section.node)
		complain(&section, section.node, "spool: limit must be at least four times segment");
}

static void get_reader(const struct section *top, struct ygr_config *config)
{
	static const char *const known[] = {
		"device", "hold_ms", "flush_ms", "batch", "process_table", "io",
	};
	static const char *const kinds[] = { "auto", "uring", "epoll" };
	struct section section = get_section(top, "reader", known, NR(known));
	const struct ygr_yaml_node *io = ygr_yaml_tree_find(section.node, "io");
	size_t kind;

	get_path(&section, "device", config->device);
	get_number(&section, "hold_ms", 0, 1000, YGR_NS_PER_MS, &config->hold_ns);
	get_number(&section, "flush_ms", 1, 60000, YGR_NS_PER_MS, &config->flush_ns);
	get_bytes(&section, "batch", 4 << 10, 8 * MIB, &config->batch_bytes);
	get_bytes(&section, "process_table", 64 << 10, 1024 * MIB, &config->table_bytes);
	if (io && ygr_yaml_tree_get_word(io, "io", kinds, NR(kinds), &kind, section.errors))
		config->io = (enum ygr_loop_kind)kind;
}

static void get_tcp(const struct section *section, struct ygr_config *config)
{
	uint64_t port = 0;

	get_text(section, "host", config->output_host, sizeof(config->output_host));
	get_number(section, "port", 1, 65535, 1, &port);
	snprintf(config->output_port, sizeof(config->output_port), "%u", (unsigned int)port);
	if (!ygr_yaml_tree_find(section->node, "host"))
		complain(section, section->node, "output: kind tcp needs a host");
	if (!ygr_yaml_tree_find(section->node, "port"))
		complain(section, section->node, "output: kind tcp needs a port");
}

static void get_file(const struct section *section, struct ygr_config *config)
{
	get_path(section, "path", config->output_path);
	if (!ygr_yaml_tree_find(section->node, "path"))
		complain(section, section->node, "output: kind file needs a path");
}

/* A key that belongs to another kind of output is a mistake, not a spare. */
static void check_kind_keys(const struct section *section, enum ygr_output_kind kind)
{
	static const struct {
		const char *key;
		enum ygr_output_kind kind;
	} owned[] = {
		{ "path", YGR_OUTPUT_FILE }, { "host", YGR_OUTPUT_TCP }, { "port", YGR_OUTPUT_TCP },
	};

	for (size_t i = 0; i < NR(owned); i++) {
		const struct ygr_yaml_node *node = ygr_yaml_tree_find(section->node, owned[i].key);

		if (node && owned[i].kind != kind)
			ygr_text_error_add(section->errors, YGR_TEXT_ERROR, node->key_line,
					   node->key_column, "output: \"%s\" does not belong to this kind",
					   owned[i].key);
	}
}

static void get_output(const struct section *above, struct ygr_config *config)
{
	static const char *const known[] = { "kind", "path", "host", "port" };
	static const char *const kinds[] = { "null", "file", "tcp" };
	struct section section = get_section(above, "output", known, NR(known));
	const struct ygr_yaml_node *node;
	size_t kind;

	if (!section.node)
		return;
	node = ygr_yaml_tree_find(section.node, "kind");
	if (!node) {
		complain(&section, section.node, "output: kind is missing (null, file or tcp)");
		return;
	}
	if (!ygr_yaml_tree_get_word(node, "kind", kinds, NR(kinds), &kind, section.errors))
		return;
	config->output = (enum ygr_output_kind)(kind + YGR_OUTPUT_NULL);
	check_kind_keys(&section, config->output);
	if (config->output == YGR_OUTPUT_TCP)
		get_tcp(&section, config);
	else if (config->output == YGR_OUTPUT_FILE)
		get_file(&section, config);
}

static void get_sender(const struct section *top, struct ygr_config *config)
{
	static const char *const known[] = { "user", "host_name", "window", "output" };
	struct section section = get_section(top, "sender", known, NR(known));
	uint64_t window = config->window_nr;

	get_text(&section, "user", config->user, sizeof(config->user));
	config->user_is_set |= ygr_yaml_tree_find(section.node, "user") != NULL;
	get_text(&section, "host_name", config->host_name, sizeof(config->host_name));
	get_number(&section, "window", 1, 1024, 1, &window);
	config->window_nr = (uint32_t)window;
	get_output(&section, config);
}

static void get_log(const struct section *top, struct ygr_config *config)
{
	static const char *const levels[] = { "error", "warning", "notice", "info", "debug" };
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(top->node, "log");
	size_t level;

	if (node && ygr_yaml_tree_get_word(node, "log", levels, NR(levels), &level, top->errors))
		config->log_level = ygr_log_level_parse(levels[level]);
}

static void get_top(const struct section *top, struct ygr_config *config)
{
	static const char *const known[] = {
		"version", "spool", "reader", "sender", "runtime_dir", "log",
	};
	uint64_t version = 0;

	if (!ygr_yaml_tree_check_map(top->node, "the configuration", known, NR(known), top->errors) &&
	    top->node->kind != YGR_YAML_MAP)
		return;
	get_number(top, "version", 1, 1, 1, &version);
	if (!ygr_yaml_tree_find(top->node, "version"))
		complain(top, top->node, "version is missing (version: 1)");
	get_spool(top, config);
	get_reader(top, config);
	get_sender(top, config);
	get_path(top, "runtime_dir", config->runtime_dir);
	get_log(top, config);
}

int ygr_config_parse(struct ygr_config *config, const char *text, size_t bytes,
		     struct ygr_text_errors *errors)
{
	struct ygr_config parsed = *config;
	struct ygr_yaml_tree *tree;
	struct section top;
	int ret;

	ret = ygr_yaml_tree_parse(text, bytes, &tree, errors);
	if (ret)
		return ret;
	top.node = ygr_yaml_tree_root(tree);
	top.errors = errors;
	get_top(&top, &parsed);
	ygr_yaml_tree_destroy(tree);
	if (errors->error_nr)
		return -EBADMSG;
	*config = parsed;
	return 0;
}
