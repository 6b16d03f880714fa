/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The policy blob: what yaguractl compiles and the kernel verifies.
 *
 *	+--------+-----------------+---------+---------+-----
 *	| header | section table   | section | section | ...
 *	+--------+-----------------+---------+---------+-----
 *
 * Sections stand in ascending order of kind, each at most once, each at a
 * multiple of 8, in the order of the table, without overlap, with only zero
 * bytes between them; the last ends (padded to 8) at total_bytes. A kind that
 * the kernel does not know is refused, so that no rule is ever half applied.
 *
 * Judgement: rules are tried in order; the first that holds decides, except that
 * one whose action is LABEL only sets its labels, which later rules see, and
 * the search goes on; when none decides, the event is allowed and recorded as
 * if there were no policy.
 *
 * A rule holds when it has not expired, the event is in `on` and one of its
 * clauses holds. A clause holds when all its tests do (none: it always does). A
 * test asks whether the event's value of `field` is among its items, and holds
 * if so, or, negated, if not. A value that the event does not have is among no
 * items. Of two paths (rename), one for which all PATH tests of the clause hold
 * is enough.
 */
#ifndef _UAPI_YAGURA_POLICY_H
#define _UAPI_YAGURA_POLICY_H

#include <linux/types.h>

#define YGR_POLICY_MAGIC	0x50524759u	/* "YGRP" */
#define YGR_POLICY_VERSION	2

#define YGR_POLICY_BYTES_MAX	(64u << 20)
#define YGR_POLICY_RULES_MAX	131072
#define YGR_POLICY_CLAUSES_MAX	262144
#define YGR_POLICY_TESTS_MAX	1048576
#define YGR_POLICY_ITEMS_MAX	1048576		/* of one section */
#define YGR_POLICY_SPAN_ITEMS_MAX 4194304	/* of all tests' spans together */
#define YGR_POLICY_TEXT_BYTES_MAX (256u << 20)	/* of all TEXTS together; of all tests' texts likewise */
#define YGR_POLICY_LABELS_MAX	64
#define YGR_CLAUSE_TESTS_MAX	32
#define YGR_RULE_NAME_MAX	63		/* bytes, NUL not counted; labels too */
#define YGR_RULE_ALERT_MAX	1023		/* bytes, NUL not counted */
#define YGR_POLICY_PATH_MAX	4095		/* bytes */
#define YGR_POLICY_GLOB_MAX	255		/* bytes of a GLOB: bounds the work of a match */
#define YGR_POLICY_ARGV_ITEMS_MAX 256		/* of all ARGV tests together: each is searched for */
#define YGR_POLICY_SUBJECT_SPANS_MAX 256	/* distinct spans of EXE, PARENT, ANCESTOR, CGROUP */

