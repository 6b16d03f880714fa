// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog_bomb CGROUP MS FORKS - a fork bomb, in that cgroup (its folder), that ends after
 * MS milliseconds, and not before it has forked that often. Each process forks until it
 * cannot, and then makes room for others; the first one does not give up.
 * Its status: 0; 1 if it could not begin.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

static bool join(const char *cgroup)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY);
	return fd >= 0 && write(fd, "0", 1) == 1 && !close(fd);
}

int main(int argc, char **argv)
{
	atomic_ulong *fork_nr = mmap(NULL, sizeof(*fork_nr), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long wanted_nr;
	long long end_ms;
	bool is_first = true;
	pid_t pid;

	if (argc != 4 || fork_nr == MAP_FAILED || !join(argv[1]))
		return 1;
	/* Nobody waits for a dead one, whose parent may be dead as well: they would fill the cgroup. */
	signal(SIGCHLD, SIG_IGN);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		return 1;
	end_ms = now_ms() + atoi(argv[2]);
	wanted_nr = strtoul(argv[3], NULL, 10);
	while (now_ms() < end_ms || atomic_load(fork_nr) < wanted_nr) {
		pid = fork();
		if (pid > 0)
			atomic_fetch_add(fork_nr, 1);
		if (pid < 0 && !is_first)
			_exit(0);
		if (!pid)
			is_first = false;
	}
	return 0;
}
