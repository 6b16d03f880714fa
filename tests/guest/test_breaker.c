// SPDX-License-Identifier: GPL-2.0-only
/*
 * Breakers: so many denials are enforced and not one more, by a rule or by all together;
 * that is told once, and what follows would have been denied.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest_assert.h"
#include "operate.h"

#define A		"/tmp/breaker-a"
#define B		"/tmp/breaker-b"
#define RULE(name, path, more) \
	"  - { name: " name ", on: open-write, where: { path: " path " }, do: deny" more " }\n"
#define POLICY(options, rules) \
	"version: 1\nname: breaker\n" options "rules:\n" rules

#define OF_RULE		POLICY("", RULE("a", A, ", breaker: 5/60s") RULE("b", B, ""))
#define OF_ALL		POLICY("options: { breaker: 6/60s }\n", RULE("a", A, "") RULE("b", B, ""))

static int open_error(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void open_times(const char *path, unsigned int nr, int error)
{
	while (nr--)
		assert_int_equal(open_error(path), error);
}

/* The one BREAKER record. */
static const struct guest_event *expect_breaker(struct guest *guest)
{
	const struct guest_query query = { .type = YGR_EV_BREAKER };
	const struct guest_event *event = guest_expect(guest, .type = YGR_EV_BREAKER);

	guest_drain(guest);
	assert_int_equal(guest_count(guest, &query), 1);
	return event;
}

static void a_rule_denies_so_often_and_no_more(void **state)
{
	struct guest *guest = *state;
	struct ygr_stats before = guest_stats(guest, YGR_CPU_ALL), after;

	guest_policy_load(guest, OF_RULE);
	open_times(A, 5, EPERM);
	open_times(A, 3, 0);
	assert_stats(guest, 0, 8, 5, 3);
	assert_int_equal(operate_stats(guest, 0).tripped, 1);
	assert_int_equal(operate_state(guest).flags, 0);
	after = guest_stats(guest, YGR_CPU_ALL);
	assert_int_equal(after.denied - before.denied, 5);
	assert_int_equal(after.monitored - before.monitored, 3);
	assert_int_equal(after.protected, before.protected);
}

static void it_is_told_once(void **state)
{
	struct guest *guest = *state;
	uint64_t generation = guest_policy_load(guest, OF_RULE);
	const struct guest_event *event;

	open_times(A, 5, EPERM);
	open_times(A, 20, 0);
	event = expect_breaker(guest);
	assert_int_equal(event->head.generation, generation);
	assert_int_equal(event->head.tgid, getpid());
	assert_int_equal(event->body.breaker.generation, generation);
	assert_int_equal(event->body.breaker.rule_id, 1);
	assert_int_equal(event->body.breaker.denial_nr, 5);
	assert_int_equal(event->body.breaker.seconds, 60);
	assert_int_equal(event->body.breaker.pad, 0);
	assert_text(event, YGR_STR_RULE, "a");
}

static void records_say_why(void **state)
{
	const struct guest_query denied = { .type = YGR_EV_OPEN, .path = A, .verdict = GUEST_DENIED };
	const struct guest_query would = {
		.type = YGR_EV_OPEN, .path = A, .verdict = GUEST_WOULD_DENY, .flags = YGR_F_BREAKER,
		.rule = "a",
	};
	struct guest *guest = *state;

	guest_policy_load(guest, OF_RULE);
	open_times(A, 5, EPERM);
	open_times(A, 7, 0);
	guest_drain(guest);
	assert_int_equal(guest_count(guest, &denied), 5);
	assert_int_equal(guest_count(guest, &would), 7);
}

static void another_rule_goes_on(void **state)
{
	struct guest *guest = *state;

	guest_policy_load(guest, OF_RULE);
	open_times(A, 5, EPERM);
	open_times(B, 50, EPERM);
	open_times(A, 1, 0);
	assert_stats(guest, 1, 50, 50, 0);
	assert_int_equal(operate_stats(guest, 1).tripped, 0);
}

static void all_rules_together(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *event;

	guest_policy_load(guest, OF_ALL);
	open_times(A, 4, EPERM);
	assert_int_equal(operate_state(guest).flags, 0);
	open_times(B, 2, EPERM);
	open_times(A, 3, 0);
	open_times(B, 3, 0);
	assert_stats(guest, 0, 7, 4, 3);
	assert_stats(guest, 1, 5, 2, 3);
	/* It is the policy's that has tripped, not the rules'. */
	assert_int_equal(operate_stats(guest, 0).tripped, 0);
	assert_int_equal(operate_state(guest).flags, YGR_STATE_TRIPPED);
	event = expect_breaker(guest);
	assert_int_equal(event->body.breaker.rule_id, 0);
	assert_int_equal(event->body.breaker.denial_nr, 6);
	assert_null(event->text[YGR_STR_RULE].bytes);
}

