/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of a JSON object that may not be there. */
#ifndef YGR_JSON_FIELD_H
#define YGR_JSON_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

static inline int64_t ygr_json_number(const json_t *map, const char *key)
{
	return json_integer_value(json_object_get(map, key));
}

static inline const char *ygr_json_text(const json_t *map, const char *key, const char *otherwise)
{
	return json_string_value(json_object_get(map, key)) ?: otherwise;
}

static inline bool ygr_json_is_set(const json_t *map, const char *key)
{
	return json_is_true(json_object_get(map, key));
}

#endif
