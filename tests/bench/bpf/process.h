/* SPDX-License-Identifier: GPL-2.0-only */
/* What is recorded of processes: less than yagura.ko does, for arguments are left out. */
#ifndef YGR_BENCH_BPF_PROCESS_H
#define YGR_BENCH_BPF_PROCESS_H

#include "open.h"

struct fork_record {
	struct ygr_record head;
	struct ygr_body_fork body;
};

struct exit_record {
	struct ygr_record head;
	struct ygr_body_exit body;
};

static __always_inline bool is_process(const struct task_struct *task)
{
	return task->pid == task->tgid;
}

static __always_inline void record_fork(const struct task_struct *child)
{
	struct fork_record *record;

	if (!is_process(child))
		return;
	record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	if (!record) {
		count_loss();
		return;
	}
	fill_head(&record->head, YGR_EV_FORK, YGR_CLASS_FORK, sizeof(*record), sizeof(record->body),
		  NULL);
	record->body.child_start_ns = child->start_boottime;
	record->body.child_tgid = child->tgid;
	record->body.pad = 0;
	record->body.clone_flags = 0;
	record->body.exit_signal = child->exit_signal;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

static __always_inline void record_exit(const struct task_struct *task)
{
	struct exit_record *record;

	if (!is_process(task))
		return;
	record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	if (!record) {
		count_loss();
		return;
	}
	fill_head(&record->head, YGR_EV_EXIT, YGR_CLASS_EXIT, sizeof(*record), sizeof(record->body),
		  NULL);
	__builtin_memset(&record->body, 0, sizeof(record->body));
	record->body.status = task->exit_code;
	record->body.utime_ns = task->utime;
	record->body.stime_ns = task->stime;
	record->body.minor_faults = task->min_flt;
	record->body.major_faults = task->maj_flt;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

#endif
