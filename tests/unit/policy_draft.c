// SPDX-License-Identifier: GPL-2.0-only
#include "policy_draft.h"

/* Takes the next item of a section. */
static __u32 take(struct draft *draft, enum ygr_section_kind section, __u32 cap)
{
	if (draft->nr[section] == cap) {
		draft->is_full = true;
		return cap - 1;
	}
	return draft->nr[section]++;
}

__u32 draft_string(struct draft *draft, const char *bytes, size_t len)
{
	__u32 off = draft->nr[YGR_SECTION_STRINGS];

	if (len >= DRAFT_STRINGS - off) {
		draft->is_full = true;
		return 0;
	}
	memcpy(draft->strings + off, bytes, len);
	draft->strings[off + len] = '\0';
	draft->nr[YGR_SECTION_STRINGS] += (__u32)len + 1;
	return off;
}

#define NAME_OFF	1
#define RULE_NAME_OFF	8

void draft_reset(struct draft *draft)
{
	memset(draft->nr, 0, sizeof(draft->nr));
	draft->is_full = false;
	draft->header = (struct ygr_policy_header) {
		.magic = YGR_POLICY_MAGIC, .version = YGR_POLICY_VERSION,
		.header_bytes = sizeof(draft->header), .name_off = NAME_OFF,
		.digest_bytes_max = YGR_POLICY_DIGEST_BYTES_DEFAULT,
	};
	draft_string(draft, "", 0);
	draft_string(draft, "policy", 6);
	draft_string(draft, "rule", 4);
}

struct ygr_rule *draft_rule(struct draft *draft, __u64 on, enum ygr_action action)
{
	struct ygr_rule *rule = &draft->rules[take(draft, YGR_SECTION_RULES, DRAFT_RULES)];

	*rule = (struct ygr_rule) {
		.on = on, .name_off = RULE_NAME_OFF, .action = action,
		.clause_first = draft->nr[YGR_SECTION_CLAUSES],
		.error = action == YGR_ACTION_DENY ? EPERM : 0,
	};
	draft_clause(draft);
	return rule;
}

struct ygr_clause *draft_clause(struct draft *draft)
{
	struct ygr_clause *clause = &draft->clauses[take(draft, YGR_SECTION_CLAUSES, DRAFT_CLAUSES)];

	*clause = (struct ygr_clause) { .test_first = draft->nr[YGR_SECTION_TESTS] };
	draft->rules[draft->nr[YGR_SECTION_RULES] - 1].clause_nr++;
	return clause;
}

struct ygr_test *draft_test(struct draft *draft, enum ygr_field field)
{
	struct ygr_test *test = &draft->tests[take(draft, YGR_SECTION_TESTS, DRAFT_TESTS)];

	*test = (struct ygr_test) { .field = field };
	draft->clauses[draft->nr[YGR_SECTION_CLAUSES] - 1].test_nr++;
	return test;
}

struct ygr_test *draft_not(struct draft *draft, enum ygr_field field)
{
	struct ygr_test *test = draft_test(draft, field);

	test->negate = 1;
	return test;
}

/* Takes the next item of a section, for the last test. */
static __u32 take_item(struct draft *draft, enum ygr_section_kind section)
{
	struct ygr_test *test = &draft->tests[draft->nr[YGR_SECTION_TESTS] - 1];
	__u32 item = take(draft, section, DRAFT_ITEMS);

	if (!test->nr)
		test->first = item;
	test->nr++;
	return item;
}

void draft_bytes(struct draft *draft, enum ygr_text_kind kind, const char *bytes, size_t len)
{
	__u32 off = draft_string(draft, bytes, len);

	draft->texts[take_item(draft, YGR_SECTION_TEXTS)] = (struct ygr_text_item) {
		.str_off = off, .len = (__u16)len, .kind = kind,
	};
}

void draft_text(struct draft *draft, enum ygr_text_kind kind, const char *text)
{
	draft_bytes(draft, kind, text, strlen(text));
}

void draft_range(struct draft *draft, __u32 low, __u32 high)
{
	draft->ranges[take_item(draft, YGR_SECTION_RANGES)] = (struct ygr_range_item) { low, high };
}

void draft_cidr(struct draft *draft, __u16 family, const __u8 *addr, __u8 prefix_len)
{
	struct ygr_cidr_item *item = &draft->cidrs[take_item(draft, YGR_SECTION_CIDRS)];

	*item = (struct ygr_cidr_item) { .family = family, .prefix_len = prefix_len };
	memcpy(item->addr, addr, family == AF_INET ? 4 : 16);
	for (__u32 bit = prefix_len; bit < 128; bit++)
		item->addr[bit / 8] &= (__u8)~(0x80 >> bit % 8);
}

