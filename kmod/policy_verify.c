// SPDX-License-Identifier: GPL-2.0-only
#include <yagura/ygr_abi.h>

#include "policy_verify.h"

#define ALIGN8(n)	(((n) + 7u) & ~7u)

static const __u32 item_bytes_of[YGR_SECTION_KIND_NR] = {
	[YGR_SECTION_STRINGS]	= 1,
	[YGR_SECTION_RULES]	= sizeof(struct ygr_rule),
	[YGR_SECTION_PATHS]	= sizeof(struct ygr_path_item),
	[YGR_SECTION_UIDS]	= sizeof(struct ygr_range_item),
	[YGR_SECTION_CIDRS]	= sizeof(struct ygr_cidr_item),
	[YGR_SECTION_PORTS]	= sizeof(struct ygr_range_item),
};

/* The blob, and what has been verified of it so far. */
struct verifier {
	const __u8 *blob;
	__u32 bytes;
	struct ygr_policy_image image;
	struct ygr_policy_error *error;
	__u64 span_items;	/* of all spans seen: what bounds the work on them */
};

static int refuse_at(struct verifier *v, __u32 code, size_t offset)
{
	v->error->code = code;
	v->error->offset = (__u32)offset;
	return -EBADMSG;
}

static int refuse(struct verifier *v, __u32 code, const void *where)
{
	return refuse_at(v, code, (size_t)((const __u8 *)where - v->blob));
}

/* Return: how many of them are zero before the first that is not. */
static __u32 zero_nr(const __u8 *bytes, __u32 nr)
{
	__u32 i = 0;

	while (i < nr && !bytes[i])
		i++;
	return i;
}

static bool all_zero(const __u8 *bytes, __u32 nr)
{
	return zero_nr(bytes, nr) == nr;
}

static int verify_header(struct verifier *v)
{
	const struct ygr_policy_header *header = (const void *)v->blob;

	if (v->bytes < sizeof(*header))
		return refuse_at(v, YGR_POLICY_E_SHORT, v->bytes);
	if (header->magic != YGR_POLICY_MAGIC)
		return refuse(v, YGR_POLICY_E_MAGIC, &header->magic);
	if (header->version != YGR_POLICY_VERSION)
		return refuse(v, YGR_POLICY_E_VERSION, &header->version);
	if (header->header_bytes != sizeof(*header))
		return refuse(v, YGR_POLICY_E_HEADER, &header->header_bytes);
	if (header->total_bytes != v->bytes || v->bytes % 8)
		return refuse(v, YGR_POLICY_E_SHORT, &header->total_bytes);
	if (header->flags)
		return refuse(v, YGR_POLICY_E_HEADER, &header->flags);
	if (header->section_nr >= YGR_SECTION_KIND_NR)
		return refuse(v, YGR_POLICY_E_SECTION, &header->section_nr);
	v->image.header = header;
	return 0;
}

static void keep_section(struct ygr_policy_image *image, __u32 kind, const void *items, __u32 nr)
{
	switch (kind) {
	case YGR_SECTION_STRINGS:
		image->strings = items;
		image->strings_bytes = nr;
		break;
	case YGR_SECTION_RULES:
		image->rules = items;
		image->rule_nr = nr;
		break;
	case YGR_SECTION_PATHS:
		image->paths = items;
		image->path_nr = nr;
		break;
	case YGR_SECTION_UIDS:
		image->uids = items;
		image->uid_nr = nr;
		break;
	case YGR_SECTION_CIDRS:
		image->cidrs = items;
		image->cidr_nr = nr;
		break;
	case YGR_SECTION_PORTS:
		image->ports = items;
		image->port_nr = nr;
		break;
	}
}

static __u32 item_nr_max(__u32 kind)
{
	switch (kind) {
	case YGR_SECTION_STRINGS:
		return YGR_POLICY_BYTES_MAX;
	case YGR_SECTION_RULES:
		return YGR_POLICY_RULES_MAX;
	default:
		return YGR_POLICY_ITEMS_MAX;
	}
}

