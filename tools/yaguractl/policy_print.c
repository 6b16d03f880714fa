// SPDX-License-Identifier: GPL-2.0-only
#include "policy_print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "policy_alert.h"
#include "policy_quantity.h"
#include "policy_shared.h"
#include "policy_values.h"
#include "policy_word.h"
#include "utf8.h"

/* A list of values is broken after so many columns. */
#define LINE_COLUMNS	100

struct printer {
	FILE *out;
	const struct ygr_policy_image *image;
	struct ygr_policy_shared shared;
	struct ygr_arena arena;		/* for values that are read back */
	unsigned int column;		/* of the list that is being printed */
	int err;			/* -EILSEQ once something will not load; -ENOMEM */
};

/* ---- words ---- */

/* Double-quoted YAML. Bytes that are no UTF-8 become \xNN, which YAML reads as U+00NN. */
static void print_quoted(struct printer *p, const char *text, size_t len)
{
	uint32_t code;
	size_t nr;

	putc('"', p->out);
	for (; len; text += nr, len -= nr) {
		nr = ygr_utf8_next(text, len, &code);
		if (!nr) {
			p->err = p->err ?: -EILSEQ;
			fprintf(p->out, "\\x%02x", (unsigned char)*text);
			nr = 1;
		} else if (code == '"' || code == '\\') {
			fprintf(p->out, "\\%c", (char)code);
		} else if (ygr_utf8_is_plain(code)) {
			fwrite(text, 1, nr, p->out);
		} else {
			fprintf(p->out, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
		}
	}
	putc('"', p->out);
}

/* Words that some readers of YAML take for something else. */
static bool is_odd_word(const char *name)
{
	static const char *const words[] = {
		"true", "false", "null", "yes", "no", "on", "off", "y", "n",
	};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(name, words[i]))
			return true;
	return false;
}

/* A name that starts with a letter is a plain word in YAML; "-", "7" may be something else. */
static void print_name(struct printer *p, uint32_t name_off, bool is_policy)
{
	const char *name = p->image->strings + name_off;

	if (!ygr_policy_word_is_name(name, is_policy)) {
		p->err = p->err ?: -EILSEQ;
		print_quoted(p, name, strlen(name));
	} else if ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z' && !is_odd_word(name)) {
		fputs(name, p->out);
	} else {
		print_quoted(p, name, strlen(name));
	}
}

/* ---- lists of values ---- */

static void start_list(struct printer *p, const char *key)
{
	p->column = fprintf(p->out, "%s: [", key);
}

/* Between two values: a blank, or a new line when this one is long. */
static void separate(struct printer *p, unsigned int indent, uint32_t index, size_t len)
{
	p->column += len + 2;
	if (!index)
		return;
	if (p->column < LINE_COLUMNS) {
		fputs(", ", p->out);
		return;
	}
	fprintf(p->out, ",\n%*s", indent + 2, "");
	p->column = indent + 2 + len + 2;
}

static void print_labels(struct printer *p, const char *key, uint64_t labels)
{
	uint32_t i, nr = 0;

	fprintf(p->out, "%s: [", key);
	for (i = 0; i < p->image->label_nr; i++) {
		if (!(labels & 1ull << i))
			continue;
		fputs(nr++ ? ", " : "", p->out);
		print_name(p, p->image->labels[i].name_off, false);
	}
	fputs("]\n", p->out);
}

static void print_words(struct printer *p, enum ygr_field field, uint64_t bits)
{
	unsigned int nr, i, printed = 0;
	const char *const *words = ygr_policy_field_words(field, &nr);

	fprintf(p->out, "%s: [", ygr_policy_field[field].key);
	for (i = 0; i < nr; i++)
		if (bits & 1ull << i)
			fprintf(p->out, "%s%s", printed++ ? ", " : "", words[i]);
	fputs("]\n", p->out);
}

