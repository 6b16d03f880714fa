/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before kmod/clock.c, and by its suite: that part of the file which is for x86, with a
 * processor's counter and a kernel's clock that say what the suite wants. The kernel's own headers
 * stay user-mode Linux's, and those of x86 pass for included.
 */
#ifndef YGR_KUNIT_COUNTER_H
#define YGR_KUNIT_COUNTER_H

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/timekeeping.h>

#define CONFIG_X86	1
#define _ASM_X86_MSR_H
#define _ASM_X86_TSC_H

/* The suite's. */
extern unsigned int tsc_khz;

u64 rdtsc(void);
int check_tsc_unstable(void);
u64 kunit_boot_ns_read(void);

#define ktime_get_boot_fast_ns	kunit_boot_ns_read

#endif
