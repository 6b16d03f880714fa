/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy's text means on this host, as far as the text alone does not
 * say. The compiler asks through these functions only, so that tests answer.
 */
#ifndef YGR_POLICY_HOST_H
#define YGR_POLICY_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yagura/ygr_policy.h>

/* A function that is NULL: nothing is known. */
struct ygr_policy_host {
	/* Return: whether there is such a user, group. */
	bool (*find_uid)(const char *name, uint32_t *uid, void *context);
	bool (*find_gid)(const char *name, uint32_t *gid, void *context);
	/* The identity of the file that has this name now. Return: 0 or -errno. */
	int (*find_file)(const char *path, struct ygr_id_item *id, void *context);
	/* As ygr_text_file_read(). */
	int (*read_file)(const char *path, size_t max_bytes, char **text, size_t *bytes,
			 void *context);
	uint64_t now_s;		/* CLOCK_REALTIME, for what expires; 0: not known */
	void *context;		/* for the functions */
};

/* This host, now: its user database, its files. */
struct ygr_policy_host ygr_policy_host_here(void);

#endif
