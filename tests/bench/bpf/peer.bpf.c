// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF contender: LSM programs that do nothing, record 64 bytes, record
 * what yagura.ko records, and judge by a policy in maps before that; and the
 * 64 bytes once more by fentry.
 *
 * Written for few instructions: kernel memory is read directly, not by
 * helpers; a record is filled where it lies in the ring, unless its path has
 * to be judged first; nobody is woken for a record; nothing is looked up
 * that is not needed. Facts about the process are read anew each time, as
 * yagura.ko does: what keeps them in task storage must follow each change of credentials,
 * names, namespaces, cgroups and parents, and no hook tells of the last.
 */
#include "kernel.h"

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include <yagura/ygr_event.h>

#include "judge.h"

#define EPERM		1
#define RING_BYTES	(16 << 20)
#define PATH_BYTES	4096
#define PATH_SHORT	256	/* most paths; resolved right in the ring */
#define LOOPBACK	0x7f000001

char LICENSE[] SEC("license") = "GPL";

/* Written by the loader with the policy. */
__u64 generation;

/* Records for which there was no room. */
__u64 lost_nr;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ring SEC(".maps");

static void count_loss(void)
{
	__sync_fetch_and_add(&lost_nr, 1);
}

/* ---- records ---- */

/* The head's first 64 bytes, the last 16 of another meaning. */
struct short_record {
	__u32	len;
	__u16	type;
	__u8	class;
	__u8	verdict;
	__u64	seq;
	__u64	time_ns;
	__u64	start_ns;
	__u32	tgid;
	__u32	tid;
	__u64	uid;
	__u64	object;
	__u64	pad;
};

struct file_record {
	struct ygr_record head;
	struct ygr_body_file body;
	struct ygr_string string;
};

struct short_path_record {
	struct file_record file;
	char path[PATH_SHORT];
};

/* The zeroes that pad a path to the size of a map's key go beyond its longest. */
struct long_path_record {
	struct file_record file;
	char path[PATH_BYTES + JUDGE_PREFIX_BYTES];
};

struct socket_record {
	struct ygr_record head;
	struct ygr_body_socket body;
};

_Static_assert(sizeof(struct short_record) == 64, "64 bytes");
_Static_assert(sizeof(struct file_record) == 224, "no padding");
_Static_assert(sizeof(struct socket_record) == 216, "no padding");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct long_path_record);
} scratch SEC(".maps");

static __always_inline int record_64(const void *object)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct short_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		count_loss();
		return 0;
	}
	record->len = sizeof(*record);
	record->type = YGR_EV_OPEN;
	record->class = YGR_CLASS_FILE;
	record->verdict = 0;
	record->time_ns = bpf_ktime_get_boot_ns();
	record->start_ns = task->group_leader->start_boottime;
	record->tgid = task->tgid;
	record->tid = task->pid;
	record->uid = task->cred->uid.val;
	record->object = (__u64)object;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

/* A process of a pid namespace within another: the array's end is not known to the verifier. */
static __noinline __u32 nested_pid_ns(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	unsigned int level = BPF_CORE_READ(pid, level);
	struct upid *upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
			    level * bpf_core_type_size(struct upid);

	return BPF_CORE_READ(upid, ns, ns.inum);
}

static __always_inline __u32 flags_of(const struct task_struct *task)
{
	__u32 flags = 0;

	if (task->flags & PF_KTHREAD)
		flags |= YGR_F_KTHREAD;
	if (task->flags & PF_IO_WORKER)
		flags |= YGR_F_IO_WORKER;
	if (task->thread_info.status & TS_COMPAT)
		flags |= YGR_F_COMPAT;
	return flags;
}

