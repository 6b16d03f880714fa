// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any answer to any request: whatever is not taken has a reason that a terminal can
 * show, and no more events are refused than were sent.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http_answer.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_reason(const char *text)
{
	uint32_t code;
	size_t nr;

	for (; *text; text += nr) {
		nr = ygr_utf8_next(text, strlen(text), &code);
		require(nr && ygr_utf8_is_plain(code));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct ygr_http_answer answer;
	uint32_t event_nr;

	if (bytes < 4)
		return 0;
	event_nr = data[3];
	ygr_http_answer_read(&answer, data[0] % 3, 100 + (data[1] << 8 | data[2]) % 500,
			     (const char *)data + 4, bytes - 4, event_nr);
	require(answer.refused_nr + answer.duplicate_nr <= event_nr);
	require((answer.verdict == YGR_HTTP_TAKEN) == !answer.reason[0]);
	check_reason(answer.reason);
	return 0;
}
