// SPDX-License-Identifier: GPL-2.0-only
/* yaguractl as a person uses it, without the module and with it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "daemon.h"

#define CTL		"/t/yaguractl"
#define POLICY_PATH	"/tmp/tool-policy.yaml"
#define BAD_PATH	"/tmp/tool-bad.yaml"
#define MONITOR_PATH	"/tmp/tool-monitor.yaml"
#define CLOSED_PATH	"/tmp/tool-closed"
#define BLOB_PATH	"/tmp/tool-blob"
#define DENIED_PATH	"/tmp/tool-denied"
#define NOT_LOADED	"yaguractl: /dev/yagura: the module is not loaded (modprobe yagura)\n"
#define NOT_PERMITTED	"yaguractl: /dev/yagura: permission denied: this needs root"
#define NO_SPOOL	"yaguractl: /var/lib/yagura/spool: No such file or directory (has yagurad run? systemctl start yagurad)\n"
#define ALICE		1000

#define POLICY \
	"version: 1\n" \
	"name: tool\n" \
	"rules:\n" \
	"  - { name: no-touch, on: open-write, where: { path: " DENIED_PATH " }, do: deny }\n" \
	"  - name: many\n" \
	"    on: [exec, connect, unlink]\n" \
	"    where: { uid: [33, 1000-1999], not: { uid: 1500 } }\n" \
	"    do: record\n" \
	"    mode: monitor\n"

static struct command said;

static int write_files(void **state)
{
	(void)state;
	return guest_file_write(POLICY_PATH, POLICY) ||
	       guest_file_write(BAD_PATH, "version: 1\nname: bad\nrules:\n  - { name: r, onn: exec }\n");
}

/* ---- without the module --------------------------------------------------- */

static void without_module_status_says_so(void **state)
{
	(void)state;
	command_run(&said, CTL, "status");
	assert_command(&said, 3, NOT_LOADED);
	command_run(&said, CTL, "status", "--json");
	assert_command(&said, 3, NOT_LOADED);
}

static void without_module_policy_says_so(void **state)
{
	(void)state;
	command_run(&said, CTL, "policy", "load", POLICY_PATH);
	assert_command(&said, 3, NOT_LOADED);
	command_run(&said, CTL, "policy", "show");
	assert_command(&said, 3, NOT_LOADED);
	command_run(&said, CTL, "policy", "clear");
	assert_command(&said, 3, NOT_LOADED);
}

static void without_daemon_the_way_to_a_spool_is_told(void **state)
{
	(void)state;
	command_run(&said, CTL, "watch");
	assert_command(&said, 1, NO_SPOOL);
	command_run(&said, CTL, "spool", "cat");
	assert_command(&said, 1, NO_SPOOL);
	command_run(&said, CTL, "spool", "cat", "--spool", "/tmp/none");
	assert_command(&said, 1, "yaguractl: /tmp/none: No such file or directory\n");
}

static void who_may_not_read_a_spool_is_told_who_may(void **state)
{
	(void)state;
	assert_int_equal(mkdir(CLOSED_PATH, 0700), 0);
	command_run_as(&said, ALICE, (const char *const[]) { CTL, "spool", "cat", "--spool", CLOSED_PATH, NULL });
	assert_command(&said, 1, "yaguractl: " CLOSED_PATH ": Permission denied (this needs root)\n");
	assert_int_equal(rmdir(CLOSED_PATH), 0);
}

static void without_module_a_policy_can_be_checked(void **state)
{
	(void)state;
	command_run(&said, CTL, "policy", "check", POLICY_PATH);
	assert_command(&said, 0, POLICY_PATH ": ok, policy \"tool\", 2 rules (1 enforce, 1 monitor), ");
	command_run(&said, CTL, "policy", "check", BAD_PATH);
	assert_command(&said, 1, BAD_PATH ":4:16: error: ");
	/* The mistake is found before anybody asks for the module. */
	command_run(&said, CTL, "policy", "load", BAD_PATH);
	assert_command(&said, 1, BAD_PATH ":4:16: error: ");
}

