// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring is no way round: each operation is told and denied like the system
 * call, in the name of who submitted it. Everything runs three times: as
 * io_uring sees fit, forced to a worker, and by a submission queue thread.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest_assert.h"

#define DIR	"/tmp/uring"
#define A	DIR "/a"
#define B	DIR "/b"
#define PORT	4100

/* Younger than the headers of the oldest system this builds on. */
#define OP_FTRUNCATE	55
#define OP_BIND		56
#define OP_LISTEN	57

struct uring {
	struct guest *guest;
	struct io_uring ring;
	unsigned int setup_flags;	/* IORING_SETUP_* */
	unsigned int sqe_flags;		/* IOSQE_* */
};

static struct io_uring_sqe *next_sqe(struct uring *uring)
{
	return io_uring_get_sqe(&uring->ring);
}

static bool has_opcode(struct uring *uring, unsigned int opcode)
{
	struct io_uring_probe *probe = io_uring_get_probe_ring(&uring->ring);
	bool has = probe && opcode <= probe->last_op && (probe->ops[opcode].flags & IO_URING_OP_SUPPORTED);

	io_uring_free_probe(probe);
	return has;
}

/* Skips a test of what this kernel's io_uring cannot do. */
static void need_opcode(struct uring *uring, unsigned int opcode)
{
	if (has_opcode(uring, opcode))
		return;
	assert_true(opcode > IORING_OP_SOCKET || !guest_kernel_is_from(6, 1));
	printf("# this kernel's io_uring has no operation %u\n", opcode);
	skip();
}

/* Submits the one prepared entry. Return: its result, or -ETIME. */
static int finish(struct uring *uring, struct io_uring_sqe *sqe)
{
	struct __kernel_timespec limit = { .tv_sec = GUEST_WAIT_MS / 1000 };
	const unsigned int opcode = sqe->opcode;
	struct io_uring_cqe *cqe;
	int ret;

	/* What is prepared is in the queue, and must leave it. */
	if (!has_opcode(uring, opcode))
		io_uring_prep_nop(sqe);
	sqe->flags |= uring->sqe_flags;
	ret = io_uring_submit(&uring->ring);
	if (ret < 0)
		return ret;
	ret = io_uring_wait_cqe_timeout(&uring->ring, &cqe, &limit);
	if (ret)
		return ret;
	ret = cqe->res;
	io_uring_cqe_seen(&uring->ring, cqe);
	need_opcode(uring, opcode);
	return ret;
}

/* ---- the operations; each returns what its CQE says ---- */

static int run_open(struct uring *uring, const char *path, int flags)
{
	struct io_uring_sqe *sqe = next_sqe(uring);
	int fd;

	io_uring_prep_openat(sqe, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
	fd = finish(uring, sqe);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static int run_open2(struct uring *uring, const char *path, int flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS };
	struct io_uring_sqe *sqe = next_sqe(uring);
	int fd;

	io_uring_prep_openat2(sqe, AT_FDCWD, path, &how);
	fd = finish(uring, sqe);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static int run_unlink(struct uring *uring, const char *path)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_unlinkat(sqe, AT_FDCWD, path, 0);
	return finish(uring, sqe);
}

static int run_rename(struct uring *uring, const char *from, const char *to)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_renameat(sqe, AT_FDCWD, from, AT_FDCWD, to, 0);
	return finish(uring, sqe);
}

static int run_link(struct uring *uring, const char *from, const char *to)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_linkat(sqe, AT_FDCWD, from, AT_FDCWD, to, 0);
	return finish(uring, sqe);
}

static int run_setxattr(struct uring *uring, const char *path, const char *name)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_setxattr(sqe, name, "v", path, 0, 1);
	return finish(uring, sqe);
}

static int run_truncate(struct uring *uring, const char *path, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_rw(OP_FTRUNCATE, sqe, fd, NULL, 0, size);
	ret = finish(uring, sqe);
	close(fd);
	return ret;
}

static int run_send(struct uring *uring, int fd)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov, .msg_iovlen = 1 };
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_sendmsg(sqe, fd, &msg, 0);
	return finish(uring, sqe);
}

static int run_connect(struct uring *uring, int fd)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_connect(sqe, fd, (struct sockaddr *)&to, sizeof(to));
	return finish(uring, sqe);
}

static int run_socket(struct uring *uring, int family, int type)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_socket(sqe, family, type | SOCK_CLOEXEC, 0, 0);
	return finish(uring, sqe);
}

static int run_accept(struct uring *uring, int server)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_accept(sqe, server, NULL, NULL, SOCK_CLOEXEC);
	return finish(uring, sqe);
}

/* ---- fixtures ---- */

