// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "symbol.h"

/* A probe that is never armed: to register it is to have its symbol looked up. */
static bool look_up(struct kprobe *probe, const char *name)
{
	probe->symbol_name = name;
	probe->flags = KPROBE_FLAG_DISABLED;
	return !register_kprobe(probe);
}

void ygr_symbol_find(const char * const *names, unsigned long *addresses, unsigned int nr)
{
	struct kprobe *probes = kvcalloc(nr, sizeof(*probes), GFP_KERNEL);
	struct kprobe **found = kcalloc(nr, sizeof(*found), GFP_KERNEL);
	unsigned int i, found_nr = 0;

	memset(addresses, 0, nr * sizeof(*addresses));
	for (i = 0; probes && found && i < nr; i++) {
		if (!look_up(&probes[i], names[i]))
			continue;
		addresses[i] = (unsigned long)probes[i].addr;
		found[found_nr++] = &probes[i];
	}
	/* All at once: it waits for a grace period. */
	if (found_nr)
		unregister_kprobes(found, found_nr);
	kfree(found);
	kvfree(probes);
}
