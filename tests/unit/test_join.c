// SPDX-License-Identifier: GPL-2.0-only
/* Compact records and what they refer to, good and bad. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "join.h"
#include "ring_fake.h"
#include "ring_reader.h"

#define RING_BYTES	65536u
#define SEGMENT_BYTES	(RING_BYTES / YGR_RING_SEGMENT_NR)

struct fixture {
	struct ring_fake fake;
	struct ygr_ring_reader reader;
	struct record_fake context;
	uint64_t context_pos, directory_pos;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct ygr_ring_map map;

	ring_fake_init(&fixture->fake, 1, RING_BYTES);
	map = ring_fake_map(&fixture->fake);
	assert_int_equal(ygr_ring_reader_init(&fixture->reader, &map, NULL), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	ring_fake_exit(&fixture->fake);
	free(fixture);
	return 0;
}

static void put_context(struct fixture *fixture)
{
	struct ygr_record *head = &fixture->context.head;

	record_fake_begin(&fixture->context, YGR_EV_CONTEXT, 0, 0);
	head->start_ns = 77;
	head->tgid = 12;
	head->tid = 13;
	head->uid = 1000;
	head->mnt_ns = 4026531841u;
	head->generation = 5;
	memcpy(head->comm, "find", 5);
	fixture->context_pos = fixture->fake.head;
	ring_fake_put_raw(&fixture->fake, fixture->context.bytes, head->len);
}

static void put_directory(struct fixture *fixture, const char *path)
{
	struct { struct ygr_ring_directory head; char path[256]; } directory = {
		.head = { .type = YGR_EV_DIRECTORY, .path_len = (uint32_t)strlen(path) },
	};

	strcpy(directory.path, path);
	directory.head.len = sizeof(directory.head) + ((directory.head.path_len + 7) & ~7u);
	fixture->directory_pos = fixture->fake.head;
	ring_fake_put_raw(&fixture->fake, &directory, directory.head.len);
}

struct compact {
	struct ygr_ring_compact head;
	uint8_t rest[512];
};

/* An open of @name, with an XATTR behind it for what else a record may have. */
static struct compact make(const struct fixture *fixture, const char *name, const char *xattr)
{
	struct ygr_body_file body = { .file.ino = 4711, .open_flags = 1 };
	struct compact compact = {
		.head = {
			.type = YGR_EV_OPEN, .class = YGR_CLASS_FILE, .verdict = YGR_RING_COMPACT,
			.seq = fixture->fake.seq, .time_ns = 99, .flags = YGR_F_COMPAT,
			.body_len = sizeof(body), .name_len = (uint16_t)strlen(name),
			.context_back = (uint32_t)(fixture->fake.head - fixture->context_pos),
			.directory_back = (uint32_t)(fixture->fake.head - fixture->directory_pos),
		},
	};
	uint8_t *to = compact.rest;

	memcpy(to, &body, sizeof(body));
	to += sizeof(body);
	memcpy(to, name, strlen(name));
	to += (strlen(name) + 7) & ~7ul;
	if (xattr) {
		struct ygr_string string = { .tag = YGR_STR_XATTR, .len = (uint32_t)strlen(xattr),
					     .true_len = (uint32_t)strlen(xattr) };

		memcpy(to, &string, sizeof(string));
		memcpy(to + sizeof(string), xattr, string.len);
		to += sizeof(string) + ((string.len + 7) & ~7u);
	}
	compact.head.len = (uint32_t)(to - (uint8_t *)&compact);
	return compact;
}

static void put(struct fixture *fixture, struct compact *compact)
{
	fixture->fake.seq++;
	ring_fake_put_raw(&fixture->fake, compact, compact->head.len);
}

static const struct ygr_record_view *next(struct fixture *fixture)
{
	ygr_ring_reader_refresh(&fixture->reader);
	return ygr_ring_reader_peek(&fixture->reader);
}

static void assert_path(const struct ygr_record_view *view, const char *path)
{
	assert_non_null(view);
	assert_int_equal(view->strings[YGR_STR_PATH].len, strlen(path));
	assert_int_equal(view->strings[YGR_STR_PATH].true_len, strlen(path));
	assert_memory_equal(view->strings[YGR_STR_PATH].bytes, path, strlen(path));
}

