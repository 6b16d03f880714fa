/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keeps the sensor from its work on this machine, and what mends it.
 *
 * A check looks at facts (doctor_facts.h) and adds findings; one without a finding could
 * not be made: its facts are not known. Pure: no I/O, no clock.
 */
#ifndef YGR_DOCTOR_H
#define YGR_DOCTOR_H

#include <stddef.h>

#include "doctor_facts.h"

#define YGR_FINDINGS_MAX	256
#define YGR_FINDING_BYTES	400

enum ygr_severity {
	YGR_OK,
	YGR_NOTE,	/* as it is meant, or nothing to be done; worth to know */
	YGR_WARNING,	/* something is not seen, or will not be */
	YGR_ERROR,	/* nothing is seen, denied or stored, or will not be */
	YGR_SEVERITY_NR,
};

/* Texts are UTF-8 that a terminal shows and does not obey; cut at their end. */
struct ygr_finding {
	const char *id;			/* the check's */
	enum ygr_severity severity;
	char	 what[YGR_FINDING_BYTES];
	char	 evidence[YGR_FINDING_BYTES];	/* "": none */
	char	 mend[YGR_FINDING_BYTES];	/* the command; "": none is needed, or known */
};

struct ygr_doctor_report {
	struct ygr_finding findings[YGR_FINDINGS_MAX];
	size_t	 finding_nr;
	size_t	 left_off_nr;		/* for which there was no room */
	size_t	 check_nr;
	size_t	 skipped_nr;		/* checks that could not be made */
	size_t	 severity_nr[YGR_SEVERITY_NR];	/* findings, with those left off */
	const char *id;			/* of the check that is at work */
	struct ygr_finding spare;	/* one that is left off is written here */
};

/* All checks, in their order. *report need not be initialised. */
void ygr_doctor_run(const struct ygr_doctor_facts *facts, struct ygr_doctor_report *report);

const char *ygr_severity_name(enum ygr_severity severity);

/* ---- for the checks ---- */

/* A finding of the check at work, with what it is; never NULL. */
struct ygr_finding *ygr_doctor_add(struct ygr_doctor_report *report, enum ygr_severity severity,
				   const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void ygr_finding_prove(struct ygr_finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void ygr_finding_mend(struct ygr_finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What was read somewhere, as an argument of a command that somebody will paste into a root
 * shell: itself if it is of letters, digits and ._+~:@/-, else @instead.
 */
const char *ygr_finding_word(const char *word, const char *instead);

typedef void ygr_doctor_check(struct ygr_doctor_report *report,
			      const struct ygr_doctor_facts *facts);

/* doctor_kernel.c */
ygr_doctor_check ygr_doctor_kernel_series, ygr_doctor_kernel_config, ygr_doctor_ftrace,
		 ygr_doctor_io_uring, ygr_doctor_livepatch, ygr_doctor_clock;
/* doctor_module.c */
ygr_doctor_check ygr_doctor_headers, ygr_doctor_module, ygr_doctor_disabled, ygr_doctor_boot,
		 ygr_doctor_signature, ygr_doctor_device;
/* doctor_sensor.c */
ygr_doctor_check ygr_doctor_hooks, ygr_doctor_redirectors, ygr_doctor_rings, ygr_doctor_drops,
		 ygr_doctor_policy;
/* doctor_daemon.c */
ygr_doctor_check ygr_doctor_settings, ygr_doctor_daemon, ygr_doctor_sandbox, ygr_doctor_spool,
		 ygr_doctor_disk, ygr_doctor_receiver;

#endif
