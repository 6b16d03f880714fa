// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where sessions begin, as the daemon tells it of real processes: programs of the names of those that begin
 * them, cgroups of the names that containers and services have.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon.h"
#include "event_map.h"

#define DIR		"/tmp/entry"
#define PORT		5022
#define CGROUPS		"/sys/fs/cgroup/"
#define ID64		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CONTAINER	"docker-" ID64 ".scope"
#define SERVICE		"web.service"

/* What was told of the exec of a program of ours. */
struct told {
	bool is_there;
	char kind[16];
	char unit[128];
	char addr[64];
	uint64_t port, pid, start_ns;
	char runtime[16];
};

/* Each leaf is a program of its own name. */
enum leaf { SSH_LEAF, CRON_LEAF, CONTAINER_LEAF, SERVICE_LEAF, KERNEL_LEAF, PLAIN_LEAF, LEAF_NR };

static const char *const leaves[LEAF_NR] = {
	DIR "/of-ssh", DIR "/of-cron", DIR "/of-container", DIR "/of-service", DIR "/of-kernel", DIR "/of-init",
};

struct rig {
	struct daemon daemon;
	struct far_end far;
	struct told told[LEAF_NR];
};

static void take_text(const struct ygr_event_value *map, const char *key, char *to, size_t cap)
{
	struct ygr_event_text text;

	if (ygr_event_map_get_text(map, key, &text))
		snprintf(to, cap, "%.*s", (int)text.len, text.bytes);
}

static void visit(void *arg, const struct ygr_event_value *event)
{
	const struct ygr_event_value *entry = ygr_event_map_find(event, "entry");
	struct rig *rig = arg;

	if (!ygr_event_map_is(event, "type", "exec"))
		return;
	for (int i = 0; i < LEAF_NR; i++) {
		struct told *told = &rig->told[i];

		if (!ygr_event_map_is(event, "path", leaves[i]))
			continue;
		told->is_there = true;
		take_text(entry, "kind", told->kind, sizeof(told->kind));
		take_text(entry, "unit", told->unit, sizeof(told->unit));
		take_text(entry, "addr", told->addr, sizeof(told->addr));
		ygr_event_map_get_u64(entry, "port", &told->port);
		ygr_event_map_get_u64(entry, "pid", &told->pid);
		ygr_event_map_get_u64(entry, "start_ns", &told->start_ns);
		take_text(ygr_event_map_find(event, "container"), "runtime", told->runtime,
			  sizeof(told->runtime));
	}
}

static const struct told *wait_told(struct rig *rig, enum leaf leaf)
{
	daemon_wait_delivered(&rig->daemon, &rig->far);
	assert_true(rig->told[leaf].is_there);
	return &rig->told[leaf];
}

static int copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	struct stat st;
	int ret = in < 0 || out < 0 || fstat(in, &st) || sendfile(out, in, NULL, st.st_size) != st.st_size;

	close(in);
	close(out);
	return ret;
}

/* Until the server listens. From the port that the peer is told by. */
static uint16_t knock(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	}, own;
	socklen_t len = sizeof(own);

	for (int tries = 0; tries < 500; tries++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
			assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &len), 0);
			close(fd);
			return ntohs(own.sin_port);
		}
		close(fd);
		usleep(10000);
	}
	fail_msg("nobody listens");
	return 0;
}

static int run(void *arg)
{
	char *const *argv = arg;

	execv(argv[0], argv);
	return errno;
}

static void ssh_session_tells_its_peer(void **state)
{
	char *argv[] = { DIR "/sshd", "5022", (char *)leaves[SSH_LEAF], NULL };
	const struct told *told;
	uint16_t port;
	pid_t pid = guest_child_start(run, argv);

	port = knock();
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 7);
	told = wait_told(*state, SSH_LEAF);
	assert_string_equal(told->kind, "ssh");
	assert_string_equal(told->addr, "127.0.0.1");
	assert_int_equal(told->port, port);
	/* Not the server, but the child that it forked for the connection. */
	assert_true(told->pid > (uint64_t)pid);
	assert_int_not_equal(told->start_ns, 0);
}

