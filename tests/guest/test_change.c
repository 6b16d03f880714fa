// SPDX-License-Identifier: GPL-2.0-only
/* Changes of a file that are no write: links, modes, owners, attributes, size. */
#include <errno.h>
#include <fcntl.h>
#include <linux/xattr.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files.h"

#define DENY(on, where)	RULES_1("{ name: no, on: " on ", do: deny, where: " where " }")

#define XATTR		"trusted.test"

/* ---- helpers ---- */

/* What was stat'ed before the act is what the record tells: the act is still to come. */
static void assert_identity(const struct guest_event *event, const struct stat *st)
{
	const struct ygr_file_id *id = &event->body.file.file;

	assert_int_equal(id->ino, st->st_ino);
	assert_int_equal(id->dev_major, major(st->st_dev));
	assert_int_equal(id->dev_minor, minor(st->st_dev));
	assert_int_equal(id->mode, st->st_mode);
	assert_int_equal(id->uid, st->st_uid);
	assert_int_equal(id->gid, st->st_gid);
	assert_int_equal(id->size, st->st_size);
}

static struct stat stat_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st;
}

static const struct guest_event *expect_change(struct guest *guest, enum ygr_event_type type,
					       const struct stat *before)
{
	const struct guest_event *event = expect_file(guest, type, A);

	assert_identity(event, before);
	assert_int_equal(event->head.class, YGR_CLASS_FILE);
	assert_int_equal(event->head.flags, 0);
	assert_no_rule(event);
	return event;
}

/* A denial of rule "no", which has left the file as it is. */
static const struct guest_event *expect_denial(struct guest *guest, enum ygr_event_type type,
					       uint64_t generation)
{
	const struct guest_event *event = expect_file(guest, type, A);

	assert_int_equal(event->head.verdict, YGR_VERDICT_DENY);
	assert_int_equal(event->head.class, YGR_CLASS_DENY);
	assert_rule(event, 1, "no", generation);
	assert_file_id(&event->body.file.file, A);
	return event;
}

static int open_a(int flags)
{
	int fd = open(A, flags | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* ---- link ---- */

static void link_tells_both_names(void **state)
{
	const struct stat before = stat_of(A);
	const struct guest_event *event;

	assert_int_equal(link(A, B), 0);
	event = expect_change(*state, YGR_EV_LINK, &before);
	assert_text(event, YGR_STR_NEW_PATH, B);
	assert_int_equal(event->body.file.access, 0);
	assert_int_equal(event->body.file.open_flags, 0);
}

static void link_by_descriptor(void **state)
{
	int fd = open_a(O_RDONLY);

	assert_int_equal(linkat(fd, "", AT_FDCWD, B, AT_EMPTY_PATH), 0);
	assert_text(expect_file(*state, YGR_EV_LINK, A), YGR_STR_NEW_PATH, B);
	close(fd);
}

static void link_of_a_symbolic_link_is_its_own(void **state)
{
	assert_int_equal(symlink(A, DIR "/fifo"), 0);
	assert_int_equal(link(DIR "/fifo", B), 0);
	assert_text(expect_file(*state, YGR_EV_LINK, DIR "/fifo"), YGR_STR_NEW_PATH, B);
}

/* A file without a name gets one: from then on it is a file like any other. */
static void link_of_a_nameless_file(void **state)
{
	int fd = open(DIR, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char path[64], old[64];
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	snprintf(old, sizeof(old), DIR "/#%lu", (unsigned long)st.st_ino);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(linkat(AT_FDCWD, path, AT_FDCWD, B, AT_SYMLINK_FOLLOW), 0);
	guest_expect(*state, .type = YGR_EV_LINK, .tgid = getpid(), .path = old, .new_path = B,
		     .flags = YGR_F_UNLINKED);
	close(fd);
}

static void link_is_denied_by_its_old_name(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("link", "{ path: " A " }"));

	assert_int_equal(errno_of(link(A, B)), EPERM);
	assert_text(expect_denial(*state, YGR_EV_LINK, generation), YGR_STR_NEW_PATH, B);
	assert_int_equal(errno_of(access(B, F_OK)), ENOENT);
}

static void link_is_denied_by_its_new_name(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("link", "{ path: " B " }"));

	assert_int_equal(errno_of(link(A, B)), EPERM);
	expect_denial(*state, YGR_EV_LINK, generation);
	assert_int_equal(link(A, DIR "/fifo"), 0);
}

/* ---- chmod ---- */

static int fchmod_a(mode_t mode)
{
	int fd = open_a(O_RDONLY), ret = fchmod(fd, mode);

	close(fd);
	return ret;
}

static void chmod_tells_the_new_mode(void **state)
{
	const struct stat before = stat_of(A);
	const struct guest_event *event;

	assert_int_equal(chmod(A, 04711), 0);
	event = expect_change(*state, YGR_EV_CHMOD, &before);
	assert_int_equal(event->body.file.open_flags, S_IFREG | 04711);
	assert_int_equal(event->body.file.access, 0);
	guest_forget(*state);
	assert_int_equal(fchmod_a(0600), 0);
	assert_int_equal(expect_file(*state, YGR_EV_CHMOD, A)->body.file.open_flags, S_IFREG | 0600);
	assert_int_equal(chmod(DIR, 0755), 0);
	assert_int_equal(expect_file(*state, YGR_EV_CHMOD, DIR)->body.file.open_flags, S_IFDIR | 0755);
	chmod(DIR, 0777);
}

static void chmod_to_setuid_is_denied(void **state)
{
	static const mode_t denied[] = { 04755, 02755, 06600, 04000 }, allowed[] = { 0755, 01777, 0 };
	uint64_t generation = guest_policy_load(*state, DENY("chmod", "{ file: to-setid }"));

	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		guest_forget(*state);
		assert_int_equal(errno_of(chmod(A, denied[i])), EPERM);
		expect_denial(*state, YGR_EV_CHMOD, generation);
		assert_int_equal(errno_of(fchmod_a(denied[i])), EPERM);
	}
	assert_int_equal(stat_of(A).st_mode, S_IFREG | 0644);
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		assert_int_equal(chmod(A, allowed[i]), 0);
}

