// SPDX-License-Identifier: GPL-2.0-only
#include "top_screen.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#define BAR_COLS	20

/* What is being written. */
struct page {
	struct ygr_top_sheet *sheet;
	FILE *out;		/* the sheet's */
	const struct ygr_top_report *report;
	const struct ygr_top_view *view;
};

/* ---- numbers and places ---- */

/* Of a batch, just behind the rest. */
static void put_right(struct page *page, const char *text)
{
	unsigned int cols = page->view->is_batch ? 0 : page->view->cols, len = strlen(text);

	fputs(" ", page->out);
	ygr_top_sheet_pad_to(page->sheet, cols > len ? cols - len : 0);
	fputs(text, page->out);
}

/* Nothing is known after a first look. */
static const char *rate(const struct page *page, uint64_t count, char room[YGR_TOP_RATE_BYTES])
{
	if (!page->report->elapsed_ns)
		return "-";
	return ygr_top_sheet_rate(ygr_top_report_rate(page->report, count), room);
}

static void put_rate(struct page *page, unsigned int cols, const char *before, uint64_t count)
{
	char room[YGR_TOP_RATE_BYTES];
	const char *text = rate(page, count, room);

	fprintf(page->out, "%*s%s", (int)(cols - strlen(text)), before, text);
}

static unsigned int percent(uint64_t part, uint64_t whole)
{
	double all = whole ? (double)part * 100 / (double)whole : 0;

	return all > 100 ? 100 : (unsigned int)all;
}

static void put_age(struct page *page, uint64_t age_s)
{
	if (age_s < 60)
		fprintf(page->out, "%" PRIu64 " s", age_s);
	else if (age_s < 3600)
		fprintf(page->out, "%" PRIu64 " min", age_s / 60);
	else if (age_s < 86400)
		fprintf(page->out, "%" PRIu64 " h %" PRIu64 " min", age_s / 3600, age_s / 60 % 60);
	else
		fprintf(page->out, "%" PRIu64 " d %" PRIu64 " h", age_s / 86400, age_s / 3600 % 24);
}

/* ---- the sensor ---- */

static void put_title(struct page *page)
{
	const struct ygr_top_look *look = &page->report->look;
	time_t seconds = (time_t)(page->report->time_ns / 1000000000);
	char clock[16], right[80];
	struct tm tm;

	fputs("yagura ", page->out);
	if (look->has_module) {
		ygr_top_sheet_put_text(page->sheet, look->version);
		fputs(", loaded ", page->out);
		put_age(page, look->age_s);
		fputs(" ago", page->out);
	} else {
		fputs("NOT LOADED", page->out);
	}
	if (!localtime_r(&seconds, &tm))
		memset(&tm, 0, sizeof(tm));
	strftime(clock, sizeof(clock), "%T", &tm);
	snprintf(right, sizeof(right), "%s%severy %.1f s, %s", page->view->is_paused ? "PAUSED, " : "",
		 page->view->has_ended ? "END OF FILE, " : "",
		 (double)page->view->interval_ns / 1e9, clock);
	put_right(page, right);
	ygr_top_sheet_end_line(page->sheet, look->has_module ? YGR_TOP_BOLD : YGR_TOP_RED);
}

static void put_policy(struct page *page)
{
	const struct ygr_top_look *look = &page->report->look;

	fprintf(page->out, "generation %" PRIu64 ", ", look->generation);
	if (!look->has_policy) {
		fputs("no policy", page->out);
		return;
	}
	ygr_top_sheet_put_text(page->sheet, look->policy);
	fprintf(page->out, ": %" PRIu64 " rule%s (%" PRIu64 " enforce, %" PRIu64 " monitor)%s",
		look->rule_nr, look->rule_nr == 1 ? "" : "s", look->enforce_nr, look->monitor_nr,
		look->is_locked ? ", locked" : "");
}

