// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of JSON per event: to a file, to standard output, to the journal.
 *
 * A file is synced before its batch counts as delivered, and opened anew when
 * somebody has renamed it away. After a crash its last line may be cut: the next
 * one starts on a line of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "event_transport.h"

#define JOURNAL_SOCKET	"/run/systemd/journal/socket"
/* Written at a time; also what a slow reader of a pipe is waited for. */
#define CHUNK_BYTES	(256u << 10)
#define BUSY_NS		(20 * YGR_NS_PER_MS)

enum target { TARGET_FILE, TARGET_STDOUT, TARGET_JOURNAL };

struct jsonl_settings {
	int target;
	int format;
	const char *path;
	const char *socket;
};

struct jsonl {
	struct ygr_event_transport base;
	const struct jsonl_settings *settings;
	int fd;				/* -1: none */
	struct ygr_text_buffer text;
	size_t at;			/* what was written of it */
	bool is_dirty;			/* written, not synced */
};

static struct jsonl *from_base(struct ygr_event_transport *base)
{
	return (struct jsonl *)base;
}

/* ---- opening ------------------------------------------------------------------ */

static void close_target(struct ygr_event_transport *base)
{
	struct jsonl *jsonl = from_base(base);

	if (jsonl->fd >= 0 && jsonl->fd != STDOUT_FILENO)
		close(jsonl->fd);
	jsonl->fd = -1;
	jsonl->at = 0;
	jsonl->is_dirty = false;
	ygr_text_buffer_clear(&jsonl->text);
}

/* A line that a crash has cut stays as it is, and stays a line of its own. */
static int end_cut_line(int fd)
{
	char last = '\n';
	off_t end = lseek(fd, 0, SEEK_END);

	if (end <= 0)
		return end < 0 ? -errno : 0;
	if (pread(fd, &last, 1, end - 1) != 1)
		return -errno;
	return last == '\n' || write(fd, "\n", 1) == 1 ? 0 : -errno;
}

static int open_file(struct jsonl *jsonl)
{
	int err;

	jsonl->fd = open(jsonl->settings->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			 0640);
	if (jsonl->fd < 0)
		return -errno;
	err = end_cut_line(jsonl->fd);
	if (err)
		close_target(&jsonl->base);
	return err;
}

static int open_journal(struct jsonl *jsonl)
{
	const char *path = jsonl->settings->socket ?: JOURNAL_SOCKET;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	jsonl->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (jsonl->fd < 0)
		return -errno;
	if (!connect(jsonl->fd, (struct sockaddr *)&address, sizeof(address)))
		return 0;
	err = -errno;
	close_target(&jsonl->base);
	return err;
}

static int open_target(struct ygr_event_transport *base)
{
	struct jsonl *jsonl = from_base(base);
	int err = 0;

	switch (jsonl->settings->target) {
	case TARGET_FILE:
		err = open_file(jsonl);
		break;
	case TARGET_STDOUT:
		jsonl->fd = STDOUT_FILENO;
		break;
	case TARGET_JOURNAL:
		err = open_journal(jsonl);
		break;
	}
	if (!err)
		ygr_event_transport_wake(base, 1);
	return err;
}

/* Rotated: the name is another file's now, or nobody's. */
static bool is_renamed(const struct jsonl *jsonl)
{
	struct stat open_one, named_one;

	return fstat(jsonl->fd, &open_one) || stat(jsonl->settings->path, &named_one) ||
	       open_one.st_dev != named_one.st_dev || open_one.st_ino != named_one.st_ino;
}

/* Between batches only: a batch that is being written stays together. */
static int follow_name(struct jsonl *jsonl)
{
	if (jsonl->settings->target != TARGET_FILE || jsonl->text.len || jsonl->is_dirty ||
	    !is_renamed(jsonl))
		return 0;
	close_target(&jsonl->base);
	return open_file(jsonl);
}

/* ---- writing -------------------------------------------------------------------- */

/*
 * Standard output is not ours to make non-blocking: others write to it. Where poll
 * says that it takes something, a pipe takes PIPE_BUF without waiting.
 */
