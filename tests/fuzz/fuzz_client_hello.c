// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a ClientHello: bounds hold, a name is printable, and a cut leaves what was told
 * before as it was, or untold.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check(const struct ygr_client_hello *hello)
{
	require(hello->version >> 8 == 3 || hello->version > 0x03ff);
	require(hello->alpn_nr <= YGR_CLIENT_HELLO_ALPN_NR);
	for (uint8_t i = 0; i < hello->alpn_nr; i++)
		require(hello->alpn[i].len != 0);
	for (uint8_t i = 0; i < hello->sni_len; i++)
		require(hello->sni[i] > ' ' && hello->sni[i] <= '~' &&
			!(hello->sni[i] >= 'A' && hello->sni[i] <= 'Z'));
}

static void check_cut(const struct ygr_client_hello *whole, const uint8_t *data, size_t bytes)
{
	struct ygr_client_hello hello;
	uint8_t *exact = malloc(bytes ? bytes : 1);

	if (!exact)
		return;
	memcpy(exact, data, bytes);
	if (ygr_client_hello_parse(&hello, exact, bytes)) {
		check(&hello);
		require(hello.alpn_nr <= whole->alpn_nr || hello.is_cut);
		require(!hello.sni_len || (hello.sni_len == whole->sni_len &&
					   !memcmp(hello.sni, whole->sni, hello.sni_len)) ||
			whole->is_malformed || hello.is_cut);
	}
	free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct ygr_client_hello hello;

	if (!ygr_client_hello_parse(&hello, data, bytes))
		return 0;
	check(&hello);
	check_cut(&hello, data, bytes / 2);
	check_cut(&hello, data, bytes - 1);
	return 0;
}
