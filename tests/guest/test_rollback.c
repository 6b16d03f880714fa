// SPDX-License-Identifier: GPL-2.0-only
/* Going back to the policy before: what returns, as which generation, and when nothing can. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "operate.h"

#define PATH		"/tmp/rollback"
#define POLICY(name, action) "version: 1\nname: " name "\nrules:\n" \
	"  - { name: " name ", on: open-write, where: { path: " PATH " }, do: " action " }\n"
#define HARSH		POLICY("harsh", "deny")
#define CALM		POLICY("calm", "record")

static int open_error(void)
{
	int fd = open(PATH, O_WRONLY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static size_t show(const struct guest *guest, char *room, size_t cap)
{
	struct ygr_policy_show show = { .blob = (uintptr_t)room, .blob_cap = cap };

	return ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show) ? 0 : show.blob_bytes;
}

/* The first test, of a module that has never had a policy. */
static void at_first_there_is_nothing_to_return_to(void **state)
{
	const struct guest *guest = *state;
	struct ygr_policy_state now;

	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), ENOENT);
	guest_policy_load(guest, HARSH);
	now = operate_state(guest);
	assert_int_equal(now.generation, 1);
	assert_int_equal(now.previous_generation, 0);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), ENOENT);
	assert_int_equal(operate_state(guest).generation, 1);
	assert_int_equal(open_error(), EPERM);
}

static void the_one_before_returns_as_a_new_generation(void **state)
{
	struct guest *guest = *state;
	uint64_t first = guest_policy_load(guest, HARSH), now;
	char before[1024], after[1024];
	size_t bytes = show(guest, before, sizeof(before));
	const struct guest_event *event;

	assert_true(bytes > 0);
	assert_int_equal(guest_policy_load(guest, CALM), first + 1);
	guest_forget(guest);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	now = operate_state(guest).generation;
	assert_int_equal(now, first + 2);
	assert_int_equal(operate_state(guest).previous_generation, first + 1);
	assert_int_equal(show(guest, after, sizeof(after)), bytes);
	assert_memory_equal(before, after, bytes);

	event = operate_expect(guest, YGR_POLICY_OP_ROLLBACK, now);
	assert_int_equal(event->body.policy.old_generation, first + 1);
	assert_int_equal(event->body.policy.rule_nr, 1);
	assert_int_equal(event->head.tgid, getpid());
	assert_int_equal(open_error(), EPERM);
	guest_expect(guest, .type = YGR_EV_OPEN, .path = PATH, .rule = "harsh", .verdict = GUEST_DENIED,
		     .generation = now);
}

static void a_second_time_undoes_the_first(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation;

	guest_policy_load(guest, HARSH);
	generation = guest_policy_load(guest, CALM);
	for (int i = 1; i <= 20; i++) {
		assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
		assert_int_equal(operate_state(guest).generation, generation + i);
		assert_int_equal(operate_state(guest).previous_generation, generation + i - 1);
		assert_int_equal(open_error(), i % 2 ? EPERM : 0);
	}
}

static void clearing_can_be_undone(void **state)
{
	const struct guest *guest = *state;
	char room[1024];

	guest_policy_load(guest, HARSH);
	guest_policy_clear(guest);
	assert_int_equal(open_error(), 0);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(open_error(), 0);
	assert_int_equal(show(guest, room, sizeof(room)), 0);
	assert_int_equal(operate_state(guest).rule_nr, 0);
}

static void only_the_last_one_is_kept(void **state)
{
	const struct guest *guest = *state;

	guest_policy_load(guest, HARSH);
	guest_policy_load(guest, CALM);
	guest_policy_load(guest, CALM);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
		assert_int_equal(open_error(), 0);
	}
}

static void a_load_that_fails_leaves_what_is_kept(void **state)
{
	const struct guest *guest = *state;
	struct ygr_policy_load bad = {
		.blob = (uintptr_t)PATH, .blob_bytes = sizeof(PATH), .expect_generation = YGR_GENERATION_ANY,
	};

	guest_policy_load(guest, HARSH);
	guest_policy_load(guest, CALM);
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &bad), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(open_error(), EPERM);
}

static void another_generation_is_not_what_was_meant(void **state)
{
	const struct guest *guest = *state;
	struct ygr_policy_change change;
	uint64_t generation;

	guest_policy_load(guest, HARSH);
	generation = guest_policy_load(guest, CALM);
	change = (struct ygr_policy_change){ .expect_generation = generation - 1 };
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_ROLLBACK, &change), -1);
	assert_int_equal(errno, ESTALE);
	assert_int_equal(change.generation, generation);
	assert_int_equal(operate_state(guest).generation, generation);
	change.expect_generation = generation;
	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_ROLLBACK, &change), 0);
	assert_int_equal(change.generation, generation + 1);
}

