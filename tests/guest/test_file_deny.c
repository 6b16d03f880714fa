// SPDX-License-Identifier: GPL-2.0-only
/* Acts on files that are denied, and have changed nothing; those watched or ignored, and done. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

#define DENY(on, path)	RULES_1("{ name: no, on: " on ", do: deny, where: { path: \"" path "\" } }")

/* Loads @yaml; what follows must be denied @denied_nr times. */
struct denial {
	uint64_t generation;
	uint64_t denied;
};

static struct denial denial_begin(struct guest *guest, const char *yaml)
{
	struct denial denial = { .generation = guest_policy_load(guest, yaml) };

	denial.denied = guest_stats(guest, YGR_CPU_ALL).denied;
	return denial;
}

static const struct guest_event *denial_end(struct guest *guest, const struct denial *denial,
					    enum ygr_event_type type, const char *path)
{
	const struct guest_event *event = expect_file(guest, type, path);

	assert_int_equal(event->head.verdict, YGR_VERDICT_DENY);
	assert_int_equal(event->head.class, YGR_CLASS_DENY);
	assert_rule(event, 1, "no", denial->generation);
	assert_int_equal(guest_stats(guest, YGR_CPU_ALL).denied - denial->denied, 1);
	return event;
}

static void denied_write_leaves_the_text(void **state)
{
	struct denial denial = denial_begin(*state, DENY("open-write", A));

	assert_int_equal(try_open(A, O_WRONLY | O_TRUNC), EPERM);
	denial_end(*state, &denial, YGR_EV_OPEN, A);
	assert_int_equal(size_of(A), strlen(TEXT));
	assert_int_equal(try_open(A, O_RDONLY), 0);
}

static void denied_read(void **state)
{
	struct denial denial = denial_begin(*state, DENY("open-read", DIR "/**"));

	assert_int_equal(try_open(A, O_RDONLY), EPERM);
	assert_int_equal(denial_end(*state, &denial, YGR_EV_OPEN, A)->body.file.access, YGR_ACCESS_READ);
	assert_int_equal(try_open(A, O_WRONLY), 0);
	/* A prefix is what is below, not the directory itself. */
	assert_int_equal(try_open(DIR, O_RDONLY | O_DIRECTORY), 0);
}

static void denied_create_makes_nothing(void **state)
{
	struct denial denial = denial_begin(*state, DENY("create", B));

	assert_int_equal(try_open(B, O_WRONLY | O_CREAT), EPERM);
	denial_end(*state, &denial, YGR_EV_CREATE, B);
	assert_int_equal(errno_of(access(B, F_OK)), ENOENT);
	guest_reject(*state, .type = YGR_EV_OPEN, .tgid = getpid(), .path = B);
}

static void denied_mknod_makes_nothing(void **state)
{
	struct denial denial = denial_begin(*state, DENY("create", DIR "/fifo"));

	assert_int_equal(errno_of(mkfifo(DIR "/fifo", 0600)), EPERM);
	denial_end(*state, &denial, YGR_EV_CREATE, DIR "/fifo");
	assert_int_equal(errno_of(access(DIR "/fifo", F_OK)), ENOENT);
}

static void denied_unlink_leaves_the_file(void **state)
{
	struct denial denial = denial_begin(*state, DENY("unlink", DIR "/**"));

	assert_int_equal(errno_of(unlink(A)), EPERM);
	denial_end(*state, &denial, YGR_EV_UNLINK, A);
	assert_int_equal(size_of(A), strlen(TEXT));
}

static void rename_is_denied_by_its_old_name(void **state)
{
	struct denial denial = denial_begin(*state, DENY("rename", A));

	assert_int_equal(errno_of(rename(A, B)), EPERM);
	assert_text(denial_end(*state, &denial, YGR_EV_RENAME, A), YGR_STR_NEW_PATH, B);
	assert_int_equal(size_of(A), strlen(TEXT));
	assert_int_equal(errno_of(access(B, F_OK)), ENOENT);
}

static void rename_is_denied_by_its_new_name(void **state)
{
	struct denial denial = denial_begin(*state, DENY("rename", B));

	assert_int_equal(errno_of(rename(A, B)), EPERM);
	assert_text(denial_end(*state, &denial, YGR_EV_RENAME, A), YGR_STR_NEW_PATH, B);
	assert_int_equal(size_of(A), strlen(TEXT));
	assert_int_equal(errno_of(access(B, F_OK)), ENOENT);
}

/* One of the two names outside the exception is enough. */
static void rename_out_of_an_exception_is_denied(void **state)
{
	struct denial denial = denial_begin(*state,
		RULES_1("{ name: no, on: rename, do: deny, where: { not: { path: \"" DIR "/**\" } } }"));

	assert_int_equal(errno_of(rename(A, "/tmp/file_new")), EPERM);
	denial_end(*state, &denial, YGR_EV_RENAME, A);
	guest_forget(*state);
	assert_int_equal(rename(A, B), 0);
	assert_no_rule(expect_file(*state, YGR_EV_RENAME, A));
}

