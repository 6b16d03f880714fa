// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory runs out while the module works. What the host does succeeds all the same, and
 * what could not be kept of it is counted; what an operator does fails as a whole, and
 * the policy in force stays there.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operate.h"
#include "shortage.h"
#include "walk.h"

#define A	PROGRAM("a")
#define STEPS	"/tmp/fault-step"
#define RULES	"version: 1\nname: t\nrules:\n"

/* Everything that an exec may be asked for: path, digest, arguments, labels. */
#define ASKS_ALL \
	"version: 1\nname: t\noptions: { digest: true }\nrules:\n" \
	"  - { name: arg, on: exec, do: deny, where: { argv: no-such-argument } }\n" \
	"  - { name: mark, on: exec, do: label, set: [m], where: { path: " PROGRAM("b") " } }\n" \
	"  - { name: not-c, on: exec, do: deny, where: { path: " PROGRAM("c") " } }\n"

#define DENIES_X(where) \
	RULES "  - { name: no, on: open-write, do: deny, errno: EACCES, " \
	"where: { path: " FILE_X where " } }\n"

#define need_fault()	do { if (!has_fault) skip(); } while (0)

static bool has_fault;

/* All that tells of memory which a hook did not get. */
static uint64_t failures(const struct guest *guest)
{
	struct ygr_stats stats = guest_stats(guest, YGR_CPU_ALL);

	return stats.process_failed + stats.argv_failed + stats.digest_failed;
}

