/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walls around reader and sender: what each gives up once it is set up.
 *
 *		reader				sender
 *	user	root, four capabilities		its own, none
 *	network	an empty namespace		no listening on TCP (Landlock 4)
 *	files	see below			spool, runtime directory, what its outputs
 *						and name service need (Landlock)
 *	calls	a list, and io_uring		a list, without io_uring
 *
 * The reader has no Landlock: a process under it may not read /proc/PID/exe of
 * others, which is half of what the reader knows about processes. The service
 * manager's mount namespace keeps it from writing elsewhere (yagurad.service).
 *
 * A wall that the kernel cannot build is left out, with a warning, and the status
 * file tells which ones stand.
 */
#ifndef YGR_SANDBOX_H
#define YGR_SANDBOX_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "config.h"

/* Files that name service opens by name: replaced ones are out of a sandbox's reach. */
#define YGR_SANDBOX_NAMED_MAX	8

struct ygr_sandbox {
	bool	 own_user;
	bool	 no_network;
	bool	 few_capabilities;
	int	 landlock;		/* its version; 0: none */
	bool	 seccomp;

	int	 ruleset_fd;		/* between prepare and enter; -1: none */
	int	 proc_fd;		/* keeps /proc/self where the rules know it */
	struct { const char *path; dev_t dev; ino_t ino; } named[YGR_SANDBOX_NAMED_MAX];
	size_t	 named_nr;
};

/* With root's rights, if there are any: looks at what will be needed. */
void ygr_sandbox_prepare_sender(struct ygr_sandbox *sandbox, const struct ygr_config *config);
/*
 * Becomes the sender's user and raises the walls.
 * Return: 0; -errno if it had to stay root.
 */
int ygr_sandbox_enter_sender(struct ygr_sandbox *sandbox, const struct ygr_config *config);
/* Has a file been replaced that name service needs? Then the sender has to start again. */
bool ygr_sandbox_is_stale(const struct ygr_sandbox *sandbox);

void ygr_sandbox_enter_reader(struct ygr_sandbox *sandbox);

/* {"own_user": true, "no_network": ..., "few_capabilities": ..., "landlock": 7, "seccomp": true} */
json_t *ygr_sandbox_describe(const struct ygr_sandbox *sandbox);

#endif
