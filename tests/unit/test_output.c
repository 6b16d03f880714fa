// SPDX-License-Identifier: GPL-2.0-only
/* An output over a spool of its own, with a far end that says what the test says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>

#include "batch_fake.h"
#include "output.h"

#define BATCHES	8

/* ---- the far end ---------------------------------------------------------- */

static struct far_end {
	struct ygr_transport base;
	int	 start_nr;
	bool	 is_started;
	int	 send_ret;		/* what send() says */
	uint64_t sent[64];
	size_t	 sent_nr;
} far;

static int far_start(struct ygr_transport *transport, const struct ygr_transport_hello *hello)
{
	(void)transport;
	(void)hello;
	far.start_nr++;
	far.is_started = true;
	return 0;
}

static int far_send(struct ygr_transport *transport, uint64_t batch_id, const uint8_t *batch, size_t len)
{
	(void)transport;
	(void)batch;
	(void)len;
	if (!far.send_ret)
		far.sent[far.sent_nr++] = batch_id;
	return far.send_ret;
}

static void far_stop(struct ygr_transport *transport)
{
	(void)transport;
	far.is_started = false;
}

static const struct ygr_transport_ops far_ops = {
	.start = far_start, .send = far_send, .stop = far_stop, .destroy = far_stop,
};

static int far_create(struct ygr_transport **out, struct ygr_loop *loop,
		      const struct ygr_transport_user *user,
		      const struct ygr_output_config *config, const char **reason)
{
	(void)config;
	(void)reason;
	far.base = (struct ygr_transport) { .ops = &far_ops, .user = *user, .loop = loop };
	*out = &far.base;
	return 0;
}

static void up(uint64_t last_id, uint64_t hash) { far.base.user.up(far.base.user.arg, last_id, hash); }
static void ack(uint64_t id) { far.base.user.acked(far.base.user.arg, id); }
static void refuse(uint64_t id) { far.base.user.refused(far.base.user.arg, id, "not for us"); }
static void down(void) { far.base.user.down(far.base.user.arg, "gone"); }

/* ---- the output ----------------------------------------------------------- */

static const struct ygr_transport_type far_type = { .name = "far", .create = far_create };
static char dir[64];
static struct ygr_config config;
static struct ygr_loop *loop;
static struct ygr_output *output;
static struct chain_fake chain;
static struct batch_fake batches[BATCHES];
static int settled_nr;

static void settled(void *arg)
{
	(void)arg;
	settled_nr++;
}

static void open_output(void)
{
	memset(&far, 0, sizeof(far));
	assert_int_equal(ygr_output_create(&output, loop, &config, 0, settled, NULL), 0);
	ygr_output_load(output);
	ygr_output_pump(output);
}

static void reopen(void)
{
	ygr_output_destroy(output);
	open_output();
}

static int set_up(void **state)
{
	(void)state;
	temp_dir_make(dir);
	ygr_config_init(&config);
	config.spool_dir = dir;
	config.output_nr = 1;
	config.outputs[0] = (struct ygr_output_config) {
		.name = "o", .type = &far_type, .window_nr = 4, .max_batch_bytes = 1 << 20,
		.park_bytes = 1 << 20, .ack_timeout_ns = 3600000000000, .retry_max_ns = 1000000000,
	};
	settled_nr = 0;
	chain_fake_init(&chain, 1);
	for (int i = 0; i < BATCHES; i++) {
		chain_fake_next(&chain, 1, &batches[i]);
		temp_file_append(dir, "0000000000000001.ygs", batches[i].bytes, batches[i].len);
	}
	assert_int_equal(ygr_loop_create(&loop, YGR_LOOP_EPOLL), 0);
	open_output();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ygr_output_destroy(output);
	ygr_loop_destroy(loop);
	temp_dir_remove(dir);
	return 0;
}

static json_int_t number(const char *key)
{
	json_t *status = ygr_output_describe(output);
	json_int_t value = json_integer_value(json_object_get(status, key));

	json_decref(status);
	return value;
}

/* What was settled, and that its sum is the way of the position. */
static void expect(uint64_t position, int acked, int passed, int parked, int dropped, int missing)
{
	assert_int_equal(ygr_output_position(output)->acked_id, position);
	assert_int_equal(number("acked_batches"), acked);
	assert_int_equal(number("passed_batches"), passed);
	assert_int_equal(number("parked_batches"), parked);
	assert_int_equal(number("dropped_batches"), dropped);
	assert_int_equal(number("missing_batches"), missing);
	assert_int_equal(number("position_id") - number("start_id"),
			 acked + passed + parked + dropped + missing);
}

