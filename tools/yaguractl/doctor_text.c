// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_text.h"

static void print_finding(FILE *out, const struct ygr_finding *finding)
{
	fprintf(out, "%-8s %s: %s", ygr_severity_name(finding->severity), finding->id,
		finding->what);
	if (*finding->evidence)
		fprintf(out, " (%s)", finding->evidence);
	putc('\n', out);
	if (*finding->mend)
		fprintf(out, "         mend: %s\n", finding->mend);
}

static void print_number(FILE *out, const char *separator, size_t nr, const char *name)
{
	fprintf(out, "%s%zu %s%s", separator, nr, name, nr == 1 ? "" : "s");
}

void ygr_doctor_text_print(FILE *out, const struct ygr_doctor_report *report, bool all)
{
	int severity;
	size_t i;

	for (severity = YGR_SEVERITY_NR - 1; severity >= (all ? YGR_OK : YGR_NOTE); severity--)
		for (i = 0; i < report->finding_nr; i++)
			if ((int)report->findings[i].severity == severity)
				print_finding(out, &report->findings[i]);
	if (report->left_off_nr)
		fprintf(out, "%zu more are not shown\n", report->left_off_nr);
	print_number(out, "", report->check_nr, "check");
	print_number(out, ": ", report->severity_nr[YGR_ERROR], "error");
	print_number(out, ", ", report->severity_nr[YGR_WARNING], "warning");
	print_number(out, ", ", report->severity_nr[YGR_NOTE], "note");
	if (report->skipped_nr)
		fprintf(out, "; %zu could not be made here", report->skipped_nr);
	putc('\n', out);
}

json_t *ygr_doctor_text_json(const struct ygr_doctor_report *report, bool all)
{
	json_t *array = json_array();
	int severity;
	size_t i;

	for (severity = YGR_SEVERITY_NR - 1; severity >= (all ? YGR_OK : YGR_NOTE); severity--)
		for (i = 0; i < report->finding_nr; i++) {
			const struct ygr_finding *finding = &report->findings[i];

			if ((int)finding->severity != severity)
				continue;
			json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s, s:s}",
				"id", finding->id,
				"severity", ygr_severity_name(finding->severity),
				"what", finding->what,
				"evidence", finding->evidence,
				"mend", finding->mend));
		}
	return array;
}
