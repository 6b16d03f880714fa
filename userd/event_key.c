// SPDX-License-Identifier: GPL-2.0-only
#include "event_key.h"

#include <string.h>

struct name {
	const char *json;
	size_t len;		/* of the name alone */
};

static const struct name names[YGR_KEY_NR] = {
#define KEY(name)	[YGR_KEY_##name] = { "\"" #name "\":", sizeof(#name) - 1 },
	YGR_EVENT_KEYS(KEY)
#undef KEY
};

static int compare(const struct name *name, const char *text, size_t len)
{
	size_t common = name->len < len ? name->len : len;
	int order = memcmp(name->json + 1, text, common);

	return order ? order : (name->len > len) - (name->len < len);
}

enum ygr_event_key ygr_event_key_find(const char *name, size_t len)
{
	unsigned int low = YGR_KEY_OTHER + 1, high = YGR_KEY_NR;

	while (low < high) {
		unsigned int middle = (low + high) / 2;
		int order = compare(&names[middle], name, len);

		if (!order)
			return (enum ygr_event_key)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return YGR_KEY_OTHER;
}

const char *ygr_event_key_json(enum ygr_event_key key, size_t *len)
{
	*len = names[key].len + 3;
	return names[key].json;
}
