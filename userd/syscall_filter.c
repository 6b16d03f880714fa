// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "syscall_filter.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))
#define CALL(name)	SCMP_SYS(name)

/* What both need, and what libc, name service and OpenSSL do for them. */
static const int both[] = {
	/* files */
	CALL(access), CALL(close), CALL(dup), CALL(dup2), CALL(dup3), CALL(faccessat),
	CALL(faccessat2), CALL(fadvise64), CALL(fallocate), CALL(fchmod), CALL(fcntl),
	CALL(fdatasync), CALL(flock), CALL(fstat), CALL(fstatfs), CALL(fsync), CALL(ftruncate),
	CALL(getcwd), CALL(getdents64), CALL(lseek), CALL(lstat), CALL(mkdir), CALL(mkdirat),
	CALL(newfstatat), CALL(open), CALL(openat), CALL(pipe2), CALL(pread64), CALL(preadv),
	CALL(pwrite64), CALL(pwritev), CALL(read), CALL(readlink), CALL(readlinkat), CALL(readv),
	CALL(rename), CALL(renameat), CALL(renameat2), CALL(stat), CALL(statfs), CALL(statx),
	CALL(sync_file_range), CALL(umask), CALL(unlink), CALL(unlinkat), CALL(write), CALL(writev),
	/* waiting */
	CALL(clock_getres), CALL(clock_gettime), CALL(clock_nanosleep), CALL(epoll_create1),
	CALL(epoll_ctl), CALL(epoll_pwait), CALL(epoll_wait), CALL(eventfd2), CALL(gettimeofday),
	CALL(inotify_add_watch), CALL(inotify_init1), CALL(inotify_rm_watch), CALL(nanosleep),
	CALL(poll), CALL(ppoll), CALL(pselect6), CALL(restart_syscall), CALL(rt_sigaction),
	CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(rt_sigtimedwait), CALL(select),
	CALL(sigaltstack), CALL(signalfd4), CALL(time), CALL(timerfd_create), CALL(timerfd_settime),
	/* memory */
	CALL(brk), CALL(madvise), CALL(membarrier), CALL(mremap), CALL(munmap),
	/* the process and its threads */
	CALL(exit), CALL(exit_group), CALL(futex), CALL(get_robust_list), CALL(getcpu), CALL(getegid),
	CALL(geteuid), CALL(getgid), CALL(getgroups), CALL(getpid), CALL(getppid), CALL(getrandom),
	CALL(getresgid), CALL(getresuid), CALL(getrusage), CALL(gettid), CALL(getuid),
	CALL(rseq), CALL(sched_getaffinity), CALL(sched_getparam), CALL(sched_getscheduler),
	CALL(sched_yield), CALL(set_robust_list), CALL(set_tid_address), CALL(sysinfo),
	CALL(tgkill), CALL(times), CALL(uname),
	/* what a socket, once there, may do */
	CALL(connect), CALL(getpeername), CALL(getsockname), CALL(getsockopt), CALL(recvfrom),
	CALL(recvmmsg), CALL(recvmsg), CALL(sendmmsg), CALL(sendmsg), CALL(sendto),
	CALL(setsockopt), CALL(shutdown),
};

/* The device, and what io_uring needs to be set up and fed. */
static const int reader_only[] = {
	CALL(io_uring_enter), CALL(io_uring_register), CALL(io_uring_setup), CALL(ioctl),
};

/* bind: netlink, by which getaddrinfo learns the own addresses. */
static const int sender_only[] = {
	CALL(bind), CALL(socketpair),
};

/* Nothing that runs here by right ever tries these. */
static const int fatal[] = {
	CALL(add_key), CALL(bpf), CALL(chroot), CALL(delete_module), CALL(execve), CALL(execveat),
	CALL(finit_module), CALL(init_module), CALL(kexec_file_load), CALL(kexec_load), CALL(keyctl),
	CALL(mount), CALL(move_mount), CALL(open_by_handle_at), CALL(perf_event_open),
	CALL(pivot_root), CALL(process_vm_readv), CALL(process_vm_writev), CALL(ptrace),
	CALL(reboot), CALL(request_key), CALL(setns), CALL(swapon), CALL(umount2), CALL(unshare),
	CALL(userfaultfd),
};

