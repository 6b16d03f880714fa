// SPDX-License-Identifier: GPL-2.0-only
/* Code for the kernel: modules from a file and from memory, BPF programs. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest_assert.h"

#define MODULE		"/t/sleeper.ko"
#define OUT_OF_TREE	(1u << 12)	/* TAINT_OOT_MODULE */

static int load_file(void)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC);
	int error = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;

	close(fd);
	return error;
}

static int load_memory(void)
{
	int error, fd = open(MODULE, O_RDONLY | O_CLOEXEC);
	struct stat at;
	char *image;

	assert_int_equal(fstat(fd, &at), 0);
	image = malloc(at.st_size);
	assert_int_equal(read(fd, image, at.st_size), at.st_size);
	close(fd);
	error = syscall(SYS_init_module, image, at.st_size, "") ? errno : 0;
	free(image);
	return error;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "sleeper", O_NONBLOCK) ? errno : 0;
}

static void assert_loaded(struct guest *guest, const struct guest_event *attempt)
{
	const struct guest_event *event;

	event = guest_find(guest, &(struct guest_query){ .type = YGR_EV_MODULE_LOAD, .tgid = getpid() },
			   attempt);
	assert_non_null(event);
	assert_int_equal(event->body.code.call, YGR_CODE_LOADED);
	assert_true(event->body.code.taints & OUT_OF_TREE);
	assert_text(event, YGR_STR_NAME, "sleeper");
	assert_no_text(event, YGR_STR_PATH);
}

static void a_module_from_a_file_is_told(void **state)
{
	const struct guest_event *event;

	assert_int_equal(load_file(), 0);
	event = guest_expect(*state, .type = YGR_EV_MODULE_LOAD, .tgid = getpid());
	assert_int_equal(event->head.class, YGR_CLASS_PRIVILEGE);
	assert_int_equal(event->body.code.call, YGR_CODE_FILE);
	assert_int_equal(event->body.code.taints, 0);
	assert_text(event, YGR_STR_PATH, MODULE);
	assert_file_id(&event->body.code.file, MODULE);
	assert_loaded(*state, event);
	assert_int_equal(unload(), 0);
	event = guest_expect(*state, .type = YGR_EV_MODULE_UNLOAD, .tgid = getpid());
	assert_int_equal(event->body.code.call, 0);
	assert_text(event, YGR_STR_NAME, "sleeper");
}

static void a_module_from_memory_is_told(void **state)
{
	const struct guest_event *event;

	assert_int_equal(load_memory(), 0);
	event = guest_expect(*state, .type = YGR_EV_MODULE_LOAD, .tgid = getpid());
	assert_int_equal(event->body.code.call, YGR_CODE_MEMORY);
	assert_no_text(event, YGR_STR_PATH);
	assert_no_text(event, YGR_STR_NAME);
	assert_loaded(*state, event);
	assert_int_equal(unload(), 0);
}

static void a_module_is_denied_by_its_path(void **state)
{
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: no, on: module-load, do: deny, where: { path: " MODULE " } }"));

	assert_int_equal(load_file(), EPERM);
	assert_rule(guest_expect(*state, .type = YGR_EV_MODULE_LOAD, .tgid = getpid(),
				 .verdict = GUEST_DENIED), 1, "no", generation);
	assert_int_equal(unload(), ENOENT);
}

static int load_program(void)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)insns,
		.insn_cnt = 2,
		.license = (uintptr_t)"GPL",
		.prog_name = "tiny",
	};
	int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void a_program_is_told(void **state)
{
	const struct guest_event *event;

	assert_int_equal(load_program(), 0);
	event = guest_expect(*state, .type = YGR_EV_BPF, .tgid = getpid());
	assert_int_equal(event->head.class, YGR_CLASS_PRIVILEGE);
	assert_int_equal(event->body.bpf.cmd, BPF_PROG_LOAD);
	assert_int_equal(event->body.bpf.prog_type, BPF_PROG_TYPE_SOCKET_FILTER);
	assert_int_equal(event->body.bpf.attach_type, 0);
	assert_int_equal(event->body.bpf.insn_nr, 2);
	assert_int_equal(event->body.bpf.prog_flags, 0);
	assert_int_equal(event->body.bpf.attach_btf_id, 0);
	assert_text(event, YGR_STR_NAME, "tiny");
}

static void a_program_is_denied(void **state)
{
	uint64_t generation = guest_policy_load(*state,
		RULES_1("{ name: no, on: bpf, do: deny, where: { uid: 0 } }"));

	assert_int_equal(load_program(), EPERM);
	assert_rule(guest_expect(*state, .type = YGR_EV_BPF, .tgid = getpid(),
				 .verdict = GUEST_DENIED), 1, "no", generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_module_from_a_file_is_told, guest_fresh),
		cmocka_unit_test_setup(a_module_from_memory_is_told, guest_fresh),
		cmocka_unit_test_setup(a_module_is_denied_by_its_path, guest_fresh),
		cmocka_unit_test_setup(a_program_is_told, guest_fresh),
		cmocka_unit_test_setup(a_program_is_denied, guest_fresh),
	};

	return cmocka_run_group_tests_name("code", tests, guest_setup, guest_teardown);
}