void draft_id(struct draft *draft, __u32 dev_major, __u32 dev_minor, __u64 ino)
{
	draft->ids[take_item(draft, YGR_SECTION_IDS)] = (struct ygr_id_item) {
		dev_major, dev_minor, ino,
	};
}

void draft_digest(struct draft *draft, const __u8 bytes[32])
{
	memcpy(&draft->digests[take_item(draft, YGR_SECTION_DIGESTS)], bytes, 32);
}

void draft_bits(struct draft *draft, __u64 bits)
{
	draft->tests[draft->nr[YGR_SECTION_TESTS] - 1].bits = bits;
}

__u64 draft_label(struct draft *draft, const char *name)
{
	__u32 item = take(draft, YGR_SECTION_LABELS, YGR_POLICY_LABELS_MAX);

	draft->labels[item] = (struct ygr_label_item) {
		.name_off = draft_string(draft, name, strlen(name)),
	};
	return 1ull << item;
}

static size_t padded(size_t bytes)
{
	return (bytes + 7) & ~(size_t)7;
}

static const __u32 item_bytes[YGR_SECTION_KIND_NR] = {
	[YGR_SECTION_STRINGS]	= 1,
	[YGR_SECTION_RULES]	= sizeof(struct ygr_rule),
	[YGR_SECTION_CLAUSES]	= sizeof(struct ygr_clause),
	[YGR_SECTION_TESTS]	= sizeof(struct ygr_test),
	[YGR_SECTION_TEXTS]	= sizeof(struct ygr_text_item),
	[YGR_SECTION_RANGES]	= sizeof(struct ygr_range_item),
	[YGR_SECTION_CIDRS]	= sizeof(struct ygr_cidr_item),
	[YGR_SECTION_IDS]	= sizeof(struct ygr_id_item),
	[YGR_SECTION_DIGESTS]	= sizeof(struct ygr_digest_item),
	[YGR_SECTION_LABELS]	= sizeof(struct ygr_label_item),
};

static __u32 section_nr(const struct draft *draft)
{
	__u32 kind, nr = 0;

	for (kind = 1; kind < YGR_SECTION_KIND_NR; kind++)
		nr += !!draft->nr[kind];
	return nr;
}

size_t draft_bytes_nr(const struct draft *draft)
{
	size_t bytes = sizeof(struct ygr_policy_header) +
		       section_nr(draft) * sizeof(struct ygr_policy_section);
	__u32 kind;

	for (kind = 1; kind < YGR_SECTION_KIND_NR; kind++)
		bytes += padded((size_t)draft->nr[kind] * item_bytes[kind]);
	return draft->is_full ? 0 : bytes;
}

void draft_assemble(const struct draft *draft, void *blob)
{
	const void *const items[YGR_SECTION_KIND_NR] = {
		[YGR_SECTION_STRINGS]	= draft->strings,
		[YGR_SECTION_RULES]	= draft->rules,
		[YGR_SECTION_CLAUSES]	= draft->clauses,
		[YGR_SECTION_TESTS]	= draft->tests,
		[YGR_SECTION_TEXTS]	= draft->texts,
		[YGR_SECTION_RANGES]	= draft->ranges,
		[YGR_SECTION_CIDRS]	= draft->cidrs,
		[YGR_SECTION_IDS]	= draft->ids,
		[YGR_SECTION_DIGESTS]	= draft->digests,
		[YGR_SECTION_LABELS]	= draft->labels,
	};
	struct ygr_policy_header *header = blob;
	struct ygr_policy_section *section = (void *)(header + 1);
	size_t end = sizeof(*header) + section_nr(draft) * sizeof(*section);
	__u32 kind;

	memset(blob, 0, draft_bytes_nr(draft));
	*header = draft->header;
	header->section_nr = section_nr(draft);
	header->total_bytes = (__u32)draft_bytes_nr(draft);
	for (kind = 1; kind < YGR_SECTION_KIND_NR; kind++) {
		size_t used = (size_t)draft->nr[kind] * item_bytes[kind];

		if (!used)
			continue;
		*section++ = (struct ygr_policy_section) {
			.kind = kind, .off = (__u32)end,
			.item_bytes = item_bytes[kind], .item_nr = draft->nr[kind],
		};
		memcpy((char *)blob + end, items[kind], used);
		end += padded(used);
	}
}
