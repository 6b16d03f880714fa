// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/ktime.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "compat/compat.h"
#include "ring.h"

/* Pages before the data: the consumer's, the producer's. */
#define CONTROL_PAGES	2

/*
 * Positions are monotonic byte counts; & (data_bytes - 1) at the point of use.
 *
 *	tail <= published <= reserved <= tail + data_bytes
 *
 *	[tail, published)	the consumer may read
 *	[published, reserved)	being filled on this CPU, by one context or by
 *				several that interrupted one another
 */
struct ring {
	/* The hot line: used by this CPU's producers only. */
	u64 reserved;
	u64 tail_seen;		/* a tail read earlier: at most the true one */
	u64 published;
	u64 seq;		/* of the next record to publish */
	u64 wake_at;		/* published position at which to look at the watermark */
	u8 *data;
	u32 nest;		/* contexts between reserve and commit */
	u32 gap_nr;		/* drops not told in a GAP record yet */

	struct ygr_ring_consumer *consumer;
	struct ygr_ring_producer *producer;
	u64 gap_first_ns;
	u64 gap_last_ns;
	u64 gap_dropped[YGR_CLASS_NR];
	u64 committed[YGR_CLASS_NR];	/* records published */
	u64 dropped[YGR_CLASS_NR];
	u64 told[YGR_CLASS_NR];		/* of the dropped: in a published GAP */
	u64 accounted_seq;		/* seq after the last TOTALS */
	u64 accounted_ns;
	struct irq_work wake_work;
	struct page **pages;
};

static DEFINE_PER_CPU(struct ring, rings);

/* The same for all rings; constant after init. */
static u64 data_bytes __ro_after_init;
static u64 low_limit __ro_after_init;		/* for classes that may be lost */
static u64 watermark_bytes __ro_after_init;

static DECLARE_WAIT_QUEUE_HEAD(consumer_wait);

/* The timer found something below the watermark: the next poll tells it. */
static atomic_t flush_due = ATOMIC_INIT(0);

#define GAP_BYTES	(sizeof(struct ygr_record) + sizeof(struct ygr_body_gap))
#define TOTALS_BYTES	(sizeof(struct ygr_record) + sizeof(struct ygr_body_totals))

static_assert(sizeof(struct ygr_record) % 8 == 0);
static_assert(GAP_BYTES % 8 == 0 && TOTALS_BYTES % 8 == 0);

static void *at(const struct ring *ring, u64 pos)
{
	return ring->data + (pos & (data_bytes - 1));
}

static u64 limit_of(enum ygr_class class)
{
	return class <= YGR_CLASS_SENSOR ? data_bytes : low_limit;
}

/*
 * The consumer's position, or "a full ring behind" when it is no possible one.
 * Acquire: the consumer's reads of the bytes up to there are over before we
 * write them again. Pairs with the release in ygr_ring_reader_release().
 */
static u64 read_tail(const struct ring *ring, u64 head)
{
	u64 tail = smp_load_acquire(&ring->consumer->tail); /* see above */

	return head - tail > data_bytes ? head - data_bytes : tail;
}

/* From any CPU. Acquire: a tail read after it is not from before it. */
static u64 read_head(const struct ring *ring)
{
	return smp_load_acquire(&ring->producer->head); /* see above */
}

static bool has_room(struct ring *ring, u64 pos, u32 bytes, u64 limit)
{
	if (likely(pos + bytes - ring->tail_seen <= limit))
		return true;
	/* Not from @pos: what is still being filled was never there to be read. */
	ring->tail_seen = read_tail(ring, READ_ONCE(ring->published));
	return pos + bytes - ring->tail_seen <= limit;
}

static struct ygr_record *sensor_record(void *where, u16 type, u16 body_len)
{
	struct ygr_record *record = where;

	memset(record, 0, sizeof(*record) + body_len);
	record->len = sizeof(*record) + body_len;
	record->type = type;
	record->body_len = body_len;
	record->class = YGR_CLASS_SENSOR;
	record->time_ns = ktime_get_boot_fast_ns();
	return record;
}

/* An interrupt may add drops meanwhile: each is taken here or left, never both. */
static void fill_gap(void *where)
{
	struct ygr_record *record = sensor_record(where, YGR_EV_GAP, sizeof(struct ygr_body_gap));
	struct ygr_body_gap *gap = (void *)(record + 1);
	unsigned int class;

	gap->first_ns = this_cpu_read(rings.gap_first_ns);
	gap->last_ns = this_cpu_read(rings.gap_last_ns);
	for (class = 0; class < YGR_CLASS_NR; class++) {
		gap->dropped[class] = this_cpu_xchg(rings.gap_dropped[class], 0);
		this_cpu_sub(rings.gap_nr, (u32)gap->dropped[class]);
	}
}

