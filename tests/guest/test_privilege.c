// SPDX-License-Identifier: GPL-2.0-only
/* Who becomes whom: user ids, group ids, supplementary groups, capabilities. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest_assert.h"

#define DENY(on, where)	RULES_1("{ name: no, on: " on ", do: deny, where: " where " }")
#define SETS		"[setuid, setgid, capset]"

/* ---- acts: each in a child of its own, since there is no way back ---- */

static int errno_of(long result)
{
	return result < 0 ? errno : 0;
}

static int call_setuid(void *arg)
{
	(void)arg;
	return errno_of(setuid(11));
}

static int call_setreuid(void *arg)
{
	(void)arg;
	return errno_of(setreuid(11, 12));
}

static int call_setresuid(void *arg)
{
	(void)arg;
	return errno_of(setresuid(11, 12, 13));
}

/* Tells the id that there was, and no error. */
static int call_setfsuid(void *arg)
{
	(void)arg;
	setfsuid(14);
	return setfsuid(-1) == 14 ? 0 : EPERM;
}

static int call_setgid(void *arg)
{
	(void)arg;
	return errno_of(setgid(11));
}

static int call_setregid(void *arg)
{
	(void)arg;
	return errno_of(setregid(11, 12));
}

static int call_setresgid(void *arg)
{
	(void)arg;
	return errno_of(setresgid(11, 12, 13));
}

static int call_setfsgid(void *arg)
{
	(void)arg;
	setfsgid(14);
	return setfsgid(-1) == 14 ? 0 : EPERM;
}

static int call_setgroups(void *arg)
{
	static const gid_t list[] = { 4, 27, 100 };

	(void)arg;
	return errno_of(setgroups(3, list));
}

static int call_setgroups_many(void *arg)
{
	gid_t list[40];

	(void)arg;
	for (gid_t i = 0; i < 40; i++)
		list[i] = 1000 + i;
	return errno_of(setgroups(40, list));
}

static int set_caps(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = {
		{ (uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable },
		{ effective >> 32, permitted >> 32, inheritable >> 32 },
	};

	return errno_of(syscall(SYS_capset, &head, caps));
}

#define CAP(name)	(1ull << CAP_##name)

static int call_capset(void *arg)
{
	(void)arg;
	return set_caps(CAP(KILL), CAP(KILL) | CAP(BPF), CAP(BPF));
}

static int call_capset_too_much(void *arg)
{
	int error = set_caps(0, 0, 0);

	(void)arg;
	return error ? error : set_caps(CAP(SYS_ADMIN), CAP(SYS_ADMIN), 0);
}

/* ---- helpers ---- */

static pid_t child;

static int run(int (*act)(void *arg))
{
	child = guest_child_start(act, NULL);
	return guest_child_wait(child, GUEST_WAIT_MS);
}

static const struct guest_event *expect_change(struct guest *guest, enum ygr_event_type type)
{
	const struct guest_event *event = guest_expect(guest, .type = type, .tgid = child);

	assert_int_equal(event->head.class, YGR_CLASS_PRIVILEGE);
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(event->head.euid, 0);
	assert_no_rule(event);
	return event;
}

#define assert_ids(ids, r, e, s, f) \
	do { \
		assert_int_equal((ids)->real, r); \
		assert_int_equal((ids)->effective, e); \
		assert_int_equal((ids)->saved, s); \
		assert_int_equal((ids)->fs, f); \
	} while (0)

/* ---- ids ---- */

static const struct id_case {
	enum ygr_event_type type;
	enum ygr_ids_call call;
	int (*act)(void *arg);
	struct ygr_ids ids;
} id_cases[] = {
	{ YGR_EV_SETUID, YGR_IDS_SET, call_setuid, { 11, 11, 11, 11 } },
	{ YGR_EV_SETUID, YGR_IDS_RE, call_setreuid, { 11, 12, 12, 12 } },
	{ YGR_EV_SETUID, YGR_IDS_RES, call_setresuid, { 11, 12, 13, 12 } },
	{ YGR_EV_SETUID, YGR_IDS_FS, call_setfsuid, { 0, 0, 0, 14 } },
	{ YGR_EV_SETGID, YGR_IDS_SET, call_setgid, { 11, 11, 11, 11 } },
	{ YGR_EV_SETGID, YGR_IDS_RE, call_setregid, { 11, 12, 12, 12 } },
	{ YGR_EV_SETGID, YGR_IDS_RES, call_setresgid, { 11, 12, 13, 12 } },
	{ YGR_EV_SETGID, YGR_IDS_FS, call_setfsgid, { 0, 0, 0, 14 } },
	{ YGR_EV_SETGID, YGR_IDS_GROUPS, call_setgroups, { 0, 0, 0, 0 } },
};

#define ID_CASE_NR	(sizeof(id_cases) / sizeof(id_cases[0]))

/* 5.10 has no hook for supplementary groups. */
static bool is_seen(struct guest *guest, const struct id_case *one)
{
	return one->call != YGR_IDS_GROUPS ||
	       guest_hook_state(guest, "security_task_fix_setgroups") == YGR_HOOK_ATTACHED;
}

static void each_call_tells_old_and_new_ids(void **state)
{
	for (size_t i = 0; i < ID_CASE_NR; i++) {
		const struct id_case *one = &id_cases[i];
		const struct ygr_body_ids *body;

		if (!is_seen(*state, one))
			continue;
		assert_int_equal(run(one->act), 0);
		body = &expect_change(*state, one->type)->body.ids;
		assert_int_equal(body->call, one->call);
		assert_ids(&body->old, 0, 0, 0, 0);
		assert_ids(&body->new, one->ids.real, one->ids.effective, one->ids.saved, one->ids.fs);
		assert_int_equal(body->pad, 0);
	}
}

static void each_call_is_denied(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("[setuid, setgid]", "{ uid: 0 }"));

	for (size_t i = 0; i < ID_CASE_NR; i++) {
		const struct guest_event *event;

		if (!is_seen(*state, &id_cases[i]))
			continue;
		assert_int_equal(run(id_cases[i].act), EPERM);
		event = guest_expect(*state, .type = id_cases[i].type, .tgid = child,
				     .verdict = GUEST_DENIED);
		assert_int_equal(event->head.class, YGR_CLASS_DENY);
		assert_rule(event, 1, "no", generation);
		assert_int_equal(event->body.ids.call, id_cases[i].call);
	}
}

