// SPDX-License-Identifier: GPL-2.0-only
/* show, stats, diff: what looks at the policy in force. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "device.h"
#include "policy_diff.h"
#include "policy_file.h"
#include "policy_print.h"
#include "policy_source.h"

/* The policy in force; blob is NULL when there is none. */
struct in_force {
	uint64_t generation;
	void *blob;
	size_t bytes;
};

/* @fd: is closed */
static int read_from(int fd, struct in_force *in_force)
{
	int err;

	*in_force = (struct in_force) { 0 };
	if (fd < 0)
		return YGR_EXIT_DEVICE;
	err = ygr_device_show(fd, &in_force->blob, &in_force->bytes, &in_force->generation);
	close(fd);
	if (err && err != -ENODATA)
		return ygr_cli_fail(YGR_EXIT_FAULT, "reading the policy: %s", strerror(-err));
	return YGR_EXIT_OK;
}

static int read_in_force(struct in_force *in_force)
{
	return read_from(ygr_cli_open_device(), in_force);
}

/* ---- show ---- */

/* Through the verifier, as every blob: a kernel that lies crashes nothing here. */
static int show_text(struct in_force *in_force)
{
	struct ygr_policy_file file;
	int code;

	code = ygr_policy_file_adopt(&file, "policy in force", in_force->blob, in_force->bytes);
	if (code)
		return code;
	printf("# generation %" PRIu64 "\n", in_force->generation);
	if (ygr_policy_print(stdout, &file.image))
		fputs("yaguractl: this policy was not made from text; some of it cannot be loaded from text: use --blob\n",
		      stderr);
	ygr_policy_file_close(&file);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int show_source(struct in_force *in_force)
{
	char *source;
	int err = ygr_policy_source_find(in_force->blob, in_force->bytes, &source);

	free(in_force->blob);
	if (err == -ENOENT)
		return ygr_cli_fail(YGR_EXIT_FAULT, "the text of generation %" PRIu64 " is not kept here: it was loaded from a blob, or elsewhere; \"policy show\" prints what it means",
				    in_force->generation);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "the text of generation %" PRIu64 ": %s",
				    in_force->generation, strerror(-err));
	fputs(source, stdout);
	free(source);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int show_blob(struct in_force *in_force)
{
	fwrite(in_force->blob, 1, in_force->bytes, stdout);
	free(in_force->blob);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int show_protected(void)
{
	int fd = ygr_cli_open_device();
	char *text;
	int err;

	if (fd < 0)
		return YGR_EXIT_DEVICE;
	err = ygr_device_get_protected(fd, &text);
	close(fd);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "reading the never-deny set: %s", strerror(-err));
	fputs(text, stdout);
	free(text);
	return ygr_cli_finish_output(YGR_EXIT_OK);
}

static int show_as(int form)
{
	struct in_force in_force;
	/* Its bytes can be had from any module, for the next one: yagura-upgrade(8). */
	int code = form == 'b' ? read_from(ygr_cli_open_any_device(), &in_force) :
				 read_in_force(&in_force);

	if (code)
		return code;
	if (!in_force.blob && form)
		return ygr_cli_fail(YGR_EXIT_FAULT, "there is no policy (generation %" PRIu64 ")",
				    in_force.generation);
	if (!in_force.blob) {
		printf("# generation %" PRIu64 ": no policy\n", in_force.generation);
		return ygr_cli_finish_output(YGR_EXIT_OK);
	}
	if (form == 'b')
		return show_blob(&in_force);
	return form == 's' ? show_source(&in_force) : show_text(&in_force);
}

int ygr_cmd_policy_show(int argc, char **argv)
{
	static const struct option options[] = {
		{ "blob", no_argument, NULL, 'b' },
		{ "source", no_argument, NULL, 's' },
		{ "protected", no_argument, NULL, 'p' },
		{ 0 },
	};
	int option, form = 0;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return YGR_EXIT_USAGE;
		if (form)
			return ygr_cli_usage("policy show takes one of --blob, --source and --protected");
		form = option;
	}
	if (optind != argc)
		return ygr_cli_usage("policy show takes no argument \"%s\"", argv[optind]);
	if (form == 'b' && isatty(STDOUT_FILENO))
		return ygr_cli_usage("a blob is not for a terminal: redirect the output");
	return form == 'p' ? show_protected() : show_as(form);
}

/* ---- diff ---- */

static int diff(const struct ygr_policy_image *old, const struct ygr_policy_image *new)
{
	int nr = ygr_policy_diff_print(stdout, old, new);

	if (nr < 0)
		return ygr_cli_fail(YGR_EXIT_FAULT, "%s", strerror(-nr));
	return ygr_cli_finish_output(nr ? YGR_EXIT_FAULT : YGR_EXIT_OK);
}

static int diff_in_force(const struct ygr_policy_file *new)
{
	struct ygr_policy_file old;
	struct in_force in_force;
	int code = read_in_force(&in_force);

	if (code)
		return code;
	if (!in_force.blob)
		return diff(NULL, &new->image);
	code = ygr_policy_file_adopt(&old, "policy in force", in_force.blob, in_force.bytes);
	if (code)
		return code;
	code = diff(&old.image, &new->image);
	ygr_policy_file_close(&old);
	return code;
}

