/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One of the configuration's `outputs`: what is common to all kinds, and the
 * settings of its own kind.
 *
 *	outputs:
 *	  - name: collector		# file names are made of it
 *	    type: yagura
 *	    host: collector.example.net	# host and port belong to this type
 *	    port: 7514
 */
#ifndef YGR_CONFIG_OUTPUT_H
#define YGR_CONFIG_OUTPUT_H

#include "transport.h"

#define YGR_OUTPUTS_MAX		16
#define YGR_OUTPUT_NAME_BYTES	33	/* with the NUL: [a-z0-9_-]{1,32} */

struct ygr_output_config {
	const char *name;		/* default: that of its type */
	const struct ygr_transport_type *type;
	const char *where;		/* which events, for types that take them; NULL: all */
	uint64_t window_nr;		/* batches sent and not acknowledged */
	uint64_t max_batch_bytes;	/* a larger one is parked unsent */
	uint64_t park_bytes;		/* how much may be parked */
	uint64_t ack_timeout_ns;	/* how long a batch under way may see no progress */
	uint64_t retry_max_ns;		/* longest back-off, without its jitter */
	void	*settings;		/* of the type */
};

/*
 * Reads the list @node into outputs[0 .. YGR_OUTPUTS_MAX - 1]. Texts live as long
 * as the tree. Pure.
 * Return: how many there are; those are to be given to exit() whether or not
 * errors were added.
 */
size_t ygr_config_output_read(const struct ygr_yaml_node *node, struct ygr_output_config *outputs,
			      struct ygr_text_errors *errors);
void ygr_config_output_exit(struct ygr_output_config *output);

#endif