/* Sections follow the table and each other without holes: @end is where the last one ended. */
static int verify_section(struct verifier *v, const struct ygr_policy_section *section,
			  __u32 kind_before, __u32 *end)
{
	__u32 used, pad, zero;

	if (section->kind <= kind_before || section->kind >= YGR_SECTION_KIND_NR)
		return refuse(v, YGR_POLICY_E_SECTION, &section->kind);
	if (section->flags || section->pad)
		return refuse(v, YGR_POLICY_E_SECTION, &section->flags);
	if (section->item_bytes != item_bytes_of[section->kind] || !section->item_nr)
		return refuse(v, YGR_POLICY_E_ITEM_BYTES, &section->item_bytes);
	if (section->item_nr > item_nr_max(section->kind))
		return refuse(v, YGR_POLICY_E_TOO_MANY, &section->item_nr);
	/* No overflow: at most 2^20 items of 24 bytes, 2^17 rules of 80, or 2^26 bytes. */
	used = section->item_bytes * section->item_nr;
	if (section->off != *end || used > v->bytes - *end)
		return refuse(v, YGR_POLICY_E_SECTION, &section->off);
	/* ALIGN8 stays inside: the blob is a multiple of 8. */
	pad = ALIGN8(used) - used;
	zero = zero_nr(v->blob + *end + used, pad);
	if (zero != pad)
		return refuse_at(v, YGR_POLICY_E_SECTION, *end + used + zero);
	keep_section(&v->image, section->kind, v->blob + *end, section->item_nr);
	*end += ALIGN8(used);
	return 0;
}

static int verify_sections(struct verifier *v)
{
	const struct ygr_policy_section *table = (const void *)(v->image.header + 1);
	__u32 nr = v->image.header->section_nr;
	__u32 end = sizeof(*v->image.header) + nr * sizeof(*table);
	__u32 kind = 0;
	__u32 i;
	int ret;

	if (end > v->bytes)
		return refuse_at(v, YGR_POLICY_E_SHORT, v->bytes);
	for (i = 0; i < nr; i++) {
		ret = verify_section(v, &table[i], kind, &end);
		if (ret)
			return ret;
		kind = table[i].kind;
	}
	if (end != v->bytes)
		return refuse_at(v, YGR_POLICY_E_SECTION, end);
	return 0;
}

/* Offset 0 is the empty string and the last byte ends every other. */
static int verify_strings(struct verifier *v)
{
	const struct ygr_policy_image *image = &v->image;

	if (!image->strings_bytes)
		return refuse_at(v, YGR_POLICY_E_STRING, sizeof(*image->header));
	if (image->strings[0])
		return refuse(v, YGR_POLICY_E_STRING, image->strings);
	if (image->strings[image->strings_bytes - 1])
		return refuse(v, YGR_POLICY_E_STRING, &image->strings[image->strings_bytes - 1]);
	return 0;
}

static bool is_name(const char *name)
{
	size_t len = 0;

	for (; name[len]; len++)
		if (len == YGR_RULE_NAME_MAX || name[len] <= ' ' || name[len] > '~')
			return false;
	return len > 0;
}

static int verify_name(struct verifier *v, const __u32 *name_off)
{
	if (*name_off >= v->image.strings_bytes)
		return refuse(v, YGR_POLICY_E_STRING, name_off);
	if (!is_name(v->image.strings + *name_off))
		return refuse(v, YGR_POLICY_E_RULE_NAME, name_off);
	return 0;
}

/* Absolute, no empty, "." or ".." component; a trailing '/' is the caller's matter. */
static bool is_normal_path(const char *path, __u32 len)
{
	__u32 start, end;

	if (path[0] != '/')
		return false;
	for (start = 1; start < len; start = end + 1) {
		for (end = start; end < len && path[end] != '/'; end++)
			if (!path[end])
				return false;
		if (end == start)
			return false;
		if (end - start == 1 && path[start] == '.')
			return false;
		if (end - start == 2 && path[start] == '.' && path[start + 1] == '.')
			return false;
	}
	return true;
}

