// SPDX-License-Identifier: GPL-2.0-only
#include "policy_diff.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy_print.h"

/* How the printer begins a rule. */
#define RULE_START	"  - name: "

/* Lines of a printed policy: its head, or one rule. */
struct block {
	const char *text;
	size_t len;
	const char *name;	/* of a rule; the head's is "" */
	size_t name_len;
	struct block *other;	/* the block of that name in the other policy */
};

struct printed {
	char *text;
	size_t len;
	struct block *blocks;	/* 0: the head */
	size_t nr;
};

static void destroy(struct printed *printed)
{
	free(printed->text);
	free(printed->blocks);
}

static bool starts_rule(const char *line, const char *end)
{
	return (size_t)(end - line) > strlen(RULE_START) &&
	       !memcmp(line, RULE_START, strlen(RULE_START));
}

static const char *next_line(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));

	return newline ? newline + 1 : end;
}

static void begin(struct printed *printed, const char *line, const char *end)
{
	struct block *block = &printed->blocks[printed->nr++];

	*block = (struct block) { .text = line, .name = "" };
	if (!starts_rule(line, end))
		return;
	block->name = line + strlen(RULE_START);
	block->name_len = (size_t)(next_line(line, end) - block->name);
}

/* Return: 0 or -ENOMEM. */
static int split(struct printed *printed, size_t rule_nr)
{
	const char *end = printed->text + printed->len, *line;

	printed->blocks = calloc(rule_nr + 1, sizeof(*printed->blocks));
	if (!printed->blocks)
		return -ENOMEM;
	begin(printed, printed->text, printed->text);
	for (line = printed->text; line < end; line = next_line(line, end)) {
		if (starts_rule(line, end) && printed->nr <= rule_nr)
			begin(printed, line, end);
		printed->blocks[printed->nr - 1].len +=
			(size_t)(next_line(line, end) - line);
	}
	return 0;
}

static int print(struct printed *printed, const struct ygr_policy_image *image)
{
	FILE *out = open_memstream(&printed->text, &printed->len);

	if (!out)
		return -ENOMEM;
	if (image)
		ygr_policy_print(out, image);
	if (fclose(out))
		return -ENOMEM;
	return split(printed, image ? image->rule_nr : 0);
}

static int compare_names(const void *a, const void *b)
{
	const struct block *x = *(struct block *const *)a, *y = *(struct block *const *)b;
	size_t len = x->name_len < y->name_len ? x->name_len : y->name_len;
	int order = memcmp(x->name, y->name, len);

	return order ?: (x->name_len > y->name_len) - (x->name_len < y->name_len);
}

/* Names of rules are unique; the heads' are alike. */
static int join(struct printed *old, struct printed *new)
{
	struct block **sorted = calloc(old->nr, sizeof(*sorted)), **found, *key;
	size_t i;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < old->nr; i++)
		sorted[i] = &old->blocks[i];
	qsort(sorted, old->nr, sizeof(*sorted), compare_names);
	for (i = 0; i < new->nr; i++) {
		key = &new->blocks[i];
		found = bsearch(&key, sorted, old->nr, sizeof(*sorted), compare_names);
		if (!found)
			continue;
		key->other = *found;
		(*found)->other = key;
	}
	free(sorted);
	return 0;
}

static void put_lines(FILE *out, const char *mark, const struct block *block)
{
	const char *end = block->text + block->len, *line, *next;

	for (line = block->text; line < end; line = next) {
		next = next_line(line, end);
		fprintf(out, "%s%.*s", mark, (int)(next - line), line);
	}
}

static bool has_line(const struct block *block, const char *wanted, size_t len)
{
	const char *end = block->text + block->len, *line, *next;

	for (line = block->text; line < end; line = next) {
		next = next_line(line, end);
		if ((size_t)(next - line) == len && !memcmp(line, wanted, len))
			return true;
	}
	return false;
}

/* Lines of one that the other has not. */
static void put_missing(FILE *out, const char *mark, const struct block *block)
{
	const char *end = block->text + block->len, *line, *next;

	for (line = block->text; line < end; line = next) {
		next = next_line(line, end);
		if (!has_line(block->other, line, (size_t)(next - line)))
			fprintf(out, "%s%.*s", mark, (int)(next - line), line);
	}
}

static bool is_same(const struct block *a, const struct block *b)
{
	return a->len == b->len && !memcmp(a->text, b->text, a->len);
}

static int put_change(FILE *out, const struct block *new)
{
	if (is_same(new, new->other))
		return 0;
	if (new->name_len)
		fprintf(out, "~ rule %.*s", (int)new->name_len, new->name);
	else
		fputs("~ policy\n", out);
	put_missing(out, "    - ", new->other);
	put_missing(out, "    + ", new);
	return 1;
}

/* Rules that both have, and that stand behind others than before. */
static int put_moves(FILE *out, const struct printed *new)
{
	const struct block *last = NULL;
	int nr = 0;
	size_t i;

	for (i = 1; i < new->nr; i++) {
		const struct block *old = new->blocks[i].other;

		if (!old)
			continue;
		if (last && old < last) {
			fprintf(out, "^ rule %.*s", (int)old->name_len, old->name);
			nr++;
			continue;
		}
		last = old;
	}
	return nr;
}

static int put_all(FILE *out, const struct printed *old, const struct printed *new)
{
	int nr = 0;
	size_t i;

	for (i = 1; i < old->nr; i++) {
		if (old->blocks[i].other)
			continue;
		put_lines(out, "- ", &old->blocks[i]);
		nr++;
	}
	for (i = 0; i < new->nr; i++) {
		if (new->blocks[i].other) {
			nr += put_change(out, &new->blocks[i]);
			continue;
		}
		put_lines(out, "+ ", &new->blocks[i]);
		nr++;
	}
	return nr + put_moves(out, new);
}

int ygr_policy_diff_print(FILE *out, const struct ygr_policy_image *old,
			  const struct ygr_policy_image *new)
{
	struct printed before = { 0 }, after = { 0 };
	int ret;

	ret = print(&before, old);
	if (!ret)
		ret = print(&after, new);
	if (!ret)
		ret = join(&before, &after);
	if (!ret)
		ret = put_all(out, &before, &after);
	destroy(&before);
	destroy(&after);
	return ret;
}
