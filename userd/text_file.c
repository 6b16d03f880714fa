// SPDX-License-Identifier: GPL-2.0-only
#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_BYTES	4096

/* Room for one byte more than max, to tell "full" from "too large", and NUL. */
static int grow(char **text, size_t *cap, size_t max_bytes)
{
	size_t want = *cap ? 2 * *cap : FIRST_BYTES;
	char *larger;

	if (want > max_bytes + 2)
		want = max_bytes + 2;
	larger = realloc(*text, want);
	if (!larger)
		return -ENOMEM;
	*text = larger;
	*cap = want;
	return 0;
}

static int read_all(int fd, size_t max_bytes, char **text, size_t *bytes)
{
	size_t cap = 0, len = 0;
	char *buf = NULL;
	ssize_t got;
	int err;

	for (;;) {
		if (len + 1 >= cap) {
			err = grow(&buf, &cap, max_bytes);
			if (err)
				goto out_free;
		}
		got = read(fd, buf + len, cap - 1 - len);
		if (got < 0 && errno == EINTR)
			continue;
		err = got < 0 ? -errno : 0;
		if (err)
			goto out_free;
		len += got;
		err = len > max_bytes ? -EFBIG : 0;
		if (err)
			goto out_free;
		if (!got)
			break;
	}
	buf[len] = '\0';
	*text = buf;
	*bytes = len;
	return 0;

out_free:
	free(buf);
	return err;
}

int ygr_text_file_read(const char *path, size_t max_bytes, char **text,
		       size_t *bytes)
{
	int fd, err;

	if (!strcmp(path, "-"))
		return read_all(STDIN_FILENO, max_bytes, text, bytes);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	err = read_all(fd, max_bytes, text, bytes);
	close(fd);
	return err;
}
