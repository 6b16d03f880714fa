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
	const struct ygr_yaml_node *node; /* where all this was said ... */
	unsigned int layer;		/* ... and in which of the configuration's files */
};

/* What all types have, and where it goes in the struct above. */
extern const struct ygr_option ygr_config_output_options[];

/*
 * Lays the list @node of file @layer over outputs[0 .. *nr - 1], which are of files before
 * it: one of the same name takes the other's place, as a whole; others come behind; an
 * empty list takes all away. Texts live as long as the tree. Pure.
 * What it leaves in outputs[0 .. *nr - 1] is to be given to exit(), whether or not errors
 * were added.
 */
void ygr_config_output_read(const struct ygr_yaml_node *node, unsigned int layer,
			    struct ygr_output_config *outputs, size_t *nr,
			    struct ygr_text_errors *errors);
void ygr_config_output_exit(struct ygr_output_config *output);

#endif
