// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "write_bench.h"

struct writer {
	enum write_way way;
	struct io_uring ring;
	int	 fd;
	uint8_t	 *bytes;
	size_t	 len;
};

static double clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int write_by_calls(const struct writer *writer, uint64_t offset)
{
	if (pwrite(writer->fd, writer->bytes, writer->len, (off_t)offset) != (ssize_t)writer->len)
		return errno ? -errno : -EIO;
	return fdatasync(writer->fd) ? -errno : 0;
}

static void submit(struct writer *writer, uint64_t offset)
{
	struct io_uring_sqe *write = io_uring_get_sqe(&writer->ring), *sync;

	if (writer->way == WRITE_REGISTERED)
		io_uring_prep_write_fixed(write, 0, writer->bytes, (unsigned int)writer->len, offset, 0);
	else
		io_uring_prep_write(write, writer->fd, writer->bytes, (unsigned int)writer->len, offset);
	sync = io_uring_get_sqe(&writer->ring);
	io_uring_prep_fsync(sync, writer->way == WRITE_REGISTERED ? 0 : writer->fd, IORING_FSYNC_DATASYNC);
	write->flags |= IOSQE_IO_LINK;
	if (writer->way == WRITE_REGISTERED) {
		write->flags |= IOSQE_FIXED_FILE;
		sync->flags |= IOSQE_FIXED_FILE;
	}
	io_uring_submit(&writer->ring);
}

static int complete(struct writer *writer)
{
	struct io_uring_cqe *cqe;
	int ret = 0;

	for (int i = 0; i < 2 && !ret; i++) {
		ret = io_uring_wait_cqe(&writer->ring, &cqe);
		if (ret)
			return ret;
		if (cqe->res < 0)
			ret = cqe->res;
		io_uring_cqe_seen(&writer->ring, cqe);
	}
	return ret;
}

/* @waited_ns: until the caller can go on with something else. */
static int write_one(struct writer *writer, uint64_t offset, double *waited_ns)
{
	double began = clock_ns(CLOCK_MONOTONIC);
	int ret;

	if (writer->way == WRITE_CALLS) {
		ret = write_by_calls(writer, offset);
		*waited_ns += clock_ns(CLOCK_MONOTONIC) - began;
		return ret;
	}
	submit(writer, offset);
	*waited_ns += clock_ns(CLOCK_MONOTONIC) - began;
	return complete(writer);
}

static int writer_init(struct writer *writer, const char *dir)
{
	char path[256];
	int ret = 0;

	snprintf(path, sizeof(path), "%s/write-XXXXXX", dir);
	writer->fd = mkstemp(path);
	if (writer->fd < 0)
		return -errno;
	unlink(path);
	writer->bytes = aligned_alloc(4096, (writer->len + 4095) / 4096 * 4096);
	if (!writer->bytes)
		return -ENOMEM;
	memset(writer->bytes, 'x', writer->len);
	if (writer->way != WRITE_CALLS)
		ret = io_uring_queue_init(8, &writer->ring, 0);
	if (!ret && writer->way == WRITE_REGISTERED) {
		struct iovec vec = { writer->bytes, writer->len };

		ret = io_uring_register_files(&writer->ring, &writer->fd, 1);
		if (!ret)
			ret = io_uring_register_buffers(&writer->ring, &vec, 1);
	}
	return ret;
}

static void writer_exit(struct writer *writer)
{
	if (writer->way != WRITE_CALLS && writer->ring.ring_fd > 0)
		io_uring_queue_exit(&writer->ring);
	free(writer->bytes);
	if (writer->fd >= 0)
		close(writer->fd);
}

int write_bench_run(enum write_way way, const char *dir, size_t batch_bytes, uint32_t batch_nr,
		    struct write_cost *cost)
{
	struct writer writer = { .way = way, .len = batch_bytes };
	double cpu_ns, wall_ns, waited_ns = 0;
	int ret = writer_init(&writer, dir);

	cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	wall_ns = clock_ns(CLOCK_MONOTONIC);
	for (uint32_t i = 0; i < batch_nr && !ret; i++)
		ret = write_one(&writer, i * batch_bytes, &waited_ns);
	cost->cpu_ns = (clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns) / batch_nr;
	cost->wall_ns = (clock_ns(CLOCK_MONOTONIC) - wall_ns) / batch_nr;
	cost->waited_ns = waited_ns / batch_nr;
	writer_exit(&writer);
	return ret;
}
