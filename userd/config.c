// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"

#define MIB		(1ull << 20)
#define AT(member)	offsetof(struct ygr_config, member)

static const char *own_host_name(void)
{
	static char name[256];

	if (gethostname(name, sizeof(name) - 1) || !name[0])
		return "unknown";
	return name;
}

void ygr_config_init(struct ygr_config *config)
{
	*config = (struct ygr_config) {
		.spool_dir = "/var/lib/yagura/spool",
		.spool_limit_bytes = 1024 * MIB,
		.segment_bytes = 16 * MIB,
		.device = "/dev/yagura",
		.hold_ns = 5 * YGR_NS_PER_MS,
		.flush_ns = 200 * YGR_NS_PER_MS,
		.batch_bytes = 1 * MIB,
		.table_bytes = 32 * MIB,
		.names = { .dns = true, .tls = true, .http = true, .cache_bytes = 4 * MIB },
		.host_name = own_host_name(),
		.runtime_dir = "/run/yagura",
		.log_level = LOG_INFO,
	};
}

void ygr_config_exit(struct ygr_config *config)
{
	while (config->output_nr > 0)
		ygr_config_output_exit(&config->outputs[--config->output_nr]);
	while (config->layer_nr > 0) {
		struct ygr_config_layer *layer = &config->layers[--config->layer_nr];

		ygr_yaml_tree_destroy(layer->tree);
		free(layer->name);
	}
	free(config->layers);
	config->layers = NULL;
}

/* ---- tables --------------------------------------------------------------- */

/* In the order of enum ygr_config_keep. */
static const char *const keep_words[] = { "oldest", "newest", NULL };

static const struct ygr_option spool_options[] = {
	{ "dir",	   YGR_OPTION_PATH,   .at = AT(spool_dir) },
	{ "limit",	   YGR_OPTION_BYTES,  .at = AT(spool_limit_bytes), .low = 4 * MIB, .high = 1ull << 50 },
	{ "segment",	   YGR_OPTION_BYTES,  .at = AT(segment_bytes), .low = 1 * MIB, .high = 1024 * MIB },
	{ "keep",	   YGR_OPTION_WORD,   .at = AT(keep), .words = keep_words },
	{ 0 }
};

/* In the order of enum ygr_loop_kind. */
static const char *const io_words[] = { "auto", "uring", "epoll", NULL };

static const struct ygr_option reader_options[] = {
	{ "device",	   YGR_OPTION_PATH,   .at = AT(device) },
	{ "hold_ms",	   YGR_OPTION_NUMBER, .at = AT(hold_ns), .high = 1000, .unit = YGR_NS_PER_MS },
	{ "flush_ms",	   YGR_OPTION_NUMBER, .at = AT(flush_ns), .low = 1, .high = 60000, .unit = YGR_NS_PER_MS },
	{ "batch",	   YGR_OPTION_BYTES,  .at = AT(batch_bytes), .low = 4 << 10, .high = 8 * MIB },
	{ "process_table", YGR_OPTION_BYTES,  .at = AT(table_bytes), .low = 64 << 10, .high = 1024 * MIB },
	{ "io",		   YGR_OPTION_WORD,   .at = AT(io), .words = io_words },
	{ 0 }
};

static const struct ygr_option names_options[] = {
	{ "dns",	   YGR_OPTION_BOOL,   .at = AT(names.dns) },
	{ "tls",	   YGR_OPTION_BOOL,   .at = AT(names.tls) },
	{ "http",	   YGR_OPTION_BOOL,   .at = AT(names.http) },
	{ "http_query",	   YGR_OPTION_BOOL,   .at = AT(names.query) },
	{ "cache",	   YGR_OPTION_BYTES,  .at = AT(names.cache_bytes), .low = 64 << 10, .high = 1024 * MIB },
	{ 0 }
};

static const struct ygr_option sender_options[] = {
	{ "user",	   YGR_OPTION_TEXT,   .at = AT(user) },
	{ "host_name",	   YGR_OPTION_TEXT,   .at = AT(host_name) },
	{ 0 }
};

/* In the order of syslog's levels, from LOG_ERR on. */
static const char *const level_words[] = { "error", "warning", "notice", "info", "debug", NULL };

/* `version` and `outputs` are read apart: they stand for no member. */
const struct ygr_option ygr_config_options[] = {
	{ "spool",	   YGR_OPTION_SECTION, .members = spool_options },
	{ "reader",	   YGR_OPTION_SECTION, .members = reader_options },
	{ "names",	   YGR_OPTION_SECTION, .members = names_options },
	{ "sender",	   YGR_OPTION_SECTION, .members = sender_options },
	{ "runtime_dir",   YGR_OPTION_PATH,    .at = AT(runtime_dir) },
	{ "log",	   YGR_OPTION_WORD,    .at = AT(log_level), .low = LOG_ERR, .words = level_words },
	{ 0 }
};