static int open_ring(struct uring *uring)
{
	struct io_uring_params params = { .flags = uring->setup_flags, .sq_thread_idle = 100 };

	return io_uring_queue_init_params(8, &uring->ring, &params);
}

static int setup(void **state, unsigned int setup_flags, unsigned int sqe_flags)
{
	struct uring *uring = calloc(1, sizeof(*uring));
	void *guest;

	if (!uring || guest_setup(&guest))
		return -1;
	uring->guest = guest;
	uring->setup_flags = setup_flags;
	uring->sqe_flags = sqe_flags;
	*state = uring;
	return open_ring(uring);
}

static int setup_plain(void **state)
{
	return setup(state, 0, 0);
}

static int setup_worker(void **state)
{
	return setup(state, 0, IOSQE_ASYNC);
}

static int setup_sqpoll(void **state)
{
	return setup(state, IORING_SETUP_SQPOLL, 0);
}

static int teardown(void **state)
{
	struct uring *uring = *state;
	void *guest = uring->guest;

	io_uring_queue_exit(&uring->ring);
	free(uring);
	return guest_teardown(&guest);
}

static int fresh(void **state)
{
	struct uring *uring = *state;

	guest_policy_clear(uring->guest);
	unlink(B);
	mkdir(DIR, 0777);
	if (guest_file_write(A, "text"))
		return -1;
	guest_forget(uring->guest);
	return 0;
}

/* ---- what must be told ---- */

/* Operations that may block always go to a worker, the others where we sent them. */
enum blocking { MAY_BLOCK, NEVER_BLOCKS };

static uint32_t want_flags(const struct uring *uring, enum blocking blocking)
{
	/* Before 5.12 the thread that polls cannot be told from a worker. */
	const bool is_polled = (uring->setup_flags & IORING_SETUP_SQPOLL) && guest_kernel_is_from(5, 12);

	if (blocking == NEVER_BLOCKS && !uring->setup_flags && !uring->sqe_flags)
		return 0;
	if (blocking == NEVER_BLOCKS && is_polled)
		return YGR_F_IO_WORKER | YGR_F_SQPOLL;
	return YGR_F_IO_WORKER;
}

static const struct ygr_submitter *submitter_of(const struct guest_event *event)
{
	const struct guest_text *text = &event->text[YGR_STR_SUBMITTER];

	assert_non_null(text->bytes);
	assert_int_equal(text->len, sizeof(struct ygr_submitter));
	return (const struct ygr_submitter *)text->bytes;
}

/* It is told wherever somebody else does the work: this thread, which is what it seems. */
static void assert_submitter(const struct guest_event *event)
{
	if (!(event->head.flags & YGR_F_IO_WORKER)) {
		assert_no_text(event, YGR_STR_SUBMITTER);
		return;
	}
	assert_int_equal(submitter_of(event)->tid, getpid());
	assert_int_equal(submitter_of(event)->uid, event->head.uid);
	assert_int_equal(submitter_of(event)->euid, event->head.euid);
}

/* All of the head that says who: equal to what the same process does by system call. */
static void assert_is_me(const struct uring *uring, const struct guest_event *event)
{
	const size_t begin = offsetof(struct ygr_record, uid), end = offsetof(struct ygr_record, rule_id);
	const struct guest_event *mine;
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	close(fd);
	mine = guest_expect(uring->guest, .type = YGR_EV_OPEN, .tid = getpid(), .path = "/dev/null");
	assert_int_equal(event->head.tgid, getpid());
	assert_int_equal(event->head.start_ns, mine->head.start_ns);
	assert_int_equal(event->head.ppid, getppid());
	assert_memory_equal((const char *)&event->head + begin, (const char *)&mine->head + begin, end - begin);
	assert_string_equal(event->head.comm, "test_uring");
}

static const struct guest_event *expect_told(const struct uring *uring, enum ygr_event_type type,
					     const char *path, enum guest_verdict verdict,
					     enum blocking blocking)
{
	const struct guest_query query = { .type = type, .tgid = getpid(), .path = path, .verdict = verdict };
	const struct guest_event *event = guest_expect(uring->guest, .type = type, .tgid = getpid(),
						       .path = path, .verdict = verdict);

	assert_int_equal(guest_count(uring->guest, &query), 1);
	assert_int_equal(event->head.flags, want_flags(uring, blocking));
	assert_int_equal(event->head.tid == (uint32_t)getpid(), !event->head.flags);
	assert_submitter(event);
	assert_is_me(uring, event);
	return event;
}

static const struct guest_event *expect_allowed(const struct uring *uring, enum ygr_event_type type,
						const char *path, enum blocking blocking)
{
	const struct guest_event *event = expect_told(uring, type, path, GUEST_ALLOWED, blocking);

	assert_no_rule(event);
	return event;
}