static union ygr_policy_value value_at(const struct ygr_policy_image *image, enum ygr_field field,
				       uint32_t index)
{
	union ygr_policy_value value;

	memset(&value, 0, sizeof(value));
	switch (ygr_field_shapes[field].section) {
	case YGR_SECTION_TEXTS:
		value.text.bytes = image->strings + image->texts[index].str_off;
		value.text.len = image->texts[index].len;
		value.text.kind = image->texts[index].kind;
		break;
	case YGR_SECTION_RANGES:
		value.range = image->ranges[index];
		break;
	case YGR_SECTION_CIDRS:
		value.cidr = image->cidrs[index];
		break;
	case YGR_SECTION_IDS:
		value.id = image->ids[index];
		break;
	default:
		value.digest = image->digests[index];
	}
	return value;
}

/* Whether the text is read as this value: a blob may hold what the language cannot say. */
static bool reads_back(struct printer *p, enum ygr_field field, const char *text,
		       const union ygr_policy_value *value)
{
	const struct ygr_policy_host nobody = { 0 };
	union ygr_policy_value again;
	struct ygr_policy_reason why;
	int err;

	if (strlen(text) > 2 * YGR_POLICY_PATH_MAX + 3)
		return false;
	err = ygr_policy_value_parse(field, text, &nobody, &p->arena, &again, &why);
	if (err == -ENOMEM)
		p->err = err;
	return !err && ygr_policy_values_equal(ygr_field_shapes[field].section, &again, value);
}

/* Numbers and words may stand as they are. */
static bool is_plain(enum ygr_field field)
{
	enum ygr_policy_syntax syntax = ygr_policy_field[field].syntax;

	return ygr_field_shapes[field].section == YGR_SECTION_RANGES || syntax == YGR_SYNTAX_CGROUP_ID;
}

static void print_value(struct printer *p, enum ygr_field field, uint32_t first, uint32_t index,
			unsigned int indent)
{
	const union ygr_policy_value value = value_at(p->image, field, first + index);
	char text[1 + YGR_POLICY_VALUE_TEXT];
	/* A "$" in front would be the name of a list. */
	char *start = text + 1;
	size_t len = ygr_policy_value_format(field, &value, start);

	if (!reads_back(p, field, start, &value))
		p->err = p->err ?: -EILSEQ;
	if (*start == '$') {
		*--start = '$';
		len++;
	}
	separate(p, indent, index, is_plain(field) ? len : len + 2);
	if (is_plain(field))
		fputs(start, p->out);
	else
		print_quoted(p, start, len);
}

static void print_span(struct printer *p, enum ygr_field field, const struct ygr_test *test,
		       unsigned int indent)
{
	uint32_t i;

	start_list(p, ygr_policy_field[field].key);
	p->column += indent;
	for (i = 0; i < test->nr; i++)
		print_value(p, field, test->first, i, indent);
	fputs("]\n", p->out);
}

/* A key and its values, behind the blanks that stand there already. */
static void print_test(struct printer *p, const struct ygr_test *test, unsigned int indent)
{
	uint32_t shared = ygr_policy_shared_find(&p->shared, test);

	if (test->field == YGR_FIELD_LABEL)
		print_labels(p, ygr_policy_field[test->field].key, test->bits);
	else if (!ygr_field_shapes[test->field].section)
		print_words(p, test->field, test->bits);
	else if (shared)
		fprintf(p->out, "%s: $list-%u\n", ygr_policy_field[test->field].key, shared);
	else
		print_span(p, test->field, test, indent);
}

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
static uint32_t print_keys(struct printer *p, const struct ygr_test *tests, uint32_t nr, bool negate,
			   unsigned int indent, const char *before)
{
	uint32_t i, printed = 0;

	for (i = 0; i < nr; i++) {
		if (tests[i].negate != negate || is_repeated(tests, i))
			continue;
		fprintf(p->out, "%*s%s", printed ? (int)indent : 0, "", printed ? "" : before);
		print_test(p, &tests[i], indent);
		printed++;
	}
	return printed;
}

