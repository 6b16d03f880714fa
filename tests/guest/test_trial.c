// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy on trial: it stays when it is confirmed in time, and goes by itself when
 * not, whatever has become of the one who loaded it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <yagura/ygr_policy.h>

#include "operate.h"

#define PATH		"/tmp/trial"
#define POLICY(name, action) "version: 1\nname: " name "\nrules:\n" \
	"  - { name: r, on: open-write, where: { path: " PATH " }, do: " action " }\n"

/* Which of them judges shows in what an open comes to; CALM and OTHER differ in their rules' number. */
#define HARSH		POLICY("harsh", "deny")
#define CALM		POLICY("calm", "record")
#define OTHER		CALM "  - { name: s, on: exec, where: { path: /no/such }, do: record }\n"

static int open_error(void)
{
	int fd = open(PATH, O_WRONLY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static uint64_t generation_of(const struct guest *guest)
{
	return operate_state(guest).generation;
}

/* Past the end of a trial of one second, which may be late by as much again. */
static void outlast_one_second(void)
{
	usleep(2000 * 1000);
}

/* The first test, of a module that has never had a policy. */
static void before_the_first_policy_was_none(void **state)
{
	struct guest *guest = *state;
	struct ygr_policy_show show = { 0 };

	assert_int_equal(generation_of(guest), 0);
	assert_int_equal(operate_load(guest, HARSH, 1), 0);
	assert_int_equal(operate_state(guest).previous_generation, 0);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(operate_wait(guest, 1), 2);
	assert_int_equal(open_error(), 0);
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show), -1);
	assert_int_equal(errno, ENODATA);
	operate_expect(guest, YGR_POLICY_OP_EXPIRED, 2);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), ENOENT);
	/* The nothing that returned is a policy like any other. */
	assert_int_equal(operate_load(guest, HARSH, 0), 0);
	assert_int_equal(operate_state(guest).previous_generation, 2);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(open_error(), 0);
}

static void unconfirmed_it_goes(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH), after;
	const struct guest_event *event;
	struct ygr_policy_state now;

	guest_forget(guest);
	assert_int_equal(operate_load(guest, CALM, 1), 0);
	now = operate_state(guest);
	assert_int_equal(now.generation, before + 1);
	assert_int_equal(now.previous_generation, before);
	assert_in_range(now.confirm_left_ms, 1, 1000);
	assert_int_equal(now.flags, 0);
	assert_int_equal(open_error(), 0);

	after = operate_wait(guest, before + 1);
	assert_int_equal(after, before + 2);
	assert_int_equal(open_error(), EPERM);
	guest_expect(guest, .type = YGR_EV_OPEN, .path = PATH, .verdict = GUEST_DENIED, .generation = after);
	event = operate_expect(guest, YGR_POLICY_OP_EXPIRED, after);
	assert_int_equal(event->body.policy.old_generation, before + 1);
	assert_int_equal(event->body.policy.rule_nr, 1);
	assert_int_equal(event->head.flags, YGR_F_KTHREAD);
	now = operate_state(guest);
	assert_int_equal(now.confirm_left_ms, 0);
	assert_int_equal(now.previous_generation, 0);
}

/* What nobody wanted to keep does not come back by an operator's second thought. */
static void what_went_does_not_come_back(void **state)
{
	struct guest *guest = *state;
	uint64_t generation;

	guest_policy_load(guest, HARSH);
	assert_int_equal(operate_load(guest, CALM, 1), 0);
	generation = operate_wait(guest, generation_of(guest));
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), ENOENT);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CONFIRM), ENOENT);
	assert_int_equal(generation_of(guest), generation);
	assert_int_equal(open_error(), EPERM);
}

static void confirmed_it_stays(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);
	const struct guest_event *event;

	assert_int_equal(operate_load(guest, CALM, 1), 0);
	guest_forget(guest);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CONFIRM), 0);
	event = operate_expect(guest, YGR_POLICY_OP_CONFIRM, before + 1);
	assert_int_equal(event->body.policy.old_generation, before + 1);
	assert_int_equal(event->head.tgid, getpid());
	assert_int_equal(operate_state(guest).confirm_left_ms, 0);
	outlast_one_second();
	assert_int_equal(generation_of(guest), before + 1);
	assert_int_equal(open_error(), 0);
	/* Once is enough, and then it is as if it had been loaded for good. */
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CONFIRM), ENOENT);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(open_error(), 0);
}

static void confirming_another_does_not_count(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);
	struct ygr_policy_change change = { .expect_generation = before };

	assert_int_equal(operate_load(guest, CALM, 1), 0);
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_CONFIRM, &change), -1);
	assert_int_equal(errno, ESTALE);
	assert_int_equal(change.generation, before + 1);
	assert_int_equal(operate_wait(guest, before + 1), before + 2);
	assert_int_equal(open_error(), EPERM);
}

