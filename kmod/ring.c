// SPDX-License-Identifier: GPL-2.0-only
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "clock.h"
#include "compat/compat.h"
#include "ring.h"
#include "ring_produce.h"

/* Pages before the data: the consumer's, the producer's. */
#define CONTROL_PAGES	2

DEFINE_PER_CPU(struct ygr_ring, ygr_rings);

struct ygr_ring_geometry ygr_ring_geometry __ro_after_init;

static DECLARE_WAIT_QUEUE_HEAD(consumer_wait);

/* The timer found something below the watermark: the next poll tells it. */
static atomic_t flush_due = ATOMIC_INIT(0);

#define GAP_BYTES	YGR_RING_GAP_BYTES
#define TOTALS_BYTES	(sizeof(struct ygr_record) + sizeof(struct ygr_body_totals))

static_assert(sizeof(struct ygr_record) % 8 == 0);
static_assert(GAP_BYTES % 8 == 0 && TOTALS_BYTES % 8 == 0);

/*
 * The consumer's position, or "a full ring behind" when it is no possible one.
 * Acquire: the consumer's reads of the bytes up to there are over before we
 * write them again. Pairs with the release in ygr_ring_reader_release().
 */
static u64 read_tail(const struct ygr_ring *ring, u64 head)
{
	u64 tail = smp_load_acquire(&ring->consumer->tail); /* see above */

	return head - tail > ygr_ring_geometry.data_bytes ? head - ygr_ring_geometry.data_bytes : tail;
}

/* From there on, nothing is written over: what a record at @tail may refer to starts there. */
static u64 kept_of(u64 tail)
{
	u64 segment_bytes = 1ull << ygr_ring_geometry.segment_shift;

	return round_down(tail, segment_bytes) - segment_bytes;
}

bool ygr_ring_fits_now(struct ygr_ring *ring, u64 pos, u32 bytes, u64 limit)
{
	/* Not from @pos: what is still being filled was never there to be read. */
	ring->kept_seen = kept_of(read_tail(ring, READ_ONCE(ring->published)));
	ring->calm_end = ring->kept_seen + ygr_ring_geometry.data_bytes / 2;
	return pos + bytes - ring->kept_seen <= limit;
}

/* From any CPU. Acquire: a tail read after it is not from before it. */
static u64 read_head(const struct ygr_ring *ring)
{
	return smp_load_acquire(&ring->producer->head); /* see above */
}

static struct ygr_record *sensor_record(void *where, u16 type, u16 body_len)
{
	struct ygr_record *record = where;

	memset(record, 0, sizeof(*record) + body_len);
	record->len = sizeof(*record) + body_len;
	record->type = type;
	record->body_len = body_len;
	record->class = YGR_CLASS_SENSOR;
	record->time_ns = ygr_clock_boot_ns();
	return record;
}

/* Interrupts are off: one may add drops, and each is taken here or left, never both. */
static void fill_gap(struct ygr_ring *ring, void *where)
{
	struct ygr_record *record = sensor_record(where, YGR_EV_GAP, sizeof(struct ygr_body_gap));
	struct ygr_body_gap *gap = (void *)(record + 1);
	unsigned int class;

	gap->first_ns = ring->gap_first_ns;
	gap->last_ns = ring->gap_last_ns;
	for (class = 0; class < YGR_CLASS_NR; class++) {
		gap->dropped[class] = ring->gap_dropped[class];
		ring->gap_dropped[class] = 0;
		ring->gap_nr -= (u32)gap->dropped[class];
	}
}

void ygr_ring_fill_gap(void *where)
{
	unsigned long flags;

	local_irq_save(flags);
	fill_gap(this_cpu_ptr(&ygr_rings), where);
	local_irq_restore(flags);
}

static void count_drop(enum ygr_class class)
{
	u64 now_ns = ygr_clock_boot_ns();

	if (!this_cpu_read(ygr_rings.gap_nr))
		this_cpu_write(ygr_rings.gap_first_ns, now_ns);
	this_cpu_write(ygr_rings.gap_last_ns, now_ns);
	/* In this order, or a GAP written in between would take gap_nr below 0. */
	this_cpu_inc(ygr_rings.gap_nr);
	this_cpu_inc(ygr_rings.gap_dropped[class]);
	this_cpu_inc(ygr_rings.dropped[class]);
}

/* The drops that @record tells come before it in the sequence. */
static void number_gap(struct ygr_ring *ring, const struct ygr_record *record)
{
	const struct ygr_body_gap *gap = (const void *)(record + 1);
	unsigned int class;

	for (class = 0; class < YGR_CLASS_NR; class++) {
		ring->told[class] += gap->dropped[class];
		ring->seq += gap->dropped[class];
	}
}

