/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's audit, by its netlink socket. What fails here fails the cmocka test that called. */
#ifndef YGR_BENCH_PEER_AUDIT_H
#define YGR_BENCH_PEER_AUDIT_H

#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#define PEER_AUDIT_MESSAGE_BYTES	8970	/* the longest: MAX_AUDIT_MESSAGE_LENGTH of the kernel */

struct peer_audit_message {
	struct nlmsghdr header;
	uint8_t payload[PEER_AUDIT_MESSAGE_BYTES];
};

/* Return: its socket, which is the caller's to close. */
int peer_audit_open(void);

/* @mask: the one of AUDIT_STATUS_* that becomes @value */
void peer_audit_set(int fd, uint32_t mask, uint32_t value);

/* As -a always,exit -F arch=b64 -S CALL,... [-F perm=w]. */
void peer_audit_add_rule(int fd, const unsigned int *calls, size_t nr, bool writes);

/* Of files for writing, and connects. */
void peer_audit_add_opens(int fd);
void peer_audit_add_connects(int fd);

struct audit_status peer_audit_status(int fd);

/*
 * In place of auditd: a process that takes each record and gives it to @take, which may be NULL,
 * in that process.
 *
 * Return: its pid; peer_audit_stop_reader() ends it.
 */
pid_t peer_audit_start_reader(void (*take)(void *arg, const struct peer_audit_message *message),
			      void *arg);
void peer_audit_stop_reader(pid_t pid);

#endif
