// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rules say of opens in a directory is kept with it, and is no older than the policy, the names, the mounts
 * and the root that it was said of: after each of thousands of random changes, an open is denied, recorded and left
 * as a look at its path says. What does not depend on the directory alone is asked each time.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest_assert.h"

#define DIR		"/tmp/by_directory"
#define RULES		"version: 1\nname: t\nrules:\n"
#define STEPS		3000
#define HELD_NR		6

/* Return: 0 or the error of an open. */
static int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* ---- one directory ---- */

/* Twice, so that the second can do without being asked. @rule: NULL: by none */
static void expect_recorded(struct guest *guest, const char *path, int flags, const char *rule)
{
	for (int i = 0; i < 2; i++) {
		const struct guest_event *event;

		guest_forget(guest);
		assert_int_equal(try_open(path, flags), 0);
		event = guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = path);
		if (rule)
			assert_text_at(event, YGR_STR_RULE, rule, strlen(rule), __FILE__, __LINE__);
		else
			assert_no_rule(event);
		assert_int_equal(event->head.verdict, YGR_VERDICT_ALLOW);
	}
}

static void expect_left(struct guest *guest, const char *path, int flags)
{
	guest_forget(guest);
	assert_int_equal(try_open(path, flags), 0);
	assert_int_equal(try_open(path, flags), 0);
	/* What comes after it. */
	assert_int_equal(chmod("/tmp", 01777), 0);
	guest_expect(guest, .type = YGR_EV_CHMOD, .tgid = getpid());
	guest_reject(guest, .type = YGR_EV_OPEN, .tgid = getpid());
}

static void expect_denied(struct guest *guest, const char *path, int flags)
{
	for (int i = 0; i < 2; i++) {
		guest_forget(guest);
		assert_int_equal(try_open(path, flags), EPERM);
		guest_expect(guest, .type = YGR_EV_OPEN, .verdict = GUEST_DENIED, .path = path);
	}
}

static void each_policy_is_asked_anew(void **state)
{
	struct guest *guest = *state;

	expect_recorded(guest, DIR "/a/file", O_WRONLY, NULL);
	expect_left(guest, DIR "/a/file", O_RDONLY);
	guest_policy_load(guest, RULES_1("{ name: watch, on: open, do: record, where: { path: \"" DIR "/a/**\" } }"));
	expect_recorded(guest, DIR "/a/file", O_WRONLY, "watch");
	expect_recorded(guest, DIR "/a/file", O_RDONLY, "watch");
	expect_recorded(guest, DIR "/b/file", O_WRONLY, NULL);
	expect_left(guest, DIR "/b/file", O_RDONLY);
	guest_policy_load(guest, RULES_1("{ name: no, on: open-write, do: deny, where: { path: \"" DIR "/a/**\" } }"));
	expect_denied(guest, DIR "/a/file", O_WRONLY);
	expect_left(guest, DIR "/a/file", O_RDONLY);
	guest_policy_load(guest, RULES_1("{ name: hush, on: open-write, do: ignore, where: { path: \"" DIR "/a/**\" } }"));
	expect_left(guest, DIR "/a/file", O_WRONLY);
	guest_policy_clear(guest);
	expect_recorded(guest, DIR "/a/file", O_WRONLY, NULL);
}

static void a_name_may_decide(void **state)
{
	struct guest *guest = *state;

	guest_policy_load(guest, RULES
		"  - { name: one, on: open-write, do: deny, where: { path: " DIR "/a/secret } }\n"
		"  - { name: ends, on: open-write, do: deny, where: { path: \"*.key\" } }\n"
		"  - { name: glob, on: open-write, do: deny, where: { path: \"" DIR "/b/f*e\" } }\n"
		"  - { name: watch, on: open-write, do: record, where: { path: \"" DIR "/**\" } }\n");
	expect_recorded(guest, DIR "/a/file", O_WRONLY, "watch");
	expect_denied(guest, DIR "/a/secret", O_WRONLY);
	expect_denied(guest, DIR "/a/x.key", O_WRONLY);
	expect_recorded(guest, DIR "/a/y", O_WRONLY, "watch");
	expect_denied(guest, DIR "/b/file", O_WRONLY);
	expect_recorded(guest, DIR "/b/secret", O_WRONLY, "watch");
}

static int open_file(void *arg)
{
	return try_open(arg, O_WRONLY);
}

static void a_process_may_decide(void **state)
{
	struct guest *guest = *state;

	guest_policy_load(guest, RULES_1("{ name: no, on: open-write, do: deny, where: { path: \"" DIR
					 "/**\", uid: 1000 } }"));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(guest_child_call(1000, open_file, DIR "/a/file"), EPERM);
		assert_int_equal(guest_child_call(1001, open_file, DIR "/a/file"), 0);
	}
	guest_policy_load(guest, RULES
		"  - { name: mark, on: open-write, do: label, set: [seen], where: { path: \"" DIR "/a/**\" } }\n"
		"  - { name: no, on: open-write, do: deny, where: { path: \"" DIR "/b/**\", label: seen } }\n");
	assert_int_equal(try_open(DIR "/b/file", O_WRONLY), 0);
	assert_int_equal(try_open(DIR "/a/file", O_WRONLY), 0);
	assert_int_equal(try_open(DIR "/b/file", O_WRONLY), EPERM);
}

