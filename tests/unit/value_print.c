// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "value_print.h"

static void print_list(FILE *out, const struct ygr_event_value *list)
{
	fputc('[', out);
	for (uint32_t i = 0; i < list->nr; i++) {
		fputs(i ? ", " : "", out);
		value_print(out, &list->items[i]);
	}
	fputc(']', out);
}

static void print_map(FILE *out, const struct ygr_event_value *map)
{
	fputc('{', out);
	for (uint32_t i = 0; i < map->nr; i++) {
		const struct ygr_event_value *pair = &map->items[2 * i];

		fprintf(out, "%s%.*s: ", i ? ", " : "", (int)pair->nr, pair->bytes);
		value_print(out, pair + 1);
	}
	fputc('}', out);
}

void value_print(FILE *out, const struct ygr_event_value *value)
{
	switch (value->kind) {
	case YGR_EVENT_NIL:
		fputs("nil", out);
		break;
	case YGR_EVENT_BOOL:
		fputs(value->truth ? "true" : "false", out);
		break;
	case YGR_EVENT_UNSIGNED:
		fprintf(out, "%" PRIu64, value->number);
		break;
	case YGR_EVENT_NEGATIVE:
		fprintf(out, "%" PRId64, value->negative);
		break;
	case YGR_EVENT_REAL:
		fprintf(out, "%g", value->real);
		break;
	case YGR_EVENT_TEXT:
	case YGR_EVENT_BYTES:
		fprintf(out, "%s'%.*s'", value->kind == YGR_EVENT_BYTES ? "b" : "", (int)value->nr, value->bytes);
		break;
	case YGR_EVENT_ARRAY:
		print_list(out, value);
		break;
	case YGR_EVENT_MAP:
		print_map(out, value);
		break;
	}
}
