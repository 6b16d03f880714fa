/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Landlock: what a process may reach of the file system from some point on. All
 * that no allow() names is denied; so are executing, listening on TCP, tracing
 * and signalling processes outside, as far as the kernel's version of it goes.
 */
#ifndef YGR_LANDLOCK_H
#define YGR_LANDLOCK_H

/* Return: 1 and above: the version that the kernel has; 0: it has none. */
int ygr_landlock_version(void);

/* Return: a descriptor for the calls below; -errno. */
int ygr_landlock_create(void);

/* To open for reading: @path, and what is below it. Return: 0; -ENOENT; -errno. */
int ygr_landlock_allow_read(int ruleset_fd, const char *path);
/* Also to write, make and remove files and directories below @path, a directory. */
int ygr_landlock_allow_write(int ruleset_fd, const char *path);

/* From now on, and for all children. After no_new_privs. Return: 0 or -errno. */
int ygr_landlock_enforce(int ruleset_fd);

#endif