static void test_all_of_it(void **state)
{
	struct fixture *fixture = *state;
	const struct ygr_record_view *view;
	struct compact compact;

	put_context(fixture);
	put_directory(fixture, "/usr/share/doc/");
	compact = make(fixture, "copyright", "user.x");
	put(fixture, &compact);
	view = next(fixture);
	assert_path(view, "/usr/share/doc/copyright");
	assert_int_equal(view->head->type, YGR_EV_OPEN);
	assert_int_equal(view->head->class, YGR_CLASS_FILE);
	assert_int_equal(view->head->verdict, YGR_VERDICT_ALLOW);
	assert_int_equal(view->head->seq, 0);
	assert_int_equal(view->head->time_ns, 99);
	assert_int_equal(view->head->flags, YGR_F_COMPAT);
	assert_int_equal(view->head->start_ns, 77);
	assert_int_equal(view->head->tgid, 12);
	assert_int_equal(view->head->tid, 13);
	assert_int_equal(view->head->uid, 1000);
	assert_int_equal(view->head->mnt_ns, 4026531841u);
	assert_int_equal(view->head->generation, 5);
	assert_string_equal(view->head->comm, "find");
	assert_int_equal(view->head->body_len, sizeof(struct ygr_body_file));
	assert_int_equal(view->body.file.file.ino, 4711);
	assert_int_equal(view->body.file.open_flags, 1);
	assert_int_equal(view->strings[YGR_STR_XATTR].len, 6);
	assert_memory_equal(view->strings[YGR_STR_XATTR].bytes, "user.x", 6);
	ygr_ring_reader_take(&fixture->reader);
	assert_null(next(fixture));
	/* What is no event is in no account. */
	assert_int_equal(fixture->reader.taken_nr, 1);
	assert_int_equal(fixture->reader.next_seq, 1);
	assert_int_equal(fixture->reader.pos, fixture->fake.head);
	assert_int_equal(fixture->reader.invalid_nr, 0);
}

/* Names of each length up to two words, in the root as well. */
static void test_names(void **state)
{
	static const char letters[] = "abcdefghijklmnopq";
	struct fixture *fixture = *state;

	put_context(fixture);
	put_directory(fixture, "/");
	for (size_t len = 1; len < sizeof(letters); len++) {
		char name[32] = "", path[33];
		struct compact compact;

		memcpy(name, letters, len);
		sprintf(path, "/%s", name);
		compact = make(fixture, name, NULL);
		put(fixture, &compact);
		assert_path(next(fixture), path);
		ygr_ring_reader_take(&fixture->reader);
	}
}

static void test_without_a_path(void **state)
{
	struct fixture *fixture = *state;
	struct compact compact;

	put_context(fixture);
	compact = make(fixture, "", NULL);
	compact.head.directory_back = 0;
	put(fixture, &compact);
	assert_non_null(next(fixture));
	assert_null(fixture->reader.view.strings[YGR_STR_PATH].bytes);
}

/* A rule's name and the like are the context's. */
static void test_strings_of_the_context(void **state)
{
	struct fixture *fixture = *state;
	struct record_fake context;
	struct compact compact;

	record_fake_begin(&context, YGR_EV_CONTEXT, 0, 0);
	context.head.rule_id = 3;
	record_fake_string(&context, YGR_STR_RULE, "watch", 5);
	fixture->context_pos = fixture->fake.head;
	ring_fake_put_raw(&fixture->fake, context.bytes, context.head.len);
	put_directory(fixture, "/a/");
	compact = make(fixture, "b", "x");
	put(fixture, &compact);
	assert_path(next(fixture), "/a/b");
	assert_int_equal(fixture->reader.view.head->rule_id, 3);
	assert_memory_equal(fixture->reader.view.strings[YGR_STR_RULE].bytes, "watch", 5);
	assert_memory_equal(fixture->reader.view.strings[YGR_STR_XATTR].bytes, "x", 1);
}

/* Whoever begins at the record finds what lies before it. */
static void test_reader_that_starts_there(void **state)
{
	struct fixture *fixture = *state;
	struct ygr_ring_map map = ring_fake_map(&fixture->fake);
	struct compact compact;

	put_context(fixture);
	put_directory(fixture, "/a/");
	fixture->fake.consumer->tail = fixture->fake.head;
	compact = make(fixture, "b", NULL);
	put(fixture, &compact);
	assert_int_equal(ygr_ring_reader_init(&fixture->reader, &map, NULL), 0);
	assert_path(next(fixture), "/a/b");
}

/* What is void is nothing, compact or not. */
static void test_void(void **state)
{
	struct fixture *fixture = *state;
	struct compact compact;

	put_context(fixture);
	put_directory(fixture, "/a/");
	compact = make(fixture, "b", NULL);
	compact.head.type = YGR_EV_VOID;
	ring_fake_put_raw(&fixture->fake, &compact, compact.head.len);
	compact = make(fixture, "c", NULL);
	put(fixture, &compact);
	assert_path(next(fixture), "/a/c");
	assert_int_equal(fixture->reader.invalid_nr, 0);
}

