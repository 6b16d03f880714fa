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
#define YGR_SCHEMA_VERSION	3

#define YGR_COMM_BYTES		16

enum ygr_event_type {
	YGR_EV_EXEC_CHECK	= 1,	/* exec denied, or would have been; allowed: of a script, by a rule */
	YGR_EV_EXEC		= 2,	/* exec succeeded */
	YGR_EV_FORK		= 3,	/* a new process (threads are not) */
	YGR_EV_EXIT		= 4,	/* a process ended (its last thread) */
	YGR_EV_PROCESS		= 5,	/* a process that ran when the module was loaded */

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
	YGR_EV_CLOSE_WRITE	= 26,	/* a file that was written was closed for good */
	YGR_EV_MKDIR		= 27,	/* attempt to make a directory */
	YGR_EV_RMDIR		= 28,	/* attempt to remove a directory */
	YGR_EV_SYMLINK		= 29,	/* attempt to make a symbolic link */
	YGR_EV_MPROTECT_EXEC	= 30,	/* attempt to make mapped memory executable */
	YGR_EV_MEMFD		= 31,	/* attempt to make a file without a name, in memory */

	YGR_EV_SOCKET_CREATE	= 32,	/* attempt */
	YGR_EV_BIND		= 33,	/* attempt */
	YGR_EV_LISTEN		= 34,	/* attempt */
	YGR_EV_CONNECT		= 35,	/* attempt */
	YGR_EV_ACCEPT		= 36,	/* denied attempt, or a connection taken */

	YGR_EV_SEND		= 37,	/* attempt to send a datagram; only where a rule looks */
	YGR_EV_SOCKET_CLOSE	= 38,	/* a socket that something went over, or that was connected, is let go */
	YGR_EV_DNS		= 39,	/* an answer of a name server came in; of no process */
	YGR_EV_STREAM		= 40,	/* the first bytes sent over a connection, where they are TLS or HTTP */

	YGR_EV_REMOVEXATTR	= 70,	/* attempt to remove an extended attribute */
	YGR_EV_CHATTR		= 71,	/* attempt to change a file's flags, as chattr(1) does */

	YGR_EV_SETUID		= 48,	/* attempt to change user ids */
	YGR_EV_SETGID		= 49,	/* attempt to change group ids, or supplementary groups */
	YGR_EV_CAPSET		= 50,	/* attempt to change capabilities */
	YGR_EV_MODULE_LOAD	= 51,	/* attempt to load a kernel module; or one that was loaded */
	YGR_EV_MODULE_UNLOAD	= 52,	/* a kernel module is being removed */
	YGR_EV_KEXEC		= 53,	/* attempt to load a kernel to be started later */
	YGR_EV_BPF		= 54,	/* attempt to load, attach or detach a BPF program */
	YGR_EV_MOUNT		= 55,	/* attempt */
	YGR_EV_UMOUNT		= 56,	/* attempt */
	YGR_EV_MOVE_MOUNT	= 57,	/* attempt to attach what is mounted, by move_mount(2) */
	YGR_EV_PIVOT_ROOT	= 58,	/* attempt */
	YGR_EV_PTRACE		= 59,	/* attempt to trace a process, or to read from it */
	YGR_EV_VM_WRITE		= 60,	/* attempt to write into a process, by process_vm_writev(2) */
	YGR_EV_SIGNAL		= 61,	/* attempt to send one that matters */
	YGR_EV_SETTIME		= 62,	/* attempt to set the clock */
	YGR_EV_UNSHARE		= 63,	/* attempt to make namespaces, for oneself or for a child */
	YGR_EV_SETNS		= 64,	/* attempt to enter a namespace */
	YGR_EV_KEYCTL		= 65,	/* attempt to make a key */
	YGR_EV_PRCTL		= 66,	/* attempt to change what a process may do */
	YGR_EV_PERSONALITY	= 67,	/* attempt to change the personality */
	YGR_EV_SECCOMP		= 68,	/* attempt to filter one's system calls */

