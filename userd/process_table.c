// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process_table.h"

#define LIMIT_BYTES_MIN	(64u << 10)
#define BUCKET_BYTES	sizeof(struct ygr_process *)
#define BLOCK_NR	64		/* entries that are allocated at a time */

/* Two lists by age: of those that run, and of those that ended, in order of their end. */
struct age_list {
	struct ygr_process *oldest, *newest;
};

struct block {
	struct block *next;
	struct ygr_process entries[BLOCK_NR];
};

struct ygr_process_table {
	struct ygr_process **buckets;
	size_t	bucket_nr;		/* a power of two */
	struct age_list running, ended;
	struct block *blocks;
	struct ygr_process *spare;	/* entries of blocks that nobody uses */
	struct ygr_name_pool names;
	size_t	limit_bytes;
	uint64_t linger_ns;
	uint32_t change_nr, lookup_nr;
	uint64_t entry_nr, evicted_nr, missed_nr;
};

/* ---- lists, chains, bytes ------------------------------------------------- */

static void list_add(struct age_list *list, struct ygr_process *process)
{
	process->older = list->newest;
	process->newer = NULL;
	if (list->newest)
		list->newest->newer = process;
	else
		list->oldest = process;
	list->newest = process;
}

static void list_remove(struct age_list *list, struct ygr_process *process)
{
	if (process->older)
		process->older->newer = process->newer;
	else
		list->oldest = process->newer;
	if (process->newer)
		process->newer->older = process->older;
	else
		list->newest = process->older;
}

static struct age_list *list_of(struct ygr_process_table *table, const struct ygr_process *process)
{
	return process->exit_ns ? &table->ended : &table->running;
}

/*
 * By pid alone: a lookup without start time has to find all that had it. Not
 * mixed: the kernel gives pids out in a row, so that neighbours share cache lines.
 */
static struct ygr_process **bucket_of(struct ygr_process_table *table, uint32_t pid)
{
	return &table->buckets[pid & (table->bucket_nr - 1)];
}

static size_t used_bytes(const struct ygr_process_table *table)
{
	return table->bucket_nr * BUCKET_BYTES + table->entry_nr * sizeof(struct ygr_process) +
	       table->names.used_bytes;
}

static bool add_block(struct ygr_process_table *table)
{
	struct block *block = aligned_alloc(_Alignof(struct block), sizeof(*block));

	if (!block)
		return false;
	block->next = table->blocks;
	table->blocks = block;
	for (size_t i = 0; i < BLOCK_NR; i++) {
		block->entries[i].chain = table->spare;
		table->spare = &block->entries[i];
	}
	return true;
}

static void drop(struct ygr_process_table *table, struct ygr_process *process)
{
	struct ygr_process **link = bucket_of(table, process->pid);

	while (*link != process)
		link = &(*link)->chain;
	*link = process->chain;
	list_remove(list_of(table, process), process);
	ygr_name_pool_put(&table->names, process->exe);
	table->entry_nr--;
	process->chain = table->spare;
	table->spare = process;
}

/* Makes room at the cost of the oldest; never of the two that are being worked on. */
static void shrink(struct ygr_process_table *table, const struct ygr_process *a,
		   const struct ygr_process *b)
{
	while (used_bytes(table) > table->limit_bytes) {
		struct ygr_process *victim = table->ended.oldest;

		while (victim && (victim == a || victim == b))
			victim = victim->newer;
		if (!victim) {
			victim = table->running.oldest;
			while (victim && (victim == a || victim == b))
				victim = victim->newer;
			if (!victim)
				return;
			table->evicted_nr++;
		}
		drop(table, victim);
	}
}

static void expire(struct ygr_process_table *table, uint64_t now_ns)
{
	while (table->ended.oldest && table->ended.oldest->exit_ns + table->linger_ns < now_ns)
		drop(table, table->ended.oldest);
}

/* ---- entries -------------------------------------------------------------- */

/*
 * The process is not what the batch at hand says of it. Its children's lines of
 * ancestors are others too: usually there are none yet.
 */
static void note_change(struct ygr_process_table *table, struct ygr_process *process)
{
	process->mark.serial = 0;
	process->mark.subject_serial = 0;
	if (process->has_children)
		table->change_nr++;
}

/* An exact entry matches exactly; one from /proc matches within its tick. */
static bool matches(const struct ygr_process *process, uint32_t pid, uint64_t start_ns)
{
	if (process->pid != pid)
		return false;
	if (process->start_ns == start_ns)
		return true;
	return process->approximate && start_ns > process->start_ns &&
	       start_ns - process->start_ns < YGR_PROCESS_TICK_NS;
}

static struct ygr_process *find_exact(struct ygr_process_table *table, uint32_t pid,
				      uint64_t start_ns)
{
	struct ygr_process *process = *bucket_of(table, pid);

	while (process && !matches(process, pid, start_ns))
		process = process->chain;
	if (process && process->start_ns != start_ns) {
		process->start_ns = start_ns;
		process->approximate = false;
		note_change(table, process);
	}
	return process;
}

