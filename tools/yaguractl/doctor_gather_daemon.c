// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "config_file.h"
#include "doctor_gather.h"
#include "yaml_tree.h"

#define SETTINGS_BYTES	(1u << 20)
#define STATUS_BYTES	(4u << 20)
#define SEGMENTS_MAX	100000u

/* ---- settings ---- */

static void copy_text(char *to, size_t cap, const char *from)
{
	snprintf(to, cap, "%s", from ?: "");
}

static const char *get_scalar(const struct ygr_yaml_node *node, const char *key)
{
	const struct ygr_yaml_node *value = ygr_yaml_tree_find(node, key);

	return value && value->kind == YGR_YAML_SCALAR ? value->text : NULL;
}

/* Not what stands before a "@", and not the path: there may be secrets. */
static void copy_server(char *to, size_t cap, const char *url)
{
	const char *at = strstr(url, "://"), *end, *sign;

	at = at ? at + 3 : url;
	end = at + strcspn(at, "/?#");
	sign = memrchr(at, '@', (size_t)(end - at));
	at = sign ? sign + 1 : at;
	snprintf(to, cap, "%.*s", (int)(end - at), at);
}

/* What leads there is called otherwise by each type. */
static void copy_place(char *to, size_t cap, const struct ygr_yaml_node *node)
{
	const char *host = get_scalar(node, "host"), *port = get_scalar(node, "port");
	const char *url = get_scalar(node, "url");

	if (url)
		copy_server(to, cap, url);
	else if (host && port)
		snprintf(to, cap, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
	else
		copy_text(to, cap, host ?: get_scalar(node, "brokers") ?: get_scalar(node, "path"));
}

static void copy_outputs(const struct ygr_config *config, struct ygr_doctor_facts *facts)
{
	facts->output_nr = (unsigned int)config->output_nr;
	for (size_t i = 0; i < config->output_nr && i < YGR_FACT_OUTPUTS_MAX; i++) {
		copy_text(facts->outputs[i].name, YGR_FACT_BYTES, config->outputs[i].name);
		copy_place(facts->outputs[i].at, YGR_FACT_BYTES, config->outputs[i].node);
	}
}

struct settings_access {
	const struct ygr_sysroot *root;
	unsigned int read_nr;
	bool is_hidden;			/* something is there, and may not be read */
};

static int read_settings(void *arg, const char *path, char **text, size_t *bytes)
{
	struct settings_access *access = arg;
	long len = ygr_sysroot_read(access->root, path, SETTINGS_BYTES, text);

	access->is_hidden |= len < 0 && len != -ENOENT && len != -EINVAL;
	if (len < 0)
		return (int)len;
	access->read_nr++;
	*bytes = (size_t)len;
	return 0;
}

static DIR *open_settings(void *arg, const char *path)
{
	struct settings_access *access = arg;
	DIR *stream = ygr_sysroot_open_directory(access->root, path);

	access->is_hidden |= !stream && errno != ENOENT && errno != ENOTDIR;
	return stream;
}

static void gather_settings(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	struct settings_access found = { .root = root };
	const struct ygr_config_access access = { read_settings, open_settings, &found };
	struct ygr_text_errors errors;
	struct ygr_config config;

	ygr_config_init(&config);
	ygr_text_error_init(&errors);
	if (ygr_config_file_load(&config, &access, YGR_CONFIG_PATH, false, &errors))
		copy_text(facts->settings_error, sizeof(facts->settings_error), "cannot be read");
	facts->has_settings = found.is_hidden ? YGR_UNKNOWN : found.read_nr ? YGR_YES : YGR_NO;
	if (errors.nr && errors.error_nr)
		ygr_text_error_format(&errors.item[0], YGR_CONFIG_PATH, facts->settings_error,
				      sizeof(facts->settings_error));
	copy_text(facts->spool_dir, sizeof(facts->spool_dir), config.spool_dir);
	copy_text(facts->runtime_dir, sizeof(facts->runtime_dir), config.runtime_dir);
	facts->spool_limit_bytes = config.spool_limit_bytes;
	facts->segment_bytes = config.segment_bytes;
	copy_outputs(&config, facts);
	ygr_config_exit(&config);
}

/* ---- processes ---- */

/* A file of /proc tells; without such a directory nobody knows. */
static enum ygr_fact is_running(const struct ygr_sysroot *root, json_int_t pid)
{
	char path[64];

	if (!ygr_sysroot_has(root, "/proc/sys"))
		return YGR_UNKNOWN;
	if (pid <= 0)
		return YGR_NO;
	/* Others' directories may be hidden there. */
	if (root->is_own)
		return !kill((pid_t)pid, 0) || errno == EPERM;
	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	return ygr_sysroot_has(root, path);
}

static void gather_process(const struct ygr_sysroot *root, const char *name,
			   struct ygr_doctor_facts *facts, struct ygr_fact_process *process)
{
	char path[sizeof(facts->runtime_dir) + 32];
	struct stat stat;
	char *text;
	long bytes;

	process->silent_s = -1;
	process->runs = YGR_UNKNOWN;
	snprintf(path, sizeof(path), "%s/%s.json", facts->runtime_dir, name);
	bytes = ygr_sysroot_read(root, path, STATUS_BYTES, &text);
	/* Of a system that does not run, nothing would be there. */
	if (bytes < 0) {
		process->is_known = bytes == -ENOENT && ygr_sysroot_has(root, "/proc/sys") ?
					    YGR_NO :
					    YGR_UNKNOWN;
		return;
	}
	process->is_known = YGR_YES;
	process->status = json_loadb(text, (size_t)bytes, 0, NULL);
	free(text);
	if (!json_is_object(process->status)) {
		json_decref(process->status);
		process->status = NULL;
		process->runs = YGR_NO;
		return;
	}
	process->runs =
		is_running(root, json_integer_value(json_object_get(process->status, "pid")));
	if (root->is_own && !ygr_sysroot_stat(root, path, &stat))
		process->silent_s = time(NULL) - stat.st_mtime;
}

/* ---- the disk ---- */

static uint64_t sum_segments(const struct ygr_sysroot *root, DIR *directory, const char *path)
{
	char below[4096 + NAME_MAX + 2];
	const struct dirent *entry;
	struct stat stat;
	uint64_t sum = 0;
	unsigned int nr;

	for (nr = 0; nr < SEGMENTS_MAX && (entry = readdir(directory)); nr++) {
		size_t len = strlen(entry->d_name);

		if (len < 4 || strcmp(entry->d_name + len - 4, ".ygs"))
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (!ygr_sysroot_stat(root, below, &stat) && S_ISREG(stat.st_mode))
			sum += (uint64_t)stat.st_size;
	}
	return sum;
}

/* The reader lacks root's right to the blocks that are kept for root: f_bavail. */
static void gather_disk(const struct ygr_sysroot *root, struct ygr_doctor_facts *facts)
{
	DIR *directory = ygr_sysroot_open_directory(root, facts->spool_dir);
	struct statvfs disk;

	if (!directory)
		return;
	if (!fstatvfs(dirfd(directory), &disk)) {
		facts->has_disk = YGR_YES;
		facts->free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
		facts->spool_used_bytes = sum_segments(root, directory, facts->spool_dir);
	}
	closedir(directory);
}

void ygr_doctor_gather_daemon(const struct ygr_sysroot *root, const char *runtime_dir,
			      struct ygr_doctor_facts *facts)
{
	gather_settings(root, facts);
	if (runtime_dir)
		copy_text(facts->runtime_dir, sizeof(facts->runtime_dir), runtime_dir);
	gather_process(root, "reader", facts, &facts->reader);
	gather_process(root, "sender", facts, &facts->sender);
	gather_disk(root, facts);
}
