// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "cost.h"

#define OBJECT_NR	201u
#define FILE_PATH	BENCH_DIR "/c%u"
#define NEW_PATH	BENCH_DIR "/new"
#define MOUNT_POINT	BENCH_DIR "/mount"

/* How often, of what is dear and where the median says enough. */
#define FEW		51u

/* What a call that succeeds took, ns. */
#define took(call) \
	({ \
		uint64_t begin_ns_ = bench_now_ns(), ns_; \
		long ret_ = (long)(call); \
		ns_ = bench_now_ns() - begin_ns_; \
		if (ret_ < 0) \
			fail_msg("%s: %s", #call, strerror(errno)); \
		ns_; \
	})

/* The same of one that need not. */
#define took_anyhow(call) \
	({ \
		uint64_t begin_ns_ = bench_now_ns(); \
		(void)!(call); \
		bench_now_ns() - begin_ns_; \
	})

static const char *file_path(unsigned int object)
{
	static char path[64];

	snprintf(path, sizeof(path), FILE_PATH, object);
	return path;
}

/* ---- processes ---- */

static uint64_t sample_exec(unsigned int object)
{
	(void)object;
	return bench_works[BENCH_EXEC].sample();
}

static uint64_t sample_fork(unsigned int object)
{
	(void)object;
	return bench_works[BENCH_FORK].sample();
}

/* Shared with a child, who says when it began. */
static uint64_t *shared_ns;

static uint64_t sample_exit(unsigned int object)
{
	pid_t pid = fork();
	uint64_t end_ns;

	(void)object;
	if (!pid) {
		*shared_ns = bench_now_ns();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	end_ns = bench_now_ns();
	return end_ns - *shared_ns;
}

/* ---- files ---- */

static uint64_t sample_open(unsigned int object, int flags)
{
	const char *path = file_path(object);
	uint64_t ns;
	int fd;

	ns = took(fd = open(path, flags));
	close(fd);
	return ns;
}

static uint64_t sample_open_write(unsigned int object)
{
	return sample_open(object, O_WRONLY);
}

static uint64_t sample_open_read(unsigned int object)
{
	return sample_open(object, O_RDONLY);
}

static uint64_t sample_create(unsigned int object)
{
	uint64_t ns = took(mknod(NEW_PATH, S_IFREG | 0644, 0));

	(void)object;
	unlink(NEW_PATH);
	return ns;
}

static uint64_t sample_unlink(unsigned int object)
{
	(void)object;
	assert_int_equal(mknod(NEW_PATH, S_IFREG | 0644, 0), 0);
	return took(unlink(NEW_PATH));
}

static uint64_t sample_rename(unsigned int object)
{
	uint64_t ns;

	(void)object;
	assert_int_equal(mknod(NEW_PATH, S_IFREG | 0644, 0), 0);
	ns = took(rename(NEW_PATH, NEW_PATH "er"));
	unlink(NEW_PATH "er");
	return ns;
}

static uint64_t sample_link(unsigned int object)
{
	const char *path = file_path(object);
	uint64_t ns = took(link(path, NEW_PATH));

	unlink(NEW_PATH);
	return ns;
}

static uint64_t sample_symlink(unsigned int object)
{
	uint64_t ns = took(symlink("target", NEW_PATH));

	(void)object;
	unlink(NEW_PATH);
	return ns;
}

static uint64_t sample_mkdir(unsigned int object)
{
	uint64_t ns = took(mkdir(NEW_PATH, 0755));

	(void)object;
	rmdir(NEW_PATH);
	return ns;
}

static uint64_t sample_rmdir(unsigned int object)
{
	(void)object;
	assert_int_equal(mkdir(NEW_PATH, 0755), 0);
	return took(rmdir(NEW_PATH));
}

static uint64_t sample_truncate(unsigned int object)
{
	const char *path = file_path(object);

	return took(truncate(path, 0));
}

static uint64_t sample_chmod(unsigned int object)
{
	const char *path = file_path(object);

	return took(chmod(path, 0644));
}

static uint64_t sample_chown(unsigned int object)
{
	const char *path = file_path(object);

	return took(chown(path, 0, 0));
}

static uint64_t sample_setxattr(unsigned int object)
{
	const char *path = file_path(object);

	return took(setxattr(path, "trusted.bench", "x", 1, 0));
}

static uint64_t sample_removexattr(unsigned int object)
{
	const char *path = file_path(object);

	assert_int_equal(setxattr(path, "trusted.bench", "x", 1, 0), 0);
	return took(removexattr(path, "trusted.bench"));
}

static uint64_t sample_chattr(unsigned int object)
{
	int fd = open(file_path(object), O_RDONLY), flags = FS_NODUMP_FL;
	uint64_t ns;

	ns = took(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	close(fd);
	return ns;
}

/* Of a file that was written. */
static uint64_t sample_close_write(unsigned int object)
{
	int fd = open(file_path(object), O_WRONLY);

	assert_int_equal(write(fd, "x", 1), 1);
	return took(close(fd));
}

/* ---- memory ---- */

static uint64_t sample_mmap_exec(unsigned int object)
{
	int fd = open(file_path(object), O_RDONLY);
	uint64_t ns;
	void *at;

	ns = took((at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0)) == MAP_FAILED ?
		  -1 : 0);
	munmap(at, 4096);
	close(fd);
	return ns;
}

static uint64_t sample_mprotect_exec(unsigned int object)
{
	char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t ns;

	(void)object;
	assert_true(at != MAP_FAILED);
	*at = 1;
	ns = took(mprotect(at, 4096, PROT_READ | PROT_EXEC));
	munmap(at, 4096);
	return ns;
}

static uint64_t sample_memfd(unsigned int object)
{
	uint64_t ns;
	int fd;

	(void)object;
	ns = took(fd = memfd_create("bench", 0));
	close(fd);
	return ns;
}

/* ---- sockets ---- */

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons(port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static uint64_t sample_socket(unsigned int object)
{
	uint64_t ns;
	int fd;

	(void)object;
	ns = took(fd = socket(AF_INET, SOCK_DGRAM, 0));
	close(fd);
	return ns;
}

static uint64_t sample_bind(unsigned int object)
{
	struct sockaddr_in at = loopback(20000 + object);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t ns;

	ns = took(bind(fd, (struct sockaddr *)&at, sizeof(at)));
	close(fd);
	return ns;
}

static uint64_t sample_listen(unsigned int object)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	uint64_t ns;

	(void)object;
	ns = took(listen(fd, 5));
	close(fd);
	return ns;
}

static uint64_t sample_connect_udp(unsigned int object)
{
	struct sockaddr_in to = loopback(10000 + object);

	return took(connect(bench_connect_fd(), (struct sockaddr *)&to, sizeof(to)));
}

/* Both ends of a TCP connection over the loopback. */
struct connection {
	int client, server;
	uint64_t connect_ns, accept_ns;
};

static int listener;
static struct sockaddr_in listener_at;

static struct connection connect_tcp(void)
{
	struct connection made;

	made.client = socket(AF_INET, SOCK_STREAM, 0);
	made.connect_ns = took(connect(made.client, (struct sockaddr *)&listener_at,
				       sizeof(listener_at)));
	made.accept_ns = took(made.server = accept(listener, NULL, NULL));
	return made;
}

static void disconnect(const struct connection *made)
{
	close(made->client);
	close(made->server);
}

static uint64_t sample_connect_tcp(unsigned int object)
{
	struct connection made = connect_tcp();

	(void)object;
	disconnect(&made);
	return made.connect_ns;
}

static uint64_t sample_accept(unsigned int object)
{
	struct connection made = connect_tcp();

	(void)object;
	disconnect(&made);
	return made.accept_ns;
}

static uint64_t sample_socket_close(unsigned int object)
{
	struct sockaddr_in to = loopback(BENCH_PORT);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)object;
	assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
	return took(close(fd));
}

/*
 * The packet's way in is a part of the call, unless ksoftirqd has been woken and waits for the CPU: then all is put off
 * until it has had it.
 */
static uint64_t send_to(uint16_t port)
{
	static int fd = -1;
	struct sockaddr_in to = loopback(port);

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	sched_yield();
	return took(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)));
}

