// SPDX-License-Identifier: GPL-2.0-only
/*
 * However a file is reached, its record has the one name that rules are
 * written for; a file without a name says so; a long name is cut in the
 * record, never for the rules.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest_assert.h"

#define DIR	"/tmp/path"
#define A	DIR "/a"

#define DENY(path)	RULES_1("{ name: no, on: [open-write, create], do: deny, where: { path: \"" path "\" } }")

static int fresh(void **state)
{
	/* An earlier test's policy may deny what comes here. */
	guest_policy_clear(*state);
	mkdir(DIR, 0777);
	if (chdir(DIR) || guest_file_write(A, ""))
		return -1;
	guest_forget(*state);
	return 0;
}

static const struct guest_event *expect_open(struct guest *guest, const char *path)
{
	const struct guest_query query = { .type = YGR_EV_OPEN, .tgid = getpid(), .path = path };
	const struct guest_event *event = guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(),
						       .path = path);

	assert_int_equal(guest_count(guest, &query), 1);
	return event;
}

/* Return: errno of the open, 0 if it worked. */
static int try_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* ---- one name for each file ---- */

static void spelling_does_not_matter(void **state)
{
	static const char *const spellings[] = {
		"a", "./a", "../path/a", "/tmp//path///a", "/tmp/./path/../path/a",
		"/proc/self/cwd/a", "/proc/self/root/tmp/path/a", "link", "dir_link/a",
	};

	if ((symlink("../path/a", "link") || symlink("/tmp/path", "dir_link")) && errno != EEXIST)
		fail_msg("symlink: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		guest_forget(*state);
		assert_int_equal(try_write(spellings[i]), 0);
		assert_int_equal(expect_open(*state, A)->head.flags, 0);
	}
	guest_policy_load(*state, DENY(A));
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		assert_int_equal(try_write(spellings[i]), EPERM);
}

static void open_file_is_found_by_its_name(void **state)
{
	int fd = open(A, O_RDONLY | O_CLOEXEC);
	char spelling[32];

	snprintf(spelling, sizeof(spelling), "/proc/self/fd/%d", fd);
	assert_int_equal(try_write(spelling), 0);
	assert_int_equal(expect_open(*state, A)->head.flags, 0);
	guest_policy_load(*state, DENY(A));
	assert_int_equal(try_write(spelling), EPERM);
	close(fd);
}

static void renamed_file_has_its_new_name(void **state)
{
	int fd = open(A, O_RDONLY | O_CLOEXEC);
	char spelling[32];

	assert_int_equal(rename(A, DIR "/renamed"), 0);
	snprintf(spelling, sizeof(spelling), "/proc/self/fd/%d", fd);
	assert_int_equal(try_write(spelling), 0);
	expect_open(*state, DIR "/renamed");
	unlink(DIR "/renamed");
	close(fd);
}

static void names_in_the_root_have_one_slash(void **state)
{
	assert_int_equal(try_write("/path_root"), 0);
	assert_int_equal(rename("/path_root", "/path_moved"), 0);
	assert_int_equal(unlink("/path_moved"), 0);
	guest_expect(*state, .type = YGR_EV_CREATE, .tgid = getpid(), .path = "/path_root");
	expect_open(*state, "/path_root");
	guest_expect(*state, .type = YGR_EV_RENAME, .path = "/path_root", .new_path = "/path_moved");
	guest_expect(*state, .type = YGR_EV_UNLINK, .path = "/path_moved");
	guest_policy_load(*state, DENY("/path_root"));
	assert_int_equal(try_write("/path_root"), EPERM);
	assert_int_equal(access("/path_root", F_OK), -1);
}

static void symlink_itself_is_unlinked(void **state)
{
	const struct guest_event *event;

	assert_int_equal(symlink(A, "gone"), 0);
	assert_int_equal(unlink("gone"), 0);
	event = guest_expect(*state, .type = YGR_EV_UNLINK, .path = DIR "/gone");
	assert_int_equal(event->body.file.file.mode & S_IFMT, S_IFLNK);
	assert_int_equal(access(A, F_OK), 0);
}

