/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/yagura: handshake, ring, policy.
 *
 * Opening needs CAP_SYS_ADMIN in the initial user namespace (else -EPERM).
 * O_RDWR opens the one data consumer (a second one: -EBUSY); O_RDONLY opens
 * a status handle, of which there may be many. Both may load policy.
 *
 * Every ioctl takes a struct whose size is part of its number, checked in
 * this order: known number (-ENOTTY), readable and writable argument
 * (-EFAULT), flags (-EINVAL), padding zero (-EINVAL), then its own fields.
 */
#ifndef _UAPI_YAGURA_ABI_H
#define _UAPI_YAGURA_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>
#include <yagura/ygr_event.h>

/* Layout of the ioctls and of the ring. A reader refuses one it does not know. */
#define YGR_ABI_VERSION		3

#define YGR_DEVICE_PATH		"/dev/yagura"

/* ygr_info.features */
#define YGR_FEATURE_DENY	(1ull << 0)	/* verdicts are enforced; not while it only observes */
#define YGR_FEATURE_MNT_NS	(1ull << 1)	/* mnt_ns is filled */
#define YGR_FEATURE_SHA256	(1ull << 2)	/* executed files can be digested */
#define YGR_FEATURE_VERITY	(1ull << 3)	/* fs-verity digests can be asked for */
#define YGR_FEATURE_SIGNED	(1ull << 4)	/* only signed policies are taken */

struct ygr_info {
	__u32	abi_version;
	__u32	schema_version;
	__u64	features;	/* YGR_FEATURE_* */
	__u32	hook_nr;	/* for YGR_IOC_GET_HOOK */
	__u32	cpu_nr;		/* possible CPUs: 0 .. cpu_nr - 1; some may have no ring */
	__u32	class_nr;	/* classes in use */
	__u32	page_bytes;
	__u64	load_id;	/* CLOCK_BOOTTIME ns at load: names this run of the module */
	__u64	generation;	/* of the policy in force; 0: none */
	char	version[32];	/* of the module; NUL-terminated */
};

enum ygr_hook_state {
	YGR_HOOK_ATTACHED	= 1,
	YGR_HOOK_MISSING	= 2,	/* this kernel has no such function */
	YGR_HOOK_BUSY		= 3,	/* a live patch redirects it, or kernel.ftrace_enabled was 0 at load */
	YGR_HOOK_FAILED		= 4,	/* other error: ygr_hook_info.error */
	YGR_HOOK_STOPPED	= 5,	/* it was attached until YGR_IOC_STOP */
	YGR_HOOK_DISABLED	= 6,	/* the module was loaded with disable=1 */
	YGR_HOOK_MISMATCHED	= 7,	/* it has other arguments here than those that are known */
};

struct ygr_hook_info {
	__u32	index;		/* in: 0 .. hook_nr - 1, else -ERANGE */
	__u32	flags;		/* in: 0 */
	__u32	state;		/* enum ygr_hook_state */
	__s32	error;		/* 0 or -errno of the attempt to attach */
	char	symbol[48];	/* NUL-terminated */
};

/*
 * One ring per CPU. At mmap_offset of /dev/yagura lie
 *
 *	page 0			struct ygr_ring_consumer	read-write
 *	page 1			struct ygr_ring_producer	read-only
 *	data_bytes		records				read-only
 *	data_bytes		the same pages once more	read-only
 *
 * so that a record is always contiguous at data + (position & (data_bytes - 1)).
 * Positions are monotonic byte counts. Map page 0 shared and read-write, and
 * the rest shared and read-only; the latter writable is -EPERM.
 */
struct ygr_ring_info {
	__u32	cpu;		/* in: no ring there: -ENXIO */
	__u32	flags;		/* in: 0 */
	__u64	mmap_offset;
	__u64	data_bytes;	/* a power of two */
	__u64	reserved_bytes;	/* only for classes that must not be lost */
	__u64	watermark_bytes; /* unread bytes at which poll wakes */
	__u64	head;
	__u64	tail;
};

