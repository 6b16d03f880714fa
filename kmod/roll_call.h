/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling of the processes that ran before the module did: YGR_EV_PROCESS, once each, of those who are
 * still there when their turn comes.
 *
 * Begins when a reader comes and goes on as the ring has room: more than half of it is left
 * to what happens. Who cannot be told because nobody reads for a minute is dropped by the
 * ring, and counted there.
 */
#ifndef YGR_ROLL_CALL_H
#define YGR_ROLL_CALL_H

/* @enabled: else nobody is told. After ygr_adopt_run(). */
void ygr_roll_call_init(bool enabled);
void ygr_roll_call_exit(void);

/* The device has a reader. */
void ygr_roll_call_begin(void);

#endif