/* What a rule can be about: bits of ygr_rule.on, 1ull << enum ygr_on. */
enum ygr_on {
	YGR_ON_EXEC		= 0,
	YGR_ON_FORK		= 1,	/* cannot be denied */
	YGR_ON_EXIT		= 2,	/* cannot be denied */
	YGR_ON_OPEN_READ	= 3,	/* not recorded unless a rule says so */
	YGR_ON_OPEN_WRITE	= 4,
	YGR_ON_CREATE		= 5,
	YGR_ON_UNLINK		= 6,
	YGR_ON_RENAME		= 7,
	YGR_ON_MMAP_EXEC	= 8,
	YGR_ON_SOCKET_CREATE	= 9,
	YGR_ON_BIND		= 10,
	YGR_ON_LISTEN		= 11,
	YGR_ON_CONNECT		= 12,
	YGR_ON_ACCEPT		= 13,
	YGR_ON_LINK		= 14,	/* two paths: the file's, and the new name */
	YGR_ON_CHMOD		= 15,
	YGR_ON_CHOWN		= 16,
	YGR_ON_SETXATTR		= 17,
	YGR_ON_TRUNCATE		= 18,
	YGR_ON_SEND		= 19,	/* a datagram; unless a rule says so, only the first to a destination is recorded */
	YGR_ON_MKDIR		= 20,
	YGR_ON_RMDIR		= 21,
	YGR_ON_SYMLINK		= 22,
	YGR_ON_REMOVEXATTR	= 23,
	YGR_ON_CHATTR		= 24,
	YGR_ON_EXEC_MEMORY	= 25,	/* memory is made executable, other than by mapping a file so */
	YGR_ON_MEMFD		= 26,
	YGR_ON_SOCKET_CLOSE	= 27,	/* cannot be denied */
	YGR_ON_DNS		= 28,	/* an answer that came in: of no process; cannot be denied */
	YGR_ON_STREAM		= 29,	/* the first bytes sent over a connection; cannot be denied */
	YGR_ON_CLOSE_WRITE	= 30,	/* cannot be denied */
	YGR_ON_SETUID		= 31,
	YGR_ON_SETGID		= 32,	/* supplementary groups, too */
	YGR_ON_CAPSET		= 33,
	YGR_ON_MODULE_LOAD	= 34,
	YGR_ON_MODULE_UNLOAD	= 35,	/* cannot be denied */
	YGR_ON_KEXEC		= 36,
	YGR_ON_BPF		= 37,
	YGR_ON_MOUNT		= 38,
	YGR_ON_UMOUNT		= 39,
	YGR_ON_MOVE_MOUNT	= 40,
	YGR_ON_PIVOT_ROOT	= 41,	/* two paths */
	YGR_ON_PTRACE		= 42,
	YGR_ON_PTRACE_READ	= 43,	/* not recorded unless a rule says so */
	YGR_ON_VM_WRITE		= 44,
	YGR_ON_SIGNAL		= 45,
	YGR_ON_SETTIME		= 46,
	YGR_ON_UNSHARE		= 47,
	YGR_ON_SETNS		= 48,
	YGR_ON_KEYCTL		= 49,
	YGR_ON_PRCTL		= 50,
	YGR_ON_PERSONALITY	= 51,
	YGR_ON_SECCOMP		= 52,
	YGR_ON_NR		= 53,
};

#define YGR_ON_BIT(on)		(1ull << (on))
#define YGR_ON_ALL		(YGR_ON_BIT(YGR_ON_NR) - 1)
#define YGR_ON_UNDENIABLE	(YGR_ON_BIT(YGR_ON_FORK) | YGR_ON_BIT(YGR_ON_EXIT) | YGR_ON_TALK | \
				 YGR_ON_BIT(YGR_ON_CLOSE_WRITE) | YGR_ON_BIT(YGR_ON_MODULE_UNLOAD))
#define YGR_ON_QUIET		(YGR_ON_BIT(YGR_ON_OPEN_READ) | YGR_ON_BIT(YGR_ON_PTRACE_READ))
/* Whose repeats are merged: what programs do over and over. */
#define YGR_ON_COALESCED (YGR_ON_BIT(YGR_ON_OPEN_READ) | YGR_ON_BIT(YGR_ON_OPEN_WRITE) | \
				 YGR_ON_BIT(YGR_ON_MMAP_EXEC) | YGR_ON_BIT(YGR_ON_SOCKET_CREATE) | \
				 YGR_ON_BIT(YGR_ON_CONNECT) | YGR_ON_BIT(YGR_ON_SEND))
/* Events about what a path leads to, which is not changed itself: a mount point, code. */
#define YGR_ON_WITH_PLACE	(YGR_ON_BIT(YGR_ON_MODULE_LOAD) | YGR_ON_BIT(YGR_ON_KEXEC) | \
				 YGR_ON_BIT(YGR_ON_MOUNT) | YGR_ON_BIT(YGR_ON_UMOUNT) | \
				 YGR_ON_BIT(YGR_ON_MOVE_MOUNT) | YGR_ON_BIT(YGR_ON_PIVOT_ROOT))