static int verify_path(struct verifier *v, const struct ygr_path_item *item)
{
	__u32 room = v->image.strings_bytes;
	const char *path;
	bool ends_in_slash;

	if (item->str_off >= room || item->len >= room - item->str_off)
		return refuse(v, YGR_POLICY_E_STRING, &item->str_off);
	path = v->image.strings + item->str_off;
	if (!item->len || item->len > YGR_POLICY_PATH_MAX || path[item->len] || item->pad ||
	    !is_normal_path(path, item->len))
		return refuse(v, YGR_POLICY_E_PATH, item);

	ends_in_slash = path[item->len - 1] == '/';
	switch (item->kind) {
	case YGR_PATH_EXACT:
		if (ends_in_slash && item->len > 1)
			return refuse(v, YGR_POLICY_E_PATH, item);
		return 0;
	case YGR_PATH_PREFIX:
		if (!ends_in_slash)
			return refuse(v, YGR_POLICY_E_PATH, item);
		return 0;
	}
	return refuse(v, YGR_POLICY_E_PATH, &item->kind);
}

static bool host_bits_clear(const __u8 *addr, __u32 prefix_len)
{
	__u32 byte = prefix_len / 8;

	if (prefix_len % 8) {
		if (addr[byte] & (0xff >> (prefix_len % 8)))
			return false;
		byte++;
	}
	return all_zero(addr + byte, 16 - byte);
}

static int verify_cidr(struct verifier *v, const struct ygr_cidr_item *item)
{
	__u32 prefix_max;

	if (item->family == AF_INET)
		prefix_max = 32;
	else if (item->family == AF_INET6)
		prefix_max = 128;
	else
		return refuse(v, YGR_POLICY_E_CIDR, &item->family);
	if (item->prefix_len > prefix_max || !all_zero(item->pad, sizeof(item->pad)) ||
	    !host_bits_clear(item->addr, item->prefix_len))
		return refuse(v, YGR_POLICY_E_CIDR, item);
	return 0;
}

static int verify_ranges(struct verifier *v, const struct ygr_range_item *items, __u32 nr,
			 __u32 max, __u32 code)
{
	__u32 i;

	for (i = 0; i < nr; i++)
		if (items[i].low > items[i].high || items[i].high > max)
			return refuse(v, code, &items[i]);
	return 0;
}

static int verify_items(struct verifier *v)
{
	const struct ygr_policy_image *image = &v->image;
	__u32 i;
	int ret;

	for (i = 0; i < image->path_nr; i++) {
		ret = verify_path(v, &image->paths[i]);
		if (ret)
			return ret;
	}
	for (i = 0; i < image->cidr_nr; i++) {
		ret = verify_cidr(v, &image->cidrs[i]);
		if (ret)
			return ret;
	}
	ret = verify_ranges(v, image->uids, image->uid_nr, 0xffffffffu, YGR_POLICY_E_UID);
	if (ret)
		return ret;
	return verify_ranges(v, image->ports, image->port_nr, 65535, YGR_POLICY_E_PORT);
}

/* As the matcher searches them: ascending, without overlap. */
static bool is_ascending(const struct ygr_range_item *items, const struct ygr_span *span)
{
	__u32 i;

	for (i = 1; i < span->nr; i++)
		if (items[span->first + i].low <= items[span->first + i - 1].high)
			return false;
	return true;
}

static int verify_range_spans(struct verifier *v, const struct ygr_span *spans)
{
	if (!is_ascending(v->image.uids, &spans[YGR_DIM_UID]))
		return refuse(v, YGR_POLICY_E_UID, &spans[YGR_DIM_UID]);
	if (!is_ascending(v->image.ports, &spans[YGR_DIM_PORT]))
		return refuse(v, YGR_POLICY_E_PORT, &spans[YGR_DIM_PORT]);
	return 0;
}

