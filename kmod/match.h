/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verified policy + event -> verdict. Pure.
 *
 * Only clauses that the index gives for the event's paths, identity, digest,
 * names and address, and those that name none of these, are looked at, in the
 * order of their rules: the cost does not grow with the number of rules.
 */
#ifndef YGR_MATCH_H
#define YGR_MATCH_H

#include "policy_index.h"

#define YGR_MATCH_PATHS_MAX	2	/* rename and link have two */

struct ygr_match_text {
	const char *bytes;	/* NULL: the event has none */
	__u32 len;
};

/*
 * What a rule may look at. Only what image.fields_of[on] asks for needs to be
 * filled; `on` always, and now_s where image.has_expiry.
 */
struct ygr_match_event {
	enum ygr_on on;
	__u32 path_nr;		/* of those that are known whole */
	struct ygr_match_text paths[YGR_MATCH_PATHS_MAX];

	bool has_file;		/* of the existing file; for create, of none */
	__u32 dev_major;
	__u32 dev_minor;
	__u64 ino;
	__u32 owner;
	__u64 file_attr;	/* YGR_FILE_*; good without a file too (NO_PATH) */
	const __u8 *sha256;	/* 32 bytes; NULL: not known */
	const __u8 *verity;	/* likewise */
	struct ygr_match_text argv; /* each argument ends in NUL, but perhaps the last */
	struct ygr_match_text xattr;

	__u16 family;		/* AF_* of the socket; 0: no socket */
	__u16 socket_type;
	__u16 protocol;
	__u16 addr_family;	/* AF_INET, AF_INET6 (never v4-mapped); 0: no address */
	__u16 port;		/* host-endian; looked at only with an address */
	const __u8 *addr;	/* 4 or 16 bytes, network order */
	struct ygr_match_text unix_name; /* '@' first if abstract */

	__u32 euid;
	__u32 egid;
	__u32 loginuid;
	__u64 cgroup_id;
	__u64 process_attr;	/* YGR_PROCESS_* */
	__u64 labels;
	const struct ygr_subject_bits *exe;	/* as ygr_policy_index_subject() gives them; NULL: not known */
	const struct ygr_subject_bits *parent;
	const struct ygr_subject_bits *ancestors; /* of all of them, together */
	const struct ygr_subject_bits *cgroup;

	__u64 now_s;		/* CLOCK_REALTIME */
};

struct ygr_decision {
	const struct ygr_rule *rule;	/* NULL: none decided */
	__u32 rule_id;			/* 1 + index; 0: none */
	enum ygr_action action;
	enum ygr_mode mode;
	__u64 labels;			/* to be set, by this rule and by LABEL rules before it */
};

/*
 * @held: told, with @arg, of each rule that held, in order: LABEL rules and the one that
 *	decided; may be NULL
 *
 * Context: any; no allocation, no lock; about 1 KiB of stack. Never fails.
 */
struct ygr_decision ygr_match_tell(const struct ygr_policy_index *index,
				   const struct ygr_match_event *event,
				   void (*held)(void *arg, const struct ygr_rule *rule), void *arg);

/*
 * What is decided about an event of kind @on, with one path, that of a file in directory @dir: whatever
 * the file and whoever does it.
 *
 * @dir: ends in '/'
 *
 * Return: false: it depends on more than the directory, or is a denial or a label. It depends on the name, too, if
 * ygr_policy_index_has_end() of the name's last byte.
 */
bool ygr_match_directory(const struct ygr_policy_index *index, enum ygr_on on, const char *dir, __u32 len,
			 struct ygr_decision *decision);

static inline struct ygr_decision ygr_match(const struct ygr_policy_index *index,
					    const struct ygr_match_event *event)
{
	return ygr_match_tell(index, event, NULL, NULL);
}

#endif