static __always_inline void fill_head(struct ygr_record *head, __u16 type, __u8 class, __u32 len,
				      __u16 body_len, const struct judgement *judgement)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct cred *cred = task->cred;
	const struct nsproxy *nsproxy = task->nsproxy;
	const struct pid *pid = task->thread_pid;
	const struct task_struct *named = task;
	__u32 flags = flags_of(task);

	if (flags & YGR_F_IO_WORKER)
		named = task->group_leader;
	head->len = len;
	head->type = type;
	head->class = judgement && judgement->denies ? YGR_CLASS_DENY : class;
	head->verdict = judgement && judgement->denies ? YGR_VERDICT_DENY : YGR_VERDICT_ALLOW;
	head->seq = 0;
	head->time_ns = bpf_ktime_get_boot_ns();
	head->start_ns = task->group_leader->start_boottime;
	head->tgid = task->tgid;
	head->tid = task->pid;
	head->ppid = task->real_parent->tgid;
	head->flags = flags;
	head->uid = cred->uid.val;
	head->gid = cred->gid.val;
	head->euid = cred->euid.val;
	head->egid = cred->egid.val;
	head->loginuid = task->loginuid.val;
	head->sessionid = task->sessionid;
	head->cgroup_id = bpf_get_current_cgroup_id();
	head->mnt_ns = nsproxy->mnt_ns->ns.inum;
	head->pid_ns = pid->level ? nested_pid_ns() : pid->numbers[0].ns->ns.inum;
	head->net_ns = nsproxy->net_ns->ns.inum;
	head->user_ns = cred->user_ns->ns.inum;
	head->uts_ns = nsproxy->uts_ns->ns.inum;
	head->ipc_ns = nsproxy->ipc_ns->ns.inum;
	head->cgroup_ns = nsproxy->cgroup_ns->ns.inum;
	head->rule_id = judgement ? judgement->rule_id : 0;
	head->generation = generation;
	head->body_len = body_len;
	__builtin_memset(head->pad, 0, sizeof(head->pad));
	*(__u64 *)head->comm = *(const __u64 *)named->comm;
	*(__u64 *)(head->comm + 8) = *(const __u64 *)(named->comm + 8);
}

static __always_inline bool writes(const struct file *file)
{
	return (file->f_mode & FMODE_WRITE) || (file->f_flags & O_TRUNC);
}

static __always_inline __u32 access_of(__u32 mode, __u32 flags)
{
	__u32 access = 0;

	if (mode & FMODE_READ)
		access |= YGR_ACCESS_READ;
	if ((mode & FMODE_WRITE) || (flags & O_TRUNC))
		access |= YGR_ACCESS_WRITE;
	if ((mode & FMODE_CREATED) || (flags & O_TMPFILE_FLAG))
		access |= YGR_ACCESS_CREATED;
	if (flags & FMODE_EXEC_FLAG)
		access |= YGR_ACCESS_EXEC;
	return access;
}

static __always_inline void fill_times(struct ygr_file_id *id, const struct inode *inode)
{
	const struct inode___seconds *newer = (const void *)inode;

	if (bpf_core_field_exists(newer->i_mtime_sec)) {
		id->mtime_ns = newer->i_mtime_sec * 1000000000 + newer->i_mtime_nsec;
		id->ctime_ns = newer->i_ctime_sec * 1000000000 + newer->i_ctime_nsec;
	} else {
		id->mtime_ns = inode->i_mtime.tv_sec * 1000000000 + inode->i_mtime.tv_nsec;
		id->ctime_ns = inode->i_ctime.tv_sec * 1000000000 + inode->i_ctime.tv_nsec;
	}
}

static __always_inline void fill_file(struct ygr_body_file *body, const struct file *file)
{
	const struct inode *inode = file->f_inode;
	struct ygr_file_id *id = &body->file;
	__u32 dev = inode->i_sb->s_dev;

	id->ino = inode->i_ino;
	id->dev_major = dev >> 20;
	id->dev_minor = dev & 0xfffff;
	id->ino_generation = inode->i_generation;
	id->mode = inode->i_mode;
	id->uid = inode->i_uid.val;
	id->gid = inode->i_gid.val;
	id->size = inode->i_size;
	fill_times(id, inode);
	body->access = access_of(file->f_mode, file->f_flags);
	body->open_flags = file->f_flags;
}

static __always_inline void fill_string(struct ygr_string *string, __u32 len)
{
	string->tag = YGR_STR_PATH;
	string->pad = 0;
	string->len = len;
	string->true_len = len;
	string->pad2 = 0;
}