static uint64_t sample_send(unsigned int object)
{
	return send_to(30000 + object);
}

static uint64_t sample_send_known(unsigned int object)
{
	(void)object;
	return send_to(BENCH_PORT);
}

static uint64_t sample_stream(unsigned int object)
{
	static const char request[] = "GET /index.html HTTP/1.1\r\nHost: example.org\r\n\r\n";
	struct connection made = connect_tcp();
	uint64_t ns = took(send(made.client, request, sizeof(request) - 1, 0));

	(void)object;
	disconnect(&made);
	return ns;
}

/* Over a connection whose first bytes have gone. */
static uint64_t sample_send_tcp(unsigned int object)
{
	struct connection made = connect_tcp();
	uint64_t ns;

	(void)object;
	assert_int_equal(send(made.client, "x", 1, 0), 1);
	ns = took(send(made.client, "x", 1, 0));
	disconnect(&made);
	return ns;
}

/* ---- privilege ---- */

static uint64_t sample_setuid(unsigned int object)
{
	(void)object;
	return took(setuid(0));
}

static uint64_t sample_setgid(unsigned int object)
{
	(void)object;
	return took(setgid(0));
}

static uint64_t sample_capset(unsigned int object)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	(void)object;
	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	return took(syscall(SYS_capset, &header, data));
}

