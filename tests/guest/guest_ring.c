// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rings' records, copied and checked. Written from ygr_abi.h and
 * ygr_event.h alone, not from the daemon's reader: two readings of the
 * contract find what one would share with its author.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define check(condition, ...) \
	do { \
		if (!(condition)) \
			fail_msg(__VA_ARGS__); \
	} while (0)

struct type_rule {
	uint16_t type;
	uint16_t body_bytes;
	uint8_t class;		/* unless the verdict is a denial */
};

static const struct type_rule type_rules[] = {
	{ YGR_EV_EXEC_CHECK, sizeof(struct ygr_body_exec), YGR_CLASS_EXEC },
	{ YGR_EV_EXEC, sizeof(struct ygr_body_exec), YGR_CLASS_EXEC },
	{ YGR_EV_FORK, sizeof(struct ygr_body_fork), YGR_CLASS_FORK },
	{ YGR_EV_EXIT, sizeof(struct ygr_body_exit), YGR_CLASS_EXIT },
	{ YGR_EV_PROCESS, sizeof(struct ygr_body_exec), YGR_CLASS_FORK },
	{ YGR_EV_OPEN, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_CREATE, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_UNLINK, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_RENAME, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_MMAP_EXEC, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_LINK, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_CHMOD, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_CHOWN, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_SETXATTR, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_TRUNCATE, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_CLOSE_WRITE, sizeof(struct ygr_body_close_write), YGR_CLASS_FILE },
	{ YGR_EV_MKDIR, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_RMDIR, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_SYMLINK, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_REMOVEXATTR, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_CHATTR, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_MPROTECT_EXEC, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_MEMFD, sizeof(struct ygr_body_file), YGR_CLASS_FILE },
	{ YGR_EV_SOCKET_CREATE, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_BIND, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_LISTEN, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_CONNECT, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_ACCEPT, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_SEND, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_SOCKET_CLOSE, sizeof(struct ygr_body_close), YGR_CLASS_SOCKET },
	{ YGR_EV_DNS, sizeof(struct ygr_body_dns), YGR_CLASS_SOCKET },
	{ YGR_EV_STREAM, sizeof(struct ygr_body_stream), YGR_CLASS_SOCKET },
	{ YGR_EV_SETUID, sizeof(struct ygr_body_ids), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_SETGID, sizeof(struct ygr_body_ids), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_CAPSET, sizeof(struct ygr_body_caps), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_MODULE_LOAD, sizeof(struct ygr_body_code), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_MODULE_UNLOAD, sizeof(struct ygr_body_code), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_KEXEC, sizeof(struct ygr_body_code), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_BPF, sizeof(struct ygr_body_bpf), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_MOUNT, sizeof(struct ygr_body_mount), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_UMOUNT, sizeof(struct ygr_body_mount), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_MOVE_MOUNT, sizeof(struct ygr_body_mount), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_PIVOT_ROOT, sizeof(struct ygr_body_mount), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_PTRACE, sizeof(struct ygr_body_target), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_VM_WRITE, sizeof(struct ygr_body_target), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_SIGNAL, sizeof(struct ygr_body_target), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_SETTIME, sizeof(struct ygr_body_setting), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_UNSHARE, sizeof(struct ygr_body_setting), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_SETNS, sizeof(struct ygr_body_setting), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_KEYCTL, sizeof(struct ygr_body_setting), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_PRCTL, sizeof(struct ygr_body_setting), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_PERSONALITY, sizeof(struct ygr_body_setting), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_SECCOMP, sizeof(struct ygr_body_setting), YGR_CLASS_PRIVILEGE },
	{ YGR_EV_START, sizeof(struct ygr_body_start), YGR_CLASS_SENSOR },
	{ YGR_EV_POLICY, sizeof(struct ygr_body_policy), YGR_CLASS_SENSOR },
	{ YGR_EV_BREAKER, sizeof(struct ygr_body_breaker), YGR_CLASS_SENSOR },
	{ YGR_EV_GAP, sizeof(struct ygr_body_gap), YGR_CLASS_SENSOR },
	{ YGR_EV_STOP, sizeof(struct ygr_body_stop), YGR_CLASS_SENSOR },
	{ YGR_EV_HEARTBEAT, sizeof(struct ygr_body_heartbeat), YGR_CLASS_SENSOR },
	{ YGR_EV_CLOCK, sizeof(struct ygr_body_clock), YGR_CLASS_SENSOR },
	{ YGR_EV_TOTALS, sizeof(struct ygr_body_totals), YGR_CLASS_SENSOR },
	{ YGR_EV_SUPPRESSED, sizeof(struct ygr_body_suppressed), YGR_CLASS_SENSOR },
};

