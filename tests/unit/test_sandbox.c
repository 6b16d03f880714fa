// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an intruder in the sender or in the reader can do, tried one by one: each
 * attempt in a child of its own, behind the same walls as the real process.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch_fake.h"
#include "landlock.h"
#include "privilege.h"
#include "sandbox.h"

static struct ygr_config config;
static char spool[64], run[64], far[64], elsewhere[64], path[128];

/* Directories that any user may use: what is denied, the walls deny. */
static void make_dir(char dir[64])
{
	temp_dir_make(dir);
	assert_int_equal(chmod(dir, 0777), 0);
}

static const struct file_settings { const char *path; } settings = { path };

static int set_up_group(void **state)
{
	(void)state;
	make_dir(spool);
	make_dir(run);
	make_dir(far);
	make_dir(elsewhere);
	snprintf(path, sizeof(path), "%s/out.ygs", far);
	ygr_config_init(&config);
	config.spool_dir = spool;
	config.runtime_dir = run;
	config.output_nr = 1;
	config.outputs[0].type = &ygr_transport_file;
	config.outputs[0].settings = (void *)&settings;
	temp_file_write(elsewhere, "policy", "secret", 6);
	snprintf(path, sizeof(path), "%s/policy", elsewhere);
	assert_int_equal(chmod(path, 0666), 0);
	snprintf(path, sizeof(path), "%s/out.ygs", far);
	return 0;
}

static int tear_down_group(void **state)
{
	(void)state;
	temp_dir_remove(spool);
	temp_dir_remove(run);
	temp_dir_remove(far);
	temp_dir_remove(elsewhere);
	return 0;
}

/* ---- behind the walls ----------------------------------------------------- */

enum role { READER, SENDER };

#define NOT_WALLED	255

static void enter(enum role role)
{
	int version = ygr_landlock_version();
	struct ygr_sandbox sandbox;

	if (role == READER) {
		ygr_sandbox_enter_reader(&sandbox);
		if (!sandbox.seccomp)
			_exit(NOT_WALLED);
		return;
	}
	ygr_sandbox_prepare_sender(&sandbox, &config);
	if (ygr_sandbox_enter_sender(&sandbox, &config) || !sandbox.seccomp ||
	    sandbox.landlock != version)
		_exit(NOT_WALLED);
}

/* Return: what @attempt gave: 0, an errno, or -SIGNAL that ended it. */
static int try(enum role role, int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		enter(role);
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return -WTERMSIG(status);
	assert_int_not_equal(WEXITSTATUS(status), NOT_WALLED);
	return WEXITSTATUS(status);
}

static int result(long ret)
{
	return ret < 0 ? errno : 0;
}

static int try_open(const char *dir, const char *name, int flags)
{
	char file[160];

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	return result(open(file, flags, 0600));
}

/* ---- files ---------------------------------------------------------------- */

static int write_spool(void) { return try_open(spool, "o.state", O_WRONLY | O_CREAT | O_TRUNC); }
static int list_spool(void) { return try_open(spool, ".", O_RDONLY | O_DIRECTORY); }
static int write_status(void) { return try_open(run, "sender.json", O_WRONLY | O_CREAT | O_EXCL); }
static int write_output(void) { return try_open(far, "out.ygs", O_RDWR | O_CREAT); }
static int read_memory_use(void) { return try_open("/proc/self", "statm", O_RDONLY); }
static int read_elsewhere(void) { return try_open(elsewhere, "policy", O_RDONLY); }
static int write_elsewhere(void) { return try_open(elsewhere, "policy", O_WRONLY); }
static int list_elsewhere(void) { return try_open(elsewhere, ".", O_RDONLY | O_DIRECTORY); }
static int make_elsewhere(void) { return try_open(elsewhere, "new", O_WRONLY | O_CREAT); }
static int read_shadow(void) { return try_open("/etc", "shadow", O_RDONLY); }
static int read_passwd(void) { return try_open("/etc", "passwd", O_RDONLY); }
static int read_environ(void) { return try_open("/proc/1", "environ", O_RDONLY); }
static int read_device(void) { return try_open("/dev", "null", O_RDWR); }
static int truncate_elsewhere(void)
{
	char file[160];

	snprintf(file, sizeof(file), "%s/policy", elsewhere);
	return result(truncate(file, 0));
}