static void at_functions_are_relative_to_their_directory(void **state)
{
	int dir = open(DIR, O_PATH | O_CLOEXEC), fd;

	assert_int_equal(chdir("/"), 0);
	fd = openat(dir, "at", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(renameat(dir, "at", dir, "at2"), 0);
	assert_int_equal(unlinkat(dir, "at2", 0), 0);
	expect_open(*state, DIR "/at");
	guest_expect(*state, .type = YGR_EV_RENAME, .path = DIR "/at", .new_path = DIR "/at2");
	guest_expect(*state, .type = YGR_EV_UNLINK, .path = DIR "/at2");
	close(fd);
	close(dir);
}

static void bytes_of_a_name_are_kept(void **state)
{
	static char longest[NAME_MAX + 1];
	const char *const names[] = { " ", "\n", "\xff\xfe", "\xe6\xab\x93", "a\tb\"c\\", longest };
	char path[PATH_MAX];

	memset(longest, 'n', NAME_MAX);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), DIR "/%s", names[i]);
		assert_int_equal(try_write(path), 0);
		assert_int_equal(expect_open(*state, path)->head.flags, 0);
		assert_int_equal(unlink(path), 0);
		guest_expect(*state, .type = YGR_EV_CREATE, .path = path);
		guest_expect(*state, .type = YGR_EV_UNLINK, .path = path);
	}
}

/* ---- mounts and roots ---- */

static void mounted_file_has_the_path_through_its_mount(void **state)
{
	mkdir("/tmp/path_mnt", 0700);
	assert_int_equal(mount(DIR, "/tmp/path_mnt", NULL, MS_BIND, NULL), 0);
	assert_int_equal(try_write("/tmp/path_mnt/a"), 0);
	expect_open(*state, "/tmp/path_mnt/a");
	assert_int_equal(umount("/tmp/path_mnt"), 0);
}

static int write_in_jail(void *arg)
{
	(void)arg;
	return chroot(DIR) || chdir("/") ? 255 : try_write("/a");
}

static void chrooted_process_sees_its_own_paths(void **state)
{
	pid_t pid = guest_child_start(write_in_jail, NULL);

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	assert_int_equal(guest_expect(*state, .type = YGR_EV_OPEN, .tgid = pid, .path = "/a")->head.flags, 0);
}

/* ---- files without a name ---- */

static void removed_file_keeps_its_last_name(void **state)
{
	int fd = open(A, O_RDONLY | O_CLOEXEC);
	const struct guest_event *event;
	char spelling[32];

	snprintf(spelling, sizeof(spelling), "/proc/self/fd/%d", fd);
	assert_int_equal(unlink(A), 0);
	assert_int_equal(open(spelling, O_WRONLY | O_CLOEXEC) < 0, 0);
	event = expect_open(*state, A);
	assert_int_equal(event->head.flags, YGR_F_UNLINKED);
	guest_policy_load(*state, DENY(A));
	assert_int_equal(open(spelling, O_WRONLY), -1);
	assert_int_equal(errno, EPERM);
	close(fd);
}

static void name_that_says_deleted_is_a_name(void **state)
{
	assert_int_equal(try_write("a (deleted)"), 0);
	assert_int_equal(expect_open(*state, A " (deleted)")->head.flags, 0);
	guest_policy_load(*state, DENY(A));
	assert_int_equal(try_write("a (deleted)"), 0);
	assert_int_equal(unlink("a (deleted)"), 0);
}

