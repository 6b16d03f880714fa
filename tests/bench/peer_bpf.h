/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Some of the contender's programs, in the kernel, and the ring that they write to. What fails
 * here fails the cmocka test that called.
 */
#ifndef YGR_BENCH_PEER_BPF_H
#define YGR_BENCH_PEER_BPF_H

#include "bench.h"

#define PEER_PROGRAM_NR	10	/* at once; names, the rest NULL */

struct peer {
	struct bpf_object *object;
	struct bpf_link *links[PEER_PROGRAM_NR];
	struct ring_buffer *ring;
	uint64_t records;
	pid_t watched;		/* for on_record */
	void (*on_record)(const struct peer *peer, const struct ygr_record *head); /* NULL: nobody asks */
	uint64_t depths;	/* of the directories with a rule */
	union {			/* the last one */
		struct ygr_record head;
		uint8_t bytes[1024];
	} last;
};

/* Not attached yet. @rule_nr: for how many rules its maps have room. peer_end() frees it. */
struct peer *peer_load(const char *const names[PEER_PROGRAM_NR], unsigned int rule_nr);

void peer_attach(struct peer *peer, const char *const names[PEER_PROGRAM_NR]);

/* Detaches; fails if a record was lost. */
void peer_end(struct peer *peer);

/* Takes what is in the ring. */
void peer_consume(struct peer *peer);

/* Return: a map's file descriptor, which stays the peer's. */
int peer_map(const struct peer *peer, const char *name);

/* Before it is attached: at which depths there are directories with a rule. */
void peer_set_depths(const struct peer *peer, uint64_t depths);

/* One call of that kind, which must make one record. It is in peer->last then. */
void peer_provoke(struct peer *peer, enum bench_work work);

enum tells {
	TELLS_NOTHING,
	TELLS_SHORT,
	TELLS_ALL,
};

/* That an open and a connect are recorded as they should be. */
void peer_check(struct peer *peer, enum tells tells);

void peer_measure(struct peer *peer, const char *contender, unsigned int mask);

#endif