static int diff_file(const char *path, const struct ygr_policy_file *new)
{
	struct ygr_policy_file old;
	int code = ygr_policy_file_open(&old, path, false);

	if (code)
		return code;
	code = diff(&old.image, &new->image);
	ygr_policy_file_close(&old);
	return code;
}

/* Status 1 says that they differ, as diff(1) does. */
int ygr_cmd_policy_diff(int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	struct ygr_policy_file new;
	int code;

	if (getopt_long(argc, argv, "", options, NULL) != -1)
		return YGR_EXIT_USAGE;
	if (argc - optind < 1 || argc - optind > 2)
		return ygr_cli_usage("policy diff takes a FILE to compare with the policy in force, or two");
	code = ygr_policy_file_open(&new, argv[optind], false);
	if (code)
		return code;
	code = argc - optind == 2 ? diff_file(argv[optind + 1], &new) : diff_in_force(&new);
	ygr_policy_file_close(&new);
	return code;
}

/* ---- stats ---- */

/* The names come from the policy, which may have been replaced since: then once more. */
struct rule_stats {
	struct ygr_policy_file file;
	struct ygr_rule_stats *rules;
	uint32_t rule_nr;
	uint64_t generation;
};

static int read_stats(struct rule_stats *stats, const struct in_force *in_force)
{
	int fd = ygr_cli_open_device();
	int err;

	if (fd < 0)
		return YGR_EXIT_DEVICE;
	err = ygr_device_get_rule_stats(fd, &stats->rules, &stats->rule_nr, &stats->generation);
	close(fd);
	if (err)
		return ygr_cli_fail(YGR_EXIT_FAULT, "reading the rules' statistics: %s", strerror(-err));
	if (stats->generation == in_force->generation && stats->rule_nr == stats->file.image.rule_nr)
		return YGR_EXIT_OK;
	free(stats->rules);
	return ygr_cli_fail(YGR_EXIT_FAULT, "the policy was replaced meanwhile: try again");
}

static const char *rule_name(const struct rule_stats *stats, uint32_t i)
{
	return stats->file.image.strings + stats->file.image.rules[i].name_off;
}

static bool is_idle(const struct ygr_rule_stats *rule)
{
	return !rule->held_nr && !rule->tripped;
}

static void print_stats(const struct rule_stats *stats, bool all)
{
	uint32_t i, idle_nr = 0;

	printf("generation %" PRIu64 "\n%12s %12s %12s  rule\n", stats->generation, "held", "denied",
	       "would deny");
	for (i = 0; i < stats->rule_nr; i++) {
		const struct ygr_rule_stats *rule = &stats->rules[i];

		if (!all && is_idle(rule)) {
			idle_nr++;
			continue;
		}
		printf("%12" PRIu64 " %12" PRIu64 " %12" PRIu64 "  %s%s\n", (uint64_t)rule->held_nr,
		       (uint64_t)rule->denied_nr, (uint64_t)rule->would_deny_nr, rule_name(stats, i),
		       rule->tripped ? "  (breaker tripped: monitor)" : "");
	}
	if (idle_nr)
		printf("and %u rule%s that never held (--all shows them)\n", idle_nr,
		       idle_nr == 1 ? "" : "s");
}

static void print_stats_json(const struct rule_stats *stats, bool all)
{
	json_t *rules = json_array();
	json_t *root = json_pack("{s:I, s:o}", "generation", (json_int_t)stats->generation, "rules", rules);
	uint32_t i;

	for (i = 0; i < stats->rule_nr; i++) {
		const struct ygr_rule_stats *rule = &stats->rules[i];

		if (!all && is_idle(rule))
			continue;
		json_array_append_new(rules, json_pack("{s:s, s:I, s:I, s:I, s:b}", "name", rule_name(stats, i),
				      "held", (json_int_t)rule->held_nr,
				      "denied", (json_int_t)rule->denied_nr,
				      "would_deny", (json_int_t)rule->would_deny_nr,
				      "tripped", (int)rule->tripped));
	}
	json_dumpf(root, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(root);
}

static int show_stats(bool all, bool json)
{
	struct rule_stats stats = { 0 };
	struct in_force in_force;
	int code = read_in_force(&in_force);

	if (code)
		return code;
	if (!in_force.blob)
		return ygr_cli_fail(YGR_EXIT_FAULT, "there is no policy (generation %" PRIu64 ")",
				    in_force.generation);
	code = ygr_policy_file_adopt(&stats.file, "policy in force", in_force.blob, in_force.bytes);
	if (code)
		return code;
	code = read_stats(&stats, &in_force);
	if (!code) {
		if (json)
			print_stats_json(&stats, all);
		else
			print_stats(&stats, all);
		free(stats.rules);
		code = ygr_cli_finish_output(YGR_EXIT_OK);
	}
	ygr_policy_file_close(&stats.file);
	return code;
}

int ygr_cmd_policy_stats(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	bool all = false, json = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return YGR_EXIT_USAGE;
		all |= option == 'a';
		json |= option == 'j';
	}
	if (optind != argc)
		return ygr_cli_usage("policy stats takes no argument \"%s\"", argv[optind]);
	return show_stats(all, json);
}