static void put_sensor(struct page *page)
{
	const struct ygr_top_look *look = &page->report->look;

	fputs("sensor   ", page->out);
	if (!look->has_module) {
		fputs(page->report->module_error, page->out);
		ygr_top_sheet_end_line(page->sheet, YGR_TOP_RED);
		return;
	}
	fprintf(page->out, "%" PRIu64 " of %" PRIu64 " hooks%s; ", look->attached_nr,
		look->hook_nr, look->lost_nr ? ", DEGRADED" : "");
	put_policy(page);
	ygr_top_sheet_end_line(page->sheet, look->lost_nr ? YGR_TOP_RED : YGR_TOP_PLAIN);
}

static void put_alerts(struct page *page)
{
	const char *alert;

	for (unsigned int i = 0; (alert = ygr_top_view_alert(&page->report->look, i)); i++) {
		fprintf(page->out, "         %s", alert);
		ygr_top_sheet_end_line(page->sheet, YGR_TOP_RED);
	}
}

static void put_rings(struct page *page)
{
	const struct ygr_top_look *look = &page->report->look;
	unsigned int full = percent(look->fullest.used_bytes, look->fullest.data_bytes);

	fprintf(page->out, "rings    [%.*s%*s] %u %% of %" PRIu64 " KiB wait on cpu %" PRIu64,
		(int)(full * BAR_COLS / 100), "####################",
		(int)(BAR_COLS - full * BAR_COLS / 100), "", full, look->fullest.data_bytes / 1024,
		look->fullest.cpu);
	if (look->ring_nr > 1)
		fprintf(page->out, ", %u %% on all %" PRIu64,
			percent(look->ring_used_bytes, look->ring_data_bytes), look->ring_nr);
	ygr_top_sheet_end_line(page->sheet, full >= 75 ? YGR_TOP_RED : full >= 50 ? YGR_TOP_YELLOW : YGR_TOP_PLAIN);
}

static void put_process(struct page *page, const char *name, const struct ygr_top_process *process)
{
	if (process->runs)
		fprintf(page->out, "%s pid %" PRIu64, name, process->pid);
	else
		fprintf(page->out, "%s NOT RUNNING", name);
}

static void put_daemon(struct page *page)
{
	const struct ygr_top_look *look = &page->report->look;
	bool is_well = look->reader.runs && look->sender.runs && !look->waiting_for[0];

	fputs("daemon   ", page->out);
	put_process(page, "reader", &look->reader);
	put_process(page, ", sender", &look->sender);
	if (look->reader.is_known)
		fprintf(page->out, "; spool %" PRIu64 " of %" PRIu64 " MiB",
			look->spool_used_bytes >> 20, look->spool_limit_bytes >> 20);
	if (look->waiting_for[0]) {
		fputs(", WAITING for ", page->out);
		ygr_top_sheet_put_text(page->sheet, look->waiting_for);
	}
	ygr_top_sheet_end_line(page->sheet, is_well ? YGR_TOP_PLAIN : YGR_TOP_RED);
}

/* ---- classes ---- */

static void put_counts(struct page *page, const char *name, const uint64_t count[YGR_TOP_COUNT_NR])
{
	unsigned int end = ygr_top_sheet_column(page->sheet) + 10;

	ygr_top_sheet_put_text(page->sheet, name);
	ygr_top_sheet_pad_to(page->sheet, end);
	for (int i = 0; i < YGR_TOP_COUNT_NR; i++)
		put_rate(page, 7, "", count[i]);
}

