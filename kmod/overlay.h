/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which layer of an overlayfs a file's contents are of. Upper: written since the layers
 * were stacked, as a container's files that are not its image's.
 */
#ifndef YGR_OVERLAY_H
#define YGR_OVERLAY_H

#include <linux/fs.h>

/*
 * The kernel exports nothing that says so. It keeps the entry in the upper layer right behind
 * the inode (4.19 to 7.x), which is believed only where it leads to the very file that the kernel says is
 * behind this one: another layout makes us miss an upper file, never invent one.
 *
 * Context: may sleep. Return: false also where it is not known.
 */
bool ygr_overlay_is_upper(const struct file *file);

#endif