static void count_suppressed(struct ygr_ring *ring, const struct ygr_record *record)
{
	const struct ygr_body_suppressed *body = (const void *)(record + 1);
	unsigned int class;

	for (class = 0; class < YGR_CLASS_NR; class++)
		ring->suppressed[class] += body->suppressed[class];
}

/* REPEATS is the last string. */
void ygr_ring_count_repeats(struct ygr_ring *ring, const struct ygr_record *record)
{
	const struct ygr_repeats *repeats = (const void *)record + record->len - sizeof(*repeats);

	ring->coalesced[record->class] += repeats->repeat_nr;
}

static void fill_totals(struct ygr_ring *ring, struct ygr_record *record)
{
	struct ygr_body_totals *totals = (void *)(record + 1);
	unsigned int class;

	totals->begin_ns = ring->accounted_ns;
	totals->end_ns = record->time_ns;
	for (class = 0; class < YGR_CLASS_NR; class++) {
		totals->dropped[class] = ring->told[class];
		totals->produced[class] = ring->committed[class] + ring->told[class];
		totals->coalesced[class] = ring->coalesced[class];
		totals->suppressed[class] = ring->suppressed[class];
	}
	ring->accounted_ns = record->time_ns;
	ring->accounted_seq = ring->seq + 1;
}

bool ygr_ring_complete(struct ygr_ring *ring, struct ygr_record *record)
{
	switch (record->type) {
	case YGR_EV_GAP:
		number_gap(ring, record);
		return true;
	case YGR_EV_TOTALS:
		fill_totals(ring, record);
		return true;
	case YGR_EV_SUPPRESSED:
		count_suppressed(ring, record);
		return true;
	case YGR_EV_CONTEXT:
	case YGR_EV_DIRECTORY:
	case YGR_EV_VOID:
		return false;
	default:
		return true;
	}
}

void ygr_ring_wake(struct ygr_ring *ring, u64 head)
{
	u64 tail = read_tail(ring, head);

	if (head - tail < ygr_ring_geometry.watermark_bytes) {
		ring->wake_at = tail + ygr_ring_geometry.watermark_bytes;
		return;
	}
	/* Once for each watermark's worth, should the first not be enough. */
	ring->wake_at = head + ygr_ring_geometry.watermark_bytes;
	irq_work_queue(&ring->wake_work);
}

/*
 * Moves `reserved` past @bytes, and past a GAP before them if one is due. Inside nest.
 *
 * Return: the bytes, or NULL: there is no room below @limit.
 */
static void *claim(struct ygr_ring *ring, u32 bytes, u64 limit)
{
	u32 gap_bytes;
	u64 pos;

	do {
		pos = READ_ONCE(ring->reserved);
		gap_bytes = ygr_ring_gap_bytes_due(ring, pos, bytes);
		if (unlikely(!ygr_ring_fits(ring, pos, gap_bytes + bytes, limit)))
			return NULL;
	} while (this_cpu_cmpxchg(ygr_rings.reserved, pos, pos + gap_bytes + bytes) != pos);

	if (unlikely(gap_bytes))
		ygr_ring_fill_gap(ygr_ring_at(ring, pos));
	return ygr_ring_at(ring, pos + gap_bytes);
}

static __always_inline struct ygr_record *reserve(u32 bytes, enum ygr_class class, bool can_wait)
{
	struct ygr_ring *ring = this_cpu_ptr(&ygr_rings);
	void *where;

	if (unlikely(!ring->data)) {
		if (!can_wait)
			count_drop(class);
		return NULL;
	}
	this_cpu_inc(ygr_rings.nest);
	where = claim(ring, bytes, ygr_ring_limit(class));
	if (unlikely(!where)) {
		if (!can_wait)
			count_drop(class);
		ygr_ring_leave(ring);
	}
	return where;
}

struct ygr_record *ygr_ring_reserve(u32 bytes, enum ygr_class class)
{
	return reserve(bytes, class, false);
}

struct ygr_record *ygr_ring_try_reserve(u32 bytes, enum ygr_class class)
{
	return reserve(bytes, class, true);
}

bool ygr_ring_is_crowded(void)
{
	struct ygr_ring *ring = this_cpu_ptr(&ygr_rings);

	return ring->data && !ygr_ring_fits(ring, READ_ONCE(ring->reserved), 0,
					    ygr_ring_geometry.data_bytes / 2);
}

void ygr_ring_drop(enum ygr_class class)
{
	count_drop(class);
}

