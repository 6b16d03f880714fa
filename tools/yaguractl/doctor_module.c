// SPDX-License-Identifier: GPL-2.0-only
/* Checks of whether the module is there, may be loaded, is loaded, and answers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "doctor.h"

/* Unsettled boots after which yagura-boot changes what the module does. */
#define OBSERVE_AT	2
#define DISABLE_AT	4

void ygr_doctor_headers(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	bool is_built = facts->is_built == YGR_YES;
	struct ygr_finding *finding;

	if (facts->has_headers == YGR_UNKNOWN || !*facts->release)
		return;
	if (facts->has_headers) {
		ygr_doctor_add(report, YGR_OK, "the headers of this kernel are here");
		return;
	}
	finding = ygr_doctor_add(
		report, is_built ? YGR_NOTE : YGR_WARNING, "%s",
		is_built ? "no headers of this kernel: DKMS cannot build the module again" :
			   "no headers of this kernel: DKMS cannot build the module");
	ygr_finding_prove(finding, "/lib/modules/%s/build/Makefile is not there", facts->release);
	ygr_finding_mend(finding, "apt-get install linux-headers-%s", facts->release);
}

static void explain_unbuilt(struct ygr_finding *finding, const struct ygr_doctor_facts *facts)
{
	ygr_finding_prove(finding, "no yagura.ko below /lib/modules/%s%s%s", facts->release,
			  *facts->dkms_version ? "; DKMS has the source of yagura/" : "",
			  facts->dkms_version);
	if (*facts->dkms_version)
		ygr_finding_mend(finding, "dkms install yagura/%s -k %s", facts->dkms_version,
				 facts->release);
	else
		ygr_finding_mend(finding, "apt-get install yagura-dkms");
}

void ygr_doctor_module(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	struct ygr_finding *finding;

	if (facts->is_built == YGR_UNKNOWN && facts->is_loaded == YGR_UNKNOWN)
		return;
	if (facts->is_built == YGR_NO) {
		finding = ygr_doctor_add(
			report, facts->is_loaded == YGR_YES ? YGR_WARNING : YGR_ERROR, "%s",
			facts->is_loaded == YGR_YES ?
				"the module is loaded, and not installed: the next boot is without it" :
				"the module is not built for this kernel");
		explain_unbuilt(finding, facts);
		return;
	}
	if (facts->is_loaded == YGR_NO) {
		finding = ygr_doctor_add(report, YGR_ERROR,
					 "the module is not loaded: nothing is seen");
		ygr_finding_prove(finding, "no /sys/module/yagura%s%s",
				  facts->is_built == YGR_YES ? "; there is " : "",
				  facts->module_path);
		ygr_finding_mend(finding, "modprobe yagura");
		return;
	}
	ygr_doctor_add(report, YGR_OK, "the module is %s",
		       facts->is_loaded == YGR_YES ? "loaded" : "built for this kernel");
}

static bool is_true(const char *value)
{
	return !*value || strchr("1yYtT", *value) || !strcasecmp(value, "on");
}

