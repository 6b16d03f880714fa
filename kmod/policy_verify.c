// SPDX-License-Identifier: GPL-2.0-only
#include <yagura/ygr_abi.h>

#include "field.h"
#include "policy_item.h"
#include "policy_layout.h"
#include "policy_verify.h"

/* What has been verified so far. */
struct verifier {
	struct ygr_policy_image image;
	struct ygr_policy_error *error;
	__u32 clauses;		/* that rules have taken */
	__u32 tests;		/* that clauses have taken */
	__u32 argv_items;
	__u64 span_items;	/* of all tests, as all that follow: what bounds the work on them */
	__u64 span_bytes;
};

static int refuse(const struct verifier *v, __u32 code, const void *where)
{
	return ygr_policy_refuse(v->error, v->image.header, code, where);
}

static int verify_name(const struct verifier *v, const __u32 *name_off)
{
	if (*name_off >= v->image.strings_bytes)
		return refuse(v, YGR_POLICY_E_STRING, name_off);
	if (!ygr_policy_item_is_name(&v->image, *name_off))
		return refuse(v, YGR_POLICY_E_RULE_NAME, name_off);
	return 0;
}

/* ---- tests ---- */

static int verify_bits(const struct verifier *v, const struct ygr_test *test)
{
	__u32 labels = v->image.label_nr;

	if (test->first)
		return refuse(v, YGR_POLICY_E_FIELD, &test->first);
	if (test->nr)
		return refuse(v, YGR_POLICY_E_FIELD, &test->nr);
	if (!test->bits || (test->bits & ~ygr_field_shapes[test->field].bits))
		return refuse(v, YGR_POLICY_E_FIELD, &test->bits);
	if (test->field == YGR_FIELD_LABEL && labels < 64 && test->bits >> labels)
		return refuse(v, YGR_POLICY_E_LABEL, &test->bits);
	return 0;
}

static int verify_span(struct verifier *v, const struct ygr_test *test)
{
	__u32 item_nr = ygr_policy_item_nr(&v->image, ygr_field_shapes[test->field].section);

	if (test->bits)
		return refuse(v, YGR_POLICY_E_FIELD, &test->bits);
	if (test->first >= item_nr)
		return refuse(v, YGR_POLICY_E_SPAN, &test->first);
	if (!test->nr || test->nr > item_nr - test->first)
		return refuse(v, YGR_POLICY_E_SPAN, &test->nr);
	v->span_items += test->nr;
	if (v->span_items > YGR_POLICY_SPAN_ITEMS_MAX)
		return refuse(v, YGR_POLICY_E_TOO_MANY, &test->nr);
	if (test->field == YGR_FIELD_ARGV)
		v->argv_items += test->nr;
	if (v->argv_items > YGR_POLICY_ARGV_ITEMS_MAX)
		return refuse(v, YGR_POLICY_E_ARGV, &test->nr);
	if (ygr_policy_item_verify_span(&v->image, test, &v->span_bytes, v->error))
		return -EBADMSG;
	if (v->span_bytes > YGR_POLICY_TEXT_BYTES_MAX)
		return refuse(v, YGR_POLICY_E_TOO_MANY, &test->nr);
	return 0;
}

static int verify_test(struct verifier *v, const struct ygr_test *test)
{
	if (test->field >= YGR_FIELD_NR)
		return refuse(v, YGR_POLICY_E_FIELD, &test->field);
	if (test->negate > 1)
		return refuse(v, YGR_POLICY_E_FIELD, &test->negate);
	if (test->pad)
		return refuse(v, YGR_POLICY_E_FIELD, &test->pad);
	if (test->pad2)
		return refuse(v, YGR_POLICY_E_FIELD, &test->pad2);
	return ygr_field_shapes[test->field].section ? verify_span(v, test) : verify_bits(v, test);
}

/* Adds to @fields what the clause looks at. */
static int verify_clause(struct verifier *v, const struct ygr_clause *clause, __u32 *fields)
{
	__u32 i;
	int ret;

	if (clause->test_first != v->tests)
		return refuse(v, YGR_POLICY_E_CLAUSE, &clause->test_first);
	if (clause->test_nr > YGR_CLAUSE_TESTS_MAX || clause->test_nr > v->image.test_nr - v->tests)
		return refuse(v, YGR_POLICY_E_CLAUSE, &clause->test_nr);
	v->tests += clause->test_nr;
	for (i = 0; i < clause->test_nr; i++) {
		const struct ygr_test *test = &v->image.tests[clause->test_first + i];

		ret = verify_test(v, test);
		if (ret)
			return ret;
		*fields |= YGR_FIELD_BIT(test->field);
	}
	return 0;
}

/* ---- rules ---- */

static int verify_alert(const struct verifier *v, const struct ygr_rule *rule)
{
	const char *alert = v->image.strings + rule->alert_off;
	__u32 len;

	if (rule->alert_off >= v->image.strings_bytes)
		return refuse(v, YGR_POLICY_E_STRING, &rule->alert_off);
	for (len = 0; alert[len]; len++)
		if (len == YGR_RULE_ALERT_MAX)
			return refuse(v, YGR_POLICY_E_STRING, &rule->alert_off);
	return 0;
}

static bool may_fail_with(__u32 error)
{
	return error == EPERM || error == EACCES || error == ECONNREFUSED || error == ENOENT;
}

