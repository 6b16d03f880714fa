// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "guest_assert.h"

int guest_fresh(void **state)
{
	guest_policy_clear(*state);
	guest_forget(*state);
	return 0;
}

static void print_bytes(const char *what, const char *bytes, size_t nr)
{
	printf("# %s %zu bytes: \"", what, nr);
	for (size_t i = 0; i < nr; i++)
		printf(bytes[i] >= ' ' && bytes[i] < 0x7f ? "%c" : "\\x%02x", (unsigned char)bytes[i]);
	puts("\"");
}

void assert_text_at(const struct guest_event *event, enum ygr_string_tag tag, const char *want,
		    size_t want_bytes, const char *file, int line)
{
	const struct guest_text *text = &event->text[tag];

	if (text->bytes && text->len == want_bytes && text->true_len == want_bytes &&
	    !memcmp(text->bytes, want, want_bytes))
		return;
	guest_event_print(event);
	print_bytes("wanted", want, want_bytes);
	if (text->bytes)
		print_bytes("there:", text->bytes, text->len);
	printf("# true length %u\n", text->true_len);
	_fail(file, line);
}

static uint64_t to_ns(struct timespec ts)
{
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

void assert_file_id_at(const struct ygr_file_id *id, const char *path, const char *file, int line)
{
	struct ygr_file_id want = { .ino_generation = id->ino_generation };
	struct stat st;

	if (stat(path, &st))
		fail_msg("%s:%d: stat %s failed", file, line, path);
	/* stat() tells no generation; tmpfs and ramfs do not tell it at all. */
	want.ino = st.st_ino;
	want.dev_major = major(st.st_dev);
	want.dev_minor = minor(st.st_dev);
	want.mode = st.st_mode;
	want.uid = st.st_uid;
	want.gid = st.st_gid;
	want.size = st.st_size;
	want.mtime_ns = to_ns(st.st_mtim);
	want.ctime_ns = to_ns(st.st_ctim);
	if (!memcmp(id, &want, sizeof(want)))
		return;
	printf("# file: ino %" PRIu64 " dev %u:%u mode %o uid %u gid %u size %" PRIu64 " mtime %" PRIu64
	       " ctime %" PRIu64 "\n", (uint64_t)id->ino, id->dev_major, id->dev_minor, id->mode, id->uid,
	       id->gid, (uint64_t)id->size, (uint64_t)id->mtime_ns, (uint64_t)id->ctime_ns);
	printf("# %s: ino %" PRIu64 " dev %u:%u mode %o uid %u gid %u size %" PRIu64 " mtime %" PRIu64
	       " ctime %" PRIu64 "\n", path, (uint64_t)want.ino, want.dev_major, want.dev_minor, want.mode,
	       want.uid, want.gid, (uint64_t)want.size, (uint64_t)want.mtime_ns, (uint64_t)want.ctime_ns);
	_fail(file, line);
}

void assert_rule(const struct guest_event *event, uint32_t rule_id, const char *name,
		 uint64_t generation)
{
	assert_int_equal(event->head.rule_id, rule_id);
	assert_int_equal(event->head.generation, generation);
	assert_text_at(event, YGR_STR_RULE, name, strlen(name), __FILE__, __LINE__);
}

void assert_no_rule(const struct guest_event *event)
{
	assert_int_equal(event->head.rule_id, 0);
	assert_int_equal(event->head.verdict, YGR_VERDICT_ALLOW);
	assert_no_text(event, YGR_STR_RULE);
}