static const struct guest_event *expect_denied(const struct uring *uring, enum ygr_event_type type,
					       const char *path, enum blocking blocking)
{
	const struct guest_event *event = expect_told(uring, type, path, GUEST_DENIED, blocking);

	assert_int_equal(event->head.class, YGR_CLASS_DENY);
	assert_int_equal(event->head.rule_id, 1);
	assert_text(event, YGR_STR_RULE, "no");
	return event;
}

static void deny(const struct uring *uring, const char *yaml)
{
	guest_policy_load(uring->guest, yaml);
	guest_forget(uring->guest);
}

#define DENY(on, where)		RULES_1("{ name: no, on: " on ", do: deny, where: " where " }")

/* ---- files ---- */

static void open_is_told_and_denied(void **state)
{
	struct uring *uring = *state;

	assert_int_equal(run_open(uring, A, O_WRONLY), 0);
	assert_int_equal(expect_allowed(uring, YGR_EV_OPEN, A, NEVER_BLOCKS)->body.file.access,
			 YGR_ACCESS_WRITE);
	deny(uring, DENY("open-write", "{ path: " A " }"));
	assert_int_equal(run_open(uring, A, O_WRONLY), -EPERM);
	expect_denied(uring, YGR_EV_OPEN, A, NEVER_BLOCKS);
	assert_int_equal(run_open(uring, A, O_RDONLY), 0);
}

static void read_is_told_and_denied(void **state)
{
	struct uring *uring = *state;

	deny(uring, RULES_1("{ name: who, on: open-read, do: record, where: { path: " A " } }"));
	assert_int_equal(run_open(uring, A, O_RDONLY), 0);
	assert_text(expect_told(uring, YGR_EV_OPEN, A, GUEST_ALLOWED, NEVER_BLOCKS), YGR_STR_RULE, "who");
	deny(uring, DENY("open-read", "{ path: " A " }"));
	assert_int_equal(run_open(uring, A, O_RDONLY), -EPERM);
	expect_denied(uring, YGR_EV_OPEN, A, NEVER_BLOCKS);
}

static void openat2_is_told_and_denied(void **state)
{
	struct uring *uring = *state;

	assert_int_equal(run_open2(uring, A, O_RDWR), 0);
	assert_int_equal(expect_allowed(uring, YGR_EV_OPEN, A, NEVER_BLOCKS)->body.file.access,
			 YGR_ACCESS_READ | YGR_ACCESS_WRITE);
	deny(uring, DENY("open-write", "{ path: " A " }"));
	assert_int_equal(run_open2(uring, A, O_RDWR), -EPERM);
	expect_denied(uring, YGR_EV_OPEN, A, NEVER_BLOCKS);
}

static void create_is_told_and_denied(void **state)
{
	struct uring *uring = *state;

	assert_int_equal(run_open(uring, B, O_WRONLY | O_CREAT), 0);
	expect_allowed(uring, YGR_EV_CREATE, B, MAY_BLOCK);
	assert_int_equal(expect_allowed(uring, YGR_EV_OPEN, B, MAY_BLOCK)->body.file.access,
			 YGR_ACCESS_WRITE | YGR_ACCESS_CREATED);
	assert_int_equal(unlink(B), 0);
	deny(uring, DENY("create", "{ path: " B " }"));
	assert_int_equal(run_open(uring, B, O_WRONLY | O_CREAT), -EPERM);
	expect_denied(uring, YGR_EV_CREATE, B, MAY_BLOCK);
	assert_int_equal(access(B, F_OK), -1);
}

static void unlink_is_told_and_denied(void **state)
{
	struct uring *uring = *state;

	deny(uring, DENY("unlink", "{ path: " A " }"));
	assert_int_equal(run_unlink(uring, A), -EPERM);
	expect_denied(uring, YGR_EV_UNLINK, A, MAY_BLOCK);
	assert_int_equal(access(A, F_OK), 0);
	guest_policy_clear(uring->guest);
	guest_forget(uring->guest);
	assert_int_equal(run_unlink(uring, A), 0);
	expect_allowed(uring, YGR_EV_UNLINK, A, MAY_BLOCK);
	assert_int_equal(access(A, F_OK), -1);
}

static void rename_is_told_and_denied(void **state)
{
	struct uring *uring = *state;

	deny(uring, DENY("rename", "{ path: " B " }"));
	assert_int_equal(run_rename(uring, A, B), -EPERM);
	assert_text(expect_denied(uring, YGR_EV_RENAME, A, MAY_BLOCK), YGR_STR_NEW_PATH, B);
	assert_int_equal(access(B, F_OK), -1);
	guest_policy_clear(uring->guest);
	guest_forget(uring->guest);
	assert_int_equal(run_rename(uring, A, B), 0);
	assert_text(expect_allowed(uring, YGR_EV_RENAME, A, MAY_BLOCK), YGR_STR_NEW_PATH, B);
}