static void without_a_trial_there_is_nothing_to_confirm(void **state)
{
	struct guest *guest = *state;
	uint64_t generation = guest_policy_load(guest, HARSH);
	struct ygr_policy_change change = { .expect_generation = generation };

	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_CONFIRM, &change), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(change.generation, generation);
}

/* ---- what may happen while it runs ---- */

static void another_trial_takes_its_place(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);

	assert_int_equal(operate_load(guest, CALM, 60), 0);
	assert_int_equal(operate_load(guest, OTHER, 1), 0);
	assert_int_equal(operate_state(guest).rule_nr, 2);
	assert_int_equal(operate_state(guest).previous_generation, before);
	assert_int_equal(operate_wait(guest, before + 2), before + 3);
	assert_int_equal(open_error(), EPERM);
	outlast_one_second();
	assert_int_equal(generation_of(guest), before + 3);
}

static void the_new_ones_time_counts(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);

	assert_int_equal(operate_load(guest, CALM, 1), 0);
	assert_int_equal(operate_load(guest, OTHER, 60), 0);
	outlast_one_second();
	assert_int_equal(generation_of(guest), before + 2);
	assert_in_range(operate_state(guest).confirm_left_ms, 1, 59000);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CONFIRM), 0);
}

static void loading_for_good_ends_it(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);

	assert_int_equal(operate_load(guest, CALM, 1), 0);
	assert_int_equal(operate_load(guest, OTHER, 0), 0);
	assert_int_equal(operate_state(guest).confirm_left_ms, 0);
	outlast_one_second();
	assert_int_equal(generation_of(guest), before + 2);
	assert_int_equal(operate_state(guest).rule_nr, 2);
	/* Over what was confirmed, not over what was on trial. */
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(open_error(), EPERM);
}

static void a_load_that_fails_does_not_end_it(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);
	struct ygr_policy_load bad = {
		.blob = (uintptr_t)PATH, .blob_bytes = sizeof(PATH), .expect_generation = YGR_GENERATION_ANY,
	};

	assert_int_equal(operate_load(guest, CALM, 1), 0);
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &bad), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(operate_wait(guest, before + 1), before + 2);
	assert_int_equal(open_error(), EPERM);
}

static void clearing_ends_it(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);

	assert_int_equal(operate_load(guest, CALM, 1), 0);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CLEAR), 0);
	assert_int_equal(operate_state(guest).confirm_left_ms, 0);
	outlast_one_second();
	assert_int_equal(generation_of(guest), before + 2);
	assert_int_equal(operate_state(guest).rule_nr, 0);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(open_error(), EPERM);
}

static void rolling_back_ends_it(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);

	guest_forget(guest);
	assert_int_equal(operate_load(guest, CALM, 1), 0);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(operate_state(guest).confirm_left_ms, 0);
	operate_expect(guest, YGR_POLICY_OP_ROLLBACK, before + 2);
	outlast_one_second();
	assert_int_equal(generation_of(guest), before + 2);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), ENOENT);
}

/* ---- its time ---- */

static void its_time_is_bounded(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);

	assert_int_equal(operate_load(guest, CALM, YGR_CONFIRM_S_MAX + 1), EINVAL);
	assert_int_equal(operate_load(guest, CALM, UINT32_MAX), EINVAL);
	assert_int_equal(generation_of(guest), before);
	assert_int_equal(operate_load(guest, CALM, YGR_CONFIRM_S_MAX), 0);
	assert_in_range(operate_state(guest).confirm_left_ms, (YGR_CONFIRM_S_MAX - 5) * 1000,
			YGR_CONFIRM_S_MAX * 1000);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CONFIRM), 0);
}

static void its_time_runs_down(void **state)
{
	struct guest *guest = *state;
	uint32_t left_ms, last_ms = 3000;

	assert_int_equal(operate_load(guest, CALM, 3), 0);
	for (int i = 0; i < 5; i++) {
		left_ms = operate_state(guest).confirm_left_ms;
		assert_in_range(left_ms, 1, last_ms);
		last_ms = left_ms - 50;
		usleep(100 * 1000);
	}
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CONFIRM), 0);
}

/* ---- who is there ---- */

/* Loads on trial over a handle of its own, and dies without closing it. */
static int load_and_die(void *arg)
{
	struct guest own = *(const struct guest *)arg;

	own.fd = open(YGR_DEVICE_PATH, O_RDONLY);
	if (own.fd < 0 || operate_load(&own, CALM, 1))
		return 1;
	kill(getpid(), SIGKILL);
	return 2;
}

static void nobody_need_be_left(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);

	assert_int_equal(guest_child_call(0, load_and_die, guest), 128 + SIGKILL);
	assert_int_equal(generation_of(guest), before + 1);
	assert_int_equal(open_error(), 0);
	assert_int_equal(operate_wait(guest, before + 1), before + 2);
	assert_int_equal(open_error(), EPERM);
}

