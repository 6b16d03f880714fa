// SPDX-License-Identifier: GPL-2.0-only
/*
 * Digests of executed files: right, in whatever way the file has changed, and no
 * more often calculated than that takes. The digests to compare with are busybox's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fsverity.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"
#include "launch.h"

#define ON_TMPFS	"/tmp/digest"
#define ON_DISK		DISK "/digest"

#define DIGESTS		"version: 1\nname: t\noptions: { digest: true }\nrules: []\n"

/* Longer than two ticks of the clock of files. */
#define SETTLED_US	50000

/* Of what is kept, and for whom: tmpfs is no place for that. */
static bool has_disk;

#define need_disk()	do { if (!has_disk) skip(); } while (0)

/* ---- helpers ---- */

static struct hash to_hash(const uint8_t *bytes)
{
	struct hash hash;

	for (size_t i = 0; i < 32; i++)
		snprintf(hash.hex + 2 * i, 3, "%02x", bytes[i]);
	return hash;
}

static void assert_digest(const struct guest_event *event, struct hash want)
{
	const struct guest_text *text = &event->text[YGR_STR_SHA256];

	assert_non_null(text->bytes);
	assert_int_equal(text->len, 32);
	assert_string_equal(to_hash((const uint8_t *)text->bytes).hex, want.hex);
	assert_int_equal(event->head.flags & YGR_F_NO_DIGEST, 0);
}

static void assert_no_digest(const struct guest_event *event)
{
	assert_no_text(event, YGR_STR_SHA256);
	assert_int_equal(event->head.flags & YGR_F_NO_DIGEST, YGR_F_NO_DIGEST);
}

/* A copy of PROG that differs from every other by what stands behind the program. */
static void make_program(const char *path, const char *tail)
{
	int fd;

	unlink(path);
	assert_int_equal(make_copy(path), 0);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, tail, strlen(tail)), strlen(tail));
	close(fd);
}

static void overwrite_last_byte(const char *path, char byte)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(pwrite(fd, &byte, 1, st.st_size - 1), 1);
	close(fd);
}

struct map {
	char *bytes;
	size_t len;
};

static struct map map_writable(int fd)
{
	struct stat st;
	struct map map;

	assert_int_equal(fstat(fd, &st), 0);
	map.len = st.st_size;
	map.bytes = mmap(NULL, map.len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map.bytes, MAP_FAILED);
	return map;
}

/* The same through a mapping. */
static void map_over_last_byte(const char *path, char byte)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct map map = map_writable(fd);

	map.bytes[map.len - 1] = byte;
	munmap(map.bytes, map.len);
	close(fd);
}

static uint64_t digested(struct guest *guest)
{
	return guest_stats(guest, YGR_CPU_ALL).digested;
}

/* Executes @path. Return: its record. */
static const struct guest_event *run(struct guest *guest, const char *path)
{
	return expect_exec(guest, launch_plain(path, RAN_STATUS));
}

/* Executes @path, whose record must have the digest that it has now, however often it was made. */
static void run_and_check(struct guest *guest, const char *path)
{
	struct hash want = hash_of(path);

	assert_digest(run(guest, path), want);
}

static void load(struct guest *guest, const char *format, struct hash hash)
{
	char yaml[512];

	snprintf(yaml, sizeof(yaml), format, hash.hex);
	guest_policy_load(guest, yaml);
}

#define DENY_HASH	RULES_1("{ name: no, on: exec, do: deny, where: { sha256: %s } }")
#define ALLOW_HASH	RULES_2("{ name: yes, on: exec, do: record, where: { sha256: %s } }", \
				"{ name: no, on: exec, do: deny }")

/* ---- in records ---- */

static void no_digest_unless_wanted(void **state)
{
	const struct guest_event *event;
	uint64_t before = digested(*state);

	event = run(*state, PROG);
	assert_no_text(event, YGR_STR_SHA256);
	assert_int_equal(event->head.flags, 0);
	guest_policy_load(*state, RULES_1("{ name: r, on: exec, do: record }"));
	assert_no_text(run(*state, PROG), YGR_STR_SHA256);
	assert_int_equal(digested(*state), before);
}

