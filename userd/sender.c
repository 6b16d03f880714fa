// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sysexits.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "log.h"
#include "output.h"
#include "sandbox.h"
#include "sender.h"
#include "signals.h"
#include "status.h"

#define TICK_NS		(1 * YGR_NS_PER_S)	/* status, removal; and a look at the spool */
/*
 * A saved position may lag: a receiver drops what it has. Each save is also three
 * file events for the reader to ship, so it is no use to save for each of its own
 * batches.
 */
#define SAVE_NS		(10 * YGR_NS_PER_S)
/* After SIGTERM: how long the last batches may take to be acknowledged. */
#define LINGER_NS	(2 * YGR_NS_PER_S)

struct sender {
	const struct ygr_config *config;
	struct ygr_loop *loop;
	struct ygr_signals signals;
	struct ygr_sandbox sandbox;
	int	 inotify_fd;
	struct ygr_loop_timer tick;
	struct ygr_loop_timer deadline;
	bool	 stopping;
	uint64_t saved_ns;
	uint64_t trimmed_nr;		/* segments removed */
	struct ygr_output *outputs[YGR_OUTPUTS_MAX];
	size_t	 output_nr;
};

/* ---- the outputs together ------------------------------------------------- */

static void pump(struct sender *sender)
{
	for (size_t i = 0; i < sender->output_nr; i++)
		ygr_output_pump(sender->outputs[i]);
}

static void save(struct sender *sender)
{
	for (size_t i = 0; i < sender->output_nr; i++)
		ygr_output_save(sender->outputs[i]);
	sender->saved_ns = ygr_clock_boot_ns();
}

/*
 * Up to where no output needs the spool any more; 0 while one of them does not
 * know this spool yet.
 */
static uint64_t lowest_id(const struct sender *sender)
{
	const struct ygr_sender_state *first = ygr_output_position(sender->outputs[0]);
	uint64_t id = first->acked_id;

	for (size_t i = 1; i < sender->output_nr; i++) {
		const struct ygr_sender_state *each = ygr_output_position(sender->outputs[i]);

		if (memcmp(each->spool_id, first->spool_id, YGR_BATCH_ID_BYTES) != 0)
			return 0;
		if (each->acked_id < id)
			id = each->acked_id;
	}
	return id;
}

/*
 * The positions are saved before what lies behind them goes: otherwise an output
 * would find missing, after a crash, what was delivered. But when the disk is full,
 * it is by removing that there will be room for them.
 */
static void trim_spool(struct sender *sender)
{
	const char *dir = sender->config->spool_dir;
	uint64_t id = lowest_id(sender);
	int ret;

	if (!ygr_sender_state_can_trim(dir, id))
		return;
	save(sender);
	ret = ygr_sender_state_trim(dir, id);
	if (ret < 0)
		ygr_error("cannot remove a segment: %s", strerror(-ret));
	else
		sender->trimmed_nr += (uint64_t)ret;
}

static void output_settled(void *arg)
{
	struct sender *sender = arg;

	if (!sender->stopping)
		return;
	for (size_t i = 0; i < sender->output_nr; i++)
		if (!ygr_output_is_idle(sender->outputs[i]))
			return;
	ygr_loop_stop(sender->loop);
}

/* ---- status --------------------------------------------------------------- */

static json_int_t sum_of(const json_t *outputs, const char *key)
{
	json_int_t sum = 0;
	const json_t *each;
	size_t i;

	json_array_foreach(outputs, i, each)
		sum += json_integer_value(json_object_get(each, key));
	return sum;
}

static json_t *describe(const struct sender *sender)
{
	json_t *outputs = json_array();

	for (size_t i = 0; outputs && i < sender->output_nr; i++)
		json_array_append_new(outputs, ygr_output_describe(sender->outputs[i]));
	return json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
		"process", "sender",
		"pid", (json_int_t)getpid(),
		"io", ygr_loop_name(sender->loop),
		"memory_bytes", (json_int_t)ygr_status_memory_bytes(),
		"sent_batches", sum_of(outputs, "sent_batches"),
		"acked_batches", sum_of(outputs, "acked_batches"),
		"unacked_batches", sum_of(outputs, "unacked_batches"),
		"missing_batches", sum_of(outputs, "missing_batches"),
		"faults", sum_of(outputs, "faults"),
		"settled_id", (json_int_t)lowest_id(sender),
		"segments_removed", (json_int_t)sender->trimmed_nr,
		"sandbox", ygr_sandbox_describe(&sender->sandbox),
		"outputs", outputs);
}

