// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog_play STEP... - an actor: takes its arguments one after the other, and passes those that
 * are left on to the program that it executes. All up to "cue" is preparation; what comes after
 * it is the event, and the status is its errno, or 0.
 *
 *	fork			go on in a child; end with its status
 *	exec P			execute P, which goes on
 *	as UID GID		become this user and group; keep the capabilities
 *	cue			say who we are, wait for the word to begin
 *	worker			the next step goes through a worker of io_uring
 *	compat			the next step is a 32-bit system call
 *
 *	open-read F, open-write F, create F, unlink F, truncate F
 *	rename F G, link F G, chmod F MODE, setxattr F NAME
 *	mkdir F, rmdir F, symlink F, removexattr F NAME
 *	chown F			to user and group 1
 *	hold F			open F for "map", "view" and "chattr"
 *	map			map what is held executable
 *	chattr			have the access time of what is held stay as it is
 *	view			map what is held, to be read, for "arm"
 *	arm			make what is mapped executable
 *	memfd			make a file in memory
 *	write F, shut		write to F; close it
 *	run F ARGUMENT...	execute F; "": PLAY_FILE_FD
 *	breed			fork
 *	leave			end
 *
 *	socket FAMILY TYPE PROTOCOL	which the next steps use
 *	bind ADDRESS, connect ADDRESS, send ADDRESS, listen, accept
 *	serve ADDRESS		have another socket of that kind there
 *	visit			have another socket connect to ours
 *	close			let go of it
 *	say			send an HTTP request
 *
 *	setuid, setgid		become the user, or group, 4242
 *	capset			ask for the capabilities that are there
 *	load-module, load-kernel	of what is held, which is neither
 *	load-program		of BPF, which has no instructions
 *	mount F, place F	mount on F, attach to F; neither can be
 *	tower			mount something on /tower, for "umount"
 *	umount, pivot
 *	puppet			start a child, for the next four
 *	trace, look, poke, stop
 *	settime			to what it is
 *	door			open a namespace, for "enter"
 *	unshare, enter
 *	keyring			have one, for "key"
 *	key, no-new-privs, persona, filter
 *
 * ADDRESS is FAMILY NAME PORT, each of which may be of no meaning; families and types are
 * numbers, modes octal. A Unix socket's name that starts with "@" is abstract.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/filter.h>
#include <linux/kexec.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "play.h"

static bool has_cue;		/* what is done from now on is the event */
static bool by_worker, by_compat;
static int sock = -1;
static int held = -1;
static void *viewed;
static int sock_family, sock_type;

static int play(char **rest);

static int errno_of(long result)
{
	return result < 0 ? errno : 0;
}

/* ---- who ---- */

static int do_fork(char **rest)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(play(rest));
	close(PLAY_CUE_FD);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return PLAY_CANNOT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int do_exec(char **rest)
{
	execv(rest[0], rest);
	return errno;
}

static int do_as(char **words)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	uid_t uid = strtoul(words[0], NULL, 10);
	gid_t gid = strtoul(words[1], NULL, 10);

	if (prctl(PR_SET_KEEPCAPS, 1) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid) ||
	    syscall(SYS_capget, &head, caps))
		return errno;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		caps[i].effective = caps[i].permitted;
	return errno_of(syscall(SYS_capset, &head, caps));
}

/* In a pid namespace, getpid() has another answer. */
static int do_cue(char **words)
{
	char name[32] = "";
	uint32_t tgid;
	char byte;

	(void)words;
	if (readlinkat(PLAY_PROC_FD, "self", name, sizeof(name) - 1) < 0)
		return errno;
	tgid = strtoul(name, NULL, 10);
	if (write(PLAY_CUE_FD, &tgid, sizeof(tgid)) != sizeof(tgid))
		return errno;
	if (read(PLAY_CUE_FD, &byte, 1) != 1)
		return ECANCELED;
	close(PLAY_CUE_FD);
	close(PLAY_PROC_FD);
	has_cue = true;
	return 0;
}

static int do_breed(char **words)
{
	pid_t pid = fork();

	(void)words;
	if (!pid)
		_exit(0);
	return errno_of(pid < 0 ? pid : waitpid(pid, NULL, 0));
}

static int do_leave(char **words)
{
	(void)words;
	return 0;
}

/* ---- other ways into the kernel ---- */

static int do_worker(char **words)
{
	(void)words;
	by_worker = true;
	return 0;
}