static int open_x(void)
{
	int fd = open(FILE_X, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* ---- the host goes on ---- */

#define CHILD_STATUS	7

static int end(void *arg)
{
	(void)arg;
	return CHILD_STATUS;
}

struct work {
	const struct guest *guest;
	uint64_t failures;	/* before the attempt */
	char *const *argv;
	int want;		/* what execution has to return */
};

static int fork_once(void *arg)
{
	(void)arg;
	return guest_child_wait(guest_child_start(end, NULL), GUEST_WAIT_MS);
}

static void check_work(void *arg, int returned, const struct shortage *shortage)
{
	struct work *work = arg;
	uint64_t before = work->failures;

	work->failures = failures(work->guest);
	assert_int_equal(returned, work->want);
	if (shortage->failed)
		assert_true(work->failures > before);
	else
		assert_int_equal(work->failures, before);
}

static void fork_is_one_allocation_and_does_without(void **state)
{
	struct work work = { .guest = *state, .want = CHILD_STATUS };

	need_fault();
	work.failures = failures(work.guest);
	assert_int_equal(shortage_sweep(fork_once, check_work, &work), 1);
}

/* More than what is free in the slabs that there are. */
#define KEPT_NR	256

static int stay(void *arg)
{
	(void)arg;
	return pause();
}

/* One is one, also where the kernel has to make a slab for it first. */
static void each_of_many_forks_is_one_allocation(void **state)
{
	struct shortage shortages[KEPT_NR];
	pid_t children[KEPT_NR];

	(void)state;
	need_fault();
	for (unsigned int i = 0; i < KEPT_NR; i++) {
		shortage_begin(~0u);
		children[i] = guest_child_start(stay, NULL);
		shortages[i] = shortage_end();
	}
	for (unsigned int i = 0; i < KEPT_NR; i++) {
		assert_true(children[i] > 0);
		assert_int_equal(kill(children[i], SIGKILL), 0);
		assert_int_equal(guest_child_wait(children[i], GUEST_WAIT_MS), 128 + SIGKILL);
	}
	for (unsigned int i = 0; i < KEPT_NR; i++)
		assert_int_equal(shortages[i].seen, 1);
}

static int execute(void *arg)
{
	const struct work *work = arg;

	return guest_child_exec(work->argv, NULL);
}

static unsigned int execute_all(const struct guest *guest, const char *program, int want)
{
	char *argv[] = { (char *)program, "read", FILE_X, NULL };
	struct work work = { .guest = guest, .failures = failures(guest), .argv = argv, .want = want };

	return shortage_sweep(execute, check_work, &work);
}

/* Its lineage, its program and what was found out before it, beside what the fork takes. */
static void exec_is_three_allocations_and_does_without(void **state)
{
	need_fault();
	assert_int_equal(execute_all(*state, A, 0), 1 + 3);
}

/* And memory for the arguments, and for the digest. */
static void exec_does_without_all_that_rules_ask_for(void **state)
{
	need_fault();
	guest_policy_load(*state, ASKS_ALL);
	assert_in_range(execute_all(*state, A, 0), 1 + 2 + 2, 1 + 2 + 4);
	execute_all(*state, PROGRAM("b"), 0);
}

/* A path is always known: what is denied by it stays denied. */
static void denial_needs_no_memory(void **state)
{
	struct shortage shortage;
	int error;

	need_fault();
	guest_policy_load(*state, ASKS_ALL);
	execute_all(*state, PROGRAM("c"), -EPERM);
	guest_policy_load(*state, DENIES_X(""));
	shortage_begin(1);
	error = open_x();
	shortage = shortage_end();
	assert_int_equal(error, EACCES);
	assert_int_equal(shortage.seen, 0);
}

/* Return: how many of the calls failed. */
static unsigned int use_files_and_sockets(void)
{
	const struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int file = open(STEPS, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in bound = { 0 };
	socklen_t len = sizeof(bound);
	void *mapped = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
	unsigned int failed = 0;
	int peer;

	failed += file < 0;
	failed += mapped == MAP_FAILED;
	failed += ftruncate(file, 1) < 0;
	failed += truncate(STEPS, 0) < 0;
	failed += chmod(STEPS, 0700) < 0;
	failed += chown(STEPS, 1, 1) < 0;
	failed += link(STEPS, STEPS "-2") < 0;
	failed += rename(STEPS, STEPS "-3") < 0;
	failed += unlink(STEPS "-2") < 0;
	failed += unlink(STEPS "-3") < 0;
	failed += bind(server, (const struct sockaddr *)&here, sizeof(here)) < 0;
	failed += listen(server, 1) < 0;
	failed += getsockname(server, (struct sockaddr *)&bound, &len) < 0;
	failed += connect(client, (const struct sockaddr *)&bound, sizeof(bound)) < 0;
	peer = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	failed += peer < 0;
	munmap(mapped, 4096);
	close(peer);
	close(client);
	close(server);
	close(file);
	return failed;
}

/* Each end of a connection has an account of what it carried, and goes without. */
static void files_allocate_nothing_and_sockets_their_account(void **state)
{
	struct shortage shortage;
	unsigned int failed;

	need_fault();
	guest_policy_load(*state, RULES
		"  - { name: all, on: [change, mmap-exec, socket], do: record, set: [m], "
		"where: { exe: \"/**\" } }\n");
	shortage_begin(1);
	failed = use_files_and_sockets();
	shortage = shortage_end();
	assert_int_equal(failed, 0);
	assert_int_equal(shortage.seen, 2);
	assert_true(operate_stats(*state, 0).held_nr >= 12);
}

/* ---- a process that could not be kept ---- */

/* Waits for the parent's word, for whom memory is back then. */
static int open_when_told(void *arg)
{
	const int *pipe_fd = arg;
	char *argv[] = { A, "open", FILE_X, NULL };
	char word;

	if (read(pipe_fd[0], &word, 1) != 1)
		return 201;
	if (word == 'x')
		execv(argv[0], argv);
	return open_x();
}

/* Return: the status of a child that was forked without memory, and then does as @word says. */
static int untracked(char word)
{
	struct shortage shortage;
	int pipe_fd[2];
	pid_t pid;
	int status;

	assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
	shortage_begin(1);
	pid = guest_child_start(open_when_told, pipe_fd);
	shortage = shortage_end();
	assert_int_equal(shortage.failed, 1);
	assert_int_equal(write(pipe_fd[1], &word, 1), 1);
	status = guest_child_wait(pid, GUEST_WAIT_MS);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	return status;
}

static void rules_about_a_process_miss_one_that_is_not_kept(void **state)
{
	need_fault();
	guest_policy_load(*state, DENIES_X(", exe: /t/test_fault"));
	assert_int_equal(open_x(), EACCES);
	assert_int_equal(untracked('o'), 0);
	guest_policy_load(*state, DENIES_X(", ancestor: \"/**\""));
	assert_int_equal(untracked('o'), 0);
	guest_policy_load(*state, DENIES_X(", not: { exe: /bin/true }"));
	assert_int_equal(untracked('o'), EACCES);
}

static void its_next_program_is_known_again(void **state)
{
	need_fault();
	guest_policy_load(*state, DENIES_X(", exe: " A ", parent: /t/test_fault, ancestor: /t/test_fault"));
	assert_int_equal(untracked('x'), EACCES);
}

/* ---- the operator is told ---- */

#define CALM	RULES "  - { name: calm, on: open, do: record, where: { path: /no/such } }\n"

/* Whatever it would be that fails: FILE_X stays denied by the policy that was there. */
struct change {
	const struct guest *guest;
	struct ygr_policy_state before;
	const void *blob;
	size_t bytes;
	uint32_t confirm_s;
};

static void assert_unchanged(const struct change *change)
{
	struct ygr_policy_state now = operate_state(change->guest);

	/* Time goes on. */
	assert_int_equal(!now.confirm_left_ms, !change->before.confirm_left_ms);
	now.confirm_left_ms = change->before.confirm_left_ms;
	assert_memory_equal(&now, &change->before, sizeof(now));
	assert_int_equal(open_x(), EACCES);
}

static void check_change(void *arg, int returned, const struct shortage *shortage)
{
	const struct change *change = arg;

	if (shortage->failed) {
		assert_int_equal(returned, ENOMEM);
		assert_unchanged(change);
	} else {
		assert_int_equal(returned, 0);
		assert_int_equal(operate_state(change->guest).generation, change->before.generation + 1);
		assert_int_equal(open_x(), 0);
	}
}

static int load_blob(void *arg)
{
	const struct change *change = arg;
	struct ygr_policy_load load = {
		.blob = (uintptr_t)change->blob,
		.blob_bytes = change->bytes,
		.expect_generation = YGR_GENERATION_ANY,
		.confirm_s = change->confirm_s,
	};

	return ioctl(change->guest->fd, YGR_IOC_POLICY_LOAD, &load) ? errno : 0;
}

static int clear(void *arg)
{
	const struct change *change = arg;

	return operate(change->guest, YGR_IOC_POLICY_CLEAR);
}

static struct change begin_change(const struct guest *guest)
{
	guest_policy_load(guest, DENIES_X(""));
	assert_int_equal(open_x(), EACCES);
	return (struct change){ .guest = guest, .before = operate_state(guest) };
}

static void load_with(struct change *change, const char *yaml, uint32_t confirm_s)
{
	void *blob;

	guest_policy_compile(yaml, &blob, &change->bytes);
	change->blob = blob;
	change->confirm_s = confirm_s;
	/* The object, the blob, its index, the tallies and their counters. */
	assert_true(shortage_sweep(load_blob, check_change, change) >= 5);
	free(blob);
}

static void load_fails_whole(void **state)
{
	struct change change;

	need_fault();
	change = begin_change(*state);
	load_with(&change, CALM, 0);
}

/* One that takes pages rather than slabs. */
static void load_of_a_large_one_fails_whole(void **state)
{
	const size_t cap = 1 << 20;
	struct change change;
	char *yaml;
	int len;

	need_fault();
	yaml = malloc(cap);
	assert_non_null(yaml);
	len = snprintf(yaml, cap, "version: 1\nname: t\nlists:\n  l: { path: [/no/such");
	for (unsigned int i = 0; i < 5000; i++)
		len += snprintf(yaml + len, cap - len, ", /no/such/%u", i);
	snprintf(yaml + len, cap - len, "] }\nrules:\n"
		 "  - { name: calm, on: open, do: record, where: { path: $l } }\n");
	change = begin_change(*state);
	load_with(&change, yaml, 0);
	assert_true(change.bytes > 64 << 10);
	free(yaml);
}

static void trial_does_not_begin(void **state)
{
	struct change change;

	need_fault();
	change = begin_change(*state);
	load_with(&change, CALM, 3600);
	assert_true(operate_state(*state).confirm_left_ms > 0);
	assert_int_equal(operate(*state, YGR_IOC_POLICY_CONFIRM), 0);
}

/* The one on trial goes on being on trial. */
static void load_during_a_trial_fails_whole(void **state)
{
	struct change change;

	need_fault();
	change = begin_change(*state);
	assert_int_equal(operate_load(*state, DENIES_X(", uid: 0"), 3600), 0);
	change.before = operate_state(*state);
	assert_true(change.before.confirm_left_ms > 0);
	load_with(&change, CALM, 0);
}

static void clear_fails_whole(void **state)
{
	struct change change;

	need_fault();
	change = begin_change(*state);
	assert_int_equal(shortage_sweep(clear, check_change, &change), 1);
}

/* What must work when little else does. */
static void going_back_allocates_nothing(void **state)
{
	struct shortage shortage;
	int confirmed, returned;

	need_fault();
	guest_policy_load(*state, DENIES_X(""));
	assert_int_equal(operate_load(*state, CALM, 3600), 0);
	shortage_begin(1);
	confirmed = operate(*state, YGR_IOC_POLICY_CONFIRM);
	returned = operate(*state, YGR_IOC_POLICY_ROLLBACK);
	shortage = shortage_end();
	assert_int_equal(confirmed, 0);
	assert_int_equal(returned, 0);
	assert_int_equal(shortage.seen, 0);
	assert_int_equal(open_x(), EACCES);
}

static void trial_ends_without_memory(void **state)
{
	uint64_t generation;

	need_fault();
	guest_policy_load(*state, DENIES_X(""));
	assert_int_equal(operate_load(*state, CALM, 1), 0);
	generation = operate_state(*state).generation;
	/* A worker of the kernel's ends it. */
	shortage_watch(0);
	shortage_begin(1);
	operate_wait(*state, generation);
	shortage_end();
	shortage_watch(getpid());
	assert_int_equal(open_x(), EACCES);
}

/* ---- the device ---- */

struct device {
	const struct guest *guest;
	char *text;
	uint32_t text_bytes;
};

static int ask_protected(void *arg)
{
	const struct device *device = arg;
	struct ygr_policy_protected ask = {
		.text = (uintptr_t)device->text, .text_cap = device->text_bytes,
	};

	return ioctl(device->guest->fd, YGR_IOC_POLICY_PROTECTED, &ask) ? errno : 0;
}

static void check_enomem(void *arg, int returned, const struct shortage *shortage)
{
	(void)arg;
	assert_int_equal(returned, shortage->failed ? ENOMEM : 0);
}

static void never_deny_set_is_told_or_not(void **state)
{
	struct ygr_policy_protected ask = { 0 };
	struct device device = { .guest = *state };

	need_fault();
	assert_int_equal(ioctl(device.guest->fd, YGR_IOC_POLICY_PROTECTED, &ask), -1);
	device.text_bytes = ask.text_bytes;
	device.text = calloc(1, ask.text_bytes);
	assert_non_null(device.text);
	assert_int_equal(shortage_sweep(ask_protected, check_enomem, &device), 1);
	free(device.text);
}

/* ---- loading the module ---- */

#define SMALL_RINGS	"ring_kib=64"

static unsigned int load_from(unsigned int from, struct shortage *shortage)
{
	int ret;

	shortage_begin(from);
	ret = guest_module_load(SMALL_RINGS);
	*shortage = shortage_end();
	return -ret;
}

/* Nothing of it is left, and what comes after is as if it had not been. */
static void check_not_loaded(void)
{
	assert_int_equal(access("/sys/module/yagura", F_OK), -1);
	assert_int_equal(access(YGR_DEVICE_PATH, F_OK), -1);
	assert_int_equal(open_x(), 0);
}

static bool is_attaching(const struct shortage *shortage)
{
	return strstr(shortage->site, "attach") || strstr(shortage->site, "tracepoint");
}

/* One by one, until its own memory is there and it turns to the kernel's functions. */
static unsigned int fail_own_memory(void)
{
	struct shortage shortage;
	unsigned int from = 1;

	while (load_from(from, &shortage) == ENOMEM && !is_attaching(&shortage)) {
		check_not_loaded();
		from++;
	}
	assert_true(is_attaching(&shortage));
	check_not_loaded();
	printf("# %u allocations before it attaches\n", from - 1);
	return from;
}

static unsigned int random_seed(void)
{
	const char *given = getenv("YAGURA_SEED");
	unsigned int seed = given ? strtoul(given, NULL, 0) : (unsigned int)guest_now_ns();

	printf("# seed %u; to repeat: run-vm --append YAGURA_SEED=%u\n", seed, seed);
	return seed;
}

static void module_loads_whole_or_not_at_all(void **state)
{
	unsigned int rounds = getenv("YAGURA_LONG") ? 60 : 3;
	unsigned int attaching_from;
	struct shortage shortage;

	(void)state;
	need_fault();
	srandom(random_seed());
	attaching_from = fail_own_memory();
	assert_int_equal(load_from(~0u, &shortage), 0);
	assert_int_equal(guest_module_unload(), 0);
	assert_true(shortage.seen > attaching_from);
	for (unsigned int i = 0; i < rounds; i++) {
		unsigned int from = attaching_from + random() % (shortage.seen - attaching_from);
		struct shortage this;

		printf("# no memory from %u of %u on\n", from, shortage.seen);
		assert_int_equal(load_from(from, &this), ENOMEM);
		check_not_loaded();
	}
}

/* Return: what of the module had no memory while it was loaded, as it must be all the same. */
static struct shortage load_without(const char *function)
{
	struct shortage shortage;

	shortage_limit(function);
	assert_int_equal(load_from(1, &shortage), 0);
	shortage_limit("");
	assert_true(shortage.failed > 0);
	return shortage;
}

static void unload(struct guest *guest)
{
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
	check_not_loaded();
}

/* Each that nothing is known of is counted, and once. */
static void running_programs_are_kept_or_counted(void **state)
{
	struct shortage shortage;
	struct guest *guest;

	(void)state;
	need_fault();
	shortage = load_without("ygr_program_create");
	guest = guest_open();
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).process_failed, shortage.failed);
	guest_policy_load(guest, DENIES_X(", exe: /t/test_fault"));
	assert_int_equal(open_x(), 0);
	unload(guest);
}

static void running_processes_are_kept_or_counted(void **state)
{
	struct shortage shortage;
	struct guest *guest;
	char *argv[] = { A, "open", FILE_X, NULL };

	(void)state;
	need_fault();
	shortage = load_without("create [");
	guest = guest_open();
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).process_failed, shortage.failed);
	guest_policy_load(guest, DENIES_X(", exe: " A));
	assert_int_equal(guest_child_exec(argv, NULL), EACCES);
	unload(guest);
}

