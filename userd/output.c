// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "flight.h"
#include "log.h"
#include "output.h"
#include "park.h"
#include "spool_scan.h"

#define RETRY_MIN_NS	(100 * YGR_NS_PER_MS)

struct ygr_output {
	const struct ygr_output_config *config;
	const char *spool_dir;
	const char *host_name;
	void (*settled)(void *arg);
	void *arg;

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
		uint64_t fault_nr;
		uint64_t link_nr;
	} stats;
	char	 last_down[128];
	char	 last_refusal[128];
};

/* ---- the spool ------------------------------------------------------------ */

static void close_scan(struct ygr_output *output)
{
	ygr_spool_scan_close(output->scan);
	output->scan = NULL;
	output->has_item = false;
}

static bool is_own_spool(const struct ygr_output *output, const struct ygr_scan_item *item)
{
	return memcmp(item->header.spool_id, output->position.spool_id, YGR_BATCH_ID_BYTES) == 0;
}

/* Ids start over in a new spool: the position says nothing about that one. */
static bool is_position_of(const struct ygr_output *output, struct ygr_spool_scan *scan)
{
	struct ygr_scan_item item;
	int ret;

	do {
		ret = ygr_spool_scan_next(scan, &item);
	} while (ret == YGR_SCAN_FAULT);
	return ret == YGR_SCAN_BATCH && is_own_spool(output, &item);
}

/* From the position on. */
static int open_scan(struct ygr_output *output)
{
	bool may_skip;
	int ret = ygr_spool_scan_open(&output->scan, output->spool_dir, YGR_SCAN_RAW);

	if (ret)
		return ret;
	may_skip = is_position_of(output, output->scan);
	ygr_spool_scan_close(output->scan);
	output->scan = NULL;
	ret = ygr_spool_scan_open(&output->scan, output->spool_dir, YGR_SCAN_RAW);
	if (ret)
		return ret;
	if (may_skip)
		ygr_spool_scan_skip_to(output->scan, output->position.acked_id);
	output->seen_id = output->position.acked_id;
	return 0;
}

static void note_fault(struct ygr_output *output)
{
	output->stats.fault_nr++;
	ygr_error("%s: spool: %s:%llu: %llu bytes are no batch: %s", output->config->name,
		  output->item.segment, (unsigned long long)output->item.offset,
		  (unsigned long long)output->item.fault_bytes, output->item.reason);
}

/* Return: true with a batch in output->item. */
static bool read_item(struct ygr_output *output)
{
	int ret = 0;

	while (!output->has_item) {
		if (!output->scan && open_scan(output))
			return false;
		ret = ygr_spool_scan_next(output->scan, &output->item);
		if (ret == YGR_SCAN_FAULT) {
			note_fault(output);
			continue;
		}
		if (ret != YGR_SCAN_BATCH)
			break;
		output->has_item = !is_own_spool(output, &output->item) ||
				   output->item.header.batch_id > output->position.acked_id;
	}
	if (ret < 0) {
		ygr_error("%s: cannot read the spool: %s", output->config->name, strerror(-ret));
		close_scan(output);
	}
	return output->has_item;
}

static uint64_t missing_before(const struct ygr_output *output)
{
	uint64_t id = output->item.header.batch_id;

	return id > output->seen_id ? id - output->seen_id - 1 : 0;
}

/* ---- the link ------------------------------------------------------------- */

static void link_lost(struct ygr_output *output, const char *reason)
{
	uint64_t most_ns = output->config->retry_max_ns;

	output->is_started = false;
	output->is_up = false;
	ygr_flight_clear(&output->flight);
	close_scan(output);
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
		.next_batch_id = output->item.header.batch_id,
		.host_name = output->host_name,
	};
	int ret;

	memcpy(hello.spool_id, output->item.header.spool_id, YGR_BATCH_ID_BYTES);
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
 * Return: 0: kept; -EDQUOT: there is no room for it in the park, so it is let go;
 * -errno: not now.
 */
static int park(struct ygr_output *output, const struct ygr_scan_item *item, const char *reason)
{
	const struct ygr_output_config *config = output->config;
	uint64_t id = item->header.batch_id;
	int ret = ygr_park_put(output->spool_dir, config->name, item, config->park_bytes);

	snprintf(output->last_refusal, sizeof(output->last_refusal), "%s", reason);
	if (ret == 0)
		ygr_warn("%s: batch %llu was refused and is parked: %s", config->name,
			 (unsigned long long)id, reason);
	else if (ret == -EDQUOT)
		ygr_error("%s: batch %llu was refused, and the park is full: %s", config->name,
			  (unsigned long long)id, reason);
	else
		ygr_error("%s: cannot park batch %llu: %s", config->name, (unsigned long long)id,
			  strerror(-ret));
	return ret;
}

