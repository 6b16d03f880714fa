// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "privilege.h"
#include "sender.h"
#include "sender_state.h"
#include "signals.h"
#include "spool_scan.h"
#include "status.h"
#include "transport.h"

#define TICK_NS		(1 * YGR_NS_PER_S)	/* status, removal; and a look at the spool */
/*
 * The state may lag: the far end knows better. Each save is also three file events
 * for the reader to ship, so it is no use to save for each of its own batches.
 */
#define SAVE_NS		(10 * YGR_NS_PER_S)
#define RETRY_MIN_NS	(100 * YGR_NS_PER_MS)
#define RETRY_MAX_NS	(30 * YGR_NS_PER_S)
/* After SIGTERM: how long the last batches may take to be acknowledged. */
#define LINGER_NS	(2 * YGR_NS_PER_S)

struct sender {
	const struct ygr_config *config;
	struct ygr_loop *loop;
	struct ygr_signals signals;
	int	 inotify_fd;
	struct ygr_loop_timer tick;
	struct ygr_loop_timer retry;
	struct ygr_loop_timer deadline;
	uint64_t retry_ns;
	bool	 waits;			/* for the retry timer: no link before that */
	bool	 stopping;

	/* the spool, and the batch that was read and not sent yet */
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;
	bool	 has_item;
	uint64_t seen_id;		/* highest id that was read of this spool */

	/* the link */
	struct ygr_transport *transport;
	bool	 is_started;		/* up, or on its way */
	bool	 is_up;
	uint64_t remote_id;		/* what the far end had when the link came up */
	uint64_t remote_hash;
	uint64_t sent_id;

	struct ygr_sender_state state;
	uint64_t saved_id;
	uint64_t saved_ns;
	uint64_t trimmed_id;

	struct {
		uint64_t sent_nr, sent_bytes;	/* batches */
		uint64_t acked_nr;
		uint64_t passed_nr;	/* the far end had them already */
		uint64_t fault_nr, fault_bytes;
		uint64_t missing_nr;	/* batch ids that are not in the spool */
		uint64_t trimmed_nr;	/* segments removed */
		uint64_t link_nr;	/* times the link came up */
	} stats;
	char	 last_down[128];
};

static void pump(struct sender *sender);

/* ---- the spool ------------------------------------------------------------ */

static void close_scan(struct sender *sender)
{
	ygr_spool_scan_close(sender->scan);
	sender->scan = NULL;
	sender->has_item = false;
}

/* From what is acknowledged on. */
static int open_scan(struct sender *sender)
{
	int ret = ygr_spool_scan_open(&sender->scan, sender->config->spool_dir, YGR_SCAN_RAW);

	if (ret)
		return ret;
	ygr_spool_scan_skip_to(sender->scan, sender->state.acked_id);
	sender->seen_id = sender->state.acked_id;
	return 0;
}

static void note_fault(struct sender *sender)
{
	sender->stats.fault_nr++;
	sender->stats.fault_bytes += sender->item.fault_bytes;
	ygr_error("spool: %s:%llu: %llu bytes are no batch: %s", sender->item.segment,
		  (unsigned long long)sender->item.offset,
		  (unsigned long long)sender->item.fault_bytes, sender->item.reason);
}

/* A new spool was made in this directory: its ids start over. */
static void adopt_spool(struct sender *sender, const uint8_t spool_id[YGR_BATCH_ID_BYTES])
{
	memcpy(sender->state.spool_id, spool_id, YGR_BATCH_ID_BYTES);
	sender->state.acked_id = 0;
	sender->saved_id = 0;
	sender->trimmed_id = 0;
	sender->seen_id = 0;
}

/* Return: true with a batch in sender->item. */
static bool read_item(struct sender *sender)
{
	int ret = 0;

	while (!sender->has_item) {
		if (!sender->scan && open_scan(sender))
			return false;
		ret = ygr_spool_scan_next(sender->scan, &sender->item);
		if (ret == YGR_SCAN_FAULT) {
			note_fault(sender);
			continue;
		}
		if (ret != YGR_SCAN_BATCH)
			break;
		sender->has_item = true;
		sender->stats.missing_nr += sender->item.missing_nr;
	}
	if (ret < 0) {
		ygr_error("spool: cannot read: %s", strerror(-ret));
		close_scan(sender);
	}
	return sender->has_item;
}

