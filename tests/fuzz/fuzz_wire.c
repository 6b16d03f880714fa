// SPDX-License-Identifier: GPL-2.0-only
/* Whatever a peer sends: messages lie within the bytes, and parsing gets on. */
#include <stdlib.h>
#include <string.h>

#include "sender_state.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void touch(const void *at, size_t len)
{
	const volatile uint8_t *byte = at;

	for (size_t i = 0; i < len; i++)
		(void)byte[i];
}

static void try_state(const uint8_t *bytes, size_t len)
{
	char text[YGR_SENDER_STATE_BYTES] = "", back[YGR_SENDER_STATE_BYTES];
	struct ygr_sender_state state;

	memcpy(text, bytes, len < sizeof(text) - 1 ? len : sizeof(text) - 1);
	if (ygr_sender_state_parse(text, &state))
		return;
	ygr_sender_state_print(&state, back);
	if (strcmp(text, back) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	size_t at = 0;

	memcpy(exact, bytes, len);
	for (;;) {
		struct ygr_wire_message message;
		ssize_t used = ygr_wire_parse(exact + at, len - at, 4096, &message);

		if (used <= 0)
			break;
		if ((size_t)used > len - at || used < YGR_WIRE_HEAD_BYTES)
			abort();
		if (message.host)
			touch(message.host, message.host_len);
		if (message.text)
			touch(message.text, message.text_len);
		if (message.batch)
			touch(message.batch, message.batch_len);
		at += (size_t)used;
	}
	try_state(bytes, len);
	free(exact);
	return 0;
}
