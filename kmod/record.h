/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A judged event -> the bytes of ygr_event.h, in this CPU's ring: the common head
 * with its subject, the body, the strings. Counterpart: userd/record.c.
 */
#ifndef YGR_RECORD_H
#define YGR_RECORD_H

#include "event.h"
#include "noise.h"
#include "ring.h"

/*
 * The current task is the subject, unless the event has none. A full ring drops and counts.
 *
 * @body_len: a multiple of 8
 *
 * Context: task, or any but NMI if the event has no subject; preemption off until it is
 * committed.
 * Return: where the caller writes the whole body before it commits; NULL: dropped.
 */
void *ygr_record_begin(const struct ygr_event *event, u16 body_len,
		       const struct ygr_event_strings *strings);

/*
 * The same of an event that is allowed and no paths were resolved for; at most one path.
 *
 * Return: as begin(); NULL: resolve them, and begin().
 */
void *ygr_record_begin_plain(const struct ygr_event *event, u16 body_len,
			     const struct ygr_event_strings *strings);

static inline void ygr_record_commit(void)
{
	if (ygr_noise_is_holding())
		ygr_noise_held();
	else
		ygr_ring_commit();
}

/* All of it. Context: as begin(). */
void ygr_record_put(const struct ygr_event *event, const void *body, u16 body_len,
		    const struct ygr_event_strings *strings);

/*
 * The same with another subject than the current task.
 *
 * Return: false: dropped.
 */
bool ygr_record_put_of(struct task_struct *subject, const struct ygr_event *event,
		       const void *body, u16 body_len, const struct ygr_event_strings *strings);

/* Room that they take. */
u32 ygr_record_strings_bytes(const struct ygr_event_strings *strings);

/* Return: whether one of them was cut. */
bool ygr_record_put_strings(void *where, const struct ygr_event_strings *strings);

/* @to: from one of the begins. */
void ygr_record_finish(void *to, const void *body, u16 body_len);

#endif
