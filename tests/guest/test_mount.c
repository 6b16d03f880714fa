// SPDX-License-Identifier: GPL-2.0-only
/* What is mounted where, by the old calls and by the new ones. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest_assert.h"

#define PLACE	"/tmp/place"

/* glibc's <sys/mount.h> and the kernel's do not go together everywhere. */
static int call_mount(const char *source, const char *type, unsigned long flags, const char *options)
{
	return syscall(SYS_mount, source, PLACE, type, flags, options) ? errno : 0;
}

static int call_umount(int flags)
{
	return syscall(SYS_umount2, PLACE, flags) ? errno : 0;
}

static int place_setup(void **state)
{
	if (mkdir(PLACE, 0755) && errno != EEXIST)
		return -1;
	return guest_fresh(state);
}

#define MS_NOSUID_NODEV	6ul
#define DETACH		2

static void mount_and_umount_are_told(void **state)
{
	const struct guest_event *event;
	struct stat at;

	assert_int_equal(call_mount("what", "tmpfs", MS_NOSUID_NODEV, "size=64k"), 0);
	event = guest_expect(*state, .type = YGR_EV_MOUNT, .tgid = getpid());
	assert_int_equal(event->head.class, YGR_CLASS_PRIVILEGE);
	assert_int_equal(event->body.mount.call, YGR_MOUNT_MOUNT);
	assert_int_equal(event->body.mount.flags, MS_NOSUID_NODEV);
	assert_text(event, YGR_STR_PATH, PLACE);
	assert_text(event, YGR_STR_SOURCE, "what");
	assert_text(event, YGR_STR_FSTYPE, "tmpfs");
	assert_text(event, YGR_STR_OPTIONS, "size=64k");
	assert_int_equal(stat(PLACE, &at), 0);
	assert_int_equal(call_umount(DETACH), 0);
	event = guest_expect(*state, .type = YGR_EV_UMOUNT, .tgid = getpid());
	assert_int_equal(event->body.mount.flags, DETACH);
	assert_int_equal(event->body.mount.dev_major, major(at.st_dev));
	assert_int_equal(event->body.mount.dev_minor, minor(at.st_dev));
	assert_text(event, YGR_STR_PATH, PLACE);
	assert_text(event, YGR_STR_FSTYPE, "tmpfs");
	assert_no_text(event, YGR_STR_OPTIONS);
}

/* tmpfs knows no such option: an attempt. */
static void secrets_are_not_told(void **state)
{
	const struct guest_event *event;

	assert_int_equal(call_mount("s", "tmpfs", 0, "size=64k,password=hush,,hush,mode=700"), EINVAL);
	event = guest_expect(*state, .type = YGR_EV_MOUNT, .tgid = getpid());
	assert_text(event, YGR_STR_OPTIONS, "size=64k,password=*,mode=700");
}

static int make_mount(void)
{
	int context = syscall(SYS_fsopen, "tmpfs", 0);
	int mount;

	assert_true(context >= 0);
	assert_int_equal(syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0), 0);
	mount = syscall(SYS_fsmount, context, 0, 0);
	assert_true(mount >= 0);
	close(context);
	return mount;
}

static void the_new_calls_are_told(void **state)
{
	const struct guest_event *event;
	int mount = make_mount();

	event = guest_expect(*state, .type = YGR_EV_MOUNT, .tgid = getpid());
	assert_int_equal(event->body.mount.call, YGR_MOUNT_FSCONFIG);
	assert_no_text(event, YGR_STR_PATH);
	assert_text(event, YGR_STR_FSTYPE, "tmpfs");
	assert_int_equal(syscall(SYS_move_mount, mount, "", AT_FDCWD, PLACE, MOVE_MOUNT_F_EMPTY_PATH), 0);
	event = guest_expect(*state, .type = YGR_EV_MOVE_MOUNT, .tgid = getpid());
	assert_text(event, YGR_STR_PATH, PLACE);
	assert_text(event, YGR_STR_FSTYPE, "tmpfs");
	close(mount);
	assert_int_equal(call_umount(0), 0);
}

/* Refused by the kernel, which has asked first. */
static void pivot_root_is_told(void **state)
{
	const struct guest_event *event;

	assert_int_equal(syscall(SYS_pivot_root, PLACE, "/tmp"), -1);
	event = guest_expect(*state, .type = YGR_EV_PIVOT_ROOT, .tgid = getpid());
	assert_text(event, YGR_STR_PATH, PLACE);
	assert_text(event, YGR_STR_NEW_PATH, "/tmp");
}

static void mounting_there_is_denied(void **state)
{
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: no, on: [mount, move-mount], do: deny, where: { path: " PLACE " } }"));
	const struct guest_event *event;
	int mount;

	assert_int_equal(call_mount("what", "tmpfs", 0, NULL), EPERM);
	event = guest_expect(*state, .type = YGR_EV_MOUNT, .tgid = getpid(), .verdict = GUEST_DENIED);
	assert_rule(event, 1, "no", generation);
	mount = make_mount();
	assert_int_equal(syscall(SYS_move_mount, mount, "", AT_FDCWD, PLACE, MOVE_MOUNT_F_EMPTY_PATH), -1);
	assert_int_equal(errno, EPERM);
	event = guest_expect(*state, .type = YGR_EV_MOVE_MOUNT, .tgid = getpid(), .verdict = GUEST_DENIED);
	assert_rule(event, 1, "no", generation);
	close(mount);
	assert_int_equal(call_umount(0), EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(mount_and_umount_are_told, place_setup),
		cmocka_unit_test_setup(secrets_are_not_told, place_setup),
		cmocka_unit_test_setup(the_new_calls_are_told, place_setup),
		cmocka_unit_test_setup(pivot_root_is_told, place_setup),
		cmocka_unit_test_setup(mounting_there_is_denied, place_setup),
	};

	return cmocka_run_group_tests_name("mount", tests, guest_setup, guest_teardown);
}
