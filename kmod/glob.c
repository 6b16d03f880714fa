// SPDX-License-Identifier: GPL-2.0-only
#include "glob.h"

#define NOWHERE	0xffffffffu

/*
 * Where the match stands, and where it may try again. Components match one by
 * one, as only "**" spans '/': the nearest "**" and the nearest '*' of the same
 * component are all that can be tried again, each at its next possible place, and an
 * earlier one could not do better.
 */
struct match {
	const char *glob;
	__u32 glob_len;
	const char *text;
	__u32 len;
	__u32 g, t;		/* how far the two have been matched */
	__u32 star_g, star_t;	/* after a '*': what follows it, and where that starts */
	__u32 deep_g, deep_t;	/* after a "**" and its '/': likewise */
};

bool ygr_glob_is_good(const char *glob, __u32 glob_len, bool any_byte)
{
	__u32 i;

	for (i = 0; i < glob_len; i++) {
		if (!glob[i] && !any_byte)
			return false;
		if (glob[i] == '\\' && (++i == glob_len || glob[i] == '/'))
			return false;
	}
	return true;
}

/* A whole component "**": what may stand for any number of them. */
static bool is_deep(const struct match *m)
{
	const char *at = m->glob + m->g;
	__u32 left = m->glob_len - m->g;

	return m->g && at[-1] == '/' && left >= 2 && at[0] == '*' && at[1] == '*' &&
	       (left == 2 || at[2] == '/');
}

/* One byte of the text against what is no star. */
static bool take_byte(struct match *m)
{
	__u32 g = m->g;

	if (g == m->glob_len || m->t == m->len)
		return false;
	if (m->glob[g] == '?') {
		if (m->text[m->t] == '/')
			return false;
	} else {
		if (m->glob[g] == '\\' && g + 1 < m->glob_len)
			g++;
		if (m->glob[g] != m->text[m->t])
			return false;
		if (m->glob[g] == '/')
			m->star_g = NOWHERE;
	}
	m->g = g + 1;
	m->t++;
	return true;
}

/* Gives the nearest star one byte more, or the nearest "**" one component. */
static bool try_again(struct match *m)
{
	const char *slash;

	if (m->star_g != NOWHERE && m->star_t < m->len && m->text[m->star_t] != '/') {
		m->g = m->star_g;
		m->t = ++m->star_t;
		return true;
	}
	if (m->deep_g == NOWHERE)
		return false;
	slash = memchr(m->text + m->deep_t, '/', m->len - m->deep_t);
	if (!slash)
		return false;
	m->deep_t = (__u32)(slash - m->text) + 1;
	m->g = m->deep_g;
	m->t = m->deep_t;
	m->star_g = NOWHERE;
	return true;
}

bool ygr_glob_match(const char *glob, __u32 glob_len, const char *text, __u32 len)
{
	struct match m = {
		.glob = glob, .glob_len = glob_len, .text = text, .len = len,
		.star_g = NOWHERE, .deep_g = NOWHERE,
	};

	if (len < 2 || text[len - 1] == '/')
		return false;
	for (;;) {
		if (m.g == m.glob_len && m.t == m.len)
			return true;
		if (is_deep(&m)) {
			if (m.g + 2 == m.glob_len)
				return m.t < m.len;
			m.g += 3;
			m.deep_g = m.g;
			m.deep_t = m.t;
		} else if (m.g < m.glob_len && m.glob[m.g] == '*') {
			m.star_g = ++m.g;
			m.star_t = m.t;
		} else if (!take_byte(&m) && !try_again(&m)) {
			return false;
		}
	}
}

struct ygr_glob_literals ygr_glob_find_literals(const char *glob, __u32 glob_len)
{
	struct ygr_glob_literals found = { .head_len = glob_len };
	__u32 i;

	for (i = 0; i < glob_len; i++) {
		if (glob[i] != '*' && glob[i] != '?' && glob[i] != '\\')
			continue;
		if (found.head_len == glob_len)
			found.head_len = i;
		if (glob[i] == '\\')
			i++;
		found.tail_off = i + 1;
	}
	if (found.tail_off > glob_len)
		found.tail_off = glob_len;
	return found;
}