static void digest_is_recorded_if_the_policy_says_so(void **state)
{
	struct hash want = hash_of(PROG);

	guest_policy_load(*state, DIGESTS);
	assert_digest(run(*state, PROG), want);
	guest_policy_clear(*state);
	assert_no_text(run(*state, PROG), YGR_STR_SHA256);
}

static void digest_is_recorded_if_a_rule_asks(void **state)
{
	struct hash want = hash_of(PROG), none = hash_of("/dev/null");

	load(*state, RULES_1("{ name: r, on: exec, do: record, where: { sha256: %s } }"), none);
	assert_digest(run(*state, PROG), want);
	assert_no_rule(run(*state, PROG));
}

static void scripts_record_has_its_interpreters(void **state)
{
	struct hash want = hash_of(PROG);

	guest_policy_load(*state, DIGESTS);
	assert_digest(run(*state, SCRIPT), want);
}

static void denial_has_the_digest_of_what_was_denied(void **state)
{
	struct hash script = hash_of(SCRIPT);

	load(*state, DENY_HASH, script);
	assert_digest(expect_denied_exec(*state, launch_plain(SCRIPT, EPERM)), script);
}

static void unreadable_program_has_a_digest(void **state)
{
	char *argv[] = { ON_TMPFS, RAN, NULL };
	struct hash want;

	make_program(ON_TMPFS, "1");
	want = hash_of(ON_TMPFS);
	chmod(ON_TMPFS, 0711);
	guest_policy_load(*state, DIGESTS);
	assert_digest(expect_exec(*state, launch(&(struct launch){ .file = ON_TMPFS, .argv = argv, .uid = 1000 },
						 RAN_STATUS)), want);
}

static int many_run(void *arg)
{
	pid_t pids[8];

	(void)arg;
	for (size_t i = 0; i < 8; i++)
		pids[i] = guest_child_start(launch_child, &(struct launch){
			.file = ON_TMPFS, .argv = (char *[]){ ON_TMPFS, RAN, NULL } });
	for (size_t i = 0; i < 8; i++)
		if (guest_child_wait(pids[i], GUEST_WAIT_MS) != RAN_STATUS)
			return 1;
	return 0;
}

/* @arg: the struct hash that it should have */
static bool lacks_digest(const struct guest_event *event, const void *arg)
{
	const struct guest_text *text = &event->text[YGR_STR_SHA256];
	const struct hash *want = arg;

	return !text->bytes || strcmp(to_hash((const uint8_t *)text->bytes).hex, want->hex);
}

static void programs_that_start_at_once_have_one_each(void **state)
{
	struct hash want;

	make_program(ON_TMPFS, "many");
	want = hash_of(ON_TMPFS);
	guest_policy_load(*state, DIGESTS);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(guest_child_call(0, many_run, NULL), 0);
	guest_drain(*state);
	assert_int_equal(guest_count(*state, &(struct guest_query){ .type = YGR_EV_EXEC, .path = ON_TMPFS }), 80);
	guest_reject(*state, .type = YGR_EV_EXEC, .path = ON_TMPFS, .where = lacks_digest, .arg = &want);
}

/* ---- rules ---- */

static void deny_by_hash_under_any_name(void **state)
{
	make_program(ON_TMPFS, "bad");
	load(*state, DENY_HASH, hash_of(ON_TMPFS));
	expect_denied_exec(*state, launch_plain(ON_TMPFS, EPERM));
	assert_int_equal(rename(ON_TMPFS, ON_DISK), -1);	/* another file system: */
	make_program(ON_DISK, "bad");				/* and another file */
	expect_denied_exec(*state, launch_plain(ON_DISK, EPERM));
	run(*state, PROG);
	overwrite_last_byte(ON_DISK, 'D');
	run(*state, ON_DISK);
}

