// SPDX-License-Identifier: GPL-2.0-only
/*
 * A judged event becomes bytes: in a ring, by the module's own ring.c, that was full of something
 * else before.
 */
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "kunit_ring.h"
#include "neighbours.h"
#include "policy_kunit.h"
#include "record.h"
#include "subject.h"

#define TEXT_MAX	40u

/* Which no rule decided about, and nobody did: of it, the record says only what the event does. */
static struct ygr_event nobody(void)
{
	struct ygr_event event = { .generation = 77, .verdict = YGR_VERDICT_ALLOW };

	ygr_event_init(&event, YGR_EV_OPEN, YGR_CLASS_FILE, YGR_ON_OPEN_READ);
	event.no_subject = true;
	return event;
}

static struct ygr_record *put(struct kunit *test, const struct ygr_event *event, const void *body,
			      u16 body_len, const struct ygr_event_strings *strings)
{
	u64 pos;

	preempt_disable();
	pos = kunit_ring_head();
	ygr_record_put(event, body, body_len, strings);
	preempt_enable();
	KUNIT_ASSERT_NE(test, kunit_ring_head(), pos);
	return kunit_ring_at(pos);
}

/* Return: what follows. */
static const void *expect_string(struct kunit *test, const struct ygr_string *string, u16 tag,
				 const char *bytes, u32 len, u32 true_len)
{
	const struct ygr_string want = { .tag = tag, .len = len, .true_len = true_len };
	u32 padded = (len + 7) / 8 * 8;

	KUNIT_EXPECT_EQ_MSG(test, memcmp(string, &want, sizeof(want)), 0, "%u bytes", len);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(string + 1, bytes, len), 0, "%u bytes", len);
	kunit_expect_zeroes(test, (char *)(string + 1) + len, padded - len);
	return (const void *)(string + 1) + padded;
}

/* ---- the head ---- */

static const struct ygr_record head_of_nobody = {
	.len = sizeof(struct ygr_record),
	.type = YGR_EV_OPEN,
	.class = YGR_CLASS_FILE,
	.verdict = YGR_VERDICT_ALLOW,
	.loginuid = ~0u,
	.sessionid = ~0u,
	.generation = 77,
};

/* `seq` and `time_ns` are as they are. */
static void expect_head(struct kunit *test, const struct ygr_record *record,
			struct ygr_record want)
{
	want.seq = record->seq;
	want.time_ns = record->time_ns;
	KUNIT_EXPECT_EQ(test, memcmp(record, &want, sizeof(want)), 0);
}

static void the_head_says_what_the_event_does(struct kunit *test)
{
	const struct ygr_event_strings none = { .nr = 0 };
	struct ygr_event event = nobody();
	struct ygr_record want = head_of_nobody;
	const struct ygr_record *record;
	u64 before_ns, seq;

	kunit_ring_empty();
	before_ns = ktime_get_boot_fast_ns();
	record = put(test, &event, NULL, 0, &none);
	expect_head(test, record, want);
	KUNIT_EXPECT_GE(test, record->time_ns, before_ns);
	KUNIT_EXPECT_LE(test, record->time_ns, ktime_get_boot_fast_ns());
	seq = record->seq;

	event.type = YGR_EV_CONNECT;
	event.class = YGR_CLASS_SOCKET;
	event.flags = YGR_F_UNLINKED | YGR_F_MEMFD;
	event.generation = ~0ull;
	event.decision.rule_id = 0x10203;
	want.type = YGR_EV_CONNECT;
	want.class = YGR_CLASS_SOCKET;
	want.flags = YGR_F_UNLINKED | YGR_F_MEMFD;
	want.generation = ~0ull;
	want.rule_id = 0x10203;
	record = put(test, &event, NULL, 0, &none);
	expect_head(test, record, want);
	KUNIT_EXPECT_EQ(test, record->seq, seq + 1);
}

