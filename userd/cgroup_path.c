// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "cgroup_path.h"

#define ID_CHARS	64	/* the hex digits of an id */

/* One component of a path, or what is left of it. */
struct word {
	const char *bytes;
	size_t len;
};

static bool strip_prefix(struct word *word, const char *prefix)
{
	size_t len = strlen(prefix);

	if (word->len < len || memcmp(word->bytes, prefix, len) != 0)
		return false;
	word->bytes += len;
	word->len -= len;
	return true;
}

static bool strip_suffix(struct word *word, const char *suffix)
{
	size_t len = strlen(suffix);

	if (word->len < len || memcmp(word->bytes + word->len - len, suffix, len) != 0)
		return false;
	word->len -= len;
	return true;
}

static bool is_id(const struct word *word)
{
	if (word->len != ID_CHARS)
		return false;
	for (size_t i = 0; i < ID_CHARS; i++)
		if (!isdigit((unsigned char)word->bytes[i]) && (word->bytes[i] < 'a' || word->bytes[i] > 'f'))
			return false;
	return true;
}

/* Of those that people give: no slash, as it is a component; nothing to print oddly. */
static bool is_name(const struct word *word)
{
	if (!word->len || word->len >= sizeof(((struct ygr_cgroup_container *)0)->id))
		return false;
	for (size_t i = 0; i < word->len; i++)
		if (!isgraph((unsigned char)word->bytes[i]))
			return false;
	return true;
}

static void set(char *to, size_t cap, const struct word *word)
{
	size_t len = word->len < cap ? word->len : cap - 1;

	memcpy(to, word->bytes, len);
	to[len] = '\0';
}

static bool fill(struct ygr_cgroup_container *container, const char *runtime, const struct word *id)
{
	strcpy(container->runtime, runtime);
	set(container->id, sizeof(container->id), id);
	return true;
}

/* "PREFIX-ID.scope", as systemd has them. */
static bool match_scope(struct word word, struct ygr_cgroup_container *container)
{
	static const struct {
		const char *prefix, *runtime;
	} scopes[] = {
		{ "docker-", "docker" },
		{ "cri-containerd-", "containerd" },
		{ "nerdctl-", "containerd" },
		{ "crio-", "cri-o" },
		{ "libpod-", "podman" },
	};

	strip_suffix(&word, ".scope");
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		struct word id = word;

		if (strip_prefix(&id, scopes[i].prefix) && is_id(&id))
			return fill(container, scopes[i].runtime, &id);
	}
	return false;
}

/* A bare id says by the component before it whose it is. */
static bool match_bare(const struct word *word, const struct word *before,
		       struct ygr_cgroup_container *container)
{
	struct word parent = *before;

	if (!is_id(word))
		return false;
	if (before->len == 6 && memcmp(before->bytes, "docker", 6) == 0)
		return fill(container, "docker", word);
	if (strip_prefix(&parent, "pod") || container->pod[0])
		return fill(container, "kubernetes", word);
	return false;
}

static bool match_named(struct word word, const struct word *before, struct ygr_cgroup_container *container)
{
	struct word name = word;

	if (strip_prefix(&name, "lxc.payload.") && is_name(&name))
		return fill(container, "lxc", &name);
	if (before->len == 3 && memcmp(before->bytes, "lxc", 3) == 0 && is_name(&word))
		return fill(container, "lxc", &word);
	name = word;
	if (strip_prefix(&name, "systemd-nspawn@") && strip_suffix(&name, ".service") && is_name(&name))
		return fill(container, "nspawn", &name);
	return false;
}

/* "kubepods-burstable-podUID.slice", where '-' is '_'; or "podUID" below "kubepods". */
static void note_pod(struct word word, bool *in_kubepods, struct ygr_cgroup_container *container)
{
	const char *dash;

	if (word.len >= 8 && memcmp(word.bytes, "kubepods", 8) == 0)
		*in_kubepods = true;
	if (!*in_kubepods)
		return;
	strip_suffix(&word, ".slice");
	if (!strip_prefix(&word, "pod")) {
		dash = memmem(word.bytes, word.len, "-pod", 4);
		if (!dash)
			return;
		word.len -= (size_t)(dash + 4 - word.bytes);
		word.bytes = dash + 4;
	}
	if (word.len < 32 || word.len > 36)
		return;
	set(container->pod, sizeof(container->pod), &word);
	for (char *at = container->pod; *at; at++)
		if (*at == '_')
			*at = '-';
}

/* The innermost container counts: one that runs in another hides it. */
static bool parse_path(struct word path, struct ygr_cgroup_container *container)
{
	struct word before = { "", 0 };
	bool found = false, in_kubepods = false;

	while (path.len) {
		const char *slash = memchr(path.bytes, '/', path.len);
		struct word word = { path.bytes, slash ? (size_t)(slash - path.bytes) : path.len };

		note_pod(word, &in_kubepods, container);
		if (match_scope(word, container) || match_bare(&word, &before, container) ||
		    match_named(word, &before, container))
			found = true;
		before = word;
		path.bytes += word.len + (slash != NULL);
		path.len -= word.len + (slash != NULL);
	}
	return found;
}

bool ygr_cgroup_path_parse(const char *text, size_t len, struct ygr_cgroup_container *container)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		struct word line = { text, end ? (size_t)(end - text) : len };
		struct ygr_cgroup_container found = { .id = "" };

		text += line.len + (end != NULL);
		len -= line.len + (end != NULL);
		if (!strip_prefix(&line, "0::/"))
			continue;
		if (!parse_path(line, &found))
			return false;
		*container = found;
		return true;
	}
	return false;
}

bool ygr_cgroup_path_container(const char *path, size_t len, struct ygr_cgroup_container *container)
{
	struct word word = { path, len };
	struct ygr_cgroup_container found = { .id = "" };

	strip_prefix(&word, "/");
	if (!parse_path(word, &found))
		return false;
	*container = found;
	return true;
}

static bool is_unit(struct word word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!isgraph((unsigned char)word.bytes[i]))
			return false;
	return word.len < YGR_CGROUP_UNIT_BYTES && (strip_suffix(&word, ".service") || strip_suffix(&word, ".scope"));
}

void ygr_cgroup_path_unit(const char *path, size_t len, char unit[YGR_CGROUP_UNIT_BYTES])
{
	unit[0] = '\0';
	while (len) {
		const char *slash = memchr(path, '/', len);
		struct word word = { path, slash ? (size_t)(slash - path) : len };

		if (is_unit(word))
			set(unit, YGR_CGROUP_UNIT_BYTES, &word);
		path += word.len + (slash != NULL);
		len -= word.len + (slash != NULL);
	}
}
