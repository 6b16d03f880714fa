/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The never-deny set: what a policy made by mistake must leave to the one who
 * mends it. A denial is overruled when the process is the machine's own root (uid 0
 * of the first user namespace, in the first mount namespace, in no chroot) and
 *
 *  - it executes a program of the list (or opens it, or the loader of shared libraries,
 *    to read or to map: the kernel does so on the way),
 *  - or it runs such a program, and this is not an exec: what it executes is judged by itself,
 *  - or its controlling terminal is a console, not a pseudo-terminal, and the same holds
 *    of a shell of the list.
 *
 * Process 1 is never denied anything. A file of the list must be root's, and
 * nobody else's to write.
 *
 * It is against mistakes, not against an intruder: who has become root can reach
 * a console, or run what the list names. Root's shell that came over the network is not in
 * it for that reason. A policy to hold against root switches it off (YGR_POLICY_F_UNPROTECTED).
 */
#ifndef YGR_PROTECTED_H
#define YGR_PROTECTED_H

#include <yagura/ygr_abi.h>

#include "event.h"

/*
 * @event: to be denied; its paths are resolved
 *
 * Context: task, preemption off, no lock of the process held. A cold path.
 */
bool ygr_protected_holds(const struct ygr_event *event);

#endif
