/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program run to its end, and what it said.
 *
 *	struct command said;
 *
 *	command_run(&said, "/t/yaguractl", "version");
 *	assert_int_equal(said.status, 0);
 *	command_free(&said);
 *
 * What goes wrong in starting it fails the cmocka test that called.
 */
#ifndef YGR_TEST_COMMAND_H
#define YGR_TEST_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct command {
	int status;		/* exit status; 128 + signal; -ETIMEDOUT */
	char *out;		/* standard output; NUL-terminated */
	size_t out_bytes;
	char *err;		/* standard error */
};

/* Also takes the memory of an earlier run, if @command is zeroed at first. */
#define command_run(command, ...) \
	command_run_as(command, 0, (const char *const[]){ __VA_ARGS__, NULL })

/* As @uid and the gid of the same number, without other groups. */
void command_run_as(struct command *command, uid_t uid, const char *const argv[]);

void command_free(struct command *command);

/*
 * The status, and a text that its standard error (of a failure) or output (of
 * a success) must contain. What it said instead is printed.
 */
#define assert_command(command, status, text) \
	assert_command_at(command, status, text, __FILE__, __LINE__)

void assert_command_at(const struct command *command, int status, const char *text,
		       const char *file, int line);

#endif
