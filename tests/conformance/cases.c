// SPDX-License-Identifier: GPL-2.0-only
#include "cases.h"

#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK	"  -- "

struct reader {
	struct conformance_cases *cases;
	const char *file;
	unsigned int line;
	char	*policy;	/* of the cases that follow */
	FILE	*text;		/* of the policy that is being read; NULL: none is */
	size_t	 text_bytes;
};

static void __attribute__((noreturn, format(printf, 2, 3)))
fail(const struct reader *r, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", r->file, r->line);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	putc('\n', stderr);
	abort();
}

static struct conformance_case *add_case(struct reader *r)
{
	struct conformance_cases *cases = r->cases;

	cases->list = realloc(cases->list, (cases->nr + 1) * sizeof(*cases->list));
	if (!cases->list)
		abort();
	return memset(&cases->list[cases->nr++], 0, sizeof(*cases->list));
}

/* Cuts the mark off @line. */
static void read_mark(struct reader *r, struct conformance_case *one, char *line)
{
	char *mark = strstr(line, MARK);

	if (!mark)
		return;
	if (snprintf(one->unmade, sizeof(one->unmade), "%s", mark + strlen(MARK)) >=
	    (int)sizeof(one->unmade) || !one->unmade[0])
		fail(r, "the mark says nothing, or too much");
	*mark = '\0';
}

static void read_case(struct reader *r, char *line)
{
	struct conformance_case *one;
	char *rest, *word;
	int off = 0;

	if (!r->policy)
		fail(r, "a case without a policy");
	one = add_case(r);
	one->file = r->file;
	one->line = r->line;
	one->policy = r->policy;
	read_mark(r, one, line);
	if (strlen(line) >= sizeof(one->text))
		fail(r, "the line is too long");
	strcpy(one->text, line);
	if (sscanf(line, "%31s %63s %n", one->verdict, one->rule, &off) != 2 || !line[off])
		fail(r, "expected VERDICT RULE EVENT");
	rest = strdup(line + off);
	while ((word = strsep(&rest, " "))) {
		if (one->word_nr == CASE_WORDS_MAX)
			fail(r, "more than %d words", CASE_WORDS_MAX);
		if (*word)
			one->words[one->word_nr++] = word;
	}
}

static void read_line(struct reader *r, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (r->text && strcmp(line, "cases")) {
		fprintf(r->text, "%s\n", line);
	} else if (r->text) {
		fclose(r->text);
		r->text = NULL;
	} else if (!strcmp(line, "policy")) {
		r->text = open_memstream(&r->policy, &r->text_bytes);
	} else if (line[0] && line[0] != '#') {
		read_case(r, line);
	}
}

static void read_file(struct conformance_cases *cases, const char *path)
{
	struct reader r = { .cases = cases, .file = strdup(path) };
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;

	if (!in)
		fail(&r, "cannot be read");
	while (getline(&line, &cap, in) > 0) {
		r.line++;
		read_line(&r, line);
	}
	if (r.text)
		fail(&r, "the policy has no cases");
	free(line);
	fclose(in);
}

void conformance_cases_read(struct conformance_cases *cases, const char *dir)
{
	char pattern[512];
	glob_t found;
	size_t i;

	*cases = (struct conformance_cases) { 0 };
	snprintf(pattern, sizeof(pattern), "%s/*.case", dir);
	if (glob(pattern, 0, NULL, &found)) {
		fprintf(stderr, "%s: no cases\n", pattern);
		abort();
	}
	for (i = 0; i < found.gl_pathc; i++)
		read_file(cases, found.gl_pathv[i]);
	globfree(&found);
}
