/* SPDX-License-Identifier: GPL-2.0-only */
/* Batches for tests: a chain of them, each with a few small msgpack maps. */
#ifndef BATCH_FAKE_H
#define BATCH_FAKE_H

#include <stddef.h>
#include <stdint.h>

#include "spool_format.h"

struct batch_fake {
	uint8_t bytes[2048];
	size_t len;
};

struct chain_fake {
	uint8_t	 spool_id[YGR_BATCH_ID_BYTES];
	uint64_t next_id;
	uint8_t	 prev_hash[YGR_BATCH_HASH_BYTES];
};

/* @name: fills the spool id, so that two chains can be told apart. */
void chain_fake_init(struct chain_fake *chain, uint8_t name);

/* The chain's next batch, of @event_nr maps {"n": i}. */
void chain_fake_next(struct chain_fake *chain, uint32_t event_nr, struct batch_fake *batch);

/* A directory of one's own below TMPDIR, and its end with all that is in it. */
void temp_dir_make(char path[64]);
void temp_dir_remove(const char *path);
void temp_file_write(const char *dir, const char *name, const void *bytes, size_t len);
void temp_file_append(const char *dir, const char *name, const void *bytes, size_t len);
/* Return: its size, -1 if it is not there. */
long temp_file_bytes(const char *dir, const char *name);

#endif
