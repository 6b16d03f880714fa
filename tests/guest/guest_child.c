// SPDX-License-Identifier: GPL-2.0-only
/* Children that do things in a guest test. Safe to call in a child itself. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

uint64_t guest_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

int guest_pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

pid_t guest_child_start(int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	/* _exit: the child must not flush the parent's stdout a second time. */
	if (!pid)
		_exit(fn(arg) & 0xff);
	return pid;
}

/* Of one that is waited for in vain: what it waits for itself. */
static void print_where(pid_t pid)
{
	static const char *const files[] = { "stat", "wchan", "syscall", "stack" };
	char path[64], line[512];
	FILE *f;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
		f = fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			fprintf(stderr, "# %s: %.*s\n", path, (int)strcspn(line, "\n"), line);
		if (f)
			fclose(f);
	}
}

int guest_child_wait(pid_t pid, unsigned int timeout_ms)
{
	uint64_t deadline_ns = guest_now_ns() + timeout_ms * 1000000ull;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (guest_now_ns() >= deadline_ns) {
			print_where(pid);
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -ETIMEDOUT;
		}
		usleep(500);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct call_as {
	uid_t uid;
	int (*fn)(void *arg);
	void *arg;
};

static int call_as(void *arg)
{
	const struct call_as *call = arg;

	if (call->uid && (setgroups(0, NULL) || setresgid(call->uid, call->uid, call->uid) ||
			  setresuid(call->uid, call->uid, call->uid)))
		return 126;
	return call->fn(call->arg);
}

int guest_child_call(uid_t uid, int (*fn)(void *arg), void *arg)
{
	struct call_as call = { .uid = uid, .fn = fn, .arg = arg };
	pid_t pid = guest_child_start(call_as, &call);

	return pid < 0 ? -errno : guest_child_wait(pid, GUEST_WAIT_MS);
}

/* A pipe that exec closes tells a failed execve from an exit status. */
int guest_child_exec(char *const argv[], pid_t *pid)
{
	int fd[2], error = 0, status;
	pid_t child;

	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0) {
		error = errno;
		close(fd[0]);
		close(fd[1]);
		return -error;
	}
	if (!child) {
		execv(argv[0], argv);
		error = errno;
		_exit(write(fd[1], &error, sizeof(error)) == sizeof(error) ? 127 : 126);
	}
	close(fd[1]);
	if (pid)
		*pid = child;
	if (read(fd[0], &error, sizeof(error)) != sizeof(error))
		error = 0;
	close(fd[0]);
	status = guest_child_wait(child, GUEST_WAIT_MS);
	return error ? -error : status;
}

int guest_file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0) {
		n = -errno;
		close(fd);
		return n;
	}
	close(fd);
	return (size_t)n == len ? 0 : -EIO;
}