/* Calls that are fine with some arguments only. */
struct condition {
	int call;
	struct scmp_arg_cmp arg;
};

#define MASKED(arg, mask, value) SCMP_CMP((arg), SCMP_CMP_MASKED_EQ, (mask), (value))
#define EQUAL(arg, value)	 SCMP_CMP((arg), SCMP_CMP_EQ, (value))

static const struct condition conditions[] = {
	/* Threads, no processes. */
	{ CALL(clone),	  MASKED(0, CLONE_THREAD, CLONE_THREAD) },
	/* Nothing both writable and executable, and nothing made executable later. */
	{ CALL(mmap),	  MASKED(2, PROT_WRITE | PROT_EXEC, 0) },
	{ CALL(mmap),	  MASKED(2, PROT_WRITE | PROT_EXEC, PROT_WRITE) },
	{ CALL(mmap),	  MASKED(2, PROT_WRITE | PROT_EXEC, PROT_EXEC) },
	{ CALL(mprotect), MASKED(2, PROT_EXEC, 0) },
	{ CALL(prctl),	  EQUAL(0, PR_SET_NAME) },
	{ CALL(prctl),	  EQUAL(0, PR_GET_NAME) },
	/* Limits are for reading. */
	{ CALL(prlimit64), EQUAL(2, 0) },
	/* Name service may ask a local daemon. */
	{ CALL(socket),	  EQUAL(0, AF_UNIX) },
};

static const struct condition sender_conditions[] = {
	{ CALL(socket),	  EQUAL(0, AF_INET) },
	{ CALL(socket),	  EQUAL(0, AF_INET6) },
	{ CALL(socket),	  EQUAL(0, AF_NETLINK) },
	{ CALL(ioctl),	  EQUAL(1, FIONBIO) },
	{ CALL(ioctl),	  EQUAL(1, FIONREAD) },
	/* Is the log a terminal? */
	{ CALL(ioctl),	  EQUAL(1, TCGETS) },
};

static int add_calls(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t nr)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < nr; i++)
		ret = seccomp_rule_add(filter, action, calls[i], 0);
	return ret;
}

static int add_conditions(scmp_filter_ctx filter, const struct condition *rows, size_t nr)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < nr; i++)
		ret = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rows[i].call, 1, &rows[i].arg);
	return ret;
}

static int fill(scmp_filter_ctx filter, enum ygr_syscall_filter_role role)
{
	int ret = add_calls(filter, SCMP_ACT_ALLOW, both, NR(both));

	if (!ret)
		ret = add_conditions(filter, conditions, NR(conditions));
	if (!ret && role == YGR_SYSCALL_FILTER_READER)
		ret = add_calls(filter, SCMP_ACT_ALLOW, reader_only, NR(reader_only));
	if (!ret && role == YGR_SYSCALL_FILTER_SENDER)
		ret = add_calls(filter, SCMP_ACT_ALLOW, sender_only, NR(sender_only));
	if (!ret && role == YGR_SYSCALL_FILTER_SENDER)
		ret = add_conditions(filter, sender_conditions, NR(sender_conditions));
	/* Its flags lie in memory, out of a filter's sight; libc goes back to clone. */
	if (!ret)
		ret = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), CALL(clone3), 0);
	if (!ret)
		ret = add_calls(filter, SCMP_ACT_KILL_PROCESS, fatal, NR(fatal));
	return ret;
}

int ygr_syscall_filter_enforce(enum ygr_syscall_filter_role role)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int ret;

	if (!filter)
		return -ENOMEM;
	ret = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	/* A tree instead of a line of comparisons: the common calls cost less. */
	if (!ret)
		ret = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!ret)
		ret = fill(filter, role);
	if (!ret)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}
