// SPDX-License-Identifier: GPL-2.0-only
/*
 * A locked policy: nothing but the next boot undoes it. Hence this is the last test that a
 * guest can run: run-guest-suite puts it there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest_assert.h"
#include "operate.h"

#define PATH		"/tmp/lock"
#define POLICY(action)	"version: 1\nname: lock\nrules:\n" \
	"  - { name: r, on: open-write, where: { path: " PATH " }, do: " action " }\n"

static int open_error(void)
{
	int fd = open(PATH, O_WRONLY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void not_while_a_trial_runs(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(operate_load(guest, POLICY("record"), 60), 0);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_LOCK), EBUSY);
	assert_int_equal(operate_state(guest).flags, 0);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CONFIRM), 0);
}

static void not_another_generation_than_was_meant(void **state)
{
	struct guest *guest = *state;
	uint64_t generation = guest_policy_load(guest, POLICY("deny"));
	struct ygr_policy_change change = { .expect_generation = generation - 1 };

	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_LOCK, &change), -1);
	assert_int_equal(errno, ESTALE);
	assert_int_equal(change.generation, generation);
	assert_int_equal(operate_state(guest).flags, 0);
}

/* From here on there is no way back. */
static void locking_is_told(void **state)
{
	struct guest *guest = *state;
	uint64_t generation = guest_policy_load(guest, POLICY("deny"));
	struct ygr_policy_change change = { .expect_generation = generation };
	const struct guest_event *event;

	guest_forget(guest);
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_LOCK, &change), 0);
	assert_int_equal(change.generation, generation);
	assert_int_equal(operate_state(guest).flags, YGR_STATE_LOCKED);
	event = operate_expect(guest, YGR_POLICY_OP_LOCK, generation);
	assert_int_equal(event->body.policy.old_generation, generation);
	assert_int_equal(event->body.policy.rule_nr, 1);
	assert_int_equal(event->head.tgid, getpid());
}

static void nothing_changes_it(void **state)
{
	struct guest *guest = *state;
	uint64_t generation = operate_state(guest).generation;

	assert_int_equal(operate_load(guest, POLICY("record"), 0), EPERM);
	assert_int_equal(operate_load(guest, POLICY("record"), 1), EPERM);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CLEAR), EPERM);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), EPERM);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CONFIRM), ENOENT);
	assert_int_equal(operate_state(guest).generation, generation);
	assert_int_equal(open_error(), EPERM);
}

/* What is wrong with the argument is said first, as everywhere; then that it is locked, whatever else. */
static void errors_keep_their_order(void **state)
{
	struct guest *guest = *state;
	struct ygr_policy_change change = { .expect_generation = 12345, .flags = 1 };
	struct ygr_policy_load load = { .blob = 8, .blob_bytes = 64, .expect_generation = 12345 };

	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_CLEAR, &change), -1);
	assert_int_equal(errno, EINVAL);
	change.flags = 0;
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_CLEAR, &change), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load), -1);
	assert_int_equal(errno, EPERM);
	load.blob_bytes = 0;
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load), -1);
	assert_int_equal(errno, EINVAL);
}

static void the_sensor_is_not_stopped(void **state)
{
	const struct guest *guest = *state;
	struct ygr_stop stop = { 0 };

	assert_int_equal(ioctl(guest->fd, YGR_IOC_STOP, &stop), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(open_error(), EPERM);
}

static void locking_again_is_nothing_new(void **state)
{
	const struct guest_query query = { .type = YGR_EV_POLICY };
	struct guest *guest = *state;

	guest_forget(guest);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_LOCK), 0);
	assert_int_equal(open_error(), EPERM);
	guest_expect(guest, .type = YGR_EV_OPEN, .path = PATH, .verdict = GUEST_DENIED);
	assert_int_equal(guest_count(guest, &query), 0);
}

static void what_changes_nothing_works(void **state)
{
	struct guest *guest = *state;
	char room[1024];
	struct ygr_policy_show show = { .blob = (uintptr_t)room, .blob_cap = sizeof(room) };

	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show), 0);
	assert_true(operate_stats(guest, 0).denied_nr > 0);
}

/* The last one: nobody has the device open, and still it stays, and so does the policy. */
static void the_module_stays(void **state)
{
	struct guest *again;

	guest_close(*state);
	assert_int_equal(guest_module_unload(), -EWOULDBLOCK);
	assert_int_equal(open_error(), EPERM);
	again = guest_open();
	assert_int_equal(operate_state(again).flags, YGR_STATE_LOCKED);
	guest_close(again);
}

static int setup(void **state)
{
	return guest_file_write(PATH, "") ? -1 : guest_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_while_a_trial_runs),
		cmocka_unit_test(not_another_generation_than_was_meant),
		cmocka_unit_test(locking_is_told),
		cmocka_unit_test(nothing_changes_it),
		cmocka_unit_test(errors_keep_their_order),
		cmocka_unit_test(the_sensor_is_not_stopped),
		cmocka_unit_test(locking_again_is_nothing_new),
		cmocka_unit_test(what_changes_nothing_works),
		cmocka_unit_test(the_module_stays),
	};

	return cmocka_run_group_tests_name("lock", tests, setup, NULL);
}
