// SPDX-License-Identifier: GPL-2.0-only
#include "payload.h"

static bool starts_with(const __u8 *bytes, __u32 len, const char *word)
{
	__u32 word_len = strlen(word);

	return len >= word_len && !memcmp(bytes, word, word_len);
}

/* Record: handshake, version 3.x, at most 2^14 bytes; message: ClientHello, if it is there yet. */
static bool is_client_hello(const __u8 *bytes, __u32 len)
{
	return len >= 5 && bytes[0] == 0x16 && bytes[1] == 3 && bytes[2] <= 4 &&
	       (bytes[3] << 8 | bytes[4]) <= 0x4000 && (len < 6 || bytes[5] == 1);
}

bool ygr_payload_is_stream(const __u8 *bytes, __u32 len)
{
	static const char * const words[] = {
		"GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ",
		"PATCH ", "PRI * HT",
	};
	unsigned int i;

	if (is_client_hello(bytes, len))
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (starts_with(bytes, len, words[i]))
			return true;
	return false;
}

/* A response (QR) of a standard query (opcode 0), with the one question that all servers repeat. */
bool ygr_payload_is_dns_answer(const __u8 *bytes, __u32 len)
{
	return len >= YGR_PAYLOAD_DNS_HEAD && (bytes[2] & 0xf8) == 0x80 &&
	       !bytes[4] && bytes[5] == 1;
}

__u32 ygr_payload_dns_length(const __u8 *bytes, __u32 len)
{
	__u32 message_len;

	if (len < 2)
		return 0;
	message_len = bytes[0] << 8 | bytes[1];
	if (message_len < YGR_PAYLOAD_DNS_HEAD || !ygr_payload_is_dns_answer(bytes + 2, len - 2))
		return 0;
	return message_len;
}