/* What is not there is another matter than what there is no memory for. */
static void hooks_without_memory_have_failed(void **state)
{
	struct ygr_hook_info hook = { .index = 0 };
	unsigned int failed = 0;
	struct guest *guest;

	(void)state;
	need_fault();
	load_without("attach");
	guest = guest_open();
	for (; !ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook); hook.index++) {
		if (hook.state == YGR_HOOK_MISSING)
			continue;
		assert_int_equal(hook.state, YGR_HOOK_FAILED);
		assert_int_equal(hook.error, -ENOMEM);
		failed++;
	}
	assert_true(failed >= 20);
	assert_non_null(strstr(guest_expect(guest, .type = YGR_EV_START)->text[YGR_STR_HOOKS].bytes,
			       "security_file_open=failed"));
	unload(guest);
}

static void unload_needs_no_memory(void **state)
{
	struct shortage shortage;
	int ret;

	(void)state;
	need_fault();
	assert_int_equal(guest_module_load(SMALL_RINGS), 0);
	shortage_begin(1);
	ret = guest_module_unload();
	shortage = shortage_end();
	printf("# %u allocations failed meanwhile\n", shortage.failed);
	assert_int_equal(ret, 0);
	check_not_loaded();
}

static int setup_loaded(void **state)
{
	has_fault = shortage_load();
	return walk_setup(state);
}