static void chmod_to_executable_is_denied(void **state)
{
	static const mode_t denied[] = { 0100, 0010, 0001, 0755 }, allowed[] = { 0666, 04600 };

	guest_policy_load(*state, DENY("chmod", "{ file: to-executable, path: \"" DIR "/**\" }"));
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++)
		assert_int_equal(errno_of(chmod(A, denied[i])), EPERM);
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		assert_int_equal(chmod(A, allowed[i]), 0);
}

/* What the file is now is another matter than what it is to be. */
static void chmod_of_setuid_is_not_to_setuid(void **state)
{
	chmod(A, 04755);
	guest_policy_load(*state, DENY("chmod", "{ file: setuid }"));
	assert_int_equal(errno_of(chmod(A, 0755)), EPERM);
	guest_policy_load(*state, DENY("chmod", "{ file: to-setid }"));
	assert_int_equal(chmod(A, 0755), 0);
	guest_policy_load(*state, DENY("chmod", "{ file: setuid }"));
	assert_int_equal(chmod(A, 0644), 0);
}

/* ---- chown ---- */

static void chown_tells_both_ids(void **state)
{
	const struct stat before = stat_of(A);
	const struct guest_event *event;

	assert_int_equal(chown(A, 1000, 1001), 0);
	event = expect_change(*state, YGR_EV_CHOWN, &before);
	assert_int_equal(event->body.file.open_flags, 1000);
	assert_int_equal(event->body.file.access, 1001);
}

static void chown_tells_what_stays(void **state)
{
	const struct guest_event *event;
	int fd = open_a(O_RDONLY);

	assert_int_equal(fchown(fd, -1, 7), 0);
	close(fd);
	event = expect_file(*state, YGR_EV_CHOWN, A);
	assert_int_equal(event->body.file.open_flags, ~0u);
	assert_int_equal(event->body.file.access, 7);
}

