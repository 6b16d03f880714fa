/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One call of a benchmark, and its twin: what goes nearly the same way in the kernel and
 * meets no hook of the sensor on the part by which they differ.
 *
 *	kind	 timed					twin
 *	exec	 /bin/true, from its fork to its end	the same of a program that is not there
 *	open	 open() of an empty file for writing	open() of the same file with O_PATH
 *	connect	 connect() of a UDP socket to a port	getpeername() of the same socket
 *		 of 127.0.0.1, which sends nothing
 *
 * What is made and unmade around a call is not timed. A twin does less than its call also
 * without the sensor: only against a run without the sensor is the rest what it adds.
 */
#ifndef YGR_BENCH_CALL_H
#define YGR_BENCH_CALL_H

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench_mix.h"
#include "bench_place.h"

enum ygr_bench_side {
	YGR_BENCH_CALL,
	YGR_BENCH_TWIN,
	YGR_BENCH_SIDE_NR
};

/* One thread's. */
struct ygr_bench_caller {
	char (*paths)[YGR_BENCH_OBJECT_BYTES];	/* shared, not owned */
	unsigned int object_nr;
	unsigned int object[YGR_BENCH_KIND_NR][YGR_BENCH_SIDE_NR]; /* whose turn it is */
	int socket_fd;
	pthread_mutex_t lock;
	pid_t child;				/* under the lock: that is waited for; 0: none */
};

/*
 * @paths: of the files to open, which the caller keeps
 * @first: the file to begin with
 *
 * Return: 0 or -errno; close it either way.
 */
int ygr_bench_caller_open(struct ygr_bench_caller *caller, char (*paths)[YGR_BENCH_OBJECT_BYTES],
			  unsigned int object_nr, unsigned int first,
			  const struct ygr_bench_mix *mix);

/* Once opened, at most once. */
void ygr_bench_caller_close(struct ygr_bench_caller *caller);

/*
 * Return: 0 and how long it took, or -errno. -EIO: the program ran and failed; -EINTR: it got the
 * signal that ends this command, too.
 */
int ygr_bench_caller_make(struct ygr_bench_caller *caller, enum ygr_bench_kind kind,
			  enum ygr_bench_side side, uint64_t *ns);

/* From another thread: ends a program that does not end. */
void ygr_bench_caller_interrupt(struct ygr_bench_caller *caller);

#endif
