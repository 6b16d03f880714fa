/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labels keep their names while policies come and go: each name has a slot in
 * every process, and each policy a map from its own numbers to slots. There are
 * slots for two policies' labels, the one in force and its successor; a name that
 * neither has gives up its slot when another needs it, and is taken off all processes first.
 */
#ifndef YGR_LABEL_H
#define YGR_LABEL_H

#include "policy_image.h"

#define YGR_LABEL_SLOT_NR	(2 * YGR_POLICY_LABELS_MAX)
#define YGR_LABEL_WORDS		(YGR_LABEL_SLOT_NR / 64)

struct ygr_label_map {
	__u32 nr;
	__u8 slot_of[YGR_POLICY_LABELS_MAX];
};

/* Bit n: slot n. */
struct ygr_label_slots {
	__u64 words[YGR_LABEL_WORDS];
};

/*
 * Before @image's policy is published, also when it was in force before;
 * @in_force: the map of the one that still is.
 *
 * Context: process, may sleep; publishing serialized by the caller.
 */
void ygr_label_map_fill(struct ygr_label_map *map, const struct ygr_policy_image *image,
			const struct ygr_label_map *in_force);

/* From a policy's numbers, bit n for its label n, to slots, and back. Context: any. */
struct ygr_label_slots ygr_label_map_slots(const struct ygr_label_map *map, __u64 labels);
__u64 ygr_label_map_labels(const struct ygr_label_map *map, const struct ygr_label_slots *slots);

#endif
