// SPDX-License-Identifier: GPL-2.0-only
/* What transports of events share, under one that only notes what it is called for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "batch_fake.h"
#include "clock.h"
#include "event_transport.h"

/* ---- an implementation, and the output above it ---------------------------- */

static struct ygr_event_transport *transport;
static struct ygr_loop *loop;
static struct ygr_loop_timer patience;
static struct chain_fake chain;
static struct batch_fake batch;

static char calls[1024];		/* a word for each */
static int set_up_error, open_error;

static void note(const char *word)
{
	strncat(calls, word, sizeof(calls) - strlen(calls) - 1);
	strncat(calls, " ", sizeof(calls) - strlen(calls) - 1);
}

static int fake_set_up(struct ygr_event_transport *base, const struct ygr_output_config *config,
		       const char **reason)
{
	transport = base;
	base->format = YGR_FORMAT_JSON;
	*reason = config->name;
	return set_up_error;
}

static int fake_open(struct ygr_event_transport *base)
{
	note("open");
	if (!open_error)
		ygr_event_transport_wake(base, 1);
	return open_error;
}

static void fake_step(struct ygr_event_transport *base)
{
	note("step");
	if (!base->is_up)
		ygr_event_transport_up(base);
}

static void fake_close(struct ygr_event_transport *base)
{
	(void)base;
	note("close");
}

static void fake_destroy(struct ygr_event_transport *base)
{
	ygr_event_transport_exit(base);
	free(base);
	transport = NULL;
}

static const struct ygr_event_transport_ops fake_ops = {
	.bytes = sizeof(struct ygr_event_transport), .set_up = fake_set_up,
	.open = fake_open, .step = fake_step, .close = fake_close, .destroy = fake_destroy,
};

static void up(void *arg, uint64_t id, uint64_t hash) { (void)arg; (void)id; (void)hash; note("up"); }
static void acked(void *arg, uint64_t id) { (void)arg; (void)id; note("acked"); }
static void refused(void *arg, uint64_t id, const char *reason) { (void)arg; (void)id; note(reason); }
static void room(void *arg) { (void)arg; note("room"); }
static void down(void *arg, const char *reason) { (void)arg; note(reason); }

static void stop_waiting(void *arg)
{
	ygr_loop_stop(arg);
}

static int create(const char **reason)
{
	const struct ygr_transport_user user = { .up = up, .acked = acked, .refused = refused,
						 .room = room, .down = down };
	static const struct ygr_output_config config = { .name = "o" };
	struct ygr_transport *base;
	int err = ygr_event_transport_create(&base, &fake_ops, loop, &user, &config, reason);

	if (!err)
		assert_ptr_equal(base, &transport->base);
	return err;
}

static int set_up(void **state)
{
	const char *reason = NULL;

	(void)state;
	calls[0] = '\0';
	set_up_error = 0;
	open_error = 0;
	assert_int_equal(ygr_loop_create(&loop, YGR_LOOP_EPOLL), 0);
	assert_int_equal(ygr_loop_timer_init(loop, &patience, stop_waiting, loop), 0);
	assert_int_equal(create(&reason), 0);
	chain_fake_init(&chain, 0xab);
	chain_fake_next(&chain, 2, &batch);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (transport)
		transport->base.ops->destroy(&transport->base);
	ygr_loop_timer_exit(loop, &patience);
	ygr_loop_destroy(loop);
	return 0;
}

static int start(void)
{
	const struct ygr_transport_hello hello = { .host_name = "h" };

	return transport->base.ops->start(&transport->base, &hello);
}

static int send_batch(void)
{
	return transport->base.ops->send(&transport->base, 1, batch.bytes, batch.len);
}

static json_int_t event_nr(void)
{
	json_t *status = transport->base.ops->describe(&transport->base);
	json_int_t nr = json_integer_value(json_object_get(status, "events"));

	json_decref(status);
	return nr;
}

static void give_all(void)
{
	while (ygr_event_transport_next(transport))
		;
}

/* What was called since the last time, the loop having run for a moment. */
static void expect(const char *wanted)
{
	ygr_loop_timer_arm(&patience, 20 * YGR_NS_PER_MS);
	assert_int_equal(ygr_loop_run(loop), 0);
	assert_string_equal(calls, wanted);
	calls[0] = '\0';
}

static void test_failed_set_up_leaves_nothing(void **state)
{
	const char *reason = NULL;

	(void)state;
	transport->base.ops->destroy(&transport->base);
	set_up_error = -EACCES;
	assert_int_equal(create(&reason), -EACCES);
	assert_string_equal(reason, "o");
	assert_null(transport);
}

/* ---- when there is a link --------------------------------------------------- */

static void test_comes_up_once(void **state)
{
	(void)state;
	assert_int_equal(start(), 0);
	expect("open step up ");
	ygr_event_transport_wake(transport, 1);
	expect("step ");
}

/* A library's thread has something to say before there was any batch to open a link for. */
static void test_nothing_before_the_start(void **state)
{
	(void)state;
	ygr_event_transport_wake(transport, 1);
	expect("");
	assert_int_equal(start(), 0);
	expect("open step up ");
}

static void test_nothing_after_stop(void **state)
{
	(void)state;
	assert_int_equal(start(), 0);
	expect("open step up ");
	transport->base.ops->stop(&transport->base);
	ygr_event_transport_wake(transport, 1);
	expect("close ");
	assert_int_equal(start(), 0);
	expect("open step up ");
}

