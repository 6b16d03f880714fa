/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far an output has come in the spool, in DIR/OUTPUT.state, and the removal of
 * what is therefore no longer needed. The file may lag behind: a batch that is
 * sent again is dropped by the receiver. It must never run ahead.
 */
#ifndef YGR_SENDER_STATE_H
#define YGR_SENDER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool_format.h"

struct ygr_sender_state {
	uint8_t	 spool_id[YGR_BATCH_ID_BYTES];
	uint64_t acked_id;		/* this one and all before it are settled */
};

/* The text of the file and back. Pure. Return: 0 or -EBADMSG. */
#define YGR_SENDER_STATE_BYTES	128
size_t ygr_sender_state_print(const struct ygr_sender_state *state, char text[YGR_SENDER_STATE_BYTES]);
int ygr_sender_state_parse(const char *text, struct ygr_sender_state *state);

/* Return: 0; -ENOENT: nothing was settled yet; -EBADMSG; -errno. */
int ygr_sender_state_load(const char *dir, const char *output, struct ygr_sender_state *state);

/* Atomic and durable. Return: 0 or -errno, and the old state stands. */
int ygr_sender_state_save(const char *dir, const char *output, const struct ygr_sender_state *state);

/* Is there anything for trim() to remove? */
bool ygr_sender_state_can_trim(const char *dir, uint64_t acked_id);

/*
 * Removes the segments that hold nothing but settled batches. The newest is
 * never among them, nor any before a segment of which nothing was acknowledged:
 * the spool's last batch must stay, since the reader carries on from it.
 * Return: how many, or -errno.
 */
int ygr_sender_state_trim(const char *dir, uint64_t acked_id);

#endif
