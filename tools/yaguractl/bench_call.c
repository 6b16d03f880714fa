// SPDX-License-Identifier: GPL-2.0-only
#include "bench_call.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

#define PROGRAM		"/bin/true"
#define PORT_FIRST	20000	/* of object 0 */

int ygr_bench_caller_open(struct ygr_bench_caller *caller, char (*paths)[YGR_BENCH_OBJECT_BYTES],
			  unsigned int object_nr, unsigned int first,
			  const struct ygr_bench_mix *mix)
{
	*caller = (struct ygr_bench_caller) {
		.paths = paths, .object_nr = object_nr, .socket_fd = -1,
	};
	for (int kind = 0; kind < YGR_BENCH_KIND_NR; kind++)
		for (int side = 0; side < YGR_BENCH_SIDE_NR; side++)
			caller->object[kind][side] = first % object_nr;
	pthread_mutex_init(&caller->lock, NULL);
	if (!mix->share[YGR_BENCH_CONNECT])
		return 0;
	caller->socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return caller->socket_fd < 0 ? -errno : 0;
}

void ygr_bench_caller_close(struct ygr_bench_caller *caller)
{
	if (caller->socket_fd >= 0)
		close(caller->socket_fd);
	pthread_mutex_destroy(&caller->lock);
}

/* No signal is blocked there, whatever the thread blocks. */
static int spawn(const char *path, pid_t *pid)
{
	char *argv[] = { (char *)path, NULL }, *environment[] = { NULL };
	posix_spawnattr_t attributes;
	sigset_t none;
	int err;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	err = posix_spawn(pid, path, NULL, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	return -err;
}

static void set_child(struct ygr_bench_caller *caller, pid_t pid)
{
	pthread_mutex_lock(&caller->lock);
	caller->child = pid;
	pthread_mutex_unlock(&caller->lock);
}

static int error_of(int status)
{
	const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT)
		return -EINTR;
	return signal || WEXITSTATUS(status) ? -EIO : 0;
}

/*
 * Until it has ended; it is a zombie then, whose number nobody else can have, and
 * reaped only once nobody would send a signal to it any more.
 */
static int wait_for(struct ygr_bench_caller *caller, pid_t pid, uint64_t *end_ns)
{
	siginfo_t info;
	int status;

	set_child(caller, pid);
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) && errno == EINTR)
		;
	*end_ns = ygr_clock_awake_ns();
	set_child(caller, 0);
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return error_of(status);
}

static int make_exec(struct ygr_bench_caller *caller, enum ygr_bench_side side, uint64_t *ns)
{
	uint64_t begin_ns = ygr_clock_awake_ns(), end_ns;
	pid_t pid;
	int err;

	if (side == YGR_BENCH_TWIN) {
		err = spawn(PROGRAM ".is-not-there", &pid);
		*ns = ygr_clock_awake_ns() - begin_ns;
		if (err)
			return err == -ENOENT ? 0 : err;
		/* One that a signal ended before it could find out is no program, either. */
		err = wait_for(caller, pid, &end_ns);
		return err == -EINTR ? err : -EEXIST;
	}
	err = spawn(PROGRAM, &pid);
	if (err)
		return err;
	err = wait_for(caller, pid, &end_ns);
	*ns = end_ns - begin_ns;
	return err;
}

static int make_open(const char *path, enum ygr_bench_side side, uint64_t *ns)
{
	const int flags = (side == YGR_BENCH_TWIN ? O_PATH : O_WRONLY) | O_CLOEXEC | O_NOFOLLOW;
	uint64_t begin_ns = ygr_clock_awake_ns();
	int fd = open(path, flags);

	if (fd < 0)
		return -errno;
	*ns = ygr_clock_awake_ns() - begin_ns;
	close(fd);
	return 0;
}

static int make_connect(int fd, unsigned int object, enum ygr_bench_side side, uint64_t *ns)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(PORT_FIRST + object)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	uint64_t begin_ns = ygr_clock_awake_ns();
	int ret;

	if (side == YGR_BENCH_TWIN)
		ret = getpeername(fd, (struct sockaddr *)&address, &len);
	else
		ret = connect(fd, (struct sockaddr *)&address, len);
	/* The first of all may be a twin: nobody is at the other end yet. */
	if (ret && !(side == YGR_BENCH_TWIN && errno == ENOTCONN))
		return -errno;
	*ns = ygr_clock_awake_ns() - begin_ns;
	return 0;
}

int ygr_bench_caller_make(struct ygr_bench_caller *caller, enum ygr_bench_kind kind,
			  enum ygr_bench_side side, uint64_t *ns)
{
	unsigned int object = caller->object[kind][side];

	caller->object[kind][side] = (object + 1) % caller->object_nr;
	switch (kind) {
	case YGR_BENCH_EXEC:
		return make_exec(caller, side, ns);
	case YGR_BENCH_OPEN:
		return make_open(caller->paths[object], side, ns);
	default:
		return make_connect(caller->socket_fd, object, side, ns);
	}
}

void ygr_bench_caller_interrupt(struct ygr_bench_caller *caller)
{
	pthread_mutex_lock(&caller->lock);
	if (caller->child > 0)
		kill(caller->child, SIGKILL);
	pthread_mutex_unlock(&caller->lock);
}
