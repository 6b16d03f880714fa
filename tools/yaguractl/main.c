// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "commands.h"

static const struct ygr_verb verbs[] = {
	{ "status", ygr_cmd_status, "[--json]",
	  "the module, its hooks and rings, the policy, the daemon", 0 },
	{ "doctor", ygr_cmd_doctor, "[--json] [--all] [--sysroot DIR] [--status FILE] [--run DIR]",
	  "what keeps the sensor from its work on this machine, and what mends it", 0 },
	{ "policy", ygr_cmd_policy, "check | load | apply | show | clear",
	  "check, load, print or remove the policy", 1 },
	{ "watch", ygr_cmd_watch, "[--spool DIR] [--all] [--format F] [--where EXPR] [--type T[,T]] [--denied] [--since TIME]",
	  "follow the events live", 0 },
	{ "top", ygr_cmd_top, "[--interval SECONDS] [--sort events|denied|name] [--batch] [--count N] [--json] [--spool DIR] [--all] [--status FILE] [--run DIR]",
	  "how many events there are a second, and whose", 0 },
	{ "spool", ygr_cmd_spool, "list | cat | verify",
	  "read what the daemon has stored", 1 },
	{ "metrics", ygr_cmd_metrics, "[--textfile PATH]",
	  "the status as OpenMetrics, or as a file for node_exporter", 0 },
	{ "bench", ygr_cmd_bench, "[--mix KIND=N,...] [--duration S] [--threads N] [--rate N | --rate max] [--objects N] [--baseline FILE] [--run DIR] [--json]",
	  "make calls that the sensor sees, and measure what it adds to them", 0 },
	{ "stop", ygr_cmd_stop, "--yes",
	  "let go of all hooks, for good: before the module is unloaded or replaced", 0 },
	{ "mappings", ygr_cmd_mappings, "",
	  "which field of ECS, OCSF and Sigma comes from which of ours", 0 },
	{ "version", ygr_cmd_version, "",
	  "version of this tool and of the formats it speaks", 0 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return ygr_cmd_version(1, argv);
	return ygr_cli_run("yaguractl", verbs, argc, argv);
}
