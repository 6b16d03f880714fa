// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compress.h"
#include "spool_scan.h"

/* One read. Large enough that a usual batch needs one, small enough to reread. */
#define WINDOW_BYTES	(512u << 10)

struct ygr_spool_scan {
	int	dir_fd;		/* -1: a single file */
	char	*path;
	unsigned int flags;

	/* the open segment, or fd < 0 */
	int	fd;
	bool	finished;	/* a later segment exists: this one will not grow */
	bool	done;		/* and it was read to its end */
	uint64_t segment_id;	/* of the open one, or of the last that was */
	bool	any_segment;
	char	name[256];

	/* bytes [window_off, window_off + len) of it; the next batch is due at `at` */
	uint8_t	*window;
	size_t	cap;
	size_t	len;
	size_t	at;
	uint64_t window_off;

	uint8_t	*events;
	size_t	events_cap;

	uint64_t skip_to;	/* batches up to this id are passed over */
	bool	has_prev;
	struct ygr_batch_header prev;
	uint8_t	prev_hash[YGR_BATCH_HASH_BYTES];
};

/* ---- segments ------------------------------------------------------------ */

/*
 * The segment with the lowest id above @after (or any, if !@bounded).
 * Return: 1 and *id; 0 if there is none; -errno.
 */
static int find_segment(int dir_fd, bool bounded, uint64_t after, uint64_t *id)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		uint64_t each;

		if (!ygr_spool_format_is_segment(entry->d_name, &each))
			continue;
		if ((bounded && each <= after) || (found && each >= *id))
			continue;
		*id = each;
		found = true;
	}
	closedir(dir);
	return found;
}

static void close_segment(struct ygr_spool_scan *scan)
{
	if (scan->fd >= 0)
		close(scan->fd);
	scan->fd = -1;
	scan->len = 0;
	scan->at = 0;
	scan->window_off = 0;
	scan->finished = false;
	scan->done = false;
}