static void test_nothing_after_down(void **state)
{
	(void)state;
	assert_int_equal(start(), 0);
	expect("open step up ");
	ygr_event_transport_down(transport, "%s-is-why", "this");
	ygr_event_transport_wake(transport, 1);
	expect("close this-is-why ");
	assert_int_equal(start(), 0);
	expect("open step up ");
}

static void test_nothing_after_a_failed_start(void **state)
{
	(void)state;
	open_error = -EHOSTUNREACH;
	assert_int_equal(start(), -EHOSTUNREACH);
	ygr_event_transport_wake(transport, 1);
	expect("open ");
	open_error = 0;
	assert_int_equal(start(), 0);
	expect("open step up ");
}

/* A later time replaces an earlier one; none at all is one too. */
static void test_wake_replaces(void **state)
{
	(void)state;
	assert_int_equal(start(), 0);
	expect("open step up ");
	ygr_event_transport_wake(transport, 1);
	ygr_event_transport_wake(transport, YGR_NS_PER_S);
	expect("");
	ygr_event_transport_wake(transport, 1);
	ygr_event_transport_wake(transport, 0);
	expect("");
}

/* ---- one batch ---------------------------------------------------------------- */

static void begin(void)
{
	assert_int_equal(start(), 0);
	expect("open step up ");
	assert_int_equal(send_batch(), 0);
	expect("step ");
}

static void test_acknowledged(void **state)
{
	(void)state;
	begin();
	assert_non_null(ygr_event_transport_next(transport));
	assert_non_null(ygr_event_transport_next(transport));
	assert_null(ygr_event_transport_next(transport));
	ygr_event_transport_done(transport);
	expect("acked ");
	assert_int_equal(event_nr(), 2);
}

static void test_first_refusal_counts(void **state)
{
	(void)state;
	begin();
	give_all();
	ygr_event_transport_refuse(transport, "too-%s", "large");
	ygr_event_transport_refuse(transport, "late");
	ygr_event_transport_done(transport);
	expect("too-large ");
}

/* Those that come meanwhile join, and one answer is enough for all. */
static void test_several_at_once(void **state)
{
	(void)state;
	begin();
	assert_int_equal(send_batch(), 0);
	assert_int_equal(send_batch(), 0);
	expect("");		/* who is at work is not called again for that */
	give_all();
	ygr_event_transport_refuse_of(transport, ygr_event_transport_mark(transport).nr - 1, "no");
	ygr_event_transport_done(transport);
	expect("acked no acked ");
	assert_int_equal(event_nr(), 6);
}

static void test_what_was_not_given_stays(void **state)
{
	(void)state;
	begin();
	give_all();
	assert_int_equal(send_batch(), 0);
	ygr_event_transport_done(transport);
	expect("acked step ");
	give_all();
	ygr_event_transport_done(transport);
	expect("acked ");
}

static void test_room_is_told_to_who_asked(void **state)
{
	int nr = 1;

	(void)state;
	begin();
	while (!send_batch())
		nr++;
	assert_int_equal(nr, YGR_EVENT_QUEUE_BATCHES);
	assert_int_equal(send_batch(), -EAGAIN);
	give_all();
	ygr_event_transport_done(transport);
	assert_int_equal(strlen(calls), sizeof("room ") - 1 + (size_t)nr * (sizeof("acked ") - 1));
	assert_non_null(strstr(calls, "acked room "));
	calls[0] = '\0';
	assert_int_equal(send_batch(), 0);
	expect("step ");
}

static void test_nothing_of_one_link_is_left_to_the_next(void **state)
{
	(void)state;
	begin();
	assert_int_equal(send_batch(), 0);
	transport->base.ops->stop(&transport->base);
	assert_false(ygr_event_transport_is_busy(transport));
	expect("close ");
	begin();
	give_all();
	ygr_event_transport_done(transport);
	expect("acked ");
}

static void test_rewind_takes_back_its_count(void **state)
{
	struct ygr_event_mark mark;

	(void)state;
	begin();
	assert_non_null(ygr_event_transport_next(transport));
	mark = ygr_event_transport_mark(transport);
	assert_non_null(ygr_event_transport_next(transport));
	ygr_event_transport_rewind(transport, mark);
	assert_int_equal(event_nr(), 1);
	assert_non_null(ygr_event_transport_next(transport));
	assert_null(ygr_event_transport_next(transport));
	assert_int_equal(event_nr(), 2);
}

/* It cannot be read, and so never will be: refused in its turn, not from within send(). */
static void test_batch_that_does_not_expand(void **state)
{
	(void)state;
	assert_int_equal(start(), 0);
	expect("open step up ");
	memset(batch.bytes + batch.len - 8, 0xff, 8);
	assert_int_equal(send_batch(), 0);
	assert_null(ygr_event_transport_next(transport));
	ygr_event_transport_done(transport);
	expect("it does not expand as its header says step ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_failed_set_up_leaves_nothing),
		TEST(test_comes_up_once),
		TEST(test_nothing_before_the_start),
		TEST(test_nothing_after_stop),
		TEST(test_nothing_after_down),
		TEST(test_nothing_after_a_failed_start),
		TEST(test_wake_replaces),
		TEST(test_acknowledged),
		TEST(test_first_refusal_counts),
		TEST(test_several_at_once),
		TEST(test_what_was_not_given_stays),
		TEST(test_room_is_told_to_who_asked),
		TEST(test_nothing_of_one_link_is_left_to_the_next),
		TEST(test_rewind_takes_back_its_count),
		TEST(test_batch_that_does_not_expand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
