// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "event_map.h"
#include "event_text.h"
#include "policy_file.h"
#include "policy_replay.h"
#include "policy_word.h"
#include "spool_visit.h"
#include "user_name.h"
#include "yaml_tree.h"

#define SAMPLES_DEFAULT	3
#define SAMPLES_MAX	1000

/* A test while it runs. */
struct trial {
	struct ygr_policy_replay replay;
	uint32_t *sample_nr;		/* of each rule: events shown */
	uint64_t samples_max;
	uint64_t fault_nr;		/* batches that hold what is no event */
	bool json;
	struct ygr_event_style style;
};

/* Denials are what one looks for: of them the first few are shown. */
static void show_sample(struct trial *trial, const struct ygr_event_value *event,
			const struct ygr_decision *decision)
{
	uint32_t *nr = &trial->sample_nr[decision->rule_id - 1];

	if (trial->json || *nr >= trial->samples_max)
		return;
	(*nr)++;
	printf("rule %s %s:\n  ", trial->replay.index->image->strings + decision->rule->name_off,
	       decision->mode == YGR_MODE_MONITOR ? "would report" : "would deny");
	ygr_event_text_print(stdout, event, &trial->style);
}

static int test_batch(void *context, const struct ygr_scan_item *item)
{
	struct trial *trial = context;
	struct ygr_event_stream stream;
	struct ygr_decision decision;
	const struct ygr_event_value *event;

	ygr_event_map_open(&stream, (const char *)item->events, item->events_bytes);
	while ((event = ygr_event_map_next(&stream)))
		if (ygr_policy_replay_judge(&trial->replay, event, &decision) &&
		    decision.action == YGR_ACTION_DENY)
			show_sample(trial, event, &decision);
	if (stream.off < stream.len)
		trial->fault_nr++;
	ygr_event_map_close(&stream);
	return 0;
}

static const char *rule_name(const struct ygr_policy_image *image, uint32_t i)
{
	return image->strings + image->rules[i].name_off;
}

static void print_rules(const struct ygr_policy_replay *replay)
{
	const struct ygr_policy_image *image = replay->index->image;
	uint32_t i;

	printf("%12s %12s %12s  rule\n", "held", "deny", "would deny");
	for (i = 0; i < image->rule_nr; i++) {
		const struct ygr_policy_replay_rule *rule = &replay->rules[i];

		if (rule->held_nr)
			printf("%12" PRIu64 " %12" PRIu64 " %12" PRIu64 "  %s\n", rule->held_nr,
			       rule->deny_nr, rule->would_deny_nr, rule_name(image, i));
	}
}

static void print_text(const struct trial *trial)
{
	const struct ygr_policy_replay *replay = &trial->replay;

	print_rules(replay);
	printf("%" PRIu64 " events judged: %" PRIu64 " allowed, %" PRIu64 " denied, %" PRIu64 " would be denied if enforced\n",
	       replay->judged_nr, replay->allow_nr, replay->deny_nr, replay->would_deny_nr);
	printf("%" PRIu64 " of them denied that were not when they happened, %" PRIu64 " not denied that were\n",
	       replay->newly_denied_nr, replay->newly_allowed_nr);
	if (replay->partial_nr)
		printf("%" PRIu64 " judged without all that the policy looks at, since the records lack it: their verdict is a guess\n",
		       replay->partial_nr);
	if (replay->labels_lost_nr)
		printf("the labels of %" PRIu64 " processes were forgotten\n", replay->labels_lost_nr);
}

static void print_json(const struct trial *trial)
{
	const struct ygr_policy_replay *replay = &trial->replay;
	const struct ygr_policy_image *image = replay->index->image;
	json_t *rules = json_array(), *root;
	uint32_t i;

	for (i = 0; i < image->rule_nr; i++)
		json_array_append_new(rules, json_pack("{s:s, s:I, s:I, s:I}", "name", rule_name(image, i),
				      "held", (json_int_t)replay->rules[i].held_nr,
				      "deny", (json_int_t)replay->rules[i].deny_nr,
				      "would_deny", (json_int_t)replay->rules[i].would_deny_nr));
	root = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
			 "judged", (json_int_t)replay->judged_nr, "allow", (json_int_t)replay->allow_nr,
			 "deny", (json_int_t)replay->deny_nr,
			 "would_deny", (json_int_t)replay->would_deny_nr,
			 "newly_denied", (json_int_t)replay->newly_denied_nr,
			 "newly_allowed", (json_int_t)replay->newly_allowed_nr,
			 "partial", (json_int_t)replay->partial_nr, "rules", rules);
	json_dumpf(root, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(root);
}

static int run_trial(struct trial *trial, const struct ygr_spool_sources *sources)
{
	struct ygr_spool_visitor visitor = { .batch = test_batch, .context = trial };
	int code = ygr_spool_visit_all(sources, 0, &visitor);

	if (trial->fault_nr)
		fprintf(stderr, "yaguractl: %" PRIu64 " batches hold what is no event\n", trial->fault_nr);
	if (visitor.fault_nr || trial->fault_nr)
		code = YGR_EXIT_FAULT;
	if (trial->json)
		print_json(trial);
	else
		print_text(trial);
	return ygr_cli_finish_output(code);
}

static int test(struct trial *trial, const struct ygr_policy_index *index,
		const struct ygr_spool_sources *sources)
{
	int code = YGR_EXIT_FAULT;

	trial->sample_nr = calloc(index->image->rule_nr + 1, sizeof(*trial->sample_nr));
	if (!trial->sample_nr || ygr_policy_replay_init(&trial->replay, index))
		ygr_cli_fail(code, "%s", strerror(ENOMEM));
	else
		code = run_trial(trial, sources);
	ygr_policy_replay_exit(&trial->replay);
	free(trial->sample_nr);
	return code;
}

/* Status 1 is for faults only: that a policy denies is no fault. */
int ygr_cmd_policy_test(int argc, char **argv)
{
	static const struct option options[] = {
		{ "spool", required_argument, NULL, 's' },
		{ "samples", required_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	struct trial trial = {
		.samples_max = SAMPLES_DEFAULT,
		.style = { .date = true, .user_name = ygr_user_name_of },
	};
	struct ygr_spool_sources sources;
	const char *directory = NULL;
	struct ygr_policy_file file;
	int option, code;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			directory = optarg;
		else if (option == 'j')
			trial.json = true;
		else if (option != 'n')
			return YGR_EXIT_USAGE;
		else if (!ygr_yaml_tree_parse_u64(optarg, strlen(optarg), &trial.samples_max) ||
			 trial.samples_max > SAMPLES_MAX)
			return ygr_cli_usage("--samples: \"%s\" is no number up to %d", optarg, SAMPLES_MAX);
	}
	if (optind >= argc)
		return ygr_cli_usage("policy test takes the FILE to test, and a spool or segments");
	code = ygr_policy_file_open(&file, argv[optind++], false);
	if (code)
		return code;
	sources = ygr_spool_visit_sources(directory, argc, argv);
	code = test(&trial, &file.index, &sources);
	ygr_policy_file_close(&file);
	return code;
}
