// SPDX-License-Identifier: GPL-2.0-only
#include "status_gather.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "event_name.h"
#include "policy_locate.h"
#include "policy_verify.h"

static json_int_t age_s(uint64_t load_id)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec - (json_int_t)(load_id / 1000000000);
}

static json_t *get_module(const struct ygr_info *info)
{
	static const char *const names[] = { "deny", "mnt-ns", "sha256", "verity", "signed" };
	json_t *features = json_array();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (info->features & 1ull << i)
			json_array_append_new(features, json_string(names[i]));
	return json_pack("{s:s#, s:i, s:i, s:I, s:I, s:o}",
			 "version", info->version, (int)strnlen(info->version, sizeof(info->version)),
			 "abi", info->abi_version, "schema", info->schema_version,
			 "load_id", (json_int_t)info->load_id, "age_s", age_s(info->load_id),
			 "features", features);
}

static const char *hook_state(uint32_t state)
{
	switch (state) {
	case YGR_HOOK_ATTACHED:
		return "attached";
	case YGR_HOOK_MISSING:
		return "missing in this kernel";
	case YGR_HOOK_BUSY:
		return "busy: somebody else redirects it";
	case YGR_HOOK_FAILED:
		return "failed";
	case YGR_HOOK_STOPPED:
		return "stopped";
	case YGR_HOOK_DISABLED:
		return "disabled: the module was loaded with disable=1";
	case YGR_HOOK_MISMATCHED:
		return "mismatched: the kernel declares it otherwise than is known";
	default:
		return "unknown";
	}
}

static json_t *get_hooks(int fd, const struct ygr_info *info)
{
	json_t *hooks = json_array();
	struct ygr_hook_info hook;
	uint32_t i;

	for (i = 0; i < info->hook_nr && !ygr_device_get_hook(fd, i, &hook); i++)
		json_array_append_new(hooks, json_pack("{s:s#, s:s, s:i}",
			"symbol", hook.symbol, (int)strnlen(hook.symbol, sizeof(hook.symbol)),
			"state", hook_state(hook.state), "error", hook.error));
	return hooks;
}

/* CPUs without a ring are passed over. */
static json_t *get_rings(int fd, const struct ygr_info *info)
{
	struct ygr_ring_info ring;
	json_t *rings = json_array();
	uint32_t cpu;

	for (cpu = 0; cpu < info->cpu_nr; cpu++) {
		if (ygr_device_get_ring(fd, cpu, &ring))
			continue;
		json_array_append_new(rings, json_pack("{s:i, s:I, s:I, s:I, s:I, s:I}",
			"cpu", cpu, "data_bytes", (json_int_t)ring.data_bytes,
			"reserved_bytes", (json_int_t)ring.reserved_bytes,
			"head", (json_int_t)ring.head, "tail", (json_int_t)ring.tail,
			"used_bytes", (json_int_t)(ring.head - ring.tail)));
	}
	return rings;
}

static json_t *get_classes(const struct ygr_stats *stats, const struct ygr_noise_stats *noise,
			   uint32_t class_nr)
{
	char room[YGR_EVENT_NAME_BYTES];
	json_t *classes = json_object();
	uint32_t class;

	for (class = 0; class < class_nr && class < YGR_CLASS_MAX; class++)
		json_object_set_new(classes, ygr_event_name_class(class, room),
			json_pack("{s:I, s:I, s:I, s:I}",
				  "produced", (json_int_t)stats->produced[class],
				  "dropped", (json_int_t)stats->dropped[class],
				  "coalesced", (json_int_t)noise->coalesced[class],
				  "suppressed", (json_int_t)noise->suppressed[class]));
	return classes;
}

static json_t *get_counters(const struct ygr_stats *stats)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "denied", (json_int_t)stats->denied,
			 "ignored", (json_int_t)stats->ignored,
			 "protected", (json_int_t)stats->protected,
			 "monitored", (json_int_t)stats->monitored,
			 "killed", (json_int_t)stats->killed,
			 "digested", (json_int_t)stats->digested,
			 "digest_failed", (json_int_t)stats->digest_failed,
			 "path_failed", (json_int_t)stats->path_failed,
			 "argv_failed", (json_int_t)stats->argv_failed,
			 "process_failed", (json_int_t)stats->process_failed);
}