static void link_is_told_and_denied(void **state)
{
	struct uring *uring = *state;

	deny(uring, DENY("link", "{ path: " A " }"));
	assert_int_equal(run_link(uring, A, B), -EPERM);
	assert_text(expect_denied(uring, YGR_EV_LINK, A, MAY_BLOCK), YGR_STR_NEW_PATH, B);
	assert_int_equal(access(B, F_OK), -1);
	guest_policy_clear(uring->guest);
	guest_forget(uring->guest);
	assert_int_equal(run_link(uring, A, B), 0);
	assert_text(expect_allowed(uring, YGR_EV_LINK, A, MAY_BLOCK), YGR_STR_NEW_PATH, B);
}

/* A worker has the working directory of its process, which lends the file its path. */
static void setxattr_is_told_and_denied(void **state)
{
	struct uring *uring = *state;

	assert_int_equal(chdir(DIR), 0);
	deny(uring, DENY("setxattr", "{ path: " A ", xattr: trusted.no }"));
	assert_int_equal(run_setxattr(uring, A, "trusted.no"), -EPERM);
	assert_text(expect_denied(uring, YGR_EV_SETXATTR, A, MAY_BLOCK), YGR_STR_XATTR, "trusted.no");
	assert_int_equal(run_setxattr(uring, A, "trusted.yes"), 0);
	assert_text(expect_told(uring, YGR_EV_SETXATTR, A, GUEST_ALLOWED, MAY_BLOCK), YGR_STR_XATTR, "trusted.yes");
	assert_int_equal(chdir("/"), 0);
}

static void truncate_is_told_and_denied(void **state)
{
	struct uring *uring = *state;
	struct stat st;

	need_opcode(uring, OP_FTRUNCATE);
	deny(uring, DENY("truncate", "{ path: " A " }"));
	assert_int_equal(run_truncate(uring, A, 0), -EPERM);
	expect_denied(uring, YGR_EV_TRUNCATE, A, MAY_BLOCK);
	assert_int_equal(stat(A, &st), 0);
	assert_int_equal(st.st_size, strlen("text"));
	guest_policy_clear(uring->guest);
	guest_forget(uring->guest);
	assert_int_equal(run_truncate(uring, A, 0), 0);
	expect_allowed(uring, YGR_EV_TRUNCATE, A, MAY_BLOCK);
}

/* ---- sockets ---- */

static void datagram_is_told_and_denied(void **state)
{
	struct uring *uring = *state;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	deny(uring, DENY("send", "{ port: 4100 }"));
	assert_int_equal(run_send(uring, fd), -EPERM);
	expect_denied(uring, YGR_EV_SEND, NULL, NEVER_BLOCKS);
	guest_policy_clear(uring->guest);
	assert_int_equal(run_send(uring, fd), 1);
	close(fd);
}


static void socket_is_told_and_denied(void **state)
{
	struct uring *uring = *state;
	int fd = run_socket(uring, AF_INET, SOCK_DGRAM);
	const struct ygr_body_socket *body;

	assert_true(fd >= 0);
	close(fd);
	body = &expect_allowed(uring, YGR_EV_SOCKET_CREATE, NULL, NEVER_BLOCKS)->body.socket;
	assert_int_equal(body->family, AF_INET);
	assert_int_equal(body->type, SOCK_DGRAM);
	deny(uring, DENY("socket-create", "{ uid: 0 }"));
	assert_int_equal(run_socket(uring, AF_INET, SOCK_DGRAM), -EPERM);
	expect_denied(uring, YGR_EV_SOCKET_CREATE, NULL, NEVER_BLOCKS);
}

static void connect_is_told_and_denied(void **state)
{
	struct uring *uring = *state;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct ygr_body_socket *body;

	assert_int_equal(run_connect(uring, fd), 0);
	body = &expect_allowed(uring, YGR_EV_CONNECT, NULL, NEVER_BLOCKS)->body.socket;
	assert_int_equal(body->remote.family, AF_INET);
	assert_int_equal(body->remote.port, PORT);
	assert_memory_equal(body->remote.addr, "\x7f\0\0\1", 4);
	deny(uring, DENY("connect", "{ cidr: 127.0.0.1/32, port: 4100 }"));
	assert_int_equal(run_connect(uring, fd), -EPERM);
	expect_denied(uring, YGR_EV_CONNECT, NULL, NEVER_BLOCKS);
	close(fd);
}

