// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process_table.h"

#define LIMIT_BYTES_MIN	(64u << 10)
#define BUCKET_BYTES	sizeof(struct ygr_process *)

/* Two lists by age: of those that run, and of those that ended, in order of their end. */
struct age_list {
	struct ygr_process *oldest, *newest;
};

struct ygr_process_table {
	struct ygr_process **buckets;
	size_t	bucket_nr;		/* a power of two */
	struct age_list running, ended;
	size_t	used_bytes;
	size_t	limit_bytes;
	uint64_t linger_ns;
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

/* By pid alone: a lookup without start time has to find all that had it. */
static struct ygr_process **bucket_of(struct ygr_process_table *table, uint32_t pid)
{
	return &table->buckets[(pid * 0x9e3779b1u >> 7) & (table->bucket_nr - 1)];
}

static size_t bytes_of(const struct ygr_process *process)
{
	return sizeof(*process) + (process->exe ? process->exe_len + 1u : 0);
}

static void drop(struct ygr_process_table *table, struct ygr_process *process)
{
	struct ygr_process **link = bucket_of(table, process->pid);

	while (*link != process)
		link = &(*link)->chain;
	*link = process->chain;
	list_remove(list_of(table, process), process);
	table->used_bytes -= bytes_of(process);
	table->entry_nr--;
	free(process->exe);
	free(process);
}

/* Makes room by ending the oldest; never @keep, which is being worked on. */
static void shrink(struct ygr_process_table *table, const struct ygr_process *keep)
{
	while (table->used_bytes > table->limit_bytes) {
		struct ygr_process *victim = table->ended.oldest;

		if (victim == keep && victim)
			victim = victim->newer;
		if (!victim) {
			victim = table->running.oldest;
			if (victim == keep && victim)
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

/* An exact entry matches exactly; one from /proc matches within its tick, and learns. */
static bool matches(struct ygr_process *process, uint32_t pid, uint64_t start_ns)
{
	if (process->pid != pid)
		return false;
	if (process->start_ns == start_ns)
		return true;
	if (!process->approximate || start_ns < process->start_ns ||
	    start_ns - process->start_ns >= YGR_PROCESS_TICK_NS)
		return false;
	process->start_ns = start_ns;
	process->approximate = false;
	return true;
}

static struct ygr_process *find_exact(struct ygr_process_table *table, uint32_t pid,
				      uint64_t start_ns)
{
	struct ygr_process *process = *bucket_of(table, pid);

	while (process && !matches(process, pid, start_ns))
		process = process->chain;
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

	memcpy(process->comm, comm, len);
	process->comm[len] = '\0';
}

static void set_exe(struct ygr_process_table *table, struct ygr_process *process,
		    const char *exe, uint32_t len)
{
	char *copy = malloc((size_t)len + 1);

	if (!copy)
		return;
	memcpy(copy, exe, len);
	copy[len] = '\0';
	table->used_bytes -= bytes_of(process);
	free(process->exe);
	process->exe = copy;
	process->exe_len = len;
	table->used_bytes += bytes_of(process);
}

static struct ygr_process *insert(struct ygr_process_table *table, uint32_t pid, uint64_t start_ns)
{
	struct ygr_process **bucket = bucket_of(table, pid);
	struct ygr_process *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	process->pid = pid;
	process->start_ns = start_ns;
	process->chain = *bucket;
	*bucket = process;
	list_add(&table->running, process);
	table->used_bytes += bytes_of(process);
	table->entry_nr++;
	shrink(table, process);
	return process;
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
		process->ppid = head->ppid;
		set_comm(process, head->comm, sizeof(head->comm));
	}
	return process;
}

/* ---- events --------------------------------------------------------------- */

static void observe_fork(struct ygr_process_table *table, const struct ygr_record_view *view)
{
	const struct ygr_body_fork *body = &view->body.fork;
	struct ygr_process *parent = subject(table, view->head);
	struct ygr_process *child = find_exact(table, body->child_tgid, body->child_start_ns);

	if (!child)
		child = insert(table, body->child_tgid, body->child_start_ns);
	if (!child)
		return;
	child->ppid = view->head->tgid;
	child->parent_start_ns = view->head->start_ns;
	if (child->comm[0])
		return;		/* it was seen already, and may have exec'ed since */
	set_comm(child, view->head->comm, sizeof(view->head->comm));

	/* The insertion may have pushed the parent out. */
	parent = find_exact(table, view->head->tgid, view->head->start_ns);
	if (parent && parent->exe)
		set_exe(table, child, parent->exe, parent->exe_len);
	shrink(table, child);
}

static void observe_exec(struct ygr_process_table *table, const struct ygr_record_view *view)
{
	const struct ygr_record_string *path = &view->strings[YGR_STR_PATH];
	struct ygr_process *process = subject(table, view->head);

	if (!process)
		return;
	set_comm(process, view->head->comm, sizeof(view->head->comm));
	if (!process->parent_start_ns)	/* else the one that forked it, not whoever adopted it */
		process->ppid = view->head->ppid;
	if (path->bytes)
		set_exe(table, process, path->bytes, path->len);
	shrink(table, process);
}

static void observe_exit(struct ygr_process_table *table, const struct ygr_record_view *view)
{
	struct ygr_process *process = subject(table, view->head);

	if (!process || process->exit_ns)
		return;
	list_remove(&table->running, process);
	process->exit_ns = view->head->time_ns ? view->head->time_ns : 1;
	list_add(&table->ended, process);
}

void ygr_process_table_observe(struct ygr_process_table *table, const struct ygr_record_view *view)
{
	expire(table, view->head->time_ns);
	switch (view->head->type) {
	case YGR_EV_FORK:
		observe_fork(table, view);
		break;
	case YGR_EV_EXEC:
		observe_exec(table, view);
		break;
	case YGR_EV_EXIT:
		observe_exit(table, view);
		break;
	case YGR_EV_START:
	case YGR_EV_GAP:
	case YGR_EV_TOTALS:
		break;		/* the sensor's own: the head names whoever was running */
	default:
		subject(table, view->head);
	}
}

void ygr_process_table_add(struct ygr_process_table *table, uint32_t pid, uint32_t ppid,
			   uint64_t start_ns, const char *comm, const char *exe)
{
	struct ygr_process *process = find_latest(table, pid);

	if (process && process->start_ns / YGR_PROCESS_TICK_NS == start_ns / YGR_PROCESS_TICK_NS)
		return;		/* events know better */
	process = insert(table, pid, start_ns);
	if (!process)
		return;
	process->approximate = true;
	process->ppid = ppid;
	set_comm(process, comm, YGR_COMM_BYTES);
	if (exe)
		set_exe(table, process, exe, (uint32_t)strlen(exe));
	shrink(table, process);
}

const struct ygr_process *ygr_process_table_find(struct ygr_process_table *table, uint32_t pid,
						 uint64_t start_ns)
{
	struct ygr_process *process;

	process = start_ns ? find_exact(table, pid, start_ns) : find_latest(table, pid);
	if (process && !process->exit_ns) {
		list_remove(&table->running, process);
		list_add(&table->running, process);
	}
	return process;
}

const struct ygr_process *ygr_process_table_parent(struct ygr_process_table *table,
						   const struct ygr_process *process)
{
	const struct ygr_process *parent;

	if (process->ppid == 0)
		return NULL;
	parent = ygr_process_table_find(table, process->ppid, process->parent_start_ns);
	/* A pid without start time may be somebody else's by now. */
	return parent && parent->start_ns <= process->start_ns ? parent : NULL;
}

void ygr_process_table_stats(const struct ygr_process_table *table, struct ygr_process_stats *stats)
{
	stats->entry_nr = table->entry_nr;
	stats->used_bytes = table->used_bytes;
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
	if (!table->buckets) {
		free(table);
		return -ENOMEM;
	}
	table->used_bytes = table->bucket_nr * BUCKET_BYTES;
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
	free(table->buckets);
	free(table);
}
