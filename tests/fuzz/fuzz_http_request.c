// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as an HTTP request: texts lie within them, a host is printable, and what
 * follows a `?` or precedes a `@` is never in what is told without being asked for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_text(struct ygr_http_text text, const char *bytes, size_t len)
{
	if (!text.bytes)
		return;
	require(text.bytes >= bytes && text.bytes <= bytes + len);
	require(text.len <= (size_t)(bytes + len - text.bytes));
	for (size_t i = 0; i < text.len; i++)
		require((unsigned char)text.bytes[i] > ' ' && text.bytes[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const char *text = (const char *)data;
	struct ygr_http_request request;

	if (!ygr_http_request_parse(&request, text, bytes))
		return 0;
	check_text(request.method, text, bytes);
	check_text(request.path, text, bytes);
	check_text(request.query, text, bytes);
	require(request.version == 20 || (request.method.bytes && request.method.len <= YGR_HTTP_METHOD_BYTES));
	require(request.version == 0 || request.version == 10 || request.version == 11 || request.version == 20);
	require(!request.path.bytes || (request.path.len && !memchr(request.path.bytes, '?', request.path.len)));
	for (uint8_t i = 0; i < request.host_len; i++)
		require(request.host[i] > ' ' && request.host[i] <= '~' && request.host[i] != '@');
	return 0;
}
