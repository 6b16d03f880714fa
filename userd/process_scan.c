// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process_scan.h"

#define STAT_BYTES	1024
#define ANCESTORS_MAX	8	/* that are not known either */

int ygr_process_scan_parse(const char *text, uint32_t *ppid, char comm[YGR_COMM_BYTES + 1],
			   uint64_t *start_ticks)
{
	const char *open = strchr(text, '(');
	const char *close = strrchr(text, ')');
	unsigned long long start;
	unsigned int parent;
	size_t len;

	if (!open || !close || close < open)
		return -EBADMSG;
	/* After comm: state ppid, then 17 fields up to starttime, the 22nd of the line. */
	if (sscanf(close + 1, " %*c %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
		   &parent, &start) != 2)
		return -EBADMSG;
	len = (size_t)(close - open - 1);
	if (len > YGR_COMM_BYTES)
		len = YGR_COMM_BYTES;
	memcpy(comm, open + 1, len);
	comm[len] = '\0';
	*ppid = parent;
	*start_ticks = start;
	return 0;
}

static int read_stat(int proc_fd, const char *pid, char text[STAT_BYTES])
{
	char path[32];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%.12s/stat", pid);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, STAT_BYTES - 1);
	close(fd);
	if (got <= 0)
		return -ESRCH;
	text[got] = '\0';
	return 0;
}

/* Kernel threads have none; " (deleted)" is how /proc marks what was unlinked. */
static const char *read_exe(int proc_fd, const char *pid, char exe[PATH_MAX])
{
	static const char deleted[] = " (deleted)";
	char path[32];
	ssize_t len;

	snprintf(path, sizeof(path), "%.12s/exe", pid);
	len = readlinkat(proc_fd, path, exe, PATH_MAX - 1);
	if (len <= 0)
		return NULL;
	exe[len] = '\0';
	if ((size_t)len > sizeof(deleted) &&
	    strcmp(exe + len - (sizeof(deleted) - 1), deleted) == 0)
		exe[len - (ssize_t)(sizeof(deleted) - 1)] = '\0';
	return exe;
}

static uint64_t tick_ns(void)
{
	long per_s = sysconf(_SC_CLK_TCK);

	return 1000000000ull / (uint64_t)(per_s > 0 ? per_s : 100);
}

/* Return: whether it is there, and then its parent. */
static bool add_one(struct ygr_process_table *table, int proc_fd, const char *pid, uint32_t *ppid)
{
	char text[STAT_BYTES], exe[PATH_MAX], comm[YGR_COMM_BYTES + 1];
	uint64_t start_ticks;

	if (read_stat(proc_fd, pid, text) ||
	    ygr_process_scan_parse(text, ppid, comm, &start_ticks))
		return false;
	ygr_process_table_add(table, (uint32_t)strtoul(pid, NULL, 10), *ppid, start_ticks * tick_ns(),
			      comm, read_exe(proc_fd, pid, exe));
	return true;
}

int ygr_process_scan(struct ygr_process_table *table)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint32_t ppid;
	int nr = 0;

	if (!proc)
		return -errno;
	while ((entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			nr += add_one(table, dirfd(proc), entry->d_name, &ppid);
	closedir(proc);
	return nr;
}

void ygr_process_scan_one(struct ygr_process_table *table, uint32_t pid)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[16];

	for (int i = 0; proc_fd >= 0 && i < ANCESTORS_MAX && pid; i++) {
		snprintf(name, sizeof(name), "%u", pid);
		if (!add_one(table, proc_fd, name, &pid) || ygr_process_table_find(table, pid, 0))
			break;
	}
	if (proc_fd >= 0)
		close(proc_fd);
}
