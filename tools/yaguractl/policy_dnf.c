// SPDX-License-Identifier: GPL-2.0-only
#include "policy_dnf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool ygr_policy_dnf_same_test(const struct ygr_policy_test *a, const struct ygr_policy_test *b)
{
	return a->field == b->field && a->negate == b->negate && a->bits == b->bits &&
	       a->values == b->values;
}

static bool is_before(const struct ygr_policy_test *a, const struct ygr_policy_test *b)
{
	return a->negate != b->negate ? b->negate : a->field < b->field;
}

/* Behind those of its field, unless it is there. */
static int add_test(struct ygr_policy_conjunction *to, const struct ygr_policy_test *test)
{
	uint32_t i, at;

	for (i = 0; i < to->nr; i++)
		if (ygr_policy_dnf_same_test(&to->test[i], test))
			return 0;
	if (to->nr == YGR_CLAUSE_TESTS_MAX)
		return -EOVERFLOW;
	for (at = to->nr; at && is_before(test, &to->test[at - 1]); at--)
		to->test[at] = to->test[at - 1];
	to->test[at] = *test;
	to->nr++;
	return 0;
}

static bool is_same(const struct ygr_policy_conjunction *a, const struct ygr_policy_conjunction *b)
{
	uint32_t i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (!ygr_policy_dnf_same_test(&a->test[i], &b->test[i]))
			return false;
	return true;
}

/* Return: a new last alternative, uninitialised; NULL: no memory. */
static struct ygr_policy_conjunction *add_item(struct ygr_policy_dnf *dnf)
{
	uint32_t larger = dnf->cap ? 2 * dnf->cap : 1;
	void *moved;

	if (dnf->nr == dnf->cap) {
		moved = reallocarray(dnf->item, larger, sizeof(*dnf->item));
		if (!moved)
			return NULL;
		dnf->item = moved;
		dnf->cap = larger;
	}
	return &dnf->item[dnf->nr++];
}

static int add_alternative(struct ygr_policy_dnf *dnf, const struct ygr_policy_conjunction *item)
{
	struct ygr_policy_conjunction *to;
	uint32_t i;

	for (i = 0; i < dnf->nr; i++)
		if (is_same(&dnf->item[i], item))
			return 0;
	if (dnf->nr == YGR_POLICY_ALTERNATIVES_MAX)
		return -E2BIG;
	to = add_item(dnf);
	if (!to)
		return -ENOMEM;
	to->nr = item->nr;
	memcpy(to->test, item->test, item->nr * sizeof(item->test[0]));
	return 0;
}

int ygr_policy_dnf_set_true(struct ygr_policy_dnf *dnf)
{
	struct ygr_policy_conjunction *item = add_item(dnf);

	if (!item)
		return -ENOMEM;
	item->nr = 0;
	return 0;
}

int ygr_policy_dnf_set_test(struct ygr_policy_dnf *dnf, const struct ygr_policy_test *test)
{
	struct ygr_policy_conjunction *item = add_item(dnf);

	if (!item)
		return -ENOMEM;
	item->nr = 1;
	item->test[0] = *test;
	return 0;
}

int ygr_policy_dnf_or(struct ygr_policy_dnf *dnf, const struct ygr_policy_dnf *with)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < with->nr && !err; i++)
		err = add_alternative(dnf, &with->item[i]);
	return err;
}

/* Both of two alternatives. */
static int join(const struct ygr_policy_conjunction *a, const struct ygr_policy_conjunction *b,
		struct ygr_policy_dnf *to)
{
	struct ygr_policy_conjunction both;
	uint32_t i;
	int err = 0;

	both.nr = a->nr;
	memcpy(both.test, a->test, a->nr * sizeof(a->test[0]));
	for (i = 0; i < b->nr && !err; i++)
		err = add_test(&both, &b->test[i]);
	return err ?: add_alternative(to, &both);
}

int ygr_policy_dnf_and(struct ygr_policy_dnf *dnf, const struct ygr_policy_dnf *with)
{
	struct ygr_policy_dnf product = { 0 };
	uint32_t i, j;
	int err = 0;

	for (i = 0; i < dnf->nr && !err; i++)
		for (j = 0; j < with->nr && !err; j++)
			err = join(&dnf->item[i], &with->item[j], &product);
	if (err) {
		ygr_policy_dnf_exit(&product);
		return err;
	}
	ygr_policy_dnf_exit(dnf);
	*dnf = product;
	return 0;
}

void ygr_policy_dnf_exit(struct ygr_policy_dnf *dnf)
{
	free(dnf->item);
	*dnf = (struct ygr_policy_dnf) { 0 };
}