/*
 * The consumer reads `head` with acquire, reads the records in [tail, head),
 * and stores the new `tail` with release. A tail outside [head - data_bytes,
 * head] is treated as a full ring: its owner loses records, nobody else.
 */
struct ygr_ring_consumer {
	__u64	tail;
};

struct ygr_ring_producer {
	__u64	head;
};

/*
 * A record on the ring is whole, as ygr_event.h has it, or compact: then it says what is its
 * own, and where the rest stands that it has in common with its neighbours. All
 * begin alike: len, type, class, verdict; those that are events have seq and time_ns in the same place.
 *
 *	+-----------------------+------+------------------+---------
 *	| ygr_ring_compact (40) | body | name, zero-padded | strings
 *	+-----------------------+------+------------------+---------
 *
 * What it refers to starts so many bytes before it does, and is a definition:
 *
 *	CONTEXT		a whole record: the head that those who refer to it have, but for what is
 *			in theirs, and strings that they have, too
 *	DIRECTORY	struct ygr_ring_directory: with the name behind it, the PATH
 *
 * Definitions and what has VOID for its type are no events: they have no sequence number and are
 * in no account. The ring has YGR_RING_SEGMENT_NR segments of equal size; a record refers to nothing
 * that starts before the segment which is before its own, and the kernel writes over nothing from
 * there on while the tail is in or before that record: so each can be read by whoever finds the tail
 * at it, as long as it has not been released. A compact record is shorter than what it stands for.
 */
#define YGR_RING_COMPACT	0x80	/* in `verdict` */
#define YGR_RING_SEGMENT_NR	16

struct ygr_ring_compact {
	__u32	len;		/* of this record, a multiple of 8 */
	__u16	type;		/* enum ygr_event_type */
	__u8	class;		/* enum ygr_class */
	__u8	verdict;	/* enum ygr_verdict, and YGR_RING_COMPACT */
	__u64	seq;
	__u64	time_ns;
	__u32	context_back;	/* where the CONTEXT is: bytes before this record; a multiple of 8 */
	__u32	directory_back;	/* the DIRECTORY; 0: none, and no name */
	__u32	flags;		/* YGR_F_*, besides those of the context */
	__u16	body_len;	/* a multiple of 8 */
	__u16	name_len;
};

struct ygr_ring_directory {
	__u32	len;		/* of this record, a multiple of 8 */
	__u16	type;		/* YGR_EV_DIRECTORY */
	__u8	class;		/* 0 */
	__u8	verdict;	/* 0 */
	__u32	path_len;	/* bytes that follow, padding not counted */
	__u32	pad;
	/* the path, with the '/' at its end, zero-padded to 8 */
};

#define YGR_CPU_ALL		0xffffffffu

struct ygr_stats {
	__u32	cpu;		/* in: a CPU, or YGR_CPU_ALL for the sum; no ring: -ENXIO */
	__u32	flags;		/* in: 0 */
	__u64	produced[YGR_CLASS_MAX]; /* = committed + dropped */
	__u64	dropped[YGR_CLASS_MAX];
	__u64	ignored;	/* events that policy said not to record; of sends each, the first or not */
	__u64	denied;		/* events refused */
	__u64	path_failed;	/* paths that could not be resolved */
	__u64	argv_failed;	/* argument vectors that could not be read */
	__u64	protected;	/* denials that the never-deny set overruled */
	__u64	monitored;	/* denials not enforced since a breaker tripped or no reader was there */
	__u64	killed;		/* processes killed by a rule */
	__u64	digested;	/* files digested; those found in the cache not counted */
	__u64	digest_failed;	/* files too large or not readable */
	__u64	process_begun;	/* processes met: forked, or there when the module was loaded */
	__u64	process_ended;	/* of these */
	__u64	process_failed;	/* processes whose program could not be kept: rules with exe miss them */
	__u64	head;		/* bytes written; 0 for the sum */
	__u64	tail;		/* bytes consumed; 0 for the sum */
};

