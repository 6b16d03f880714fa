// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "cli.h"
#include "commands.h"

int ygr_cmd_spool(int argc, char **argv)
{
	static const struct ygr_verb verbs[] = {
		{ "list", ygr_cmd_spool_list, "[--spool DIR | FILE...] [--json]",
		  "a line per segment: batches, events, bytes, times", 0 },
		{ "cat", ygr_cmd_spool_cat, "[--spool DIR | FILE...] [--format F] [--where EXPR] [--since TIME] [--until TIME] [--follow] | --totals",
		  "print the events, or add them up: produced = recorded + dropped", 0 },
		{ "verify", ygr_cmd_spool_verify, "[--spool DIR | FILE...]",
		  "check every byte, the chain of batches and their counts", 0 },
		{ .name = NULL },
	};

	return ygr_cli_run("yaguractl spool", verbs, argc, argv);
}