/* What is not allowed, or would not have been, must not be lost. */
static void what_is_not_allowed_is_of_another_class(struct kunit *test)
{
	static const struct {
		enum ygr_verdict verdict;
		enum ygr_class class;
	} verdicts[] = {
		{ YGR_VERDICT_ALLOW, YGR_CLASS_FILE },
		{ YGR_VERDICT_DENY, YGR_CLASS_DENY },
		{ YGR_VERDICT_WOULD_DENY, YGR_CLASS_DENY },
	};
	const struct ygr_event_strings none = { .nr = 0 };
	u32 i;

	kunit_ring_empty();
	for (i = 0; i < ARRAY_SIZE(verdicts); i++) {
		struct ygr_event event = nobody();
		struct ygr_record want = head_of_nobody;

		event.verdict = verdicts[i].verdict;
		want.verdict = verdicts[i].verdict;
		want.class = verdicts[i].class;
		expect_head(test, put(test, &event, NULL, 0, &none), want);
	}
}

/* ---- who ---- */

static void the_current_task_is_who(struct kunit *test)
{
	const struct ygr_event_strings none = { .nr = 0 };
	struct ygr_event event = nobody();
	const struct ygr_record *record;

	kunit_ring_empty();
	event.no_subject = false;
	event.flags = YGR_F_UNLINKED;
	record = put(test, &event, NULL, 0, &none);
	KUNIT_EXPECT_EQ(test, record->tid, (u32)current->pid);
	KUNIT_EXPECT_EQ(test, record->tgid, (u32)current->tgid);
	KUNIT_EXPECT_EQ(test, record->ppid, (u32)current->real_parent->tgid);
	KUNIT_EXPECT_EQ(test, record->start_ns, current->group_leader->start_boottime);
	/* A test is run by a thread of the kernel. */
	KUNIT_EXPECT_EQ(test, record->flags, (u32)(YGR_F_UNLINKED | YGR_F_KTHREAD));
	KUNIT_EXPECT_EQ(test, memcmp(record->comm, current->comm, TASK_COMM_LEN), 0);
	KUNIT_EXPECT_EQ(test, record->body_len, 0u);
	kunit_expect_zeroes(test, record->pad, sizeof(record->pad));
}

static void another_task_may_be(struct kunit *test)
{
	const struct ygr_event_strings none = { .nr = 0 };
	struct task_struct *parent = current->real_parent;
	struct ygr_event event = nobody();
	const struct ygr_record *record;
	u64 body = 0x1122334455667788;
	u64 pos;

	kunit_ring_empty();
	event.no_subject = false;
	preempt_disable();
	pos = kunit_ring_head();
	KUNIT_EXPECT_TRUE(test, ygr_record_put_of(parent, &event, &body, sizeof(body), &none));
	preempt_enable();
	record = kunit_ring_at(pos);
	KUNIT_EXPECT_EQ(test, record->tid, (u32)parent->pid);
	KUNIT_EXPECT_NE(test, record->tid, (u32)current->pid);
	KUNIT_EXPECT_EQ(test, memcmp(record->comm, parent->comm, TASK_COMM_LEN), 0);
	KUNIT_EXPECT_EQ(test, record->len, (u32)sizeof(*record) + 8);
	KUNIT_EXPECT_EQ(test, *(u64 *)(record + 1), body);
}

/* ---- the body ---- */

/* By words, two at a time: of any number of them. */
static void a_body_of_any_length_is_whole(struct kunit *test)
{
	const struct ygr_event event = nobody();
	u32 body_len, text_len = 3;

	kunit_ring_empty();
	for (body_len = 0; body_len <= 264; body_len += 8) {
		const char *body = kunit_text(test, body_len), *text = kunit_text(test, text_len);
		struct ygr_event_strings strings = { .nr = 0 };
		const struct ygr_record *record;
		struct ygr_record want = head_of_nobody;
		const void *end;

		ygr_event_add_whole(&strings, YGR_STR_PATH, text, text_len);
		record = put(test, &event, body, body_len, &strings);
		want.body_len = body_len;
		want.len += body_len + sizeof(struct ygr_string) + 8;
		expect_head(test, record, want);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(record + 1, body, body_len), 0, "%u bytes", body_len);
		end = expect_string(test, (const void *)(record + 1) + body_len, YGR_STR_PATH, text,
				    text_len, text_len);
		KUNIT_EXPECT_EQ(test, (u64)(end - (const void *)record), (u64)record->len);
	}
}

