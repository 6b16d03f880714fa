/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy blobs for tests, built item by item without the tool's compiler:
 *
 *	draft_reset(draft);
 *	draft_rule(draft, YGR_ON_BIT(YGR_ON_EXEC), YGR_ACTION_DENY);
 *	draft_test(draft, YGR_FIELD_PATH);
 *	draft_text(draft, YGR_TEXT_PREFIX, "/tmp/");
 *	draft_text(draft, YGR_TEXT_EXACT, "/opt/x");
 *	draft_not(draft, YGR_FIELD_UID);
 *	draft_range(draft, 0, 0);
 *	blob = malloc(draft_bytes_nr(draft));
 *	draft_assemble(draft, blob);
 *
 * Clauses belong to the last rule, tests to the last clause, items to the last
 * test. What does not fit overwrites what was last, and makes draft_bytes_nr() 0.
 * It builds in the kernel, too.
 */
#ifndef YGR_TEST_POLICY_DRAFT_H
#define YGR_TEST_POLICY_DRAFT_H

#include "match.h"

#define DRAFT_RULES	1024
#define DRAFT_CLAUSES	2048
#define DRAFT_TESTS	4096
#define DRAFT_ITEMS	4096
#define DRAFT_STRINGS	131072

struct draft {
	struct ygr_policy_header header;
	__u32 nr[YGR_SECTION_KIND_NR];
	bool is_full;
	char strings[DRAFT_STRINGS];
	struct ygr_rule rules[DRAFT_RULES];
	struct ygr_clause clauses[DRAFT_CLAUSES];
	struct ygr_test tests[DRAFT_TESTS];
	struct ygr_text_item texts[DRAFT_ITEMS];
	struct ygr_range_item ranges[DRAFT_ITEMS];
	struct ygr_cidr_item cidrs[DRAFT_ITEMS];
	struct ygr_id_item ids[DRAFT_ITEMS];
	struct ygr_digest_item digests[DRAFT_ITEMS];
	struct ygr_label_item labels[YGR_POLICY_LABELS_MAX];
};

/* Nothing but the policy's name, "policy". */
void draft_reset(struct draft *draft);

/* Return: its offset in STRINGS. */
__u32 draft_string(struct draft *draft, const char *bytes, size_t len);

/* With one clause, "rule" as its name, and EPERM if it denies. */
struct ygr_rule *draft_rule(struct draft *draft, __u64 on, enum ygr_action action);
struct ygr_clause *draft_clause(struct draft *draft);
struct ygr_test *draft_test(struct draft *draft, enum ygr_field field);
struct ygr_test *draft_not(struct draft *draft, enum ygr_field field);

void draft_text(struct draft *draft, enum ygr_text_kind kind, const char *text);
void draft_bytes(struct draft *draft, enum ygr_text_kind kind, const char *bytes, size_t len);
void draft_range(struct draft *draft, __u32 low, __u32 high);
void draft_cidr(struct draft *draft, __u16 family, const __u8 *addr, __u8 prefix_len);
void draft_id(struct draft *draft, __u32 dev_major, __u32 dev_minor, __u64 ino);
void draft_digest(struct draft *draft, const __u8 bytes[32]);
void draft_bits(struct draft *draft, __u64 bits);

/* Return: its bit. */
__u64 draft_label(struct draft *draft, const char *name);

/* Size of the blob; 0 if something did not fit. */
size_t draft_bytes_nr(const struct draft *draft);

/* @blob: that many bytes, aligned to 8 */
void draft_assemble(const struct draft *draft, void *blob);

#endif
