// SPDX-License-Identifier: GPL-2.0-only
/* Memory that becomes executable, and files that are but memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

#include "files.h"

#define RX	(PROT_READ | PROT_EXEC)
#define RW	(PROT_READ | PROT_WRITE)
#define RWX	(RW | PROT_EXEC)

#define PAGE	4096

static void *map(int prot, int flags, int fd)
{
	void *at = mmap(NULL, PAGE, prot, flags | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	return at;
}

static void *map_file(const char *path, int prot, int flags)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *at = map(prot, flags, fd);

	close(fd);
	return at;
}

static void reject(struct guest *guest, enum ygr_event_type type)
{
	flush(guest);
	guest_reject(guest, .type = type, .tgid = getpid());
}

static void assert_no_file(const struct guest_event *event)
{
	static const struct ygr_file_id none;

	assert_no_text(event, YGR_STR_PATH);
	assert_memory_equal(&event->body.file.file, &none, sizeof(none));
	assert_int_equal(event->head.flags, 0);
}

/* ---- mprotect ---- */

static void written_memory_made_executable_is_told(void **state)
{
	char *at = map(RW, MAP_PRIVATE, -1);
	const struct guest_event *event;

	*at = '\xc3';
	assert_int_equal(mprotect(at, PAGE, RX), 0);
	event = expect_file(*state, YGR_EV_MPROTECT_EXEC, NULL);
	assert_no_file(event);
	assert_int_equal(event->body.file.access, YGR_ACCESS_WRITE | YGR_ACCESS_EXEC);
	assert_int_equal(event->body.file.open_flags, RX);
	assert_int_equal(event->head.class, YGR_CLASS_FILE);
	assert_no_rule(event);
	munmap(at, PAGE);
}

/* In two steps: it is not writable any more when it becomes executable, but was. */
static void detour_by_read_only_is_seen_through(void **state)
{
	char *at = map(RW, MAP_PRIVATE, -1);

	*at = '\xc3';
	assert_int_equal(mprotect(at, PAGE, PROT_READ), 0);
	assert_int_equal(mprotect(at, PAGE, RX), 0);
	assert_int_equal(expect_file(*state, YGR_EV_MPROTECT_EXEC, NULL)->body.file.access,
			 YGR_ACCESS_WRITE | YGR_ACCESS_EXEC);
	munmap(at, PAGE);
}

static void mapped_file_made_executable_tells_the_file(void **state)
{
	void *at = map_file(A, PROT_READ, MAP_PRIVATE);
	const struct guest_event *event;

	assert_int_equal(mprotect(at, PAGE, RX), 0);
	event = expect_file(*state, YGR_EV_MPROTECT_EXEC, A);
	assert_int_equal(event->body.file.access, YGR_ACCESS_EXEC);
	assert_int_equal(event->body.file.open_flags, RX);
	assert_file_id(&event->body.file.file, A);
	munmap(at, PAGE);
}

/* The name is the file's, what is executed is not. */
static void file_changed_in_memory_says_so(void **state)
{
	char *at = map_file(A, RW, MAP_PRIVATE);

	*at = '\xc3';
	assert_int_equal(mprotect(at, PAGE, RX), 0);
	assert_int_equal(expect_file(*state, YGR_EV_MPROTECT_EXEC, A)->body.file.access,
			 YGR_ACCESS_WRITE | YGR_ACCESS_EXEC);
	munmap(at, PAGE);
}

static void what_was_executable_is_not_told_again(void **state)
{
	void *at = map_file(A, RX, MAP_PRIVATE);

	assert_int_equal(mprotect(at, PAGE, PROT_EXEC), 0);
	assert_int_equal(mprotect(at, PAGE, PROT_READ), 0);
	munmap(at, PAGE);
	reject(*state, YGR_EV_MPROTECT_EXEC);
}

