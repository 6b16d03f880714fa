// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A policy can be replaced by a larger one between two looks; not for ever. */
#define SHOW_ATTEMPTS	8

static int request(int fd, unsigned long number, void *argument)
{
	return ioctl(fd, number, argument) ? -errno : 0;
}

int ygr_device_open_any(struct ygr_info *info)
{
	int fd, err;

	fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = ygr_device_get_info(fd, info);
	/* Another size of struct ygr_info is another number: older or newer. */
	if (err == -ENOTTY) {
		memset(info, 0, sizeof(*info));
		err = 0;
	}
	if (!err)
		return fd;
	close(fd);
	return err;
}

int ygr_device_open(struct ygr_info *info)
{
	int fd = ygr_device_open_any(info);

	if (fd < 0 || info->abi_version == YGR_ABI_VERSION)
		return fd;
	close(fd);
	return -EPROTO;
}

int ygr_device_get_info(int fd, struct ygr_info *info)
{
	memset(info, 0, sizeof(*info));
	return request(fd, YGR_IOC_GET_INFO, info);
}

int ygr_device_get_hook(int fd, uint32_t index, struct ygr_hook_info *hook)
{
	*hook = (struct ygr_hook_info) { .index = index };
	return request(fd, YGR_IOC_GET_HOOK, hook);
}

int ygr_device_get_ring(int fd, uint32_t cpu, struct ygr_ring_info *ring)
{
	*ring = (struct ygr_ring_info) { .cpu = cpu };
	return request(fd, YGR_IOC_GET_RING, ring);
}

int ygr_device_get_noise(int fd, uint32_t cpu, struct ygr_noise_stats *stats)
{
	*stats = (struct ygr_noise_stats) { .cpu = cpu };
	return request(fd, YGR_IOC_GET_NOISE, stats);
}

int ygr_device_get_stats(int fd, uint32_t cpu, struct ygr_stats *stats)
{
	*stats = (struct ygr_stats) { .cpu = cpu };
	return request(fd, YGR_IOC_GET_STATS, stats);
}

int ygr_device_load(int fd, struct ygr_policy_load *load)
{
	return request(fd, YGR_IOC_POLICY_LOAD, load);
}

int ygr_device_show(int fd, void **blob, size_t *bytes, uint64_t *generation)
{
	struct ygr_policy_show show = { 0 };
	void *room = NULL, *larger;
	unsigned int i;
	int err = -ENOSPC;

	for (i = 0; i < SHOW_ATTEMPTS && err == -ENOSPC; i++) {
		if (show.blob_bytes > YGR_POLICY_BYTES_MAX) {
			err = -EPROTO;
			break;
		}
		larger = realloc(room, show.blob_bytes + 8);
		if (!larger) {
			err = -ENOMEM;
			break;
		}
		room = larger;
		show = (struct ygr_policy_show) {
			.blob = (uintptr_t)room,
			.blob_cap = show.blob_bytes,
		};
		err = request(fd, YGR_IOC_POLICY_SHOW, &show);
	}
	*generation = show.generation;
	if (err) {
		free(room);
		return err;
	}
	*blob = room;
	*bytes = show.blob_bytes;
	return 0;
}

int ygr_device_change(int fd, unsigned long number, uint64_t expect_generation,
		      uint64_t *generation)
{
	struct ygr_policy_change change = { .expect_generation = expect_generation };
	int err = request(fd, number, &change);

	if (!err)
		*generation = change.generation;
	return err;
}

int ygr_device_stop(int fd, uint32_t *detached_nr)
{
	struct ygr_stop stop = { 0 };

	if (ioctl(fd, YGR_IOC_STOP, &stop))
		return -errno;
	*detached_nr = stop.detached_nr;
	return 0;
}

int ygr_device_get_state(int fd, struct ygr_policy_state *state)
{
	memset(state, 0, sizeof(*state));
	return request(fd, YGR_IOC_POLICY_STATE, state);
}

int ygr_device_get_rule_stats(int fd, struct ygr_rule_stats **rules, uint32_t *rule_nr,
			      uint64_t *generation)
{
	struct ygr_policy_stats stats = { 0 };
	struct ygr_rule_stats *room = NULL, *larger;
	unsigned int i;
	int err = -ENOSPC;

	for (i = 0; i < SHOW_ATTEMPTS && err == -ENOSPC; i++) {
		if (stats.rule_nr > YGR_POLICY_RULES_MAX) {
			err = -EPROTO;
			break;
		}
		larger = realloc(room, (stats.rule_nr + 1) * sizeof(*room));
		if (!larger) {
			err = -ENOMEM;
			break;
		}
		room = larger;
		stats = (struct ygr_policy_stats) {
			.rules = (uintptr_t)room,
			.rule_cap = stats.rule_nr,
		};
		err = request(fd, YGR_IOC_POLICY_STATS, &stats);
	}
	if (err) {
		free(room);
		return err;
	}
	*rules = room;
	*rule_nr = stats.rule_nr;
	*generation = stats.generation;
	return 0;
}

int ygr_device_get_protected(int fd, char **text)
{
	struct ygr_policy_protected protected = { 0 };
	char *room;
	int err;

	/* The set is built in: its size does not change between two looks. */
	err = request(fd, YGR_IOC_POLICY_PROTECTED, &protected);
	if (err && err != -ENOSPC)
		return err;
	room = malloc(protected.text_bytes + 1);
	if (!room)
		return -ENOMEM;
	protected.text = (uintptr_t)room;
	protected.text_cap = protected.text_bytes;
	err = request(fd, YGR_IOC_POLICY_PROTECTED, &protected);
	if (err) {
		free(room);
		return err;
	}
	room[protected.text_bytes] = '\0';
	*text = room;
	return 0;
}

const char *ygr_device_explain(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENXIO:
	case -ENODEV:
		return "the module is not loaded (modprobe yagura)";
	case -EACCES:
	case -EPERM:
		return "permission denied: this needs root (CAP_SYS_ADMIN in the initial user namespace)";
	case -EPROTO:
		return "the loaded module has another ABI version than this yaguractl: yagura-upgrade, or reboot";
	default:
		return strerror(-err);
	}
}
