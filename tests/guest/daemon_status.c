// SPDX-License-Identifier: GPL-2.0-only
/* What the daemon says of itself: status files and log. */
#include "daemon.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static json_t *load_status(const struct daemon *daemon, enum daemon_process process)
{
	char path[128];
	json_t *status;

	snprintf(path, sizeof(path), "%s/run/%s.json", daemon->dir, daemon_process_name(process));
	status = json_load_file(path, 0, NULL);
	if (status && json_integer_value(json_object_get(status, "pid")) !=
		      daemon_find(daemon, process)) {
		json_decref(status);
		status = NULL;
	}
	return status;
}

/* The status of the process that runs now: a fresh one needs a moment to write it. */
static json_t *wait_status(const struct daemon *daemon, enum daemon_process process)
{
	uint64_t deadline_ns = guest_now_ns() + DAEMON_WAIT_MS * 1000000ull;
	json_t *status;

	while (!(status = load_status(daemon, process))) {
		if (guest_now_ns() >= deadline_ns)
			daemon_fail(daemon, "a status file");
		usleep(20000);
	}
	return status;
}

static json_t *find_member(json_t *status, const char *name)
{
	char key[64], *rest = key, *part;

	snprintf(key, sizeof(key), "%s", name);
	while ((part = strsep(&rest, ".")))
		status = json_object_get(status, part);
	if (!status)
		fail_msg("the status has no %s", name);
	return status;
}

json_int_t daemon_number(const struct daemon *daemon, enum daemon_process process, const char *name)
{
	json_t *status = wait_status(daemon, process);
	json_int_t number = json_integer_value(find_member(status, name));

	json_decref(status);
	return number;
}

const char *daemon_text(const struct daemon *daemon, enum daemon_process process, const char *name)
{
	json_t *status = wait_status(daemon, process);
	static char text[256];

	snprintf(text, sizeof(text), "%s", json_string_value(find_member(status, name)) ?: "");
	json_decref(status);
	return text;
}

static bool log_has(const struct daemon *daemon, const char *text)
{
	char path[128], line[1024];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/yagurad.log", daemon->dir);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, text);
	if (f)
		fclose(f);
	return found;
}

void daemon_wait_log(const struct daemon *daemon, const char *text)
{
	uint64_t deadline_ns = guest_now_ns() + DAEMON_WAIT_MS * 1000000ull;

	while (!log_has(daemon, text)) {
		if (guest_now_ns() >= deadline_ns)
			daemon_fail(daemon, text);
		usleep(20000);
	}
}

void daemon_wait_until(const struct daemon *daemon, bool (*condition)(const struct daemon *daemon),
		       const char *what)
{
	uint64_t deadline_ns = guest_now_ns() + DAEMON_WAIT_MS * 1000000ull;

	while (!condition(daemon)) {
		if (guest_now_ns() >= deadline_ns)
			daemon_fail(daemon, what);
		usleep(20000);
	}
}
