// SPDX-License-Identifier: GPL-2.0-only
#include "daemon.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

#define PORT_FIRST	7514
#define STOP_MS		15000	/* the reader may drain for 5 s, the sender for 2 */
#define SENDER_UID	900	/* "yagura" of the guest's /etc/passwd */
#define PROGRAM_DAEMON	"/t/yagurad"
#define PROGRAM_RECV	"/t/yagura-recv"

const char *daemon_process_name(enum daemon_process process)
{
	return process == DAEMON_READER ? "reader" : "sender";
}

/* ---- failing -------------------------------------------------------------- */

static void print_tail(const struct daemon *daemon, const char *log)
{
	char path[128], line[512];
	FILE *f;
	long end;

	snprintf(path, sizeof(path), "%s/%s", daemon->dir, log);
	f = fopen(path, "re");
	if (!f)
		return;
	fseek(f, 0, SEEK_END);
	end = ftell(f);
	fseek(f, end > 2000 ? end - 2000 : 0, SEEK_SET);
	while (fgets(line, sizeof(line), f))
		print_message("# %s", line);
	fclose(f);
}

void daemon_fail(const struct daemon *daemon, const char *what)
{
	print_tail(daemon, "yagurad.log");
	print_tail(daemon, "yagura-recv.log");
	print_tail(daemon, "run/reader.json");
	print_tail(daemon, "run/sender.json");
	fail_msg("in vain: %s", what);
}

/* ---- the directory -------------------------------------------------------- */

static void write_config(const struct daemon *daemon, const struct daemon_options *options)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "version: 1\n"
		 "spool: { dir: %s, limit: %uMiB, segment: 1MiB }\n"
		 "reader: { flush_ms: 20, batch: 64KiB, io: %s }\n"
		 "sender: { user: yagura }\n"
		 "outputs: [{ type: yagura, window: 4, host: 127.0.0.1, port: %u }]\n"
		 "runtime_dir: %s/run\n",
		 daemon->spool, options->limit_mib ?: 64, options->io ?: "auto", daemon->port,
		 daemon->dir);
	assert_int_equal(guest_file_write(daemon->config, text), 0);
}

void daemon_init(struct daemon *daemon, const char *name, const struct daemon_options *options)
{
	static const struct daemon_options usual;
	static unsigned int port = PORT_FIRST;
	struct command said = { 0 };

	if (!options)
		options = &usual;
	memset(daemon, 0, sizeof(*daemon));
	snprintf(daemon->dir, sizeof(daemon->dir), "/tmp/daemon-%s", name);
	snprintf(daemon->config, sizeof(daemon->config), "%s/yagurad.yaml", daemon->dir);
	if (options->spool)
		snprintf(daemon->spool, sizeof(daemon->spool), "%s", options->spool);
	else
		snprintf(daemon->spool, sizeof(daemon->spool), "%s/spool", daemon->dir);
	daemon->port = port++;
	command_run(&said, "/bin/rm", "-rf", daemon->dir);
	command_free(&said);
	assert_int_equal(mkdir(daemon->dir, 0755), 0);
	write_config(daemon, options);
}

void daemon_exit(struct daemon *daemon)
{
	daemon_kill(daemon);
	daemon_receiver_kill(daemon);
}

/* ---- starting and ending -------------------------------------------------- */

struct program {
	const struct daemon *daemon;
	const char *log;
	char *const *argv;
};

static int execute(void *arg)
{
	const struct program *program = arg;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", program->daemon->dir, program->log);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		return 126;
	execv(program->argv[0], program->argv);
	return 127;
}

void daemon_start(struct daemon *daemon)
{
	char *argv[] = { PROGRAM_DAEMON, "-f", "-c", daemon->config, NULL };
	struct program program = { daemon, "yagurad.log", argv };

	assert_int_equal(daemon->pid, 0);
	daemon->pid = guest_child_start(execute, &program);
	assert_true(daemon->pid > 0);
}

