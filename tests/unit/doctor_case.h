/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of `yaguractl doctor` share: facts to set, and what is found then. */
#ifndef YGR_DOCTOR_CASE_H
#define YGR_DOCTOR_CASE_H

#include "doctor.h"

extern struct ygr_doctor_facts doctor_facts;
extern struct ygr_doctor_report doctor_report;	/* of the last run */

/* Before each test: nothing is known. After it. */
int doctor_forget(void **state);
int doctor_drop(void **state);
#define DOCTOR_TEST(name)	cmocka_unit_test_setup_teardown(name, doctor_forget, doctor_drop)

/* JSON with ' for ". */
void doctor_set(json_t **at, const char *text);

void doctor_says_nothing(const char *id);	/* the check cannot be made */
void doctor_is_content(const char *id);

/*
 * The check's worst finding. @what: in what it is, or in its evidence. @mend: in what mends
 * it; "": nothing does.
 */
void doctor_finds(const char *id, const char *severity, const char *what, const char *mend);

#endif