void ygr_ring_commit(void)
{
	ygr_ring_leave(this_cpu_ptr(&ygr_rings));
}

/*
 * Accounts wait for room outside the reserved quarter: a reader that is away
 * for long must not find it full of them. Nothing is dropped by waiting.
 */
static void *claim_account(struct ygr_ring *ring, u32 bytes)
{
	u64 pos = ring->reserved;

	if (!ygr_ring_fits(ring, pos, bytes, ygr_ring_geometry.low_limit))
		return NULL;
	WRITE_ONCE(ring->reserved, pos + bytes);
	return ygr_ring_at(ring, pos);
}

/*
 * With interrupts off, who was interrupted on this CPU finds `reserved` moved and tries again; a CPU
 * that is offline has nobody in its ring, or nest would not be 0: it left with all that it had begun.
 */
void ygr_ring_account(unsigned int cpu)
{
	struct ygr_ring *ring = per_cpu_ptr(&ygr_rings, cpu);
	void *where;

	if (!ring->data)
		return;
	WRITE_ONCE(ring->nest, ring->nest + 1);
	if (ring->gap_nr) {
		where = claim_account(ring, GAP_BYTES);
		if (where)
			fill_gap(ring, where);
	}
	if (!ring->gap_nr && ring->seq != ring->accounted_seq) {
		where = claim_account(ring, TOTALS_BYTES);
		if (where)
			sensor_record(where, YGR_EV_TOTALS, sizeof(struct ygr_body_totals));
	}
	ygr_ring_leave(ring);
}

bool ygr_ring_has_room(u32 bytes)
{
	struct ygr_ring *ring = this_cpu_ptr(&ygr_rings);

	return ring->data && ygr_ring_fits(ring, READ_ONCE(ring->reserved), bytes,
					     ygr_ring_geometry.low_limit);
}

static bool readable(unsigned int cpu, u64 bytes)
{
	const struct ygr_ring *ring = per_cpu_ptr(&ygr_rings, cpu);
	u64 head;

	if (!ring->data)
		return false;
	head = read_head(ring);
	return head - read_tail(ring, head) >= bytes;
}

static bool any_readable(u64 bytes)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (readable(cpu, bytes))
			return true;
	return false;
}

static void wake_consumer(struct irq_work *work)
{
	wake_up_interruptible_poll(&consumer_wait, EPOLLIN | EPOLLRDNORM);
}

void ygr_ring_flush(void)
{
	if (!any_readable(1))
		return;
	atomic_set(&flush_due, 1);
	wake_consumer(NULL);
}

__poll_t ygr_ring_poll(struct file *file, poll_table *wait)
{
	poll_wait(file, &consumer_wait, wait);
	if (any_readable(ygr_ring_geometry.watermark_bytes))
		return EPOLLIN | EPOLLRDNORM;
	if (atomic_xchg(&flush_due, 0) && any_readable(1))
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

static unsigned long ring_pages(void)
{
	return CONTROL_PAGES + 2 * (ygr_ring_geometry.data_bytes >> PAGE_SHIFT);
}

/* Control pages once, data pages twice in a row: a record is always contiguous. */
static int create_ring(unsigned int cpu)
{
	struct ygr_ring *ring = per_cpu_ptr(&ygr_rings, cpu);
	unsigned long data_nr = ygr_ring_geometry.data_bytes >> PAGE_SHIFT;
	unsigned long page_nr = CONTROL_PAGES + data_nr;
	unsigned long i;
	struct page **pages;
	void *base = NULL;

	pages = kvcalloc(ring_pages(), sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	for (i = 0; i < page_nr; i++) {
		pages[i] = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, 0);
		if (!pages[i])
			goto out_free;
		if (i >= CONTROL_PAGES)
			pages[i + data_nr] = pages[i];
	}
	base = vmap(pages, ring_pages(), VM_MAP | VM_USERMAP, PAGE_KERNEL);
	if (!base)
		goto out_free;

	ring->pages = pages;
	ring->consumer = base;
	ring->producer = base + PAGE_SIZE;
	ring->wake_at = ygr_ring_geometry.watermark_bytes;
	ring->calm_end = ygr_ring_geometry.data_bytes / 2;
	ring->accounted_ns = ktime_get_boot_fast_ns();
	init_irq_work(&ring->wake_work, wake_consumer);
	ring->data = base + CONTROL_PAGES * PAGE_SIZE;
	return 0;

out_free:
	while (i-- > 0)
		__free_page(pages[i]);
	kvfree(pages);
	return -ENOMEM;
}

static void destroy_ring(unsigned int cpu)
{
	struct ygr_ring *ring = per_cpu_ptr(&ygr_rings, cpu);
	unsigned long i;

	if (!ring->data)
		return;
	irq_work_sync(&ring->wake_work);
	vunmap(ring->consumer);
	for (i = 0; i < CONTROL_PAGES + (ygr_ring_geometry.data_bytes >> PAGE_SHIFT); i++)
		__free_page(ring->pages[i]);
	kvfree(ring->pages);
	ring->data = NULL;
}

int ygr_ring_init(unsigned long bytes)
{
	unsigned int cpu;
	int ret;

	bytes = clamp_t(unsigned long, bytes, YGR_RING_BYTES_MIN, YGR_RING_BYTES_MAX);
	ygr_ring_geometry.data_bytes = roundup_pow_of_two(bytes);
	ygr_ring_geometry.low_limit = ygr_ring_geometry.data_bytes / 4 * 3;
	ygr_ring_geometry.mask = ygr_ring_geometry.data_bytes - 1;
	ygr_ring_geometry.watermark_bytes = ygr_ring_geometry.data_bytes / 8;
	ygr_ring_geometry.segment_shift = ilog2(ygr_ring_geometry.data_bytes / YGR_RING_SEGMENT_NR);
	for_each_present_cpu(cpu) {
		ret = create_ring(cpu);
		if (ret) {
			ygr_ring_exit();
			return ret;
		}
	}
	return 0;
}

u64 ygr_ring_bytes(void)
{
	return ygr_ring_geometry.data_bytes;
}

void ygr_ring_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		destroy_ring(cpu);
}

