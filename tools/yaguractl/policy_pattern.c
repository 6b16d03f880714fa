// SPDX-License-Identifier: GPL-2.0-only
#include "policy_pattern.h"

#include <string.h>

/* A pattern while it is read. */
struct draft {
	const char *given;	/* as its author wrote it */
	const char *what;
	struct ygr_policy_reason *why;
	size_t len;
	char text[YGR_POLICY_PATTERN_TEXT];	/* absolute */
};

static int check_escapes(const struct draft *d)
{
	const char *at;

	for (at = d->given; (at = strchr(at, '\\')); at += 2)
		if (!at[1] || !strchr("*?\\", at[1]))
			return ygr_policy_reason_set(d->why, "%s \"%s\": \"\\\" must be followed by \"*\", \"?\" or \"\\\"",
						     d->what, d->given);
	return 0;
}

/* The first wildcard in text[0 .. len - 1], or len. */
static size_t find_wildcard(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len && text[i] != '*' && text[i] != '?'; i++)
		i += text[i] == '\\';
	return i < len ? i : len;
}

/* Whether "**" stands in it, neither star escaped. */
static bool has_any(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == '*' && text[i + 1] == '*')
			return true;
	}
	return false;
}

/* Components between slashes: none empty, ".", "..", or with "**" as a part. */
static int check_component(const struct draft *d, const char *at, size_t len, bool after_any)
{
	if (!len)
		return ygr_policy_reason_set(d->why, "%s \"%s\" is not normal: it has \"//\"",
					     d->what, d->given);
	if ((len == 1 && at[0] == '.') || (len == 2 && at[0] == '.' && at[1] == '.'))
		return ygr_policy_reason_set(d->why, "%s \"%s\" is not normal: it has \"%.*s\"",
					     d->what, d->given, (int)len, at);
	if (after_any && len == 2 && !memcmp(at, "**", 2))
		return ygr_policy_reason_set(d->why, "%s \"%s\": the second \"**\" adds nothing",
					     d->what, d->given);
	if (len > 2 && has_any(at, len))
		return ygr_policy_reason_set(d->why, "%s \"%s\": \"**\" must be a whole name between slashes",
					     d->what, d->given);
	return 0;
}

static int check_components(const struct draft *d)
{
	bool after_any = false;
	size_t start, len;
	int err;

	for (start = 1; start <= d->len; start += len + 1) {
		len = strcspn(d->text + start, "/");
		if (start > 1 && start == d->len)
			return ygr_policy_reason_set(d->why, "%s \"%s\" ends in \"/\": write \"%.*s\" for the directory itself, \"%s**\" for what is below it",
						     d->what, d->given, (int)d->len - 1, d->text, d->given);
		if (d->len == 1)
			return 0;
		err = check_component(d, d->text + start, len, after_any);
		if (err)
			return err;
		after_any = len == 2 && !memcmp(d->text + start, "**", 2);
	}
	return 0;
}

/* A pattern of names anywhere gets the directories in front that it means. */
static int make_absolute(struct draft *d, bool abstract)
{
	const char *before = "";

	if (!strncmp(d->given, "**/", 3))
		before = "/";
	else if (d->given[0] == '*' && d->given[1] != '*')
		before = "/**/";
	else if (d->given[0] != '/' && (!abstract || d->given[0] != '@'))
		return ygr_policy_reason_set(d->why, "%s \"%s\" is not absolute", d->what, d->given);
	d->len = strlen(before) + strlen(d->given);
	if (d->len >= sizeof(d->text))
		return ygr_policy_reason_set(d->why, "%s of %zu bytes is longer than %u", d->what,
					     strlen(d->given), YGR_POLICY_PATH_MAX);
	stpcpy(stpcpy(d->text, before), d->given);
	return 0;
}

static int put(const struct draft *d, enum ygr_text_kind kind, const char *text, size_t len,
	       struct ygr_policy_pattern *pattern)
{
	size_t max = kind == YGR_TEXT_SUFFIX || kind == YGR_TEXT_GLOB ? YGR_POLICY_GLOB_MAX :
								       YGR_POLICY_PATH_MAX;
	size_t i, used = 0;

	pattern->kind = kind;
	for (i = 0; i < len; i++) {
		if (text[i] == '\\' && kind != YGR_TEXT_GLOB)
			i++;
		if (used < max)
			pattern->bytes[used] = text[i];
		used++;
	}
	if (used > max)
		return ygr_policy_reason_set(d->why, "%s of %zu bytes is longer than %zu", d->what, used, max);
	pattern->bytes[used] = '\0';
	pattern->len = used;
	return 0;
}

/* A name after "**", or its end after "*", and nothing else wild: where the suffix starts; or NULL. */
static const char *find_suffix(const struct draft *d)
{
	const char *name = d->text + 4, *end = d->text + d->len;

	if (strncmp(d->text, "/**/", 4) || strchr(name, '/'))
		return NULL;
	if (find_wildcard(name, end - name) == (size_t)(end - name))
		return name - 1;
	if (*name != '*' || name + 1 == end)
		return NULL;
	name++;
	return find_wildcard(name, end - name) == (size_t)(end - name) ? name : NULL;
}

static int classify(const struct draft *d, struct ygr_policy_pattern *pattern)
{
	size_t wild = find_wildcard(d->text, d->len);
	const char *suffix;

	if (wild == d->len)
		return put(d, YGR_TEXT_EXACT, d->text, d->len, pattern);
	if (d->text[0] == '/' && wild + 2 == d->len && !memcmp(d->text + wild - 1, "/**", 3))
		return put(d, YGR_TEXT_PREFIX, d->text, wild, pattern);
	suffix = find_suffix(d);
	if (suffix)
		return put(d, YGR_TEXT_SUFFIX, suffix, d->text + d->len - suffix, pattern);
	return put(d, YGR_TEXT_GLOB, d->text, d->len, pattern);
}

int ygr_policy_pattern_parse(const char *text, const char *what, bool abstract,
			     struct ygr_policy_pattern *pattern, struct ygr_policy_reason *why)
{
	struct draft d = { .given = text, .what = what, .why = why };
	int err;

	err = check_escapes(&d);
	if (!err)
		err = make_absolute(&d, abstract);
	if (!err && d.text[0] == '/')
		err = check_components(&d);
	return err ?: classify(&d, pattern);
}

static size_t escape(const char *bytes, size_t len, char *to)
{
	size_t i, used = 0;

	for (i = 0; i < len; i++) {
		if (bytes[i] == '*' || bytes[i] == '?' || bytes[i] == '\\')
			to[used++] = '\\';
		to[used++] = bytes[i];
	}
	return used;
}

size_t ygr_policy_pattern_format(const char *bytes, size_t len, enum ygr_text_kind kind,
				 char text[YGR_POLICY_PATTERN_TEXT])
{
	size_t used = 0;

	if (kind == YGR_TEXT_SUFFIX) {
		text[used++] = '*';
		if (bytes[0] == '/')
			text[used++] = '*';
	}
	if (kind == YGR_TEXT_GLOB) {
		memcpy(text, bytes, len);
		used = len;
	} else {
		used += escape(bytes, len, text + used);
	}
	if (kind == YGR_TEXT_PREFIX) {
		memcpy(text + used, "**", 2);
		used += 2;
	}
	text[used] = '\0';
	return used;
}
