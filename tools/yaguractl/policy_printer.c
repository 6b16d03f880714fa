// SPDX-License-Identifier: GPL-2.0-only
#include "policy_printer.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "policy_word.h"
#include "yaml_text.h"

void ygr_policy_printer_fail(struct ygr_policy_printer *p)
{
	p->err = p->err ?: -EILSEQ;
}

void ygr_policy_printer_quoted(struct ygr_policy_printer *p, const char *text, size_t len)
{
	if (!ygr_yaml_text_put_quoted(p->out, text, len))
		ygr_policy_printer_fail(p);
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
void ygr_policy_printer_name(struct ygr_policy_printer *p, uint32_t name_off, bool is_policy)
{
	const char *name = p->image->strings + name_off;

	if (!ygr_policy_word_is_name(name, is_policy)) {
		ygr_policy_printer_fail(p);
		ygr_policy_printer_quoted(p, name, strlen(name));
	} else if ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z' && !is_odd_word(name)) {
		fputs(name, p->out);
	} else {
		ygr_policy_printer_quoted(p, name, strlen(name));
	}
}

void ygr_policy_printer_labels(struct ygr_policy_printer *p, const char *key, uint64_t labels)
{
	uint32_t i, nr = 0;

	fprintf(p->out, "%s: [", key);
	for (i = 0; i < p->image->label_nr; i++) {
		if (!(labels & 1ull << i))
			continue;
		fputs(nr++ ? ", " : "", p->out);
		ygr_policy_printer_name(p, p->image->labels[i].name_off, false);
	}
	fputs("]\n", p->out);
}