static void copy_itself(const char *to)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open(to, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755);

	assert_true(in >= 0 && out >= 0);
	while (sendfile(out, in, NULL, 1 << 20) > 0)
		;
	close(in);
	close(out);
}

/* A context tells by which rule and of which program; it is not the one of another rule or program. */
static void rules_and_programs_are_told_apart(void **state)
{
	const struct guest_event *event;
	struct guest *guest = *state;
	char *argv[] = { DIR "/itself", DIR "/a/file", NULL };
	pid_t pid;

	copy_itself(argv[0]);
	guest_policy_load(guest, RULES
		"  - { name: in-a, on: open-write, do: record, where: { path: \"" DIR "/a/**\" } }\n"
		"  - { name: in-b, on: open-write, do: record, where: { path: \"" DIR "/b/**\" } }\n");
	for (int i = 0; i < 3; i++) {
		expect_recorded(guest, DIR "/a/file", O_WRONLY, "in-a");
		expect_recorded(guest, DIR "/b/file", O_WRONLY, "in-b");
	}
	assert_int_equal(try_open(DIR "/a/file", O_WRONLY), 0);
	guest_forget(guest);
	assert_int_equal(try_open(DIR "/a/file", O_WRONLY), 0);
	event = guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .rule = "in-a");
	assert_true(event->ring_bytes < event->head.len);
	assert_text(event, YGR_STR_EXE, "/t/test_by_directory");
	assert_int_equal(guest_child_exec(argv, &pid), 0);
	event = guest_expect(guest, .type = YGR_EV_OPEN, .tgid = (uint32_t)pid, .rule = "in-a");
	assert_text(event, YGR_STR_EXE, DIR "/itself");
}

#define ITSELF	"/tmp/itself_same_len"	/* as long as the path of this program */

/* What is mapped in the middle of the exec is of a process that still has its old program. */
static void an_exec_is_not_told_of_the_old_program(void **state)
{
	struct guest *guest = *state;
	char *argv[] = { ITSELF, DIR "/a/file", NULL };
	const struct guest_event *event;
	pid_t pid;

	copy_itself(ITSELF);
	guest_policy_load(guest, RULES_1("{ name: code, on: [mmap-exec, open-write], do: record }"));
	for (int i = 0; i < 3; i++) {
		guest_forget(guest);
		assert_int_equal(guest_child_exec(argv, &pid), 0);
		event = guest_expect(guest, .type = YGR_EV_OPEN, .tgid = (uint32_t)pid, .path = DIR "/a/file");
		assert_text(event, YGR_STR_EXE, ITSELF);
		guest_expect(guest, .type = YGR_EV_MMAP_EXEC, .tgid = (uint32_t)pid, .rule = "code");
	}
	unlink(ITSELF);
}

/* ---- any change ---- */

static unsigned int seed = 20261130;

static unsigned int any(unsigned int nr)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % nr;
}

static const char *const names[] = { "deny", "watch", "hush", "plain" };

#define NAME_NR	(sizeof(names) / sizeof(names[0]))

static const char *any_path(char path[PATH_MAX])
{
	int len = sprintf(path, "%s", DIR);

	for (unsigned int i = 1 + any(3); i; i--)
		len += sprintf(path + len, "/%s", names[any(NAME_NR)]);
	return path;
}

static struct { unsigned int renamed, mounted, moved; } done;

/* What fails changes nothing, and is as good. */
static void change_anything(void)
{
	char one[PATH_MAX], two[PATH_MAX];

	any_path(one);
	any_path(two);
	switch (any(10)) {
	case 0:
	case 1:
	case 2:
		mkdir(one, 0700);
		break;
	case 3:
	case 4:
	case 5:
		done.renamed += !rename(one, two);
		break;
	case 6:
		done.mounted += !mount(one, two, NULL, MS_BIND, NULL);
		break;
	case 7:
	case 8:
		done.moved += !mount(one, two, NULL, MS_MOVE, NULL);
		break;
	case 9:
		umount2(one, any(2) ? MNT_DETACH : 0);
		break;
	}
}

/* What the rules below say of a path: the first that is in its way. */
static const char *decide(const char *path)
{
	static char first[16];
	const char *at = strncmp(path, DIR "/", strlen(DIR "/")) ? path + 1 : path + strlen(DIR "/");

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(at, "/"), at);
	for (unsigned int i = 0; i < NAME_NR; i++)
		if (!strcmp(first, names[i]))
			return names[i];
	return "plain";
}

static struct { unsigned int denied, watched, left, plain, compact, rooted; } seen;