static int do_compat(char **words)
{
	(void)words;
	by_compat = true;
	return 0;
}

/* A ring of its own for one entry. Return: its result, or -errno. */
static int submit(void (*prepare)(struct io_uring_sqe *sqe, const void *arg), const void *arg)
{
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	struct io_uring ring;
	int ret = io_uring_queue_init(1, &ring, 0);

	if (ret)
		return ret;
	sqe = io_uring_get_sqe(&ring);
	prepare(sqe, arg);
	sqe->flags |= IOSQE_ASYNC;
	ret = io_uring_submit(&ring);
	if (ret == 1)
		ret = io_uring_wait_cqe(&ring, &cqe);
	if (!ret)
		ret = cqe->res;
	io_uring_queue_exit(&ring);
	return ret;
}

static void prepare_open(struct io_uring_sqe *sqe, const void *path)
{
	io_uring_prep_openat(sqe, AT_FDCWD, path, O_WRONLY, 0);
}

static int open_by_worker(const char *path)
{
	int ret = submit(prepare_open, path);

	return ret < 0 ? -ret : 0;
}

static int open_by_compat(const char *path)
{
	size_t bytes = strlen(path) + 1;
	char *low = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
			 -1, 0);
	long ret = 5;	/* open, in the 32-bit table */

	if (low == MAP_FAILED)
		return PLAY_CANNOT;
	memcpy(low, path, bytes);
	asm volatile("int $0x80" : "+a"(ret) : "b"(low), "c"(O_WRONLY), "d"(0)
		     : "memory", "r8", "r9", "r10", "r11");
	/* A 32-bit result. */
	return (int)ret < 0 ? -(int)ret : 0;
}

/* ---- files ---- */

static int do_open_read(char **words)
{
	return errno_of(open(words[0], O_RDONLY));
}

static int do_open_write(char **words)
{
	if (by_worker)
		return open_by_worker(words[0]);
	if (by_compat)
		return open_by_compat(words[0]);
	return errno_of(open(words[0], O_WRONLY));
}

static int do_create(char **words)
{
	return errno_of(mknod(words[0], S_IFREG | 0600, 0));
}

static int do_unlink(char **words)
{
	return errno_of(unlink(words[0]));
}

static int do_truncate(char **words)
{
	return errno_of(truncate(words[0], 0));
}

static int do_rename(char **words)
{
	return errno_of(rename(words[0], words[1]));
}

static int do_link(char **words)
{
	return errno_of(link(words[0], words[1]));
}

static int do_chmod(char **words)
{
	return errno_of(chmod(words[0], strtoul(words[1], NULL, 8)));
}

static int do_chown(char **words)
{
	return errno_of(chown(words[0], 1, 1));
}

/* The value is one that security.capability takes: no capabilities, in its second format. */
static int do_setxattr(char **words)
{
	const struct vfs_cap_data none = { .magic_etc = htole32(VFS_CAP_REVISION_2) };

	return errno_of(setxattr(words[0], words[1], &none, XATTR_CAPS_SZ_2, 0));
}

static int do_mkdir(char **words)
{
	return errno_of(mkdir(words[0], 0700));
}

static int do_rmdir(char **words)
{
	return errno_of(rmdir(words[0]));
}

static int do_symlink(char **words)
{
	return errno_of(symlink("/nowhere", words[0]));
}

static int do_removexattr(char **words)
{
	return errno_of(removexattr(words[0], words[1]));
}

static int do_chattr(char **words)
{
	int flags = FS_NOATIME_FL;

	(void)words;
	return errno_of(ioctl(held, FS_IOC_SETFLAGS, &flags));
}

static int do_memfd(char **words)
{
	(void)words;
	return errno_of(memfd_create("prop", MFD_CLOEXEC));
}

static int do_write(char **words)
{
	held = open(words[0], O_WRONLY);
	return held < 0 || write(held, "x", 1) != 1 ? PLAY_CANNOT : 0;
}

static int do_shut(char **words)
{
	(void)words;
	return errno_of(close(held));
}

static int do_hold(char **words)
{
	held = open(words[0], O_RDONLY);
	return errno_of(held);
}

static int do_map(char **words)
{
	void *map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, held, 0);

	(void)words;
	return map == MAP_FAILED ? errno : 0;
}

static int do_view(char **words)
{
	(void)words;
	viewed = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, held, 0);
	return viewed == MAP_FAILED ? errno : 0;
}

