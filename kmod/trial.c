// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>

#include "trial.h"

static struct delayed_work timer;
static u64 deadline_jiffies;		/* 0: no trial runs */

void ygr_trial_init(work_func_t over)
{
	INIT_DELAYED_WORK(&timer, over);
}

void ygr_trial_exit(void)
{
	cancel_delayed_work_sync(&timer);
}

void ygr_trial_start(u32 seconds)
{
	cancel_delayed_work(&timer);
	deadline_jiffies = get_jiffies_64() + (u64)seconds * HZ;
	schedule_delayed_work(&timer, (unsigned long)seconds * HZ);
}

void ygr_trial_end(void)
{
	deadline_jiffies = 0;
	/* If it is too late for that, is_over() says no. */
	cancel_delayed_work(&timer);
}

bool ygr_trial_is_running(void)
{
	return deadline_jiffies;
}

bool ygr_trial_is_over(void)
{
	return deadline_jiffies && time_after_eq64(get_jiffies_64(), deadline_jiffies);
}

u32 ygr_trial_left_ms(void)
{
	u64 now = get_jiffies_64();

	if (!deadline_jiffies)
		return 0;
	return now < deadline_jiffies ? max(1u, jiffies_to_msecs(deadline_jiffies - now)) : 1;
}
