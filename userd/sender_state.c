// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sender_state.h"

#define NAME_BYTES	64

size_t ygr_sender_state_print(const struct ygr_sender_state *state, char text[YGR_SENDER_STATE_BYTES])
{
	char id[33];

	ygr_spool_format_id_text(state->spool_id, id);
	return (size_t)snprintf(text, YGR_SENDER_STATE_BYTES, "yagura output state 1\nspool %s\nacked %" PRIu64 "\n",
				id, state->acked_id);
}

int ygr_sender_state_parse(const char *text, struct ygr_sender_state *state)
{
	struct ygr_sender_state parsed;
	char id[33], check[YGR_SENDER_STATE_BYTES];

	if (sscanf(text, "yagura output state 1\nspool %32[0-9a-f]\nacked %" SCNu64, id,
		   &parsed.acked_id) != 2 ||
	    strlen(id) != 32 || ygr_spool_format_id_parse(id, parsed.spool_id))
		return -EBADMSG;
	/* What is not exactly what we would write was not written by us. */
	ygr_sender_state_print(&parsed, check);
	if (strcmp(text, check) != 0)
		return -EBADMSG;
	*state = parsed;
	return 0;
}

static int open_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int ygr_sender_state_load(const char *dir, const char *output, struct ygr_sender_state *state)
{
	char text[YGR_SENDER_STATE_BYTES], name[NAME_BYTES];
	int dir_fd = open_dir(dir);
	ssize_t got;
	int fd;

	if (dir_fd < 0)
		return dir_fd;
	snprintf(name, sizeof(name), "%s.state", output);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	close(dir_fd);
	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got < 0)
		return -EIO;
	text[got] = '\0';
	return ygr_sender_state_parse(text, state);
}

static int write_temp(int dir_fd, const char *temp, const char *text, size_t len)
{
	int fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		ret = errno ? -errno : -ENOSPC;
	else if (fdatasync(fd))
		ret = -errno;
	close(fd);
	return ret;
}

int ygr_sender_state_save(const char *dir, const char *output, const struct ygr_sender_state *state)
{
	char text[YGR_SENDER_STATE_BYTES], name[NAME_BYTES], temp[NAME_BYTES];
	size_t len = ygr_sender_state_print(state, text);
	int dir_fd = open_dir(dir);
	int ret;

	if (dir_fd < 0)
		return dir_fd;
	snprintf(name, sizeof(name), "%s.state", output);
	snprintf(temp, sizeof(temp), "%s.state.new", output);
	ret = write_temp(dir_fd, temp, text, len);
	if (!ret && (renameat(dir_fd, temp, dir_fd, name) || fsync(dir_fd)))
		ret = -errno;
	close(dir_fd);
	return ret;
}

/* The lowest two segment ids. Return: whether there are two. */
static bool lowest_two(DIR *dir, uint64_t *first, uint64_t *second)
{
	struct dirent *entry;
	uint64_t id;

	*first = UINT64_MAX;
	*second = UINT64_MAX;
	rewinddir(dir);
	while ((entry = readdir(dir))) {
		if (!ygr_spool_format_is_segment(entry->d_name, &id))
			continue;
		if (id < *first) {
			*second = *first;
			*first = id;
		} else if (id < *second) {
			*second = id;
		}
	}
	return *second != UINT64_MAX;
}

bool ygr_sender_state_can_trim(const char *dir_path, uint64_t acked_id)
{
	DIR *dir = opendir(dir_path);
	uint64_t first, second;
	bool can = dir && lowest_two(dir, &first, &second) && second <= acked_id;

	if (dir)
		closedir(dir);
	return can;
}

int ygr_sender_state_trim(const char *dir_path, uint64_t acked_id)
{
	DIR *dir = opendir(dir_path);
	uint64_t first, second;
	int removed_nr = 0;

	if (!dir)
		return -errno;
	/* One of `second` acknowledged: all of `first` is, and `second` has a whole batch. */
	while (lowest_two(dir, &first, &second) && second <= acked_id) {
		char name[YGR_SEGMENT_NAME_BYTES];

		ygr_spool_format_segment_name(name, first);
		if (unlinkat(dirfd(dir), name, 0)) {
			int ret = -errno;

			closedir(dir);
			return ret;
		}
		removed_nr++;
	}
	closedir(dir);
	return removed_nr;
}
