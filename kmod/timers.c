// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpu.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include "noise.h"
#include "ring.h"
#include "timers.h"

static unsigned long interval_jiffies, flush_jiffies;

static void account_here(void *unused)
{
	ygr_ring_account(smp_processor_id());
}

/* What a CPU had not told when it went offline, it would tell when it comes back: if it ever does. */
static void account_absent(void)
{
	unsigned int cpu;

	for_each_present_cpu(cpu) {
		if (cpu_online(cpu))
			continue;
		local_irq_disable();
		ygr_ring_account(cpu);
		local_irq_enable();
	}
}

static void account_everywhere(void)
{
	cpus_read_lock();
	on_each_cpu(account_here, NULL, 1);
	account_absent();
	cpus_read_unlock();
}

static void account_all(struct work_struct *work)
{
	ygr_noise_flush(true);
	account_everywhere();
	schedule_delayed_work(to_delayed_work(work), interval_jiffies);
}

static void flush_all(struct work_struct *work)
{
	ygr_noise_flush(false);
	ygr_ring_flush();
	schedule_delayed_work(to_delayed_work(work), flush_jiffies);
}

void ygr_timers_account(void)
{
	account_everywhere();
	ygr_ring_flush();
}

static DECLARE_DELAYED_WORK(totals_timer, account_all);
static DECLARE_DELAYED_WORK(flush_timer, flush_all);

void ygr_timers_init(unsigned int interval_ms, unsigned int flush_ms)
{
	interval_jiffies = max(1ul, msecs_to_jiffies(interval_ms));
	flush_jiffies = max(1ul, msecs_to_jiffies(flush_ms));
	schedule_delayed_work(&totals_timer, interval_jiffies);
}

void ygr_timers_exit(void)
{
	cancel_delayed_work_sync(&totals_timer);
	cancel_delayed_work_sync(&flush_timer);
}

void ygr_timers_consumer_opened(void)
{
	schedule_delayed_work(&flush_timer, flush_jiffies);
}

void ygr_timers_consumer_closed(void)
{
	cancel_delayed_work_sync(&flush_timer);
}
