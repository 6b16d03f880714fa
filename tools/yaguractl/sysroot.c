// SPDX-License-Identifier: GPL-2.0-only
#include "sysroot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_BYTES	4096

/* Somebody who renames directories just now lets openat2() try again; not for ever. */
#define TRIES_MAX	16

int ygr_sysroot_open(struct ygr_sysroot *root, const char *directory)
{
	struct stat given, own;

	root->fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0)
		return -errno;
	root->is_own = !fstat(root->fd, &given) && !stat("/", &own) &&
		       given.st_dev == own.st_dev && given.st_ino == own.st_ino;
	return 0;
}

void ygr_sysroot_close(struct ygr_sysroot *root)
{
	close(root->fd);
	root->fd = -1;
}

static int open_at(const struct ygr_sysroot *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;
	int tries;

	if (flags & O_PATH)
		how.flags = flags | O_CLOEXEC;
	for (tries = 0; tries < TRIES_MAX; tries++) {
		fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	/* An old kernel, or a filter that does not know the call: in "/" the plain one is as good.
	 */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM) && root->is_own)
		fd = open(path, (int)how.flags);
	return fd < 0 ? -errno : (int)fd;
}

int ygr_sysroot_stat(const struct ygr_sysroot *root, const char *path, struct stat *stat)
{
	int fd = open_at(root, path, O_PATH), ret;

	if (fd < 0)
		return fd;
	ret = fstat(fd, stat) ? -errno : 0;
	close(fd);
	return ret;
}

bool ygr_sysroot_has(const struct ygr_sysroot *root, const char *path)
{
	struct stat stat;

	return !ygr_sysroot_stat(root, path, &stat);
}

/* To open a device may do something: it is looked at first. */
int ygr_sysroot_open_file(const struct ygr_sysroot *root, const char *path)
{
	struct stat stat;
	int ret = ygr_sysroot_stat(root, path, &stat);

	if (ret)
		return ret;
	return S_ISREG(stat.st_mode) ? open_at(root, path, O_RDONLY) : -EINVAL;
}

DIR *ygr_sysroot_open_directory(const struct ygr_sysroot *root, const char *path)
{
	int fd = open_at(root, path, O_RDONLY | O_DIRECTORY);
	DIR *directory;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	directory = fdopendir(fd);
	if (!directory)
		close(fd);
	return directory;
}

/* Return: bytes in *buf, of which there is one more; -errno. */
static long read_up_to(int fd, size_t max_bytes, char **buf)
{
	size_t cap = 0, len = 0;
	char *larger;
	ssize_t got;

	for (;;) {
		if (len == cap) {
			cap = cap ? 2 * cap : FIRST_BYTES;
			cap = cap > max_bytes ? max_bytes : cap;
			larger = realloc(*buf, cap + 1);
			if (!larger)
				return -ENOMEM;
			*buf = larger;
		}
		got = read(fd, *buf + len, cap - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		len += (size_t)got;
		if (!got || len == max_bytes)
			return (long)len;
	}
}

long ygr_sysroot_read(const struct ygr_sysroot *root, const char *path, size_t max_bytes,
		      char **text)
{
	int fd = ygr_sysroot_open_file(root, path);
	long bytes;

	*text = NULL;
	if (fd < 0)
		return fd;
	bytes = read_up_to(fd, max_bytes, text);
	close(fd);
	if (bytes < 0) {
		free(*text);
		*text = NULL;
	} else {
		(*text)[bytes] = '\0';
	}
	return bytes;
}