/* The caller may write it himself, and is given no more than he asked for. */
static void a_body_may_be_written_in_place(struct kunit *test)
{
	const struct ygr_event_strings none = { .nr = 0 };
	const struct ygr_event event = nobody();
	struct ygr_record want = head_of_nobody;
	u64 *body, pos;

	kunit_ring_empty();
	preempt_disable();
	pos = kunit_ring_head();
	body = ygr_record_begin(&event, 16, &none);
	KUNIT_EXPECT_PTR_EQ(test, (void *)body, kunit_ring_at(pos) + sizeof(struct ygr_record));
	/* Nobody sees it before it is committed. */
	KUNIT_EXPECT_EQ(test, kunit_ring_head(), pos);
	body[0] = 1;
	body[1] = 2;
	ygr_record_commit();
	preempt_enable();
	want.len += 16;
	want.body_len = 16;
	expect_head(test, kunit_ring_at(pos), want);
	KUNIT_EXPECT_EQ(test, kunit_ring_head(), pos + want.len);
}

/* ---- strings ---- */

static void a_string_of_any_length_is_padded(struct kunit *test)
{
	const struct ygr_event event = nobody();
	u32 len;

	for (len = 0; len <= 4095; len += len < 2 * TEXT_MAX ? 1 : 401) {
		const char *text = kunit_text(test, len);
		struct ygr_event_strings strings = { .nr = 0 };
		struct ygr_record want = head_of_nobody;
		const struct ygr_record *record;
		const void *end;

		kunit_ring_empty();
		ygr_event_add_whole(&strings, YGR_STR_ARGV, text, len);
		record = put(test, &event, NULL, 0, &strings);
		want.len += sizeof(struct ygr_string) + (len + 7) / 8 * 8;
		expect_head(test, record, want);
		end = expect_string(test, (const void *)(record + 1), YGR_STR_ARGV, text, len, len);
		/* And nothing is written behind it. */
		KUNIT_EXPECT_EQ_MSG(test, *(const u8 *)end, KUNIT_RING_OLD, "%u bytes", len);
	}
}

/* Wherever the text begins. */
static void a_string_may_begin_anywhere(struct kunit *test)
{
	const struct ygr_event event = nobody();
	u32 start, len;

	kunit_ring_empty();
	for (start = 0; start < 8; start++)
		for (len = 0; len <= TEXT_MAX; len++) {
			const char *text = kunit_text(test, start + len) + start;
			struct ygr_event_strings strings = { .nr = 0 };

			ygr_event_add_whole(&strings, YGR_STR_ARGV, text, len);
			expect_string(test, (const void *)(put(test, &event, NULL, 0, &strings) + 1),
				      YGR_STR_ARGV, text, len, len);
			if (len % 16 == 0)
				kunit_ring_empty();
		}
}

static void each_string_follows_the_one_before(struct kunit *test)
{
	const struct ygr_event event = nobody();
	u32 first, second;

	for (first = 0; first <= 17; first++)
		for (second = 0; second <= 17; second++) {
			const char *a = kunit_text(test, first), *b = kunit_text(test, second);
			struct ygr_event_strings strings = { .nr = 0 };
			const struct ygr_record *record;
			const void *next;

			kunit_ring_empty();
			ygr_event_add_whole(&strings, YGR_STR_PATH, a, first);
			ygr_event_add_whole(&strings, YGR_STR_NEW_PATH, b, second);
			record = put(test, &event, NULL, 0, &strings);
			next = expect_string(test, (const void *)(record + 1), YGR_STR_PATH, a, first, first);
			next = expect_string(test, next, YGR_STR_NEW_PATH, b, second, second);
			KUNIT_EXPECT_EQ(test, (u64)(next - (const void *)record), (u64)record->len);
		}
}

