// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>	/* first: without it ldns makes bool another type, for what follows too */
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dns_answer.h"

/* ---- texts ------------------------------------------------------------------ */

/*
 * ldns escapes what zone files want escaped, which is not all that is not plain.
 * Return: NULL: there is no room left.
 */
static const char *keep(struct ygr_dns_answer *answer, const char *text, size_t len)
{
	char *kept = answer->room + answer->room_used, *at = kept;
	const char *end = answer->room + sizeof(answer->room);

	for (size_t i = 0; i < len; i++) {
		if (end - at <= 4)
			return NULL;
		if (text[i] >= ' ' && text[i] <= '~')
			*at++ = text[i];
		else
			at += sprintf(at, "\\%03u", (unsigned char)text[i]);
	}
	if (at == end)
		return NULL;
	*at++ = '\0';
	answer->room_used = (size_t)(at - answer->room);
	return kept;
}

static bool is_plain(uint8_t c)
{
	return isalnum(c) || c == '-' || c == '_';
}

/*
 * Nearly all names are of letters, digits and hyphens, and ldns prints them by a formatted
 * print for each. Return: bytes of @text; 0: this one has others, or is the root.
 */
static size_t print_plain(char text[LDNS_MAX_DOMAINLEN], const ldns_rdf *name)
{
	const uint8_t *at = ldns_rdf_data(name), *end = at + ldns_rdf_size(name);
	size_t len = 0;

	while (at < end && *at) {
		const uint8_t *label_end = at + 1 + *at;

		if (label_end >= end || label_end - ldns_rdf_data(name) >= LDNS_MAX_DOMAINLEN)
			return 0;
		if (len)
			text[len++] = '.';
		for (at++; at < label_end; at++) {
			if (!is_plain(*at))
				return 0;
			text[len++] = (char)tolower(*at);
		}
	}
	return len;
}

/* What ldns says of a name, in lower case and without the dot that ends it. */
static const char *print_any(struct ygr_dns_answer *answer, const ldns_rdf *name)
{
	char *text = ldns_rdf2str(name);
	const char *kept = NULL;
	size_t len;

	if (!text)
		return NULL;
	len = strlen(text);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	if (len > 1 && text[len - 1] == '.')
		len--;
	kept = keep(answer, text, len);
	free(text);
	return kept;
}

static const char *keep_name(struct ygr_dns_answer *answer, const ldns_rdf *name)
{
	char text[LDNS_MAX_DOMAINLEN];
	size_t len = print_plain(text, name);

	return len ? keep(answer, text, len) : print_any(answer, name);
}

static const char *keep_type(struct ygr_dns_answer *answer, ldns_rr_type type)
{
	const char *known = ldns_rr_descript(type)->_name, *kept;
	char *text;

	if (known)
		return known;
	text = ldns_rr_type2str(type);
	if (!text)
		return NULL;
	kept = keep(answer, text, strlen(text));
	free(text);
	return kept;
}

static const char *keep_rcode(struct ygr_dns_answer *answer, uint8_t rcode)
{
	const ldns_lookup_table *known = ldns_lookup_by_id(ldns_rcodes, rcode);
	char text[16];

	if (known)
		return known->name;
	snprintf(text, sizeof(text), "RCODE%u", rcode);
	return keep(answer, text, strlen(text));
}

/* Fields as a zone file has them, a space between; cut where they are too long. */
static const char *keep_fields(struct ygr_dns_answer *answer, const ldns_rr *rr)
{
	char data[YGR_DNS_DATA_BYTES];
	size_t used = 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr) && used < sizeof(data); i++) {
		char *text = ldns_rdf2str(ldns_rr_rdf(rr, i));
		size_t len;

		if (!text)
			return NULL;
		if (i)
			data[used++] = ' ';
		len = strnlen(text, sizeof(data) - used);
		memcpy(data + used, text, len);
		used += len;
		free(text);
	}
	return keep(answer, data, used);
}

/* ---- records ---------------------------------------------------------------- */

static void take_address(struct ygr_dns_record *record, const ldns_rr *rr)
{
	const ldns_rdf *rdf = ldns_rr_rd_count(rr) == 1 ? ldns_rr_rdf(rr, 0) : NULL;

	if (!rdf || ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN)
		return;
	if (ldns_rdf_get_type(rdf) == LDNS_RDF_TYPE_A && ldns_rdf_size(rdf) == 4)
		record->family = AF_INET;
	else if (ldns_rdf_get_type(rdf) == LDNS_RDF_TYPE_AAAA && ldns_rdf_size(rdf) == 16)
		record->family = AF_INET6;
	else
		return;
	memcpy(record->address, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
}

static const char *keep_address(struct ygr_dns_answer *answer, const struct ygr_dns_record *record)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(record->family, record->address, text, sizeof(text));
	return keep(answer, text, strlen(text));
}