static void put_classes(struct page *page, unsigned int pairs)
{
	const struct ygr_top_report *report = page->report;
	const struct ygr_top_look *look = &report->look;
	unsigned int rows = (look->class_nr + pairs - 1) / pairs;

	for (unsigned int i = 0; i < pairs; i++)
		fprintf(page->out, "%s%-10s%7s%7s%7s%7s", i ? "  " : "", "EVENTS/S", "RECORD",
			"MERGED", "SUPPR", "DROP");
	ygr_top_sheet_end_line(page->sheet, YGR_TOP_BOLD);
	for (unsigned int i = 0; i < rows; i++) {
		for (unsigned int j = i; j < look->class_nr; j += rows) {
			if (j != i)
				fputs("  ", page->out);
			put_counts(page, look->class[j].name, report->count[j]);
		}
		ygr_top_sheet_end_line(page->sheet, YGR_TOP_PLAIN);
	}
	put_counts(page, "all", report->sum);
	fprintf(page->out, "  dropped since load: %" PRIu64, report->dropped_nr);
	ygr_top_sheet_end_line(page->sheet, report->sum[YGR_TOP_DROPPED] ? YGR_TOP_RED : YGR_TOP_PLAIN);
}

/* ---- lists ---- */

static void put_list_heading(struct page *page, enum ygr_top_which which, unsigned int rows)
{
	const struct ygr_top_list *list = ygr_top_view_list(page->report, which);
	unsigned int first = page->view->scroll[which], last = first + rows;
	char note[48];

	if (which == YGR_TOP_PROCESSES)
		fprintf(page->out, "%7s%9s%9s%9s %-15s %s", "PID", "EVENTS/S", "SUPPR/S", "DENIED/S",
			"PROCESS", "PROGRAM");
	else
		fprintf(page->out, "%16s%9s%9s %s", "MATCHES/S", "WOULD/S", "DENIED/S", "RULE");
	if (last > list->nr)
		last = list->nr;
	snprintf(note, sizeof(note), "%u-%u of %u%s", first + 1, last, list->nr,
		 list->is_least ? "+" : "");
	if (list->nr)
		put_right(page, note);
	ygr_top_sheet_end_line(page->sheet, which == page->view->focus ? YGR_TOP_HEADING : YGR_TOP_BOLD);
}

/* What may be too large by what it took over is marked. */
static const char *mark(const struct ygr_top_hitter *hitter)
{
	return hitter->error ? "~" : "";
}

static void put_process_row(struct page *page, const struct ygr_top_hitter *hitter)
{
	fprintf(page->out, "%7" PRIu32, hitter->pid);
	put_rate(page, 9, mark(hitter), hitter->count);
	put_rate(page, 9, "", hitter->suppressed);
	put_rate(page, 9, "", hitter->denied);
	fputc(' ', page->out);
	ygr_top_sheet_put(page->sheet, hitter->comm, hitter->comm_len);
	if (!hitter->exe_len)
		return;
	ygr_top_sheet_pad_to(page->sheet, 51);
	if (hitter->exe_is_cut)
		fputs("...", page->out);
	ygr_top_sheet_put(page->sheet, hitter->exe, hitter->exe_len);
}

static void put_rule_row(struct page *page, const struct ygr_top_hitter *hitter)
{
	put_rate(page, 16, mark(hitter), hitter->count);
	put_rate(page, 9, "", hitter->would_deny);
	put_rate(page, 9, "", hitter->denied);
	fputc(' ', page->out);
	ygr_top_sheet_put(page->sheet, (const char *)hitter->key, hitter->key_len);
}

static enum ygr_top_style row_style(const struct ygr_top_hitter *hitter)
{
	if (hitter->denied)
		return YGR_TOP_RED;
	return hitter->would_deny || hitter->suppressed ? YGR_TOP_YELLOW : YGR_TOP_PLAIN;
}

/* Why there is none. */
static void put_no_rows(struct page *page, enum ygr_top_which which)
{
	const struct ygr_top_report *report = page->report;

	if (report->spool_error[0])
		fprintf(page->out, "        %s", report->spool_error);
	else if (!report->elapsed_ns)
		fputs("        -", page->out);
	else
		fprintf(page->out, "        no event of a %s", which == YGR_TOP_RULES ? "rule" : "process");
	ygr_top_sheet_end_line(page->sheet, report->spool_error[0] ? YGR_TOP_RED : YGR_TOP_PLAIN);
}

