/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A judged event -> the bytes of ygr_event.h, in this CPU's ring: the common head
 * with its subject, the body, the strings. Counterpart: userd/record.c.
 */
#ifndef YGR_RECORD_H
#define YGR_RECORD_H

#include "event.h"
#include "ring.h"

/*
 * The current task is the subject. A full ring drops and counts.
 *
 * @body_len: a multiple of 8
 *
 * Context: task, preemption off until it is committed.
 * Return: where the caller writes the whole body before it commits; NULL: dropped.
 */
void *ygr_record_begin(const struct ygr_event *event, u16 body_len,
		       const struct ygr_event_strings *strings);

static inline void ygr_record_commit(void)
{
	ygr_ring_commit();
}

/* All of it. Context: as begin(). */
void ygr_record_put(const struct ygr_event *event, const void *body, u16 body_len,
		    const struct ygr_event_strings *strings);

#endif
