// SPDX-License-Identifier: GPL-2.0-only
#include "policy_reach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "policy_word.h"

/* Some of so many tests of an alternative are looked up, in all combinations. */
#define SUBSET_TESTS_MAX	6

/* Values of longer lists are not looked at one by one, nor more values of all rules than this. */
#define LIST_VALUES_MAX		4096
#define VALUES_MAX		YGR_POLICY_SPAN_ITEMS_MAX

/* Key of alternatives without tests: always decided. */
#define ALWAYS			0u

/* What decides something: events, and the first rule that does. */
struct cover {
	uint64_t key;		/* with on == 0: an empty slot */
	uint64_t on;
	uint32_t rule;
};

/* Open addressing, at most half full. Keys are hashes of 64 bits: a collision costs a wrong warning. */
struct covers {
	struct cover *slot;
	uint32_t mask;		/* 0: no slots yet */
	uint32_t nr;
};

struct reach {
	struct ygr_policy_parser *p;
	const struct ygr_policy_model *model;
	struct covers covers;
	uint32_t value_nr;	/* looked at so far */
};

#define NO_RULE		UINT32_MAX
#define MANY_RULES	(UINT32_MAX - 1)

/* ---- the table ---- */

static struct cover *slot_of(const struct covers *covers, uint64_t key)
{
	uint32_t at = key & covers->mask;

	while (covers->slot[at].on && covers->slot[at].key != key)
		at = (at + 1) & covers->mask;
	return &covers->slot[at];
}

static int grow(struct covers *covers)
{
	struct covers larger = { .mask = covers->mask ? 2 * covers->mask + 1 : 1023, .nr = covers->nr };
	uint32_t i;

	if (2 * covers->nr < covers->mask)
		return 0;
	larger.slot = calloc((size_t)larger.mask + 1, sizeof(*larger.slot));
	if (!larger.slot)
		return -ENOMEM;
	for (i = 0; covers->slot && i <= covers->mask; i++)
		if (covers->slot[i].on)
			*slot_of(&larger, covers->slot[i].key) = covers->slot[i];
	free(covers->slot);
	*covers = larger;
	return 0;
}

static void add(struct reach *r, uint64_t key, uint32_t rule)
{
	struct cover *cover;

	if (r->p->err || grow(&r->covers)) {
		r->p->err = -ENOMEM;
		return;
	}
	cover = slot_of(&r->covers, key);
	if (!cover->on) {
		cover->key = key;
		cover->rule = rule;
		r->covers.nr++;
	} else if (r->model->rule[rule].on & ~cover->on) {
		cover->rule = MANY_RULES;
	}
	cover->on |= r->model->rule[rule].on;
}

/* What is found adds up: events, and the one rule that does it all, or that there are many. */
struct found {
	uint64_t on;
	uint32_t rule;
};

static void look_up(const struct reach *r, uint64_t key, uint64_t wanted, struct found *found)
{
	const struct cover *cover = slot_of(&r->covers, key);

	if (!(cover->on & wanted & ~found->on))
		return;
	if (found->rule == NO_RULE)
		found->rule = cover->rule;
	else if (found->rule != cover->rule)
		found->rule = MANY_RULES;
	found->on |= cover->on & wanted;
}

/* ---- keys ---- */

static uint64_t key_of_test(const struct ygr_policy_test *test)
{
	const uint64_t parts[] = {
		test->field, test->negate, test->bits, (uintptr_t)test->values,
	};

	return XXH64(parts, sizeof(parts), 1);
}

/* Sums of the tests' keys do not depend on their order. */
static uint64_t key_of_clause(const struct ygr_policy_test *test, uint32_t nr)
{
	uint64_t sum = ALWAYS;

	while (nr--)
		sum += key_of_test(test++);
	return sum;
}

static uint64_t key_of_value(const struct ygr_policy_test *test, const union ygr_policy_value *value)
{
	return ygr_policy_values_hash(test->values->section, value) * 31 + test->field + 1;
}

/* Whether a test asks for values that there is time to look at. */
static bool take_values(struct reach *r, const struct ygr_policy_test *test)
{
	if (!test->values || test->negate || test->values->nr > LIST_VALUES_MAX ||
	    test->values->nr > VALUES_MAX - r->value_nr)
		return false;
	r->value_nr += test->values->nr;
	return true;
}

