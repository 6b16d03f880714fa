// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "park.h"

#define PARK_NAME	"parked"
#define TEMP_NAME	"new"
#define NAME_BYTES	64

/* Opens DIR_FD/NAME, which is made if @make. Closes @dir_fd. Return: a descriptor or -errno. */
static int descend(int dir_fd, const char *name, bool make)
{
	int fd, ret;

	if (dir_fd < 0)
		return dir_fd;
	if (make && mkdirat(dir_fd, name, 0750) == 0)
		ret = fsync(dir_fd) ? -errno : 0;
	else
		ret = make && errno != EEXIST ? -errno : 0;
	fd = ret ? ret : openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && !ret)
		fd = -errno;
	close(dir_fd);
	return fd;
}

static int open_park(const char *spool_dir, const char *output, bool make)
{
	int fd = open(spool_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return descend(descend(fd, PARK_NAME, make), output, make);
}

static void measure(int dir_fd, uint64_t *batch_nr, uint64_t *bytes)
{
	int fd = dup(dir_fd);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat info;

	*batch_nr = 0;
	*bytes = 0;
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	rewinddir(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, TEMP_NAME) == 0 ||
		    fstatat(dir_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW))
			continue;
		*batch_nr += 1;
		*bytes += (uint64_t)info.st_size;
	}
	closedir(dir);
}

void ygr_park_measure(const char *spool_dir, const char *output, uint64_t *batch_nr, uint64_t *bytes)
{
	int dir_fd = open_park(spool_dir, output, false);

	*batch_nr = 0;
	*bytes = 0;
	if (dir_fd < 0)
		return;
	measure(dir_fd, batch_nr, bytes);
	close(dir_fd);
}

static int write_temp(int dir_fd, const uint8_t *bytes, size_t len)
{
	int fd = openat(dir_fd, TEMP_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	size_t used = 0;
	int ret = 0;

	if (fd < 0)
		return -errno;
	while (!ret && used < len) {
		ssize_t put = write(fd, bytes + used, len - used);

		if (put >= 0)
			used += (size_t)put;
		else if (errno != EINTR)
			ret = -errno;
	}
	if (!ret && fdatasync(fd))
		ret = -errno;
	close(fd);
	return ret;
}

static int put(int dir_fd, const char *name, const struct ygr_scan_item *item, uint64_t limit_bytes)
{
	uint64_t batch_nr, bytes;
	int ret;

	if (faccessat(dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	measure(dir_fd, &batch_nr, &bytes);
	if (item->batch_bytes > limit_bytes || bytes > limit_bytes - item->batch_bytes)
		return -EDQUOT;
	ret = write_temp(dir_fd, item->batch, item->batch_bytes);
	if (!ret && (renameat(dir_fd, TEMP_NAME, dir_fd, name) || fsync(dir_fd)))
		ret = -errno;
	return ret;
}

int ygr_park_put(const char *spool_dir, const char *output, const struct ygr_scan_item *item,
		 uint64_t limit_bytes)
{
	int dir_fd = open_park(spool_dir, output, true);
	char name[NAME_BYTES], id[33];
	int ret;

	if (dir_fd < 0)
		return dir_fd;
	ygr_spool_format_id_text(item->header.spool_id, id);
	snprintf(name, sizeof(name), "%s-%016" PRIx64 ".ygs", id, item->header.batch_id);
	ret = put(dir_fd, name, item, limit_bytes);
	close(dir_fd);
	return ret;
}

int ygr_park_put_again(const char *spool_dir, const char *output, uint64_t batch_id,
		       uint64_t limit_bytes)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;
	int ret = ygr_spool_scan_open(&scan, spool_dir, YGR_SCAN_RAW);

	if (ret)
		return ret;
	ygr_spool_scan_skip_to(scan, batch_id - 1);
	do {
		ret = ygr_spool_scan_next(scan, &item);
	} while (ret == YGR_SCAN_FAULT);
	if (ret == YGR_SCAN_BATCH && item.header.batch_id == batch_id)
		ret = ygr_park_put(spool_dir, output, &item, limit_bytes);
	else if (ret >= 0)
		ret = -ENOENT;
	ygr_spool_scan_close(scan);
	return ret;
}
