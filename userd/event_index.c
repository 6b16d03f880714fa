// SPDX-License-Identifier: GPL-2.0-only
#include "event_index.h"

#include <string.h>

#include "event_map.h"

struct ygr_event_path ygr_event_index_path(const char *text)
{
	struct ygr_event_path path = { .text = text };
	size_t len;

	if (!text || !*text)
		return path;
	len = strcspn(text, ".");
	path.outer = ygr_event_key_find(text, len);
	if (text[len])
		path.inner = ygr_event_key_find(text + len + 1, strlen(text + len + 1));
	if (path.inner == YGR_KEY_OTHER)
		path.outer = YGR_KEY_OTHER;
	return path;
}

/* From the end, so that of two the first one stays. */
void ygr_event_index_fill(struct ygr_event_index *index, const struct ygr_event_value *event)
{
	uint32_t i = event && event->kind == YGR_EVENT_MAP ? event->nr : 0;

	memset(index->at, 0, sizeof(index->at));
	index->event = event;
	while (i-- > 0)
		index->at[ygr_event_key_of(&event->items[2 * i])] = &event->items[2 * i + 1];
}

const struct ygr_event_value *ygr_event_index_get(const struct ygr_event_index *index,
						  const struct ygr_event_path *path)
{
	const struct ygr_event_value *value;

	if (!path->outer)
		return NULL;
	if (path->outer == YGR_KEY_OTHER)
		return ygr_event_map_find_path(index->event, path->text);
	value = index->at[path->outer];
	if (!path->inner || !value)
		return value;
	return value->kind == YGR_EVENT_MAP ?
		ygr_event_key_get(value, (enum ygr_event_key)path->inner) : NULL;
}

bool ygr_event_index_get_u64(const struct ygr_event_index *index, enum ygr_event_key key,
			     uint64_t *number)
{
	const struct ygr_event_value *value = index->at[key];

	if (!value || value->kind != YGR_EVENT_UNSIGNED)
		return false;
	*number = value->number;
	return true;
}
