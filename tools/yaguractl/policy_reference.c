// SPDX-License-Identifier: GPL-2.0-only
#include "policy_reference.h"

/* ---- globs ---- */

/*
 * For each place in the text, whether what is left of it matches what is left of the
 * glob: bit n of a byte, for the place in the glob that is n modulo 4, as none looks
 * further ahead than three.
 */
struct table {
	const char *glob;
	__u32 glob_len;
	const char *text;
	__u32 len;
	__u8 rows[YGR_REFERENCE_TEXT_MAX + 1];
};

static bool can(const struct table *table, __u32 g, __u32 t)
{
	return table->rows[t] >> g % 4 & 1;
}

/* A whole component "**". */
static bool is_deep(const struct table *table, __u32 g)
{
	const char *at = table->glob + g;
	__u32 left = table->glob_len - g;

	return g && at[-1] == '/' && left >= 2 && at[0] == '*' && at[1] == '*' &&
	       (left == 2 || at[2] == '/');
}

/* Of "**" and its '/': from here, or after any '/' from here on. */
static bool deep_holds(const struct table *table, __u32 g, __u32 t)
{
	if (g + 2 == table->glob_len)
		return t < table->len;
	if (can(table, g + 3, t))
		return true;
	for (; t < table->len; t++)
		if (table->text[t] == '/' && can(table, g + 3, t + 1))
			return true;
	return false;
}

/* Whether glob[g ..] matches text[t ..], if that is known of all further on. */
static bool holds(const struct table *table, __u32 g, __u32 t)
{
	char byte = table->glob[g];

	if (is_deep(table, g))
		return deep_holds(table, g, t);
	if (byte == '*' && can(table, g + 1, t))
		return true;
	if (t == table->len)
		return false;
	if (byte == '*')
		return table->text[t] != '/' && can(table, g, t + 1);
	if (byte == '?')
		return table->text[t] != '/' && can(table, g + 1, t + 1);
	if (byte == '\\' && g + 1 < table->glob_len)
		byte = table->glob[++g];
	return table->text[t] == byte && can(table, g + 1, t + 1);
}

bool ygr_policy_reference_glob(const char *glob, __u32 glob_len, const char *text, __u32 len)
{
	struct table table;
	__u32 g, t;

	if (len < 2 || len > YGR_REFERENCE_TEXT_MAX || text[len - 1] == '/')
		return false;
	table.glob = glob;
	table.glob_len = glob_len;
	table.text = text;
	table.len = len;
	memset(table.rows, 0, len);
	table.rows[len] = (__u8)(1u << glob_len % 4);
	for (g = glob_len; g--; ) {
		for (t = len + 1; t--; ) {
			table.rows[t] &= (__u8)~(1u << g % 4);
			table.rows[t] |= (__u8)(holds(&table, g, t) << g % 4);
		}
	}
	return can(&table, 0, 0);
}

/* ---- items ---- */

static bool contains(const struct ygr_match_text *text, const char *part, __u32 part_len)
{
	__u32 i;

	for (i = 0; i + part_len <= text->len; i++)
		if (!memcmp(text->bytes + i, part, part_len))
			return true;
	return false;
}

static bool is_text(const struct ygr_policy_image *image, const struct ygr_text_item *item,
		    const struct ygr_match_text *text)
{
	const char *name = image->strings + item->str_off;

	switch (item->kind) {
	case YGR_TEXT_EXACT:
		return text->len == item->len && !memcmp(text->bytes, name, item->len);
	case YGR_TEXT_PREFIX:
		return text->len > item->len && !memcmp(text->bytes, name, item->len);
	case YGR_TEXT_SUFFIX:
		return text->len >= item->len &&
		       !memcmp(text->bytes + text->len - item->len, name, item->len);
	case YGR_TEXT_GLOB:
		return ygr_policy_reference_glob(name, item->len, text->bytes, text->len);
	default:
		return contains(text, name, item->len);
	}
}

