// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "feed.h"
#include "flight.h"
#include "log.h"
#include "output.h"
#include "park.h"

#define RETRY_MIN_NS	(100 * YGR_NS_PER_MS)

struct ygr_output {
	const struct ygr_output_config *config;
	const char *host_name;
	void (*settled)(void *arg);
	void *arg;

	struct ygr_feed feed;		/* the spool, and the batch that was not sent yet */

	/* the link */
	struct ygr_transport *transport;
	bool	 is_started;		/* up, or on its way */
	bool	 is_up;
	uint64_t remote_id;		/* what the far end had when the link came up */
	uint64_t remote_hash;
	struct ygr_loop_timer retry;
	uint64_t retry_ns;
	bool	 waits;			/* for the retry timer: no link before that */

	struct ygr_flight flight;	/* what was sent and is not settled ... */
	uint64_t progress_ns;		/* ... and since when none of it was settled */
	struct ygr_sender_state position;
	uint64_t saved_id;		/* as it lies on disk */
	uint64_t start_id;		/* where this process began */

	struct ygr_flight_sums sums;	/* settled */
	struct {
		uint64_t sent_nr, sent_bytes;
		uint64_t link_nr;
	} stats;
	char	 last_down[128];
	char	 last_refusal[128];
};

/* ---- the link ------------------------------------------------------------- */

static void link_lost(struct ygr_output *output, const char *reason)
{
	uint64_t most_ns = output->config->retry_max_ns;

	output->is_started = false;
	output->is_up = false;
	ygr_flight_clear(&output->flight);
	ygr_feed_close(&output->feed);
	strncpy(output->last_down, reason, sizeof(output->last_down) - 1);
	output->waits = true;
	output->retry_ns = output->retry_ns ? output->retry_ns * 2 : RETRY_MIN_NS;
	if (output->retry_ns > most_ns)
		output->retry_ns = most_ns;
	/* Up to a quarter more, so that a fleet does not come back in step. */
	ygr_loop_timer_arm(&output->retry, output->retry_ns +
			   (uint64_t)random() % (output->retry_ns / 4 + 1));
	ygr_warn("%s: %s; next try in %llu ms", output->config->name, reason,
		 (unsigned long long)(output->retry_ns / YGR_NS_PER_MS));
}

static void stop_link(struct ygr_output *output)
{
	if (output->is_started)
		output->transport->ops->stop(output->transport);
	output->is_started = false;
	output->is_up = false;
	ygr_flight_clear(&output->flight);
}

static void break_link(struct ygr_output *output, const char *reason)
{
	stop_link(output);
	link_lost(output, reason);
}

static void start_link(struct ygr_output *output)
{
	struct ygr_transport_hello hello = {
		.next_batch_id = output->feed.item.header.batch_id,
		.host_name = output->host_name,
	};
	int ret;

	memcpy(hello.spool_id, output->feed.item.header.spool_id, YGR_BATCH_ID_BYTES);
	output->is_started = true;
	ret = output->transport->ops->start(output->transport, &hello);
	if (ret)
		link_lost(output, strerror(-ret));
}

static void retry_now(void *arg)
{
	struct ygr_output *output = arg;

	output->waits = false;
	ygr_output_pump(output);
}

/* ---- what the far end says ------------------------------------------------ */

static void link_up(void *arg, uint64_t last_batch_id, uint64_t last_hash)
{
	struct ygr_output *output = arg;

	output->is_up = true;
	output->remote_id = last_batch_id;
	output->remote_hash = last_hash;
	output->stats.link_nr++;
	if (last_batch_id)
		ygr_info("%s: up; batch %llu is the last one there", output->config->name,
			 (unsigned long long)last_batch_id);
	else
		ygr_info("%s: up", output->config->name);
	ygr_output_pump(output);
}

static void link_down(void *arg, const char *reason)
{
	struct ygr_output *output = arg;

	link_lost(output, reason);
	output->settled(output->arg);
}

static void link_room(void *arg)
{
	ygr_output_pump(arg);
}