/* Across the end of the ring, and with positions beyond its size. */
static void test_wraps(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned int i = 0; i < 3000; i++) {
		struct compact compact;

		if (i % 3 == 0)
			put_context(fixture);
		if (i % 5 == 0)
			put_directory(fixture, i % 2 ? "/usr/lib/" : "/");
		compact = make(fixture, "name-of-it", NULL);
		put(fixture, &compact);
		assert_path(next(fixture), i / 5 * 5 % 2 ? "/usr/lib/name-of-it" : "/name-of-it");
		ygr_ring_reader_take(&fixture->reader);
		ygr_ring_reader_release(&fixture->reader, fixture->reader.pos);
	}
	assert_int_equal(fixture->reader.taken_nr, 3000);
	assert_int_equal(fixture->reader.lost, 0);
}

/* ---- bad ones: counted as lost, and what follows is found ---- */

static void spoil_context_type(struct fixture *f, struct compact *c) { (void)f; c->head.context_back -= 8; }
static void spoil_no_context(struct fixture *f, struct compact *c) { (void)f; c->head.context_back = 0; }
static void spoil_odd_context(struct fixture *f, struct compact *c) { (void)f; c->head.context_back += 4; }
static void spoil_context_before_all(struct fixture *f, struct compact *c)
{
	c->head.context_back = (uint32_t)f->fake.head + 8;
}
static void spoil_far_context(struct fixture *f, struct compact *c)
{
	(void)f;
	c->head.context_back = 2 * SEGMENT_BYTES + 8;
}
static void spoil_directory_type(struct fixture *f, struct compact *c)
{
	(void)f;
	c->head.directory_back = c->head.context_back;
}
static void spoil_name_alone(struct fixture *f, struct compact *c) { (void)f; c->head.directory_back = 0; }
static void spoil_body(struct fixture *f, struct compact *c) { (void)f; c->head.body_len = 512; }
static void spoil_odd_body(struct fixture *f, struct compact *c) { (void)f; c->head.body_len = 12; }
static void spoil_name(struct fixture *f, struct compact *c) { (void)f; c->head.name_len = 255; }
static void spoil_class(struct fixture *f, struct compact *c) { (void)f; c->head.class = 200; }
static void spoil_context_len(struct fixture *f, struct compact *c)
{
	(void)c;
	((struct ygr_record *)(f->fake.data + f->context_pos))->len = 4096;
}
static void spoil_context_body(struct fixture *f, struct compact *c)
{
	(void)c;
	((struct ygr_record *)(f->fake.data + f->context_pos))->body_len = 8;
}
static void spoil_path_len(struct fixture *f, struct compact *c)
{
	(void)c;
	((struct ygr_ring_directory *)(f->fake.data + f->directory_pos))->path_len = 100;
}

static void test_bad(void **state)
{
	static void (*const spoil[])(struct fixture *, struct compact *) = {
		spoil_context_type, spoil_no_context, spoil_odd_context, spoil_context_before_all,
		spoil_far_context, spoil_directory_type, spoil_name_alone, spoil_body, spoil_odd_body,
		spoil_name, spoil_class, spoil_context_len, spoil_context_body, spoil_path_len,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
		void *own;
		struct fixture *fixture;
		struct record_fake after;
		struct compact compact;

		set_up(&own);
		fixture = own;
		put_context(fixture);
		put_directory(fixture, "/a/");
		compact = make(fixture, "good", NULL);
		put(fixture, &compact);
		assert_path(next(fixture), "/a/good");
		ygr_ring_reader_take(&fixture->reader);
		compact = make(fixture, "bad", NULL);
		spoil[i](fixture, &compact);
		put(fixture, &compact);
		record_fake_begin(&after, YGR_EV_EXIT, YGR_CLASS_EXIT, 100);
		ring_fake_put(&fixture->fake, &after);
		assert_non_null(next(fixture));
		assert_int_equal(fixture->reader.view.head->type, YGR_EV_EXIT);
		assert_int_equal(fixture->reader.invalid_nr, 1);
		ygr_ring_reader_take(&fixture->reader);
		assert_int_equal(fixture->reader.lost, 1);
		tear_down(&own);
	}
}

static void test_bad_length(void **state)
{
	static const uint32_t lengths[] = { 8, 39, 41, 40 + 7, 1 << 20, 0xfffffff8 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		void *own;
		struct fixture *fixture;
		struct compact compact;
		uint32_t len;

		set_up(&own);
		fixture = own;
		put_context(fixture);
		put_directory(fixture, "/a/");
		compact = make(fixture, "bad", NULL);
		len = compact.head.len;
		compact.head.len = lengths[i];
		ring_fake_put_raw(&fixture->fake, &compact, len);
		assert_null(next(fixture));
		assert_int_equal(fixture->reader.invalid_nr, 1);
		assert_int_equal(fixture->reader.pos, fixture->reader.head);
		tear_down(&own);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_of_it),
		TEST(test_names),
		TEST(test_without_a_path),
		TEST(test_strings_of_the_context),
		TEST(test_reader_that_starts_there),
		TEST(test_void),
		TEST(test_wraps),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_bad_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