static int park(void)
{
	char from[160], to[160];

	snprintf(from, sizeof(from), "%s/parked", spool);
	if (mkdir(from, 0750) && errno != EEXIST)
		return errno;
	if (try_open(from, "new", O_WRONLY | O_CREAT))
		return errno;
	snprintf(from, sizeof(from), "%s/parked/new", spool);
	snprintf(to, sizeof(to), "%s/parked/1.ygs", spool);
	return result(rename(from, to)) ?: result(unlink(to));
}

static void test_sender_has_the_files_that_it_needs(void **state)
{
	(void)state;
	assert_int_equal(try(SENDER, write_spool), 0);
	assert_int_equal(try(SENDER, list_spool), 0);
	assert_int_equal(try(SENDER, write_status), 0);
	assert_int_equal(try(SENDER, write_output), 0);
	assert_int_equal(try(SENDER, park), 0);
	assert_int_equal(try(SENDER, read_memory_use), 0);
}

static void test_sender_has_no_others(void **state)
{
	(void)state;
	if (!ygr_landlock_version())
		skip();
	assert_int_equal(try(SENDER, read_elsewhere), EACCES);
	assert_int_equal(try(SENDER, write_elsewhere), EACCES);
	assert_int_equal(try(SENDER, list_elsewhere), EACCES);
	assert_int_equal(try(SENDER, make_elsewhere), EACCES);
	assert_int_equal(try(SENDER, read_shadow), EACCES);
	assert_int_equal(try(SENDER, read_passwd), EACCES);
	assert_int_equal(try(SENDER, read_environ), EACCES);
	assert_int_equal(try(SENDER, read_device), EACCES);
	/* truncate() is not on its list, whether or not Landlock knows it */
	assert_int_equal(try(SENDER, truncate_elsewhere), EPERM);
}

/* ---- processes ------------------------------------------------------------ */

static int execute(void) { return result(execl("/bin/true", "true", NULL)); }
static int trace(void) { return result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL)); }
static int make_process(void) { return result(syscall(SYS_fork)); }
static int make_process_by_clone(void) { return result(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }
static int signal_parent(void) { return result(kill(getppid(), 0)); }
static int become_root(void) { return result(setuid(0)); }
static int leave_namespace(void) { return result(unshare(CLONE_NEWUSER)); }
static int ask_bpf(void) { return result(syscall(SYS_bpf, 0, NULL, 0)); }
static int set_up_uring(void) { return result(syscall(SYS_io_uring_setup, 1, NULL)); }

static int read_parent(void)
{
	char bytes[8];
	struct iovec here = { bytes, sizeof(bytes) }, there = { &config, sizeof(bytes) };

	return result(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}

static void *nothing(void *arg) { return arg; }

static int make_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL) ?: pthread_join(thread, NULL);
}

static void expect_no_processes(enum role role)
{
	assert_int_equal(try(role, execute), -SIGSYS);
	assert_int_equal(try(role, trace), -SIGSYS);
	assert_int_equal(try(role, read_parent), -SIGSYS);
	assert_int_equal(try(role, leave_namespace), -SIGSYS);
	assert_int_equal(try(role, ask_bpf), -SIGSYS);
	assert_int_equal(try(role, make_process), EPERM);
	assert_int_equal(try(role, make_process_by_clone), EPERM);
	assert_int_equal(try(role, signal_parent), EPERM);
	assert_int_equal(try(role, become_root), EPERM);
	assert_int_equal(try(role, make_thread), 0);
}

static void test_sender_has_itself_only(void **state)
{
	(void)state;
	expect_no_processes(SENDER);
	assert_int_equal(try(SENDER, set_up_uring), EPERM);
}

static void test_reader_has_itself_only(void **state)
{
	(void)state;
	expect_no_processes(READER);
	assert_int_equal(try(READER, set_up_uring), EFAULT);	/* heard, and refused for its argument */
}

/* ---- memory --------------------------------------------------------------- */

