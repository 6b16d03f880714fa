// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cgroup_path.h"

#define A	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define B	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define POD	"3f5e9d1c-17aa-4b60-b3f8-6a0c4b8d2e10"
#define POD_	"3f5e9d1c_17aa_4b60_b3f8_6a0c4b8d2e10"

static void expect(const char *text, const char *runtime, const char *id, const char *pod)
{
	struct ygr_cgroup_container container;

	if (!ygr_cgroup_path_parse(text, strlen(text), &container))
		fail_msg("no container in %s", text);
	assert_string_equal(container.runtime, runtime);
	assert_string_equal(container.id, id);
	assert_string_equal(container.pod, pod);
}

static void expect_none(const char *text)
{
	struct ygr_cgroup_container container = { .runtime = "untouched" };

	if (ygr_cgroup_path_parse(text, strlen(text), &container))
		fail_msg("%s %s in %s", container.runtime, container.id, text);
	assert_string_equal(container.runtime, "untouched");
}

static void test_runtimes(void **state)
{
	(void)state;
	expect("0::/system.slice/docker-" A ".scope\n", "docker", A, "");
	expect("0::/docker/" A "\n", "docker", A, "");
	expect("0::/docker/" A, "docker", A, "");
	expect("0::/system.slice/nerdctl-" A ".scope\n", "containerd", A, "");
	expect("0::/machine.slice/libpod-" A ".scope/container\n", "podman", A, "");
	expect("0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" A ".scope\n", "podman", A, "");
	expect("0::/libpod_parent/libpod-" A "\n", "podman", A, "");
	expect("0::/lxc.payload.web-1/init.scope\n", "lxc", "web-1", "");
	expect("0::/lxc/web-1/system.slice/cron.service\n", "lxc", "web-1", "");
	expect("0::/machine.slice/systemd-nspawn@old.service/payload\n", "nspawn", "old", "");
}

static void test_kubernetes(void **state)
{
	(void)state;
	expect("0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_ ".slice/cri-containerd-" A
	       ".scope\n", "containerd", A, POD);
	expect("0::/kubepods.slice/kubepods-pod" POD_ ".slice/crio-" A ".scope/container\n", "cri-o", A, POD);
	expect("0::/kubepods/besteffort/pod" POD "/" A "\n", "kubernetes", A, POD);
	expect("0::/kubepods/pod" POD "/" A "\n", "kubernetes", A, POD);
	expect("0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD_ ".slice/docker-" A ".scope\n",
	       "docker", A, POD);
}

/* The one that the process is in, not the one that this runs in. */
static void test_nested(void **state)
{
	(void)state;
	expect("0::/docker/" A "/docker/" B "\n", "docker", B, "");
	expect("0::/lxc.payload.outer/machine.slice/libpod-" B ".scope\n", "podman", B, "");
}

static void test_no_container(void **state)
{
	(void)state;
	expect_none("");
	expect_none("0::/\n");
	expect_none("0::/user.slice/user-1000.slice/session-4.scope\n");
	expect_none("0::/system.slice/docker.service\n");
	expect_none("0::/machine.slice/libpod-conmon-" A ".scope\n");
	expect_none("0::/system.slice/crio-conmon-" A ".scope\n");
	expect_none("0::/docker/0123\n");
	expect_none("0::/docker/" A "f\n");
	expect_none("0::/docker/X123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
	expect_none("0::/somewhere/" A "\n");
	expect_none("0::/lxc.payload.\n");
	expect_none("0::/lxc.payload.\x01\x02\n");
	expect_none("12:pids:/docker/" A "\n");
	expect_none("kubepods/pod\n");
}

static void test_unified_line_counts(void **state)
{
	(void)state;
	expect("12:pids:/lxc/other\n0::/docker/" A "\n", "docker", A, "");
	expect_none("12:pids:/docker/" A "\n0::/\n");
	expect_none("0::/init.scope\n0::/docker/" A "\n");
}

static void check_unit(const char *path, const char *want)
{
	char unit[YGR_CGROUP_UNIT_BYTES];

	ygr_cgroup_path_unit(path, strlen(path), unit);
	assert_string_equal(unit, want);
}

static void test_units(void **state)
{
	char longest[YGR_CGROUP_UNIT_BYTES + 1];

	(void)state;
	check_unit("/system.slice/ssh.service", "ssh.service");
	check_unit("system.slice/ssh.service", "ssh.service");
	check_unit("/user.slice/user-1000.slice/session-3.scope", "session-3.scope");
	check_unit("/user.slice/user-1000.slice/user@1000.service/app.slice/a.service", "a.service");
	check_unit("/system.slice/docker.service/sub", "docker.service");
	check_unit("/", "");
	check_unit("", "");
	check_unit("/system.slice", "");
	check_unit("/.service", ".service");
	check_unit("/a b.service", "");
	check_unit("/a.serviceX", "");
	memset(longest, 'x', sizeof(longest));
	memcpy(longest + YGR_CGROUP_UNIT_BYTES - 9, ".service", 9);
	check_unit(longest, longest);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest + YGR_CGROUP_UNIT_BYTES - 8, ".service", 9);
	check_unit(longest, "");
}

static void test_path_alone(void **state)
{
	static const char path[] = "/system.slice/docker-"
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope";
	struct ygr_cgroup_container container = { .id = "" };

	(void)state;
	assert_true(ygr_cgroup_path_container(path, sizeof(path) - 1, &container));
	assert_string_equal(container.runtime, "docker");
	assert_false(ygr_cgroup_path_container("/x", 2, &container));
	assert_string_equal(container.runtime, "docker");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_path_alone),
		cmocka_unit_test(test_runtimes),
		cmocka_unit_test(test_kubernetes),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_no_container),
		cmocka_unit_test(test_unified_line_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
