/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of a system below some directory: "/", or where another one is mounted.
 * Paths are absolute as that system has them; its symbolic links, absolute ones too, lead
 * nowhere out of it. Nothing but regular files and directories is opened: what lies there
 * may be anybody's. Functions return -errno and print nothing.
 */
#ifndef YGR_SYSROOT_H
#define YGR_SYSROOT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct ygr_sysroot {
	int fd;
	bool is_own;	/* "/": the running system */
};

int ygr_sysroot_open(struct ygr_sysroot *root, const char *directory);
void ygr_sysroot_close(struct ygr_sysroot *root);

int ygr_sysroot_stat(const struct ygr_sysroot *root, const char *path, struct stat *stat);
bool ygr_sysroot_has(const struct ygr_sysroot *root, const char *path);

/* Return: a descriptor of a regular file, for reading; -EINVAL: it is no such file; -errno. */
int ygr_sysroot_open_file(const struct ygr_sysroot *root, const char *path);

/* Return: a stream of the directory's names; NULL: errno tells. */
DIR *ygr_sysroot_open_directory(const struct ygr_sysroot *root, const char *path);

/*
 * *text: the file up to @max_bytes, what follows is left out; with a NUL. The caller frees it.
 * NULL on failure. Return: bytes; -errno.
 */
long ygr_sysroot_read(const struct ygr_sysroot *root, const char *path, size_t max_bytes,
		      char **text);

#endif
