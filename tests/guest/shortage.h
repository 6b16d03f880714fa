/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that runs out, for yagura.ko and for nobody else (fault/fault.c). Functions here
 * fail the cmocka test that called: not for children.
 */
#ifndef YGR_TEST_SHORTAGE_H
#define YGR_TEST_SHORTAGE_H

#include <stdbool.h>
#include <sys/types.h>

struct shortage {
	unsigned int seen;	/* allocations of the module */
	unsigned int failed;	/* how many of them failed */
	char site[128];		/* where the first of these was */
};

/* Return: false: not on this kernel, which then says so. */
bool shortage_load(void);
void shortage_unload(void);

/* Whose calls count from now on. 0: everybody's. At first, this process and its children. */
void shortage_watch(pid_t tgid);

/* Only what a function of the module with this in its name asks for counts from now on. "": all. */
void shortage_limit(const char *function);

/*
 * From the @from-th allocation on there is no memory, until shortage_end(). Nothing is opened
 * between the two, so that only what the test does itself is counted.
 */
void shortage_begin(unsigned int from);
struct shortage shortage_end(void);

/*
 * What a caller sees when memory runs out at the first allocation of @attempt, at
 * the second, and so on until it lasts. After each, @check is told what @attempt returned.
 *
 * @attempt: asserts nothing
 *
 * Return: how many allocations it takes when there is memory.
 */
unsigned int shortage_sweep(int (*attempt)(void *arg),
			    void (*check)(void *arg, int returned, const struct shortage *shortage),
			    void *arg);

#endif
