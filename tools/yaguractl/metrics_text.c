// SPDX-License-Identifier: GPL-2.0-only
#include "metrics_text.h"

#include <string.h>

enum kind { GAUGE, COUNTER };

/* One family. Samples: one at `path`; or one for each item of `each`, at `path` in it. */
struct metric {
	enum kind kind;
	const char *name;	/* without "yagura_" and "_total" */
	const char *help;
	const char *each;	/* a list, or an object whose keys are the labels; NULL: none */
	const char *label;	/* with `each` */
	const char *path;	/* "": the item itself */
};

static const struct metric metrics[] = {
	{ GAUGE, "module_loaded", "Whether the kernel module answers.", NULL, NULL, "module" },
	{ GAUGE, "module_age_seconds", "Since the module was loaded.", NULL, NULL, "module.age_s" },
	{ GAUGE, "policy_generation", "Of the policy in force.", NULL, NULL, "policy.generation" },
	{ GAUGE, "policy_rules", "Rules of the policy in force.", NULL, NULL, "policy.rules" },
	{ GAUGE, "hook_attached", "Whether this hook is in place.", "hooks", "symbol", "state" },
	{ GAUGE, "ring_used_bytes", "Waiting for the reader, by CPU.", "rings", "cpu", "used_bytes" },
	{ GAUGE, "ring_size_bytes", "Of this CPU's ring.", "rings", "cpu", "data_bytes" },
	{ COUNTER, "events_produced", "By the module, dropped ones included.", "classes", "class", "produced" },
	{ COUNTER, "events_dropped", "By the module, for want of room.", "classes", "class", "dropped" },
	{ COUNTER, "events_coalesced", "Repeats, merged into one record for many.", "classes", "class", "coalesced" },
	{ COUNTER, "events_suppressed", "Over the budget of a process or cgroup.", "classes", "class", "suppressed" },
	{ COUNTER, "denied", "Attempts that a rule denied.", NULL, NULL, "counters.denied" },
	{ COUNTER, "ignored", "Attempts that a rule had ignored.", NULL, NULL, "counters.ignored" },
	{ COUNTER, "protected", "Denials that the never-deny set overruled.", NULL, NULL, "counters.protected" },
	{ COUNTER, "monitored", "Denials not enforced: a breaker, or no reader.", NULL, NULL, "counters.monitored" },
	{ COUNTER, "killed", "Processes that a rule killed.", NULL, NULL, "counters.killed" },
	{ COUNTER, "digested", "Files digested when they were executed.", NULL, NULL, "counters.digested" },
	{ COUNTER, "digest_failed", "Files too large, or not readable, to digest.", NULL, NULL, "counters.digest_failed" },
	{ COUNTER, "process_failed", "Processes whose program could not be kept.", NULL, NULL, "counters.process_failed" },
	{ GAUGE, "policy_locked", "Whether the policy is locked.", NULL, NULL, "policy.locked" },
	{ GAUGE, "policy_tripped", "Whether the policy's breaker has tripped.", NULL, NULL, "policy.tripped" },
	{ GAUGE, "policy_no_reader", "Whether nothing is denied for want of a reader.", NULL, NULL, "policy.no_reader" },
	{ COUNTER, "path_failed", "Paths that could not be told.", NULL, NULL, "counters.path_failed" },
	{ COUNTER, "argv_failed", "Arguments that could not be read.", NULL, NULL, "counters.argv_failed" },

	{ GAUGE, "reader_running", "Whether the daemon's reader runs.", NULL, NULL, "reader.running" },
	{ GAUGE, "reader_memory_bytes", "Resident.", NULL, NULL, "reader.memory_bytes" },
	{ COUNTER, "reader_records", "Read from the rings.", NULL, NULL, "reader.ring.records" },
	{ COUNTER, "reader_dropped", "Dropped by the module, as gap records tell.", NULL, NULL, "reader.ring.dropped" },
	{ COUNTER, "reader_lost", "Missing without a record that tells so.", NULL, NULL, "reader.ring.lost" },
	{ COUNTER, "reader_invalid", "Records that could not be read.", NULL, NULL, "reader.ring.invalid" },
	{ COUNTER, "reader_events", "Encoded, by class.", "reader.encode.by_class", "class", "" },
	{ COUNTER, "reader_no_memory", "Events lost for want of memory.", NULL, NULL, "reader.encode.no_memory" },
	{ COUNTER, "spool_events", "Written to the spool.", NULL, NULL, "reader.spool.events" },
	{ COUNTER, "spool_batches", "Written to the spool.", NULL, NULL, "reader.spool.batches" },
	{ COUNTER, "spool_written_bytes", "To the spool.", NULL, NULL, "reader.spool.bytes" },
	{ GAUGE, "spool_used_bytes", "By all segments.", NULL, NULL, "reader.spool.used_bytes" },
	{ GAUGE, "spool_limit_bytes", "That the spool may use.", NULL, NULL, "reader.spool.limit_bytes" },
	{ COUNTER, "spool_full", "Times that the spool was at its limit.", NULL, NULL, "reader.spool.full" },
	{ COUNTER, "spool_errors", "Writes that failed.", NULL, NULL, "reader.spool.errors" },
	{ COUNTER, "spool_discarded_batches", "Given up for newer ones.", NULL, NULL, "reader.spool.discarded_batches" },
	{ COUNTER, "spool_discarded_events", "Given up for newer ones.", "reader.spool.discarded_by_class", "class", "" },
	{ GAUGE, "process_table_entries", "Processes known.", NULL, NULL, "reader.process_table.entries" },
	{ GAUGE, "process_table_used_bytes", "By what is known of processes.", NULL, NULL, "reader.process_table.used_bytes" },
	{ COUNTER, "process_table_evicted", "Forgotten for want of room.", NULL, NULL, "reader.process_table.evicted" },
	{ COUNTER, "names_answers", "Of name servers, read.", NULL, NULL, "reader.names.answers" },
	{ COUNTER, "names_malformed", "Answers that could not be read.", NULL, NULL, "reader.names.malformed" },
	{ COUNTER, "names_found", "Connections to an address with a name.", NULL, NULL, "reader.names.named" },
	{ COUNTER, "names_missed", "Connections to an address without one.", NULL, NULL, "reader.names.unnamed" },
	{ GAUGE, "names_used_bytes", "By names of addresses and connections.", NULL, NULL, "reader.names.used_bytes" },
	{ COUNTER, "names_evicted", "Forgotten for want of room.", NULL, NULL, "reader.names.evicted" },

	{ GAUGE, "sender_running", "Whether the daemon's sender runs.", NULL, NULL, "sender.running" },
	{ GAUGE, "sender_memory_bytes", "Resident.", NULL, NULL, "sender.memory_bytes" },
	{ COUNTER, "segments_removed", "That all outputs were done with.", NULL, NULL, "sender.segments_removed" },
	{ GAUGE, "output_up", "Whether the far end is reached.", "sender.outputs", "output", "up" },
	{ COUNTER, "output_links", "Times that the link came up.", "sender.outputs", "output", "links" },
	{ COUNTER, "output_sent_batches", "Sent, repetitions included.", "sender.outputs", "output", "sent_batches" },
	{ COUNTER, "output_sent_bytes", "In batches sent.", "sender.outputs", "output", "sent_bytes" },
	{ COUNTER, "output_acked_batches", "Delivered.", "sender.outputs", "output", "acked_batches" },
	{ COUNTER, "output_passed_batches", "That the far end had already.", "sender.outputs", "output", "passed_batches" },
	{ COUNTER, "output_parked_batches", "Refused for good, and kept aside.", "sender.outputs", "output", "parked_batches" },
	{ COUNTER, "output_dropped_batches", "Refused for good, with no room to keep them.", "sender.outputs", "output", "dropped_batches" },
	{ COUNTER, "output_missing_batches", "That the spool did not have.", "sender.outputs", "output", "missing_batches" },
	{ GAUGE, "output_unacked_batches", "Waiting in the spool.", "sender.outputs", "output", "unacked_batches" },
	{ GAUGE, "output_parked_bytes", "Kept aside.", "sender.outputs", "output", "parked_bytes" },
	{ COUNTER, "output_events", "Given to the far end, for outputs of events.", "sender.outputs", "output", "link.events" },
	{ COUNTER, "output_left_out_events", "That its filter did not want.", "sender.outputs", "output", "link.left_out" },
};

