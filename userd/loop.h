/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One thread's waiting: file descriptors, timers, durable writes, signals; over
 * io_uring (multishot poll; write linked to fdatasync) or, where that is switched
 * off, over epoll (and a thread that writes) with the same meaning.
 *
 * Edge-triggered: a callback comes when something changed, so it goes on until
 * there is nothing left, or notes by itself that it has to come back.
 * A callback may add and remove watches, its own too. Nothing here is
 * thread-safe.
 */
#ifndef YGR_LOOP_H
#define YGR_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ygr_loop;

enum ygr_loop_kind {
	YGR_LOOP_AUTO	= 0,	/* io_uring, or epoll if that is refused */
	YGR_LOOP_URING	= 1,
	YGR_LOOP_EPOLL	= 2,
};

/* Return: 0; -errno: of io_uring_setup with URING. */
int ygr_loop_create(struct ygr_loop **loop, enum ygr_loop_kind kind);
void ygr_loop_destroy(struct ygr_loop *loop);		/* NULL is fine */
const char *ygr_loop_name(const struct ygr_loop *loop);	/* "io_uring", "epoll" */

/*
 * Watches @fd for EPOLL* @events; @fn gets those that came.
 * Return: a handle >= 0; -ENOSPC: too many (YGR_LOOP_WATCHES_MAX); -errno.
 */
#define YGR_LOOP_WATCHES_MAX	256
typedef void (*ygr_loop_watch_fn)(void *arg, uint32_t events);
int ygr_loop_watch(struct ygr_loop *loop, int fd, uint32_t events, ygr_loop_watch_fn fn, void *arg);
/* Before the fd is closed. After this, @fn is not called again. */
void ygr_loop_unwatch(struct ygr_loop *loop, int handle);

/* A one-shot timer. arm() replaces what was armed; 0 disarms. */
struct ygr_loop_timer {
	int fd;
	int handle;
	void (*fn)(void *arg);
	void *arg;
};
int ygr_loop_timer_init(struct ygr_loop *loop, struct ygr_loop_timer *timer,
			void (*fn)(void *arg), void *arg);
void ygr_loop_timer_exit(struct ygr_loop *loop, struct ygr_loop_timer *timer);
void ygr_loop_timer_arm(struct ygr_loop_timer *timer, uint64_t after_ns);

/*
 * Writes all of it at @offset, then fdatasync. @done comes later, never from
 * within this call: 0, or -errno with nothing known about what is on disk. The
 * struct and the bytes belong to the loop until then. One at a time.
 */
struct ygr_loop_write {
	int fd;
	const void *bytes;
	size_t len;
	uint64_t offset;
	void (*done)(void *arg, int error);
	void *arg;

	/* the loop's own */
	unsigned int pending_nr;
	int error;
};
void ygr_loop_write_sync(struct ygr_loop *loop, struct ygr_loop_write *write);

/* Runs until ygr_loop_stop(). Return: 0, or -errno of waiting. */
int ygr_loop_run(struct ygr_loop *loop);
void ygr_loop_stop(struct ygr_loop *loop);

/* ---- what a backend is ---------------------------------------------------- */

struct ygr_loop_watch_slot {
	int fd;			/* -1: free */
	uint32_t events;
	uint32_t generation;	/* so that a late event of a former watch is told apart */
	ygr_loop_watch_fn fn;
	void *arg;
};

struct ygr_loop_backend {
	const char *name;
	int (*init)(struct ygr_loop *loop);
	void (*exit)(struct ygr_loop *loop);
	int (*watch)(struct ygr_loop *loop, unsigned int slot);
	void (*unwatch)(struct ygr_loop *loop, unsigned int slot);
	void (*write_sync)(struct ygr_loop *loop, struct ygr_loop_write *write);
	int (*step)(struct ygr_loop *loop);	/* waits for something and handles it */
};

struct ygr_loop {
	const struct ygr_loop_backend *backend;
	void *state;		/* the backend's */
	bool stopping;
	struct ygr_loop_watch_slot slots[YGR_LOOP_WATCHES_MAX];
};

extern const struct ygr_loop_backend ygr_loop_uring;
extern const struct ygr_loop_backend ygr_loop_epoll;

/* For backends: an event for slot and generation, from wherever it was kept. */
void ygr_loop_dispatch(struct ygr_loop *loop, unsigned int slot, uint32_t generation,
		       uint32_t events);

#endif
