// SPDX-License-Identifier: GPL-2.0-only
/* The tool against the real module: what it says, and what the kernel then does. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define CTL	"/t/yaguractl "
#define NOBODY	65534

static char said[65536];

/* Runs it, keeps both of its channels in `said`. Return: its exit status. */
static int run(const char *command)
{
	size_t len;
	FILE *pipe;
	char line[512];
	int status;

	snprintf(line, sizeof(line), "%s 2>&1", command);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	len = fread(said, 1, sizeof(said) - 1, pipe);
	said[len] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void expect(const char *command, int status, const char *wanted)
{
	int got = run(command);

	assert_string_equal(said, wanted);
	assert_int_equal(got, status);
}

static void put_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static int can_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	if (fd < 0)
		return -errno;
	close(fd);
	unlink(path);
	return 0;
}

static int load_module(void **state)
{
	(void)state;
	put_file("/tmp/deny.yaml",
		 "version: 1\nname: guest\nrules:\n"
		 "  - { name: no-create, on: create, do: deny, where: { path: \"/tmp/no/**\" } }\n"
		 "  - { name: try-out, on: connect, do: deny, mode: monitor, where: { cidr: 203.0.113.0/24 } }\n");
	put_file("/tmp/bad.yaml", "version: 1\nname: guest\nrules: [{ name: a, on: exec, d: deny }]\n");
	return guest_module_load(NULL);
}

static int unload_module(void **state)
{
	(void)state;
	return guest_module_unload();
}

static void status_of_a_fresh_module(void **state)
{
	(void)state;
	assert_int_equal(run(CTL "status"), 0);
	assert_non_null(strstr(said, "module     yagura "));
	assert_non_null(strstr(said, "\npolicy     generation 0, no policy: everything is allowed\n"));
	assert_non_null(strstr(said, " attached\n"));
	assert_non_null(strstr(said, "\nrings      cpu 0 "));
	assert_null(strstr(said, "DEGRADED"));
	assert_non_null(strstr(said, " denied 0, ignored 0, "));
}

static void show_without_a_policy(void **state)
{
	(void)state;
	expect(CTL "policy show", 0, "# generation 0: no policy\n");
	expect(CTL "policy show --blob", 1, "yaguractl: there is no policy (generation 0)\n");
}

static void load_is_in_force(void **state)
{
	(void)state;
	mkdir("/tmp/no", 0700);
	assert_int_equal(can_create("/tmp/no/x"), 0);
	expect(CTL "policy load /tmp/deny.yaml", 0,
	       "generation 1 active, 2 rules (1 enforce, 1 monitor)\n");
	assert_int_equal(can_create("/tmp/no/x"), -EPERM);
	assert_int_equal(run(CTL "status"), 0);
	assert_non_null(strstr(said, "\npolicy     generation 1, guest, 2 rules (1 enforce, 1 monitor)\n"));
	assert_non_null(strstr(said, " denied 1, "));
}

static void a_bad_file_leaves_the_policy(void **state)
{
	(void)state;
	expect(CTL "policy load /tmp/bad.yaml", 1,
	       "/tmp/bad.yaml:3:9: error: rule \"a\": missing key \"do\"\n"
	       "/tmp/bad.yaml:3:30: error: unknown key \"d\" in rule \"a\" (did you mean \"do\"?)\n");
	assert_int_equal(can_create("/tmp/no/x"), -EPERM);
}

