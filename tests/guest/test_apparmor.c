// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beside AppArmor, whose policy comes before us or after: what it denies it denies, what we deny we
 * deny, and our record is there in both cases. The profile is the smallest that there is, with no rule in
 * it: who is confined by it may open no file. No parser of profiles is needed for that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define SECURITYFS	"/sys/kernel/security/apparmor/"
#define PROFILE		"yagura-guest"
#define ALLOWED_PATH	"/tmp/apparmor-allowed"
#define DENIED_PATH	"/tmp/apparmor-denied"
#define POLICY \
	"version: 1\nname: apparmor\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: " DENIED_PATH " }, do: deny }\n"

/* ---- a profile, as the kernel reads it (security/apparmor/policy_unpack.c) ---- */

enum { AA_U32 = 2, AA_NAME = 4, AA_STRING = 5, AA_STRUCT = 7, AA_STRUCTEND = 8 };

struct blob {
	uint8_t bytes[256];
	size_t len;
};

static void put(struct blob *blob, const void *bytes, size_t len)
{
	memcpy(blob->bytes + blob->len, bytes, len);
	blob->len += len;
}

static void put_code(struct blob *blob, uint8_t code)
{
	put(blob, &code, 1);
}

/* Its length includes the NUL. */
static void put_text(struct blob *blob, uint8_t code, const char *text)
{
	uint16_t len = strlen(text) + 1;

	put_code(blob, code);
	put(blob, &len, sizeof(len));
	put(blob, text, len);
}

static void put_u32(struct blob *blob, uint32_t value)
{
	put_code(blob, AA_U32);
	put(blob, &value, sizeof(value));
}

static void put_struct(struct blob *blob, const char *name)
{
	put_text(blob, AA_NAME, name);
	put_code(blob, AA_STRUCT);
}

static void make_profile(struct blob *blob)
{
	blob->len = 0;
	put_text(blob, AA_NAME, "version");
	put_u32(blob, 5);
	put_struct(blob, "profile");
	put_text(blob, AA_STRING, PROFILE);
	put_struct(blob, "flags");
	put_u32(blob, 0);		/* no hat */
	put_u32(blob, 0);		/* enforce */
	put_u32(blob, 0);		/* audit what is denied */
	put_code(blob, AA_STRUCTEND);
	for (unsigned int i = 0; i < 4; i++)
		put_u32(blob, 0);	/* capabilities: allowed, audited, not audited, unused */
	put_code(blob, AA_STRUCTEND);
}

static int write_once(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, bytes, len) != (ssize_t)len)
		ret = -errno;
	close(fd);
	return ret;
}

/* @how: .load, or .replace one that is there */
static void load_profile(const char *how)
{
	struct blob blob;
	char path[64];

	snprintf(path, sizeof(path), SECURITYFS "%s", how);
	make_profile(&blob);
	assert_int_equal(write_once(path, blob.bytes, blob.len), 0);
}

static void remove_profile(void)
{
	assert_int_equal(write_once(SECURITYFS ".remove", PROFILE, strlen(PROFILE)), 0);
}

static bool has_apparmor(void)
{
	if (!access(SECURITYFS ".load", W_OK))
		return true;
	puts("# this kernel has no AppArmor, or has it switched off");
	return false;
}

#define need_apparmor()	do { if (!has_apparmor()) skip(); } while (0)

/* ---- who is confined, and who is not ---- */

struct attempt {
	bool is_confined;
	const char *path;
	int ready, wait;	/* says so on the one, waits on the other; -1: neither */
};

/* Return: errno of the open; 255: it could not be confined. */
static int attempt_child(void *arg)
{
	static const char change[] = "changeprofile " PROFILE;
	const struct attempt *attempt = arg;
	int fd;
	char byte;

	if (attempt->is_confined && write_once("/proc/self/attr/current", change, strlen(change)))
		return 255;
	if (attempt->wait >= 0 && (write(attempt->ready, "", 1) != 1 || read(attempt->wait, &byte, 1) != 1))
		return 254;
	fd = open(attempt->path, O_WRONLY);
	return fd < 0 ? errno : 0;
}

static pid_t attempt(bool is_confined, const char *path, int want_error)
{
	struct attempt what = { .is_confined = is_confined, .path = path, .wait = -1 };
	pid_t pid = guest_child_start(attempt_child, &what);

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), want_error);
	return pid;
}

/* Each denies what it denies: AppArmor with EACCES, we, who are asked first, with the rule's error. */
static void check_both(struct guest *guest)
{
	pid_t pid = attempt(true, ALLOWED_PATH, EACCES);

	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = pid, .path = ALLOWED_PATH, .verdict = GUEST_ALLOWED);
	pid = attempt(true, DENIED_PATH, EPERM);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = pid, .path = DENIED_PATH, .verdict = GUEST_DENIED,
		     .rule = "no-touch");
	pid = attempt(false, DENIED_PATH, EPERM);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = pid, .path = DENIED_PATH, .verdict = GUEST_DENIED);
	pid = attempt(false, ALLOWED_PATH, 0);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = pid, .path = ALLOWED_PATH, .verdict = GUEST_ALLOWED);
}

static void policy_before_the_module(void **state)
{
	struct guest *guest;

	(void)state;
	need_apparmor();
	load_profile(".load");
	attempt(true, ALLOWED_PATH, EACCES);
	guest = guest_begin(POLICY);
	check_both(guest);
	guest_end(guest);
	/* And it goes on when we are gone. */
	attempt(true, DENIED_PATH, EACCES);
	attempt(false, DENIED_PATH, 0);
	remove_profile();
}

static void policy_after_the_module(void **state)
{
	struct guest *guest;

	(void)state;
	need_apparmor();
	guest = guest_begin(POLICY);
	attempt(true, ALLOWED_PATH, 255);
	load_profile(".load");
	check_both(guest);
	/* As a reload of the service does. */
	load_profile(".replace");
	check_both(guest);
	remove_profile();
	attempt(false, DENIED_PATH, EPERM);
	guest_end(guest);
}

static void who_was_confined_before_stays_so(void **state)
{
	struct attempt what = { .is_confined = true, .path = ALLOWED_PATH };
	struct guest *guest;
	int ready[2], go[2];
	char byte;
	pid_t pid;

	(void)state;
	need_apparmor();
	load_profile(".load");
	assert_false(pipe(ready) || pipe(go));
	what.ready = ready[1];
	what.wait = go[0];
	pid = guest_child_start(attempt_child, &what);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	guest = guest_begin(POLICY);
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), EACCES);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = pid, .path = ALLOWED_PATH, .verdict = GUEST_ALLOWED);
	guest_end(guest);
	remove_profile();
}

static int setup(void **state)
{
	(void)state;
	return guest_file_write(ALLOWED_PATH, "") || guest_file_write(DENIED_PATH, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_before_the_module),
		cmocka_unit_test(policy_after_the_module),
		cmocka_unit_test(who_was_confined_before_stays_so),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
