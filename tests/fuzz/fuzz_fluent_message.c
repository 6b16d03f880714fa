// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as an answer: never more is used than is there, and texts end and are plain. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fluent_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check_plain(const char *text, size_t cap)
{
	if (strnlen(text, cap) == cap)
		abort();
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct ygr_fluent_message message;
	ssize_t used = ygr_fluent_message_parse(&message, (const char *)data, bytes);

	if (used > (ssize_t)bytes)
		abort();
	if (used <= 0)
		return 0;
	if (message.nonce_len > sizeof(message.nonce) || message.auth_len > sizeof(message.auth))
		abort();
	check_plain(message.reason, sizeof(message.reason));
	check_plain(message.host, sizeof(message.host));
	check_plain(message.digest, sizeof(message.digest));
	check_plain(message.chunk, sizeof(message.chunk));
	return 0;
}
