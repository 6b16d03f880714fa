// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop where io_uring is not to be had, or not wanted. Files have nothing to
 * wait for with epoll, so a thread of its own makes writes durable; it begins with
 * the first one, that is, behind whatever walls its process has raised by then.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "loop.h"

#define EVENTS_NR	32
#define DATA_WRITTEN	UINT64_MAX	/* of no watch: generations do not come that far */
#define STACK_BYTES	(64u << 10)

struct epoll_state {
	int fd;
	int written_fd;			/* an eventfd: `written` is there */

	pthread_mutex_t lock;		/* of what follows */
	pthread_cond_t changed;
	pthread_t thread;
	bool has_thread, stopping;
	struct ygr_loop_write *asked;
	struct ygr_loop_write *written;	/* its done() is due */
};

/* ---- the thread that writes ------------------------------------------------ */

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

/* An eventfd takes 2^64 - 2 of these: it cannot fail. */
static void tell_written(struct epoll_state *state, struct ygr_loop_write *write)
{
	const uint64_t one = 1;

	state->written = write;
	if (eventfd_write(state->written_fd, one))
		abort();
}

static void *serve(void *arg)
{
	struct epoll_state *state = arg;

	pthread_mutex_lock(&state->lock);
	while (!state->stopping || state->asked) {
		struct ygr_loop_write *write = state->asked;

		if (!write) {
			pthread_cond_wait(&state->changed, &state->lock);
			continue;
		}
		pthread_mutex_unlock(&state->lock);
		write->error = write_all(write);
		pthread_mutex_lock(&state->lock);
		state->asked = NULL;
		tell_written(state, write);
	}
	pthread_mutex_unlock(&state->lock);
	return NULL;
}

/* Signals are for the loop. */
static bool start_thread(struct epoll_state *state)
{
	sigset_t all, before;
	pthread_attr_t attr;

	if (state->has_thread)
		return true;
	if (pthread_attr_init(&attr))
		return false;
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	state->has_thread = pthread_create(&state->thread, &attr, serve, state) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return state->has_thread;
}

/* Without a thread to be had, it is done here: slower, as durable. */
static void epoll_write_sync(struct ygr_loop *loop, struct ygr_loop_write *write)
{
	struct epoll_state *state = loop->state;

	write->error = 0;
	pthread_mutex_lock(&state->lock);
	if (start_thread(state)) {
		state->asked = write;
		pthread_cond_signal(&state->changed);
	} else {
		write->error = write_all(write);
		tell_written(state, write);
	}
	pthread_mutex_unlock(&state->lock);
}

static void complete_write(struct epoll_state *state)
{
	struct ygr_loop_write *write;
	eventfd_t nr;

	eventfd_read(state->written_fd, &nr);
	pthread_mutex_lock(&state->lock);
	write = state->written;
	state->written = NULL;
	pthread_mutex_unlock(&state->lock);
	if (write)
		write->done(write->arg, write->error);
}

/* ---- the loop -------------------------------------------------------------- */

static int watch_written(struct epoll_state *state)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = DATA_WRITTEN };

	state->written_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (state->written_fd < 0)
		return -errno;
	return epoll_ctl(state->fd, EPOLL_CTL_ADD, state->written_fd, &event) ? -errno : 0;
}

static void free_state(struct epoll_state *state)
{
	if (state->written_fd >= 0)
		close(state->written_fd);
	if (state->fd >= 0)
		close(state->fd);
	pthread_cond_destroy(&state->changed);
	pthread_mutex_destroy(&state->lock);
	free(state);
}

static int epoll_init(struct ygr_loop *loop)
{
	struct epoll_state *state = calloc(1, sizeof(*state));
	int ret;

	if (!state)
		return -ENOMEM;
	pthread_mutex_init(&state->lock, NULL);
	pthread_cond_init(&state->changed, NULL);
	state->written_fd = -1;
	state->fd = epoll_create1(EPOLL_CLOEXEC);
	ret = state->fd < 0 ? -errno : watch_written(state);
	if (ret) {
		free_state(state);
		return ret;
	}
	loop->state = state;
	return 0;
}

/* A write under way is waited for: its memory is the caller's. */
static void epoll_exit(struct ygr_loop *loop)
{
	struct epoll_state *state = loop->state;

	pthread_mutex_lock(&state->lock);
	state->stopping = true;
	pthread_cond_signal(&state->changed);
	pthread_mutex_unlock(&state->lock);
	if (state->has_thread)
		pthread_join(state->thread, NULL);
	free_state(state);
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

static int epoll_step(struct ygr_loop *loop)
{
	struct epoll_state *state = loop->state;
	struct epoll_event events[EVENTS_NR];
	int nr;

	nr = epoll_wait(state->fd, events, EVENTS_NR, loop->stopping ? 0 : -1);
	if (nr < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < nr; i++) {
		if (events[i].data.u64 == DATA_WRITTEN)
			complete_write(state);
		else
			ygr_loop_dispatch(loop, (uint32_t)events[i].data.u64,
					  (uint32_t)(events[i].data.u64 >> 32), events[i].events);
	}
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
