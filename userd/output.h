/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One output: reads the spool from its own position, sends batches over its
 * transport, remembers what was settled.
 *
 * At least once: after a broken link or a crash it starts again behind its
 * position. A batch is settled when it was acknowledged, was there already, was
 * parked, or was dropped because the park is full; and, since the process
 * started,
 *
 *	position - start = acked + passed + parked + dropped + missing
 *
 * Memory: the scan's (spool_scan.h) and 24 bytes for each batch under way.
 */
#ifndef YGR_OUTPUT_H
#define YGR_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "sender_state.h"

struct ygr_output;

/*
 * @settled is called when something was settled, or the link went down. With the
 * rights that the process started with (transport.h, create()).
 * Return: 0; -errno, and the reason was logged.
 */
int ygr_output_create(struct ygr_output **output, struct ygr_loop *loop,
		      const struct ygr_config *config, size_t index,
		      void (*settled)(void *arg), void *arg);
void ygr_output_destroy(struct ygr_output *output);	/* NULL is fine */

/* Looks for the position that was saved. Before the first pump(). */
void ygr_output_load(struct ygr_output *output);
/* Saves it if it moved. What goes wrong is logged, and tried again by the next one. */
void ygr_output_save(struct ygr_output *output);
const struct ygr_sender_state *ygr_output_position(const struct ygr_output *output);

/*
 * Sends what there is and may be sent; breaks a link that is overdue. Call it when
 * the spool may have more, and each second.
 */
void ygr_output_pump(struct ygr_output *output);

/* Nothing is under way, or nothing can be. */
bool ygr_output_is_idle(const struct ygr_output *output);

json_t *ygr_output_describe(const struct ygr_output *output);

#endif
