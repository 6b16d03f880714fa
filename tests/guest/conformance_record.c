// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "conformance_program.h"
#include "conformance_record.h"

static const uint16_t type_of_on[YGR_ON_NR] = {
	[YGR_ON_EXEC] = YGR_EV_EXEC,		[YGR_ON_FORK] = YGR_EV_FORK,
	[YGR_ON_EXIT] = YGR_EV_EXIT,		[YGR_ON_OPEN_READ] = YGR_EV_OPEN,
	[YGR_ON_OPEN_WRITE] = YGR_EV_OPEN,	[YGR_ON_CREATE] = YGR_EV_CREATE,
	[YGR_ON_UNLINK] = YGR_EV_UNLINK,	[YGR_ON_RENAME] = YGR_EV_RENAME,
	[YGR_ON_MMAP_EXEC] = YGR_EV_MMAP_EXEC,	[YGR_ON_SOCKET_CREATE] = YGR_EV_SOCKET_CREATE,
	[YGR_ON_BIND] = YGR_EV_BIND,		[YGR_ON_LISTEN] = YGR_EV_LISTEN,
	[YGR_ON_CONNECT] = YGR_EV_CONNECT,	[YGR_ON_ACCEPT] = YGR_EV_ACCEPT,
	[YGR_ON_LINK] = YGR_EV_LINK,		[YGR_ON_CHMOD] = YGR_EV_CHMOD,
	[YGR_ON_CHOWN] = YGR_EV_CHOWN,		[YGR_ON_SETXATTR] = YGR_EV_SETXATTR,
	[YGR_ON_TRUNCATE] = YGR_EV_TRUNCATE,	[YGR_ON_SEND] = YGR_EV_SEND,
	[YGR_ON_MKDIR] = YGR_EV_MKDIR,		[YGR_ON_RMDIR] = YGR_EV_RMDIR,
	[YGR_ON_SYMLINK] = YGR_EV_SYMLINK,	[YGR_ON_REMOVEXATTR] = YGR_EV_REMOVEXATTR,
	[YGR_ON_CHATTR] = YGR_EV_CHATTR,	[YGR_ON_EXEC_MEMORY] = YGR_EV_MPROTECT_EXEC,
	[YGR_ON_MEMFD] = YGR_EV_MEMFD,		[YGR_ON_CLOSE_WRITE] = YGR_EV_CLOSE_WRITE,
	[YGR_ON_SOCKET_CLOSE] = YGR_EV_SOCKET_CLOSE,
	[YGR_ON_STREAM] = YGR_EV_STREAM,
	[YGR_ON_SETUID] = YGR_EV_SETUID,	[YGR_ON_SETGID] = YGR_EV_SETGID,
	[YGR_ON_CAPSET] = YGR_EV_CAPSET,
	[YGR_ON_MODULE_LOAD] = YGR_EV_MODULE_LOAD,
	[YGR_ON_MODULE_UNLOAD] = YGR_EV_MODULE_UNLOAD,
	[YGR_ON_KEXEC] = YGR_EV_KEXEC,
	[YGR_ON_BPF] = YGR_EV_BPF,
	[YGR_ON_MOUNT] = YGR_EV_MOUNT,
	[YGR_ON_UMOUNT] = YGR_EV_UMOUNT,
	[YGR_ON_MOVE_MOUNT] = YGR_EV_MOVE_MOUNT,
	[YGR_ON_PIVOT_ROOT] = YGR_EV_PIVOT_ROOT,
	[YGR_ON_PTRACE] = YGR_EV_PTRACE,
	[YGR_ON_PTRACE_READ] = YGR_EV_PTRACE,
	[YGR_ON_VM_WRITE] = YGR_EV_VM_WRITE,
	[YGR_ON_SIGNAL] = YGR_EV_SIGNAL,
	[YGR_ON_SETTIME] = YGR_EV_SETTIME,
	[YGR_ON_UNSHARE] = YGR_EV_UNSHARE,
	[YGR_ON_SETNS] = YGR_EV_SETNS,
	[YGR_ON_KEYCTL] = YGR_EV_KEYCTL,
	[YGR_ON_PRCTL] = YGR_EV_PRCTL,
	[YGR_ON_PERSONALITY] = YGR_EV_PERSONALITY,
	[YGR_ON_SECCOMP] = YGR_EV_SECCOMP,
};

static const char *const verdict_words[] = {
	[GUEST_ALLOWED] = "passes", [GUEST_DENIED] = "is denied", [GUEST_WOULD_DENY] = "would be denied",
};

/* ---- the system call ---- */

static int errno_by_name(const char *name)
{
	for (int i = 1; i < 134; i++)
		if (strerrorname_np(i) && !strcmp(strerrorname_np(i), name))
			return i;
	return -1;
}

static bool is_denial(const char *verdict)
{
	return strchr(verdict, ':');
}

static bool is_killing(const char *verdict)
{
	return !strncmp(verdict, "kill:", 5);
}

/* @verdict: "deny:EPERM", "kill:EPERM", or one that lets the event pass */
static int status_of(const char *verdict, enum ygr_on on)
{
	if (is_denial(verdict))
		return is_killing(verdict) ? 128 + SIGKILL : errno_by_name(strchr(verdict, ':') + 1);
	return on == YGR_ON_EXEC ? PROGRAM_RAN : 0;
}

/*
 * What comes after us may say no: not each file system has each attribute, on each kernel; and
 * the props are no modules, no kernels, no programs and no mounts.
 */
