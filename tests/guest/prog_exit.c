// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog_exit [STATUS|SIGNAL-NAME] - a program to be executed, copied and denied:
 * ends with STATUS (default 0), or kills itself with "SEGV" or "KILL".
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		return 0;
	if (!strcmp(argv[1], "SEGV"))
		raise(SIGSEGV);
	if (!strcmp(argv[1], "KILL"))
		raise(SIGKILL);
	return atoi(argv[1]);
}