void daemon_receiver_start(struct daemon *daemon)
{
	char address[32], out[96];
	char *argv[] = { PROGRAM_RECV, "--listen", address, "--out", out, NULL };
	struct program program = { daemon, "yagura-recv.log", argv };

	snprintf(address, sizeof(address), "127.0.0.1:%u", daemon->port);
	snprintf(out, sizeof(out), "%s/far-end", daemon->dir);
	assert_int_equal(daemon->receiver_pid, 0);
	daemon->receiver_pid = guest_child_start(execute, &program);
	assert_true(daemon->receiver_pid > 0);
}

static int end(pid_t *pid, int number)
{
	int status;

	if (!*pid)
		return 0;
	kill(*pid, number);
	status = guest_child_wait(*pid, STOP_MS);
	*pid = 0;
	return status;
}

int daemon_stop(struct daemon *daemon)
{
	return end(&daemon->pid, SIGTERM);
}

int daemon_receiver_stop(struct daemon *daemon)
{
	return end(&daemon->receiver_pid, SIGTERM);
}

void daemon_receiver_kill(struct daemon *daemon)
{
	end(&daemon->receiver_pid, SIGKILL);
}

int daemon_module_unload(void)
{
	uint64_t deadline_ns = guest_now_ns() + GUEST_WAIT_MS * 1000000ull;
	int ret;

	while ((ret = guest_module_unload()) == -EWOULDBLOCK && guest_now_ns() < deadline_ns)
		usleep(5000);
	return ret;
}

/* ---- its processes -------------------------------------------------------- */

#define CHILD_NR_MAX	4

static unsigned int find_children(pid_t parent, pid_t pid[CHILD_NR_MAX])
{
	unsigned int nr = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (nr < CHILD_NR_MAX && fscanf(f, "%d", &pid[nr]) == 1)
		nr++;
	fclose(f);
	return nr;
}

/* A stopped supervisor starts nobody in the place of those that we kill. */
void daemon_kill(struct daemon *daemon)
{
	pid_t pid[CHILD_NR_MAX];
	unsigned int nr;

	if (!daemon->pid)
		return;
	kill(daemon->pid, SIGSTOP);
	waitpid(daemon->pid, NULL, WUNTRACED);
	nr = find_children(daemon->pid, pid);
	while (nr)
		kill(pid[--nr], SIGKILL);
	end(&daemon->pid, SIGKILL);
}

static bool has_open(pid_t pid, const char *path)
{
	struct dirent *entry;
	char name[64], link[128];
	bool found = false;
	DIR *dir;

	snprintf(name, sizeof(name), "/proc/%d/fd", pid);
	dir = opendir(name);
	while (dir && !found && (entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);

		link[len > 0 ? len : 0] = '\0';
		found = !strcmp(link, path);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool runs_as(pid_t pid, unsigned int uid)
{
	unsigned int real = 0, effective = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Uid: %u %u", &real, &effective) == 2)
			break;
	if (f)
		fclose(f);
	return real == uid && effective == uid;
}

/* The reader is told by the device, the sender by its user. */
pid_t daemon_find(const struct daemon *daemon, enum daemon_process process)
{
	pid_t pid[CHILD_NR_MAX];
	unsigned int nr = daemon->pid ? find_children(daemon->pid, pid) : 0;

	while (nr--)
		if (process == DAEMON_READER ? has_open(pid[nr], YGR_DEVICE_PATH) :
					       runs_as(pid[nr], SENDER_UID))
			return pid[nr];
	return 0;
}

pid_t daemon_wait(const struct daemon *daemon, enum daemon_process process)
{
	uint64_t deadline_ns = guest_now_ns() + DAEMON_WAIT_MS * 1000000ull;
	pid_t pid;

	while (!(pid = daemon_find(daemon, process))) {
		if (guest_now_ns() >= deadline_ns)
			daemon_fail(daemon, daemon_process_name(process));
		usleep(2000);
	}
	return pid;
}

/* ---- chance --------------------------------------------------------------- */

unsigned int daemon_random(unsigned int below)
{
	static bool is_seeded;

	if (!is_seeded) {
		const char *given = getenv("YAGURA_SEED");
		unsigned int seed = given ? strtoul(given, NULL, 0) : guest_now_ns();

		print_message("# seed %u; to repeat: run-vm --append YAGURA_SEED=%u\n", seed, seed);
		srandom(seed);
		is_seeded = true;
	}
	return random() % below;
}