/* Return: 1 with a segment open, 0 if none is left, -errno. */
static int open_next_segment(struct ygr_spool_scan *scan)
{
	for (;;) {
		uint64_t id;
		int ret = find_segment(scan->dir_fd, scan->any_segment, scan->segment_id, &id);

		if (ret <= 0)
			return ret;
		close_segment(scan);
		scan->segment_id = id;
		scan->any_segment = true;
		ygr_spool_format_segment_name(scan->name, id);
		scan->fd = openat(scan->dir_fd, scan->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (scan->fd >= 0)
			return 1;
		if (errno != ENOENT)	/* deleted since it was listed: take the next */
			return -errno;
	}
}

/*
 * At the end of the open file: may it still grow? It is finished once a later
 * segment exists, but what was appended before that one was made has to be
 * looked at again, so the caller reads on when this says true for the first time.
 */
static int note_finished(struct ygr_spool_scan *scan)
{
	uint64_t later;
	int ret;

	if (scan->dir_fd < 0)
		return 0;
	ret = find_segment(scan->dir_fd, true, scan->segment_id, &later);
	if (ret > 0)
		scan->finished = true;
	return ret;
}

/* ---- the window ---------------------------------------------------------- */

/* Drops what was used, so that the next batch starts the window. */
static void slide(struct ygr_spool_scan *scan)
{
	if (scan->at == 0)
		return;
	memmove(scan->window, scan->window + scan->at, scan->len - scan->at);
	scan->window_off += scan->at;
	scan->len -= scan->at;
	scan->at = 0;
}

static int reserve(struct ygr_spool_scan *scan, size_t cap)
{
	uint8_t *window;

	if (cap <= scan->cap)
		return 0;
	window = realloc(scan->window, cap);
	if (!window)
		return -ENOMEM;
	scan->window = window;
	scan->cap = cap;
	return 0;
}

/* Reads on until @need bytes lie at `at`. Return: 1 if they do, 0 at the end of file, -errno. */
static int fill(struct ygr_spool_scan *scan, size_t need)
{
	int ret;

	slide(scan);
	ret = reserve(scan, need > WINDOW_BYTES ? need : WINDOW_BYTES);
	if (ret)
		return ret;
	while (scan->len < need) {
		ssize_t got = pread(scan->fd, scan->window + scan->len, scan->cap - scan->len,
				    (off_t)(scan->window_off + scan->len));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		scan->len += (size_t)got;
	}
	return 1;
}

/* ---- batches ------------------------------------------------------------- */

static enum ygr_scan_chain judge_chain(const struct ygr_spool_scan *scan,
				       const struct ygr_batch_header *header, uint64_t *missing_nr)
{
	const struct ygr_batch_header *prev = &scan->prev;

	*missing_nr = 0;
	if (!scan->has_prev)
		return YGR_CHAIN_START;
	if (memcmp(prev->spool_id, header->spool_id, YGR_BATCH_ID_BYTES) != 0)
		return YGR_CHAIN_OTHER_SPOOL;
	if (header->batch_id <= prev->batch_id)
		return YGR_CHAIN_REORDERED;
	if (header->batch_id != prev->batch_id + 1) {
		*missing_nr = header->batch_id - prev->batch_id - 1;
		return YGR_CHAIN_MISSING;
	}
	if (memcmp(scan->prev_hash, header->prev_hash, YGR_BATCH_HASH_BYTES) != 0)
		return YGR_CHAIN_BROKEN;
	return YGR_CHAIN_OK;
}

/* Return: 0 with the events expanded; -EBADMSG; -ENOMEM. */
static int expand_events(struct ygr_spool_scan *scan, struct ygr_scan_item *item)
{
	const struct ygr_batch_header *header = &item->header;
	int ret;

	if (scan->flags & YGR_SCAN_RAW)
		return 0;
	if (header->events_bytes > scan->events_cap || !scan->events) {
		free(scan->events);
		scan->events_cap = 0;
		scan->events = malloc(header->events_bytes ? header->events_bytes : 1);
		if (!scan->events)
			return -ENOMEM;
		scan->events_cap = header->events_bytes;
	}
	ret = ygr_compress_expand(ygr_spool_format_frame(item->batch, header), header->frame_bytes,
				  scan->events, header->events_bytes);
	if (ret)
		return ret;
	item->events = scan->events;
	item->events_bytes = header->events_bytes;
	return 0;
}

static int give_fault(struct ygr_spool_scan *scan, struct ygr_scan_item *item, size_t bytes,
		      const char *reason)
{
	item->segment = scan->name;
	item->offset = scan->window_off + scan->at;
	item->fault_bytes = bytes;
	item->reason = reason;
	scan->at += bytes;
	return YGR_SCAN_FAULT;
}

/* A whole batch lies at `at`. Return: BATCH, FAULT, -ENOMEM, or END: passed over. */
static int give_batch(struct ygr_spool_scan *scan, struct ygr_scan_item *item)
{
	const struct ygr_batch_header *header = &item->header;
	size_t bytes = ygr_batch_total_bytes(header);
	bool pass = header->batch_id <= scan->skip_to;
	int ret;

	item->has_header = 1;
	item->batch = scan->window + scan->at;
	item->batch_bytes = bytes;
	item->chain = judge_chain(scan, header, &item->missing_nr);
	ret = pass ? 0 : expand_events(scan, item);
	if (ret == -EBADMSG)
		return give_fault(scan, item, bytes, "LZ4 frame does not expand as its header says");
	if (ret)
		return ret;

	ygr_spool_format_hash(item->batch, bytes, scan->prev_hash);
	scan->prev = *header;
	scan->has_prev = true;
	item->segment = scan->name;
	item->offset = scan->window_off + scan->at;
	scan->at += bytes;
	return pass ? YGR_SCAN_END : YGR_SCAN_BATCH;
}

/*
 * No batch starts at `at`. Looks for the next one that does.
 * Return: FAULT up to it; END if there is none in this file so far; -errno.
 */
static int resync(struct ygr_spool_scan *scan, struct ygr_scan_item *item, const char *reason)
{
	uint64_t start = scan->window_off + scan->at;
	int more = 1;

	for (;;) {
		size_t from = scan->window_off + scan->at == start ? 1 : 0;
		size_t found = scan->at + from < scan->len ?
			ygr_spool_format_resync(scan->window, scan->len, scan->at + from) : scan->len;
		uint64_t end = scan->window_off + found;

		if (found < scan->len) {
			item->segment = scan->name;
			item->offset = start;
			item->fault_bytes = end - start;
			item->reason = reason;
			scan->at = found;
			return YGR_SCAN_FAULT;
		}
		if (!more) {
			/* The next try starts over where this one did. */
			scan->window_off = start;
			scan->at = 0;
			scan->len = 0;
			return YGR_SCAN_END;
		}
		if (scan->len - scan->at > YGR_BATCH_RESYNC_BYTES)
			scan->at = scan->len - YGR_BATCH_RESYNC_BYTES;
		more = fill(scan, (scan->len - scan->at) + WINDOW_BYTES);
		if (more < 0)
			return more;
	}
}

/* What [at, end of a file that will not grow) is: a fault, or nothing. */
static int give_tail(struct ygr_spool_scan *scan, struct ygr_scan_item *item)
{
	struct stat info;
	uint64_t at = scan->window_off + scan->at;

	if (fstat(scan->fd, &info))
		return -errno;
	if ((uint64_t)info.st_size <= at)
		return YGR_SCAN_END;
	item->segment = scan->name;
	item->offset = at;
	item->fault_bytes = (uint64_t)info.st_size - at;
	item->reason = "the file ends within a batch";
	return YGR_SCAN_FAULT;
}

/* One step in the open file: BATCH, FAULT, -errno; END: its end, so far. */
static int scan_file(struct ygr_spool_scan *scan, struct ygr_scan_item *item)
{
	for (;;) {
		size_t need = 1;
		const char *reason = NULL;
		int ret;

		if (scan->at < scan->len || scan->window) {
			enum ygr_batch_state state;

			state = ygr_spool_format_parse(scan->window + scan->at, scan->len - scan->at,
						       &item->header, &need, &reason);
			if (state == YGR_BATCH_WHOLE) {
				ret = give_batch(scan, item);
				if (ret != YGR_SCAN_END)
					return ret;
				memset(item, 0, sizeof(*item));
				continue;
			}
			if (state == YGR_BATCH_BAD)
				return resync(scan, item, reason);
		}
		ret = fill(scan, need);
		if (ret < 0)
			return ret;
		if (ret == 0) {
			/* An unfinished batch may be rewritten: do not trust what was read of it. */
			scan->len = scan->at;
			return YGR_SCAN_END;
		}
	}
}

int ygr_spool_scan_next(struct ygr_spool_scan *scan, struct ygr_scan_item *item)
{
	for (;;) {
		bool was_finished;
		int ret;

		memset(item, 0, sizeof(*item));
		if (scan->fd < 0 || scan->done) {
			ret = scan->dir_fd < 0 ? 0 : open_next_segment(scan);
			if (ret <= 0)
				return ret;
		}
		ret = scan_file(scan, item);
		if (ret != YGR_SCAN_END)
			return ret;

		was_finished = scan->finished;
		if (was_finished) {
			scan->done = true;
			ret = give_tail(scan, item);
			if (ret != YGR_SCAN_END)
				return ret;
			continue;
		}
		ret = note_finished(scan);
		if (ret <= 0)
			return ret;
	}
}

int ygr_spool_scan_tail(struct ygr_spool_scan *scan, struct ygr_scan_item *item)
{
	memset(item, 0, sizeof(*item));
	if (scan->fd < 0 || scan->done)
		return YGR_SCAN_END;
	return give_tail(scan, item);
}

void ygr_spool_scan_skip_to(struct ygr_spool_scan *scan, uint64_t batch_id)
{
	uint64_t id, next;

	scan->skip_to = batch_id;
	if (scan->dir_fd < 0 || scan->fd >= 0)
		return;
	/* The segment before the first one that starts above @batch_id holds it. */
	if (find_segment(scan->dir_fd, false, 0, &id) <= 0)
		return;
	while (find_segment(scan->dir_fd, true, id, &next) > 0 && next <= batch_id + 1) {
		scan->any_segment = true;
		scan->segment_id = id;
		id = next;
	}
}

int ygr_spool_scan_seek_end(struct ygr_spool_scan *scan)
{
	struct ygr_scan_item item;
	unsigned int flags = scan->flags;
	int ret;

	ygr_spool_scan_skip_to(scan, UINT64_MAX - 1);
	scan->flags |= YGR_SCAN_RAW;
	do {
		ret = ygr_spool_scan_next(scan, &item);
	} while (ret > 0);
	scan->flags = flags;
	scan->skip_to = 0;
	return ret;
}

int ygr_spool_scan_sync(struct ygr_spool_scan *scan)
{
	if (scan->fd < 0)
		return 0;
	return fdatasync(scan->fd) ? -errno : 0;
}

static int open_path(struct ygr_spool_scan *scan)
{
	const char *slash = strrchr(scan->path, '/');
	struct stat info;
	int fd = open(scan->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &info)) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	if (S_ISDIR(info.st_mode)) {
		scan->dir_fd = fd;
		return 0;
	}
	scan->fd = fd;
	strncpy(scan->name, slash ? slash + 1 : scan->path, sizeof(scan->name) - 1);
	return 0;
}

int ygr_spool_scan_open(struct ygr_spool_scan **out, const char *path, unsigned int flags)
{
	struct ygr_spool_scan *scan = calloc(1, sizeof(*scan));
	int ret;

	if (!scan)
		return -ENOMEM;
	scan->dir_fd = -1;
	scan->fd = -1;
	scan->flags = flags;
	scan->path = strdup(path);
	ret = scan->path ? open_path(scan) : -ENOMEM;
	if (ret) {
		ygr_spool_scan_close(scan);
		return ret;
	}
	*out = scan;
	return 0;
}

void ygr_spool_scan_close(struct ygr_spool_scan *scan)
{
	if (!scan)
		return;
	if (scan->fd >= 0)
		close(scan->fd);
	if (scan->dir_fd >= 0)
		close(scan->dir_fd);
	free(scan->window);
	free(scan->events);
	free(scan->path);
	free(scan);
}
