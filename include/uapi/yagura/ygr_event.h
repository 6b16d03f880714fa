/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What the records on the ring mean.
 *
 * A record is one event. It starts with struct ygr_record, the common head;
 * then comes the fixed body of its type; then zero or more strings, each a
 * struct ygr_string followed by its bytes, zero-padded to 8.
 *
 *	+-------------------+----------------+----------+-------+----------+---
 *	| ygr_record (144)  | body (by type) | string   | bytes | string   | ...
 *	+-------------------+----------------+----------+-------+----------+---
 *	<------------------------- ygr_record.len ------------------------------>
 *
 * Append-only: a body may grow at its end, so a reader finds the strings at
 * ygr_record.body_len and treats what a shorter body lacks as zero. A new
 * meaning is a new type. Numbers are host-endian; ports are host-endian too;
 * addresses are in network order. Strings are bytes, not text: no NUL at the
 * end, any byte within.
 */
#ifndef _UAPI_YAGURA_EVENT_H
#define _UAPI_YAGURA_EVENT_H

#include <linux/types.h>

/* The meaning of records. Raised when a field or a type is added. */
#define YGR_SCHEMA_VERSION	2

#define YGR_COMM_BYTES		16

enum ygr_event_type {
	YGR_EV_EXEC_CHECK	= 1,	/* exec denied, or would have been; allowed: of a script, by a rule */
	YGR_EV_EXEC		= 2,	/* exec succeeded */
	YGR_EV_FORK		= 3,	/* a new process (threads are not) */
	YGR_EV_EXIT		= 4,	/* a process ended (its last thread) */

	YGR_EV_OPEN		= 16,	/* attempt to open a file */
	YGR_EV_CREATE		= 17,	/* attempt to create a name */
	YGR_EV_UNLINK		= 18,	/* attempt to remove a name */
	YGR_EV_RENAME		= 19,	/* attempt to rename */
	YGR_EV_MMAP_EXEC	= 20,	/* attempt to map a file executable */
	YGR_EV_LINK		= 21,	/* attempt to give a file another name */
	YGR_EV_CHMOD		= 22,	/* attempt to change permissions */
	YGR_EV_CHOWN		= 23,	/* attempt to change owner or group */
	YGR_EV_SETXATTR		= 24,	/* attempt to set an extended attribute */
	YGR_EV_TRUNCATE		= 25,	/* attempt to cut or extend a file by name or descriptor */

	YGR_EV_SOCKET_CREATE	= 32,	/* attempt */
	YGR_EV_BIND		= 33,	/* attempt */
	YGR_EV_LISTEN		= 34,	/* attempt */
	YGR_EV_CONNECT		= 35,	/* attempt */
	YGR_EV_ACCEPT		= 36,	/* denied attempt, or a connection taken */

	YGR_EV_SEND		= 37,	/* attempt to send a datagram; only where a rule looks */

	YGR_EV_START		= 240,	/* the module was loaded */
	YGR_EV_POLICY		= 241,	/* a policy was published or cleared */
	YGR_EV_GAP		= 242,	/* events were dropped before this record */
	YGR_EV_TOTALS		= 243,	/* an accounting interval ended */
	YGR_EV_BREAKER		= 244,	/* a breaker tripped: a rule, or all, is monitor from now on */
};

/*
 * Drop accounting and priority are by class. EXEC, EXIT, DENY and SENSOR may
 * use the reserved quarter of the ring, the others may not. Denied attempts
 * and would-be denials of any type are of class DENY.
 */
enum ygr_class {
	YGR_CLASS_EXEC		= 0,
	YGR_CLASS_EXIT		= 1,
	YGR_CLASS_DENY		= 2,
	YGR_CLASS_SENSOR	= 3,
	YGR_CLASS_FORK		= 4,
	YGR_CLASS_FILE		= 5,
	YGR_CLASS_SOCKET	= 6,
	YGR_CLASS_NR		= 7,
	YGR_CLASS_MAX		= 16,	/* room in shared structs; the rest 0 */
};

enum ygr_verdict {
	YGR_VERDICT_ALLOW	= 0,
	YGR_VERDICT_DENY	= 1,
	YGR_VERDICT_WOULD_DENY	= 2,	/* a deny rule in monitor mode matched */
};

