// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "metrics_text.h"
#include "status_gather.h"

static int write_all(int fd, const struct ygr_text_buffer *text)
{
	size_t done = 0;
	ssize_t ret;

	while (done < text->len) {
		ret = write(fd, text->bytes + done, text->len - done);
		if (ret < 0 && errno != EINTR)
			return -errno;
		done += ret > 0 ? (size_t)ret : 0;
	}
	return fsync(fd) ? -errno : 0;
}

/* The collector sees the old file or the new one, and never looks at names like ours. */
static int replace(const char *path, const struct ygr_text_buffer *text)
{
	char temp[PATH_MAX];
	int fd, err;

	if (snprintf(temp, sizeof(temp), "%s.new.%d", path, (int)getpid()) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	err = fchmod(fd, 0644) ? -errno : write_all(fd, text);
	close(fd);
	if (!err && rename(temp, path))
		err = -errno;
	if (err)
		unlink(temp);
	return err;
}

static int put_out(const struct ygr_text_buffer *text, const char *path)
{
	int err;

	if (text->failed)
		return ygr_cli_fail(YGR_EXIT_FAULT, "out of memory");
	if (!path) {
		fwrite(text->bytes, 1, text->len, stdout);
		return ygr_cli_finish_output(YGR_EXIT_OK);
	}
	err = replace(path, text);
	return err ? ygr_cli_fail(YGR_EXIT_FAULT, "%s: %s", path, strerror(-err)) : YGR_EXIT_OK;
}

int ygr_cmd_metrics(int argc, char **argv)
{
	static const struct option options[] = {
		{ "textfile", required_argument, NULL, 't' },
		{ "run", required_argument, NULL, 'r' },
		{ 0 },
	};
	const char *directory = YGR_RUNTIME_DIR, *path = NULL;
	struct ygr_text_buffer text = { 0 };
	int option, device_err, code;
	json_t *status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 't')
			path = optarg;
		else if (option == 'r')
			directory = optarg;
		else
			return YGR_EXIT_USAGE;
	}
	if (optind != argc)
		return ygr_cli_usage("metrics takes no argument \"%s\"", argv[optind]);
	/* A module that is not there is a metric, too. */
	status = ygr_status_gather(directory, &device_err);
	ygr_metrics_text_put(&text, status, path != NULL);
	code = put_out(&text, path);
	ygr_text_buffer_exit(&text);
	json_decref(status);
	return code;
}