/*
 * What is merged and what is suppressed, since load. Of each class, at any moment:
 * events = stats.produced - merged + coalesced + suppressed. (`ignored` events are in none.)
 */
struct ygr_noise_stats {
	__u32	cpu;		/* in: a CPU, or YGR_CPU_ALL for the sum; none such: -ENXIO */
	__u32	flags;		/* in: 0 */
	__u64	coalesced[YGR_CLASS_MAX];	/* events that are repeats */
	__u64	coalesced_told[YGR_CLASS_MAX];	/* of these: in a record; the others are held */
	__u64	merged[YGR_CLASS_MAX];		/* records that tell repeats, dropped ones not counted */
	__u64	suppressed[YGR_CLASS_MAX];	/* events that were over a limit */
	__u64	suppressed_told[YGR_CLASS_MAX];	/* of these: in a SUPPRESSED record */
};

/* Why a policy blob was refused: text in the tool, number here. */
enum ygr_policy_error_code {
	YGR_POLICY_OK			= 0,
	YGR_POLICY_E_SHORT		= 1,	/* shorter than its header or than total_bytes */
	YGR_POLICY_E_MAGIC		= 2,
	YGR_POLICY_E_VERSION		= 3,
	YGR_POLICY_E_HEADER		= 4,	/* header_bytes, flags or padding */
	YGR_POLICY_E_SECTION		= 5,	/* unknown, repeated, out of order or misplaced */
	YGR_POLICY_E_ITEM_BYTES		= 6,	/* wrong item size or count */
	YGR_POLICY_E_STRING		= 7,	/* offset or length outside, or no NUL */
	YGR_POLICY_E_RULE_NAME		= 8,	/* empty, too long, not printable */
	YGR_POLICY_E_RULE_ON		= 9,	/* no event, an unknown one, or one it cannot match on */
	YGR_POLICY_E_RULE_ACTION	= 10,	/* unknown, or an event that cannot be denied */
	YGR_POLICY_E_RULE_MODE		= 11,
	YGR_POLICY_E_RULE_FLAGS		= 12,
	YGR_POLICY_E_SPAN		= 13,	/* refers outside its section */
	YGR_POLICY_E_TEXT		= 14,	/* kind, length, not absolute, not normal, bad glob */
	YGR_POLICY_E_RANGE		= 15,	/* low above high, or too high; a test's not ascending and apart */
	YGR_POLICY_E_CIDR		= 16,	/* family, prefix length, or host bits set */
	YGR_POLICY_E_FIELD		= 17,	/* unknown; bits, items or padding that it does not have */
	YGR_POLICY_E_TOO_MANY		= 18,	/* rules, items, or items of all tests together */
	YGR_POLICY_E_SHARED		= 19,	/* too many clauses about one key, or of one event without a key */
	YGR_POLICY_E_NESTED		= 20,	/* too many directories, suffixes or networks within one another */
	YGR_POLICY_E_CLAUSE		= 21,	/* clauses or tests with holes, none, or too many of one rule */
	YGR_POLICY_E_LABEL		= 22,	/* name, or a bit without a label */
	YGR_POLICY_E_SUBJECTS		= 23,	/* too many distinct lists of programs and cgroups */
	YGR_POLICY_E_ARGV		= 24,	/* too many texts to look for in arguments */
	YGR_POLICY_E_RULE_ERROR		= 25,	/* an errno that a rule may not choose */
	YGR_POLICY_E_BREAKER		= 26,	/* a number without seconds, or the reverse */
	YGR_POLICY_E_UNSUPPORTED	= 27,	/* a field that this kernel cannot fill (fs-verity) */
	YGR_POLICY_E_SIGNATURE		= 28,	/* missing, or not by a trusted key: -EKEYREJECTED */
	YGR_POLICY_E_SERIAL		= 29,	/* older than what was loaded before: -EKEYREJECTED */
	YGR_POLICY_E_NOISE		= 30,	/* flags, a window too long, or values without their flag */
};