/* ygr_record.flags */
#define YGR_F_KTHREAD		(1u << 0)  /* subject is a kernel thread */
#define YGR_F_IO_WORKER		(1u << 1)  /* io_uring worker or SQPOLL thread of the process */
#define YGR_F_MEMFD		(1u << 2)  /* object is a memfd */
#define YGR_F_UNLINKED		(1u << 3)  /* object has no name any more */
#define YGR_F_TRUNCATED		(1u << 4)  /* a string of this record was cut */
#define YGR_F_NO_PATH		(1u << 5)  /* the path could not be resolved */
#define YGR_F_SCRIPT		(1u << 6)  /* exec of a #! script (or binfmt_misc): exe is its interpreter */
#define YGR_F_COMPAT		(1u << 7)  /* 32-bit system call */
#define YGR_F_PROTECTED		(1u << 8)  /* would deny: the never-deny set overruled an enforced rule */
#define YGR_F_BREAKER		(1u << 9)  /* would deny: a breaker has made the rule, or all, monitor */
#define YGR_F_NO_READER		(1u << 10) /* would deny: no daemon for longer than the policy allows */
#define YGR_F_KILLED		(1u << 11) /* the rule killed the process */
#define YGR_F_NO_DIGEST		(1u << 12) /* the file was to be digested and could not: too large, or an error */

/*
 * The common head: 144 bytes. A process is named for ever by (boot id, tgid,
 * start_ns); the boot id travels once per batch. pids and uids are those of
 * the initial namespaces.
 */
struct ygr_record {
	__u32	len;		/* of the whole record; a multiple of 8 */
	__u16	type;		/* enum ygr_event_type */
	__u8	class;		/* enum ygr_class */
	__u8	verdict;	/* enum ygr_verdict */
	__u64	seq;		/* events of this CPU before this one, dropped ones included */
	__u64	time_ns;	/* CLOCK_BOOTTIME */
	__u64	start_ns;	/* CLOCK_BOOTTIME at which the process started */
	__u32	tgid;		/* process id */
	__u32	tid;		/* thread id */
	__u32	ppid;		/* process id of the parent */
	__u32	flags;		/* YGR_F_* */
	__u32	uid;
	__u32	gid;
	__u32	euid;
	__u32	egid;
	__u32	loginuid;	/* ~0: not set */
	__u32	sessionid;	/* audit session; ~0: not set */
	__u64	cgroup_id;	/* of the unified hierarchy */
	__u32	mnt_ns;		/* namespace inode numbers; 0: unknown */
	__u32	pid_ns;
	__u32	net_ns;
	__u32	user_ns;
	__u32	uts_ns;
	__u32	ipc_ns;
	__u32	cgroup_ns;
	__u32	rule_id;	/* 1 + index of the rule that decided; 0: none */
	__u64	generation;	/* of the policy that judged; 0: no policy */
	__u16	body_len;	/* of the fixed body; a multiple of 8 */
	__u8	pad[6];
	char	comm[YGR_COMM_BYTES];	/* of the thread; of the process for an io_uring worker */
};

enum ygr_string_tag {
	YGR_STR_PATH		= 1,	/* the object; for exec, the executed file */
	YGR_STR_NEW_PATH	= 2,	/* rename: the new name */
	YGR_STR_FILENAME	= 3,	/* exec: the name as given to execve */
	YGR_STR_CWD		= 4,	/* exec */
	YGR_STR_ARGV		= 5,	/* exec: each argument ends in NUL */
	YGR_STR_UNIX_PATH	= 6,	/* socket: AF_UNIX name; starts with NUL if abstract */
	YGR_STR_RULE		= 7,	/* name of the rule that decided */
	YGR_STR_HOOKS		= 8,	/* start: "symbol=state" items, space-separated */
	YGR_STR_SHA256		= 9,	/* exec: 32 bytes, of the executed file */
	YGR_STR_VERITY		= 10,	/* exec: 32 bytes, its SHA-256 fs-verity digest */
	YGR_STR_XATTR		= 11,	/* setxattr: name of the attribute */
	YGR_STR_ALERT		= 12,	/* the rule's "severity\tattack,..\ttag,..\tmessage" */
	YGR_STR_EXE		= 13,	/* the process's program, where a rule decided and it is known */
};

/*
 * true_len > len: the string was cut and holds the last len bytes of a path,
 * the first len bytes of anything else. true_len == YGR_LEN_UNKNOWN: cut, and
 * the kernel does not know how much.
 */
#define YGR_LEN_UNKNOWN		0xffffffffu

struct ygr_string {
	__u16	tag;		/* enum ygr_string_tag */
	__u16	pad;
	__u32	len;		/* bytes that follow, padding not counted */
	__u32	true_len;
	__u32	pad2;
};

/* The identity of a file: a name can change, this cannot. */
struct ygr_file_id {
	__u64	ino;
	__u32	dev_major;
	__u32	dev_minor;
	__u32	ino_generation;
	__u32	mode;		/* type and permission bits */
	__u32	uid;
	__u32	gid;
	__u64	size;
	__u64	mtime_ns;	/* CLOCK_REALTIME */
	__u64	ctime_ns;	/* CLOCK_REALTIME */
};

/* All attempts and EXEC: strings RULE, ALERT, EXE when a rule decided. */