static int open_server(void)
{
	const struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(PORT),
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&here, sizeof(here)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* With somebody in the queue, so that nobody has to wait and be asked twice. */
static void accept_is_told_and_denied(void **state)
{
	const struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(PORT),
					   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct uring *uring = *state;
	int server = open_server(), client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
	const struct ygr_body_socket *body;
	struct stat st;

	assert_int_equal(connect(client, (const struct sockaddr *)&there, sizeof(there)), 0);
	deny(uring, DENY("accept", "{ port: 4100 }"));
	assert_int_equal(run_accept(uring, server), -EPERM);
	expect_denied(uring, YGR_EV_ACCEPT, NULL, NEVER_BLOCKS);
	guest_policy_clear(uring->guest);
	guest_forget(uring->guest);
	fd = run_accept(uring, server);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	body = &expect_allowed(uring, YGR_EV_ACCEPT, NULL, NEVER_BLOCKS)->body.socket;
	assert_int_equal(body->socket_ino, st.st_ino);
	assert_int_equal(body->local.port, PORT);
	assert_int_equal(body->remote.family, AF_INET);
	close(fd);
	close(client);
	close(server);
}

static int run_bind(struct uring *uring, int fd, uint16_t port)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_rw(OP_BIND, sqe, fd, &here, 0, sizeof(here));
	return finish(uring, sqe);
}

static int run_listen(struct uring *uring, int fd)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_rw(OP_LISTEN, sqe, fd, NULL, 1, 0);
	return finish(uring, sqe);
}

static void bind_and_listen_are_told_and_denied(void **state)
{
	struct uring *uring = *state;
	int fd;

	need_opcode(uring, OP_LISTEN);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	deny(uring, DENY("[bind, listen]", "{ port: [4101, 4102] }"));
	assert_int_equal(run_bind(uring, fd, 4101), -EPERM);
	assert_int_equal(expect_denied(uring, YGR_EV_BIND, NULL, NEVER_BLOCKS)->body.socket.local.port, 4101);
	guest_policy_clear(uring->guest);
	guest_forget(uring->guest);
	assert_int_equal(run_bind(uring, fd, 4102), 0);
	assert_int_equal(expect_allowed(uring, YGR_EV_BIND, NULL, NEVER_BLOCKS)->body.socket.local.port, 4102);
	deny(uring, DENY("listen", "{ port: 4102 }"));
	assert_int_equal(run_listen(uring, fd), -EPERM);
	expect_denied(uring, YGR_EV_LISTEN, NULL, NEVER_BLOCKS);
	guest_policy_clear(uring->guest);
	guest_forget(uring->guest);
	assert_int_equal(run_listen(uring, fd), 0);
	assert_int_equal(expect_allowed(uring, YGR_EV_LISTEN, NULL, NEVER_BLOCKS)->body.socket.backlog, 1);
	close(fd);
}

/* ---- who ---- */

/* In a child, with a ring of its own like @arg's. Return: errno of an open. */
static int use_own_ring(void *arg)
{
	struct uring *uring = arg, own = { .setup_flags = uring->setup_flags, .sqe_flags = uring->sqe_flags };

	if (open_ring(&own))
		return 255;
	return -run_open(&own, A, O_WRONLY);
}

static bool is_of_uid_1000(const struct guest_event *event, const void *arg)
{
	(void)arg;
	return event->head.uid == 1000 && event->head.euid == 1000 && event->head.gid == 1000;
}

static void rules_see_the_submitter(void **state)
{
	struct uring *uring = *state;
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &unlimited), 0);
	assert_int_equal(chmod(A, 0666), 0);
	deny(uring, DENY("open-write", "{ path: " A ", uid: 1000 }"));
	assert_int_equal(guest_child_call(1000, use_own_ring, uring), EPERM);
	guest_expect(uring->guest, .type = YGR_EV_OPEN, .verdict = GUEST_DENIED, .path = A,
		     .comm = "test_uring", .where = is_of_uid_1000, .flags = want_flags(uring, NEVER_BLOCKS));
	assert_int_equal(guest_child_call(1001, use_own_ring, uring), 0);
	assert_int_equal(guest_child_call(0, use_own_ring, uring), 0);
}

/* Workers are threads: their begin and end are not the process's. */
static void workers_have_the_program_and_the_labels(void **state)
{
	struct uring *uring = *state;

	deny(uring, DENY("open-write", "{ path: " A ", exe: /t/test_uring }"));
	assert_int_equal(run_open(uring, A, O_WRONLY), -EPERM);
	deny(uring, DENY("open-write", "{ path: " A ", not: { exe: /t/test_uring } }"));
	assert_int_equal(run_open(uring, A, O_WRONLY), 0);
	deny(uring, "version: 1\nname: t\nrules:\n"
	     "  - { name: mark, on: open-read, where: { path: " A " }, do: label, set: [uring] }\n"
	     "  - { name: no, on: open-write, where: { path: " A ", label: uring }, do: deny }\n");
	assert_int_equal(run_open(uring, A, O_WRONLY), 0);
	assert_int_equal(run_open(uring, A, O_RDONLY), 0);
	assert_int_equal(run_open(uring, A, O_WRONLY), -EPERM);
}

