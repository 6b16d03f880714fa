// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "disk.h"
#include "guest.h"

#define DEVICE		"/dev/nvme0n1"
#define OVERLAY_KO	"/t/overlay.ko"

bool disk_mount(void)
{
	mkdir(DISK, 0755);
	if (!mount(DEVICE, DISK, "ext4", 0, NULL))
		return true;
	if ((errno != ENOENT && errno != ENODEV) || mount("tmpfs", DISK, "tmpfs", 0, NULL))
		fail_msg("mount %s: %s", DEVICE, strerror(errno));
	puts("# no " DEVICE);
	return false;
}

/* The kernel drops the mounts of a child some time after it has ended. */
static void unmount(const char *where)
{
	unsigned int tries = 0;

	while (umount(where)) {
		if (errno != EBUSY || ++tries == 100)
			fail_msg("umount %s: %s", where, strerror(errno));
		usleep(10000);
	}
}

void disk_unmount(void)
{
	unmount(DISK);
}

static void load_overlay(void)
{
	int fd = open(OVERLAY_KO, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		fail_msg("%s: %s", OVERLAY_KO, strerror(errno));
	close(fd);
}

bool stack_mount(void)
{
	mkdir(STACK, 0755);
	mkdir(STACK_LOWER, 0755);
	mkdir(STACK_UPPER, 0755);
	mkdir(DISK "/work", 0755);
	load_overlay();
	if (!mount("overlay", STACK, "overlay", 0,
		   "lowerdir=" STACK_LOWER ",upperdir=" STACK_UPPER ",workdir=" DISK "/work"))
		return true;
	if (errno != ENODEV)
		fail_msg("mount overlay: %s", strerror(errno));
	puts("# no overlayfs");
	return false;
}

void stack_unmount(void)
{
	unmount(STACK);
}
