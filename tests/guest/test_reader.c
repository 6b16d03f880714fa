// SPDX-License-Identifier: GPL-2.0-only
/* A policy that is not to be enforced unheard: what counts as a reader, and since when. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "guest_assert.h"
#include "operate.h"

#define PATH		"/tmp/reader"
#define RULE		"  - { name: r, on: open-write, where: { path: " PATH " }, do: deny }\n"
#define PATIENT		"version: 1\nname: reader\nrules:\n" RULE
#define IMPATIENT	"version: 1\nname: reader\noptions: { daemon-timeout: 2s }\nrules:\n" RULE

#define TIMEOUT_US	2000000

static int open_error(void)
{
	int fd = open(PATH, O_WRONLY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* A handle that does not read; of struct guest, the functions for policies need no more. */
static struct guest open_status(void)
{
	struct guest status = { .fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC) };

	assert_true(status.fd >= 0);
	return status;
}

static void while_somebody_reads_it_is_enforced(void **state)
{
	struct guest *guest = guest_open();

	(void)state;
	guest_policy_load(guest, IMPATIENT);
	usleep(TIMEOUT_US + 500000);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(operate_state(guest).flags, 0);
	guest_close(guest);
}

static void after_the_timeout_it_is_not(void **state)
{
	struct ygr_stats before, after;
	struct guest *guest = guest_open();
	struct guest status = open_status();

	(void)state;
	guest_policy_load(guest, IMPATIENT);
	before = guest_stats(&status, YGR_CPU_ALL);
	guest_close(guest);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(operate_state(&status).flags, 0);
	usleep(TIMEOUT_US + 200000);
	assert_int_equal(operate_state(&status).flags, YGR_STATE_NO_READER);
	assert_int_equal(open_error(), 0);
	assert_int_equal(open_error(), 0);
	assert_stats(&status, 0, 3, 1, 2);
	after = guest_stats(&status, YGR_CPU_ALL);
	assert_int_equal(after.monitored - before.monitored, 2);

	/* Who comes back finds it in the ring, and the policy in force. */
	guest = guest_open();
	assert_int_equal(operate_state(guest).flags, 0);
	assert_int_equal(open_error(), EPERM);
	guest_expect(guest, .type = YGR_EV_OPEN, .path = PATH, .rule = "r", .verdict = GUEST_WOULD_DENY,
		     .flags = YGR_F_NO_READER);
	guest_close(guest);
	close(status.fd);
}

static void a_status_handle_is_no_reader(void **state)
{
	struct guest status = open_status(), other = open_status();

	(void)state;
	guest_policy_load(&status, IMPATIENT);
	usleep(TIMEOUT_US + 200000);
	assert_int_equal(open_error(), 0);
	close(other.fd);
	close(status.fd);
}

static void a_short_absence_is_none(void **state)
{
	struct guest *guest = guest_open();

	(void)state;
	guest_policy_load(guest, IMPATIENT);
	for (int i = 0; i < 4; i++) {
		guest_close(guest);
		usleep(TIMEOUT_US / 2);
		assert_int_equal(open_error(), EPERM);
		guest = guest_open();
	}
	guest_close(guest);
}

static void without_a_timeout_it_is_enforced_for_ever(void **state)
{
	struct guest *guest = guest_open();
	struct guest status = open_status();

	(void)state;
	guest_policy_load(guest, PATIENT);
	guest_close(guest);
	usleep(TIMEOUT_US + 200000);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(operate_state(&status).flags, 0);
	close(status.fd);
}

/* At boot, a policy may be there before the daemon is: its time runs from the load of the module. */
static void before_the_first_reader_there_is_as_much_time(void **state)
{
	struct guest status;
	uint64_t begin_ns;

	(void)state;
	assert_int_equal(guest_module_unload(), 0);
	assert_int_equal(guest_module_load(NULL), 0);
	begin_ns = guest_now_ns();
	status = open_status();
	guest_policy_load(&status, IMPATIENT);
	/* Else this machine was too slow to tell. */
	if (open_error() != EPERM)
		assert_true(guest_now_ns() - begin_ns >= TIMEOUT_US * 1000ull);
	usleep(TIMEOUT_US + 200000);
	assert_int_equal(operate_state(&status).flags, YGR_STATE_NO_READER);
	assert_int_equal(open_error(), 0);
	close(status.fd);
}

static int setup(void **state)
{
	(void)state;
	return guest_file_write(PATH, "") || guest_module_load(NULL) ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	return guest_module_unload();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_somebody_reads_it_is_enforced),
		cmocka_unit_test(after_the_timeout_it_is_not),
		cmocka_unit_test(a_status_handle_is_no_reader),
		cmocka_unit_test(a_short_absence_is_none),
		cmocka_unit_test(without_a_timeout_it_is_enforced_for_ever),
		cmocka_unit_test(before_the_first_reader_there_is_as_much_time),
	};

	return cmocka_run_group_tests_name("reader", tests, setup, teardown);
}