static void workers_are_no_processes(void **state)
{
	struct uring *uring = *state;
	pid_t pid = guest_child_start(use_own_ring, uring);
	const struct guest_query end = { .type = YGR_EV_EXIT, .tgid = pid };

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	guest_expect(uring->guest, .type = YGR_EV_OPEN, .tgid = pid, .path = A);
	guest_expect(uring->guest, .type = YGR_EV_EXIT, .tgid = pid);
	guest_drain(uring->guest);
	assert_int_equal(guest_count(uring->guest, &end), 1);
	guest_reject(uring->guest, .type = YGR_EV_FORK, .tgid = pid);
}

/* Credentials can be lent to a ring, and used when the process has others again. */
static int use_lent_credentials(void *arg)
{
	struct uring *uring = arg, own = { .setup_flags = uring->setup_flags, .sqe_flags = uring->sqe_flags };
	struct io_uring_sqe *sqe;
	int id, fd;

	if (open_ring(&own) || setegid(1000) || seteuid(1000))
		return 255;
	id = io_uring_register_personality(&own.ring);
	if (id < 0 || seteuid(0) || setegid(0))
		return 254;
	sqe = next_sqe(&own);
	io_uring_prep_openat(sqe, AT_FDCWD, A, O_WRONLY | O_CLOEXEC, 0);
	sqe->personality = id;
	fd = finish(&own, sqe);
	return fd < 0 ? -fd : 0;
}

static void lent_credentials_are_told_with_the_own(void **state)
{
	struct uring *uring = *state;
	const struct guest_event *event;
	pid_t pid;

	assert_int_equal(chmod(A, 0666), 0);
	guest_forget(uring->guest);
	pid = guest_child_start(use_lent_credentials, uring);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	event = guest_expect(uring->guest, .type = YGR_EV_OPEN, .tgid = pid, .path = A);
	assert_int_equal(event->head.flags, want_flags(uring, NEVER_BLOCKS) | YGR_F_OTHER_CREDS);
	assert_int_equal(event->head.uid, 0);
	assert_int_equal(event->head.euid, 1000);
	assert_int_equal(event->head.egid, 1000);
	assert_int_equal(submitter_of(event)->euid, 0);
	assert_int_equal(submitter_of(event)->egid, 0);
	assert_int_equal(submitter_of(event)->tid, event->head.flags & YGR_F_IO_WORKER ? pid : 0);
}

/* ---- whose, and by what descriptor ---- */

static int use_inherited_ring(void *arg)
{
	struct uring *uring = arg;

	return -run_open(uring, A, O_WRONLY);
}

/*
 * Who enters the kernel with a ring acts, and is named, whoever made it. Nobody enters
 * for one that is polled: its thread is its maker's, and that is who is named.
 */
static void inherited_ring_names_who_uses_it(void **state)
{
	struct uring *uring = *state;
	const bool is_polled = uring->setup_flags & IORING_SETUP_SQPOLL;
	const struct guest_event *event;
	pid_t pid;

	pid = guest_child_start(use_inherited_ring, uring);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	event = guest_expect(uring->guest, .type = YGR_EV_OPEN, .path = A,
			     .tgid = is_polled ? getpid() : pid);
	assert_int_equal(event->head.flags, want_flags(uring, NEVER_BLOCKS));
	if (event->head.flags)
		assert_int_equal(submitter_of(event)->tid, is_polled ? getpid() : pid);
	/* The child has moved the ring on, and we have not: begin anew. */
	io_uring_queue_exit(&uring->ring);
	assert_int_equal(open_ring(uring), 0);
}

/* A file that the ring holds has no descriptor: opened, written and connected it is told like any. */
static void file_without_a_descriptor_is_told(void **state)
{
	struct uring *uring = *state;
	const int none = -1;
	struct io_uring_sqe *sqe;
	const struct guest_event *event;

	assert_int_equal(io_uring_register_files(&uring->ring, &none, 1), 0);
	sqe = next_sqe(uring);
	io_uring_prep_openat_direct(sqe, AT_FDCWD, A, O_WRONLY, 0, 0);
	assert_int_equal(finish(uring, sqe), 0);
	expect_allowed(uring, YGR_EV_OPEN, A, NEVER_BLOCKS);
	sqe = next_sqe(uring);
	io_uring_prep_write(sqe, 0, "fixed", 5, 0);
	sqe->flags |= IOSQE_FIXED_FILE;
	assert_int_equal(finish(uring, sqe), 5);
	io_uring_unregister_files(&uring->ring);
	/* Whoever lets go of it last, it is told who opened it. */
	event = guest_expect(uring->guest, .type = YGR_EV_CLOSE_WRITE, .path = A);
	assert_int_equal(event->body.close_write.opener_tgid, getpid());
	assert_true(event->body.close_write.written_bytes >= 5);
	assert_int_equal(event->body.close_write.access, YGR_ACCESS_WRITE | YGR_ACCESS_CHANGED);
}