static void write_status(const struct sender *sender)
{
	int ret = ygr_status_write(sender->config->runtime_dir, "sender.json", describe(sender));

	if (ret)
		ygr_warn("cannot write sender.json: %s", strerror(-ret));
}

/* ---- events --------------------------------------------------------------- */

static void tick(void *arg)
{
	struct sender *sender = arg;

	ygr_child_beat();
	if (ygr_clock_boot_ns() - sender->saved_ns >= SAVE_NS)
		save(sender);
	trim_spool(sender);
	write_status(sender);
	pump(sender);
	if (ygr_sandbox_is_stale(&sender->sandbox)) {
		ygr_notice("name service has new files: starts again to see them");
		ygr_loop_stop(sender->loop);
	}
	ygr_loop_timer_arm(&sender->tick, TICK_NS);
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
	sender->stopping = true;
	ygr_loop_timer_arm(&sender->deadline, LINGER_NS);
	pump(sender);
	output_settled(sender);
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

/* ---- the process ---------------------------------------------------------- */

static int create_outputs(struct sender *sender)
{
	for (size_t i = 0; i < sender->config->output_nr; i++) {
		int ret = ygr_output_create(&sender->outputs[i], sender->loop, sender->config, i,
					    output_settled, sender);

		if (ret)
			return ret;
		sender->output_nr++;
	}
	return 0;
}

static int watch_events(struct sender *sender)
{
	static const int numbers[] = { SIGTERM, SIGINT, 0 };
	int ret = ygr_signals_init(&sender->signals, sender->loop, numbers, signalled, sender);

	if (!ret)
		ret = ygr_loop_timer_init(sender->loop, &sender->tick, tick, sender);
	if (!ret)
		ret = ygr_loop_timer_init(sender->loop, &sender->deadline, stop_now, sender);
	if (ret)
		ygr_error("cannot watch: %s", strerror(-ret));
	else
		watch_spool(sender);
	return ret;
}

static int run(struct sender *sender)
{
	int ret;

	for (size_t i = 0; i < sender->output_nr; i++)
		ygr_output_load(sender->outputs[i]);
	sender->saved_ns = ygr_clock_boot_ns();
	ygr_info("sends to %zu outputs, over %s", sender->output_nr, ygr_loop_name(sender->loop));
	ygr_loop_timer_arm(&sender->tick, 1);
	ret = ygr_loop_run(sender->loop);
	save(sender);
	write_status(sender);
	return ret;
}

int ygr_sender_run(const struct ygr_config *config)
{
	struct sender sender = { .config = config, .inotify_fd = -1 };
	int ret;

	/* OpenSSL writes without MSG_NOSIGNAL. */
	signal(SIGPIPE, SIG_IGN);
	srandom((unsigned int)(ygr_clock_boot_ns() ^ (uint64_t)getpid()));
	ret = ygr_loop_create(&sender.loop, YGR_LOOP_EPOLL);
	if (ret) {
		ygr_error("cannot set up the event loop: %s", strerror(-ret));
		return EX_OSERR;
	}
	ret = create_outputs(&sender);
	if (ret) {
		ret = EX_CONFIG;
		goto out;
	}
	ygr_sandbox_prepare_sender(&sender.sandbox, config);
	ret = ygr_sandbox_enter_sender(&sender.sandbox, config);
	if (ret) {
		ygr_error("cannot give up root's rights: %s", strerror(-ret));
		ret = EX_NOPERM;
		goto out;
	}
	ret = watch_events(&sender) || run(&sender) ? EX_OSERR : 0;
out:
	while (sender.output_nr > 0)
		ygr_output_destroy(sender.outputs[--sender.output_nr]);
	ygr_loop_destroy(sender.loop);
	return ret;
}