static bool is_text_among(const struct ygr_policy_image *image, const struct ygr_test *test,
			  const struct ygr_match_text *text)
{
	__u32 i;

	for (i = 0; text->bytes && i < test->nr; i++)
		if (is_text(image, &image->texts[test->first + i], text))
			return true;
	return false;
}

static bool is_ancestor_among(const struct ygr_policy_image *image, const struct ygr_test *test,
			      const struct ygr_reference_event *event)
{
	__u32 i;

	for (i = 0; i < event->ancestor_nr; i++)
		if (is_text_among(image, test, &event->ancestors[i]))
			return true;
	return false;
}

static bool is_number_among(const struct ygr_policy_image *image, const struct ygr_test *test,
			    __u32 number)
{
	__u32 i;

	for (i = test->first; i < test->first + test->nr; i++)
		if (image->ranges[i].low <= number && number <= image->ranges[i].high)
			return true;
	return false;
}

static bool is_id_among(const struct ygr_policy_image *image, const struct ygr_test *test,
			__u32 dev_major, __u32 dev_minor, __u64 ino)
{
	__u32 i;

	for (i = test->first; i < test->first + test->nr; i++)
		if (image->ids[i].dev_major == dev_major && image->ids[i].dev_minor == dev_minor &&
		    image->ids[i].ino == ino)
			return true;
	return false;
}

static bool is_digest_among(const struct ygr_policy_image *image, const struct ygr_test *test,
			    const __u8 *digest)
{
	__u32 i;

	for (i = test->first; digest && i < test->first + test->nr; i++)
		if (!memcmp(image->digests[i].bytes, digest, sizeof(image->digests[i].bytes)))
			return true;
	return false;
}

static bool bit_of(const __u8 *addr, __u32 bit)
{
	return addr[bit / 8] >> (7 - bit % 8) & 1;
}

static bool is_within(const struct ygr_cidr_item *item, const __u8 *addr)
{
	__u32 bit;

	for (bit = 0; bit < item->prefix_len; bit++)
		if (bit_of(item->addr, bit) != bit_of(addr, bit))
			return false;
	return true;
}

static bool is_address_among(const struct ygr_policy_image *image, const struct ygr_test *test,
			     const struct ygr_match_event *event)
{
	__u32 i;

	for (i = test->first; i < test->first + test->nr; i++)
		if (image->cidrs[i].family == event->addr_family &&
		    is_within(&image->cidrs[i], event->addr))
			return true;
	return false;
}

/* ---- tests ---- */

static bool is_of_file_among(const struct ygr_policy_image *image, const struct ygr_test *test,
			     const struct ygr_match_event *event, __u32 path)
{
	switch (test->field) {
	case YGR_FIELD_PATH:
		return path < event->path_nr && is_text_among(image, test, &event->paths[path]);
	case YGR_FIELD_FILE_ID:
		return event->has_file && is_id_among(image, test, event->dev_major,
						      event->dev_minor, event->ino);
	case YGR_FIELD_SHA256:
		return is_digest_among(image, test, event->sha256);
	case YGR_FIELD_VERITY:
		return is_digest_among(image, test, event->verity);
	case YGR_FIELD_OWNER:
		return event->has_file && is_number_among(image, test, event->owner);
	case YGR_FIELD_FILE_ATTR:
		return event->file_attr & test->bits;
	case YGR_FIELD_ARGV:
		return is_text_among(image, test, &event->argv);
	default:
		return is_text_among(image, test, &event->xattr);
	}
}

static bool is_of_socket_among(const struct ygr_policy_image *image, const struct ygr_test *test,
			       const struct ygr_match_event *event)
{
	switch (test->field) {
	case YGR_FIELD_ADDRESS:
		return event->addr_family && is_address_among(image, test, event);
	case YGR_FIELD_PORT:
		return event->addr_family && is_number_among(image, test, event->port);
	case YGR_FIELD_UNIX:
		return is_text_among(image, test, &event->unix_name);
	case YGR_FIELD_FAMILY:
		return event->family && is_number_among(image, test, event->family);
	case YGR_FIELD_SOCKET_TYPE:
		return event->family && is_number_among(image, test, event->socket_type);
	default:
		return event->family && is_number_among(image, test, event->protocol);
	}
}

