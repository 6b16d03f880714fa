// SPDX-License-Identifier: GPL-2.0-only
/* Finding an event among those read, and saying what was there instead. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define DUMP_NR_MAX	40	/* of the last events, when the wanted one did not come */

static bool text_is(const struct guest_text *text, const char *want)
{
	return !want || (text->bytes && text->len == strlen(want) &&
			 !memcmp(text->bytes, want, text->len));
}

static bool matches(const struct guest_event *event, const struct guest_query *query)
{
	const struct ygr_record *head = &event->head;

	return (!query->type || head->type == query->type) &&
	       (!query->tgid || head->tgid == query->tgid) &&
	       (!query->tid || head->tid == query->tid) &&
	       (!query->verdict || head->verdict == query->verdict - GUEST_ALLOWED) &&
	       (!query->generation || head->generation == query->generation) &&
	       (head->flags & query->flags) == query->flags &&
	       (!query->comm || !strncmp(head->comm, query->comm, sizeof(head->comm))) &&
	       text_is(&event->text[YGR_STR_PATH], query->path) &&
	       text_is(&event->text[YGR_STR_NEW_PATH], query->new_path) &&
	       text_is(&event->text[YGR_STR_RULE], query->rule) &&
	       (!query->where || query->where(event, query->arg));
}

const struct guest_event *guest_find(const struct guest *guest, const struct guest_query *query,
				     const struct guest_event *after)
{
	const struct guest_event *event = after ? after->next : guest->first;

	while (event && !matches(event, query))
		event = event->next;
	return event;
}

size_t guest_count(const struct guest *guest, const struct guest_query *query)
{
	const struct guest_event *event = NULL;
	size_t nr = 0;

	while ((event = guest_find(guest, query, event)))
		nr++;
	return nr;
}

const struct guest_event *guest_wait(struct guest *guest, const struct guest_query *query,
				     unsigned int timeout_ms)
{
	uint64_t deadline_ns = guest_now_ns() + timeout_ms * 1000000ull;
	const struct guest_event *event;

	for (;;) {
		guest_drain(guest);
		event = guest_find(guest, query, NULL);
		if (event || guest_now_ns() >= deadline_ns)
			return event;
		usleep(2000);
	}
}

void guest_event_print(const struct guest_event *event)
{
	static const char *const tag_names[GUEST_TAG_NR] = {
		[YGR_STR_PATH] = "path", [YGR_STR_NEW_PATH] = "new_path",
		[YGR_STR_FILENAME] = "filename", [YGR_STR_CWD] = "cwd", [YGR_STR_ARGV] = "argv",
		[YGR_STR_UNIX_PATH] = "unix_path", [YGR_STR_RULE] = "rule", [YGR_STR_HOOKS] = "hooks",
		[YGR_STR_SHA256] = "sha256", [YGR_STR_VERITY] = "verity", [YGR_STR_XATTR] = "xattr",
		[YGR_STR_ALERT] = "alert", [YGR_STR_EXE] = "exe", [YGR_STR_ENV] = "env",
		[YGR_STR_TTY] = "tty", [YGR_STR_SCRIPT] = "script",
		[YGR_STR_ANCESTORS] = "ancestors", [YGR_STR_CGROUP] = "cgroup",
		[YGR_STR_PAYLOAD] = "payload",
		[YGR_STR_SOURCE] = "source",
		[YGR_STR_FSTYPE] = "fstype", [YGR_STR_OPTIONS] = "options", [YGR_STR_NAME] = "name",
	};
	const struct ygr_record *head = &event->head;

	printf("# cpu %u seq %" PRIu64 " type %u class %u verdict %u gen %" PRIu64
	       " tgid %u tid %u euid %u flags %#x comm %.16s", event->cpu, (uint64_t)head->seq,
	       head->type, head->class, head->verdict, (uint64_t)head->generation, head->tgid,
	       head->tid, head->euid, head->flags, head->comm);
	for (unsigned int tag = 1; tag < GUEST_TAG_NR; tag++)
		if (event->text[tag].bytes && tag_names[tag])
			printf(" %s \"%s\"", tag_names[tag], event->text[tag].bytes);
	putchar('\n');
}

static void query_print(const struct guest_query *query)
{
	printf("# wanted: type %u tgid %u tid %u verdict %d gen %" PRIu64 " flags %#x", query->type,
	       query->tgid, query->tid, (int)query->verdict - GUEST_ALLOWED, query->generation,
	       query->flags);
	if (query->path)
		printf(" path \"%s\"", query->path);
	if (query->new_path)
		printf(" new_path \"%s\"", query->new_path);
	if (query->rule)
		printf(" rule \"%s\"", query->rule);
	if (query->comm)
		printf(" comm \"%s\"", query->comm);
	puts(query->where ? " where ..." : "");
}

static void dump(const struct guest *guest)
{
	const struct guest_query all = { 0 };
	size_t nr = guest_count(guest, &all);
	const struct guest_event *event = guest->first;

	printf("# %zu events read, the last ones:\n", nr);
	for (; nr > DUMP_NR_MAX; nr--)
		event = event->next;
	for (; event; event = event->next)
		guest_event_print(event);
}

const struct guest_event *guest_expect_at(struct guest *guest, const struct guest_query *query,
					  const char *file, int line)
{
	const struct guest_event *event = guest_wait(guest, query, GUEST_WAIT_MS);

	if (!event) {
		query_print(query);
		dump(guest);
		_fail(file, line);
	}
	return event;
}

void guest_reject_at(struct guest *guest, const struct guest_query *query, const char *file, int line)
{
	const struct guest_event *event;

	guest_drain(guest);
	event = guest_find(guest, query, NULL);
	if (event) {
		puts("# must not be there:");
		guest_event_print(event);
		_fail(file, line);
	}
}
