// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "signals.h"

static void signals_came(void *arg, uint32_t events)
{
	struct ygr_signals *signals = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		signals->fn(signals->arg, (int)info.ssi_signo);
}

int ygr_signals_init(struct ygr_signals *signals, struct ygr_loop *loop, const int *numbers,
		     void (*fn)(void *arg, int number), void *arg)
{
	sigset_t set;

	sigemptyset(&set);
	for (; *numbers; numbers++)
		sigaddset(&set, *numbers);
	if (sigprocmask(SIG_SETMASK, &set, NULL))
		return -errno;
	signals->fn = fn;
	signals->arg = arg;
	signals->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->fd < 0)
		return -errno;
	signals->handle = ygr_loop_watch(loop, signals->fd, EPOLLIN, signals_came, signals);
	if (signals->handle < 0) {
		close(signals->fd);
		return signals->handle;
	}
	return 0;
}

void ygr_signals_exit(struct ygr_signals *signals, struct ygr_loop *loop)
{
	ygr_loop_unwatch(loop, signals->handle);
	close(signals->fd);
}
