/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's settings: /etc/yagura/yagurad.yaml, docs/examples/yagurad.yaml, and
 * the files over it (config_file.h). Strict: an unknown key is an error with its
 * place. Without a file the defaults hold. Immutable once loaded. Pure.
 */
#ifndef YGR_CONFIG_H
#define YGR_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config_output.h"
#include "loop.h"
#include "names.h"
#include "text_error.h"

#define YGR_CONFIG_PATH		"/etc/yagura/yagurad.yaml"

/* What stays when the spool is at its limit. */
enum ygr_config_keep {
	YGR_KEEP_OLDEST	= 0,	/* the spool: the kernel drops what is new, by class */
	YGR_KEEP_NEWEST	= 1,	/* what comes: the oldest segments go */
};

/* One of the files that were read; a later one goes over an earlier one. */
struct ygr_config_layer {
	char	*name;
	struct ygr_yaml_tree *tree;	/* what the texts point into */
};

struct ygr_config {
	const char *spool_dir;
	uint64_t spool_limit_bytes;
	uint64_t segment_bytes;
	enum ygr_config_keep keep;

	const char *device;
	bool	 device_is_file;	/* --source: for tests and benchmarks */
	uint64_t hold_ns;
	uint64_t flush_ns;
	uint64_t batch_bytes;
	uint64_t table_bytes;
	int	 io;			/* enum ygr_loop_kind; the reader's */
	struct ygr_names_config names;

	const char *user;		/* that the sender becomes; NULL: see ygr_privilege_find_sender() */
	const char *host_name;
	struct ygr_output_config outputs[YGR_OUTPUTS_MAX];
	size_t	 output_nr;		/* 0: events stay in the spool, up to its limit */

	const char *runtime_dir;
	int	 log_level;

	struct ygr_config_layer *layers;
	size_t	 layer_nr;		/* 0: the defaults hold */
};

/* A file's text, on its way into the configuration. */
struct ygr_config_text {
	char	*name;			/* in messages */
	char	*text;
	size_t	 bytes;
};

/* All keys but `version` and `outputs`, and where in the struct above their values go. */
extern const struct ygr_option ygr_config_options[];

void ygr_config_init(struct ygr_config *config);	/* the defaults */
void ygr_config_exit(struct ygr_config *config);

/*
 * Lays the settings of all files over the defaults that @config holds, each file over those
 * before it: a value takes the place of an earlier one, an output that of one of the same
 * name. An empty list of outputs takes away those before it.
 * Return: 0; -EBADMSG: @errors says what and where, of all files, and @config is untouched;
 * -ENOMEM, and it is untouched as well.
 */
int ygr_config_parse(struct ygr_config *config, const struct ygr_config_text *files, size_t nr,
		     struct ygr_text_errors *errors);

#endif
