// SPDX-License-Identifier: GPL-2.0-only
#include "match.h"

/*
 * What the event's keys are named by: lists of tests, in the order of their
 * clauses; those of the second path come last.
 */
struct candidates {
	struct ygr_index_lists lists;
	__u32 second_path;	/* number of its first list */
	/* What the globs of lists before that and from there on must match. */
	const struct ygr_match_text *texts[YGR_MATCH_PATHS_MAX];
};

/* One event being judged. */
struct judge {
	const struct ygr_policy_index *index;
	const struct ygr_match_event *event;
	__u64 labels;		/* the process's, and those set so far */
};

/* ---- which clauses ---- */

static void collect_file(struct candidates *c, const struct ygr_policy_index *index,
			 const struct ygr_match_event *event, __u32 fields)
{
	if ((fields & YGR_FIELD_BIT(YGR_FIELD_FILE_ID)) && event->has_file) {
		const struct ygr_id_item id = { event->dev_major, event->dev_minor, event->ino };

		ygr_policy_index_find_bytes(index, YGR_KEY_FILE_ID, &id, &c->lists);
	}
	if ((fields & YGR_FIELD_BIT(YGR_FIELD_SHA256)) && event->sha256)
		ygr_policy_index_find_bytes(index, YGR_KEY_SHA256, event->sha256, &c->lists);
	if ((fields & YGR_FIELD_BIT(YGR_FIELD_VERITY)) && event->verity)
		ygr_policy_index_find_bytes(index, YGR_KEY_VERITY, event->verity, &c->lists);
	if ((fields & YGR_FIELD_BIT(YGR_FIELD_XATTR)) && event->xattr.bytes)
		ygr_policy_index_find_text(index, YGR_KEY_XATTR, event->xattr.bytes,
					   event->xattr.len, &c->lists);
}

/* An event has paths or a socket's name; names of attributes are no globs. */
static void collect_paths(struct candidates *c, const struct ygr_policy_index *index,
			  const struct ygr_match_event *event)
{
	__u32 i;

	for (i = 0; i < event->path_nr; i++) {
		c->second_path = c->lists.nr;
		c->texts[i] = &event->paths[i];
		ygr_policy_index_find_text(index, YGR_KEY_PATH, event->paths[i].bytes,
					   event->paths[i].len, &c->lists);
	}
	if (event->path_nr < 2)
		c->second_path = YGR_INDEX_LISTS_MAX;
}

static void collect_socket(struct candidates *c, const struct ygr_policy_index *index,
			   const struct ygr_match_event *event, __u32 fields)
{
	if ((fields & YGR_FIELD_BIT(YGR_FIELD_ADDRESS)) && event->addr_family)
		ygr_policy_index_find_address(index, event->addr_family, event->addr, &c->lists);
	if ((fields & YGR_FIELD_BIT(YGR_FIELD_UNIX)) && event->unix_name.bytes) {
		c->texts[0] = &event->unix_name;
		ygr_policy_index_find_text(index, YGR_KEY_UNIX, event->unix_name.bytes,
					   event->unix_name.len, &c->lists);
	}
}

static void collect(struct candidates *c, const struct ygr_policy_index *index,
		    const struct ygr_match_event *event)
{
	__u32 fields = index->image->fields_of[event->on];

	c->lists.nr = 0;
	c->second_path = YGR_INDEX_LISTS_MAX;
	c->texts[0] = NULL;
	c->texts[1] = NULL;
	if (index->unkeyed[event->on].next != index->unkeyed[event->on].end)
		c->lists.list[c->lists.nr++] = index->unkeyed[event->on];
	if (fields & YGR_FIELD_BIT(YGR_FIELD_CGROUP_ID)) {
		const struct ygr_id_item id = { .ino = event->cgroup_id };

		ygr_policy_index_find_bytes(index, YGR_KEY_CGROUP_ID, &id, &c->lists);
	}
	collect_file(c, index, event, fields);
	collect_socket(c, index, event, fields);
	if (fields & YGR_FIELD_BIT(YGR_FIELD_PATH))
		collect_paths(c, index, event);
}

#define NO_CLAUSE	0xffffffffu

/* The lowest clause that any list holds next; NO_CLAUSE: none is left. */
static __u32 lowest_clause(const struct candidates *c, const struct ygr_index_ref *refs)
{
	__u32 lowest = NO_CLAUSE, i;

	for (i = 0; i < c->lists.nr; i++) {
		const struct ygr_index_list *list = &c->lists.list[i];

		if (list->next != list->end && refs[list->next].what >> YGR_INDEX_TEST_BITS < lowest)
			lowest = refs[list->next].what >> YGR_INDEX_TEST_BITS;
	}
	return lowest;
}

static bool names(const struct ygr_policy_index *index, const struct ygr_index_ref *ref,
		  const struct ygr_match_text *text)
{
	if (ref->glob >= YGR_KEY_NEVER)
		return ref->glob == YGR_KEY_NO_GLOB;
	return ygr_policy_index_glob_holds(index, ref->glob, text->bytes, text->len);
}

