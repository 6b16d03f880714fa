// SPDX-License-Identifier: GPL-2.0-only
/*
 * The conformance suite (tests/conformance), by real system calls: what becomes of each, and what
 * the ring tells of it. The cases of a policy are prepared together, under a policy that does
 * nothing but give them their labels; then the policy is loaded, and they are played in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance_prop.h"
#include "conformance_record.h"
#include "conformance_script.h"
#include "conformance_stage.h"

#define CASES_DIR	"/t/conformance"
#define CASES_MIN	600
#define UNMADE_SHARE	10		/* one in so many: a suite that leaves out more shows little */
#define GROUP_MAX	160

/* The cases of one policy. */
static struct group {
	const char *policy;
	uint64_t generation;
	struct stage stages[GROUP_MAX];
	unsigned int stage_nr;
} group;

static struct conformance_cases cases;

/* ---- one policy ---- */

/* Return: why no system call makes this event here; NULL: one does. */
static const char *why_not(const struct guest *guest, const struct conformance_case *one)
{
	/* A kernel that does not tell of fs-verity refuses such a policy. */
	const bool has_verity = prop_has_verity() && (guest->info.features & YGR_FEATURE_VERITY);

	if (one->unmade[0])
		return one->unmade;
	if (strstr(one->policy, "verity:") && !has_verity)
		return "no fs-verity here, or none that this kernel tells";
	if (!strcmp(one->words[0], "chattr") && !guest_has_chattr())
		return "before 5.13 each file system has its own way of chattr";
	return NULL;
}

static bool is_played(const struct guest *guest, const struct conformance_case *one)
{
	return !why_not(guest, one);
}

static void end_group(void)
{
	for (unsigned int i = 0; i < group.stage_nr; i++)
		stage_end(&group.stages[i]);
	group.stage_nr = 0;
	group.policy = NULL;
}

/* A policy's cases stand together. */
static bool is_of(const struct conformance_case *one, const char *policy)
{
	return one != cases.list + cases.nr && one->policy == policy;
}

/* A rule that gives @label, unless there is one. */
static void add_label(char *yaml, size_t cap, const char *label)
{
	const size_t len = strlen(yaml);
	char rule[256];

	snprintf(rule, sizeof(rule), "  - { name: %s, on: open-write, do: label, set: %s, where: { path: "
		 SCRIPT_LABEL_DIR "%s } }\n", label, label, label);
	if (!strstr(yaml, rule))
		assert_true((size_t)snprintf(yaml + len, cap - len, "%s", rule) < cap - len);
}

/* Of @first's policy: each label that its cases have, to be had by opening a file. */
static void load_labels(const struct guest *guest, const struct conformance_case *first)
{
	static const char head[] = "version: 1\nname: labels\nrules:\n";
	static const char key[] = "label=";
	char yaml[4096];

	strcpy(yaml, head);
	for (const struct conformance_case *one = first; is_of(one, first->policy); one++)
		for (int i = 0; i < one->word_nr; i++)
			if (!strncmp(one->words[i], key, strlen(key)))
				add_label(yaml, sizeof(yaml), one->words[i] + strlen(key));
	if (strcmp(yaml, head))
		guest_policy_load(guest, yaml);
	else
		guest_policy_clear(guest);
}

/* One that fails to come fails its own test. */
static void add_stage(const struct conformance_case *one)
{
	struct stage *stage = &group.stages[group.stage_nr];

	assert_true(group.stage_nr < GROUP_MAX);
	group.stage_nr++;
	stage_start(stage, one, (unsigned int)(one - cases.list));
	if (!stage_await(stage))
		printf("# no actor: %s\n", one->text);
}

static void begin_group(struct guest *guest, const struct conformance_case *first)
{
	end_group();
	/* Should any of this fail, the other cases of the group fail as well, and quickly. */
	group.policy = first->policy;
	group.generation = 0;
	load_labels(guest, first);
	for (const struct conformance_case *one = first; is_of(one, first->policy); one++)
		if (is_played(guest, one))
			add_stage(one);
	guest_forget(guest);
	group.generation = guest_policy_load(guest, first->policy);
}

static struct stage *find_stage(const struct conformance_case *one)
{
	for (unsigned int i = 0; i < group.stage_nr; i++)
		if (group.stages[i].one == one)
			return &group.stages[i];
	fail_msg("%s:%u: no stage", one->file, one->line);
	return NULL;
}

/* ---- one case ---- */

static void print_records(const struct guest *guest, uint32_t tgid)
{
	const struct guest_query query = { .tgid = tgid };
	const struct guest_event *event = NULL;

	while ((event = guest_find(guest, &query, event)))
		guest_event_print(event);
}

/* All that is read is forgotten again: the next one looks for itself alone. */
static void play(struct guest *guest, const struct conformance_case *one)
{
	struct stage *stage = find_stage(one);
	char why[CHECK_WHY_BYTES];
	bool is_right;
	int status;

	if (!group.generation)
		fail_msg("%s:%u: its policy is not in force", one->file, one->line);
	status = stage_play(stage);
	guest_drain(guest);
	is_right = record_is_right(guest, stage, status, group.generation, why);
	if (!is_right)
		print_records(guest, stage->tgid);
	guest_forget(guest);
	if (!is_right)
		fail_msg("%s:%u: %s\n# %s", one->file, one->line, why, one->text);
}

static struct guest *the_guest;

static void judge(void **state)
{
	const struct conformance_case *one = *state;

	if (!is_played(the_guest, one)) {
		printf("# %s:%u: not played: %s: %s\n", one->file, one->line, one->text,
		       why_not(the_guest, one));
		skip();
	}
	if (group.policy != one->policy)
		begin_group(the_guest, one);
	play(the_guest, one);
}

/* ---- the suite ---- */

/* A state of the group would take the place of each test's own. */
static int setup(void **state)
{
	if (guest_setup(state))
		return -1;
	the_guest = *state;
	*state = NULL;
	stage_setup();
	return 0;
}

static int teardown(void **state)
{
	*state = the_guest;
	end_group();
	stage_teardown();
	return guest_teardown(state);
}

static bool suite_is_whole(void)
{
	size_t unmade_nr = 0;

	for (size_t i = 0; i < cases.nr; i++)
		unmade_nr += !!cases.list[i].unmade[0];
	if (cases.nr >= CASES_MIN && unmade_nr * UNMADE_SHARE <= cases.nr)
		return true;
	fprintf(stderr, "# %zu cases, %zu of them marked\n", cases.nr, unmade_nr);
	return false;
}

int main(void)
{
	struct CMUnitTest *tests;

	conformance_cases_read(&cases, CASES_DIR);
	if (!suite_is_whole())
		return 1;
	tests = calloc(cases.nr, sizeof(*tests));
	for (size_t i = 0; i < cases.nr; i++)
		tests[i] = (struct CMUnitTest) {
			.name = cases.list[i].text, .test_func = judge,
			.initial_state = &cases.list[i],
		};
	return _cmocka_run_group_tests("conformance", tests, cases.nr, setup, teardown);
}
