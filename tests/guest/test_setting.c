// SPDX-License-Identifier: GPL-2.0-only
/* Clock, namespaces, keys, and what a process gives up or puts on itself. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "guest_assert.h"

static int errno_of(long result)
{
	return result < 0 ? errno : 0;
}

static int call_unshare(void *arg)
{
	(void)arg;
	return errno_of(unshare(CLONE_NEWUTS | CLONE_NEWIPC));
}

static int call_setns(void *arg)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY);

	(void)arg;
	return errno_of(setns(fd, CLONE_NEWUTS));
}

static int call_add_key(void *arg)
{
	(void)arg;
	if (syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1) < 0)
		return errno;
	return errno_of(syscall(SYS_add_key, "user", "prop", "x", 1, KEY_SPEC_PROCESS_KEYRING));
}

static int call_no_new_privs(void *arg)
{
	(void)arg;
	return errno_of(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static int call_personality(void *arg)
{
	(void)arg;
	personality(0xffffffff);
	return errno_of(personality(ADDR_NO_RANDOMIZE));
}

static int call_seccomp(void *arg)
{
	static struct sock_filter pass = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { 1, &pass };

	(void)arg;
	return errno_of(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &program));
}

static int call_settime(void *arg)
{
	struct timespec now;

	(void)arg;
	clock_gettime(CLOCK_REALTIME, &now);
	return errno_of(clock_settime(CLOCK_REALTIME, &now));
}

static pid_t child;

static int run(int (*act)(void *arg))
{
	child = guest_child_start(act, NULL);
	return guest_child_wait(child, GUEST_WAIT_MS);
}

static const struct ygr_body_setting *expect_setting(struct guest *guest, enum ygr_event_type type)
{
	const struct guest_event *event = guest_expect(guest, .type = type, .tgid = child);

	assert_int_equal(event->head.class, YGR_CLASS_PRIVILEGE);
	assert_no_rule(event);
	assert_int_equal(event->body.setting.pad, 0);
	return &event->body.setting;
}

static void namespaces_are_told(void **state)
{
	const struct ygr_body_setting *body;
	struct stat uts;

	assert_int_equal(run(call_unshare), 0);
	body = expect_setting(*state, YGR_EV_UNSHARE);
	assert_int_equal(body->call, YGR_SETTING_UNSHARE);
	assert_int_equal(body->namespaces, CLONE_NEWUTS | CLONE_NEWIPC);
	assert_int_equal(run(call_setns), 0);
	body = expect_setting(*state, YGR_EV_SETNS);
	assert_int_equal(body->call, YGR_SETTING_SETNS);
	assert_int_equal(body->namespaces, CLONE_NEWUTS);
	assert_int_equal(stat("/proc/self/ns/uts", &uts), 0);
	assert_int_equal(body->new_value, uts.st_ino);
}

static void a_key_is_told(void **state)
{
	const struct ygr_body_setting *body;
	const struct guest_event *event;

	/* Emulated CPUs may have times that are further apart than the two events are. */
	assert_int_equal(guest_pin(0), 0);
	assert_int_equal(run(call_add_key), 0);
	/* The first is of the keyring that it goes to. */
	event = guest_expect(*state, .type = YGR_EV_KEYCTL, .tgid = child);
	assert_string_equal(event->body.setting.kind, "keyring");
	event = guest_find(*state, &(struct guest_query){ .type = YGR_EV_KEYCTL, .tgid = child }, event);
	assert_non_null(event);
	body = &event->body.setting;
	assert_int_equal(body->call, YGR_SETTING_KEY);
	assert_string_equal(body->kind, "user");
	assert_text(event, YGR_STR_NAME, "prop");
}

static void what_is_put_on_oneself_is_told(void **state)
{
	const struct ygr_body_setting *body;

	assert_int_equal(run(call_no_new_privs), 0);
	body = expect_setting(*state, YGR_EV_PRCTL);
	assert_int_equal(body->call, YGR_SETTING_PRCTL + PR_SET_NO_NEW_PRIVS);
	assert_int_equal(body->new_value, 1);
	assert_int_equal(run(call_personality), 0);
	body = expect_setting(*state, YGR_EV_PERSONALITY);
	assert_int_equal(body->call, YGR_SETTING_PERSONALITY);
	assert_int_equal(body->old_value, 0);
	assert_int_equal(body->new_value, ADDR_NO_RANDOMIZE);
	assert_int_equal(run(call_seccomp), 0);
	body = expect_setting(*state, YGR_EV_SECCOMP);
	assert_int_equal(body->call, YGR_SETTING_FILTER);
	assert_int_equal(body->new_value, SECCOMP_FILTER_FLAG_LOG);
}

static void setting_the_clock_is_told(void **state)
{
	const struct ygr_body_setting *body;
	int64_t step;

	assert_int_equal(run(call_settime), 0);
	body = expect_setting(*state, YGR_EV_SETTIME);
	assert_int_equal(body->call, YGR_SETTING_CLOCK);
	step = (int64_t)(body->old_value - body->new_value);
	/* What it was when it was read, a moment before. */
	assert_true(step >= 0 && step < 5000 * 1000000ll);
}

static const struct {
	const char *rule;
	enum ygr_event_type type;
	int (*act)(void *arg);
} denials[] = {
	{ RULES_1("{ name: no, on: unshare, do: deny, where: { uid: 0 } }"), YGR_EV_UNSHARE, call_unshare },
	{ RULES_1("{ name: no, on: setns, do: deny, where: { uid: 0 } }"), YGR_EV_SETNS, call_setns },
	{ RULES_1("{ name: no, on: keyctl, do: deny, where: { uid: 0 } }"), YGR_EV_KEYCTL, call_add_key },
	{ RULES_1("{ name: no, on: prctl, do: deny, where: { uid: 0 } }"), YGR_EV_PRCTL, call_no_new_privs },
	{ RULES_1("{ name: no, on: personality, do: deny, where: { uid: 0 } }"), YGR_EV_PERSONALITY,
	  call_personality },
	{ RULES_1("{ name: no, on: seccomp, do: deny, where: { uid: 0 } }"), YGR_EV_SECCOMP, call_seccomp },
	{ RULES_1("{ name: no, on: settime, do: deny, where: { uid: 0 } }"), YGR_EV_SETTIME, call_settime },
};

static void each_is_denied(void **state)
{
	for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++) {
		uint64_t generation = guest_policy_load(*state, denials[i].rule);

		assert_int_equal(run(denials[i].act), EPERM);
		assert_rule(guest_expect(*state, .type = denials[i].type, .tgid = child,
					 .verdict = GUEST_DENIED), 1, "no", generation);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(namespaces_are_told, guest_fresh),
		cmocka_unit_test_setup(a_key_is_told, guest_fresh),
		cmocka_unit_test_setup(what_is_put_on_oneself_is_told, guest_fresh),
		cmocka_unit_test_setup(setting_the_clock_is_told, guest_fresh),
		cmocka_unit_test_setup(each_is_denied, guest_fresh),
	};

	return cmocka_run_group_tests_name("setting", tests, guest_setup, guest_teardown);
}
