/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that owns the device: sets up the pipeline and runs it. It has no
 * network, and after its start no right but to read files and /proc.
 */
#ifndef YGR_READER_H
#define YGR_READER_H

#include "config.h"

/* How long SIGTERM may wait for the disk; what is left then stays in the ring. */
#define YGR_READER_DRAIN_S	5

/*
 * Runs until SIGTERM, then drains, syncs and ends.
 * Return: an exit status: 0 after SIGTERM; EX_UNAVAILABLE: no device (yet);
 * EX_NOPERM; EX_TEMPFAIL: another reader has the device or the spool;
 * EX_PROTOCOL: a module of another ABI; EX_IOERR, EX_OSERR.
 */
int ygr_reader_run(const struct ygr_config *config);

#endif
