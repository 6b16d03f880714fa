/* SPDX-License-Identifier: GPL-2.0-only */
/* What each process gives up once it has what it needs. */
#ifndef YGR_PRIVILEGE_H
#define YGR_PRIVILEGE_H

#include <stdint.h>
#include <sys/types.h>

/* Return: 0; -ENOENT: no such user; -errno. */
int ygr_privilege_find_user(const char *name, uid_t *uid, gid_t *gid);

/*
 * Whom the sender becomes: @name; if that is NULL, _yagura if there is such a
 * user, else the one that owns nothing (nobody, 65534).
 * Return: 0; -ENOENT: no such user; -errno.
 */
int ygr_privilege_find_sender(const char *name, uid_t *uid, gid_t *gid);

/* An own, empty network namespace: nowhere to connect to. Return: 0 or -errno. */
int ygr_privilege_drop_network(void);

/*
 * No program that is ever executed gets any capability but those in @keep (bits by
 * number). Return: 0 or -errno.
 */
int ygr_privilege_drop_bounding(uint64_t keep);

/* For good: groups, gid, uid, capabilities. Return: 0 or -errno. */
int ygr_privilege_become(uid_t uid, gid_t gid);

/* No setuid program can give anything back. Return: 0 or -errno. */
int ygr_privilege_lock(void);

/*
 * Keeps root's file access (the spool belongs to another user) and the reading of
 * other processes' /proc/PID/exe; gives up every other capability, for good.
 * Return: 0 or -errno.
 */
int ygr_privilege_keep_files(void);

#endif
