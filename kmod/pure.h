/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure files need, in the kernel and in user space: they do no I/O,
 * allocation, locking or clock reads, and build on both sides unchanged.
 */
#ifndef YGR_PURE_H
#define YGR_PURE_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/types.h>
#endif

/*
 * For what a function fills itself: kernels are built to zero every local
 * variable, which for a large one on the hook path costs more than its use.
 */
#ifndef __uninitialized
#define __uninitialized	__attribute__((__uninitialized__))
#endif

#endif
