/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole reader, in order:
 *
 *	rings -> order -> observe -> encode -> batch -> compress -> spool
 *	  ^                                                                    |
 *	  +--------------------- release, when it is durable ------------------+
 *
 * One batch is filled while one is written. When the disk is slow or full the
 * second waits, then the rings fill, then the kernel counts what it drops: each
 * stage's answer to "full" is to leave the data where it is.
 *
 * Delivered or counted: for every ring, at any time,
 *	next_seq - first_seq = events in batches + dropped + lost,
 * the reader's own events not counted.
 */
#ifndef YGR_PIPELINE_H
#define YGR_PIPELINE_H

#include "batch.h"
#include "loop.h"
#include "order.h"
#include "outage.h"
#include "process_table.h"
#include "source.h"
#include "spool.h"

struct ygr_pipeline_config {
	uint64_t hold_ns;
	uint64_t flush_ns;		/* the age at which a batch is closed, if it does not hold YGR_PIPELINE_HELD_SHARE */
	size_t	 batch_bytes;		/* of msgpack; the size at which it is */
	size_t	 table_bytes;
	uint8_t	 boot_id[YGR_BATCH_ID_BYTES];
	struct ygr_identity *identity;	/* the caller's; NULL: ids have no names */
	struct ygr_names *names;	/* the caller's; NULL: addresses have none, and first bytes are not read */
	struct ygr_entries *entries;	/* the caller's; NULL: nobody's session is told */
	/* Completes @table about a process that no event introduced; NULL: leave it. */
	void	 (*look_up)(struct ygr_process_table *table, uint32_t pid);
};

#define YGR_PIPELINE_LOOKUPS_PER_S	500
/* A part of a ring: as much a batch may hold without being written. From a half on, the kernel has to be choosy. */
#define YGR_PIPELINE_HELD_SHARE		4u

struct ygr_pipeline_stats {
	uint64_t encoded_nr;		/* events added to a batch */
	uint64_t encoded_by_class[YGR_BATCH_CLASS_NR];
	uint64_t encoded_bytes;
	uint64_t spooled_batch_nr;
	uint64_t spooled_nr;		/* events in durable batches */
	uint64_t spooled_bytes;
	uint64_t full_nr;		/* attempts that found the spool at its limit */
	uint64_t error_nr;		/* attempts that failed otherwise */
	int	 last_error;		/* of the batch that is waiting; 0: none is */
	uint64_t no_memory_nr;
	uint64_t looked_up_nr;		/* processes; and those that exceeded the rate: */
	uint64_t not_looked_up_nr;
};

struct ygr_pipeline {
	struct ygr_pipeline_config config;
	struct ygr_loop *loop;		/* the caller's, as are source and spool */
	struct ygr_spool *spool;
	const struct ygr_source *source;
	struct ygr_ring_reader *rings;
	struct ygr_order order;
	struct ygr_process_table *table;
	struct ygr_encoder encoder;	/* of `filling` */
	struct ygr_batch filling;
	struct ygr_batch written;
	bool	 is_writing;		/* `written` is on its way, or waits to be tried again */
	uint64_t retry_ns;		/* how long it waits */
	struct ygr_backlog discarded;	/* by the spool, and not told in a batch yet */
	struct ygr_outage outage;	/* before this run of the module; not told yet */
	bool	 draining;
	struct ygr_loop_write write;
	struct ygr_loop_timer timer;	/* hold, flush */
	struct ygr_loop_timer retry;
	uint64_t lookups_since_ns;
	uint32_t lookup_nr;		/* since then */
	struct ygr_pipeline_stats stats;
	void	 (*drained)(void *arg);
	void	 *drained_arg;
};

/*
 * @found: what the spool says was written last: records that it holds are not
 * written again.
 * Return: 0 or -errno.
 */
int ygr_pipeline_init(struct ygr_pipeline *pipeline, const struct ygr_pipeline_config *config,
		      struct ygr_loop *loop, const struct ygr_source *source,
		      struct ygr_spool *spool, const struct ygr_spool_found *found);
void ygr_pipeline_exit(struct ygr_pipeline *pipeline);

/* There may be records: takes what there is, as far as there is room. */
void ygr_pipeline_pump(struct ygr_pipeline *pipeline);

/* No hold from now on; @drained is called once when all that was published is durable. */
void ygr_pipeline_drain(struct ygr_pipeline *pipeline, void (*drained)(void *arg), void *arg);

#endif
