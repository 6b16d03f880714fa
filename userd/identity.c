// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "identity.h"

#define NAME_TTL_NS	(600 * YGR_NS_PER_S)
#define WAYS_NR		4
#define SETS_NR		(YGR_IDENTITY_CGROUPS_NR / WAYS_NR)
#define ATTEMPTS_MAX	8		/* to find somebody who is still there */
#define TEXT_BYTES	8192

struct cgroup {
	uint64_t id;			/* 0: free */
	uint64_t used_nr;		/* the identity's count then */
	uint8_t	 attempt_nr;
	bool	 is_known;
	bool	 is_container;
	struct ygr_cgroup_container container;
	char	 unit[YGR_CGROUP_UNIT_BYTES];
};

struct ygr_identity {
	struct ygr_name_service *names;
	int	 proc_fd;
	int	 cgroups_fd;		/* of the unified hierarchy; -1: not to be had */
	uint64_t find_nr;
	uint64_t cgroup_nr, gone_nr;
	struct cgroup cgroups[SETS_NR][WAYS_NR];
};

/* Beside the older hierarchies, the unified one is mounted one level down. */
static int open_unified(const char *cgroups)
{
	int fd = open(cgroups, O_RDONLY | O_DIRECTORY | O_CLOEXEC), below;

	if (fd < 0)
		return fd;
	below = openat(fd, "unified", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (below < 0)
		return fd;
	close(fd);
	return below;
}

int ygr_identity_create(struct ygr_identity **out, const char *proc, const char *cgroups,
			ygr_name_lookup_fn lookup)
{
	struct ygr_identity *identity = calloc(1, sizeof(*identity));
	int ret;

	if (!identity)
		return -ENOMEM;
	identity->cgroups_fd = open_unified(cgroups);
	identity->proc_fd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = identity->proc_fd < 0 ? -errno : ygr_name_service_create(&identity->names, NAME_TTL_NS, lookup);
	if (ret) {
		ygr_identity_destroy(identity);
		return ret;
	}
	*out = identity;
	return 0;
}

void ygr_identity_destroy(struct ygr_identity *identity)
{
	if (!identity)
		return;
	ygr_name_service_destroy(identity->names);
	if (identity->proc_fd >= 0)
		close(identity->proc_fd);
	if (identity->cgroups_fd >= 0)
		close(identity->cgroups_fd);
	free(identity);
}

/* Return: bytes, or -errno: nobody is there any more. */
static ssize_t read_cgroup(const struct ygr_identity *identity, uint32_t pid, char text[TEXT_BYTES])
{
	char path[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%u/cgroup", pid);
	fd = openat(identity->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, TEXT_BYTES - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	return len;
}

static void know(struct ygr_identity *identity, struct cgroup *cgroup, const char *path, size_t len)
{
	cgroup->is_known = true;
	cgroup->is_container = ygr_cgroup_path_container(path, len, &cgroup->container);
	ygr_cgroup_path_unit(path, len, cgroup->unit);
	identity->cgroup_nr++;
}

/*
 * Is the unified line's cgroup the one with that number? @text ends in NUL, and is cut.
 * Return: its path, without the first slash; NULL.
 */
static const char *find_path(const struct ygr_identity *identity, char *text, uint64_t id)
{
	char *line = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");
	struct stat info;

	if (!line)
		return NULL;
	line = strchr(line, '/') + 1;
	line[strcspn(line, "\n")] = '\0';
	if (fstatat(identity->cgroups_fd, line[0] ? line : ".", &info, AT_SYMLINK_NOFOLLOW) || info.st_ino != id)
		return NULL;
	return line;
}

static void look(struct ygr_identity *identity, struct cgroup *cgroup, uint32_t pid)
{
	char text[TEXT_BYTES];
	ssize_t len = read_cgroup(identity, pid, text);
	const char *path = NULL;

	cgroup->attempt_nr++;
	if (len > 0) {
		text[len] = '\0';
		path = find_path(identity, text, cgroup->id);
	}
	if (path)
		know(identity, cgroup, path, strlen(path));
	else
		identity->gone_nr++;
}

static struct cgroup *find_cgroup(struct ygr_identity *identity, uint64_t id)
{
	struct cgroup *set = identity->cgroups[id % SETS_NR], *oldest = &set[0];

	for (int i = 0; i < WAYS_NR; i++) {
		if (set[i].id == id)
			return &set[i];
		if (set[i].used_nr < oldest->used_nr)
			oldest = &set[i];
	}
	*oldest = (struct cgroup) { .id = id };
	return oldest;
}

static struct cgroup *use_cgroup(struct ygr_identity *identity, uint64_t id)
{
	struct cgroup *cgroup = find_cgroup(identity, id);

	cgroup->used_nr = ++identity->find_nr;
	return cgroup;
}

void ygr_identity_learn(struct ygr_identity *identity, uint64_t cgroup_id, const char *path, size_t len)
{
	struct cgroup *cgroup;

	if (!cgroup_id)
		return;
	cgroup = use_cgroup(identity, cgroup_id);
	if (!cgroup->is_known)
		know(identity, cgroup, path, len);
}

static void fill_cgroup(struct ygr_identity *identity, const struct ygr_record *head,
			struct ygr_identity_facts *facts)
{
	struct cgroup *cgroup;

	facts->container = NULL;
	facts->unit = "";
	if (!head->cgroup_id)
		return;
	cgroup = use_cgroup(identity, head->cgroup_id);
	if (!cgroup->is_known && cgroup->attempt_nr < ATTEMPTS_MAX && identity->cgroups_fd >= 0)
		look(identity, cgroup, head->tgid);
	facts->unit = cgroup->unit;
	if (cgroup->is_container)
		facts->container = &cgroup->container;
}

void ygr_identity_find(struct ygr_identity *identity, const struct ygr_record *head,
		       struct ygr_identity_facts *facts)
{
	uint64_t now_ns = head->time_ns;

	facts->user[0] = facts->group[0] = facts->euser[0] = '\0';
	ygr_name_service_find(identity->names, YGR_NAME_USER, head->uid, now_ns, facts->user);
	ygr_name_service_find(identity->names, YGR_NAME_GROUP, head->gid, now_ns, facts->group);
	if (head->euid != head->uid)
		ygr_name_service_find(identity->names, YGR_NAME_USER, head->euid, now_ns, facts->euser);
	fill_cgroup(identity, head, facts);
}

void ygr_identity_stats(struct ygr_identity *identity, struct ygr_identity_stats *stats)
{
	stats->cgroup_nr = identity->cgroup_nr;
	stats->gone_nr = identity->gone_nr;
	ygr_name_service_stats(identity->names, &stats->names);
}