struct ygr_policy_load {
	__u64	blob;		/* in: address */
	__u64	blob_bytes;	/* in: 1 .. YGR_POLICY_BYTES_MAX, else -EINVAL or -E2BIG */
	__u64	expect_generation; /* in: load only over this one, else -ESTALE; ~0: any */
	__u64	signature;	/* in: address of a detached PKCS#7 signature of the blob */
	__u32	signature_bytes; /* in: 0: none; at most YGR_POLICY_SIGNATURE_MAX, else -E2BIG */
	__u32	confirm_s;	/* in: without CONFIRM within so many seconds, the policy before returns; 0: at once for good; at most YGR_CONFIRM_S_MAX */
	__u32	flags;		/* in: 0 */
	__u32	pad;		/* in: 0 */
	__u64	generation;	/* out: the new one */
	__u32	error_code;	/* out: enum ygr_policy_error_code when -EBADMSG or -EKEYREJECTED */
	__u32	error_offset;	/* out: of the bad byte in the blob */
};

#define YGR_GENERATION_ANY	0xffffffffffffffffull
#define YGR_POLICY_SIGNATURE_MAX 65536u
#define YGR_CONFIRM_S_MAX	86400u

struct ygr_policy_show {
	__u64	blob;		/* in: address; may be 0 when blob_cap is 0 */
	__u64	blob_cap;	/* in: room there */
	__u64	blob_bytes;	/* out: size; larger than blob_cap: -ENOSPC; no policy: -ENODATA */
	__u64	generation;	/* out */
	__u32	flags;		/* in: 0 */
	__u32	pad;		/* in: 0 */
};

/*
 * CLEAR: no policy, which is a generation of its own, and what ROLLBACK undoes; where only
 * signed policies are taken: -EKEYREJECTED. CONFIRM: the policy loaded on trial stays (none
 * is: -ENOENT). ROLLBACK: the policy before the one in force returns (none is kept: -ENOENT; where
 * only signed ones are taken and its serial is behind: -EKEYREJECTED), as a new generation; a
 * second ROLLBACK undoes it. LOCK: until the next boot, load, clear and rollback fail with -EPERM,
 * unloading the module with -EWOULDBLOCK; refused with -EBUSY while a trial runs.
 *
 * While a trial runs, what it replaced is kept, be it no policy at all: another LOAD takes the trial's
 * place, CLEAR ends it, ROLLBACK and its end by itself return to what is kept. A policy on
 * trial that did not stay is not kept: ROLLBACK never brings back what nobody confirmed.
 */
struct ygr_policy_change {
	__u64	expect_generation; /* in: as for load */
	__u32	flags;		/* in: 0 */
	__u32	pad;		/* in: 0 */
	__u64	generation;	/* out: the one in force then */
};

/* ygr_policy_state.flags */
#define YGR_STATE_LOCKED	(1u << 0)
#define YGR_STATE_TRIPPED	(1u << 1)	/* the whole policy's breaker: it is all monitor */
#define YGR_STATE_NO_READER	(1u << 2)	/* daemon_timeout_s is over: it is all monitor */
#define YGR_STATE_OBSERVES	(1u << 3)	/* it is all monitor: this kernel is of no known series, or: */
#define YGR_STATE_TOLD		(1u << 4)	/* with OBSERVES: loaded with observe_only=1 */

struct ygr_policy_state {
	__u64	generation;	/* out: in force; 0: none ever */
	__u64	previous_generation; /* out: what ROLLBACK would return to; 0: nothing */
	__u64	serial;		/* out: the highest loaded, where signatures are required; else 0 */
	__u64	bytes;		/* out: of kernel memory; what is kept for ROLLBACK not counted */
	__u32	rule_nr;	/* out */
	__u32	confirm_left_ms; /* out: 0: no trial runs */
	__u32	flags;		/* out: YGR_STATE_* */
	__u32	pad;
};