static const struct type_rule *type_rule_find(uint16_t type)
{
	for (size_t i = 0; i < sizeof(type_rules) / sizeof(type_rules[0]); i++)
		if (type_rules[i].type == type)
			return &type_rules[i];
	return NULL;
}

/* Why a denial was not enforced: one reason at most, and of no other verdict. */
static void check_reason(const struct ygr_record *rec)
{
	uint32_t reason = rec->flags & (YGR_F_PROTECTED | YGR_F_BREAKER | YGR_F_NO_READER);

	check(!(reason & (reason - 1)), "type %u: flags %#x give two reasons", rec->type, rec->flags);
	check(!reason || rec->verdict == YGR_VERDICT_WOULD_DENY, "type %u: flags %#x of verdict %u",
	      rec->type, rec->flags, rec->verdict);
	check(!(rec->flags & YGR_F_KILLED) || rec->verdict == YGR_VERDICT_DENY,
	      "type %u: killed, but verdict %u", rec->type, rec->verdict);
}

static void check_head(const struct guest_ring *ring, const struct ygr_record *rec, uint64_t room)
{
	static const uint8_t zero[sizeof(rec->pad)];
	const struct type_rule *rule = type_rule_find(rec->type);
	uint8_t class;

	check(rec->len % 8 == 0 && rec->len >= sizeof(*rec) && rec->len <= room,
	      "cpu %u: record of %u bytes, %" PRIu64 " are there", ring->cpu, rec->len, room);
	check(rule, "cpu %u: unknown record type %u", ring->cpu, rec->type);
	check(rec->body_len == rule->body_bytes, "type %u: body of %u bytes, not %u", rec->type,
	      rec->body_len, rule->body_bytes);
	check(rec->len >= sizeof(*rec) + rec->body_len, "type %u: record shorter than its body",
	      rec->type);
	check(rec->verdict <= YGR_VERDICT_WOULD_DENY, "type %u: verdict %u", rec->type, rec->verdict);
	class = rec->verdict == YGR_VERDICT_ALLOW ? rule->class : YGR_CLASS_DENY;
	check(rec->class == class, "type %u: class %u, not %u", rec->type, rec->class, class);
	check(!memcmp(rec->pad, zero, sizeof(zero)), "type %u: padding is not zero", rec->type);
	check_reason(rec);
	check(memchr(rec->comm, 0, sizeof(rec->comm)), "type %u: comm has no end", rec->type);
}

/* A hole in the sequence must be explained by this very record. */
static void check_seq(struct guest_ring *ring, const struct guest_event *event)
{
	uint64_t jump, told = 0;

	if (event->head.type == YGR_EV_GAP)
		for (unsigned int i = 0; i < YGR_CLASS_MAX; i++)
			told += event->body.gap.dropped[i];
	if (ring->has_seq) {
		jump = event->head.seq - ring->next_seq;
		check(jump == told, "cpu %u: %" PRIu64 " records missing before seq %" PRIu64
		      " (type %u), %" PRIu64 " told", ring->cpu, jump, event->head.seq,
		      event->head.type, told);
	}
	ring->has_seq = true;
	ring->next_seq = event->head.seq + 1;
}

