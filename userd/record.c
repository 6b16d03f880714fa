// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "record.h"

static int fail(int error, const char *text, const char **reason)
{
	*reason = text;
	return error;
}

static size_t body_known_bytes(uint16_t type)
{
	switch (type) {
	case YGR_EV_EXEC_CHECK:
	case YGR_EV_EXEC:
	case YGR_EV_PROCESS:
		return sizeof(struct ygr_body_exec);
	case YGR_EV_FORK:
		return sizeof(struct ygr_body_fork);
	case YGR_EV_EXIT:
		return sizeof(struct ygr_body_exit);
	case YGR_EV_CLOSE_WRITE:
		return sizeof(struct ygr_body_close_write);
	case YGR_EV_OPEN ... YGR_EV_TRUNCATE:
	case YGR_EV_MKDIR ... YGR_EV_MEMFD:
	case YGR_EV_REMOVEXATTR ... YGR_EV_CHATTR:
		return sizeof(struct ygr_body_file);
	case YGR_EV_SOCKET_CREATE ... YGR_EV_SEND:
		return sizeof(struct ygr_body_socket);
	case YGR_EV_SOCKET_CLOSE:
		return sizeof(struct ygr_body_close);
	case YGR_EV_DNS:
		return sizeof(struct ygr_body_dns);
	case YGR_EV_STREAM:
		return sizeof(struct ygr_body_stream);
	case YGR_EV_SETUID ... YGR_EV_SETGID:
		return sizeof(struct ygr_body_ids);
	case YGR_EV_CAPSET:
		return sizeof(struct ygr_body_caps);
	case YGR_EV_MODULE_LOAD ... YGR_EV_KEXEC:
		return sizeof(struct ygr_body_code);
	case YGR_EV_BPF:
		return sizeof(struct ygr_body_bpf);
	case YGR_EV_MOUNT ... YGR_EV_PIVOT_ROOT:
		return sizeof(struct ygr_body_mount);
	case YGR_EV_PTRACE ... YGR_EV_SIGNAL:
		return sizeof(struct ygr_body_target);
	case YGR_EV_SETTIME ... YGR_EV_SECCOMP:
		return sizeof(struct ygr_body_setting);
	case YGR_EV_START:
		return sizeof(struct ygr_body_start);
	case YGR_EV_POLICY:
		return sizeof(struct ygr_body_policy);
	case YGR_EV_GAP:
		return sizeof(struct ygr_body_gap);
	case YGR_EV_TOTALS:
		return sizeof(struct ygr_body_totals);
	case YGR_EV_BREAKER:
		return sizeof(struct ygr_body_breaker);
	case YGR_EV_STOP:
		return sizeof(struct ygr_body_stop);
	case YGR_EV_HEARTBEAT:
		return sizeof(struct ygr_body_heartbeat);
	case YGR_EV_CLOCK:
		return sizeof(struct ygr_body_clock);
	case YGR_EV_SUPPRESSED:
		return sizeof(struct ygr_body_suppressed);
	}
	return 0;	/* a newer type: its head is still worth having */
}

static void fill_body(struct ygr_record_view *view)
{
	size_t known = body_known_bytes(view->head->type), len = view->head->body_len;

	if (len < known)
		memset((uint8_t *)&view->body + len, 0, known - len);
	/* memmove(): in place of memcpy() gcc writes a string instruction here, which is slow to start. */
	memmove(&view->body, view->head + 1, len < known ? len : known);
}

static void note_string(struct ygr_record_view *view, const struct ygr_string *string)
{
	struct ygr_record_string *slot;

	if (string->tag == 0 || string->tag >= YGR_RECORD_TAG_NR)
		return;
	slot = &view->strings[string->tag];
	if (slot->bytes)
		return;
	slot->bytes = (const char *)(string + 1);
	slot->len = string->len;
	slot->true_len = string->true_len;
	view->there |= YGR_RECORD_TAG_BIT(string->tag);
	if (ygr_record_string_is_cut(slot))
		view->cut |= YGR_RECORD_TAG_BIT(string->tag);
}

/* Strings fill [at, end) exactly, each padded to 8. */
static int fill_strings(struct ygr_record_view *view, const uint8_t *at, const uint8_t *end,
			const char **reason)
{
	for (int tag = 0; tag < YGR_RECORD_TAG_NR; tag++)
		view->strings[tag].bytes = NULL;
	view->there = 0;
	view->cut = 0;
	for (int nr = 0; at < end; nr++) {
		const struct ygr_string *string = (const struct ygr_string *)at;
		uint64_t room = (uint64_t)(end - at);
		uint64_t padded;

		if (nr == YGR_RECORD_STRINGS_MAX)
			return fail(-EBADMSG, "too many strings", reason);
		if (room < sizeof(*string))
			return fail(-EBADMSG, "string head does not fit", reason);
		padded = ((uint64_t)string->len + 7) & ~7ull;
		if (padded > room - sizeof(*string))
			return fail(-EBADMSG, "string does not fit", reason);
		note_string(view, string);
		at += sizeof(*string) + padded;
	}
	return 0;
}

int ygr_record_parse(const void *bytes, uint64_t avail, struct ygr_record_view *view,
		     const char **reason)
{
	const struct ygr_record *head = bytes;
	const uint8_t *body = (const uint8_t *)(head + 1);

	if (avail < sizeof(*head))
		return fail(-EPROTO, "record head does not fit", reason);
	if (head->len < sizeof(*head) || head->len % 8 != 0)
		return fail(-EPROTO, "record length is impossible", reason);
	if (head->len > avail)
		return fail(-EPROTO, "record is longer than what was published", reason);

	view->head = head;
	if (head->body_len % 8 != 0 || head->body_len > head->len - sizeof(*head))
		return fail(-EBADMSG, "body does not fit", reason);
	if (head->class >= YGR_CLASS_MAX)
		return fail(-EBADMSG, "class out of range", reason);
	fill_body(view);
	return fill_strings(view, body + head->body_len, (const uint8_t *)bytes + head->len, reason);
}
