// SPDX-License-Identifier: GPL-2.0-only
/*
 * yaguractl policy apply: the host's policy is loaded when it is not in force, and only
 * then. Its statuses and words are what configuration management goes by.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "operate.h"

#define CTL		"/t/yaguractl"
#define DIRECTORY	"/etc/yagura/policy.d"
#define FIRST		DIRECTORY "/10-first.yaml"
#define SECOND		DIRECTORY "/20-second.yaml"
#define BLOB		"/tmp/apply.blob"

#define RULE(name) \
	"version: 1\nrules:\n- { name: " name ", on: open-write, where: { path: /tmp/" name " }, do: deny }\n"

static struct command said;

#define apply(...)	command_run(&said, CTL, "policy", "apply", ##__VA_ARGS__)

static uint64_t generation_of(const struct guest *guest)
{
	return operate_state(guest).generation;
}

/* Status, and all that it says: @wanted with the generation in force in it. */
static void said_of_generation(const struct guest *guest, int status, const char *before, const char *after)
{
	char wanted[300];

	snprintf(wanted, sizeof(wanted), "%s%" PRIu64 "%s", before, generation_of(guest), after);
	assert_string_equal(said.err, "");
	assert_string_equal(said.out, wanted);
	assert_int_equal(said.status, status);
}

#define CHANGED		"changed: generation "
#define UNCHANGED	"unchanged: generation "
#define WOULD_CHANGE	"would change: generation "
#define ONE		" active, 1 rule (1 enforce, 0 monitor)\n"
#define TWO		" active, 2 rules (2 enforce, 0 monitor)\n"

static void without_module_it_says_so(void **state)
{
	(void)state;
	assert_int_equal(guest_file_write(FIRST, RULE("a")), 0);
	apply();
	assert_command(&said, 3, "the module is not loaded");
	apply("--check");
	assert_command(&said, 3, "the module is not loaded");
}

static void nothing_there_is_no_policy_to_load(void **state)
{
	uint64_t before = generation_of(*state);

	unlink(FIRST);
	apply();
	assert_command(&said, 1, "yaguractl: " DIRECTORY ": no file in it ends with .yaml\n");
	assert_int_equal(rmdir(DIRECTORY), 0);
	apply();
	assert_command(&said, 1, "yaguractl: " DIRECTORY ": No such file or directory\n");
	assert_int_equal(generation_of(*state), before);
}

static void it_is_loaded_once(void **state)
{
	uint64_t before = generation_of(*state);

	apply();
	said_of_generation(*state, 0, CHANGED, ONE);
	assert_int_equal(generation_of(*state), before + 1);
	apply();
	said_of_generation(*state, 0, UNCHANGED, ONE);
	apply("--check");
	said_of_generation(*state, 0, UNCHANGED, ONE);
	assert_int_equal(generation_of(*state), before + 1);
}

static void a_file_more_is_a_change(void **state)
{
	apply();
	assert_int_equal(guest_file_write(SECOND, RULE("b")), 0);
	apply();
	said_of_generation(*state, 0, CHANGED, TWO);
	assert_int_equal(unlink(SECOND), 0);
	apply();
	said_of_generation(*state, 0, CHANGED, ONE);
}

static void check_changes_nothing(void **state)
{
	uint64_t before = generation_of(*state);

	apply("--check");
	said_of_generation(*state, 5, WOULD_CHANGE, " is active; 1 rule (1 enforce, 0 monitor) to load\n");
	assert_int_equal(generation_of(*state), before);
}

/* What is in force counts, not what the text looks like. */
static void a_comment_is_no_change(void **state)
{
	apply();
	assert_int_equal(guest_file_write(FIRST, "# first\n\n" RULE("a")), 0);
	apply();
	said_of_generation(*state, 0, UNCHANGED, ONE);
}

static void a_policy_that_was_cleared_comes_back(void **state)
{
	apply();
	guest_policy_clear(*state);
	apply("--check");
	assert_int_equal(said.status, 5);
	apply();
	said_of_generation(*state, 0, CHANGED, ONE);
}

static void a_mistake_leaves_the_policy(void **state)
{
	uint64_t before;

	apply();
	before = generation_of(*state);
	assert_int_equal(guest_file_write(SECOND, "version: 1\nrule: []\n"), 0);
	apply();
	assert_command(&said, 1, SECOND ":2:1: error: unknown key \"rule\"");
	apply("--check");
	assert_command(&said, 1, SECOND ":2:1: error: unknown key \"rule\"");
	assert_int_equal(guest_file_write(SECOND, RULE("b") "- { name: c, on: exec, do: allow, expires: 2020-01-01 }\n"), 0);
	apply("--strict");
	assert_command(&said, 1, "refused for its warnings (--strict)");
	assert_int_equal(generation_of(*state), before);
}

