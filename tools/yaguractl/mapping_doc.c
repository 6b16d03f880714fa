// SPDX-License-Identifier: GPL-2.0-only
#include "mapping_doc.h"

#include <string.h>

#include "event_mapping.h"

#define BIT(type)	YGR_TYPE_BIT(YGR_TYPE_##type)
#define ALL_KNOWN	(BIT(NR) - 1)

static const struct {
	ygr_event_type_set types;
	const char *name;
} groups[] = {
	{ BIT(EXEC_CHECK) | BIT(EXEC), "exec*" },
	{ BIT(OPEN) | BIT(CREATE) | BIT(UNLINK) |
	  BIT(RENAME) | BIT(LINK) | BIT(CHMOD) |
	  BIT(CHOWN) | BIT(SETXATTR) | BIT(TRUNCATE) | BIT(CLOSE_WRITE) | BIT(MKDIR) | BIT(RMDIR) |
	  BIT(SYMLINK) | BIT(REMOVEXATTR) | BIT(CHATTR), "files" },
	{ BIT(SOCKET_CREATE) | BIT(BIND) | BIT(LISTEN) |
	  BIT(CONNECT) | BIT(ACCEPT) | BIT(SEND) |
	  BIT(SOCKET_CLOSE) | BIT(DNS) | BIT(STREAM), "sockets" },
	{ BIT(SETUID) | BIT(SETGID) | BIT(CAPSET), "privileges" },
	{ BIT(START) | BIT(POLICY) | BIT(GAP) |
	  BIT(TOTALS) | BIT(BREAKER) | BIT(BACKLOG) | BIT(STOP) | BIT(HEARTBEAT) | BIT(CLOCK) | BIT(OUTAGE) |
	  BIT(SUPPRESSED), "sensor" },
};

static void put_list(struct ygr_text_buffer *out, ygr_event_type_set types)
{
	const char *separator = "";
	unsigned int i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if ((types & groups[i].types) != groups[i].types)
			continue;
		ygr_text_buffer_put_text(out, separator);
		ygr_text_buffer_put_text(out, groups[i].name);
		types &= ~groups[i].types;
		separator = ", ";
	}
	for (i = 0; i < YGR_TYPE_NR; i++) {
		if (!(types & YGR_TYPE_BIT(i)))
			continue;
		ygr_text_buffer_put_text(out, separator);
		ygr_text_buffer_put_text(out, ygr_event_type_names[i]);
		separator = ", ";
	}
}

static unsigned int count(ygr_event_type_set types)
{
	unsigned int i, nr = 0;

	for (i = 0; i < YGR_TYPE_NR; i++)
		nr += !!(types & YGR_TYPE_BIT(i));
	return nr;
}

static void put_types(struct ygr_text_buffer *out, ygr_event_type_set types)
{
	if (count(types) == YGR_TYPE_NR) {
		ygr_text_buffer_put_text(out, "all");
	} else if (count(types) > YGR_TYPE_NR / 2) {
		ygr_text_buffer_put_text(out, "all but ");
		put_list(out, ALL_KNOWN & ~types);
	} else {
		put_list(out, types & ALL_KNOWN);
	}
}

static const char *how_text(enum ygr_mapping_how how)
{
	switch (how) {
	case YGR_MAP_TEXT:
		return ", as a string";
	case YGR_MAP_JOIN:
		return ", joined by spaces";
	case YGR_MAP_NAME:
		return ", the last element";
	case YGR_MAP_DIRECTORY:
		return ", the directory";
	case YGR_MAP_EXTENSION:
		return ", the extension";
	case YGR_MAP_TIME_TEXT:
		return ", as ISO 8601 in UTC";
	case YGR_MAP_TIME_PLAIN:
		return ", as date and time in UTC";
	case YGR_MAP_TIME_MS:
		return ", in ms since 1970";
	case YGR_MAP_BOOT_TEXT:
		return ", as ISO 8601 in UTC";
	case YGR_MAP_BOOT_MS:
		return ", in ms since 1970";
	case YGR_MAP_OCTAL:
		return ", permission bits in octal";
	case YGR_MAP_FILE_TYPE:
		return ", the type by name";
	case YGR_MAP_FILE_TYPE_ID:
		return ", the type by number";
	case YGR_MAP_EXIT_CODE:
		return ", the exit status; 128 + n for signal n";
	default:
		return "";
	}
}

