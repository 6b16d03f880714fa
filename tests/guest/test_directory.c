// SPDX-License-Identifier: GPL-2.0-only
/* Names that are no files': directories, symbolic links, devices; and attributes that go. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files.h"

#define D	DIR "/d"
#define L	DIR "/l"
#define XATTR	"trusted.test"

#define DENY(on, where)	RULES_1("{ name: no, on: " on ", do: deny, where: " where " }")

static const struct guest_event *expect_denial(struct guest *guest, enum ygr_event_type type,
					       const char *path, uint64_t generation)
{
	const struct guest_event *event = expect_file(guest, type, path);

	assert_int_equal(event->head.verdict, YGR_VERDICT_DENY);
	assert_int_equal(event->head.class, YGR_CLASS_DENY);
	assert_rule(event, 1, "no", generation);
	return event;
}

/* ---- directories ---- */

static void mkdir_tells_mode_and_parent(void **state)
{
	const struct guest_event *event;
	struct stat parent;

	assert_int_equal(stat(DIR, &parent), 0);
	assert_int_equal(mkdir(D, 01750), 0);
	event = expect_file(*state, YGR_EV_MKDIR, D);
	assert_int_equal(event->body.file.open_flags, S_IFDIR | 01750);
	assert_int_equal(event->body.file.access, 0);
	assert_int_equal(event->body.file.file.ino, parent.st_ino);
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(event->head.class, YGR_CLASS_FILE);
	assert_no_rule(event);
	reject_file(*state, YGR_EV_CREATE, D);
}

static void mkdir_is_denied(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("mkdir", "{ path: " D " }"));

	assert_int_equal(errno_of(mkdir(D, 0700)), EPERM);
	expect_denial(*state, YGR_EV_MKDIR, D, generation);
	assert_int_equal(errno_of(access(D, F_OK)), ENOENT);
}

static void rmdir_tells_the_directory(void **state)
{
	const struct guest_event *event;
	struct stat st;

	assert_int_equal(mkdir(D, 0700), 0);
	assert_int_equal(stat(D, &st), 0);
	assert_int_equal(rmdir(D), 0);
	event = expect_file(*state, YGR_EV_RMDIR, D);
	assert_int_equal(event->body.file.file.ino, st.st_ino);
	assert_int_equal(event->body.file.file.mode, S_IFDIR | 0700);
	assert_int_equal(event->head.flags, 0);
	reject_file(*state, YGR_EV_UNLINK, D);
}

static void rmdir_is_denied(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("rmdir", "{ path: " D " }"));

	assert_int_equal(mkdir(D, 0700), 0);
	assert_int_equal(errno_of(rmdir(D)), EPERM);
	expect_denial(*state, YGR_EV_RMDIR, D, generation);
	assert_int_equal(access(D, F_OK), 0);
}

/* unlinkat() with a flag is rmdir() by another name. */
static void unlinkat_removes_directories(void **state)
{
	assert_int_equal(mkdir(D, 0700), 0);
	assert_int_equal(unlinkat(AT_FDCWD, D, AT_REMOVEDIR), 0);
	expect_file(*state, YGR_EV_RMDIR, D);
}

/* ---- symbolic links ---- */

static void symlink_tells_its_target(void **state)
{
	const struct guest_event *event;
	struct stat parent;

	assert_int_equal(stat(DIR, &parent), 0);
	assert_int_equal(symlink("../x y/\xff", L), 0);
	event = expect_file(*state, YGR_EV_SYMLINK, L);
	assert_text(event, YGR_STR_TARGET, "../x y/\xff");
	assert_int_equal(event->body.file.file.ino, parent.st_ino);
	assert_int_equal(event->body.file.open_flags, 0);
	assert_int_equal(event->head.flags, 0);
}

static void symlink_tells_a_long_target_whole(void **state)
{
	char target[PATH_MAX];

	memset(target, 'x', sizeof(target) - 1);
	target[sizeof(target) - 1] = '\0';
	assert_int_equal(symlink(target, L), 0);
	assert_text_at(expect_file(*state, YGR_EV_SYMLINK, L), YGR_STR_TARGET, target,
		       sizeof(target) - 1, __FILE__, __LINE__);
}

static void symlink_is_denied(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("symlink", "{ path: " L " }"));
	struct stat st;

	assert_int_equal(errno_of(symlink(A, L)), EPERM);
	assert_text(expect_denial(*state, YGR_EV_SYMLINK, L, generation), YGR_STR_TARGET, A);
	assert_int_equal(errno_of(lstat(L, &st)), ENOENT);
}

/* ---- devices ---- */

static void device_tells_its_number(void **state)
{
	const struct guest_event *event;

	assert_int_equal(mknod(L, S_IFCHR | 0600, makedev(0x123, 0x45678)), 0);
	event = expect_file(*state, YGR_EV_CREATE, L);
	assert_int_equal(event->body.file.open_flags, S_IFCHR | 0600);
	/* As the system call takes it: the low 8 bits of the minor, the major, the rest of the minor. */
	assert_int_equal(event->body.file.access, 0x78 | 0x123 << 8 | 0x456 << 20);
}

static void what_is_no_device_has_no_number(void **state)
{
	assert_int_equal(mknod(L, S_IFIFO | 0600, makedev(1, 3)), 0);
	assert_int_equal(expect_file(*state, YGR_EV_CREATE, L)->body.file.access, 0);
}

/* ---- attributes ---- */

