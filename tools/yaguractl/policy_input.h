/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that a policy is made of: the one that was asked for, those that it
 * includes, those that its lists name. Each has a number, by which places
 * (policy_place.h) and mistakes name it.
 */
#ifndef YGR_POLICY_INPUT_H
#define YGR_POLICY_INPUT_H

#include <stdint.h>

#include "policy_host.h"
#include "text_error.h"

#define YGR_POLICY_INPUTS_MAX	1024
#define YGR_POLICY_INPUT_DEPTH_MAX 8	/* files that include one another */

struct ygr_policy_input {
	char *name;		/* as it was reached: relative names are from where the tool runs */
	char *text;
	size_t bytes;
	uint32_t parent;	/* the input that named it */
	uint32_t depth;		/* 1: the file itself */
};

/* All zero: empty. */
struct ygr_policy_inputs {
	struct ygr_policy_input *item;
	uint32_t nr;
	uint32_t cap;
};

/*
 * The file that was asked for, as number 0; @text is the caller's and copied. NULL: it is a
 * directory, whose files come next. Return: 0 or -ENOMEM.
 */
int ygr_policy_inputs_start(struct ygr_policy_inputs *inputs, const char *name, const char *text,
			    size_t bytes);

/*
 * Read a file that input @parent names, relative to the directory of that input.
 *
 * Return: its number; -ELOOP: it is @parent or led to it; -EEXIST: it was read
 * before; -EMLINK: too deep; -ENFILE: too many; else as host->read_file.
 */
int ygr_policy_inputs_read(struct ygr_policy_inputs *inputs, uint32_t parent, const char *name,
			   const struct ygr_policy_host *host);

/* From now on, mistakes are those of this input. Return: the input until now. */
uint32_t ygr_policy_inputs_enter(const struct ygr_policy_inputs *inputs, uint32_t number,
				 struct ygr_text_errors *errors);

/* Frees its memory; it is empty then. */
void ygr_policy_inputs_exit(struct ygr_policy_inputs *inputs);

#endif
