// SPDX-License-Identifier: GPL-2.0-only
/* The guest and the helpers are as the other tests take for granted. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "guest.h"

static void file_systems_are_mounted(void **state)
{
	static const struct {
		const char *where;
		long magic;
	} wanted[] = {
		{ "/proc", PROC_SUPER_MAGIC },
		{ "/sys", SYSFS_MAGIC },
		{ "/tmp", TMPFS_MAGIC },
		{ "/dev/shm", TMPFS_MAGIC },
		{ "/sys/fs/cgroup", CGROUP2_SUPER_MAGIC },
		{ "/sys/fs/bpf", BPF_FS_MAGIC },
		{ "/sys/kernel/tracing", TRACEFS_MAGIC },
		{ "/sys/kernel/security", SECURITYFS_MAGIC },
	};
	struct statfs fs;

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_int_equal(statfs(wanted[i].where, &fs), 0);
		assert_int_equal(fs.f_type, wanted[i].magic);
	}
}

static void loopback_is_up(void **state)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int listener = socket(AF_INET, SOCK_STREAM, 0), peer = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(bind(listener, (struct sockaddr *)&addr, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	assert_int_equal(connect(peer, (struct sockaddr *)&addr, len), 0);
	close(peer);
	close(listener);
}

static void warnings_are_fatal(void **state)
{
	char value[8] = "";
	FILE *f = fopen("/proc/sys/kernel/panic_on_warn", "re");

	(void)state;
	assert_non_null(f);
	assert_non_null(fgets(value, sizeof(value), f));
	fclose(f);
	assert_string_equal(value, "1\n");
}

static void exec_tells_status_signal_and_errno(void **state)
{
	char *seven[] = { "/t/prog_exit", "7", NULL }, *killed[] = { "/t/prog_exit", "KILL", NULL };
	char *missing[] = { "/t/no-such-program", NULL };
	pid_t pid = 0;

	(void)state;
	assert_int_equal(guest_child_exec(seven, &pid), 7);
	assert_true(pid > 1);
	assert_int_equal(guest_child_exec(killed, NULL), 128 + SIGKILL);
	assert_int_equal(guest_child_exec(missing, NULL), -ENOENT);
}

static int report_ids(void *arg)
{
	(void)arg;
	return getuid() == 1000 && geteuid() == 1000 && getgid() == 1000 &&
	       open("/etc/shadow", O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
}

static void child_runs_as_another_user(void **state)
{
	(void)state;
	assert_int_equal(guest_child_call(1000, report_ids, NULL), 0);
	assert_int_equal(getuid(), 0);
}

static int sleep_long(void *arg)
{
	(void)arg;
	return sleep(1000);
}

static void child_that_hangs_is_killed(void **state)
{
	pid_t pid = guest_child_start(sleep_long, NULL);

	(void)state;
	assert_int_equal(guest_child_wait(pid, 50), -ETIMEDOUT);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void file_is_written(void **state)
{
	char text[16] = "";
	int fd;

	(void)state;
	assert_int_equal(guest_file_write("/tmp/rig", "hello"), 0);
	fd = open("/tmp/rig", O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
	close(fd);
	unlink("/tmp/rig");
	assert_int_equal(guest_file_write("/no/such/dir", ""), -ENOENT);
}

static void pinning_works(void **state)
{
	(void)state;
	assert_int_equal(guest_pin(0), 0);
	assert_int_equal(sched_getcpu(), 0);
	assert_int_equal(guest_pin(1000), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_systems_are_mounted),
		cmocka_unit_test(loopback_is_up),
		cmocka_unit_test(warnings_are_fatal),
		cmocka_unit_test(exec_tells_status_signal_and_errno),
		cmocka_unit_test(child_runs_as_another_user),
		cmocka_unit_test(child_that_hangs_is_killed),
		cmocka_unit_test(file_is_written),
		cmocka_unit_test(pinning_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
