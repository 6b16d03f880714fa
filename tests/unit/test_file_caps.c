// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "file_caps.h"

#define V1	"\1\0\0\1" "\x11\x22\x33\x44" "\5\6\7\x08"
#define V2	"\0\0\0\2" "\0\x20\0\0" "\1\0\0\0" "\2\0\0\0" "\3\0\0\0"
#define V3	"\1\0\0\3" "\0\x20\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\xe8\3\0\0"

static void layouts_are_read(void **state)
{
	struct ygr_file_caps caps;

	(void)state;
	assert_int_equal(ygr_file_caps_parse(V1, sizeof(V1) - 1, &caps), 0);
	assert_int_equal(caps.permitted, 0x44332211);
	assert_int_equal(caps.inheritable, 0x08070605);
	assert_int_equal(caps.rootid, 0);
	assert_true(caps.is_effective);

	assert_int_equal(ygr_file_caps_parse(V2, sizeof(V2) - 1, &caps), 0);
	assert_int_equal(caps.permitted, 0x200002000ull);
	assert_int_equal(caps.inheritable, 0x300000001ull);
	assert_int_equal(caps.rootid, 0);
	assert_false(caps.is_effective);

	assert_int_equal(ygr_file_caps_parse(V3, sizeof(V3) - 1, &caps), 0);
	assert_int_equal(caps.permitted, 0x2000);
	assert_int_equal(caps.inheritable, 0);
	assert_int_equal(caps.rootid, 1000);
	assert_true(caps.is_effective);
}

static void others_are_refused(void **state)
{
	static const char *const layouts[] = { V1, V2, V3 };
	static const uint32_t lens[] = { sizeof(V1) - 1, sizeof(V2) - 1, sizeof(V3) - 1 };
	struct ygr_file_caps caps = { .permitted = 7, .rootid = 9 };
	unsigned char bytes[YGR_FILE_CAPS_BYTES_MAX] = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (uint32_t len = 0; len <= sizeof(bytes); len++)
			if (len != lens[i]) {
				memset(bytes, 0, sizeof(bytes));
				memcpy(bytes, layouts[i], len < lens[i] ? len : lens[i]);
				assert_int_equal(ygr_file_caps_parse(bytes, len, &caps), -EINVAL);
			}
	memset(bytes, 0, sizeof(bytes));
	for (unsigned int revision = 0; revision < 256; revision++) {
		bytes[3] = (unsigned char)revision;
		if (revision < 1 || revision > 3)
			assert_int_equal(ygr_file_caps_parse(bytes, sizeof(bytes), &caps), -EINVAL);
	}
	assert_int_equal(caps.permitted, 7);
	assert_int_equal(caps.rootid, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_are_read),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
