/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells the service manager how the daemon is: the protocol of sd_notify(3). */
#ifndef YGR_NOTIFY_H
#define YGR_NOTIFY_H

#include <stdint.h>

/*
 * @state: "READY=1", "STOPPING=1", "RELOADING=1" ...
 * Return: 1: told; 0: nobody asked ($NOTIFY_SOCKET is not set); -errno.
 */
int ygr_notify(const char *state);

/*
 * How often at least the manager wants to hear "WATCHDOG=1" from this process.
 * Return: nanoseconds; 0: it does not.
 */
uint64_t ygr_notify_watchdog_ns(void);

#endif
