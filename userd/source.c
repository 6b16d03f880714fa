// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source.h"

static size_t ring_map_bytes(const struct ygr_ring_map *map)
{
	return 2 * (size_t)sysconf(_SC_PAGESIZE) + 2 * map->data_bytes;
}

static int map_fixed(uint8_t *at, size_t bytes, int prot, int fd, uint64_t offset)
{
	return mmap(at, bytes, prot, MAP_SHARED | MAP_FIXED, fd, (off_t)offset) == MAP_FAILED ?
		-errno : 0;
}

int ygr_source_map_ring(struct ygr_ring_map *map, int fd, uint32_t cpu, uint64_t offset,
			uint64_t data_bytes, bool twice)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t data = (size_t)data_bytes;
	uint8_t *at;
	int ret;

	if (data_bytes < page || (data_bytes & (data_bytes - 1)) != 0 || data_bytes > 1ull << 32)
		return -EINVAL;
	at = mmap(NULL, 2 * page + 2 * data, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return -errno;
	ret = map_fixed(at, page, PROT_READ | PROT_WRITE, fd, offset);
	if (!ret)
		ret = map_fixed(at + page, page + (twice ? data : 2 * data), PROT_READ, fd, offset + page);
	if (!ret && twice)
		ret = map_fixed(at + 2 * page + data, data, PROT_READ, fd, offset + 2 * page);
	if (ret) {
		munmap(at, 2 * page + 2 * data);
		return ret;
	}
	map->cpu = cpu;
	map->consumer = (struct ygr_ring_consumer *)at;
	map->producer = (const struct ygr_ring_producer *)(at + page);
	map->data = at + 2 * page;
	map->data_bytes = data_bytes;
	return 0;
}

void ygr_source_close(struct ygr_source *source)
{
	for (uint32_t i = 0; i < source->ring_nr; i++)
		munmap(source->maps[i].consumer, ring_map_bytes(&source->maps[i]));
	free(source->maps);
	if (source->fd >= 0)
		close(source->fd);
	memset(source, 0, sizeof(*source));
	source->fd = -1;
	source->poll_fd = -1;
}

static int shake_hands(struct ygr_source *source, struct ygr_info *info)
{
	memset(info, 0, sizeof(*info));
	if (ioctl(source->fd, YGR_IOC_GET_INFO, info))
		return -errno;
	if (info->abi_version != YGR_ABI_VERSION)
		return -EPROTO;
	source->load_id = info->load_id;
	source->schema_version = info->schema_version;
	memcpy(source->version, info->version, sizeof(info->version));
	return 0;
}

/* A possible CPU may have no ring: that is no error. */
static int map_rings(struct ygr_source *source, uint32_t cpu_nr)
{
	source->maps = calloc(cpu_nr, sizeof(*source->maps));
	if (!source->maps)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < cpu_nr; cpu++) {
		struct ygr_ring_info ring = { .cpu = cpu };
		int ret;

		if (ioctl(source->fd, YGR_IOC_GET_RING, &ring)) {
			if (errno == ENXIO)
				continue;
			return -errno;
		}
		ret = ygr_source_map_ring(&source->maps[source->ring_nr], source->fd, cpu,
					  ring.mmap_offset, ring.data_bytes, false);
		if (ret)
			return ret;
		source->ring_nr++;
	}
	return source->ring_nr ? 0 : -ENXIO;
}

int ygr_source_open(struct ygr_source *source, const char *device_path)
{
	struct ygr_info info;
	int ret;

	memset(source, 0, sizeof(*source));
	source->fd = open(device_path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (source->fd < 0)
		return -errno;
	source->poll_fd = source->fd;
	ret = shake_hands(source, &info);
	if (!ret)
		ret = info.cpu_nr && info.cpu_nr <= 8192 ? map_rings(source, info.cpu_nr) : -EPROTO;
	if (ret)
		ygr_source_close(source);
	return ret;
}