static int verify_spans(struct verifier *v, const struct ygr_span *spans)
{
	const __u32 item_nr[YGR_DIM_NR] = {
		[YGR_DIM_PATH]	= v->image.path_nr,
		[YGR_DIM_UID]	= v->image.uid_nr,
		[YGR_DIM_CIDR]	= v->image.cidr_nr,
		[YGR_DIM_PORT]	= v->image.port_nr,
	};
	__u32 dim;

	for (dim = 0; dim < YGR_DIM_NR; dim++) {
		const struct ygr_span *span = &spans[dim];

		if (!span->nr && span->first)
			return refuse(v, YGR_POLICY_E_SPAN, &span->first);
		if (span->first > item_nr[dim] || span->nr > item_nr[dim] - span->first)
			return refuse(v, YGR_POLICY_E_SPAN, &span->first);
		v->span_items += span->nr;
		if (v->span_items > YGR_POLICY_SPAN_ITEMS_MAX)
			return refuse(v, YGR_POLICY_E_TOO_MANY, &span->nr);
	}
	return verify_range_spans(v, spans);
}

static bool uses(const struct ygr_rule *rule, enum ygr_dimension dim)
{
	return rule->match[dim].nr || rule->except[dim].nr;
}

static int verify_rule(struct verifier *v, const struct ygr_rule *rule)
{
	int ret;

	ret = verify_name(v, &rule->name_off);
	if (ret)
		return ret;
	if (!rule->on || rule->on >= YGR_ON_BIT(YGR_ON_NR))
		return refuse(v, YGR_POLICY_E_RULE_ON, &rule->on);
	if (rule->action >= YGR_ACTION_NR ||
	    (rule->action == YGR_ACTION_DENY && (rule->on & YGR_ON_UNDENIABLE)))
		return refuse(v, YGR_POLICY_E_RULE_ACTION, &rule->action);
	if (rule->mode >= YGR_MODE_NR)
		return refuse(v, YGR_POLICY_E_RULE_MODE, &rule->mode);
	if (rule->flags)
		return refuse(v, YGR_POLICY_E_RULE_FLAGS, &rule->flags);
	ret = verify_spans(v, rule->match);
	if (ret)
		return ret;
	ret = verify_spans(v, rule->except);
	if (ret)
		return ret;
	if (uses(rule, YGR_DIM_PATH) && (rule->on & ~YGR_ON_WITH_PATH))
		return refuse(v, YGR_POLICY_E_RULE_ON, &rule->on);
	if ((uses(rule, YGR_DIM_CIDR) || uses(rule, YGR_DIM_PORT)) &&
	    (rule->on & ~YGR_ON_WITH_ADDRESS))
		return refuse(v, YGR_POLICY_E_RULE_ON, &rule->on);
	return 0;
}

static int verify_rules(struct verifier *v)
{
	struct ygr_policy_image *image = &v->image;
	__u32 i;
	int ret;

	for (i = 0; i < image->rule_nr; i++) {
		const struct ygr_rule *rule = &image->rules[i];

		ret = verify_rule(v, rule);
		if (ret)
			return ret;
		image->on_mask |= rule->on;
		if (uses(rule, YGR_DIM_PATH))
			image->path_on_mask |= rule->on;
		if (rule->action == YGR_ACTION_DENY)
			image->deny_on_mask |= rule->on;
	}
	return 0;
}

int ygr_policy_verify(const void *blob, size_t bytes, struct ygr_policy_image *image,
		      struct ygr_policy_error *error)
{
	struct verifier v = { .blob = blob, .bytes = (__u32)bytes, .error = error };
	int ret;

	if (bytes > YGR_POLICY_BYTES_MAX)
		return refuse_at(&v, YGR_POLICY_E_TOO_MANY, 0);
	ret = verify_header(&v);
	if (!ret)
		ret = verify_sections(&v);
	if (!ret)
		ret = verify_strings(&v);
	if (!ret)
		ret = verify_name(&v, &v.image.header->name_off);
	if (!ret)
		ret = verify_items(&v);
	if (!ret)
		ret = verify_rules(&v);
	if (!ret)
		*image = v.image;
	return ret;
}