static void allow_by_hash_and_nothing_else(void **state)
{
	struct hash good;

	make_program(ON_TMPFS, "good");
	make_program(ON_DISK, "good");
	good = hash_of(ON_TMPFS);
	load(*state, ALLOW_HASH, good);
	assert_digest(run(*state, ON_TMPFS), good);
	assert_digest(run(*state, ON_DISK), good);
	expect_denied_exec(*state, launch_plain(PROG, EPERM));
	expect_denied_exec(*state, launch_plain(SCRIPT, EPERM));
	overwrite_last_byte(ON_DISK, 'D');
	expect_denied_exec(*state, launch_plain(ON_DISK, EPERM));
	overwrite_last_byte(ON_DISK, 'd');
	run(*state, ON_DISK);
}

static void interpreter_is_judged_too(void **state)
{
	load(*state, DENY_HASH, hash_of(PROG));
	assert_text(expect_denied_exec(*state, launch_plain(SCRIPT, EPERM)), YGR_STR_PATH, PROG);
}

static void memfd_is_judged_by_its_bytes(void **state)
{
	char *argv[] = { "memfd", RAN, NULL };
	int fd = memfd_create("m", 0);
	const struct launch what = { .fd = fd, .argv = argv };
	const struct guest_event *event;

	assert_int_equal(copy_prog(fd), 0);
	load(*state, DENY_HASH, hash_of(PROG));
	event = expect_denied_exec(*state, launch(&what, EPERM));
	assert_int_equal(event->head.flags, YGR_F_MEMFD | YGR_F_UNLINKED);
	assert_int_equal(write(fd, "x", 1), 1);
	expect_exec(*state, launch(&what, RAN_STATUS));
	close(fd);
}

/* ---- what has none ---- */

static void load_with_limit(struct guest *guest, size_t bytes, const char *rules)
{
	char yaml[512];

	snprintf(yaml, sizeof(yaml), "version: 1\nname: t\noptions: { digest: true, digest-max: %zu }\nrules:%s\n",
		 bytes, rules);
	guest_policy_load(guest, yaml);
}

static void large_file_has_none(void **state)
{
	struct ygr_stats before = guest_stats(*state, YGR_CPU_ALL), after;
	struct hash want = hash_of(PROG);
	struct stat st;

	assert_int_equal(stat(PROG, &st), 0);
	load_with_limit(*state, st.st_size - 1, " []");
	assert_no_digest(run(*state, PROG));
	after = guest_stats(*state, YGR_CPU_ALL);
	assert_int_equal(after.digested, before.digested);
	assert_int_equal(after.digest_failed - before.digest_failed, 1);
	load_with_limit(*state, st.st_size, " []");
	assert_digest(run(*state, PROG), want);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).digest_failed, after.digest_failed);
}

/* The limit holds for what the cache still knows, as well. */
static void limit_holds_for_the_cache(void **state)
{
	make_program(ON_DISK, "1");
	usleep(SETTLED_US);
	guest_policy_load(*state, DIGESTS);
	run_and_check(*state, ON_DISK);
	load_with_limit(*state, 1, "\n- { name: no, on: exec, do: deny, where: { file: no-digest } }");
	assert_no_digest(expect_denied_exec(*state, launch_plain(ON_DISK, EPERM)));
}

static void lack_of_a_digest_is_no_match(void **state)
{
	char rules[256];

	snprintf(rules, sizeof(rules), "\n- { name: no, on: exec, do: deny, where: { sha256: %s } }",
		 hash_of(PROG).hex);
	load_with_limit(*state, 1, rules);
	assert_no_digest(run(*state, PROG));
	snprintf(rules, sizeof(rules), "\n- { name: no, on: exec, do: deny, where: { not: { sha256: %s } } }",
		 "0000000000000000000000000000000000000000000000000000000000000000");
	load_with_limit(*state, 1, rules);
	assert_no_digest(expect_denied_exec(*state, launch_plain(PROG, EPERM)));
}

