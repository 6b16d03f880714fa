// SPDX-License-Identifier: GPL-2.0-only
#include <yagura/ygr_abi.h>

#include "policy_layout.h"

#define ALIGN8(n)	(((n) + 7u) & ~7u)

static const struct {
	__u32 item_bytes;
	__u32 item_nr_max;
} sections[YGR_SECTION_KIND_NR] = {
	[YGR_SECTION_STRINGS]	= { 1, YGR_POLICY_BYTES_MAX },
	[YGR_SECTION_RULES]	= { sizeof(struct ygr_rule), YGR_POLICY_RULES_MAX },
	[YGR_SECTION_CLAUSES]	= { sizeof(struct ygr_clause), YGR_POLICY_CLAUSES_MAX },
	[YGR_SECTION_TESTS]	= { sizeof(struct ygr_test), YGR_POLICY_TESTS_MAX },
	[YGR_SECTION_TEXTS]	= { sizeof(struct ygr_text_item), YGR_POLICY_ITEMS_MAX },
	[YGR_SECTION_RANGES]	= { sizeof(struct ygr_range_item), YGR_POLICY_ITEMS_MAX },
	[YGR_SECTION_CIDRS]	= { sizeof(struct ygr_cidr_item), YGR_POLICY_ITEMS_MAX },
	[YGR_SECTION_IDS]	= { sizeof(struct ygr_id_item), YGR_POLICY_ITEMS_MAX },
	[YGR_SECTION_DIGESTS]	= { sizeof(struct ygr_digest_item), YGR_POLICY_ITEMS_MAX },
	[YGR_SECTION_LABELS]	= { sizeof(struct ygr_label_item), YGR_POLICY_LABELS_MAX },
	[YGR_SECTION_NOISE]	= { sizeof(struct ygr_noise_item), 1 },
};

/* The blob, and what of it has been found so far. */
struct layout {
	const __u8 *blob;
	__u32 bytes;
	__u32 end;		/* of the section before */
	struct ygr_policy_image *image;
	struct ygr_policy_error *error;
};

static int refuse(const struct layout *layout, __u32 code, const void *where)
{
	return ygr_policy_refuse(layout->error, (const void *)layout->blob, code, where);
}

/* The same, by offset: the place may be the end of the blob. */
static int refuse_at(const struct layout *layout, __u32 code, __u32 offset)
{
	return refuse(layout, code, layout->blob + offset);
}

static int verify_options(const struct layout *layout, const struct ygr_policy_header *header)
{
	if (header->flags & ~YGR_POLICY_F_ALL)
		return refuse(layout, YGR_POLICY_E_HEADER, &header->flags);
	if (header->breaker_nr && !header->breaker_s)
		return refuse(layout, YGR_POLICY_E_BREAKER, &header->breaker_s);
	if (header->breaker_s && !header->breaker_nr)
		return refuse(layout, YGR_POLICY_E_BREAKER, &header->breaker_nr);
	if (header->pad)
		return refuse(layout, YGR_POLICY_E_HEADER, &header->pad);
	return 0;
}

static int verify_header(struct layout *layout)
{
	const struct ygr_policy_header *header = (const void *)layout->blob;

	if (layout->bytes < sizeof(*header))
		return refuse_at(layout, YGR_POLICY_E_SHORT, layout->bytes);
	if (header->magic != YGR_POLICY_MAGIC)
		return refuse(layout, YGR_POLICY_E_MAGIC, &header->magic);
	if (header->version != YGR_POLICY_VERSION)
		return refuse(layout, YGR_POLICY_E_VERSION, &header->version);
	if (header->header_bytes != sizeof(*header))
		return refuse(layout, YGR_POLICY_E_HEADER, &header->header_bytes);
	if (header->total_bytes != layout->bytes || layout->bytes % 8)
		return refuse(layout, YGR_POLICY_E_SHORT, &header->total_bytes);
	if (header->section_nr >= YGR_SECTION_KIND_NR)
		return refuse(layout, YGR_POLICY_E_SECTION, &header->section_nr);
	layout->image->header = header;
	return verify_options(layout, header);
}

#define KEEP(image, items, which, at, nr) do { \
	(image)->which = (at); \
	(image)->items = (nr); \
} while (0)