/* Copies the strings behind the body to `to`, with a NUL after each. */
static void take_strings(struct guest_event *event, const uint8_t *from, const uint8_t *end, char *to)
{
	bool is_cut = false;
	struct ygr_string str;
	uint32_t padded;

	while (from < end) {
		check((size_t)(end - from) >= sizeof(str), "type %u: half a string", event->head.type);
		memcpy(&str, from, sizeof(str));
		from += sizeof(str);
		check(str.tag && str.tag < GUEST_TAG_NR, "type %u: string tag %u", event->head.type, str.tag);
		check(!str.pad && !str.pad2, "tag %u: padding is not zero", str.tag);
		check(!event->text[str.tag].bytes, "tag %u stands twice", str.tag);
		check(str.len <= (size_t)(end - from), "tag %u: %u bytes do not fit", str.tag, str.len);
		check(str.true_len >= str.len, "tag %u: true length %u < %u", str.tag, str.true_len, str.len);
		is_cut |= str.true_len > str.len;
		memcpy(to, from, str.len);
		to[str.len] = '\0';
		event->text[str.tag] = (struct guest_text){ to, str.len, str.true_len };
		to += str.len + 1;
		/* What is not zero here is a leak of kernel memory. */
		padded = (str.len + 7) & ~7u;
		for (uint32_t i = str.len; i < padded; i++)
			check(!from[i], "tag %u: padding byte %u is not zero", str.tag, i);
		from += padded;
	}
	check(is_cut == !!(event->head.flags & YGR_F_TRUNCATED), "type %u: flags %#x, but %s string was cut",
	      event->head.type, event->head.flags, is_cut ? "a" : "no");
}

/* Only what is allowed, of files and sockets, is merged, and says how often it was. */
static void take_repeats(struct guest_event *event)
{
	const struct guest_text *text = &event->text[YGR_STR_REPEATS];

	check(!(event->head.flags & YGR_F_COALESCED) == !text->bytes, "type %u: flags %#x, %s repeats",
	      event->head.type, event->head.flags, text->bytes ? "but" : "no");
	if (!text->bytes)
		return;
	check(text->len == sizeof(event->repeats), "repeats of %u bytes", text->len);
	memcpy(&event->repeats, text->bytes, sizeof(event->repeats));
	check(event->head.class == YGR_CLASS_FILE || event->head.class == YGR_CLASS_SOCKET,
	      "type %u: repeats of class %u", event->head.type, event->head.class);
	check(event->repeats.repeat_nr && event->repeats.first_ns <= event->repeats.last_ns &&
	      event->repeats.last_ns <= event->head.time_ns, "type %u: %llu repeats from %llu to %llu, told at %llu",
	      event->head.type, (unsigned long long)event->repeats.repeat_nr,
	      (unsigned long long)event->repeats.first_ns, (unsigned long long)event->repeats.last_ns,
	      (unsigned long long)event->head.time_ns);
}

static struct guest_event *take_record(struct guest_ring *ring, const uint8_t *at, uint64_t room)
{
	struct guest_event *event;
	struct ygr_record head;
	size_t strings_bytes;

	check(room >= sizeof(head), "cpu %u: %" PRIu64 " bytes are no record", ring->cpu, room);
	memcpy(&head, at, sizeof(head));
	check_head(ring, &head, room);
	strings_bytes = head.len - sizeof(head) - head.body_len;
	/* Each string brings a head of 16 bytes, more than the NUL that it needs. */
	event = calloc(1, sizeof(*event) + strings_bytes);
	assert_non_null(event);
	event->cpu = ring->cpu;
	event->head = head;
	memcpy(&event->body, at + sizeof(head), head.body_len);
	take_strings(event, at + sizeof(head) + head.body_len, at + head.len, (char *)(event + 1));
	take_repeats(event);
	check_seq(ring, event);
	return event;
}

/* ---- what is compact, and what that refers to ---- */

static const void *ring_at(const struct guest_ring *ring, uint64_t pos)
{
	return ring->data + (pos & (ring->info.data_bytes - 1));
}

static void check_zero(const uint8_t *bytes, uint64_t nr, const char *what)
{
	for (uint64_t i = 0; i < nr; i++)
		check(!bytes[i], "%s: padding byte %" PRIu64 " is not zero", what, i);
}

static uint64_t segment_of(const struct guest_ring *ring, uint64_t pos)
{
	return pos / (ring->info.data_bytes / YGR_RING_SEGMENT_NR);
}

/* Whoever is at @pos refers to it: it starts in this segment or the one before, and is over by then. */
static const void *refer(const struct guest_ring *ring, uint64_t pos, uint32_t back, uint16_t type)
{
	const struct ygr_ring_directory *what = ring_at(ring, pos - back);

	check(back && back % 8 == 0 && back <= pos, "cpu %u: type %u is %u bytes before %" PRIu64, ring->cpu,
	      type, back, pos);
	check(segment_of(ring, pos) - segment_of(ring, pos - back) <= 1,
	      "cpu %u: type %u, %u bytes before %" PRIu64 ", is too far", ring->cpu, type, back, pos);
	check(what->type == type, "cpu %u: type %u where %u should be", ring->cpu, what->type, type);
	check(what->len <= back, "cpu %u: type %u of %u bytes, but %u before its user", ring->cpu, type,
	      what->len, back);
	return what;
}

