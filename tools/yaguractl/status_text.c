// SPDX-License-Identifier: GPL-2.0-only
#include "status_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "amount_text.h"
#include "json_field.h"
#include "utf8.h"
#include "young_hook.h"

/* Values stand in this column. */
#define LABEL		"%-10s "
#define NO_LABEL	"           "

/* Strings come from other processes: none may steer the terminal. */
static void put_text(FILE *out, const char *text)
{
	ygr_utf8_put(out, text, strlen(text));
}

static void print_module(FILE *out, const json_t *module)
{
	char age[YGR_AMOUNT_TEXT_BYTES];
	const json_t *feature;
	size_t i;

	if (!module)
		return;
	fprintf(out, LABEL "yagura ", "module");
	put_text(out, ygr_json_text(module, "version", "?"));
	fprintf(out, ", ABI %" PRId64 ", schema %" PRId64 ", loaded %s ago, features",
		ygr_json_number(module, "abi"), ygr_json_number(module, "schema"),
		ygr_amount_text_seconds(age, (uint64_t)ygr_json_number(module, "age_s")));
	json_array_foreach(json_object_get(module, "features"), i, feature)
		fprintf(out, " %s", json_string_value(feature) ?: "?");
	putc('\n', out);
}

/* What is out of the ordinary about it, a line each. */
static void print_policy_state(FILE *out, const json_t *policy)
{
	if (ygr_json_number(policy, "confirm_left_ms"))
		fprintf(out, NO_LABEL "on trial: returns to generation %" PRId64 " in %" PRId64 " s unless: yaguractl policy confirm\n",
			ygr_json_number(policy, "previous_generation"),
			(ygr_json_number(policy, "confirm_left_ms") + 999) / 1000);
	if (json_is_true(json_object_get(policy, "tripped")))
		fputs(NO_LABEL "NOTHING IS DENIED: the policy's breaker has tripped; load it again to set it back\n", out);
	if (json_is_true(json_object_get(policy, "no_reader")))
		fputs(NO_LABEL "NOTHING IS DENIED: no daemon reads, for longer than the policy allows\n", out);
	if (json_is_true(json_object_get(policy, "observe_only")))
		fputs(NO_LABEL "NOTHING IS DENIED: the module was loaded with observe_only=1\n", out);
	else if (json_is_true(json_object_get(policy, "observes")))
		fputs(NO_LABEL "NOTHING IS DENIED: this kernel's series has not been tested with this module\n", out);
	if (json_is_true(json_object_get(policy, "locked")))
		fputs(NO_LABEL "locked until the next boot\n", out);
}

static void print_policy(FILE *out, const json_t *policy)
{
	int64_t rule_nr = ygr_json_number(policy, "rules");

	if (!policy)
		return;
	fprintf(out, LABEL "generation %" PRId64 ", ", "policy", ygr_json_number(policy, "generation"));
	if (!json_object_get(policy, "name")) {
		fputs("no policy: everything is allowed\n", out);
		print_policy_state(out, policy);
		return;
	}
	put_text(out, ygr_json_text(policy, "name", "?"));
	fprintf(out, ", %" PRId64 " rule%s (%" PRId64 " enforce, %" PRId64 " monitor)\n", rule_nr,
		rule_nr == 1 ? "" : "s", ygr_json_number(policy, "enforce"),
		ygr_json_number(policy, "monitor"));
	print_policy_state(out, policy);
}

static bool is_attached(const json_t *hook)
{
	return !strcmp(ygr_json_text(hook, "state", "?"), "attached");
}

static void print_lost_hook(FILE *out, const json_t *hook)
{
	fputs(NO_LABEL, out);
	put_text(out, ygr_json_text(hook, "symbol", "?"));
	if (ygr_young_hook_explain(hook)) {
		fprintf(out, ": not in this kernel: %s\n", ygr_young_hook_explain(hook));
		return;
	}
	fprintf(out, ": %s", ygr_json_text(hook, "state", "?"));
	if (ygr_json_number(hook, "error"))
		fprintf(out, " (%s)", strerror(-ygr_json_number(hook, "error")));
	putc('\n', out);
}

/* How many are well, and each that is not by name. */
static void print_hooks(FILE *out, const json_t *hooks)
{
	size_t i, attached_nr = 0, needed_nr = 0;
	const json_t *hook;

	if (!hooks)
		return;
	json_array_foreach(hooks, i, hook) {
		attached_nr += is_attached(hook);
		needed_nr += is_attached(hook) || !ygr_young_hook_explain(hook);
	}
	fprintf(out, LABEL "%zu of %zu attached%s\n", "hooks", attached_nr,
		json_array_size(hooks), attached_nr < needed_nr ? ", DEGRADED:" : "");
	json_array_foreach(hooks, i, hook)
		if (!is_attached(hook))
			print_lost_hook(out, hook);
}

static void print_rings(FILE *out, const json_t *rings)
{
	char room[YGR_AMOUNT_TEXT_BYTES];
	int64_t used, size;
	const json_t *ring;
	size_t i;

	json_array_foreach(rings, i, ring) {
		used = ygr_json_number(ring, "used_bytes");
		size = ygr_json_number(ring, "data_bytes");
		if (i)
			fputs(NO_LABEL, out);
		else
			fprintf(out, LABEL, "rings");
		fprintf(out, "cpu %-3" PRId64 " %3" PRId64 " %% of %s waiting\n",
			ygr_json_number(ring, "cpu"), size ? used * 100 / size : 0,
			ygr_amount_text_bytes(room, (uint64_t)size));
	}
}

