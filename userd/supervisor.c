// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "notify.h"
#include "privilege.h"
#include "reader.h"
#include "sender.h"
#include "supervisor.h"

#define BACKOFF_MIN_NS	(100 * YGR_NS_PER_MS)
#define BACKOFF_MAX_NS	(5 * YGR_NS_PER_S)
/* Who ran this long did not fail at its start: its next back-off begins anew. */
#define HEALTHY_NS	(10 * YGR_NS_PER_S)
#define READER_STOP_NS	((YGR_READER_DRAIN_S + 2) * YGR_NS_PER_S)
#define SENDER_STOP_NS	(4 * YGR_NS_PER_S)
/* Status files are written each second; name service may take its time. */
#define HANG_NS		(60 * YGR_NS_PER_S)
/* How often somebody looks, if nothing else happens. */
#define LOOK_NS		(10 * YGR_NS_PER_S)

struct child {
	const char *name;
	const char *status_name;
	struct timespec written;	/* its status file, as last seen ... */
	uint64_t alive_ns;		/* ... and when that was new */
	int (*run)(const struct ygr_config *config);
	uint64_t stop_ns;		/* how long it may take to end */
	pid_t	 pid;			/* 0: does not run */
	bool	 wanted;
	uint64_t started_ns;
	uint64_t backoff_ns;
	uint64_t restart_ns;		/* when it is due, if it does not run */
};

struct supervisor {
	struct ygr_config *config;
	int (*reload)(struct ygr_config *config);
	sigset_t signals;
	uint64_t watchdog_ns;		/* 0: nobody waits for us */
	struct child reader, sender;
};

/* ---- children ------------------------------------------------------------- */

static void start(struct supervisor *supervisor, struct child *child)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		ygr_log_set_name(child->name);
		/* A supervisor that is killed takes them along: nobody else would stop them. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(EX_OSERR);
		exit(child->run(supervisor->config));
	}
	child->started_ns = ygr_clock_boot_ns();
	child->alive_ns = child->started_ns;
	child->restart_ns = child->started_ns + BACKOFF_MAX_NS;
	if (pid < 0) {
		ygr_error("cannot start %s: %s", child->name, strerror(errno));
		return;
	}
	child->pid = pid;
}

static void note_end(struct child *child, int status)
{
	uint64_t now_ns = ygr_clock_boot_ns();

	child->pid = 0;
	if (!child->wanted)
		return;
	if (now_ns - child->started_ns >= HEALTHY_NS || !child->backoff_ns)
		child->backoff_ns = BACKOFF_MIN_NS;
	else if (child->backoff_ns < BACKOFF_MAX_NS / 2)
		child->backoff_ns *= 2;
	else
		child->backoff_ns = BACKOFF_MAX_NS;
	child->restart_ns = now_ns + child->backoff_ns;
	if (WIFSIGNALED(status))
		ygr_warn("%s was ended by signal %d; starts again in %llu ms", child->name,
			 WTERMSIG(status), (unsigned long long)(child->backoff_ns / YGR_NS_PER_MS));
	else
		ygr_warn("%s ended with status %d; starts again in %llu ms", child->name,
			 WEXITSTATUS(status), (unsigned long long)(child->backoff_ns / YGR_NS_PER_MS));
}

static void reap(struct supervisor *supervisor)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == supervisor->reader.pid)
			note_end(&supervisor->reader, status);
		else if (pid == supervisor->sender.pid)
			note_end(&supervisor->sender, status);
	}
}

/* Waits for a signal until @until_ns. Return: its number, 0: none came. */
static int wait_signal(struct supervisor *supervisor, uint64_t until_ns)
{
	uint64_t now_ns = ygr_clock_boot_ns();
	uint64_t wait_ns = until_ns > now_ns ? until_ns - now_ns : 0;
	struct timespec wait = {
		.tv_sec = (time_t)(wait_ns / YGR_NS_PER_S),
		.tv_nsec = (long)(wait_ns % YGR_NS_PER_S),
	};
	int number = sigtimedwait(&supervisor->signals, NULL, &wait);

	return number > 0 ? number : 0;
}

static void stop(struct supervisor *supervisor, struct child *child)
{
	uint64_t until_ns = ygr_clock_boot_ns() + child->stop_ns;

	child->wanted = false;
	if (!child->pid)
		return;
	kill(child->pid, SIGTERM);
	while (child->pid && ygr_clock_boot_ns() < until_ns) {
		wait_signal(supervisor, until_ns);
		reap(supervisor);
	}
	if (!child->pid)
		return;
	ygr_warn("%s does not end: killed", child->name);
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	child->pid = 0;
}

/* A child that has not written its status for so long will not do it any more. */
static void end_if_hung(const struct supervisor *supervisor, struct child *child)
{
	uint64_t now_ns = ygr_clock_boot_ns();
	char path[PATH_MAX];
	struct stat info = { 0 };

	if (!child->pid)
		return;
	snprintf(path, sizeof(path), "%s/%s", supervisor->config->runtime_dir, child->status_name);
	stat(path, &info);
	if (info.st_mtim.tv_sec != child->written.tv_sec || info.st_mtim.tv_nsec != child->written.tv_nsec) {
		child->written = info.st_mtim;
		child->alive_ns = now_ns;
	} else if (now_ns - child->alive_ns > HANG_NS) {
		ygr_error("%s hangs: killed", child->name);
		child->alive_ns = now_ns;
		kill(child->pid, SIGKILL);
	}
}

