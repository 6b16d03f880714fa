// SPDX-License-Identifier: GPL-2.0-only
#include "policy_print.h"

#include <errno.h>
#include <string.h>

#include "policy_alert.h"
#include "policy_field.h"
#include "policy_print_test.h"
#include "policy_quantity.h"
#include "policy_word.h"

/* ---- conditions ---- */

/* Whether an earlier test of the clause has the same key in the same place. */
static bool is_repeated(const struct ygr_test *tests, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < index; i++)
		if (tests[i].field == tests[index].field && tests[i].negate == tests[index].negate)
			return true;
	return false;
}

/* Tests of the map itself, or of its `not`. Return: how many. */
static uint32_t print_keys(struct ygr_policy_printer *p, const struct ygr_test *tests, uint32_t nr, bool negate,
			   unsigned int indent, const char *before)
{
	uint32_t i, printed = 0;

	for (i = 0; i < nr; i++) {
		if (tests[i].negate != negate || is_repeated(tests, i))
			continue;
		fprintf(p->out, "%*s%s", printed ? (int)indent : 0, "", printed ? "" : before);
		ygr_policy_print_test(p, &tests[i], indent);
		printed++;
	}
	return printed;
}

static void print_repeated(struct ygr_policy_printer *p, const struct ygr_test *tests, uint32_t nr,
			   unsigned int indent)
{
	uint32_t i;

	for (i = 0; i < nr; i++) {
		if (!is_repeated(tests, i))
			continue;
		fprintf(p->out, "%*s- ", indent, "");
		if (tests[i].negate)
			fprintf(p->out, "not:\n%*s", indent + 4, "");
		ygr_policy_print_test(p, &tests[i], indent + 4);
	}
}

static bool has_repeated(const struct ygr_test *tests, uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++)
		if (is_repeated(tests, i))
			return true;
	return false;
}

/* One alternative as a map, whose first key stands behind `before`. */
static void print_clause(struct ygr_policy_printer *p, const struct ygr_clause *clause, unsigned int indent,
			 const char *before)
{
	const struct ygr_test *tests = &p->image->tests[clause->test_first];
	char deeper[32];
	uint32_t nr = clause->test_nr, i, negated = 0;

	if (print_keys(p, tests, nr, false, indent, before))
		before = NULL;
	for (i = 0; i < nr; i++)
		negated += tests[i].negate;
	if (negated) {
		fprintf(p->out, "%*s%snot:\n", before ? 0 : (int)indent, "", before ?: "");
		snprintf(deeper, sizeof(deeper), "%*s", indent + 2, "");
		print_keys(p, tests, nr, true, indent + 2, deeper);
	}
	if (has_repeated(tests, nr)) {
		fprintf(p->out, "%*sall:\n", indent, "");
		print_repeated(p, tests, nr, indent + 2);
	}
}

static void print_where(struct ygr_policy_printer *p, const struct ygr_rule *rule)
{
	const struct ygr_clause *clause = &p->image->clauses[rule->clause_first];
	uint32_t i;

	if (rule->clause_nr == 1 && !clause->test_nr)
		return;
	fputs("    where:\n", p->out);
	if (rule->clause_nr == 1) {
		print_clause(p, clause, 6, "      ");
		return;
	}
	fputs("      any:\n", p->out);
	for (i = 0; i < rule->clause_nr; i++) {
		if (clause[i].test_nr) {
			print_clause(p, &clause[i], 10, "        - ");
			continue;
		}
		/* An alternative that always holds can only be the only one. */
		ygr_policy_printer_fail(p);
		fputs("        - {}\n", p->out);
	}
}

/* ---- rules ---- */

static void print_on(struct ygr_policy_printer *p, uint64_t on)
{
	const char *before = "";
	unsigned int i;

	fputs("    on: [", p->out);
	for (i = 0; i < YGR_ON_NR; i++) {
		if (!(on & YGR_ON_BIT(i)))
			continue;
		fprintf(p->out, "%s%s", before, ygr_policy_word_on[i]);
		before = ", ";
	}
	fputs("]\n", p->out);
}

static void print_action(struct ygr_policy_printer *p, const struct ygr_rule *rule)
{
	bool kills = rule->flags & YGR_RULE_F_KILL;
	unsigned int i;

	fprintf(p->out, "    do: %s\n", kills ? "kill" : ygr_policy_word_action[rule->action]);
	if (rule->mode != YGR_MODE_ENFORCE)
		fprintf(p->out, "    mode: %s\n", ygr_policy_word_mode[rule->mode]);
	for (i = 1; i < YGR_POLICY_ERRNO_NR; i++)
		if (rule->error == ygr_policy_word_errno_number[i])
			fprintf(p->out, "    errno: %s\n", ygr_policy_word_errno[i]);
}

/* "a,b" */
static void print_comma_list(struct ygr_policy_printer *p, const char *key, const char *text, size_t len)
{
	size_t part;

	if (!len)
		return;
	fprintf(p->out, "    %s: [", key);
	for (;;) {
		part = strcspn(text, ",\t");
		ygr_policy_printer_quoted(p, text, part);
		if (part >= len)
			break;
		fputs(", ", p->out);
		text += part + 1;
		len -= part + 1;
	}
	fputs("]\n", p->out);
}

