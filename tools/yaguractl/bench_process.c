// SPDX-License-Identifier: GPL-2.0-only
#include "bench_process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_BYTES	8192	/* more than either file has */

int ygr_bench_process_parse_stat(const char *text, struct ygr_bench_process *process)
{
	const char *behind_name = strrchr(text, ')');
	uint64_t user, system, start;
	int parent;

	/* state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime
	 * cutime cstime priority nice threads itrealvalue starttime */
	if (!behind_name ||
	    sscanf(behind_name + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64
		   " %" SCNu64 " %*d %*d %*d %*d %*d %*d %" SCNu64,
		   &parent, &user, &system, &start) != 4)
		return -EINVAL;
	process->parent = parent;
	process->cpu_ticks = user + system;
	process->start_ticks = start;
	return 0;
}

uint64_t ygr_bench_process_parse_size(const char *text, const char *name)
{
	size_t len = strlen(name);
	uint64_t kib;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && sscanf(line + len, ": %" SCNu64 " kB", &kib) == 1)
			return kib * 1024;
	}
	return 0;
}

static int read_text(pid_t pid, const char *name, char text[TEXT_BYTES])
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, TEXT_BYTES - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	text[len < 0 ? 0 : len] = '\0';
	return len < 0 ? (int)len : 0;
}

int ygr_bench_process_read(pid_t pid, struct ygr_bench_process *process)
{
	char text[TEXT_BYTES];
	int err;

	memset(process, 0, sizeof(*process));
	err = read_text(pid, "stat", text);
	err = err ?: ygr_bench_process_parse_stat(text, process);
	err = err ?: read_text(pid, "status", text);
	if (err)
		return err;
	process->pid = pid;
	process->rss_bytes = ygr_bench_process_parse_size(text, "VmRSS");
	process->peak_bytes = ygr_bench_process_parse_size(text, "VmHWM");
	return 0;
}
