// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop over io_uring. Each watch is one multishot poll; a durable write is
 * two linked entries, so that the sync starts when the write is through, without
 * a trip to user space in between.
 */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdlib.h>

#include "loop.h"

#define ENTRIES_NR	256
#define BATCH_NR	32

/* user_data: the low two bits say what completed. */
enum tag {
	TAG_WATCH	= 0,	/* generation << 32 | slot << 2 */
	TAG_WRITE	= 1,	/* struct ygr_loop_write, which is aligned */
	TAG_SYNC	= 2,
	TAG_NOTHING	= 3,	/* nobody waits for it */
};
#define TAG_MASK	3ull

static int uring_init(struct ygr_loop *loop)
{
	struct io_uring *ring = calloc(1, sizeof(*ring));
	int ret;

	if (!ring)
		return -ENOMEM;
	ret = io_uring_queue_init(ENTRIES_NR, ring, 0);
	if (ret) {
		free(ring);
		return ret;
	}
	loop->state = ring;
	return 0;
}

static void uring_exit(struct ygr_loop *loop)
{
	io_uring_queue_exit(loop->state);
	free(loop->state);
}

/* Never NULL for long: submitting makes room, since no entry stays in the queue. */
static struct io_uring_sqe *get_sqe(struct ygr_loop *loop)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(loop->state);

	while (!sqe) {
		io_uring_submit(loop->state);
		sqe = io_uring_get_sqe(loop->state);
	}
	return sqe;
}

static uint64_t watch_data(const struct ygr_loop *loop, unsigned int slot)
{
	return (uint64_t)loop->slots[slot].generation << 32 | slot << 2 | TAG_WATCH;
}

static int uring_watch(struct ygr_loop *loop, unsigned int slot)
{
	struct io_uring_sqe *sqe = get_sqe(loop);

	io_uring_prep_poll_multishot(sqe, loop->slots[slot].fd, loop->slots[slot].events);
	io_uring_sqe_set_data64(sqe, watch_data(loop, slot));
	return 0;
}

static void uring_unwatch(struct ygr_loop *loop, unsigned int slot)
{
	struct io_uring_sqe *sqe = get_sqe(loop);

	io_uring_prep_poll_remove(sqe, watch_data(loop, slot));
	io_uring_sqe_set_data64(sqe, TAG_NOTHING);
	/* Now, as the descriptor may be closed and its number used again. */
	io_uring_submit(loop->state);
}

static void uring_write_sync(struct ygr_loop *loop, struct ygr_loop_write *write)
{
	struct io_uring_sqe *sqe;

	/* A link must not be split over two submissions. */
	if (io_uring_sq_space_left(loop->state) < 2)
		io_uring_submit(loop->state);
	sqe = get_sqe(loop);
	io_uring_prep_write(sqe, write->fd, write->bytes, (unsigned int)write->len, write->offset);
	io_uring_sqe_set_flags(sqe, IOSQE_IO_LINK);
	io_uring_sqe_set_data64(sqe, (uintptr_t)write | TAG_WRITE);

	sqe = get_sqe(loop);
	io_uring_prep_fsync(sqe, write->fd, IORING_FSYNC_DATASYNC);
	io_uring_sqe_set_data64(sqe, (uintptr_t)write | TAG_SYNC);
	write->pending_nr = 2;
	io_uring_submit(loop->state);
}

/*
 * The first error counts: a write that failed, or fell short because the disk
 * is full, cancels the sync that was linked to it.
 */
static void complete_write(struct ygr_loop_write *write, enum tag tag, int res)
{
	if (!write->error && res < 0)
		write->error = res;
	else if (!write->error && tag == TAG_WRITE && (size_t)res != write->len)
		write->error = -ENOSPC;
	if (--write->pending_nr == 0)
		write->done(write->arg, write->error);
}

static void complete_watch(struct ygr_loop *loop, uint64_t data, int res, uint32_t flags)
{
	unsigned int slot = (uint32_t)data >> 2;
	uint32_t generation = (uint32_t)(data >> 32);
	struct ygr_loop_watch_slot *watch = &loop->slots[slot];

	if (watch->fd < 0 || watch->generation != generation || res == -ECANCELED)
		return;
	/* The kernel ends a multishot poll when its completion queue overflows. */
	if (!(flags & IORING_CQE_F_MORE) && res >= 0)
		uring_watch(loop, slot);
	ygr_loop_dispatch(loop, slot, generation, res < 0 ? (uint32_t)POLLERR : (uint32_t)res);
}

static void complete(struct ygr_loop *loop, uint64_t data, int res, uint32_t flags)
{
	switch ((enum tag)(data & TAG_MASK)) {
	case TAG_WATCH:
		complete_watch(loop, data, res, flags);
		break;
	case TAG_WRITE:
	case TAG_SYNC:
		complete_write((struct ygr_loop_write *)(uintptr_t)(data & ~TAG_MASK),
			       data & TAG_MASK, res);
		break;
	case TAG_NOTHING:
		break;
	}
}

static int uring_step(struct ygr_loop *loop)
{
	struct io_uring *ring = loop->state;
	struct io_uring_cqe *cqe;
	int ret = io_uring_submit_and_wait(ring, 1);

	if (ret < 0 && ret != -EINTR && ret != -EBUSY && ret != -EAGAIN)
		return ret;
	for (int i = 0; i < BATCH_NR && io_uring_peek_cqe(ring, &cqe) == 0; i++) {
		uint64_t data = io_uring_cqe_get_data64(cqe);
		uint32_t flags = cqe->flags;
		int res = cqe->res;

		/* Given back first: the callback may need room to complete more. */
		io_uring_cqe_seen(ring, cqe);
		complete(loop, data, res, flags);
	}
	return 0;
}

const struct ygr_loop_backend ygr_loop_uring = {
	.name		= "io_uring",
	.init		= uring_init,
	.exit		= uring_exit,
	.watch		= uring_watch,
	.unwatch	= uring_unwatch,
	.write_sync	= uring_write_sync,
	.step		= uring_step,
};
