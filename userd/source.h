/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the rings come from: /dev/yagura (source.c), or a file of the same
 * layout (source_file.c), which needs no kernel module: for tests and benchmarks.
 *
 * Opening is all there is; reading the rings is ring_reader.h. One consumer at a
 * time, in either case.
 */
#ifndef YGR_SOURCE_H
#define YGR_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring_reader.h"

struct ygr_source {
	int	 fd;
	int	 poll_fd;		/* wakes when there is something; -1: look by timer */
	uint64_t load_id;
	uint32_t schema_version;
	uint32_t ring_nr;
	struct ygr_ring_map *maps;	/* by rising CPU number */
	char	 version[33];		/* of the module */
};

/*
 * Return: 0; -ENOENT, -ENXIO: no such device; -EPERM; -EBUSY: another consumer;
 * -EPROTO: an ABI that this reader does not know; -errno.
 */
int ygr_source_open(struct ygr_source *source, const char *device_path);
int ygr_source_open_file(struct ygr_source *source, const char *path);
void ygr_source_close(struct ygr_source *source);

/*
 * Maps one ring's pages, which lie at @offset of @fd: its consumer page for
 * writing, all else read-only. @twice: the data stands once in the file, and is
 * to be mapped twice; else the file itself shows it twice.
 */
int ygr_source_map_ring(struct ygr_ring_map *map, int fd, uint32_t cpu, uint64_t offset,
			uint64_t data_bytes, bool twice);

/*
 * The file: this head in its first page, then per ring a consumer page, a
 * producer page and the data. Host-endian: it does not travel.
 */
#define YGR_SOURCE_FILE_MAGIC	0x46524759u	/* "YGRF" */
struct ygr_source_file_head {
	uint32_t magic;
	uint32_t abi_version;
	uint32_t schema_version;
	uint32_t cpu_nr;
	uint64_t load_id;
	uint64_t data_bytes;
	uint32_t page_bytes;
	uint32_t pad;
};

/* Offset of ring @cpu in such a file. */
static inline uint64_t ygr_source_file_offset(const struct ygr_source_file_head *head, uint32_t cpu)
{
	return head->page_bytes + cpu * (2ull * head->page_bytes + head->data_bytes);
}

#endif
