/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's settings: /etc/yagura/yagurad.yaml, docs/examples/yagurad.yaml.
 * Strict: an unknown key is an error with its place. Without a file the defaults
 * hold. Immutable once loaded.
 *
 * Parsing is pure; reading the file is not.
 */
#ifndef YGR_CONFIG_H
#define YGR_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"
#include "text_error.h"

#define YGR_CONFIG_PATH		"/etc/yagura/yagurad.yaml"
#define YGR_CONFIG_NAME_BYTES	256

enum ygr_output_kind {
	YGR_OUTPUT_NONE	= 0,	/* events stay in the spool, up to its limit */
	YGR_OUTPUT_NULL	= 1,
	YGR_OUTPUT_FILE	= 2,
	YGR_OUTPUT_TCP	= 3,
};

struct ygr_config {
	char	 spool_dir[PATH_MAX];
	uint64_t spool_limit_bytes;
	uint64_t segment_bytes;

	char	 device[PATH_MAX];
	bool	 device_is_file;		/* --source: for tests and benchmarks */
	uint64_t hold_ns;
	uint64_t flush_ns;
	uint64_t batch_bytes;
	uint64_t table_bytes;
	enum ygr_loop_kind io;

	char	 user[YGR_CONFIG_NAME_BYTES];	/* that the sender becomes */
	bool	 user_is_set;			/* by the file: then it has to exist */
	char	 host_name[YGR_CONFIG_NAME_BYTES];
	uint32_t window_nr;			/* batches sent and not acknowledged */
	enum ygr_output_kind output;
	char	 output_path[PATH_MAX];
	char	 output_host[YGR_CONFIG_NAME_BYTES];
	char	 output_port[8];

	char	 runtime_dir[PATH_MAX];
	int	 log_level;
};

void ygr_config_init(struct ygr_config *config);	/* the defaults */

/*
 * Lays the file's settings over what @config holds.
 * Return: 0; -EBADMSG: @errors says what and where, and @config is untouched;
 * -ENOMEM.
 */
int ygr_config_parse(struct ygr_config *config, const char *text, size_t bytes,
		     struct ygr_text_errors *errors);

#endif
