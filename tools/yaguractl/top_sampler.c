// SPDX-License-Identifier: GPL-2.0-only
#include "top_sampler.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "clock.h"
#include "device.h"
#include "status_gather.h"

/* Batches to read before somebody looks at keys and clock again; and before an interval ends. */
#define READ_NR		16
#define TAKE_NR		256

int ygr_top_sampler_open(struct ygr_top_sampler *sampler, const struct ygr_top_sources *sources)
{
	*sampler = (struct ygr_top_sampler) { .sources = *sources };
	if (ygr_top_tally_init(&sampler->tally))
		return ygr_cli_fail(YGR_EXIT_FAULT, "out of memory");
	if (!sources->status)
		return 0;
	sampler->status_file = fopen(sources->status, "re");
	if (sampler->status_file)
		return 0;
	ygr_top_tally_exit(&sampler->tally);
	return ygr_cli_usage("%s: %s", sources->status, strerror(errno));
}

void ygr_top_sampler_close(struct ygr_top_sampler *sampler)
{
	if (sampler->status_file)
		fclose(sampler->status_file);
	ygr_spool_scan_close(sampler->scan);
	ygr_event_batch_exit(&sampler->batch);
	ygr_top_tally_exit(&sampler->tally);
}

/* ---- events ---- */

/*
 * At the end of what is there, or at its start; but what was not there when we began is
 * new as a whole.
 */
static bool find_spool(struct ygr_top_sampler *sampler)
{
	bool is_new = sampler->sources.from_start || sampler->spool_err;
	int err;

	if (sampler->scan)
		return true;
	err = ygr_spool_scan_open(&sampler->scan, sampler->sources.spool, YGR_SCAN_RAW);
	if (!err && !is_new)
		err = ygr_spool_scan_seek_end(sampler->scan);
	sampler->spool_err = err;
	if (err) {
		ygr_spool_scan_close(sampler->scan);
		sampler->scan = NULL;
	}
	return !err;
}

static void add_batch(struct ygr_top_sampler *sampler, const struct ygr_scan_item *item)
{
	const struct ygr_event_value *event;

	if (item->chain == YGR_CHAIN_MISSING)
		sampler->missing_nr += item->missing_nr;
	if (ygr_event_batch_expand(&sampler->batch, &item->header,
				   ygr_spool_format_frame(item->batch, &item->header), NULL)) {
		sampler->fault_nr++;
		return;
	}
	while ((event = ygr_event_batch_next(&sampler->batch)))
		ygr_top_tally_add(&sampler->tally, event);
	if (!ygr_event_batch_is_whole(&sampler->batch))
		sampler->fault_nr++;
}

/* Return: whether there may be more. */
static bool read_some(struct ygr_top_sampler *sampler, unsigned int batch_nr)
{
	struct ygr_scan_item item;
	int result;

	if (!find_spool(sampler))
		return false;
	for (; batch_nr; batch_nr--) {
		result = ygr_spool_scan_next(sampler->scan, &item);
		if (result == YGR_SCAN_BATCH) {
			add_batch(sampler, &item);
		} else if (result == YGR_SCAN_FAULT) {
			sampler->fault_nr++;
		} else {
			sampler->spool_err = result;
			return false;
		}
	}
	return true;
}

bool ygr_top_sampler_read(struct ygr_top_sampler *sampler)
{
	return read_some(sampler, READ_NR);
}

/* ---- status ---- */

static int read_status(struct ygr_top_sampler *sampler, json_t **status)
{
	FILE *file = sampler->status_file;
	int c;

	if (!file) {
		*status = ygr_status_gather(sampler->sources.runtime_dir, &sampler->device_err);
		return 0;
	}
	do
		c = getc(file);
	while (isspace(c));
	if (c == EOF)
		return 1;
	ungetc(c, file);
	*status = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL);
	if (json_is_object(*status))
		return 0;
	json_decref(*status);
	return -EINVAL;
}

static void fill_errors(const struct ygr_top_sampler *sampler, struct ygr_top_report *report)
{
	report->module_error[0] = '\0';
	if (!report->look.has_module)
		snprintf(report->module_error, sizeof(report->module_error), "%s",
			 sampler->device_err ? ygr_device_explain(sampler->device_err) :
					       "the status has nothing of the module");
	report->spool_error[0] = '\0';
	if (sampler->spool_err)
		snprintf(report->spool_error, sizeof(report->spool_error), "no events: the spool: %s%s",
			 strerror(-sampler->spool_err),
			 sampler->spool_err == -ENOENT ? " (has yagurad run?)" : "");
}

static void fill_time(struct ygr_top_sampler *sampler, struct ygr_top_report *report)
{
	uint64_t now_ns = ygr_clock_awake_ns();
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	report->time_ns = (uint64_t)now.tv_sec * YGR_NS_PER_S + (uint64_t)now.tv_nsec;
	report->elapsed_ns = sampler->looked_ns ? now_ns - sampler->looked_ns : 0;
	/* What was recorded is as far apart as it was said to be. */
	if (sampler->looked_ns && sampler->status_file)
		report->elapsed_ns = sampler->sources.interval_ns;
	sampler->looked_ns = now_ns;
}

int ygr_top_sampler_take(struct ygr_top_sampler *sampler, struct ygr_top_report *report)
{
	struct ygr_top_look now;
	json_t *status;
	int ret;

	/* What comes after the first look is of the first interval. */
	if (!sampler->looked_ns)
		find_spool(sampler);
	else
		sampler->is_behind = read_some(sampler, TAKE_NR);
	ret = read_status(sampler, &status);
	if (ret)
		return ret;
	ygr_top_look_read(&now, status);
	json_decref(status);
	fill_time(sampler, report);
	ygr_top_report_set_look(report, &now, &sampler->look);
	ygr_top_report_set_tally(report, &sampler->tally);
	report->fault_nr = sampler->fault_nr;
	report->missing_nr = sampler->missing_nr;
	report->is_behind = sampler->is_behind;
	fill_errors(sampler, report);
	ygr_top_tally_clear(&sampler->tally);
	sampler->fault_nr = sampler->missing_nr = 0;
	sampler->look = now;
	return 0;
}
