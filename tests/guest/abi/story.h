/* SPDX-License-Identifier: GPL-2.0-only */
/* How prog_32 and prog_x32 end (story.c). */
#ifndef YGR_TEST_ABI_STORY_H
#define YGR_TEST_ABI_STORY_H

enum {
	STORY_OVER	= 42,
	STORY_FAILED	= 100,	/* and one of: */
	STORY_OPEN	= 1,
	STORY_CONNECT,
	STORY_PERSONALITY,
	STORY_SETNS,
	STORY_FORK,
	STORY_VM_WRITE,
	STORY_EXEC,		/* or the child was not written into */
};

#endif