static void removed_file_that_said_deleted(void **state)
{
	int fd = open("x (deleted)", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char spelling[32];

	snprintf(spelling, sizeof(spelling), "/proc/self/fd/%d", fd);
	assert_int_equal(unlink("x (deleted)"), 0);
	guest_forget(*state);
	assert_int_equal(try_write(spelling), 0);
	assert_int_equal(expect_open(*state, DIR "/x (deleted)")->head.flags, YGR_F_UNLINKED);
	close(fd);
}

static void memfd_is_flagged_and_judged(void **state)
{
	int fd = memfd_create("box", MFD_CLOEXEC);
	const struct guest_event *event;
	char spelling[32];
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	snprintf(spelling, sizeof(spelling), "/proc/self/fd/%d", fd);
	assert_int_equal(try_write(spelling), 0);
	event = expect_open(*state, "/memfd:box");
	assert_int_equal(event->head.flags, YGR_F_MEMFD | YGR_F_UNLINKED);
	assert_int_equal(event->body.file.file.ino, st.st_ino);
	guest_policy_load(*state, DENY("/memfd:box"));
	assert_int_equal(try_write(spelling), EPERM);
	close(fd);
}

static void executable_memfd_is_told(void **state)
{
	int fd = memfd_create("code", MFD_CLOEXEC);
	const struct guest_event *event;
	void *map;

	assert_int_equal(ftruncate(fd, 4096), 0);
	map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	event = guest_expect(*state, .type = YGR_EV_MMAP_EXEC, .tgid = getpid(), .path = "/memfd:code");
	assert_int_equal(event->head.flags, YGR_F_MEMFD | YGR_F_UNLINKED);
	munmap(map, 4096);
	close(fd);
}

/* Such a name on disk makes no memfd. */
static void name_that_says_memfd_is_a_name(void **state)
{
	int fd = open("/memfd:fake", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char spelling[32];

	assert_int_equal(expect_open(*state, "/memfd:fake")->head.flags, 0);
	snprintf(spelling, sizeof(spelling), "/proc/self/fd/%d", fd);
	assert_int_equal(unlink("/memfd:fake"), 0);
	guest_forget(*state);
	assert_int_equal(try_write(spelling), 0);
	assert_int_equal(expect_open(*state, "/memfd:fake")->head.flags, YGR_F_UNLINKED);
	close(fd);
}

static bool is_without_path(const struct guest_event *event, const void *arg)
{
	return (event->head.flags & YGR_F_NO_PATH) && !event->text[YGR_STR_PATH].bytes &&
	       event->body.file.file.ino == *(const ino_t *)arg;
}

static void pipe_has_no_path(void **state)
{
	uint64_t failed = guest_stats(*state, YGR_CPU_ALL).path_failed;
	const struct guest_event *event;
	char spelling[32];
	struct stat st;
	int fd[2];

	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	assert_int_equal(fstat(fd[0], &st), 0);
	snprintf(spelling, sizeof(spelling), "/proc/self/fd/%d", fd[1]);
	assert_int_equal(try_write(spelling), 0);
	event = guest_expect(*state, .type = YGR_EV_OPEN, .where = is_without_path, .arg = &st.st_ino);
	assert_int_equal(event->body.file.file.mode & S_IFMT, S_IFIFO);
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).path_failed - failed, 1);
	close(fd[0]);
	close(fd[1]);
}

/* ---- long names ---- */

#define LEVEL_BYTES	200	/* name of a directory */

/*
 * The working directory becomes a new one whose path, "DIR/xx..x/xx..x", has
 * @bytes bytes or up to a level more. Return: the path; the caller frees it.
 */
static char *go_deep(size_t bytes)
{
	char level[LEVEL_BYTES + 1], *path = malloc(bytes + LEVEL_BYTES + sizeof(DIR) + 1);
	size_t len = strlen(DIR);

	assert_non_null(path);
	memset(level, 'x', LEVEL_BYTES);
	level[LEVEL_BYTES] = '\0';
	memcpy(path, DIR, len + 1);
	while (len < bytes) {
		assert_true(!mkdir(level, 0700) || errno == EEXIST);
		assert_int_equal(chdir(level), 0);
		len += sprintf(path + len, "/%s", level);
	}
	return path;
}

static bool is_in_working_dir(const struct guest_event *event, const void *arg)
{
	const struct guest_text *text = &event->text[YGR_STR_PATH];
	const char *name = arg;

	return event->head.tgid == (uint32_t)getpid() && text->bytes && text->len > strlen(name) &&
	       !strcmp(text->bytes + text->len - strlen(name), name);
}

/* Opens "end" in the working directory @path and compares what is told with that. */
static const struct guest_event *expect_deep(struct guest *guest, const char *path, int want_errno)
{
	const struct guest_event *event;
	const struct guest_text *text;
	size_t whole = strlen(path) + strlen("/end"), kept = whole < 4095 ? whole : 4095;
	char *want = malloc(whole + 1);

	sprintf(want, "%s/end", path);
	assert_int_equal(try_write("end"), want_errno);
	event = guest_expect(guest, .where = is_in_working_dir, .arg = "/end");
	text = &event->text[YGR_STR_PATH];
	assert_int_equal(text->true_len, whole);
	assert_int_equal(text->len, kept);
	assert_memory_equal(text->bytes, want + whole - kept, kept);
	assert_int_equal(event->head.flags, whole > kept ? YGR_F_TRUNCATED : 0);
	free(want);
	return event;
}