/* Events about a file, and those about a socket that has an address. */
#define YGR_ON_WITH_FILE	(YGR_ON_BIT(YGR_ON_EXEC) | YGR_ON_BIT(YGR_ON_OPEN_READ) | \
				 YGR_ON_BIT(YGR_ON_OPEN_WRITE) | YGR_ON_BIT(YGR_ON_CREATE) | \
				 YGR_ON_BIT(YGR_ON_UNLINK) | YGR_ON_BIT(YGR_ON_RENAME) | \
				 YGR_ON_BIT(YGR_ON_MMAP_EXEC) | YGR_ON_BIT(YGR_ON_LINK) | \
				 YGR_ON_BIT(YGR_ON_CHMOD) | YGR_ON_BIT(YGR_ON_CHOWN) | \
				 YGR_ON_BIT(YGR_ON_SETXATTR) | YGR_ON_BIT(YGR_ON_TRUNCATE) | \
				 YGR_ON_BIT(YGR_ON_MKDIR) | YGR_ON_BIT(YGR_ON_RMDIR) | \
				 YGR_ON_BIT(YGR_ON_SYMLINK) | YGR_ON_BIT(YGR_ON_REMOVEXATTR) | \
				 YGR_ON_BIT(YGR_ON_CHATTR) | YGR_ON_BIT(YGR_ON_EXEC_MEMORY) | \
				 YGR_ON_BIT(YGR_ON_CLOSE_WRITE) | YGR_ON_WITH_PLACE)
#define YGR_ON_TALK		(YGR_ON_BIT(YGR_ON_SOCKET_CLOSE) | YGR_ON_BIT(YGR_ON_DNS) | \
				 YGR_ON_BIT(YGR_ON_STREAM))
#define YGR_ON_WITH_ADDRESS	(YGR_ON_BIT(YGR_ON_BIND) | YGR_ON_BIT(YGR_ON_LISTEN) | \
				 YGR_ON_BIT(YGR_ON_CONNECT) | YGR_ON_BIT(YGR_ON_ACCEPT) | \
				 YGR_ON_BIT(YGR_ON_SEND) | YGR_ON_TALK)
#define YGR_ON_WITH_SOCKET	(YGR_ON_WITH_ADDRESS | YGR_ON_BIT(YGR_ON_SOCKET_CREATE))

enum ygr_action {
	YGR_ACTION_ALLOW	= 0,	/* as if no rule had held */
	YGR_ACTION_RECORD	= 1,	/* allow and record */
	YGR_ACTION_IGNORE	= 2,	/* allow, do not record */
	YGR_ACTION_DENY		= 3,	/* refuse with `error` and record */
	YGR_ACTION_LABEL	= 4,	/* decide nothing: set labels, go on */
	YGR_ACTION_NR		= 5,
};

enum ygr_mode {
	YGR_MODE_ENFORCE	= 0,
	YGR_MODE_MONITOR	= 1,	/* a denial is recorded as "would deny" and allowed */
	YGR_MODE_NR		= 2,
};

/* ygr_policy_header.flags */
#define YGR_POLICY_F_DIGEST	(1u << 0) /* SHA-256 of every executed file, though no rule asks */
#define YGR_POLICY_F_UNPROTECTED (1u << 1) /* deny even what the built-in never-deny set holds */
#define YGR_POLICY_F_ALL	(YGR_POLICY_F_DIGEST | YGR_POLICY_F_UNPROTECTED)

#define YGR_POLICY_DIGEST_BYTES_DEFAULT	(64ull << 20)

struct ygr_policy_header {
	__u32	magic;
	__u16	version;
	__u16	header_bytes;	/* sizeof(struct ygr_policy_header) */
	__u32	total_bytes;	/* of the blob; a multiple of 8 */
	__u32	section_nr;
	__u32	flags;		/* YGR_POLICY_F_* */
	__u32	name_off;	/* name of the policy, in STRINGS */
	__u64	serial;		/* where signatures are required, it may not go back */
	__u64	digest_bytes_max; /* larger files have no digest */
	__u32	breaker_nr;	/* denials by all rules together ... */
	__u32	breaker_s;	/* ... within so many seconds turn it all to monitor; both 0: never */
	__u32	daemon_timeout_s; /* without a reader for so long, nothing is denied; 0: no such limit */
	__u32	pad;		/* 0 */
};

