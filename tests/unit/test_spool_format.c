// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch_fake.h"
#include "le.h"
#include "spool_format.h"

static struct batch_fake one(void)
{
	struct chain_fake chain;
	struct batch_fake batch;

	chain_fake_init(&chain, 0xaa);
	chain_fake_next(&chain, 3, &batch);
	return batch;
}

static enum ygr_batch_state parse(const struct batch_fake *batch, size_t len)
{
	struct ygr_batch_header header;

	return ygr_spool_format_parse(batch->bytes, len, &header, NULL, NULL);
}

static void test_round_trip(void **state)
{
	struct batch_fake batch = one();
	struct ygr_batch_header header;
	struct ygr_batch_cpu cpu;

	(void)state;
	assert_int_equal(ygr_spool_format_parse(batch.bytes, batch.len, &header, NULL, NULL),
			 YGR_BATCH_WHOLE);
	assert_int_equal(header.batch_id, 1);
	assert_int_equal(header.spool_id[0], 0xaa);
	assert_int_equal(header.load_id, 99);
	assert_int_equal(header.schema_version, 1);
	assert_int_equal(header.event_nr, 3);
	assert_int_equal(header.events_bytes, 12);
	assert_int_equal(header.min_time_ns, 5);
	assert_int_equal(header.max_time_ns, 6);
	assert_int_equal(header.realtime_offset_ns, -7);
	assert_int_equal(header.class_nr[5], 3);
	assert_int_equal(header.class_nr[0], 0);
	assert_int_equal(header.cpu_nr, 2);
	assert_int_equal(header.header_bytes, 272 + 80);
	assert_int_equal(ygr_batch_total_bytes(&header), batch.len);
	ygr_spool_format_get_cpu(batch.bytes, 1, &cpu);
	assert_int_equal(cpu.cpu, 3);
	assert_int_equal(cpu.first_seq, 7);
	assert_int_equal(cpu.next_seq, 20);
	assert_int_equal(cpu.dropped, 0);
	assert_int_equal(cpu.lost, 2);
}

/* The offsets of docs/WIRE.md, spelled out: another team counts on them. */
static void test_offsets(void **state)
{
	struct batch_fake batch = one();
	const uint8_t *at = batch.bytes;

	(void)state;
	assert_memory_equal(at, "\x59\x2a\x4d\x18", 4);
	assert_int_equal(ygr_le32_get(at + 4), 352);
	at += 8;
	assert_memory_equal(at, "YGRB", 4);
	assert_int_equal(ygr_le16_get(at + 4), 2);
	assert_int_equal(ygr_le16_get(at + 6), 272);
	assert_int_equal(ygr_le32_get(at + 8), 352);
	assert_int_equal(ygr_le32_get(at + 12), 2);
	assert_int_equal(ygr_le64_get(at + 16), 1);
	assert_int_equal(at[24], 0xaa);
	assert_int_equal(ygr_le64_get(at + 56), 99);
	assert_int_equal(ygr_le32_get(at + 68), 3);
	assert_int_equal(ygr_le64_get(at + 72), 12);
	assert_int_equal(ygr_le64_get(at + 80), batch.len - 360);
	assert_int_equal((int64_t)ygr_le64_get(at + 104), -7);
	assert_int_equal(ygr_le64_get(at + 112 + 5 * 8), 3);
	assert_int_equal(ygr_le32_get(at + 272 + 40), 3);
	assert_int_equal(ygr_le64_get(at + 272 + 40 + 16), 20);
	assert_memory_equal(at + 352, "\x04\x22\x4d\x18", 4);
}

static void test_every_prefix_is_partial(void **state)
{
	struct batch_fake batch = one();

	(void)state;
	for (size_t len = 0; len < batch.len; len++) {
		struct ygr_batch_header header;
		size_t need = 0;

		assert_int_equal(ygr_spool_format_parse(batch.bytes, len, &header, &need, NULL),
				 YGR_BATCH_PARTIAL);
		assert_true(need > len && need <= batch.len);
	}
	assert_int_equal(parse(&batch, batch.len), YGR_BATCH_WHOLE);
}