static void usage_is_told(void **state)
{
	(void)state;
	command_run(&said, CTL, "statsu");
	assert_command(&said, 2, "unknown command \"yaguractl statsu\" (did you mean \"status\"?)");
	command_run(&said, CTL);
	assert_command(&said, 2, "Usage:\n");
	command_run(&said, CTL, "status", "now");
	assert_command(&said, 2, "status takes no argument \"now\"");
	command_run(&said, CTL, "policy", "load");
	assert_command(&said, 2, "policy load takes one FILE");
	command_run(&said, CTL, "policy", "load", "--expect-generation", "x", POLICY_PATH);
	assert_command(&said, 2, "\"x\" is no generation number");
	command_run(&said, CTL, "version");
	assert_command(&said, 0, ", ABI 3, schema 3, policy format 2\n");
}

/* ---- with the module ------------------------------------------------------ */

static struct guest handle = { .fd = -1 };	/* of the kind that reads no events */

static int load_module(void **state)
{
	if (write_files(state) || guest_module_load("ring_kib=1024 totals_ms=500 flush_ms=50"))
		return -1;
	handle.fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC);
	return handle.fd < 0;
}

static int unload_module(void **state)
{
	(void)state;
	command_free(&said);
	close(handle.fd);
	return daemon_module_unload();
}

static struct ygr_info info(void)
{
	struct ygr_info info;

	assert_int_equal(ioctl(handle.fd, YGR_IOC_GET_INFO, &info), 0);
	return info;
}

static json_t *load_json(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	if (!value)
		fail_msg("no JSON: %s", text);
	return value;
}

/* json_unpack() that fails the test. */
#define unpack(value, ...) assert_int_equal(json_unpack(value, __VA_ARGS__), 0)

static void status_tells_the_module(void **state)
{
	const struct ygr_info is = info();
	json_int_t abi, schema, load_id, age_s, generation;
	const char *version;
	json_t *status;

	(void)state;
	command_run(&said, CTL, "status", "--json");
	assert_int_equal(said.status, 0);
	status = load_json(said.out);
	unpack(status, "{s:{s:s, s:I, s:I, s:I, s:I}, s:{s:I}}", "module", "version", &version,
	       "abi", &abi, "schema", &schema, "load_id", &load_id, "age_s", &age_s,
	       "policy", "generation", &generation);
	assert_string_equal(version, is.version);
	assert_int_equal(abi, is.abi_version);
	assert_int_equal(schema, is.schema_version);
	assert_int_equal(load_id, is.load_id);
	assert_in_range(age_s, 0, (guest_now_ns() - is.load_id) / 1000000000 + 1);
	assert_int_equal(generation, is.generation);
	json_decref(status);
}

static void check_hook(const struct ygr_hook_info *hook)
{
	if (hook->state == YGR_HOOK_ATTACHED) {
		assert_int_equal(hook->error, 0);
		return;
	}
	assert_true(guest_hook_may_be_missing(hook->symbol));
	assert_int_equal(hook->state, YGR_HOOK_MISSING);
}

static uint32_t attached_nr(void)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < info().hook_nr; i++) {
		struct ygr_hook_info hook = { .index = i };

		assert_int_equal(ioctl(handle.fd, YGR_IOC_GET_HOOK, &hook), 0);
		nr += hook.state == YGR_HOOK_ATTACHED;
	}
	return nr;
}

static void status_tells_every_hook(void **state)
{
	json_t *status, *hooks, *hook;
	size_t i;

	(void)state;
	command_run(&said, CTL, "status", "--json");
	status = load_json(said.out);
	hooks = json_object_get(status, "hooks");
	assert_int_equal(json_array_size(hooks), info().hook_nr);
	json_array_foreach(hooks, i, hook) {
		struct ygr_hook_info is = { .index = i };
		const char *symbol, *word;
		json_int_t error;

		assert_int_equal(ioctl(handle.fd, YGR_IOC_GET_HOOK, &is), 0);
		unpack(hook, "{s:s, s:s, s:I}", "symbol", &symbol, "state", &word, "error", &error);
		assert_string_equal(symbol, is.symbol);
		assert_string_equal(word, is.state == YGR_HOOK_ATTACHED ? "attached" :
							      "missing in this kernel");
		assert_int_equal(error, is.error);
		check_hook(&is);
	}
	json_decref(status);
}