static ssize_t write_stdout(const char *bytes, size_t len)
{
	struct pollfd ready = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (poll(&ready, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(STDOUT_FILENO, bytes, len < PIPE_BUF ? len : PIPE_BUF);
}

static ssize_t write_some(struct jsonl *jsonl, const char *bytes, size_t len)
{
	switch (jsonl->settings->target) {
	case TARGET_STDOUT:
		return write_stdout(bytes, len);
	case TARGET_JOURNAL:
		return send(jsonl->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	return write(jsonl->fd, bytes, len);
}

/* Return: 0: all of it; -EAGAIN; -errno. */
static int flush(struct jsonl *jsonl)
{
	while (jsonl->at < jsonl->text.len) {
		ssize_t done = write_some(jsonl, jsonl->text.bytes + jsonl->at,
					  jsonl->text.len - jsonl->at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		jsonl->at += (size_t)done;
		jsonl->is_dirty = true;
	}
	ygr_text_buffer_clear(&jsonl->text);
	jsonl->at = 0;
	return 0;
}

/* What the journal makes its level of: a denial is a warning. */
static char priority(const struct ygr_event_value *event)
{
	if (ygr_event_map_is(event, "verdict", "deny"))
		return '4';
	return ygr_event_map_is(event, "verdict", "would_deny") ? '5' : '6';
}

/* One datagram of the journal's own protocol; JSON has no newline in it. */
static void put_journal(struct jsonl *jsonl, const struct ygr_event_value *event)
{
	struct ygr_text_buffer *text = &jsonl->text;
	char id[YGR_EVENT_ID_BYTES];

	ygr_event_mapping_id(ygr_event_transport_origin(&jsonl->base), id);
	ygr_text_buffer_put_text(text, "SYSLOG_IDENTIFIER=yagura\nPRIORITY=");
	ygr_text_buffer_put_char(text, priority(event));
	ygr_text_buffer_put_text(text, "\nYAGURA_ID=");
	ygr_text_buffer_put_text(text, id);
	ygr_text_buffer_put_text(text, "\nMESSAGE=");
	ygr_event_transport_put(&jsonl->base, text, event);
	ygr_text_buffer_put_char(text, '\n');
}

/* Return: whether there was one more event at least. */
static bool fill(struct jsonl *jsonl)
{
	const struct ygr_event_value *event;
	bool is_journal = jsonl->settings->target == TARGET_JOURNAL;

	while (jsonl->text.len < CHUNK_BYTES && (event = ygr_event_transport_next(&jsonl->base))) {
		if (is_journal) {
			put_journal(jsonl, event);
			return true;
		}
		ygr_event_transport_put(&jsonl->base, &jsonl->text, event);
		ygr_text_buffer_put_char(&jsonl->text, '\n');
	}
	return jsonl->text.len > 0;
}

/* A datagram that is too long will be so the next time, too. */
static int flush_or_refuse(struct jsonl *jsonl)
{
	int err = flush(jsonl);

	if (err != -EMSGSIZE)
		return err;
	ygr_event_transport_refuse(&jsonl->base, "an event of %zu bytes is too long for the journal",
				   jsonl->text.len);
	ygr_text_buffer_clear(&jsonl->text);
	return 0;
}

static int sync_target(struct jsonl *jsonl)
{
	if (!jsonl->is_dirty || jsonl->settings->target != TARGET_FILE)
		return 0;
	jsonl->is_dirty = false;
	return fdatasync(jsonl->fd) ? -errno : 0;
}

static int write_batch(struct jsonl *jsonl)
{
	int err = flush_or_refuse(jsonl);

	while (!err && fill(jsonl)) {
		if (jsonl->text.failed)
			return -ENOMEM;
		err = flush_or_refuse(jsonl);
	}
	return err ? err : sync_target(jsonl);
}

static void step(struct ygr_event_transport *base)
{
	struct jsonl *jsonl = from_base(base);
	int err;

	if (!base->is_up) {
		ygr_event_transport_up(base);
		return;
	}
	if (!ygr_event_transport_is_busy(base))
		return;
	err = follow_name(jsonl);
	if (!err)
		err = write_batch(jsonl);
	if (err == -EAGAIN || err == -ENOBUFS)
		ygr_event_transport_wake(base, BUSY_NS);
	else if (err)
		ygr_event_transport_down(base, "%s", strerror(-err));
	else
		ygr_event_transport_done(base);
}

/* ---- the type --------------------------------------------------------------------- */

static void destroy(struct ygr_event_transport *base)
{
	struct jsonl *jsonl = from_base(base);

	ygr_event_transport_exit(base);
	ygr_text_buffer_exit(&jsonl->text);
	free(jsonl);
}

static int set_up(struct ygr_event_transport *base, const struct ygr_output_config *config,
		  const char **reason)
{
	struct jsonl *jsonl = from_base(base);

	(void)reason;
	jsonl->settings = config->settings;
	jsonl->fd = -1;
	base->format = (enum ygr_event_format)jsonl->settings->format;
	return 0;
}

static const struct ygr_event_transport_ops jsonl_ops = {
	.bytes	  = sizeof(struct jsonl),
	.set_up	  = set_up,
	.open	 = open_target,
	.step	 = step,
	.close	 = close_target,
	.destroy = destroy,
};

static int create(struct ygr_transport **out, struct ygr_loop *loop,
		  const struct ygr_transport_user *user, const struct ygr_output_config *config,
		  const char **reason)
{
	return ygr_event_transport_create(out, &jsonl_ops, loop, user, config, reason);
}

static void check(const struct ygr_output_config *config, const struct ygr_yaml_node *node,
		  struct ygr_text_errors *errors)
{
	const struct jsonl_settings *settings = config->settings;

	ygr_event_transport_check(config, node, errors);
	if (settings->target == TARGET_FILE && !ygr_yaml_tree_find(node, "path"))
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "output of type jsonl: \"path\" is missing (to: file needs one)");
}

static const char *const targets[] = { "file", "stdout", "journal", NULL };

static const struct ygr_option jsonl_options[] = {
	{ "to", YGR_OPTION_WORD, .at = offsetof(struct jsonl_settings, target), .words = targets },
	{ "path", YGR_OPTION_PATH, .at = offsetof(struct jsonl_settings, path),
	  .access = YGR_OPTION_MAKES },
	{ "socket", YGR_OPTION_PATH, .at = offsetof(struct jsonl_settings, socket) },
	YGR_EVENT_TRANSPORT_FORMAT(struct jsonl_settings),
	{ 0 }
};

const struct ygr_transport_type ygr_transport_jsonl = {
	.name		= "jsonl",
	.takes_events	= true,
	.options	= jsonl_options,
	.settings_bytes	= sizeof(struct jsonl_settings),
	.check		= check,
	.create		= create,
};
