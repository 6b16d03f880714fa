/* SPDX-License-Identifier: GPL-2.0-only */
/* The events of a spool as they come, for watch and `spool cat --follow`. */
#ifndef YGR_SPOOL_FOLLOW_H
#define YGR_SPOOL_FOLLOW_H

#include "event_show.h"

/*
 * @from_end: leave out what is in the spool already. Goes on until writing fails (the
 * reader of a pipe left) or reading does; signals end it. Return: an exit code.
 */
int ygr_spool_follow(struct ygr_event_show *show, const char *path, bool from_end);

#endif
