/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is recorded of names that come, go and change: the names, and which directory or file it
 * is. Their path is not: 6.12 refused bpf_d_path() here.
 */
#ifndef YGR_BENCH_BPF_NAMES_H
#define YGR_BENCH_BPF_NAMES_H

#include "open.h"

#define NAME_BYTES	64	/* most names */

struct name_record {
	struct ygr_record head;
	struct ygr_body_file body;
	char name[NAME_BYTES];
	char new_name[NAME_BYTES];
};

/* @renamed: what it is called from now on; NULL: the same */
static __always_inline void record_name(__u16 type, const struct inode *inode,
					const struct dentry *dentry, const struct dentry *renamed)
{
	struct name_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		count_loss();
		return;
	}
	fill_head(&record->head, type, YGR_CLASS_FILE, sizeof(*record), sizeof(record->body), NULL);
	fill_identity(&record->body.file, inode);
	record->body.access = 0;
	record->body.open_flags = 0;
	bpf_probe_read_kernel_str(record->name, sizeof(record->name), dentry->d_name.name);
	record->new_name[0] = '\0';
	if (renamed)
		bpf_probe_read_kernel_str(record->new_name, sizeof(record->new_name),
					  renamed->d_name.name);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

#endif