static void status_tells_every_ring(void **state)
{
	json_t *status, *rings, *ring;
	size_t i;

	(void)state;
	command_run(&said, CTL, "status", "--json");
	status = load_json(said.out);
	rings = json_object_get(status, "rings");
	assert_int_equal(json_array_size(rings), 2);
	json_array_foreach(rings, i, ring) {
		json_int_t cpu, data_bytes, reserved_bytes, head, tail, used_bytes;
		struct ygr_ring_info is;

		unpack(ring, "{s:I, s:I, s:I, s:I, s:I, s:I}", "cpu", &cpu, "data_bytes", &data_bytes,
		       "reserved_bytes", &reserved_bytes, "head", &head, "tail", &tail,
		       "used_bytes", &used_bytes);
		is = (struct ygr_ring_info){ .cpu = cpu };
		assert_int_equal(ioctl(handle.fd, YGR_IOC_GET_RING, &is), 0);
		assert_int_equal(cpu, i);
		assert_int_equal(data_bytes, is.data_bytes);
		assert_int_equal(reserved_bytes, is.reserved_bytes);
		assert_in_range(head, 1, is.head);
		assert_int_equal(tail, is.tail);
		assert_int_equal(used_bytes, head - tail);
	}
	json_decref(status);
}

/* Counters move while it runs: each lies between what it was before and what it is after. */
static void status_counts_between_two_looks(void **state)
{
	static const char *const name[YGR_CLASS_NR] = {
		"exec", "exit", "deny", "sensor", "fork", "file", "socket", "privilege",
	};
	struct ygr_stats before = guest_stats(&handle, YGR_CPU_ALL), after;
	json_int_t produced, dropped, denied;
	json_t *status;

	(void)state;
	command_run(&said, CTL, "status", "--json");
	after = guest_stats(&handle, YGR_CPU_ALL);
	status = load_json(said.out);
	assert_int_equal(json_object_size(json_object_get(status, "classes")), YGR_CLASS_NR);
	for (unsigned int class = 0; class < YGR_CLASS_NR; class++) {
		unpack(status, "{s:{s:{s:I, s:I}}}", "classes", name[class], "produced", &produced,
		       "dropped", &dropped);
		assert_in_range(produced, before.produced[class], after.produced[class]);
		assert_in_range(dropped, before.dropped[class], after.dropped[class]);
	}
	unpack(status, "{s:{s:I}}", "counters", "denied", &denied);
	assert_in_range(denied, before.denied, after.denied);
	json_decref(status);
}

static void status_reads_well(void **state)
{
	char line[128];

	(void)state;
	command_run(&said, CTL, "policy", "load", POLICY_PATH);
	command_run(&said, CTL, "status");
	snprintf(line, sizeof(line), "hooks      %u of %u attached\n", attached_nr(), info().hook_nr);
	assert_command(&said, 0, line);
	snprintf(line, sizeof(line),
		 "policy     generation %" PRIu64 ", tool, 2 rules (1 enforce, 1 monitor)\n",
		 (uint64_t)info().generation);
	assert_command(&said, 0, line);
	snprintf(line, sizeof(line), "module     yagura %s, ABI 3, schema 3, loaded ", info().version);
	assert_command(&said, 0, line);
	assert_command(&said, 0, " % of 1 MiB waiting\n");
	assert_command(&said, 0, "\ndaemon     NONE HAS RUN: what the rings have no room for is lost: systemctl start yagurad\n");
}

