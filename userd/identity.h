/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the numbers of an event's head are called: user and group by name, the
 * cgroup's container. Asked for once per subject and batch.
 *
 * A container, and a unit, are looked for when their cgroup is first met: in the record, if it tells
 * the path (an exec does), else in /proc/PID/cgroup of whoever was in it then. He may be gone already, or in another cgroup, since
 * runtimes move the processes that they start: the inode of the cgroup that is found
 * has to be the number that the event has, else the next one is tried, a few times.
 * No disk and no server is behind either file; names, behind which one may be, come
 * from name_service.h. Bounded: NR cgroups.
 */
#ifndef YGR_IDENTITY_H
#define YGR_IDENTITY_H

#include <yagura/ygr_event.h>

#include "cgroup_path.h"
#include "name_service.h"

#define YGR_IDENTITY_CGROUPS_NR	4096

struct ygr_identity;

struct ygr_identity_facts {
	char user[YGR_NAME_SERVICE_BYTES];	/* of uid; "": none, or not known yet */
	char group[YGR_NAME_SERVICE_BYTES];	/* of gid */
	char euser[YGR_NAME_SERVICE_BYTES];	/* of euid, if it is another one */
	const struct ygr_cgroup_container *container;	/* NULL: none; good until the next find() */
	const char *unit;			/* systemd's; "": none, or not known; likewise */
};

struct ygr_identity_stats {
	uint64_t cgroup_nr;		/* looked for, and found to be a container's or not */
	uint64_t gone_nr;		/* attempts that found nobody there any more */
	struct ygr_name_service_stats names;
};

/*
 * @proc, @cgroups: "/proc" and "/sys/fs/cgroup", but for tests. Without the latter
 * there are no containers. @lookup: as of ygr_name_service_create().
 * Return: 0 or -errno.
 */
int ygr_identity_create(struct ygr_identity **identity, const char *proc, const char *cgroups,
			ygr_name_lookup_fn lookup);
void ygr_identity_destroy(struct ygr_identity *identity);	/* NULL is fine */

void ygr_identity_find(struct ygr_identity *identity, const struct ygr_record *head,
		       struct ygr_identity_facts *facts);

/* Some records tell their cgroup's path: then /proc need not be asked. */
void ygr_identity_learn(struct ygr_identity *identity, uint64_t cgroup_id, const char *path, size_t len);

void ygr_identity_stats(struct ygr_identity *identity, struct ygr_identity_stats *stats);

#endif
