// SPDX-License-Identifier: GPL-2.0-only
/* What a process does to another one. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest_assert.h"

#define OTHER_UID	4242

static int ready[2];
static char byte = 'a';

static int wait_for_end(void *arg)
{
	(void)arg;
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	if (write(ready[1], "", 1) != 1)
		return 1;
	for (;;)
		pause();
}

static int wait_as_other(void *arg)
{
	return setresuid(OTHER_UID, OTHER_UID, OTHER_UID) ? 1 : wait_for_end(arg);
}

static pid_t start(int (*fn)(void *arg))
{
	char there;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = guest_child_start(fn, NULL);
	assert_int_equal(read(ready[0], &there, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 128 + SIGKILL);
}

/* Whom it was done to is the child, as its fork has told. */
static void assert_target(struct guest *guest, const struct guest_event *event, pid_t pid, uid_t uid)
{
	const struct ygr_body_target *body = &event->body.target;
	const struct guest_event *fork = NULL;

	do {
		fork = guest_find(guest, &(struct guest_query){ .type = YGR_EV_FORK, .tgid = getpid() }, fork);
		assert_non_null(fork);
	} while (fork->body.fork.child_tgid != (uint32_t)pid);
	assert_int_equal(body->start_ns, fork->body.fork.child_start_ns);
	assert_int_equal(body->tgid, pid);
	assert_int_equal(body->tid, pid);
	assert_int_equal(body->uid, uid);
	assert_string_equal(body->comm, event->head.comm);
}

static void attaching_is_told(void **state)
{
	pid_t pid = start(wait_for_end);
	const struct guest_event *event;

	assert_int_equal(ptrace(PTRACE_SEIZE, pid, NULL, NULL), 0);
	event = guest_expect(*state, .type = YGR_EV_PTRACE, .tgid = getpid());
	assert_int_equal(event->head.class, YGR_CLASS_PRIVILEGE);
	assert_int_equal(event->body.target.call, YGR_TARGET_ATTACH);
	assert_true(event->body.target.mode & 2);	/* PTRACE_MODE_ATTACH */
	assert_int_equal(event->body.target.signal, 0);
	assert_target(*state, event, pid, 0);
	end(pid);
}

static int be_traced(void *arg)
{
	(void)arg;
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? errno : 0;
}

static void being_traced_is_told(void **state)
{
	pid_t pid = guest_child_start(be_traced, NULL);
	const struct guest_event *event;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	event = guest_expect(*state, .type = YGR_EV_PTRACE, .tgid = pid);
	assert_int_equal(event->body.target.call, YGR_TARGET_TRACEME);
	assert_int_equal(event->body.target.tgid, getpid());
}

static void writing_into_a_process_is_told(void **state)
{
	const struct iovec local = { "b", 1 }, remote = { &byte, 1 };
	pid_t pid = start(wait_for_end);
	const struct guest_event *event;
	char now = 0;
	const struct iovec back = { &now, 1 };

	assert_int_equal(process_vm_writev(pid, &local, 1, &remote, 1, 0), 1);
	event = guest_expect(*state, .type = YGR_EV_VM_WRITE, .tgid = getpid());
	assert_int_equal(event->body.target.call, YGR_TARGET_VM_WRITE);
	assert_target(*state, event, pid, 0);
	guest_reject(*state, .type = YGR_EV_PTRACE, .tgid = getpid());
	assert_int_equal(process_vm_readv(pid, &back, 1, &remote, 1, 0), 1);
	assert_int_equal(now, 'b');
	event = guest_expect(*state, .type = YGR_EV_PTRACE, .tgid = getpid());
	assert_int_equal(event->body.target.call, YGR_TARGET_VM_READ);
	end(pid);
}

static void writing_is_denied(void **state)
{
	const struct iovec local = { "b", 1 }, remote = { &byte, 1 };
	pid_t pid = start(wait_for_end);
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: no, on: vm-write, do: deny, where: { uid: 0 } }"));

	assert_int_equal(process_vm_writev(pid, &local, 1, &remote, 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_rule(guest_expect(*state, .type = YGR_EV_VM_WRITE, .tgid = getpid(),
				 .verdict = GUEST_DENIED), 1, "no", generation);
	end(pid);
}

static void signals_to_other_users_are_told(void **state)
{
	pid_t pid = start(wait_as_other);
	const struct guest_event *event;

	assert_int_equal(kill(pid, SIGUSR1), 0);
	event = guest_expect(*state, .type = YGR_EV_SIGNAL, .tgid = getpid());
	assert_int_equal(event->body.target.call, YGR_TARGET_SIGNAL);
	assert_int_equal(event->body.target.signal, SIGUSR1);
	assert_int_equal(event->body.target.mode, 0);
	assert_target(*state, event, pid, OTHER_UID);
	end(pid);
}

static void of_ones_own_only_the_last_is_told(void **state)
{
	pid_t pid = start(wait_for_end);
	const struct guest_event *event;

	assert_int_equal(kill(pid, SIGUSR2), 0);
	end(pid);
	event = guest_expect(*state, .type = YGR_EV_SIGNAL, .tgid = getpid());
	assert_int_equal(event->body.target.signal, SIGKILL);
	assert_target(*state, event, pid, 0);
}

static void a_signal_is_denied(void **state)
{
	pid_t pid = start(wait_as_other);
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: no, on: signal, do: deny, where: { uid: 0 } }"));
	const struct guest_event *event;

	assert_int_equal(kill(pid, SIGKILL), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	event = guest_expect(*state, .type = YGR_EV_SIGNAL, .tgid = getpid(), .verdict = GUEST_DENIED);
	assert_rule(event, 1, "no", generation);
	assert_int_equal(event->body.target.signal, SIGKILL);
	guest_policy_load(*state, RULES_1("{ name: quiet, on: signal, do: ignore }"));
	end(pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(attaching_is_told, guest_fresh),
		cmocka_unit_test_setup(being_traced_is_told, guest_fresh),
		cmocka_unit_test_setup(writing_into_a_process_is_told, guest_fresh),
		cmocka_unit_test_setup(writing_is_denied, guest_fresh),
		cmocka_unit_test_setup(signals_to_other_users_are_told, guest_fresh),
		cmocka_unit_test_setup(of_ones_own_only_the_last_is_told, guest_fresh),
		cmocka_unit_test_setup(a_signal_is_denied, guest_fresh),
	};

	return cmocka_run_group_tests_name("target", tests, guest_setup, guest_teardown);
}