static void test_every_flipped_bit_is_found(void **state)
{
	struct batch_fake batch = one();

	(void)state;
	for (size_t bit = 0; bit < batch.len * 8; bit++) {
		batch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(parse(&batch, batch.len), YGR_BATCH_WHOLE);
		batch.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(parse(&batch, batch.len), YGR_BATCH_WHOLE);
}

static const char *reason_of(const struct batch_fake *batch)
{
	struct ygr_batch_header header;
	const char *reason = "";

	assert_int_equal(ygr_spool_format_parse(batch->bytes, batch->len, &header, NULL, &reason),
			 YGR_BATCH_BAD);
	return reason;
}

static void test_reasons(void **state)
{
	struct batch_fake batch = one();

	(void)state;
	batch.bytes[0] = 0;
	assert_string_equal(reason_of(&batch), "no batch starts here");
	batch = one();
	batch.bytes[8] = 'X';
	assert_string_equal(reason_of(&batch), "skippable frame is not a batch header");
	batch = one();
	batch.bytes[12] = 3;
	assert_string_equal(reason_of(&batch), "unknown batch version");
	batch = one();
	batch.bytes[14]++;
	assert_string_equal(reason_of(&batch), "wrong size of the fixed header");
	batch = one();
	ygr_le32_put(batch.bytes + 20, 8193);
	assert_string_equal(reason_of(&batch), "too many CPU entries");
	batch = one();
	batch.bytes[20]++;
	assert_string_equal(reason_of(&batch), "header size does not fit its CPU entries");
	batch = one();
	batch.bytes[4]++;
	assert_string_equal(reason_of(&batch), "skippable frame size is not the header size");
	batch = one();
	batch.bytes[100] ^= 1;
	assert_string_equal(reason_of(&batch), "header checksum mismatch");
	batch = one();
	batch.bytes[batch.len - 1] ^= 1;
	assert_string_equal(reason_of(&batch), "frame checksum mismatch");
}

/* A header that is signed and still not acceptable. */
static void test_signed_nonsense(void **state)
{
	static const struct {
		struct ygr_batch_header header;
		const char *reason;
	} cases[] = {
		{ { .batch_id = 0 }, "batch id 0" },
		{ { .batch_id = 1, .events_bytes = YGR_BATCH_EVENTS_BYTES_MAX + 1 },
		  "more events than a batch may hold" },
	};
	struct batch_fake batch = { .len = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ygr_batch_header header = cases[i].header;

		batch.len = ygr_spool_format_put_header(batch.bytes, &header, NULL, batch.bytes);
		assert_string_equal(reason_of(&batch), cases[i].reason);
	}
}

static void test_outputs_untouched_on_failure(void **state)
{
	struct batch_fake batch = one();
	struct ygr_batch_header header, before;

	(void)state;
	memset(&header, 0x55, sizeof(header));
	before = header;
	batch.bytes[batch.len - 1] ^= 1;
	ygr_spool_format_parse(batch.bytes, batch.len, &header, NULL, NULL);
	ygr_spool_format_parse(batch.bytes, 50, &header, NULL, NULL);
	assert_memory_equal(&header, &before, sizeof(header));
}

static void test_resync(void **state)
{
	struct batch_fake batch = one();
	uint8_t bytes[4096];

	(void)state;
	memset(bytes, 0x59, sizeof(bytes));
	memcpy(bytes + 1000, batch.bytes, batch.len);
	assert_int_equal(ygr_spool_format_resync(bytes, sizeof(bytes), 0), 1000);
	assert_int_equal(ygr_spool_format_resync(bytes, sizeof(bytes), 1000), 1000);
	assert_int_equal(ygr_spool_format_resync(bytes, sizeof(bytes), 1001), sizeof(bytes));
	assert_int_equal(ygr_spool_format_resync(bytes, 1200, 0), 1200);
	assert_int_equal(ygr_spool_format_resync(bytes, 0, 0), 0);
}

/* @parts: how many batches; *len: bytes of all. */
static uint8_t *chain_bytes(unsigned int parts, size_t *len, size_t starts[])
{
	uint8_t *bytes = malloc(parts * sizeof(struct batch_fake));
	struct chain_fake chain;
	struct batch_fake batch;

	*len = 0;
	chain_fake_init(&chain, 1);
	for (unsigned int i = 0; i < parts; i++) {
		chain_fake_next(&chain, 2 + i, &batch);
		starts[i] = *len;
		memcpy(bytes + *len, batch.bytes, batch.len);
		*len += batch.len;
	}
	return bytes;
}

static void test_recover_cuts_any_torn_end(void **state)
{
	size_t len, starts[3];
	uint8_t *bytes = chain_bytes(3, &len, starts);

	(void)state;
	for (size_t cut = 0; cut <= len; cut++) {
		struct ygr_spool_recovery recovery;
		size_t whole = cut == len ? 3 : cut >= starts[2] ? 2 : cut >= starts[1] ? 1 : 0;
		size_t end = whole == 3 ? len : whole ? starts[whole] : 0;

		ygr_spool_format_recover(bytes, cut, &recovery);
		assert_int_equal(recovery.batch_nr, whole);
		assert_int_equal(recovery.end, end);
		assert_int_equal(recovery.fault_nr, 0);
		assert_int_equal(recovery.reason != NULL, end != cut);
		if (whole)
			assert_int_equal(recovery.header.batch_id, whole);
	}
	free(bytes);
}

static void test_recover_keeps_what_follows_damage(void **state)
{
	struct ygr_spool_recovery recovery;
	size_t len, starts[3];
	uint8_t *bytes = chain_bytes(3, &len, starts);

	(void)state;
	bytes[starts[1] + 200] ^= 4;
	ygr_spool_format_recover(bytes, len, &recovery);
	assert_int_equal(recovery.batch_nr, 2);
	assert_int_equal(recovery.fault_nr, 1);
	assert_int_equal(recovery.end, len);
	assert_int_equal(recovery.last, starts[2]);
	assert_int_equal(recovery.header.batch_id, 3);
	assert_null(recovery.reason);
	free(bytes);
}

static void test_recover_zero_filled_end(void **state)
{
	struct ygr_spool_recovery recovery;
	size_t len, starts[1];
	uint8_t *batch = chain_bytes(1, &len, starts);
	uint8_t bytes[4096] = { 0 };

	(void)state;
	memcpy(bytes, batch, len);
	ygr_spool_format_recover(bytes, sizeof(bytes), &recovery);
	assert_int_equal(recovery.end, len);
	assert_string_equal(recovery.reason, "no batch starts here");
	free(batch);
}

static void test_segment_names(void **state)
{
	char name[YGR_SEGMENT_NAME_BYTES];
	uint64_t id = 5;

	(void)state;
	ygr_spool_format_segment_name(name, 0xabcdef);
	assert_string_equal(name, "0000000000abcdef.ygs");
	assert_true(ygr_spool_format_is_segment(name, &id));
	assert_int_equal(id, 0xabcdef);
	assert_false(ygr_spool_format_is_segment("0000000000abcdef.ygs~", &id));
	assert_false(ygr_spool_format_is_segment("0000000000ABCDEF.ygs", &id));
	assert_false(ygr_spool_format_is_segment("abcdef.ygs", &id));
	assert_false(ygr_spool_format_is_segment("", &id));
	assert_false(ygr_spool_format_is_segment("0000000000abcdef", &id));
}

static void test_id_text(void **state)
{
	uint8_t id[16] = { 0x00, 0xff, 0x10, [15] = 0x9a }, back[16];
	char text[33];

	(void)state;
	ygr_spool_format_id_text(id, text);
	assert_string_equal(text, "00ff100000000000000000000000009a");
	assert_int_equal(ygr_spool_format_id_parse(text, back), 0);
	assert_memory_equal(id, back, 16);
	assert_int_equal(ygr_spool_format_id_parse("00", back), -EINVAL);
	assert_int_equal(ygr_spool_format_id_parse("00ff100000000000000000000000009ab", back), -EINVAL);
	assert_int_equal(ygr_spool_format_id_parse("00FF100000000000000000000000009a", back), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_every_prefix_is_partial),
		cmocka_unit_test(test_every_flipped_bit_is_found),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_signed_nonsense),
		cmocka_unit_test(test_outputs_untouched_on_failure),
		cmocka_unit_test(test_resync),
		cmocka_unit_test(test_recover_cuts_any_torn_end),
		cmocka_unit_test(test_recover_keeps_what_follows_damage),
		cmocka_unit_test(test_recover_zero_filled_end),
		cmocka_unit_test(test_segment_names),
		cmocka_unit_test(test_id_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
