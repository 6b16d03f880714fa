// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the kernel, whatever module it has. */
#include <linux/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat/series.h"
#include "doctor.h"

#define DAY_S	86400

void ygr_doctor_kernel_series(struct ygr_doctor_report *report,
			      const struct ygr_doctor_facts *facts)
{
	static const unsigned int known[] = { YGR_KNOWN_SERIES };
	unsigned int major, minor, len = 0;
	struct ygr_finding *finding;
	char list[128] = "";

	if (sscanf(facts->release, "%u.%u", &major, &minor) != 2)
		return;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i] >> 8 == KERNEL_VERSION(major, minor, 0) >> 8) {
			finding = ygr_doctor_add(report, YGR_OK, "series %u.%u is known", major,
						 minor);
			ygr_finding_prove(finding, "%s", facts->release);
			return;
		}
		len += snprintf(list + len, len < sizeof(list) ? sizeof(list) - len : 0, "%s%u.%u",
				i ? ", " : "", known[i] >> 16, known[i] >> 8 & 0xff);
	}
	finding = ygr_doctor_add(
		report, YGR_WARNING,
		"series %u.%u has not been tested: DKMS does not build for it, and nothing is denied",
		major, minor);
	ygr_finding_prove(finding, "%s; known are %s", facts->release, list);
	ygr_finding_mend(finding,
		"apt-get install linux-image-amd64 linux-headers-amd64, and boot that kernel");
}

/* Is the option built in: a line "CONFIG_X=y"? */
static bool has_option(const char *config, const char *option)
{
	size_t len = strlen(option);
	const char *at;

	for (at = config; (at = strstr(at, option)); at += len)
		if ((at == config || at[-1] == '\n') && at[len] == '=' && at[len + 1] == 'y')
			return true;
	return false;
}

void ygr_doctor_kernel_config(struct ygr_doctor_report *report,
			      const struct ygr_doctor_facts *facts)
{
	static const char *const needed[] = {
		"CONFIG_MODULES", "CONFIG_KPROBES", "CONFIG_SECURITY", "CONFIG_DYNAMIC_FTRACE",
	};
	struct ygr_finding *finding;
	char missing[160] = "";

	if (!facts->config)
		return;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!has_option(facts->config, needed[i]))
			strcat(strcat(missing, " "), needed[i]);
	if (!has_option(facts->config, "CONFIG_DYNAMIC_FTRACE_WITH_ARGS") &&
	    !has_option(facts->config, "CONFIG_DYNAMIC_FTRACE_WITH_REGS"))
		strcat(missing, " CONFIG_DYNAMIC_FTRACE_WITH_REGS");
	if (*missing) {
		finding = ygr_doctor_add(report, YGR_ERROR,
					 "this kernel lacks what the hooks need");
		ygr_finding_prove(finding, "not in /boot/config-%s:%s", facts->release, missing);
	} else if (has_option(facts->config, "CONFIG_PREEMPT_RT")) {
		finding = ygr_doctor_add(report, YGR_ERROR, "PREEMPT_RT kernels are not supported");
		ygr_finding_prove(finding, "CONFIG_PREEMPT_RT=y in /boot/config-%s",
				  facts->release);
	} else {
		ygr_doctor_add(report, YGR_OK, "this kernel has what the hooks need");
		return;
	}
	ygr_finding_mend(finding,
		"apt-get install linux-image-amd64 linux-headers-amd64, and boot that kernel");
}

void ygr_doctor_ftrace(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	struct ygr_finding *finding;

	if (facts->ftrace_enabled < 0)
		return;
	if (facts->ftrace_enabled) {
		ygr_doctor_add(report, YGR_OK, "ftrace is on");
		return;
	}
	finding = ygr_doctor_add(report, YGR_ERROR, "ftrace is off: no hook can be attached");
	ygr_finding_prove(finding, "kernel.ftrace_enabled is 0");
	ygr_finding_mend(finding, "sysctl -w kernel.ftrace_enabled=1 && %s",
			 facts->is_loaded == YGR_YES ? "yagura-upgrade" : "modprobe yagura");
}

void ygr_doctor_io_uring(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	struct ygr_finding *finding;

	if (facts->io_uring_disabled < 0)
		return;
	if (facts->io_uring_disabled < 2) {
		ygr_doctor_add(report, YGR_OK, "io_uring can be had");
		return;
	}
	finding = ygr_doctor_add(report, YGR_NOTE,
				 "io_uring is switched off: the daemon uses epoll");
	ygr_finding_prove(finding, "kernel.io_uring_disabled is %d", facts->io_uring_disabled);
}

/* Is it one of the hooks, by the status? */
static bool is_hooked(const struct ygr_doctor_facts *facts, const char *function)
{
	const json_t *hook;
	size_t i;

	json_array_foreach(json_object_get(facts->status, "hooks"), i, hook)
		if (!strcmp(json_string_value(json_object_get(hook, "symbol")) ?: "", function))
			return true;
	return false;
}

static void judge_patch(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts,
			const char *patch, const char *function)
{
	struct ygr_finding *finding;

	if (!is_hooked(facts, function)) {
		finding = ygr_doctor_add(report, YGR_NOTE, "a live patch is in force");
		ygr_finding_prove(finding, "/sys/kernel/livepatch/%s", patch);
		return;
	}
	finding = ygr_doctor_add(report, YGR_WARNING,
				 "a live patch replaces a function that is to be hooked");
	ygr_finding_prove(finding, "/sys/kernel/livepatch/%s: %s", patch, function);
	ygr_finding_mend(finding,
		"boot a kernel with that fix built in; or: echo 0 > /sys/kernel/livepatch/%s/enabled && yagura-upgrade",
		patch);
}

/* One finding for each patch, or for each of its functions that is to be hooked. */
void ygr_doctor_livepatch(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	char patch[YGR_FACT_BYTES], function[YGR_FACT_BYTES], told[YGR_FACT_BYTES] = "";
	const char *line;

	if (!facts->livepatches)
		return;
	for (line = facts->livepatches; *line; line = strchr(line, '\n') + 1) {
		if (sscanf(line, "%159s %159s", patch, function) != 2 || !strchr(line, '\n'))
			return;
		if (!is_hooked(facts, function) && !strcmp(told, patch))
			continue;
		judge_patch(report, facts, patch, function);
		strcpy(told, patch);
	}
	if (!*facts->livepatches)
		ygr_doctor_add(report, YGR_OK, "no live patch is in force");
}

void ygr_doctor_clock(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	struct ygr_finding *finding;
	bool is_early = facts->built_s && facts->now_s < facts->built_s - DAY_S;

	if (!facts->now_s)
		return;
	if (is_early) {
		finding = ygr_doctor_add(report, YGR_WARNING,
					 "the clock is wrong: events get times long past");
		ygr_finding_prove(finding, "the module was built %lld days from now",
				  (long long)(facts->built_s - facts->now_s) / DAY_S);
	} else if (facts->clock_synchronised == YGR_NO) {
		finding = ygr_doctor_add(report, YGR_WARNING, "nobody keeps the clock right");
		ygr_finding_prove(finding, "adjtimex(2) says STA_UNSYNC");
	} else {
		ygr_doctor_add(report, YGR_OK, "the clock is plausible%s",
			       facts->clock_synchronised == YGR_YES ? ", and synchronised" : "");
		return;
	}
	ygr_finding_mend(finding, "timedatectl set-ntp true; timedatectl timesync-status");
}
