// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module that only looks: on a kernel of a series that it does not know (yagura-unknown.ko knows
 * none that anybody has), with observe_only=1 on any, and with disable=1, when it does not even do
 * that. And that which looks away: yagura-unknown.ko was told that the first argument of security_path_link() is an inode.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"
#include "guest_assert.h"
#include "operate.h"

#define UNKNOWN	"/t/yagura-unknown.ko"
#define PATH	"/tmp/observed"
#define POLICY	"version: 1\nname: observe\nrules:\n" \
		"  - { name: no, on: open-write, where: { path: " PATH " }, do: deny }\n"

static int open_error(void)
{
	int fd = open(PATH, O_WRONLY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static struct guest *load(const char *file, const char *params)
{
	struct guest *guest;

	assert_int_equal(guest_module_load_file(file, params), 0);
	guest = guest_open();
	guest_policy_load(guest, POLICY);
	return guest;
}

static void unload(struct guest *guest)
{
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
}

static void assert_status_says(const char *text)
{
	struct command said = { 0 };

	command_run(&said, "/t/yaguractl", "status");
	assert_non_null(strstr(said.out, text));
	command_free(&said);
}

static uint32_t start_flags(struct guest *guest)
{
	return guest_expect(guest, .type = YGR_EV_START)->body.start.flags;
}

static void known_kernel_enforces(void **state)
{
	struct guest *guest = load("/yagura.ko", NULL);

	(void)state;
	assert_int_equal(start_flags(guest), 0);
	assert_true(guest->info.features & YGR_FEATURE_DENY);
	assert_int_equal(operate_state(guest).flags, 0);
	assert_int_equal(open_error(), EPERM);
	unload(guest);
}

static void unknown_kernel_is_observed(void **state)
{
	struct guest *guest = load(UNKNOWN, NULL);

	(void)state;
	assert_int_equal(start_flags(guest), YGR_START_OBSERVES);
	assert_false(guest->info.features & YGR_FEATURE_DENY);
	assert_int_equal(operate_state(guest).flags, YGR_STATE_OBSERVES);
	assert_int_equal(guest_hook_state(guest, "security_file_open"), YGR_HOOK_ATTACHED);
	assert_int_equal(open_error(), 0);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = PATH, .rule = "no",
		     .verdict = GUEST_WOULD_DENY);
	unload(guest);
}

static void unknown_kernel_is_enforced_on_demand(void **state)
{
	struct guest *guest = load(UNKNOWN, "enforce_on_unknown_kernel=1");

	(void)state;
	assert_int_equal(start_flags(guest), 0);
	assert_true(guest->info.features & YGR_FEATURE_DENY);
	assert_int_equal(operate_state(guest).flags, 0);
	assert_int_equal(open_error(), EPERM);
	unload(guest);
}

static void the_tool_says_that_nothing_is_denied(void **state)
{
	struct guest *guest = load(UNKNOWN, NULL);

	(void)state;
	assert_status_says("NOTHING IS DENIED: this kernel's series has not been tested");
	unload(guest);
}

static void assert_told_to_observe(const char *file, const char *params)
{
	struct guest *guest = load(file, params);

	assert_int_equal(start_flags(guest), YGR_START_OBSERVES | YGR_START_TOLD);
	assert_false(guest->info.features & YGR_FEATURE_DENY);
	assert_int_equal(operate_state(guest).flags, YGR_STATE_OBSERVES | YGR_STATE_TOLD);
	assert_int_equal(guest_hook_state(guest, "security_file_open"), YGR_HOOK_ATTACHED);
	assert_int_equal(open_error(), 0);
	guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = PATH, .rule = "no",
		     .verdict = GUEST_WOULD_DENY);
	assert_status_says("NOTHING IS DENIED: the module was loaded with observe_only=1");
	unload(guest);
}

static void told_to_observe_it_denies_nothing(void **state)
{
	(void)state;
	assert_told_to_observe("/yagura.ko", "observe_only=1");
}

/* Who wants it to enforce there says so of the kernel; this is said of the boot. */
static void told_to_observe_it_does_so_on_any_kernel(void **state)
{
	(void)state;
	assert_told_to_observe(UNKNOWN, "observe_only=1 enforce_on_unknown_kernel=1");
}

/* What it would have taken for an inode is a dentry. */
static void function_of_another_type_is_not_hooked(void **state)
{
	struct guest *guest = load(UNKNOWN, NULL);
	const struct guest_event *start = guest_expect(guest, .type = YGR_EV_START);

	(void)state;
	assert_int_equal(guest_hook_state(guest, "security_path_link"), YGR_HOOK_MISMATCHED);
	assert_non_null(strstr(start->text[YGR_STR_HOOKS].bytes, "security_path_link=mismatched"));
	assert_status_says("security_path_link: mismatched: the kernel declares it otherwise");
	assert_int_equal(link(PATH, PATH ".link"), 0);
	assert_int_equal(unlink(PATH ".link"), 0);
	guest_expect(guest, .type = YGR_EV_UNLINK, .tgid = getpid(), .path = PATH ".link");
	assert_int_equal(guest_count(guest, &(struct guest_query){ .type = YGR_EV_LINK }), 0);
	unload(guest);
}

static void disabled_module_attaches_nothing(void **state)
{
	struct guest *guest = load("/yagura.ko", "disable=1");

	(void)state;
	assert_int_equal(start_flags(guest), YGR_START_DISABLED);
	for (uint32_t i = 0; i < guest->info.hook_nr; i++) {
		struct ygr_hook_info hook = { .index = i };

		assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook), 0);
		assert_int_equal(hook.state, YGR_HOOK_DISABLED);
	}
	assert_int_equal(open_error(), 0);
	guest_drain(guest);
	assert_int_equal(guest_count(guest, &(struct guest_query){ .type = YGR_EV_OPEN }), 0);
	assert_status_says("hooks      0 of ");
	assert_status_says("loaded with disable=1");
	unload(guest);
}

static int setup(void **state)
{
	(void)state;
	return guest_file_write(PATH, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_kernel_enforces),
		cmocka_unit_test(unknown_kernel_is_observed),
		cmocka_unit_test(unknown_kernel_is_enforced_on_demand),
		cmocka_unit_test(the_tool_says_that_nothing_is_denied),
		cmocka_unit_test(told_to_observe_it_denies_nothing),
		cmocka_unit_test(told_to_observe_it_does_so_on_any_kernel),
		cmocka_unit_test(function_of_another_type_is_not_hooked),
		cmocka_unit_test(disabled_module_attaches_nothing),
	};

	return cmocka_run_group_tests_name("observe", tests, setup, NULL);
}
