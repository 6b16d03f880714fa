/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that owns the network: reads the spool, sends its batches as they
 * are, remembers what was acknowledged, removes what nobody needs any more.
 *
 * At least once: after a broken link or a crash it starts again after the last
 * acknowledged batch. Several batches may be under way; a window bounds them.
 */
#ifndef YGR_SENDER_H
#define YGR_SENDER_H

#include "config.h"

/*
 * Runs until SIGTERM. Gives up root's rights on the way in; the spool directory
 * must be writable for the user it becomes.
 * Return: an exit status (sysexits.h), 0 after SIGTERM.
 */
int ygr_sender_run(const struct ygr_config *config);

#endif