/* ---- one alternative ---- */

static void add_clause(struct reach *r, uint32_t rule, const struct ygr_policy_test *test, uint32_t nr)
{
	uint32_t i;

	add(r, key_of_clause(test, nr), rule);
	if (nr == 1 && take_values(r, test))
		for (i = 0; i < test->values->nr; i++)
			add(r, key_of_value(test, &test->values->item[i]), rule);
}

/* All sets of some of its tests. */
static void look_up_subsets(const struct reach *r, const struct ygr_policy_test *test, uint32_t nr,
			    uint64_t on, struct found *found)
{
	uint64_t key[SUBSET_TESTS_MAX], sum;
	uint32_t set, i;

	for (i = 0; i < nr; i++)
		key[i] = key_of_test(&test[i]);
	for (set = 0; set < 1u << nr; set++) {
		for (sum = ALWAYS, i = 0; i < nr; i++)
			if (set & 1u << i)
				sum += key[i];
		look_up(r, sum, on, found);
	}
}

/* The directories around a path. */
static void look_up_directories(const struct reach *r, const struct ygr_policy_test *test,
				const struct ygr_policy_text_value *text, uint64_t on, struct found *found)
{
	union ygr_policy_value directory = { .text = *text };
	uint32_t i;

	if (text->kind != YGR_TEXT_EXACT && text->kind != YGR_TEXT_PREFIX)
		return;
	directory.text.kind = YGR_TEXT_PREFIX;
	for (i = 0; i + 1 < text->len; i++) {
		if (text->bytes[i] != '/')
			continue;
		directory.text.len = i + 1;
		look_up(r, key_of_value(test, &directory), on, found);
	}
}

/* The networks around a network. */
static void look_up_networks(const struct reach *r, const struct ygr_policy_test *test,
			     const struct ygr_cidr_item *cidr, uint64_t on, struct found *found)
{
	union ygr_policy_value around;
	uint32_t len;

	memset(&around, 0, sizeof(around));
	around.cidr = *cidr;
	for (len = cidr->prefix_len; len--; ) {
		around.cidr.prefix_len = len;
		around.cidr.addr[len / 8] &= ~(0x80 >> len % 8);
		look_up(r, key_of_value(test, &around), on, found);
	}
}

/* What is decided of all values of a test. */
static void look_up_values(const struct reach *r, const struct ygr_policy_test *test, uint64_t on,
			   struct found *found)
{
	const struct ygr_policy_values *values = test->values;
	struct found all = { .on = on, .rule = found->rule }, one;
	uint32_t i;

	for (i = 0; i < values->nr && all.on; i++) {
		one = (struct found) { .on = 0, .rule = all.rule };
		look_up(r, key_of_value(test, &values->item[i]), all.on, &one);
		if (values->section == YGR_SECTION_TEXTS && test->field != YGR_FIELD_ARGV)
			look_up_directories(r, test, &values->item[i].text, all.on, &one);
		else if (values->section == YGR_SECTION_CIDRS)
			look_up_networks(r, test, &values->item[i].cidr, all.on, &one);
		all.on &= one.on;
		all.rule = one.rule;
	}
	if (all.on & ~found->on) {
		found->on |= all.on;
		found->rule = all.rule;
	}
}

/* Events of @on for which earlier rules decide the alternative. */
static struct found find_cover(struct reach *r, const struct ygr_policy_test *test, uint32_t nr,
			       uint64_t on)
{
	struct found found = { .on = 0, .rule = NO_RULE };
	uint32_t i;

	if (nr <= SUBSET_TESTS_MAX) {
		look_up_subsets(r, test, nr, on, &found);
	} else {
		look_up(r, ALWAYS, on, &found);
		look_up(r, key_of_clause(test, nr), on, &found);
	}
	for (i = 0; i < nr; i++)
		if (on & ~found.on && take_values(r, &test[i]))
			look_up_values(r, &test[i], on, &found);
	return found;
}

/* ---- rules ---- */

