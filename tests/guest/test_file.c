// SPDX-License-Identifier: GPL-2.0-only
/* Files: what each act tells. How paths are spelt is test_path.c's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

/* What the kernel adds to the flags of every open of a 64-bit process. */
#define LARGEFILE	0100000

/* ---- open ---- */

static void open_tells_access_and_flags(void **state)
{
	static const struct { int flags; uint32_t access; } cases[] = {
		{ O_WRONLY, YGR_ACCESS_WRITE },
		{ O_RDWR, YGR_ACCESS_READ | YGR_ACCESS_WRITE },
		{ O_WRONLY | O_APPEND, YGR_ACCESS_WRITE },
		{ O_WRONLY | O_CREAT, YGR_ACCESS_WRITE },
		{ O_RDWR | O_NONBLOCK | O_DSYNC, YGR_ACCESS_READ | YGR_ACCESS_WRITE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct guest_event *event;

		guest_forget(*state);
		assert_int_equal(try_open(A, cases[i].flags), 0);
		event = expect_file(*state, YGR_EV_OPEN, A);
		assert_int_equal(event->body.file.access, cases[i].access);
		assert_int_equal(event->body.file.open_flags, cases[i].flags | LARGEFILE);
		assert_file_id(&event->body.file.file, A);
		assert_int_equal(event->head.flags, 0);
		assert_int_equal(event->head.class, YGR_CLASS_FILE);
		assert_no_rule(event);
	}
}

static void open_that_creates_says_so(void **state)
{
	const struct guest_event *event;

	assert_int_equal(try_open(B, O_WRONLY | O_CREAT | O_EXCL), 0);
	event = expect_file(*state, YGR_EV_OPEN, B);
	assert_int_equal(event->body.file.access, YGR_ACCESS_WRITE | YGR_ACCESS_CREATED);
	assert_int_equal(event->body.file.open_flags, O_WRONLY | O_CREAT | O_EXCL | LARGEFILE);
	assert_file_id(&event->body.file.file, B);
}

static void tmpfile_is_created(void **state)
{
	int fd = open(DIR, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	const struct guest_event *event;
	struct stat st;
	char path[64];

	assert_int_equal(fstat(fd, &st), 0);
	snprintf(path, sizeof(path), DIR "/#%lu", (unsigned long)st.st_ino);
	event = expect_file(*state, YGR_EV_OPEN, path);
	assert_int_equal(event->head.flags, YGR_F_UNLINKED);
	assert_int_equal(event->body.file.access, YGR_ACCESS_READ | YGR_ACCESS_WRITE | YGR_ACCESS_CREATED);
	assert_int_equal(event->body.file.file.ino, st.st_ino);
	close(fd);
}

/* The truncation is still to come. */
static void open_tells_the_file_as_it_was(void **state)
{
	assert_int_equal(try_open(A, O_WRONLY | O_TRUNC), 0);
	assert_int_equal(expect_file(*state, YGR_EV_OPEN, A)->body.file.file.size, strlen(TEXT));
	assert_int_equal(size_of(A), 0);
}

static void device_is_a_file(void **state)
{
	assert_int_equal(try_open("/dev/zero", O_WRONLY), 0);
	assert_file_id(&expect_file(*state, YGR_EV_OPEN, "/dev/zero")->body.file.file, "/dev/zero");
}

static void read_is_not_recorded(void **state)
{
	assert_int_equal(try_open(A, O_RDONLY), 0);
	assert_int_equal(try_open(DIR, O_RDONLY | O_DIRECTORY), 0);
	assert_int_equal(try_open(A, O_PATH), 0);
	reject_file(*state, YGR_EV_OPEN, A);
	guest_reject(*state, .type = YGR_EV_OPEN, .tgid = getpid(), .path = DIR);
}

static void read_is_recorded_by_a_rule(void **state)
{
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: who, on: open-read, do: record, where: { path: " A " } }"));
	const struct guest_event *event;

	guest_file_write(B, TEXT);
	assert_int_equal(try_open(B, O_RDONLY), 0);
	assert_int_equal(try_open(A, O_PATH), 0);
	assert_int_equal(try_open(A, O_RDONLY), 0);
	event = expect_file(*state, YGR_EV_OPEN, A);
	assert_int_equal(event->body.file.access, YGR_ACCESS_READ);
	assert_int_equal(event->body.file.open_flags, O_RDONLY | LARGEFILE);
	assert_rule(event, 1, "who", generation);
	/* B was written by an open of its own, but its read is not told. */
	assert_int_equal(expect_file(*state, YGR_EV_OPEN, B)->body.file.access,
			 YGR_ACCESS_WRITE | YGR_ACCESS_CREATED);
}

/* What no rule asked for was not ignored by one. */
static void other_reads_are_not_counted_as_ignored(void **state)
{
	struct ygr_stats before, after;

	guest_policy_load(*state, RULES_1("{ name: who, on: open-read, do: record, where: { path: " B " } }"));
	before = guest_stats(*state, YGR_CPU_ALL);
	for (unsigned int i = 0; i < 10; i++)
		assert_int_equal(try_open(A, O_RDONLY), 0);
	after = guest_stats(*state, YGR_CPU_ALL);
	assert_int_equal(after.ignored - before.ignored, 0);
}

static void read_to_execute_says_so(void **state)
{
	char *argv[] = { "/t/prog_exit", NULL };
	const struct guest_event *event;
	pid_t pid;

	guest_policy_load(*state, RULES_1("{ name: who, on: open-read, do: record, where: { path: \"/t/**\" } }"));
	assert_int_equal(guest_child_exec(argv, &pid), 0);
	event = guest_expect(*state, .type = YGR_EV_OPEN, .tgid = pid, .path = argv[0]);
	assert_int_equal(event->body.file.access & YGR_ACCESS_EXEC, YGR_ACCESS_EXEC);
	assert_int_equal(event->body.file.access & YGR_ACCESS_WRITE, 0);
}

/* The kernel's own rights come first; what they refuse is no attempt. */
static void missing_rights_are_not_told(void **state)
{
	assert_int_equal(guest_child_call(1000, open_as_other, A), EACCES);
	flush(*state);
	guest_reject(*state, .type = YGR_EV_OPEN, .path = A);
}

/* ---- create, unlink, rename ---- */

static void create_tells_mode_and_directory(void **state)
{
	const struct guest_event *event;
	struct stat dir;

	assert_int_equal(stat(DIR, &dir), 0);
	umask(027);
	assert_int_equal(try_open(B, O_WRONLY | O_CREAT), 0);
	umask(0);
	event = expect_file(*state, YGR_EV_CREATE, B);
	assert_int_equal(event->body.file.open_flags & 0777, 0640);
	assert_int_equal(event->body.file.open_flags & S_IFMT, S_IFREG);
	assert_int_equal(event->body.file.access, 0);
	assert_int_equal(event->body.file.file.ino, dir.st_ino);
	assert_int_equal(event->body.file.file.mode, dir.st_mode);
	assert_int_equal(event->head.flags, 0);
	/* The attempt comes before the open. */
	assert_true(event->head.seq < expect_file(*state, YGR_EV_OPEN, B)->head.seq ||
		    event->cpu != expect_file(*state, YGR_EV_OPEN, B)->cpu);
}

static void open_of_what_exists_creates_nothing(void **state)
{
	assert_int_equal(try_open(A, O_WRONLY | O_CREAT), 0);
	reject_file(*state, YGR_EV_CREATE, A);
}

static void mknod_creates(void **state)
{
	assert_int_equal(mkfifo(DIR "/fifo", 0600), 0);
	assert_int_equal(expect_file(*state, YGR_EV_CREATE, DIR "/fifo")->body.file.open_flags,
			 S_IFIFO | 0600);
}

static void unlink_tells_the_file(void **state)
{
	const struct guest_event *event;
	struct stat st;

	assert_int_equal(stat(A, &st), 0);
	assert_int_equal(unlink(A), 0);
	event = expect_file(*state, YGR_EV_UNLINK, A);
	assert_int_equal(event->body.file.file.ino, st.st_ino);
	assert_int_equal(event->body.file.file.mode, S_IFREG | 0644);
	assert_int_equal(event->body.file.file.size, strlen(TEXT));
	assert_int_equal(event->body.file.access, 0);
	assert_int_equal(event->body.file.open_flags, 0);
	assert_int_equal(event->head.flags, 0);
}

static void unlink_of_nothing_is_not_told(void **state)
{
	assert_int_equal(errno_of(unlink(B)), ENOENT);
	reject_file(*state, YGR_EV_UNLINK, B);
}

static void rename_tells_both_names(void **state)
{
	const struct guest_event *event;

	assert_int_equal(rename(A, B), 0);
	event = expect_file(*state, YGR_EV_RENAME, A);
	assert_text(event, YGR_STR_NEW_PATH, B);
	assert_int_equal(event->body.file.file.size, strlen(TEXT));
	assert_int_equal(event->body.file.open_flags, 0);
	assert_int_equal(event->body.file.access, 0);
	assert_int_equal(event->head.flags, 0);
}

static void rename_tells_its_flags(void **state)
{
	guest_file_write(B, "");
	assert_int_equal(errno_of(renameat2(AT_FDCWD, A, AT_FDCWD, DIR "/c", RENAME_NOREPLACE)), 0);
	assert_int_equal(expect_file(*state, YGR_EV_RENAME, A)->body.file.open_flags, RENAME_NOREPLACE);
	assert_int_equal(errno_of(renameat2(AT_FDCWD, DIR "/c", AT_FDCWD, B, RENAME_EXCHANGE)), 0);
	assert_int_equal(expect_file(*state, YGR_EV_RENAME, DIR "/c")->body.file.open_flags, RENAME_EXCHANGE);
	unlink(DIR "/c");
}

static void rename_goes_to_another_directory(void **state)
{
	assert_int_equal(rename(A, "/tmp/file_new"), 0);
	assert_text(expect_file(*state, YGR_EV_RENAME, A), YGR_STR_NEW_PATH, "/tmp/file_new");
}

/* ---- mmap ---- */

static void executable_mapping_is_told(void **state)
{
	static const int prots[] = { PROT_EXEC, PROT_READ | PROT_EXEC, PROT_READ | PROT_WRITE | PROT_EXEC };

	for (size_t i = 0; i < sizeof(prots) / sizeof(prots[0]); i++) {
		const struct guest_event *event;

		guest_forget(*state);
		assert_int_equal(try_map(A, prots[i], MAP_PRIVATE), 0);
		event = expect_file(*state, YGR_EV_MMAP_EXEC, A);
		assert_int_equal(event->body.file.open_flags, prots[i]);
		assert_int_equal(event->body.file.access, YGR_ACCESS_EXEC);
		assert_file_id(&event->body.file.file, A);
		assert_int_equal(event->head.flags, 0);
	}
}

static void other_mappings_are_not_told(void **state)
{
	void *map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(map, MAP_FAILED);
	munmap(map, 4096);
	assert_int_equal(try_map(A, PROT_READ, MAP_PRIVATE), 0);
	assert_int_equal(try_map(A, PROT_READ, MAP_SHARED), 0);
	flush(*state);
	guest_reject(*state, .type = YGR_EV_MMAP_EXEC, .tgid = getpid());
}

static bool is_executable(const void *map)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512], rights[8] = "";
	unsigned long start;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%*x %7s", &start, rights) == 2 && start == (unsigned long)map)
			break;
	fclose(maps);
	return rights[2] == 'x';
}