/* It is no longer at hand: the spool has it. Return: as park(); -ENOENT: nor has the spool. */
static int park_again_read(struct ygr_output *output, uint64_t batch_id, const char *reason)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;
	int ret = ygr_spool_scan_open(&scan, output->spool_dir, YGR_SCAN_RAW);

	if (ret)
		return ret;
	ygr_spool_scan_skip_to(scan, batch_id - 1);
	do {
		ret = ygr_spool_scan_next(scan, &item);
	} while (ret == YGR_SCAN_FAULT);
	if (ret == YGR_SCAN_BATCH)
		ret = item.header.batch_id == batch_id ? park(output, &item, reason) : -ENOENT;
	else if (ret == YGR_SCAN_END)
		ret = -ENOENT;
	ygr_spool_scan_close(scan);
	return ret;
}

static void link_refused(void *arg, uint64_t batch_id, const char *reason)
{
	struct ygr_output *output = arg;
	int ret;

	if (!ygr_flight_has(&output->flight, batch_id)) {
		break_link(output, "the far end refused a batch that was not sent");
		return;
	}
	ret = park_again_read(output, batch_id, reason);
	if (ret && ret != -EDQUOT && ret != -ENOENT) {
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
	memcpy(output->position.spool_id, output->item.header.spool_id, YGR_BATCH_ID_BYTES);
	output->position.acked_id = output->item.header.batch_id - 1;
	output->saved_id = output->position.acked_id;
	output->start_id = output->position.acked_id;
	output->seen_id = output->position.acked_id;
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
	return output->remote_id > output->seen_id && output->remote_id > output->position.acked_id;
}

/*
 * The far end has it, from an earlier link whose acknowledgement got lost; but only
 * its last batch can be compared with ours, so all of them count from there on.
 * Return: true if the next one may follow.
 */
static bool pass_item(struct ygr_output *output)
{
	uint64_t id = output->item.header.batch_id;

	if (id == output->remote_id &&
	    ygr_spool_format_header_hash(output->item.batch) != output->remote_hash) {
		refuse_remote(output);
		return false;
	}
	ygr_flight_pass(&output->flight, id, missing_before(output));
	if (id == output->remote_id) {
		ygr_flight_ack(&output->flight, id);
		output->position.acked_id = ygr_flight_land(&output->flight, &output->sums);
	}
	return true;
}

/* Return: true if it is on its way, or parked, and the next one may follow. */
static bool send_item(struct ygr_output *output)
{
	const struct ygr_scan_item *item = &output->item;
	uint64_t id = item->header.batch_id;
	int ret;

	/*
	 * Durable here before it is known there: else a crash of this host could
	 * give the same id to another batch, which would be taken for this one.
	 */
	ret = ygr_spool_scan_sync(output->scan);
	if (ret) {
		ygr_error("%s: cannot sync the spool: %s", output->config->name, strerror(-ret));
		return false;
	}
	if (item->batch_bytes > output->config->max_batch_bytes) {
		ret = park(output, item, "larger than max_batch");
		if (ret && ret != -EDQUOT)
			return false;
		ygr_flight_send(&output->flight, id, missing_before(output));
		ygr_flight_refuse(&output->flight, id, ret == 0);
		return true;
	}
	ret = output->transport->ops->send(output->transport, id, item->batch, item->batch_bytes);
	if (ret)
		return false;
	if (ygr_flight_is_empty(&output->flight))
		output->progress_ns = ygr_clock_boot_ns();
	ygr_flight_send(&output->flight, id, missing_before(output));
	output->stats.sent_nr++;
	output->stats.sent_bytes += item->batch_bytes;
	return true;
}

static bool take_item(struct ygr_output *output)
{
	if (output->item.header.batch_id <= output->remote_id)
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
	while (read_item(output)) {
		const struct ygr_batch_header *header = &output->item.header;

		if (!is_own_spool(output, &output->item))
			adopt_spool(output);
		if (!output->is_started && !output->waits)
			start_link(output);
		if (!output->is_up || !take_item(output))
			break;
		if (header->batch_id > output->seen_id)
			output->seen_id = header->batch_id;
		output->has_item = false;
	}
	/* What was parked unsent has nobody else who would settle it. */
	landed = ygr_flight_land(&output->flight, &output->sums);
	if (landed)
		output->position.acked_id = landed;
	if (output->is_up && !output->has_item && is_remote_ahead(output))
		refuse_remote(output);
}

bool ygr_output_is_idle(const struct ygr_output *output)
{
	return !output->is_up || (ygr_flight_is_empty(&output->flight) && !output->has_item);
}

/* ---- the position --------------------------------------------------------- */

void ygr_output_load(struct ygr_output *output)
{
	int ret = ygr_sender_state_load(output->spool_dir, output->config->name, &output->position);

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
	ret = ygr_sender_state_save(output->spool_dir, output->config->name, &output->position);
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

	ygr_park_measure(output->spool_dir, output->config->name, &parked_nr, &parked_bytes);
	return json_pack("{s:s, s:s, s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:o*}",
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
		"faults", (json_int_t)output->stats.fault_nr,
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
	output->spool_dir = config->spool_dir;
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
	close_scan(output);
	output->transport->ops->destroy(output->transport);
	ygr_loop_timer_exit(loop, &output->retry);
	ygr_flight_exit(&output->flight);
	free(output);
}