/* The tests of @clause in one list that name the event; moves past them. */
static __u32 take_list(struct ygr_index_list *list, const struct ygr_policy_index *index,
		       __u32 clause, const struct ygr_match_text *text)
{
	__u32 named = 0, i;

	for (i = list->next; i != list->end; i++) {
		const struct ygr_index_ref *ref = &index->refs[i];

		if (ref->what >> YGR_INDEX_TEST_BITS != clause)
			break;
		if (names(index, ref, text))
			named |= 1u << ref->what % (1u << YGR_INDEX_TEST_BITS);
	}
	list->next = i;
	return named;
}

/* The tests of @clause that name the event, or its second path, in @named. */
static void take_clause(struct candidates *c, const struct ygr_policy_index *index, __u32 clause,
			__u32 named[YGR_MATCH_PATHS_MAX])
{
	__u32 i;

	named[0] = 0;
	named[1] = 0;
	for (i = 0; i < c->lists.nr; i++) {
		__u32 which = i >= c->second_path;

		named[which] |= take_list(&c->lists.list[i], index, clause, c->texts[which]);
	}
}

/* ---- whether they hold ---- */

static bool is_number_in(const struct ygr_policy_image *image, const struct ygr_test *test,
			 __u32 number)
{
	__u32 low = test->first, high = test->first + test->nr;

	/* Ascending and apart: the verifier saw to it. */
	while (low < high) {
		__u32 middle = low + (high - low) / 2;

		if (number > image->ranges[middle].high)
			low = middle + 1;
		else if (number < image->ranges[middle].low)
			high = middle;
		else
			return true;
	}
	return false;
}

static bool contains(const struct ygr_match_text *text, const char *part, __u32 part_len)
{
	const char *at = text->bytes, *end = text->bytes + text->len;

	while (end - at >= (ptrdiff_t)part_len) {
		at = memchr(at, part[0], (size_t)(end - at) - part_len + 1);
		if (!at)
			return false;
		if (!memcmp(at, part, part_len))
			return true;
		at++;
	}
	return false;
}

/* No item has a NUL, so none spans two arguments. */
static bool is_in_argv(const struct ygr_policy_image *image, const struct ygr_test *test,
		       const struct ygr_match_text *argv)
{
	__u32 i;

	if (!argv->bytes)
		return false;
	for (i = test->first; i < test->first + test->nr; i++)
		if (contains(argv, image->strings + image->texts[i].str_off, image->texts[i].len))
			return true;
	return false;
}

static bool is_subject_in(const struct judge *judge, __u32 test, const struct ygr_subject_bits *bits)
{
	__u32 bit = judge->index->subject_of[test];

	return bits && (bits->words[bit / 64] >> bit % 64 & 1);
}

/* Whether the event's value is among the items of a test that has no keys. */
static bool is_among(const struct judge *judge, __u32 number)
{
	const struct ygr_match_event *event = judge->event;
	const struct ygr_policy_image *image = judge->index->image;
	const struct ygr_test *test = &image->tests[number];

	switch (test->field) {
	case YGR_FIELD_OWNER:
		return event->has_file && is_number_in(image, test, event->owner);
	case YGR_FIELD_FILE_ATTR:
		return event->file_attr & test->bits;
	case YGR_FIELD_ARGV:
		return is_in_argv(image, test, &event->argv);
	case YGR_FIELD_PORT:
		return event->addr_family && is_number_in(image, test, event->port);
	case YGR_FIELD_FAMILY:
		return event->family && is_number_in(image, test, event->family);
	case YGR_FIELD_SOCKET_TYPE:
		return event->family && is_number_in(image, test, event->socket_type);
	case YGR_FIELD_PROTOCOL:
		return event->family && is_number_in(image, test, event->protocol);
	case YGR_FIELD_UID:
		return is_number_in(image, test, event->euid);
	case YGR_FIELD_GID:
		return is_number_in(image, test, event->egid);
	case YGR_FIELD_LOGINUID:
		return is_number_in(image, test, event->loginuid);
	case YGR_FIELD_EXE:
		return is_subject_in(judge, number, event->exe);
	case YGR_FIELD_PARENT:
		return is_subject_in(judge, number, event->parent);
	case YGR_FIELD_ANCESTOR:
		return is_subject_in(judge, number, event->ancestors);
	case YGR_FIELD_CGROUP:
		return is_subject_in(judge, number, event->cgroup);
	case YGR_FIELD_PROCESS_ATTR:
		return event->process_attr & test->bits;
	case YGR_FIELD_LABEL:
		return judge->labels & test->bits;
	default:
		return false;
	}
}

