// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"
#include "shortage.h"

#define KO	"/t/fault.ko"
#define PARAM	"/sys/module/fault/parameters/"

/* More than any single call needs. */
#define FROM_MAX	1000

static int from_fd = -1;

void shortage_watch(pid_t tgid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", tgid);
	assert_int_equal(guest_file_write(PARAM "tgid", text), 0);
}

/* The newline ends it: there is no writing of nothing. */
void shortage_limit(const char *function)
{
	char text[128];

	snprintf(text, sizeof(text), "%s\n", function);
	assert_int_equal(guest_file_write(PARAM "in", text), 0);
}

bool shortage_load(void)
{
	int ret = guest_module_load_file(KO, NULL);

	if (ret == -ENOENT) {
		puts("# no should_failslab() on this kernel: memory cannot be made to run out");
		return false;
	}
	assert_int_equal(ret, 0);
	shortage_watch(getpid());
	from_fd = open(PARAM "from", O_WRONLY | O_CLOEXEC);
	assert_true(from_fd >= 0);
	return true;
}

void shortage_unload(void)
{
	close(from_fd);
	assert_int_equal(syscall(SYS_delete_module, "fault", O_NONBLOCK), 0);
}

static void set_from(unsigned int from)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", from);

	assert_int_equal(pwrite(from_fd, text, len, 0), len);
}

void shortage_begin(unsigned int from)
{
	set_from(from);
}

static void read_param(const char *name, char *text, size_t cap)
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), PARAM "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = read(fd, text, cap - 1);
	close(fd);
	if (len < 0)
		fail_msg("%s: cannot be read", path);
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static unsigned int read_number(const char *name)
{
	char text[16];
	unsigned int value;

	read_param(name, text, sizeof(text));
	assert_int_equal(sscanf(text, "%u", &value), 1);
	return value;
}

struct shortage shortage_end(void)
{
	struct shortage shortage;

	set_from(0);
	shortage.seen = read_number("seen");
	shortage.failed = read_number("failed");
	read_param("site", shortage.site, sizeof(shortage.site));
	return shortage;
}

unsigned int shortage_sweep(int (*attempt)(void *arg),
			    void (*check)(void *arg, int returned, const struct shortage *shortage),
			    void *arg)
{
	for (unsigned int from = 1; from <= FROM_MAX; from++) {
		struct shortage shortage;
		int returned;

		shortage_begin(from);
		returned = attempt(arg);
		shortage = shortage_end();
		if (shortage.failed)
			printf("# no memory from allocation %u on, in %s: returned %d\n", from,
			       shortage.site, returned);
		check(arg, returned, &shortage);
		if (!shortage.failed)
			return shortage.seen;
	}
	fail_msg("more than %u allocations", FROM_MAX);
	return 0;
}
