// SPDX-License-Identifier: GPL-2.0-only
#include "policy_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "text_file.h"
#include "yaml_tree.h"

#define DIRECTORY	"/var/lib/yagura/policy"
#define SUFFIX		".yaml"

/* 128 bits in hexadecimal, suffix, NUL. */
#define NAME_BYTES	(32 + sizeof(SUFFIX))

static const char *directory(void)
{
	return secure_getenv("YAGURA_POLICY_SOURCES") ?: DIRECTORY;
}

static void make_name(char name[NAME_BYTES], const void *blob, size_t bytes)
{
	XXH128_hash_t hash = XXH3_128bits(blob, bytes);

	snprintf(name, NAME_BYTES, "%016llx%016llx" SUFFIX, (unsigned long long)hash.high64,
		 (unsigned long long)hash.low64);
}

/* Return: a descriptor or -errno. */
static int open_directory(bool make)
{
	int fd;

	if (make && mkdir(directory(), 0700) && errno != EEXIST && errno != ENOENT)
		return -errno;
	fd = open(directory(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* /var/lib/yagura is the daemon's, and may not be there yet. */
static int make_parent(void)
{
	char parent[PATH_MAX], *slash;

	if (strlen(directory()) >= sizeof(parent))
		return -ENAMETOOLONG;
	strcpy(parent, directory());
	slash = strrchr(parent, '/');
	if (!slash || slash == parent)
		return 0;
	*slash = '\0';
	return mkdir(parent, 0755) && errno != EEXIST ? -errno : 0;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t written = write(fd, text, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		len -= (size_t)written;
	}
	return fsync(fd) ? -errno : 0;
}

/* Whole or not at all. */
static int write_file(int dir, const char *name, const char *text)
{
	char draft[NAME_BYTES + 16];
	int fd, err;

	snprintf(draft, sizeof(draft), ".%s.%d", name, (int)getpid());
	fd = openat(dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text, strlen(text));
	close(fd);
	if (!err && renameat(dir, draft, dir, name))
		err = -errno;
	if (err)
		unlinkat(dir, draft, 0);
	return err;
}

static bool is_source(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > strlen(SUFFIX) &&
	       !strcmp(name + len - strlen(SUFFIX), SUFFIX);
}

/* The oldest, if there are more than the most. Return: whether there was one to remove. */
static bool remove_oldest(int dir)
{
	char oldest[NAME_MAX + 1] = "";
	struct timespec oldest_time = { 0 };
	const struct dirent *entry;
	struct stat status;
	unsigned int nr = 0;
	DIR *stream;
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	stream = copy < 0 ? NULL : fdopendir(copy);
	if (!stream) {
		if (copy >= 0)
			close(copy);
		return false;
	}
	while ((entry = readdir(stream))) {
		if (!is_source(entry->d_name) || fstatat(dir, entry->d_name, &status, AT_SYMLINK_NOFOLLOW))
			continue;
		if (nr++ && (status.st_mtim.tv_sec > oldest_time.tv_sec ||
			     (status.st_mtim.tv_sec == oldest_time.tv_sec &&
			      status.st_mtim.tv_nsec >= oldest_time.tv_nsec)))
			continue;
		oldest_time = status.st_mtim;
		strcpy(oldest, entry->d_name);
	}
	closedir(stream);
	return nr > YGR_POLICY_SOURCES_MAX && !unlinkat(dir, oldest, 0);
}

int ygr_policy_source_keep(const void *blob, size_t bytes, const char *text)
{
	char name[NAME_BYTES];
	int dir, err;

	err = make_parent();
	dir = err ? err : open_directory(true);
	if (dir < 0)
		return dir;
	make_name(name, blob, bytes);
	err = write_file(dir, name, text);
	while (!err && remove_oldest(dir))
		;
	close(dir);
	return err;
}

int ygr_policy_source_find(const void *blob, size_t bytes, char **text)
{
	char path[PATH_MAX], name[NAME_BYTES];
	size_t len;

	make_name(name, blob, bytes);
	if (snprintf(path, sizeof(path), "%s/%s", directory(), name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return ygr_text_file_read(path, YGR_YAML_BYTES_MAX, text, &len);
}
