/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One record of the ring (ygr_event.h), checked once, so that everything after
 * this trusts it: lengths, body, strings and padding lie inside the record.
 *
 * Pure. The view points into the bytes given and lives as long as they do. The
 * kernel is not expected to lie, but a bug there must end here, as a count.
 */
#ifndef YGR_RECORD_H
#define YGR_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yagura/ygr_event.h>

/* Strings by tag; a tag the reader does not know is passed over. */
#define YGR_RECORD_TAG_NR	(YGR_STR_SUBMITTER + 1)
#define YGR_RECORD_STRINGS_MAX	64	/* in one record, known or not */

struct ygr_record_string {
	const char *bytes;	/* NULL: not there, and the rest means nothing */
	uint32_t len;
	uint32_t true_len;	/* > len: cut; YGR_LEN_UNKNOWN: cut, nobody knows how much */
};

union ygr_record_body {
	struct ygr_body_exec exec;
	struct ygr_body_fork fork;
	struct ygr_body_exit exit;
	struct ygr_body_file file;
	struct ygr_body_close_write close_write;	/* begins as `file` does */
	struct ygr_body_socket socket;
	struct ygr_body_close close;
	struct ygr_body_dns dns;
	struct ygr_body_stream stream;
	struct ygr_body_ids ids;
	struct ygr_body_caps caps;
	struct ygr_body_code code;
	struct ygr_body_bpf bpf;
	struct ygr_body_mount mount;
	struct ygr_body_target target;
	struct ygr_body_setting setting;
	struct ygr_body_start start;
	struct ygr_body_policy policy;
	struct ygr_body_gap gap;
	struct ygr_body_totals totals;
	struct ygr_body_breaker breaker;
	struct ygr_body_stop stop;
	struct ygr_body_heartbeat heartbeat;
	struct ygr_body_clock clock;
	struct ygr_body_suppressed suppressed;
};

struct ygr_record_view {
	const struct ygr_record *head;
	union ygr_record_body body;	/* of a known type; zero where the record's own is shorter */
	struct ygr_record_string strings[YGR_RECORD_TAG_NR]; /* the first of each tag */
	uint32_t there;		/* YGR_RECORD_TAG_BIT()s of the strings that are */
	uint32_t cut;		/* of these, which are shorter than they were */
};

#define YGR_RECORD_TAG_BIT(tag)	(1u << (tag))
_Static_assert(YGR_RECORD_TAG_NR <= 32, "a bit for each tag");

/*
 * @bytes: 8-aligned; @avail: readable there.
 * Return: 0; -EPROTO: not even the length can be trusted, nothing after it can
 * be found; -EBADMSG: head->len leads to the next record, but this one cannot be
 * read (view->head is set then). @reason: a static text on failure.
 */
int ygr_record_parse(const void *bytes, uint64_t avail, struct ygr_record_view *view,
		     const char **reason);

static inline bool ygr_record_string_is_cut(const struct ygr_record_string *string)
{
	return string->bytes && string->true_len > string->len;
}

#endif