/* As a personality has it that turns "read" into "read and execute". Return: whether it did. */
static bool map_with_implied_execution(const char *path, int prot)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool executable;
	void *map;

	assert_int_not_equal(personality(READ_IMPLIES_EXEC), -1);
	map = mmap(NULL, 4096, prot, MAP_PRIVATE, fd, 0);
	assert_int_not_equal(personality(PER_LINUX), -1);
	assert_ptr_not_equal(map, MAP_FAILED);
	executable = is_executable(map);
	munmap(map, 4096);
	close(fd);
	return executable;
}

static void implied_execution_is_told(void **state)
{
	assert_true(map_with_implied_execution(A, PROT_READ));
	expect_file(*state, YGR_EV_MMAP_EXEC, A);
	guest_forget(*state);
	assert_true(map_with_implied_execution(A, PROT_READ | PROT_WRITE));
	expect_file(*state, YGR_EV_MMAP_EXEC, A);
}

static void implied_execution_needs_a_read(void **state)
{
	assert_false(map_with_implied_execution(A, PROT_WRITE));
	reject_file(*state, YGR_EV_MMAP_EXEC, A);
}

static void implied_execution_ends_at_a_noexec_mount(void **state)
{
	mkdir(DIR "_noexec", 0700);
	assert_int_equal(mount("none", DIR "_noexec", "tmpfs", MS_NOEXEC, NULL), 0);
	guest_file_write(DIR "_noexec/a", TEXT);
	assert_false(map_with_implied_execution(DIR "_noexec/a", PROT_READ));
	reject_file(*state, YGR_EV_MMAP_EXEC, DIR "_noexec/a");
	assert_int_equal(umount(DIR "_noexec"), 0);
}