static void chown_of_a_symbolic_link_is_its_own(void **state)
{
	assert_int_equal(symlink(A, B), 0);
	assert_int_equal(lchown(B, 5, 5), 0);
	expect_file(*state, YGR_EV_CHOWN, B);
	assert_int_equal(chown(B, 5, 5), 0);
	expect_file(*state, YGR_EV_CHOWN, A);
}

static void chown_is_denied_by_owner(void **state)
{
	uint64_t generation;

	assert_int_equal(chown(A, 1000, 1000), 0);
	guest_forget(*state);
	generation = guest_policy_load(*state, DENY("chown", "{ owner: 1000 }"));
	assert_int_equal(errno_of(chown(A, 0, 0)), EPERM);
	expect_denial(*state, YGR_EV_CHOWN, generation);
	assert_int_equal(stat_of(A).st_uid, 1000);
	guest_file_write(B, TEXT);
	assert_int_equal(chown(B, 1000, 1000), 0);
}

/* ---- setxattr ---- */

static void setxattr_tells_name_and_flags(void **state)
{
	const struct stat before = stat_of(A);
	const struct guest_event *event;

	assert_int_equal(setxattr(A, XATTR, "v", 1, XATTR_CREATE), 0);
	event = expect_change(*state, YGR_EV_SETXATTR, &before);
	assert_text(event, YGR_STR_XATTR, XATTR);
	assert_int_equal(event->body.file.open_flags, XATTR_CREATE);
	guest_forget(*state);
	assert_int_equal(setxattr(A, XATTR, "w", 1, 0), 0);
	assert_int_equal(expect_file(*state, YGR_EV_SETXATTR, A)->body.file.open_flags, 0);
}

static void setxattr_by_descriptor(void **state)
{
	int fd = open_a(O_RDONLY);

	assert_int_equal(fsetxattr(fd, XATTR, "v", 1, 0), 0);
	assert_text(expect_file(*state, YGR_EV_SETXATTR, A), YGR_STR_XATTR, XATTR);
	close(fd);
}

/* The root directory's mount leads to it as well as the working directory's. */
static void setxattr_path_is_lent_by_the_root(void **state)
{
	guest_file_write("/file_new", TEXT);
	assert_int_equal(setxattr("/file_new", XATTR, "v", 1, 0), 0);
	expect_file(*state, YGR_EV_SETXATTR, "/file_new");
}

/* Neither leads to the mount of the file: its path is not known, the file is. */
static void setxattr_elsewhere_has_no_path(void **state)
{
	const struct stat before = stat_of(A);
	struct ygr_stats stats = guest_stats(*state, YGR_CPU_ALL);
	const struct guest_event *event;

	assert_int_equal(chdir("/"), 0);
	assert_int_equal(setxattr(A, XATTR, "v", 1, 0), 0);
	event = guest_expect(*state, .type = YGR_EV_SETXATTR, .tgid = getpid(), .flags = YGR_F_NO_PATH);
	assert_no_text(event, YGR_STR_PATH);
	assert_identity(event, &before);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).path_failed - stats.path_failed, 1);
	guest_policy_load(*state, DENY("setxattr", "{ file: no-path }"));
	assert_int_equal(errno_of(setxattr(A, XATTR, "v", 1, 0)), EPERM);
	assert_int_equal(chdir(DIR), 0);
	assert_int_equal(errno_of(setxattr(A, XATTR, "v", 1, 0)), 0);
}

static void setxattr_is_denied_by_name(void **state)
{
	/* Revision 2, effective, CAP_NET_RAW: as setcap(8) writes it. */
	static const uint32_t capability[5] = { 0x02000001, 1 << 13, 0, 0, 0 };
	uint64_t generation = guest_policy_load(*state,
						DENY("setxattr", "{ xattr: security.capability }"));
	char value[64];

	assert_int_equal(errno_of(setxattr(A, "security.capability", capability, sizeof(capability), 0)),
			 EPERM);
	expect_denial(*state, YGR_EV_SETXATTR, generation);
	assert_int_equal(getxattr(A, "security.capability", value, sizeof(value)), -1);
	assert_int_equal(errno, ENODATA);
	assert_int_equal(setxattr(A, XATTR, "v", 1, 0), 0);
	guest_policy_clear(*state);
	assert_int_equal(setxattr(A, "security.capability", capability, sizeof(capability), 0), 0);
}