/* ---- directories ---------------------------------------------------------- */

/*
 * Makes @path, and its parent if that is missing, for reader (root) and sender.
 * @mode: of the last one. Return: 0 or -errno.
 */
static int make_dir(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	char parent[PATH_MAX];
	char *slash;

	strcpy(parent, path);
	slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		if (mkdir(parent, 0755) && errno != EEXIST)
			return -errno;
	}
	if (mkdir(path, mode) && errno != EEXIST)
		return -errno;
	if (geteuid() == 0 && (chown(path, uid, gid) || chmod(path, mode)))
		return -errno;
	return 0;
}

/*
 * The sender appends its state to the spool and removes segments, so it owns that
 * directory; by the set-group-id bit the reader's segments are its group's to
 * read. In the runtime directory both write; the sticky bit keeps the sender
 * from replacing the reader's file.
 */
static int make_dirs(const struct ygr_config *config)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int ret = 0;

	if (uid == 0)
		ret = ygr_privilege_find_sender(config->user, &uid, &gid);
	if (ret) {
		ygr_error("no user \"%s\" for the sender: %s", config->user, strerror(-ret));
		return ret;
	}
	ret = make_dir(config->spool_dir, 02750, uid, gid);
	if (ret) {
		ygr_error("%s: %s", config->spool_dir, strerror(-ret));
		return ret;
	}
	ret = make_dir(config->runtime_dir, geteuid() == 0 ? 01775 : 0755, geteuid(), gid);
	if (ret)
		ygr_error("%s: %s", config->runtime_dir, strerror(-ret));
	return ret;
}

/* ---- the loop ------------------------------------------------------------- */

static void reload_config(struct supervisor *supervisor)
{
	struct ygr_config fresh;

	ygr_notify("RELOADING=1");
	if (supervisor->reload(&fresh)) {
		ygr_error("the configuration was not reloaded: the old one stays in force");
	} else {
		ygr_config_exit(supervisor->config);
		*supervisor->config = fresh;
		stop(supervisor, &supervisor->sender);
		supervisor->sender.wanted = fresh.output_nr > 0;
		supervisor->sender.restart_ns = 0;
		ygr_notice("the configuration was reloaded for the sender");
	}
	ygr_notify("READY=1");
}

static uint64_t start_due(struct supervisor *supervisor, struct child *child)
{
	if (!child->wanted || child->pid)
		return UINT64_MAX;
	if (child->restart_ns <= ygr_clock_boot_ns())
		start(supervisor, child);
	return child->pid ? UINT64_MAX : child->restart_ns;
}

/* Twice as often as the service manager wants to hear from us. */
static uint64_t look_interval_ns(const struct supervisor *supervisor)
{
	uint64_t half_ns = supervisor->watchdog_ns / 2;

	return half_ns && half_ns < LOOK_NS ? half_ns : LOOK_NS;
}

static void supervise(struct supervisor *supervisor)
{
	for (;;) {
		uint64_t reader_ns = start_due(supervisor, &supervisor->reader);
		uint64_t sender_ns = start_due(supervisor, &supervisor->sender);
		uint64_t next_ns = reader_ns < sender_ns ? reader_ns : sender_ns;
		uint64_t look_ns = ygr_clock_boot_ns() + look_interval_ns(supervisor);

		end_if_hung(supervisor, &supervisor->reader);
		end_if_hung(supervisor, &supervisor->sender);
		if (supervisor->watchdog_ns)
			ygr_notify("WATCHDOG=1");
		switch (wait_signal(supervisor, next_ns < look_ns ? next_ns : look_ns)) {
		case SIGTERM:
		case SIGINT:
			return;
		case SIGHUP:
			reload_config(supervisor);
			break;
		case SIGCHLD:
			reap(supervisor);
			break;
		}
	}
}

static void block_signals(struct supervisor *supervisor)
{
	sigemptyset(&supervisor->signals);
	sigaddset(&supervisor->signals, SIGTERM);
	sigaddset(&supervisor->signals, SIGINT);
	sigaddset(&supervisor->signals, SIGHUP);
	sigaddset(&supervisor->signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &supervisor->signals, NULL);
}

int ygr_supervisor_run(struct ygr_config *config, int (*reload)(struct ygr_config *config))
{
	struct supervisor supervisor = {
		.config = config,
		.reload = reload,
		.watchdog_ns = ygr_notify_watchdog_ns(),
		.reader = {
			.name = "yagurad reader", .status_name = "reader.json",
			.run = ygr_reader_run, .wanted = true, .stop_ns = READER_STOP_NS,
		},
		.sender = {
			.name = "yagurad sender", .status_name = "sender.json",
			.run = ygr_sender_run, .wanted = config->output_nr > 0, .stop_ns = SENDER_STOP_NS,
		},
	};

	if (make_dirs(config))
		return EX_CANTCREAT;
	if (config->output_nr == 0)
		ygr_notice("no output is configured: events stay in %s", config->spool_dir);
	block_signals(&supervisor);
	ygr_notify("READY=1");
	supervise(&supervisor);
	ygr_notify("STOPPING=1");
	stop(&supervisor, &supervisor.reader);
	stop(&supervisor, &supervisor.sender);
	return 0;
}