	YGR_EV_START		= 240,	/* the module was loaded */
	YGR_EV_POLICY		= 241,	/* a policy was published or cleared */
	YGR_EV_GAP		= 242,	/* events were dropped before this record */
	YGR_EV_TOTALS		= 243,	/* an accounting interval ended */
	YGR_EV_BREAKER		= 244,	/* a breaker tripped: a rule, or all, is monitor from now on */
	YGR_EV_STOP		= 245,	/* the hooks were let go of: nothing is seen from now on */
	YGR_EV_HEARTBEAT	= 246,	/* the sensor is alive, whether anything happened or not */
	YGR_EV_CLOCK		= 247,	/* the wall clock was set, or the machine slept */
	YGR_EV_SUPPRESSED	= 250,	/* events of a process or cgroup were counted in place of records */

	/* On the ring only, and no events (ygr_abi.h). */
	YGR_EV_CONTEXT		= 248,	/* what records have in common */
	YGR_EV_DIRECTORY	= 249,	/* what paths have in common */
	YGR_EV_VOID		= 251,	/* nothing */
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
	YGR_CLASS_PRIVILEGE	= 7,
	YGR_CLASS_NR		= 8,
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
#define YGR_F_OVERLAY_UPPER	(1u << 17) /* exec: the file's contents are of the upper layer of an overlayfs */

#define YGR_F_COALESCED		(1u << 13) /* the record tells repeats: string REPEATS says how many */

#define YGR_F_SQPOLL		(1u << 14) /* subject is the ring's submission queue thread (and IO_WORKER) */
#define YGR_F_OTHER_CREDS	(1u << 15) /* uid .. egid are not the process's own: see SUBMITTER */

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
	YGR_STR_HOOKS		= 8,	/* start: "symbol=state", heartbeat: "symbol=calls,ns,b0,..,b15" items, space-separated */
	YGR_STR_SHA256		= 9,	/* exec: 32 bytes, of the executed file */
	YGR_STR_VERITY		= 10,	/* exec: 32 bytes, its SHA-256 fs-verity digest */
	YGR_STR_XATTR		= 11,	/* setxattr, removexattr: name of the attribute */
	YGR_STR_ALERT		= 12,	/* the rule's "severity\tattack,..\ttag,..\tmessage" */
	YGR_STR_EXE		= 13,	/* the process's program, where a rule decided and it is known */
	YGR_STR_ENV		= 14,	/* exec: the chosen variables of its environment, each ends in NUL */
	YGR_STR_TTY		= 15,	/* exec: name of the controlling terminal, below /dev */
	YGR_STR_SCRIPT		= 16,	/* exec of a script: the file that was asked for; PATH is its interpreter */
	YGR_STR_ANCESTORS	= 18,	/* exec: struct ygr_process_id of each that forked the one before, nearest first */
	YGR_STR_CGROUP		= 19,	/* exec: path of the cgroup, from the root of the unified hierarchy */
	YGR_STR_TARGET		= 20,	/* symlink: what it says */
	YGR_STR_PAYLOAD		= 25,	/* dns: the message; stream: what was sent */
	YGR_STR_REPEATS		= 27,	/* struct ygr_repeats; the last string of a record with F_COALESCED */
	YGR_STR_SUBMITTER	= 28,	/* struct ygr_submitter, where IO_WORKER or OTHER_CREDS */
	YGR_STR_SOURCE		= 21,	/* mounts: what, as given or as the file system says */
	YGR_STR_FSTYPE		= 22,	/* mounts: type of the file system */
	YGR_STR_OPTIONS		= 23,	/* mount: its data, with secrets masked */
	YGR_STR_NAME		= 24,	/* of a module, a BPF program, a key */
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

/*
 * The same process did the same to the same object again, within the window that the policy
 * sets. The first time has a record of its own; this one has the head and body of the
 * second, but for time_ns: when it was told.
 */
struct ygr_repeats {
	__u64	repeat_nr;	/* events that this record stands for: at least 1 */
	__u64	first_ns;	/* CLOCK_BOOTTIME of the first of these */
	__u64	last_ns;	/* and of the last */
};

/* For whom the subject acts, if not in its own name. */
struct ygr_submitter {
	__u32	tid;		/* thread that gave an io_uring worker its work, or made the ring of an SQPOLL thread; 0: not known, or no worker */
	__u32	uid;		/* the process's own, whatever it acts with */
	__u32	gid;
	__u32	euid;
	__u32	egid;
	__u32	pad;
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

/* A process for ever, within one boot. */
struct ygr_process_id {
	__u64	start_ns;
	__u32	tgid;
	__u32	pad;
};

#define YGR_ANCESTORS_MAX	8	/* of YGR_STR_ANCESTORS */

/* ygr_body_exec.exec_flags */
#define YGR_EXEC_FILE_CAPS	(1u << 0)	/* the file has capabilities */
#define YGR_EXEC_FILE_CAPS_EFFECTIVE (1u << 1)	/* they are effective from the start */
#define YGR_EXEC_SECURE		(1u << 2)	/* more rights than its caller's: AT_SECURE, its loader takes no LD_* */
#define YGR_EXEC_SCRIPT_UPPER	(1u << 3)	/* as YGR_F_OVERLAY_UPPER, of the script */
#define YGR_EXEC_UNCHECKED	(1u << 4)	/* what is only known beforehand is not: file capabilities, overlayfs, script */

/*
 * YGR_EV_EXEC_CHECK, YGR_EV_EXEC: strings PATH, FILENAME, CWD, ARGV, SHA256, VERITY; EXEC
 * also ENV, TTY, SCRIPT, ANCESTORS, CGROUP.
 *
 * YGR_EV_PROCESS: the head is that process's, the time that of the telling. Strings PATH, CWD,
 * ARGV, ENV, TTY, ANCESTORS, CGROUP. No argc, envc and nothing of a script: the kernel has not kept them.
 */
struct ygr_body_exec {
	struct ygr_file_id file;
	__u32	argc;
	__u32	envc;
	__u32	old_tid;	/* tid before the exec, if another thread did it */
	__u32	pad;
	__u64	cap_effective;	/* of the process: after the exec, or, of EXEC_CHECK, before it */
	__u64	cap_permitted;
	__u64	cap_inheritable;
	__u64	cap_bounding;
	__u64	cap_ambient;
	__u64	file_cap_permitted; /* of the file */
	__u64	file_cap_inheritable;
	__u32	file_cap_rootid; /* root of the user namespace that they are for; 0: the initial one's */
	__u32	exec_flags;	/* YGR_EXEC_* */
	__u32	tty_major;	/* of the controlling terminal; both 0: none */
	__u32	tty_minor;
	struct ygr_file_id script; /* of YGR_STR_SCRIPT; zeroes: no script */
};

/*
 * ygr_body_fork.clone_flags: CLONE_*, as far as the child shows what it was made with: VM, FS,
 * FILES, PARENT, and NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
 *
 * YGR_EV_FORK: the head names the parent. Strings: none
 */
struct ygr_body_fork {
	__u64	child_start_ns;
	__u32	child_tgid;
	__u32	pad;
	__u32	clone_flags;
	__u32	exit_signal;	/* that its parent gets at its end; 0: none */
};

/* YGR_EV_EXIT: strings: none. Sums are of all its threads. */
struct ygr_body_exit {
	__u32	status;		/* as wait(2) gives it */
	__u32	pad;
	__u64	utime_ns;	/* user time of all its threads */
	__u64	stime_ns;	/* system time of all its threads */
	__u64	maxrss_bytes;	/* the most that it had in memory */
	__u64	minor_faults;
	__u64	major_faults;
	__u64	voluntary_switches;
	__u64	involuntary_switches;
	__u64	read_bytes;	/* from storage; 0 also where the kernel does not count */
	__u64	write_bytes;	/* to storage, when it made the pages dirty */
};

/* ygr_body_file.access */
#define YGR_ACCESS_READ		(1u << 0)
#define YGR_ACCESS_WRITE	(1u << 1)
#define YGR_ACCESS_CREATED	(1u << 2)	/* this open made the file */
#define YGR_ACCESS_EXEC		(1u << 3)	/* opened or mapped to be executed */
#define YGR_ACCESS_EXECUTABLE	(1u << 4)	/* CLOSE_WRITE: anybody may execute it now */
#define YGR_ACCESS_CHANGED	(1u << 5)	/* CLOSE_WRITE: it was written, or is not as it was when opened */
#define YGR_ACCESS_MAPPED	(1u << 6)	/* CLOSE_WRITE: it was mapped, shared and to be written */

/*
 * YGR_EV_OPEN .. YGR_EV_MEMFD, but CLOSE_WRITE; YGR_EV_REMOVEXATTR, YGR_EV_CHATTR:
 * strings PATH, NEW_PATH (RENAME, LINK), XATTR, TARGET (SYMLINK). For CREATE, MKDIR
 * and SYMLINK the identity is that of the directory; for RENAME and LINK that of the
 * file under its old name; MEMFD has none yet, nor has memory that is of no file.
 */
struct ygr_body_file {
	struct ygr_file_id file;
	__u32	access;		/* YGR_ACCESS_*: OPEN, MMAP_EXEC, MPROTECT_EXEC. the new gid: CHOWN (~0: unchanged). the device, as mknod(2) takes it: CREATE */
	__u32	open_flags;	/* O_*: OPEN. the new mode: CREATE, CHMOD, MKDIR. RENAME_*: RENAME. PROT_*: MMAP_EXEC, MPROTECT_EXEC. the new uid: CHOWN (~0: unchanged). XATTR_*: SETXATTR. FS_*_FL: CHATTR */
};

/* YGR_EV_CLOSE_WRITE: strings PATH. It begins as struct ygr_body_file does. */
struct ygr_body_close_write {
	struct ygr_file_id file;	/* as it was left */
	__u32	access;		/* YGR_ACCESS_*, of the open and since */
	__u32	open_flags;	/* O_*, as they are at the close */
	__u64	opened_ns;	/* CLOCK_BOOTTIME; 0: nothing of the open is known, and the rest is 0 */
	__u64	opener_start_ns; /* who opened it: not always who closes it */
	__u32	opener_tgid;
	__u32	opener_tid;
	__u32	opener_uid;	/* effective */
	__u32	pad;
	__u64	old_size;	/* when it was opened, before O_TRUNC */
	__u64	written_bytes;	/* that calls through this open have asked the file system to write */
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
	__u64	socket_cookie;	/* names the socket until the next boot; 0: not followed */
	__u64	peer_start_ns;	/* of the process at the other end: ACCEPT of AF_UNIX; 0: not known */
	__u32	peer_tgid;	/* likewise */
	__u32	peer_uid;	/* likewise; ~0: not known */
};

/*
 * YGR_EV_SOCKET_CLOSE: the head names who let go of it last; `owner` is who connected or accepted
 * it, or sent or received first. Strings: none
 */
struct ygr_body_close {
	__u64	socket_ino;
	__u64	socket_cookie;
	__u16	family;
	__u16	type;		/* SOCK_* */
	__u16	protocol;
	__u16	pad;
	__u32	net_ns;		/* of the socket */
	__u32	owner_tgid;
	__u64	owner_start_ns;
	__u64	begin_ns;	/* CLOCK_BOOTTIME: followed since */
	struct ygr_address local;
	struct ygr_address remote;
	__u64	bytes_out;	/* payload, without what was sent again */
	__u64	bytes_in;
	__u64	bytes_unsent;	/* TCP: written, and not sent yet */
	__u64	packets_out;	/* TCP: segments; UDP: datagrams */
	__u64	packets_in;
	__u32	retransmit_nr;	/* TCP: segments sent again */
	__u32	pad2;
};

/* YGR_EV_DNS: as it came in. No process did it: the head's is 0. Strings: PAYLOAD */
struct ygr_body_dns {
	__u32	net_ns;		/* where it came in */
	__u8	transport;	/* IPPROTO_UDP, IPPROTO_TCP */
	__u8	pad[3];
	__u32	true_len;	/* of the message */
	__u32	pad2;
	struct ygr_address source;
	struct ygr_address destination;
	__u64	socket_cookie;	/* that it is for; 0: not known */
	__u64	owner_start_ns;	/* of that socket, as in ygr_body_close; 0: not known */
	__u32	owner_tgid;	/* likewise */
	__u32	pad3;
};

/* YGR_EV_STREAM: once for each connection, before they are sent. Strings: PAYLOAD */
struct ygr_body_stream {
	__u64	socket_ino;
	__u64	socket_cookie;
	__u16	family;
	__u16	type;		/* SOCK_* */
	__u16	protocol;
	__u16	pad;
	struct ygr_address local;
	struct ygr_address remote;
	__u32	sent_bytes;	/* of this send, as asked for */
	__u32	pad2;
};

enum ygr_ids_call {
	YGR_IDS_SET		= 1,	/* setuid, setgid */
	YGR_IDS_RE		= 2,	/* setreuid, setregid */
	YGR_IDS_RES		= 3,	/* setresuid, setresgid */
	YGR_IDS_FS		= 4,	/* setfsuid, setfsgid */
	YGR_IDS_GROUPS		= 5,	/* setgroups */
};

/* Of the initial user namespace. */
struct ygr_ids {
	__u32	real;
	__u32	effective;
	__u32	saved;
	__u32	fs;		/* with which files are opened */
};

#define YGR_IDS_GROUPS_MAX	8

/* YGR_EV_SETUID, YGR_EV_SETGID: strings: none */
struct ygr_body_ids {
	struct ygr_ids old;
	struct ygr_ids new;	/* as they will be, if nobody else objects */
	__u32	call;		/* enum ygr_ids_call */
	__u32	old_group_nr;	/* GROUPS: how many supplementary groups there were ... */
	__u32	new_group_nr;	/* ... and will be; the first of them: */
	__u32	pad;
	__u32	groups[YGR_IDS_GROUPS_MAX];
};

/* As masks: 1ull << CAP_*. */
struct ygr_caps {
	__u64	effective;
	__u64	permitted;
	__u64	inheritable;
};

/* YGR_EV_CAPSET: strings: none */
struct ygr_body_caps {
	struct ygr_caps old;
	struct ygr_caps new;
};

enum ygr_code_call {
	YGR_CODE_FILE		= 1,	/* attempt, from a file: finit_module, kexec_file_load */
	YGR_CODE_MEMORY		= 2,	/* attempt, from memory: init_module, kexec_load */
	YGR_CODE_LOADED		= 3,	/* it is in the kernel, and about to be started */
};

/* YGR_EV_MODULE_LOAD, MODULE_UNLOAD, KEXEC: strings PATH (FILE), NAME (LOADED, MODULE_UNLOAD) */
struct ygr_body_code {
	struct ygr_file_id file; /* FILE */
	__u32	call;		/* enum ygr_code_call; MODULE_UNLOAD: 0 */
	__u32	taints;		/* LOADED: of the module, 1u << TAINT_* */
};

/* YGR_EV_BPF: strings NAME (loading, if the program has one) */
struct ygr_body_bpf {
	__u32	cmd;		/* BPF_PROG_LOAD ...: what of bpf(2) */
	__u32	prog_type;	/* loading: BPF_PROG_TYPE_* */
	__u32	attach_type;	/* loading, attaching, detaching: BPF_* */
	__u32	insn_nr;	/* loading */
	__u32	prog_flags;	/* loading: BPF_F_* */
	__u32	attach_btf_id;	/* loading: the kernel function that it is for; 0: none */
};

enum ygr_mount_call {
	YGR_MOUNT_MOUNT		= 1,	/* mount(2) */
	YGR_MOUNT_FSCONFIG	= 2,	/* fsconfig(2): made, and in no place yet */
};

/*
 * YGR_EV_MOUNT .. PIVOT_ROOT: strings PATH (where; the new root), NEW_PATH (PIVOT_ROOT: where
 * the old one goes), SOURCE, FSTYPE, OPTIONS.
 */
struct ygr_body_mount {
	__u64	flags;		/* MOUNT: MS_*. UMOUNT: MNT_* as umount2(2) has them */
	__u32	call;		/* MOUNT: enum ygr_mount_call */
	__u32	dev_major;	/* of what is there already: UMOUNT, MOVE_MOUNT, FSCONFIG */
	__u32	dev_minor;
	__u32	pad;
};

enum ygr_target_call {
	YGR_TARGET_ATTACH	= 1,	/* as by ptrace(2), or to write to /proc/PID/mem */
	YGR_TARGET_TRACEME	= 2,	/* the target is the one that will trace */
	YGR_TARGET_READ		= 3,	/* what /proc/PID has, and the like */
	YGR_TARGET_VM_READ	= 4,	/* process_vm_readv(2) */
	YGR_TARGET_VM_WRITE	= 5,	/* process_vm_writev(2) */
	YGR_TARGET_SIGNAL	= 6,
};

/* YGR_EV_PTRACE, VM_WRITE, SIGNAL: strings: none */
struct ygr_body_target {
	__u64	start_ns;	/* CLOCK_BOOTTIME: of the other process */
	__u32	tgid;
	__u32	tid;
	__u32	uid;		/* real */
	__u32	call;		/* enum ygr_target_call */
	__u32	signal;		/* SIGNAL */
	__u32	mode;		/* PTRACE, VM_WRITE: PTRACE_MODE_* of the kernel */
	char	comm[YGR_COMM_BYTES];
};

enum ygr_setting_call {
	YGR_SETTING_CLOCK	= 1,	/* SETTIME: CLOCK_REALTIME, in ns */
	YGR_SETTING_TIMEZONE	= 2,	/* SETTIME: the time zone alone */
	YGR_SETTING_UNSHARE	= 3,
	YGR_SETTING_CLONE	= 4,	/* UNSHARE: for a child */
	YGR_SETTING_SETNS	= 5,
	YGR_SETTING_KEY		= 6,
	YGR_SETTING_PERSONALITY	= 7,
	YGR_SETTING_STRICT	= 8,	/* SECCOMP */
	YGR_SETTING_FILTER	= 9,	/* SECCOMP */
	YGR_SETTING_PRCTL	= 256,	/* PRCTL: and PR_* */
};

/* YGR_EV_SETTIME .. SECCOMP: strings NAME (KEYCTL) */
struct ygr_body_setting {
	__u64	old_value;	/* SETTIME, PERSONALITY */
	__u64	new_value;	/* SETTIME, PERSONALITY; SETNS: inode; PRCTL: its argument; SECCOMP: flags */
	__u64	namespaces;	/* UNSHARE, SETNS: CLONE_NEW* */
	__u32	call;		/* enum ygr_setting_call */
	__u32	pad;
	char	kind[16];	/* KEYCTL: type of the key, cut to 15 bytes */
};

/* YGR_EV_START: strings HOOKS */
struct ygr_body_start {
	__u64	load_id;	/* CLOCK_BOOTTIME ns at load; sequences start with it */
	__u32	flags;		/* YGR_START_* */
	__u32	pad;
};

#define YGR_START_OBSERVES	(1u << 0) /* denials are not enforced: of no known kernel series, or TOLD */
#define YGR_START_DISABLED	(1u << 1) /* loaded with disable=1: no hook is attached */
#define YGR_START_TOLD		(1u << 2) /* loaded with observe_only=1 */

/* YGR_EV_STOP: the head names who did it. Strings: none */
struct ygr_body_stop {
	__u64	load_id;
};

/* ygr_body_heartbeat.flags */
#define YGR_BEAT_READER		(1u << 0)	/* a reader has the device open */
#define YGR_BEAT_MEASURED	(1u << 1)	/* HOOKS tells what the hooks cost */

/*
 * Bucket b of a hook counts calls that took less than YGR_BEAT_NS(b), and no less than
 * the one before it; the last takes whatever is above.
 */
#define YGR_BEAT_BUCKET_NR	16
#define YGR_BEAT_NS(b)		(64ull << (b))

/*
 * YGR_EV_HEARTBEAT: strings HOOKS, if the module was loaded to measure. All counts since
 * load, over all CPUs.
 */
struct ygr_body_heartbeat {
	__u64	load_id;
	__u64	interval_ns;	/* the next one is due after so long */
	__u64	produced;
	__u64	dropped;
	__u64	denied;
	__u64	process_nr;	/* alive and followed */
	__u32	hook_nr;
	__u32	attached_nr;	/* of these */
	__u32	flags;		/* YGR_BEAT_* */
	__u32	pad;
};

/* YGR_EV_CLOCK: strings: none */
struct ygr_body_clock {
	__s64	step_ns;	/* by how much CLOCK_REALTIME moved against CLOCK_BOOTTIME since it was told last, or since load */
	__u64	slept_ns;	/* suspended, likewise */
	__s64	offset_ns;	/* CLOCK_REALTIME - CLOCK_BOOTTIME from now on */
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
 * before this one. produced = records + dropped. A record with F_COALESCED is
 * one record and repeat_nr events.
 */
struct ygr_body_totals {
	__u64	begin_ns;	/* the interval */
	__u64	end_ns;
	__u64	produced[YGR_CLASS_MAX];
	__u64	dropped[YGR_CLASS_MAX];
	__u64	coalesced[YGR_CLASS_MAX];	/* sum of repeat_nr */
	__u64	suppressed[YGR_CLASS_MAX];	/* sum of what SUPPRESSED records say */
};

enum ygr_suppressed_scope {
	YGR_SUPPRESSED_PROCESS	= 1,	/* the head names it, as when it first was over its limit */
	YGR_SUPPRESSED_CGROUP	= 2,	/* the head has its cgroup_id and nothing else */
};

/*
 * YGR_EV_SUPPRESSED: events on this CPU that were over a budget, or over a fair share of a
 * crowded ring; each is in one such record. Strings: none
 */
struct ygr_body_suppressed {
	__u64	first_ns;	/* CLOCK_BOOTTIME of the first of these */
	__u64	last_ns;	/* and of the last */
	__u32	scope;		/* enum ygr_suppressed_scope */
	__u32	pad;
	__u64	suppressed[YGR_CLASS_MAX];
};

#ifndef __KERNEL__
_Static_assert(sizeof(struct ygr_record) == 144, "record head layout");
_Static_assert(sizeof(struct ygr_string) == 16, "string head layout");
_Static_assert(sizeof(struct ygr_file_id) == 56, "file id layout");
_Static_assert(sizeof(struct ygr_body_socket) == 96, "socket body layout");
_Static_assert(sizeof(struct ygr_body_close_write) == 112, "close_write body layout");
_Static_assert(sizeof(struct ygr_body_close) == 144, "close body layout");
_Static_assert(sizeof(struct ygr_body_dns) == 88, "dns body layout");
_Static_assert(sizeof(struct ygr_body_stream) == 80, "stream body layout");
_Static_assert(sizeof(struct ygr_process_id) == 16, "process id layout");
_Static_assert(sizeof(struct ygr_body_exec) == 200, "exec body layout");
_Static_assert(sizeof(struct ygr_body_fork) == 24, "fork body layout");
_Static_assert(sizeof(struct ygr_body_exit) == 80, "exit body layout");
_Static_assert(sizeof(struct ygr_repeats) == 24, "repeats layout");
_Static_assert(sizeof(struct ygr_body_suppressed) == 152, "suppressed body layout");
_Static_assert(sizeof(struct ygr_body_ids) == 80, "ids body layout");
_Static_assert(sizeof(struct ygr_body_caps) == 48, "capabilities body layout");
_Static_assert(sizeof(struct ygr_body_code) == 64, "code body layout");
_Static_assert(sizeof(struct ygr_body_bpf) == 24, "bpf body layout");
_Static_assert(sizeof(struct ygr_body_mount) == 24, "mount body layout");
_Static_assert(sizeof(struct ygr_body_target) == 48, "target body layout");
_Static_assert(sizeof(struct ygr_body_setting) == 48, "setting body layout");
#endif

#endif
