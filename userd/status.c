// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "event_name.h"
#include "status.h"

#define NAME_BYTES	64

static int write_temp(int dir_fd, const char *temp, json_t *status)
{
	int fd, ret;

	/* A leftover of ours, or a trap: either way it is not to be written through. */
	if (unlinkat(dir_fd, temp, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	ret = json_dumpfd(status, fd, JSON_INDENT(2)) ? -EIO : 0;
	close(fd);
	return ret;
}

int ygr_status_write(const char *runtime_dir, const char *name, json_t *status)
{
	char temp[NAME_BYTES];
	int dir_fd, ret;

	if (!status)
		return -ENOMEM;
	dir_fd = open(runtime_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0) {
		ret = -errno;
		goto out_free;
	}
	snprintf(temp, sizeof(temp), "%s.new", name);
	ret = write_temp(dir_fd, temp, status);
	if (!ret && renameat(dir_fd, temp, dir_fd, name))
		ret = -errno;
	close(dir_fd);
out_free:
	json_decref(status);
	return ret;
}

json_t *ygr_status_by_class(const uint64_t counts[YGR_BATCH_CLASS_NR])
{
	json_t *map = json_object();

	for (uint8_t class = 0; map && class < YGR_BATCH_CLASS_NR; class++) {
		char room[YGR_EVENT_NAME_BYTES];

		if (counts[class])
			json_object_set_new(map, ygr_event_name_class(class, room),
					    json_integer((json_int_t)counts[class]));
	}
	return map;
}

uint64_t ygr_status_memory_bytes(void)
{
	unsigned long long total_pages, resident_pages;
	FILE *file = fopen("/proc/self/statm", "re");
	int nr;

	if (!file)
		return 0;
	nr = fscanf(file, "%llu %llu", &total_pages, &resident_pages);
	fclose(file);
	return nr == 2 ? resident_pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}
