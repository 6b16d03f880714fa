// SPDX-License-Identifier: GPL-2.0-only
#include "policy_host.h"

#include <errno.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "text_file.h"
#include "user_name.h"

static bool find_gid(const char *name, uint32_t *gid, void *context)
{
	const struct group *group = getgrnam(name);

	(void)context;
	if (group)
		*gid = group->gr_gid;
	return group;
}

static int find_file(const char *path, struct ygr_id_item *id, void *context)
{
	struct stat st;

	(void)context;
	if (stat(path, &st))
		return -errno;
	*id = (struct ygr_id_item) {
		.dev_major = major(st.st_dev),
		.dev_minor = minor(st.st_dev),
		.ino = st.st_ino,
	};
	return 0;
}

static int read_file(const char *path, size_t max_bytes, char **text, size_t *bytes,
		     void *context)
{
	(void)context;
	return ygr_text_file_read(path, max_bytes, text, bytes);
}

struct ygr_policy_host ygr_policy_host_here(void)
{
	return (struct ygr_policy_host) {
		.find_uid = ygr_user_name_find_uid,
		.find_gid = find_gid,
		.find_file = find_file,
		.read_file = read_file,
		.now_s = time(NULL),
	};
}