/* ---- policy --------------------------------------------------------------- */

static bool is_denied(void)
{
	int fd = open(DENIED_PATH, O_WRONLY | O_CREAT, 0600);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EPERM;
}

static uint64_t load_policy(void)
{
	command_run(&said, CTL, "policy", "load", POLICY_PATH);
	assert_int_equal(said.status, 0);
	return info().generation;
}

static void load_puts_in_force_at_once(void **state)
{
	uint64_t before;
	char text[96];

	(void)state;
	guest_policy_clear(&handle);
	assert_false(is_denied());
	before = info().generation;
	command_run(&said, CTL, "policy", "check", POLICY_PATH);
	assert_int_equal(info().generation, before);
	command_run(&said, CTL, "policy", "load", POLICY_PATH);
	snprintf(text, sizeof(text), "generation %" PRIu64 " active, 2 rules (1 enforce, 1 monitor)\n",
		 before + 1);
	assert_command(&said, 0, text);
	assert_string_equal(said.out, text);
	assert_int_equal(info().generation, before + 1);
	assert_true(is_denied());
}

static void a_policy_that_only_monitors_is_said_to(void **state)
{
	(void)state;
	assert_int_equal(guest_file_write(MONITOR_PATH, "version: 1\nname: tool\nmode: monitor\nrules:\n"
		"  - { name: no-touch, on: open-write, where: { path: " DENIED_PATH " }, do: deny }\n"), 0);
	command_run(&said, CTL, "policy", "load", MONITOR_PATH);
	assert_command(&said, 0, " active, 1 rule (0 enforce, 1 monitor); denies nothing: yaguractl watch --denied shows what it would\n");
	assert_false(is_denied());
}

static void clear_puts_out_of_force(void **state)
{
	uint64_t before = load_policy();
	char text[96];

	(void)state;
	command_run(&said, CTL, "policy", "clear");
	snprintf(text, sizeof(text), "generation %" PRIu64 " active, no policy\n", before + 1);
	assert_command(&said, 0, text);
	assert_false(is_denied());
	command_run(&said, CTL, "policy", "show");
	snprintf(text, sizeof(text), "# generation %" PRIu64 ": no policy\n", before + 1);
	assert_command(&said, 0, text);
	command_run(&said, CTL, "policy", "show", "--blob");
	snprintf(text, sizeof(text), "there is no policy (generation %" PRIu64 ")\n", before + 1);
	assert_command(&said, 1, text);
}

static void a_bad_file_leaves_the_policy(void **state)
{
	uint64_t before = load_policy();

	(void)state;
	command_run(&said, CTL, "policy", "load", BAD_PATH);
	assert_command(&said, 1, BAD_PATH ":4:16: error: ");
	command_run(&said, CTL, "policy", "load", "/tmp/tool-nowhere");
	assert_command(&said, 1, "/tmp/tool-nowhere: No such file or directory\n");
	assert_int_equal(info().generation, before);
	assert_true(is_denied());
}

static void expect_generation_is_kept(void **state)
{
	uint64_t before = load_policy();
	char wrong[24], right[24], text[128];

	(void)state;
	snprintf(wrong, sizeof(wrong), "%" PRIu64, before - 1);
	snprintf(right, sizeof(right), "%" PRIu64, before);
	command_run(&said, CTL, "policy", "load", "--expect-generation", wrong, POLICY_PATH);
	snprintf(text, sizeof(text), "not loaded: generation %s is active, not the expected %s\n", right,
		 wrong);
	assert_command(&said, 1, text);
	command_run(&said, CTL, "policy", "clear", "--expect-generation", wrong);
	assert_command(&said, 1, "policy clear: not done: ");
	assert_int_equal(info().generation, before);
	assert_true(is_denied());
	command_run(&said, CTL, "policy", "load", "--expect-generation", right, POLICY_PATH);
	assert_command(&said, 0, " active, ");
	snprintf(right, sizeof(right), "%" PRIu64, before + 1);
	command_run(&said, CTL, "policy", "clear", "--expect-generation", right);
	assert_command(&said, 0, " active, no policy\n");
	assert_int_equal(info().generation, before + 2);
}

