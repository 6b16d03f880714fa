/* SPDX-License-Identifier: GPL-2.0-only */
/* Durable writes of batches to a file, one after the other, by each way there is. */
#ifndef WRITE_BENCH_H
#define WRITE_BENCH_H

#include <stddef.h>
#include <stdint.h>

enum write_way {
	WRITE_CALLS,		/* pwrite(), fdatasync(): what the loop over epoll does */
	WRITE_LINKED,		/* two linked entries of io_uring: what the loop over it does */
	WRITE_REGISTERED,	/* the same with file and buffer registered */
	WRITE_WAY_NR,
};

struct write_cost {
	double cpu_ns;		/* of the process, kernel's helper threads included; per batch */
	double waited_ns;	/* that the calling thread could not use; per batch */
	double wall_ns;		/* from begin to durable; per batch */
};

/* @dir: where the file is made. Return: 0; -errno: this way is not to be had here. */
int write_bench_run(enum write_way way, const char *dir, size_t batch_bytes, uint32_t batch_nr,
		    struct write_cost *cost);

#endif
