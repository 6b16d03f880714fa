// SPDX-License-Identifier: GPL-2.0-only
/*
 * Living together: BPF programs (fentry, fexit, LSM), kprobes and tracers on
 * the very functions that we hook, there before us or coming after us; and
 * kernel.ftrace_enabled=0, which must not switch us off. All of them keep
 * working, and so do we, through our unload.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"
#include "guest_bpf.h"

#define TRACEFS		"/sys/kernel/tracing/"
#define FTRACE_ENABLED	"/proc/sys/kernel/ftrace_enabled"

#define ALLOWED_PATH	"/tmp/coexist"
#define DENIED_PATH	"/tmp/coexist-denied"
#define DENIED_EXEC	"/tmp/coexist-exec"
#define POLICY \
	"version: 1\nname: coexist\nrules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: [" DENIED_PATH "] }, do: deny }\n" \
	"  - { name: no-exec, on: exec, where: { path: [" DENIED_EXEC "] }, do: deny }\n"

#define OPEN_NR		20

/* ---- the others ---- */

/* In the order in which they come; see fexit_joins_fentry() for why. */
enum { FEXIT, FENTRY, LSM, BPF_NR };

static const struct {
	const char *function;
	enum bpf_attach_type type;
} bpf_partners[BPF_NR] = {
	[FEXIT] = { "security_file_open", BPF_TRACE_FEXIT },
	[FENTRY] = { "security_file_open", BPF_TRACE_FENTRY },
	[LSM] = { "bpf_lsm_file_open", BPF_LSM_MAC },
};

static struct guest_bpf bpf[BPF_NR];

static void tracefs_write(const char *file, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), TRACEFS "%s", file);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail_msg("%s: cannot write \"%s\": %s", path, text, strerror(errno));
	close(fd);
}

static void kprobes_come(void)
{
	tracefs_write("kprobe_events", "p:guest/file_open security_file_open\n");
	tracefs_write("kprobe_events", "p:guest/bprm_check security_bprm_check\n");
	tracefs_write("events/guest/enable", "1");
}

static void kprobes_go(void)
{
	tracefs_write("events/guest/enable", "0");
	tracefs_write("kprobe_events", "-:guest/file_open\n");
	tracefs_write("kprobe_events", "-:guest/bprm_check\n");
}

static void partners_come(void)
{
	for (unsigned int i = 0; i < BPF_NR; i++)
		assert_int_equal(guest_bpf_attach(&bpf[i], bpf_partners[i].function,
						  bpf_partners[i].type), 0);
	kprobes_come();
}

static void partners_go(void)
{
	for (unsigned int i = 0; i < BPF_NR; i++)
		guest_bpf_detach(&bpf[i]);
	kprobes_go();
}

/* Hits of a kprobe event; a miss is a failure. */
static unsigned long kprobe_hits(const char *event)
{
	FILE *f = fopen(TRACEFS "kprobe_profile", "re");
	unsigned long hits, misses;
	char name[64];

	assert_non_null(f);
	while (fscanf(f, "%63s %lu %lu", name, &hits, &misses) == 3) {
		if (strcmp(name, event))
			continue;
		fclose(f);
		assert_int_equal(misses, 0);
		return hits;
	}
	fclose(f);
	fail_msg("no kprobe %s", event);
	return 0;
}

static void open_path(const char *path, int nr, int error)
{
	while (nr--) {
		int fd = open(path, O_WRONLY);

		if (error) {
			assert_int_equal(fd, -1);
			assert_int_equal(errno, error);
		} else {
			assert_true(fd >= 0);
			close(fd);
		}
	}
}

/* Each of them sees each open once, whether it is denied or not. */
static void check_partners(int denied_error)
{
	uint64_t before[BPF_NR], opens_seen, hits_before = kprobe_hits("file_open"), hits;

	for (unsigned int i = 0; i < BPF_NR; i++)
		before[i] = guest_bpf_count(&bpf[i]);
	open_path(ALLOWED_PATH, OPEN_NR, 0);
	open_path(DENIED_PATH, OPEN_NR, denied_error);
	opens_seen = guest_bpf_count(&bpf[FENTRY]) - before[FENTRY];
	assert_int_equal(opens_seen, 2 * OPEN_NR);
	assert_int_equal(guest_bpf_count(&bpf[FEXIT]) - before[FEXIT], 2 * OPEN_NR);
	/* What we deny does not reach the other security modules. */
	assert_int_equal(guest_bpf_count(&bpf[LSM]) - before[LSM], denied_error ? OPEN_NR : 2 * OPEN_NR);
	/* The profile itself is opened to be read, before it is read. */
	hits = kprobe_hits("file_open");
	assert_int_equal(hits - hits_before, 2 * OPEN_NR + 1);
}

/* ---- us ---- */

static struct guest *load(void)
{
	struct guest *guest;

	assert_int_equal(guest_module_load(NULL), 0);
	guest = guest_open();
	assert_int_equal(guest_hook_state(guest, "security_file_open"), YGR_HOOK_ATTACHED);
	assert_int_equal(guest_hook_state(guest, "security_bprm_check"), YGR_HOOK_ATTACHED);
	guest_policy_load(guest, POLICY);
	return guest;
}