static const char *keep_data(struct ygr_dns_answer *answer, const struct ygr_dns_record *record,
			     const ldns_rr *rr)
{
	if (record->family)
		return keep_address(answer, record);
	if (ldns_rr_rd_count(rr) == 1 && ldns_rdf_get_type(ldns_rr_rdf(rr, 0)) == LDNS_RDF_TYPE_DNAME)
		return keep_name(answer, ldns_rr_rdf(rr, 0));
	return keep_fields(answer, rr);
}

/* Return: false: there is no room left. */
static bool take_record(struct ygr_dns_answer *answer, const ldns_rr *rr)
{
	struct ygr_dns_record *record = &answer->records[answer->record_nr];

	memset(record, 0, sizeof(*record));
	take_address(record, rr);
	record->name = keep_name(answer, ldns_rr_owner(rr));
	record->type = keep_type(answer, ldns_rr_get_type(rr));
	record->data = keep_data(answer, record, rr);
	if (!record->name || !record->type || !record->data)
		return false;
	/* RFC 2181 section 8: with the topmost bit set it is none. */
	record->ttl = ldns_rr_ttl(rr) > INT32_MAX ? 0 : ldns_rr_ttl(rr);
	answer->record_nr++;
	return true;
}

static int take_question(struct ygr_dns_answer *answer, const uint8_t *bytes, size_t len, size_t *pos)
{
	ldns_rr *rr;

	if (ldns_wire2rr(&rr, bytes, len, pos, LDNS_SECTION_QUESTION) != LDNS_STATUS_OK)
		return -EBADMSG;
	answer->question = keep_name(answer, ldns_rr_owner(rr));
	answer->type = keep_type(answer, ldns_rr_get_type(rr));
	ldns_rr_free(rr);
	return answer->question && answer->type ? 0 : -EBADMSG;
}

static void take_records(struct ygr_dns_answer *answer, const uint8_t *bytes, size_t len, size_t pos)
{
	for (uint16_t i = 0; i < answer->promised_nr; i++) {
		ldns_rr *rr;
		bool is_kept;

		answer->is_partial = true;
		if (i == YGR_DNS_RECORDS_MAX ||
		    ldns_wire2rr(&rr, bytes, len, &pos, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
			return;
		is_kept = take_record(answer, rr);
		ldns_rr_free(rr);
		if (!is_kept)
			return;
		answer->is_partial = false;
	}
}

/* ---- the chain -------------------------------------------------------------- */

static const struct ygr_dns_record *find_alias(const struct ygr_dns_answer *answer, const char *name)
{
	for (uint16_t i = 0; i < answer->record_nr; i++) {
		const struct ygr_dns_record *record = &answer->records[i];

		if (!strcmp(record->type, "CNAME") && !strcmp(record->name, name))
			return record;
	}
	return NULL;
}

/*
 * Whatever else an answer holds is not about the name that was asked for: a server
 * that could add addresses of other names would give them any it likes.
 */
static void follow_chain(struct ygr_dns_answer *answer)
{
	answer->canonical = answer->question;
	answer->alias_ttl = UINT32_MAX;
	if (!answer->question[0])
		return;
	for (int i = 0; i < YGR_DNS_ALIASES_MAX; i++) {
		const struct ygr_dns_record *alias = find_alias(answer, answer->canonical);

		if (!alias)
			break;
		answer->canonical = alias->data;
		if (alias->ttl < answer->alias_ttl)
			answer->alias_ttl = alias->ttl;
	}
	for (uint16_t i = 0; i < answer->record_nr; i++) {
		struct ygr_dns_record *record = &answer->records[i];

		record->is_of_question = record->family && !strcmp(record->name, answer->canonical);
	}
}

int ygr_dns_answer_parse(struct ygr_dns_answer *answer, const uint8_t *bytes, size_t len)
{
	size_t pos = LDNS_HEADER_SIZE;
	int ret = 0;

	if (len < LDNS_HEADER_SIZE || !LDNS_QR_WIRE(bytes) ||
	    LDNS_OPCODE_WIRE(bytes) != LDNS_PACKET_QUERY || LDNS_QDCOUNT(bytes) > 1)
		return -EBADMSG;
	answer->id = LDNS_ID_WIRE(bytes);
	answer->promised_nr = LDNS_ANCOUNT(bytes);
	answer->record_nr = 0;
	answer->is_partial = false;
	answer->is_truncated = LDNS_TC_WIRE(bytes);
	answer->question = "";
	answer->type = "";
	answer->room_used = 0;
	answer->rcode = keep_rcode(answer, LDNS_RCODE_WIRE(bytes));
	if (LDNS_QDCOUNT(bytes))
		ret = take_question(answer, bytes, len, &pos);
	if (ret)
		return ret;
	take_records(answer, bytes, len, pos);
	follow_chain(answer);
	return 0;
}
