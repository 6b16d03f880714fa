// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpftrace with a script of two lines: who opened what for writing, and who connected to where. Its programs are fentry's;
 * the process that it is reads what they write, and makes a line of text of each. It tells a file's last name: Debian 12's
 * says of 6.12 that there is no helper for paths.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PROGRAM		"/usr/bin/bpftrace"
#define START_S		180	/* at most: it compiles, in an emulated machine */

static const char script[] =
	"kfunc:security_file_open /args->file->f_mode & 2/ {"
	" printf(\"open %llu %d %d %d %d %s %s\\n\", nsecs, pid, tid, uid, gid, comm,"
	" str(args->file->f_path.dentry->d_name.name)); } "
	"kfunc:security_socket_connect /args->address->sa_family == 2/ {"
	" $to = (struct sockaddr_in *)args->address;"
	" printf(\"connect %llu %d %d %d %d %s %s %d\\n\", nsecs, pid, tid, uid, gid, comm,"
	" ntop(2, $to->sin_addr.s_addr), $to->sin_port); }";

struct bpftrace {
	pid_t pid;
	int out;
	char text[8192];	/* the beginning of a line that is not all there yet */
	size_t len;
	char error[256];
	unsigned int opens;
	unsigned int connects;
	unsigned int lost;
};

static void start(struct bpftrace *bpftrace)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	bpftrace->pid = fork();
	assert_true(bpftrace->pid >= 0);
	if (!bpftrace->pid) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		execl(PROGRAM, "bpftrace", "-B", "line", "-e", script, NULL);
		_exit(127);
	}
	close(ends[1]);
	bpftrace->out = ends[0];
}

static void count_line(struct bpftrace *bpftrace, const char *line)
{
	if (strstr(line, "ERROR"))
		snprintf(bpftrace->error, sizeof(bpftrace->error), "%.255s", line);
	bpftrace->opens += !strncmp(line, "open ", 5) && strstr(line, " file");
	bpftrace->connects += !strncmp(line, "connect ", 8) && strstr(line, " 127.0.0.1 ");
	bpftrace->lost += !strncmp(line, "Lost ", 5);
}

/* Takes what there is. Return: false: it has ended. */
static bool take(struct bpftrace *bpftrace)
{
	ssize_t bytes = read(bpftrace->out, bpftrace->text + bpftrace->len,
			     sizeof(bpftrace->text) - 1 - bpftrace->len);
	char *line = bpftrace->text, *end;

	if (bytes <= 0)
		return false;
	bpftrace->len += bytes;
	bpftrace->text[bpftrace->len] = '\0';
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		count_line(bpftrace, line);
	}
	bpftrace->len -= line - bpftrace->text;
	memmove(bpftrace->text, line, bpftrace->len);
	return true;
}

/* Lets it come to what it has to read, and takes that. */
static void take_all(void *arg)
{
	struct bpftrace *bpftrace = arg;
	struct pollfd waiting = { .fd = bpftrace->out, .events = POLLIN };

	while (poll(&waiting, 1, 20) > 0)
		if (!take(bpftrace))
			fail_msg("bpftrace has ended: %s", bpftrace->error);
}

static void wait_until_it_tells(struct bpftrace *bpftrace)
{
	for (unsigned int i = 0; !bpftrace->opens && i < START_S * 5; i++) {
		bench_works[BENCH_OPEN_WRITE].sample();
		usleep(200000);
		take_all(bpftrace);
	}
	if (!bpftrace->opens)
		fail_msg("bpftrace tells nothing: %s", bpftrace->error);
	/* By now it tells of connects, too. */
	usleep(500000);
	take_all(bpftrace);
	bpftrace->opens = 0;
	bpftrace->connects = 0;
}

static void stop(struct bpftrace *bpftrace)
{
	int status;

	assert_int_equal(kill(bpftrace->pid, SIGINT), 0);
	while (take(bpftrace))
		;
	assert_int_equal(waitpid(bpftrace->pid, &status, 0), bpftrace->pid);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	close(bpftrace->out);
}

void bench_bpftrace(void **state)
{
	struct bpftrace bpftrace = { 0 };
	const struct bench_reader reader = { .drain = take_all, .arg = &bpftrace, .every = 20 };

	(void)state;
	start(&bpftrace);
	wait_until_it_tells(&bpftrace);
	bench_measure("bpftrace", BENCH_CALLS, &reader);
	stop(&bpftrace);
	assert_int_equal(bpftrace.lost, 0);
	assert_in_range(bpftrace.opens, bench_works[BENCH_OPEN_WRITE].samples, UINT32_MAX);
	assert_in_range(bpftrace.connects, bench_works[BENCH_CONNECT].samples, UINT32_MAX);
}