/* Return: whether it could be compared. */
static bool agrees(struct guest *guest, int held, int proc_dir, int root_dir)
{
	char name[32], path[PATH_MAX + 1] = "";
	bool is_rooted = any(4) == 0 && !chroot(DIR);
	const struct guest_event *event;
	const char *decided;
	ssize_t len;
	int fd, error;

	guest_forget(guest);
	snprintf(name, sizeof(name), "%d", held);
	len = readlinkat(proc_dir, name, path, PATH_MAX - 8);
	fd = openat(held, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	error = fd < 0 ? errno : 0;
	if (is_rooted) {
		assert_int_equal(fchdir(root_dir), 0);
		assert_int_equal(chroot("."), 0);
	}
	if (fd >= 0)
		close(fd);
	assert_true(len > 0);
	/* Beyond the root, or removed. */
	if (path[0] != '/' || (error && error != EPERM))
		return false;
	seen.rooted += is_rooted;
	strcat(path, path[1] ? "/file" : "file");
	decided = decide(path);
	assert_int_equal(error, strcmp(decided, "deny") ? 0 : EPERM);
	if (error) {
		guest_expect(guest, .type = YGR_EV_OPEN, .verdict = GUEST_DENIED, .path = path, .rule = "deny");
		seen.denied++;
		return true;
	}
	if (!strcmp(decided, "hush")) {
		assert_int_equal(chmod("/tmp", 01777), 0);
		guest_expect(guest, .type = YGR_EV_CHMOD, .tgid = getpid());
		guest_reject(guest, .type = YGR_EV_OPEN, .tgid = getpid());
		seen.left++;
		return true;
	}
	event = guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = path);
	seen.compact += event->ring_bytes < event->head.len;
	if (strcmp(decided, "watch")) {
		assert_no_rule(event);
		seen.plain++;
	} else {
		assert_text(event, YGR_STR_RULE, "watch");
		seen.watched++;
	}
	return true;
}

static void hold_any(int *held)
{
	char path[PATH_MAX];
	int fd = open(any_path(path), O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (*held >= 0)
		close(*held);
	*held = fd;
}

#define RULE(name, action) \
	"  - { name: " name ", on: open-write, do: " action ", where: { path: [\"" DIR "/" name "/**\", \"/" name "/**\"] } }\n"

static void verdict_agrees_after_any_change(void **state)
{
	int root_dir = open("/", O_PATH | O_CLOEXEC), proc_dir = open("/proc/self/fd", O_RDONLY | O_CLOEXEC);
	unsigned int compared = 0;
	int held[HELD_NR];

	assert_true(root_dir >= 0 && proc_dir >= 0);
	guest_policy_load(*state, RULES RULE("deny", "deny") RULE("watch", "record") RULE("hush", "ignore"));
	for (unsigned int i = 0; i < HELD_NR; i++)
		held[i] = -1;
	for (unsigned int i = 0; i < STEPS; i++) {
		unsigned int one = any(HELD_NR);

		if (any(2))
			change_anything();
		if (any(16) == 0 || held[one] < 0)
			hold_any(&held[one]);
		compared += held[one] >= 0 && agrees(*state, held[one], proc_dir, root_dir);
	}
	for (unsigned int i = 0; i < HELD_NR; i++)
		if (held[i] >= 0)
			close(held[i]);
	close(root_dir);
	close(proc_dir);
	printf("# %u of %u compared: %u denied, %u watched, %u left, %u plain; %u compact, %u from another root; "
	       "%u renamed, %u mounted, %u mounts moved\n", compared, STEPS, seen.denied, seen.watched, seen.left,
	       seen.plain, seen.compact, seen.rooted, done.renamed, done.mounted, done.moved);
	assert_in_range(compared, STEPS / 3, STEPS);
	assert_true(seen.denied > 50 && seen.watched > 50 && seen.left > 50 && seen.plain > 50);
	assert_in_range(seen.compact, (seen.watched + seen.plain) / 2, seen.watched + seen.plain);
	assert_true(seen.rooted > 50 && done.renamed > 20 && done.mounted > 20 && done.moved > 5);
}

static int fresh(void **state)
{
	static const char *const files[] = { "/a/file", "/a/secret", "/a/x.key", "/a/y", "/b/file", "/b/secret" };
	char path[PATH_MAX];

	guest_policy_clear(*state);
	mkdir(DIR, 0755);
	mkdir(DIR "/a", 0755);
	mkdir(DIR "/b", 0755);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", DIR, files[i]);
		guest_file_write(path, "");
		chmod(path, 0666);
	}
	guest_forget(*state);
	return 0;
}

static int clean(void **state)
{
	char path[PATH_MAX];

	guest_policy_clear(*state);
	for (unsigned int i = 0; i < 2000; i++)
		umount2(any_path(path), MNT_DETACH);
	return 0;
}

#define test(f) cmocka_unit_test_setup_teardown(f, fresh, clean)

int main(int argc, char **argv)
{
	const struct CMUnitTest by_directory[] = {
		test(each_policy_is_asked_anew),
		test(a_name_may_decide),
		test(a_process_may_decide),
		test(rules_and_programs_are_told_apart),
		test(an_exec_is_not_told_of_the_old_program),
		test(verdict_agrees_after_any_change),
	};

	if (argc > 1)
		return try_open(argv[1], O_WRONLY);
	return cmocka_run_group_tests(by_directory, guest_setup, guest_teardown);
}