static void save_state(struct sender *sender)
{
	int ret;

	if (sender->state.acked_id == sender->saved_id)
		return;
	ret = ygr_sender_state_save(sender->config->spool_dir, &sender->state);
	if (ret) {
		ygr_error("cannot save sender.state: %s", strerror(-ret));
		return;
	}
	sender->saved_id = sender->state.acked_id;
	sender->saved_ns = ygr_clock_boot_ns();
}

static void trim_spool(struct sender *sender)
{
	uint64_t acked_id = sender->state.acked_id;
	int ret;

	if (acked_id == sender->trimmed_id)
		return;
	ret = ygr_sender_state_trim(sender->config->spool_dir, acked_id);
	if (ret < 0) {
		ygr_error("cannot remove a segment: %s", strerror(-ret));
		return;
	}
	sender->trimmed_id = acked_id;
	sender->stats.trimmed_nr += (uint64_t)ret;
}

/* ---- the link ------------------------------------------------------------- */

static void link_lost(struct sender *sender, const char *reason)
{
	sender->is_started = false;
	sender->is_up = false;
	close_scan(sender);
	strncpy(sender->last_down, reason, sizeof(sender->last_down) - 1);
	sender->waits = true;
	sender->retry_ns = sender->retry_ns ? sender->retry_ns * 2 : RETRY_MIN_NS;
	if (sender->retry_ns > RETRY_MAX_NS)
		sender->retry_ns = RETRY_MAX_NS;
	/* Up to a quarter more, so that a fleet does not come back in step. */
	ygr_loop_timer_arm(&sender->retry, sender->retry_ns +
			   (uint64_t)random() % (sender->retry_ns / 4 + 1));
	ygr_warn("%s: %s; next try in %llu ms", sender->transport->ops->name, reason,
		 (unsigned long long)(sender->retry_ns / YGR_NS_PER_MS));
}

static void link_down(void *arg, const char *reason)
{
	link_lost(arg, reason);
}

static void link_up(void *arg, uint64_t last_batch_id, uint64_t last_hash)
{
	struct sender *sender = arg;

	sender->is_up = true;
	sender->remote_id = last_batch_id;
	sender->remote_hash = last_hash;
	sender->sent_id = sender->state.acked_id;
	sender->stats.link_nr++;
	ygr_info("%s: up; batch %llu is the last one there", sender->transport->ops->name,
		 (unsigned long long)last_batch_id);
	pump(sender);
}

static void link_acked(void *arg, uint64_t batch_id)
{
	struct sender *sender = arg;

	/* An acknowledgement of what was never sent would let us remove unsent events. */
	if (batch_id > sender->sent_id) {
		sender->transport->ops->stop(sender->transport);
		link_lost(sender, "the far end acknowledged a batch that was not sent");
		return;
	}
	if (batch_id <= sender->state.acked_id)
		return;
	sender->stats.acked_nr += batch_id - sender->state.acked_id;
	sender->state.acked_id = batch_id;
	sender->retry_ns = 0;
	pump(sender);
}

static void link_room(void *arg)
{
	pump(arg);
}

static void start_link(struct sender *sender)
{
	struct ygr_transport_hello hello = {
		.next_batch_id = sender->item.header.batch_id,
		.host_name = sender->config->host_name,
	};
	int ret;

	memcpy(hello.spool_id, sender->item.header.spool_id, YGR_BATCH_ID_BYTES);
	sender->is_started = true;
	ret = sender->transport->ops->start(sender->transport, &hello);
	if (ret)
		link_lost(sender, strerror(-ret));
}

static void stop_link(struct sender *sender)
{
	if (sender->is_started)
		sender->transport->ops->stop(sender->transport);
	sender->is_started = false;
	sender->is_up = false;
}

/* ---- from the one to the other -------------------------------------------- */

/*
 * The far end claims a batch of this spool that the spool never reached, or has
 * another one under the same id: the spool was restored from an old copy. Its
 * batches would be taken for duplicates, so nothing is sent, and nothing counts as
 * acknowledged, until somebody has looked.
 */
static void refuse_remote(struct sender *sender)
{
	stop_link(sender);
	link_lost(sender, "the far end has other batches of this spool than the spool itself: "
		  "was it restored from a copy?");
}

static bool is_remote_ahead(const struct sender *sender)
{
	return sender->remote_id > sender->seen_id && sender->remote_id > sender->state.acked_id;
}

/*
 * The far end has it, from an earlier link whose acknowledgement got lost; but only
 * its last batch can be compared with ours, so all of them count from there on.
 * Return: true if the next one may follow.
 */