static struct ygr_process *find_latest(struct ygr_process_table *table, uint32_t pid)
{
	struct ygr_process *process, *latest = NULL;

	for (process = *bucket_of(table, pid); process; process = process->chain)
		if (process->pid == pid && (!latest || process->start_ns > latest->start_ns))
			latest = process;
	return latest;
}

static void set_comm(struct ygr_process *process, const char *comm, size_t cap)
{
	size_t len = strnlen(comm, cap < YGR_COMM_BYTES ? cap : YGR_COMM_BYTES);

	memset(process->comm, 0, sizeof(process->comm));
	memcpy(process->comm, comm, len);
}

static void set_exe(struct ygr_process_table *table, struct ygr_process *process,
		    const char *exe, uint32_t len)
{
	const struct ygr_name *name;

	if (len > YGR_PROCESS_EXE_BYTES)
		len = YGR_PROCESS_EXE_BYTES;
	name = ygr_name_pool_get(&table->names, exe, len);
	if (!name)
		return;
	ygr_name_pool_put(&table->names, process->exe);
	process->exe = name;
}

static struct ygr_process *insert(struct ygr_process_table *table, uint32_t pid, uint64_t start_ns)
{
	struct ygr_process **bucket = bucket_of(table, pid);
	struct ygr_process *process;

	if (!table->spare && !add_block(table))
		return NULL;
	process = table->spare;
	table->spare = process->chain;
	memset(process, 0, sizeof(*process));
	process->pid = pid;
	process->start_ns = start_ns;
	process->used_at = table->lookup_nr;
	process->chain = *bucket;
	*bucket = process;
	list_add(&table->running, process);
	table->entry_nr++;
	return process;
}

/*
 * The list is in order of use to within an eighth of its length: who was moved to
 * its end a moment ago stays where he is, so that most lookups write nothing but this.
 */
static void touch(struct ygr_process_table *table, struct ygr_process *process)
{
	uint32_t now = ++table->lookup_nr;

	if (now - process->used_at <= table->entry_nr / 8)
		return;
	process->used_at = now;
	if (process->exit_ns)
		return;
	list_remove(&table->running, process);
	list_add(&table->running, process);
}

/* The subject of an event, made from the event's head if it is not known. */
static struct ygr_process *subject(struct ygr_process_table *table, const struct ygr_record *head)
{
	struct ygr_process *process = find_exact(table, head->tgid, head->start_ns);

	if (!process) {
		table->missed_nr++;
		process = insert(table, head->tgid, head->start_ns);
		if (!process)
			return NULL;
		process->is_stranger = true;
		process->ppid = head->ppid;
		set_comm(process, head->comm, sizeof(head->comm));
		table->change_nr++;	/* it may be the parent that somebody lacked */
		shrink(table, process, NULL);
	}
	touch(table, process);
	return process;
}

/* ---- events --------------------------------------------------------------- */

static void observe_fork(struct ygr_process_table *table, struct ygr_process *parent,
			 const struct ygr_record_view *view)
{
	const struct ygr_body_fork *body = &view->body.fork;
	struct ygr_process *child = find_exact(table, body->child_tgid, body->child_start_ns);

	if (!child)
		child = insert(table, body->child_tgid, body->child_start_ns);
	if (!child)
		return;
	child->ppid = view->head->tgid;
	child->parent_start_ns = view->head->start_ns;
	note_change(table, child);
	if (parent)
		parent->has_children = true;
	if (!child->comm[0]) {	/* else it was seen already, and may have exec'ed since */
		set_comm(child, view->head->comm, sizeof(view->head->comm));
		child->exe = ygr_name_pool_share(parent ? parent->exe : NULL);
	}
	shrink(table, child, parent);
}

/* Who forked it, where the sensor knows and we have not seen it. */
static void learn_parent(struct ygr_process *process, const struct ygr_record_view *view)
{
	const struct ygr_record_string *ancestors = &view->strings[YGR_STR_ANCESTORS];
	struct ygr_process_id id;

	if (process->parent_start_ns || !ancestors->bytes || ancestors->len < sizeof(id))
		return;
	memcpy(&id, ancestors->bytes, sizeof(id));
	process->ppid = id.tgid;
	process->parent_start_ns = id.start_ns;
}

static void observe_exec(struct ygr_process_table *table, struct ygr_process *process,
			 const struct ygr_record_view *view)
{
	const struct ygr_record_string *path = &view->strings[YGR_STR_PATH];

	if (!process)
		return;
	process->is_stranger = false;
	set_comm(process, view->head->comm, sizeof(view->head->comm));
	learn_parent(process, view);
	if (!process->parent_start_ns)	/* else the one that forked it, not whoever adopted it */
		process->ppid = view->head->ppid;
	if (path->bytes)
		set_exe(table, process, path->bytes, path->len);
	note_change(table, process);
	shrink(table, process, NULL);
}

/* Of a process that was never seen to exec, the sensor tells the program with a denial. */
static void learn_exe(struct ygr_process_table *table, struct ygr_process *process,
		      const struct ygr_record_view *view)
{
	const struct ygr_record_string *exe = &view->strings[YGR_STR_EXE];

	if (!process || process->exe || !exe->bytes || ygr_record_string_is_cut(exe))
		return;
	set_exe(table, process, exe->bytes, exe->len);
	note_change(table, process);
}

