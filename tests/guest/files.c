// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

int files_fresh(void **state)
{
	static const char *const old[] = { B, DIR "/fifo", "/file_new", "/tmp/file_new" };

	/* An earlier test's policy may deny what comes here. */
	guest_policy_clear(*state);
	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
		unlink(old[i]);
	mkdir(DIR, 0777);
	umask(0);
	if (guest_file_write(A, TEXT) || chmod(A, 0644))
		return -1;
	guest_forget(*state);
	return 0;
}

const struct guest_event *expect_file(struct guest *guest, enum ygr_event_type type,
					     const char *path)
{
	const struct guest_query query = { .type = type, .tgid = getpid(), .path = path };
	const struct guest_event *event = guest_expect(guest, .type = type, .tgid = getpid(), .path = path);

	assert_int_equal(guest_count(guest, &query), 1);
	return event;
}

void flush(struct guest *guest)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	close(fd);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = "/dev/null");
}

void reject_file(struct guest *guest, enum ygr_event_type type, const char *path)
{
	flush(guest);
	guest_reject(guest, .type = type, .tgid = getpid(), .path = path);
}

int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0640);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int errno_of(int result)
{
	return result ? errno : 0;
}

size_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

int try_map(const char *path, int prot, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	void *map = mmap(NULL, 4096, prot, flags, fd, 0);

	error = map == MAP_FAILED ? errno : 0;
	if (!error)
		munmap(map, 4096);
	close(fd);
	return error;
}

int open_as_other(void *arg)
{
	return try_open(arg, O_WRONLY);
}
