// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "bench.h"

#define LOOPBACK_NET	0x7f000000u

/*
 * Names that differ from their first letters on, as names do: a trie gets as deep as it gets.
 * A bijection of 32 bits, so that no two are alike.
 */
static void put_name(char name[8], unsigned int nr)
{
	uint32_t bits = nr * 2654435761u;

	for (int i = 0; i < 7; i++, bits /= 26)
		name[i] = 'a' + bits % 26;
	name[7] = '\0';
}

struct bench_rule bench_rule_make(unsigned int nr)
{
	struct bench_rule rule = { .kind = nr % BENCH_RULE_KIND_NR };
	char *text = rule.text, name[8];

	put_name(name, nr);

	switch (rule.kind) {
	case BENCH_RULE_EXEC_PATH:
		snprintf(text, sizeof(rule.text), "/opt/%s/bad", name);
		break;
	case BENCH_RULE_DIRECTORY:
		snprintf(text, sizeof(rule.text), "/tmp/bench/one/two/%s/", name);
		break;
	case BENCH_RULE_FILE:
		snprintf(text, sizeof(rule.text), BENCH_DIR "/%s", name);
		break;
	case BENCH_RULE_SHA256:
		snprintf(text, sizeof(rule.text), "%064x", nr);
		break;
	default:
		/* Beyond 127.0.0.1, which is measured. */
		rule.address = LOOPBACK_NET + 256 + nr;
	}
	return rule;
}

static void put_rule(FILE *out, const struct bench_rule *rule)
{
	const char *text = rule->text;
	uint32_t address = rule->address;

	switch (rule->kind) {
	case BENCH_RULE_EXEC_PATH:
		fprintf(out, "on: exec, do: deny, where: { path: %s }", text);
		break;
	case BENCH_RULE_DIRECTORY:
		fprintf(out, "on: open-write, do: deny, where: { path: \"%s**\" }", text);
		break;
	case BENCH_RULE_FILE:
		fprintf(out, "on: open-write, do: deny, where: { path: %s }", text);
		break;
	case BENCH_RULE_SHA256:
		fprintf(out, "on: exec, do: deny, where: { sha256: %s }", text);
		break;
	default:
		fprintf(out, "on: connect, do: deny, where: { cidr: %u.%u.%u.%u }", address >> 24,
			address >> 16 & 255, address >> 8 & 255, address & 255);
	}
}

char *bench_rules_text(unsigned int nr, const char *action)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	fputs("version: 1\nname: many\nrules:\n", out);
	for (unsigned int i = 1; i < nr; i++) {
		struct bench_rule rule = bench_rule_make(i);

		fprintf(out, "  - { name: r%u, ", i);
		put_rule(out, &rule);
		fputs(" }\n", out);
	}
	fprintf(out, "  - { name: last, on: open-write, do: %s, where: { path: " BENCH_FILE " } }\n",
		action);
	assert_int_equal(fclose(out), 0);
	return text;
}
