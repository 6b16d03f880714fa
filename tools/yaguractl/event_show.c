// SPDX-License-Identifier: GPL-2.0-only
#include "event_show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "event_json.h"
#include "event_map.h"
#include "user_name.h"

void ygr_event_show_init(struct ygr_event_show *show, bool date)
{
	*show = (struct ygr_event_show) {
		.style = {
			.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
			.date = date,
			.user_name = ygr_user_name_of,
		},
	};
}

int ygr_event_show_option(struct ygr_event_show *show, int option)
{
	const char *word, *near;

	switch (option) {
	case 'j':
		show->json = true;
		return 0;
	case 'd':
		show->filter.denied = true;
		return 0;
	case 't':
		word = ygr_event_filter_add_types(&show->filter, optarg, &near);
		if (!word)
			return 0;
		return ygr_cli_usage("--type: \"%s\" is no event type%s%s%s", word,
				     near ? " (did you mean \"" : "", near ?: "",
				     near ? "\"?)" : "");
	default:
		return YGR_EXIT_USAGE;
	}
}

static int show_event(const struct ygr_event_show *show, const msgpack_object *event)
{
	if (!ygr_event_filter_passes(&show->filter, event))
		return 0;
	if (show->json)
		return ygr_event_json_print(stdout, event);
	ygr_event_text_print(stdout, event, &show->style);
	return 0;
}

int ygr_event_show_batch(const struct ygr_event_show *show,
			 const struct ygr_scan_item *item)
{
	struct ygr_event_stream stream;
	const msgpack_object *event;
	int err = 0;

	ygr_event_map_open(&stream, (const char *)item->events, item->events_bytes);
	while (!err && (event = ygr_event_map_next(&stream)))
		err = show_event(show, event);
	if (!err && stream.off < stream.len)
		err = -EBADMSG;
	ygr_event_map_close(&stream);
	return err;
}