/* Everything but the path, which is in place: @len bytes of it. */
static __always_inline void fill_open(struct file_record *record, const struct file *file,
				      __u32 len, const struct judgement *judgement)
{
	fill_head(&record->head, YGR_EV_OPEN, YGR_CLASS_FILE, sizeof(*record) + len,
		  sizeof(record->body), judgement);
	fill_file(&record->body, file);
	fill_string(&record->string, len);
}

/*
 * The path goes to the scratch. A kernel that preempts could let another
 * process at it meanwhile; Debian's does not preempt the kernel unless booted so.
 *
 * Return: its length without the NUL, or negative.
 */
static __always_inline long resolve(struct long_path_record *record, struct file *file)
{
	return bpf_d_path(&file->f_path, record->path, PATH_BYTES) - 1;
}

static __always_inline struct long_path_record *find_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}

/* @len: of the path in @record */
static __always_inline void output_open(struct long_path_record *record, const struct file *file,
					__u32 len, const struct judgement *judgement)
{
	fill_open(&record->file, file, len, judgement);
	if (len <= PATH_BYTES &&
	    bpf_ringbuf_output(&ring, record, sizeof(record->file) + len, BPF_RB_NO_WAKEUP))
		count_loss();
}

static __always_inline void record_open_by_copy(struct file *file)
{
	struct long_path_record *record = find_scratch();
	long len;

	if (!record)
		return;
	len = resolve(record, file);
	if (len < 0 || len > PATH_BYTES) {
		count_loss();
		return;
	}
	output_open(record, file, len, NULL);
}


/* ---- nothing ---- */

SEC("lsm/file_open")
int BPF_PROG(empty_open, struct file *file)
{
	return 0;
}

SEC("lsm/socket_connect")
int BPF_PROG(empty_connect, struct socket *sock)
{
	return 0;
}

/* What refusing costs the call itself: the rest of an open is not done. */
SEC("lsm/file_open")
int BPF_PROG(refuse_open, struct file *file)
{
	return file->f_mode & FMODE_WRITE ? -EPERM : 0;
}

/* ---- 64 bytes ---- */

SEC("lsm/file_open")
int BPF_PROG(short_open, struct file *file)
{
	return record_64(file);
}

SEC("lsm/socket_connect")
int BPF_PROG(short_connect, struct socket *sock)
{
	return record_64(sock);
}

SEC("fentry/security_file_open")
int BPF_PROG(fentry_open, struct file *file)
{
	return record_64(file);
}

SEC("fentry/security_socket_connect")
int BPF_PROG(fentry_connect, struct socket *sock)
{
	return record_64(sock);
}

/* ---- everything ---- */

SEC("lsm/file_open")
int BPF_PROG(full_open, struct file *file)
{
	struct short_path_record *record;
	long len;

	if (!writes(file))
		return 0;
	record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	if (!record) {
		count_loss();
		return 0;
	}
	len = bpf_d_path(&file->f_path, record->path, sizeof(record->path)) - 1;
	if (len < 0) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		record_open_by_copy(file);
		return 0;
	}
	fill_open(&record->file, file, len, NULL);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

/* The same by way of a scratch: a record in the ring has the length of its path. */
SEC("lsm/file_open")
int BPF_PROG(copied_open, struct file *file)
{
	if (writes(file))
		record_open_by_copy(file);
	return 0;
}

/* ---- sockets ---- */

static __always_inline void clear_address(struct ygr_address *address)
{
	__u64 *words = (__u64 *)address;

	words[0] = words[1] = words[2] = 0;
}

static __always_inline void set_ipv4(struct ygr_address *to, __u32 addr, __u16 port)
{
	to->family = AF_INET;
	to->port = port;
	*(__u32 *)to->addr = addr;
}

