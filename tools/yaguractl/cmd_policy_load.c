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
#include "policy_file.h"
#include "policy_locate.h"
#include "policy_source.h"
#include "policy_word.h"
#include "text_file.h"
#include "yaml_tree.h"

/* "5 rules (4 enforce, 1 monitor)" */
static void print_rule_nr(const struct ygr_policy_image *image)
{
	__u32 nr[YGR_MODE_NR];

	ygr_policy_locate_modes(image, nr);
	printf("%u rule%s (%u enforce, %u monitor)", image->rule_nr,
	       image->rule_nr == 1 ? "" : "s", nr[YGR_MODE_ENFORCE], nr[YGR_MODE_MONITOR]);
}

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
	print_rule_nr(&file.image);
	printf(", %zu bytes\n", file.bytes);
	ygr_policy_file_close(&file);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

/* ---- load ---- */

struct load_options {
	bool strict;
	uint64_t expect_generation;
	uint64_t confirm_s;
	const char *signature;		/* file; NULL: none */
};

static int refuse_load(const char *name, int err, const struct ygr_policy_file *file,
		       const struct ygr_policy_load *load)
{
	const char *rule;

	switch (err) {
	case -EBADMSG:
		rule = ygr_policy_locate_rule(&file->image, load->error_offset);
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: the kernel refused it: %s (code %u, byte %u%s%s%s)",
				    name, ygr_policy_word_error(load->error_code),
				    load->error_code, load->error_offset,
				    rule ? ", rule \"" : "", rule ?: "", rule ? "\"" : "");
	case -EKEYREJECTED:
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: not loaded: %s", name,
				    ygr_policy_word_error(load->error_code));
	case -ESTALE:
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: not loaded: generation %" PRIu64 " is active, not the expected %" PRIu64,
				    name, (uint64_t)load->generation,
				    (uint64_t)load->expect_generation);
	case -EPERM:
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: not loaded: the policy is locked until the next boot",
				    name);
	default:
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s: not loaded: %s", name, strerror(-err));
	}
}

static void print_trial(const struct ygr_policy_load *load, int fd)
{
	struct ygr_policy_state state;

	if (!load->confirm_s)
		return;
	if (ygr_device_get_state(fd, &state))
		state.previous_generation = 0;
	printf("; rolls back to %" PRIu64 " in %u s unless: yaguractl policy confirm",
	       (uint64_t)state.previous_generation, load->confirm_s);
}

static int load_file(const char *name, const struct ygr_policy_file *file,
		     struct ygr_policy_load *load)
{
	int fd = ygr_cli_open_device();
	int err;

	if (fd < 0)
		return YGR_EXIT_DEVICE;
	load->blob = (uintptr_t)file->blob;
	load->blob_bytes = file->bytes;
	err = ygr_device_load(fd, load);
	if (err) {
		close(fd);
		return refuse_load(name, err, file, load);
	}
	printf("generation %" PRIu64 " active, ", (uint64_t)load->generation);
	print_rule_nr(&file->image);
	print_trial(load, fd);
	putchar('\n');
	close(fd);
	/* The policy is in force, source or no source. */
	err = file->source ? ygr_policy_source_keep(file->blob, file->bytes, file->source) : 0;
	if (err)
		fprintf(stderr, "yaguractl: its text is not kept for \"show --source\": %s\n",
			strerror(-err));
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int load_signed(const char *name, const struct ygr_policy_file *file,
		       const struct load_options *chosen)
{
	struct ygr_policy_load load = {
		.expect_generation = chosen->expect_generation,
		.confirm_s = (uint32_t)chosen->confirm_s,
	};
	char *signature = NULL;
	size_t bytes = 0;
	int err, code;

	if (chosen->signature) {
		err = ygr_text_file_read(chosen->signature, YGR_POLICY_SIGNATURE_MAX, &signature, &bytes);
		if (err)
			return ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", chosen->signature, strerror(-err));
	}
	load.signature = (uintptr_t)signature;
	load.signature_bytes = (uint32_t)bytes;
	code = load_file(name, file, &load);
	free(signature);
	return code;
}

static int parse_load_option(struct load_options *chosen, int option)
{
	switch (option) {
	case 's':
		chosen->strict = true;
		return 0;
	case 'S':
		chosen->signature = optarg;
		return 0;
	case 'g':
		if (ygr_yaml_tree_parse_u64(optarg, strlen(optarg), &chosen->expect_generation))
			return 0;
		return ygr_cli_usage("\"%s\" is no generation number", optarg);
	case 'c':
		if (ygr_yaml_tree_parse_u64(optarg, strlen(optarg), &chosen->confirm_s) &&
		    chosen->confirm_s && chosen->confirm_s <= YGR_CONFIRM_S_MAX)
			return 0;
		return ygr_cli_usage("--confirm: \"%s\" is no number of seconds from 1 to %u", optarg,
				     YGR_CONFIRM_S_MAX);
	default:
		return YGR_EXIT_USAGE;
	}
}

int ygr_cmd_policy_load(int argc, char **argv)
{
	static const struct option options[] = {
		{ "expect-generation", required_argument, NULL, 'g' },
		{ "confirm", required_argument, NULL, 'c' },
		{ "signature", required_argument, NULL, 'S' },
		{ "strict", no_argument, NULL, 's' },
		{ 0 },
	};
	struct load_options chosen = { .expect_generation = YGR_GENERATION_ANY };
	struct ygr_policy_file file;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (parse_load_option(&chosen, option))
			return YGR_EXIT_USAGE;
	if (optind + 1 != argc)
		return ygr_cli_usage("policy load takes one FILE (\"-\" is stdin)");
	code = ygr_policy_file_open(&file, argv[optind], chosen.strict);
	if (code)
		return code;
	code = load_signed(ygr_policy_file_name(argv[optind]), &file, &chosen);
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