static void unload(struct guest *guest)
{
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
}

static size_t count(struct guest *guest, enum guest_verdict verdict, const char *path)
{
	guest_drain(guest);
	return guest_count(guest, &(struct guest_query){ .type = YGR_EV_OPEN, .tgid = getpid(),
							 .verdict = verdict, .path = path });
}

/* Each attempt is judged and recorded once. */
static void check_us(struct guest *guest)
{
	char *allowed[] = { "/bin/true", NULL }, *denied[] = { DENIED_EXEC, NULL };
	pid_t pid;

	guest_forget(guest);
	open_path(ALLOWED_PATH, OPEN_NR, 0);
	open_path(DENIED_PATH, OPEN_NR, EPERM);
	assert_int_equal(count(guest, GUEST_ALLOWED, ALLOWED_PATH), OPEN_NR);
	assert_int_equal(count(guest, GUEST_DENIED, DENIED_PATH), OPEN_NR);
	assert_int_equal(count(guest, GUEST_ANY, ALLOWED_PATH), OPEN_NR);
	assert_int_equal(guest_child_exec(allowed, &pid), 0);
	guest_expect(guest, .type = YGR_EV_EXEC, .tgid = pid, .path = "/bin/busybox");
	assert_int_equal(guest_child_exec(denied, &pid), -EPERM);
	guest_expect(guest, .type = YGR_EV_EXEC_CHECK, .tgid = pid, .verdict = GUEST_DENIED,
		     .path = DENIED_EXEC);
}

/* Before 6.0 ftrace gives a function to a BPF trampoline or to one who redirects, whoever comes first. */
static bool bpf_excludes_us(void)
{
	return !guest_kernel_is_from(6, 0);
}

static void skip_if_excluded(void)
{
	if (!bpf_excludes_us())
		return;
	printf("# before 6.0 BPF programs and we exclude each other on a function\n");
	skip();
}

/* That hook is busy, and says so; the others are not. */
static void excluding_bpf_before_us(void **state)
{
	char *denied[] = { DENIED_EXEC, NULL };
	struct guest_bpf fentry;
	struct guest *guest;
	uint64_t before;
	pid_t pid;

	(void)state;
	if (!bpf_excludes_us())
		skip();
	assert_int_equal(guest_bpf_attach(&fentry, "security_file_open", BPF_TRACE_FENTRY), 0);
	assert_int_equal(guest_module_load(NULL), 0);
	guest = guest_open();
	assert_int_equal(guest_hook_state(guest, "security_file_open"), YGR_HOOK_BUSY);
	assert_int_equal(guest_hook_state(guest, "security_bprm_check"), YGR_HOOK_ATTACHED);
	guest_policy_load(guest, POLICY);
	before = guest_bpf_count(&fentry);
	open_path(DENIED_PATH, OPEN_NR, 0);
	assert_int_equal(guest_bpf_count(&fentry) - before, OPEN_NR);
	assert_int_equal(guest_child_exec(denied, &pid), -EPERM);
	unload(guest);
	guest_bpf_detach(&fentry);
	guest = load();
	check_us(guest);
	unload(guest);
}

/* It is refused; kprobes are not, in either order. */
static void excluding_bpf_after_us(void **state)
{
	struct guest_bpf fentry;
	struct guest *guest;
	unsigned long hits;

	(void)state;
	if (!bpf_excludes_us())
		skip();
	kprobes_come();
	guest = load();
	assert_int_equal(guest_bpf_attach(&fentry, "security_file_open", BPF_TRACE_FENTRY), -EBUSY);
	check_us(guest);
	hits = kprobe_hits("file_open");
	check_us(guest);
	assert_true(kprobe_hits("file_open") > hits);
	kprobes_go();
	check_us(guest);
	kprobes_come();
	hits = kprobe_hits("bprm_check");
	check_us(guest);
	assert_true(kprobe_hits("bprm_check") > hits);
	kprobes_go();
	unload(guest);
}

static void partners_before_us(void **state)
{
	struct guest *guest;
	unsigned long execs;

	(void)state;
	skip_if_excluded();
	partners_come();
	check_partners(0);
	guest = load();
	check_us(guest);
	check_partners(EPERM);
	execs = kprobe_hits("bprm_check");
	check_us(guest);
	assert_true(kprobe_hits("bprm_check") > execs);
	unload(guest);
	check_partners(0);
	partners_go();
}

static void partners_after_us(void **state)
{
	struct guest *guest;

	(void)state;
	skip_if_excluded();
	guest = load();
	check_us(guest);
	partners_come();
	check_us(guest);
	check_partners(EPERM);
	partners_go();
	check_us(guest);
	partners_come();
	check_us(guest);
	unload(guest);
	check_partners(0);
	partners_go();
}

/*
 * An fexit program that joins an fentry program on a function that somebody
 * redirects (a live patch, or we). Linux 6.1.192 does not survive that: its
 * bpf_trampoline_update() clears the func of an ftrace_ops that is in use,
 * ftrace warns and turns itself off. The other order is fine there.
 */