static void expect_sent(size_t nr, uint64_t last)
{
	assert_int_equal(far.sent_nr, nr);
	if (nr)
		assert_int_equal(far.sent[nr - 1], last);
}

static uint64_t hash_of(int id)
{
	return ygr_spool_format_header_hash(batches[id - 1].bytes);
}

/* ---- tests ---------------------------------------------------------------- */

static void test_nothing_is_sent_before_the_link_is_up(void **state)
{
	(void)state;
	assert_int_equal(far.start_nr, 1);
	expect_sent(0, 0);
	up(0, 0);
	expect_sent(4, 4);
}

static void test_window_opens_with_acknowledgements(void **state)
{
	(void)state;
	up(0, 0);
	ack(1);
	expect_sent(5, 5);
	ack(5);
	expect_sent(8, 8);
	ack(8);
	expect(8, 8, 0, 0, 0, 0);
	assert_true(ygr_output_is_idle(output));
}

static void test_broken_link_sends_again_from_the_position(void **state)
{
	(void)state;
	up(0, 0);
	ack(2);
	down();
	expect(2, 2, 0, 0, 0, 0);
	assert_true(ygr_output_is_idle(output));
	reopen();
	up(0, 0);
	assert_int_equal(far.sent[0], 1);	/* the position was not saved */
	ack(2);
	ygr_output_save(output);
	reopen();
	up(0, 0);
	assert_int_equal(far.sent[0], 3);
	expect(2, 0, 0, 0, 0, 0);
}

static void test_what_is_there_is_passed_over(void **state)
{
	(void)state;
	up(3, hash_of(3));
	expect(3, 0, 3, 0, 0, 0);
	assert_int_equal(far.sent[0], 4);
	ack(7);
	expect(7, 4, 3, 0, 0, 0);
}

static void test_another_history_is_refused(void **state)
{
	(void)state;
	up(3, hash_of(3) ^ 1);
	assert_false(far.is_started);
	expect_sent(0, 0);
	expect(0, 0, 0, 0, 0, 0);
}

static void test_a_far_end_ahead_of_the_spool_is_refused(void **state)
{
	(void)state;
	up(BATCHES + 1, 1);
	assert_false(far.is_started);
	expect(0, 0, 0, 0, 0, 0);
}

static void test_acknowledged_and_never_sent(void **state)
{
	(void)state;
	up(0, 0);
	ack(5);
	assert_false(far.is_started);
	expect(0, 0, 0, 0, 0, 0);
}

static void test_refused_is_parked(void **state)
{
	char park[96], name[64], id[33];

	(void)state;
	up(0, 0);
	refuse(2);
	expect(0, 0, 0, 0, 0, 0);
	ack(4);
	expect(4, 3, 0, 1, 0, 0);
	expect_sent(8, 8);
	snprintf(park, sizeof(park), "%s/parked/o", dir);
	ygr_spool_format_id_text(chain.spool_id, id);
	snprintf(name, sizeof(name), "%s-0000000000000002.ygs", id);
	assert_int_equal(temp_file_bytes(park, name), batches[1].len);
	assert_int_equal(number("parked_files"), 1);
	assert_int_equal(number("parked_bytes"), batches[1].len);
}

static void test_refused_before_the_others_moves_the_position(void **state)
{
	(void)state;
	up(0, 0);
	refuse(1);
	expect(1, 0, 0, 1, 0, 0);
	down();
	expect(1, 0, 0, 1, 0, 0);
}

static void test_refused_again_after_a_crash_is_one_file(void **state)
{
	(void)state;
	up(0, 0);
	refuse(2);
	reopen();
	up(0, 0);
	refuse(2);
	ack(3);
	expect(3, 2, 0, 1, 0, 0);
	assert_int_equal(number("parked_files"), 1);
}

static void test_full_park_drops_and_says_so(void **state)
{
	(void)state;
	config.outputs[0].park_bytes = batches[0].len + 1;
	up(0, 0);
	refuse(1);
	refuse(2);
	expect(2, 0, 0, 1, 1, 0);
	assert_int_equal(number("parked_files"), 1);
}