/* ---- the cache ---- */

static void program_on_disk_is_digested_once(void **state)
{
	uint64_t before;
	struct hash want;

	need_disk();
	make_program(ON_DISK, "once");
	want = hash_of(ON_DISK);
	usleep(SETTLED_US);
	guest_policy_load(*state, DIGESTS);
	before = digested(*state);
	for (size_t i = 0; i < 5; i++)
		assert_digest(run(*state, ON_DISK), want);
	assert_int_equal(digested(*state) - before, 1);
}

static void program_on_tmpfs_is_digested_each_time(void **state)
{
	uint64_t before;
	struct hash want;

	make_program(ON_TMPFS, "each");
	want = hash_of(ON_TMPFS);
	usleep(SETTLED_US);
	guest_policy_load(*state, DIGESTS);
	before = digested(*state);
	for (size_t i = 0; i < 5; i++)
		assert_digest(run(*state, ON_TMPFS), want);
	assert_int_equal(digested(*state) - before, 5);
}

/* More programs than one set of the cache holds, and back to the first. */
static void many_programs_fit(void **state)
{
	uint64_t before;

	need_disk();
	for (size_t i = 0; i < 64; i++) {
		char path[64], tail[8];

		snprintf(path, sizeof(path), ON_DISK "-%zu", i);
		snprintf(tail, sizeof(tail), "%zu", i);
		make_program(path, tail);
	}
	usleep(SETTLED_US);
	guest_policy_load(*state, DIGESTS);
	before = digested(*state);
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < 64; i++) {
			char path[64];

			snprintf(path, sizeof(path), ON_DISK "-%zu", i);
			launch_plain(path, RAN_STATUS);
		}
	assert_int_equal(digested(*state) - before, 64);
	for (size_t i = 0; i < 64; i++) {
		char path[64];

		snprintf(path, sizeof(path), ON_DISK "-%zu", i);
		unlink(path);
	}
}

static void restore_times(const char *path, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void overwritten_program_has_a_new_digest(void **state)
{
	struct stat st;

	make_program(ON_DISK, "1");
	usleep(SETTLED_US);
	guest_policy_load(*state, DIGESTS);
	run_and_check(*state, ON_DISK);
	assert_int_equal(stat(ON_DISK, &st), 0);
	overwrite_last_byte(ON_DISK, '2');
	restore_times(ON_DISK, &st);	/* touch -d hides nothing */
	usleep(SETTLED_US);
	run_and_check(*state, ON_DISK);
	map_over_last_byte(ON_DISK, '3');
	restore_times(ON_DISK, &st);
	usleep(SETTLED_US);
	run_and_check(*state, ON_DISK);
}

static void replaced_program_has_a_new_digest(void **state)
{
	make_program(ON_DISK, "1");
	make_program(DISK "/new", "2");
	usleep(SETTLED_US);
	guest_policy_load(*state, DIGESTS);
	run_and_check(*state, ON_DISK);
	assert_int_equal(rename(DISK "/new", ON_DISK), 0);
	run_and_check(*state, ON_DISK);
	/* The number of the file that is gone may be the next one's. */
	make_program(ON_DISK, "3");
	run_and_check(*state, ON_DISK);
}

static void mapped_write_on_tmpfs_has_a_new_digest(void **state)
{
	make_program(ON_TMPFS, "1");
	usleep(SETTLED_US);
	guest_policy_load(*state, DIGESTS);
	run_and_check(*state, ON_TMPFS);
	map_over_last_byte(ON_TMPFS, '2');
	run_and_check(*state, ON_TMPFS);
}

/* Who has a memfd mapped can change it any time, and no time tells. */
static void written_memfd_has_a_new_digest(void **state)
{
	char *argv[] = { "memfd", RAN, NULL }, path[64];
	int fd = memfd_create("m", 0);
	const struct launch what = { .fd = fd, .argv = argv };
	struct stat before, after;
	struct map map;

	assert_int_equal(copy_prog(fd), 0);
	assert_int_equal(write(fd, "0", 1), 1);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), fd);
	map = map_writable(fd);
	map.bytes[map.len - 1] = '1';
	assert_int_equal(fstat(fd, &before), 0);
	usleep(SETTLED_US);
	guest_policy_load(*state, DIGESTS);
	for (char byte = '2'; byte < '5'; byte++) {
		struct hash want = hash_of(path);

		assert_digest(expect_exec(*state, launch(&what, RAN_STATUS)), want);
		map.bytes[map.len - 1] = byte;
	}
	assert_int_equal(fstat(fd, &after), 0);
	assert_memory_equal(&before.st_ctim, &after.st_ctim, sizeof(before.st_ctim));
	munmap(map.bytes, map.len);
	close(fd);
}

