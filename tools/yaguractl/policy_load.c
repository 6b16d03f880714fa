// SPDX-License-Identifier: GPL-2.0-only
#include "policy_load.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "device.h"
#include "policy_locate.h"
#include "policy_source.h"
#include "policy_word.h"
#include "text_file.h"
#include "yaml_tree.h"

int ygr_policy_load_parse(struct ygr_policy_load_options *chosen, int option)
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

void ygr_policy_load_print_rules(const struct ygr_policy_image *image)
{
	__u32 nr[YGR_MODE_NR];

	ygr_policy_locate_modes(image, nr);
	printf("%u rule%s (%u enforce, %u monitor)", image->rule_nr,
	       image->rule_nr == 1 ? "" : "s", nr[YGR_MODE_ENFORCE], nr[YGR_MODE_MONITOR]);
}

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

void ygr_policy_load_print_trial(uint64_t previous_generation, uint32_t left_s)
{
	printf("; rolls back to %" PRIu64 " in %u s unless: yaguractl policy confirm",
	       previous_generation, left_s);
}

static void print_trial(const struct ygr_policy_load *load, int fd)
{
	struct ygr_policy_state state;

	if (!load->confirm_s)
		return;
	if (ygr_device_get_state(fd, &state))
		state.previous_generation = 0;
	ygr_policy_load_print_trial(state.previous_generation, load->confirm_s);
}

/* To who tries a policy out, what is not denied is the news. */
static void print_monitored(const struct ygr_policy_image *image)
{
	__u32 nr[YGR_MODE_NR];

	ygr_policy_locate_modes(image, nr);
	if (nr[YGR_MODE_MONITOR] && !nr[YGR_MODE_ENFORCE])
		fputs("; denies nothing: yaguractl watch --denied shows what it would", stdout);
}

static int load_file(const char *name, const struct ygr_policy_file *file,
		     struct ygr_policy_load *load, const char *before)
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
	printf("%sgeneration %" PRIu64 " active, ", before, (uint64_t)load->generation);
	ygr_policy_load_print_rules(&file->image);
	print_trial(load, fd);
	print_monitored(&file->image);
	putchar('\n');
	close(fd);
	/* The policy is in force, source or no source. */
	err = file->source ? ygr_policy_source_keep(file->blob, file->bytes, file->source) : 0;
	if (err)
		fprintf(stderr, "yaguractl: its text is not kept for \"show --source\": %s\n",
			strerror(-err));
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

int ygr_policy_load_file(const char *name, const struct ygr_policy_file *file,
			 const struct ygr_policy_load_options *chosen, const char *before)
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
	code = load_file(name, file, &load, before);
	free(signature);
	return code;
}
