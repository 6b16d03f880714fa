// SPDX-License-Identifier: GPL-2.0-only
#include <yagura/ygr_abi.h>

#include "glob.h"
#include "field.h"
#include "policy_item.h"

static int refuse(const struct ygr_policy_image *image, struct ygr_policy_error *error, __u32 code,
		  const void *where)
{
	return ygr_policy_refuse(error, image->header, code, where);
}

/* ---- texts ---- */

/* Absolute, no NUL, no empty, "." or ".." component; a '/' at the end is the caller's matter. */
static bool is_normal_path(const char *path, __u32 len)
{
	__u32 start, end;

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

/* Only a path, which starts with '/', has a form: other names are any bytes. */
static bool is_exact(const char *text, __u32 len)
{
	return text[0] != '/' || len == 1 || (is_normal_path(text, len) && text[len - 1] != '/');
}

static bool is_prefix(const char *text, __u32 len)
{
	return text[0] != '/' || (is_normal_path(text, len) && text[len - 1] == '/');
}

static bool is_suffix(const char *text, __u32 len)
{
	__u32 i;

	for (i = 0; i < len; i++)
		if (!text[i] || (i && text[i] == '/'))
			return false;
	return len <= YGR_POLICY_GLOB_MAX;
}

static bool is_glob(const char *text, __u32 len)
{
	return len >= 2 && len <= YGR_POLICY_GLOB_MAX && (text[0] == '/' || text[0] == '@') &&
	       ygr_glob_is_good(text, len, text[0] == '@');
}

static bool is_text(const char *text, __u32 len, __u32 kind)
{
	switch (kind) {
	case YGR_TEXT_EXACT:
		return is_exact(text, len);
	case YGR_TEXT_PREFIX:
		return is_prefix(text, len);
	case YGR_TEXT_SUFFIX:
		return is_suffix(text, len);
	case YGR_TEXT_GLOB:
		return is_glob(text, len);
	default:
		return !memchr(text, 0, len);
	}
}

static int verify_text(const struct ygr_policy_image *image, const struct ygr_text_item *item,
		       struct ygr_policy_error *error)
{
	__u32 room = image->strings_bytes;
	const char *text;

	if (item->str_off >= room)
		return refuse(image, error, YGR_POLICY_E_STRING, &item->str_off);
	if (item->len >= room - item->str_off)
		return refuse(image, error, YGR_POLICY_E_STRING, &item->len);
	if (!item->len || item->len > YGR_POLICY_PATH_MAX)
		return refuse(image, error, YGR_POLICY_E_TEXT, &item->len);
	if (!item->kind || item->kind >= YGR_TEXT_KIND_NR)
		return refuse(image, error, YGR_POLICY_E_TEXT, &item->kind);
	if (item->pad)
		return refuse(image, error, YGR_POLICY_E_TEXT, &item->pad);
	text = image->strings + item->str_off;
	if (text[item->len])
		return refuse(image, error, YGR_POLICY_E_STRING, &item->len);
	if (!is_text(text, item->len, item->kind))
		return refuse(image, error, YGR_POLICY_E_TEXT, item);
	return 0;
}

/* Many items may share a long string: what is bounded is the work, not the room. */
static int verify_texts(const struct ygr_policy_image *image, struct ygr_policy_error *error)
{
	__u64 bytes = 0;
	__u32 i;
	int ret;

	for (i = 0; i < image->text_nr; i++) {
		const struct ygr_text_item *item = &image->texts[i];

		bytes += item->len;
		if (bytes > YGR_POLICY_TEXT_BYTES_MAX)
			return refuse(image, error, YGR_POLICY_E_TOO_MANY, item);
		ret = verify_text(image, item, error);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- ranges, networks, labels ---- */

static int verify_ranges(const struct ygr_policy_image *image, struct ygr_policy_error *error)
{
	__u32 i;

	for (i = 0; i < image->range_nr; i++)
		if (image->ranges[i].low > image->ranges[i].high)
			return refuse(image, error, YGR_POLICY_E_RANGE, &image->ranges[i]);
	return 0;
}

static bool all_zero(const __u8 *bytes, __u32 nr)
{
	while (nr && !bytes[nr - 1])
		nr--;
	return !nr;
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

static int verify_cidrs(const struct ygr_policy_image *image, struct ygr_policy_error *error)
{
	__u32 i;

	for (i = 0; i < image->cidr_nr; i++) {
		const struct ygr_cidr_item *item = &image->cidrs[i];

		if (item->family != AF_INET && item->family != AF_INET6)
			return refuse(image, error, YGR_POLICY_E_CIDR, &item->family);
		if (item->prefix_len > (item->family == AF_INET ? 32 : 128))
			return refuse(image, error, YGR_POLICY_E_CIDR, &item->prefix_len);
		if (!all_zero(item->pad, sizeof(item->pad)))
			return refuse(image, error, YGR_POLICY_E_CIDR, item->pad);
		if (!host_bits_clear(item->addr, item->prefix_len))
			return refuse(image, error, YGR_POLICY_E_CIDR, item->addr);
	}
	return 0;
}

bool ygr_policy_item_is_name(const struct ygr_policy_image *image, __u32 off)
{
	const char *name = image->strings + off;
	__u32 len = 0;

	for (; name[len]; len++)
		if (len == YGR_RULE_NAME_MAX || name[len] <= ' ' || name[len] > '~')
			return false;
	return len > 0;
}

static bool is_label_before(const struct ygr_policy_image *image, __u32 number)
{
	const char *name = image->strings + image->labels[number].name_off;
	__u32 i;

	for (i = 0; i < number; i++)
		if (!strcmp(image->strings + image->labels[i].name_off, name))
			return true;
	return false;
}

static int verify_labels(const struct ygr_policy_image *image, struct ygr_policy_error *error)
{
	__u32 i;

	for (i = 0; i < image->label_nr; i++) {
		const struct ygr_label_item *item = &image->labels[i];

		if (item->name_off >= image->strings_bytes)
			return refuse(image, error, YGR_POLICY_E_STRING, &item->name_off);
		if (!ygr_policy_item_is_name(image, item->name_off) || is_label_before(image, i))
			return refuse(image, error, YGR_POLICY_E_LABEL, &item->name_off);
		if (item->pad)
			return refuse(image, error, YGR_POLICY_E_LABEL, &item->pad);
	}
	return 0;
}

int ygr_policy_item_verify(const struct ygr_policy_image *image, struct ygr_policy_error *error)
{
	int ret = verify_texts(image, error);

	if (!ret)
		ret = verify_ranges(image, error);
	if (!ret)
		ret = verify_cidrs(image, error);
	if (!ret)
		ret = verify_labels(image, error);
	return ret;
}

/* ---- the items of a test ---- */

__u32 ygr_policy_item_nr(const struct ygr_policy_image *image, __u32 section)
{
	switch (section) {
	case YGR_SECTION_TEXTS:
		return image->text_nr;
	case YGR_SECTION_RANGES:
		return image->range_nr;
	case YGR_SECTION_CIDRS:
		return image->cidr_nr;
	case YGR_SECTION_IDS:
		return image->id_nr;
	case YGR_SECTION_DIGESTS:
		return image->digest_nr;
	default:
		return 0;
	}
}

static bool may_have_kind(__u32 field, __u32 kind)
{
	switch (field) {
	case YGR_FIELD_ARGV:
		return kind == YGR_TEXT_CONTAINS;
	case YGR_FIELD_XATTR:
		return kind == YGR_TEXT_EXACT || kind == YGR_TEXT_PREFIX;
	default:
		return kind != YGR_TEXT_CONTAINS;
	}
}

static bool may_start_with(__u32 field, __u32 kind, char first)
{
	if (field == YGR_FIELD_ARGV || field == YGR_FIELD_XATTR || kind == YGR_TEXT_SUFFIX)
		return true;
	return first == '/' || (first == '@' && field == YGR_FIELD_UNIX);
}

static int verify_text_span(const struct ygr_policy_image *image, const struct ygr_test *test,
			    __u64 *text_bytes, struct ygr_policy_error *error)
{
	__u32 i;

	for (i = 0; i < test->nr; i++) {
		const struct ygr_text_item *item = &image->texts[test->first + i];

		if (!may_have_kind(test->field, item->kind))
			return refuse(image, error, YGR_POLICY_E_TEXT, &item->kind);
		if (!may_start_with(test->field, item->kind, image->strings[item->str_off]))
			return refuse(image, error, YGR_POLICY_E_TEXT, item);
		*text_bytes += item->len;
	}
	return 0;
}

/* As the matcher searches them: ascending, without overlap. */
static int verify_range_span(const struct ygr_policy_image *image, const struct ygr_test *test,
			     struct ygr_policy_error *error)
{
	const struct ygr_range_item *items = image->ranges + test->first;
	__u32 i;

	for (i = 0; i < test->nr; i++) {
		if (items[i].high > ygr_field_shapes[test->field].number_max)
			return refuse(image, error, YGR_POLICY_E_RANGE, &items[i].high);
		if (i && items[i].low <= items[i - 1].high)
			return refuse(image, error, YGR_POLICY_E_RANGE, &items[i]);
	}
	return 0;
}

/* A cgroup has no device. */
static int verify_cgroup_id_span(const struct ygr_policy_image *image, const struct ygr_test *test,
				 struct ygr_policy_error *error)
{
	const struct ygr_id_item *items = image->ids + test->first;
	__u32 i;

	for (i = 0; i < test->nr; i++)
		if (items[i].dev_major || items[i].dev_minor)
			return refuse(image, error, YGR_POLICY_E_FIELD, &items[i]);
	return 0;
}

int ygr_policy_item_verify_span(const struct ygr_policy_image *image, const struct ygr_test *test,
				__u64 *text_bytes, struct ygr_policy_error *error)
{
	switch (ygr_field_shapes[test->field].section) {
	case YGR_SECTION_TEXTS:
		return verify_text_span(image, test, text_bytes, error);
	case YGR_SECTION_RANGES:
		return verify_range_span(image, test, error);
	case YGR_SECTION_IDS:
		return test->field == YGR_FIELD_CGROUP_ID ?
		       verify_cgroup_id_span(image, test, error) : 0;
	default:
		return 0;
	}
}
