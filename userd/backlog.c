// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backlog.h"
#include "sender_state.h"

#define SUFFIX	".state"

/* Return: whether @name is that of a state file, and then the output's. */
static bool get_output(const char *name, char output[NAME_MAX + 1])
{
	size_t len = strlen(name), suffix = sizeof(SUFFIX) - 1;

	if (len <= suffix || strcmp(name + len - suffix, SUFFIX) != 0)
		return false;
	memcpy(output, name, len - suffix);
	output[len - suffix] = '\0';
	return true;
}

uint64_t ygr_backlog_settled_id(const char *dir)
{
	uint64_t settled_id = UINT64_MAX;
	DIR *entries = opendir(dir);
	struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		struct ygr_sender_state state = { .acked_id = 0 };
		char output[NAME_MAX + 1];

		if (!get_output(entry->d_name, output))
			continue;
		if (ygr_sender_state_load(dir, output, &state))
			state.acked_id = 0;
		if (state.acked_id < settled_id)
			settled_id = state.acked_id;
	}
	if (entries)
		closedir(entries);
	return settled_id == UINT64_MAX ? 0 : settled_id;
}

static void count_batch(struct ygr_backlog *backlog, const struct ygr_batch_header *header)
{
	if (!backlog->first_batch_id)
		backlog->first_batch_id = header->batch_id;
	backlog->last_batch_id = header->batch_id;
	backlog->batch_nr++;
	for (int i = 0; i < YGR_BATCH_CLASS_NR; i++)
		backlog->class_nr[i] += header->class_nr[i];
}

/* Headers only: of the rest, nothing is touched. */
static void count_segment(const uint8_t *bytes, size_t len, uint64_t settled_id, struct ygr_backlog *backlog)
{
	struct ygr_batch_header header;
	size_t at = 0;

	while (at < len) {
		if (ygr_spool_format_parse_header(bytes + at, len - at, &header, NULL, NULL) != YGR_BATCH_WHOLE) {
			at = ygr_spool_format_resync(bytes, len, at + 1);
			continue;
		}
		if (header.batch_id > settled_id)
			count_batch(backlog, &header);
		at += ygr_batch_total_bytes(&header);
	}
}

void ygr_backlog_add(struct ygr_backlog *sum, const struct ygr_backlog *backlog)
{
	if (!backlog->batch_nr)
		return;
	if (!sum->first_batch_id)
		sum->first_batch_id = backlog->first_batch_id;
	sum->last_batch_id = backlog->last_batch_id;
	sum->batch_nr += backlog->batch_nr;
	for (int i = 0; i < YGR_BATCH_CLASS_NR; i++)
		sum->class_nr[i] += backlog->class_nr[i];
}

int64_t ygr_backlog_discard(int dir_fd, uint64_t segment_id, uint64_t settled_id,
			    struct ygr_backlog *backlog)
{
	struct ygr_backlog lost = { 0 };
	char name[YGR_SEGMENT_NAME_BYTES];
	struct stat info;
	uint8_t *bytes;
	int fd, ret = 0;

	ygr_spool_format_segment_name(name, segment_id);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &info))
		ret = -errno;
	if (!ret && info.st_size > 0) {
		bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
		if (bytes == MAP_FAILED) {
			ret = -errno;
		} else {
			count_segment(bytes, (size_t)info.st_size, settled_id, &lost);
			munmap(bytes, (size_t)info.st_size);
		}
	}
	close(fd);
	if (!ret && unlinkat(dir_fd, name, 0))
		ret = -errno;
	if (ret)
		return ret;
	ygr_backlog_add(backlog, &lost);
	return info.st_size;
}
