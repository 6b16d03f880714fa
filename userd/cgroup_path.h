/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which container a process is in, by the path of its cgroup: the runtimes name
 * the cgroups that they make after the container. docs/EVENTS.md has the table.
 * Pure. Any text is safe to pass.
 */
#ifndef YGR_CGROUP_PATH_H
#define YGR_CGROUP_PATH_H

#include <stdbool.h>
#include <stddef.h>

struct ygr_cgroup_container {
	char runtime[16];	/* "docker", "containerd", "cri-o", "podman", "lxc", "nspawn", "kubernetes" */
	char id[72];		/* 64 hex digits; of lxc and nspawn, the container's name */
	char pod[40];		/* of Kubernetes: the pod's uid; "": none */
};

/*
 * @text: of /proc/PID/cgroup, whose line of the unified hierarchy counts.
 * Return: whether it is that of a container; @container is filled only then.
 */
bool ygr_cgroup_path_parse(const char *text, size_t len, struct ygr_cgroup_container *container);

/* The same of the path alone. */
bool ygr_cgroup_path_container(const char *path, size_t len, struct ygr_cgroup_container *container);

#define YGR_CGROUP_UNIT_BYTES	128

/*
 * systemd's innermost service or scope; "": none, or of too long a name. Scopes of users' sessions
 * and services of users are units, too.
 */
void ygr_cgroup_path_unit(const char *path, size_t len, char unit[YGR_CGROUP_UNIT_BYTES]);

#endif
