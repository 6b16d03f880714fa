// SPDX-License-Identifier: GPL-2.0-only
/* Which files a configuration is read from, in a directory of its own. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_file.h"
#include "drop_in.h"

static char directory[] = "/tmp/yagura-config.XXXXXX";
static struct ygr_config config;
static struct ygr_text_errors errors;

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void put_host(const char *name, const char *host)
{
	char text[100];

	snprintf(text, sizeof(text), "version: 1\nsender: {host_name: %s}\n", host);
	put(name, text);
}

static int load(bool must_exist)
{
	char path[256];

	strcpy(path, path_of("y.yaml"));
	ygr_config_exit(&config);
	ygr_config_init(&config);
	ygr_text_error_init(&errors);
	return ygr_config_file_load(&config, &ygr_config_access_here, path, must_exist, &errors);
}

/* The one error, without the directory that the test is in. */
static void expect_error(const char *wanted)
{
	char line[512];

	assert_int_equal(errors.error_nr, 1);
	ygr_text_error_format(&errors.item[0], "none", line, sizeof(line));
	assert_memory_equal(line, directory, strlen(directory));
	assert_string_equal(line + strlen(directory) + 1, wanted);
}

static int set_up(void **state)
{
	(void)state;
	assert_int_equal(mkdir(directory, 0700), 0);
	assert_int_equal(mkdir(path_of("y.yaml.d"), 0700), 0);
	return 0;
}

static int tear_down(void **state)
{
	char command[100];

	(void)state;
	ygr_config_exit(&config);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

static void test_nothing_there(void **state)
{
	(void)state;
	assert_int_equal(load(false), 0);
	assert_int_equal(config.layer_nr, 0);
	assert_int_equal(load(true), -EBADMSG);
	expect_error("y.yaml: error: No such file or directory");
}

static void test_no_directory(void **state)
{
	(void)state;
	assert_int_equal(rmdir(path_of("y.yaml.d")), 0);
	put_host("y.yaml", "main");
	assert_int_equal(load(true), 0);
	assert_string_equal(config.host_name, "main");
}

static void test_drop_ins_alone(void **state)
{
	(void)state;
	put_host("y.yaml.d/a.yaml", "a");
	assert_int_equal(load(false), 0);
	assert_string_equal(config.host_name, "a");
}

static void test_order_is_of_bytes(void **state)
{
	(void)state;
	put_host("y.yaml", "main");
	put_host("y.yaml.d/a.yaml", "a");
	put_host("y.yaml.d/B.yaml", "B");
	put_host("y.yaml.d/9.yaml", "9");
	put_host("y.yaml.d/10.yaml", "10");
	assert_int_equal(load(true), 0);
	assert_string_equal(config.host_name, "a");
	assert_int_equal(config.layer_nr, 5);
	assert_string_equal(strrchr(config.layers[0].name, '/'), "/y.yaml");
	assert_string_equal(strrchr(config.layers[1].name, '/'), "/10.yaml");
	assert_string_equal(strrchr(config.layers[2].name, '/'), "/9.yaml");
	assert_string_equal(strrchr(config.layers[3].name, '/'), "/B.yaml");
}

static void test_other_names_are_passed_over(void **state)
{
	(void)state;
	put("y.yaml.d/a.yaml.dpkg-new", "nonsense");
	put("y.yaml.d/.a.yaml", "nonsense");
	put("y.yaml.d/.yaml", "nonsense");
	put("y.yaml.d/a.yml", "nonsense");
	put("y.yaml.d/README", "nonsense");
	assert_int_equal(load(false), 0);
	assert_int_equal(config.layer_nr, 0);
}

static void test_place_of_a_mistake(void **state)
{
	(void)state;
	put_host("y.yaml", "main");
	put("y.yaml.d/a.yaml", "version: 1\nlog: [\n");
	put_host("y.yaml.d/b.yaml", "b");
	assert_int_equal(load(true), -EBADMSG);
	expect_error("y.yaml.d/a.yaml:3:1: error: while parsing a flow node: did not find expected node content");
	assert_string_not_equal(config.host_name, "main");
}

/* What is there and cannot be read was meant to hold. */
static void test_what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path_of("y.yaml.d/a.yaml"), 0700), 0);
	assert_int_equal(load(false), -EBADMSG);
	expect_error("y.yaml.d/a.yaml: error: Is a directory");
	assert_int_equal(rmdir(path_of("y.yaml.d/a.yaml")), 0);
	assert_int_equal(symlink("nowhere", path_of("y.yaml.d/a.yaml")), 0);
	assert_int_equal(load(false), -EBADMSG);
	expect_error("y.yaml.d/a.yaml: error: No such file or directory");
}

static void test_no_directory_where_one_should_be(void **state)
{
	(void)state;
	assert_int_equal(rmdir(path_of("y.yaml.d")), 0);
	put("y.yaml.d", "");
	assert_int_equal(load(false), -EBADMSG);
	expect_error("y.yaml.d: error: Not a directory");
}

static void test_too_many(void **state)
{
	char name[40];

	(void)state;
	for (int i = 0; i <= YGR_DROP_INS_MAX; i++) {
		snprintf(name, sizeof(name), "y.yaml.d/%d.yaml", i);
		put(name, "version: 1\n");
	}
	assert_int_equal(load(false), -EBADMSG);
	expect_error("y.yaml.d: error: more than 1000 files in it end with .yaml");
	assert_int_equal(unlink(path_of("y.yaml.d/7.yaml")), 0);
	assert_int_equal(load(false), 0);
	assert_int_equal(config.layer_nr, YGR_DROP_INS_MAX);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_there),
		TEST(test_no_directory),
		TEST(test_drop_ins_alone),
		TEST(test_order_is_of_bytes),
		TEST(test_other_names_are_passed_over),
		TEST(test_place_of_a_mistake),
		TEST(test_what_is_no_file),
		TEST(test_no_directory_where_one_should_be),
		TEST(test_too_many),
	};

	if (!mkdtemp(directory) || rmdir(directory))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
