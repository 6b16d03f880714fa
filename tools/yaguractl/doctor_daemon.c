// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the daemon: its settings, its processes, what it stores and where it sends that. */
#include <inttypes.h>
#include <string.h>

#include "config.h"
#include "doctor.h"
#include "json_field.h"

/* The files are replaced once a second; a busy disk may keep a process for a while. */
#define SILENCE_MAX_S	30

/* Percent of its limit at which the spool is about to be full. */
#define SPOOL_NEARLY_FULL	90

#define MIB	(1024 * 1024ull)

void ygr_doctor_settings(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	struct ygr_finding *finding;

	if (facts->has_settings == YGR_UNKNOWN)
		return;
	if (*facts->settings_error) {
		finding = ygr_doctor_add(report, YGR_ERROR, "the daemon's settings have a mistake");
		ygr_finding_prove(finding, "%s", facts->settings_error);
		ygr_finding_mend(finding,
				 "correct it; yagurad --check && systemctl restart yagurad");
	} else if (!facts->output_nr) {
		finding = ygr_doctor_add(report, YGR_NOTE,
					 "no output is set: events stay in the spool");
		ygr_finding_prove(finding, "%s%s", YGR_CONFIG_PATH,
				  facts->has_settings ? "" : " is not there");
		ygr_finding_mend(finding, "name one in " YGR_CONFIG_PATH
					  "; yagurad --check && systemctl reload yagurad");
	} else {
		ygr_doctor_add(report, YGR_OK, "the settings are good, with %u output%s",
			       facts->output_nr, facts->output_nr == 1 ? "" : "s");
	}
}

/* ---- the processes ---- */

static void judge_process(struct ygr_doctor_report *report, const char *name,
			  const struct ygr_fact_process *process, const char *directory)
{
	struct ygr_finding *finding;

	if (process->is_known == YGR_UNKNOWN ||
	    (process->is_known == YGR_YES && process->runs == YGR_UNKNOWN))
		return;
	if (!process->is_known || !process->runs) {
		finding = ygr_doctor_add(report, YGR_ERROR, "the %s does not run", name);
		if (process->status)
			ygr_finding_prove(finding, "%s/%s.json: pid %" PRId64 " is gone", directory,
					  name, ygr_json_number(process->status, "pid"));
		else
			ygr_finding_prove(finding, "%s/%s.json %s", directory, name,
					  process->is_known ? "is no status" : "is not there");
		ygr_finding_mend(finding, "systemctl restart yagurad; journalctl -u yagurad");
	} else if (process->silent_s > SILENCE_MAX_S) {
		finding = ygr_doctor_add(report, YGR_WARNING, "the %s hangs", name);
		ygr_finding_prove(finding, "%s/%s.json is %" PRId64 " s old", directory, name,
				  process->silent_s);
		ygr_finding_mend(finding, "systemctl restart yagurad; journalctl -u yagurad");
	} else {
		ygr_doctor_add(report, YGR_OK, "the %s runs", name);
	}
}

/* Without an output there is no sender. */
void ygr_doctor_daemon(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	judge_process(report, "reader", &facts->reader, facts->runtime_dir);
	if (facts->output_nr)
		judge_process(report, "sender", &facts->sender, facts->runtime_dir);
}

/* Return: whether walls were told of. */
static bool judge_walls(struct ygr_doctor_report *report, const char *name,
			const struct ygr_fact_process *process, const char *const *walls)
{
	const json_t *sandbox = json_object_get(process->status, "sandbox"), *wall;
	struct ygr_finding *finding;

	if (!json_is_object(sandbox))
		return false;
	for (; *walls; walls++) {
		wall = json_object_get(sandbox, *walls);
		if (!wall || json_is_true(wall) || json_integer_value(wall) > 0)
			continue;
		finding = ygr_doctor_add(report, YGR_NOTE,
					 "the %s goes without a wall that it could have: %s", name,
					 *walls);
		ygr_finding_mend(finding, "journalctl -u yagurad tells why");
	}
	return true;
}

/* The reader is root, and landlock is the sender's; that one needs the network. */
void ygr_doctor_sandbox(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	static const char *const reader[] = { "no_network", "few_capabilities", "seccomp", NULL };
	static const char *const sender[] = { "own_user", "few_capabilities", "landlock", "seccomp",
					      NULL };
	size_t before_nr = report->finding_nr;
	bool known = judge_walls(report, "reader", &facts->reader, reader);

	known |= judge_walls(report, "sender", &facts->sender, sender);
	if (known && report->finding_nr == before_nr)
		ygr_doctor_add(report, YGR_OK, "the daemon's walls stand");
}

/* ---- what is stored ---- */

static void mend_spool(struct ygr_finding *finding)
{
	ygr_finding_mend(finding,
		"yaguractl status tells which output is behind; or a larger spool: limit: in " YGR_CONFIG_PATH
		", systemctl reload yagurad");
}

