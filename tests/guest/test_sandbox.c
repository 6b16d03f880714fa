// SPDX-License-Identifier: GPL-2.0-only
/*
 * An intruder in the sender, on a real kernel with the real device: nothing that
 * he opens is protected by its mode, since any user may read it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "landlock.h"
#include "sandbox.h"

#define POLICY	"/tmp/sandbox/policy.yaml"

static struct ygr_config config;
static const char *wanted;

static int set_up(void **state)
{
	ygr_config_init(&config);
	config.spool_dir = "/tmp/sandbox/spool";
	config.runtime_dir = "/tmp/sandbox/run";
	config.user = "yagura";
	mkdir("/tmp/sandbox", 0755);
	mkdir(config.spool_dir, 0777);
	mkdir(config.runtime_dir, 0777);
	if (guest_file_write(POLICY, "version: 1\n") || chmod(POLICY, 0666))
		return -1;
	return guest_setup(state);
}

/* Return: 0: it opened; an errno; -SIGNAL. */
static int try(int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct ygr_sandbox sandbox;

		ygr_sandbox_prepare_sender(&sandbox, &config);
		if (ygr_sandbox_enter_sender(&sandbox, &config) || !sandbox.landlock || !sandbox.seccomp)
			_exit(255);
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int open_wanted(void)
{
	return open(wanted, O_RDONLY) < 0 ? errno : 0;
}

static int execute(void)
{
	return execl("/bin/busybox", "busybox", "true", NULL) ? errno : 0;
}

static void sender_cannot_open(void **state)
{
	static const char *const others[] = {
		"/dev/yagura", POLICY, "/etc/passwd", "/proc/1/mem", "/dev/mem",
		"/sys/kernel/security/lsm", NULL
	};

	(void)state;
	if (!ygr_landlock_version())
		skip();
	for (const char *const *path = others; *path; path++) {
		wanted = *path;
		if (access(wanted, F_OK) == 0)
			assert_int_equal(try(open_wanted), EACCES);
	}
}

static void device_opens_without_walls(void **state)
{
	int fd;

	(void)state;
	fd = open("/dev/yagura", O_RDONLY);
	assert_true(fd >= 0);
	close(fd);
}

static void sender_can_open_its_spool(void **state)
{
	(void)state;
	assert_int_equal(guest_file_write("/tmp/sandbox/spool/o.state", ""), 0);
	assert_int_equal(chmod("/tmp/sandbox/spool/o.state", 0666), 0);
	wanted = "/tmp/sandbox/spool/o.state";
	if (ygr_landlock_version())
		assert_int_equal(try(open_wanted), 0);
}

static void sender_cannot_execute(void **state)
{
	(void)state;
	if (ygr_landlock_version())
		assert_int_equal(try(execute), -SIGSYS);
}

/* The mode of the device is for root only; here it must not be what protects it. */
static int open_up(void **state)
{
	(void)state;
	return chmod("/dev/yagura", 0666);
}

static int close_up(void **state)
{
	(void)state;
	return chmod("/dev/yagura", 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(device_opens_without_walls, open_up, close_up),
		cmocka_unit_test_setup_teardown(sender_cannot_open, open_up, close_up),
		cmocka_unit_test(sender_can_open_its_spool),
		cmocka_unit_test(sender_cannot_execute),
	};

	return cmocka_run_group_tests_name("sandbox", tests, set_up, guest_teardown);
}