static void socket_without_a_descriptor_is_told(void **state)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct uring *uring = *state;
	const int none = -1;
	struct io_uring_sqe *sqe;

	guest_policy_load(uring->guest, RULES_1("{ name: who, on: send, do: record }"));
	assert_int_equal(io_uring_register_files(&uring->ring, &none, 1), 0);
	guest_forget(uring->guest);
	sqe = next_sqe(uring);
	io_uring_prep_socket_direct(sqe, AF_INET, SOCK_DGRAM, 0, 0, 0);
	assert_int_equal(finish(uring, sqe), 0);
	expect_told(uring, YGR_EV_SOCKET_CREATE, NULL, GUEST_ALLOWED, NEVER_BLOCKS);
	sqe = next_sqe(uring);
	io_uring_prep_connect(sqe, 0, (const struct sockaddr *)&to, sizeof(to));
	sqe->flags |= IOSQE_FIXED_FILE;
	assert_int_equal(finish(uring, sqe), 0);
	assert_int_equal(expect_told(uring, YGR_EV_CONNECT, NULL, GUEST_ALLOWED, NEVER_BLOCKS)
			 ->body.socket.remote.port, PORT);
	sqe = next_sqe(uring);
	io_uring_prep_send(sqe, 0, "x", 1, 0);
	sqe->flags |= IOSQE_FIXED_FILE;
	assert_int_equal(finish(uring, sqe), 1);
	assert_int_equal(expect_told(uring, YGR_EV_SEND, NULL, GUEST_ALLOWED, NEVER_BLOCKS)
			 ->body.socket.remote.port, PORT);
	io_uring_unregister_files(&uring->ring);
}

/* ---- a whole story ---- */

static int run_mkdir(struct uring *uring, const char *path)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_mkdirat(sqe, AT_FDCWD, path, 0700);
	return finish(uring, sqe);
}

static int run_symlink(struct uring *uring, const char *target, const char *path)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_symlinkat(sqe, target, AT_FDCWD, path);
	return finish(uring, sqe);
}

static int run_rmdir(struct uring *uring, const char *path)
{
	struct io_uring_sqe *sqe = next_sqe(uring);

	io_uring_prep_unlinkat(sqe, AT_FDCWD, path, AT_REMOVEDIR);
	return finish(uring, sqe);
}

