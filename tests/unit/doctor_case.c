// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "doctor_case.h"

struct ygr_doctor_report doctor_report;
struct ygr_doctor_facts doctor_facts;

int doctor_forget(void **state)
{
	(void)state;
	doctor_facts = (struct ygr_doctor_facts) {
		.clock_synchronised = YGR_UNKNOWN,
		.has_headers = YGR_UNKNOWN,
		.is_built = YGR_UNKNOWN,
		.is_signed = YGR_UNKNOWN,
		.is_enrolled = YGR_UNKNOWN,
		.is_loaded = YGR_UNKNOWN,
		.is_disabled = YGR_UNKNOWN,
		.is_observe_only = YGR_UNKNOWN,
		.unsettled_nr = -1,
		.unsettled_before_nr = -1,
		.ftrace_enabled = -1,
		.io_uring_disabled = -1,
		.sig_enforce = -1,
		.has_settings = YGR_UNKNOWN,
		.has_policy = YGR_UNKNOWN,
		.has_disk = YGR_UNKNOWN,
		.reader = { .is_known = YGR_UNKNOWN, .runs = YGR_UNKNOWN, .silent_s = -1 },
		.sender = { .is_known = YGR_UNKNOWN, .runs = YGR_UNKNOWN, .silent_s = -1 },
	};
	return 0;
}

int doctor_drop(void **state)
{
	(void)state;
	json_decref(doctor_facts.status);
	json_decref(doctor_facts.reader.status);
	json_decref(doctor_facts.sender.status);
	return 0;
}

void doctor_set(json_t **at, const char *text)
{
	char *quoted = strdup(text), *each;

	for (each = quoted; *each; each++)
		if (*each == '\'')
			*each = '"';
	json_decref(*at);
	*at = json_loads(quoted, 0, NULL);
	assert_non_null(*at);
	free(quoted);
}

/* The check's worst finding. */
static const struct ygr_finding *find(const char *id)
{
	const struct ygr_finding *last = NULL;

	ygr_doctor_run(&doctor_facts, &doctor_report);
	for (size_t i = 0; i < doctor_report.finding_nr; i++)
		if (!strcmp(doctor_report.findings[i].id, id) &&
		    (!last || doctor_report.findings[i].severity >= last->severity))
			last = &doctor_report.findings[i];
	return last;
}

void doctor_says_nothing(const char *id)
{
	assert_null(find(id));
}

void doctor_is_content(const char *id)
{
	const struct ygr_finding *finding = find(id);

	assert_non_null(finding);
	assert_string_equal(ygr_severity_name(finding->severity), "ok");
	assert_string_equal(finding->mend, "");
}

void doctor_finds(const char *id, const char *severity, const char *what, const char *mend)
{
	const struct ygr_finding *finding = find(id);

	assert_non_null(finding);
	assert_string_equal(ygr_severity_name(finding->severity), severity);
	if (!strstr(finding->what, what) && !strstr(finding->evidence, what))
		fail_msg("\"%s\" is not in \"%s\" (%s)", what, finding->what, finding->evidence);
	if (*mend ? !strstr(finding->mend, mend) : *finding->mend)
		fail_msg("\"%s\" is not in \"%s\"", mend, finding->mend);
}
