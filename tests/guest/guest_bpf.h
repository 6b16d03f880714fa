/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF programs that count how often they run, for tests of living together
 * with them. Five instructions by hand and raw bpf(2): no compiler for BPF
 * and no library needed.
 */
#ifndef YGR_TEST_GUEST_BPF_H
#define YGR_TEST_GUEST_BPF_H

#include <linux/bpf.h>
#include <stdint.h>

struct guest_bpf {
	int map_fd;
	int prog_fd;
	int link_fd;
	const uint64_t *count_nr;	/* mapped: how often the program ran */
};

/*
 * Attach to kernel function @function, for BPF_TRACE_FENTRY and
 * BPF_TRACE_FEXIT, or bpf_lsm_NAME for BPF_LSM_MAC.
 *
 * Return: 0 or -errno; -ENOENT: the kernel's BTF has no such function.
 */
int guest_bpf_attach(struct guest_bpf *bpf, const char *function, enum bpf_attach_type type);

void guest_bpf_detach(struct guest_bpf *bpf);

static inline uint64_t guest_bpf_count(const struct guest_bpf *bpf)
{
	return __atomic_load_n(bpf->count_nr, __ATOMIC_RELAXED);
}

#endif
