// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/string.h>

#include "label.h"
#include "process.h"

/* Of each slot; "": it never had one. Whoever publishes has it to himself. */
static char names[YGR_LABEL_SLOT_NR][YGR_RULE_NAME_MAX + 1];

#define NO_SLOT		YGR_LABEL_SLOT_NR

static void add_slot(struct ygr_label_slots *slots, u32 slot)
{
	slots->words[slot / 64] |= BIT_ULL(slot % 64);
}

static bool has_slot(const struct ygr_label_slots *slots, u32 slot)
{
	return slots->words[slot / 64] & BIT_ULL(slot % 64);
}

static const char *name_of(const struct ygr_policy_image *image, u32 label)
{
	return image->strings + image->labels[label].name_off;
}

static u32 find_name(const char *name)
{
	u32 slot;

	for (slot = 0; slot < YGR_LABEL_SLOT_NR; slot++)
		if (!strcmp(names[slot], name))
			return slot;
	return NO_SLOT;
}

/* One that never had a name, else one that neither policy needs: half of them at least. */
static u32 find_slot(const struct ygr_label_slots *needed)
{
	u32 slot = find_name("");

	if (slot != NO_SLOT)
		return slot;
	for (slot = 0; has_slot(needed, slot); slot++)
		;
	return slot;
}

void ygr_label_map_fill(struct ygr_label_map *map, const struct ygr_policy_image *image,
			const struct ygr_label_map *in_force)
{
	struct ygr_label_slots needed = ygr_label_map_slots(in_force, ~0ull);
	struct ygr_label_slots taken = { 0 };
	u32 label, slot;

	map->nr = image->label_nr;
	for (label = 0; label < map->nr; label++) {
		slot = find_name(name_of(image, label));
		map->slot_of[label] = slot;
		if (slot != NO_SLOT)
			add_slot(&needed, slot);
	}
	for (label = 0; label < map->nr; label++) {
		if (map->slot_of[label] != NO_SLOT)
			continue;
		slot = find_slot(&needed);
		if (names[slot][0])
			add_slot(&taken, slot);
		strscpy(names[slot], name_of(image, label), sizeof(names[slot]));
		map->slot_of[label] = slot;
		add_slot(&needed, slot);
	}
	ygr_process_unlabel(&taken);
}

struct ygr_label_slots ygr_label_map_slots(const struct ygr_label_map *map, u64 labels)
{
	struct ygr_label_slots slots = { 0 };
	u32 label;

	for (label = 0; label < map->nr; label++)
		if (labels & BIT_ULL(label))
			add_slot(&slots, map->slot_of[label]);
	return slots;
}

u64 ygr_label_map_labels(const struct ygr_label_map *map, const struct ygr_label_slots *slots)
{
	u64 labels = 0;
	u32 label;

	for (label = 0; label < map->nr; label++)
		if (has_slot(slots, map->slot_of[label]))
			labels |= BIT_ULL(label);
	return labels;
}
