// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "cli.h"
#include "commands.h"

int ygr_cmd_policy(int argc, char **argv)
{
	static const struct ygr_verb verbs[] = {
		{ "check", ygr_cmd_policy_check, "FILE [--strict]",
		  "compile the file, or the *.yaml of a directory, and say every mistake; nothing is loaded", 0 },
		{ "diff", ygr_cmd_policy_diff, "FILE [FILE]",
		  "what loading the (first) file would change in the policy in force (in the second)", 0 },
		{ "test", ygr_cmd_policy_test, "FILE [--spool DIR | SEGMENT...] [--samples N] [--json]",
		  "what the file would have done to the events that were recorded", 0 },
		{ "explain", ygr_cmd_policy_explain, "[--policy FILE] [--all] EVENT KEY=VALUE...",
		  "why an event gets its verdict, rule by rule", 0 },
		{ "load", ygr_cmd_policy_load, "FILE [--strict] [--expect-generation N] [--confirm SECONDS] [--signature FILE]",
		  "compile the file, or directory, and put it in force in one step; with --confirm, on trial", 0 },
		{ "apply", ygr_cmd_policy_apply, "[FILE] [--check] [--strict] [--confirm SECONDS] [--signature FILE]",
		  "load the file, or /etc/yagura/policy.d, unless that is in force already; with --check, only say so", 0 },
		{ "confirm", ygr_cmd_policy_confirm, "[--expect-generation N]",
		  "keep the policy that is on trial", 0 },
		{ "rollback", ygr_cmd_policy_rollback, "[--expect-generation N]",
		  "return to the policy before the one in force", 0 },
		{ "show", ygr_cmd_policy_show, "[--blob | --source | --protected]",
		  "print the policy in force, as text that load takes", 0 },
		{ "stats", ygr_cmd_policy_stats, "[--all] [--json]",
		  "what each rule did: held, denied, would have denied", 0 },
		{ "clear", ygr_cmd_policy_clear, "[--expect-generation N]",
		  "remove the policy: everything is allowed", 0 },
		{ "lock", ygr_cmd_policy_lock, "--until-reboot [--expect-generation N]",
		  "nobody changes the policy, or unloads the module, until the next boot", 0 },
		{ "sign", ygr_cmd_policy_sign, "FILE --key KEY --cert CERT --out BLOB",
		  "compile the file and sign the blob: BLOB and BLOB.p7s", 0 },
		{ .name = NULL },
	};

	return ygr_cli_run("yaguractl policy", verbs, argc, argv);
}