static int do_arm(char **words)
{
	(void)words;
	return errno_of(mprotect(viewed, 4096, PROT_READ | PROT_EXEC));
}

static int do_run(char **rest)
{
	if (rest[0][0])
		execve(rest[0], rest + 1, (char *[]){ NULL });
	else
		syscall(SYS_execveat, PLAY_FILE_FD, "", rest + 1, (char *[]){ NULL }, AT_EMPTY_PATH);
	return errno;
}

/* ---- sockets ---- */

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	};
	socklen_t len;
};

static int set_unix(struct address *to, const char *name)
{
	size_t len = strlen(name);

	if (len > sizeof(to->un.sun_path))
		return ENAMETOOLONG;
	memcpy(to->un.sun_path, name, len);
	if (name[0] == '@')
		to->un.sun_path[0] = '\0';
	to->len = offsetof(struct sockaddr_un, sun_path) + len;
	return 0;
}

static int set_address(struct address *to, char **words)
{
	memset(to, 0, sizeof(*to));
	to->any.sa_family = strtoul(words[0], NULL, 10);
	switch (to->any.sa_family) {
	case AF_UNIX:
		return set_unix(to, words[1]);
	case AF_INET:
		to->len = sizeof(to->in);
		to->in.sin_port = htons(strtoul(words[2], NULL, 10));
		return inet_pton(AF_INET, words[1], &to->in.sin_addr) == 1 ? 0 : EINVAL;
	case AF_INET6:
		to->len = sizeof(to->in6);
		to->in6.sin6_port = htons(strtoul(words[2], NULL, 10));
		return inet_pton(AF_INET6, words[1], &to->in6.sin6_addr) == 1 ? 0 : EINVAL;
	default:
		to->len = sizeof(to->any);
		return 0;
	}
}

static int set_options(int fd)
{
	const int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		return errno;
	if (sock_family == AF_INET)
		return errno_of(setsockopt(fd, SOL_IP, IP_FREEBIND, &one, sizeof(one)));
	if (sock_family == AF_INET6)
		return errno_of(setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, &one, sizeof(one)));
	return 0;
}

static int do_socket(char **words)
{
	sock_family = strtoul(words[0], NULL, 10);
	sock_type = strtoul(words[1], NULL, 10);
	sock = socket(sock_family, sock_type, strtoul(words[2], NULL, 10));
	if (sock < 0)
		return errno;
	return has_cue ? 0 : set_options(sock);
}

static int do_bind(char **words)
{
	struct address address;
	int ret = set_address(&address, words);

	return ret ? ret : errno_of(bind(sock, &address.any, address.len));
}

static void prepare_connect(struct io_uring_sqe *sqe, const void *arg)
{
	const struct address *address = arg;

	io_uring_prep_connect(sqe, sock, &address->any, address->len);
}

static int do_connect(char **words)
{
	struct address address;
	int ret = set_address(&address, words);

	if (ret)
		return ret;
	if (by_worker) {
		ret = submit(prepare_connect, &address);
		return ret < 0 ? -ret : 0;
	}
	return errno_of(connect(sock, &address.any, address.len));
}

static int do_send(char **words)
{
	struct address address;
	int ret = set_address(&address, words);

	return ret ? ret : errno_of(sendto(sock, "x", 1, 0, &address.any, address.len));
}

static int do_listen(char **words)
{
	(void)words;
	return errno_of(listen(sock, 1));
}

static int do_accept(char **words)
{
	(void)words;
	return errno_of(accept(sock, NULL, NULL));
}

static int do_close(char **words)
{
	(void)words;
	return errno_of(close(sock));
}

static int do_say(char **words)
{
	(void)words;
	return errno_of(send(sock, "GET / HTTP/1.0\r\n\r\n", 18, 0));
}

static int do_serve(char **words)
{
	int fd = socket(sock_family, sock_type, 0), ret;
	struct address address;

	ret = set_address(&address, words);
	if (ret)
		return ret;
	if (fd < 0 || bind(fd, &address.any, address.len))
		return errno;
	return sock_type == SOCK_DGRAM ? 0 : errno_of(listen(fd, 1));
}

static int do_visit(char **words)
{
	int fd = socket(sock_family, sock_type, 0);
	struct address address = { .len = sizeof(struct sockaddr_un) };

	(void)words;
	if (fd < 0 || getsockname(sock, &address.any, &address.len))
		return errno;
	return errno_of(connect(fd, &address.any, address.len));
}

