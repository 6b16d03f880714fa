// SPDX-License-Identifier: GPL-2.0-only
/* The module loads, says what it has, unloads, and does so again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

static const char * const hooks[] = {
	"security_bprm_check", "sched_process_exec", "sched_process_fork", "sched_process_exit",
	"security_file_open", "security_path_mknod", "security_path_unlink",
	"security_path_rename", "security_mmap_file", "security_socket_create",
	"security_socket_bind", "security_socket_listen", "security_socket_connect",
	"security_socket_sendmsg", "security_socket_accept", "security_sock_graft",
};

#define HOOK_NR (sizeof(hooks) / sizeof(hooks[0]))

static void all_hooks_are_attached(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(guest->info.hook_nr, HOOK_NR);
	for (size_t i = 0; i < HOOK_NR; i++)
		if (guest_hook_state(guest, hooks[i]) != YGR_HOOK_ATTACHED)
			fail_msg("%s: state %u", hooks[i], guest_hook_state(guest, hooks[i]));
}

static void start_tells_the_hooks(void **state)
{
	const struct guest_event *start = guest_expect(*state, .type = YGR_EV_START);
	const struct guest *guest = *state;

	assert_int_equal(start->body.start.load_id, guest->info.load_id);
	for (size_t i = 0; i < HOOK_NR; i++) {
		char item[64];

		snprintf(item, sizeof(item), "%s=attached", hooks[i]);
		assert_non_null(strstr(start->text[YGR_STR_HOOKS].bytes, item));
	}
}

static void an_open_is_recorded(void **state)
{
	int fd = open("/tmp/load", O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
	guest_expect(*state, .type = YGR_EV_OPEN, .tgid = getpid(), .path = "/tmp/load");
}

static void open_device_holds_the_module(void **state)
{
	(void)state;
	assert_int_equal(guest_module_unload(), -EWOULDBLOCK);
}

static void rounds(void **state)
{
	unsigned int nr = getenv("YAGURA_LONG") ? 100 : 10;

	(void)state;
	for (unsigned int i = 0; i < nr; i++) {
		assert_int_equal(guest_module_load(NULL), 0);
		assert_int_equal(guest_module_unload(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest loaded[] = {
		cmocka_unit_test(all_hooks_are_attached),
		cmocka_unit_test(start_tells_the_hooks),
		cmocka_unit_test(an_open_is_recorded),
		cmocka_unit_test(open_device_holds_the_module),
	};
	const struct CMUnitTest unloaded[] = {
		cmocka_unit_test(rounds),
	};

	return cmocka_run_group_tests_name("loaded", loaded, guest_setup, guest_teardown) +
	       cmocka_run_group_tests_name("unloaded", unloaded, NULL, NULL);
}
