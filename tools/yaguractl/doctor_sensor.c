// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what the loaded module says of itself. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "json_field.h"
#include "policy_load.h"
#include "young_hook.h"

#define RING_KIB_MIN	64
#define RING_KIB_MAX	65536

/* Percent of the memory that rings may take. */
#define RINGS_MUCH	5
#define RINGS_TOO_MUCH	25

/* ---- hooks ---- */

static bool hook_is(const json_t *hook, const char *state)
{
	return !strncmp(ygr_json_text(hook, "state", ""), state, strlen(state));
}

static void mend_hook(struct ygr_finding *finding, const json_t *hook,
		      const struct ygr_doctor_facts *facts)
{
	if (facts->ftrace_enabled == 0)
		ygr_finding_mend(finding, "sysctl -w kernel.ftrace_enabled=1 && yagura-upgrade");
	else if (hook_is(hook, "busy"))
		ygr_finding_mend(finding,
			"grep %s /sys/kernel/tracing/enabled_functions; stop that one, then: yagura-upgrade",
			ygr_finding_word(ygr_json_text(hook, "symbol", ""), "NAME"));
	else
		ygr_finding_mend(finding, "dmesg | grep -i yagura");
}

/* What all hooks have in common is said once. Return: whether this hook has been dealt with. */
static bool judge_common(const json_t *hook, size_t *stopped_nr, size_t *disabled_nr)
{
	*stopped_nr += hook_is(hook, "stopped");
	*disabled_nr += hook_is(hook, "disabled");
	return hook_is(hook, "attached") || hook_is(hook, "stopped") || hook_is(hook, "disabled");
}

static void judge_hook(struct ygr_doctor_report *report, const json_t *hook,
		       const struct ygr_doctor_facts *facts)
{
	int64_t error = ygr_json_number(hook, "error");
	const char *instead = ygr_young_hook_explain(hook);
	struct ygr_finding *finding;

	if (instead) {
		finding = ygr_doctor_add(report, YGR_NOTE, "this kernel has no %s: %s",
					 ygr_json_text(hook, "symbol", ""), instead);
		return;
	}
	finding = ygr_doctor_add(report, YGR_WARNING, "%s is not hooked", ygr_json_text(hook, "symbol", ""));
	if (error < 0 && error > -4096)
		ygr_finding_prove(finding, "%s (%s)", ygr_json_text(hook, "state", ""),
				  strerror((int)-error));
	else
		ygr_finding_prove(finding, "%s", ygr_json_text(hook, "state", ""));
	mend_hook(finding, hook, facts);
}

void ygr_doctor_hooks(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	const json_t *hooks = json_object_get(facts->status, "hooks"), *hook;
	size_t i, stopped_nr = 0, disabled_nr = 0, attached_nr = 0;
	struct ygr_finding *finding;

	if (!json_array_size(hooks))
		return;
	json_array_foreach(hooks, i, hook) {
		attached_nr += hook_is(hook, "attached");
		if (!judge_common(hook, &stopped_nr, &disabled_nr))
			judge_hook(report, hook, facts);
	}
	if (stopped_nr || disabled_nr) {
		finding = ygr_doctor_add(report, YGR_ERROR, "%s: nothing is seen",
					 stopped_nr ? "the module has let go of its hooks" :
						      "the module was told to attach no hook");
		ygr_finding_prove(finding, "%zu of %zu hooks are %s", stopped_nr ?: disabled_nr,
				  json_array_size(hooks), stopped_nr ? "stopped" : "disabled");
		ygr_finding_mend(finding, "yagura-upgrade");
	} else if (!attached_nr) {
		finding = ygr_doctor_add(report, YGR_ERROR, "no hook is attached: nothing is seen");
		ygr_finding_mend(finding, "dmesg | grep -i yagura");
	} else {
		ygr_doctor_add(report, YGR_OK, "%zu of %zu hooks are attached", attached_nr,
			       json_array_size(hooks));
	}
}

/* ---- other users of the same functions ---- */

struct traced {
	char	 name[128];
	unsigned int user_nr;
	bool	 is_redirected;	/* I: its callers may end up elsewhere; for one user at a time */
	bool	 is_direct;	/* D: a BPF program's trampoline */
	const char *rest;	/* of the line, behind the flags */
	int	 rest_len;
};

