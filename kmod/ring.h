/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One lock-free ring per CPU, from the hooks to the one consumer.
 *
 * Ownership: head and data are the kernel's and read-only to the user; the
 * consumer's position is a page the user may write and is never trusted.
 * The pages live from init to exit, whoever has the device open.
 *
 * Loss: when a ring is full the new record is dropped and counted by class;
 * nobody waits. The last quarter takes only the classes that must not be lost.
 * Drops are told by a GAP record as soon as there is room again. docs/RING.md
 * has the layout, the ordering proof and the rejected designs.
 *
 * Counterpart: userd/ring_reader.c.
 */
#ifndef YGR_RING_H
#define YGR_RING_H

#include <linux/mm_types.h>
#include <linux/poll.h>

#include <yagura/ygr_abi.h>

/* Of one CPU's ring; a power of two. */
#define YGR_RING_BYTES_MIN	(64u << 10)
#define YGR_RING_BYTES_MAX	(64u << 20)

/* The longest record: of an exec with all of its strings at their longest. */
#define YGR_RECORD_BYTES_MAX	(128u << 10)

/*
 * @data_bytes: of each ring, rounded up to a power of two in the range above
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ygr_ring_init(unsigned long data_bytes);

/* Of each ring's data. */
u64 ygr_ring_bytes(void);

/* Nobody may produce or consume any more. */
void ygr_ring_exit(void);

/*
 * Room for one record on this CPU's ring. The caller fills everything but
 * `seq`, which the ring assigns, and then calls ygr_ring_commit().
 *
 * @bytes: a multiple of 8, sizeof(struct ygr_record) .. YGR_RECORD_BYTES_MAX
 *
 * Context: any but NMI; preemption off from here to the commit.
 * Return: the record, its bytes undefined; NULL: dropped and counted, no commit.
 */
struct ygr_record *ygr_ring_reserve(u32 bytes, enum ygr_class class);

/* A record that is not even tried to write is dropped and counted. Context: as reserve(). */
void ygr_ring_drop(enum ygr_class class);

/* The same for what can wait: where there is no room, nothing is counted as dropped. */
struct ygr_record *ygr_ring_try_reserve(u32 bytes, enum ygr_class class);

/* Whether more than half of this CPU's ring is unread. Context: as reserve(). */
bool ygr_ring_is_crowded(void);

/* Publishes what was reserved; may be nested in an interrupted reservation. */
void ygr_ring_commit(void);

/*
 * Into the ring of that CPU: a GAP record for drops not told yet, then a TOTALS record, if
 * anything happened since the last one.
 * @cpu: this one, or one that is offline and cannot come back meanwhile
 *
 * Context: any but NMI; interrupts off.
 */
void ygr_ring_account(unsigned int cpu);

/*
 * Whether a record of @bytes finds room on this CPU without the reserved quarter: what comes
 * again and again must not fill that while nobody reads.
 *
 * Context: any but NMI; preemption off.
 */
bool ygr_ring_has_room(u32 bytes);

/*
 * Wakes the consumer for what lies below the watermark, if anything does.
 *
 * Context: process.
 */
void ygr_ring_flush(void);

/* Poll mask of the consumer's handle. */
__poll_t ygr_ring_poll(struct file *file, poll_table *wait);

/* @vma: of the consumer's handle. Return: 0, -EPERM, -EINVAL, -ENXIO. */
int ygr_ring_mmap(struct vm_area_struct *vma);

/* A new consumer starts: a position that cannot be right is put to the head. */
void ygr_ring_consumer_reset(void);

/* Return: 0, or -ENXIO when @cpu has no ring. */
int ygr_ring_info(unsigned int cpu, struct ygr_ring_info *info);

/* Adds @cpu's counters to @stats, head and tail included. Return: 0 or -ENXIO. */
int ygr_ring_stats(unsigned int cpu, struct ygr_stats *stats);

#endif
