// SPDX-License-Identifier: GPL-2.0-only
#include "policy_print.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "policy_value.h"
#include "policy_word.h"
#include "utf8.h"

struct printer {
	FILE *out;
	const struct ygr_policy_image *image;
	int err;	/* -EILSEQ once something will not load */
};

/* Double-quoted YAML. Bytes that are no UTF-8 become \xNN, which YAML reads as U+00NN. */
static void print_quoted(struct printer *p, const char *text, size_t len)
{
	uint32_t code;
	size_t nr;

	putc('"', p->out);
	for (; len; text += nr, len -= nr) {
		nr = ygr_utf8_next(text, len, &code);
		if (!nr) {
			p->err = -EILSEQ;
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

/* A name that starts with a letter is a plain word in YAML; "-", "7" may be something else. */
static void print_name(struct printer *p, uint32_t name_off, bool is_policy)
{
	const char *name = p->image->strings + name_off;

	if (!ygr_policy_word_is_name(name, is_policy)) {
		p->err = -EILSEQ;
		print_quoted(p, name, strlen(name));
	} else if ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z') {
		fputs(name, p->out);
	} else {
		print_quoted(p, name, strlen(name));
	}
}

static void print_path(struct printer *p, const struct ygr_path_item *item)
{
	const char *path = p->image->strings + item->str_off;
	char text[YGR_POLICY_PATH_MAX + 3];

	if (memchr(path, '*', item->len) || memchr(path, '?', item->len))
		p->err = -EILSEQ;
	memcpy(text, path, item->len);
	memcpy(text + item->len, "**", 2);
	print_quoted(p, text, item->len + (item->kind == YGR_PATH_PREFIX ? 2 : 0));
}

static void print_range(struct printer *p, const struct ygr_range_item *item)
{
	fprintf(p->out, "%u", item->low);
	if (item->high != item->low)
		fprintf(p->out, "-%u", item->high);
}

/* Read back: the language refuses some networks that a blob may hold (IPv4 in IPv6 form). */
static void print_cidr(struct printer *p, const struct ygr_cidr_item *item)
{
	char addr[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 4], why[200];
	union ygr_policy_value value;

	inet_ntop(item->family, item->addr, addr, sizeof(addr));
	snprintf(text, sizeof(text), "%s/%u", addr, item->prefix_len);
	if (ygr_policy_value_parse(YGR_DIM_CIDR, text, NULL, &value, why, sizeof(why)))
		p->err = -EILSEQ;
	fprintf(p->out, "\"%s\"", text);
}

static void print_item(struct printer *p, enum ygr_dimension dimension, uint32_t index)
{
	switch (dimension) {
	case YGR_DIM_PATH:
		print_path(p, &p->image->paths[index]);
		break;
	case YGR_DIM_UID:
		print_range(p, &p->image->uids[index]);
		break;
	case YGR_DIM_CIDR:
		print_cidr(p, &p->image->cidrs[index]);
		break;
	case YGR_DIM_PORT:
		print_range(p, &p->image->ports[index]);
		break;
	case YGR_DIM_NR:
		break;
	}
}

static void print_span(struct printer *p, const char *indent,
		       enum ygr_dimension dimension, const struct ygr_span *span)
{
	uint32_t i;

	if (!span->nr)
		return;
	fprintf(p->out, "%s%s: [", indent, ygr_policy_word_dimension[dimension]);
	for (i = 0; i < span->nr; i++) {
		if (i)
			fputs(", ", p->out);
		print_item(p, dimension, span->first + i);
	}
	fputs("]\n", p->out);
}

static bool in_use(const struct ygr_span *spans)
{
	unsigned int dimension;

	for (dimension = 0; dimension < YGR_DIM_NR; dimension++)
		if (spans[dimension].nr)
			return true;
	return false;
}

static void print_where(struct printer *p, const struct ygr_rule *rule)
{
	unsigned int dimension;

	if (!in_use(rule->match) && !in_use(rule->except))
		return;
	fputs("    where:\n", p->out);
	for (dimension = 0; dimension < YGR_DIM_NR; dimension++)
		print_span(p, "      ", dimension, &rule->match[dimension]);
	if (!in_use(rule->except))
		return;
	fputs("      not:\n", p->out);
	for (dimension = 0; dimension < YGR_DIM_NR; dimension++)
		print_span(p, "        ", dimension, &rule->except[dimension]);
}

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

static void print_rule(struct printer *p, const struct ygr_rule *rule)
{
	fputs("  - name: ", p->out);
	print_name(p, rule->name_off, false);
	putc('\n', p->out);
	print_on(p, rule->on);
	print_where(p, rule);
	fprintf(p->out, "    do: %s\n", ygr_policy_word_action[rule->action]);
	if (rule->mode != YGR_MODE_ENFORCE)
		fprintf(p->out, "    mode: %s\n", ygr_policy_word_mode[rule->mode]);
}

int ygr_policy_print(FILE *out, const struct ygr_policy_image *image)
{
	struct printer p = { .out = out, .image = image };
	uint32_t i;

	fputs("version: 1\nname: ", out);
	print_name(&p, image->header->name_off, true);
	fputs(image->rule_nr ? "\nrules:\n" : "\nrules: []\n", out);
	for (i = 0; i < image->rule_nr; i++)
		print_rule(&p, &image->rules[i]);
	return p.err;
}