static void put_list(struct page *page, enum ygr_top_which which, unsigned int rows)
{
	const struct ygr_top_list *list = ygr_top_view_list(page->report, which);
	unsigned int first = page->view->scroll[which];

	if (!list->nr && rows) {
		put_no_rows(page, which);
		rows--;
	}
	for (unsigned int i = first; rows; i++, rows--) {
		if (i >= list->nr) {
			ygr_top_sheet_end_line(page->sheet, YGR_TOP_PLAIN);
			continue;
		}
		if (which == YGR_TOP_PROCESSES)
			put_process_row(page, &list->hitter[i]);
		else
			put_rule_row(page, &list->hitter[i]);
		ygr_top_sheet_end_line(page->sheet, row_style(&list->hitter[i]));
	}
}

/* Return: whether there is something to tell of it. */
static bool put_spool(struct page *page)
{
	const struct ygr_top_report *report = page->report;

	if (!report->is_behind && !report->fault_nr && !report->missing_nr)
		return false;
	fprintf(page->out, "spool: %s%" PRIu64 " faults, %" PRIu64 " batches missing",
		report->is_behind ? "not all of it is read yet, " : "", report->fault_nr,
		report->missing_nr);
	ygr_top_sheet_end_line(page->sheet, YGR_TOP_YELLOW);
	return true;
}

static void put_footer(struct page *page)
{
	if (put_spool(page) || page->view->is_batch)
		return;
	fprintf(page->out, "q quit  p %s  s sorted by %s  TAB to %s  arrows PgUp PgDn  h help",
		page->view->is_paused ? "go on" : "pause", ygr_top_sort_names[page->view->sort],
		page->view->focus ? "processes" : "rules");
	ygr_top_sheet_end_line(page->sheet, YGR_TOP_PLAIN);
}

static void put_help(struct page *page)
{
	static const char *const lines[] = {
		"yaguractl top                                        any key: back",
		"",
		"  q                 quit",
		"  p, space          pause the screen; counting goes on",
		"  s                 sort by events, by denied, by name",
		"  TAB               scroll the other list, and give it the room",
		"  arrows, PgUp/Dn   scroll",
		"  h, ?              this page",
		"",
		"  RECORD  events recorded        MERGED  repeats that one record tells",
		"  SUPPR   counted, over budget   DROP    records lost: the ring was full",
		"  WOULD   denied, were the rule enforced",
		"  ~, +    more came than there is memory for: too large by some, and of how many",
		"",
		"  Counts are the module's. Processes and rules are of the events in",
		"  the spool, which come when the daemon has written them.",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]) && i < page->view->rows; i++) {
		fputs(lines[i], page->out);
		ygr_top_sheet_end_line(page->sheet, i ? YGR_TOP_PLAIN : YGR_TOP_BOLD);
	}
}

static void put_all(struct page *page)
{
	struct ygr_top_plan plan;

	ygr_top_view_plan(page->view, page->report, &plan);
	if (plan.title)
		put_title(page);
	if (plan.sensor)
		put_sensor(page);
	if (plan.alerts)
		put_alerts(page);
	if (plan.rings)
		put_rings(page);
	if (plan.daemon)
		put_daemon(page);
	if (plan.classes)
		put_classes(page, plan.class_pairs);
	for (int i = 0; i < YGR_TOP_LIST_NR; i++) {
		if (plan.heading[i])
			put_list_heading(page, i, plan.list[i]);
		put_list(page, i, plan.list[i]);
	}
	if (plan.footer)
		put_footer(page);
}

int ygr_top_screen_build(struct ygr_top_sheet *sheet, const struct ygr_top_report *report,
			 const struct ygr_top_view *view)
{
	struct page page = { .sheet = sheet, .report = report, .view = view };

	if (ygr_top_sheet_begin(sheet))
		return -ENOMEM;
	page.out = sheet->out;
	if (view->shows_help)
		put_help(&page);
	else
		put_all(&page);
	return ygr_top_sheet_finish(sheet, view->is_batch ? UINT32_MAX : view->cols, view->is_ascii);
}
