// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "landlock.h"
#include "log.h"
#include "privilege.h"
#include "sandbox.h"
#include "syscall_filter.h"

/* Name service reads these by name ... */
static const char *const named_files[] = {
	"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf",
	"/etc/services", "/etc/protocols", NULL
};

/* ... its modules are loaded when they are needed first, and so are authorities; jansson wants a seed. */
static const char *const trees[] = {
	"/dev/urandom",
	"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/run/systemd/resolve",
	"/etc/ssl", "/etc/pki", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", NULL
};

/* ---- files of the sender -------------------------------------------------- */

static void report(const char *path, int error)
{
	if (error && error != -ENOENT)
		ygr_warn("sandbox: %s: %s", path, strerror(-error));
}

static void allow_path(void *arg, const char *path, enum ygr_option_access access)
{
	const struct ygr_sandbox *sandbox = arg;
	char copy[PATH_MAX];

	if (access == YGR_OPTION_READS) {
		report(path, ygr_landlock_allow_read(sandbox->ruleset_fd, path));
		return;
	}
	strncpy(copy, path, sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	path = dirname(copy);
	report(path, ygr_landlock_allow_write(sandbox->ruleset_fd, path));
}

static void allow_outputs(struct ygr_sandbox *sandbox, const struct ygr_config *config)
{
	for (size_t i = 0; i < config->output_nr; i++) {
		const struct ygr_output_config *output = &config->outputs[i];

		if (output->type->options)
			ygr_option_for_each_path(output->type->options, output->settings, allow_path,
						 sandbox);
	}
}

/* A rule is for the file that has the name now: remember which one that is. */
static void allow_named(struct ygr_sandbox *sandbox)
{
	for (const char *const *path = named_files; *path; path++) {
		struct stat info = { 0 };

		report(*path, ygr_landlock_allow_read(sandbox->ruleset_fd, *path));
		stat(*path, &info);
		sandbox->named[sandbox->named_nr].path = *path;
		sandbox->named[sandbox->named_nr].dev = info.st_dev;
		sandbox->named[sandbox->named_nr].ino = info.st_ino;
		sandbox->named_nr++;
	}
}

bool ygr_sandbox_is_stale(const struct ygr_sandbox *sandbox)
{
	for (size_t i = 0; i < sandbox->named_nr; i++) {
		struct stat info = { 0 };

		stat(sandbox->named[i].path, &info);
		if (info.st_dev != sandbox->named[i].dev || info.st_ino != sandbox->named[i].ino)
			return true;
	}
	return false;
}

void ygr_sandbox_prepare_sender(struct ygr_sandbox *sandbox, const struct ygr_config *config)
{
	*sandbox = (struct ygr_sandbox) { .proc_fd = -1 };
	sandbox->ruleset_fd = ygr_landlock_create();
	if (sandbox->ruleset_fd < 0)
		return;
	report(config->spool_dir, ygr_landlock_allow_write(sandbox->ruleset_fd, config->spool_dir));
	report(config->runtime_dir, ygr_landlock_allow_write(sandbox->ruleset_fd, config->runtime_dir));
	allow_outputs(sandbox, config);
	allow_named(sandbox);
	for (const char *const *path = trees; *path; path++)
		report(*path, ygr_landlock_allow_read(sandbox->ruleset_fd, *path));
	/* The status tells our memory. An entry of /proc that nobody holds is made anew at times. */
	sandbox->proc_fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	report("/proc/self", ygr_landlock_allow_read(sandbox->ruleset_fd, "/proc/self"));
}

/* ---- walls ---------------------------------------------------------------- */

static void raise_landlock(struct ygr_sandbox *sandbox)
{
	int ret = sandbox->ruleset_fd < 0 ? sandbox->ruleset_fd : ygr_landlock_enforce(sandbox->ruleset_fd);

	if (ret)
		ygr_warn("the sender's files are not fenced in by Landlock: %s", strerror(-ret));
	else
		sandbox->landlock = ygr_landlock_version();
	if (sandbox->ruleset_fd >= 0)
		close(sandbox->ruleset_fd);
	sandbox->ruleset_fd = -1;
}

static void raise_seccomp(struct ygr_sandbox *sandbox, enum ygr_syscall_filter_role role)
{
	int ret = ygr_syscall_filter_enforce(role);

	if (ret)
		ygr_warn("system calls are not filtered: %s", strerror(-ret));
	sandbox->seccomp = !ret;
}

static int become_sender(struct ygr_sandbox *sandbox, const struct ygr_config *config)
{
	uid_t uid;
	gid_t gid;
	int ret;

	if (geteuid() != 0)
		return 0;
	ret = ygr_privilege_find_sender(config->user, &uid, &gid);
	if (!ret)
		ret = ygr_privilege_drop_bounding(0);
	if (!ret)
		ret = ygr_privilege_become(uid, gid);
	sandbox->own_user = !ret;
	sandbox->few_capabilities = !ret;
	return ret;
}

int ygr_sandbox_enter_sender(struct ygr_sandbox *sandbox, const struct ygr_config *config)
{
	int ret = become_sender(sandbox, config);

	if (!ret)
		ret = ygr_privilege_lock();
	if (ret)
		return ret;
	raise_landlock(sandbox);
	raise_seccomp(sandbox, YGR_SYSCALL_FILTER_SENDER);
	return 0;
}

void ygr_sandbox_enter_reader(struct ygr_sandbox *sandbox)
{
	int ret = ygr_privilege_drop_network();

	*sandbox = (struct ygr_sandbox) { .ruleset_fd = -1, .proc_fd = -1, .no_network = !ret };
	if (ret)
		ygr_notice("the reader keeps its network namespace: %s", strerror(-ret));
	ret = ygr_privilege_keep_files();
	if (!ret)
		ret = ygr_privilege_lock();
	if (ret) {
		ygr_notice("the reader keeps its capabilities: %s", strerror(-ret));
		return;
	}
	sandbox->few_capabilities = true;
	raise_seccomp(sandbox, YGR_SYSCALL_FILTER_READER);
}

json_t *ygr_sandbox_describe(const struct ygr_sandbox *sandbox)
{
	return json_pack("{s:b, s:b, s:b, s:i, s:b}",
		"own_user", sandbox->own_user,
		"no_network", sandbox->no_network,
		"few_capabilities", sandbox->few_capabilities,
		"landlock", sandbox->landlock,
		"seccomp", sandbox->seccomp);
}
