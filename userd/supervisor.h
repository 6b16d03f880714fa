/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parent of reader and sender: starts them, starts them again when they end
 * (waiting longer each time, up to 5 s), stops them in order: the reader first,
 * so that the sender can still deliver what it drained. One that gives no sign of
 * life for a minute is killed and starts again. It touches neither
 * device nor network nor events.
 *
 * SIGTERM, SIGINT: stop. SIGHUP: read the configuration again and restart the
 * sender with it; the reader keeps what it started with.
 */
#ifndef YGR_SUPERVISOR_H
#define YGR_SUPERVISOR_H

#include "config.h"

/*
 * @reload: fills a fresh configuration; it reports what is wrong itself. Return: 0
 * or -errno, and the old one stays.
 * Return: an exit status (sysexits.h).
 */
int ygr_supervisor_run(struct ygr_config *config, int (*reload)(struct ygr_config *config));

#endif
