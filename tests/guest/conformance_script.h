/* SPDX-License-Identifier: GPL-2.0-only */
/* What an actor of the conformance suite is to do: the arguments of prog_play for an event. */
#ifndef YGR_TEST_CONFORMANCE_SCRIPT_H
#define YGR_TEST_CONFORMANCE_SCRIPT_H

#include "conformance_prop.h"

#define SCRIPT_PLAYER		PROP_DIR "/player"	/* prog_play, to be linked */
#define SCRIPT_LABEL_DIR	"/.label/"	/* to write to a file in it gives its label */
#define SCRIPT_STEPS_MAX	96
#define SCRIPT_TEXT_BYTES	4096

struct script {
	const struct ygr_policy_event *event;
	const struct ygr_match_event *match;
	const char *root;
	const struct prop *prop;
	unsigned int step_nr;
	char	*steps[SCRIPT_STEPS_MAX + 1];	/* the first is the program; ends in NULL */
	size_t	 text_used;
	char	 text[SCRIPT_TEXT_BYTES];	/* where they are */
};

/*
 * In a child, as prop_make(); makes the programs that it needs in @root. All that is given must
 * outlive the script.
 */
void script_write(struct script *script, const struct ygr_policy_event *event, const char *root,
		  const struct prop *prop);

#endif
