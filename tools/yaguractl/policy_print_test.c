// SPDX-License-Identifier: GPL-2.0-only
#include "policy_print_test.h"

#include <errno.h>
#include <string.h>

#include "policy_field.h"
#include "policy_values.h"

/* A list of values is broken after so many columns. */
#define LINE_COLUMNS	100

/* Between two values: a blank, or a new line when this one is long. */
static void separate(struct ygr_policy_printer *p, unsigned int indent, uint32_t index, size_t len)
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

static void print_words(struct ygr_policy_printer *p, enum ygr_field field, uint64_t bits)
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
static bool reads_back(struct ygr_policy_printer *p, enum ygr_field field, const char *text,
		       const union ygr_policy_value *value)
{
	const struct ygr_policy_host nobody = { 0 };
	union ygr_policy_value again;
	struct ygr_policy_reason why;
	int err;

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

static void print_value(struct ygr_policy_printer *p, enum ygr_field field, uint32_t first, uint32_t index,
			unsigned int indent)
{
	const union ygr_policy_value value = value_at(p->image, field, first + index);
	char text[1 + YGR_POLICY_VALUE_TEXT];
	/* A "$" in front would be the name of a list. */
	char *start = text + 1;
	size_t len = ygr_policy_value_format(field, &value, start);

	if (!reads_back(p, field, start, &value))
		ygr_policy_printer_fail(p);
	if (*start == '$') {
		*--start = '$';
		len++;
	}
	separate(p, indent, index, is_plain(field) ? len : len + 2);
	if (is_plain(field))
		fputs(start, p->out);
	else
		ygr_policy_printer_quoted(p, start, len);
}

void ygr_policy_print_test_values(struct ygr_policy_printer *p, const struct ygr_test *test,
				  unsigned int indent)
{
	uint32_t i;

	p->column = indent + fprintf(p->out, "%s: [", ygr_policy_field[test->field].key);
	for (i = 0; i < test->nr; i++)
		print_value(p, test->field, test->first, i, indent);
	fputs("]\n", p->out);
	ygr_arena_exit(&p->arena);
}

void ygr_policy_print_test(struct ygr_policy_printer *p, const struct ygr_test *test, unsigned int indent)
{
	uint32_t shared = ygr_policy_shared_find(&p->shared, test);

	if (test->field == YGR_FIELD_LABEL)
		ygr_policy_printer_labels(p, ygr_policy_field[test->field].key, test->bits);
	else if (!ygr_field_shapes[test->field].section)
		print_words(p, test->field, test->bits);
	else if (shared)
		fprintf(p->out, "%s: $list-%u\n", ygr_policy_field[test->field].key, shared);
	else
		ygr_policy_print_test_values(p, test, indent);
}