static void job_is_crons(void **state)
{
	char *argv[] = { DIR "/cron", "fork", "exec", (char *)leaves[CRON_LEAF], NULL };
	const struct told *told;
	pid_t pid = guest_child_start(run, argv);

	guest_child_wait(pid, GUEST_WAIT_MS);
	told = wait_told(*state, CRON_LEAF);
	assert_string_equal(told->kind, "cron");
	assert_int_equal(told->pid, pid);
	assert_string_equal(told->addr, "");
}

struct place {
	const char *procs;
	const char *program;
};

static int run_in(void *arg)
{
	const struct place *place = arg;

	if (guest_file_write(place->procs, "0"))
		return 255;
	execv(place->program, (char *[]){ (char *)place->program, "7", NULL });
	return errno;
}

static const struct told *tell_in_cgroup(struct rig *rig, const char *cgroup, enum leaf leaf)
{
	char dir[256], procs[280];
	struct place place = { procs, leaves[leaf] };

	snprintf(dir, sizeof(dir), CGROUPS "%s", cgroup);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", dir);
	assert_true(!mkdir(dir, 0755) || errno == EEXIST);
	assert_int_equal(guest_child_wait(guest_child_start(run_in, &place), GUEST_WAIT_MS), 7);
	wait_told(rig, leaf);
	rmdir(dir);
	return &rig->told[leaf];
}

static void container_is_told_by_its_cgroup(void **state)
{
	const struct told *told = tell_in_cgroup(*state, CONTAINER, CONTAINER_LEAF);

	assert_string_equal(told->kind, "container");
	assert_string_equal(told->runtime, "docker");
	assert_string_equal(told->unit, CONTAINER);
}

static void service_is_told_by_its_cgroup(void **state)
{
	const struct told *told = tell_in_cgroup(*state, SERVICE, SERVICE_LEAF);

	assert_string_equal(told->kind, "service");
	assert_string_equal(told->unit, SERVICE);
	assert_int_equal(told->pid, 0);
}

static int die_with_core(void *arg)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	(void)arg;
	return setrlimit(RLIMIT_CORE, &all) || raise(SIGQUIT);
}

static void helper_is_the_kernels(void **state)
{
	const struct told *told;

	assert_int_equal(guest_file_write("/proc/sys/kernel/core_pattern", "|" DIR "/of-kernel 7"), 0);
	assert_int_equal(guest_child_wait(guest_child_start(die_with_core, NULL), GUEST_WAIT_MS), 128 + SIGQUIT);
	assert_int_equal(guest_file_write("/proc/sys/kernel/core_pattern", "core"), 0);
	told = wait_told(*state, KERNEL_LEAF);
	assert_string_equal(told->kind, "kernel");
	assert_int_not_equal(told->pid, 0);
}

static void the_rest_is_inits(void **state)
{
	char *argv[] = { (char *)leaves[PLAIN_LEAF], "7", NULL };
	const struct told *told;

	assert_int_equal(guest_child_wait(guest_child_start(run, argv), GUEST_WAIT_MS), 7);
	told = wait_told(*state, PLAIN_LEAF);
	assert_string_equal(told->kind, "init");
	assert_int_equal(told->pid, 1);
	assert_string_equal(told->unit, "");
}

static int setup(void **state)
{
	static struct rig rig;

	*state = &rig;
	rig.far.visit = visit;
	rig.far.arg = &rig;
	mkdir(DIR, 0755);
	for (int i = 0; i < LEAF_NR; i++)
		if (copy(i == CRON_LEAF ? "/t/prog_walk" : "/t/prog_exit", leaves[i]))
			return -1;
	if (copy("/t/prog_sshd", DIR "/sshd") || copy("/t/prog_walk", DIR "/cron"))
		return -1;
	/* Who runs already is told of, too: the line of descent goes up to process 1. */
	if (guest_module_load("tell_running=1 totals_ms=500 flush_ms=50"))
		return -1;
	daemon_init(&rig.daemon, "entry", NULL);
	daemon_receiver_start(&rig.daemon);
	daemon_start(&rig.daemon);
	daemon_wait_delivered(&rig.daemon, &rig.far);
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	daemon_exit(&rig->daemon);
	far_end_close(&rig->far);
	return daemon_module_unload();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ssh_session_tells_its_peer),
		cmocka_unit_test(job_is_crons),
		cmocka_unit_test(container_is_told_by_its_cgroup),
		cmocka_unit_test(service_is_told_by_its_cgroup),
		cmocka_unit_test(helper_is_the_kernels),
		cmocka_unit_test(the_rest_is_inits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
