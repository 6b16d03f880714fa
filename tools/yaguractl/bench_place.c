// SPDX-License-Identifier: GPL-2.0-only
#include "bench_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_BYTES	16

static void name_of(unsigned int object, char name[NAME_BYTES])
{
	snprintf(name, NAME_BYTES, "file-%04u", object);
}

static int make_file(int dir_fd, unsigned int object)
{
	char name[NAME_BYTES];
	int fd;

	name_of(object, name);
	fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int make_directory(struct ygr_bench_place *place)
{
	const char *parent = getenv("TMPDIR");
	int len;

	len = snprintf(place->path, sizeof(place->path), "%s/yagura-bench.XXXXXX",
		       parent && *parent ? parent : "/tmp");
	if (len >= (int)sizeof(place->path))
		return -ENAMETOOLONG;
	if (!mkdtemp(place->path))
		return -errno;
	place->made = true;
	place->fd = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return place->fd < 0 ? -errno : 0;
}

int ygr_bench_place_create(struct ygr_bench_place *place, unsigned int object_nr)
{
	int err;

	*place = (struct ygr_bench_place) { .fd = -1 };
	err = make_directory(place);
	/* One that could not be opened may be there all the same: opens are denied later than that. */
	while (!err && place->made_nr < object_nr)
		err = make_file(place->fd, place->made_nr++);
	if (err)
		ygr_bench_place_destroy(place);
	return err;
}

void ygr_bench_place_name(const struct ygr_bench_place *place, unsigned int object, char *path)
{
	char name[NAME_BYTES];

	name_of(object, name);
	snprintf(path, YGR_BENCH_OBJECT_BYTES, "%s/%s", place->path, name);
}

int ygr_bench_place_destroy(struct ygr_bench_place *place)
{
	char name[NAME_BYTES];
	int err = 0;

	while (place->made_nr) {
		name_of(--place->made_nr, name);
		if (unlinkat(place->fd, name, 0) && errno != ENOENT)
			err = -errno;
	}
	if (place->fd >= 0)
		close(place->fd);
	place->fd = -1;
	if (!place->made)
		return err;
	if (rmdir(place->path) && errno != ENOENT)
		return err ?: -errno;
	place->made = false;
	return err;
}
