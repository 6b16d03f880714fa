/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs, exit codes and messages: what all commands of yaguractl share. */
#ifndef YGR_CLI_H
#define YGR_CLI_H

enum ygr_cli_exit {
	YGR_EXIT_OK	= 0,
	YGR_EXIT_FAULT	= 1,	/* bad input, a fault found, or any other failure */
	YGR_EXIT_USAGE	= 2,
	YGR_EXIT_DEVICE	= 3,	/* no module, or no permission to speak to it */
	YGR_EXIT_INTERRUPTED = 4, /* a signal ended it, and it cleaned up and told what it had done */
	YGR_EXIT_CHANGE	= 5,	/* policy apply --check: there is something to do */
};

struct ygr_verb {
	const char *name;
	int (*run)(int argc, char **argv);	/* argv[0] is the verb; returns the exit code */
	const char *arguments;
	const char *help;
	int is_group;		/* has verbs of its own, and its own --help */
};

/* Verbs end with one without a name. `command` is what stands before the verb. */
int ygr_cli_run(const char *command, const struct ygr_verb *verbs, int argc, char **argv);

/* "yaguractl: ..." on stderr, with a newline; returns the exit code given. */
int ygr_cli_fail(enum ygr_cli_exit code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A usage error after getopt said what is wrong, or after a sentence.
 * Return: YGR_EXIT_USAGE.
 */
int ygr_cli_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A status handle, or what is wrong told on stderr and -1. */
int ygr_cli_open_device(void);
/* Likewise, of a module of any ABI version: ygr_device_open_any(). */
int ygr_cli_open_any_device(void);

/* Every byte must have arrived: a full disk behind stdout is a failure. */
int ygr_cli_finish_output(int code);

#endif