static void test_refused_and_never_sent(void **state)
{
	(void)state;
	up(0, 0);
	refuse(5);
	assert_false(far.is_started);
	expect(0, 0, 0, 0, 0, 0);
}

static void test_park_that_cannot_be_written_holds_the_position(void **state)
{
	char path[96];

	(void)state;
	snprintf(path, sizeof(path), "%s/parked", dir);
	temp_file_write(dir, "parked", "", 0);
	up(0, 0);
	refuse(1);
	expect(0, 0, 0, 0, 0, 0);
	assert_false(far.is_started);
}

static void test_larger_than_max_batch_is_parked_unsent(void **state)
{
	(void)state;
	config.outputs[0].max_batch_bytes = batches[0].len - 1;
	up(0, 0);
	expect_sent(0, 0);
	ygr_output_pump(output);
	ygr_output_pump(output);
	expect(8, 0, 0, 8, 0, 0);
	assert_true(ygr_output_is_idle(output));
}

static void test_no_room_waits(void **state)
{
	(void)state;
	far.send_ret = -EAGAIN;
	up(0, 0);
	expect_sent(0, 0);
	assert_false(ygr_output_is_idle(output));
	far.send_ret = 0;
	far.base.user.room(far.base.user.arg);
	expect_sent(4, 4);
}

static void test_hole_in_the_spool_is_counted_once(void **state)
{
	(void)state;
	ygr_output_destroy(output);
	temp_file_write(dir, "0000000000000001.ygs", batches[0].bytes, batches[0].len);
	for (int i = 3; i < BATCHES; i++)
		temp_file_append(dir, "0000000000000001.ygs", batches[i].bytes, batches[i].len);
	open_output();
	up(0, 0);
	assert_int_equal(far.sent[1], 4);
	ack(4);
	expect(4, 2, 0, 0, 0, 2);
	reopen();
	up(0, 0);
	ack(4);
	expect(4, 2, 0, 0, 0, 2);
}

/* An output that comes to a spool of some age owes nobody what was before it. */
static void test_spool_that_begins_later(void **state)
{
	(void)state;
	ygr_output_destroy(output);
	temp_file_write(dir, "0000000000000001.ygs", batches[4].bytes, batches[4].len);
	open_output();
	up(0, 0);
	ack(5);
	expect(5, 1, 0, 0, 0, 0);
	assert_int_equal(number("start_id"), 4);
}

static void test_another_spool_in_the_same_place(void **state)
{
	struct chain_fake other;
	struct batch_fake batch;

	(void)state;
	up(0, 0);
	ack(3);
	ygr_output_save(output);
	ygr_output_destroy(output);
	chain_fake_init(&other, 2);
	chain_fake_next(&other, 1, &batch);
	temp_file_write(dir, "0000000000000001.ygs", batch.bytes, batch.len);
	open_output();
	up(0, 0);
	assert_memory_equal(ygr_output_position(output)->spool_id, other.spool_id, YGR_BATCH_ID_BYTES);
	expect_sent(1, 1);
	ack(1);
	expect(1, 1, 0, 0, 0, 0);
}

static void test_overdue_link_is_broken(void **state)
{
	(void)state;
	up(0, 0);
	config.outputs[0].ack_timeout_ns = 0;
	ygr_output_pump(output);
	assert_false(far.is_started);
	expect(0, 0, 0, 0, 0, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_is_sent_before_the_link_is_up),
		TEST(test_window_opens_with_acknowledgements),
		TEST(test_broken_link_sends_again_from_the_position),
		TEST(test_what_is_there_is_passed_over),
		TEST(test_another_history_is_refused),
		TEST(test_a_far_end_ahead_of_the_spool_is_refused),
		TEST(test_acknowledged_and_never_sent),
		TEST(test_refused_is_parked),
		TEST(test_refused_before_the_others_moves_the_position),
		TEST(test_refused_again_after_a_crash_is_one_file),
		TEST(test_full_park_drops_and_says_so),
		TEST(test_refused_and_never_sent),
		TEST(test_park_that_cannot_be_written_holds_the_position),
		TEST(test_larger_than_max_batch_is_parked_unsent),
		TEST(test_no_room_waits),
		TEST(test_hole_in_the_spool_is_counted_once),
		TEST(test_spool_that_begins_later),
		TEST(test_another_spool_in_the_same_place),
		TEST(test_overdue_link_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