static int run_create_and_write(struct uring *uring, const char *path)
{
	struct io_uring_sqe *sqe = next_sqe(uring);
	int fd, ret;

	io_uring_prep_openat(sqe, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	fd = finish(uring, sqe);
	if (fd < 0)
		return fd;
	sqe = next_sqe(uring);
	io_uring_prep_write(sqe, fd, "story", 5, 0);
	ret = finish(uring, sqe);
	sqe = next_sqe(uring);
	io_uring_prep_close(sqe, fd);
	return ret == 5 ? finish(uring, sqe) : -EIO;
}

/* From now on, whoever makes one of these calls is dead. */
static int forbid_calls(void)
{
#define FORBIDDEN(nr)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), \
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		FORBIDDEN(SYS_open), FORBIDDEN(SYS_openat), FORBIDDEN(SYS_creat), FORBIDDEN(SYS_close),
		FORBIDDEN(SYS_write), FORBIDDEN(SYS_socket), FORBIDDEN(SYS_connect),
		FORBIDDEN(SYS_sendto), FORBIDDEN(SYS_sendmsg), FORBIDDEN(SYS_rename),
		FORBIDDEN(SYS_renameat), FORBIDDEN(SYS_renameat2), FORBIDDEN(SYS_unlink),
		FORBIDDEN(SYS_unlinkat), FORBIDDEN(SYS_rmdir), FORBIDDEN(SYS_mkdir),
		FORBIDDEN(SYS_mkdirat), FORBIDDEN(SYS_symlink), FORBIDDEN(SYS_symlinkat),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#define S	DIR "/story"

/* Return: 0, or the number of the step that failed. */
static int tell_a_story(void *arg)
{
	struct uring *uring = arg, own = { .setup_flags = uring->setup_flags, .sqe_flags = uring->sqe_flags };
	int fd;

	if (open_ring(&own) || forbid_calls())
		return 100;
	if (run_mkdir(&own, S))
		return 1;
	if (run_create_and_write(&own, S "/a"))
		return 2;
	fd = run_socket(&own, AF_INET, SOCK_DGRAM);
	if (fd < 0)
		return 3;
	if (run_connect(&own, fd))
		return 4;
	if (run_send(&own, fd) != 1)
		return 5;
	if (run_rename(&own, S "/a", S "/b"))
		return 6;
	if (run_symlink(&own, S "/b", S "/c"))
		return 7;
	if (run_unlink(&own, S "/b") || run_unlink(&own, S "/c"))
		return 8;
	return run_rmdir(&own, S) ? 9 : 0;
}

/* Each CPU has a base of its own for its time (kmod/clock.h). Seen once in the emulator: a worker's was behind. */
#define CPUS_AGREE_NS	50000

static void a_tool_without_system_calls_leaves_its_story(void **state)
{
	static const struct { enum ygr_event_type type; const char *path; } story[] = {
		{ YGR_EV_MKDIR, S }, { YGR_EV_CREATE, S "/a" }, { YGR_EV_OPEN, S "/a" },
		{ YGR_EV_SOCKET_CREATE, NULL }, { YGR_EV_CONNECT, NULL },
		{ YGR_EV_SEND, NULL }, { YGR_EV_RENAME, S "/a" }, { YGR_EV_SYMLINK, S "/c" },
		{ YGR_EV_UNLINK, S "/b" }, { YGR_EV_UNLINK, S "/c" }, { YGR_EV_RMDIR, S },
	};
	const struct guest_event *before = NULL, *closed;
	struct uring *uring = *state;
	const char *name;
	pid_t pid;

	/* The youngest that it needs. */
	need_opcode(uring, IORING_OP_SOCKET);
	guest_policy_load(uring->guest, RULES_1("{ name: who, on: send, do: record }"));
	guest_forget(uring->guest);
	pid = guest_child_start(tell_a_story, uring);
	assert_int_equal(guest_child_wait(pid, 4 * GUEST_WAIT_MS), 0);
	for (size_t i = 0; i < sizeof(story) / sizeof(story[0]); i++) {
		const struct guest_event *event = guest_expect(uring->guest, .type = story[i].type,
							       .tgid = pid, .path = story[i].path);

		if (before)
			assert_true(event->head.time_ns + (event->cpu == before->cpu ? 0 : CPUS_AGREE_NS) >=
				    before->head.time_ns);
		before = event;
		assert_string_equal(event->head.comm, "test_uring");
		if (event->head.flags & YGR_F_IO_WORKER)
			assert_int_equal(submitter_of(event)->tid, pid);
		else
			assert_int_equal(event->head.tid, pid);
	}
	/* By whoever lets go of it last, which may be after the rename. */
	closed = guest_expect(uring->guest, .type = YGR_EV_CLOSE_WRITE, .tgid = pid);
	name = closed->text[YGR_STR_PATH].bytes;
	assert_true(!strcmp(name, S "/a") || !strcmp(name, S "/b"));
}

static void monitored_operation_is_done(void **state)
{
	struct uring *uring = *state;

	deny(uring, RULES_1("{ name: try, on: unlink, do: deny, mode: monitor, where: { path: " A " } }"));
	assert_int_equal(run_unlink(uring, A), 0);
	assert_text(expect_told(uring, YGR_EV_UNLINK, A, GUEST_WOULD_DENY, MAY_BLOCK), YGR_STR_RULE, "try");
	assert_int_equal(access(A, F_OK), -1);
}

#define test(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
	const struct CMUnitTest uring[] = {
		test(open_is_told_and_denied),
		test(read_is_told_and_denied),
		test(openat2_is_told_and_denied),
		test(create_is_told_and_denied),
		test(unlink_is_told_and_denied),
		test(rename_is_told_and_denied),
		test(link_is_told_and_denied),
		test(setxattr_is_told_and_denied),
		test(truncate_is_told_and_denied),
		test(datagram_is_told_and_denied),
		test(socket_is_told_and_denied),
		test(connect_is_told_and_denied),
		test(accept_is_told_and_denied),
		test(bind_and_listen_are_told_and_denied),
		test(rules_see_the_submitter),
		test(workers_have_the_program_and_the_labels),
		test(workers_are_no_processes),
		test(lent_credentials_are_told_with_the_own),
		test(inherited_ring_names_who_uses_it),
		test(file_without_a_descriptor_is_told),
		test(socket_without_a_descriptor_is_told),
		test(a_tool_without_system_calls_leaves_its_story),
		test(monitored_operation_is_done),
	};

	return cmocka_run_group_tests_name("plain", uring, setup_plain, teardown) +
	       cmocka_run_group_tests_name("worker", uring, setup_worker, teardown) +
	       cmocka_run_group_tests_name("sqpoll", uring, setup_sqpoll, teardown);
}
