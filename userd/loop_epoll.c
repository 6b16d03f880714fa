// SPDX-License-Identifier: GPL-2.0-only
/* The loop where io_uring is not to be had. Writes block: there is no other way. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"

#define EVENTS_NR	32

struct epoll_state {
	int fd;
	struct ygr_loop_write *written;	/* its done() is due */
};

static int epoll_init(struct ygr_loop *loop)
{
	struct epoll_state *state = calloc(1, sizeof(*state));

	if (!state)
		return -ENOMEM;
	state->fd = epoll_create1(EPOLL_CLOEXEC);
	if (state->fd < 0) {
		free(state);
		return -errno;
	}
	loop->state = state;
	return 0;
}

static void epoll_exit(struct ygr_loop *loop)
{
	struct epoll_state *state = loop->state;

	close(state->fd);
	free(state);
}

static int epoll_watch(struct ygr_loop *loop, unsigned int slot)
{
	struct epoll_state *state = loop->state;
	struct ygr_loop_watch_slot *watch = &loop->slots[slot];
	struct epoll_event event = {
		.events = watch->events | EPOLLET,
		.data.u64 = (uint64_t)watch->generation << 32 | slot,
	};

	return epoll_ctl(state->fd, EPOLL_CTL_ADD, watch->fd, &event) ? -errno : 0;
}

static void epoll_unwatch(struct ygr_loop *loop, unsigned int slot)
{
	struct epoll_state *state = loop->state;

	epoll_ctl(state->fd, EPOLL_CTL_DEL, loop->slots[slot].fd, NULL);
}

static int write_all(const struct ygr_loop_write *write)
{
	size_t used = 0;

	while (used < write->len) {
		ssize_t ret = pwrite(write->fd, (const uint8_t *)write->bytes + used,
				     write->len - used, (off_t)(write->offset + used));

		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return -errno;
		used += (size_t)ret;
	}
	return fdatasync(write->fd) ? -errno : 0;
}

static void epoll_write_sync(struct ygr_loop *loop, struct ygr_loop_write *write)
{
	struct epoll_state *state = loop->state;

	write->error = write_all(write);
	state->written = write;
}

static int epoll_step(struct ygr_loop *loop)
{
	struct epoll_state *state = loop->state;
	struct epoll_event events[EVENTS_NR];
	struct ygr_loop_write *written = state->written;
	int nr;

	if (written) {
		state->written = NULL;
		written->done(written->arg, written->error);
	}
	/* A write that was begun just now must not wait for an event. */
	nr = epoll_wait(state->fd, events, EVENTS_NR, state->written || loop->stopping ? 0 : -1);
	if (nr < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < nr; i++)
		ygr_loop_dispatch(loop, (uint32_t)events[i].data.u64,
				  (uint32_t)(events[i].data.u64 >> 32), events[i].events);
	return 0;
}

const struct ygr_loop_backend ygr_loop_epoll = {
	.name		= "epoll",
	.init		= epoll_init,
	.exit		= epoll_exit,
	.watch		= epoll_watch,
	.unwatch	= epoll_unwatch,
	.write_sync	= epoll_write_sync,
	.step		= epoll_step,
};