static bool pass_item(struct sender *sender)
{
	uint64_t id = sender->item.header.batch_id;

	if (id == sender->remote_id) {
		if (ygr_spool_format_header_hash(sender->item.batch) != sender->remote_hash) {
			refuse_remote(sender);
			return false;
		}
		sender->stats.passed_nr += id - sender->state.acked_id;
		sender->state.acked_id = id;
		sender->sent_id = id;
	}
	sender->has_item = false;
	return true;
}

/* Return: true if the item is gone and the next one may follow. */
static bool send_item(struct sender *sender)
{
	const struct ygr_scan_item *item = &sender->item;
	int ret;

	/*
	 * Durable here before it is known there: else a crash of this host could
	 * give the same id to another batch, which would be taken for this one.
	 */
	ret = ygr_spool_scan_sync(sender->scan);
	if (ret) {
		ygr_error("spool: cannot sync: %s", strerror(-ret));
		return false;
	}
	ret = sender->transport->ops->send(sender->transport, item->header.batch_id,
					   item->batch, item->batch_bytes);
	if (ret)
		return false;
	sender->sent_id = item->header.batch_id;
	sender->stats.sent_nr++;
	sender->stats.sent_bytes += item->batch_bytes;
	sender->has_item = false;
	return true;
}

static bool is_window_open(const struct sender *sender)
{
	return sender->sent_id - sender->state.acked_id < sender->config->window_nr;
}

static void pump(struct sender *sender)
{
	while (read_item(sender)) {
		const struct ygr_batch_header *header = &sender->item.header;

		if (memcmp(header->spool_id, sender->state.spool_id, YGR_BATCH_ID_BYTES) != 0) {
			stop_link(sender);
			sender->waits = false;
			adopt_spool(sender, header->spool_id);
		}
		if (header->batch_id > sender->seen_id)
			sender->seen_id = header->batch_id;
		if (!sender->is_started && !sender->waits)
			start_link(sender);
		if (!sender->is_up)
			return;
		if (header->batch_id <= sender->remote_id ? !pass_item(sender) :
		    !is_window_open(sender) || !send_item(sender))
			return;
	}
	if (sender->is_up && is_remote_ahead(sender))
		refuse_remote(sender);
	if (sender->stopping && sender->sent_id <= sender->state.acked_id)
		ygr_loop_stop(sender->loop);
}

/* ---- the process ---------------------------------------------------------- */

static json_t *describe(const struct sender *sender)
{
	uint64_t waiting_nr = sender->seen_id - sender->state.acked_id;

	return json_pack("{s:s, s:I, s:s, s:s, s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"process", "sender",
		"pid", (json_int_t)getpid(),
		"io", ygr_loop_name(sender->loop),
		"output", sender->transport->ops->name,
		"up", sender->is_up,
		"last_down", sender->last_down,
		"links", (json_int_t)sender->stats.link_nr,
		"sent_batches", (json_int_t)sender->stats.sent_nr,
		"sent_bytes", (json_int_t)sender->stats.sent_bytes,
		"acked_batches", (json_int_t)sender->stats.acked_nr,
		"passed_batches", (json_int_t)sender->stats.passed_nr,
		"acked_id", (json_int_t)sender->state.acked_id,
		"unacked_batches", (json_int_t)waiting_nr,
		"missing_batches", (json_int_t)sender->stats.missing_nr,
		"faults", (json_int_t)sender->stats.fault_nr,
		"segments_removed", (json_int_t)sender->stats.trimmed_nr,
		"memory_bytes", (json_int_t)ygr_status_memory_bytes());
}

static void tick(void *arg)
{
	struct sender *sender = arg;
	int ret;

	if (ygr_clock_boot_ns() - sender->saved_ns >= SAVE_NS)
		save_state(sender);
	trim_spool(sender);
	ret = ygr_status_write(sender->config->runtime_dir, "sender.json", describe(sender));
	if (ret)
		ygr_warn("cannot write sender.json: %s", strerror(-ret));
	pump(sender);
	ygr_loop_timer_arm(&sender->tick, TICK_NS);
}

static void retry_now(void *arg)
{
	struct sender *sender = arg;

	sender->waits = false;
	pump(sender);
}

static void spool_changed(void *arg, uint32_t events)
{
	struct sender *sender = arg;
	char buffer[4096];

	(void)events;
	while (read(sender->inotify_fd, buffer, sizeof(buffer)) > 0)
		;
	pump(sender);
}

