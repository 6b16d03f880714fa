/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a record must say, compared to the last byte. Like guest.h: a mismatch
 * fails the cmocka test that called; not for children.
 */
#ifndef YGR_TEST_GUEST_ASSERT_H
#define YGR_TEST_GUEST_ASSERT_H

#include "guest.h"

/* A policy of these rules, each in YAML's flow style: RULES("{ name: r, ... }"). */
#define RULES_1(a)	"version: 1\nname: t\nrules:\n  - " a "\n"
#define RULES_2(a, b)	RULES_1(a) "  - " b "\n"

/* cmocka setup of one test: no policy, no events of earlier tests. */
int guest_fresh(void **state);

/* The string @tag is there, whole, and equal to a literal that may hold NULs. */
#define assert_text(event, tag, literal) \
	assert_text_at(event, tag, literal, sizeof(literal) - 1, __FILE__, __LINE__)

void assert_text_at(const struct guest_event *event, enum ygr_string_tag tag, const char *want,
		    size_t want_bytes, const char *file, int line);

#define assert_no_text(event, tag)	assert_null((event)->text[tag].bytes)

/* @id is what stat() says of @path now; a symbolic link is followed. */
#define assert_file_id(id, path)	assert_file_id_at(id, path, __FILE__, __LINE__)

void assert_file_id_at(const struct ygr_file_id *id, const char *path, const char *file, int line);

/* The record names the rule that decided, the policy of which is @generation. */
void assert_rule(const struct guest_event *event, uint32_t rule_id, const char *name,
		 uint64_t generation);

/* Nothing decided: no rule, no denial. */
void assert_no_rule(const struct guest_event *event);

#endif
