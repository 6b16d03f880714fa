// SPDX-License-Identifier: GPL-2.0-only
/*
 * intruder connect ADDR PORT | uring-connect ADDR PORT | listen PORT
 *
 * Connects by the system call or through io_uring. Status 0: it got through.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <liburing.h>

static int uring_connect(int fd, const struct sockaddr_in *to)
{
	struct io_uring ring;
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	int ret = io_uring_queue_init(2, &ring, 0);

	if (ret)
		return ret;
	sqe = io_uring_get_sqe(&ring);
	io_uring_prep_connect(sqe, fd, (const struct sockaddr *)to, sizeof(*to));
	ret = io_uring_submit_and_wait(&ring, 1);
	if (ret == 1 && !io_uring_peek_cqe(&ring, &cqe))
		ret = cqe->res;
	io_uring_queue_exit(&ring);
	return ret;
}

static int listen_for_ever(int fd, const struct sockaddr_in *at)
{
	if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) || listen(fd, 8))
		return -errno;
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer >= 0)
			close(peer);
	}
}

int main(int argc, char *argv[])
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int ret = -EINVAL;

	if (argc == 3 && !strcmp(argv[1], "listen")) {
		addr.sin_port = htons((uint16_t)atoi(argv[2]));
		ret = listen_for_ever(fd, &addr);
	} else if (argc == 4 && inet_pton(AF_INET, argv[2], &addr.sin_addr) == 1) {
		addr.sin_port = htons((uint16_t)atoi(argv[3]));
		if (!strcmp(argv[1], "connect"))
			ret = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -errno : 0;
		else if (!strcmp(argv[1], "uring-connect"))
			ret = uring_connect(fd, &addr);
	}
	if (ret)
		fprintf(stderr, "%s: %s\n", argv[0], strerror(-ret));
	return ret ? 1 : 0;
}
