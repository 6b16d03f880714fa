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
	{ YGR_EV_SOCKET_CREATE, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_BIND, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_LISTEN, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_CONNECT, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_ACCEPT, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_SEND, sizeof(struct ygr_body_socket), YGR_CLASS_SOCKET },
	{ YGR_EV_START, sizeof(struct ygr_body_start), YGR_CLASS_SENSOR },
	{ YGR_EV_POLICY, sizeof(struct ygr_body_policy), YGR_CLASS_SENSOR },
	{ YGR_EV_BREAKER, sizeof(struct ygr_body_breaker), YGR_CLASS_SENSOR },
	{ YGR_EV_GAP, sizeof(struct ygr_body_gap), YGR_CLASS_SENSOR },
	{ YGR_EV_TOTALS, sizeof(struct ygr_body_totals), YGR_CLASS_SENSOR },
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
	check_seq(ring, event);
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
		event = take_record(ring, ring->data + (tail & (ring->info.data_bytes - 1)), head - tail);
		tail += event->head.len;
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

static bool accounts_settled(struct guest *guest)
{
	struct ygr_stats before = guest_stats(guest, YGR_CPU_ALL), after;

	guest_drain(guest);
	after = guest_stats(guest, YGR_CPU_ALL);
	/* The kernel tells of drops when its timer comes round. */
	return !memcmp(before.produced, after.produced, sizeof(before.produced)) &&
	       !memcmp(after.dropped, guest->lost, sizeof(guest->lost));
}

void guest_check_accounts(struct guest *guest)
{
	uint64_t deadline_ns = guest_now_ns() + GUEST_WAIT_MS * 1000000ull;
	struct ygr_stats stats;

	while (!accounts_settled(guest) && guest_now_ns() < deadline_ns)
		usleep(10000);
	stats = guest_stats(guest, YGR_CPU_ALL);
	for (unsigned int i = 0; i < YGR_CLASS_MAX; i++) {
		check(stats.dropped[i] == guest->lost[i], "class %u: %llu dropped, %" PRIu64 " told", i,
		      (unsigned long long)stats.dropped[i], guest->lost[i]);
		check(stats.produced[i] == guest->seen[i] + guest->lost[i],
		      "class %u: %llu produced, %" PRIu64 " read, %" PRIu64 " lost", i,
		      (unsigned long long)stats.produced[i], guest->seen[i], guest->lost[i]);
	}
}