/* ---- privileges ---- */

#define OTHER_ID	4242

static int do_setuid(char **words)
{
	(void)words;
	return errno_of(setresuid(OTHER_ID, OTHER_ID, OTHER_ID));
}

static int do_setgid(char **words)
{
	(void)words;
	return errno_of(setresgid(OTHER_ID, OTHER_ID, OTHER_ID));
}

static int do_capset(char **words)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

	(void)words;
	if (syscall(SYS_capget, &head, caps))
		return errno;
	return errno_of(syscall(SYS_capset, &head, caps));
}

/* ---- the kernel, and what it keeps apart ---- */

static int do_load_module(char **words)
{
	(void)words;
	return errno_of(syscall(SYS_finit_module, held, "", 0));
}

static int do_load_kernel(char **words)
{
	(void)words;
	return errno_of(syscall(SYS_kexec_file_load, held, -1, 0, NULL, KEXEC_FILE_NO_INITRAMFS));
}

static int do_load_program(char **words)
{
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER };

	(void)words;
	return errno_of(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
}

static int do_mount(char **words)
{
	return errno_of(mount(NULL, words[0], NULL, MS_REMOUNT | MS_BIND, NULL));
}

static int do_place(char **words)
{
	return errno_of(syscall(SYS_move_mount, AT_FDCWD, "/", AT_FDCWD, words[0], 0));
}

static int do_tower(char **words)
{
	(void)words;
	if ((mkdir("/tower", 0755) && errno != EEXIST) || mount("tower", "/tower", "tmpfs", 0, NULL))
		return errno;
	return 0;
}

static int do_umount(char **words)
{
	(void)words;
	return errno_of(umount2("/tower", 0));
}

static int do_pivot(char **words)
{
	(void)words;
	return errno_of(syscall(SYS_pivot_root, "/", "/"));
}

static pid_t puppet;
static char string_of_puppet;

static int do_puppet(char **words)
{
	int string[2];
	char byte;

	(void)words;
	if (pipe(string))
		return errno;
	puppet = fork();
	if (puppet)
		return errno_of(puppet);
	close(PLAY_CUE_FD);
	close(string[1]);
	/* Until nobody holds the other end any more. */
	_exit(read(string[0], &byte, 1) != 0);
}

static int do_trace(char **words)
{
	(void)words;
	return errno_of(ptrace(PTRACE_SEIZE, puppet, NULL, NULL));
}

static int do_look(char **words)
{
	size_t len;
	void *head;

	(void)words;
	return errno_of(syscall(SYS_get_robust_list, puppet, &head, &len));
}

static int do_poke(char **words)
{
	const struct iovec iov = { &string_of_puppet, 1 };

	(void)words;
	return errno_of(process_vm_writev(puppet, &iov, 1, &iov, 1, 0));
}

static int do_stop(char **words)
{
	(void)words;
	return errno_of(kill(puppet, SIGKILL));
}

static int do_settime(char **words)
{
	struct timespec now;

	(void)words;
	clock_gettime(CLOCK_REALTIME, &now);
	return errno_of(clock_settime(CLOCK_REALTIME, &now));
}

static int do_door(char **words)
{
	(void)words;
	held = openat(PLAY_PROC_FD, "1/ns/uts", O_RDONLY);
	return errno_of(held);
}

static int do_unshare(char **words)
{
	(void)words;
	return errno_of(unshare(CLONE_NEWUTS));
}

static int do_enter(char **words)
{
	(void)words;
	return errno_of(setns(held, CLONE_NEWUTS));
}

