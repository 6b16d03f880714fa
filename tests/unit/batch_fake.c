// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "batch_fake.h"
#include "compress.h"

void chain_fake_init(struct chain_fake *chain, uint8_t name)
{
	memset(chain, 0, sizeof(*chain));
	memset(chain->spool_id, name, sizeof(chain->spool_id));
	chain->next_id = 1;
}

void chain_fake_next(struct chain_fake *chain, uint32_t event_nr, struct batch_fake *batch)
{
	const struct ygr_batch_cpu cpus[2] = {
		{ .cpu = 0, .next_seq = chain->next_id * 10, .dropped = 1 },
		{ .cpu = 3, .first_seq = 7, .next_seq = chain->next_id * 20, .lost = 2 },
	};
	struct ygr_batch_header header = {
		.batch_id = chain->next_id++,
		.load_id = 99,
		.schema_version = 1,
		.event_nr = event_nr,
		.min_time_ns = 5,
		.max_time_ns = 6,
		.realtime_offset_ns = -7,
		.class_nr = { [5] = event_nr },
		.cpu_nr = 2,
	};
	uint8_t events[1024], frame[64 << 10];
	size_t used = 0;
	ssize_t frame_bytes;

	for (uint32_t i = 0; i < event_nr; i++) {
		events[used++] = 0x81;
		events[used++] = 0xa1;
		events[used++] = 'n';
		events[used++] = (uint8_t)(i & 0x7f);
	}
	memcpy(header.spool_id, chain->spool_id, YGR_BATCH_ID_BYTES);
	memcpy(header.prev_hash, chain->prev_hash, YGR_BATCH_HASH_BYTES);
	header.events_bytes = used;
	frame_bytes = ygr_compress_frame(events, used, frame, sizeof(frame));
	if (frame_bytes < 0)
		abort();
	header.frame_bytes = (uint64_t)frame_bytes;
	batch->len = ygr_spool_format_put_header(batch->bytes, &header, cpus, frame);
	memcpy(batch->bytes + batch->len, frame, header.frame_bytes);
	batch->len += header.frame_bytes;
	ygr_spool_format_hash(batch->bytes, batch->len, chain->prev_hash);
}

void temp_dir_make(char path[64])
{
	strcpy(path, "/tmp/yagura-test-XXXXXX");
	if (!mkdtemp(path))
		abort();
}

void temp_dir_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(path);
}

static void put(const char *dir, const char *name, const void *bytes, size_t len, int how)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | how, 0600);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
}

void temp_file_write(const char *dir, const char *name, const void *bytes, size_t len)
{
	put(dir, name, bytes, len, O_TRUNC);
}

void temp_file_append(const char *dir, const char *name, const void *bytes, size_t len)
{
	put(dir, name, bytes, len, O_APPEND);
}

long temp_file_bytes(const char *dir, const char *name)
{
	char path[512];
	struct stat info;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &info) ? -1 : (long)info.st_size;
}