static void stop_now(void *arg)
{
	struct sender *sender = arg;

	ygr_loop_stop(sender->loop);
}

/* What is in the spool and can be delivered at once still is. */
static void signalled(void *arg, int number)
{
	struct sender *sender = arg;

	(void)number;
	if (!sender->is_up) {
		ygr_loop_stop(sender->loop);
		return;
	}
	sender->stopping = true;
	ygr_loop_timer_arm(&sender->deadline, LINGER_NS);
	pump(sender);
}

/* Without inotify the tick still looks, each second. */
static void watch_spool(struct sender *sender)
{
	sender->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (sender->inotify_fd < 0 ||
	    inotify_add_watch(sender->inotify_fd, sender->config->spool_dir,
			      IN_MODIFY | IN_CREATE) < 0 ||
	    ygr_loop_watch(sender->loop, sender->inotify_fd, EPOLLIN, spool_changed, sender) < 0)
		ygr_warn("cannot watch %s; new batches are noticed within a second",
			 sender->config->spool_dir);
}

static struct ygr_transport *make_transport(struct sender *sender)
{
	const struct ygr_config *config = sender->config;
	const struct ygr_transport_user user = {
		.up = link_up, .acked = link_acked, .room = link_room, .down = link_down,
		.arg = sender,
	};

	switch (config->output) {
	case YGR_OUTPUT_TCP:
		return ygr_transport_tcp_create(sender->loop, &user, config->output_host,
						config->output_port);
	case YGR_OUTPUT_FILE:
		return ygr_transport_file_create(sender->loop, &user, config->output_path);
	case YGR_OUTPUT_NULL:
	case YGR_OUTPUT_NONE:
		break;
	}
	return ygr_transport_null_create(sender->loop, &user);
}

static int drop_rights(const struct ygr_config *config)
{
	uid_t uid;
	gid_t gid;
	int ret;

	ret = ygr_privilege_lock();
	if (ret || geteuid() != 0)
		return ret;
	ret = ygr_privilege_find_user(config->user, &uid, &gid);
	if (ret == -ENOENT && !config->user_is_set) {
		ygr_warn("there is no user \"%s\": the sender keeps its own", config->user);
		return 0;
	}
	return ret ? ret : ygr_privilege_become(uid, gid);
}

static void load_state(struct sender *sender)
{
	int ret = ygr_sender_state_load(sender->config->spool_dir, &sender->state);

	if (ret && ret != -ENOENT)
		ygr_warn("sender.state cannot be used (%s): what is in the spool is sent again",
			 strerror(-ret));
	sender->saved_id = sender->state.acked_id;
}

int ygr_sender_run(const struct ygr_config *config)
{
	static const int numbers[] = { SIGTERM, SIGINT, 0 };
	struct sender sender = { .config = config, .inotify_fd = -1 };
	int ret;

	ret = drop_rights(config);
	if (ret) {
		ygr_error("cannot become user \"%s\": %s", config->user, strerror(-ret));
		return EX_NOPERM;
	}
	srandom((unsigned int)(ygr_clock_boot_ns() ^ (uint64_t)getpid()));
	ret = ygr_loop_create(&sender.loop, config->io);
	if (ret) {
		ygr_error("cannot set up the event loop: %s", strerror(-ret));
		return EX_OSERR;
	}
	load_state(&sender);
	sender.transport = make_transport(&sender);
	if (!sender.transport ||
	    ygr_signals_init(&sender.signals, sender.loop, numbers, signalled, &sender) ||
	    ygr_loop_timer_init(sender.loop, &sender.tick, tick, &sender) ||
	    ygr_loop_timer_init(sender.loop, &sender.retry, retry_now, &sender) ||
	    ygr_loop_timer_init(sender.loop, &sender.deadline, stop_now, &sender)) {
		ygr_error("cannot set up the sender");
		return EX_OSERR;
	}
	watch_spool(&sender);
	ygr_info("sends to %s, over %s", sender.transport->ops->name, ygr_loop_name(sender.loop));
	ygr_loop_timer_arm(&sender.tick, 1);
	ret = ygr_loop_run(sender.loop);

	save_state(&sender);
	ygr_status_write(config->runtime_dir, "sender.json", describe(&sender));
	close_scan(&sender);
	sender.transport->ops->destroy(sender.transport);
	ygr_loop_destroy(sender.loop);
	return ret ? EX_OSERR : 0;
}
