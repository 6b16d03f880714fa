// SPDX-License-Identifier: GPL-2.0-only
/* Where sessions begin, by what the records of a whole login, job or service say. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "entry.h"
#include "ring_fake.h"

static struct ygr_process_table *table;
static struct ygr_entries *entries;
static struct record_fake record;
static struct ygr_record_view view;
static uint64_t now_ns;

/* Processes start at a time that is their pid. */
static void begin(uint16_t type, uint32_t pid)
{
	record_fake_begin(&record, type, YGR_CLASS_EXEC, now_ns += 1000);
	record.head.tgid = record.head.tid = pid;
	record.head.start_ns = pid;
}

static struct ygr_process *observe(void)
{
	struct ygr_process *process;
	const char *reason;

	assert_int_equal(ygr_record_parse(record.bytes, record.head.len, &view, &reason), 0);
	process = ygr_process_table_observe(table, &view);
	ygr_entries_observe(entries, &view, process);
	return process;
}

static void fork_from(uint32_t parent, uint32_t child)
{
	struct ygr_body_fork body = { .child_tgid = child, .child_start_ns = child };

	begin(YGR_EV_FORK, parent);
	record_fake_body(&record, &body, sizeof(body));
	observe();
}

static void exec(uint32_t pid, const char *path)
{
	struct ygr_body_exec body = { .argc = 1 };
	const char *slash = strrchr(path, '/');

	begin(YGR_EV_EXEC, pid);
	snprintf(record.head.comm, sizeof(record.head.comm), "%s", slash + 1);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PATH, path, (uint32_t)strlen(path));
	observe();
}

static void start(uint32_t parent, uint32_t child, const char *path)
{
	fork_from(parent, child);
	exec(child, path);
}

static void take_connection(uint32_t pid, const char *ip, uint16_t port)
{
	struct ygr_body_socket body = { .family = AF_INET, .remote = { .family = AF_INET, .port = port } };

	inet_pton(AF_INET, ip, body.remote.addr);
	begin(YGR_EV_ACCEPT, pid);
	record_fake_body(&record, &body, sizeof(body));
	observe();
}

static bool find(uint32_t pid, const struct ygr_cgroup_container *container, const char *unit,
		 struct ygr_entry *entry)
{
	return ygr_entries_find(entries, table, ygr_process_table_find(table, pid, pid), container, unit, entry);
}

static void expect(uint32_t pid, const char *kind, uint32_t entry_pid, const char *ip)
{
	struct ygr_entry entry;
	char text[INET_ADDRSTRLEN] = "";

	if (!find(pid, NULL, "", &entry))
		fail_msg("process %u has no entry", pid);
	assert_string_equal(entry.kind, kind);
	assert_int_equal(entry.pid, entry_pid);
	if (entry.peer.family)
		inet_ntop(AF_INET, entry.peer.addr, text, sizeof(text));
	assert_string_equal(text, ip);
}

static int set_up(void **state)
{
	(void)state;
	now_ns = 1000000;
	assert_int_equal(ygr_process_table_create(&table, 4 << 20, 1000000000), 0);
	assert_int_equal(ygr_entries_create(&entries), 0);
	exec(1, "/usr/lib/systemd/systemd");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ygr_entries_destroy(entries);
	ygr_process_table_destroy(table);
	return 0;
}

static void ssh_session_has_its_peer(void **state)
{
	(void)state;
	start(1, 50, "/usr/sbin/sshd");
	take_connection(50, "192.0.2.7", 4022);
	fork_from(50, 60);
	take_connection(50, "192.0.2.8", 4023);
	fork_from(50, 70);
	fork_from(60, 61);
	start(61, 62, "/bin/bash");
	start(62, 63, "/usr/bin/id");
	start(70, 71, "/bin/bash");
	expect(60, "ssh", 60, "192.0.2.7");
	expect(61, "ssh", 60, "192.0.2.7");
	expect(62, "ssh", 60, "192.0.2.7");
	expect(63, "ssh", 60, "192.0.2.7");
	expect(71, "ssh", 70, "192.0.2.8");
}

static void listener_itself_is_no_session(void **state)
{
	struct ygr_entry entry;

	(void)state;
	start(1, 50, "/usr/sbin/sshd");
	take_connection(50, "192.0.2.7", 4022);
	assert_true(find(50, NULL, "ssh.service", &entry));
	assert_string_equal(entry.kind, "service");
	assert_int_equal(entry.pid, 0);
	expect(50, "init", 1, "");
}

static void split_server_keeps_the_peer_through_exec(void **state)
{
	(void)state;
	start(1, 50, "/usr/sbin/sshd");
	take_connection(50, "192.0.2.7", 4022);
	start(50, 60, "/usr/lib/openssh/sshd-session");
	fork_from(60, 61);
	start(61, 62, "/bin/sh");
	expect(62, "ssh", 60, "192.0.2.7");
}

