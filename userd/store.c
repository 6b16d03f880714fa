// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"

/* Only the file's last batch is asked for its id: ids rise within a spool. */
static int recover(struct ygr_store *store, uint64_t len)
{
	struct ygr_spool_recovery recovery;
	uint8_t *bytes;

	bytes = mmap(NULL, len, PROT_READ, MAP_SHARED, store->fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	ygr_spool_format_recover(bytes, len, &recovery);
	if (recovery.batch_nr &&
	    memcmp(recovery.header.spool_id, store->spool_id, YGR_BATCH_ID_BYTES) == 0) {
		store->last_batch_id = recovery.header.batch_id;
		store->last_hash = ygr_spool_format_header_hash(bytes + recovery.last);
	}
	munmap(bytes, len);
	if (recovery.end != len && (ftruncate(store->fd, (off_t)recovery.end) || fdatasync(store->fd)))
		return -errno;
	store->end = recovery.end;
	store->cut_bytes = len - recovery.end;
	return 0;
}

/* A new file's name has to survive a crash as well as its bytes. */
static int sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd, ret;

	if (strlen(path) >= sizeof(copy))
		return -ENAMETOOLONG;
	strcpy(copy, path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = fsync(fd) ? -errno : 0;
	close(fd);
	return ret;
}

int ygr_store_open(struct ygr_store *store, const char *path,
		   const uint8_t spool_id[YGR_BATCH_ID_BYTES])
{
	struct stat info;
	int ret = 0;

	memset(store, 0, sizeof(*store));
	memcpy(store->spool_id, spool_id, YGR_BATCH_ID_BYTES);
	store->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (store->fd < 0)
		return -errno;
	if (flock(store->fd, LOCK_EX | LOCK_NB))
		ret = errno == EWOULDBLOCK ? -EBUSY : -errno;
	else if (fstat(store->fd, &info))
		ret = -errno;
	else if (info.st_size > 0)
		ret = recover(store, (uint64_t)info.st_size);
	if (!ret)
		ret = sync_directory(path);
	if (ret)
		ygr_store_close(store);
	return ret;
}

void ygr_store_close(struct ygr_store *store)
{
	if (store->fd >= 0)
		close(store->fd);
	store->fd = -1;
}

static int write_all(struct ygr_store *store, const uint8_t *bytes, size_t len)
{
	size_t used = 0;

	while (used < len) {
		ssize_t ret = pwrite(store->fd, bytes + used, len - used, (off_t)(store->end + used));

		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return -errno;
		used += (size_t)ret;
	}
	return 0;
}

int ygr_store_append(struct ygr_store *store, uint64_t batch_id, const uint8_t *batch, size_t len)
{
	struct ygr_batch_header header;
	int ret;

	if (ygr_spool_format_parse(batch, len, &header, NULL, NULL) != YGR_BATCH_WHOLE ||
	    ygr_batch_total_bytes(&header) != len || header.batch_id != batch_id ||
	    memcmp(header.spool_id, store->spool_id, YGR_BATCH_ID_BYTES) != 0)
		return -EBADMSG;
	if (batch_id <= store->last_batch_id) {
		store->duplicate_nr++;
		return 0;
	}
	ret = write_all(store, batch, len);
	if (ret) {
		/* If this fails too, the next append or the next open cuts it. */
		if (ftruncate(store->fd, (off_t)store->end))
			return ret;
		return ret;
	}
	store->end += len;
	store->last_batch_id = batch_id;
	store->last_hash = ygr_spool_format_header_hash(batch);
	return 0;
}

int ygr_store_sync(struct ygr_store *store)
{
	return fdatasync(store->fd) ? -errno : 0;
}
