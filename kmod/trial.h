/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time in which a policy on trial must be confirmed. It is over even when whoever
 * loaded it is dead: a kernel worker sees to that. It stands still while the machine
 * sleeps.
 *
 * All calls but exit() are made under the lock of the policies.
 */
#ifndef YGR_TRIAL_H
#define YGR_TRIAL_H

#include <linux/types.h>
#include <linux/workqueue.h>

/* @over: called without the lock after a trial's time; asks ygr_trial_is_over() under it. */
void ygr_trial_init(work_func_t over);

/* Waits for @over: without the lock. */
void ygr_trial_exit(void);

/* Starts a trial, or starts the one that runs anew. */
void ygr_trial_start(u32 seconds);

/* None may be running. */
void ygr_trial_end(void);

bool ygr_trial_is_running(void);

/* It runs, and its time has passed: not one that was confirmed or begun anew meanwhile. */
bool ygr_trial_is_over(void);

/* Return: 0: none runs; else at least 1. */
u32 ygr_trial_left_ms(void);

#endif
