// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/string.h>

#include "record.h"
#include "ring.h"
#include "subject.h"

static u32 bytes_of(const struct ygr_event_strings *strings)
{
	u32 bytes = 0;
	u32 i;

	for (i = 0; i < strings->nr; i++)
		bytes += sizeof(struct ygr_string) + ALIGN(strings->list[i].len, 8);
	return bytes;
}

/* By words: most strings are short, and a call and its set-up would cost more. */
static void *put_padded(u64 *to, const char *from, u32 len)
{
	u64 last = 0;

	for (; len >= 8; len -= 8, from += 8)
		memcpy(to++, from, 8);
	if (!len)
		return to;
	while (len--)
		last = last << 8 | (u8)from[len];
	*to++ = cpu_to_le64(last);
	return to;
}

/* Return: whether one of them was cut. */
static bool put_strings(void *where, const struct ygr_event_strings *strings)
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
		where = put_padded((u64 *)(string + 1), strings->list[i].bytes, string->len);
	}
	return cut;
}

void ygr_record_put(const struct ygr_event *event, const void *body, u16 body_len,
		    const struct ygr_event_strings *strings)
{
	enum ygr_class class = event->verdict == YGR_VERDICT_ALLOW ? event->class :
								     YGR_CLASS_DENY;
	u32 bytes = sizeof(struct ygr_record) + body_len + bytes_of(strings);
	struct ygr_record *record = ygr_ring_reserve(bytes, class);

	if (!record)
		return;
	record->len = bytes;
	record->type = event->type;
	record->class = class;
	record->verdict = event->verdict;
	record->time_ns = ktime_get_boot_fast_ns();
	record->flags = event->flags;
	record->rule_id = event->decision.rule_id;
	record->generation = event->generation;
	record->body_len = body_len;
	memset(record->pad, 0, sizeof(record->pad));
	ygr_subject_fill(record);
	put_padded((u64 *)(record + 1), body, body_len);
	if (put_strings((void *)(record + 1) + body_len, strings))
		record->flags |= YGR_F_TRUNCATED;
	ygr_ring_commit();
}
