// SPDX-License-Identifier: GPL-2.0-only
/* What docs/THREATS.md says can be seen and cannot, where no other test shows it. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

#define PAGE	4096

static const char ret_code[] = "\xc3";

/* ---- what an open file can do without an event ---- */

/* The open and the close are told; how often it is written between, and what, is not. */
static void writes_are_told_at_the_close(void **state)
{
	int fd = open(A, O_WRONLY | O_CLOEXEC);

	expect_file(*state, YGR_EV_OPEN, A);
	guest_forget(*state);
	for (unsigned int i = 0; i < 10; i++)
		assert_int_equal(write(fd, "x", 1), 1);
	flush(*state);
	guest_reject(*state, .tgid = getpid(), .path = A);
	close(fd);
	assert_int_equal(expect_file(*state, YGR_EV_CLOSE_WRITE, A)->body.close_write.written_bytes, 10);
}

static int receive(int from)
{
	char byte, room[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room,
			      .msg_controllen = sizeof(room) };
	int fd;

	if (recvmsg(from, &msg, 0) != 1)
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static int hand_over(int to, int fd)
{
	char byte = 'x', room[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room,
			      .msg_controllen = sizeof(room) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(to, &msg, 0) == 1 ? 0 : -1;
}

/* The opener is told; that somebody else has the descriptor now is not, until he closes it. */
static void descriptor_handed_over_is_no_event(void **state)
{
	int ends[2], fd = open(A, O_WRONLY | O_CLOEXEC);
	const struct guest_event *event;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	if (!pid) {
		char byte;
		int got;

		close(fd);
		got = receive(ends[1]);
		_exit(got >= 0 && read(ends[1], &byte, 1) == 1 && write(got, "other", 5) == 5 &&
		      !close(got) ? 0 : 1);
	}
	assert_int_equal(hand_over(ends[0], fd), 0);
	close(fd);
	/* Now nobody has it but the child, whose close is the last. */
	assert_int_equal(write(ends[0], "g", 1), 1);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	flush(*state);
	guest_reject(*state, .type = YGR_EV_OPEN, .tgid = pid, .path = A);
	event = guest_expect(*state, .type = YGR_EV_CLOSE_WRITE, .tgid = pid, .path = A);
	assert_int_equal(event->body.close_write.opener_tgid, getpid());
	close(ends[0]);
	close(ends[1]);
}

/* A handle has no name, and the file is the same. */
static void file_opened_by_its_handle_is_told(void **state)
{
	struct { struct file_handle head; unsigned char bytes[MAX_HANDLE_SZ]; } handle = {
		.head.handle_bytes = MAX_HANDLE_SZ,
	};
	const struct guest_event *event;
	struct stat st;
	int mount_id, dir, fd;

	if (name_to_handle_at(AT_FDCWD, A, &handle.head, &mount_id, 0))
		skip();
	assert_int_equal(stat(A, &st), 0);
	dir = open(DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	guest_forget(*state);
	fd = open_by_handle_at(dir, &handle.head, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	event = guest_expect(*state, .type = YGR_EV_OPEN, .tgid = getpid());
	assert_int_equal(event->body.file.file.ino, st.st_ino);
	close(fd);
	close(dir);
}

/* ---- memory ---- */

/* Memory is mapped to be executed while it is empty, which is no event, and filled by its own file. */
static void memory_is_written_through_proc(void **state)
{
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char path[32];
	ssize_t n;
	int fd;

	flush(*state);
	guest_reject(*state, .type = YGR_EV_MMAP_EXEC, .tgid = getpid());
	fd = open("/proc/self/mem", O_WRONLY | O_CLOEXEC);
	n = pwrite(fd, ret_code, 1, (uintptr_t)at);
	if (n < 0 && errno == EIO && guest_kernel_is_from(6, 13)) {
		printf("# only a tracer writes by it what is not writable (CONFIG_PROC_MEM_FORCE_PTRACE)\n");
		close(fd);
		skip();
	}
	assert_int_equal(n, 1);
	((void (*)(void))(uintptr_t)at)();
	close(fd);
	flush(*state);
	guest_reject(*state, .type = YGR_EV_MPROTECT_EXEC, .tgid = getpid());
	guest_reject(*state, .type = YGR_EV_MMAP_EXEC, .tgid = getpid());
	/* What is told is that it was opened. */
	snprintf(path, sizeof(path), "/proc/%d/mem", getpid());
	expect_file(*state, YGR_EV_OPEN, path);
}

/* Two views of one file: what is written by the one is executed by the other. */
static void memory_seen_twice_is_told_once(void **state)
{
	int fd = memfd_create("twice", MFD_CLOEXEC);
	char *writable, *executable;

	assert_int_equal(ftruncate(fd, PAGE), 0);
	writable = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	executable = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	expect_file(*state, YGR_EV_MEMFD, "/memfd:twice");
	expect_file(*state, YGR_EV_MMAP_EXEC, "/memfd:twice");
	guest_forget(*state);
	*writable = ret_code[0];
	((void (*)(void))(uintptr_t)executable)();
	flush(*state);
	guest_reject(*state, .type = YGR_EV_MMAP_EXEC, .tgid = getpid());
	guest_reject(*state, .type = YGR_EV_MPROTECT_EXEC, .tgid = getpid());
	munmap(writable, PAGE);
	munmap(executable, PAGE);
	close(fd);
}

/* ---- beneath the file system ---- */

/* The device is told as a file that is opened; which file of the file system on it changes is not. */
static void disk_is_written_beneath_its_files(void **state)
{
	int fd = open("/dev/nvme0n1", O_RDWR | O_CLOEXEC);
	const struct guest_event *event;
	char block[512];

	if (fd < 0)
		skip();
	assert_int_equal(pread(fd, block, sizeof(block), 0), sizeof(block));
	assert_int_equal(pwrite(fd, block, sizeof(block), 0), sizeof(block));
	close(fd);
	event = expect_file(*state, YGR_EV_OPEN, "/dev/nvme0n1");
	assert_true(S_ISBLK(event->body.file.file.mode));
	reject_file(*state, YGR_EV_CLOSE_WRITE, "/dev/nvme0n1");
}

#define test(f) cmocka_unit_test_setup(f, files_fresh)

int main(void)
{
	const struct CMUnitTest threats[] = {
		test(writes_are_told_at_the_close),
		test(descriptor_handed_over_is_no_event),
		test(file_opened_by_its_handle_is_told),
		test(memory_is_written_through_proc),
		test(memory_seen_twice_is_told_once),
		test(disk_is_written_beneath_its_files),
	};

	return cmocka_run_group_tests(threats, guest_setup, guest_teardown);
}
