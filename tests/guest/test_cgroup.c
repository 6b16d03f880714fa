// SPDX-License-Identifier: GPL-2.0-only
/* Rules about the cgroup of a process, by its path in the unified hierarchy. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "walk.h"

#define CG	"/tmp/cg"
#define A	PROGRAM("a")
#define B	PROGRAM("b")

/* More than the kernel side remembers on a CPU. */
#define CGROUP_NR	100

static void path_is_that_of_the_unified_hierarchy(void **state)
{
	static const struct walk walks[] = {
		{ "cgroup: /", true, { A } },
		{ "cgroup: /y", false, { A } },
		{ "cgroup: /y", true, { A, "join", CG "/y" } },
		{ "cgroup: /", false, { A, "join", CG "/y" } },
		{ "cgroup: /y/**", false, { A, "join", CG "/y" } },
		{ "cgroup: /y/**", true, { A, "join", CG "/y/z" } },
		{ "cgroup: /**", true, { A, "join", CG "/y/z" } },
		{ "cgroup: /y", false, { A, "join", CG "/y/z" } },
		{ "cgroup: /y/z", true, { A, "join", CG "/y/z" } },
		{ "cgroup: \"/?/z\"", true, { A, "join", CG "/y/z" } },
		{ "cgroup: \"**/z\"", true, { A, "join", CG "/y/z" } },
		{ "cgroup: [/x, /y]", true, { A, "join", CG "/y" } },
		{ "not: { cgroup: /y }", false, { A, "join", CG "/y" } },
		{ "not: { cgroup: /y }", true, { A } },
		{ "cgroup: /y, exe: " B, true, { A, "join", CG "/y", "exec", B } },
		{ "cgroup: /y, exe: " A, false, { A, "join", CG "/y", "exec", B } },
	};

	walk_table(*state, walks);
}

static void it_is_the_one_of_now(void **state)
{
	static const struct walk walks[] = {
		{ "cgroup: /y", true, { A, "join", CG "/y", "fork", "exec", B } },
		{ "cgroup: /y", true, { A, "join", CG "/y", "thread" } },
		{ "cgroup: /y", false, { A, "join", CG "/y", "join", CG } },
		{ "cgroup: /y", false, { A, "join", CG "/y", "read", FILE_X, "join", CG "/y/z" } },
		{ "cgroup: /y/z", true, { A, "join", CG "/y", "read", FILE_X, "join", CG "/y/z" } },
		{ "cgroup: /y", true, { A, "aside", "join", CG "/y/z", "join", CG "/y" } },
		{ "cgroup: /y/z", false, { A, "aside", "join", CG "/y/z" } },
	};

	walk_table(*state, walks);
}

/* A folder that is made again is another cgroup with the same path. */
static void path_counts_and_not_the_folder(void **state)
{
	struct stat before, after;

	guest_policy_load(*state, RULES_1("{ name: r, on: open-write, do: deny, errno: EACCES, "
					  "where: { path: " FILE_X ", cgroup: /again } }"));
	assert_int_equal(mkdir(CG "/again", 0755), 0);
	assert_int_equal(stat(CG "/again", &before), 0);
	assert_int_equal(walk_now(A, "join", CG "/again", "open", FILE_X), EACCES);
	assert_int_equal(rmdir(CG "/again"), 0);
	assert_int_equal(mkdir(CG "/again", 0755), 0);
	assert_int_equal(stat(CG "/again", &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(walk_now(A, "join", CG "/again", "open", FILE_X), EACCES);
	assert_int_equal(rmdir(CG "/again"), 0);
}

static void id_is_the_inode_of_the_folder(void **state)
{
	char where[64];
	struct walk walks[] = {
		{ where, true, { A, "join", CG "/y" } },
		{ where, false, { A, "join", CG "/y/z" } },
		{ where, false, { A } },
	};
	struct stat st;

	assert_int_equal(stat(CG "/y", &st), 0);
	snprintf(where, sizeof(where), "cgroup-id: %ju", (uintmax_t)st.st_ino);
	walk_table(*state, walks);
}

static void join_self(const char *folder)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, "0", 1), 1);
	close(fd);
}

static int errno_of_open(void)
{
	int fd = open(FILE_X, O_WRONLY | O_CLOEXEC), error = errno;

	if (fd < 0)
		return error;
	close(fd);
	return 0;
}

/* One process in many cgroups in turn, of which every other one is denied; twice. */
static void many_are_told_apart(void **state)
{
	char folder[64];

	guest_policy_load(*state, RULES_1("{ name: r, on: open-write, do: deny, errno: EACCES, "
					  "where: { path: " FILE_X ", cgroup: /many/odd/** } }"));
	assert_int_equal(mkdir(CG "/many", 0755), 0);
	assert_int_equal(mkdir(CG "/many/odd", 0755), 0);
	assert_int_equal(mkdir(CG "/many/even", 0755), 0);
	for (unsigned int i = 0; i < 2 * CGROUP_NR; i++) {
		snprintf(folder, sizeof(folder), CG "/many/%s/%u", i % 2 ? "odd" : "even",
			 i % CGROUP_NR);
		if (i < CGROUP_NR)
			assert_int_equal(mkdir(folder, 0755), 0);
		join_self(folder);
		assert_int_equal(errno_of_open(), i % 2 ? EACCES : 0);
	}
	join_self(CG);
	for (unsigned int i = 0; i < CGROUP_NR; i++) {
		snprintf(folder, sizeof(folder), CG "/many/%s/%u", i % 2 ? "odd" : "even", i);
		assert_int_equal(rmdir(folder), 0);
	}
	assert_int_equal(rmdir(CG "/many/odd"), 0);
	assert_int_equal(rmdir(CG "/many/even"), 0);
	assert_int_equal(rmdir(CG "/many"), 0);
}

static int cgroup_setup(void **state)
{
	if ((mkdir(CG, 0755) && errno != EEXIST) || mount("none", CG, "cgroup2", 0, NULL) ||
	    mkdir(CG "/y", 0755) || mkdir(CG "/y/z", 0755))
		return -1;
	return walk_setup(state);
}

static int cgroup_teardown(void **state)
{
	int ret = guest_teardown(state);

	if (rmdir(CG "/y/z") || rmdir(CG "/y") || umount(CG))
		return -1;
	return ret;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(path_is_that_of_the_unified_hierarchy, guest_fresh),
		cmocka_unit_test_setup(it_is_the_one_of_now, guest_fresh),
		cmocka_unit_test_setup(path_counts_and_not_the_folder, guest_fresh),
		cmocka_unit_test_setup(id_is_the_inode_of_the_folder, guest_fresh),
		cmocka_unit_test_setup(many_are_told_apart, guest_fresh),
	};

	return cmocka_run_group_tests_name("cgroup", tests, cgroup_setup, cgroup_teardown);
}
