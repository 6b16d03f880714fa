// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "batch_fake.h"
#include "notify.h"

static char dir[64];
static int manager;

/* The service manager's end; a name that begins with @ is an abstract one. */
static void listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static int set_up(void **state)
{
	(void)state;
	temp_dir_make(dir);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	manager = -1;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (manager >= 0)
		close(manager);
	temp_dir_remove(dir);
	return 0;
}

static void expect(const char *text)
{
	char got[64] = "";

	assert_int_equal(recv(manager, got, sizeof(got) - 1, 0), strlen(text));
	assert_string_equal(got, text);
}

static void test_nobody_asked(void **state)
{
	(void)state;
	assert_int_equal(ygr_notify("READY=1"), 0);
}

static void test_socket_with_a_path(void **state)
{
	char path[96];

	(void)state;
	snprintf(path, sizeof(path), "%s/notify", dir);
	listen_at(path);
	assert_int_equal(ygr_notify("READY=1"), 1);
	expect("READY=1");
}

static void test_abstract_socket(void **state)
{
	char name[96];

	(void)state;
	snprintf(name, sizeof(name), "@yagura-test-%d", getpid());
	listen_at(name);
	assert_int_equal(ygr_notify("WATCHDOG=1"), 1);
	expect("WATCHDOG=1");
}

static void test_bad_addresses(void **state)
{
	char path[300];

	(void)state;
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_int_equal(ygr_notify("READY=1"), -EINVAL);
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	setenv("NOTIFY_SOCKET", path, 1);
	assert_int_equal(ygr_notify("READY=1"), -EINVAL);
	setenv("NOTIFY_SOCKET", "/nobody/listens/here", 1);
	assert_int_equal(ygr_notify("READY=1"), -ENOENT);
}

static void test_watchdog(void **state)
{
	char pid[16];

	(void)state;
	assert_int_equal(ygr_notify_watchdog_ns(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(ygr_notify_watchdog_ns(), 30000000000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(ygr_notify_watchdog_ns(), 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(ygr_notify_watchdog_ns(), 30000000000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_asked),
		TEST(test_socket_with_a_path),
		TEST(test_abstract_socket),
		TEST(test_bad_addresses),
		TEST(test_watchdog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