static int confirm_elsewhere(void *arg)
{
	struct guest own = *(const struct guest *)arg;

	own.fd = open(YGR_DEVICE_PATH, O_RDONLY);
	return own.fd < 0 ? 1 : operate(&own, YGR_IOC_POLICY_CONFIRM);
}

static void anybody_with_the_device_may_confirm(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);

	assert_int_equal(operate_load(guest, CALM, 1), 0);
	assert_int_equal(guest_child_call(0, confirm_elsewhere, guest), 0);
	outlast_one_second();
	assert_int_equal(generation_of(guest), before + 1);
}

/* A page that is not there until somebody puts it there: whoever touches it waits. */
static int make_slow_page(void **page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0)
		return -1;
	*page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(*page, MAP_FAILED);
	range.range.start = (uintptr_t)*page;
	range.range.len = 4096;
	assert_int_equal(ioctl(fd, UFFDIO_API, &api), 0);
	assert_int_equal(ioctl(fd, UFFDIO_REGISTER, &range), 0);
	return fd;
}

struct slow_show {
	int fd;
	struct ygr_policy_show show;
	int error;
};

static void *show_slowly(void *arg)
{
	struct slow_show *slow = arg;

	slow->error = ioctl(slow->fd, YGR_IOC_POLICY_SHOW, &slow->show) ? errno : 0;
	return NULL;
}

/* Its memory does not answer while the kernel copies the policy to it. */
static void a_slow_caller_does_not_hold_it_up(void **state)
{
	struct guest *guest = *state;
	uint64_t before = guest_policy_load(guest, HARSH);
	struct slow_show slow = { .fd = guest->fd, .show = { .blob_cap = 4096 } };
	struct uffdio_zeropage answer = { .range.len = 4096 };
	struct uffd_msg fault;
	pthread_t thread;
	void *page = NULL;
	int fd = make_slow_page(&page);

	if (fd < 0)
		skip();
	assert_int_equal(operate_load(guest, CALM, 1), 0);
	slow.show.blob = (uintptr_t)page;
	assert_int_equal(pthread_create(&thread, NULL, show_slowly, &slow), 0);
	/* It is in the kernel, and waits. */
	assert_int_equal(read(fd, &fault, sizeof(fault)), sizeof(fault));
	assert_int_equal(fault.event, UFFD_EVENT_PAGEFAULT);

	assert_int_equal(operate_wait(guest, before + 1), before + 2);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(operate_load(guest, OTHER, 0), 0);
	answer.range.start = (uintptr_t)page;
	assert_int_equal(ioctl(fd, UFFDIO_ZEROPAGE, &answer), 0);
	pthread_join(thread, NULL);
	/* It has what it was shown, though that is long gone. */
	assert_int_equal(slow.error, 0);
	assert_int_equal(slow.show.generation, before + 1);
	assert_int_equal(((const struct ygr_policy_header *)page)->total_bytes, slow.show.blob_bytes);
	munmap(page, 4096);
	close(fd);
}

/* A group of its own: the module goes and comes. */
static void unloading_ends_it(void **state)
{
	struct guest *guest;

	(void)state;
	assert_int_equal(guest_module_load(NULL), 0);
	guest = guest_open();
	assert_int_equal(operate_load(guest, HARSH, 1), 0);
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
	assert_int_equal(guest_module_load(NULL), 0);
	guest = guest_open();
	outlast_one_second();
	assert_int_equal(generation_of(guest), 0);
	assert_int_equal(open_error(), 0);
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
}

static int setup(void **state)
{
	return guest_file_write(PATH, "") ? -1 : guest_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_the_first_policy_was_none),
		cmocka_unit_test(unconfirmed_it_goes),
		cmocka_unit_test(what_went_does_not_come_back),
		cmocka_unit_test(confirmed_it_stays),
		cmocka_unit_test(confirming_another_does_not_count),
		cmocka_unit_test(without_a_trial_there_is_nothing_to_confirm),
		cmocka_unit_test(another_trial_takes_its_place),
		cmocka_unit_test(the_new_ones_time_counts),
		cmocka_unit_test(loading_for_good_ends_it),
		cmocka_unit_test(a_load_that_fails_does_not_end_it),
		cmocka_unit_test(clearing_ends_it),
		cmocka_unit_test(rolling_back_ends_it),
		cmocka_unit_test(its_time_is_bounded),
		cmocka_unit_test(its_time_runs_down),
		cmocka_unit_test(nobody_need_be_left),
		cmocka_unit_test(anybody_with_the_device_may_confirm),
		cmocka_unit_test(a_slow_caller_does_not_hold_it_up),
	};
	const struct CMUnitTest unloading[] = {
		cmocka_unit_test(unloading_ends_it),
	};

	return cmocka_run_group_tests_name("trial", tests, setup, guest_teardown) +
	       cmocka_run_group_tests_name("trial-unload", unloading, NULL, NULL);
}