static bool is_of_process_among(const struct ygr_policy_image *image, const struct ygr_test *test,
				const struct ygr_reference_event *event, __u64 labels)
{
	switch (test->field) {
	case YGR_FIELD_UID:
		return is_number_among(image, test, event->match->euid);
	case YGR_FIELD_GID:
		return is_number_among(image, test, event->match->egid);
	case YGR_FIELD_LOGINUID:
		return is_number_among(image, test, event->match->loginuid);
	case YGR_FIELD_EXE:
		return is_text_among(image, test, &event->exe);
	case YGR_FIELD_PARENT:
		return is_text_among(image, test, &event->parent);
	case YGR_FIELD_ANCESTOR:
		return is_ancestor_among(image, test, event);
	case YGR_FIELD_CGROUP:
		return is_text_among(image, test, &event->cgroup);
	case YGR_FIELD_CGROUP_ID:
		return is_id_among(image, test, 0, 0, event->match->cgroup_id);
	case YGR_FIELD_PROCESS_ATTR:
		return event->match->process_attr & test->bits;
	default:
		return labels & test->bits;
	}
}

bool ygr_policy_reference_test(const struct ygr_policy_image *image, const struct ygr_test *test,
			       const struct ygr_reference_event *event, __u32 path, __u64 labels)
{
	bool is_among;

	if (test->field <= YGR_FIELD_XATTR)
		is_among = is_of_file_among(image, test, event->match, path);
	else if (test->field <= YGR_FIELD_PROTOCOL)
		is_among = is_of_socket_among(image, test, event->match);
	else
		is_among = is_of_process_among(image, test, event, labels);
	return is_among != test->negate;
}

bool ygr_policy_reference_clause(const struct ygr_policy_image *image,
				 const struct ygr_clause *clause,
				 const struct ygr_reference_event *event, __u64 labels)
{
	__u32 path, i;

	for (path = 0; !path || path < event->match->path_nr; path++) {
		bool holds = true;

		for (i = 0; i < clause->test_nr; i++)
			holds = holds && ygr_policy_reference_test(image,
								   &image->tests[clause->test_first + i],
								   event, path, labels);
		if (holds)
			return true;
	}
	return false;
}

bool ygr_policy_reference_rule(const struct ygr_policy_image *image, const struct ygr_rule *rule,
			       const struct ygr_reference_event *event, __u64 labels)
{
	__u32 i;

	if (!(rule->on & YGR_ON_BIT(event->match->on)))
		return false;
	if (rule->expires_s && event->match->now_s >= rule->expires_s)
		return false;
	for (i = 0; i < rule->clause_nr; i++)
		if (ygr_policy_reference_clause(image, &image->clauses[rule->clause_first + i],
						event, labels))
			return true;
	return false;
}

struct ygr_decision ygr_policy_reference_match(const struct ygr_policy_image *image,
					       const struct ygr_reference_event *event,
					       void (*held)(void *arg, const struct ygr_rule *rule),
					       void *arg)
{
	struct ygr_decision decision = { .action = YGR_ACTION_ALLOW };
	__u32 i;

	for (i = 0; i < image->rule_nr; i++) {
		const struct ygr_rule *rule = &image->rules[i];

		if (!ygr_policy_reference_rule(image, rule, event,
					       event->match->labels | decision.labels))
			continue;
		if (held)
			held(arg, rule);
		decision.labels |= rule->labels;
		if (rule->action == YGR_ACTION_LABEL)
			continue;
		decision.rule = rule;
		decision.rule_id = i + 1;
		decision.action = rule->action;
		decision.mode = rule->mode;
		break;
	}
	return decision;
}
