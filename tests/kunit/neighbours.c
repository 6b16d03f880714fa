// SPDX-License-Identifier: GPL-2.0-only
#include "neighbours.h"
#include "noise.h"
#include "process.h"

unsigned long kunit_grace_periods;

unsigned long rcu_get_gp_seq(void)
{
	return kunit_grace_periods;
}

const char *kunit_exe;

u32 ygr_process_exe(const char **bytes)
{
	*bytes = kunit_exe;
	return kunit_exe ? strlen(kunit_exe) : 0;
}

DEFINE_PER_CPU(struct ygr_record *, ygr_noise_holding);

static struct kunit_hold *holding;

struct ygr_coalesce_slot *kunit_hold_slot(struct kunit_hold *hold)
{
	return (struct ygr_coalesce_slot *)hold;
}

struct ygr_record *ygr_noise_hold(struct ygr_coalesce_slot *slot, u32 bytes)
{
	struct kunit_hold *hold = (struct kunit_hold *)slot;

	hold->asked_bytes = bytes;
	if (bytes > hold->room_bytes)
		return NULL;
	holding = hold;
	this_cpu_write(ygr_noise_holding, hold->room);
	return hold->room;
}

void ygr_noise_held(void)
{
	holding->held_nr++;
	this_cpu_write(ygr_noise_holding, NULL);
}

void ygr_noise_charge(struct ygr_context *context)
{
	context->pass_nr = 0;
	context->pass_left = 0;
}