static void print_alert(struct ygr_policy_printer *p, const struct ygr_rule *rule)
{
	struct ygr_policy_alert alert;

	if (!rule->alert_off)
		return;
	if (!ygr_policy_alert_split(p->image->strings + rule->alert_off, &alert)) {
		ygr_policy_printer_fail(p);
		return;
	}
	if (alert.len[0])
		fprintf(p->out, "    severity: %.*s\n", (int)alert.len[0], alert.part[0]);
	print_comma_list(p, "attack", alert.part[1], alert.len[1]);
	print_comma_list(p, "tags", alert.part[2], alert.len[2]);
	if (alert.len[3]) {
		fputs("    message: ", p->out);
		ygr_policy_printer_quoted(p, alert.part[3], alert.len[3]);
		putc('\n', p->out);
	}
}

static void print_limits(struct ygr_policy_printer *p, const struct ygr_rule *rule)
{
	char text[YGR_POLICY_QUANTITY_TEXT];

	if (rule->breaker_nr) {
		ygr_policy_quantity_put_rate(text, rule->breaker_nr, rule->breaker_s);
		fprintf(p->out, "    breaker: %s\n", text);
	}
	if (rule->expires_s) {
		ygr_policy_quantity_put_time(text, rule->expires_s);
		fprintf(p->out, "    expires: \"%s\"\n", text);
	}
}

static void print_rule(struct ygr_policy_printer *p, const struct ygr_rule *rule)
{
	fputs("  - name: ", p->out);
	ygr_policy_printer_name(p, rule->name_off, false);
	putc('\n', p->out);
	print_on(p, rule->on);
	print_where(p, rule);
	print_action(p, rule);
	if (rule->labels) {
		fputs("    ", p->out);
		ygr_policy_printer_labels(p, "set", rule->labels);
	}
	print_alert(p, rule);
	print_limits(p, rule);
}

/* ---- the policy ---- */

static void print_option(struct ygr_policy_printer *p, const char *key, const char *value, uint32_t *printed)
{
	fprintf(p->out, "%s  %s: %s\n", (*printed)++ ? "" : "options:\n", key, value);
}

static void print_noise(struct ygr_policy_printer *p, const struct ygr_noise_item *noise, uint32_t *printed)
{
	char text[YGR_POLICY_QUANTITY_TEXT];
	const char *before = "";
	unsigned int i;

	if (noise->flags & YGR_NOISE_F_COALESCE) {
		ygr_policy_quantity_put_window(text, noise->coalesce_ms);
		print_option(p, "coalesce", text, printed);
	}
	if (noise->coalesce_off) {
		fprintf(p->out, "%s  coalesce-not: [", (*printed)++ ? "" : "options:\n");
		for (i = 0; i < YGR_ON_NR; i++) {
			if (!(noise->coalesce_off & YGR_ON_BIT(i)))
				continue;
			fprintf(p->out, "%s%s", before, ygr_policy_word_on[i]);
			before = ", ";
		}
		fputs("]\n", p->out);
	}
	if (noise->flags & YGR_NOISE_F_PROCESS) {
		ygr_policy_quantity_put_budget(text, noise->process_budget);
		print_option(p, "process-budget", text, printed);
	}
	if (noise->flags & YGR_NOISE_F_CGROUP) {
		ygr_policy_quantity_put_budget(text, noise->cgroup_budget);
		print_option(p, "cgroup-budget", text, printed);
	}
}

static void print_options(struct ygr_policy_printer *p)
{
	const struct ygr_policy_header *header = p->image->header;
	char text[YGR_POLICY_QUANTITY_TEXT];
	uint32_t printed = 0;

	if (header->serial)
		fprintf(p->out, "serial: %llu\n", (unsigned long long)header->serial);
	if (header->flags & YGR_POLICY_F_DIGEST)
		print_option(p, "digest", "true", &printed);
	if (header->digest_bytes_max != YGR_POLICY_DIGEST_BYTES_DEFAULT) {
		ygr_policy_quantity_put_bytes(text, header->digest_bytes_max);
		print_option(p, "digest-max", text, &printed);
	}
	if (header->flags & YGR_POLICY_F_UNPROTECTED)
		print_option(p, "protect", "false", &printed);
	if (header->daemon_timeout_s) {
		ygr_policy_quantity_put_duration(text, header->daemon_timeout_s);
		print_option(p, "daemon-timeout", text, &printed);
	}
	if (header->breaker_nr) {
		ygr_policy_quantity_put_rate(text, header->breaker_nr, header->breaker_s);
		print_option(p, "breaker", text, &printed);
	}
	if (p->image->noise)
		print_noise(p, p->image->noise, &printed);
}

/* Lists that several tests use stand once. */
static void print_lists(struct ygr_policy_printer *p)
{
	const struct ygr_test *test;
	uint32_t i;

	if (p->shared.nr)
		fputs("lists:\n", p->out);
	for (i = 0; i < p->shared.nr; i++) {
		test = p->shared.item[i];
		fprintf(p->out, "  list-%u:\n    ", ygr_policy_shared_find(&p->shared, test));
		ygr_policy_print_test_values(p, test, 4);
	}
}

int ygr_policy_print(FILE *out, const struct ygr_policy_image *image)
{
	struct ygr_policy_printer p = { .out = out, .image = image };
	uint32_t i;

	p.err = ygr_policy_shared_init(&p.shared, image);
	fputs("version: 1\nname: ", out);
	ygr_policy_printer_name(&p, image->header->name_off, true);
	putc('\n', out);
	print_options(&p);
	if (image->label_nr)
		ygr_policy_printer_labels(&p, "labels", ~0ull);
	print_lists(&p);
	fputs(image->rule_nr ? "rules:\n" : "rules: []\n", out);
	for (i = 0; i < image->rule_nr; i++)
		print_rule(&p, &image->rules[i]);
	ygr_policy_shared_exit(&p.shared);
	return p.err;
}
