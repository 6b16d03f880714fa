/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A real file system (ext4, with fs-verity) at DISK, from the guest's scratch disk; and one
 * stacked on it. Functions here fail the cmocka test: not for children.
 */
#ifndef YGR_TEST_DISK_H
#define YGR_TEST_DISK_H

#include <stdbool.h>

#define DISK		"/disk"
#define STACK		"/disk/stack"		/* overlayfs of the two below */
#define STACK_LOWER	"/disk/lower"
#define STACK_UPPER	"/disk/upper"

/* Return: false: the guest has no disk (run-vm --disk), or no driver; DISK is a tmpfs then. */
bool disk_mount(void);
void disk_unmount(void);

/* After disk_mount(). Return: false: this kernel has no overlayfs. */
bool stack_mount(void);
void stack_unmount(void);

#endif