static void program_is_mapped_to_be_executed(void **state)
{
	char *argv[] = { "/t/prog_exit", NULL };
	pid_t pid;

	assert_int_equal(guest_child_exec(argv, &pid), 0);
	guest_expect(*state, .type = YGR_EV_MMAP_EXEC, .tgid = pid, .path = argv[0]);
}

#define test(f) cmocka_unit_test_setup(f, files_fresh)

int main(void)
{
	const struct CMUnitTest file[] = {
		test(open_tells_access_and_flags),
		test(open_that_creates_says_so),
		test(tmpfile_is_created),
		test(open_tells_the_file_as_it_was),
		test(device_is_a_file),
		test(read_is_not_recorded),
		test(read_is_recorded_by_a_rule),
		test(other_reads_are_not_counted_as_ignored),
		test(read_to_execute_says_so),
		test(missing_rights_are_not_told),
		test(create_tells_mode_and_directory),
		test(open_of_what_exists_creates_nothing),
		test(mknod_creates),
		test(unlink_tells_the_file),
		test(unlink_of_nothing_is_not_told),
		test(rename_tells_both_names),
		test(rename_tells_its_flags),
		test(rename_goes_to_another_directory),
		test(executable_mapping_is_told),
		test(other_mappings_are_not_told),
		test(implied_execution_is_told),
		test(implied_execution_needs_a_read),
		test(implied_execution_ends_at_a_noexec_mount),
		test(program_is_mapped_to_be_executed),
	};

	return cmocka_run_group_tests(file, guest_setup, guest_teardown);
}