struct rewrite {
	char byte;
	struct timespec at;
};

/* In a child: changes ON_DISK at a given time, and executes it before a tick has gone by. */
static int rewrite_and_execute(void *arg)
{
	const struct rewrite *rewrite = arg;
	char *argv[] = { ON_DISK, RAN, NULL };
	int fd = open(ON_DISK, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || lseek(fd, -1, SEEK_END) < 0 || clock_settime(CLOCK_REALTIME, &rewrite->at) ||
	    write(fd, &rewrite->byte, 1) != 1 || close(fd) ||
	    clock_settime(CLOCK_REALTIME, &rewrite->at))
		return 255;
	execv(ON_DISK, argv);
	return 255;
}

/* Return: whether the change has the time that was meant for it. */
static bool rewrite_and_check(struct guest *guest, const struct rewrite *rewrite, struct hash want)
{
	pid_t pid = guest_child_start(rewrite_and_execute, (void *)rewrite);
	struct stat st;

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), RAN_STATUS);
	assert_digest(expect_exec(guest, pid), want);
	assert_int_equal(stat(ON_DISK, &st), 0);
	return !memcmp(&st.st_ctim, &rewrite->at, sizeof(st.st_ctim));
}

/* Before 6.1 ext4 counts its changes only if it is mounted so; without, a clock that is set back hides one. */
static void need_change_counts(void)
{
	need_disk();
	if (!guest_kernel_is_from(6, 1)) {
		printf("# this kernel's ext4 does not count changes\n");
		skip();
	}
}

/* From 6.13 on, the time of a change that somebody has looked at is no other change's. */
static void need_same_times(size_t alike_nr)
{
	if (!alike_nr && guest_kernel_is_from(6, 13)) {
		printf("# this kernel gives no two changes the same time\n");
		skip();
	}
	assert_int_not_equal(alike_nr, 0);
}

/* Between two ticks of its clock, a file that changes twice looks as if it had changed once. */
static void write_in_the_same_tick_has_a_new_digest(void **state)
{
	struct rewrite zero = { .byte = '0' }, one = { .byte = '1' };
	struct hash want[2];
	size_t alike_nr = 0;

	need_change_counts();
	make_program(ON_DISK, "0");
	want[0] = hash_of(ON_DISK);
	overwrite_last_byte(ON_DISK, '1');
	want[1] = hash_of(ON_DISK);
	guest_policy_load(*state, DIGESTS);
	for (size_t i = 0; i < 20; i++) {
		clock_gettime(CLOCK_REALTIME, &zero.at);
		one.at = zero.at;
		alike_nr += rewrite_and_check(*state, &zero, want[0]) &&
			    rewrite_and_check(*state, &one, want[1]);
	}
	printf("# %zu of 20 pairs of changes had the same time\n", alike_nr);
	need_same_times(alike_nr);
}

