// SPDX-License-Identifier: GPL-2.0-only
/* yaguractl doctor asks the loaded module: what is broken here is found, with what mends it, and then is gone. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "guest.h"

#define CTL		"/t/yaguractl"
#define FTRACE_ENABLED	"/proc/sys/kernel/ftrace_enabled"
#define POLICY_PATH	"/tmp/doctor.yaml"
#define HOST_POLICY	"/etc/yagura/policy.d"
#define POLICY \
	"version: 1\nname: doctor\nrules:\n" \
	"  - { name: no, on: open-write, where: { path: /tmp/doctor-denied }, do: deny }\n"

static struct command said;

/* Return: the findings about @id, or all; a new array. */
static json_t *ask(const char *id)
{
	json_t *all, *found = json_array(), *finding;
	json_error_t error;
	size_t i;

	command_run(&said, CTL, "doctor", "--all", "--json");
	all = json_loads(said.out, 0, &error);
	if (!all)
		fail_msg("%s at %d: %s", error.text, error.position, said.out);
	json_array_foreach(all, i, finding)
		if (!strcmp(json_string_value(json_object_get(finding, "id")), id))
			json_array_append(found, finding);
	json_decref(all);
	return found;
}

static const char *text_of(const json_t *finding, const char *key)
{
	return json_string_value(json_object_get(finding, key)) ?: "";
}

static bool has(const char *id, const char *severity, const char *what, const char *mend)
{
	json_t *found = ask(id), *finding;
	bool is_there = false;
	size_t i;

	json_array_foreach(found, i, finding)
		is_there |= !strcmp(text_of(finding, "severity"), severity) &&
			    strstr(text_of(finding, "what"), what) && strstr(text_of(finding, "mend"), mend);
	json_decref(found);
	return is_there;
}

/* Also on failure, with all that was said. */
static void expect(const char *id, const char *severity, const char *what, const char *mend)
{
	if (!has(id, severity, what, mend))
		fail_msg("no %s of %s \"%s\", \"%s\" in: %s", severity, id, what, mend, said.out);
}

static void load(const char *params)
{
	assert_int_equal(guest_module_load(params), 0);
}

static void unload(void)
{
	assert_int_equal(guest_module_unload(), 0);
}

static void module_that_works(void **state)
{
	(void)state;
	expect("module", "error", "not built for this kernel", "apt-get install yagura-dkms");
	load(NULL);
	assert_false(has("module", "error", "", ""));
	expect("hooks", "ok", "hooks are attached", "");
	expect("drops", "ok", "nothing was dropped", "");
	assert_false(has("hooks", "warning", "", ""));
	assert_false(has("hooks", "error", "", ""));
	assert_false(has("rings", "error", "", ""));
	/* We are no conflict of our own. */
	assert_false(has("redirectors", "warning", "", ""));
	unload();
}

static void policy_is_looked_at(void **state)
{
	(void)state;
	load(NULL);
	expect("policy", "note", "no policy is in force", "yaguractl policy load FILE");
	assert_int_equal(mkdir(HOST_POLICY, 0755), 0);
	assert_int_equal(guest_file_write(HOST_POLICY "/10.yaml", POLICY), 0);
	expect("policy", "error", "the host's policy is not in force", "yaguractl policy apply");
	command_run(&said, CTL, "policy", "apply");
	assert_int_equal(said.status, 0);
	assert_false(has("policy", "error", "", ""));
	assert_int_equal(unlink(HOST_POLICY "/10.yaml"), 0);
	assert_int_equal(rmdir(HOST_POLICY), 0);
	command_run(&said, CTL, "policy", "load", "--confirm", "60", POLICY_PATH);
	assert_int_equal(said.status, 0);
	expect("policy", "note", "on trial", "yaguractl policy confirm");
	command_run(&said, CTL, "policy", "confirm");
	assert_int_equal(said.status, 0);
	assert_false(has("policy", "note", "on trial", ""));
	expect("policy", "note", "not locked", "yaguractl policy lock");
	unload();
}

static void module_that_is_disabled(void **state)
{
	(void)state;
	load("disable=1");
	expect("hooks", "error", "nothing is seen", "");
	unload();
}

static void module_that_has_stopped(void **state)
{
	(void)state;
	load(NULL);
	command_run(&said, CTL, "stop", "--yes");
	assert_int_equal(said.status, 0);
	expect("hooks", "error", "let go of its hooks", "yagura-upgrade");
	unload();
}

static void ftrace_that_was_switched_off(void **state)
{
	int ret = guest_file_write(FTRACE_ENABLED, "0\n");

	(void)state;
	if (ret == -EOPNOTSUPP)
		skip();
	assert_int_equal(ret, 0);
	load(NULL);
	expect("hooks", "warning", "security_file_open is not hooked", "sysctl -w kernel.ftrace_enabled=1");
	expect("ftrace", "error", "", "sysctl -w kernel.ftrace_enabled=1");
	unload();
	assert_int_equal(guest_file_write(FTRACE_ENABLED, "1\n"), 0);
	load(NULL);
	assert_false(has("hooks", "warning", "", ""));
	expect("ftrace", "ok", "", "");
	unload();
}

/* Whatever another test has left for a host's policy is none of ours. */
static int setup(void **state)
{
	(void)state;
	mkdir("/etc/yagura", 0755);
	rename(HOST_POLICY, HOST_POLICY ".left-by-others");
	return guest_file_write(POLICY_PATH, POLICY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(module_that_works),
		cmocka_unit_test(policy_is_looked_at),
		cmocka_unit_test(module_that_is_disabled),
		cmocka_unit_test(module_that_has_stopped),
		cmocka_unit_test(ftrace_that_was_switched_off),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