static int map(int prot)
{
	return mmap(NULL, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}

static int map_data(void) { return map(PROT_READ | PROT_WRITE); }
static int map_both(void) { return map(PROT_READ | PROT_WRITE | PROT_EXEC); }

static int make_executable(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return result(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static void test_no_new_code(void **state)
{
	(void)state;
	for (enum role role = READER; role <= SENDER; role++) {
		assert_int_equal(try(role, map_data), 0);
		assert_int_equal(try(role, map_both), EPERM);
		assert_int_equal(try(role, make_executable), EPERM);
	}
}

/* ---- network -------------------------------------------------------------- */

static struct sockaddr_in listener;

static int look_up(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;

	return getaddrinfo("localhost", "7514", &hints, &list) ? 1 : 0;
}

static int connect_out(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : result(connect(fd, (struct sockaddr *)&listener, sizeof(listener)));
}

static int listen_in(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : result(bind(fd, (struct sockaddr *)&any, sizeof(any))) ?: result(listen(fd, 1));
}

static int open_packet(void) { return result(socket(AF_PACKET, SOCK_RAW, 0)); }
static int open_inet(void) { return result(socket(AF_INET, SOCK_STREAM, 0)); }
static int open_unix(void) { return result(socket(AF_UNIX, SOCK_STREAM, 0)); }

static void test_sender_connects_and_does_not_listen(void **state)
{
	socklen_t len = sizeof(listener);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	listener.sin_family = AF_INET;
	listener.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&listener, sizeof(listener)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&listener, &len), 0);
	assert_int_equal(try(SENDER, connect_out), 0);
	assert_int_equal(try(SENDER, look_up), 0);
	assert_int_equal(try(SENDER, open_packet), EPERM);
	/* From version 4 on Landlock refuses the bind; seccomp refuses the listen. */
	assert_int_equal(try(SENDER, listen_in), ygr_landlock_version() >= 4 ? EACCES : EPERM);
	close(fd);
}

static void test_reader_has_no_network(void **state)
{
	(void)state;
	assert_int_equal(try(READER, open_inet), EPERM);
	assert_int_equal(try(READER, open_packet), EPERM);
	assert_int_equal(try(READER, open_unix), 0);
}

/* ---- rights --------------------------------------------------------------- */

static bool has_line(const char *line)
{
	char text[4096] = "";
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	bool has = read(fd, text, sizeof(text) - 1) > 0 && strstr(text, line);

	close(fd);
	return has;
}

static int sender_rights(void)
{
	return has_line("CapEff:\t0000000000000000\n") && has_line("CapPrm:\t0000000000000000\n") &&
	       has_line("CapBnd:\t0000000000000000\n") && has_line("NoNewPrivs:\t1\n") &&
	       has_line("Groups:\t \n") && getuid() != 0 && geteuid() != 0 && getgid() != 0 ? 0 : 1;
}

static int reader_rights(void)
{
	return has_line("CapEff:\t000000000008000e\n") && has_line("CapPrm:\t000000000008000e\n") &&
	       has_line("CapBnd:\t000000000008000e\n") && has_line("NoNewPrivs:\t1\n") ? 0 : 1;
}

static void test_capabilities_are_gone_for_good(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(try(SENDER, sender_rights), 0);
	assert_int_equal(try(READER, reader_rights), 0);
}

/* ---- name service --------------------------------------------------------- */

static void test_replaced_file_is_noticed(void **state)
{
	struct ygr_sandbox sandbox;

	(void)state;
	if (!ygr_landlock_version())
		skip();
	ygr_sandbox_prepare_sender(&sandbox, &config);
	assert_false(ygr_sandbox_is_stale(&sandbox));
	sandbox.named[1].ino++;
	assert_true(ygr_sandbox_is_stale(&sandbox));
	close(sandbox.ruleset_fd);
	close(sandbox.proc_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sender_has_the_files_that_it_needs),
		cmocka_unit_test(test_sender_has_no_others),
		cmocka_unit_test(test_sender_has_itself_only),
		cmocka_unit_test(test_reader_has_itself_only),
		cmocka_unit_test(test_no_new_code),
		cmocka_unit_test(test_sender_connects_and_does_not_listen),
		cmocka_unit_test(test_reader_has_no_network),
		cmocka_unit_test(test_capabilities_are_gone_for_good),
		cmocka_unit_test(test_replaced_file_is_noticed),
	};

	return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
