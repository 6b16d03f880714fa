// SPDX-License-Identifier: GPL-2.0-only
#include "event_filter.h"

#include <stdio.h>
#include <string.h>

#include "event_map.h"
#include "text_error.h"

static const char *const types[] = {
	"exec_check", "exec", "fork", "exit", "open", "create", "unlink", "rename",
	"mmap_exec", "socket_create", "bind", "listen", "connect", "accept",
	"start", "policy", "gap", "totals",
};

#define TYPE_NR		(sizeof(types) / sizeof(types[0]))

static bool add_type(struct ygr_event_filter *filter, const char *word)
{
	unsigned int i;

	for (i = 0; i < TYPE_NR; i++) {
		if (strcmp(types[i], word))
			continue;
		filter->types |= 1u << i;
		return true;
	}
	return false;
}

const char *ygr_event_filter_add_types(struct ygr_event_filter *filter, const char *list,
				       const char **near)
{
	static char word[40];
	size_t len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		snprintf(word, sizeof(word), "%.*s", (int)len, list);
		if (len >= sizeof(word) || !add_type(filter, word)) {
			*near = ygr_text_error_suggest(word, types, TYPE_NR);
			return word;
		}
		if (!list[len])
			return NULL;
	}
}

static bool has_type(const struct ygr_event_filter *filter, const msgpack_object *event)
{
	unsigned int i;

	for (i = 0; i < TYPE_NR; i++)
		if (filter->types & 1u << i && ygr_event_map_is(event, "type", types[i]))
			return true;
	return false;
}

bool ygr_event_filter_passes(const struct ygr_event_filter *filter,
			     const msgpack_object *event)
{
	if (filter->denied && !ygr_event_map_is(event, "verdict", "deny") &&
	    !ygr_event_map_is(event, "verdict", "would_deny"))
		return false;
	return !filter->types || has_type(filter, event);
}