static int setup_unloaded(void **state)
{
	return walk_setup_programs(state);
}

static int teardown_unloaded(void **state)
{
	(void)state;
	if (has_fault)
		shortage_unload();
	return 0;
}

int main(void)
{
	const struct CMUnitTest loaded[] = {
		cmocka_unit_test_setup(fork_is_one_allocation_and_does_without, guest_fresh),
		cmocka_unit_test_setup(each_of_many_forks_is_one_allocation, guest_fresh),
		cmocka_unit_test_setup(exec_is_three_allocations_and_does_without, guest_fresh),
		cmocka_unit_test_setup(exec_does_without_all_that_rules_ask_for, guest_fresh),
		cmocka_unit_test_setup(denial_needs_no_memory, guest_fresh),
		cmocka_unit_test_setup(files_allocate_nothing_and_sockets_their_account, guest_fresh),
		cmocka_unit_test_setup(rules_about_a_process_miss_one_that_is_not_kept, guest_fresh),
		cmocka_unit_test_setup(its_next_program_is_known_again, guest_fresh),
		cmocka_unit_test_setup(load_fails_whole, guest_fresh),
		cmocka_unit_test_setup(load_of_a_large_one_fails_whole, guest_fresh),
		cmocka_unit_test_setup(trial_does_not_begin, guest_fresh),
		cmocka_unit_test_setup(load_during_a_trial_fails_whole, guest_fresh),
		cmocka_unit_test_setup(clear_fails_whole, guest_fresh),
		cmocka_unit_test_setup(going_back_allocates_nothing, guest_fresh),
		cmocka_unit_test_setup(trial_ends_without_memory, guest_fresh),
		cmocka_unit_test_setup(never_deny_set_is_told_or_not, guest_fresh),
	};
	const struct CMUnitTest unloaded[] = {
		cmocka_unit_test(module_loads_whole_or_not_at_all),
		cmocka_unit_test(running_programs_are_kept_or_counted),
		cmocka_unit_test(running_processes_are_kept_or_counted),
		cmocka_unit_test(hooks_without_memory_have_failed),
		cmocka_unit_test(unload_needs_no_memory),
	};

	return cmocka_run_group_tests_name("loaded", loaded, setup_loaded, guest_teardown) +
	       cmocka_run_group_tests_name("unloaded", unloaded, setup_unloaded, teardown_unloaded);
}
