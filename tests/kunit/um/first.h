/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before all else. User-mode Linux has one CPU and no tree RCU, without which
 * kmod/compat/compat.h refuses to build; of that it wants one number, which here is what a suite
 * says it is (neighbours.h). The kernel's own headers that ask have answered by then.
 */
#include <linux/page_ref.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_wait.h>

#undef CONFIG_TINY_RCU
