// SPDX-License-Identifier: GPL-2.0-only
#include "event_show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <yagura/ygr_event.h>

#include "cli.h"
#include "event_csv.h"
#include "text_error.h"
#include "time_text.h"
#include "user_name.h"

void ygr_event_show_init(struct ygr_event_show *show, bool date)
{
	*show = (struct ygr_event_show) {
		.is_text = true,
		.until_ns = UINT64_MAX,
		.style = {
			.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
			.date = date,
			.user_name = ygr_user_name_of,
		},
	};
}

void ygr_event_show_exit(struct ygr_event_show *show)
{
	ygr_event_batch_exit(&show->batch);
	ygr_text_buffer_exit(&show->out);
}

/* ---- options ---------------------------------------------------------------- */

static int refuse_word(const char *option, const char *what, const char *word,
		       const char *const *known, size_t nr)
{
	const char *near = ygr_text_error_suggest(word, known, nr);

	return ygr_cli_usage("%s: \"%s\" is no %s%s%s%s", option, word, what,
			     near ? " (did you mean \"" : "", near ?: "", near ? "\"?)" : "");
}

static int add_types(struct ygr_event_show *show, const char *list)
{
	enum ygr_event_type_index type;
	char word[40];
	size_t len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		type = ygr_event_type_find(list, len);
		if (type == YGR_TYPE_NR) {
			snprintf(word, sizeof(word), "%.*s", (int)len, list);
			return refuse_word("--type", "event type", word, ygr_event_type_names,
					   YGR_TYPE_NR);
		}
		show->types |= YGR_TYPE_BIT(type);
		if (!list[len])
			return 0;
	}
}

static int set_format(struct ygr_event_show *show, const char *name)
{
	static const char *const known[] = { "text", "json", "ecs", "ocsf", "sigma", "csv" };
	unsigned int i;

	show->is_text = !strcmp(name, "text");
	if (show->is_text)
		return 0;
	for (i = 0; i < YGR_FORMAT_NR; i++) {
		if (strcmp(name, ygr_event_format_names[i]))
			continue;
		show->format = i;
		return 0;
	}
	return refuse_word("--format", "format", name, known, sizeof(known) / sizeof(known[0]));
}

static int set_where(struct ygr_event_show *show, const char *text)
{
	struct ygr_filter_error error;

	if (!ygr_event_filter_parse(&show->where, text, &error))
		return 0;
	return ygr_cli_usage("--where: column %u: %s", error.column, error.message);
}

static int set_time(const char *option, const char *text, uint64_t *time_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (!ygr_time_text_parse(text, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec,
				 time_ns))
		return 0;
	return ygr_cli_usage("%s: \"%s\" is no time (now, -10m, 2024-03-01T12:04:07Z, 12:04, @1709294647)",
			     option, text);
}

int ygr_event_show_option(struct ygr_event_show *show, int option)
{
	switch (option) {
	case 'j':
		return set_format(show, "json");
	case 'f':
		return set_format(show, optarg);
	case 'w':
		return set_where(show, optarg);
	case 'd':
		show->denied = true;
		return 0;
	case 't':
		return add_types(show, optarg);
	case 'S':
		return set_time("--since", optarg, &show->since_ns);
	case 'U':
		return set_time("--until", optarg, &show->until_ns);
	default:
		return YGR_EXIT_USAGE;
	}
}

/* ---- events ----------------------------------------------------------------- */

void ygr_event_show_start(struct ygr_event_show *show)
{
	if (show->is_text || show->format != YGR_FORMAT_CSV)
		return;
	ygr_event_csv_put_head(&show->out);
	ygr_text_buffer_put_char(&show->out, '\n');
	fwrite(show->out.bytes, 1, show->out.len, stdout);
	ygr_text_buffer_clear(&show->out);
}

static bool is_denied(const struct ygr_event_value *event)
{
	return ygr_event_map_is(event, "verdict", "deny") ||
	       ygr_event_map_is(event, "verdict", "would_deny");
}

static bool is_in_time(const struct ygr_event_show *show, const struct ygr_event_value *event)
{
	uint64_t time_ns = 0;

	if (!show->since_ns && show->until_ns == UINT64_MAX)
		return true;
	ygr_event_map_get_u64(event, "time_ns", &time_ns);
	return time_ns >= show->since_ns && time_ns <= show->until_ns;
}

static bool is_wanted(const struct ygr_event_show *show, const struct ygr_event_value *event)
{
	if (show->types && !(show->types & YGR_TYPE_BIT(ygr_event_type_of(event))))
		return false;
	return (!show->denied || is_denied(event)) && is_in_time(show, event) &&
	       ygr_event_filter_passes(&show->where, event);
}

static void show_event(struct ygr_event_show *show, const struct ygr_event_value *event)
{
	if (show->is_text) {
		ygr_event_text_print(stdout, event, &show->style);
		return;
	}
	ygr_event_format_put(&show->out, show->format, event, &show->batch.origin);
	ygr_text_buffer_put_char(&show->out, '\n');
}

/* By its header alone: could there be an event in it that is wanted? */
static bool may_hold_wanted(const struct ygr_event_show *show,
			    const struct ygr_batch_header *header)
{
	uint64_t first_ns = header->min_time_ns + (uint64_t)header->realtime_offset_ns;
	uint64_t last_ns = header->max_time_ns + (uint64_t)header->realtime_offset_ns;

	return last_ns >= show->since_ns && first_ns <= show->until_ns &&
	       (!show->denied || header->class_nr[YGR_CLASS_DENY]);
}

int ygr_event_show_batch(struct ygr_event_show *show, const struct ygr_scan_item *item)
{
	const struct ygr_event_value *event;
	int err;

	if (!may_hold_wanted(show, &item->header)) {
		show->passed_over_nr++;
		return 0;
	}
	err = ygr_event_batch_expand(&show->batch, &item->header,
				     ygr_spool_format_frame(item->batch, &item->header), NULL);
	if (err)
		return err;
	while ((event = ygr_event_batch_next(&show->batch)))
		if (is_wanted(show, event))
			show_event(show, event);
	if (show->out.failed)
		return -ENOMEM;
	fwrite(show->out.bytes, 1, show->out.len, stdout);
	ygr_text_buffer_clear(&show->out);
	return ygr_event_batch_is_whole(&show->batch) ? 0 : -EBADMSG;
}
