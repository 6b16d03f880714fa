// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "log.h"
#include "notify.h"
#include "privilege.h"
#include "reader.h"
#include "sender.h"
#include "supervisor.h"

#define READER_STOP_NS	((YGR_READER_DRAIN_S + 2) * YGR_NS_PER_S)
#define SENDER_STOP_NS	(4 * YGR_NS_PER_S)
/* How often somebody looks, if nothing else happens. */
#define LOOK_NS		(10 * YGR_NS_PER_S)

struct supervisor {
	struct ygr_config *config;
	int (*reload)(struct ygr_config *config);
	sigset_t signals;
	uint64_t watchdog_ns;		/* 0: nobody waits for us */
	struct ygr_child reader, sender;
};

/* ---- children ------------------------------------------------------------- */

static int run_reader(const void *config)
{
	return ygr_reader_run(config);
}

static int run_sender(const void *config)
{
	return ygr_sender_run(config);
}

static void start_due(struct supervisor *supervisor, struct ygr_child *child,
		      int (*run)(const void *config))
{
	int ret = ygr_child_start(child, ygr_clock_awake_ns(), run, supervisor->config);

	if (ret)
		ygr_error("cannot start %s: %s", child->name, strerror(-ret));
}

static void note_end(struct ygr_child *child, int status)
{
	unsigned long long backoff_ms;

	ygr_child_note_end(child, ygr_clock_awake_ns());
	backoff_ms = child->backoff_ns / YGR_NS_PER_MS;
	if (!child->wanted)
		return;
	if (WIFSIGNALED(status))
		ygr_warn("%s was ended by signal %d; starts again in %llu ms", child->name,
			 WTERMSIG(status), backoff_ms);
	else
		ygr_warn("%s ended with status %d; starts again in %llu ms", child->name,
			 WEXITSTATUS(status), backoff_ms);
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
	uint64_t now_ns = ygr_clock_awake_ns();
	uint64_t wait_ns = until_ns > now_ns ? until_ns - now_ns : 0;
	struct timespec wait = {
		.tv_sec = (time_t)(wait_ns / YGR_NS_PER_S),
		.tv_nsec = (long)(wait_ns % YGR_NS_PER_S),
	};
	int number = sigtimedwait(&supervisor->signals, NULL, &wait);

	return number > 0 ? number : 0;
}

/* Takes at most @limit_ns. */
static void stop(struct supervisor *supervisor, struct ygr_child *child, uint64_t limit_ns)
{
	uint64_t until_ns = ygr_clock_awake_ns() + limit_ns;

	child->wanted = false;
	if (!child->pid)
		return;
	kill(child->pid, SIGTERM);
	while (child->pid && ygr_clock_awake_ns() < until_ns) {
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

static void end_if_hung(struct ygr_child *child)
{
	if (!ygr_child_is_hung(child, ygr_clock_awake_ns()))
		return;
	ygr_error("%s gives no sign of life: killed", child->name);
	kill(child->pid, SIGKILL);
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

/* The reader goes on with the directories that it has: the sender has to follow it there. */
static bool may_follow(const struct ygr_config *old, const struct ygr_config *fresh)
{
	if (strcmp(old->spool_dir, fresh->spool_dir) == 0 &&
	    strcmp(old->runtime_dir, fresh->runtime_dir) == 0)
		return true;
	ygr_error("spool.dir and runtime_dir cannot change while the daemon runs");
	return false;
}

static void reload_config(struct supervisor *supervisor)
{
	struct ygr_config fresh;

	ygr_notify("RELOADING=1");
	if (supervisor->reload(&fresh)) {
		ygr_error("the configuration was not reloaded: the old one stays in force");
	} else if (!may_follow(supervisor->config, &fresh)) {
		ygr_config_exit(&fresh);
		ygr_error("the configuration was not reloaded: the old one stays in force");
	} else {
		ygr_config_exit(supervisor->config);
		*supervisor->config = fresh;
		stop(supervisor, &supervisor->sender, SENDER_STOP_NS);
		supervisor->sender.wanted = fresh.output_nr > 0;
		supervisor->sender.restart_ns = 0;
		ygr_notice("the configuration was reloaded for the sender");
	}
	ygr_notify("READY=1");
}

/* Twice as often as the service manager wants to hear from us. */
static uint64_t look_interval_ns(const struct supervisor *supervisor)
{
	uint64_t half_ns = supervisor->watchdog_ns / 2;

	return half_ns && half_ns < LOOK_NS ? half_ns : LOOK_NS;
}

/* When the next child is due, or it is time to look. */
static uint64_t next_ns(const struct supervisor *supervisor)
{
	uint64_t next = ygr_clock_awake_ns() + look_interval_ns(supervisor);

	if (ygr_child_due_ns(&supervisor->reader) < next)
		next = ygr_child_due_ns(&supervisor->reader);
	if (ygr_child_due_ns(&supervisor->sender) < next)
		next = ygr_child_due_ns(&supervisor->sender);
	return next;
}

static void supervise(struct supervisor *supervisor)
{
	for (;;) {
		start_due(supervisor, &supervisor->reader, run_reader);
		start_due(supervisor, &supervisor->sender, run_sender);
		end_if_hung(&supervisor->reader);
		end_if_hung(&supervisor->sender);
		if (supervisor->watchdog_ns)
			ygr_notify("WATCHDOG=1");
		switch (wait_signal(supervisor, next_ns(supervisor))) {
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
	};

	if (ygr_child_init(&supervisor.reader, "yagurad reader", true) ||
	    ygr_child_init(&supervisor.sender, "yagurad sender", config->output_nr > 0)) {
		ygr_error("out of memory");
		return EX_OSERR;
	}
	if (make_dirs(config))
		return EX_CANTCREAT;
	if (config->output_nr == 0)
		ygr_notice("no output is configured: events stay in %s", config->spool_dir);
	block_signals(&supervisor);
	ygr_notify("READY=1");
	supervise(&supervisor);
	ygr_notify("STOPPING=1");
	stop(&supervisor, &supervisor.reader, READER_STOP_NS);
	stop(&supervisor, &supervisor.sender, SENDER_STOP_NS);
	return 0;
}
