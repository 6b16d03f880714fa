// SPDX-License-Identifier: GPL-2.0-only
/* The options of a mount: what is told of them, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mount_options.h"
#include "mount_options_cases.h"

/* Between memory that ends where they do. */
static void copy(const struct mount_options_case *c, __u32 cap)
{
	__u32 len = strlen(c->from), whole = strlen(c->to), want = cap < whole ? cap : whole;
	char *from = malloc(len ? len : 1), *to = malloc(cap ? cap : 1);
	bool is_cut = cap < whole, cut = !is_cut;
	__u32 put;

	memcpy(from, c->from, len);
	put = ygr_mount_options_copy(from, len, to, cap, &cut);
	if (put != want || memcmp(to, c->to, want) || cut != is_cut)
		fail_msg("%s in %u: %.*s, cut %d", c->from, cap, (int)put, to, cut);
	free(from);
	free(to);
}

static void each_option_in_any_room(void **state)
{
	(void)state;
	for (const struct mount_options_case *c = mount_options_cases; c->from; c++)
		for (__u32 cap = 0; cap <= strlen(c->to) + 1; cap++)
			copy(c, cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_option_in_any_room),
	};

	return cmocka_run_group_tests_name("mount_options", tests, NULL, NULL);
}