static void put_quoted(struct ygr_text_buffer *out, const char *text)
{
	ygr_text_buffer_put_char(out, '`');
	ygr_text_buffer_put_text(out, text);
	ygr_text_buffer_put_char(out, '`');
}

static void put_process(struct ygr_text_buffer *out, const char *who)
{
	if (!strcmp(who, "child"))
		ygr_text_buffer_put_text(out, "boot id, `child_pid`, `child_start_ns`");
	else if (*who)
		ygr_text_buffer_put_text(out, "boot id, `parent.pid`, `parent.start_ns`");
	else
		ygr_text_buffer_put_text(out, "boot id, `pid`, `start_ns`");
}

static void put_source(struct ygr_text_buffer *out, const struct ygr_mapping_row *row)
{
	switch (row->how) {
	case YGR_MAP_LITERAL:
		ygr_text_buffer_put_text(out, "always ");
		put_quoted(out, row->word);
		return;
	case YGR_MAP_GIVEN:
		put_quoted(out, row->word);
		ygr_text_buffer_put_text(out, " with ");
		put_quoted(out, row->from);
		return;
	case YGR_MAP_CHOOSE:
		put_quoted(out, row->from);
		ygr_text_buffer_put_text(out, ": ");
		put_quoted(out, row->word);
		return;
	case YGR_MAP_PROCESS_ID:
		put_process(out, row->from);
		return;
	case YGR_MAP_EVENT_ID:
		ygr_text_buffer_put_text(out, "spool id, batch id, index in the batch");
		return;
	case YGR_MAP_BOOT_ID:
		ygr_text_buffer_put_text(out, "boot id of the batch");
		return;
	case YGR_MAP_HOST:
		ygr_text_buffer_put_text(out, "`sender.host_name`");
		return;
	default:
		put_quoted(out, row->from);
		ygr_text_buffer_put_text(out, how_text(row->how));
	}
}

static void put_mapping(struct ygr_text_buffer *out, const struct ygr_mapping *mapping)
{
	size_t i;

	ygr_text_buffer_printf(out, "\n## %s: %s\n\n", mapping->name, mapping->title);
	ygr_text_buffer_put_text(out, mapping->about);
	ygr_text_buffer_put_text(out, "\n\n| field | of events | from |\n|---|---|---|\n");
	for (i = 0; i < mapping->row_nr; i++) {
		ygr_text_buffer_put_text(out, "| ");
		put_quoted(out, mapping->rows[i].to);
		ygr_text_buffer_put_text(out, " | ");
		put_types(out, mapping->rows[i].types);
		ygr_text_buffer_put_text(out, " | ");
		put_source(out, &mapping->rows[i]);
		ygr_text_buffer_put_text(out, " |\n");
	}
}

void ygr_mapping_doc_put(struct ygr_text_buffer *out)
{
	ygr_text_buffer_put_text(out,
		"# Field mappings\n\n"
		"Events under the field names of others, for `yaguractl watch` and `spool cat` (`--format`)\n"
		"and for outputs (`format:`). `make docs/MAPPINGS.md` makes this page of the tables in\n"
		"`userd/event_mapping_table.c`, which the code runs by.\n\n"
		"A field whose source an event does not have is left out. Bytes that are no UTF-8 stand in\n"
		"a string as `\\xNN`. A dot parts objects: `process.parent.pid` is `{\"process\":{\"parent\":{\"pid\":...}}}`.\n"
		"In `verdict: deny=... *=...` the star stands for any other value, and for none.\n\n"
		"Types: *exec\\** is exec_check and exec; *files* open, create, unlink, rename, link,\n"
		"chmod, chown, setxattr, truncate, close_write, mkdir, rmdir, symlink, removexattr and chattr;\n"
		"*sockets* socket_create, bind, listen, connect, accept and send; *privileges* setuid, setgid and capset; *sensor* start, stop, policy, gap, totals, heartbeat, clock, breaker, backlog and outage.\n"
		"The native names, format `json`, are those of [EVENTS.md](EVENTS.md).\n");
	put_mapping(out, &ygr_mapping_ecs);
	put_mapping(out, &ygr_mapping_ocsf);
	put_mapping(out, &ygr_mapping_sigma);
}
