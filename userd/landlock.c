// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "landlock.h"

/* What came after the headers that this may be built with. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE		(1ull << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV		(1ull << 15)
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP		(1ull << 0)
#endif
#ifndef LANDLOCK_SCOPE_SIGNAL
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET	(1ull << 0)
#define LANDLOCK_SCOPE_SIGNAL			(1ull << 1)
#endif

struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;	/* from version 4 */
	uint64_t scoped;		/* from version 6 */
};

#define READS	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define MAKES	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | \
		 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR | \
		 LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* What a file, in contrast to a directory, can be opened for. */
#define OF_FILES (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
		  LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | \
		  LANDLOCK_ACCESS_FS_IOCTL_DEV)

int ygr_landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}

/* Everything of the file system that this version can deny. */
static uint64_t all_access(int version)
{
	if (version >= 5)
		return (1ull << 16) - 1;
	if (version >= 3)
		return (1ull << 15) - 1;
	return version == 2 ? (1ull << 14) - 1 : (1ull << 13) - 1;
}

int ygr_landlock_create(void)
{
	int version = ygr_landlock_version();
	struct ruleset_attr attr = {
		.handled_access_fs = all_access(version),
		.handled_access_net = version >= 4 ? LANDLOCK_ACCESS_NET_BIND_TCP : 0,
		.scoped = version >= 6 ? LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL : 0,
	};
	size_t bytes = version >= 6 ? 24 : version >= 4 ? 16 : 8;
	long fd;

	if (!version)
		return -EOPNOTSUPP;
	fd = syscall(SYS_landlock_create_ruleset, &attr, bytes, 0);
	return fd < 0 ? -errno : (int)fd;
}

static int allow(int ruleset_fd, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access & all_access(ygr_landlock_version()) };
	struct stat info;
	int ret = 0;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return -errno;
	if (fstat(rule.parent_fd, &info))
		ret = -errno;
	else if (!S_ISDIR(info.st_mode))
		rule.allowed_access &= OF_FILES;
	if (!ret && syscall(SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		ret = -errno;
	close(rule.parent_fd);
	return ret;
}

int ygr_landlock_allow_read(int ruleset_fd, const char *path)
{
	return allow(ruleset_fd, path, READS);
}

int ygr_landlock_allow_write(int ruleset_fd, const char *path)
{
	return allow(ruleset_fd, path, READS | MAKES);
}

int ygr_landlock_enforce(int ruleset_fd)
{
	return syscall(SYS_landlock_restrict_self, ruleset_fd, 0) ? -errno : 0;
}