static void keep_section(struct ygr_policy_image *image, __u32 kind, const void *at, __u32 nr)
{
	switch (kind) {
	case YGR_SECTION_STRINGS:
		KEEP(image, strings_bytes, strings, at, nr);
		break;
	case YGR_SECTION_RULES:
		KEEP(image, rule_nr, rules, at, nr);
		break;
	case YGR_SECTION_CLAUSES:
		KEEP(image, clause_nr, clauses, at, nr);
		break;
	case YGR_SECTION_TESTS:
		KEEP(image, test_nr, tests, at, nr);
		break;
	case YGR_SECTION_TEXTS:
		KEEP(image, text_nr, texts, at, nr);
		break;
	case YGR_SECTION_RANGES:
		KEEP(image, range_nr, ranges, at, nr);
		break;
	case YGR_SECTION_CIDRS:
		KEEP(image, cidr_nr, cidrs, at, nr);
		break;
	case YGR_SECTION_IDS:
		KEEP(image, id_nr, ids, at, nr);
		break;
	case YGR_SECTION_DIGESTS:
		KEEP(image, digest_nr, digests, at, nr);
		break;
	case YGR_SECTION_LABELS:
		KEEP(image, label_nr, labels, at, nr);
		break;
	case YGR_SECTION_NOISE:
		KEEP(image, noise_nr, noise, at, nr);
		break;
	}
}

/* Return: the first of @nr bytes that is not zero, or NULL. */
static const __u8 *find_nonzero(const __u8 *bytes, __u32 nr)
{
	for (; nr; nr--, bytes++)
		if (*bytes)
			return bytes;
	return NULL;
}

/* Sections follow the table and each other without holes. */
static int verify_section(struct layout *layout, const struct ygr_policy_section *section,
			  __u32 kind_before)
{
	const __u8 *at = layout->blob + layout->end, *nonzero;
	__u32 used;

	if (section->kind <= kind_before || section->kind >= YGR_SECTION_KIND_NR)
		return refuse(layout, YGR_POLICY_E_SECTION, &section->kind);
	if (section->flags)
		return refuse(layout, YGR_POLICY_E_SECTION, &section->flags);
	if (section->pad)
		return refuse(layout, YGR_POLICY_E_SECTION, &section->pad);
	if (section->item_bytes != sections[section->kind].item_bytes)
		return refuse(layout, YGR_POLICY_E_ITEM_BYTES, &section->item_bytes);
	if (!section->item_nr)
		return refuse(layout, YGR_POLICY_E_ITEM_BYTES, &section->item_nr);
	if (section->item_nr > sections[section->kind].item_nr_max)
		return refuse(layout, YGR_POLICY_E_TOO_MANY, &section->item_nr);
	if (section->off != layout->end)
		return refuse(layout, YGR_POLICY_E_SECTION, &section->off);
	/* No overflow: at most 2^20 items of 32 bytes, 2^17 rules of 56, or 2^26 bytes. */
	used = section->item_bytes * section->item_nr;
	if (used > layout->bytes - layout->end)
		return refuse(layout, YGR_POLICY_E_SECTION, &section->item_nr);
	/* ALIGN8 stays inside: the blob is a multiple of 8. */
	nonzero = find_nonzero(at + used, ALIGN8(used) - used);
	if (nonzero)
		return refuse(layout, YGR_POLICY_E_SECTION, nonzero);
	keep_section(layout->image, section->kind, at, section->item_nr);
	layout->end += ALIGN8(used);
	return 0;
}

static int verify_sections(struct layout *layout)
{
	const struct ygr_policy_section *table = (const void *)(layout->image->header + 1);
	__u32 nr = layout->image->header->section_nr, kind = 0, i;
	int ret;

	layout->end = sizeof(*layout->image->header) + nr * sizeof(*table);
	if (layout->end > layout->bytes)
		return refuse_at(layout, YGR_POLICY_E_SHORT, layout->bytes);
	for (i = 0; i < nr; i++) {
		ret = verify_section(layout, &table[i], kind);
		if (ret)
			return ret;
		kind = table[i].kind;
	}
	if (layout->end != layout->bytes)
		return refuse_at(layout, YGR_POLICY_E_SECTION, layout->end);
	return 0;
}

/* Offset 0 is the empty string and the last byte ends every other. */
static int verify_strings(const struct layout *layout)
{
	const struct ygr_policy_image *image = layout->image;
	const char *last = image->strings + image->strings_bytes - 1;

	if (!image->strings_bytes)
		return refuse(layout, YGR_POLICY_E_STRING, image->header + 1);
	if (image->strings[0])
		return refuse(layout, YGR_POLICY_E_STRING, image->strings);
	if (*last)
		return refuse(layout, YGR_POLICY_E_STRING, last);
	return 0;
}

int ygr_policy_layout_verify(const void *blob, size_t bytes, struct ygr_policy_image *image,
			     struct ygr_policy_error *error)
{
	struct layout layout = {
		.blob = blob, .bytes = (__u32)bytes, .image = image, .error = error,
	};
	int ret;

	if (bytes > YGR_POLICY_BYTES_MAX)
		return refuse_at(&layout, YGR_POLICY_E_TOO_MANY, 0);
	ret = verify_header(&layout);
	if (!ret)
		ret = verify_sections(&layout);
	if (!ret)
		ret = verify_strings(&layout);
	return ret;
}