enum ygr_section_kind {
	YGR_SECTION_STRINGS	= 1,	/* bytes; strings end in NUL; offset 0 is "" */
	YGR_SECTION_RULES	= 2,	/* struct ygr_rule */
	YGR_SECTION_CLAUSES	= 3,	/* struct ygr_clause */
	YGR_SECTION_TESTS	= 4,	/* struct ygr_test */
	YGR_SECTION_TEXTS	= 5,	/* struct ygr_text_item */
	YGR_SECTION_RANGES	= 6,	/* struct ygr_range_item */
	YGR_SECTION_CIDRS	= 7,	/* struct ygr_cidr_item */
	YGR_SECTION_IDS		= 8,	/* struct ygr_id_item */
	YGR_SECTION_DIGESTS	= 9,	/* struct ygr_digest_item */
	YGR_SECTION_LABELS	= 10,	/* struct ygr_label_item */
	YGR_SECTION_NOISE	= 11,	/* one struct ygr_noise_item; none: as the module was loaded */
	YGR_SECTION_KIND_NR	= 12,
};

struct ygr_policy_section {
	__u32	kind;		/* enum ygr_section_kind */
	__u32	flags;		/* 0 */
	__u32	off;		/* in the blob; a multiple of 8 */
	__u32	item_bytes;	/* size of an item; 1 for STRINGS */
	__u32	item_nr;
	__u32	pad;		/* 0 */
};

/* ygr_rule.flags */
#define YGR_RULE_F_KILL		(1u << 0) /* DENY: and kill the process (SIGKILL), if enforced */
#define YGR_RULE_F_ALL		YGR_RULE_F_KILL

struct ygr_rule {
	__u64	on;		/* YGR_ON_BIT()s */
	__u64	labels;		/* set on the process when the rule holds: bit n, item n of LABELS */
	__u64	expires_s;	/* CLOCK_REALTIME seconds at which it ceases to hold; 0: never */
	__u32	name_off;	/* in STRINGS */
	__u32	alert_off;	/* in STRINGS: "severity\tattack,..\ttag,..\tmessage"; 0: none */
	__u32	clause_first;	/* the rules' clauses follow one another without a hole */
	__u32	clause_nr;	/* at least 1 */
	__u8	action;		/* enum ygr_action */
	__u8	mode;		/* enum ygr_mode */
	__u16	flags;		/* YGR_RULE_F_* */
	__u32	error;		/* DENY: EPERM, EACCES, ECONNREFUSED or ENOENT; else 0 */
	__u32	breaker_nr;	/* so many denials ... */
	__u32	breaker_s;	/* ... within so many seconds turn it to monitor; both 0: never */
};

struct ygr_clause {
	__u32	test_first;	/* the clauses' tests follow one another without a hole */
	__u32	test_nr;	/* 0 .. YGR_CLAUSE_TESTS_MAX */
};

