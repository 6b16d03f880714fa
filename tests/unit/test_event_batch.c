// SPDX-License-Identifier: GPL-2.0-only
/* A batch as the reader makes it, opened: its events, their ids, and going back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "batch_fake.h"
#include "event_batch.h"
#include "event_json.h"

static struct chain_fake chain;
static struct batch_fake fake;

static int setup(void **state)
{
	(void)state;
	chain_fake_init(&chain, 0xab);
	chain_fake_next(&chain, 5, &fake);
	return 0;
}

/* The next event, as "ID JSON"; "" if there is none. */
static void next_is(struct ygr_event_batch *batch, const char *wanted)
{
	const struct ygr_event_value *event = ygr_event_batch_next(batch);
	struct ygr_text_buffer text = { 0 };
	char id[YGR_EVENT_ID_BYTES];

	if (event) {
		ygr_event_mapping_id(&batch->origin, id);
		ygr_text_buffer_put_text(&text, id + 32);
		ygr_text_buffer_put_char(&text, ' ');
		ygr_event_json_put(&text, event);
	}
	ygr_text_buffer_put_char(&text, '\0');
	assert_string_equal(text.bytes, wanted);
	ygr_text_buffer_exit(&text);
}

static void test_events_and_ids(void **state)
{
	struct ygr_event_batch batch = { 0 };
	char wanted[64];

	(void)state;
	assert_int_equal(ygr_event_batch_open(&batch, fake.bytes, fake.len, "h"), 0);
	assert_memory_equal(batch.origin.spool_id, "abababababababababababababababab", 33);
	for (int i = 0; i < 5; i++) {
		snprintf(wanted, sizeof(wanted), "-1-%d {\"n\":%d}", i, i);
		next_is(&batch, wanted);
	}
	next_is(&batch, "");
	assert_true(ygr_event_batch_is_whole(&batch));
	ygr_event_batch_exit(&batch);
}

static void test_going_back(void **state)
{
	struct ygr_event_batch batch = { 0 };

	(void)state;
	assert_int_equal(ygr_event_batch_open(&batch, fake.bytes, fake.len, NULL), 0);
	for (int i = 0; i < 4; i++)
		ygr_event_batch_next(&batch);
	ygr_event_batch_rewind(&batch, 2);
	next_is(&batch, "-1-2 {\"n\":2}");
	ygr_event_batch_rewind(&batch, 0);
	next_is(&batch, "-1-0 {\"n\":0}");
	while (ygr_event_batch_next(&batch))
		;
	ygr_event_batch_rewind(&batch, 5);
	next_is(&batch, "");
	assert_true(ygr_event_batch_is_whole(&batch));
	ygr_event_batch_rewind(&batch, 4);
	next_is(&batch, "-1-4 {\"n\":4}");
	ygr_event_batch_exit(&batch);
}

/* The memory of one serves the next, and nothing of the first is left in it. */
static void test_one_after_the_other(void **state)
{
	struct ygr_event_batch batch = { 0 };

	(void)state;
	assert_int_equal(ygr_event_batch_open(&batch, fake.bytes, fake.len, NULL), 0);
	ygr_event_batch_next(&batch);
	chain_fake_next(&chain, 1, &fake);
	assert_int_equal(ygr_event_batch_open(&batch, fake.bytes, fake.len, NULL), 0);
	next_is(&batch, "-2-0 {\"n\":0}");
	next_is(&batch, "");
	ygr_event_batch_exit(&batch);
	ygr_event_batch_exit(&batch);
}

static void test_what_is_no_batch(void **state)
{
	struct ygr_event_batch batch = { 0 };

	(void)state;
	assert_int_equal(ygr_event_batch_open(&batch, fake.bytes, fake.len - 1, NULL), -EBADMSG);
	assert_int_equal(ygr_event_batch_open(&batch, fake.bytes, 0, NULL), -EBADMSG);
	fake.bytes[fake.len - 1] ^= 1;
	assert_int_equal(ygr_event_batch_open(&batch, fake.bytes, fake.len, NULL), -EBADMSG);
	ygr_event_batch_exit(&batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_events_and_ids, setup),
		cmocka_unit_test_setup(test_going_back, setup),
		cmocka_unit_test_setup(test_one_after_the_other, setup),
		cmocka_unit_test_setup(test_what_is_no_batch, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