static void check_directory(const struct ygr_ring_directory *directory)
{
	const uint8_t *path = (const uint8_t *)(directory + 1);
	uint32_t padded = (directory->path_len + 7) & ~7u;

	check(directory->len == sizeof(*directory) + padded, "directory of %u bytes for a path of %u",
	      directory->len, directory->path_len);
	check(directory->path_len && path[0] == '/' && path[directory->path_len - 1] == '/',
	      "directory \"%.*s\"", (int)directory->path_len, path);
	check(!directory->class && !directory->verdict && !directory->pad, "directory with more");
	check_zero(path + directory->path_len, padded - directory->path_len, "directory");
}

static void check_context(const struct ygr_record *context)
{
	check(!context->class && !context->verdict && !context->seq && !context->time_ns &&
	      !context->flags && !context->body_len, "context with more");
	check(!context->rule_id == (context->len == sizeof(*context)), "rule %u: context of %u bytes",
	      context->rule_id, context->len);
}

/* Return: the record that the compact one at @pos stands for; the caller frees it. */
static struct ygr_record *join(const struct guest_ring *ring, uint64_t pos, uint64_t room)
{
	const struct ygr_ring_compact *compact = ring_at(ring, pos);
	const uint8_t *name = (const uint8_t *)(compact + 1) + compact->body_len;
	uint32_t name_padded = (compact->name_len + 7) & ~7u, rest;
	const struct ygr_record *context;
	struct ygr_string path = { .tag = YGR_STR_PATH };
	struct ygr_record *whole = calloc(1, 64 << 10);
	uint8_t *to = (uint8_t *)(whole + 1);

	assert_non_null(whole);
	check(compact->len % 8 == 0 && compact->len <= room, "cpu %u: %u bytes, %" PRIu64 " are there",
	      ring->cpu, compact->len, room);
	check(compact->len >= sizeof(*compact) + compact->body_len + name_padded,
	      "type %u: shorter than its body and name", compact->type);
	context = refer(ring, pos, compact->context_back, YGR_EV_CONTEXT);
	check_context(context);
	*whole = *context;
	whole->type = compact->type;
	whole->class = compact->class;
	whole->verdict = compact->verdict ^ YGR_RING_COMPACT;
	whole->seq = compact->seq;
	whole->time_ns = compact->time_ns;
	whole->flags = compact->flags;
	whole->body_len = compact->body_len;
	memcpy(to, compact + 1, compact->body_len);
	to += compact->body_len;
	check(!compact->name_len == !compact->directory_back, "type %u: a name or a directory alone",
	      compact->type);
	check_zero(name + compact->name_len, name_padded - compact->name_len, "name");
	if (compact->directory_back) {
		const struct ygr_ring_directory *directory =
			refer(ring, pos, compact->directory_back, YGR_EV_DIRECTORY);

		check_directory(directory);
		path.len = path.true_len = directory->path_len + compact->name_len;
		memcpy(to, &path, sizeof(path));
		memcpy(to + sizeof(path), directory + 1, directory->path_len);
		memcpy(to + sizeof(path) + directory->path_len, name, compact->name_len);
		to += sizeof(path) + ((path.len + 7) & ~7u);
	}
	rest = compact->len - (uint32_t)(name + name_padded - (const uint8_t *)compact);
	memcpy(to, name + name_padded, rest);
	to += rest;
	rest = context->len - (uint32_t)sizeof(*context);
	memcpy(to, context + 1, rest);
	whole->len = (uint32_t)(to + rest - (uint8_t *)whole);
	return whole;
}

/* Return: the next event, taken; NULL: what is there is none. @pos is moved past it. */
static struct guest_event *take_next(struct guest_ring *ring, uint64_t *pos, uint64_t head)
{
	const struct ygr_ring_directory *start = ring_at(ring, *pos);
	struct guest_event *event = NULL;
	uint64_t at = *pos;