static uint64_t sample_prctl(unsigned int object)
{
	(void)object;
	return took(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static uint64_t sample_personality(unsigned int object)
{
	static bool is_on;

	(void)object;
	is_on = !is_on;
	return took(personality(is_on ? ADDR_NO_RANDOMIZE : 0));
}

/* An attempt that comes to nothing: what it does cannot be undone. */
static uint64_t sample_seccomp(unsigned int object)
{
	(void)object;
	return took_anyhow(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, ~0u, NULL));
}

static uint64_t sample_unshare(unsigned int object)
{
	(void)object;
	return took(unshare(CLONE_NEWUTS));
}

static uint64_t sample_setns(unsigned int object)
{
	static int fd = -1;

	(void)object;
	if (fd < 0)
		fd = open("/proc/1/ns/uts", O_RDONLY);
	return took(setns(fd, CLONE_NEWUTS));
}

static uint64_t sample_keyctl(unsigned int object)
{
	long key;
	uint64_t ns;

	(void)object;
	ns = took(key = syscall(SYS_add_key, "user", "bench", "x", 1, KEY_SPEC_PROCESS_KEYRING));
	syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_PROCESS_KEYRING);
	return ns;
}

static uint64_t sample_settime(unsigned int object)
{
	struct timespec now;

	(void)object;
	clock_gettime(CLOCK_REALTIME, &now);
	return took(clock_settime(CLOCK_REALTIME, &now));
}

/* ---- other processes: one that does nothing, with the same memory as we ---- */

static pid_t target;
static char target_byte;

static uint64_t sample_ptrace(unsigned int object)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { &target_byte, 1 };

	(void)object;
	return took(process_vm_readv(target, &here, 1, &there, 1, 0));
}

static uint64_t sample_ptrace_read(unsigned int object)
{
	void *head;
	size_t bytes;

	(void)object;
	return took(syscall(SYS_get_robust_list, target, &head, &bytes));
}

static uint64_t sample_vm_write(unsigned int object)
{
	char byte = 1;
	struct iovec here = { &byte, 1 }, there = { &target_byte, 1 };

	(void)object;
	return took(process_vm_writev(target, &here, 1, &there, 1, 0));
}

/* It has been stopped before, so that nobody is woken. */
static uint64_t sample_signal(unsigned int object)
{
	(void)object;
	return took(kill(target, SIGSTOP));
}

/* ---- mounts ---- */

static uint64_t sample_mount(unsigned int object)
{
	uint64_t ns = took(mount("none", MOUNT_POINT, "tmpfs", 0, NULL));

	(void)object;
	umount(MOUNT_POINT);
	return ns;
}

static uint64_t sample_umount(unsigned int object)
{
	(void)object;
	assert_int_equal(mount("none", MOUNT_POINT, "tmpfs", 0, NULL), 0);
	return took(umount(MOUNT_POINT));
}

static uint64_t sample_move_mount(unsigned int object)
{
	int fd = syscall(SYS_open_tree, AT_FDCWD, BENCH_DIR, 1 /* OPEN_TREE_CLONE */);
	uint64_t ns;

	(void)object;
	ns = took(syscall(SYS_move_mount, fd, "", AT_FDCWD, MOUNT_POINT,
			  4 /* MOVE_MOUNT_F_EMPTY_PATH */));
	close(fd);
	umount(MOUNT_POINT);
	return ns;
}

/* ---- the kernel ---- */

/* Likewise: to load a program takes now more, now less. */
static uint64_t sample_bpf(unsigned int object)
{
	union bpf_attr attr = { .link_detach.link_fd = ~0u };

	(void)object;
	return took_anyhow(syscall(SYS_bpf, BPF_LINK_DETACH, &attr, sizeof(attr)));
}

/* Likewise: no module is that. */
static uint64_t sample_module_load(unsigned int object)
{
	static char image[4096];

	(void)object;
	return took_anyhow(syscall(SYS_init_module, image, sizeof(image), ""));
}

/* Takes back what nobody has loaded. */
static uint64_t sample_kexec(unsigned int object)
{
	(void)object;
	return took(syscall(SYS_kexec_load, 0, 0, NULL, 0));
}