static const json_t *find(const json_t *object, const char *path)
{
	char key[64];
	size_t len;

	while (object && *path) {
		len = strcspn(path, ".");
		if (len >= sizeof(key))
			return NULL;
		memcpy(key, path, len);
		key[len] = '\0';
		object = json_object_get(object, key);
		path += len + (path[len] == '.');
	}
	return object;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/* The name of the family: the older format puts "_total" there as well. */
static void put_name(struct ygr_text_buffer *out, const struct metric *metric, bool has_total)
{
	ygr_text_buffer_put_text(out, "yagura_");
	ygr_text_buffer_put_text(out, metric->name);
	if (metric->kind == COUNTER && has_total)
		ygr_text_buffer_put_text(out, "_total");
}

static void put_line(struct ygr_text_buffer *out, const struct metric *metric, bool is_classic,
		     const char *word, const char *text)
{
	ygr_text_buffer_put_text(out, "# ");
	ygr_text_buffer_put_text(out, word);
	ygr_text_buffer_put_char(out, ' ');
	put_name(out, metric, is_classic);
	ygr_text_buffer_put_char(out, ' ');
	ygr_text_buffer_put_text(out, text);
	ygr_text_buffer_put_char(out, '\n');
}

static void put_head(struct ygr_text_buffer *out, const struct metric *metric, bool is_classic)
{
	put_line(out, metric, is_classic, "TYPE", metric->kind == COUNTER ? "counter" : "gauge");
	if (!is_classic && ends_with(metric->name, "_bytes"))
		put_line(out, metric, is_classic, "UNIT", "bytes");
	if (!is_classic && ends_with(metric->name, "_seconds"))
		put_line(out, metric, is_classic, "UNIT", "seconds");
	put_line(out, metric, is_classic, "HELP", metric->help);
}

static void put_escaped(struct ygr_text_buffer *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') {
			ygr_text_buffer_put_text(out, "\\n");
			continue;
		}
		if (*text == '\\' || *text == '"')
			ygr_text_buffer_put_char(out, '\\');
		ygr_text_buffer_put_char(out, *text);
	}
}