static void denied_mapping(void **state)
{
	struct denial denial = denial_begin(*state, DENY("mmap-exec", A));

	assert_int_equal(try_map(A, PROT_READ | PROT_EXEC, MAP_PRIVATE), EPERM);
	denial_end(*state, &denial, YGR_EV_MMAP_EXEC, A);
	assert_int_equal(try_map(A, PROT_READ, MAP_PRIVATE), 0);
}

static void denial_is_by_user(void **state)
{
	guest_policy_load(*state, RULES_1("{ name: no, on: open-write, do: deny, where: { uid: 1000 } }"));
	chmod(A, 0666);
	assert_int_equal(guest_child_call(1000, open_as_other, A), EPERM);
	guest_expect(*state, .type = YGR_EV_OPEN, .verdict = GUEST_DENIED, .path = A, .rule = "no");
	assert_int_equal(guest_child_call(1001, open_as_other, A), 0);
	assert_int_equal(guest_child_call(0, open_as_other, A), 0);
}

static void exception_holds_for_each_value(void **state)
{
	guest_policy_load(*state, RULES_1("{ name: no, on: open-write, do: deny, where: { path: \"" DIR
					  "/**\", not: { path: [" A "], uid: 1000 } } }"));
	chmod(A, 0666);
	guest_file_write("/tmp/file_new", "");
	assert_int_equal(try_open(A, O_WRONLY), 0);
	assert_int_equal(try_open("/tmp/file_new", O_WRONLY), 0);
	assert_int_equal(try_open(B, O_WRONLY | O_CREAT), EPERM);
	chmod(B, 0666);
	assert_int_equal(guest_child_call(1000, open_as_other, B), 0);
	assert_int_equal(guest_child_call(1001, open_as_other, B), EPERM);
}

static void monitored_acts_are_done(void **state)
{
	uint64_t denied = guest_stats(*state, YGR_CPU_ALL).denied;
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: try, on: file, do: deny, mode: monitor, where: { path: \"" DIR "/**\" } }"));
	static const struct { enum ygr_event_type type; const char *path; } told[] = {
		{ YGR_EV_CREATE, B }, { YGR_EV_OPEN, B }, { YGR_EV_MMAP_EXEC, B },
		{ YGR_EV_RENAME, B }, { YGR_EV_UNLINK, A },
	};

	assert_int_equal(try_open(B, O_WRONLY | O_CREAT), 0);
	assert_int_equal(try_map(B, PROT_EXEC, MAP_PRIVATE), 0);
	assert_int_equal(rename(B, A), 0);
	assert_int_equal(unlink(A), 0);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		const struct guest_event *event = expect_file(*state, told[i].type, told[i].path);

		assert_int_equal(event->head.verdict, YGR_VERDICT_WOULD_DENY);
		assert_int_equal(event->head.class, YGR_CLASS_DENY);
		assert_rule(event, 1, "try", generation);
	}
	assert_int_equal(guest_stats(*state, YGR_CPU_ALL).denied, denied);
}

static void ignored_acts_are_counted(void **state)
{
	struct ygr_stats before, after;

	guest_policy_load(*state, RULES_1("{ name: r, on: [file, open-read, close-write], do: ignore, where: { path: \"" DIR
					  "/**\" } }"));
	before = guest_stats(*state, YGR_CPU_ALL);
	assert_int_equal(try_open(B, O_WRONLY | O_CREAT), 0);		/* three events */
	assert_int_equal(try_open(B, O_RDONLY), 0);
	assert_int_equal(try_map(B, PROT_EXEC, MAP_PRIVATE), 0);	/* two */
	assert_int_equal(rename(B, A), 0);
	assert_int_equal(unlink(A), 0);
	after = guest_stats(*state, YGR_CPU_ALL);
	assert_int_equal(after.ignored - before.ignored, 8);
	assert_memory_equal(after.dropped, before.dropped, sizeof(after.dropped));
	flush(*state);
	guest_reject(*state, .tgid = getpid(), .path = A);
	guest_reject(*state, .tgid = getpid(), .path = B);
}

#define test(f) cmocka_unit_test_setup(f, files_fresh)

int main(void)
{
	const struct CMUnitTest file[] = {
		test(denied_write_leaves_the_text),
		test(denied_read),
		test(denied_create_makes_nothing),
		test(denied_mknod_makes_nothing),
		test(denied_unlink_leaves_the_file),
		test(rename_is_denied_by_its_old_name),
		test(rename_is_denied_by_its_new_name),
		test(rename_out_of_an_exception_is_denied),
		test(denied_mapping),
		test(denial_is_by_user),
		test(exception_holds_for_each_value),
		test(monitored_acts_are_done),
		test(ignored_acts_are_counted),
	};

	return cmocka_run_group_tests(file, guest_setup, guest_teardown);
}