/* "security_file_open (2) R I D\ttramp: ...": what is not such a line is no function. */
static bool parse_traced(const char *line, struct traced *traced)
{
	int used = 0, line_len = (int)strcspn(line, "\n");
	const char *at, *end = line + line_len;

	*traced = (struct traced) { 0 };
	if (sscanf(line, "%127[^ \n]", traced->name) != 1)
		return false;
	at = memchr(line, '(', line_len);
	if (!at || sscanf(at, "(%u)%n", &traced->user_nr, &used) != 1 || !used)
		return false;
	for (at += used; at < end && *at != '\t'; at++) {
		traced->is_redirected |= *at == 'I';
		traced->is_direct |= *at == 'D';
	}
	at += at < end;
	traced->rest = at;
	traced->rest_len = end - at < 120 ? (int)(end - at) : 120;
	return true;
}

static const json_t *find_hook(const json_t *hooks, const char *symbol)
{
	const json_t *hook;
	size_t i;

	json_array_foreach(hooks, i, hook)
		if (!strcmp(ygr_json_text(hook, "symbol", ""), symbol))
			return hook;
	return NULL;
}

static void tell_sharers(struct ygr_doctor_report *report, const char *names,
			 unsigned int shared_nr)
{
	struct ygr_finding *finding;

	finding = ygr_doctor_add(report, YGR_NOTE, "%u hooked functions are traced by others, too",
				 shared_nr);
	ygr_finding_prove(finding, "/sys/kernel/tracing/enabled_functions:%s%s", names,
			  shared_nr > 3 ? " ..." : "");
	ygr_finding_mend(finding, "bpftool link; bpftool perf");
}

/*
 * Redirecting is for one at a time, and an attached hook is that one. So another can only be
 * where ours is not; and besides ours there can be such as look and do not redirect.
 */
void ygr_doctor_redirectors(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	const json_t *hooks = json_object_get(facts->status, "hooks"), *hook;
	unsigned int shared_nr = 0, other_nr = 0;
	struct ygr_finding *finding;
	struct traced traced;
	const char *line, *next;
	char names[400] = "";

	if (!facts->enabled_functions || !json_array_size(hooks))
		return;
	for (line = facts->enabled_functions; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		hook = parse_traced(line, &traced) ? find_hook(hooks, traced.name) : NULL;
		if (!hook)
			continue;
		if (!hook_is(hook, "attached") && traced.is_redirected) {
			other_nr++;
			finding = ygr_doctor_add(report, YGR_WARNING, "somebody else redirects %s",
						 traced.name);
			ygr_finding_prove(finding, "/sys/kernel/tracing/enabled_functions: %.*s",
					  traced.rest_len, traced.rest);
			ygr_finding_mend(finding,
				"stop that one (live patches: ls /sys/kernel/livepatch), then: yagura-upgrade");
		} else if (hook_is(hook, "attached") && (traced.is_direct || traced.user_nr > 1)) {
			if (shared_nr++ < 3)
				strcat(strcat(names, " "), traced.name);
		}
	}
	if (shared_nr)
		tell_sharers(report, names, shared_nr);
	if (!shared_nr && !other_nr)
		ygr_doctor_add(report, YGR_OK, "nobody else is at the hooked functions");
}

/* ---- rings, drops ---- */

/* The largest power of two with which rings are not too much for the memory. */
static uint64_t advise_kib(const struct ygr_doctor_facts *facts)
{
	uint64_t kib = RING_KIB_MIN;

	while (kib < RING_KIB_MAX &&
	       2 * kib * 1024 * facts->ring_nr * 100 <= facts->memory_bytes * RINGS_MUCH)
		kib *= 2;
	return kib;
}

static void mend_ring(struct ygr_finding *finding, uint64_t kib)
{
	ygr_finding_mend(finding,
			 "echo options yagura ring_kib=%" PRIu64
			 " > /etc/modprobe.d/yagura.conf && yagura-upgrade",
			 kib);
}

void ygr_doctor_rings(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	bool is_error, is_much;
	struct ygr_finding *finding;
	enum ygr_severity severity;

	if (!facts->memory_bytes || !facts->ring_bytes || !facts->ring_nr)
		return;
	is_much = facts->ring_bytes > facts->memory_bytes / 100 * RINGS_MUCH;
	is_error = facts->ring_bytes > facts->memory_bytes / 100 * RINGS_TOO_MUCH;
	severity = is_error ? YGR_ERROR : is_much ? YGR_WARNING : YGR_OK;
	finding = ygr_doctor_add(report, severity, "the rings take %" PRIu64 " %% of the memory",
				 facts->ring_bytes / (facts->memory_bytes / 100 + 1));
	ygr_finding_prove(finding, "%u rings, together %" PRIu64 " KiB of %" PRIu64 " KiB",
			  facts->ring_nr, facts->ring_bytes / 1024, facts->memory_bytes / 1024);
	/* With so many CPUs, or so little memory, the smallest ones may be too much. */
	if (is_much && advise_kib(facts) * 1024 * facts->ring_nr < facts->ring_bytes)
		mend_ring(finding, advise_kib(facts));
}

