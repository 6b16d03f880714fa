/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random policies and events, of all fields and kinds of item.
 *
 * Names, numbers and networks are few and short, so that rules overlap, nest,
 * exclude one another and miss by one. The same choices give the same policy. It
 * builds in the kernel, too.
 */
#ifndef YGR_TEST_POLICY_RANDOM_H
#define YGR_TEST_POLICY_RANDOM_H

#include "policy_draft.h"
#include "policy_reference.h"

/* Where choices come from: the bytes, and when they are used up, the state. */
struct choices {
	const __u8 *bytes;
	size_t left;
	__u64 state;		/* not 0 */
};

/* Return: 0 .. @nr - 1. */
__u32 choose(struct choices *choices, __u32 nr);

#define RANDOM_RULES_MAX	24

/* One that verifies; an index of it exists unless some key is chosen very often. */
void random_policy(struct choices *choices, struct draft *draft);

/* A path; room for RANDOM_TEXT_BYTES. */
#define RANDOM_TEXT_BYTES	80
void random_path(struct choices *choices, char *path);

/* A glob of a path, @first being its first byte. */
void random_glob(struct choices *choices, char first, char *glob);

#define RANDOM_ANCESTORS	3

/* An event, and room for what it points to. */
struct random_event {
	struct ygr_match_event match;
	struct ygr_reference_event reference;
	struct ygr_match_text ancestors[RANDOM_ANCESTORS];
	struct ygr_subject_bits bits[4];
	char path[YGR_MATCH_PATHS_MAX][RANDOM_TEXT_BYTES];
	char name[3 + RANDOM_ANCESTORS][RANDOM_TEXT_BYTES];
	char argv[RANDOM_TEXT_BYTES];
	char unix_name[RANDOM_TEXT_BYTES];
	__u8 sha256[32];
	__u8 verity[32];
	__u8 addr[16];
};

/* @index: for the bits of the process's programs and cgroup */
void random_event(struct choices *choices, const struct ygr_policy_index *index,
		  struct random_event *event);

enum random_directory {
	RANDOM_DIRECTORY_UNASKED,	/* the event is not about one file with an ordinary path */
	RANDOM_DIRECTORY_DEPENDS,
	RANDOM_DIRECTORY_RIGHT,
	RANDOM_DIRECTORY_WRONG,
};

/* What is said of the directory of @event's file, of which @decision was made. */
enum random_directory random_event_directory(const struct ygr_policy_index *index,
					     const struct random_event *event,
					     const struct ygr_decision *decision);

/*
 * What the matcher and the reference say of @event: decisions and the rules that held.
 *
 * Return: whether they are alike, and what is said of a directory is not wrong.
 */
bool random_event_agrees(const struct ygr_policy_index *index, const struct random_event *event,
			 struct ygr_decision *quick, struct ygr_decision *slow);

#endif
