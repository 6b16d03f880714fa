// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"

int launch_child(void *arg)
{
	const struct launch *launch = arg;
	char *none[] = { NULL };
	char *const *envp = launch->envp ?: none;

	if (launch->cwd && chdir(launch->cwd))
		return 255;
	if (launch->uid && (setresgid(launch->uid, launch->uid, launch->uid) ||
			    setresuid(launch->uid, launch->uid, launch->uid)))
		return 255;
	if (launch->file)
		execve(launch->file, launch->argv, envp);
	else
		syscall(SYS_execveat, launch->fd, "", launch->argv, envp, AT_EMPTY_PATH);
	return errno;
}

pid_t launch(const struct launch *what, int want_status)
{
	pid_t pid = guest_child_start(launch_child, (void *)what);

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), want_status);
	return pid;
}

pid_t launch_plain(const char *file, int want_status)
{
	char *argv[] = { (char *)file, RAN, NULL };

	return launch(&(struct launch){ .file = file, .argv = argv }, want_status);
}

const struct guest_event *expect_exec(struct guest *guest, pid_t pid)
{
	const struct guest_query exec = { .type = YGR_EV_EXEC, .tgid = pid };
	const struct guest_event *event = guest_expect(guest, .type = YGR_EV_EXEC, .tgid = pid);

	assert_int_equal(guest_count(guest, &exec), 1);
	return event;
}

void expect_exit(struct guest *guest, pid_t pid)
{
	guest_expect(guest, .type = YGR_EV_EXIT, .tgid = pid);
}

const struct guest_event *expect_denied_exec(struct guest *guest, pid_t pid)
{
	const struct guest_event *event = guest_expect(guest, .type = YGR_EV_EXEC_CHECK,
						       .tgid = pid, .verdict = GUEST_DENIED);
	const struct guest_query check = { .type = YGR_EV_EXEC_CHECK, .tgid = pid };

	expect_exit(guest, pid);
	assert_int_equal(guest_count(guest, &check), 1);
	guest_reject(guest, .type = YGR_EV_EXEC, .tgid = pid);
	return event;
}

struct hash hash_of(const char *path)
{
	char command[128];
	struct hash hash = { "" };
	FILE *f;

	snprintf(command, sizeof(command), "/bin/busybox sha256sum %s", path);
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%64s", hash.hex), 1);
	assert_int_equal(pclose(f), 0);
	assert_int_equal(strlen(hash.hex), 64);
	return hash;
}

/* Says why, as nobody sees errno in a failed assertion. Return: -1. */
static int cannot(const char *what)
{
	fprintf(stderr, "# %s: %s\n", what, strerror(errno));
	return -1;
}

int copy_prog(int to)
{
	int from = open(PROG, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	do
		n = sendfile(to, from, NULL, 1 << 20);
	while (n > 0);
	if (n)
		cannot("copy of " PROG);
	close(from);
	return n;
}

int make_copy(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755), ret;

	if (fd < 0)
		return cannot(path);
	ret = copy_prog(fd);
	close(fd);
	return ret;
}

int launch_setup(void **state)
{
	if (make_copy(COPY) || (symlink(PROG, LINK) && errno != EEXIST))
		return -1;
	if (guest_file_write(SCRIPT, "#!" PROG " " RAN "\n") || chmod(SCRIPT, 0755) ||
	    guest_file_write(OUTER, "#!" SCRIPT "\n") || chmod(OUTER, 0755))
		return -1;
	return guest_setup(state);
}
