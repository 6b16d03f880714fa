// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog_walk STEP... - a program with a history: takes its arguments one after
 * the other, and passes those that are left on to the program it executes.
 *
 *	fork	go on in a child; end with its status
 *	vfork	the same by vfork()
 *	orphan	go on in a child whose parent has ended
 *	sibling	go on in a child whose parent is ours
 *	thread	go on in a second thread, while the first waits
 *	alone	go on in a second thread, when the first has ended
 *	leave P	go on in a child whose parent has executed P; end with its status
 *	aside S	the step S with its operand in a child that then ends; go on here
 *	exec P	execute P, which goes on
 *	fail P	execute P, which cannot be; go on here
 *	reap	end with the status of a child
 *	skip X	nothing (what a "#!" line puts in between)
 *	wait P	until the file P is there
 *	join D	enter the cgroup of the folder D
 *	remove P
 *	root D	D becomes the root folder
 *	open P	open P for writing, creating it
 *	read P	open P for reading
 *	copy P	write an executable copy of this program to P
 *	send N	a datagram socket is connected to port N of 127.0.0.1
 *
 * Ends with the errno of the step that failed, or 0; 200: cannot go on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT_GO_ON	200

static int walk(char **rest);

static int errno_of(int result)
{
	return result < 0 ? errno : 0;
}

static int status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return CANNOT_GO_ON;
	return WEXITSTATUS(status);
}

/* Before an exec there was another program, but the children are ours. */
static int do_reap(char **rest)
{
	(void)rest;
	return status_of(-1);
}

static int do_fork(char **rest)
{
	pid_t pid = fork();

	if (!pid)
		_exit(walk(rest));
	return pid < 0 ? CANNOT_GO_ON : status_of(pid);
}

/* The child uses our stack, but we wait. */
static int do_vfork(char **rest)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(walk(rest));
	return pid < 0 ? CANNOT_GO_ON : status_of(pid);
}

static int do_orphan(char **rest)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid < 0 ? CANNOT_GO_ON : 0;
	while (getppid() == parent)
		usleep(500);
	return walk(rest);
}

static int do_sibling(char **rest)
{
	pid_t pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, 0);

	if (!pid)
		_exit(walk(rest));
	return pid < 0 ? CANNOT_GO_ON : 0;
}

static void *walk_in_thread(void *rest)
{
	_exit(walk(rest));
}

static int do_thread(char **rest)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, walk_in_thread, rest))
		return CANNOT_GO_ON;
	pthread_join(thread, NULL);
	return CANNOT_GO_ON;
}

static int do_alone(char **rest)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, walk_in_thread, rest))
		return CANNOT_GO_ON;
	syscall(SYS_exit, 0);
	return CANNOT_GO_ON;
}

/* Our end of the pipe closes when we execute. */
static int do_leave(char **rest)
{
	const char *program = *rest++;
	char byte;
	int fd[2];
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC))
		return CANNOT_GO_ON;
	pid = fork();
	if (pid < 0)
		return CANNOT_GO_ON;
	if (pid) {
		execl(program, program, "reap", NULL);
		return CANNOT_GO_ON;
	}
	close(fd[1]);
	if (read(fd[0], &byte, 1))
		return CANNOT_GO_ON;
	close(fd[0]);
	return walk(rest);
}

static int do_exec(char **rest)
{
	execv(rest[0], rest);
	return errno;
}

static int do_fail(const char *program)
{
	execl(program, program, NULL);
	return 0;
}

static int do_wait(const char *path)
{
	while (access(path, F_OK))
		usleep(500);
	return 0;
}

static int do_join(const char *folder)
{
	char path[256];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return errno;
	ret = errno_of(write(fd, "0", 1));
	close(fd);
	return ret;
}

static int do_root(const char *folder)
{
	return chroot(folder) || chdir("/") ? errno : 0;
}

static int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int do_open(const char *path)
{
	return try_open(path, O_WRONLY | O_CREAT);
}

static int do_read(const char *path)
{
	return try_open(path, O_RDONLY);
}

static int do_remove(const char *path)
{
	return errno_of(unlink(path));
}

static int do_skip(const char *nothing)
{
	(void)nothing;
	return 0;
}

static int do_copy(const char *path)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to, ret = 0;
	struct stat st;

	if (from < 0 || fstat(from, &st))
		return CANNOT_GO_ON;
	to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	if (to < 0)
		ret = errno;
	else if (sendfile(to, from, NULL, st.st_size) != st.st_size)
		ret = CANNOT_GO_ON;
	close(to);
	close(from);
	return ret;
}

static int do_send(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(atoi(port)),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return errno;
	ret = errno_of(connect(fd, (struct sockaddr *)&address, sizeof(address)));
	close(fd);
	return ret;
}

static int do_aside(char **rest)
{
	char *step[] = { rest[0], rest[1], NULL };
	int ret = do_fork(step);

	return ret ? ret : walk(rest + 2);
}

static const struct {
	const char *name;
	int (*last)(char **rest);		/* does the rest of the walk itself */
	int (*act)(const char *operand);
} steps[] = {
	{ "fork", do_fork, NULL },	{ "vfork", do_vfork, NULL },
	{ "orphan", do_orphan, NULL },	{ "sibling", do_sibling, NULL },
	{ "thread", do_thread, NULL },	{ "alone", do_alone, NULL },
	{ "leave", do_leave, NULL },	{ "reap", do_reap, NULL },
	{ "aside", do_aside, NULL },	{ "exec", do_exec, NULL },
	{ "fail", NULL, do_fail },	{ "skip", NULL, do_skip },
	{ "wait", NULL, do_wait },	{ "join", NULL, do_join },
	{ "remove", NULL, do_remove },	{ "root", NULL, do_root },
	{ "open", NULL, do_open },	{ "read", NULL, do_read },
	{ "copy", NULL, do_copy },	{ "send", NULL, do_send },
};

static int walk(char **rest)
{
	int ret = 0;

	while (*rest && !ret) {
		const char *name = *rest++;
		size_t i = 0;

		while (i < sizeof(steps) / sizeof(steps[0]) && strcmp(steps[i].name, name))
			i++;
		if (i == sizeof(steps) / sizeof(steps[0]))
			return CANNOT_GO_ON;
		if (steps[i].last)
			return steps[i].last(rest);
		ret = *rest ? steps[i].act(*rest++) : CANNOT_GO_ON;
	}
	return ret;
}

int main(int argc, char **argv)
{
	return argc ? walk(argv + 1) : CANNOT_GO_ON;
}
