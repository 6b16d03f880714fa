// SPDX-License-Identifier: GPL-2.0-only
/* Every finding of `yaguractl doctor` about kernel and module, provoked, and absent; its report. */
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
#include "doctor_text.h"

static void test_nothing_known(void **state)
{
	(void)state;
	ygr_doctor_run(&doctor_facts, &doctor_report);
	assert_int_equal(doctor_report.finding_nr, 0);
	assert_int_equal(doctor_report.check_nr, 23);
	assert_int_equal(doctor_report.skipped_nr, 23);
}

static void test_kernel_series(void **state)
{
	(void)state;
	strcpy(doctor_facts.release, "6.1.0-57-amd64");
	doctor_is_content("kernel-series");
	strcpy(doctor_facts.release, "6.2.0");
	doctor_finds("kernel-series", "warning", "known are 5.10, 6.1, ",
		     "apt-get install linux-image-amd64");
	strcpy(doctor_facts.release, "rubbish");
	doctor_says_nothing("kernel-series");
}

static void test_kernel_config(void **state)
{
	char good[] =
		"CONFIG_MODULES=y\nCONFIG_KPROBES=y\n# CONFIG_PREEMPT_RT is not set\nCONFIG_SECURITY=y\n"
		"CONFIG_DYNAMIC_FTRACE=y\nCONFIG_DYNAMIC_FTRACE_WITH_REGS=y\n";
	char without[] =
		"CONFIG_MODULES=y\nXCONFIG_KPROBES=y\nCONFIG_KPROBES=m\nCONFIG_SECURITY=y\n"
		"CONFIG_DYNAMIC_FTRACE=y\nCONFIG_DYNAMIC_FTRACE_WITH_ARGS=y\n";
	char rt[] = "CONFIG_PREEMPT_RT=y\nCONFIG_MODULES=y\nCONFIG_KPROBES=y\nCONFIG_SECURITY=y\n"
		    "CONFIG_DYNAMIC_FTRACE=y\nCONFIG_DYNAMIC_FTRACE_WITH_ARGS=y";

	(void)state;
	doctor_facts.config = good;
	doctor_is_content("kernel-config");
	doctor_facts.config = without;
	doctor_finds("kernel-config", "error", ": CONFIG_KPROBES", "boot that kernel");
	doctor_facts.config = rt;
	doctor_finds("kernel-config", "error", "PREEMPT_RT", "boot that kernel");
	doctor_facts.config = (char [1]) { "" };
	doctor_finds("kernel-config", "error", "CONFIG_DYNAMIC_FTRACE_WITH_REGS",
		     "boot that kernel");
}

static void test_headers(void **state)
{
	(void)state;
	strcpy(doctor_facts.release, "6.1.0-57-amd64");
	doctor_facts.has_headers = YGR_YES;
	doctor_is_content("headers");
	doctor_facts.has_headers = YGR_NO;
	doctor_finds("headers", "warning", "build/Makefile",
		     "apt-get install linux-headers-6.1.0-57-amd64");
	doctor_facts.is_built = YGR_YES;
	doctor_finds("headers", "note", "build/Makefile",
		     "apt-get install linux-headers-6.1.0-57-amd64");
}

static void test_module(void **state)
{
	(void)state;
	strcpy(doctor_facts.release, "6.1.0");
	doctor_facts.is_built = YGR_NO;
	doctor_finds("module", "error", "not built", "apt-get install yagura-dkms");
	strcpy(doctor_facts.dkms_version, "0.1.0");
	doctor_finds("module", "error", "DKMS has the source of yagura/0.1.0",
		     "dkms install yagura/0.1.0 -k 6.1.0");
	doctor_facts.is_loaded = YGR_YES;
	doctor_finds("module", "warning", "next boot", "dkms install yagura/0.1.0 -k 6.1.0");
	doctor_facts.is_built = YGR_YES;
	doctor_is_content("module");
	doctor_facts.is_loaded = YGR_NO;
	doctor_finds("module", "error", "nothing is seen", "modprobe yagura");
	doctor_facts.is_loaded = YGR_UNKNOWN;
	doctor_is_content("module");
}

