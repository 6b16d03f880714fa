// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog_sshd PORT PROGRAM - what a login server does: takes a connection on the loopback, forks for it,
 * that one forks for the session, and the session executes PROGRAM. Ends with its status.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int listen_on(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 4))
		return -1;
	return fd;
}

static int wait_for(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int session(char *program)
{
	pid_t pid = fork();

	if (pid)
		return wait_for(pid);
	execv(program, (char *[]){ program, "7", NULL });
	_exit(254);
}

int main(int argc, char **argv)
{
	int fd;
	pid_t pid;

	if (argc < 3)
		return 253;
	fd = listen_on((uint16_t)atoi(argv[1]));
	if (fd < 0 || accept(fd, NULL, NULL) < 0)
		return 252;
	pid = fork();
	if (!pid)
		_exit(session(argv[2]));
	return wait_for(pid);
}