static void print_counters(FILE *out, const json_t *counters)
{
	const json_t *value;
	const char *key, *separator = "";

	if (!counters)
		return;
	fputs(NO_LABEL, out);
	json_object_foreach((json_t *)counters, key, value) {
		fprintf(out, "%s%s %" PRId64, separator, key, (int64_t)json_integer_value(value));
		separator = ", ";
	}
	putc('\n', out);
}

static void print_classes(FILE *out, const json_t *classes)
{
	const json_t *class;
	const char *name;

	if (!classes)
		return;
	fprintf(out, LABEL "%-9s %13s %14s %14s %14s\n", "events", "class", "produced", "dropped",
		"repeats", "suppressed");
	json_object_foreach((json_t *)classes, name, class)
		fprintf(out, NO_LABEL "%-9s %13" PRId64 " %14" PRId64 " %14" PRId64 " %14" PRId64 "\n",
			name, ygr_json_number(class, "produced"), ygr_json_number(class, "dropped"),
			ygr_json_number(class, "coalesced"), ygr_json_number(class, "suppressed"));
}

static void print_pid(FILE *out, const char *label, const json_t *process)
{
	bool runs = json_is_true(json_object_get(process, "running"));

	fprintf(out, LABEL, label);
	if (runs)
		fprintf(out, "pid %" PRId64, ygr_json_number(process, "pid"));
	else
		fputs("NOT RUNNING, it last said", out);
}

static void print_reader(FILE *out, const json_t *reader)
{
	const json_t *ring = json_object_get(reader, "ring");
	const json_t *encode = json_object_get(reader, "encode");
	const json_t *spool = json_object_get(reader, "spool");
	const char *waiting = json_string_value(json_object_get(spool, "waiting_for"));
	char used[YGR_AMOUNT_TEXT_BYTES], limit[YGR_AMOUNT_TEXT_BYTES];

	if (!reader)
		return;
	print_pid(out, "reader", reader);
	fprintf(out, ": %" PRId64 " records in, %" PRId64 " events encoded, %" PRId64 " spooled in %" PRId64 " batches\n",
		ygr_json_number(ring, "records"), ygr_json_number(encode, "events"),
		ygr_json_number(spool, "events"), ygr_json_number(spool, "batches"));
	fprintf(out, NO_LABEL "dropped by the kernel %" PRId64 ", lost %" PRId64 ", invalid %" PRId64 ", no memory %" PRId64 "\n",
		ygr_json_number(ring, "dropped"), ygr_json_number(ring, "lost"),
		ygr_json_number(ring, "invalid"), ygr_json_number(encode, "no_memory"));
	fprintf(out, NO_LABEL "spool %s of %s",
		ygr_amount_text_bytes(used, (uint64_t)ygr_json_number(spool, "used_bytes")),
		ygr_amount_text_bytes(limit, (uint64_t)ygr_json_number(spool, "limit_bytes")));
	if (waiting && *waiting) {
		fputs(", WAITING for ", out);
		put_text(out, waiting);
	}
	putc('\n', out);
}

static void print_output(FILE *out, const json_t *output)
{
	const char *last_down = ygr_json_text(output, "last_down", "?");

	fputs(NO_LABEL "output ", out);
	put_text(out, ygr_json_text(output, "name", "?"));
	fputs(json_is_true(json_object_get(output, "up")) ? " up" : " DOWN", out);
	if (!json_is_true(json_object_get(output, "up")) && last_down[0]) {
		fputs(": ", out);
		put_text(out, last_down);
	}
	fprintf(out, ", done up to batch %" PRId64, ygr_json_number(output, "position_id"));
	if (ygr_json_number(output, "parked_batches"))
		fprintf(out, ", %" PRId64 " PARKED", ygr_json_number(output, "parked_batches"));
	if (ygr_json_number(output, "dropped_batches"))
		fprintf(out, ", %" PRId64 " DROPPED", ygr_json_number(output, "dropped_batches"));
	putc('\n', out);
}

static void print_sender(FILE *out, const json_t *sender)
{
	const json_t *each;
	size_t i;

	if (!sender)
		return;
	print_pid(out, "sender", sender);
	fprintf(out, ": %" PRId64 " batches sent, %" PRId64 " acknowledged, %" PRId64 " wait for it\n",
		ygr_json_number(sender, "sent_batches"), ygr_json_number(sender, "acked_batches"),
		ygr_json_number(sender, "unacked_batches"));
	if (ygr_json_number(sender, "missing_batches") || ygr_json_number(sender, "faults"))
		fprintf(out, NO_LABEL "%" PRId64 " batches missing, %" PRId64 " faults in the spool\n",
			ygr_json_number(sender, "missing_batches"), ygr_json_number(sender, "faults"));
	json_array_foreach(json_object_get(sender, "outputs"), i, each)
		print_output(out, each);
}

/* One that has ended left its last words; without any, "status" would be silent of what is missing. */
static void print_no_daemon(FILE *out, const json_t *status)
{
	if (json_object_get(status, "module") && !json_object_get(status, "reader"))
		fprintf(out, LABEL "NONE HAS RUN: what the rings have no room for is lost: systemctl start yagurad\n",
			"daemon");
}

void ygr_status_text_print(FILE *out, const json_t *status)
{
	print_module(out, json_object_get(status, "module"));
	print_policy(out, json_object_get(status, "policy"));
	print_hooks(out, json_object_get(status, "hooks"));
	print_rings(out, json_object_get(status, "rings"));
	print_classes(out, json_object_get(status, "classes"));
	print_counters(out, json_object_get(status, "counters"));
	print_no_daemon(out, status);
	print_reader(out, json_object_get(status, "reader"));
	print_sender(out, json_object_get(status, "sender"));
}
