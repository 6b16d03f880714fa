// SPDX-License-Identifier: GPL-2.0-only
#include "policy_where.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy_collect.h"
#include "policy_word.h"

/* Some seconds, whatever a policy says. */
#define WORK_MAX	(1ull << 28)
#define AND_WORK	64

/* What a condition is read with. */
struct reading {
	struct ygr_policy_parser *p;
	const struct ygr_yaml_node *where;	/* all of it, for what is wrong with all of it */
	uint64_t on;
	const char *what;
	bool too_big;				/* said once */
};

/*
 * How the members of a map are read. By De Morgan's laws a negation is never
 * left standing before a map: it changes how the map is joined, and goes on to the members.
 */
struct sense {
	bool any;	/* one member must hold, not all */
	bool negate;	/* ... must not hold */
};

static const struct sense plain = { .any = false, .negate = false };

static struct sense negation_of(struct sense sense)
{
	return (struct sense) { .any = !sense.any, .negate = !sense.negate };
}

/* Return: whether it went well. */
static bool check(struct reading *r, int err)
{
	if (err == -ENOMEM)
		r->p->err = err;
	if (err != -ENOMEM && err && !r->too_big) {
		if (err == -E2BIG)
			ygr_policy_parser_error(r->p, r->where, "\"where\" of %s makes more than %u alternatives",
						r->what, YGR_POLICY_ALTERNATIVES_MAX);
		else
			ygr_policy_parser_error(r->p, r->where, "\"where\" of %s makes an alternative of more than %u conditions",
						r->what, YGR_CLAUSE_TESTS_MAX);
		r->too_big = true;
	}
	return !err;
}

static bool is_over(const struct reading *r)
{
	return r->too_big || r->p->err || r->p->too_much;
}

/* Alternatives are compared in pairs; what is joined of a pair is compared again. */
static bool is_affordable(struct reading *r, bool any, const struct ygr_policy_dnf *to,
			  const struct ygr_policy_dnf *with)
{
	r->p->work += (uint64_t)to->nr * with->nr * (any ? 1 : AND_WORK);
	if (r->p->work <= WORK_MAX)
		return true;
	ygr_policy_parser_error(r->p, r->where, "\"where\" of %s: all conditions together are too much to multiply out",
				r->what);
	r->p->too_much = true;
	return false;
}

static void join(struct reading *r, bool any, struct ygr_policy_dnf *to,
		 const struct ygr_policy_dnf *with)
{
	if (!is_over(r) && is_affordable(r, any, to, with))
		check(r, any ? ygr_policy_dnf_or(to, with) : ygr_policy_dnf_and(to, with));
}

static void check_events(struct reading *r, const struct ygr_yaml_node *node, enum ygr_field field)
{
	const struct ygr_policy_place place = ygr_policy_parser_key(r->p, node);
	uint64_t without = r->on & ~ygr_field_shapes[field].on;

	if (without)
		ygr_policy_parser_error_at(r->p, &place, "%s: \"%s\" cannot be asked of \"%s\", which has no %s",
					   r->what, node->key, ygr_policy_word_first_on(without),
					   ygr_policy_field[field].noun);
}

static bool read_word(struct reading *r, const struct ygr_yaml_node *node, enum ygr_field field,
		      uint64_t *bit)
{
	char what[YGR_POLICY_WHAT_BYTES];
	union ygr_policy_value value;
	struct ygr_policy_reason why;
	const char *text;

	ygr_policy_parser_join(what, r->what, node->key ?: ygr_policy_field[field].key);
	if (!ygr_yaml_tree_get_string(node, what, &text, r->p->errors))
		return false;
	if (field == YGR_FIELD_LABEL)
		return ygr_policy_parser_label(r->p, node, text, r->what, bit);
	if (ygr_policy_value_parse(field, text, r->p->host, &r->p->model->arena, &value, &why)) {
		ygr_policy_parser_error(r->p, node, "%s: %s", r->what, why.text);
		return false;
	}
	*bit = value.bits;
	return true;
}

static uint64_t read_bits(struct reading *r, const struct ygr_yaml_node *node, enum ygr_field field)
{
	const struct ygr_yaml_node *child;
	char what[YGR_POLICY_WHAT_BYTES];
	uint64_t bits = 0, bit;

	ygr_policy_parser_join(what, r->what, node->key);
	ygr_policy_parser_for_each(child, r->p, node, what) {
		if (!read_word(r, child, field, &bit))
			continue;
		if (bits & bit)
			ygr_policy_parser_warn(r->p, child, "%s: this value stands twice", what);
		bits |= bit;
	}
	return bits;
}

/* A key and its values: one test. */
static void read_test(struct reading *r, const struct ygr_yaml_node *node, enum ygr_field field,
		      struct sense sense, struct ygr_policy_dnf *to)
{
	struct ygr_policy_test test = {
		.field = field,
		.negate = sense.negate,
		.place = ygr_policy_parser_key(r->p, node),
	};
	struct ygr_policy_dnf one = { 0 };