void ygr_doctor_drops(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	const json_t *classes = json_object_get(facts->status, "classes"), *class;
	uint64_t kib = facts->ring_nr ? facts->ring_bytes / facts->ring_nr / 1024 * 2 : 0;
	struct ygr_finding *finding;
	size_t dropped_nr = 0;
	const char *name;

	if (!json_is_object(classes))
		return;
	json_object_foreach((json_t *)classes, name, class) {
		if (!ygr_json_number(class, "dropped"))
			continue;
		dropped_nr++;
		finding = ygr_doctor_add(report, YGR_WARNING, "events of class %s were dropped",
					 name);
		ygr_finding_prove(finding, "%" PRId64 " of %" PRId64 " since the module was loaded",
				  ygr_json_number(class, "dropped"), ygr_json_number(class, "produced"));
		if (facts->reader.runs == YGR_NO)
			ygr_finding_mend(finding, "systemctl restart yagurad");
		else if (kib >= RING_KIB_MIN && kib <= RING_KIB_MAX)
			mend_ring(finding, kib);
	}
	if (!dropped_nr)
		ygr_doctor_add(report, YGR_OK, "nothing was dropped since the module was loaded");
}

/* ---- policy ---- */

static void judge_state(struct ygr_doctor_report *report, const json_t *policy)
{
	struct ygr_finding *finding;

	if (ygr_json_is_set(policy, "tripped")) {
		finding = ygr_doctor_add(report, YGR_ERROR,
					 "nothing is denied: the policy's breaker has tripped");
		ygr_finding_mend(finding,
			"yaguractl policy stats tells which rules; then: yaguractl policy load FILE");
	}
	if (ygr_json_is_set(policy, "no_reader")) {
		finding = ygr_doctor_add(
			report, YGR_ERROR,
			"nothing is denied: no daemon reads, for longer than the policy allows");
		ygr_finding_mend(finding, "systemctl restart yagurad");
	}
	/* Of a parameter other checks tell, and where it is from. */
	if (ygr_json_is_set(policy, "observes") && !ygr_json_is_set(policy, "observe_only") &&
	    ygr_json_number(policy, "enforce"))
		ygr_doctor_add(report, YGR_WARNING,
			       "nothing is denied: this kernel's series has not been tested");
	if (ygr_json_number(policy, "confirm_left_ms")) {
		finding = ygr_doctor_add(report, YGR_NOTE, "the policy is on trial");
		ygr_finding_prove(finding, "returns to generation %" PRId64 " in %" PRId64 " s",
				  ygr_json_number(policy, "previous_generation"),
				  (ygr_json_number(policy, "confirm_left_ms") + 999) / 1000);
		ygr_finding_mend(finding, "yaguractl policy confirm");
	}
}

void ygr_doctor_policy(struct ygr_doctor_report *report, const struct ygr_doctor_facts *facts)
{
	const json_t *policy = json_object_get(facts->status, "policy");
	size_t before_nr = report->finding_nr;
	struct ygr_finding *finding;

	if (!json_is_object(policy))
		return;
	judge_state(report, policy);
	if (!json_object_get(policy, "name") && facts->has_policy == YGR_YES) {
		finding = ygr_doctor_add(report, YGR_ERROR,
					 "the host's policy is not in force: nothing is denied");
		ygr_finding_prove(finding, YGR_POLICY_PATH " has files, the module no policy");
		ygr_finding_mend(finding,
				 "journalctl -b -u yagura-policy tells why; yaguractl policy apply");
		return;
	}
	if (!json_object_get(policy, "name")) {
		finding = ygr_doctor_add(report, YGR_NOTE,
					 "no policy is in force: nothing is denied");
		ygr_finding_mend(finding, "yaguractl policy load FILE");
		return;
	}
	if (ygr_json_number(policy, "enforce") && !ygr_json_is_set(policy, "locked")) {
		finding = ygr_doctor_add(report, YGR_NOTE,
					 "the policy is not locked: root can clear it");
		ygr_finding_mend(finding, "yaguractl policy lock --until-reboot");
	}
	if (report->finding_nr == before_nr)
		ygr_doctor_add(report, YGR_OK, "a policy is in force");
}
