/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The system calls that each process may make from some point on. What is not on
 * its list fails with EPERM; what only an intruder would try (to execute, to
 * trace, to mount, to load a module ...) ends the process.
 *
 * The reader may use io_uring, whose operations no filter sees: against it the
 * list is a hurdle, not a wall. The sender may not: it waits with epoll.
 */
#ifndef YGR_SYSCALL_FILTER_H
#define YGR_SYSCALL_FILTER_H

enum ygr_syscall_filter_role {
	YGR_SYSCALL_FILTER_READER,
	YGR_SYSCALL_FILTER_SENDER,
};

/* For good, for all threads. After no_new_privs. Return: 0 or -errno. */
int ygr_syscall_filter_enforce(enum ygr_syscall_filter_role role);

#endif