/* Numbers; what is true, attached or an object that is there is 1. */
static int64_t number_of(const json_t *value)
{
	if (json_is_integer(value))
		return json_integer_value(value);
	if (json_is_string(value))
		return !strcmp(json_string_value(value), "attached");
	return json_is_true(value) || json_is_object(value);
}

static void put_sample(struct ygr_text_buffer *out, const struct metric *metric, const char *label,
		       const json_t *value)
{
	put_name(out, metric, true);
	if (label) {
		ygr_text_buffer_put_char(out, '{');
		ygr_text_buffer_put_text(out, metric->label);
		ygr_text_buffer_put_text(out, "=\"");
		put_escaped(out, label);
		ygr_text_buffer_put_text(out, "\"}");
	}
	ygr_text_buffer_put_char(out, ' ');
	ygr_text_buffer_put_i64(out, number_of(value));
	ygr_text_buffer_put_char(out, '\n');
}

/* What an item of a list is called: outputs have names, hooks symbols, rings numbers. */
static const char *label_of(const json_t *item, char room[24])
{
	const json_t *cpu = json_object_get(item, "cpu");
	struct ygr_text_buffer text = { .bytes = room, .cap = 24 };

	if (!cpu)
		return json_string_value(json_object_get(item, "name")) ?:
		       json_string_value(json_object_get(item, "symbol"));
	ygr_text_buffer_put_i64(&text, json_integer_value(cpu));
	room[text.len] = '\0';
	return room;
}

/* Each calls put_one(), which puts the head before the first sample. */
struct writer {
	struct ygr_text_buffer *out;
	const struct metric *metric;
	bool is_classic;
	bool has_head;
};

static void put_one(struct writer *writer, const char *label, const json_t *value)
{
	if (!value || (writer->metric->each && !label))
		return;
	if (!writer->has_head)
		put_head(writer->out, writer->metric, writer->is_classic);
	writer->has_head = true;
	put_sample(writer->out, writer->metric, label, value);
}

static void put_each(struct writer *writer, const json_t *items)
{
	const char *key;
	const json_t *item;
	char room[24];
	size_t i;

	json_array_foreach(items, i, item)
		put_one(writer, label_of(item, room), find(item, writer->metric->path));
	json_object_foreach((json_t *)items, key, item)
		put_one(writer, key, find(item, writer->metric->path));
}

/* That there is no module, no reader and no sender is worth a sample each. */
static void put_metric(struct writer *writer, const json_t *status)
{
	static const char *const always[] = { "module_loaded", "reader_running", "sender_running" };
	const struct metric *metric = writer->metric;
	const json_t *value = find(status, metric->path);

	for (size_t i = 0; !value && i < sizeof(always) / sizeof(always[0]); i++)
		if (!strcmp(metric->name, always[i]))
			value = json_false();
	put_one(writer, NULL, value);
}

void ygr_metrics_text_put(struct ygr_text_buffer *out, const json_t *status, bool is_classic)
{
	struct writer writer = { .out = out, .is_classic = is_classic };

	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
		writer.metric = &metrics[i];
		writer.has_head = false;
		if (metrics[i].each)
			put_each(&writer, find(status, metrics[i].each));
		else
			put_metric(&writer, status);
	}
	if (!is_classic)
		ygr_text_buffer_put_text(out, "# EOF\n");
}
