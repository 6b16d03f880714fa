// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beside SELinux, whose policy comes after us or before: what it denies it denies, and what we deny we
 * deny. An open that it denies fails before the hook that we see, as one does that the file's
 * mode forbids, so that there is no record of it. tests/vm/selinux boots a kernel that
 * has it switched on; elsewhere all of this is skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "guest_assert.h"

#define SELINUXFS	"/sys/fs/selinux"
#define BINARY		"/t/selinux.policy"	/* of tests/vm/selinux.cil */
#define DIR		"/selinux"
#define SECRET		DIR "/secret"		/* of a type that nobody may write */
#define ALLOWED		DIR "/allowed"
#define DENIED		DIR "/denied"
#define SECRET_CONTEXT	"system_u:object_r:secret_t"
#define POLICY \
	"version: 1\nname: selinux\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: " DENIED " }, do: deny }\n"

static bool is_there;

#define need_selinux()	do { if (!is_there) skip(); } while (0)

/* The kernel takes it in one write or not at all. */
static void load_selinux_policy(void)
{
	static char bytes[1 << 20];
	int from = open(BINARY, O_RDONLY), to = open(SELINUXFS "/load", O_WRONLY);
	ssize_t n = read(from, bytes, sizeof(bytes));

	assert_true(n > 0);
	assert_int_equal(write(to, bytes, n), n);
	close(from);
	close(to);
}

static void enforce(bool on)
{
	assert_int_equal(guest_file_write(SELINUXFS "/enforce", on ? "1" : "0"), 0);
}

/* A file has a type once there is a policy that knows it. */
static void label_secret(void)
{
	assert_int_equal(setxattr(SECRET, "security.selinux", SECRET_CONTEXT, sizeof(SECRET_CONTEXT), 0), 0);
}

static int open_error(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

static void check_ours(struct guest *guest)
{
	guest_forget(guest);
	assert_int_equal(open_error(DENIED), EPERM);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = DENIED, .verdict = GUEST_DENIED,
		     .rule = "no-touch");
	assert_int_equal(open_error(ALLOWED), 0);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = ALLOWED, .verdict = GUEST_ALLOWED);
}

static void check_both(struct guest *guest)
{
	check_ours(guest);
	assert_int_equal(open_error(SECRET), EACCES);
	guest_reject(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = SECRET);
	/* Where it only warns, the open goes on to our hook. */
	enforce(false);
	assert_int_equal(open_error(SECRET), 0);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = SECRET, .verdict = GUEST_ALLOWED);
	enforce(true);
}

/* The order of a machine that boots with us in its initramfs. */
static void its_policy_comes_after_the_module(void **state)
{
	struct guest *guest;

	(void)state;
	need_selinux();
	guest = guest_begin(POLICY);
	check_ours(guest);
	load_selinux_policy();
	check_ours(guest);
	enforce(true);
	label_secret();
	check_both(guest);
	guest_end(guest);
	assert_int_equal(open_error(SECRET), EACCES);
	assert_int_equal(open_error(DENIED), 0);
}

static void its_policy_comes_before_the_module(void **state)
{
	struct guest *guest;

	(void)state;
	need_selinux();
	guest = guest_begin(POLICY);
	check_both(guest);
	/* As a reload of it does. */
	load_selinux_policy();
	check_both(guest);
	guest_end(guest);
	assert_int_equal(open_error(SECRET), EACCES);
}

/* By name: on what is mounted elsewhere than the process is, an attribute's file has no path. */
static void change_of_a_type_is_told(void **state)
{
	struct guest *guest;

	(void)state;
	need_selinux();
	guest = guest_begin(POLICY);
	label_secret();
	assert_text(guest_expect(guest, .type = YGR_EV_SETXATTR, .tgid = getpid()), YGR_STR_XATTR,
		    "security.selinux");
	guest_end(guest);
}

static int setup(void **state)
{
	(void)state;
	if (mount("selinuxfs", SELINUXFS, "selinuxfs", 0, NULL)) {
		printf("# no SELinux on this kernel's command line\n");
		return 0;
	}
	is_there = true;
	mkdir(DIR, 0755);
	return mount("tmpfs", DIR, "tmpfs", 0, NULL) || guest_file_write(SECRET, "") ||
	       guest_file_write(ALLOWED, "") || guest_file_write(DENIED, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_policy_comes_after_the_module),
		cmocka_unit_test(its_policy_comes_before_the_module),
		cmocka_unit_test(change_of_a_type_is_told),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
