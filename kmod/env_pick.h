/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which variables of an environment are told. It comes in pieces, cut anywhere, each
 * variable ends in NUL; what is picked is put in a row, each with its NUL.
 *
 * Any bytes are safe: whoever executes a program chooses them. Of a value, no more than
 * YGR_ENV_VALUE_MAX bytes are kept, and of all together no more than there is room for: the first
 * ones. `true_len` says what it all would have been. Pure.
 */
#ifndef YGR_ENV_PICK_H
#define YGR_ENV_PICK_H

#include "pure.h"

#define YGR_ENV_NAMES_MAX	48u
#define YGR_ENV_NAME_MAX	63u	/* bytes */
#define YGR_ENV_VALUE_MAX	1024u	/* bytes */

struct ygr_env_name {
	const char *bytes;		/* of the list */
	__u8 len;
	bool is_prefix;
};

struct ygr_env_names {
	__u32 nr;
	__u64 starts[4];		/* one bit for each byte that a name starts with */
	struct ygr_env_name list[YGR_ENV_NAMES_MAX];
};

struct ygr_env_pick {
	const struct ygr_env_names *names;
	char *out;
	__u32 cap;
	__u32 len;			/* put there; the caller's when all is fed */
	__u64 true_len;			/* likewise */
	__u32 head_len;			/* bytes of the variable at hand, as long as it may be picked */
	__u32 value_len;		/* likewise, since it is */
	enum { YGR_ENV_HEAD, YGR_ENV_VALUE, YGR_ENV_SKIP } state;
	char head[YGR_ENV_NAME_MAX + 1];
};

/*
 * @list: "LD_*,ENV": names with commas between them, a star at the end stands for any
 *	end; "": none. It stays the caller's, and must stay.
 *
 * Return: 0; -EINVAL: an empty name, too long a one, one with '=', too many; @names then
 * picks nothing.
 */
int ygr_env_names_parse(struct ygr_env_names *names, const char *list);

void ygr_env_pick_init(struct ygr_env_pick *pick, const struct ygr_env_names *names, char *out,
		       __u32 cap);
void ygr_env_pick_feed(struct ygr_env_pick *pick, const char *bytes, __u32 len);

/* All was fed: the last variable may have lacked its NUL. */
void ygr_env_pick_end(struct ygr_env_pick *pick);

#endif
