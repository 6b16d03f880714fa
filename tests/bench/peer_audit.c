// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's audit with rules for what Yagura records: opens for writing, and
 * connects. A task is audited from its first fork after audit was enabled, and for good: so
 * the work is done by a child, and nothing is measured after it.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "peer_audit.h"

#define BACKLOG_MAX	100000	/* records in the kernel's queue: none is to be lost */

int peer_audit_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	assert_true(fd >= 0);
	return fd;
}

/* Return: the kernel's answer, 0 or -errno. */
static int request(int fd, uint16_t type, const void *payload, size_t bytes)
{
	static uint32_t seq;
	struct peer_audit_message message = {
		.header = { .nlmsg_len = NLMSG_LENGTH(bytes), .nlmsg_type = type,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK, .nlmsg_seq = ++seq },
	};
	struct peer_audit_message answer;

	memcpy(message.payload, payload, bytes);
	assert_int_equal(send(fd, &message, message.header.nlmsg_len, 0), message.header.nlmsg_len);
	/* Records may come before it. */
	do {
		assert_true(recv(fd, &answer, sizeof(answer), 0) > 0);
	} while (answer.header.nlmsg_type != NLMSG_ERROR || answer.header.nlmsg_seq != seq);
	return ((const struct nlmsgerr *)answer.payload)->error;
}

void peer_audit_set(int fd, uint32_t mask, uint32_t value)
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

static void add_field(struct audit_rule_data *rule, uint32_t field, uint32_t value)
{
	rule->fields[rule->field_count] = field;
	rule->values[rule->field_count] = value;
	rule->fieldflags[rule->field_count++] = AUDIT_EQUAL;
}

void peer_audit_add_rule(int fd, const unsigned int *calls, size_t nr, bool writes)
{
	struct audit_rule_data rule = { .flags = AUDIT_FILTER_EXIT, .action = AUDIT_ALWAYS };

	add_field(&rule, AUDIT_ARCH, AUDIT_ARCH_X86_64);
	if (writes)
		add_field(&rule, AUDIT_PERM, AUDIT_PERM_WRITE);
	for (size_t i = 0; i < nr; i++)
		rule.mask[AUDIT_WORD(calls[i])] |= AUDIT_BIT(calls[i]);
	assert_int_equal(request(fd, AUDIT_ADD_RULE, &rule, sizeof(rule)), 0);
}

void peer_audit_add_opens(int fd)
{
	static const unsigned int calls[] = { SYS_open, SYS_creat, SYS_openat, SYS_openat2 };

	peer_audit_add_rule(fd, calls, sizeof(calls) / sizeof(calls[0]), true);
}

void peer_audit_add_connects(int fd)
{
	static const unsigned int calls[] = { SYS_connect };

	peer_audit_add_rule(fd, calls, 1, false);
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

pid_t peer_audit_start_reader(void (*take)(void *arg, const struct peer_audit_message *message),
			      void *arg)
{
	int ready[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		int fd = peer_audit_open();
		struct peer_audit_message message;
		ssize_t bytes;

		peer_audit_set(fd, AUDIT_STATUS_PID, getpid());
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		while ((bytes = recv(fd, &message, sizeof(message) - 1, 0)) > 0 || errno == ENOBUFS) {
			if (!take || bytes <= 0)
				continue;
			((char *)&message)[bytes] = '\0';
			take(arg, &message);
		}
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

void peer_audit_stop_reader(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

struct audit_status peer_audit_status(int fd)
{
	struct peer_audit_message message = {
		.header = { .nlmsg_len = NLMSG_LENGTH(0), .nlmsg_type = AUDIT_GET,
			    .nlmsg_flags = NLM_F_REQUEST },
	};
	const struct audit_status *status = (const void *)message.payload;

	assert_true(send(fd, &message, message.header.nlmsg_len, 0) > 0);
	do {
		assert_true(recv(fd, &message, sizeof(message), 0) > 0);
	} while (message.header.nlmsg_type != AUDIT_GET);
	return *status;
}

void bench_audit(void **state)
{
	int fd = peer_audit_open();
	pid_t reader;

	(void)state;
	peer_audit_set(fd, AUDIT_STATUS_BACKLOG_LIMIT, BACKLOG_MAX);
	peer_audit_set(fd, AUDIT_STATUS_ENABLED, 1);
	measure("audit-no-rules");
	peer_audit_add_opens(fd);
	peer_audit_add_connects(fd);
	measure("audit-no-reader");
	reader = peer_audit_start_reader(NULL, NULL);
	measure("audit-reader");
	print_message("# audit: %u records lost\n", peer_audit_status(fd).lost);
	peer_audit_stop_reader(reader);
	close(fd);
}
