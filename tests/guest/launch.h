/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs, scripts and their launch, for the tests of exec. prog_exit ends
 * with a status that no errno has, so the status of a launch says whether the
 * program has run or was refused, and why.
 */
#ifndef YGR_TEST_LAUNCH_H
#define YGR_TEST_LAUNCH_H

#include "guest_assert.h"

#define PROG		"/t/prog_exit"
#define COPY		"/tmp/exec_copy"
#define LINK		"/tmp/exec_link"
#define SCRIPT		"/tmp/exec_script"	/* its interpreter is PROG */
#define OUTER		"/tmp/exec_outer"	/* its interpreter is SCRIPT */
#define RAN		"142"			/* for prog_exit */
#define RAN_STATUS	142

struct launch {
	const char *cwd;	/* NULL: stay */
	const char *file;	/* NULL: the open file fd */
	int fd;
	char *const *argv;
	char *const *envp;	/* NULL: none */
	uid_t uid;		/* and the gid of the same number; 0: stay */
};

/* cmocka setup of a group: the files above, and guest_setup(). */
int launch_setup(void **state);

/* In a child: execute. @arg: a struct launch. Return: errno of the exec that failed. */
int launch_child(void *arg);

/* Launches in a child, whose status must be @want_status. Return: its pid. */
pid_t launch(const struct launch *what, int want_status);

/* The same for @file with the one argument that makes it end with RAN_STATUS. */
pid_t launch_plain(const char *file, int want_status);

/* The one EXEC of a process. */
const struct guest_event *expect_exec(struct guest *guest, pid_t pid);

/* Its end comes after all else of it: then nothing more is to come. */
void expect_exit(struct guest *guest, pid_t pid);

/* The one EXEC_CHECK of a process, a denial; there was no EXEC. */
const struct guest_event *expect_denied_exec(struct guest *guest, pid_t pid);

/* The SHA-256 of a file, by busybox: programs must be allowed to run. Not for children. */
struct hash {
	char hex[65];
};

struct hash hash_of(const char *path);

/* A copy of PROG in an open file, or by name. May be called in a child. Return: 0 or -1. */
int copy_prog(int to);
int make_copy(const char *path);

#endif