static bool list_has(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *at;

	for (at = list; (at = strstr(at, name)); at += len)
		if ((at == list || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

static bool sets(const char *word, const char *parameter)
{
	size_t len = strlen(parameter);

	return !strncmp(word, parameter, len) &&
	       (!word[len] || (word[len] == '=' && is_true(word + len + 1)));
}

/* Return: why this word of the command line keeps the module from its work; NULL: it does not. */
static const char *judge_word(const char *word)
{
	static const char never[] = "module_blacklist=", alias[] = "modprobe.blacklist=";

	if (sets(word, "yagura.disable"))
		return "the command line has the module attach no hook";
	if (sets(word, "yagura.observe_only"))
		return "the command line has the module deny nothing";
	if (!strncmp(word, never, strlen(never)) && list_has(word + strlen(never), "yagura"))
		return "the command line forbids the module";
	if (!strncmp(word, alias, strlen(alias)) && list_has(word + strlen(alias), "yagura"))
		return "the command line has the module not loaded at boot";
	return NULL;
}

static bool judge_cmdline(struct ygr_doctor_report *report, const char *cmdline)
{
	char word[256];
	const char *why;
	int len;

	for (; sscanf(cmdline, " %255s%n", word, &len) == 1; cmdline += len) {
		struct ygr_finding *finding;

		why = judge_word(word);
		if (!why)
			continue;
		finding = ygr_doctor_add(report, YGR_ERROR, "%s", why);
		ygr_finding_prove(finding, "/proc/cmdline: %s", word);
		ygr_finding_mend(finding,
			"take it out of GRUB_CMDLINE_LINUX in /etc/default/grub, update-grub, reboot");
		return true;
	}
	return false;
}

/* Return: the parameter that keeps the loaded module from its work; NULL: none. */
static const char *get_off_parameter(const struct ygr_doctor_facts *facts)
{
	if (facts->is_disabled == YGR_YES)
		return "disable";
	return facts->is_observe_only == YGR_YES ? "observe_only" : NULL;
}

/* Return: whether yagura-boot has given it, and it is in force. */
static bool is_breakers(const struct ygr_doctor_facts *facts, const char *parameter)
{
	return parameter && !strcmp(parameter, facts->boot_parameter);
}

void ygr_doctor_disabled(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	const char *parameter = get_off_parameter(facts);
	struct ygr_finding *finding;

	if (facts->cmdline && judge_cmdline(report, facts->cmdline))
		return;
	if (parameter && !is_breakers(facts, parameter)) {
		finding = ygr_doctor_add(report, YGR_ERROR, "the module was told to %s",
					 facts->is_disabled == YGR_YES ? "attach no hook" :
									 "deny nothing");
		ygr_finding_prove(finding, "/sys/module/yagura/parameters/%s is Y", parameter);
		ygr_finding_mend(finding,
			"take %s=1 from where `grep -rs yagura /etc/modprobe.d` has it, then: yagura-upgrade",
			parameter);
	} else if (facts->cmdline || facts->is_disabled != YGR_UNKNOWN) {
		ygr_doctor_add(report, YGR_OK, "no setting switches the module off");
	}
}

void ygr_doctor_boot(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	const char *parameter = get_off_parameter(facts);
	struct ygr_finding *finding;

	if (is_breakers(facts, parameter)) {
		finding = ygr_doctor_add(report, YGR_ERROR,
					 "boots with the module did not settle: nothing is %s",
					 facts->is_disabled == YGR_YES ? "seen" : "denied");
		ygr_finding_prove(finding,
				  "%d unfinished boots in /run/yagura-boot; /sys/module/yagura/parameters/%s is Y",
				  facts->unsettled_before_nr, parameter);
		ygr_finding_mend(finding,
			"see to what journalctl -b -1 ends with; then: yagura-boot reset && yagura-upgrade");
	} else if (facts->unsettled_before_nr < 0 && facts->unsettled_nr >= OBSERVE_AT) {
		finding = ygr_doctor_add(report, YGR_WARNING,
					 "boots with the module did not settle: at the next one nothing is %s",
					 facts->unsettled_nr >= DISABLE_AT ? "seen" : "denied");
		ygr_finding_prove(finding, "/var/lib/yagura/boot is %d", facts->unsettled_nr);
		ygr_finding_mend(finding, "yagura-boot reset; from outside: yagura-boot --root DIR reset");
	} else if (facts->unsettled_nr >= 0 || facts->unsettled_before_nr >= 0) {
		ygr_doctor_add(report, YGR_OK, "boots with the module settle");
	}
}

static void mend_key(struct ygr_finding *finding, const struct ygr_doctor_facts *facts,
		     bool build_again)
{
	char build[2 * YGR_FACT_BYTES + 64] = "";

	if (build_again && *facts->dkms_version)
		snprintf(build, sizeof(build), "dkms install --force yagura/%s -k %s; ",
			 facts->dkms_version, facts->release);
	else if (build_again)
		snprintf(build, sizeof(build), "sign it with your key; ");
	if (facts->is_enrolled == YGR_YES)
		ygr_finding_mend(finding, "%smodprobe yagura", build);
	else if (facts->awaits_enrolment)
		ygr_finding_mend(finding, "%sreboot, and confirm at the console (Enroll MOK)", build);
	else
		ygr_finding_mend(
			finding,
			"%smokutil --import %s, reboot, and confirm at the console (Enroll MOK)", build,
			facts->has_mok || *facts->dkms_version ?
				YGR_FACT_MOK :
				"the certificate of who signs your modules");
}

static const char *explain_key(const struct ygr_doctor_facts *facts)
{
	if (facts->is_enrolled == YGR_YES)
		return "the firmware knows DKMS's key, and the module is not loaded: it may be of another";
	if (facts->awaits_enrolment)
		return "the key waits to be confirmed at the console";
	if (facts->is_enrolled == YGR_NO)
		return "the firmware does not know DKMS's key";
	return "nobody may have told the firmware of the module's key";
}

static void judge_signature(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts,
			    const char *who)
{
	struct ygr_finding *finding;

	if (facts->is_built != YGR_YES ||
	    (facts->is_signed == YGR_YES && facts->is_loaded != YGR_NO)) {
		ygr_doctor_add(report, YGR_OK, "only signed modules are loaded%s",
			       facts->is_built == YGR_YES ? ", and the module is signed" : "");
	} else if (facts->is_signed == YGR_NO) {
		finding = ygr_doctor_add(report, YGR_ERROR,
					 "only signed modules are loaded, and the module is not");
		ygr_finding_prove(finding, "%s; %s", who, facts->module_path);
		mend_key(finding, facts, true);
	} else if (facts->is_signed == YGR_YES || (facts->has_mok && facts->is_loaded == YGR_NO)) {
		finding = ygr_doctor_add(report, YGR_WARNING, "only signed modules are loaded, and %s",
					 explain_key(facts));
		ygr_finding_prove(finding, "%s; %s is %s and not loaded", who, facts->module_path,
				  facts->is_signed == YGR_YES ? "signed" : "compressed or unreadable");
		mend_key(finding, facts, facts->is_enrolled == YGR_YES);
	} else {
		finding = ygr_doctor_add(
			report, YGR_NOTE,
			"only signed modules are loaded; whether the module is was not looked at");
		ygr_finding_prove(finding, "%s; %s is compressed or unreadable", who,
				  facts->module_path);
		ygr_finding_mend(finding, "modinfo -k %s -F signer yagura", facts->release);
	}
}

void ygr_doctor_signature(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	bool is_locked_down = !strcmp(facts->lockdown, "integrity") ||
			      !strcmp(facts->lockdown, "confidentiality");
	char who[YGR_FACT_BYTES + 64];

	if (facts->sig_enforce < 0 && !*facts->lockdown)
		return;
	if (facts->sig_enforce <= 0 && !is_locked_down) {
		ygr_doctor_add(report, YGR_OK, "modules need no signature");
		return;
	}
	snprintf(who, sizeof(who), "%s%s",
		 is_locked_down ? "lockdown is " : "module.sig_enforce is Y",
		 is_locked_down ? facts->lockdown : "");
	judge_signature(report, facts, who);
}

void ygr_doctor_device(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	int err = facts->device_err;
	struct ygr_finding *finding;

	/* That there is none is what the check "module" says. */
	if (!facts->device_asked || (err && facts->is_loaded == YGR_NO))
		return;
	if (!err) {
		ygr_doctor_add(report, YGR_OK, "the module answers");
		return;
	}
	if (err == -EACCES || err == -EPERM) {
		finding = ygr_doctor_add(report, YGR_NOTE,
					 "hooks, rings, drops and policy were not looked at");
		ygr_finding_mend(finding, "sudo yaguractl doctor");
	} else if (err == -EPROTO) {
		finding = ygr_doctor_add(report, YGR_ERROR,
					 "the loaded module is of another version than the programs");
		ygr_finding_mend(finding, "yagura-upgrade; if the policy is locked, reboot");
	} else {
		finding = ygr_doctor_add(report, YGR_ERROR, "the module does not answer");
		ygr_finding_mend(finding, "dmesg | grep -i yagura");
	}
	ygr_finding_prove(finding, "%s: %s", YGR_DEVICE_PATH, ygr_device_explain(err));
}