static int verify_action(const struct verifier *v, const struct ygr_rule *rule)
{
	bool denies = rule->action == YGR_ACTION_DENY;

	if (rule->action >= YGR_ACTION_NR || (denies && (rule->on & YGR_ON_UNDENIABLE)))
		return refuse(v, YGR_POLICY_E_RULE_ACTION, &rule->action);
	if (rule->mode >= YGR_MODE_NR)
		return refuse(v, YGR_POLICY_E_RULE_MODE, &rule->mode);
	if ((rule->flags & ~YGR_RULE_F_ALL) || (rule->flags && !denies))
		return refuse(v, YGR_POLICY_E_RULE_FLAGS, &rule->flags);
	if (denies ? !may_fail_with(rule->error) : rule->error)
		return refuse(v, YGR_POLICY_E_RULE_ERROR, &rule->error);
	if (rule->breaker_nr && !rule->breaker_s)
		return refuse(v, YGR_POLICY_E_BREAKER, &rule->breaker_s);
	if (rule->breaker_s && !rule->breaker_nr)
		return refuse(v, YGR_POLICY_E_BREAKER, &rule->breaker_nr);
	return 0;
}

/* Adds to @fields what the rule looks at. */
static int verify_clauses(struct verifier *v, const struct ygr_rule *rule, __u32 *fields)
{
	__u32 i;
	int ret;

	if (rule->clause_first != v->clauses)
		return refuse(v, YGR_POLICY_E_CLAUSE, &rule->clause_first);
	if (!rule->clause_nr || rule->clause_nr > v->image.clause_nr - v->clauses)
		return refuse(v, YGR_POLICY_E_CLAUSE, &rule->clause_nr);
	v->clauses += rule->clause_nr;
	for (i = 0; i < rule->clause_nr; i++) {
		ret = verify_clause(v, &v->image.clauses[rule->clause_first + i], fields);
		if (ret)
			return ret;
	}
	return 0;
}

static bool has_fields(__u64 on, __u32 fields)
{
	for (; fields; fields &= fields - 1)
		if (on & ~ygr_field_shapes[__builtin_ctz(fields)].on)
			return false;
	return true;
}

static int verify_rule(struct verifier *v, const struct ygr_rule *rule, __u32 *fields)
{
	__u32 labels = v->image.label_nr;
	int ret;

	ret = verify_name(v, &rule->name_off);
	if (ret)
		return ret;
	if (!rule->on || (rule->on & ~YGR_ON_ALL))
		return refuse(v, YGR_POLICY_E_RULE_ON, &rule->on);
	if (labels < 64 && rule->labels >> labels)
		return refuse(v, YGR_POLICY_E_LABEL, &rule->labels);
	ret = verify_alert(v, rule);
	if (!ret)
		ret = verify_action(v, rule);
	if (!ret)
		ret = verify_clauses(v, rule, fields);
	if (ret)
		return ret;
	if (!has_fields(rule->on, *fields))
		return refuse(v, YGR_POLICY_E_RULE_ON, &rule->on);
	return 0;
}

/* Each value has a flag that says it is there; what has none is zero. */
static int verify_noise(const struct verifier *v)
{
	const struct ygr_noise_item *noise = v->image.noise;

	if (!noise)
		return 0;
	if (noise->flags & ~YGR_NOISE_F_ALL)
		return refuse(v, YGR_POLICY_E_NOISE, &noise->flags);
	if (noise->coalesce_off & ~YGR_ON_COALESCED)
		return refuse(v, YGR_POLICY_E_NOISE, &noise->coalesce_off);
	if (noise->coalesce_ms > YGR_COALESCE_MS_MAX ||
	    (noise->coalesce_ms && !(noise->flags & YGR_NOISE_F_COALESCE)))
		return refuse(v, YGR_POLICY_E_NOISE, &noise->coalesce_ms);
	if (noise->process_budget && !(noise->flags & YGR_NOISE_F_PROCESS))
		return refuse(v, YGR_POLICY_E_NOISE, &noise->process_budget);
	if (noise->cgroup_budget && !(noise->flags & YGR_NOISE_F_CGROUP))
		return refuse(v, YGR_POLICY_E_NOISE, &noise->cgroup_budget);
	return 0;
}

/* What the image tells of its rules together. */
static void note_rule(struct ygr_policy_image *image, const struct ygr_rule *rule, __u32 fields)
{
	__u64 on = rule->on;

	image->on_mask |= on;
	if (rule->action == YGR_ACTION_DENY)
		image->deny_on_mask |= on;
	if (rule->expires_s)
		image->has_expiry = true;
	for (; on; on &= on - 1)
		image->fields_of[__builtin_ctzll(on)] |= fields;
}

static int verify_rules(struct verifier *v)
{
	const struct ygr_policy_image *image = &v->image;
	__u32 i;
	int ret;

	for (i = 0; i < image->rule_nr; i++) {
		__u32 fields = 0;

		ret = verify_rule(v, &image->rules[i], &fields);
		if (ret)
			return ret;
		note_rule(&v->image, &image->rules[i], fields);
	}
	if (v->clauses != image->clause_nr)
		return refuse(v, YGR_POLICY_E_CLAUSE, &image->clauses[v->clauses]);
	if (v->tests != image->test_nr)
		return refuse(v, YGR_POLICY_E_CLAUSE, &image->tests[v->tests]);
	return 0;
}

int ygr_policy_verify(const void *blob, size_t bytes, struct ygr_policy_image *image,
		      struct ygr_policy_error *error)
{
	struct verifier v = { .error = error };
	int ret;

	ret = ygr_policy_layout_verify(blob, bytes, &v.image, error);
	if (!ret)
		ret = verify_name(&v, &v.image.header->name_off);
	if (!ret)
		ret = ygr_policy_item_verify(&v.image, error);
	if (!ret)
		ret = verify_noise(&v);
	if (!ret)
		ret = verify_rules(&v);
	if (!ret)
		*image = v.image;
	return ret;
}
