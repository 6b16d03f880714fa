// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes, in memory that ends where they do: nothing else is looked at, and answers agree. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	uint32_t message_len;

	memcpy(copy, bytes, len);
	/* The shortest that is either is a method and its space. */
	if (ygr_payload_is_stream(copy, (uint32_t)len) && len < 4)
		abort();
	message_len = ygr_payload_dns_length(copy, (uint32_t)len);
	if (message_len && (message_len < YGR_PAYLOAD_DNS_HEAD || message_len > 0xffff ||
			    !ygr_payload_is_dns_answer(copy + 2, (uint32_t)len - 2)))
		abort();
	free(copy);
	return 0;
}
