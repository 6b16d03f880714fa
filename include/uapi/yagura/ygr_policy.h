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
 * Judgement: rules are tried in order; the first that matches decides; when
 * none does, the event is allowed and recorded as if there were no policy.
 * A rule matches when the event is in `on` and every dimension in use holds:
 * a value is in its `match` span (or that span is empty) and in no `except`
 * span. With two paths (rename), one path that satisfies both spans is enough.
 * A dimension the event has no value for (no path, no address) does not hold
 * when its `match` span is in use, and holds otherwise.
 */
#ifndef _UAPI_YAGURA_POLICY_H
#define _UAPI_YAGURA_POLICY_H

#include <linux/types.h>

#define YGR_POLICY_MAGIC	0x50524759u	/* "YGRP" */
#define YGR_POLICY_VERSION	1

#define YGR_POLICY_BYTES_MAX	(64u << 20)
#define YGR_POLICY_RULES_MAX	131072
#define YGR_POLICY_ITEMS_MAX	1048576		/* of one section */
#define YGR_POLICY_SPAN_ITEMS_MAX 4194304	/* of all rules' spans together */
#define YGR_RULE_NAME_MAX	63		/* bytes, NUL not counted */
#define YGR_POLICY_PATH_MAX	4095		/* bytes */

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
	YGR_ON_NR		= 14,
};

#define YGR_ON_BIT(on)		(1ull << (on))
#define YGR_ON_UNDENIABLE	(YGR_ON_BIT(YGR_ON_FORK) | YGR_ON_BIT(YGR_ON_EXIT))
/* Events that have a path, and those that have an address and a port. */
#define YGR_ON_WITH_PATH	(YGR_ON_BIT(YGR_ON_EXEC) | YGR_ON_BIT(YGR_ON_OPEN_READ) | \
				 YGR_ON_BIT(YGR_ON_OPEN_WRITE) | YGR_ON_BIT(YGR_ON_CREATE) | \
				 YGR_ON_BIT(YGR_ON_UNLINK) | YGR_ON_BIT(YGR_ON_RENAME) | \
				 YGR_ON_BIT(YGR_ON_MMAP_EXEC))
#define YGR_ON_WITH_ADDRESS	(YGR_ON_BIT(YGR_ON_BIND) | YGR_ON_BIT(YGR_ON_LISTEN) | \
				 YGR_ON_BIT(YGR_ON_CONNECT) | YGR_ON_BIT(YGR_ON_ACCEPT))

enum ygr_action {
	YGR_ACTION_ALLOW	= 0,	/* as if no rule had matched */
	YGR_ACTION_RECORD	= 1,	/* allow and record */
	YGR_ACTION_IGNORE	= 2,	/* allow, do not record */
	YGR_ACTION_DENY		= 3,	/* refuse with EPERM and record */
	YGR_ACTION_NR		= 4,
};

enum ygr_mode {
	YGR_MODE_ENFORCE	= 0,
	YGR_MODE_MONITOR	= 1,	/* a denial is recorded as "would deny" and allowed */
	YGR_MODE_NR		= 2,
};

struct ygr_policy_header {
	__u32	magic;
	__u16	version;
	__u16	header_bytes;	/* sizeof(struct ygr_policy_header) */
	__u32	total_bytes;	/* of the blob; a multiple of 8 */
	__u32	section_nr;
	__u32	flags;		/* 0 */
	__u32	name_off;	/* name of the policy, in STRINGS */
};

enum ygr_section_kind {
	YGR_SECTION_STRINGS	= 1,	/* bytes; strings end in NUL; offset 0 is "" */
	YGR_SECTION_RULES	= 2,	/* struct ygr_rule */
	YGR_SECTION_PATHS	= 3,	/* struct ygr_path_item */
	YGR_SECTION_UIDS	= 4,	/* struct ygr_range_item */
	YGR_SECTION_CIDRS	= 5,	/* struct ygr_cidr_item */
	YGR_SECTION_PORTS	= 6,	/* struct ygr_range_item */
	YGR_SECTION_KIND_NR	= 7,
};

struct ygr_policy_section {
	__u32	kind;		/* enum ygr_section_kind */
	__u32	flags;		/* 0 */
	__u32	off;		/* in the blob; a multiple of 8 */
	__u32	item_bytes;	/* size of an item; 1 for STRINGS */
	__u32	item_nr;
	__u32	pad;		/* 0 */
};

struct ygr_span {
	__u32	first;		/* index of the first item */
	__u32	nr;		/* 0: span not in use, and first is 0 */
};

enum ygr_dimension {
	YGR_DIM_PATH		= 0,
	YGR_DIM_UID		= 1,	/* effective uid */
	YGR_DIM_CIDR		= 2,	/* remote for connect, local for bind, listen, accept */
	YGR_DIM_PORT		= 3,	/* the same side as CIDR */
	YGR_DIM_NR		= 4,
};

struct ygr_rule {
	__u64	on;		/* YGR_ON_BIT()s */
	__u32	name_off;	/* in STRINGS */
	__u8	action;		/* enum ygr_action */
	__u8	mode;		/* enum ygr_mode */
	__u16	flags;		/* 0 */
	struct ygr_span match[YGR_DIM_NR];
	struct ygr_span except[YGR_DIM_NR];
};

enum ygr_path_kind {
	YGR_PATH_EXACT		= 1,	/* "/etc/shadow" */
	YGR_PATH_PREFIX		= 2,	/* "/tmp/": everything below, not /tmp itself */
	YGR_PATH_KIND_NR	= 3,
};

/* Absolute and normal: starts with '/', no "//", no "." or ".." component. */
struct ygr_path_item {
	__u32	str_off;	/* in STRINGS; bytes[len] is NUL */
	__u16	len;		/* 1 .. YGR_POLICY_PATH_MAX */
	__u8	kind;		/* enum ygr_path_kind; PREFIX ends in '/', EXACT does not (save "/") */
	__u8	pad;		/* 0 */
};

/* In one span: ascending, without overlap. */
struct ygr_range_item {
	__u32	low;		/* inclusive */
	__u32	high;		/* inclusive; ports: at most 65535 */
};

struct ygr_cidr_item {
	__u16	family;		/* AF_INET or AF_INET6 */
	__u8	prefix_len;	/* 0 .. 32 or 128; bits beyond are 0 */
	__u8	pad[5];		/* 0 */
	__u8	addr[16];	/* network order; IPv4 in the first four, the rest 0 */
};

#ifndef __KERNEL__
_Static_assert(sizeof(struct ygr_policy_header) == 24, "policy header layout");
_Static_assert(sizeof(struct ygr_policy_section) == 24, "policy section layout");
_Static_assert(sizeof(struct ygr_rule) == 80, "rule layout");
_Static_assert(sizeof(struct ygr_path_item) == 8, "path item layout");
_Static_assert(sizeof(struct ygr_cidr_item) == 24, "cidr item layout");
#endif

#endif