/* The position moves over what is settled without a gap. */
static void advance(struct ygr_output *output)
{
	uint64_t id = ygr_flight_land(&output->flight, &output->sums);

	if (id) {
		output->position.acked_id = id;
		output->progress_ns = ygr_clock_boot_ns();
		output->retry_ns = 0;
	}
	ygr_output_pump(output);
	output->settled(output->arg);
}

static void link_acked(void *arg, uint64_t batch_id)
{
	struct ygr_output *output = arg;

	/* An acknowledgement of what was never sent would let us remove unsent events. */
	if (batch_id > output->position.acked_id && batch_id > ygr_flight_last_id(&output->flight)) {
		break_link(output, "the far end acknowledged a batch that was not sent");
		return;
	}
	ygr_flight_ack(&output->flight, batch_id);
	advance(output);
}

/* ---- batches that nobody wants -------------------------------------------- */

/*
 * What became of a refused batch that was to be parked: says so.
 * Return: 0 if that settles it; -errno: not now.
 */
static int note_refusal(struct ygr_output *output, uint64_t batch_id, const char *reason, int ret)
{
	const char *name = output->config->name;
	unsigned long long id = batch_id;

	snprintf(output->last_refusal, sizeof(output->last_refusal), "%s", reason);
	if (ret == 0)
		ygr_warn("%s: batch %llu was refused and is parked: %s", name, id, reason);
	else if (ret == -EDQUOT)
		ygr_error("%s: batch %llu was refused, and the park is full: %s", name, id, reason);
	else if (ret == -ENOENT)
		ygr_error("%s: batch %llu was refused, and the spool has lost it: %s", name, id, reason);
	else
		ygr_error("%s: cannot park batch %llu: %s", name, id, strerror(-ret));
	return ret == -EDQUOT || ret == -ENOENT ? 0 : ret;
}

static void link_refused(void *arg, uint64_t batch_id, const char *reason)
{
	struct ygr_output *output = arg;
	int ret;

	if (!ygr_flight_has(&output->flight, batch_id)) {
		break_link(output, "the far end refused a batch that was not sent");
		return;
	}
	ret = ygr_park_put_again(output->feed.spool_dir, output->config->name, batch_id,
				 output->config->park_bytes);
	if (note_refusal(output, batch_id, reason, ret)) {
		break_link(output, "a refused batch cannot be parked");
		return;
	}
	ygr_flight_refuse(&output->flight, batch_id, ret == 0);
	advance(output);
}

/* ---- from the one to the other -------------------------------------------- */

/*
 * A spool that this output did not know. Its ids start over, or where it has come
 * to before this output was there.
 */
static void adopt_spool(struct ygr_output *output)
{
	stop_link(output);
	output->waits = false;
	memcpy(output->position.spool_id, output->feed.item.header.spool_id, YGR_BATCH_ID_BYTES);
	output->position.acked_id = output->feed.item.header.batch_id - 1;
	output->saved_id = output->position.acked_id;
	output->start_id = output->position.acked_id;
	output->feed.seen_id = output->position.acked_id;
	output->sums = (struct ygr_flight_sums) { 0 };
}

/*
 * The far end claims a batch of this spool that the spool never reached, or has
 * another one under the same id: the spool was restored from an old copy. Its
 * batches would be taken for duplicates, so nothing is sent, and nothing counts as
 * acknowledged, until somebody has looked.
 */
static void refuse_remote(struct ygr_output *output)
{
	break_link(output, "the far end has other batches of this spool than the spool itself: "
		   "was it restored from a copy?");
}

static bool is_remote_ahead(const struct ygr_output *output)
{
	return output->remote_id > output->feed.seen_id && output->remote_id > output->position.acked_id;
}

/*
 * The far end has it, from an earlier link whose acknowledgement got lost; but only
 * its last batch can be compared with ours, so all of them count from there on.
 * Return: true if the next one may follow.
 */