static const struct ygr_policy_test *tests_of(const struct reach *r, const struct ygr_policy_rule *rule,
					      uint32_t index, uint32_t *nr)
{
	const struct ygr_policy_clause *clause = &r->model->clause[rule->clause_first + index];

	*nr = clause->test_nr;
	return *nr ? &r->model->test[clause->test_first] : NULL;
}

/* An earlier rule with the very same alternatives, for some of the same events; or NULL. */
static const struct ygr_policy_rule *find_twin(const struct reach *r, const struct ygr_policy_rule *rule)
{
	const struct ygr_policy_rule *twin = NULL;
	const struct ygr_policy_test *test;
	const struct cover *cover;
	uint32_t i, nr;

	for (i = 0; i < rule->clause_nr; i++) {
		test = tests_of(r, rule, i, &nr);
		cover = slot_of(&r->covers, key_of_clause(test, nr));
		if (!nr || !(cover->on & rule->on) || cover->rule == MANY_RULES ||
		    (twin && twin != &r->model->rule[cover->rule]))
			return NULL;
		twin = &r->model->rule[cover->rule];
	}
	return twin && twin->clause_nr == rule->clause_nr ? twin : NULL;
}

static bool do_the_same(const struct ygr_policy_rule *a, const struct ygr_policy_rule *b)
{
	return a->action == b->action && a->mode == b->mode && a->flags == b->flags && a->error == b->error;
}

static void warn_unreachable(const struct reach *r, const struct ygr_policy_rule *rule,
			     const struct found *found)
{
	const struct cover *always = slot_of(&r->covers, ALWAYS);

	if (!(rule->on & ~always->on))
		ygr_policy_parser_warn_at(r->p, &rule->place, "rule \"%s\" is unreachable: earlier rules without \"where\" decide all its events",
					  rule->name);
	else if (found->rule < MANY_RULES)
		ygr_policy_parser_warn_at(r->p, &rule->place, "rule \"%s\" is unreachable: rule \"%s\" decides all that it is about",
					  rule->name, r->model->rule[found->rule].name);
	else
		ygr_policy_parser_warn_at(r->p, &rule->place, "rule \"%s\" is unreachable: earlier rules decide all that it is about",
					  rule->name);
}

static void check_rule(struct reach *r, const struct ygr_policy_rule *rule)
{
	const struct ygr_policy_rule *twin = find_twin(r, rule);
	struct found all = { .on = rule->on, .rule = NO_RULE }, one;
	const struct ygr_policy_test *test;
	uint32_t i, nr;

	if (twin && rule->action != YGR_ACTION_LABEL && !do_the_same(rule, twin)) {
		ygr_policy_parser_warn_at(r->p, &rule->place, "rule \"%s\" contradicts rule \"%s\", which has the same \"where\" and decides \"%s\" first",
					  rule->name, twin->name,
					  ygr_policy_word_first_on(rule->on & twin->on));
		return;
	}
	for (i = 0; i < rule->clause_nr && all.on == rule->on; i++) {
		test = tests_of(r, rule, i, &nr);
		one = find_cover(r, test, nr, rule->on);
		all.on &= one.on;
		all.rule = all.rule == NO_RULE || all.rule == one.rule ? one.rule : MANY_RULES;
	}
	if (all.on == rule->on)
		warn_unreachable(r, rule, &all);
}

void ygr_policy_reach_check(struct ygr_policy_parser *p)
{
	struct reach r = { .p = p, .model = p->model };
	const struct ygr_policy_rule *rule;
	const struct ygr_policy_test *test;
	uint32_t i, j, nr;

	if (grow(&r.covers))
		p->err = -ENOMEM;
	for (i = 0; i < r.model->rule_nr && !p->err; i++) {
		rule = &r.model->rule[i];
		check_rule(&r, rule);
		/* What decides nothing, or not for good, leaves all to later rules. */
		if (rule->action == YGR_ACTION_LABEL || rule->expires_s)
			continue;
		for (j = 0; j < rule->clause_nr; j++) {
			test = tests_of(&r, rule, j, &nr);
			add_clause(&r, i, test, nr);
		}
	}
	free(r.covers.slot);
}
