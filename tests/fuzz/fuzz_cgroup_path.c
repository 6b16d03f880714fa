// SPDX-License-Identifier: GPL-2.0-only
/* Any text as that of /proc/PID/cgroup: what comes out are terminated strings that print. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(const char *text, size_t cap)
{
	size_t len = strnlen(text, cap);

	if (len == cap)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ygr_cgroup_container container;
	char *copy = malloc(len ? len : 1);

	memcpy(copy, bytes, len);
	memset(&container, 'x', sizeof(container));
	if (ygr_cgroup_path_parse(copy, len, &container)) {
		check(container.runtime, sizeof(container.runtime));
		check(container.id, sizeof(container.id));
		check(container.pod, sizeof(container.pod));
		for (const char *at = container.id; *at; at++)
			if (!isgraph((unsigned char)*at))
				abort();
	}
	free(copy);
	return 0;
}