static void count_drop(enum ygr_class class)
{
	u64 now_ns = ktime_get_boot_fast_ns();

	if (!this_cpu_read(rings.gap_nr))
		this_cpu_write(rings.gap_first_ns, now_ns);
	this_cpu_write(rings.gap_last_ns, now_ns);
	/* In this order, or a GAP written in between would take gap_nr below 0. */
	this_cpu_inc(rings.gap_nr);
	this_cpu_inc(rings.gap_dropped[class]);
	this_cpu_inc(rings.dropped[class]);
}

/* Drops are told first, where the reserved quarter is not needed for it. */
static u32 gap_bytes_due(struct ring *ring, u64 pos, u32 bytes)
{
	if (likely(!ring->gap_nr) || !has_room(ring, pos, GAP_BYTES + bytes, low_limit))
		return 0;
	return GAP_BYTES;
}

/* The drops that @record tells come before it in the sequence. */
static void number_gap(struct ring *ring, const struct ygr_record *record)
{
	const struct ygr_body_gap *gap = (const void *)(record + 1);
	unsigned int class;

	for (class = 0; class < YGR_CLASS_NR; class++) {
		ring->told[class] += gap->dropped[class];
		ring->seq += gap->dropped[class];
	}
}

static void fill_totals(struct ring *ring, struct ygr_record *record)
{
	struct ygr_body_totals *totals = (void *)(record + 1);
	unsigned int class;

	totals->begin_ns = ring->accounted_ns;
	totals->end_ns = record->time_ns;
	for (class = 0; class < YGR_CLASS_NR; class++) {
		totals->dropped[class] = ring->told[class];
		totals->produced[class] = ring->committed[class] + ring->told[class];
	}
	ring->accounted_ns = record->time_ns;
	ring->accounted_seq = ring->seq + 1;
}

/*
 * Numbers and counts, in ring order, what this CPU has filled since the last
 * time: so a sequence number, a GAP and a TOTALS are exact whatever
 * interrupted what.
 */
static void number_records(struct ring *ring, u64 head)
{
	while (ring->published != head) {
		struct ygr_record *record = at(ring, ring->published);

		if (unlikely(record->type == YGR_EV_GAP))
			number_gap(ring, record);
		else if (unlikely(record->type == YGR_EV_TOTALS))
			fill_totals(ring, record);
		record->seq = ring->seq++;
		ring->committed[record->class]++;
		ring->published += record->len;
	}
}

static void wake_if_due(struct ring *ring, u64 head)
{
	u64 tail;

	if (likely((s64)(head - ring->wake_at) < 0))
		return;
	tail = read_tail(ring, head);
	if (head - tail < watermark_bytes) {
		ring->wake_at = tail + watermark_bytes;
		return;
	}
	/* Once for each watermark's worth, should the first not be enough. */
	ring->wake_at = head + watermark_bytes;
	irq_work_queue(&ring->wake_work);
}

/*
 * Only the outermost of nested producers publishes, so that everything below
 * the head is filled. An interrupt that comes after `reserved` was read finds
 * nest > 0 and leaves its record to us: hence the second look.
 */
static void leave(struct ring *ring)
{
	u64 head;

	if (unlikely(READ_ONCE(ring->nest) > 1)) {
		this_cpu_dec(rings.nest);
		return;
	}
	do {
		WRITE_ONCE(ring->nest, 1);
		barrier();
		head = READ_ONCE(ring->reserved);
		number_records(ring, head);
		/* Release: records before head. Pairs with ygr_ring_reader_refresh(). */
		smp_store_release(&ring->producer->head, head);
		barrier();
		WRITE_ONCE(ring->nest, 0);
		barrier();
	} while (unlikely(head != READ_ONCE(ring->reserved)));
	wake_if_due(ring, head);
}

/*
 * Moves `reserved` past @bytes, and past a GAP before them if @tells_gap and one
 * is due. Inside nest.
 *
 * Return: the bytes, or NULL: there is no room below @limit.
 */
static void *claim(struct ring *ring, u32 bytes, u64 limit, bool tells_gap)
{
	u32 gap_bytes;
	u64 pos;

	do {
		pos = READ_ONCE(ring->reserved);
		gap_bytes = tells_gap ? gap_bytes_due(ring, pos, bytes) : 0;
		if (unlikely(!has_room(ring, pos, gap_bytes + bytes, limit)))
			return NULL;
	} while (this_cpu_cmpxchg(rings.reserved, pos, pos + gap_bytes + bytes) != pos);

	if (unlikely(gap_bytes))
		fill_gap(at(ring, pos));
	return at(ring, pos + gap_bytes);
}