/* A clock that is set back makes a change look as old as the one before, long after. */
static void clock_that_is_set_back_hides_no_change(void **state)
{
	struct rewrite zero = { .byte = '0' }, one = { .byte = '1' };
	struct hash want[2];
	size_t alike_nr = 0;

	need_change_counts();
	make_program(ON_DISK, "1");
	want[1] = hash_of(ON_DISK);
	overwrite_last_byte(ON_DISK, '0');
	want[0] = hash_of(ON_DISK);
	guest_policy_load(*state, DIGESTS);
	for (size_t i = 0; i < 20; i++) {
		bool is_alike;

		clock_gettime(CLOCK_REALTIME, &zero.at);
		one.at = zero.at;
		is_alike = rewrite_and_check(*state, &zero, want[0]);
		usleep(SETTLED_US);
		assert_digest(run(*state, ON_DISK), want[0]);
		is_alike &= rewrite_and_check(*state, &one, want[1]);
		usleep(SETTLED_US);
		assert_digest(run(*state, ON_DISK), want[1]);
		alike_nr += is_alike;
	}
	need_same_times(alike_nr);
}

/* Return: whether it was executed so soon after the change that its digest was not kept. */
static bool is_executed_too_soon(struct guest *guest, struct hash want)
{
	struct rewrite rewrite = { .byte = 'x' };
	uint64_t before = digested(guest), after;

	clock_gettime(CLOCK_REALTIME, &rewrite.at);
	rewrite_and_check(guest, &rewrite, want);
	assert_int_equal(digested(guest) - before, 1);
	usleep(SETTLED_US);
	assert_digest(run(guest, ON_DISK), want);
	after = digested(guest);
	assert_digest(run(guest, ON_DISK), want);
	assert_int_equal(digested(guest), after);
	return after - before == 2;
}

/* On a busy machine a tick may go by between the change and the execution: then it has settled. */
static void new_program_is_not_kept_until_it_has_settled(void **state)
{
	unsigned int tries = 1;
	struct hash want;

	need_disk();
	make_program(ON_DISK, "x");
	want = hash_of(ON_DISK);
	guest_policy_load(*state, DIGESTS);
	while (!is_executed_too_soon(*state, want))
		assert_int_not_equal(++tries, 20);
}

/* ---- stacked file systems, fs-verity ---- */

/*
 * Changes for ext4 are also: the first access in a later tick than a change, which is noted in
 * the file, and the writing back, some time, of what is in it.
 */
static void settle_on_disk(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char byte;

	usleep(SETTLED_US);
	assert_int_equal(pread(fd, &byte, 1, 0), 1);
	assert_int_equal(fsync(fd), 0);
	close(fd);
}

static void stacked_program_is_digested_once(void **state)
{
	uint64_t before;

	need_disk();
	if (!stack_mount())
		skip();
	make_program(STACK_LOWER "/once", "low");
	settle_on_disk(STACK_LOWER "/once");
	usleep(SETTLED_US);
	guest_policy_load(*state, DIGESTS);
	before = digested(*state);
	for (size_t i = 0; i < 3; i++)
		run(*state, STACK "/once");
	assert_int_equal(digested(*state) - before, 1);
	run(*state, STACK_LOWER "/once");
	assert_int_equal(digested(*state) - before, 1);
	/* Written through the stack, it is another file below. */
	overwrite_last_byte(STACK "/once", 'W');
	run_and_check(*state, STACK "/once");
	run_and_check(*state, STACK_LOWER "/once");
	overwrite_last_byte(STACK_UPPER "/once", 'X');
	run_and_check(*state, STACK "/once");
	guest_policy_clear(*state);
	stack_unmount();
}

/* Nobody can write a program through the stack while it starts, but below it. */
static void program_written_below_the_stack_has_a_new_digest(void **state)
{
	struct map map;
	int fd;

	need_disk();
	if (!stack_mount())
		skip();
	make_program(STACK_UPPER "/written", "0");
	fd = open(STACK_UPPER "/written", O_RDWR | O_CLOEXEC);
	map = map_writable(fd);
	close(fd);
	guest_policy_load(*state, DIGESTS);
	for (char byte = '1'; byte < '5'; byte++) {
		map.bytes[map.len - 1] = byte;
		usleep(SETTLED_US);
		run_and_check(*state, STACK "/written");
	}
	munmap(map.bytes, map.len);
	guest_policy_clear(*state);
	stack_unmount();
}

