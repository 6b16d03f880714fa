// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool.h"

#define LOCK_NAME	"lock"
#define LOCK_TRIES	50
#define LOCK_WAIT_MS	100
#define SEGMENTS_MAX	65536

struct ygr_spool {
	struct ygr_spool_config config;
	struct ygr_spool_found found;
	int	 dir_fd;
	int	 lock_fd;
	int	 fd;			/* the segment that grows; -1: the next append makes one */
	uint64_t offset;		/* its end */
	uint64_t used_bytes;
	uint64_t next_batch_id;
	uint8_t	 spool_id[YGR_BATCH_ID_BYTES];
	uint8_t	 prev_hash[YGR_BATCH_HASH_BYTES];
	uint64_t batch_nr, bytes;
	struct ygr_backlog discarded;	/* since open */
	struct ygr_backlog untold;	/* since take_discarded() */
};

/* ---- the directory -------------------------------------------------------- */

static int take_lock(struct ygr_spool *spool)
{
	const struct timespec wait = { .tv_nsec = LOCK_WAIT_MS * 1000000 };

	spool->lock_fd = openat(spool->dir_fd, LOCK_NAME,
				O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (spool->lock_fd < 0)
		return -errno;
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(spool->lock_fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return -errno;
		nanosleep(&wait, NULL);
	}
	return -EBUSY;
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* All segments in ascending order, and the sum of their sizes. Return: how many, or -errno. */
static ssize_t list_segments(struct ygr_spool *spool, uint64_t **ids, uint64_t *bytes)
{
	int fd = openat(spool->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t nr = 0, cap = 0;
	struct stat info;

	if (!dir)
		return fd < 0 ? -errno : -ENOMEM;
	*ids = NULL;
	*bytes = 0;
	while ((entry = readdir(dir)) && nr < SEGMENTS_MAX) {
		uint64_t id;

		if (!ygr_spool_format_is_segment(entry->d_name, &id) ||
		    fstatat(spool->dir_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW))
			continue;
		if (nr == cap) {
			uint64_t *more = reallocarray(*ids, cap ? cap * 2 : 64, sizeof(**ids));

			if (!more) {
				free(*ids);
				closedir(dir);
				return -ENOMEM;
			}
			cap = cap ? cap * 2 : 64;
			*ids = more;
		}
		(*ids)[nr++] = id;
		*bytes += (uint64_t)info.st_size;
	}
	closedir(dir);
	if (nr)
		qsort(*ids, nr, sizeof(**ids), compare_ids);
	return (ssize_t)nr;
}

/* The sender deletes behind our back: the sum is taken again where it matters. */
static int count_used(struct ygr_spool *spool)
{
	uint64_t *ids, bytes;
	ssize_t nr = list_segments(spool, &ids, &bytes);

	if (nr < 0)
		return (int)nr;
	free(ids);
	spool->used_bytes = bytes;
	return 0;
}

/* ---- recovery ------------------------------------------------------------- */

static int keep_last(struct ygr_spool *spool, const uint8_t *bytes,
		     const struct ygr_spool_recovery *recovery)
{
	struct ygr_spool_found *found = &spool->found;
	uint32_t cpu_nr = recovery->header.cpu_nr;

	found->cpus = calloc(cpu_nr ? cpu_nr : 1, sizeof(*found->cpus));
	if (!found->cpus)
		return -ENOMEM;
	for (uint32_t i = 0; i < cpu_nr; i++)
		ygr_spool_format_get_cpu(bytes + recovery->last, i, &found->cpus[i]);
	found->has_last = true;
	found->last = recovery->header;
	found->fault_nr += recovery->fault_nr;
	memcpy(spool->spool_id, recovery->header.spool_id, YGR_BATCH_ID_BYTES);
	spool->next_batch_id = recovery->header.batch_id + 1;
	ygr_spool_format_hash(bytes + recovery->last, recovery->end - recovery->last,
			      spool->prev_hash);
	return 0;
}

static void note_cut(struct ygr_spool *spool, const char *name, uint64_t bytes, const char *reason)
{
	struct ygr_spool_found *found = &spool->found;

	if (!bytes)
		return;
	found->cut_bytes += bytes;
	found->cut_reason = reason;
	memcpy(found->cut_segment, name, YGR_SEGMENT_NAME_BYTES);
}

/* Cuts the open segment after its last whole batch. Return: 1 if there is one, 0, -errno. */
static int recover_open(struct ygr_spool *spool, int fd, const char *name)
{
	struct ygr_spool_recovery recovery = { 0 };
	uint8_t *bytes = NULL;
	struct stat info;
	size_t len;
	int ret = 0;

	if (fstat(fd, &info))
		return -errno;
	len = (size_t)info.st_size;
	if (len > 0) {
		bytes = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
		if (bytes == MAP_FAILED)
			return -errno;
		ygr_spool_format_recover(bytes, len, &recovery);
		if (recovery.batch_nr)
			ret = keep_last(spool, bytes, &recovery);
		munmap(bytes, len);
		if (ret)
			return ret;
	}
	if (recovery.end != len && (ftruncate(fd, (off_t)recovery.end) || fdatasync(fd)))
		return -errno;
	note_cut(spool, name, len - recovery.end, recovery.reason);
	spool->offset = recovery.end;
	return recovery.batch_nr > 0;
}

/* From the newest segment back to the first one that holds a batch. */
static int recover(struct ygr_spool *spool)
{
	uint64_t *ids;
	ssize_t nr = list_segments(spool, &ids, &spool->used_bytes);
	int ret = 0;

	if (nr < 0)
		return (int)nr;
	while (nr-- > 0 && ret == 0) {
		char name[YGR_SEGMENT_NAME_BYTES];
		int fd;

		ygr_spool_format_segment_name(name, ids[nr]);
		fd = openat(spool->dir_fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		ret = fd < 0 ? -errno : recover_open(spool, fd, name);
		if (ret > 0) {
			spool->fd = fd;
			break;
		}
		if (fd >= 0)
			close(fd);
		if (ret == 0) {
			spool->found.removed_nr++;
			if (unlinkat(spool->dir_fd, name, 0) && errno != ENOENT)
				ret = -errno;
		}
	}
	free(ids);
	return ret < 0 ? ret : 0;
}

static int make_identity(struct ygr_spool *spool)
{
	if (getrandom(spool->spool_id, sizeof(spool->spool_id), 0) !=
	    (ssize_t)sizeof(spool->spool_id))
		return -EIO;
	spool->next_batch_id = 1;
	return 0;
}

/* ---- the calls ------------------------------------------------------------ */

int ygr_spool_open(struct ygr_spool **out, const struct ygr_spool_config *config,
		   const struct ygr_spool_found **found)
{
	struct ygr_spool *spool = calloc(1, sizeof(*spool));
	int ret;

	if (!spool)
		return -ENOMEM;
	spool->config = *config;
	spool->fd = -1;
	spool->lock_fd = -1;
	spool->dir_fd = open(config->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = spool->dir_fd < 0 ? -errno : take_lock(spool);
	if (ret)
		goto out_close;
	ret = recover(spool);
	if (!ret && !spool->found.has_last)
		ret = make_identity(spool);
	if (ret)
		goto out_close;
	*out = spool;
	*found = &spool->found;
	return 0;

out_close:
	ygr_spool_close(spool);
	return ret;
}

void ygr_spool_close(struct ygr_spool *spool)
{
	if (!spool)
		return;
	if (spool->fd >= 0)
		close(spool->fd);
	if (spool->lock_fd >= 0)
		close(spool->lock_fd);
	if (spool->dir_fd >= 0)
		close(spool->dir_fd);
	free(spool->found.cpus);
	free(spool);
}

void ygr_spool_next(const struct ygr_spool *spool, struct ygr_batch_header *header)
{
	header->batch_id = spool->next_batch_id;
	memcpy(header->spool_id, spool->spool_id, YGR_BATCH_ID_BYTES);
	memcpy(header->prev_hash, spool->prev_hash, YGR_BATCH_HASH_BYTES);
}

/*
 * A name that exists is one that we made and could not use: nothing in it was
 * ever confirmed. The directory is synced before a batch in the new file may
 * count, else a crash could leave the batch without its name.
 */
static int make_segment(struct ygr_spool *spool)
{
	char name[YGR_SEGMENT_NAME_BYTES];
	int fd;

	ygr_spool_format_segment_name(name, spool->next_batch_id);
	fd = openat(spool->dir_fd, name,
		    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -errno;
	if (fsync(spool->dir_fd)) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	if (spool->fd >= 0)
		close(spool->fd);
	spool->fd = fd;
	spool->offset = 0;
	return 0;
}

/* Segments that the sender needs no more are on their way out: it may be ahead of us. */
static int discard_oldest(struct ygr_spool *spool, size_t room)
{
	uint64_t settled_id = ygr_backlog_settled_id(spool->config.dir), *ids;
	ssize_t nr = list_segments(spool, &ids, &spool->used_bytes);
	int64_t freed = 0;

	if (nr < 0)
		return (int)nr;
	for (ssize_t i = 0; i + 1 < nr && spool->used_bytes + room > spool->config.limit_bytes; i++) {
		struct ygr_backlog lost = { 0 };

		freed = ygr_backlog_discard(spool->dir_fd, ids[i], settled_id, &lost);
		if (freed < 0 && freed != -ENOENT)
			break;
		spool->used_bytes -= freed > 0 ? (uint64_t)freed : 0;
		ygr_backlog_add(&spool->discarded, &lost);
		ygr_backlog_add(&spool->untold, &lost);
	}
	free(ids);
	return freed < 0 && freed != -ENOENT ? (int)freed : 0;
}

bool ygr_spool_take_discarded(struct ygr_spool *spool, struct ygr_backlog *discarded)
{
	if (!spool->untold.batch_nr)
		return false;
	*discarded = spool->untold;
	memset(&spool->untold, 0, sizeof(spool->untold));
	return true;
}

static int make_room(struct ygr_spool *spool, size_t bytes)
{
	int ret = spool->config.keep_newest ? discard_oldest(spool, bytes) : count_used(spool);

	if (ret)
		return ret;
	return spool->used_bytes + bytes > spool->config.limit_bytes ? -EDQUOT : 0;
}

int ygr_spool_append_begin(struct ygr_spool *spool, size_t bytes, int *fd, uint64_t *offset)
{
	int ret;

	if (spool->used_bytes + bytes > spool->config.limit_bytes) {
		ret = make_room(spool, bytes);
		if (ret)
			return ret;
	}
	if (spool->fd < 0 ||
	    (spool->offset > 0 && spool->offset + bytes > spool->config.segment_bytes)) {
		ret = make_segment(spool);
		if (ret)
			return ret;
	}
	*fd = spool->fd;
	*offset = spool->offset;
	return 0;
}

void ygr_spool_append_end(struct ygr_spool *spool, const uint8_t *batch, size_t bytes)
{
	spool->offset += bytes;
	spool->used_bytes += bytes;
	spool->next_batch_id++;
	ygr_spool_format_hash(batch, bytes, spool->prev_hash);
	spool->batch_nr++;
	spool->bytes += bytes;
}

void ygr_spool_stats(struct ygr_spool *spool, struct ygr_spool_stats *stats)
{
	count_used(spool);	/* on failure the last count stands */
	stats->batch_nr = spool->batch_nr;
	stats->bytes = spool->bytes;
	stats->used_bytes = spool->used_bytes;
	stats->limit_bytes = spool->config.limit_bytes;
	stats->next_batch_id = spool->next_batch_id;
	stats->discarded = spool->discarded;
}
