// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define CGROUP	"/sys/fs/cgroup/bench"

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void bench_settle(void)
{
	sleep(3);
}

static int cgroup_fd = -1;

void bench_cgroup_make(void)
{
	if (cgroup_fd >= 0)
		return;
	assert_true(!mkdir(CGROUP, 0755) || errno == EEXIST);
	cgroup_fd = open(CGROUP "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	assert_true(cgroup_fd >= 0);
}

bool bench_cgroup_join(void)
{
	return write(cgroup_fd, "0", 1) == 1;
}

void bench_work_prepare(void)
{
	mkdir("/tmp/bench", 0755);
	mkdir("/tmp/bench/one", 0755);
	mkdir("/tmp/bench/one/two", 0755);
	mkdir(BENCH_DIR, 0755);
	assert_int_equal(guest_file_write(BENCH_FILE, ""), 0);
}

static uint64_t sample_open(int flags)
{
	uint64_t begin = bench_now_ns(), end;
	int fd = open(BENCH_FILE, flags);

	end = bench_now_ns();
	assert_true(fd >= 0);
	close(fd);
	return end - begin;
}

static uint64_t sample_open_write(void)
{
	return sample_open(O_WRONLY);
}

static uint64_t sample_open_read(void)
{
	return sample_open(O_RDONLY);
}

static uint64_t sample_open_denied(void)
{
	uint64_t begin = bench_now_ns(), end;
	int fd = open(BENCH_FILE, O_WRONLY);

	end = bench_now_ns();
	assert_int_equal(fd, -1);
	assert_int_equal(errno, EPERM);
	return end - begin;
}

int bench_connect_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	return fd;
}

static uint64_t sample_connect(void)
{
	int fd = bench_connect_fd();
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(BENCH_PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint64_t begin, end;

	begin = bench_now_ns();
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	end = bench_now_ns();
	return end - begin;
}

/* Where repeats are merged, none of these is one. */
static uint64_t sample_open_each(void)
{
	static unsigned int next;
	uint64_t begin, end;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), BENCH_DIR "/%u", next++ % BENCH_SAMPLES_MAX);
	if (next <= BENCH_SAMPLES_MAX)
		assert_int_equal(guest_file_write(path, ""), 0);
	begin = bench_now_ns();
	fd = open(path, O_WRONLY);
	end = bench_now_ns();
	assert_true(fd >= 0);
	close(fd);
	return end - begin;
}

static uint64_t sample_connect_each(void)
{
	static unsigned int next;
	static int fd = -1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint64_t begin, end;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	to.sin_port = htons(10000 + next++ % BENCH_SAMPLES_MAX);
	begin = bench_now_ns();
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	end = bench_now_ns();
	return end - begin;
}

static uint64_t sample_unhooked(void)
{
	uint64_t begin = bench_now_ns();

	syscall(SYS_getppid);
	return bench_now_ns() - begin;
}

static uint64_t sample_fork(void)
{
	uint64_t begin = bench_now_ns(), end;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	end = bench_now_ns();
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return end - begin;
}

static uint64_t sample_exec(void)
{
	uint64_t spent;
	int pipe_fd[2];
	pid_t pid;

	assert_int_equal(pipe(pipe_fd), 0);
	pid = fork();
	if (!pid) {
		char begin[24], fd[12];

		snprintf(fd, sizeof(fd), "%d", pipe_fd[1]);
		snprintf(begin, sizeof(begin), "%020llu", (unsigned long long)bench_now_ns());
		execl("/proc/self/exe", "bench_hooks", "exec", begin, fd, NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	assert_int_equal(read(pipe_fd[0], &spent, sizeof(spent)), sizeof(spent));
	waitpid(pid, NULL, 0);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	return spent;
}

int bench_exec_main(char *argv[])
{
	uint64_t spent = bench_now_ns() - strtoull(argv[2], NULL, 10);

	return write(atoi(argv[3]), &spent, sizeof(spent)) != sizeof(spent);
}

const struct bench_work_info bench_works[BENCH_WORK_NR] = {
	[BENCH_OPEN_WRITE]	= { "open-write",	sample_open_write,	2001 },
	[BENCH_OPEN_READ]	= { "open-read",	sample_open_read,	2001 },
	[BENCH_OPEN_DENIED]	= { "open-denied",	sample_open_denied,	2001 },
	[BENCH_CONNECT]		= { "connect",		sample_connect,		2001 },
	[BENCH_UNHOOKED]	= { "unhooked",		sample_unhooked,	2001 },
	[BENCH_FORK]		= { "fork",		sample_fork,		301 },
	[BENCH_EXEC]		= { "exec",		sample_exec,		101 },
	[BENCH_OPEN_EACH]	= { "open-each",	sample_open_each,	2001 },
	[BENCH_CONNECT_EACH]	= { "connect-each",	sample_connect_each,	2001 },
};
