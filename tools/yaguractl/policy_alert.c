// SPDX-License-Identifier: GPL-2.0-only
#include "policy_alert.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "policy_word.h"
#include "utf8.h"

#define NAME_CHARS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* The text as it grows; what does not fit is counted. */
struct text {
	char bytes[YGR_RULE_ALERT_MAX + 1];
	size_t len;
};

static void append(struct text *text, const char *bytes, size_t len)
{
	if (text->len + len <= YGR_RULE_ALERT_MAX)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

static bool is_digits(const char *text, size_t len)
{
	return strspn(text, "0123456789") == len;
}

/* A technique, "T1059", a sub-technique, "T1059.004", or a tactic, "TA0002". */
static bool is_attack_id(const char *id)
{
	size_t len = strlen(id);

	if (len == 6 && !strncmp(id, "TA", 2))
		return is_digits(id + 2, 4);
	if (id[0] != 'T' || len < 5 || strspn(id + 1, "0123456789") != 4)
		return false;
	return len == 5 || (len == 9 && id[5] == '.' && is_digits(id + 6, 3));
}

static bool is_tag(const char *tag)
{
	size_t len = strlen(tag);

	return len <= YGR_RULE_NAME_MAX && strspn(tag, NAME_CHARS "._:/=-") == len;
}

/* Commas between the values of a key; each must pass. */
static void read_list(struct ygr_policy_parser *p, const struct ygr_yaml_node *rule, const char *what,
		      const char *key, bool (*is_good)(const char *text), const char *wanted,
		      struct text *text)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(rule, key), *child;
	char where[YGR_POLICY_WHAT_BYTES];
	const char *word, *before = "";

	if (!node)
		return;
	ygr_policy_parser_join(where, what, key);
	ygr_policy_parser_for_each(child, p, node, where) {
		if (!ygr_yaml_tree_get_string(child, where, &word, p->errors))
			continue;
		if (!is_good(word))
			ygr_policy_parser_error(p, child, "%s: \"%s\" is not %s", where, word, wanted);
		append(text, before, strlen(before));
		append(text, word, strlen(word));
		before = ",";
	}
}

static void read_severity(struct ygr_policy_parser *p, const struct ygr_yaml_node *rule,
			  const char *what, struct text *text)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(rule, "severity");
	char where[YGR_POLICY_WHAT_BYTES];
	size_t index;

	ygr_policy_parser_join(where, what, "severity");
	if (node && ygr_yaml_tree_get_word(node, where, ygr_policy_word_severity,
					   YGR_POLICY_SEVERITY_NR, &index, p->errors))
		append(text, ygr_policy_word_severity[index], strlen(ygr_policy_word_severity[index]));
}

static bool is_plain(const char *message, size_t len)
{
	uint32_t code;
	size_t nr;

	for (; len; message += nr, len -= nr) {
		nr = ygr_utf8_next(message, len, &code);
		if (!nr || !ygr_utf8_is_plain(code))
			return false;
	}
	return true;
}

static void read_message(struct ygr_policy_parser *p, const struct ygr_yaml_node *rule,
			 const char *what, struct text *text)
{
	const char *message = ygr_policy_parser_text(p, rule, what, "message");

	if (!message)
		return;
	if (!is_plain(message, strlen(message)))
		ygr_policy_parser_error(p, ygr_yaml_tree_find(rule, "message"),
					"%s: message: expected one line without control characters", what);
	append(text, message, strlen(message));
}

void ygr_policy_alert_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *rule,
			   const char *what, uint32_t *number)
{
	struct text text = { .len = 0 };

	read_severity(p, rule, what, &text);
	append(&text, "\t", 1);
	read_list(p, rule, what, "attack", is_attack_id, "an ATT&CK id such as T1059, T1059.004 or TA0002",
		  &text);
	append(&text, "\t", 1);
	read_list(p, rule, what, "tags", is_tag, "1 to 63 of A-Z a-z 0-9 . _ : / = -", &text);
	append(&text, "\t", 1);
	read_message(p, rule, what, &text);

	if (text.len > YGR_RULE_ALERT_MAX) {
		ygr_policy_parser_error(p, rule, "%s: severity, attack, tags and message take %zu bytes, the most is %d",
					what, text.len, YGR_RULE_ALERT_MAX);
		return;
	}
	text.bytes[text.len] = '\0';
	*number = 0;
	if (text.len > 3 && ygr_policy_model_find_alert(p->model, text.bytes, number))
		p->err = -ENOMEM;
}

bool ygr_policy_alert_split(const char *text, struct ygr_policy_alert *alert)
{
	const char *tab;
	unsigned int i;

	for (i = 0; i < 3; i++, text = tab + 1) {
		tab = strchr(text, '\t');
		if (!tab)
			return false;
		alert->part[i] = text;
		alert->len[i] = tab - text;
	}
	alert->part[3] = text;
	alert->len[3] = strlen(text);
	return true;
}
