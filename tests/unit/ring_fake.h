/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's side of a ring, played by a test: the layout of ygr_abi.h, the
 * records of ygr_event.h, drops and gap records as the module makes them.
 */
#ifndef RING_FAKE_H
#define RING_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yagura/ygr_abi.h>

#include "ring_reader.h"

struct ring_fake {
	uint32_t cpu;
	uint8_t *data;			/* mapped twice in a row, writable here */
	uint64_t data_bytes;
	struct ygr_ring_producer *producer;
	struct ygr_ring_consumer *consumer;
	uint64_t head;
	uint64_t seq;			/* of the next event */
	uint64_t dropped[YGR_CLASS_MAX]; /* since the last gap record */
	uint64_t first_drop_ns, last_drop_ns;
	uint64_t put_nr, dropped_nr;	/* all of them */
	size_t	 map_bytes;
	uint8_t	 *map;
};

/* A ring in memory of its own. Aborts if there is none. */
void ring_fake_init(struct ring_fake *fake, uint32_t cpu, uint64_t data_bytes);
/* Ring @cpu of a source file (source.h), which is open at @fd and large enough. */
void ring_fake_init_file(struct ring_fake *fake, uint32_t cpu, int fd, uint64_t offset,
			 uint64_t data_bytes);
void ring_fake_exit(struct ring_fake *fake);

/* As the reader is to see it. */
struct ygr_ring_map ring_fake_map(const struct ring_fake *fake);

/* A record under construction. */
struct record_fake {
	union {
		struct ygr_record head;
		uint8_t bytes[8192];
	};
};

void record_fake_begin(struct record_fake *record, uint16_t type, uint8_t class, uint64_t time_ns);
void record_fake_body(struct record_fake *record, const void *body, size_t bytes);
void record_fake_string(struct record_fake *record, uint16_t tag, const void *bytes, uint32_t len);
void record_fake_cut(struct record_fake *record, uint16_t tag, const void *bytes, uint32_t len,
		     uint32_t true_len);

/*
 * Gives it the next sequence number and publishes it; or counts it as dropped if
 * there is no room. A gap record goes first when drops are due to be told.
 * Return: whether it was published.
 */
bool ring_fake_put(struct ring_fake *fake, struct record_fake *record);

/* Tells of the drops so far, if there are any and there is room. */
bool ring_fake_put_gap(struct ring_fake *fake, uint64_t time_ns);

/* Would @len bytes fit now? */
bool ring_fake_has_room(const struct ring_fake *fake, size_t len);

/* Publishes bytes as they are, with no sequence number of ours. */
void ring_fake_put_raw(struct ring_fake *fake, const void *bytes, size_t len);

#endif
