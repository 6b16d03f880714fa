// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>	/* first: without it ldns makes bool another type, for what follows too */
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns_packet.h"

static void require(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "dns_packet: %s\n", what);
	abort();
}

static ldns_pkt *ask(const char *question)
{
	char name[256] = "", type[16] = "";
	ldns_pkt *packet;

	require(sscanf(question, "%255s %15s", name, type) == 2, question);
	packet = ldns_pkt_query_new(ldns_dname_new_frm_str(name), ldns_get_rr_type_by_name(type),
				    LDNS_RR_CLASS_IN, LDNS_RD);
	require(packet != NULL, question);
	return packet;
}

size_t dns_packet_make(uint8_t packet[DNS_PACKET_BYTES], const char *question, const char *records)
{
	ldns_pkt *answer = ask(question);
	char *copy = strdup(records), *rest = copy, *line;
	uint8_t *wire;
	size_t len;

	ldns_pkt_set_id(answer, 0x1234);
	ldns_pkt_set_qr(answer, true);
	ldns_pkt_set_ra(answer, true);
	while ((line = strsep(&rest, "\n"))) {
		ldns_rr *rr;

		if (!*line)
			continue;
		require(ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) == LDNS_STATUS_OK, line);
		ldns_pkt_push_rr(answer, LDNS_SECTION_ANSWER, rr);
	}
	require(ldns_pkt2wire(&wire, answer, &len) == LDNS_STATUS_OK && len <= DNS_PACKET_BYTES, records);
	memcpy(packet, wire, len);
	free(wire);
	free(copy);
	ldns_pkt_free(answer);
	return len;
}