static __always_inline void set_local(struct ygr_address *to, const struct sock *sk, __u16 family)
{
	clear_address(to);
	if (family == AF_INET) {
		set_ipv4(to, sk->__sk_common.skc_rcv_saddr, sk->__sk_common.skc_num);
	} else if (family == AF_INET6) {
		bpf_core_read(to->addr, sizeof(to->addr), &sk->__sk_common.skc_v6_rcv_saddr);
		to->family = AF_INET6;
		to->port = sk->__sk_common.skc_num;
	}
}

/* No address stands for the one the socket is bound to, or else the loopback one. */
static __always_inline void set_remote(struct ygr_address *to, const struct sock *sk,
				       const struct sockaddr_in *from, int len)
{
	struct sockaddr_in6 in6;

	clear_address(to);
	if (from->sin_family == AF_INET && len >= 16) {
		__u32 addr = from->sin_addr;

		if (!addr)
			addr = sk->__sk_common.skc_rcv_saddr ?: bpf_htonl(LOOPBACK);
		set_ipv4(to, addr, bpf_ntohs(from->sin_port));
	} else if (from->sin_family == AF_INET6 && len >= 24) {
		if (bpf_probe_read_kernel(&in6, sizeof(in6), from))
			return;
		to->family = AF_INET6;
		to->port = bpf_ntohs(in6.sin6_port);
		to->scope_id = in6.sin6_scope_id;
		__builtin_memcpy(to->addr, in6.sin6_addr, sizeof(to->addr));
	}
}

static __always_inline void fill_socket(struct ygr_body_socket *body, const struct socket *sock,
					const struct sock *sk, const struct ygr_address *remote)
{
	__u16 family = sk->__sk_common.skc_family;

	body->socket_ino = sock->file->f_inode->i_ino;
	body->family = family;
	body->type = sock->type;
	body->protocol = sk->sk_protocol;
	body->pad = 0;
	body->backlog = 0;
	body->pad2 = 0;
	set_local(&body->local, sk, family);
	body->remote = *remote;
}

static __always_inline void record_connect(const struct socket *sock, const struct sock *sk,
					   const struct ygr_address *remote,
					   const struct judgement *judgement)
{
	struct socket_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		count_loss();
		return;
	}
	fill_head(&record->head, YGR_EV_CONNECT, YGR_CLASS_SOCKET, sizeof(*record),
		  sizeof(record->body), judgement);
	fill_socket(&record->body, sock, sk, remote);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

SEC("lsm/socket_connect")
int BPF_PROG(full_connect, struct socket *sock, struct sockaddr_in *to, int len)
{
	const struct sock *sk = sock->sk;
	struct ygr_address remote;

	if (!sk)
		return 0;
	set_remote(&remote, sk, to, len);
	record_connect(sock, sk, &remote, NULL);
	return 0;
}

/* ---- policy ---- */

/* How many entries each map has room for, the loader says. */

#define EXACT_MAP(name, bytes)				\
	struct {					\
		__uint(type, BPF_MAP_TYPE_HASH);	\
		__uint(max_entries, 1);	\
		__uint(map_flags, BPF_F_NO_PREALLOC);	\
		__type(key, char[bytes]);		\
		__type(value, struct judgement);	\
	} name SEC(".maps")

/* Exact paths by length, the rest of the key zero: most keys are short. */
EXACT_MAP(exact_32, 32);
EXACT_MAP(exact_64, 64);
EXACT_MAP(exact_128, 128);
EXACT_MAP(exact_256, 256);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct judge_directory);
	__type(value, struct judgement);
} directories SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct judge_network);
	__type(value, struct judgement);
} networks SEC(".maps");

/* The path is its own key once what follows it is zero. */
static __always_inline void pad_key(char *path, __u32 len, unsigned int bytes)
{
	__u64 *words = (__u64 *)(path + len);

#pragma unroll
	for (unsigned int i = 0; i < bytes / 8; i++)
		words[i] = 0;
}

static __always_inline const struct judgement *find_exact(char *path, __u32 len)
{
	if (len <= 32) {
		pad_key(path, len, 32);
		return bpf_map_lookup_elem(&exact_32, path);
	}
	if (len <= 64) {
		pad_key(path, len, 64);
		return bpf_map_lookup_elem(&exact_64, path);
	}
	if (len <= 128) {
		pad_key(path, len, 128);
		return bpf_map_lookup_elem(&exact_128, path);
	}
	if (len <= 256) {
		pad_key(path, len, 256);
		return bpf_map_lookup_elem(&exact_256, path);
	}
	return NULL;
}

