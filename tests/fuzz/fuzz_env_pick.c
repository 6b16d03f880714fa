// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any environment, in any pieces, as whoever executes a program makes it: what is picked
 * does not depend on the pieces, fits, and each variable is one of the names. And any list of names.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "env_pick.h"

#define OUT_BYTES	4096u

static uint64_t run(const struct ygr_env_names *names, const uint8_t *env, size_t bytes, size_t step,
		    char *out, uint32_t *len)
{
	struct ygr_env_pick pick;

	ygr_env_pick_init(&pick, names, out, OUT_BYTES);
	for (size_t at = 0; at < bytes; at += step) {
		size_t part = bytes - at < step ? bytes - at : step;
		char *copy = malloc(part);	/* a byte read beyond it is seen */

		memcpy(copy, env + at, part);
		ygr_env_pick_feed(&pick, copy, (uint32_t)part);
		free(copy);
	}
	ygr_env_pick_end(&pick);
	*len = pick.len;
	return pick.true_len;
}

static void check(const struct ygr_env_names *names, const char *out, uint32_t len)
{
	while (len) {
		size_t one = strnlen(out, len);

		if (strncmp(out, "LD_", 3) && strncmp(out, "A=", 2) && len > 3)
			abort();
		len -= one < len ? one + 1 : one;
		out += one + 1;
	}
	(void)names;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nr)
{
	static char whole[OUT_BYTES], parts[OUT_BYTES];
	struct ygr_env_names names;
	uint32_t whole_len, parts_len;
	char *list;

	if (!nr)
		return 0;
	ygr_env_names_parse(&names, "LD_*,A");
	if (run(&names, bytes + 1, nr - 1, nr, whole, &whole_len) !=
	    run(&names, bytes + 1, nr - 1, 1u + bytes[0], parts, &parts_len) ||
	    whole_len != parts_len || whole_len > OUT_BYTES || memcmp(whole, parts, whole_len))
		abort();
	check(&names, whole, whole_len);
	list = strndup((const char *)bytes, nr);
	ygr_env_names_parse(&names, list);
	free(list);
	return 0;
}
