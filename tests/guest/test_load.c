// SPDX-License-Identifier: GPL-2.0-only
/* The module loads, says what it has, unloads, and does so again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

static const char *const hooks[] = {
	"security_bprm_check", "sched_process_exec", "sched_process_fork", "sched_process_exit",
	"security_file_open", "security_path_mknod", "security_path_unlink",
	"security_path_rename", "security_path_link", "security_path_truncate",
	"security_file_truncate", "security_path_chmod", "security_path_chown",
	"security_inode_setxattr", "security_inode_set_acl", "security_mmap_file",
	"security_socket_create", "security_socket_bind", "security_socket_listen",
	"security_socket_connect", "security_socket_sendmsg", "security_socket_accept",
	"security_sock_graft", "generic_write_checks", "locks_remove_file", "security_path_mkdir",
	"security_path_rmdir", "security_path_symlink", "security_inode_removexattr",
	"security_inode_remove_acl", "vfs_fileattr_set", "security_file_mprotect",
	"shmem_file_setup", "hugetlb_file_setup", "security_sk_free", "inet_release",
	"ip_send_skb", "ip6_send_skb", "skb_consume_udp", "security_task_fix_setuid",
	"security_task_fix_setgid", "security_task_fix_setgroups", "security_capset",
	"security_ptrace_access_check", "security_ptrace_traceme", "security_task_kill",
	"security_sb_mount", "security_sb_kern_mount", "security_sb_umount", "security_move_mount",
	"security_sb_pivotroot", "security_kernel_read_file", "security_kernel_load_data",
	"security_bpf", "module_load", "module_free", "security_settime64", "ksys_unshare",
	"copy_namespaces", "__x64_sys_setns", "__x64_sys_personality", "__ia32_sys_setns",
	"__ia32_sys_personality", "security_key_alloc", "security_task_prctl", "do_seccomp",
};

#define HOOK_NR (sizeof(hooks) / sizeof(hooks[0]))

static bool is_there(size_t i)
{
	return !guest_hook_may_be_missing(hooks[i]);
}

static void all_hooks_are_attached(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(guest->info.hook_nr, HOOK_NR);
	for (size_t i = 0; i < HOOK_NR; i++) {
		uint32_t hook_state = guest_hook_state(guest, hooks[i]);

		if (hook_state != (is_there(i) ? YGR_HOOK_ATTACHED : YGR_HOOK_MISSING))
			fail_msg("%s: state %u", hooks[i], hook_state);
	}
}

/* For the table of docs/KERNELS.md: what comes out of the guest is what the module said. */
static void leave_the_hooks(const char *hooks_said)
{
	FILE *f = fopen("/out/hooks", "w");

	if (f) {
		fprintf(f, "%s\n", hooks_said);
		fclose(f);
	}
}

static void start_tells_the_hooks(void **state)
{
	const struct guest_event *start = guest_expect(*state, .type = YGR_EV_START);
	const struct guest *guest = *state;

	assert_int_equal(start->body.start.load_id, guest->info.load_id);
	leave_the_hooks(start->text[YGR_STR_HOOKS].bytes);
	for (size_t i = 0; i < HOOK_NR; i++) {
		char item[64];

		snprintf(item, sizeof(item), "%s=%s", hooks[i], is_there(i) ? "attached" : "missing");
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

/* Nobody has loaded a policy yet. */
static void a_read_is_not(void **state)
{
	int fd;

	guest_forget(*state);
	fd = open("/tmp/load", O_RDONLY);
	assert_true(fd >= 0);
	close(fd);
	guest_drain(*state);
	guest_reject(*state, .type = YGR_EV_OPEN, .tgid = getpid());
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
		cmocka_unit_test(a_read_is_not),
		cmocka_unit_test(open_device_holds_the_module),
	};
	const struct CMUnitTest unloaded[] = {
		cmocka_unit_test(rounds),
	};

	return cmocka_run_group_tests_name("loaded", loaded, guest_setup, guest_teardown) +
	       cmocka_run_group_tests_name("unloaded", unloaded, NULL, NULL);
}