static void print_repeated(struct printer *p, const struct ygr_test *tests, uint32_t nr,
			   unsigned int indent)
{
	uint32_t i;

	for (i = 0; i < nr; i++) {
		if (!is_repeated(tests, i))
			continue;
		fprintf(p->out, "%*s- ", indent, "");
		if (tests[i].negate)
			fprintf(p->out, "not:\n%*s", indent + 4, "");
		print_test(p, &tests[i], indent + 4);
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
static void print_clause(struct printer *p, const struct ygr_clause *clause, unsigned int indent,
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

static void print_where(struct printer *p, const struct ygr_rule *rule)
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
		/* An alternative that always holds can only be the only one. */
		if (!clause[i].test_nr)
			p->err = p->err ?: -EILSEQ;
		print_clause(p, &clause[i], 10, "        - ");
	}
}

/* ---- rules ---- */

static void print_on(struct printer *p, uint64_t on)
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

static void print_action(struct printer *p, const struct ygr_rule *rule)
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
static void print_comma_list(struct printer *p, const char *key, const char *text, size_t len)
{
	size_t part;

	if (!len)
		return;
	fprintf(p->out, "    %s: [", key);
	for (;;) {
		part = strcspn(text, ",\t");
		print_quoted(p, text, part);
		if (part >= len)
			break;
		fputs(", ", p->out);
		text += part + 1;
		len -= part + 1;
	}
	fputs("]\n", p->out);
}

static void print_alert(struct printer *p, const struct ygr_rule *rule)
{
	struct ygr_policy_alert alert;

	if (!rule->alert_off)
		return;
	if (!ygr_policy_alert_split(p->image->strings + rule->alert_off, &alert)) {
		p->err = p->err ?: -EILSEQ;
		return;
	}
	if (alert.len[0])
		fprintf(p->out, "    severity: %.*s\n", (int)alert.len[0], alert.part[0]);
	print_comma_list(p, "attack", alert.part[1], alert.len[1]);
	print_comma_list(p, "tags", alert.part[2], alert.len[2]);
	if (alert.len[3]) {
		fputs("    message: ", p->out);
		print_quoted(p, alert.part[3], alert.len[3]);
		putc('\n', p->out);
	}
}

static void print_limits(struct printer *p, const struct ygr_rule *rule)
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

static void print_rule(struct printer *p, const struct ygr_rule *rule)
{
	fputs("  - name: ", p->out);
	print_name(p, rule->name_off, false);
	putc('\n', p->out);
	print_on(p, rule->on);
	print_where(p, rule);
	print_action(p, rule);
	if (rule->labels) {
		fputs("    ", p->out);
		print_labels(p, "set", rule->labels);
	}
	print_alert(p, rule);
	print_limits(p, rule);
}

/* ---- the policy ---- */

static void print_option(struct printer *p, const char *key, const char *value, uint32_t *printed)
{
	fprintf(p->out, "%s  %s: %s\n", (*printed)++ ? "" : "options:\n", key, value);
}

static void print_options(struct printer *p)
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
}

/* Lists that several tests use stand once. */
static void print_lists(struct printer *p)
{
	const struct ygr_test *test;
	uint32_t i;

	if (p->shared.nr)
		fputs("lists:\n", p->out);
	for (i = 0; i < p->shared.nr; i++) {
		test = p->shared.item[i];
		fprintf(p->out, "  list-%u:\n    ", ygr_policy_shared_find(&p->shared, test));
		print_span(p, test->field, test, 4);
	}
}

int ygr_policy_print(FILE *out, const struct ygr_policy_image *image)
{
	struct printer p = { .out = out, .image = image };
	uint32_t i;

	p.err = ygr_policy_shared_init(&p.shared, image);
	fputs("version: 1\nname: ", out);
	print_name(&p, image->header->name_off, true);
	putc('\n', out);
	print_options(&p);
	if (image->label_nr)
		print_labels(&p, "labels", ~0ull);
	print_lists(&p);
	fputs(image->rule_nr ? "rules:\n" : "rules: []\n", out);
	for (i = 0; i < image->rule_nr; i++)
		print_rule(&p, &image->rules[i]);
	ygr_policy_shared_exit(&p.shared);
	ygr_arena_exit(&p.arena);
	return p.err;
}
