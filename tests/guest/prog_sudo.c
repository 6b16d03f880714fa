// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog_sudo COMMAND [ARG...] - the command as root, for a guest that has no sudo: set-user-ID
 * root there, and it asks nobody for anything.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		return 1;
	if (setgid(0) || setgroups(0, NULL) || setuid(0)) {
		fprintf(stderr, "sudo: %s\n", strerror(errno));
		return 1;
	}
	execvp(argv[1], argv + 1);
	fprintf(stderr, "sudo: %s: %s\n", argv[1], strerror(errno));
	return 1;
}