static bool pass_item(struct ygr_output *output)
{
	uint64_t id = output->feed.item.header.batch_id;

	if (id == output->remote_id &&
	    ygr_spool_format_header_hash(output->feed.item.batch) != output->remote_hash) {
		refuse_remote(output);
		return false;
	}
	ygr_flight_pass(&output->flight, id, ygr_feed_missing_nr(&output->feed));
	if (id == output->remote_id) {
		ygr_flight_ack(&output->flight, id);
		output->position.acked_id = ygr_flight_land(&output->flight, &output->sums);
	}
	return true;
}

/* Return: true if it is on its way, or parked, and the next one may follow. */
static bool send_item(struct ygr_output *output)
{
	const struct ygr_scan_item *item = &output->feed.item;
	uint64_t id = item->header.batch_id;
	int ret;

	/*
	 * Durable here before it is known there: else a crash of this host could
	 * give the same id to another batch, which would be taken for this one.
	 */
	ret = ygr_spool_scan_sync(output->feed.scan);
	if (ret) {
		ygr_error("%s: cannot sync the spool: %s", output->config->name, strerror(-ret));
		return false;
	}
	if (item->batch_bytes > output->config->max_batch_bytes) {
		ret = ygr_park_put(output->feed.spool_dir, output->config->name, item,
				   output->config->park_bytes);
		if (note_refusal(output, id, "larger than max_batch", ret))
			return false;
		ygr_flight_send(&output->flight, id, ygr_feed_missing_nr(&output->feed));
		ygr_flight_refuse(&output->flight, id, ret == 0);
		return true;
	}
	ret = output->transport->ops->send(output->transport, id, item->batch, item->batch_bytes);
	if (ret)
		return false;
	if (ygr_flight_is_empty(&output->flight))
		output->progress_ns = ygr_clock_boot_ns();
	ygr_flight_send(&output->flight, id, ygr_feed_missing_nr(&output->feed));
	output->stats.sent_nr++;
	output->stats.sent_bytes += item->batch_bytes;
	return true;
}

static bool take_item(struct ygr_output *output)
{
	if (output->feed.item.header.batch_id <= output->remote_id)
		return pass_item(output);
	return ygr_flight_has_room(&output->flight) && send_item(output);
}

/* A far end that takes batches and says nothing, or a connection that only seems to be there. */
static bool is_overdue(const struct ygr_output *output)
{
	return !ygr_flight_is_empty(&output->flight) &&
	       ygr_clock_boot_ns() - output->progress_ns > output->config->ack_timeout_ns;
}

void ygr_output_pump(struct ygr_output *output)
{
	uint64_t landed;

	if (is_overdue(output))
		break_link(output, "no acknowledgement in time");
	while (ygr_feed_peek(&output->feed, &output->position)) {
		if (!ygr_feed_is_own(&output->feed, &output->position))
			adopt_spool(output);
		if (!output->is_started && !output->waits)
			start_link(output);
		if (!output->is_up || !take_item(output))
			break;
		ygr_feed_take(&output->feed);
	}
	/* What was parked unsent has nobody else who would settle it. */
	landed = ygr_flight_land(&output->flight, &output->sums);
	if (landed)
		output->position.acked_id = landed;
	if (output->is_up && !output->feed.has_item && is_remote_ahead(output))
		refuse_remote(output);
}

bool ygr_output_is_idle(const struct ygr_output *output)
{
	return !output->is_up || (ygr_flight_is_empty(&output->flight) && !output->feed.has_item);
}

/* ---- the position --------------------------------------------------------- */

void ygr_output_load(struct ygr_output *output)
{
	int ret = ygr_sender_state_load(output->feed.spool_dir, output->config->name, &output->position);

	if (ret && ret != -ENOENT)
		ygr_warn("%s: its saved position cannot be used (%s): what is in the spool is sent again",
			 output->config->name, strerror(-ret));
	output->saved_id = output->position.acked_id;
	output->start_id = output->position.acked_id;
}

