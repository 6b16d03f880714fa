// SPDX-License-Identifier: GPL-2.0-only
/* The module loads, says what it has, unloads, and does so again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "guest.h"

static const struct {
	const char *symbol;
	const char *missing_on;	/* kernels without it; NULL: none */
} hooks[] = {
	{ "security_bprm_check", NULL }, { "sched_process_exec", NULL }, { "sched_process_fork", NULL },
	{ "sched_process_exit", NULL }, { "security_file_open", NULL }, { "security_path_mknod", NULL },
	{ "security_path_unlink", NULL }, { "security_path_rename", NULL }, { "security_path_link", NULL },
	{ "security_path_truncate", NULL }, { "security_file_truncate", "6.1." },
	{ "security_path_chmod", NULL }, { "security_path_chown", NULL }, { "security_inode_setxattr", NULL },
	{ "security_inode_set_acl", "6.1." }, { "security_mmap_file", NULL }, { "security_socket_create", NULL },
	{ "security_socket_bind", NULL }, { "security_socket_listen", NULL }, { "security_socket_connect", NULL },
	{ "security_socket_sendmsg", NULL }, { "security_socket_accept", NULL }, { "security_sock_graft", NULL },
};

#define HOOK_NR (sizeof(hooks) / sizeof(hooks[0]))

static bool is_there(size_t i)
{
	struct utsname uts;

	assert_int_equal(uname(&uts), 0);
	return !hooks[i].missing_on ||
	       strncmp(uts.release, hooks[i].missing_on, strlen(hooks[i].missing_on));
}

static void all_hooks_are_attached(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(guest->info.hook_nr, HOOK_NR);
	for (size_t i = 0; i < HOOK_NR; i++) {
		uint32_t hook_state = guest_hook_state(guest, hooks[i].symbol);

		if (hook_state != (is_there(i) ? YGR_HOOK_ATTACHED : YGR_HOOK_MISSING))
			fail_msg("%s: state %u", hooks[i].symbol, hook_state);
	}
}

static void start_tells_the_hooks(void **state)
{
	const struct guest_event *start = guest_expect(*state, .type = YGR_EV_START);
	const struct guest *guest = *state;

	assert_int_equal(start->body.start.load_id, guest->info.load_id);
	for (size_t i = 0; i < HOOK_NR; i++) {
		char item[64];

		snprintf(item, sizeof(item), "%s=%s", hooks[i].symbol, is_there(i) ? "attached" : "missing");
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