static void describe_blob(json_t *policy, const void *blob, size_t bytes)
{
	struct ygr_policy_image image;
	struct ygr_policy_error error;
	uint32_t nr[YGR_MODE_NR];

	if (ygr_policy_verify(blob, bytes, &image, &error))
		return;
	ygr_policy_locate_modes(&image, nr);
	json_object_set_new(policy, "name", json_string(image.strings + image.header->name_off));
	json_object_set_new(policy, "rules", json_integer(image.rule_nr));
	json_object_set_new(policy, "enforce", json_integer(nr[YGR_MODE_ENFORCE]));
	json_object_set_new(policy, "monitor", json_integer(nr[YGR_MODE_MONITOR]));
}

static void describe_state(json_t *policy, const struct ygr_policy_state *state)
{
	json_object_set_new(policy, "previous_generation", json_integer((json_int_t)state->previous_generation));
	json_object_set_new(policy, "bytes", json_integer((json_int_t)state->bytes));
	json_object_set_new(policy, "confirm_left_ms", json_integer(state->confirm_left_ms));
	json_object_set_new(policy, "locked", json_boolean(state->flags & YGR_STATE_LOCKED));
	json_object_set_new(policy, "tripped", json_boolean(state->flags & YGR_STATE_TRIPPED));
	json_object_set_new(policy, "observes", json_boolean(state->flags & YGR_STATE_OBSERVES));
	json_object_set_new(policy, "observe_only", json_boolean(state->flags & YGR_STATE_TOLD));
	json_object_set_new(policy, "no_reader", json_boolean(state->flags & YGR_STATE_NO_READER));
}

static json_t *get_policy(int fd)
{
	struct ygr_policy_state state;
	json_t *policy = json_object();
	uint64_t generation = 0;
	size_t bytes;
	void *blob;

	if (!ygr_device_show(fd, &blob, &bytes, &generation)) {
		describe_blob(policy, blob, bytes);
		free(blob);
	}
	json_object_set_new(policy, "generation", json_integer(generation));
	if (!ygr_device_get_state(fd, &state))
		describe_state(policy, &state);
	return policy;
}

static void add_module(json_t *status, int fd, const struct ygr_info *info)
{
	struct ygr_noise_stats noise = { 0 };
	struct ygr_stats stats;

	json_object_set_new(status, "module", get_module(info));
	json_object_set_new(status, "policy", get_policy(fd));
	json_object_set_new(status, "hooks", get_hooks(fd, info));
	json_object_set_new(status, "rings", get_rings(fd, info));
	if (ygr_device_get_stats(fd, YGR_CPU_ALL, &stats))
		return;
	/* A module of before has none of it. */
	if (ygr_device_get_noise(fd, YGR_CPU_ALL, &noise))
		memset(&noise, 0, sizeof(noise));
	json_object_set_new(status, "classes", get_classes(&stats, &noise, info->class_nr));
	json_object_set_new(status, "counters", get_counters(&stats));
}

/* "running" is ours to add to what it wrote. */
json_t *ygr_status_gather_process(const char *directory, const char *name)
{
	char path[4096];
	json_t *process;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s.json", directory, name);
	process = json_load_file(path, 0, NULL);
	if (!json_is_object(process)) {
		json_decref(process);
		return NULL;
	}
	pid = json_integer_value(json_object_get(process, "pid"));
	json_object_set_new(process, "running",
			    json_boolean(pid > 0 && (!kill(pid, 0) || errno == EPERM)));
	return process;
}

static void add_process(json_t *status, const char *directory, const char *name)
{
	json_t *process = ygr_status_gather_process(directory, name);

	if (process)
		json_object_set_new(status, name, process);
}

json_t *ygr_status_gather_module(int *device_err)
{
	json_t *status = json_object();
	struct ygr_info info;
	int fd = ygr_device_open(&info);

	*device_err = fd < 0 ? fd : 0;
	if (fd >= 0) {
		add_module(status, fd, &info);
		close(fd);
	}
	return status;
}

json_t *ygr_status_gather(const char *directory, int *device_err)
{
	json_t *status = ygr_status_gather_module(device_err);

	add_process(status, directory, "reader");
	add_process(status, directory, "sender");
	return status;
}