static void groups_are_told(void **state)
{
	const struct ygr_body_ids *body;

	if (!is_seen(*state, &id_cases[ID_CASE_NR - 1]))
		skip();
	assert_int_equal(run(call_setgroups), 0);
	body = &expect_change(*state, YGR_EV_SETGID)->body.ids;
	assert_int_equal(body->old_group_nr, getgroups(0, NULL));
	assert_int_equal(body->new_group_nr, 3);
	assert_int_equal(body->groups[0], 4);
	assert_int_equal(body->groups[1], 27);
	assert_int_equal(body->groups[2], 100);
	for (int i = 3; i < YGR_IDS_GROUPS_MAX; i++)
		assert_int_equal(body->groups[i], 0);
	guest_forget(*state);
	assert_int_equal(run(call_setgroups_many), 0);
	body = &expect_change(*state, YGR_EV_SETGID)->body.ids;
	assert_int_equal(body->new_group_nr, 40);
	for (int i = 0; i < YGR_IDS_GROUPS_MAX; i++)
		assert_int_equal(body->groups[i], 1000 + i);
}

/* What the kernel itself refuses has not got as far as the hook. */
static int become_root(void *arg)
{
	(void)arg;
	return errno_of(setuid(0));
}

static void what_the_kernel_refuses_is_not_told(void **state)
{
	assert_int_equal(guest_child_call(33, become_root, NULL), EPERM);
	guest_drain(*state);
	/* The one event is of becoming 33. */
	assert_int_equal(guest_count(*state, &(struct guest_query){ .type = YGR_EV_SETUID }), 1);
}

/* ---- capabilities ---- */

static void capset_tells_old_and_new(void **state)
{
	const struct ygr_body_caps *body;

	assert_int_equal(run(call_capset), 0);
	body = &expect_change(*state, YGR_EV_CAPSET)->body.caps;
	assert_int_equal(body->new.effective, CAP(KILL));
	assert_int_equal(body->new.permitted, CAP(KILL) | CAP(BPF));
	assert_int_equal(body->new.inheritable, CAP(BPF));
	assert_true(body->old.effective & CAP(SYS_ADMIN));
	assert_true(body->old.permitted & CAP(CHECKPOINT_RESTORE));
	assert_int_equal(body->old.inheritable, 0);
}

/* Here the hook comes first: an attempt. */
static void capset_that_fails_is_told(void **state)
{
	const struct guest_event *event;

	assert_int_equal(run(call_capset_too_much), EPERM);
	event = expect_change(*state, YGR_EV_CAPSET);
	event = guest_find(*state, &(struct guest_query){ .type = YGR_EV_CAPSET, .tgid = child }, event);
	assert_non_null(event);
	assert_int_equal(event->body.caps.old.permitted, 0);
	assert_int_equal(event->body.caps.new.permitted, CAP(SYS_ADMIN));
}

static void capset_is_denied(void **state)
{
	uint64_t generation = guest_policy_load(*state, DENY("capset", "{ uid: 0 }"));
	const struct guest_event *event;

	assert_int_equal(run(call_capset), EPERM);
	event = guest_expect(*state, .type = YGR_EV_CAPSET, .tgid = child, .verdict = GUEST_DENIED);
	assert_rule(event, 1, "no", generation);
	assert_int_equal(event->body.caps.new.effective, CAP(KILL));
	/* The other kinds are free. */
	assert_int_equal(run(call_setuid), 0);
	assert_int_equal(run(call_setgid), 0);
}

/* ---- policy ---- */

static void ignored_changes_are_not_told(void **state)
{
	guest_policy_load(*state, RULES_1("{ name: quiet, on: privilege, do: ignore }"));
	assert_int_equal(run(call_setuid), 0);
	guest_expect(*state, .type = YGR_EV_EXIT, .tgid = child);
	guest_reject(*state, .type = YGR_EV_SETUID);
}

static void rules_are_about_who_asks(void **state)
{
	guest_policy_load(*state, DENY(SETS, "{ uid: 11 }"));
	/* It is root who becomes 11. */
	assert_int_equal(run(call_setuid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_call_tells_old_and_new_ids, guest_fresh),
		cmocka_unit_test_setup(each_call_is_denied, guest_fresh),
		cmocka_unit_test_setup(groups_are_told, guest_fresh),
		cmocka_unit_test_setup(what_the_kernel_refuses_is_not_told, guest_fresh),
		cmocka_unit_test_setup(capset_tells_old_and_new, guest_fresh),
		cmocka_unit_test_setup(capset_that_fails_is_told, guest_fresh),
		cmocka_unit_test_setup(capset_is_denied, guest_fresh),
		cmocka_unit_test_setup(ignored_changes_are_not_told, guest_fresh),
		cmocka_unit_test_setup(rules_are_about_who_asks, guest_fresh),
	};

	return cmocka_run_group_tests_name("privilege", tests, guest_setup, guest_teardown);
}