static void observe_exit(struct ygr_process_table *table, struct ygr_process *process,
			 const struct ygr_record_view *view)
{
	if (!process || process->exit_ns)
		return;
	list_remove(&table->running, process);
	process->exit_ns = view->head->time_ns ? view->head->time_ns : 1;
	list_add(&table->ended, process);
}

/* These are about the sensor, whose head names whoever happened to be running, or of no process. */
static bool has_subject(const struct ygr_record *head)
{
	return head->type != YGR_EV_START && head->type != YGR_EV_GAP &&
	       head->type != YGR_EV_TOTALS && head->type != YGR_EV_DNS;
}

struct ygr_process *ygr_process_table_observe(struct ygr_process_table *table,
					      const struct ygr_record_view *view)
{
	struct ygr_process *process;

	expire(table, view->head->time_ns);
	if (!has_subject(view->head))
		return NULL;
	process = subject(table, view->head);
	learn_exe(table, process, view);
	if (view->head->type == YGR_EV_FORK)
		observe_fork(table, process, view);
	else if (view->head->type == YGR_EV_EXEC || view->head->type == YGR_EV_PROCESS)
		observe_exec(table, process, view);
	else if (view->head->type == YGR_EV_EXIT)
		observe_exit(table, process, view);
	return process;
}

/* Events know better, but for what they did not tell. */
static void complete(struct ygr_process_table *table, struct ygr_process *process, const char *exe)
{
	process->is_stranger = false;
	if (process->exe || !exe)
		return;
	set_exe(table, process, exe, (uint32_t)strlen(exe));
	note_change(table, process);
	shrink(table, process, NULL);
}

void ygr_process_table_add(struct ygr_process_table *table, uint32_t pid, uint32_t ppid,
			   uint64_t start_ns, const char *comm, const char *exe)
{
	struct ygr_process *process = find_latest(table, pid);

	if (process && process->start_ns / YGR_PROCESS_TICK_NS == start_ns / YGR_PROCESS_TICK_NS) {
		complete(table, process, exe);
		return;
	}
	process = insert(table, pid, start_ns);
	if (!process)
		return;
	process->approximate = true;
	process->ppid = ppid;
	set_comm(process, comm, YGR_COMM_BYTES);
	if (exe)
		set_exe(table, process, exe, (uint32_t)strlen(exe));
	table->change_nr++;
	shrink(table, process, NULL);
}

struct ygr_process *ygr_process_table_find(struct ygr_process_table *table, uint32_t pid,
					   uint64_t start_ns)
{
	struct ygr_process *process;

	process = start_ns ? find_exact(table, pid, start_ns) : find_latest(table, pid);
	if (process)
		touch(table, process);
	return process;
}

struct ygr_process *ygr_process_table_parent(struct ygr_process_table *table,
					     const struct ygr_process *process)
{
	struct ygr_process *parent;

	if (process->ppid == 0)
		return NULL;
	parent = ygr_process_table_find(table, process->ppid, process->parent_start_ns);
	/* A pid without start time may be somebody else's by now; nobody is his own parent. */
	if (!parent || parent == process || parent->start_ns > process->start_ns)
		return NULL;
	parent->has_children = true;
	return parent;
}

uint32_t ygr_process_table_change_nr(const struct ygr_process_table *table)
{
	return table->change_nr;
}

void ygr_process_table_stats(const struct ygr_process_table *table, struct ygr_process_stats *stats)
{
	stats->entry_nr = table->entry_nr;
	stats->used_bytes = used_bytes(table);
	stats->limit_bytes = table->limit_bytes;
	stats->evicted_nr = table->evicted_nr;
	stats->missed_nr = table->missed_nr;
}

/* ---- the table ------------------------------------------------------------ */

int ygr_process_table_create(struct ygr_process_table **out, size_t limit_bytes, uint64_t linger_ns)
{
	struct ygr_process_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->limit_bytes = limit_bytes < LIMIT_BYTES_MIN ? LIMIT_BYTES_MIN : limit_bytes;
	table->linger_ns = linger_ns;
	/* About one bucket per entry when the table is full. */
	table->bucket_nr = 64;
	while (table->bucket_nr * 256 < table->limit_bytes)
		table->bucket_nr *= 2;
	table->buckets = calloc(table->bucket_nr, BUCKET_BYTES);
	if (!table->buckets || ygr_name_pool_init(&table->names, table->bucket_nr / 8)) {
		free(table->buckets);
		free(table);
		return -ENOMEM;
	}
	*out = table;
	return 0;
}

void ygr_process_table_destroy(struct ygr_process_table *table)
{
	if (!table)
		return;
	while (table->ended.oldest)
		drop(table, table->ended.oldest);
	while (table->running.oldest)
		drop(table, table->running.oldest);
	while (table->blocks) {
		struct block *block = table->blocks;

		table->blocks = block->next;
		free(block);
	}
	ygr_name_pool_exit(&table->names);
	free(table->buckets);
	free(table);
}
