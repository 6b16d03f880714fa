// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source.h"

#define CPUS_MAX	1024

static int check_head(const struct ygr_source_file_head *head, int fd)
{
	struct stat info;

	if (head->magic != YGR_SOURCE_FILE_MAGIC || head->abi_version != YGR_ABI_VERSION ||
	    head->page_bytes != (uint32_t)sysconf(_SC_PAGESIZE) ||
	    head->cpu_nr == 0 || head->cpu_nr > CPUS_MAX || head->data_bytes > 1ull << 32)
		return -EPROTO;
	if (fstat(fd, &info))
		return -errno;
	/* Mapping beyond the end would end in SIGBUS, not in an error. */
	if ((uint64_t)info.st_size < ygr_source_file_offset(head, head->cpu_nr))
		return -EPROTO;
	return 0;
}

static int map_rings(struct ygr_source *source, const struct ygr_source_file_head *head)
{
	source->maps = calloc(head->cpu_nr, sizeof(*source->maps));
	if (!source->maps)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < head->cpu_nr; cpu++) {
		int ret = ygr_source_map_ring(&source->maps[cpu], source->fd, cpu,
					      ygr_source_file_offset(head, cpu), head->data_bytes, true);

		if (ret)
			return ret;
		source->ring_nr++;
	}
	return 0;
}

int ygr_source_open_file(struct ygr_source *source, const char *path)
{
	struct ygr_source_file_head head;
	int ret;

	memset(source, 0, sizeof(*source));
	source->poll_fd = -1;
	source->fd = open(path, O_RDWR | O_CLOEXEC);
	if (source->fd < 0)
		return -errno;
	ret = -EPROTO;
	if (pread(source->fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head))
		goto out_close;
	ret = check_head(&head, source->fd);
	if (!ret && flock(source->fd, LOCK_EX | LOCK_NB))
		ret = -EBUSY;
	if (!ret)
		ret = map_rings(source, &head);
	if (ret)
		goto out_close;
	source->load_id = head.load_id;
	source->schema_version = head.schema_version;
	strcpy(source->version, "file");
	return 0;

out_close:
	ygr_source_close(source);
	return ret;
}
