// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_gather.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "policy_load.h"
#include "status_gather.h"

/* Of files that are as long as the kernel, or somebody else, likes. */
#define SMALL_BYTES	4096
#define CONFIG_BYTES	(1u << 20)
#define LIST_BYTES	(8u << 20)

#define NAMES_MAX	100000u
#define PATCHES_MAX	64
#define CPUS_MAX	65536u

/* ---- small files ---- */

bool ygr_doctor_is_name(const char *name)
{
	const char *at;

	for (at = name; isalnum((unsigned char)*at) || (*at && strchr("._+~:@-", *at)); at++)
		;
	return at != name && !*at && *name != '-' && strcmp(name, ".") && strcmp(name, "..") &&
	       at - name < YGR_FACT_BYTES;
}

void ygr_doctor_read_name(const struct ygr_sysroot *root, const char *path,
			  char name[YGR_FACT_BYTES])
{
	char *text;

	*name = '\0';
	if (ygr_sysroot_read(root, path, SMALL_BYTES, &text) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (ygr_doctor_is_name(text))
		strcpy(name, text);
	free(text);
}

enum ygr_fact ygr_doctor_read_flag(const struct ygr_sysroot *root, const char *path)
{
	char name[YGR_FACT_BYTES];

	ygr_doctor_read_name(root, path, name);
	if (!strcmp(name, "Y") || !strcmp(name, "1"))
		return YGR_YES;
	return !strcmp(name, "N") || !strcmp(name, "0") ? YGR_NO : YGR_UNKNOWN;
}

int ygr_doctor_read_number(const struct ygr_sysroot *root, const char *path)
{
	char name[YGR_FACT_BYTES];
	int number, used = 0;

	ygr_doctor_read_name(root, path, name);
	return sscanf(name, "%9d%n", &number, &used) == 1 && !name[used] && number >= 0 ? number :
											  -1;
}

/* ---- the kernel ---- */

/* Of a system that does not run: the newest kernel that is installed. */
static void find_newest_release(const struct ygr_sysroot *root, char release[YGR_FACT_BYTES])
{
	DIR *directory = ygr_sysroot_open_directory(root, "/lib/modules");
	const struct dirent *entry;
	unsigned int nr;

	for (nr = 0; directory && nr < NAMES_MAX && (entry = readdir(directory)); nr++)
		if (isdigit((unsigned char)*entry->d_name) && ygr_doctor_is_name(entry->d_name) &&
		    strverscmp(entry->d_name, release) > 0)
			strcpy(release, entry->d_name);
	if (directory)
		closedir(directory);
}

/* "none [integrity] confidentiality": what is in brackets holds. */
static void gather_lockdown(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	char *text;

	if (ygr_sysroot_read(root, "/sys/kernel/security/lockdown", SMALL_BYTES, &text) < 0)
		return;
	if (sscanf(text, "%*[^[][%31[a-z]", facts->lockdown) != 1)
		sscanf(text, "[%31[a-z]", facts->lockdown);
	free(text);
}

static void gather_kernel(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	char path[YGR_FACT_BYTES + 64];

	ygr_doctor_read_name(root, "/proc/sys/kernel/osrelease", facts->release);
	if (!*facts->release && !root->is_own)
		find_newest_release(root, facts->release);
	snprintf(path, sizeof(path), "/boot/config-%s", facts->release);
	ygr_sysroot_read(root, path, CONFIG_BYTES, &facts->config);
	ygr_sysroot_read(root, "/proc/cmdline", SMALL_BYTES, &facts->cmdline);
	facts->ftrace_enabled = ygr_doctor_read_number(root, "/proc/sys/kernel/ftrace_enabled");
	facts->io_uring_disabled = ygr_doctor_read_number(root, "/proc/sys/kernel/io_uring_disabled");
	facts->sig_enforce =
		ygr_doctor_read_flag(root, "/sys/module/module/parameters/sig_enforce");
	gather_lockdown(root, facts);
	if (ygr_sysroot_read(root, "/sys/kernel/tracing/enabled_functions", LIST_BYTES,
			     &facts->enabled_functions) < 0)
		ygr_sysroot_read(root, "/sys/kernel/debug/tracing/enabled_functions", LIST_BYTES,
				 &facts->enabled_functions);
}

/* ---- live patches: PATCH/OBJECT/FUNCTION,NUMBER ---- */

static void list_names(const struct ygr_sysroot *root, const char *path, char *names[PATCHES_MAX],
		       unsigned int *nr)
{
	DIR *directory = ygr_sysroot_open_directory(root, path);
	const struct dirent *entry;
	unsigned int seen;

	*nr = 0;
	for (seen = 0;
	     directory && seen < NAMES_MAX && *nr < PATCHES_MAX && (entry = readdir(directory));
	     seen++) {
		char name[NAME_MAX + 1], below[1024];
		struct stat stat;

		strcpy(name, entry->d_name);
		name[strcspn(name, ",")] = '\0';
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (ygr_doctor_is_name(name) && !ygr_sysroot_stat(root, below, &stat) &&
		    S_ISDIR(stat.st_mode))
			names[(*nr)++] = strdup(name);
	}
	if (directory)
		closedir(directory);
}

static void free_names(char *names[PATCHES_MAX], unsigned int nr)
{
	while (nr)
		free(names[--nr]);
}

static void put_patch(FILE *out, const struct ygr_sysroot *root, const char *patch)
{
	char *objects[PATCHES_MAX], *functions[PATCHES_MAX], path[3 * YGR_FACT_BYTES];
	unsigned int object_nr, function_nr, i, j;

	snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s", patch);
	list_names(root, path, objects, &object_nr);
	fprintf(out, "%s -\n", patch);
	for (i = 0; i < object_nr; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s/%s", patch, objects[i]);
		list_names(root, path, functions, &function_nr);
		for (j = 0; j < function_nr; j++)
			fprintf(out, "%s %s\n", patch, functions[j]);
		free_names(functions, function_nr);
	}
	free_names(objects, object_nr);
}

static void gather_livepatches(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	char *patches[PATCHES_MAX];
	unsigned int nr, i;
	size_t bytes;
	FILE *out;

	/* A kernel without live patching has no such directory, one that is not mounted no
	 * /sys/kernel. */
	if (!ygr_sysroot_has(root, "/sys/kernel"))
		return;
	out = open_memstream(&facts->livepatches, &bytes);
	if (!out)
		return;
	list_names(root, "/sys/kernel/livepatch", patches, &nr);
	for (i = 0; i < nr; i++)
		put_patch(out, root, patches[i]);
	free_names(patches, nr);
	fclose(out);
}

/* ---- memory, rings, clock ---- */

static void gather_memory(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	unsigned long long kib;
	const char *at;
	char *text;

	if (ygr_sysroot_read(root, "/proc/meminfo", SMALL_BYTES, &text) < 0)
		return;
	at = strstr(text, "MemTotal:");
	if (at && sscanf(at, "MemTotal: %15llu", &kib) == 1)
		facts->memory_bytes = kib * 1024;
	free(text);
}

/* The module says it; else what it was loaded with, for each CPU that may come: "0-3". */
static void gather_rings(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	const json_t *rings = json_object_get(facts->status, "rings"), *ring;
	int kib = ygr_doctor_read_number(root, "/sys/module/yagura/parameters/ring_kib");
	unsigned int first, last;
	char range[YGR_FACT_BYTES];
	size_t i;

	json_array_foreach(rings, i, ring) {
		json_int_t bytes = json_integer_value(json_object_get(ring, "data_bytes"));

		if (bytes > 0 && bytes < (json_int_t)1 << 40 && facts->ring_nr < CPUS_MAX) {
			facts->ring_bytes += (uint64_t)bytes;
			facts->ring_nr++;
		}
	}
	ygr_doctor_read_name(root, "/sys/devices/system/cpu/possible", range);
	if (facts->ring_nr || kib <= 0)
		return;
	if (!strcmp(range, "0"))
		facts->ring_nr = 1;
	else if (sscanf(range, "%6u-%6u", &first, &last) == 2 && first <= last && last < CPUS_MAX)
		facts->ring_nr = last - first + 1;
	facts->ring_bytes = facts->ring_nr * 1024ull * (unsigned int)kib;
}

static void gather_clock(struct ygr_doctor_facts *facts)
{
	struct timex timex = { .modes = 0 };

	facts->now_s = time(NULL);
	if (adjtimex(&timex) >= 0)
		facts->clock_synchronised = timex.status & STA_UNSYNC ? YGR_NO : YGR_YES;
}

/* As the condition of yagura-policy.service has it. */
static void gather_policy(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	DIR *directory = ygr_sysroot_open_directory(root, YGR_POLICY_PATH);
	const struct dirent *entry;
	unsigned int nr;

	if (directory || errno == ENOENT)
		facts->has_policy = YGR_NO;
	for (nr = 0; directory && nr < NAMES_MAX && (entry = readdir(directory)); nr++) {
		size_t len = strlen(entry->d_name);

		if (*entry->d_name != '.' && len > 5 && !strcmp(entry->d_name + len - 5, ".yaml"))
			facts->has_policy = YGR_YES;
	}
	if (directory)
		closedir(directory);
}

static void gather_status(const struct ygr_sysroot *root, json_t *status,
			  struct ygr_doctor_facts *facts)
{
	if (status) {
		facts->status = json_incref(status);
	} else if (root->is_own) {
		facts->status = ygr_status_gather_module(&facts->device_err);
		facts->device_asked = true;
	}
}

void ygr_doctor_gather(const struct ygr_sysroot *root, json_t *status, const char *runtime_dir,
		       struct ygr_doctor_facts *facts)
{
	*facts = (struct ygr_doctor_facts) {
		.clock_synchronised = YGR_UNKNOWN,
		.has_headers = YGR_UNKNOWN,
		.is_built = YGR_UNKNOWN,
		.is_signed = YGR_UNKNOWN,
		.is_enrolled = YGR_UNKNOWN,
		.is_loaded = YGR_UNKNOWN,
		.is_disabled = YGR_UNKNOWN,
		.is_observe_only = YGR_UNKNOWN,
		.has_disk = YGR_UNKNOWN,
		.has_settings = YGR_UNKNOWN,
		.has_policy = YGR_UNKNOWN,
	};
	gather_kernel(root, facts);
	ygr_doctor_gather_module(root, facts);
	gather_livepatches(root, facts);
	gather_memory(root, facts);
	gather_status(root, status, facts);
	gather_policy(root, facts);
	gather_rings(root, facts);
	if (root->is_own)
		gather_clock(facts);
	ygr_doctor_gather_daemon(root, runtime_dir, facts);
}

void ygr_doctor_facts_exit(struct ygr_doctor_facts *facts)
{
	free(facts->config);
	free(facts->cmdline);
	free(facts->livepatches);
	free(facts->enabled_functions);
	json_decref(facts->status);
	json_decref(facts->reader.status);
	json_decref(facts->sender.status);
}
