/* SPDX-License-Identifier: GPL-2.0-only */
/* The facts that doctor.h judges: from /proc, /sys, /boot, /lib/modules, the device, the daemon's
 * files. */
#ifndef YGR_DOCTOR_GATHER_H
#define YGR_DOCTOR_GATHER_H

#include "doctor_facts.h"
#include "sysroot.h"

/*
 * The device and the clock are asked only if @root is that of the running system.
 * @status: of `yaguractl status --json`, in place of what the device says; a reference is
 * taken. NULL: none. @runtime_dir: where the daemon's files are; NULL: where its settings
 * say. The caller gives *facts to exit() in any case.
 */
void ygr_doctor_gather(const struct ygr_sysroot *root, json_t *status, const char *runtime_dir,
		       struct ygr_doctor_facts *facts);
void ygr_doctor_facts_exit(struct ygr_doctor_facts *facts);

/* Of the above: settings, processes, spool and disk. */
void ygr_doctor_gather_daemon(const struct ygr_sysroot *root, const char *runtime_dir,
			      struct ygr_doctor_facts *facts);

/* Of the above: /lib/modules, DKMS, /sys/module, yagura-boot's files. After facts->release. */
void ygr_doctor_gather_module(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts);

/* Whether a name can stand in a command as it is: letters, digits and ._+~:@- */
bool ygr_doctor_is_name(const char *name);

/* The file's first line, if that is a name in the sense above; else "". */
void ygr_doctor_read_name(const struct ygr_sysroot *root, const char *path,
			  char name[YGR_FACT_BYTES]);

/* The file's first line, if that is a number; else -1. */
int ygr_doctor_read_number(const struct ygr_sysroot *root, const char *path);

/* Y or N, 1 or 0. */
enum ygr_fact ygr_doctor_read_flag(const struct ygr_sysroot *root, const char *path);

#endif
