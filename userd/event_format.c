// SPDX-License-Identifier: GPL-2.0-only
#include "event_format.h"

#include <string.h>

#include "event_csv.h"
#include "event_json.h"
#include "event_plan.h"
#include "json_text.h"

const char *const ygr_event_format_names[YGR_FORMAT_NR] = {
	[YGR_FORMAT_JSON]  = "json",
	[YGR_FORMAT_ECS]   = "ecs",
	[YGR_FORMAT_OCSF]  = "ocsf",
	[YGR_FORMAT_SIGMA] = "sigma",
	[YGR_FORMAT_CSV]   = "csv",
};

static void put_json(struct ygr_text_buffer *out, const struct ygr_event_value *event,
		     const struct ygr_event_origin *origin)
{
	ygr_text_buffer_put_char(out, '{');
	if (origin->host_name) {
		ygr_text_buffer_put_text(out, "\"id\":\"");
		ygr_event_mapping_put_id(out, origin);
		ygr_text_buffer_put_text(out, "\",\"host\":");
		ygr_json_text_put_string(out, origin->host_name, strlen(origin->host_name));
		if (event->nr)
			ygr_text_buffer_put_char(out, ',');
	}
	ygr_event_json_put_pairs(out, event);
	ygr_text_buffer_put_char(out, '}');
}

static const struct ygr_mapping *const mappings[YGR_FORMAT_NR] = {
	[YGR_FORMAT_ECS]   = &ygr_mapping_ecs,
	[YGR_FORMAT_OCSF]  = &ygr_mapping_ocsf,
	[YGR_FORMAT_SIGMA] = &ygr_mapping_sigma,
};

/* Made when the first event asks for it, and kept: a process uses one or two of them. */
static void put_mapped(struct ygr_text_buffer *out, enum ygr_event_format format,
		       const struct ygr_event_value *event,
		       const struct ygr_event_origin *origin)
{
	static struct ygr_event_plan *plans[YGR_FORMAT_NR];

	if (!plans[format] && ygr_event_plan_create(&plans[format], mappings[format]))
		out->failed = true;
	else
		ygr_event_mapping_put(out, plans[format], event, origin);
}

void ygr_event_format_put(struct ygr_text_buffer *out, enum ygr_event_format format,
			  const struct ygr_event_value *event,
			  const struct ygr_event_origin *origin)
{
	switch (format) {
	case YGR_FORMAT_ECS:
	case YGR_FORMAT_OCSF:
	case YGR_FORMAT_SIGMA:
		put_mapped(out, format, event, origin);
		break;
	case YGR_FORMAT_CSV:
		ygr_event_csv_put(out, event, origin);
		break;
	case YGR_FORMAT_JSON:
	case YGR_FORMAT_NR:
		put_json(out, event, origin);
		break;
	}
}