void ygr_doctor_spool(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	const json_t *spool = json_object_get(facts->reader.status, "spool");
	int64_t used = ygr_json_number(spool, "used_bytes"), limit = ygr_json_number(spool, "limit_bytes");
	const char *waiting = ygr_json_text(spool, "waiting_for", "");
	size_t before_nr = report->finding_nr;
	struct ygr_finding *finding;

	if (!json_is_object(spool) || limit <= 0 || used < 0)
		return;
	if (*waiting) {
		finding = ygr_doctor_add(report, YGR_ERROR,
					 "events wait, and are dropped when the rings are full");
		ygr_finding_prove(finding, "waiting for %s", waiting);
		if (strcmp(waiting, "spool_full"))
			ygr_finding_mend(finding, "df -h %s; dmesg",
					 ygr_finding_word(facts->spool_dir, ""));
		else
			mend_spool(finding);
	} else if (used > limit / 100 * SPOOL_NEARLY_FULL &&
		   !ygr_json_number(spool, "discarded_batches")) {
		finding = ygr_doctor_add(report, YGR_WARNING, "the spool is nearly full");
		ygr_finding_prove(finding, "%" PRId64 " of %" PRId64 " MiB", used >> 20,
				  limit >> 20);
		mend_spool(finding);
	}
	if (ygr_json_number(spool, "discarded_batches")) {
		finding = ygr_doctor_add(report, YGR_WARNING,
					 "batches went undelivered to make room");
		ygr_finding_prove(finding, "%" PRId64 " since the reader started",
				  ygr_json_number(spool, "discarded_batches"));
		mend_spool(finding);
	}
	if (report->finding_nr == before_nr)
		ygr_doctor_add(report, YGR_OK, "the spool has room");
}

void ygr_doctor_disk(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	uint64_t grows, segments = 2 * facts->segment_bytes;
	struct ygr_finding *finding;
	enum ygr_severity severity;

	if (facts->has_disk != YGR_YES)
		return;
	grows = facts->spool_limit_bytes > facts->spool_used_bytes ?
			facts->spool_limit_bytes - facts->spool_used_bytes :
			0;
	severity = facts->free_bytes >= grows ? YGR_OK :
		   facts->free_bytes < segments ? YGR_ERROR : YGR_WARNING;
	finding = ygr_doctor_add(
		report, severity, "%s",
		severity == YGR_OK    ? "the disk has room for the spool" :
		severity == YGR_ERROR ? "the disk is full" :
					"the disk is full before the spool is at its limit");
	ygr_finding_prove(finding, "%s may grow by %" PRIu64 " MiB, %" PRIu64 " MiB are free",
			  facts->spool_dir, (uint64_t)(grows / MIB),
			  (uint64_t)(facts->free_bytes / MIB));
	if (severity != YGR_OK)
		ygr_finding_mend(finding,
			"make room: df -h %s; or a smaller spool: limit: in " YGR_CONFIG_PATH
			", systemctl reload yagurad",
			ygr_finding_word(facts->spool_dir, ""));
}

/* ---- where it is sent ---- */

static const char *find_place(const struct ygr_doctor_facts *facts, const char *name)
{
	for (unsigned int i = 0; i < facts->output_nr && i < YGR_FACT_OUTPUTS_MAX; i++)
		if (!strcmp(facts->outputs[i].name, name))
			return facts->outputs[i].at;
	return "";
}

static void judge_link(struct ygr_doctor_report *report, const json_t *output, const char *place)
{
	const char *last = ygr_json_text(output, "last_down", "");
	struct ygr_finding *finding;

	finding = ygr_doctor_add(report, YGR_WARNING,
				 "output %s is down", ygr_json_text(output, "name", ""));
	ygr_finding_prove(
		finding, "%s%s%s%s", place, *place ? ": " : "", *last ? last : "not up yet",
		ygr_json_number(output, "links") ? "" : "; it has not been up since the daemon's start");
	ygr_finding_mend(finding,
			 "see to %s and the way to it; yagurad --check; journalctl -u yagurad",
			 ygr_finding_word(place, "the receiver"));
}

static void judge_output(struct ygr_doctor_report *report, const json_t *output, const char *place)
{
	int64_t parked = ygr_json_number(output, "parked_batches"),
		dropped = ygr_json_number(output, "dropped_batches");
	const char *name = ygr_json_text(output, "name", "");
	struct ygr_finding *finding;

	if (!json_is_true(json_object_get(output, "up")))
		judge_link(report, output, place);
	if (parked || dropped) {
		finding = ygr_doctor_add(report, YGR_WARNING,
					 "output %s was refused batches", name);
		ygr_finding_prove(finding, "%" PRId64 " kept, %" PRId64 " lost; the last: %s",
				  parked, dropped, ygr_json_text(output, "last_refusal", ""));
		ygr_finding_mend(finding,
			"see to the receiver's limits; what was kept lies in parked/%s of the spool",
			ygr_finding_word(name, "NAME"));
	}
}

void ygr_doctor_receiver(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	const json_t *outputs = json_object_get(facts->sender.status, "outputs"), *output;
	size_t i, before_nr = report->finding_nr;

	/* What a process that is gone said last is no news of its receivers. */
	if (facts->sender.runs == YGR_NO || !json_array_size(outputs))
		return;
	json_array_foreach(outputs, i, output)
		judge_output(report, output, find_place(facts, ygr_json_text(output, "name", "")));
	if (report->finding_nr == before_nr)
		ygr_doctor_add(report, YGR_OK, "all outputs are up");
}