static uint64_t ns_of(struct timespec time)
{
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static void removexattr_tells_the_name(void **state)
{
	const struct guest_event *event;
	struct stat before, after;
	struct ygr_file_id id;

	assert_int_equal(setxattr(A, XATTR, "v", 1, 0), 0);
	assert_int_equal(stat(A, &before), 0);
	assert_int_equal(removexattr(A, XATTR), 0);
	assert_int_equal(stat(A, &after), 0);
	event = expect_file(*state, YGR_EV_REMOVEXATTR, A);
	assert_text(event, YGR_STR_XATTR, XATTR);
	/* All of it, but that its ctime is the removal's by now. */
	id = event->body.file.file;
	assert_int_equal(id.ctime_ns, ns_of(before.st_ctim));
	id.ctime_ns = ns_of(after.st_ctim);
	assert_file_id(&id, A);
	assert_int_equal(event->body.file.open_flags, 0);
	assert_int_equal(event->head.flags, 0);
}

static void removexattr_is_denied_by_name(void **state)
{
	uint64_t generation = guest_policy_load(*state,
						DENY("removexattr", "{ path: " A ", xattr: \"trusted.*\" }"));
	char value[8];

	assert_int_equal(setxattr(A, XATTR, "v", 1, 0), 0);
	assert_int_equal(errno_of(removexattr(A, XATTR)), EPERM);
	expect_denial(*state, YGR_EV_REMOVEXATTR, A, generation);
	assert_int_equal(getxattr(A, XATTR, value, sizeof(value)), 1);
}

static void access_list_is_removed_like_an_attribute(void **state)
{
	int error = errno_of(removexattr(A, "system.posix_acl_access"));

	assert_true(!error || error == ENODATA || error == EOPNOTSUPP);
	assert_text(expect_file(*state, YGR_EV_REMOVEXATTR, A), YGR_STR_XATTR, "system.posix_acl_access");
}

/* Not each file system has them: then it says so after we were asked. */
static int set_flags(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;

	error = errno_of(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	close(fd);
	return error;
}

static void chattr_tells_the_flags(void **state)
{
	const struct guest_event *event;
	struct stat st;
	int error;

	if (!guest_has_chattr())
		skip();
	assert_int_equal(stat(A, &st), 0);
	error = set_flags(A, FS_APPEND_FL);
	assert_true(!error || error == ENOTTY);
	event = expect_file(*state, YGR_EV_CHATTR, A);
	assert_int_equal(event->body.file.open_flags, FS_APPEND_FL);
	assert_int_equal(event->body.file.file.ino, st.st_ino);
	assert_int_equal(event->head.flags, 0);
	set_flags(A, 0);
}

/* The other interface has other numbers for the same. */
static void chattr_by_xflags_is_the_same(void **state)
{
	struct fsxattr fsx = { .fsx_xflags = FS_XFLAG_IMMUTABLE };
	int fd;

	if (!guest_has_chattr())
		skip();
	fd = open(A, O_RDONLY | O_CLOEXEC);
	ioctl(fd, FS_IOC_FSSETXATTR, &fsx);
	assert_int_equal(expect_file(*state, YGR_EV_CHATTR, A)->body.file.open_flags, FS_IMMUTABLE_FL);
	close(fd);
	set_flags(A, 0);
}

static void chattr_is_denied(void **state)
{
	uint64_t generation;

	if (!guest_has_chattr())
		skip();
	generation = guest_policy_load(*state, DENY("chattr", "{ path: " A " }"));
	assert_int_equal(set_flags(A, FS_IMMUTABLE_FL), EPERM);
	expect_denial(*state, YGR_EV_CHATTR, A, generation);
	assert_int_equal(try_open(A, O_WRONLY), 0);
}

/* ---- what rules about files include ---- */

static void group_change_has_them_all(void **state)
{
	guest_policy_load(*state, DENY("change", "{ path: [" D ", " L ", " A "] }"));
	assert_int_equal(errno_of(mkdir(D, 0700)), EPERM);
	assert_int_equal(errno_of(symlink(A, L)), EPERM);
	assert_int_equal(errno_of(removexattr(A, XATTR)), EPERM);
	if (guest_has_chattr())
		assert_int_equal(set_flags(A, 0), EPERM);
	guest_policy_clear(*state);
	assert_int_equal(mkdir(D, 0700), 0);
	guest_policy_load(*state, DENY("change", "{ path: " D " }"));
	assert_int_equal(errno_of(rmdir(D)), EPERM);
}

static int fresh(void **state)
{
	guest_policy_clear(*state);
	set_flags(A, 0);
	if (files_fresh(state) || chdir(DIR))
		return -1;
	rmdir(D);
	unlink(L);
	guest_forget(*state);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	return chdir("/");
}

#define test(f) cmocka_unit_test_setup_teardown(f, fresh, leave)

int main(void)
{
	const struct CMUnitTest directory[] = {
		test(mkdir_tells_mode_and_parent),
		test(mkdir_is_denied),
		test(rmdir_tells_the_directory),
		test(rmdir_is_denied),
		test(unlinkat_removes_directories),
		test(symlink_tells_its_target),
		test(symlink_tells_a_long_target_whole),
		test(symlink_is_denied),
		test(device_tells_its_number),
		test(what_is_no_device_has_no_number),
		test(removexattr_tells_the_name),
		test(removexattr_is_denied_by_name),
		test(access_list_is_removed_like_an_attribute),
		test(chattr_tells_the_flags),
		test(chattr_by_xflags_is_the_same),
		test(chattr_is_denied),
		test(group_change_has_them_all),
	};

	return cmocka_run_group_tests(directory, guest_setup, guest_teardown);
}