static void check_cmdline(const char *cmdline, const char *what)
{
	char room[256];

	strcpy(room, cmdline);
	doctor_facts.cmdline = room;
	if (what)
		doctor_finds("disabled", "error", what, "update-grub");
	else
		doctor_is_content("disabled");
	doctor_facts.cmdline = NULL;
}

static void test_disabled(void **state)
{
	(void)state;
	check_cmdline("ro quiet\n", NULL);
	check_cmdline("", NULL);
	check_cmdline("ro disable=1 x.yagura.disable=1 yagura.disabled=1 yagura.disable=0", NULL);
	check_cmdline("ro yagura.disable=1\n", "yagura.disable=1");
	check_cmdline("yagura.disable", "attach no hook");
	check_cmdline("a yagura.disable=Y b", "attach no hook");
	check_cmdline("yagura.observe_only=0", NULL);
	check_cmdline("yagura.observe_only=on", "deny nothing");
	check_cmdline("module_blacklist=floppy,yagura", "forbids");
	check_cmdline("module_blacklist=yagura2", NULL);
	check_cmdline("modprobe.blacklist=yagura", "at boot");
	doctor_facts.is_disabled = YGR_YES;
	doctor_finds("disabled", "error", "parameters/disable", "yagura-upgrade");
	doctor_facts.is_disabled = YGR_NO;
	doctor_is_content("disabled");
	doctor_facts.is_observe_only = YGR_YES;
	doctor_finds("disabled", "error", "parameters/observe_only",
		     "take observe_only=1 from where");
}

static void test_boot(void **state)
{
	(void)state;
	doctor_facts.unsettled_nr = doctor_facts.unsettled_before_nr = 0;
	doctor_is_content("boot");
	doctor_facts.unsettled_nr = 3;
	doctor_facts.unsettled_before_nr = 2;
	strcpy(doctor_facts.boot_parameter, "observe_only");
	doctor_facts.is_disabled = YGR_NO;
	doctor_facts.is_observe_only = YGR_YES;
	doctor_finds("boot", "error", "2 unfinished boots", "yagura-boot reset && yagura-upgrade");
	doctor_finds("boot", "error", "parameters/observe_only is Y", "journalctl -b -1");
	doctor_is_content("disabled");
	strcpy(doctor_facts.boot_parameter, "disable");
	doctor_finds("disabled", "error", "parameters/observe_only", "/etc/modprobe.d");
	doctor_is_content("boot");
	doctor_facts.is_disabled = YGR_YES;
	doctor_finds("boot", "error", "nothing is seen", "yagura-boot reset && yagura-upgrade");
	doctor_is_content("disabled");
}

/* A module that was loaded anew is what it was loaded as. */
static void test_boot_mended(void **state)
{
	(void)state;
	doctor_facts.unsettled_nr = 3;
	doctor_facts.unsettled_before_nr = 2;
	strcpy(doctor_facts.boot_parameter, "observe_only");
	doctor_facts.is_disabled = doctor_facts.is_observe_only = YGR_NO;
	doctor_is_content("boot");
	doctor_is_content("disabled");
}

/* As from a rescue system, or where the command line keeps the boot from being counted. */
static void test_boot_to_come(void **state)
{
	(void)state;
	doctor_says_nothing("boot");
	doctor_facts.unsettled_nr = 1;
	doctor_is_content("boot");
	doctor_facts.unsettled_nr = 2;
	doctor_finds("boot", "warning", "nothing is denied", "yagura-boot reset");
	doctor_facts.unsettled_nr = 3;
	doctor_finds("boot", "warning", "/var/lib/yagura/boot is 3", "yagura-boot --root DIR reset");
	doctor_finds("boot", "warning", "nothing is denied", "yagura-boot reset");
	doctor_facts.unsettled_nr = 4;
	doctor_finds("boot", "warning", "nothing is seen", "yagura-boot reset");
}

