/* SPDX-License-Identifier: GPL-2.0-only */
/* What a receiver's answer to a request full of events means for them. Pure. */
#ifndef YGR_HTTP_ANSWER_H
#define YGR_HTTP_ANSWER_H

#include <stddef.h>
#include <stdint.h>

enum ygr_http_kind {
	YGR_HTTP_ELASTIC,	/* _bulk of Elasticsearch and OpenSearch */
	YGR_HTTP_CLICKHOUSE,
	YGR_HTTP_LINES,		/* anything that says 2xx */
};

enum ygr_http_verdict {
	YGR_HTTP_TAKEN,
	YGR_HTTP_REFUSED,	/* all or some, and for good: these are to be parked */
	YGR_HTTP_TOO_LARGE,	/* less at a time may do */
	YGR_HTTP_NOT_NOW,	/* busy, broken, or not to be talked to as we are: again later */
};

struct ygr_http_answer {
	enum ygr_http_verdict verdict;
	uint32_t refused_nr;	/* events; REFUSED */
	uint32_t duplicate_nr;	/* events that were there already: as good as taken */
	char reason[160];	/* printable; not TAKEN */
};

/* @status: of HTTP. @body may be anything. @event_nr: of the request. */
void ygr_http_answer_read(struct ygr_http_answer *answer, enum ygr_http_kind kind, long status,
			  const char *body, size_t len, uint32_t event_nr);

#endif
