/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of a machine and of the sensor on it. Everything may be unknown: a file is
 * not there in every kernel, not readable for everybody, and not in the image of a disk.
 */
#ifndef YGR_DOCTOR_FACTS_H
#define YGR_DOCTOR_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define YGR_FACT_BYTES		160
#define YGR_FACT_OUTPUTS_MAX	16

/* The certificate of the key by which DKMS signs, a machine owner's. */
#define YGR_FACT_MOK		"/var/lib/dkms/mok.pub"

enum ygr_fact { YGR_UNKNOWN = -1, YGR_NO = 0, YGR_YES = 1 };

struct ygr_fact_process {
	enum ygr_fact is_known;		/* has it left a status file */
	enum ygr_fact runs;
	int64_t	 silent_s;		/* since it wrote that; -1: not known */
	json_t	*status;		/* NULL: none that can be read */
};

struct ygr_doctor_facts {
	int64_t	 now_s;			/* the clock; 0: not looked at */
	enum ygr_fact clock_synchronised;

	/* Names are of letters, digits and ._+~:@-, fit for a command; "": not known. */
	char	 release[YGR_FACT_BYTES];
	char	 dkms_version[YGR_FACT_BYTES];	/* of the module's source */

	char	*config;		/* /boot/config-RELEASE */
	char	*cmdline;
	enum ygr_fact has_headers;
	enum ygr_fact is_built;		/* for this release */
	char	 module_path[4096];
	enum ygr_fact is_signed;
	int64_t	 built_s;		/* 0: not known */
	bool	 has_mok;		/* DKMS has a key of its own */
	enum ygr_fact is_enrolled;	/* and the firmware knows it */
	bool	 awaits_enrolment;	/* a key; the next boot asks at the console */
	enum ygr_fact is_loaded;
	enum ygr_fact is_disabled;	/* the loaded one, by its parameter; likewise: */
	enum ygr_fact is_observe_only;
	/* yagura-boot(8): boots in a row that have begun and not settled. -1: not known */
	int	 unsettled_nr;		/* with the one that runs */
	int	 unsettled_before_nr;	/* without; -1: this one was not counted */
	char	 boot_parameter[YGR_FACT_BYTES]; /* which the module was given for that; "": none */
	int	 ftrace_enabled;	/* -1: not known; likewise below */
	int	 io_uring_disabled;
	int	 sig_enforce;
	char	 lockdown[YGR_FACT_BYTES];	/* none, integrity, confidentiality */
	char	*livepatches;		/* "PATCH FUNCTION\n" ..., for each patch once with "-" */
	char	*enabled_functions;	/* ftrace's list */

	uint64_t memory_bytes;
	uint64_t ring_bytes;		/* of all CPUs */
	unsigned int ring_nr;

	int	 device_err;		/* 0, or why there is no status of it */
	bool	 device_asked;
	json_t	*status;		/* `yaguractl status --json`; NULL: none */
	enum ygr_fact has_policy;	/* files that are to be the host's */

	enum ygr_fact has_settings;	/* YGR_UNKNOWN: the file is there and cannot be read */
	char	 settings_error[512];	/* "": it is good */
	char	 spool_dir[4096];
	char	 runtime_dir[4096];
	uint64_t spool_limit_bytes, segment_bytes;
	unsigned int output_nr;
	struct { char name[YGR_FACT_BYTES], at[YGR_FACT_BYTES]; } outputs[YGR_FACT_OUTPUTS_MAX];

	enum ygr_fact has_disk;		/* the spool's */
	uint64_t free_bytes, spool_used_bytes;
	struct ygr_fact_process reader, sender;
};

#endif
