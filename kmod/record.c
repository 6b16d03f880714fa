// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "clock.h"
#include "compact.h"
#include "record.h"
#include "ring.h"
#include "subject.h"

u32 ygr_record_strings_bytes(const struct ygr_event_strings *strings)
{
	u32 bytes = 0;
	u32 i;

	for (i = 0; i < strings->nr; i++)
		bytes += sizeof(struct ygr_string) + ALIGN(strings->list[i].len, 8);
	return bytes;
}

/* @len: a multiple of 8, from anywhere. By words: a call and its set-up would cost more for what is short. */
static void copy_words(u64 *to, const u64 *from, u32 len)
{
	const u64 *end = from + len / 8;

	for (; end - from >= 2; to += 2, from += 2)
		memcpy(to, from, 16);
	if (from != end)
		memcpy(to, from, 8);
}

/* What is left after the whole words of @len bytes, with zeroes after it. */
static __le64 last_word(const char *from, u32 len)
{
	u32 rest = len % 8;
	__le64 last;
	u64 word = 0;

	if (len > 8) {
		memcpy(&last, from + len - 8, 8);
		return cpu_to_le64(le64_to_cpu(last) >> (64 - 8 * rest));
	}
	while (rest--)
		word = word << 8 | (u8)from[rest];
	return cpu_to_le64(word);
}

static void *put_padded(void *to, const char *from, u32 len)
{
	u32 whole = round_down(len, 8);

	copy_words(to, (const void *)from, whole);
	if (whole == len)
		return to + len;
	*(__le64 *)(to + whole) = last_word(from, len);
	return to + whole + 8;
}

bool ygr_record_put_strings(void *where, const struct ygr_event_strings *strings)
{
	bool cut = false;
	u32 i;

	for (i = 0; i < strings->nr; i++) {
		struct ygr_string *string = where;

		string->tag = strings->list[i].tag;
		string->pad = 0;
		string->len = strings->list[i].len;
		string->true_len = strings->list[i].true_len;
		string->pad2 = 0;
		cut |= string->len != string->true_len;
		where = put_padded(string + 1, strings->list[i].bytes, string->len);
	}
	return cut;
}

/* @subject: NULL: the current task */
static __always_inline void *begin(struct task_struct *subject, const struct ygr_event *event,
				   u16 body_len, const struct ygr_event_strings *strings)
{
	enum ygr_class class = event->verdict == YGR_VERDICT_ALLOW ? event->class :
								     YGR_CLASS_DENY;
	u32 bytes = sizeof(struct ygr_record) + body_len + ygr_record_strings_bytes(strings);
	struct ygr_record *record = event->hold ? ygr_noise_hold(event->hold, bytes) : NULL;

	if (!record)
		record = ygr_ring_reserve(bytes, class);
	if (unlikely(!record))
		return NULL;
	record->len = bytes;
	record->type = event->type;
	record->class = class;
	record->verdict = event->verdict;
	record->time_ns = ygr_clock_boot_ns();
	record->flags = event->flags;
	record->rule_id = event->decision.rule_id;
	record->generation = event->generation;
	record->body_len = body_len;
	memset(record->pad, 0, sizeof(record->pad));
	if (unlikely(event->no_subject))
		ygr_subject_fill_nobody(record);
	else if (subject)
		ygr_subject_fill_other(record, subject);
	else
		ygr_subject_fill(record);
	if (ygr_record_put_strings((void *)(record + 1) + body_len, strings))
		record->flags |= YGR_F_TRUNCATED;
	return record + 1;
}

void *ygr_record_begin(const struct ygr_event *event, u16 body_len,
		       const struct ygr_event_strings *strings)
{
	return begin(NULL, event, body_len, strings);
}

void *ygr_record_begin_plain(const struct ygr_event *event, u16 body_len,
			     const struct ygr_event_strings *strings)
{
	const struct ygr_event_path *path = event->path_nr ? &event->paths[0] : NULL;
	struct ygr_context_judge judge __uninitialized;
	void *body;

	if (path && !path->path)
		return NULL;
	judge.generation = event->generation;
	judge.rule_id = event->decision.rule_id;
	if (judge.rule_id) {
		judge.rule_name = event->rule_name;
		judge.rule_alert = event->rule_alert;
	}
	body = ygr_compact_begin(event->type, event->class, &judge, body_len,
				 path ? path->path : NULL, path ? path->child : NULL,
				 ygr_record_strings_bytes(strings));
	if (!body)
		return NULL;
	ygr_compact_of(body)->flags |= event->flags;
	if (strings->nr && ygr_record_put_strings(ygr_compact_strings(body), strings))
		ygr_compact_of(body)->flags |= YGR_F_TRUNCATED;
	return body;
}

void ygr_record_finish(void *to, const void *body, u16 body_len)
{
	copy_words(to, body, body_len);
	ygr_record_commit();
}

void ygr_record_put(const struct ygr_event *event, const void *body, u16 body_len,
		    const struct ygr_event_strings *strings)
{
	void *to = ygr_record_begin(event, body_len, strings);

	if (to)
		ygr_record_finish(to, body, body_len);
}

bool ygr_record_put_of(struct task_struct *subject, const struct ygr_event *event,
		       const void *body, u16 body_len, const struct ygr_event_strings *strings)
{
	void *to = begin(subject, event, body_len, strings);

	if (!to)
		return false;
	copy_words(to, body, body_len);
	ygr_record_commit();
	return true;
}