enum ygr_field {
	/* the file */
	YGR_FIELD_PATH		= 0,	/* TEXTS */
	YGR_FIELD_FILE_ID	= 1,	/* IDS */
	YGR_FIELD_SHA256	= 2,	/* DIGESTS; exec */
	YGR_FIELD_VERITY	= 3,	/* DIGESTS: the SHA-256 fs-verity digest; exec */
	YGR_FIELD_OWNER		= 4,	/* RANGES: uid */
	YGR_FIELD_FILE_ATTR	= 5,	/* bits: any of YGR_FILE_* */
	YGR_FIELD_ARGV		= 6,	/* TEXTS (CONTAINS): one argument contains it; exec */
	YGR_FIELD_XATTR		= 7,	/* TEXTS (EXACT, PREFIX, any bytes): name; setxattr, removexattr */
	/* the socket */
	YGR_FIELD_ADDRESS	= 8,	/* CIDRS: local for bind, listen and accept, else remote */
	YGR_FIELD_PORT		= 9,	/* RANGES: the same side */
	YGR_FIELD_UNIX		= 10,	/* TEXTS: the name as given; '@' first if abstract */
	YGR_FIELD_FAMILY	= 11,	/* RANGES: AF_* */
	YGR_FIELD_SOCKET_TYPE	= 12,	/* RANGES: SOCK_* */
	YGR_FIELD_PROTOCOL	= 13,	/* RANGES: IPPROTO_* */
	/* the process */
	YGR_FIELD_UID		= 14,	/* RANGES: effective */
	YGR_FIELD_GID		= 15,	/* RANGES: effective */
	YGR_FIELD_LOGINUID	= 16,	/* RANGES; ~0: not set */
	YGR_FIELD_EXE		= 17,	/* TEXTS: the program it runs */
	YGR_FIELD_PARENT	= 18,	/* TEXTS: the program of its parent when it was forked */
	YGR_FIELD_ANCESTOR	= 19,	/* TEXTS: any of the 8 nearest programs in its line of descent */
	YGR_FIELD_CGROUP	= 20,	/* TEXTS: path in the unified hierarchy */
	YGR_FIELD_CGROUP_ID	= 21,	/* IDS: dev 0:0 */
	YGR_FIELD_PROCESS_ATTR	= 22,	/* bits: any of YGR_PROCESS_* */
	YGR_FIELD_LABEL		= 23,	/* bits: any of these LABELS */
	YGR_FIELD_NR		= 24,
};

#define YGR_FIELD_BIT(field)	(1u << (field))

/* YGR_FIELD_FILE_ATTR */
#define YGR_FILE_SETUID		(1ull << 0)
#define YGR_FILE_SETGID		(1ull << 1)
#define YGR_FILE_WORLD_WRITABLE	(1ull << 2)
#define YGR_FILE_GROUP_WRITABLE	(1ull << 3)
#define YGR_FILE_EXECUTABLE	(1ull << 4)	/* by anybody */
#define YGR_FILE_MEMFD		(1ull << 5)
#define YGR_FILE_UNLINKED	(1ull << 6)
#define YGR_FILE_NO_PATH	(1ull << 7)	/* its path is not known */
#define YGR_FILE_NO_DIGEST	(1ull << 8)	/* exec: too large, or could not be read */
#define YGR_FILE_TO_SETID	(1ull << 9)	/* chmod: the new mode is setuid or setgid */
#define YGR_FILE_TO_EXECUTABLE	(1ull << 10)	/* chmod: the new mode is executable by anybody */
#define YGR_FILE_ATTR_ALL	((1ull << 11) - 1)

/* YGR_FIELD_PROCESS_ATTR */
#define YGR_PROCESS_KTHREAD	(1ull << 0)
#define YGR_PROCESS_IO_URING	(1ull << 1)	/* the system call came through an io_uring worker */
#define YGR_PROCESS_COMPAT	(1ull << 2)	/* 32-bit system call */
#define YGR_PROCESS_USER_NS	(1ull << 3)	/* not in the first user namespace */
#define YGR_PROCESS_PID_NS	(1ull << 4)	/* likewise */
#define YGR_PROCESS_NET_NS	(1ull << 5)
#define YGR_PROCESS_MNT_NS	(1ull << 6)
#define YGR_PROCESS_CONTAINER	(1ull << 7)	/* neither in the first pid nor mount namespace */
#define YGR_PROCESS_ATTR_ALL	((1ull << 8) - 1)

struct ygr_test {
	__u8	field;		/* enum ygr_field */
	__u8	negate;		/* 0 or 1 */
	__u16	pad;		/* 0 */
	__u32	first;		/* index of the first item; 0 where the field has bits */
	__u32	nr;		/* at least 1; 0 where the field has bits */
	__u32	pad2;		/* 0 */
	__u64	bits;		/* not 0 where the field has bits; else 0 */
};

enum ygr_text_kind {
	YGR_TEXT_EXACT		= 1,	/* "/etc/shadow" */
	YGR_TEXT_PREFIX		= 2,	/* "/tmp/": everything below, not /tmp itself */
	YGR_TEXT_SUFFIX		= 3,	/* ".sh": at most YGR_POLICY_GLOB_MAX bytes, no '/' but first */
	YGR_TEXT_GLOB		= 4,	/* see below */
	YGR_TEXT_CONTAINS	= 5,	/* ARGV only */
	YGR_TEXT_KIND_NR	= 6,
};

