// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "loop.h"

static int init_backend(struct ygr_loop *loop, enum ygr_loop_kind kind)
{
	int ret = -ENOSYS;

	if (kind != YGR_LOOP_EPOLL) {
		loop->backend = &ygr_loop_uring;
		ret = loop->backend->init(loop);
	}
	if (kind == YGR_LOOP_EPOLL || (kind == YGR_LOOP_AUTO && ret)) {
		loop->backend = &ygr_loop_epoll;
		ret = loop->backend->init(loop);
	}
	return ret;
}

int ygr_loop_create(struct ygr_loop **out, enum ygr_loop_kind kind)
{
	struct ygr_loop *loop = calloc(1, sizeof(*loop));
	int ret;

	if (!loop)
		return -ENOMEM;
	for (int i = 0; i < YGR_LOOP_WATCHES_MAX; i++)
		loop->slots[i].fd = -1;
	ret = init_backend(loop, kind);
	if (ret) {
		free(loop);
		return ret;
	}
	*out = loop;
	return 0;
}

void ygr_loop_destroy(struct ygr_loop *loop)
{
	if (!loop)
		return;
	loop->backend->exit(loop);
	free(loop);
}

const char *ygr_loop_name(const struct ygr_loop *loop)
{
	return loop->backend->name;
}

int ygr_loop_watch(struct ygr_loop *loop, int fd, uint32_t events, ygr_loop_watch_fn fn, void *arg)
{
	unsigned int slot = 0;
	int ret;

	while (slot < YGR_LOOP_WATCHES_MAX && loop->slots[slot].fd >= 0)
		slot++;
	if (slot == YGR_LOOP_WATCHES_MAX)
		return -ENOSPC;
	loop->slots[slot].fd = fd;
	loop->slots[slot].events = events;
	loop->slots[slot].generation++;
	loop->slots[slot].fn = fn;
	loop->slots[slot].arg = arg;
	ret = loop->backend->watch(loop, slot);
	if (ret) {
		loop->slots[slot].fd = -1;
		return ret;
	}
	return (int)slot;
}

void ygr_loop_unwatch(struct ygr_loop *loop, int handle)
{
	if (handle < 0 || loop->slots[handle].fd < 0)
		return;
	loop->backend->unwatch(loop, (unsigned int)handle);
	loop->slots[handle].fd = -1;
}

void ygr_loop_dispatch(struct ygr_loop *loop, unsigned int slot, uint32_t generation,
		       uint32_t events)
{
	struct ygr_loop_watch_slot *watch = &loop->slots[slot];

	if (watch->fd >= 0 && watch->generation == generation)
		watch->fn(watch->arg, events);
}

/* ---- timers: a timerfd is a descriptor like any other --------------------- */

static void timer_fired(void *arg, uint32_t events)
{
	struct ygr_loop_timer *timer = arg;
	uint64_t expired_nr;

	(void)events;
	/* Nothing to read: it was armed anew since. */
	if (read(timer->fd, &expired_nr, sizeof(expired_nr)) == (ssize_t)sizeof(expired_nr))
		timer->fn(timer->arg);
}

int ygr_loop_timer_init(struct ygr_loop *loop, struct ygr_loop_timer *timer,
			void (*fn)(void *arg), void *arg)
{
	timer->fn = fn;
	timer->arg = arg;
	timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer->fd < 0)
		return -errno;
	timer->handle = ygr_loop_watch(loop, timer->fd, EPOLLIN, timer_fired, timer);
	if (timer->handle < 0) {
		close(timer->fd);
		timer->fd = -1;
		return timer->handle;
	}
	return 0;
}

void ygr_loop_timer_exit(struct ygr_loop *loop, struct ygr_loop_timer *timer)
{
	if (timer->fd < 0)
		return;
	ygr_loop_unwatch(loop, timer->handle);
	close(timer->fd);
	timer->fd = -1;
}

void ygr_loop_timer_arm(struct ygr_loop_timer *timer, uint64_t after_ns)
{
	struct itimerspec when = {
		.it_value.tv_sec = (time_t)(after_ns / YGR_NS_PER_S),
		.it_value.tv_nsec = (long)(after_ns % YGR_NS_PER_S),
	};

	timerfd_settime(timer->fd, 0, &when, NULL);
}

void ygr_loop_write_sync(struct ygr_loop *loop, struct ygr_loop_write *write)
{
	write->error = 0;
	loop->backend->write_sync(loop, write);
}

int ygr_loop_run(struct ygr_loop *loop)
{
	loop->stopping = false;
	while (!loop->stopping) {
		int ret = loop->backend->step(loop);

		if (ret)
			return ret;
	}
	return 0;
}

void ygr_loop_stop(struct ygr_loop *loop)
{
	loop->stopping = true;
}
