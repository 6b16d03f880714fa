// SPDX-License-Identifier: GPL-2.0-only
#include "doctor.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

static const struct {
	const char *id;
	ygr_doctor_check *check;
} checks[] = {
	{ "kernel-series", ygr_doctor_kernel_series },
	{ "kernel-config", ygr_doctor_kernel_config },
	{ "headers", ygr_doctor_headers },
	{ "module", ygr_doctor_module },
	{ "disabled", ygr_doctor_disabled },
	{ "boot", ygr_doctor_boot },
	{ "signature", ygr_doctor_signature },
	{ "device", ygr_doctor_device },
	{ "ftrace", ygr_doctor_ftrace },
	{ "io-uring", ygr_doctor_io_uring },
	{ "livepatch", ygr_doctor_livepatch },
	{ "hooks", ygr_doctor_hooks },
	{ "redirectors", ygr_doctor_redirectors },
	{ "rings", ygr_doctor_rings },
	{ "drops", ygr_doctor_drops },
	{ "policy", ygr_doctor_policy },
	{ "clock", ygr_doctor_clock },
	{ "settings", ygr_doctor_settings },
	{ "daemon", ygr_doctor_daemon },
	{ "sandbox", ygr_doctor_sandbox },
	{ "spool", ygr_doctor_spool },
	{ "disk", ygr_doctor_disk },
	{ "receiver", ygr_doctor_receiver },
};

const char *ygr_severity_name(enum ygr_severity severity)
{
	static const char *const names[YGR_SEVERITY_NR] = { "ok", "note", "warning", "error" };

	return names[severity];
}

/* What is quoted from files cannot steer a terminal, and is text as JSON wants it. */
static void put_plain(char *to, const char *from)
{
	size_t left = strlen(from), used = 0, step, need;
	uint32_t code;

	for (; left; from += step, left -= step) {
		step = ygr_utf8_next(from, left, &code);
		need = step && ygr_utf8_is_plain(code) ? step : 4;
		if (used + need >= YGR_FINDING_BYTES)
			break;
		if (step && need == step && ygr_utf8_is_plain(code)) {
			memcpy(to + used, from, step);
		} else {
			step = 1;
			snprintf(to + used, 5, "\\x%02x", (unsigned char)*from);
		}
		used += need;
	}
	to[used] = '\0';
}

static void put(char *to, const char *fmt, va_list args)
{
	char raw[YGR_FINDING_BYTES];

	vsnprintf(raw, sizeof(raw), fmt, args);
	put_plain(to, raw);
}

struct ygr_finding *ygr_doctor_add(struct ygr_doctor_report *report, enum ygr_severity severity,
				   const char *fmt, ...)
{
	struct ygr_finding *finding = &report->spare;
	va_list args;

	if (report->finding_nr < YGR_FINDINGS_MAX)
		finding = &report->findings[report->finding_nr++];
	else
		report->left_off_nr++;
	report->severity_nr[severity]++;
	*finding = (struct ygr_finding) { .id = report->id, .severity = severity };
	va_start(args, fmt);
	put(finding->what, fmt, args);
	va_end(args);
	return finding;
}

void ygr_finding_prove(struct ygr_finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(finding->evidence, fmt, args);
	va_end(args);
}

void ygr_finding_mend(struct ygr_finding *finding, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(finding->mend, fmt, args);
	va_end(args);
}

const char *ygr_finding_word(const char *word, const char *instead)
{
	const char *at;

	for (at = word; isalnum((unsigned char)*at) || (*at && strchr("._+~:@/-", *at)); at++)
		;
	return at == word || *at || *word == '-' ? instead : word;
}

static size_t count_findings(const struct ygr_doctor_report *report)
{
	return report->finding_nr + report->left_off_nr;
}

void ygr_doctor_run(const struct ygr_doctor_facts *facts, struct ygr_doctor_report *report)
{
	memset(report, 0, sizeof(*report));
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		size_t before_nr = count_findings(report);

		report->id = checks[i].id;
		checks[i].check(report, facts);
		report->check_nr++;
		report->skipped_nr += count_findings(report) == before_nr;
	}
}