static void fexit_joins_fentry(void **state)
{
	struct guest_bpf fentry, fexit;
	struct guest *guest;
	uint64_t before;

	(void)state;
	if (!guest_kernel_is_from(6, 2))
		skip();
	guest = load();
	assert_int_equal(guest_bpf_attach(&fentry, "security_file_open", BPF_TRACE_FENTRY), 0);
	assert_int_equal(guest_bpf_attach(&fexit, "security_file_open", BPF_TRACE_FEXIT), 0);
	before = guest_bpf_count(&fexit);
	open_path(DENIED_PATH, OPEN_NR, EPERM);
	assert_int_equal(guest_bpf_count(&fexit) - before, OPEN_NR);
	check_us(guest);
	guest_bpf_detach(&fentry);
	check_us(guest);
	unload(guest);
	guest_bpf_detach(&fexit);
}

/* ---- tracers ---- */

static bool trace_has(const char *word)
{
	FILE *f = fopen(TRACEFS "trace", "re");
	char line[512];
	bool found = false;

	assert_non_null(f);
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, word) != NULL;
	fclose(f);
	return found;
}

static void check_under_tracer(const char *tracer, const char *filter)
{
	struct guest *guest;

	tracefs_write("set_ftrace_filter", filter);
	tracefs_write("current_tracer", tracer);
	guest = load();
	check_us(guest);
	assert_true(trace_has("security_file_open"));
	/* On and off while we are there, and on through our unload. */
	tracefs_write("current_tracer", "nop");
	check_us(guest);
	tracefs_write("current_tracer", tracer);
	open_path(ALLOWED_PATH, 1, 0);
	assert_true(trace_has("security_file_open"));
	check_us(guest);
	unload(guest);
	open_path(DENIED_PATH, 1, 0);
	assert_true(trace_has("security_file_open"));
	tracefs_write("current_tracer", "nop");
	tracefs_write("set_ftrace_filter", "\n");
}

static void function_tracer(void **state)
{
	(void)state;
	check_under_tracer("function", "security_*\n");
}

static void function_graph_tracer(void **state)
{
	(void)state;
	check_under_tracer("function_graph", "security_*\n");
}

/* ---- kernel.ftrace_enabled ---- */

static void ftrace_cannot_be_switched_off(void **state)
{
	struct guest *guest = load();
	char value = 0;
	int fd, ret;

	(void)state;
	ret = guest_file_write(FTRACE_ENABLED, "0\n");
	assert_true(ret == -EBUSY || ret == -EOPNOTSUPP);
	fd = open(FTRACE_ENABLED, O_RDONLY);
	assert_int_equal(read(fd, &value, 1), 1);
	close(fd);
	assert_int_equal(value, '1');
	check_us(guest);
	unload(guest);
}

/*
 * Switched off before we come: we say so, and what needs no ftrace works. The newest kernels do
 * not let anybody.
 */
static void ftrace_switched_off_before_us(void **state)
{
	char *argv[] = { "/bin/true", NULL };
	struct guest *guest;
	pid_t pid;
	int ret;

	(void)state;
	ret = guest_file_write(FTRACE_ENABLED, "0\n");
	if (ret == -EOPNOTSUPP) {
		printf("# this kernel's ftrace is never switched off\n");
		skip();
	}
	assert_int_equal(ret, 0);
	assert_int_equal(guest_module_load(NULL), 0);
	guest = guest_open();
	assert_int_equal(guest_hook_state(guest, "security_file_open"), YGR_HOOK_BUSY);
	assert_int_equal(guest_hook_state(guest, "security_bprm_check"), YGR_HOOK_BUSY);
	assert_int_equal(guest_hook_state(guest, "sched_process_exec"), YGR_HOOK_ATTACHED);
	assert_int_equal(guest_child_exec(argv, &pid), 0);
	guest_expect(guest, .type = YGR_EV_EXEC, .tgid = pid, .path = "/bin/busybox");
	unload(guest);
	assert_int_equal(guest_file_write(FTRACE_ENABLED, "1\n"), 0);
	guest = load();
	check_us(guest);
	unload(guest);
}

static int setup(void **state)
{
	(void)state;
	if (guest_file_write(ALLOWED_PATH, "") || guest_file_write(DENIED_PATH, "") ||
	    guest_file_write(DENIED_EXEC, "#!/bin/sh\n"))
		return -1;
	return chmod(DENIED_EXEC, 0755);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(excluding_bpf_before_us),
		cmocka_unit_test(excluding_bpf_after_us),
		cmocka_unit_test(partners_before_us),
		cmocka_unit_test(partners_after_us),
		cmocka_unit_test(fexit_joins_fentry),
		cmocka_unit_test(function_tracer),
		cmocka_unit_test(function_graph_tracer),
		cmocka_unit_test(ftrace_cannot_be_switched_off),
		cmocka_unit_test(ftrace_switched_off_before_us),
	};

	return cmocka_run_group_tests_name("coexist", tests, setup, NULL);
}