#define CALL(family_, name_, type_, call_, ...) \
	{ .family = family_, .name = name_, .type = YGR_EV_##type_, .sample = sample_##call_, ##__VA_ARGS__ }

const struct cost_call cost_calls[] = {
	CALL("exec", "exec", EXEC, exec, .nr = FEW),
	CALL("process", "fork", FORK, fork),
	CALL("process", "exit", EXIT, exit),
	CALL("open", "open-write", OPEN, open_write, .repeats = COST_BY_OBJECT),
	CALL("open", "open-read", OPEN, open_read, .repeats = COST_BY_OBJECT),
	CALL("names", "create", CREATE, create),
	CALL("names", "unlink", UNLINK, unlink),
	CALL("names", "rename", RENAME, rename),
	CALL("names", "link", LINK, link),
	CALL("names", "symlink", SYMLINK, symlink),
	CALL("names", "mkdir", MKDIR, mkdir),
	CALL("names", "rmdir", RMDIR, rmdir),
	CALL("change", "truncate", TRUNCATE, truncate),
	CALL("change", "chmod", CHMOD, chmod),
	CALL("change", "chown", CHOWN, chown),
	CALL("change", "setxattr", SETXATTR, setxattr),
	CALL("change", "removexattr", REMOVEXATTR, removexattr),
	CALL("change", "chattr", CHATTR, chattr),
	CALL("close", "close-write", CLOSE_WRITE, close_write),
	CALL("memory", "mmap-exec", MMAP_EXEC, mmap_exec, .repeats = COST_BY_OBJECT),
	CALL("memory", "mprotect-exec", MPROTECT_EXEC, mprotect_exec),
	CALL("memory", "memfd", MEMFD, memfd),
	CALL("socket", "socket", SOCKET_CREATE, socket, .repeats = COST_ALWAYS),
	CALL("socket", "bind", BIND, bind),
	CALL("socket", "listen", LISTEN, listen),
	CALL("socket", "accept", ACCEPT, accept),
	CALL("socket", "socket-close", SOCKET_CLOSE, socket_close),
	CALL("connect", "connect-udp", CONNECT, connect_udp, .repeats = COST_BY_OBJECT),
	CALL("connect", "connect-tcp", CONNECT, connect_tcp, .repeats = COST_ALWAYS),
	CALL("send", "send", SEND, send),
	CALL("send", "send-known", SEND, send_known, .is_quiet = true),
	CALL("send", "stream", STREAM, stream),
	CALL("send", "send-tcp", SEND, send_tcp, .is_quiet = true),
	CALL("privilege", "setuid", SETUID, setuid),
	CALL("privilege", "setgid", SETGID, setgid),
	CALL("privilege", "capset", CAPSET, capset),
	CALL("privilege", "prctl", PRCTL, prctl),
	CALL("privilege", "personality", PERSONALITY, personality),
	CALL("privilege", "seccomp", SECCOMP, seccomp),
	CALL("privilege", "unshare", UNSHARE, unshare),
	CALL("privilege", "setns", SETNS, setns),
	CALL("privilege", "keyctl", KEYCTL, keyctl),
	CALL("privilege", "settime", SETTIME, settime, .nr = FEW),
	CALL("target", "ptrace", PTRACE, ptrace),
	CALL("target", "ptrace-read", PTRACE, ptrace_read),
	CALL("target", "vm-write", VM_WRITE, vm_write),
	CALL("target", "signal", SIGNAL, signal),
	CALL("mount", "mount", MOUNT, mount, .nr = FEW),
	CALL("mount", "umount", UMOUNT, umount, .nr = FEW),
	CALL("mount", "move-mount", MOVE_MOUNT, move_mount, .nr = FEW),
	CALL("kernel", "bpf", BPF, bpf, .nr = FEW),
	CALL("kernel", "module-load", MODULE_LOAD, module_load, .nr = FEW),
	CALL("kernel", "kexec", KEXEC, kexec, .nr = FEW),
};

const size_t cost_call_nr = sizeof(cost_calls) / sizeof(cost_calls[0]);

static void start_target(void)
{
	pid_t parent = getpid();

	target = fork();
	if (!target) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	assert_true(target > 0);
	assert_int_equal(kill(target, SIGSTOP), 0);
}

static void start_listener(void)
{
	socklen_t bytes = sizeof(listener_at);

	listener = socket(AF_INET, SOCK_STREAM, 0);
	listener_at = loopback(0);
	assert_int_equal(bind(listener, (struct sockaddr *)&listener_at, bytes), 0);
	assert_int_equal(listen(listener, 5), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&listener_at, &bytes), 0);
}

void cost_prepare(void)
{
	for (unsigned int i = 0; i < OBJECT_NR; i++)
		assert_int_equal(guest_file_write(file_path(i), ""), 0);
	assert_int_equal(mkdir(MOUNT_POINT, 0755), 0);
	shared_ns = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared_ns != MAP_FAILED);
	/* Else the first key would make it as well. */
	assert_true(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1) >= 0);
	/* Datagrams go where nobody is: which of them are answered so is not to depend on how many there were lately. */
	assert_int_equal(guest_file_write("/proc/sys/net/ipv4/icmp_msgs_per_sec", "1000000"), 0);
	assert_int_equal(guest_file_write("/proc/sys/net/ipv4/icmp_msgs_burst", "1000000"), 0);
	start_target();
	start_listener();
}

void cost_end(void)
{
	assert_int_equal(kill(target, SIGKILL), 0);
	assert_int_equal(waitpid(target, NULL, 0), target);
}