/* Three in a window are too many; two in each of two are not. */
static void a_window_ends(void **state)
{
	struct guest *guest = *state;

	guest_policy_load(guest, POLICY("", RULE("a", A, ", breaker: 3/1s")));
	open_times(A, 2, EPERM);
	usleep(1300 * 1000);
	open_times(A, 2, EPERM);
	assert_int_equal(operate_stats(guest, 0).tripped, 0);
	open_times(A, 1, EPERM);
	assert_int_equal(operate_stats(guest, 0).tripped, 1);
	/* And tripped it stays, whatever the time. */
	usleep(1300 * 1000);
	open_times(A, 2, 0);
	assert_stats(guest, 0, 7, 5, 2);
}

static void what_is_not_enforced_does_not_count(void **state)
{
	struct guest *guest = *state;

	guest_policy_load(guest, POLICY("options: { breaker: 2/60s }\n",
					RULE("a", A, ", mode: monitor, breaker: 2/60s") RULE("b", B, "")));
	open_times(A, 20, 0);
	assert_stats(guest, 0, 20, 0, 20);
	assert_int_equal(operate_stats(guest, 0).tripped, 0);
	assert_int_equal(operate_state(guest).flags, 0);
	guest_reject(guest, .type = YGR_EV_BREAKER);
	open_times(B, 2, EPERM);
	open_times(B, 1, 0);
}

static void the_next_generation_starts_afresh(void **state)
{
	struct guest *guest = *state;

	guest_policy_load(guest, OF_RULE);
	open_times(A, 5, EPERM);
	open_times(A, 1, 0);
	guest_policy_load(guest, OF_ALL);
	open_times(A, 6, EPERM);
	open_times(A, 1, 0);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
	assert_int_equal(operate_state(guest).flags, 0);
	open_times(A, 5, EPERM);
	open_times(A, 1, 0);
}

static int open_a(void *arg)
{
	(void)arg;
	return open_error(A);
}

static void a_tripped_rule_kills_nobody(void **state)
{
	struct guest *guest = *state;
	uint64_t killed = guest_stats(guest, YGR_CPU_ALL).killed;

	guest_policy_load(guest, POLICY("", RULE("a", A, ", kill: true, breaker: 2/60s")));
	assert_int_equal(guest_child_call(0, open_a, NULL), 128 + SIGKILL);
	assert_int_equal(guest_child_call(0, open_a, NULL), 128 + SIGKILL);
	assert_int_equal(guest_child_call(0, open_a, NULL), 0);
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).killed - killed, 2);
}

/* ---- many at once ---- */

#define THREAD_NR	4
#define OPEN_NR		200

static void *count_denials(void *arg)
{
	unsigned int *denied_nr = arg;

	for (int i = 0; i < OPEN_NR; i++)
		*denied_nr += open_error(A) == EPERM;
	return NULL;
}

static void processors_agree_on_the_last_one(void **state)
{
	struct guest *guest = *state;

	for (int round = 0; round < 3; round++) {
		unsigned int denied_nr[THREAD_NR] = { 0 }, sum = 0;
		pthread_t threads[THREAD_NR];

		guest_policy_load(guest, POLICY("", RULE("a", A, ", breaker: 100/60s")));
		guest_forget(guest);
		for (unsigned int i = 0; i < THREAD_NR; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, count_denials, &denied_nr[i]), 0);
		for (unsigned int i = 0; i < THREAD_NR; i++) {
			pthread_join(threads[i], NULL);
			sum += denied_nr[i];
		}
		assert_int_equal(sum, 100);
		assert_stats(guest, 0, THREAD_NR * OPEN_NR, 100, THREAD_NR * OPEN_NR - 100);
		expect_breaker(guest);
	}
}

static int setup(void **state)
{
	return guest_file_write(A, "") || guest_file_write(B, "") ? -1 : guest_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_rule_denies_so_often_and_no_more, guest_fresh),
		cmocka_unit_test_setup(it_is_told_once, guest_fresh),
		cmocka_unit_test_setup(records_say_why, guest_fresh),
		cmocka_unit_test_setup(another_rule_goes_on, guest_fresh),
		cmocka_unit_test_setup(all_rules_together, guest_fresh),
		cmocka_unit_test_setup(a_window_ends, guest_fresh),
		cmocka_unit_test_setup(what_is_not_enforced_does_not_count, guest_fresh),
		cmocka_unit_test_setup(the_next_generation_starts_afresh, guest_fresh),
		cmocka_unit_test_setup(a_tripped_rule_kills_nobody, guest_fresh),
		cmocka_unit_test_setup(processors_agree_on_the_last_one, guest_fresh),
	};

	return cmocka_run_group_tests_name("breaker", tests, setup, guest_teardown);
}
