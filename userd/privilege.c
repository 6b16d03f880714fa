// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "privilege.h"

/* What the kernel itself calls nobody. */
#define NOBODY	65534

int ygr_privilege_find_user(const char *name, uid_t *uid, gid_t *gid)
{
	struct passwd *entry;

	errno = 0;
	entry = getpwnam(name);
	if (!entry)
		return errno ? -errno : -ENOENT;
	*uid = entry->pw_uid;
	*gid = entry->pw_gid;
	return 0;
}

int ygr_privilege_find_sender(const char *name, uid_t *uid, gid_t *gid)
{
	if (name)
		return ygr_privilege_find_user(name, uid, gid);
	if (ygr_privilege_find_user("_yagura", uid, gid) &&
	    ygr_privilege_find_user("nobody", uid, gid)) {
		*uid = NOBODY;
		*gid = NOBODY;
	}
	return 0;
}

int ygr_privilege_drop_network(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

int ygr_privilege_drop_bounding(uint64_t keep)
{
	/* Beyond the last capability that this kernel knows the answer is EINVAL. */
	for (unsigned long capability = 0; capability < 64; capability++) {
		if (prctl(PR_CAPBSET_READ, capability) < 0)
			break;
		if (!(keep >> capability & 1) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0))
			return -errno;
	}
	return 0;
}

int ygr_privilege_become(uid_t uid, gid_t gid)
{
	int death_signal = 0;

	/* A change of credentials forgets what is to happen when the parent dies. */
	if (prctl(PR_GET_PDEATHSIG, &death_signal) ||
	    setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid) ||
	    prctl(PR_SET_PDEATHSIG, death_signal))
		return -errno;
	/* setresuid took root's capabilities along; make sure that it did. */
	if (uid != 0 && setuid(0) == 0)
		return -EPERM;
	return 0;
}

int ygr_privilege_lock(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

int ygr_privilege_keep_files(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	const uint32_t keep = 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH |
			      1u << CAP_SYS_PTRACE | 1u << CAP_FOWNER;

	int ret = ygr_privilege_drop_bounding(keep);

	if (ret)
		return ret;
	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].effective &= keep;
	data[0].permitted &= keep;
	data[0].inheritable = 0;
	memset(&data[1], 0, sizeof(data[1]));
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}