/* From the key that DKMS has made to the one that the firmware knows, of a module that is compressed. */
static void test_enrolment(void)
{
	doctor_facts.is_loaded = YGR_NO;
	doctor_facts.has_mok = true;
	doctor_finds("signature", "warning", "is compressed or unreadable and not loaded", "mokutil --import");
	doctor_facts.is_enrolled = YGR_NO;
	doctor_finds("signature", "warning", "does not know DKMS's key",
		     "mokutil --import /var/lib/dkms/mok.pub, reboot");
	doctor_facts.awaits_enrolment = true;
	doctor_finds("signature", "warning", "waits to be confirmed", "reboot, and confirm");
	doctor_facts.is_signed = YGR_NO;
	doctor_finds("signature", "error", "the module is not", "-k 6.1.0; reboot, and confirm");
	doctor_facts.is_signed = YGR_UNKNOWN;
	doctor_facts.is_enrolled = YGR_YES;
	doctor_finds("signature", "warning", "may be of another",
		     "dkms install --force yagura/0.1.0 -k 6.1.0; modprobe yagura");
	doctor_facts.is_signed = YGR_NO;
	doctor_finds("signature", "error", "the module is not",
		     "dkms install --force yagura/0.1.0 -k 6.1.0; modprobe yagura");
	doctor_facts.is_signed = YGR_UNKNOWN;
}

static void test_signature(void **state)
{
	(void)state;
	doctor_facts.sig_enforce = 0;
	strcpy(doctor_facts.lockdown, "none");
	doctor_is_content("signature");
	strcpy(doctor_facts.release, "6.1.0");
	strcpy(doctor_facts.dkms_version, "0.1.0");
	doctor_facts.is_built = YGR_YES;
	doctor_facts.is_signed = YGR_NO;
	doctor_facts.is_loaded = YGR_NO;
	doctor_is_content("signature");
	doctor_facts.sig_enforce = 1;
	doctor_finds(
		"signature", "error", "module.sig_enforce is Y",
		"dkms install --force yagura/0.1.0 -k 6.1.0; mokutil --import /var/lib/dkms/mok.pub");
	doctor_facts.sig_enforce = -1;
	strcpy(doctor_facts.lockdown, "integrity");
	doctor_finds("signature", "error", "lockdown is integrity",
		     "mokutil --import /var/lib/dkms/mok.pub");
	doctor_facts.is_signed = YGR_YES;
	doctor_finds("signature", "warning", "firmware", "mokutil --import");
	doctor_facts.is_loaded = YGR_YES;
	doctor_is_content("signature");
	doctor_facts.is_signed = YGR_UNKNOWN;
	doctor_finds("signature", "note", "not looked at", "modinfo -k 6.1.0 -F signer yagura");
	test_enrolment();
	doctor_facts.is_built = YGR_NO;
	doctor_is_content("signature");
}

static void test_device(void **state)
{
	(void)state;
	doctor_facts.device_asked = true;
	doctor_is_content("device");
	doctor_facts.device_err = -EPERM;
	doctor_finds("device", "note", "needs root", "sudo yaguractl doctor");
	doctor_facts.device_err = -EPROTO;
	doctor_finds("device", "error", "version", "yagura-upgrade");
	doctor_facts.device_err = -EIO;
	doctor_finds("device", "error", "does not answer", "dmesg");
	doctor_facts.device_err = -ENOENT;
	doctor_facts.is_loaded = YGR_NO;
	doctor_says_nothing("device");
}

static void test_switches(void **state)
{
	(void)state;
	doctor_facts.ftrace_enabled = 1;
	doctor_facts.io_uring_disabled = 1;
	doctor_is_content("ftrace");
	doctor_is_content("io-uring");
	doctor_facts.ftrace_enabled = 0;
	doctor_facts.io_uring_disabled = 2;
	doctor_finds("ftrace", "error", "ftrace is off",
		     "sysctl -w kernel.ftrace_enabled=1 && modprobe yagura");
	doctor_finds("io-uring", "note", "epoll", "");
	doctor_facts.is_loaded = YGR_YES;
	doctor_finds("ftrace", "error", "ftrace is off",
		     "sysctl -w kernel.ftrace_enabled=1 && yagura-upgrade");
}

