// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protected_list.h"

static enum ygr_protected_kind kind_of(const char *path)
{
	return ygr_protected_list_find(path, (__u32)strlen(path));
}

static void what_a_rescue_needs_is_there(void **state)
{
	static const char * const paths[] = {
		"/sbin/init", "/usr/sbin/init", "/usr/lib/systemd/systemd", "/lib/systemd/systemd",
		"/usr/lib/systemd/systemd-executor", "/usr/bin/systemctl", "/bin/systemctl",
		"/sbin/agetty", "/usr/sbin/agetty", "/bin/login", "/usr/bin/login", "/usr/sbin/sulogin",
		"/usr/bin/dpkg", "/usr/bin/apt", "/usr/bin/apt-get", "/usr/bin/rpm", "/usr/bin/dnf",
		"/usr/bin/kmod", "/bin/kmod", "/sbin/modprobe", "/usr/sbin/rmmod",
		"/bin/mount", "/usr/bin/umount", "/sbin/reboot", "/usr/sbin/shutdown",
		"/usr/sbin/yaguractl", "/usr/local/sbin/yaguractl", "/usr/local/sbin/yagurad",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (kind_of(paths[i]) != YGR_PROTECTED_PROGRAM)
			fail_msg("%s is no protected program", paths[i]);
}

static void shells_and_loaders_are_kinds_of_their_own(void **state)
{
	(void)state;
	assert_int_equal(kind_of("/bin/sh"), YGR_PROTECTED_SHELL);
	assert_int_equal(kind_of("/usr/bin/bash"), YGR_PROTECTED_SHELL);
	assert_int_equal(kind_of("/usr/bin/dash"), YGR_PROTECTED_SHELL);
	assert_int_equal(kind_of("/bin/busybox"), YGR_PROTECTED_SHELL);
	assert_int_equal(kind_of("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"), YGR_PROTECTED_LOADER);
	assert_int_equal(kind_of("/lib/x86_64-linux-gnu/ld-2.31.so"), YGR_PROTECTED_LOADER);
	assert_int_equal(kind_of("/lib64/ld-linux-x86-64.so.2"), YGR_PROTECTED_LOADER);
}

static void what_resembles_them_is_not(void **state)
{
	static const char * const paths[] = {
		"", "/", "/bin", "/bin/", "init", "bin/sh", "/sh", "//bin/sh", "/bin//sh", "/bin/sh/",
		"/bin/s", "/bin/shh", "/bin/SH", "/tmp/bin/sh", "/usr/bin/x/sh", "/usr/local/bin/sh",
		"/usr/local/bin/bash", "/home/u/yaguractl", "/opt/yaguractl", "/usr/lib/systemd/sh",
		"/usr/lib/systemd/user/systemd", "/usr/bin/su", "/usr/bin/sudo", "/usr/sbin/sshd",
		"/usr/bin/python3", "/usr/bin/ld-linux-x86-64.so.2", "/tmp/ld-linux-x86-64.so.2",
		"/usr/bin/init (deleted)",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (kind_of(paths[i]) != YGR_PROTECTED_NOT)
			fail_msg("%s is protected", paths[i]);
	/* A length counts, not a NUL; and a byte of it is not a letter. */
	assert_int_equal(ygr_protected_list_find("/bin/shx", 7), YGR_PROTECTED_SHELL);
	assert_int_equal(ygr_protected_list_find("/bin/sh", 8), YGR_PROTECTED_NOT);
}

static char *printed(__u32 *bytes)
{
	char *text;

	*bytes = ygr_protected_list_print(NULL, 0);
	text = malloc(*bytes + 1);
	assert_non_null(text);
	text[*bytes] = '\x55';
	assert_int_equal(ygr_protected_list_print(text, *bytes), *bytes);
	assert_int_equal(text[*bytes], '\x55');
	text[*bytes] = 0;
	return text;
}

/* What is shown is what holds, line by line, and nothing twice. */
static void what_is_printed_is_found(void **state)
{
	static const char * const words[] = {
		[YGR_PROTECTED_PROGRAM] = "program", [YGR_PROTECTED_SHELL] = "shell",
		[YGR_PROTECTED_LOADER] = "loader",
	};
	unsigned int of_kind[4] = { 0 };
	__u32 bytes;
	char *text = printed(&bytes), *line, *rest = text, kind[16], path[256];

	(void)state;
	assert_int_equal(strlen(text), bytes);
	while ((line = strsep(&rest, "\n")) && *line) {
		assert_int_equal(sscanf(line, "%15s %255s", kind, path), 2);
		assert_int_not_equal(kind_of(path), YGR_PROTECTED_NOT);
		assert_string_equal(kind, words[kind_of(path)]);
		if (rest && strstr(rest, line) && strstr(rest, line)[strlen(line)] == '\n')
			fail_msg("%s stands there twice", line);
		of_kind[kind_of(path)]++;
	}
	free(text);
	assert_int_equal(of_kind[YGR_PROTECTED_PROGRAM], 22 * 4 + 2 * 4 + 2 * 2 + 7 * 2);
	assert_int_equal(of_kind[YGR_PROTECTED_SHELL], 7 * 4);
	assert_int_equal(of_kind[YGR_PROTECTED_LOADER], 3 * 6);
}

static void what_does_not_fit_is_cut(void **state)
{
	__u32 bytes;
	char *whole = printed(&bytes);

	(void)state;
	for (__u32 cap = 0; cap <= bytes; cap += 1 + bytes / 97) {
		char *part = malloc(cap + 1);

		assert_non_null(part);
		part[cap] = '\x55';
		assert_int_equal(ygr_protected_list_print(part, cap), bytes);
		assert_memory_equal(part, whole, cap);
		assert_int_equal(part[cap], '\x55');
		free(part);
	}
	free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_rescue_needs_is_there),
		cmocka_unit_test(shells_and_loaders_are_kinds_of_their_own),
		cmocka_unit_test(what_resembles_them_is_not),
		cmocka_unit_test(what_is_printed_is_found),
		cmocka_unit_test(what_does_not_fit_is_cut),
	};

	return cmocka_run_group_tests_name("protected_list", tests, NULL, NULL);
}