static void write_bytes(const char *path, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

/* The policy in force, to be freed. */
static char *get_blob(size_t *bytes)
{
	struct command show = { 0 };

	command_run(&show, CTL, "policy", "show", "--blob");
	assert_int_equal(show.status, 0);
	free(show.err);
	*bytes = show.out_bytes;
	return show.out;
}

static void what_is_shown_can_be_loaded(void **state)
{
	size_t bytes, again_bytes;
	char *blob, *again;

	(void)state;
	load_policy();
	blob = get_blob(&bytes);
	command_run(&said, CTL, "policy", "show");
	write_bytes("/tmp/tool-shown", said.out, said.out_bytes);
	guest_policy_clear(&handle);
	command_run(&said, CTL, "policy", "load", "/tmp/tool-shown");
	assert_command(&said, 0, " active, 2 rules (1 enforce, 1 monitor)\n");
	again = get_blob(&again_bytes);
	assert_int_equal(again_bytes, bytes);
	assert_memory_equal(again, blob, bytes);
	free(again);

	write_bytes(BLOB_PATH, blob, bytes);
	command_run(&said, CTL, "policy", "load", BLOB_PATH);
	assert_command(&said, 0, " active, 2 rules (1 enforce, 1 monitor)\n");
	again = get_blob(&again_bytes);
	assert_int_equal(again_bytes, bytes);
	assert_memory_equal(again, blob, bytes);
	free(again);
	free(blob);
}

static void a_cut_blob_leaves_the_policy(void **state)
{
	uint64_t before = load_policy();
	size_t bytes;
	char *blob = get_blob(&bytes);

	(void)state;
	write_bytes(BLOB_PATH, blob, bytes - 8);
	command_run(&said, CTL, "policy", "load", BLOB_PATH);
	assert_command(&said, 1, BLOB_PATH ": byte ");
	assert_int_equal(info().generation, before);
	free(blob);
}

static void others_are_told_who_may(void **state)
{
	uint64_t before = load_policy();
	const char *const verbs[][5] = {
		{ CTL, "status" },
		{ CTL, "policy", "show" },
		{ CTL, "policy", "load", POLICY_PATH },
		{ CTL, "policy", "clear" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		command_run_as(&said, ALICE, verbs[i]);
		assert_command(&said, 3, NOT_PERMITTED);
	}
	assert_int_equal(info().generation, before);
}

int main(void)
{
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(without_module_status_says_so),
		cmocka_unit_test(without_module_policy_says_so),
		cmocka_unit_test(without_daemon_the_way_to_a_spool_is_told),
		cmocka_unit_test(who_may_not_read_a_spool_is_told_who_may),
		cmocka_unit_test(without_module_a_policy_can_be_checked),
		cmocka_unit_test(usage_is_told),
	};
	const struct CMUnitTest live[] = {
		cmocka_unit_test(status_tells_the_module),
		cmocka_unit_test(status_tells_every_hook),
		cmocka_unit_test(status_tells_every_ring),
		cmocka_unit_test(status_counts_between_two_looks),
		cmocka_unit_test(status_reads_well),
		cmocka_unit_test(load_puts_in_force_at_once),
		cmocka_unit_test(a_policy_that_only_monitors_is_said_to),
		cmocka_unit_test(clear_puts_out_of_force),
		cmocka_unit_test(a_bad_file_leaves_the_policy),
		cmocka_unit_test(expect_generation_is_kept),
		cmocka_unit_test(what_is_shown_can_be_loaded),
		cmocka_unit_test(a_cut_blob_leaves_the_policy),
		cmocka_unit_test(others_are_told_who_may),
	};

	return cmocka_run_group_tests_name("alone", alone, write_files, NULL) +
	       cmocka_run_group_tests_name("live", live, load_module, unload_module);
}