static void test_livepatch(void **state)
{
	char none[] = "", one[] = "kp -\nkp security_file_open\nkp do_exit\n";
	char broken[] = "kp ";

	(void)state;
	doctor_facts.livepatches = none;
	doctor_is_content("livepatch");
	doctor_facts.livepatches = one;
	doctor_finds("livepatch", "note", "/sys/kernel/livepatch/kp", "");
	assert_int_equal(doctor_report.finding_nr, 1);
	doctor_set(&doctor_facts.status,
		   "{'hooks':[{'symbol':'security_file_open','state':'busy: x','error':-16}]}");
	doctor_finds("livepatch", "warning", "kp: security_file_open",
		     "echo 0 > /sys/kernel/livepatch/kp/enabled && yagura-upgrade");
	doctor_facts.livepatches = broken;
	doctor_says_nothing("livepatch");
}

/* What was read cannot steer a terminal, nor make JSON that is none, nor be too long or too much.
 */
static void test_hostile_text(void **state)
{
	char hooks[160000] = "{'hooks':[{'symbol':'a','state':'attached'}";
	size_t i, len = strlen(hooks);
	json_t *array;

	(void)state;
	memset(doctor_facts.settings_error, 'x', sizeof(doctor_facts.settings_error) - 1);
	memcpy(doctor_facts.settings_error, "\x1b[2J\xff\xc3\xb6\n", 9);
	doctor_facts.has_settings = YGR_YES;
	doctor_finds("settings", "error", "\\x1b[2J\\xff\xc3\xb6\\x0a", "yagurad --check");
	for (i = 0; i < 1000; i++)
		len += (size_t)sprintf(
			hooks + len, ",{'symbol':'h%zu','state':'failed %0100d','error':-1}", i, 0);
	strcpy(hooks + len, "]}");
	doctor_set(&doctor_facts.status, hooks);
	ygr_doctor_run(&doctor_facts, &doctor_report);
	assert_int_equal(doctor_report.finding_nr, YGR_FINDINGS_MAX);
	assert_int_equal(doctor_report.severity_nr[YGR_WARNING], 1000);
	array = ygr_doctor_text_json(&doctor_report, true);
	assert_int_equal(json_array_size(array), YGR_FINDINGS_MAX);
	json_decref(array);
}

static void test_text(void **state)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	(void)state;
	doctor_facts.ftrace_enabled = 0;
	doctor_facts.io_uring_disabled = 2;
	doctor_facts.is_loaded = YGR_YES;
	ygr_doctor_run(&doctor_facts, &doctor_report);
	ygr_doctor_text_print(out, &doctor_report, true);
	fclose(out);
	assert_string_equal(
		text,
		"error    ftrace: ftrace is off: no hook can be attached (kernel.ftrace_enabled is 0)\n"
		"         mend: sysctl -w kernel.ftrace_enabled=1 && yagura-upgrade\n"
		"note     io-uring: io_uring is switched off: the daemon uses epoll (kernel.io_uring_disabled is 2)\n"
		"ok       module: the module is loaded\n"
		"23 checks: 1 error, 0 warnings, 1 note; 20 could not be made here\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOCTOR_TEST(test_nothing_known),
		DOCTOR_TEST(test_kernel_series),
		DOCTOR_TEST(test_kernel_config),
		DOCTOR_TEST(test_headers),
		DOCTOR_TEST(test_module),
		DOCTOR_TEST(test_disabled),
		DOCTOR_TEST(test_boot),
		DOCTOR_TEST(test_boot_mended),
		DOCTOR_TEST(test_boot_to_come),
		DOCTOR_TEST(test_signature),
		DOCTOR_TEST(test_device),
		DOCTOR_TEST(test_switches),
		DOCTOR_TEST(test_livepatch),
		DOCTOR_TEST(test_hostile_text),
		DOCTOR_TEST(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