/* As many as an event can have. */
static void all_strings_are_told(struct kunit *test)
{
	const struct ygr_event event = nobody();
	struct ygr_event_strings strings = { .nr = 0 };
	const struct ygr_record *record;
	const void *next;
	u32 i;

	kunit_ring_empty();
	for (i = 0; i < YGR_EVENT_STRINGS_MAX; i++)
		ygr_event_add_whole(&strings, 100 + i, kunit_text(test, 3 * i), 3 * i);
	record = put(test, &event, NULL, 0, &strings);
	next = record + 1;
	for (i = 0; i < YGR_EVENT_STRINGS_MAX; i++)
		next = expect_string(test, next, 100 + i, strings.list[i].bytes, 3 * i, 3 * i);
	KUNIT_EXPECT_EQ(test, (u64)(next - (const void *)record), (u64)record->len);
}

static void what_was_cut_is_said(struct kunit *test)
{
	static const struct {
		u32 true_len[3];
		bool cut;
	} cuts[] = {
		{ { 5, 5, 5 }, false },
		{ { 6, 5, 5 }, true },
		{ { 5, 6, 5 }, true },
		{ { 5, 5, 6 }, true },
		{ { 5, 5, 0xffffffff }, true },
		{ { 100000, 100000, 100000 }, true },
	};
	const char *text = kunit_text(test, 5);
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(cuts); i++) {
		struct ygr_event event = nobody();
		struct ygr_event_strings strings = { .nr = 0 };
		const struct ygr_record *record;
		const void *next;

		kunit_ring_empty();
		event.flags = YGR_F_UNLINKED;
		for (j = 0; j < 3; j++)
			ygr_event_add_string(&strings, YGR_STR_ARGV, text, 5, cuts[i].true_len[j]);
		record = put(test, &event, NULL, 0, &strings);
		KUNIT_EXPECT_EQ_MSG(test, record->flags, cuts[i].cut ? YGR_F_UNLINKED | YGR_F_TRUNCATED :
				    (u32)YGR_F_UNLINKED, "case %u", i);
		next = record + 1;
		for (j = 0; j < 3; j++)
			next = expect_string(test, next, YGR_STR_ARGV, text, 5, cuts[i].true_len[j]);
	}
}

/* ---- where to ---- */

/* The first repeat is kept, whole, and nothing of it is in the ring. */
static void what_is_held_is_not_in_the_ring(struct kunit *test)
{
	const u32 bytes = sizeof(struct ygr_record) + 8 + sizeof(struct ygr_string) + 8;
	const u64 body = 0x1122334455667788;
	struct kunit_hold hold = { .room = kunit_kmalloc(test, bytes, GFP_KERNEL), .room_bytes = bytes };
	struct ygr_event event = nobody();
	struct ygr_event_strings strings = { .nr = 0 };
	struct ygr_record want = head_of_nobody;
	const struct ygr_record *record = hold.room;
	u64 pos;

	KUNIT_ASSERT_NOT_NULL(test, hold.room);
	memset(hold.room, 0xff, bytes);
	kunit_ring_empty();
	event.hold = kunit_hold_slot(&hold);
	ygr_event_add_whole(&strings, YGR_STR_PATH, "/a", 2);
	preempt_disable();
	pos = kunit_ring_head();
	ygr_record_put(&event, &body, sizeof(body), &strings);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, kunit_ring_head(), pos);
	KUNIT_EXPECT_EQ(test, *(u8 *)kunit_ring_at(pos), KUNIT_RING_OLD);
	KUNIT_EXPECT_EQ(test, hold.asked_bytes, bytes);
	KUNIT_EXPECT_EQ(test, hold.held_nr, 1u);
	want.len = bytes;
	want.body_len = 8;
	want.seq = ~0ull;	/* nobody numbers it */
	want.time_ns = record->time_ns;
	KUNIT_EXPECT_EQ(test, memcmp(record, &want, sizeof(want)), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)(record + 1), body);
	expect_string(test, (const void *)(record + 1) + 8, YGR_STR_PATH, "/a", 2, 2);
	/* The next one is not held. */
	event.hold = NULL;
	put(test, &event, &body, sizeof(body), &strings);
	KUNIT_EXPECT_EQ(test, hold.held_nr, 1u);
}