/*
 * EXACT and PREFIX of a path: absolute and normal: starts with '/', no "//", no "."
 * or ".." component; PREFIX ends in '/', EXACT does not (save "/"). UNIX may
 * start with '@' instead, and XATTR with anything, and is then any bytes; what
 * has such a PREFIX is longer than it, too.
 *
 * GLOB: absolute (UNIX: or '@' first), 2 .. YGR_POLICY_GLOB_MAX bytes: '?' is one byte but '/', '*' any
 * number of bytes but '/', a component "**" any number of whole components, none included
 * (as the last one: everything below, at least one component). '\\' takes away the meaning of the next byte,
 * which must be there and not '/'. What ends in '/', or is but one byte, no glob matches.
 */
struct ygr_text_item {
	__u32	str_off;	/* in STRINGS; bytes[len] is NUL */
	__u16	len;		/* 1 .. YGR_POLICY_PATH_MAX */
	__u8	kind;		/* enum ygr_text_kind */
	__u8	pad;		/* 0 */
};

/* In one span: ascending, without overlap. */
struct ygr_range_item {
	__u32	low;		/* inclusive */
	__u32	high;		/* inclusive; PORT, FAMILY, SOCKET_TYPE, PROTOCOL: at most 65535 */
};

struct ygr_cidr_item {
	__u16	family;		/* AF_INET or AF_INET6 */
	__u8	prefix_len;	/* 0 .. 32 or 128; bits beyond are 0 */
	__u8	pad[5];		/* 0 */
	__u8	addr[16];	/* network order; IPv4 in the first four, the rest 0 */
};

struct ygr_id_item {
	__u32	dev_major;
	__u32	dev_minor;
	__u64	ino;
};

struct ygr_digest_item {
	__u8	bytes[32];
};

struct ygr_label_item {
	__u32	name_off;	/* in STRINGS; no two alike */
	__u32	pad;		/* 0 */
};

/* ygr_noise_item.flags: what is set here; of the rest, the module's parameters hold */
#define YGR_NOISE_F_COALESCE	(1u << 0)
#define YGR_NOISE_F_PROCESS	(1u << 1)
#define YGR_NOISE_F_CGROUP	(1u << 2)
#define YGR_NOISE_F_ALL		(YGR_NOISE_F_COALESCE | YGR_NOISE_F_PROCESS | YGR_NOISE_F_CGROUP)

#define YGR_COALESCE_MS_MAX	60000u

/* What is merged, and how many events a process or cgroup may have recorded. */
struct ygr_noise_item {
	__u64	coalesce_off;	/* YGR_ON_BIT()s of YGR_ON_COALESCED that are not merged */
	__u32	coalesce_ms;	/* the window; 0: nothing is merged; at most YGR_COALESCE_MS_MAX */
	__u32	process_budget;	/* events in a second, on each CPU; 0: no limit */
	__u32	cgroup_budget;	/* likewise */
	__u32	flags;		/* YGR_NOISE_F_*; what has none is 0 */
};

#ifndef __KERNEL__
_Static_assert(sizeof(struct ygr_policy_header) == 56, "policy header layout");
_Static_assert(sizeof(struct ygr_policy_section) == 24, "policy section layout");
_Static_assert(sizeof(struct ygr_rule) == 56, "rule layout");
_Static_assert(sizeof(struct ygr_clause) == 8, "clause layout");
_Static_assert(sizeof(struct ygr_test) == 24, "test layout");
_Static_assert(sizeof(struct ygr_text_item) == 8, "text item layout");
_Static_assert(sizeof(struct ygr_cidr_item) == 24, "cidr item layout");
_Static_assert(sizeof(struct ygr_id_item) == 16, "id item layout");
_Static_assert(sizeof(struct ygr_noise_item) == 24, "noise item layout");
#endif

#endif