/* It is a new generation in its numbers as well. */
static void what_returns_begins_to_count_anew(void **state)
{
	const struct guest *guest = *state;

	guest_policy_load(guest, HARSH);
	for (int i = 0; i < 5; i++)
		assert_int_equal(open_error(), EPERM);
	assert_stats(guest, 0, 5, 5, 0);
	guest_policy_load(guest, CALM);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_stats(guest, 0, 0, 0, 0);
	assert_int_equal(open_error(), EPERM);
	assert_stats(guest, 0, 1, 1, 0);
}

static void the_memory_of_a_policy_is_told(void **state)
{
	const struct guest *guest = *state;
	char room[1024];
	uint64_t bytes;

	guest_policy_load(guest, HARSH);
	bytes = operate_state(guest).bytes;
	assert_true(bytes > show(guest, room, sizeof(room)));
	guest_policy_clear(guest);
	assert_true(operate_state(guest).bytes < bytes);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(operate_state(guest).bytes, bytes);
}

/* ---- the storm ---- */

#define STORM_MS	2000
#define OPENER_NR	2

static atomic_bool storm_is_over;

static void *keep_opening(void *arg)
{
	unsigned int *other_nr = arg;

	while (!atomic_load(&storm_is_over)) {
		int error = open_error();

		*other_nr += error && error != EPERM;
		usleep(100);
	}
	return NULL;
}

/*
 * The two change places as fast as they can, each under generation after
 * generation; an event must have the generation and the rule of one and the same.
 */
static void an_event_is_judged_by_one_of_them(void **state)
{
	const struct guest_query opens = { .type = YGR_EV_OPEN, .path = PATH };
	struct guest *guest = *state;
	const struct guest_event *event = NULL;
	unsigned int other_nr[OPENER_NR] = { 0 }, judged[2] = { 0 };
	pthread_t threads[OPENER_NR];
	uint64_t first, deadline_ns;

	guest_policy_load(guest, HARSH);
	first = guest_policy_load(guest, CALM);
	guest_forget(guest);
	for (unsigned int i = 0; i < OPENER_NR; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, keep_opening, &other_nr[i]), 0);
	deadline_ns = guest_now_ns() + STORM_MS * 1000000ull;
	while (guest_now_ns() < deadline_ns) {
		assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
		guest_drain(guest);
	}
	atomic_store(&storm_is_over, true);
	for (unsigned int i = 0; i < OPENER_NR; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(other_nr[i], 0);
	}
	guest_drain(guest);
	while ((event = guest_find(guest, &opens, event))) {
		bool is_harsh = (event->head.generation - first) % 2;

		assert_in_range(event->head.generation, first, operate_state(guest).generation);
		assert_string_equal(event->text[YGR_STR_RULE].bytes, is_harsh ? "harsh" : "calm");
		assert_int_equal(event->head.verdict, is_harsh ? YGR_VERDICT_DENY : YGR_VERDICT_ALLOW);
		judged[is_harsh]++;
	}
	print_message("# %llu swaps, %u opens denied, %u allowed\n",
		      (unsigned long long)(operate_state(guest).generation - first), judged[1], judged[0]);
	assert_true(operate_state(guest).generation - first > 10);
	assert_true(judged[0] > 20 && judged[1] > 20);
}

static int setup(void **state)
{
	/* Room for a reader that is late. */
	if (guest_module_load("ring_kib=8192") || guest_file_write(PATH, ""))
		return -1;
	*state = guest_open();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_first_there_is_nothing_to_return_to),
		cmocka_unit_test(the_one_before_returns_as_a_new_generation),
		cmocka_unit_test(a_second_time_undoes_the_first),
		cmocka_unit_test(clearing_can_be_undone),
		cmocka_unit_test(only_the_last_one_is_kept),
		cmocka_unit_test(a_load_that_fails_leaves_what_is_kept),
		cmocka_unit_test(another_generation_is_not_what_was_meant),
		cmocka_unit_test(what_returns_begins_to_count_anew),
		cmocka_unit_test(the_memory_of_a_policy_is_told),
		cmocka_unit_test(an_event_is_judged_by_one_of_them),
	};

	return cmocka_run_group_tests_name("rollback", tests, setup, guest_teardown);
}