/* What a rule did, in this generation. Of one that denies, held_nr = denied_nr + would_deny_nr. */
struct ygr_rule_stats {
	__u64	held_nr;	/* times it decided or labelled; an exec or accept once, not twice */
	__u64	denied_nr;
	__u64	would_deny_nr;	/* by its mode, a breaker, the never-deny set or the lack of a reader */
	__u32	tripped;	/* 1: its breaker has made it monitor */
	__u32	pad;
};

struct ygr_policy_stats {
	__u64	rules;		/* in: address of struct ygr_rule_stats[]; may be 0 when rule_cap is 0 */
	__u32	rule_cap;	/* in: room there, in rules */
	__u32	rule_nr;	/* out: more than rule_cap: -ENOSPC */
	__u64	generation;	/* out */
	__u32	flags;		/* in: 0 */
	__u32	pad;		/* in: 0 */
};

/* The built-in never-deny set: lines "program PATH", "shell PATH", "loader PATH". */
struct ygr_policy_protected {
	__u64	text;		/* in: address; may be 0 when text_cap is 0 */
	__u32	text_cap;	/* in */
	__u32	text_bytes;	/* out: more than text_cap: -ENOSPC */
	__u32	flags;		/* in: 0 */
	__u32	pad;		/* in: 0 */
};

/*
 * Lets go of all hooks for good: what follows is not seen, what went before stays in the
 * rings. STOP and the last TOTALS come behind it all, so that a reader knows when it has
 * everything; then the module can be unloaded. A locked policy: -EPERM; a second time: -EALREADY.
 */
struct ygr_stop {
	__u32	flags;		/* in: 0 */
	__u32	detached_nr;	/* out: hooks that were attached */
	__u64	stopped_ns;	/* out: CLOCK_BOOTTIME */
};

#ifndef __KERNEL__
_Static_assert(sizeof(struct ygr_ring_compact) == 40, "compact record layout");
_Static_assert(sizeof(struct ygr_ring_directory) == 16, "directory record layout");
#endif

#define YGR_IOC_MAGIC		0xb8
#define YGR_IOC_GET_INFO	_IOR(YGR_IOC_MAGIC, 0, struct ygr_info)
#define YGR_IOC_GET_HOOK	_IOWR(YGR_IOC_MAGIC, 1, struct ygr_hook_info)
#define YGR_IOC_GET_RING	_IOWR(YGR_IOC_MAGIC, 2, struct ygr_ring_info)
#define YGR_IOC_GET_STATS	_IOWR(YGR_IOC_MAGIC, 3, struct ygr_stats)
#define YGR_IOC_GET_NOISE	_IOWR(YGR_IOC_MAGIC, 4, struct ygr_noise_stats)
#define YGR_IOC_POLICY_LOAD	_IOWR(YGR_IOC_MAGIC, 16, struct ygr_policy_load)
#define YGR_IOC_POLICY_SHOW	_IOWR(YGR_IOC_MAGIC, 17, struct ygr_policy_show) /* and STOP: the same in every ABI from 3 on */
#define YGR_IOC_POLICY_CLEAR	_IOWR(YGR_IOC_MAGIC, 18, struct ygr_policy_change)
#define YGR_IOC_POLICY_CONFIRM	_IOWR(YGR_IOC_MAGIC, 19, struct ygr_policy_change)
#define YGR_IOC_POLICY_ROLLBACK	_IOWR(YGR_IOC_MAGIC, 20, struct ygr_policy_change)
#define YGR_IOC_POLICY_LOCK	_IOWR(YGR_IOC_MAGIC, 21, struct ygr_policy_change)
#define YGR_IOC_POLICY_STATE	_IOR(YGR_IOC_MAGIC, 22, struct ygr_policy_state)
#define YGR_IOC_POLICY_STATS	_IOWR(YGR_IOC_MAGIC, 23, struct ygr_policy_stats)
#define YGR_IOC_POLICY_PROTECTED _IOWR(YGR_IOC_MAGIC, 24, struct ygr_policy_protected)
#define YGR_IOC_STOP		_IOWR(YGR_IOC_MAGIC, 32, struct ygr_stop)

#endif