/* An access list is an attribute to the caller, whatever the kernel makes of it. */
static void access_list_is_an_attribute(void **state)
{
	static const struct {
		uint32_t version;
		struct { uint16_t tag, perm; uint32_t id; } entries[3];
	} list = { 2, { { 0x01, 6, ~0u }, { 0x04, 4, ~0u }, { 0x20, 0, ~0u } } };

	assert_int_equal(setxattr(A, "system.posix_acl_access", &list, sizeof(list), 0), 0);
	assert_text(expect_file(*state, YGR_EV_SETXATTR, A), YGR_STR_XATTR, "system.posix_acl_access");
	assert_int_equal(stat_of(A).st_mode, S_IFREG | 0640);
	guest_policy_load(*state, DENY("setxattr", "{ xattr: system.posix_acl_access, path: " A " }"));
	assert_int_equal(errno_of(setxattr(A, "system.posix_acl_access", &list, sizeof(list), 0)), EPERM);
}

/* ---- truncate ---- */

static int empty_by_name(void)
{
	return errno_of(truncate(A, 0));
}

static int empty_by_descriptor(void)
{
	int fd = open_a(O_WRONLY), error = errno_of(ftruncate(fd, 0));

	close(fd);
	return error;
}

static int empty_by_open(void)
{
	return try_open(A, O_WRONLY | O_TRUNC);
}

/* Each returns an errno. */
static int (*const truncations[])(void) = { empty_by_name, empty_by_descriptor, empty_by_open };

#define TRUNCATION_NR	(sizeof(truncations) / sizeof(truncations[0]))

static void truncation_is_told(void **state)
{
	for (size_t i = 0; i < TRUNCATION_NR; i++) {
		struct stat before;

		guest_file_write(A, TEXT);
		before = stat_of(A);
		guest_forget(*state);
		assert_int_equal(truncations[i](), 0);
		expect_change(*state, YGR_EV_TRUNCATE, &before);
		assert_int_equal(size_of(A), 0);
	}
}

static void extension_is_told(void **state)
{
	assert_int_equal(truncate(A, 10000), 0);
	expect_file(*state, YGR_EV_TRUNCATE, A);
	assert_int_equal(size_of(A), 10000);
}

/* There is nothing to cut. */
static void new_file_is_not_truncated(void **state)
{
	assert_int_equal(try_open(B, O_WRONLY | O_CREAT | O_TRUNC), 0);
	reject_file(*state, YGR_EV_TRUNCATE, B);
}

static void truncation_is_denied(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("truncate", "{ path: " A " }"));

	for (size_t i = 0; i < TRUNCATION_NR; i++) {
		guest_forget(*state);
		assert_int_equal(truncations[i](), EPERM);
		expect_denial(*state, YGR_EV_TRUNCATE, generation);
		assert_int_equal(size_of(A), strlen(TEXT));
	}
	assert_int_equal(try_open(A, O_WRONLY), 0);
}

/* ---- all of them ---- */

static int link_ab(void)
{
	return link(A, B);
}

static int chmod_ab(void)
{
	return chmod(A, 0600);
}

static int chown_ab(void)
{
	return chown(A, 1, 1);
}

static int setxattr_ab(void)
{
	return setxattr(A, XATTR, "v", 1, 0);
}

static int truncate_ab(void)
{
	return truncate(A, 1);
}

static int rename_ab(void)
{
	return rename(A, B);
}

static int unlink_ab(void)
{
	return unlink(A);
}

static const struct {
	const char *on;
	enum ygr_event_type type;
	int (*act)(void);
} acts[] = {
	{ "link", YGR_EV_LINK, link_ab }, { "chmod", YGR_EV_CHMOD, chmod_ab },
	{ "chown", YGR_EV_CHOWN, chown_ab }, { "setxattr", YGR_EV_SETXATTR, setxattr_ab },
	{ "truncate", YGR_EV_TRUNCATE, truncate_ab }, { "rename", YGR_EV_RENAME, rename_ab },
	{ "unlink", YGR_EV_UNLINK, unlink_ab },
};

