// SPDX-License-Identifier: GPL-2.0-only
/* check, load, confirm, rollback, clear, lock: what changes the policy in force. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "device.h"
#include "policy_load.h"
#include "yaml_tree.h"

int ygr_cmd_policy_check(int argc, char **argv)
{
	static const struct option options[] = {
		{ "strict", no_argument, NULL, 's' },
		{ 0 },
	};
	struct ygr_policy_file file;
	bool strict = false;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 's')
			return YGR_EXIT_USAGE;
		strict = true;
	}
	if (optind + 1 != argc)
		return ygr_cli_usage("policy check takes one FILE (\"-\" is stdin)");
	code = ygr_policy_file_open(&file, argv[optind], strict);
	if (code)
		return code;
	printf("%s: ok, policy \"%s\", ", ygr_policy_file_name(argv[optind]),
	       file.image.strings + file.image.header->name_off);
	ygr_policy_load_print_rules(&file.image);
	printf(", %zu bytes\n", file.bytes);
	ygr_policy_file_close(&file);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

int ygr_cmd_policy_load(int argc, char **argv)
{
	static const struct option options[] = {
		{ "expect-generation", required_argument, NULL, 'g' },
		YGR_POLICY_LOAD_OPTIONS,
		{ 0 },
	};
	struct ygr_policy_load_options chosen = { .expect_generation = YGR_GENERATION_ANY };
	struct ygr_policy_file file;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (ygr_policy_load_parse(&chosen, option))
			return YGR_EXIT_USAGE;
	if (optind + 1 != argc)
		return ygr_cli_usage("policy load takes one FILE (\"-\" is stdin)");
	code = ygr_policy_file_open(&file, argv[optind], chosen.strict);
	if (code)
		return code;
	code = ygr_policy_load_file(ygr_policy_file_name(argv[optind]), &file, &chosen, "");
	ygr_policy_file_close(&file);
	return code;
}

/* ---- what needs no file ---- */

struct change {
	const char *verb;
	unsigned long number;
	const char *needed;	/* an option without which it is not done; NULL: none */
	const char *why;	/* it is needed */
	const char *done;	/* what is said of the generation then in force */
};

static int refuse_change(const struct change *change, int err, uint64_t expect_generation)
{
	switch (err) {
	case -ESTALE:
		return ygr_cli_fail(YGR_EXIT_FAULT, "policy %s: not done: generation %" PRIu64 " is not the active one",
				    change->verb, expect_generation);
	case -ENOENT:
		return ygr_cli_fail(YGR_EXIT_FAULT, "policy %s: %s", change->verb,
				    change->number == YGR_IOC_POLICY_CONFIRM ? "no policy is on trial" :
				    "no policy before this one is kept");
	case -EBUSY:
		return ygr_cli_fail(YGR_EXIT_FAULT, "policy %s: a policy is on trial: confirm it or roll it back first",
				    change->verb);
	case -EPERM:
		return ygr_cli_fail(YGR_EXIT_FAULT, "policy %s: the policy is locked until the next boot",
				    change->verb);
	default:
		return ygr_cli_fail(YGR_EXIT_FAULT, "policy %s: %s", change->verb, strerror(-err));
	}
}

static int run_change(const struct change *change, int argc, char **argv)
{
	const struct option options[] = {
		{ "expect-generation", required_argument, NULL, 'g' },
		{ change->needed, no_argument, NULL, 'n' },	/* the end, if it has none */
		{ 0 },
	};
	uint64_t expect_generation = YGR_GENERATION_ANY, generation;
	bool needed = change->needed;
	int option, fd, err;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			needed = false;
		else if (option != 'g')
			return YGR_EXIT_USAGE;
		else if (!ygr_yaml_tree_parse_u64(optarg, strlen(optarg), &expect_generation))
			return ygr_cli_usage("\"%s\" is no generation number", optarg);
	}
	if (optind != argc)
		return ygr_cli_usage("policy %s takes no argument \"%s\"", change->verb, argv[optind]);
	if (needed)
		return ygr_cli_usage("policy %s needs --%s: %s", change->verb, change->needed, change->why);
	fd = ygr_cli_open_device();
	if (fd < 0)
		return YGR_EXIT_DEVICE;
	err = ygr_device_change(fd, change->number, expect_generation, &generation);
	close(fd);
	if (err)
		return refuse_change(change, err, expect_generation);
	printf("generation %" PRIu64 " %s\n", generation, change->done);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

int ygr_cmd_policy_confirm(int argc, char **argv)
{
	static const struct change change = {
		"confirm", YGR_IOC_POLICY_CONFIRM, NULL, NULL, "stays",
	};

	return run_change(&change, argc, argv);
}

int ygr_cmd_policy_rollback(int argc, char **argv)
{
	static const struct change change = {
		"rollback", YGR_IOC_POLICY_ROLLBACK, NULL, NULL, "active, as before",
	};

	return run_change(&change, argc, argv);
}

int ygr_cmd_policy_clear(int argc, char **argv)
{
	static const struct change change = {
		"clear", YGR_IOC_POLICY_CLEAR, NULL, NULL, "active, no policy",
	};

	return run_change(&change, argc, argv);
}

int ygr_cmd_policy_lock(int argc, char **argv)
{
	static const struct change change = {
		"lock", YGR_IOC_POLICY_LOCK, "until-reboot", "only a boot undoes it",
		"locked until the next boot",
	};

	return run_change(&change, argc, argv);
}