/* Any number may be asked for. Return: NULL if no such CPU can be. */
static struct ygr_ring *ring_of(unsigned long cpu)
{
	return cpu < nr_cpu_ids && cpu_possible(cpu) ? per_cpu_ptr(&ygr_rings, cpu) : NULL;
}

int ygr_ring_mmap(struct vm_area_struct *vma)
{
	unsigned long pages = vma_pages(vma);
	unsigned long cpu = vma->vm_pgoff / ring_pages();
	unsigned long first = vma->vm_pgoff % ring_pages();
	const struct ygr_ring *ring = ring_of(cpu);

	if (!ring || !ring->data)
		return -ENXIO;
	if (!(vma->vm_flags & VM_SHARED) || pages > ring_pages() - first)
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	vm_flags_clear(vma, VM_MAYEXEC);
	if (first || pages > 1) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		vm_flags_clear(vma, VM_MAYWRITE);
	}
	/* A child of the consumer is none. */
	vm_flags_set(vma, VM_DONTCOPY);
	return remap_vmalloc_range(vma, ring->consumer, first);
}

void ygr_ring_consumer_reset(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct ygr_ring *ring = per_cpu_ptr(&ygr_rings, cpu);
		u64 head, tail;

		if (!ring->data)
			continue;
		tail = READ_ONCE(ring->consumer->tail);
		head = read_head(ring);
		if (head - tail > ygr_ring_geometry.data_bytes || tail % 8)
			WRITE_ONCE(ring->consumer->tail, head);
	}
	atomic_set(&flush_due, 0);
}

int ygr_ring_info(unsigned int cpu, struct ygr_ring_info *info)
{
	const struct ygr_ring *ring = ring_of(cpu);

	if (!ring || !ring->data)
		return -ENXIO;
	info->mmap_offset = (u64)cpu * ring_pages() << PAGE_SHIFT;
	info->data_bytes = ygr_ring_geometry.data_bytes;
	info->reserved_bytes = ygr_ring_geometry.data_bytes - ygr_ring_geometry.low_limit;
	info->watermark_bytes = ygr_ring_geometry.watermark_bytes;
	info->head = read_head(ring);
	info->tail = read_tail(ring, info->head);
	return 0;
}

int ygr_ring_stats(unsigned int cpu, struct ygr_stats *stats)
{
	const struct ygr_ring *ring = ring_of(cpu);
	unsigned int class;
	u64 head;

	if (!ring)
		return -ENXIO;
	/* A CPU that came later has no ring but may have drops. */
	for (class = 0; class < YGR_CLASS_NR; class++) {
		u64 dropped = READ_ONCE(ring->dropped[class]);

		stats->dropped[class] += dropped;
		stats->produced[class] += READ_ONCE(ring->committed[class]) + dropped;
	}
	if (!ring->data)
		return -ENXIO;
	head = read_head(ring);
	stats->head += head;
	stats->tail += read_tail(ring, head);
	return 0;
}