static bool is_refused_later(enum ygr_on on, int status)
{
	if (YGR_ON_BIT(on) & YGR_ON_WITH_PLACE)
		return status == EINVAL || status == ENOEXEC || status == EBUSY;
	switch (on) {
	case YGR_ON_BPF:	/* No instructions, and no license: which it looks at first is the kernel's affair. */
		return status == E2BIG || status == EFAULT;
	case YGR_ON_SETXATTR:
		return status == EOPNOTSUPP || status == EINVAL;
	case YGR_ON_REMOVEXATTR:
		return status == EOPNOTSUPP || status == EINVAL || status == ENODATA;
	case YGR_ON_CHATTR:
		return status == ENOTTY;
	default:
		return false;
	}
}

static bool status_is_right(const struct check *check, int status)
{
	const enum ygr_on on = check->match->on;
	const int wanted = status_of(check->stage->one->verdict, on);

	if (status == STAGE_FAILED)
		return check_fail(check, "the event could not be made");
	if (status == wanted || (!wanted && is_refused_later(on, status)))
		return true;
	return check_fail(check, "the system call's status is %d, not %d", status, wanted);
}

/* ---- the ring ---- */

/* A record that must be there. */
struct expected {
	uint16_t type;
	enum guest_verdict verdict;
	const char *rule;	/* "-": none */
};

#define EXPECTED_MAX	2

/* What an attempt is told as if it is refused, or would have been. */
static uint16_t attempt_type(enum ygr_on on)
{
	return on == YGR_ON_EXEC ? YGR_EV_EXEC_CHECK : type_of_on[on];
}

/* An attempt that is not recorded, since its success will be. */
static bool is_told_twice(enum ygr_on on)
{
	return on == YGR_ON_EXEC || on == YGR_ON_ACCEPT;
}

/* Of datagrams, what is told by itself is the first to a destination, which a Unix socket is not. */
static bool is_quiet(const struct ygr_match_event *match)
{
	return (YGR_ON_QUIET & YGR_ON_BIT(match->on)) ||
	       (match->on == YGR_ON_SEND && !match->addr_family);
}

static bool is_untold(const char *verdict, const struct ygr_match_event *match)
{
	return !strcmp(verdict, "ignore") || (is_quiet(match) && !strcmp(verdict, "allow"));
}

/* Return: how many. */
static size_t expect(const struct conformance_case *one, const struct ygr_match_event *match,
		     struct expected list[EXPECTED_MAX])
{
	const enum ygr_on on = match->on;
	const struct expected success = { type_of_on[on], GUEST_ALLOWED, "-" };
	const bool is_monitored = !strcmp(one->verdict, "would-deny");

	if (is_untold(one->verdict, match))
		return 0;
	list[0] = (struct expected) { type_of_on[on], GUEST_ALLOWED, one->rule };
	if (!is_monitored && !is_denial(one->verdict))
		return 1;
	list[0].type = attempt_type(on);
	list[0].verdict = is_monitored ? GUEST_WOULD_DENY : GUEST_DENIED;
	list[1] = success;
	return is_monitored && is_told_twice(on) ? 2 : 1;
}

/* Records of this kind about the case; @verdict: GUEST_ANY: all */
static struct guest_query query_of(const struct check *check, uint16_t type, enum guest_verdict verdict)
{
	return (struct guest_query) {
		.type = type, .tgid = check->stage->tgid, .generation = check->generation,
		.verdict = verdict,
	};
}

static size_t count(const struct check *check, uint16_t type)
{
	const struct guest_query query = query_of(check, type, GUEST_ANY);

	return guest_count(check->guest, &query);
}

static bool is_told(const struct check *check, const struct expected *expected)
{
	const struct guest_query query = query_of(check, expected->type, expected->verdict);
	const struct guest_event *event = guest_find(check->guest, &query, NULL);
	const bool is_kill = is_killing(check->stage->one->verdict);
	const char *rule;

	if (!event)
		return check_fail(check, "no record of type %u says that it %s", expected->type,
			     verdict_words[expected->verdict]);
	rule = event->text[YGR_STR_RULE].bytes ? event->text[YGR_STR_RULE].bytes : "-";
	if (strcmp(rule, expected->rule))
		return check_fail(check, "the record's rule is \"%s\", not \"%s\"", rule, expected->rule);
	return check_flag(check, event, "killed", YGR_F_KILLED, is_kill) && check_event(check, event);
}

static bool records_are_right(const struct check *check)
{
	const enum ygr_on on = check->match->on;
	const uint16_t type = type_of_on[on], attempt = attempt_type(on);
	struct expected list[EXPECTED_MAX];
	const size_t wanted = expect(check->stage->one, check->match, list);
	const size_t nr = count(check, type) + (attempt != type ? count(check, attempt) : 0);

	for (size_t i = 0; i < wanted; i++)
		if (!is_told(check, &list[i]))
			return false;
	return nr == wanted || check_fail(check, "%zu records of the event, not %zu", nr, wanted);
}

/* Without it, what came before may be missing, too. */
static bool has_ended(const struct check *check)
{
	const struct guest_query query = { .type = YGR_EV_EXIT, .tgid = check->stage->tgid };

	return check->match->on == YGR_ON_EXIT || guest_find(check->guest, &query, NULL) ||
	       check_fail(check, "the actor's end was not told");
}

bool record_is_right(const struct guest *guest, const struct stage *stage, int status,
		     uint64_t generation, char why[CHECK_WHY_BYTES])
{
	const struct check check = {
		.guest = guest, .stage = stage, .match = &stage->event->match,
		.generation = generation, .why = why,
	};

	return status_is_right(&check, status) && has_ended(&check) && records_are_right(&check);
}
