// SPDX-License-Identifier: GPL-2.0-only
#include "top_json.h"

#include <stdio.h>
#include <string.h>

static const char *const count_names[YGR_TOP_COUNT_NR] = {
	[YGR_TOP_RECORDED] = "recorded",
	[YGR_TOP_MERGED] = "merged",
	[YGR_TOP_SUPPRESSED] = "suppressed",
	[YGR_TOP_DROPPED] = "dropped",
};

/* JSON has no larger ones that everybody can read. */
static json_t *number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

/* Bytes that are not UTF-8 as `watch --json` writes them. */
static json_t *name(const void *bytes, size_t len)
{
	json_t *text = json_stringn(bytes, len);
	char hex[2 * YGR_TOP_KEY_BYTES + 1] = "";

	if (text)
		return text;
	for (size_t i = 0; i < len && i < YGR_TOP_KEY_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", ((const uint8_t *)bytes)[i]);
	return json_pack("{s:s}", "hex", hex);
}

/* Of the status, which was read from JSON: it is UTF-8, but it may have been cut. */
static json_t *text(const char *bytes)
{
	return name(bytes, strnlen(bytes, YGR_TOP_NAME_BYTES));
}

static json_t *make_counts(const uint64_t count[YGR_TOP_COUNT_NR])
{
	json_t *counts = json_object();

	for (int i = 0; i < YGR_TOP_COUNT_NR; i++)
		json_object_set_new(counts, count_names[i], number(count[i]));
	return counts;
}

static json_t *make_classes(const struct ygr_top_report *report)
{
	json_t *classes = json_object();

	for (unsigned int i = 0; i < report->look.class_nr; i++) {
		json_t *class = make_counts(report->count[i]);

		json_object_set_new(class, "total", make_counts(report->look.class[i].count));
		json_object_set_new(classes, report->look.class[i].name, class);
	}
	return classes;
}

static json_t *make_module(const struct ygr_top_look *look)
{
	if (!look->has_module)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
			 "version", text(look->version), "load_id", number(look->load_id),
			 "age_s", number(look->age_s), "hooks", number(look->hook_nr),
			 "attached", number(look->attached_nr), "lost", number(look->lost_nr));
}

static json_t *make_policy(const struct ygr_top_look *look)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b}",
			 "generation", number(look->generation),
			 "name", look->has_policy ? text(look->policy) : json_null(),
			 "rules", number(look->rule_nr), "enforce", number(look->enforce_nr),
			 "monitor", number(look->monitor_nr),
			 "confirm_left_ms", number(look->confirm_left_ms),
			 "locked", look->is_locked, "tripped", look->is_tripped,
			 "no_reader", look->has_no_reader, "observes", look->observes,
			 "observe_only", look->is_told);
}

static json_t *make_rings(const struct ygr_top_look *look)
{
	return json_pack("{s:o, s:o, s:o, s:{s:o, s:o, s:o}}",
			 "nr", number(look->ring_nr), "used_bytes", number(look->ring_used_bytes),
			 "data_bytes", number(look->ring_data_bytes), "fullest",
			 "cpu", number(look->fullest.cpu),
			 "used_bytes", number(look->fullest.used_bytes),
			 "data_bytes", number(look->fullest.data_bytes));
}

static json_t *make_process(const struct ygr_top_hitter *hitter)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o}",
			 "pid", number(hitter->pid), "start_ns", number(hitter->start_ns),
			 "comm", name(hitter->comm, hitter->comm_len),
			 "exe", hitter->exe_len ? name(hitter->exe, hitter->exe_len) : json_null(),
			 "exe_is_cut", hitter->exe_is_cut,
			 "events", number(hitter->count), "error", number(hitter->error),
			 "suppressed", number(hitter->suppressed),
			 "denied", number(hitter->denied), "would_deny", number(hitter->would_deny));
}

static json_t *make_rule(const struct ygr_top_hitter *hitter)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}",
			 "name", name(hitter->key, hitter->key_len),
			 "events", number(hitter->count), "error", number(hitter->error),
			 "denied", number(hitter->denied), "would_deny", number(hitter->would_deny));
}

static json_t *make_list(const struct ygr_top_list *list, unsigned int row_nr,
			 json_t *(*make)(const struct ygr_top_hitter *hitter))
{
	json_t *top = json_array();

	for (unsigned int i = 0; i < list->nr && i < row_nr; i++)
		json_array_append_new(top, make(&list->hitter[i]));
	return json_pack("{s:o, s:o, s:b, s:o}", "events", number(list->total),
			 "nr", number(list->nr), "nr_is_least", list->is_least, "top", top);
}

static json_t *make_spool(const struct ygr_top_report *report)
{
	return json_pack("{s:o, s:o, s:b, s:o}", "faults", number(report->fault_nr),
			 "missing_batches", number(report->missing_nr),
			 "behind", report->is_behind,
			 "error", name(report->spool_error, strlen(report->spool_error)));
}

json_t *ygr_top_json_make(const struct ygr_top_report *report, unsigned int row_nr)
{
	const struct ygr_top_look *look = &report->look;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "time_ns", number(report->time_ns), "interval_ns", number(report->elapsed_ns),
			 "module", make_module(look),
			 "policy", look->has_module ? make_policy(look) : json_null(),
			 "rings", look->has_module ? make_rings(look) : json_null(),
			 "classes", make_classes(report),
			 "processes", make_list(&report->processes, row_nr, make_process),
			 "rules", make_list(&report->rules, row_nr, make_rule),
			 "spool", make_spool(report));
}
