// SPDX-License-Identifier: GPL-2.0-only
#include "top_look.h"

#include <stdio.h>
#include <string.h>

#include "json_field.h"
#include "top_hitters.h"
#include "young_hook.h"

static uint64_t number(const json_t *map, const char *key)
{
	int64_t value = ygr_json_number(map, key);

	return value > 0 ? (uint64_t)value : 0;
}

static void copy_text(char text[YGR_TOP_NAME_BYTES], const json_t *map, const char *key)
{
	snprintf(text, YGR_TOP_NAME_BYTES, "%s", ygr_json_text(map, key, ""));
}

static void read_hooks(struct ygr_top_look *look, const json_t *hooks)
{
	const json_t *hook;
	size_t i;

	json_array_foreach(hooks, i, hook) {
		look->hook_nr++;
		if (!strcmp(ygr_json_text(hook, "state", ""), "attached"))
			look->attached_nr++;
		else if (!ygr_young_hook_explain(hook))
			look->lost_nr++;
	}
}

static void read_policy(struct ygr_top_look *look, const json_t *policy)
{
	look->has_policy = json_is_string(json_object_get(policy, "name"));
	copy_text(look->policy, policy, "name");
	look->generation = number(policy, "generation");
	look->rule_nr = number(policy, "rules");
	look->enforce_nr = number(policy, "enforce");
	look->monitor_nr = number(policy, "monitor");
	look->confirm_left_ms = number(policy, "confirm_left_ms");
	look->is_tripped = ygr_json_is_set(policy, "tripped");
	look->has_no_reader = ygr_json_is_set(policy, "no_reader");
	look->observes = ygr_json_is_set(policy, "observes");
	look->is_told = ygr_json_is_set(policy, "observe_only");
	look->is_locked = ygr_json_is_set(policy, "locked");
}

static void read_classes(struct ygr_top_look *look, const json_t *classes)
{
	const json_t *value;
	const char *name;

	json_object_foreach((json_t *)classes, name, value) {
		uint64_t produced = number(value, "produced"), dropped = number(value, "dropped");
		struct ygr_top_class *class = &look->class[look->class_nr];

		if (look->class_nr == YGR_CLASS_MAX)
			return;
		look->class_nr++;
		snprintf(class->name, sizeof(class->name), "%s", name);
		class->count[YGR_TOP_RECORDED] = produced > dropped ? produced - dropped : 0;
		class->count[YGR_TOP_MERGED] = number(value, "coalesced");
		class->count[YGR_TOP_SUPPRESSED] = number(value, "suppressed");
		class->count[YGR_TOP_DROPPED] = dropped;
	}
}

static double part_used(const struct ygr_top_ring *ring)
{
	return ring->data_bytes ? (double)ring->used_bytes / (double)ring->data_bytes : -1;
}

static void read_rings(struct ygr_top_look *look, const json_t *rings)
{
	const json_t *value;
	size_t i;

	json_array_foreach(rings, i, value) {
		struct ygr_top_ring ring = {
			.cpu = number(value, "cpu"),
			.used_bytes = number(value, "used_bytes"),
			.data_bytes = number(value, "data_bytes"),
		};

		if (!look->ring_nr++ || part_used(&ring) > part_used(&look->fullest))
			look->fullest = ring;
		look->ring_used_bytes = ygr_top_sum(look->ring_used_bytes, ring.used_bytes);
		look->ring_data_bytes = ygr_top_sum(look->ring_data_bytes, ring.data_bytes);
	}
}

static void read_process(struct ygr_top_process *process, const json_t *value)
{
	process->is_known = json_is_object(value);
	process->runs = ygr_json_is_set(value, "running");
	process->pid = number(value, "pid");
}

void ygr_top_look_read(struct ygr_top_look *look, const json_t *status)
{
	const json_t *module = json_object_get(status, "module");
	const json_t *reader = json_object_get(status, "reader");
	const json_t *spool = json_object_get(reader, "spool");

	memset(look, 0, sizeof(*look));
	look->has_module = json_is_object(module);
	copy_text(look->version, module, "version");
	look->load_id = number(module, "load_id");
	look->age_s = number(module, "age_s");
	read_hooks(look, json_object_get(status, "hooks"));
	read_policy(look, json_object_get(status, "policy"));
	read_classes(look, json_object_get(status, "classes"));
	read_rings(look, json_object_get(status, "rings"));
	read_process(&look->reader, reader);
	read_process(&look->sender, json_object_get(status, "sender"));
	look->spool_used_bytes = number(spool, "used_bytes");
	look->spool_limit_bytes = number(spool, "limit_bytes");
	copy_text(look->waiting_for, spool, "waiting_for");
}

static const struct ygr_top_class *find_class(const struct ygr_top_look *look, const char *name)
{
	for (unsigned int i = 0; i < look->class_nr; i++)
		if (!strcmp(look->class[i].name, name))
			return &look->class[i];
	return NULL;
}

void ygr_top_look_since(const struct ygr_top_look *now, const struct ygr_top_look *before,
			uint64_t count[YGR_CLASS_MAX][YGR_TOP_COUNT_NR])
{
	const bool is_same = now->load_id == before->load_id;

	memset(count, 0, YGR_CLASS_MAX * sizeof(count[0]));
	for (unsigned int i = 0; i < now->class_nr; i++) {
		const struct ygr_top_class *old = find_class(before, now->class[i].name);

		for (int j = 0; j < YGR_TOP_COUNT_NR; j++) {
			uint64_t is = now->class[i].count[j];
			uint64_t was = is_same && old ? old->count[j] : 0;

			count[i][j] = is > was ? is - was : 0;
		}
	}
}