static const struct ygr_option apart[] = { { .key = "version" }, { .key = "outputs" }, { 0 } };

/* ---- what tables cannot say ----------------------------------------------- */

static void check_version(const struct ygr_yaml_node *top, struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(top, "version");
	uint64_t version;

	if (node)
		ygr_yaml_tree_get_u64(node, "version", 1, 1, &version, errors);
	else
		ygr_text_error_add(errors, YGR_TEXT_ERROR, top->line, top->column,
				   "version is missing (version: 1)");
}

/* What was written for the first version, which knew one output. */
static bool is_of_old(const struct ygr_yaml_node *top, struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *sender = ygr_yaml_tree_find(top, "sender");
	const struct ygr_yaml_node *output = ygr_yaml_tree_find(sender, "output");

	if (output)
		ygr_text_error_add(errors, YGR_TEXT_ERROR, output->key_line, output->key_column,
				   "sender.output has become a list of its own: "
				   "outputs: [{type: yagura, host: ..., port: ...}]");
	return output;
}

static void read_top(const struct ygr_yaml_node *top, unsigned int layer, struct ygr_config *config,
		     struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *outputs;

	if (is_of_old(top, errors) ||
	    !ygr_option_check_keys(ygr_config_options, apart, top, "the configuration", errors))
		return;
	ygr_option_read_values(ygr_config_options, top, "the configuration", config, errors);
	check_version(top, errors);
	outputs = ygr_yaml_tree_find(top, "outputs");
	if (outputs)
		ygr_config_output_read(outputs, layer, config->outputs, &config->output_nr, errors);
}

/* ---- layers --------------------------------------------------------------- */

/* 0 is nobody's: each of the files is named in its mistakes. */
static void enter(struct ygr_text_errors *errors, unsigned int layer, const char *name)
{
	errors->source = name ? layer + 1 : 0;
	errors->file = name;
}

static int read_layer(struct ygr_config *config, const struct ygr_config_text *file,
		      struct ygr_text_errors *errors)
{
	const unsigned int number = (unsigned int)config->layer_nr;
	struct ygr_config_layer *layer = &config->layers[number];
	int err;

	layer->name = strdup(file->name);
	if (!layer->name)
		return -ENOMEM;
	config->layer_nr++;
	enter(errors, number, file->name);
	err = ygr_yaml_tree_parse(file->text, file->bytes, &layer->tree, errors);
	if (!err)
		read_top(ygr_yaml_tree_root(layer->tree), number, config, errors);
	enter(errors, 0, NULL);
	return err == -ENOMEM ? err : 0;
}

static bool sizes_spool(const struct ygr_yaml_node *spool)
{
	return ygr_yaml_tree_find(spool, "limit") || ygr_yaml_tree_find(spool, "segment");
}

/*
 * The newest segment is never removed: it must not be able to fill the spool. The two may be
 * of different files; the mistake is the last one's, over which it might have been good.
 */
static void check_spool(const struct ygr_config *config, struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *spool;
	size_t i;

	if (config->spool_limit_bytes >= 4 * config->segment_bytes)
		return;
	for (i = config->layer_nr; i--; ) {
		spool = ygr_yaml_tree_find(ygr_yaml_tree_root(config->layers[i].tree), "spool");
		if (!sizes_spool(spool))
			continue;
		enter(errors, (unsigned int)i, config->layers[i].name);
		ygr_text_error_add(errors, YGR_TEXT_ERROR, spool->line, spool->column,
				   "spool: limit must be at least four times segment");
		enter(errors, 0, NULL);
		return;
	}
}

int ygr_config_parse(struct ygr_config *config, const struct ygr_config_text *files, size_t nr,
		     struct ygr_text_errors *errors)
{
	struct ygr_config parsed = *config;
	int err = 0;

	parsed.layers = calloc(nr + 1, sizeof(*parsed.layers));
	if (!parsed.layers)
		return -ENOMEM;
	for (size_t i = 0; !err && i < nr; i++)
		err = read_layer(&parsed, &files[i], errors);
	if (!err && !errors->error_nr)
		check_spool(&parsed, errors);
	if (!err && errors->error_nr)
		err = -EBADMSG;
	if (err) {
		ygr_config_exit(&parsed);
		return err;
	}
	*config = parsed;
	return 0;
}