static void path_is_whole_up_to_4095_bytes(void **state)
{
	/* The last level has what is left of 4095 bytes. */
	char *path = go_deep(4000), last[256];
	size_t fill = 4095 - strlen(path) - strlen("/") - strlen("/end");

	assert_true(fill <= NAME_MAX);
	memset(last, 'y', fill);
	last[fill] = '\0';
	assert_true(!mkdir(last, 0700) || errno == EEXIST);
	assert_int_equal(chdir(last), 0);
	unlink("end");
	guest_forget(*state);
	path = realloc(path, 4096);
	sprintf(path + strlen(path), "/%s", last);
	expect_deep(*state, path, 0);
	/* One more is one too many. */
	guest_forget(*state);
	assert_int_equal(rename("end", "1end"), 0);
	assert_int_equal(guest_expect(*state, .type = YGR_EV_RENAME, .tgid = getpid(),
				      .flags = YGR_F_TRUNCATED)->text[YGR_STR_NEW_PATH].true_len, 4096);
	free(path);
}

static void longer_path_is_cut_and_says_so(void **state)
{
	char *path = go_deep(5000);

	unlink("end");
	guest_forget(*state);
	expect_deep(*state, path, 0);
	free(path);
}

static void longer_path_is_judged_whole(void **state)
{
	char *path = go_deep(9000);
	const struct guest_event *event;

	guest_policy_load(*state, DENY(DIR "/**"));
	unlink("end");
	event = expect_deep(*state, path, EPERM);
	assert_int_equal(event->head.type, YGR_EV_CREATE);
	assert_int_equal(event->head.verdict, YGR_VERDICT_DENY);
	assert_int_equal(access("end", F_OK), -1);
	free(path);
}

/* The tail that a record keeps is no path for a rule. */
static void tail_of_a_longer_path_matches_nothing(void **state)
{
	char *path = go_deep(5000);

	guest_policy_load(*state, DENY("/xxx/**"));
	expect_deep(*state, path, 0);
	free(path);
}

/* Longer than the sensor can hold: said, counted, and without a path for rules. */
static void longest_paths_are_told_without(void **state)
{
	char *path = go_deep(17000);
	struct stat st;
	uint64_t failed;

	unlink("end");
	guest_forget(*state);
	failed = guest_stats(*state, YGR_CPU_ALL).path_failed;
	assert_int_equal(try_write("end"), 0);
	assert_int_equal(stat("end", &st), 0);
	guest_expect(*state, .type = YGR_EV_OPEN, .tgid = getpid(), .where = is_without_path, .arg = &st.st_ino);
	/* Thrice: the name was created, the file opened and closed. */
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).path_failed - failed, 3);
	guest_policy_load(*state, RULES_1("{ name: no, on: open-write, do: deny, where: { not: { path: \"/t/**\" } } }"));
	assert_int_equal(try_write("end"), EPERM);
	free(path);
}

#define test(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
	const struct CMUnitTest path[] = {
		test(spelling_does_not_matter),
		test(open_file_is_found_by_its_name),
		test(renamed_file_has_its_new_name),
		test(names_in_the_root_have_one_slash),
		test(symlink_itself_is_unlinked),
		test(at_functions_are_relative_to_their_directory),
		test(bytes_of_a_name_are_kept),
		test(mounted_file_has_the_path_through_its_mount),
		test(chrooted_process_sees_its_own_paths),
		test(removed_file_keeps_its_last_name),
		test(name_that_says_deleted_is_a_name),
		test(removed_file_that_said_deleted),
		test(memfd_is_flagged_and_judged),
		test(executable_memfd_is_told),
		test(name_that_says_memfd_is_a_name),
		test(pipe_has_no_path),
		test(path_is_whole_up_to_4095_bytes),
		test(longer_path_is_cut_and_says_so),
		test(longer_path_is_judged_whole),
		test(tail_of_a_longer_path_matches_nothing),
		test(longest_paths_are_told_without),
	};

	return cmocka_run_group_tests(path, guest_setup, guest_teardown);
}
