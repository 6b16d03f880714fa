/* SPDX-License-Identifier: GPL-2.0-only */
/* Events on stdout, as watch and spool cat print them, by their options. */
#ifndef YGR_EVENT_SHOW_H
#define YGR_EVENT_SHOW_H

#include <getopt.h>
#include <stdbool.h>

#include "event_filter.h"
#include "event_text.h"
#include "spool_scan.h"

#define YGR_SPOOL_DIR	"/var/lib/yagura/spool"

struct ygr_event_show {
	bool json;
	struct ygr_event_filter filter;
	struct ygr_event_style style;
};

/* To put into a getopt table; give the option letters to ygr_event_show_option(). */
#define YGR_EVENT_SHOW_OPTIONS \
	{ "json", no_argument, NULL, 'j' }, \
	{ "type", required_argument, NULL, 't' }, \
	{ "denied", no_argument, NULL, 'd' }

void ygr_event_show_init(struct ygr_event_show *show, bool date);

/* Return: 0, or YGR_EXIT_USAGE (said on stderr when getopt did not). */
int ygr_event_show_option(struct ygr_event_show *show, int option);

/* Return: 0; -EBADMSG: not all of the batch is events; -ENOMEM. */
int ygr_event_show_batch(const struct ygr_event_show *show,
			 const struct ygr_scan_item *item);

#endif