static int do_keyring(char **words)
{
	(void)words;
	return errno_of(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
}

static int do_key(char **words)
{
	(void)words;
	return errno_of(syscall(SYS_add_key, "user", "prop", "x", 1, KEY_SPEC_PROCESS_KEYRING));
}

static int do_no_new_privs(char **words)
{
	(void)words;
	return errno_of(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static int do_persona(char **words)
{
	(void)words;
	return errno_of(personality(ADDR_NO_RANDOMIZE));
}

static int do_filter(char **words)
{
	static struct sock_filter pass = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { 1, &pass };

	(void)words;
	return errno_of(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

/* ---- the play ---- */

static const struct step {
	const char *name;
	int words;
	int (*act)(char **words);
	int (*last)(char **rest);		/* does the rest of the play itself */
} steps[] = {
	{ "fork", 0, NULL, do_fork },		{ "exec", 1, NULL, do_exec },
	{ "as", 2, do_as, NULL },		{ "cue", 0, do_cue, NULL },
	{ "worker", 0, do_worker, NULL },	{ "compat", 0, do_compat, NULL },
	{ "open-read", 1, do_open_read, NULL },	{ "open-write", 1, do_open_write, NULL },
	{ "create", 1, do_create, NULL },	{ "unlink", 1, do_unlink, NULL },
	{ "truncate", 1, do_truncate, NULL },	{ "rename", 2, do_rename, NULL },
	{ "link", 2, do_link, NULL },		{ "chmod", 2, do_chmod, NULL },
	{ "chown", 1, do_chown, NULL },		{ "setxattr", 2, do_setxattr, NULL },
	{ "hold", 1, do_hold, NULL },		{ "map", 0, do_map, NULL },
	{ "run", 2, NULL, do_run },		{ "breed", 0, do_breed, NULL },
	{ "leave", 0, do_leave, NULL },		{ "socket", 3, do_socket, NULL },
	{ "bind", 3, do_bind, NULL },		{ "connect", 3, do_connect, NULL },
	{ "send", 3, do_send, NULL },		{ "listen", 0, do_listen, NULL },
	{ "accept", 0, do_accept, NULL },	{ "serve", 3, do_serve, NULL },
	{ "visit", 0, do_visit, NULL },		{ "mkdir", 1, do_mkdir, NULL },
	{ "rmdir", 1, do_rmdir, NULL },		{ "symlink", 1, do_symlink, NULL },
	{ "removexattr", 2, do_removexattr, NULL }, { "chattr", 0, do_chattr, NULL },
	{ "view", 0, do_view, NULL },		{ "arm", 0, do_arm, NULL },
	{ "memfd", 0, do_memfd, NULL },		{ "write", 1, do_write, NULL },
	{ "shut", 0, do_shut, NULL },
	{ "close", 0, do_close, NULL },		{ "say", 0, do_say, NULL },
	{ "setuid", 0, do_setuid, NULL },	{ "setgid", 0, do_setgid, NULL },
	{ "capset", 0, do_capset, NULL },
	{ "load-module", 0, do_load_module, NULL },
	{ "load-kernel", 0, do_load_kernel, NULL },
	{ "load-program", 0, do_load_program, NULL },
	{ "mount", 1, do_mount, NULL },		{ "place", 1, do_place, NULL },
	{ "tower", 0, do_tower, NULL },		{ "umount", 0, do_umount, NULL },
	{ "pivot", 0, do_pivot, NULL },		{ "puppet", 0, do_puppet, NULL },
	{ "trace", 0, do_trace, NULL },		{ "look", 0, do_look, NULL },
	{ "poke", 0, do_poke, NULL },		{ "stop", 0, do_stop, NULL },
	{ "settime", 0, do_settime, NULL },	{ "door", 0, do_door, NULL },
	{ "unshare", 0, do_unshare, NULL },	{ "enter", 0, do_enter, NULL },
	{ "keyring", 0, do_keyring, NULL },	{ "key", 0, do_key, NULL },
	{ "no-new-privs", 0, do_no_new_privs, NULL },
	{ "persona", 0, do_persona, NULL },	{ "filter", 0, do_filter, NULL },
};

static const struct step *find(const char *name)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!strcmp(steps[i].name, name))
			return &steps[i];
	return NULL;
}

static bool has_words(char **rest, int nr)
{
	for (int i = 0; i < nr; i++)
		if (!rest[i])
			return false;
	return true;
}

static int play(char **rest)
{
	const char *name = "no step";
	int ret = 0;

	while (*rest && !ret) {
		const struct step *step = find(name = *rest++);

		if (!step || !has_words(rest, step->words)) {
			ret = EINVAL;
			break;
		}
		if (step->last) {
			ret = step->last(rest);
			break;
		}
		ret = step->act(rest);
		rest += step->words;
	}
	if (!ret || has_cue || !strcmp(name, "fork"))
		return ret;
	dprintf(STDERR_FILENO, "# player: %s: %s\n", name, strerror(ret));
	return PLAY_CANNOT;
}

int main(int argc, char **argv)
{
	return argc ? play(argv + 1) : PLAY_CANNOT;
}