static void a_file_can_be_named(void **state)
{
	assert_int_equal(guest_file_write("/tmp/apply.yaml", "name: t\n" RULE("d")), 0);
	apply("/tmp/apply.yaml");
	said_of_generation(*state, 0, CHANGED, ONE);
	apply("/tmp/apply.yaml");
	said_of_generation(*state, 0, UNCHANGED, ONE);
	apply();
	said_of_generation(*state, 0, CHANGED, ONE);
}

static void a_blob_of_it_is_the_same(void **state)
{
	FILE *file = fopen(BLOB, "w");

	apply();
	command_run(&said, CTL, "policy", "show", "--blob");
	assert_non_null(file);
	assert_int_equal(fwrite(said.out, 1, said.out_bytes, file), said.out_bytes);
	assert_int_equal(fclose(file), 0);
	apply(BLOB);
	said_of_generation(*state, 0, UNCHANGED, ONE);
}

static void its_text_is_kept(void **state)
{
	(void)state;
	assert_int_equal(guest_file_write(SECOND, RULE("b")), 0);
	apply();
	command_run(&said, CTL, "policy", "show", "--source");
	assert_int_equal(said.status, 0);
	assert_string_equal(said.out, "# ---- " FIRST " ----\n" RULE("a") "# ---- " SECOND " ----\n" RULE("b"));
}

/* It is in force, and nobody need load it; but it will not stay by itself. */
static void a_trial_is_told(void **state)
{
	uint64_t before = generation_of(*state);
	char wanted[100];

	apply("--confirm", "600");
	snprintf(wanted, sizeof(wanted), "; rolls back to %" PRIu64 " in 600 s unless: yaguractl policy confirm\n",
		 before);
	assert_command(&said, 0, wanted);
	assert_command(&said, 0, CHANGED);
	apply();
	assert_command(&said, 0, UNCHANGED);
	snprintf(wanted, sizeof(wanted), "; rolls back to %" PRIu64 " in ", before);
	assert_command(&said, 0, wanted);
	command_run(&said, CTL, "policy", "confirm");
	assert_command(&said, 0, " stays\n");
	apply();
	said_of_generation(*state, 0, UNCHANGED, ONE);
	apply("--confirm", "600");
	said_of_generation(*state, 0, UNCHANGED, ONE);
}

static void load_takes_a_directory(void **state)
{
	command_run(&said, CTL, "policy", "load", DIRECTORY);
	said_of_generation(*state, 0, "generation ", ONE);
	apply();
	said_of_generation(*state, 0, UNCHANGED, ONE);
}

static void usage_is_told(void **state)
{
	(void)state;
	apply(FIRST, SECOND);
	assert_command(&said, 2, "policy apply takes at most one FILE (default: " DIRECTORY ")");
	apply("--confirm", "0");
	assert_command(&said, 2, "--confirm: \"0\" is no number of seconds");
	apply("--expect-generation", "1");
	assert_command(&said, 2, "unrecognized option");
}

static int make_directory(void)
{
	(void)mkdir("/etc", 0755);
	(void)mkdir("/etc/yagura", 0755);
	unlink(FIRST);
	unlink(SECOND);
	return mkdir(DIRECTORY, 0755) && errno != EEXIST;
}

static int set_up_files(void **state)
{
	(void)state;
	return make_directory();
}

static int set_up_module(void **state)
{
	if (guest_module_load(""))
		return -1;
	*state = guest_open();
	return 0;
}

/* One rule in one file, and no policy. */
static int set_up(void **state)
{
	guest_policy_clear(*state);
	return make_directory() || guest_file_write(FIRST, RULE("a"));
}

static int tear_down(void **state)
{
	command_free(&said);
	return guest_teardown(state);
}

#define TEST(fn)	cmocka_unit_test_setup(fn, set_up)

int main(void)
{
	const struct CMUnitTest without[] = {
		cmocka_unit_test(without_module_it_says_so),
	};
	const struct CMUnitTest with[] = {
		TEST(nothing_there_is_no_policy_to_load),
		TEST(it_is_loaded_once),
		TEST(a_file_more_is_a_change),
		TEST(check_changes_nothing),
		TEST(a_comment_is_no_change),
		TEST(a_policy_that_was_cleared_comes_back),
		TEST(a_mistake_leaves_the_policy),
		TEST(a_file_can_be_named),
		TEST(a_blob_of_it_is_the_same),
		TEST(its_text_is_kept),
		TEST(a_trial_is_told),
		TEST(load_takes_a_directory),
		TEST(usage_is_told),
	};

	return cmocka_run_group_tests_name("apply, without the module", without, set_up_files, NULL) |
	       cmocka_run_group_tests_name("apply", with, set_up_module, tear_down);
}
