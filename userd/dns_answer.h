/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A DNS answer off the wire, as text, and which addresses the name that was asked
 * for has by it: RFC 1035, with the chain of aliases of RFC 1034 section 3.6.2.
 *
 * ldns takes the message apart, record by record: not as a whole, so that a message
 * that was cut gives what is in front of the cut, and that nothing is read of the two
 * sections that nobody wants here. Any bytes are safe to pass. Bounded: RECORDS_MAX
 * records and ROOM_BYTES of text are kept; ldns's own memory is given back before the
 * return. Pure but for that.
 */
#ifndef YGR_DNS_ANSWER_H
#define YGR_DNS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YGR_DNS_RECORDS_MAX	32
#define YGR_DNS_ALIASES_MAX	16	/* that a chain is followed */
#define YGR_DNS_DATA_BYTES	512	/* of a record's data as text, before it is escaped; the rest is cut off */
#define YGR_DNS_ROOM_BYTES	16384	/* of all texts */

/*
 * Names are in lower case, without the last dot, other bytes than letters escaped as
 * zone files have it; the root is ".". Texts end in NUL, and hold nothing but ASCII.
 */
struct ygr_dns_record {
	const char *name;
	const char *type;	/* "A", "CNAME" ...; "TYPE65280" */
	const char *data;	/* an address, a name; else the fields as in a zone file */
	uint32_t ttl;		/* seconds */
	uint8_t	 family;	/* AF_INET, AF_INET6: an address; else 0 */
	uint8_t	 address[16];	/* IPv4 in the first four */
	bool	 is_of_question; /* an address of the name asked for, by the chain of aliases */
};

struct ygr_dns_answer {
	uint16_t id;
	uint16_t promised_nr;	/* records that the header promises */
	uint16_t record_nr;	/* those that are here */
	bool	 is_partial;	/* there are more, which are malformed, cut off, or too many */
	bool	 is_truncated;	/* the sender says so itself (TC): who asked will ask again by TCP */
	const char *question;	/* "": none is told */
	const char *type;	/* of the question; "" likewise */
	const char *rcode;	/* "NOERROR", "NXDOMAIN" ...; "RCODE11" */
	const char *canonical;	/* the end of the chain; the question itself where there is none */
	uint32_t alias_ttl;	/* the smallest along the chain; UINT32_MAX: there is none */
	struct ygr_dns_record records[YGR_DNS_RECORDS_MAX];
	size_t	 room_used;
	char	 room[YGR_DNS_ROOM_BYTES];
};

/*
 * Return: 0; -EBADMSG: no answer to a plain query, and @answer means nothing.
 */
int ygr_dns_answer_parse(struct ygr_dns_answer *answer, const uint8_t *bytes, size_t len);

#endif
