/* SPDX-License-Identifier: GPL-2.0-only */
/* Events on stdout, as watch and spool cat print them, by their options. */
#ifndef YGR_EVENT_SHOW_H
#define YGR_EVENT_SHOW_H

#include <getopt.h>
#include <stdbool.h>

#include "event_batch.h"
#include "event_filter.h"
#include "event_format.h"
#include "event_text.h"
#include "spool_scan.h"

#define YGR_SPOOL_DIR	"/var/lib/yagura/spool"

struct ygr_event_show {
	bool is_text;			/* lines for a person; else `format` */
	enum ygr_event_format format;
	struct ygr_event_filter where;
	ygr_event_type_set types;	/* 0: all */
	bool denied;			/* only denials and would-be denials */
	uint64_t since_ns;		/* UTC */
	uint64_t until_ns;
	struct ygr_event_style style;
	struct ygr_event_batch batch;
	struct ygr_text_buffer out;
	uint64_t passed_over_nr;	/* batches that were not even expanded */
};

/* To put into a getopt table; give the option letters to ygr_event_show_option(). */
#define YGR_EVENT_SHOW_OPTIONS \
	{ "json", no_argument, NULL, 'j' }, \
	{ "format", required_argument, NULL, 'f' }, \
	{ "where", required_argument, NULL, 'w' }, \
	{ "type", required_argument, NULL, 't' }, \
	{ "denied", no_argument, NULL, 'd' }, \
	{ "since", required_argument, NULL, 'S' }, \
	{ "until", required_argument, NULL, 'U' }

void ygr_event_show_init(struct ygr_event_show *show, bool date);
void ygr_event_show_exit(struct ygr_event_show *show);

/* Return: 0, or YGR_EXIT_USAGE (said on stderr when getopt did not). */
int ygr_event_show_option(struct ygr_event_show *show, int option);

/* What comes before the first event: the columns of CSV. */
void ygr_event_show_start(struct ygr_event_show *show);

/*
 * The events of a batch from a raw scan (YGR_SCAN_RAW). Expands it only if its
 * header says that something in it may be wanted.
 * Return: 0; -EBADMSG: not all of it is events, the rest was shown; -ENOMEM.
 */
int ygr_event_show_batch(struct ygr_event_show *show, const struct ygr_scan_item *item);

#endif