/* Return: the digest that the kernel measures. */
static struct hash enable_verity(const char *path)
{
	struct fsverity_enable_arg arg = { .version = 1, .hash_algorithm = FS_VERITY_HASH_ALG_SHA256,
					   .block_size = 4096 };
	union {
		struct fsverity_digest digest;
		uint8_t room[sizeof(struct fsverity_digest) + 64];
	} measured = { .digest.digest_size = 64 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_int_equal(ioctl(fd, FS_IOC_ENABLE_VERITY, &arg), 0);
	assert_int_equal(ioctl(fd, FS_IOC_MEASURE_VERITY, &measured), 0);
	assert_int_equal(measured.digest.digest_size, 32);
	close(fd);
	return to_hash(measured.digest.digest);
}

static void verity_digest_is_told_and_judged(void **state)
{
	struct guest *guest = *state;
	const struct guest_text *text;
	const struct guest_event *event;
	struct hash want;

	need_disk();
	make_program(ON_DISK, "verity");
	want = enable_verity(ON_DISK);
	event = run(guest, ON_DISK);
	if (!(guest->info.features & YGR_FEATURE_VERITY)) {
		assert_no_text(event, YGR_STR_VERITY);
		skip();
	}
	text = &event->text[YGR_STR_VERITY];
	assert_int_equal(text->len, 32);
	assert_string_equal(to_hash((const uint8_t *)text->bytes).hex, want.hex);
	assert_no_text(run(guest, PROG), YGR_STR_VERITY);
	load(guest, RULES_1("{ name: no, on: exec, do: deny, where: { verity: %s } }"), want);
	event = expect_denied_exec(guest, launch_plain(ON_DISK, EPERM));
	assert_string_equal(to_hash((const uint8_t *)event->text[YGR_STR_VERITY].bytes).hex, want.hex);
	run(guest, PROG);
	load(guest, RULES_2("{ name: yes, on: exec, do: record, where: { verity: %s } }",
			    "{ name: no, on: exec, do: deny }"), want);
	run(guest, ON_DISK);
	expect_denied_exec(guest, launch_plain(PROG, EPERM));
}

static int setup(void **state)
{
	has_disk = disk_mount();
	return launch_setup(state);
}

static int teardown(void **state)
{
	unlink(ON_DISK);
	disk_unmount();
	return guest_teardown(state);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest digest[] = {
		test(no_digest_unless_wanted),
		test(digest_is_recorded_if_the_policy_says_so),
		test(digest_is_recorded_if_a_rule_asks),
		test(scripts_record_has_its_interpreters),
		test(denial_has_the_digest_of_what_was_denied),
		test(unreadable_program_has_a_digest),
		test(programs_that_start_at_once_have_one_each),
		test(deny_by_hash_under_any_name),
		test(allow_by_hash_and_nothing_else),
		test(interpreter_is_judged_too),
		test(memfd_is_judged_by_its_bytes),
		test(large_file_has_none),
		test(limit_holds_for_the_cache),
		test(lack_of_a_digest_is_no_match),
		test(program_on_disk_is_digested_once),
		test(program_on_tmpfs_is_digested_each_time),
		test(many_programs_fit),
		test(overwritten_program_has_a_new_digest),
		test(replaced_program_has_a_new_digest),
		test(mapped_write_on_tmpfs_has_a_new_digest),
		test(written_memfd_has_a_new_digest),
		test(write_in_the_same_tick_has_a_new_digest),
		test(clock_that_is_set_back_hides_no_change),
		test(new_program_is_not_kept_until_it_has_settled),
		test(stacked_program_is_digested_once),
		test(program_written_below_the_stack_has_a_new_digest),
		test(verity_digest_is_told_and_judged),
	};

	return cmocka_run_group_tests(digest, setup, teardown);
}
