// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's audit with rules for what Yagura records: opens for writing, and
 * connects. A task is audited from its first fork after audit was enabled, and for good: so
 * the work is done by a child, and nothing is measured after it.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define BACKLOG_MAX	100000	/* records in the kernel's queue: none is to be lost */
#define MESSAGE_BYTES	8970	/* the longest: MAX_AUDIT_MESSAGE_LENGTH of the kernel */

struct message {
	struct nlmsghdr header;
	uint8_t payload[MESSAGE_BYTES];
};

static int netlink_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	assert_true(fd >= 0);
	return fd;
}

/* Return: the kernel's answer, 0 or -errno. */
static int request(int fd, uint16_t type, const void *payload, size_t bytes)
{
	static uint32_t seq;
	struct message message = {
		.header = { .nlmsg_len = NLMSG_LENGTH(bytes), .nlmsg_type = type,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK, .nlmsg_seq = ++seq },
	};
	struct message answer;

	memcpy(message.payload, payload, bytes);
	assert_int_equal(send(fd, &message, message.header.nlmsg_len, 0), message.header.nlmsg_len);
	/* Records may come before it. */
	do {
		assert_true(recv(fd, &answer, sizeof(answer), 0) > 0);
	} while (answer.header.nlmsg_type != NLMSG_ERROR || answer.header.nlmsg_seq != seq);
	return ((const struct nlmsgerr *)answer.payload)->error;
}

static void set_status(int fd, uint32_t mask, uint32_t value)
{
	struct audit_status status = { .mask = mask };

	switch (mask) {
	case AUDIT_STATUS_ENABLED:
		status.enabled = value;
		break;
	case AUDIT_STATUS_PID:
		status.pid = value;
		break;
	case AUDIT_STATUS_BACKLOG_LIMIT:
		status.backlog_limit = value;
		break;
	}
	assert_int_equal(request(fd, AUDIT_SET, &status, sizeof(status)), 0);
}

static void watch(struct audit_rule_data *rule, unsigned int nr)
{
	rule->mask[AUDIT_WORD(nr)] |= AUDIT_BIT(nr);
}

static void add_field(struct audit_rule_data *rule, uint32_t field, uint32_t value)
{
	rule->fields[rule->field_count] = field;
	rule->values[rule->field_count] = value;
	rule->fieldflags[rule->field_count++] = AUDIT_EQUAL;
}

/* -a always,exit -F arch=b64 -S open,creat,openat,openat2 -F perm=w; the same -S connect */
static void add_rules(int fd)
{
	struct audit_rule_data opens = { .flags = AUDIT_FILTER_EXIT, .action = AUDIT_ALWAYS };
	struct audit_rule_data connects = opens;

	add_field(&opens, AUDIT_ARCH, AUDIT_ARCH_X86_64);
	add_field(&opens, AUDIT_PERM, AUDIT_PERM_WRITE);
	watch(&opens, SYS_open);
	watch(&opens, SYS_creat);
	watch(&opens, SYS_openat);
	watch(&opens, SYS_openat2);
	assert_int_equal(request(fd, AUDIT_ADD_RULE, &opens, sizeof(opens)), 0);
	add_field(&connects, AUDIT_ARCH, AUDIT_ARCH_X86_64);
	watch(&connects, SYS_connect);
	assert_int_equal(request(fd, AUDIT_ADD_RULE, &connects, sizeof(connects)), 0);
}

/* By a child, so that the kernel audits who does the work. */
static void measure(const char *contender)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		bench_measure(contender, BENCH_CALLS, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* In place of auditd: takes each record and does nothing with it. */
static pid_t start_reader(void)
{
	int ready[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		int fd = netlink_open();
		struct message message;

		set_status(fd, AUDIT_STATUS_PID, getpid());
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		while (recv(fd, &message, sizeof(message), 0) > 0 || errno == ENOBUFS)
			;
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static uint32_t lost_nr(int fd)
{
	struct message message = { .header = { .nlmsg_len = NLMSG_LENGTH(0), .nlmsg_type = AUDIT_GET,
					       .nlmsg_flags = NLM_F_REQUEST } };
	const struct audit_status *status = (const void *)message.payload;

	assert_true(send(fd, &message, message.header.nlmsg_len, 0) > 0);
	do {
		assert_true(recv(fd, &message, sizeof(message), 0) > 0);
	} while (message.header.nlmsg_type != AUDIT_GET);
	return status->lost;
}

void bench_audit(void **state)
{
	int fd = netlink_open();
	pid_t reader;

	(void)state;
	set_status(fd, AUDIT_STATUS_BACKLOG_LIMIT, BACKLOG_MAX);
	set_status(fd, AUDIT_STATUS_ENABLED, 1);
	measure("audit-no-rules");
	add_rules(fd);
	measure("audit-no-reader");
	reader = start_reader();
	measure("audit-reader");
	print_message("# audit: %u records lost\n", lost_nr(fd));
	kill(reader, SIGKILL);
	waitpid(reader, NULL, 0);
	close(fd);
}