static void what_is_too_long_to_be_held_is(struct kunit *test)
{
	struct kunit_hold hold = { .room_bytes = sizeof(struct ygr_record) - 8 };
	const struct ygr_event_strings none = { .nr = 0 };
	struct ygr_event event = nobody();

	kunit_ring_empty();
	event.hold = kunit_hold_slot(&hold);
	expect_head(test, put(test, &event, NULL, 0, &none), head_of_nobody);
	KUNIT_EXPECT_EQ(test, hold.asked_bytes, (u32)sizeof(struct ygr_record));
	KUNIT_EXPECT_EQ(test, hold.held_nr, 0u);
}

static u64 dropped(enum ygr_class class)
{
	return this_cpu_ptr(&ygr_rings)->dropped[class];
}

/* Until all but the quarter for what must not be lost is taken; then that. */
static void what_has_no_room_is_dropped_and_counted(struct kunit *test)
{
	const struct ygr_event_strings none = { .nr = 0 };
	struct ygr_event event = nobody();
	const struct ygr_record *record;
	static const u64 body[32];
	u64 files, denials, pos;
	u32 i, nr = 0, denied_nr = 0;

	kunit_ring_empty();
	files = dropped(YGR_CLASS_FILE);
	denials = dropped(YGR_CLASS_DENY);
	preempt_disable();
	while (nr < 1000 && ygr_record_put_of(current, &event, body, sizeof(body), &none))
		nr++;
	/* It neither waits nor returns an error to anybody. */
	ygr_record_put(&event, body, sizeof(body), &none);
	event.verdict = YGR_VERDICT_DENY;
	while (denied_nr < 1000 && ygr_record_put_of(current, &event, body, sizeof(body), &none))
		denied_nr++;
	preempt_enable();
	KUNIT_EXPECT_EQ(test, dropped(YGR_CLASS_FILE), files + 2);
	KUNIT_EXPECT_EQ(test, dropped(YGR_CLASS_DENY), denials + 1);
	/* 64 KiB, of which two segments of 4 may be kept for what was told. */
	KUNIT_EXPECT_GE(test, nr, (48u - 8) * 1024 / (144 + 256));
	KUNIT_EXPECT_LE(test, nr, 48u * 1024 / (144 + 256));
	KUNIT_EXPECT_GE(test, denied_nr, 40u - 1);
	KUNIT_EXPECT_LE(test, denied_nr, 41u);

	/* As soon as there is room, what was lost is told before anything else. */
	kunit_ring_empty();
	pos = kunit_ring_head();
	put(test, &event, body, sizeof(body), &none);
	record = kunit_ring_at(pos);
	KUNIT_EXPECT_EQ(test, record->type, (u16)YGR_EV_GAP);
	for (i = 0; i < YGR_CLASS_NR; i++)
		KUNIT_EXPECT_EQ(test, ((struct ygr_body_gap *)(record + 1))->dropped[i],
				i == YGR_CLASS_FILE ? 2ull : i == YGR_CLASS_DENY ? 1ull : 0ull);
	record = (const void *)record + record->len;
	KUNIT_EXPECT_EQ(test, record->type, (u16)YGR_EV_OPEN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_head_says_what_the_event_does),
	KUNIT_CASE(what_is_not_allowed_is_of_another_class),
	KUNIT_CASE(the_current_task_is_who),
	KUNIT_CASE(another_task_may_be),
	KUNIT_CASE(a_body_of_any_length_is_whole),
	KUNIT_CASE(a_body_may_be_written_in_place),
	KUNIT_CASE(a_string_of_any_length_is_padded),
	KUNIT_CASE(a_string_may_begin_anywhere),
	KUNIT_CASE(each_string_follows_the_one_before),
	KUNIT_CASE(all_strings_are_told),
	KUNIT_CASE(what_was_cut_is_said),
	KUNIT_CASE(what_is_held_is_not_in_the_ring),
	KUNIT_CASE(what_is_too_long_to_be_held_is),
	KUNIT_CASE(what_has_no_room_is_dropped_and_counted),
	{}
};

struct kunit_suite record_suite = {
	.name = "record",
	.suite_init = kunit_module_begin,
	.suite_exit = kunit_module_end,
	.test_cases = cases,
};
