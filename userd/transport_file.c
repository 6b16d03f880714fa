// SPDX-License-Identifier: GPL-2.0-only
/* The far end that is a file: what a receiver would store, without a receiver. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_output.h"
#include "store.h"

struct file_settings {
	const char *path;
};

struct file_transport {
	struct ygr_transport base;
	const char *path;
	struct ygr_store store;		/* fd < 0: the link is down */
	struct ygr_loop_timer timer;
	bool	 is_up;
	bool	 is_dirty;		/* batches were appended and not yet acknowledged */
	int	 error;			/* of an append: told by down() */
};

static void file_down(struct file_transport *file, int error)
{
	ygr_store_close(&file->store);
	file->is_up = false;
	file->base.user.down(file->base.user.arg, strerror(-error));
}

/* One sync for all that was appended since the last one. */
static void file_later(void *arg)
{
	struct file_transport *file = arg;
	int ret = file->error;

	if (file->store.fd < 0)
		return;
	if (!file->is_up) {
		file->is_up = true;
		file->base.user.up(file->base.user.arg, file->store.last_batch_id,
				   file->store.last_hash);
		return;
	}
	if (!ret && file->is_dirty)
		ret = ygr_store_sync(&file->store);
	if (ret) {
		file_down(file, ret);
		return;
	}
	if (file->is_dirty) {
		file->is_dirty = false;
		file->base.user.acked(file->base.user.arg, file->store.last_batch_id);
	}
}

static int file_start(struct ygr_transport *transport, const struct ygr_transport_hello *hello)
{
	struct file_transport *file = (struct file_transport *)transport;
	int ret = ygr_store_open(&file->store, file->path, hello->spool_id);

	if (ret)
		return ret;
	file->is_up = false;
	file->is_dirty = false;
	file->error = 0;
	ygr_loop_timer_arm(&file->timer, 1);
	return 0;
}

static int file_send(struct ygr_transport *transport, uint64_t batch_id,
		     const uint8_t *batch, size_t len)
{
	struct file_transport *file = (struct file_transport *)transport;

	if (!file->error)
		file->error = ygr_store_append(&file->store, batch_id, batch, len);
	file->is_dirty = true;
	ygr_loop_timer_arm(&file->timer, 1);
	return file->error;
}

static void file_stop(struct ygr_transport *transport)
{
	struct file_transport *file = (struct file_transport *)transport;

	ygr_loop_timer_arm(&file->timer, 0);
	ygr_store_close(&file->store);
}

static void file_destroy(struct ygr_transport *transport)
{
	struct file_transport *file = (struct file_transport *)transport;

	ygr_loop_timer_exit(transport->loop, &file->timer);
	ygr_store_close(&file->store);
	free(file);
}

static const struct ygr_transport_ops file_ops = {
	.start	 = file_start,
	.send	 = file_send,
	.stop	 = file_stop,
	.destroy = file_destroy,
};

static int file_create(struct ygr_transport **out, struct ygr_loop *loop,
		       const struct ygr_transport_user *user,
		       const struct ygr_output_config *config, const char **reason)
{
	struct file_transport *file = calloc(1, sizeof(*file));
	const struct file_settings *settings = config->settings;
	int ret;

	(void)reason;
	if (!file)
		return -ENOMEM;
	file->base = (struct ygr_transport) { .ops = &file_ops, .user = *user, .loop = loop };
	file->path = settings->path;
	file->store.fd = -1;
	ret = ygr_loop_timer_init(loop, &file->timer, file_later, file);
	if (ret) {
		free(file);
		return ret;
	}
	*out = &file->base;
	return 0;
}

static const struct ygr_option file_options[] = {
	{ "path", YGR_OPTION_PATH, .at = offsetof(struct file_settings, path), .is_required = true,
	  .access = YGR_OPTION_MAKES },
	{ 0 }
};

const struct ygr_transport_type ygr_transport_file = {
	.name		= "file",
	.options	= file_options,
	.settings_bytes	= sizeof(struct file_settings),
	.create		= file_create,
};