#define ACT_NR	(sizeof(acts) / sizeof(acts[0]))

static void each_error_is_returned(void **state)
{
	static const struct { const char *name; int error; } errors[] = {
		{ "EPERM", EPERM }, { "EACCES", EACCES }, { "ENOENT", ENOENT },
		{ "ECONNREFUSED", ECONNREFUSED },
	};

	for (size_t i = 0; i < ACT_NR; i++)
		for (size_t j = 0; j < sizeof(errors) / sizeof(errors[0]); j++) {
			char yaml[256];

			snprintf(yaml, sizeof(yaml), RULES_1("{ name: no, on: %s, do: deny, errno: %s, "
				 "where: { path: " A " } }"), acts[i].on, errors[j].name);
			guest_policy_load(*state, yaml);
			guest_forget(*state);
			assert_int_equal(errno_of(acts[i].act()), errors[j].error);
			assert_int_equal(expect_file(*state, acts[i].type, A)->head.verdict,
					 YGR_VERDICT_DENY);
		}
}

/* A name can change; the identity that a rule names cannot. */
static void acts_are_denied_by_file_id(void **state)
{
	const struct stat st = stat_of(A);
	char yaml[256];

	snprintf(yaml, sizeof(yaml), DENY("file", "{ file-id: \"%u:%u:%lu\" }"), major(st.st_dev),
		 minor(st.st_dev), (unsigned long)st.st_ino);
	guest_policy_load(*state, yaml);
	for (size_t i = 0; i < ACT_NR; i++)
		assert_int_equal(errno_of(acts[i].act()), EPERM);
	/* What has no identity yet is not denied by one. */
	assert_int_equal(try_open(B, O_WRONLY | O_CREAT), 0);
	assert_int_equal(try_open(A, O_WRONLY), EPERM);
	assert_int_equal(try_open(A, O_RDONLY), 0);
}

static void group_file_has_them_all(void **state)
{
	guest_policy_load(*state, RULES_1("{ name: r, on: file, do: ignore, where: { path: \"" DIR "/**\" } }"));
	guest_forget(*state);
	for (size_t i = 0; i < ACT_NR; i++) {
		struct ygr_stats stats;

		unlink(B);
		guest_file_write(A, TEXT);
		stats = guest_stats(*state, YGR_CPU_ALL);
		assert_int_equal(acts[i].act(), 0);
		assert_int_equal(guest_stats(*state, YGR_CPU_ALL).ignored - stats.ignored, 1);
	}
}

static int fresh_inside(void **state)
{
	return files_fresh(state) || chdir(DIR);
}

static int leave(void **state)
{
	(void)state;
	return chdir("/");
}

#define test(f) cmocka_unit_test_setup_teardown(f, fresh_inside, leave)

int main(void)
{
	const struct CMUnitTest change[] = {
		test(link_tells_both_names),
		test(link_by_descriptor),
		test(link_of_a_symbolic_link_is_its_own),
		test(link_of_a_nameless_file),
		test(link_is_denied_by_its_old_name),
		test(link_is_denied_by_its_new_name),
		test(chmod_tells_the_new_mode),
		test(chmod_to_setuid_is_denied),
		test(chmod_to_executable_is_denied),
		test(chmod_of_setuid_is_not_to_setuid),
		test(chown_tells_both_ids),
		test(chown_tells_what_stays),
		test(chown_of_a_symbolic_link_is_its_own),
		test(chown_is_denied_by_owner),
		test(setxattr_tells_name_and_flags),
		test(setxattr_by_descriptor),
		test(setxattr_path_is_lent_by_the_root),
		test(setxattr_elsewhere_has_no_path),
		test(setxattr_is_denied_by_name),
		test(access_list_is_an_attribute),
		test(truncation_is_told),
		test(extension_is_told),
		test(new_file_is_not_truncated),
		test(truncation_is_denied),
		test(each_error_is_returned),
		test(acts_are_denied_by_file_id),
		test(group_file_has_them_all),
	};

	return cmocka_run_group_tests(change, guest_setup, guest_teardown);
}