struct ygr_record *ygr_ring_reserve(u32 bytes, enum ygr_class class)
{
	struct ring *ring = this_cpu_ptr(&rings);
	void *where;

	if (unlikely(!ring->data)) {
		count_drop(class);
		return NULL;
	}
	this_cpu_inc(rings.nest);
	where = claim(ring, bytes, limit_of(class), true);
	if (unlikely(!where)) {
		count_drop(class);
		leave(ring);
	}
	return where;
}

void ygr_ring_commit(void)
{
	leave(this_cpu_ptr(&rings));
}

/*
 * Accounts wait for room outside the reserved quarter: a reader that is away
 * for long must not find it full of them. Nothing is dropped by waiting.
 */
void ygr_ring_account(void)
{
	struct ring *ring = this_cpu_ptr(&rings);
	void *where;

	if (!ring->data)
		return;
	this_cpu_inc(rings.nest);
	if (ring->gap_nr) {
		where = claim(ring, GAP_BYTES, low_limit, false);
		if (where)
			fill_gap(where);
	}
	if (!ring->gap_nr && ring->seq != ring->accounted_seq) {
		where = claim(ring, TOTALS_BYTES, low_limit, false);
		if (where)
			sensor_record(where, YGR_EV_TOTALS, sizeof(struct ygr_body_totals));
	}
	leave(ring);
}

static bool readable(unsigned int cpu, u64 bytes)
{
	const struct ring *ring = per_cpu_ptr(&rings, cpu);
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
	if (any_readable(watermark_bytes))
		return EPOLLIN | EPOLLRDNORM;
	if (atomic_xchg(&flush_due, 0) && any_readable(1))
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

static unsigned long ring_pages(void)
{
	return CONTROL_PAGES + 2 * (data_bytes >> PAGE_SHIFT);
}

/* Control pages once, data pages twice in a row: a record is always contiguous. */
static int create_ring(unsigned int cpu)
{
	struct ring *ring = per_cpu_ptr(&rings, cpu);
	unsigned long data_nr = data_bytes >> PAGE_SHIFT;
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
	ring->wake_at = watermark_bytes;
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
	struct ring *ring = per_cpu_ptr(&rings, cpu);
	unsigned long i;

	if (!ring->data)
		return;
	irq_work_sync(&ring->wake_work);
	vunmap(ring->consumer);
	for (i = 0; i < CONTROL_PAGES + (data_bytes >> PAGE_SHIFT); i++)
		__free_page(ring->pages[i]);
	kvfree(ring->pages);
	ring->data = NULL;
}

int ygr_ring_init(unsigned long bytes)
{
	unsigned int cpu;
	int ret;

	bytes = clamp_t(unsigned long, bytes, YGR_RING_BYTES_MIN, YGR_RING_BYTES_MAX);
	data_bytes = roundup_pow_of_two(bytes);
	low_limit = data_bytes / 4 * 3;
	watermark_bytes = data_bytes / 8;
	for_each_present_cpu(cpu) {
		ret = create_ring(cpu);
		if (ret) {
			ygr_ring_exit();
			return ret;
		}
	}
	return 0;
}

void ygr_ring_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		destroy_ring(cpu);
}

/* Any number may be asked for. Return: NULL if no such CPU can be. */
static struct ring *ring_of(unsigned long cpu)
{
	return cpu < nr_cpu_ids && cpu_possible(cpu) ? per_cpu_ptr(&rings, cpu) : NULL;
}

int ygr_ring_mmap(struct vm_area_struct *vma)
{
	unsigned long pages = vma_pages(vma);
	unsigned long cpu = vma->vm_pgoff / ring_pages();
	unsigned long first = vma->vm_pgoff % ring_pages();
	const struct ring *ring = ring_of(cpu);

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
		struct ring *ring = per_cpu_ptr(&rings, cpu);
		u64 head, tail;

		if (!ring->data)
			continue;
		tail = READ_ONCE(ring->consumer->tail);
		head = read_head(ring);
		if (head - tail > data_bytes || tail % 8)
			WRITE_ONCE(ring->consumer->tail, head);
	}
	atomic_set(&flush_due, 0);
}

int ygr_ring_info(unsigned int cpu, struct ygr_ring_info *info)
{
	const struct ring *ring = ring_of(cpu);

	if (!ring || !ring->data)
		return -ENXIO;
	info->mmap_offset = (u64)cpu * ring_pages() << PAGE_SHIFT;
	info->data_bytes = data_bytes;
	info->reserved_bytes = data_bytes - low_limit;
	info->watermark_bytes = watermark_bytes;
	info->head = read_head(ring);
	info->tail = read_tail(ring, info->head);
	return 0;
}

int ygr_ring_stats(unsigned int cpu, struct ygr_stats *stats)
{
	const struct ring *ring = ring_of(cpu);
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