/* A trie's key wants its length in the four bytes before it: those are the string's padding. */
static __always_inline const struct judgement *find_directory(struct file_record *record, __u32 len)
{
	record->string.pad2 = 8 * (len < JUDGE_PREFIX_BYTES ? len : JUDGE_PREFIX_BYTES);
	return bpf_map_lookup_elem(&directories, &record->string.pad2);
}

/* The first rule of the policy decides. Of directories within one another, the loader has seen to it. */
static __always_inline const struct judgement *first(const struct judgement *a,
						     const struct judgement *b)
{
	if (!a || !b)
		return a ?: b;
	return a->rule_id < b->rule_id ? a : b;
}

/*
 * The same with one hash table, asked for each directory above the file at whose depth there is a
 * rule: dearer than a trie with few entries, and no dearer with many.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct judgement);
} hashes SEC(".maps");

/* Depths at which there is a rule, a bit for each of the first 64. Written by the loader. */
__u64 depths;

struct walk {
	const char *path;
	__u64 hash;
	__u64 below;
	struct judgement found;
};

static __always_inline void find_hash(struct walk *walk)
{
	__u64 hash = walk->hash;
	const struct judgement *found = bpf_map_lookup_elem(&hashes, &hash);

	if (found && (!walk->found.rule_id || found->rule_id < walk->found.rule_id))
		walk->found = *found;
}

static long walk_byte(__u32 i, struct walk *walk)
{
	char byte = walk->path[i & (PATH_BYTES - 1)];

	walk->hash = judge_hash_step(walk->hash, byte);
	if (byte == '/') {
		if (walk->below & 1)
			find_hash(walk);
		walk->below >>= 1;
	}
	return 0;
}

/*
 * By bpf_loop(), which the kernel expands: a plain loop over so many bytes is more than the
 * verifier of 6.12 comes to an end with.
 *
 * Return: whether there is a rule.
 */
static __always_inline bool find_hashed(struct walk *walk, __u32 len)
{
	bpf_loop(len, walk_byte, walk, 0);
	find_hash(walk);
	return walk->found.rule_id;
}

static __always_inline int judge_open_by(struct file *file, bool hashed)
{
	struct long_path_record *record = writes(file) ? find_scratch() : NULL;
	struct walk walk = { .hash = JUDGE_HASH_SEED, .below = depths };
	const struct judgement *judgement;
	long len;

	if (!record)
		return 0;
	len = resolve(record, file);
	if (len < 0 || len > PATH_BYTES) {
		count_loss();
		return 0;
	}
	if (hashed) {
		walk.path = record->path;
		judgement = find_hashed(&walk, len) ? &walk.found : NULL;
	} else {
		judgement = first(find_exact(record->path, len), find_directory(&record->file, len));
	}
	output_open(record, file, len, judgement);
	return judgement && judgement->denies ? -EPERM : 0;
}

SEC("lsm/file_open")
int BPF_PROG(judge_open, struct file *file)
{
	return judge_open_by(file, false);
}

SEC("lsm/file_open")
int BPF_PROG(judge_open_hashed, struct file *file)
{
	return judge_open_by(file, true);
}

SEC("lsm/socket_connect")
int BPF_PROG(judge_connect, struct socket *sock, struct sockaddr_in *to, int len)
{
	const struct judgement *judgement = NULL;
	const struct sock *sk = sock->sk;
	struct ygr_address remote;

	if (!sk)
		return 0;
	set_remote(&remote, sk, to, len);
	if (remote.family == AF_INET) {
		struct judge_network key = { .len = 32, .addr = *(__u32 *)remote.addr };

		judgement = bpf_map_lookup_elem(&networks, &key);
	}
	record_connect(sock, sk, &remote, judgement);
	return judgement && judgement->denies ? -EPERM : 0;
}