static void show_prints_what_load_takes(void **state)
{
	(void)state;
	expect(CTL "policy show", 0,
	       "# generation 1\n"
	       "version: 1\n"
	       "name: guest\n"
	       "rules:\n"
	       "  - name: no-create\n"
	       "    on: [create]\n"
	       "    where:\n"
	       "      path: [\"/tmp/no/**\"]\n"
	       "    do: deny\n"
	       "  - name: try-out\n"
	       "    on: [connect]\n"
	       "    where:\n"
	       "      cidr: [\"203.0.113.0/24\"]\n"
	       "    do: deny\n"
	       "    mode: monitor\n");
	expect(CTL "policy show > /tmp/shown.yaml && " CTL "policy show --blob > /tmp/first.blob", 0, "");
	expect(CTL "policy load /tmp/shown.yaml", 0,
	       "generation 2 active, 2 rules (1 enforce, 1 monitor)\n");
	expect(CTL "policy show --blob > /tmp/second.blob && cmp /tmp/first.blob /tmp/second.blob", 0, "");
	expect(CTL "policy load /tmp/first.blob", 0,
	       "generation 3 active, 2 rules (1 enforce, 1 monitor)\n");
	assert_int_equal(can_create("/tmp/no/x"), -EPERM);
}

static void two_administrators(void **state)
{
	(void)state;
	expect(CTL "policy load --expect-generation 2 /tmp/deny.yaml", 1,
	       "yaguractl: /tmp/deny.yaml: not loaded: generation 3 is active, not the expected 2\n");
	expect(CTL "policy clear --expect-generation 2", 1,
	       "yaguractl: policy clear: not done: generation 2 is not the active one\n");
	expect(CTL "policy load --expect-generation 3 /tmp/deny.yaml", 0,
	       "generation 4 active, 2 rules (1 enforce, 1 monitor)\n");
}

static void status_as_json(void **state)
{
	(void)state;
	assert_int_equal(run(CTL "status --json"), 0);
	assert_int_equal(said[0], '{');
	assert_non_null(strstr(said, "\"generation\": 4"));
	assert_non_null(strstr(said, "\"name\": \"guest\""));
	assert_non_null(strstr(said, "\"symbol\": \"security_file_open\""));
}

static void clear_allows_again(void **state)
{
	(void)state;
	expect(CTL "policy clear", 0, "generation 5 active, no policy\n");
	assert_int_equal(can_create("/tmp/no/x"), 0);
	expect(CTL "policy show", 0, "# generation 5: no policy\n");
}

static void a_consumer_is_in_nobodys_way(void **state)
{
	struct guest *guest = guest_open();

	(void)state;
	assert_int_equal(run(CTL "status"), 0);
	expect(CTL "policy load /tmp/deny.yaml", 0,
	       "generation 6 active, 2 rules (1 enforce, 1 monitor)\n");
	guest_close(guest);
}

/* Root stays the saved user, to come back to. */
static void without_privilege(void **state)
{
	(void)state;
	assert_int_equal(setresuid(NOBODY, NOBODY, 0), 0);
	expect(CTL "policy show", 3,
	       "yaguractl: /dev/yagura: permission denied: this needs root "
	       "(CAP_SYS_ADMIN in the initial user namespace)\n");
	assert_int_equal(setresuid(0, 0, 0), 0);
}

static void without_a_module(void **state)
{
	(void)state;
	assert_int_equal(guest_module_unload(), 0);
	expect(CTL "policy load /tmp/deny.yaml", 3,
	       "yaguractl: /dev/yagura: the module is not loaded (modprobe yagura)\n");
	assert_int_equal(run(CTL "status"), 3);
	assert_int_equal(guest_module_load(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_of_a_fresh_module),
		cmocka_unit_test(show_without_a_policy),
		cmocka_unit_test(load_is_in_force),
		cmocka_unit_test(a_bad_file_leaves_the_policy),
		cmocka_unit_test(show_prints_what_load_takes),
		cmocka_unit_test(two_administrators),
		cmocka_unit_test(status_as_json),
		cmocka_unit_test(clear_allows_again),
		cmocka_unit_test(a_consumer_is_in_nobodys_way),
		cmocka_unit_test(without_privilege),
		cmocka_unit_test(without_a_module),
	};

	return cmocka_run_group_tests_name("yaguractl", tests, load_module, unload_module);
}