/* Just those keyed tests name the event, and one of its paths, that shall. */
static bool keys_hold(const struct ygr_index_clause *clause, const struct ygr_match_event *event,
		      const __u32 named[YGR_MATCH_PATHS_MAX])
{
	__u32 other = named[0] & clause->of_other;

	return ((named[0] & clause->of_path) | other) == clause->wanted ||
	       (event->path_nr > 1 && ((named[1] & clause->of_path) | other) == clause->wanted);
}

static bool rest_holds(const struct judge *judge, const struct ygr_index_clause *clause)
{
	__u32 left = clause->rest;

	for (; left; left &= left - 1) {
		__u32 test = clause->test_first + (__u32)__builtin_ctz(left);

		if (is_among(judge, test) == judge->index->image->tests[test].negate)
			return false;
	}
	return true;
}

static bool may_hold(const struct ygr_rule *rule, const struct ygr_match_event *event)
{
	return (rule->on & YGR_ON_BIT(event->on)) &&
	       !(rule->expires_s && event->now_s >= rule->expires_s);
}

static void decide(struct ygr_decision *decision, const struct ygr_rule *rule, __u32 rule_id)
{
	decision->rule = rule;
	decision->rule_id = rule_id;
	decision->action = rule->action;
	decision->mode = rule->mode;
}

struct ygr_decision ygr_match_tell(const struct ygr_policy_index *index,
				   const struct ygr_match_event *event,
				   void (*held)(void *arg, const struct ygr_rule *rule), void *arg)
{
	struct judge judge = { .index = index, .event = event, .labels = event->labels };
	struct ygr_decision decision = { .action = YGR_ACTION_ALLOW };
	const struct ygr_rule *labelled = NULL;
	struct candidates candidates __uninitialized;
	__u32 i;

	collect(&candidates, index, event);
	while ((i = lowest_clause(&candidates, index->refs)) != NO_CLAUSE) {
		const struct ygr_index_clause *clause = &index->clauses[i];
		const struct ygr_rule *rule = &index->image->rules[clause->rule];
		__u32 named[YGR_MATCH_PATHS_MAX];

		take_clause(&candidates, index, i, named);
		if (rule == labelled || !may_hold(rule, event) || !keys_hold(clause, event, named) ||
		    !rest_holds(&judge, clause))
			continue;
		if (held)
			held(arg, rule);
		decision.labels |= rule->labels;
		judge.labels |= rule->labels;
		if (rule->action != YGR_ACTION_LABEL) {
			decide(&decision, rule, clause->rule + 1);
			break;
		}
		labelled = rule;
	}
	return decision;
}

/* ---- of a whole directory ---- */

/* Whether the next refs of @clause have globs, which want the whole path. */
static bool has_glob(const struct candidates *c, const struct ygr_index_ref *refs, __u32 clause)
{
	__u32 i, j;

	for (i = 0; i < c->lists.nr; i++) {
		const struct ygr_index_list *list = &c->lists.list[i];

		for (j = list->next; j != list->end; j++) {
			if (refs[j].what >> YGR_INDEX_TEST_BITS != clause)
				break;
			if (refs[j].glob < YGR_KEY_NEVER)
				return true;
		}
	}
	return false;
}

static bool is_for_ever(const struct ygr_rule *rule)
{
	return !rule->expires_s && !rule->labels && rule->action != YGR_ACTION_LABEL &&
	       rule->action != YGR_ACTION_DENY;
}

bool ygr_match_directory(const struct ygr_policy_index *index, enum ygr_on on, const char *dir, __u32 len,
			 struct ygr_decision *decision)
{
	/* No glob is asked that decides anything. */
	static const struct ygr_match_text unknown = { "", 0 };
	struct candidates c __uninitialized;
	__u32 i;

	*decision = (struct ygr_decision) { .action = YGR_ACTION_ALLOW };
	if ((index->image->fields_of[on] & YGR_KEY_FIELDS_BUT_PATH) || ygr_policy_index_is_parent(index, dir, len))
		return false;
	c.lists.nr = 0;
	c.second_path = YGR_INDEX_LISTS_MAX;
	c.texts[0] = &unknown;
	if (index->unkeyed[on].next != index->unkeyed[on].end)
		c.lists.list[c.lists.nr++] = index->unkeyed[on];
	ygr_policy_index_find_directories(index, dir, len, &c.lists);
	while ((i = lowest_clause(&c, index->refs)) != NO_CLAUSE) {
		const struct ygr_index_clause *clause = &index->clauses[i];
		const struct ygr_rule *rule = &index->image->rules[clause->rule];
		bool is_about = rule->on & YGR_ON_BIT(on);
		__u32 named[YGR_MATCH_PATHS_MAX];

		if (is_about && has_glob(&c, index->refs, i))
			return false;
		take_clause(&c, index, i, named);
		if (!is_about || (named[0] & clause->of_path) != clause->wanted)
			continue;
		if (clause->rest || !is_for_ever(rule))
			return false;
		decide(decision, rule, clause->rule + 1);
		return true;
	}
	return true;
}