/* YGR_EV_EXEC_CHECK, YGR_EV_EXEC: strings PATH, FILENAME, CWD, ARGV, SHA256, VERITY */
struct ygr_body_exec {
	struct ygr_file_id file;
	__u32	argc;
	__u32	envc;
	__u32	old_tid;	/* tid before the exec, if another thread did it */
	__u32	pad;
};

/* YGR_EV_FORK: the head names the parent. Strings: none */
struct ygr_body_fork {
	__u64	child_start_ns;
	__u32	child_tgid;
	__u32	pad;
};

/* YGR_EV_EXIT: strings: none */
struct ygr_body_exit {
	__u32	status;		/* as wait(2) gives it */
	__u32	pad;
	__u64	utime_ns;	/* user time of all its threads */
	__u64	stime_ns;	/* system time of all its threads */
};

/* ygr_body_file.access */
#define YGR_ACCESS_READ		(1u << 0)
#define YGR_ACCESS_WRITE	(1u << 1)
#define YGR_ACCESS_CREATED	(1u << 2)	/* this open made the file */
#define YGR_ACCESS_EXEC		(1u << 3)	/* opened or mapped to be executed */

/*
 * YGR_EV_OPEN .. YGR_EV_TRUNCATE: strings PATH, NEW_PATH (RENAME, LINK), XATTR. For
 * CREATE the identity is that of the directory; for RENAME and LINK that of the
 * file under its old name.
 */
struct ygr_body_file {
	struct ygr_file_id file;
	__u32	access;		/* YGR_ACCESS_*: OPEN, MMAP_EXEC. the new gid: CHOWN (~0: unchanged) */
	__u32	open_flags;	/* O_*: OPEN. the new mode: CREATE, CHMOD. RENAME_*: RENAME. PROT_*: MMAP_EXEC. the new uid: CHOWN (~0: unchanged). XATTR_*: SETXATTR */
};

struct ygr_address {
	__u16	family;		/* AF_INET, AF_INET6; 0: none */
	__u16	port;		/* host-endian */
	__u32	scope_id;
	__u8	addr[16];	/* IPv4 in the first four */
};

/* YGR_EV_SOCKET_CREATE .. YGR_EV_SEND: strings UNIX_PATH */
struct ygr_body_socket {
	__u64	socket_ino;	/* as in /proc/PID/fd; 0: none yet */
	__u16	family;
	__u16	type;		/* SOCK_* */
	__u16	protocol;
	__u16	pad;
	__u32	backlog;	/* LISTEN */
	__u32	pad2;
	struct ygr_address local;
	struct ygr_address remote;
};

/* YGR_EV_START: strings HOOKS */
struct ygr_body_start {
	__u64	load_id;	/* CLOCK_BOOTTIME ns at load; sequences start with it */
};

enum ygr_policy_op {
	YGR_POLICY_OP_LOAD	= 1,
	YGR_POLICY_OP_CLEAR	= 2,
	YGR_POLICY_OP_ROLLBACK	= 3,
	YGR_POLICY_OP_EXPIRED	= 4,	/* a trial was not confirmed: rolled back */
	YGR_POLICY_OP_CONFIRM	= 5,	/* generations alike */
	YGR_POLICY_OP_LOCK	= 6,	/* generations alike */
};

/* YGR_EV_POLICY: the head names who did it. Strings: none */
struct ygr_body_policy {
	__u64	old_generation;
	__u64	new_generation;
	__u32	op;		/* enum ygr_policy_op */
	__u32	rule_nr;
};

/* YGR_EV_BREAKER: strings RULE; the head names whose denial was one too many */
struct ygr_body_breaker {
	__u64	generation;
	__u32	rule_id;	/* 0: the whole policy's breaker */
	__u32	denial_nr;	/* within ... */
	__u32	seconds;
	__u32	pad;
};

/* YGR_EV_GAP: exactly the drops whose sequence numbers precede this record's. */
struct ygr_body_gap {
	__u64	first_ns;	/* CLOCK_BOOTTIME of the first drop */
	__u64	last_ns;	/* and of the last */
	__u64	dropped[YGR_CLASS_MAX];
};

/*
 * YGR_EV_TOTALS: since load, on this CPU, exactly the records and the GAPs
 * before this one. produced = records + dropped.
 */
struct ygr_body_totals {
	__u64	begin_ns;	/* the interval */
	__u64	end_ns;
	__u64	produced[YGR_CLASS_MAX];
	__u64	dropped[YGR_CLASS_MAX];
};

#ifndef __KERNEL__
_Static_assert(sizeof(struct ygr_record) == 144, "record head layout");
_Static_assert(sizeof(struct ygr_string) == 16, "string head layout");
_Static_assert(sizeof(struct ygr_file_id) == 56, "file id layout");
_Static_assert(sizeof(struct ygr_body_socket) == 72, "socket body layout");
#endif

#endif