void ygr_output_save(struct ygr_output *output)
{
	int ret;

	if (output->position.acked_id == output->saved_id)
		return;
	ret = ygr_sender_state_save(output->feed.spool_dir, output->config->name, &output->position);
	if (ret)
		ygr_error("%s: cannot save its position: %s", output->config->name, strerror(-ret));
	else
		output->saved_id = output->position.acked_id;
}

const struct ygr_sender_state *ygr_output_position(const struct ygr_output *output)
{
	return &output->position;
}

/* ---- status --------------------------------------------------------------- */

json_t *ygr_output_describe(const struct ygr_output *output)
{
	const struct ygr_transport_ops *ops = output->transport->ops;
	uint64_t parked_nr, parked_bytes;

	ygr_park_measure(output->feed.spool_dir, output->config->name, &parked_nr, &parked_bytes);
	return json_pack("{s:s, s:s, s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
			 "s:I, s:s, s:o*}",
		"name", output->config->name,
		"type", output->config->type->name,
		"up", output->is_up,
		"last_down", output->last_down,
		"links", (json_int_t)output->stats.link_nr,
		"sent_batches", (json_int_t)output->stats.sent_nr,
		"sent_bytes", (json_int_t)output->stats.sent_bytes,
		"start_id", (json_int_t)output->start_id,
		"position_id", (json_int_t)output->position.acked_id,
		"acked_batches", (json_int_t)output->sums.acked_nr,
		"passed_batches", (json_int_t)output->sums.passed_nr,
		"parked_batches", (json_int_t)output->sums.parked_nr,
		"dropped_batches", (json_int_t)output->sums.dropped_nr,
		"missing_batches", (json_int_t)output->sums.missing_nr,
		"unacked_batches", (json_int_t)ygr_flight_nr(&output->flight),
		"faults", (json_int_t)output->feed.fault_nr,
		"parked_files", (json_int_t)parked_nr,
		"parked_bytes", (json_int_t)parked_bytes,
		"last_refusal", output->last_refusal,
		"link", ops->describe ? ops->describe(output->transport) : NULL);
}

/* ---- life ----------------------------------------------------------------- */

static int make_transport(struct ygr_output *output, struct ygr_loop *loop)
{
	const struct ygr_transport_user user = {
		.up = link_up, .acked = link_acked, .refused = link_refused, .room = link_room,
		.down = link_down, .arg = output,
	};
	const char *reason = NULL;
	int ret = output->config->type->create(&output->transport, loop, &user, output->config, &reason);

	if (ret)
		ygr_error("%s: %s", output->config->name, reason ? reason : strerror(-ret));
	return ret;
}

int ygr_output_create(struct ygr_output **out, struct ygr_loop *loop,
		      const struct ygr_config *config, size_t index,
		      void (*settled)(void *arg), void *arg)
{
	struct ygr_output *output = calloc(1, sizeof(*output));
	int ret;

	if (!output)
		return -ENOMEM;
	output->config = &config->outputs[index];
	output->feed = (struct ygr_feed) { .name = output->config->name, .spool_dir = config->spool_dir };
	output->host_name = config->host_name;
	output->settled = settled;
	output->arg = arg;
	ret = ygr_flight_init(&output->flight, output->config->window_nr);
	if (ret)
		goto out_free;
	ret = ygr_loop_timer_init(loop, &output->retry, retry_now, output);
	if (ret)
		goto out_flight;
	ret = make_transport(output, loop);
	if (ret)
		goto out_timer;
	*out = output;
	return 0;

out_timer:
	ygr_loop_timer_exit(loop, &output->retry);
out_flight:
	ygr_flight_exit(&output->flight);
out_free:
	free(output);
	return ret;
}

void ygr_output_destroy(struct ygr_output *output)
{
	struct ygr_loop *loop;

	if (!output)
		return;
	loop = output->transport->loop;
	ygr_feed_close(&output->feed);
	output->transport->ops->destroy(output->transport);
	ygr_loop_timer_exit(loop, &output->retry);
	ygr_flight_exit(&output->flight);
	free(output);
}
