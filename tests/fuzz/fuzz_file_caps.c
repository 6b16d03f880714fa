// SPDX-License-Identifier: GPL-2.0-only
/* Any attribute: read within its bounds, or refused with nothing changed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file_caps.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nr);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nr)
{
	struct ygr_file_caps caps = { .permitted = 1, .inheritable = 2, .rootid = 3 };
	char *copy = malloc(nr ? nr : 1);

	memcpy(copy, bytes, nr);
	if (ygr_file_caps_parse(copy, (uint32_t)nr, &caps)) {
		if (caps.permitted != 1 || caps.inheritable != 2 || caps.rootid != 3)
			abort();
	} else if (nr != 12 && nr != 20 && nr != 24) {
		abort();
	}
	free(copy);
	return 0;
}
