// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "identity.h"

#define A	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct ygr_identity *identity;
static char top[] = "/tmp/yagura-test-XXXXXX", proc[64], cgroups[64];

static bool nobody(enum ygr_name_kind kind, uint32_t id, char name[YGR_NAME_SERVICE_BYTES])
{
	(void)kind;
	(void)id;
	(void)name;
	return false;
}

static int set_up(void **state)
{
	(void)state;
	strcpy(top, "/tmp/yagura-test-XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(proc, sizeof(proc), "%s/proc", top);
	snprintf(cgroups, sizeof(cgroups), "%s/cgroup", top);
	mkdir(proc, 0700);
	mkdir(cgroups, 0700);
	return ygr_identity_create(&identity, proc, cgroups, nobody);
}

static int tear_down(void **state)
{
	char command[96];

	(void)state;
	ygr_identity_destroy(identity);
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

/* Return: its number. */
static uint64_t make_cgroup(const char *name)
{
	struct stat info;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", cgroups, name);
	mkdir(path, 0700);
	assert_int_equal(stat(path, &info), 0);
	return info.st_ino;
}

static void make_process(uint32_t pid, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%u", proc, pid);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%u/cgroup", proc, pid);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static const struct ygr_cgroup_container *container_of(uint32_t pid, uint64_t cgroup_id)
{
	static struct ygr_identity_facts facts;
	const struct ygr_record head = { .tgid = pid, .cgroup_id = cgroup_id, .time_ns = 5 };

	ygr_identity_find(identity, &head, &facts);
	return facts.container;
}

static struct ygr_identity_stats stats_of(void)
{
	struct ygr_identity_stats stats;

	ygr_identity_stats(identity, &stats);
	return stats;
}

static void test_container(void **state)
{
	uint64_t id = make_cgroup("docker-" A ".scope");

	(void)state;
	make_process(7, "1:name=systemd:/x\n0::/docker-" A ".scope\n");
	assert_string_equal(container_of(7, id)->id, A);
	assert_string_equal(container_of(7, id)->runtime, "docker");
	/* Known from now on, whoever asks. */
	assert_string_equal(container_of(99, id)->id, A);
	assert_int_equal(stats_of().cgroup_nr, 1);
	assert_int_equal(stats_of().gone_nr, 0);
}

static void test_no_container(void **state)
{
	uint64_t id = make_cgroup("cron.service");

	(void)state;
	make_process(7, "0::/cron.service\n");
	assert_null(container_of(7, id));
	assert_null(container_of(7, id));
	assert_null(container_of(7, 0));
	assert_int_equal(stats_of().cgroup_nr, 1);
}

static void test_root(void **state)
{
	(void)state;
	make_process(7, "0::/\n");
	assert_null(container_of(7, make_cgroup(".")));
	assert_int_equal(stats_of().cgroup_nr, 1);
}

/* A runtime starts a process, and moves it: its old cgroup is no container. */
static void test_moved_meanwhile(void **state)
{
	uint64_t runtime = make_cgroup("docker.service"), id = make_cgroup("docker-" A ".scope");

	(void)state;
	make_process(7, "0::/docker-" A ".scope\n");
	assert_null(container_of(7, runtime));
	assert_int_equal(stats_of().gone_nr, 1);
	make_process(8, "0::/docker.service\n");
	assert_null(container_of(8, runtime));
	assert_int_equal(stats_of().cgroup_nr, 1);
	assert_non_null(container_of(7, id));
}

static void test_gone_then_another(void **state)
{
	uint64_t id = make_cgroup("docker-" A ".scope");

	(void)state;
	assert_null(container_of(7, id));
	make_process(8, "0::/docker-" A ".scope\n");
	assert_string_equal(container_of(8, id)->id, A);
	assert_int_equal(stats_of().gone_nr, 1);
}

static void test_not_for_ever(void **state)
{
	uint64_t id = make_cgroup("docker-" A ".scope");

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_null(container_of(7, id));
	assert_int_equal(stats_of().gone_nr, 8);
}

static void test_no_unified_line(void **state)
{
	(void)state;
	make_process(7, "12:pids:/docker/" A "\n");
	assert_null(container_of(7, make_cgroup("x")));
	assert_int_equal(stats_of().gone_nr, 1);
}

/* More cgroups than there is room for. */
static void test_many(void **state)
{
	uint64_t id = make_cgroup("docker-" A ".scope");

	(void)state;
	make_process(7, "0::/docker-" A ".scope\n");
	assert_non_null(container_of(7, id));
	for (uint64_t i = 1; i < 3 * YGR_IDENTITY_CGROUPS_NR; i++)
		container_of(8, id + i);
	assert_non_null(container_of(7, id));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_container),
		TEST(test_no_container),
		TEST(test_root),
		TEST(test_moved_meanwhile),
		TEST(test_gone_then_another),
		TEST(test_not_for_ever),
		TEST(test_no_unified_line),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