static void mprotect_is_denied(void **state)
{
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: no, on: exec-memory, do: deny, errno: EACCES, where: { not: { path: /usr/** } } }"));
	void *at = map(RW, MAP_PRIVATE, -1);
	const struct guest_event *event;

	assert_int_equal(errno_of(mprotect(at, PAGE, RX)), EACCES);
	event = expect_file(*state, YGR_EV_MPROTECT_EXEC, NULL);
	assert_int_equal(event->head.verdict, YGR_VERDICT_DENY);
	assert_rule(event, 1, "no", generation);
	assert_int_equal(mprotect(at, PAGE, PROT_READ), 0);
	munmap(at, PAGE);
}

/* ---- mmap without a file ---- */

static void memory_to_write_and_execute_is_told(void **state)
{
	void *at = map(RWX, MAP_PRIVATE, -1);
	const struct guest_event *event = expect_file(*state, YGR_EV_MMAP_EXEC, NULL);

	assert_no_file(event);
	assert_int_equal(event->body.file.access, YGR_ACCESS_WRITE | YGR_ACCESS_EXEC);
	assert_int_equal(event->body.file.open_flags, RWX);
	munmap(at, PAGE);
}

static void empty_memory_is_not_told(void **state)
{
	void *at = map(RX, MAP_PRIVATE, -1);

	munmap(at, PAGE);
	at = map(RW, MAP_PRIVATE, -1);
	munmap(at, PAGE);
	reject(*state, YGR_EV_MMAP_EXEC);
}

/* All that it maps to be read is executable for such a process. */
static void implied_execution_counts(void **state)
{
	void *at;

	assert_int_not_equal(personality(READ_IMPLIES_EXEC), -1);
	at = map(RW, MAP_PRIVATE, -1);
	assert_int_not_equal(personality(PER_LINUX), -1);
	guest_expect(*state, .type = YGR_EV_MMAP_EXEC, .tgid = getpid());
	munmap(at, PAGE);
}

/* Rules about files have never been asked about it, and are not now. */
static void rules_about_mapped_files_do_not_hold(void **state)
{
	void *at;

	guest_policy_load(*state, RULES_1("{ name: no, on: mmap-exec, do: deny, where: { not: { path: /usr/** } } }"));
	at = map(RWX, MAP_PRIVATE, -1);
	munmap(at, PAGE);
	guest_policy_load(*state, RULES_1("{ name: no, on: exec-memory, do: deny, where: { uid: 0 } }"));
	assert_ptr_equal(mmap(NULL, PAGE, RWX, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MAP_FAILED);
	assert_int_equal(errno, EPERM);
}

/* ---- memfd ---- */

static void memfd_tells_its_name(void **state)
{
	int fd = memfd_create("some name", MFD_CLOEXEC);
	const struct guest_event *event = expect_file(*state, YGR_EV_MEMFD, "/memfd:some name");

	assert_true(fd >= 0);
	assert_int_equal(event->head.flags, YGR_F_MEMFD);
	assert_int_equal(event->head.class, YGR_CLASS_FILE);
	assert_int_equal(event->body.file.file.ino, 0);
	assert_no_rule(event);
	close(fd);
}

/* As what is done with it later tells it. */
static void memfd_has_the_same_name_later(void **state)
{
	int fd = memfd_create("x", MFD_CLOEXEC);
	void *at;

	expect_file(*state, YGR_EV_MEMFD, "/memfd:x");
	at = map(RX, MAP_SHARED, fd);
	assert_int_equal(expect_file(*state, YGR_EV_MMAP_EXEC, "/memfd:x")->head.flags,
			 YGR_F_MEMFD | YGR_F_UNLINKED);
	munmap(at, PAGE);
	close(fd);
}

static void memfd_without_a_name(void **state)
{
	close(memfd_create("", MFD_CLOEXEC));
	expect_file(*state, YGR_EV_MEMFD, "/memfd:");
}

/* No huge page is needed to make one, and not all kernels have them. */
static void memfd_of_huge_pages_is_told(void **state)
{
	int fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);

	if (fd < 0)
		skip();
	close(fd);
	expect_file(*state, YGR_EV_MEMFD, "/memfd:huge");
}

/* The kernel makes such files for itself, too. */
static void shared_memory_is_no_memfd(void **state)
{
	void *at = map(RW, MAP_SHARED, -1);

	munmap(at, PAGE);
	reject(*state, YGR_EV_MEMFD);
}

static void memfd_is_denied(void **state)
{
	static const struct { const char *name; int error; } errors[] = {
		{ "EPERM", EPERM }, { "EACCES", EACCES }, { "ENOENT", ENOENT },
		{ "ECONNREFUSED", ECONNREFUSED },
	};
	char yaml[160];

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		snprintf(yaml, sizeof(yaml), RULES_1("{ name: no, on: memfd, do: deny, errno: %s }"),
			 errors[i].name);
		guest_policy_load(*state, yaml);
		guest_forget(*state);
		assert_int_equal(memfd_create("x", 0), -1);
		assert_int_equal(errno, errors[i].error);
		assert_int_equal(expect_file(*state, YGR_EV_MEMFD, "/memfd:x")->head.verdict,
				 YGR_VERDICT_DENY);
		assert_int_equal(memfd_create("x", MFD_HUGETLB), -1);
	}
}

#define test(f) cmocka_unit_test_setup(f, files_fresh)

int main(void)
{
	const struct CMUnitTest memory[] = {
		test(written_memory_made_executable_is_told),
		test(detour_by_read_only_is_seen_through),
		test(mapped_file_made_executable_tells_the_file),
		test(file_changed_in_memory_says_so),
		test(what_was_executable_is_not_told_again),
		test(mprotect_is_denied),
		test(memory_to_write_and_execute_is_told),
		test(empty_memory_is_not_told),
		test(implied_execution_counts),
		test(rules_about_mapped_files_do_not_hold),
		test(memfd_tells_its_name),
		test(memfd_has_the_same_name_later),
		test(memfd_without_a_name),
		test(memfd_of_huge_pages_is_told),
		test(shared_memory_is_no_memfd),
		test(memfd_is_denied),
	};

	return cmocka_run_group_tests(memory, guest_setup, guest_teardown);
}
