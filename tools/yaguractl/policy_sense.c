// SPDX-License-Identifier: GPL-2.0-only
#include "policy_sense.h"

#include <sys/socket.h>

#include "policy_relation.h"

/* Fields of which an event has more than one value: two lists without a common one may both hold. */
#define MANY_VALUED	(YGR_FIELD_BIT(YGR_FIELD_ANCESTOR) | YGR_FIELD_BIT(YGR_FIELD_ARGV))

/* Pairs of values that are compared in one policy. */
#define PAIRS_MAX	(1u << 26)

/* An alternative of a rule. */
struct clause {
	struct ygr_policy_parser *p;
	uint64_t pair_nr;		/* compared in this policy so far */
	const struct ygr_policy_rule *rule;
	const struct ygr_policy_test *test;
	uint32_t nr;
};

static void warn(const struct clause *c, const struct ygr_policy_test *at, const char *why)
{
	const char *one = c->rule->clause_nr > 1 ? ": an alternative" : "";

	ygr_policy_parser_warn_at(c->p, &at->place, "rule \"%s\"%s never holds: %s", c->rule->name, one, why);
}

static const struct ygr_policy_test *find(const struct clause *c, enum ygr_field field)
{
	uint32_t i;

	for (i = 0; i < c->nr; i++)
		if (c->test[i].field == field && !c->test[i].negate)
			return &c->test[i];
	return NULL;
}

static bool has_number(const struct ygr_policy_test *test, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < test->values->nr; i++)
		if (test->values->item[i].range.low <= number && number <= test->values->item[i].range.high)
			return true;
	return false;
}

/* What one field of a socket says of another. */
static bool check_socket(const struct clause *c)
{
	const struct ygr_policy_test *family = find(c, YGR_FIELD_FAMILY);
	const struct ygr_policy_test *name = find(c, YGR_FIELD_UNIX);
	const struct ygr_policy_test *address = find(c, YGR_FIELD_ADDRESS) ?: find(c, YGR_FIELD_PORT);

	if (name && address) {
		warn(c, name, "a socket with a unix name has no address");
		return true;
	}
	if (name && family && !has_number(family, AF_UNIX)) {
		warn(c, family, "only sockets of family unix have a unix name");
		return true;
	}
	if (address && family && !has_number(family, AF_INET) && !has_number(family, AF_INET6)) {
		warn(c, family, "only sockets of family inet and inet6 have an address");
		return true;
	}
	return false;
}

/* Words about the change of a file's mode, and of its digest, are told by one event each. */
static bool check_file(const struct clause *c)
{
	const struct ygr_policy_test *file = find(c, YGR_FIELD_FILE_ATTR);

	if (file && !(file->bits & ~(YGR_FILE_TO_SETID | YGR_FILE_TO_EXECUTABLE)) &&
	    !(c->rule->on & YGR_ON_BIT(YGR_ON_CHMOD))) {
		warn(c, file, "only \"chmod\" tells what a file's mode is changed to");
		return true;
	}
	if (file && file->bits == YGR_FILE_NO_DIGEST && !(c->rule->on & YGR_ON_BIT(YGR_ON_EXEC))) {
		warn(c, file, "only \"exec\" tells that a file has no digest");
		return true;
	}
	return false;
}

/* Two tests of one field. Return: NULL, or why they do not hold together. */
static const char *clash(const struct ygr_policy_test *a, const struct ygr_policy_test *b)
{
	if (a->negate && b->negate)
		return NULL;
	if (a->negate || b->negate) {
		const struct ygr_policy_test *wanted = a->negate ? b : a, *not = a->negate ? a : b;

		if (wanted->values ? ygr_policy_relation_within(wanted->values, not->values) :
				     !(wanted->bits & ~not->bits))
			return "\"not\" takes away all that it asks for";
		return NULL;
	}
	if (a->values && !(MANY_VALUED & YGR_FIELD_BIT(a->field)) &&
	    ygr_policy_relation_disjoint(a->values, b->values))
		return "it asks for two things at once";
	return NULL;
}

/* Whether there is time to compare them. */
static bool take_pair(struct clause *c, const struct ygr_policy_test *a, const struct ygr_policy_test *b)
{
	if (a->field != b->field || c->pair_nr > PAIRS_MAX)
		return false;
	if (a->values)
		c->pair_nr += (uint64_t)a->values->nr * b->values->nr;
	return true;
}

static void check_clause(struct clause *c)
{
	const char *why;
	uint32_t i, j;

	if (check_socket(c) || check_file(c))
		return;
	for (i = 0; i < c->nr; i++) {
		for (j = 0; j < i; j++) {
			if (!take_pair(c, &c->test[j], &c->test[i]))
				continue;
			why = clash(&c->test[j], &c->test[i]);
			if (!why)
				continue;
			warn(c, &c->test[i], why);
			return;
		}
	}
}

/* Labels of policies before this one may still be there, but hardly on purpose. */
static void check_labels(struct ygr_policy_parser *p)
{
	const struct ygr_policy_model *model = p->model;
	const struct ygr_policy_test *test;
	uint64_t set = 0, missing;
	uint32_t i;

	for (i = 0; i < model->rule_nr; i++)
		set |= model->rule[i].labels;
	for (i = 0; i < model->test_nr; i++) {
		test = &model->test[i];
		missing = test->field == YGR_FIELD_LABEL ? test->bits & ~set : 0;
		if (!missing)
			continue;
		ygr_policy_parser_warn_at(p, &test->place, "no rule sets label \"%s\"",
					  model->label[__builtin_ctzll(missing)]);
		set |= missing;
	}
}

void ygr_policy_sense_check(struct ygr_policy_parser *p)
{
	const struct ygr_policy_model *model = p->model;
	struct clause c = { .p = p };
	uint32_t i, j;

	for (i = 0; i < model->rule_nr; i++) {
		c.rule = &model->rule[i];
		for (j = 0; j < c.rule->clause_nr; j++) {
			const struct ygr_policy_clause *clause = &model->clause[c.rule->clause_first + j];

			if (!clause->test_nr)
				continue;
			c.test = &model->test[clause->test_first];
			c.nr = clause->test_nr;
			check_clause(&c);
		}
	}
	check_labels(p);
}
