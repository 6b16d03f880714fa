// SPDX-License-Identifier: GPL-2.0-only
/* apply: what is to be in force is, and is loaded only if it is not yet. */
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

struct in_force {
	struct ygr_policy_state state;
	uint64_t generation;
	bool is_same;		/* as the file, bit for bit */
};

static int compare(int fd, const struct ygr_policy_file *file, struct in_force *in_force)
{
	void *blob = NULL;
	size_t bytes = 0;
	int err;

	err = ygr_device_show(fd, &blob, &bytes, &in_force->generation);
	if (err == -ENODATA)
		err = 0;
	in_force->is_same = !err && bytes == file->bytes && !memcmp(blob, file->blob, bytes);
	free(blob);
	return err ?: ygr_device_get_state(fd, &in_force->state);
}

static int look(const struct ygr_policy_file *file, struct in_force *in_force)
{
	int fd = ygr_cli_open_device();
	int err;

	if (fd < 0)
		return YGR_EXIT_DEVICE;
	err = compare(fd, file, in_force);
	close(fd);
	return err ? ygr_cli_fail(YGR_EXIT_FAULT, "reading the policy: %s", strerror(-err)) : YGR_EXIT_OK;
}

/* A trial of it would end: whoever asks for it is told. */
static int say_unchanged(const struct ygr_policy_file *file, const struct in_force *in_force)
{
	printf("unchanged: generation %" PRIu64 " active, ", in_force->generation);
	ygr_policy_load_print_rules(&file->image);
	if (in_force->state.confirm_left_ms)
		ygr_policy_load_print_trial(in_force->state.previous_generation,
					    in_force->state.confirm_left_ms / 1000);
	putchar('\n');
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int say_would_change(const struct ygr_policy_file *file, const struct in_force *in_force)
{
	printf("would change: generation %" PRIu64 " is active; ", in_force->generation);
	ygr_policy_load_print_rules(&file->image);
	fputs(" to load\n", stdout);
	return ygr_cli_finish_output(YGR_EXIT_CHANGE);
}

static int apply(const char *path, struct ygr_policy_load_options *chosen, bool check_only)
{
	struct in_force in_force = { 0 };
	struct ygr_policy_file file;
	int code;

	code = ygr_policy_file_open(&file, path, chosen->strict);
	if (code)
		return code;
	code = look(&file, &in_force);
	/* Over nothing but what was looked at. */
	chosen->expect_generation = in_force.generation;
	if (!code && in_force.is_same)
		code = say_unchanged(&file, &in_force);
	else if (!code && check_only)
		code = say_would_change(&file, &in_force);
	else if (!code)
		code = ygr_policy_load_file(ygr_policy_file_name(path), &file, chosen, "changed: ");
	ygr_policy_file_close(&file);
	return code;
}

int ygr_cmd_policy_apply(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'n' },
		YGR_POLICY_LOAD_OPTIONS,
		{ 0 },
	};
	struct ygr_policy_load_options chosen = { 0 };
	bool check_only = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			check_only = true;
		else if (ygr_policy_load_parse(&chosen, option))
			return YGR_EXIT_USAGE;
	}
	if (argc - optind > 1)
		return ygr_cli_usage("policy apply takes at most one FILE (default: %s)", YGR_POLICY_PATH);
	return apply(optind < argc ? argv[optind] : YGR_POLICY_PATH, &chosen, check_only);
}