	check_events(r, node, field);
	if (!ygr_field_shapes[field].section)
		test.bits = read_bits(r, node, field);
	else if (!strcmp(node->key, "same-file-as"))
		test.values = ygr_policy_collect_files(r->p, node, r->what);
	else
		test.values = ygr_policy_collect_values(r->p, node, field, r->what);
	if (!test.bits && !test.values)
		return;
	if (check(r, ygr_policy_dnf_set_test(&one, &test)))
		join(r, sense.any, to, &one);
	ygr_policy_dnf_exit(&one);
}

static void read_map(struct reading *r, const struct ygr_yaml_node *map, const char *key,
		     struct sense sense, struct ygr_policy_dnf *to);

/* A map within a condition, which counts as one member. */
static void read_inner(struct reading *r, const struct ygr_yaml_node *map, const char *key,
		       struct sense sense, bool any, struct ygr_policy_dnf *to)
{
	struct ygr_policy_dnf inner = { 0 };

	read_map(r, map, key, sense, &inner);
	join(r, any, to, &inner);
	ygr_policy_dnf_exit(&inner);
}

/* `all` or `any`: a list of maps, which counts as one member of the map that it stands in. */
static void read_maps(struct reading *r, const struct ygr_yaml_node *node, struct sense sense,
		      struct ygr_policy_dnf *to)
{
	struct sense each = sense.negate ? negation_of(plain) : plain;
	bool any = !strcmp(node->key, "any") != sense.negate;
	struct ygr_policy_dnf list = { 0 };
	const struct ygr_yaml_node *child;
	char what[YGR_POLICY_WHAT_BYTES];

	snprintf(what, sizeof(what), "\"%s\" of %s", node->key, r->what);
	if (node->kind != YGR_YAML_LIST) {
		ygr_policy_parser_error(r->p, node, "%s: expected a list of mappings, got %s", what,
					ygr_yaml_tree_describe(node));
		return;
	}
	if (!node->child_nr)
		ygr_policy_parser_error(r->p, node, "%s: the list is empty", what);
	if (!any)
		check(r, ygr_policy_dnf_set_true(&list));
	ygr_yaml_tree_for_each(child, node)
		if (!is_over(r))
			read_inner(r, child, node->key, each, any, &list);
	join(r, sense.any, to, &list);
	ygr_policy_dnf_exit(&list);
}

/* The field that a key asks for; -1: none. */
static int find_field(const char *key)
{
	int field;

	if (!strcmp(key, "same-file-as"))
		return YGR_FIELD_FILE_ID;
	for (field = 0; field < YGR_FIELD_NR; field++)
		if (!strcmp(key, ygr_policy_field_keys[field]))
			return field;
	return -1;
}

static void read_member(struct reading *r, const struct ygr_yaml_node *node, struct sense sense,
			struct ygr_policy_dnf *to)
{
	/* Of `not`, each key must not hold; of its negation, one must. */
	const struct sense none = { .any = sense.negate, .negate = !sense.negate };
	int field = find_field(node->key);

	if (field >= 0)
		read_test(r, node, field, sense, to);
	else if (!strcmp(node->key, "all") || !strcmp(node->key, "any"))
		read_maps(r, node, sense, to);
	else if (!strcmp(node->key, "not"))
		read_inner(r, node, "not", none, sense.any, to);
}

/* @to is empty, and holds the map's alternatives then. */
static void read_map(struct reading *r, const struct ygr_yaml_node *map, const char *key,
		     struct sense sense, struct ygr_policy_dnf *to)
{
	const char *known[YGR_FIELD_NR + 4];
	const struct ygr_yaml_node *child;
	char what[YGR_POLICY_WHAT_BYTES];
	size_t nr = YGR_FIELD_NR;

	memcpy(known, ygr_policy_field_keys, sizeof(ygr_policy_field_keys));
	known[nr++] = "same-file-as";
	known[nr++] = "all";
	known[nr++] = "any";
	known[nr] = "not";
	nr += strcmp(key, "not") != 0;	/* no "not" right in a "not" */

	snprintf(what, sizeof(what), "\"%s\" of %s", key, r->what);
	ygr_yaml_tree_check_map(map, what, known, nr, r->p->errors);
	if (map->kind != YGR_YAML_MAP)
		return;
	if (!map->child_nr)
		ygr_policy_parser_error(r->p, map, "%s is empty", what);
	if (!sense.any && !check(r, ygr_policy_dnf_set_true(to)))
		return;
	ygr_yaml_tree_for_each(child, map)
		if (!is_over(r) && (strcmp(child->key, "not") || strcmp(key, "not")))
			read_member(r, child, sense, to);
}

void ygr_policy_where_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *node,
			   uint64_t on, const char *what, struct ygr_policy_dnf *dnf)
{
	struct reading r = { .p = p, .where = node, .on = on, .what = what };

	read_map(&r, node, "where", plain, dnf);
}