/* The daemon started after the login. */
static void session_of_an_unseen_connection_has_no_peer(void **state)
{
	(void)state;
	start(1, 50, "/usr/sbin/sshd");
	fork_from(50, 60);
	fork_from(60, 61);
	start(61, 62, "/bin/sh");
	expect(62, "ssh", 60, "");
	expect(60, "ssh", 60, "");
}

static void other_servers_connections_are_nobodys_session(void **state)
{
	(void)state;
	start(1, 50, "/usr/sbin/nginx");
	take_connection(50, "192.0.2.7", 4022);
	start(50, 60, "/bin/sh");
	expect(60, "init", 1, "");
}

static void one_connection_is_one_child(void **state)
{
	(void)state;
	start(1, 50, "/usr/sbin/sshd");
	take_connection(50, "192.0.2.7", 4022);
	fork_from(50, 60);
	fork_from(50, 70);
	start(70, 71, "/bin/sh");
	expect(71, "ssh", 70, "");
}

static void cron_container_login_and_kernel(void **state)
{
	(void)state;
	start(1, 50, "/usr/sbin/cron");
	start(50, 51, "/bin/sh");
	expect(51, "cron", 50, "");
	start(1, 60, "/usr/bin/containerd-shim-runc-v2");
	start(60, 61, "/app");
	start(61, 62, "/bin/sh");
	expect(62, "container", 60, "");
	start(1, 70, "/usr/bin/login");
	start(70, 71, "/bin/bash");
	expect(71, "login", 70, "");
	fork_from(2, 80);
	start(80, 81, "/sbin/modprobe");
	expect(81, "kernel", 80, "");
}

static void nearest_decides(void **state)
{
	(void)state;
	start(1, 50, "/usr/sbin/cron");
	start(50, 51, "/usr/bin/crun");
	start(51, 52, "/bin/sh");
	expect(52, "container", 51, "");
}

static void sudo_is_the_last_resort(void **state)
{
	struct ygr_entry entry;

	(void)state;
	start(1, 40, "/bin/unknown");
	start(40, 50, "/usr/bin/sudo");
	start(50, 51, "/bin/sh");
	expect(51, "sudo", 50, "");
	assert_true(find(51, NULL, "session-3.scope", &entry));
	assert_string_equal(entry.kind, "session");
	start(1, 60, "/usr/sbin/cron");
	start(60, 61, "/usr/bin/sudo");
	start(61, 62, "/bin/sh");
	expect(62, "cron", 60, "");
}

static void cgroup_says_the_rest(void **state)
{
	const struct ygr_cgroup_container container = { "docker", "0123", "" };
	struct ygr_entry entry;

	(void)state;
	start(1, 50, "/usr/sbin/nginx");
	assert_true(find(50, NULL, "nginx.service", &entry));
	assert_string_equal(entry.kind, "service");
	assert_true(find(50, &container, "docker.service", &entry));
	assert_string_equal(entry.kind, "container");
	assert_true(find(50, NULL, "app.slice", &entry));
	assert_string_equal(entry.kind, "init");
}

/* Names are of files; a process may call itself what it likes. */
static void name_of_the_process_does_not_count(void **state)
{
	(void)state;
	start(1, 50, "/tmp/evil");
	begin(YGR_EV_OPEN, 50);
	snprintf(record.head.comm, sizeof(record.head.comm), "sshd");
	observe();
	start(50, 51, "/bin/sh");
	expect(51, "init", 1, "");
}

static void unknown_descent_has_no_entry(void **state)
{
	struct ygr_entry entry;

	(void)state;
	exec(900, "/bin/sh");
	assert_false(find(900, NULL, "", &entry));
}

static void peers_are_bounded(void **state)
{
	(void)state;
	start(1, 50, "/usr/sbin/sshd");
	for (uint32_t pid = 1000; pid < 1000 + 3 * YGR_ENTRY_PEERS_NR; pid++) {
		take_connection(50, "192.0.2.9", 1);
		fork_from(50, pid);
	}
	start(1000 + 3 * YGR_ENTRY_PEERS_NR - 1, 900000, "/bin/sh");
	expect(900000, "ssh", 1000 + 3 * YGR_ENTRY_PEERS_NR - 1, "192.0.2.9");
}

#define test(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(ssh_session_has_its_peer),
		test(listener_itself_is_no_session),
		test(split_server_keeps_the_peer_through_exec),
		test(session_of_an_unseen_connection_has_no_peer),
		test(other_servers_connections_are_nobodys_session),
		test(one_connection_is_one_child),
		test(cron_container_login_and_kernel),
		test(nearest_decides),
		test(sudo_is_the_last_resort),
		test(cgroup_says_the_rest),
		test(name_of_the_process_does_not_count),
		test(unknown_descent_has_no_entry),
		test(peers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
