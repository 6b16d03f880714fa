/* SPDX-License-Identifier: GPL-2.0-only */
/* A report of doctor.h in words, and as JSON. Pure, save for the stream. */
#ifndef YGR_DOCTOR_TEXT_H
#define YGR_DOCTOR_TEXT_H

#include <jansson.h>
#include <stdio.h>

#include "doctor.h"

/* The worst first; those that are ok only with @all. */
void ygr_doctor_text_print(FILE *out, const struct ygr_doctor_report *report, bool all);

/* The same findings, in the same order: [{"id", "severity", "what", "evidence", "mend"}]. */
json_t *ygr_doctor_text_json(const struct ygr_doctor_report *report, bool all);

#endif
