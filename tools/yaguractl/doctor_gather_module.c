// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_gather.h"

/* What shim leaves to the kernel, which shows it to root: the certificates of machine owners. */
#define MOK_LIST	"/sys/firmware/efi/mok-variables/MokListRT"
/* What mokutil leaves to shim. */
#define MOK_NEW		"/sys/firmware/efi/efivars/MokNew-605dab50-e046-4300-abb6-3dd810dd8b23"
#define MOK_BYTES	(64u << 10)
#define MOK_LIST_BYTES	(1u << 20)

/* What the kernel's build system puts behind a module and its signature. */
#define SIGNED		"~Module signature appended~\n"

/* A tree of modules has some thousand files, six directories deep. */
#define DEPTH_MAX	12
#define NAMES_MAX	200000u

static bool is_module_name(const char *name)
{
	static const char *const names[] = { "yagura.ko", "yagura.ko.xz", "yagura.ko.zst",
					     "yagura.ko.gz" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* What may be looked into; symbolic links lead out of the tree (build, source), or to what has been
 * seen. */
static bool is_directory(const struct dirent *entry)
{
	return (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN) &&
	       strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

/* @path: a directory; if the module is below it, its path. */
static bool find_below(const struct ygr_sysroot *root, char path[4096], unsigned int depth,
		       unsigned int *left_nr)
{
	DIR *directory = ygr_sysroot_open_directory(root, path);
	size_t len = strlen(path);
	const struct dirent *entry;
	bool found = false;

	while (directory && !found && *left_nr && (entry = readdir(directory))) {
		--*left_nr;
		if (len + strlen(entry->d_name) + 2 > 4096)
			continue;
		path[len] = '/';
		strcpy(path + len + 1, entry->d_name);
		found = is_module_name(entry->d_name) ||
			(is_directory(entry) && depth < DEPTH_MAX &&
			 find_below(root, path, depth + 1, left_nr));
		if (!found)
			path[len] = '\0';
	}
	if (directory)
		closedir(directory);
	return found;
}

/* In the order in which depmod prefers them. */
static void find_module(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	static const char *const places[] = { "/updates", "/extra", "" };
	unsigned int left_nr = NAMES_MAX;
	char path[4096];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "/lib/modules/%s%s", facts->release, places[i]);
		if (find_below(root, path, 0, &left_nr)) {
			strcpy(facts->module_path, path);
			facts->is_built = YGR_YES;
			return;
		}
	}
	facts->is_built = left_nr ? YGR_NO : YGR_UNKNOWN;
}

static void look_into_module(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	char tail[sizeof(SIGNED) - 1];
	struct stat stat;
	int fd;

	fd = ygr_sysroot_open_file(root, facts->module_path);
	if (fd < 0)
		return;
	if (!fstat(fd, &stat)) {
		facts->built_s = stat.st_mtime;
		/* The trailer of a compressed one cannot be seen. */
		if (!strcmp(facts->module_path + strlen(facts->module_path) - 3, ".ko"))
			facts->is_signed =
				stat.st_size >= (off_t)sizeof(tail) &&
				pread(fd, tail, sizeof(tail), stat.st_size - (off_t)sizeof(tail)) ==
					(ssize_t)sizeof(tail) &&
				!memcmp(tail, SIGNED, sizeof(tail));
	}
	close(fd);
}

/* The newest of /var/lib/dkms/yagura/VERSION, and of /usr/src/yagura-VERSION. */
static void find_source(const struct ygr_sysroot *root, const char *path, const char *prefix,
			struct ygr_doctor_facts *facts)
{
	DIR *directory = ygr_sysroot_open_directory(root, path);
	const struct dirent *entry;
	unsigned int nr;

	for (nr = 0; directory && nr < NAMES_MAX && (entry = readdir(directory)); nr++) {
		const char *version = entry->d_name + strlen(prefix);

		if (strncmp(entry->d_name, prefix, strlen(prefix)) || *version < '0' ||
		    *version > '9')
			continue;
		if (ygr_doctor_is_name(version) && strverscmp(version, facts->dkms_version) > 0)
			strcpy(facts->dkms_version, version);
	}
	if (directory)
		closedir(directory);
}

static void gather_built(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	char path[YGR_FACT_BYTES + 64];
	DIR *directory;

	snprintf(path, sizeof(path), "/lib/modules/%s", facts->release);
	directory = ygr_sysroot_open_directory(root, path);
	/* That it is not there is known: a kernel without a single module has not ours. */
	if (!directory && errno != ENOENT)
		return;
	if (directory)
		closedir(directory);
	find_module(root, facts);
	if (facts->is_built == YGR_YES)
		look_into_module(root, facts);
	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile", facts->release);
	facts->has_headers = ygr_sysroot_has(root, path);
}

/* Of a module that is loaded, the kernel tells whether its signature was good, compressed or not. */
static void ask_kernel_for_signature(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	char taint[YGR_FACT_BYTES];

	ygr_doctor_read_name(root, "/sys/module/yagura/taint", taint);
	if (*taint && !strchr(taint, 'E'))
		facts->is_signed = YGR_YES;
}

/* The list has each certificate as it is. */
static void gather_enrolment(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	char *key = NULL, *list = NULL;
	long key_bytes = ygr_sysroot_read(root, YGR_FACT_MOK, MOK_BYTES, &key);
	long list_bytes = ygr_sysroot_read(root, MOK_LIST, MOK_LIST_BYTES, &list);

	facts->has_mok = ygr_sysroot_has(root, YGR_FACT_MOK);
	if (key_bytes > 0 && list_bytes >= 0)
		facts->is_enrolled = !!memmem(list, (size_t)list_bytes, key, (size_t)key_bytes);
	facts->awaits_enrolment = ygr_sysroot_has(root, MOK_NEW);
	free(list);
	free(key);
}

/* "unfinished=NUMBER", "parameter=NAME". */
static void gather_boot(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	unsigned int nr;
	char *text;

	facts->unsettled_nr = ygr_doctor_read_number(root, "/var/lib/yagura/boot");
	facts->unsettled_before_nr = -1;
	if (ygr_sysroot_read(root, "/run/yagura-boot", 128, &text) < 0)
		return;
	if (sscanf(text, "unfinished=%3u parameter=%31[a-z_]", &nr, facts->boot_parameter) >= 1)
		facts->unsettled_before_nr = (int)nr;
	free(text);
}

void ygr_doctor_gather_module(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	if (*facts->release)
		gather_built(root, facts);
	find_source(root, "/var/lib/dkms/yagura", "", facts);
	find_source(root, "/usr/src", "yagura-", facts);
	gather_enrolment(root, facts);
	if (ygr_sysroot_has(root, "/sys/module"))
		facts->is_loaded = ygr_sysroot_has(root, "/sys/module/yagura");
	if (facts->is_built == YGR_YES && facts->is_signed == YGR_UNKNOWN)
		ask_kernel_for_signature(root, facts);
	gather_boot(root, facts);
	facts->is_observe_only =
		ygr_doctor_read_flag(root, "/sys/module/yagura/parameters/observe_only");
	facts->is_disabled = ygr_doctor_read_flag(root, "/sys/module/yagura/parameters/disable");
}