	check(head - at >= 8 && start->len >= sizeof(*start) && start->len % 8 == 0 &&
	      start->len <= head - at, "cpu %u: record of %u bytes, %" PRIu64 " are there", ring->cpu,
	      start->len, head - at);
	*pos += start->len;
	if (start->type == YGR_EV_DIRECTORY) {
		check_directory(start);
	} else if (start->type == YGR_EV_CONTEXT) {
		check_context((const struct ygr_record *)start);
	} else if (start->type == YGR_EV_VOID) {
		ring->void_nr++;
	} else if (start->verdict & YGR_RING_COMPACT) {
		struct ygr_record *whole = join(ring, at, head - at);

		event = take_record(ring, (uint8_t *)whole, whole->len);
		free(whole);
		ring->compact_nr++;
	} else {
		event = take_record(ring, (const uint8_t *)start, head - at);
		ring->whole_nr++;
	}
	if (event) {
		event->pos = at;
		event->ring_bytes = start->len;
	}
	return event;
}

static void keep(struct guest *guest, struct guest_event *event)
{
	if (guest->last)
		guest->last->next = event;
	else
		guest->first = event;
	guest->last = event;
	guest->seen[event->head.class]++;
	guest->merged[event->head.class] += !!event->repeats.repeat_nr;
	guest->coalesced[event->head.class] += event->repeats.repeat_nr;
	if (event->head.type == YGR_EV_SUPPRESSED)
		for (unsigned int i = 0; i < YGR_CLASS_MAX; i++)
			guest->suppressed[i] += event->body.suppressed.suppressed[i];
	if (event->head.type == YGR_EV_GAP)
		for (unsigned int i = 0; i < YGR_CLASS_MAX; i++)
			guest->lost[i] += event->body.gap.dropped[i];
}

static size_t drain_ring(struct guest *guest, struct guest_ring *ring)
{
	uint64_t tail = ring->consumer->tail;
	/* Pairs with the release store of the kernel's commit. */
	uint64_t head = __atomic_load_n(&ring->producer->head, __ATOMIC_ACQUIRE);
	struct guest_event *event;
	size_t nr = 0;

	check(head - tail <= ring->info.data_bytes, "cpu %u: head %" PRIu64 ", tail %" PRIu64,
	      ring->cpu, head, tail);
	while (tail != head) {
		event = take_next(ring, &tail, head);
		if (!event)
			continue;
		keep(guest, event);
		nr++;
	}
	__atomic_store_n(&ring->consumer->tail, tail, __ATOMIC_RELEASE);
	return nr;
}

size_t guest_drain(struct guest *guest)
{
	size_t nr = 0;

	for (unsigned int i = 0; i < guest->ring_nr; i++)
		nr += drain_ring(guest, &guest->ring[i]);
	return nr;
}

void guest_forget(struct guest *guest)
{
	struct guest_event *next;

	guest_drain(guest);
	for (struct guest_event *event = guest->first; event; event = next) {
		next = event->next;
		free(event);
	}
	guest->first = guest->last = NULL;
}

/* @stats: those that were true while everything was read */
static bool accounts_settled(struct guest *guest, struct ygr_stats *stats)
{
	struct ygr_stats before = guest_stats(guest, YGR_CPU_ALL);

	guest_drain(guest);
	*stats = guest_stats(guest, YGR_CPU_ALL);
	/* The kernel tells of drops when its timer comes round. */
	return !memcmp(before.produced, stats->produced, sizeof(before.produced)) &&
	       !memcmp(stats->dropped, guest->lost, sizeof(guest->lost));
}

void guest_check_accounts(struct guest *guest)
{
	uint64_t deadline_ns = guest_now_ns() + GUEST_WAIT_MS * 1000000ull;
	struct ygr_stats stats;

	while (!accounts_settled(guest, &stats) && guest_now_ns() < deadline_ns)
		usleep(10000);
	for (unsigned int i = 0; i < YGR_CLASS_MAX; i++) {
		check(stats.dropped[i] == guest->lost[i], "class %u: %llu dropped, %" PRIu64 " told", i,
		      (unsigned long long)stats.dropped[i], guest->lost[i]);
		check(stats.produced[i] == guest->seen[i] + guest->lost[i],
		      "class %u: %llu produced, %" PRIu64 " read, %" PRIu64 " lost", i,
		      (unsigned long long)stats.produced[i], guest->seen[i], guest->lost[i]);
	}
}
