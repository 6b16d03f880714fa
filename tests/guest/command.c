// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

#define TIMEOUT_MS	60000	/* of an emulator that shares its host */

struct task {
	uid_t uid;
	const char *const *argv;
	int out_fd, err_fd;
};

static bool become(uid_t uid)
{
	return !uid || (!setgroups(0, NULL) && !setresgid(uid, uid, uid) && !setresuid(uid, uid, uid));
}

static int execute(void *arg)
{
	const struct task *task = arg;
	int null_fd = open("/dev/null", O_RDONLY);

	if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
	    dup2(task->out_fd, STDOUT_FILENO) < 0 || dup2(task->err_fd, STDERR_FILENO) < 0 ||
	    !become(task->uid))
		return 126;
	execv(task->argv[0], (char *const *)task->argv);
	return 127;
}

/* A file takes any amount at any time: no pipe to be kept from filling up. */
static int make_sink(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static char *take_sink(int fd, size_t *bytes)
{
	struct stat info;
	char *text;

	assert_int_equal(fstat(fd, &info), 0);
	text = malloc(info.st_size + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, info.st_size, 0), info.st_size);
	text[info.st_size] = '\0';
	close(fd);
	if (bytes)
		*bytes = info.st_size;
	return text;
}

void command_run_as(struct command *command, uid_t uid, const char *const argv[])
{
	struct task task = {
		.uid = uid,
		.argv = argv,
		.out_fd = make_sink("out"),
		.err_fd = make_sink("err"),
	};
	pid_t pid;

	command_free(command);
	pid = guest_child_start(execute, &task);
	assert_true(pid > 0);
	command->status = guest_child_wait(pid, TIMEOUT_MS);
	command->out = take_sink(task.out_fd, &command->out_bytes);
	command->err = take_sink(task.err_fd, NULL);
}

void command_free(struct command *command)
{
	free(command->out);
	free(command->err);
	*command = (struct command){ 0 };
}

void assert_command_at(const struct command *command, int status, const char *text,
		       const char *file, int line)
{
	const char *said = status ? command->err : command->out;

	if (command->status == status && strstr(said, text))
		return;
	print_message("# status %d, not %d; or this is not in it: %s\n# out: %s\n# err: %s\n",
		      command->status, status, text, command->out, command->err);
	_fail(file, line);
}
