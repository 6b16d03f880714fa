/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One case of the conformance suite as it really happens: a process with that history, in a root
 * folder of its own so that files can have any name, waits for the word and then makes the one
 * system call. What is before the word is judged by another policy.
 */
#ifndef YGR_TEST_CONFORMANCE_STAGE_H
#define YGR_TEST_CONFORMANCE_STAGE_H

#include "../conformance/cases.h"
#include "guest.h"
#include "policy_event.h"

#define STAGE_FAILED	(-1)		/* status: there was no event */

struct stage {
	const struct conformance_case *one;
	struct ygr_policy_event *event;	/* what the case says, understood */
	pid_t pid;			/* the actor, or who will pass on its status; 0: none */
	int cue;
	uint32_t tgid;			/* of the actor */
};

/*
 * The case must not be marked. Fails the cmocka test if it makes no sense; what else goes wrong, the
 * actor says on stderr, and stage_await() notices.
 *
 * @number: of no other stage
 */
void stage_start(struct stage *stage, const struct conformance_case *one, unsigned int number);

/* Return: whether the actor waits for the word. */
bool stage_await(struct stage *stage);

/* The word. Return: status of the actor: 0, errno, 128 + signal, PROGRAM_RAN; STAGE_FAILED. */
int stage_play(struct stage *stage);

/* May be called of one that was not started or has been played. */
void stage_end(struct stage *stage);

/* What all cases together need of the machine. Fails the cmocka test. */
void stage_setup(void);
void stage_teardown(void);

#endif
