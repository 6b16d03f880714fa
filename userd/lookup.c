// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lookup.h"

#define STACK_BYTES	(512u << 10)

/* Belongs to the loop's thread and to its own: the last one to let go frees it. */
struct ygr_lookup {
	atomic_int holder_nr;
	int	 event_fd;		/* written when error and list are there */
	char	 *host, *port;
	int	 error;			/* of getaddrinfo */
	struct addrinfo *list;

	/* the loop's thread only */
	struct ygr_loop *loop;
	int	 handle;
	void (*done)(void *arg, struct addrinfo *list, const char *reason);
	void *arg;
};

static atomic_int thread_nr;

static void put(struct ygr_lookup *lookup)
{
	if (atomic_fetch_sub(&lookup->holder_nr, 1) != 1)
		return;
	if (lookup->list)
		freeaddrinfo(lookup->list);
	if (lookup->event_fd >= 0)
		close(lookup->event_fd);
	free(lookup->host);
	free(lookup->port);
	free(lookup);
}

static void resolve(struct ygr_lookup *lookup, int flags)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
					.ai_flags = flags };
	const uint64_t one = 1;

	lookup->error = getaddrinfo(lookup->host, lookup->port, &hints, &lookup->list);
	if (lookup->error)
		lookup->list = NULL;
	/* An eventfd takes 2^64 - 2 of these: it cannot fail. The write orders what is before it. */
	if (write(lookup->event_fd, &one, sizeof(one)) < 0)
		abort();
}

static void *run(void *arg)
{
	struct ygr_lookup *lookup = arg;

	resolve(lookup, 0);
	put(lookup);
	atomic_fetch_sub(&thread_nr, 1);
	return NULL;
}

static int start_thread(struct ygr_lookup *lookup)
{
	pthread_attr_t attr;
	pthread_t thread;
	int ret;

	if (atomic_fetch_add(&thread_nr, 1) >= YGR_LOOKUPS_MAX) {
		atomic_fetch_sub(&thread_nr, 1);
		return -EAGAIN;
	}
	atomic_fetch_add(&lookup->holder_nr, 1);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	ret = pthread_create(&thread, &attr, run, lookup);
	pthread_attr_destroy(&attr);
	if (ret) {
		atomic_fetch_sub(&lookup->holder_nr, 1);
		atomic_fetch_sub(&thread_nr, 1);
	}
	return -ret;
}

static void resolved(void *arg, uint32_t events)
{
	struct ygr_lookup *lookup = arg;
	struct addrinfo *list = lookup->list;

	(void)events;
	ygr_loop_unwatch(lookup->loop, lookup->handle);
	lookup->list = NULL;
	lookup->done(lookup->arg, list, list ? NULL : gai_strerror(lookup->error));
	put(lookup);
}

/* An address is its own answer; it is told by the loop all the same. */
static int begin(struct ygr_lookup *lookup)
{
	int ret = ygr_loop_watch(lookup->loop, lookup->event_fd, EPOLLIN, resolved, lookup);

	if (ret < 0)
		return ret;
	lookup->handle = ret;
	resolve(lookup, AI_NUMERICHOST | AI_NUMERICSERV);
	if (lookup->list)
		return 0;
	/* Not an address: take back the word. */
	ret = eventfd_read(lookup->event_fd, &(eventfd_t) { 0 }) ? -errno : start_thread(lookup);
	if (ret)
		ygr_loop_unwatch(lookup->loop, lookup->handle);
	return ret;
}

int ygr_lookup_start(struct ygr_lookup **out, struct ygr_loop *loop, const char *host,
		     const char *port,
		     void (*done)(void *arg, struct addrinfo *list, const char *reason), void *arg)
{
	struct ygr_lookup *lookup = calloc(1, sizeof(*lookup));
	int ret;

	if (!lookup)
		return -ENOMEM;
	atomic_init(&lookup->holder_nr, 1);
	lookup->loop = loop;
	lookup->done = done;
	lookup->arg = arg;
	lookup->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	lookup->host = strdup(host);
	lookup->port = strdup(port);
	if (lookup->event_fd < 0)
		ret = -errno;
	else
		ret = lookup->host && lookup->port ? begin(lookup) : -ENOMEM;
	if (ret)
		put(lookup);
	else
		*out = lookup;
	return ret;
}

void ygr_lookup_cancel(struct ygr_lookup *lookup)
{
	if (!lookup)
		return;
	ygr_loop_unwatch(lookup->loop, lookup->handle);
	put(lookup);
}
