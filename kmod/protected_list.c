// SPDX-License-Identifier: GPL-2.0-only
#include "protected_list.h"

/* Each name in each directory; both end in NULL. Distributions merge /bin into /usr/bin, or do not. */
struct group {
	enum ygr_protected_kind kind;
	const char * const *dirs;
	const char * const *names;
};

static const char * const program_dirs[] = {
	"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/", NULL
};
static const char * const local_dirs[] = {
	"/usr/local/sbin/", "/usr/local/bin/", NULL
};
static const char * const systemd_dirs[] = {
	"/usr/lib/systemd/", "/lib/systemd/", NULL
};
static const char * const loader_dirs[] = {
	"/usr/lib/x86_64-linux-gnu/", "/usr/lib64/", "/usr/lib/",
	"/lib/x86_64-linux-gnu/", "/lib64/", "/lib/", NULL
};

/* Bring the machine up and down, let an operator in, mend packages and modules. */
static const char * const rescue[] = {
	"init", "systemd", "systemctl", "agetty", "getty", "login", "sulogin",
	"reboot", "shutdown", "halt", "poweroff", "mount", "umount",
	"kmod", "modprobe", "insmod", "rmmod",
	"dpkg", "apt", "apt-get", "rpm", "dnf", NULL
};
static const char * const own[] = {
	"yaguractl", "yagurad", NULL
};
static const char * const systemd[] = {
	"systemd", "systemd-executor", "systemd-journald", "systemd-logind", "systemd-shutdown",
	"systemd-sulogin-shell", "systemd-udevd", NULL
};
static const char * const shells[] = {
	"sh", "bash", "dash", "ash", "ksh", "zsh", "busybox", NULL
};
/* The second as it was called before glibc 2.34, here of Debian 11. */
static const char * const loaders[] = {
	"ld-linux-x86-64.so.2", "ld-2.31.so", "ld-musl-x86_64.so.1", NULL
};

static const struct group groups[] = {
	{ YGR_PROTECTED_PROGRAM, program_dirs, rescue },
	{ YGR_PROTECTED_PROGRAM, program_dirs, own },
	{ YGR_PROTECTED_PROGRAM, local_dirs, own },
	{ YGR_PROTECTED_PROGRAM, systemd_dirs, systemd },
	{ YGR_PROTECTED_SHELL, program_dirs, shells },
	{ YGR_PROTECTED_LOADER, loader_dirs, loaders },
};

#define GROUP_NR	(sizeof(groups) / sizeof(groups[0]))

static const char * const kind_words[] = {
	[YGR_PROTECTED_PROGRAM]	= "program ",
	[YGR_PROTECTED_SHELL]	= "shell ",
	[YGR_PROTECTED_LOADER]	= "loader ",
};

static bool has_name(const char * const *names, const char *name, __u32 len)
{
	for (; *names; names++)
		if (strlen(*names) == len && !memcmp(*names, name, len))
			return true;
	return false;
}

static bool has_path(const struct group *group, const char *path, __u32 len)
{
	const char * const *dir;

	for (dir = group->dirs; *dir; dir++) {
		__u32 dir_len = (__u32)strlen(*dir);

		if (len > dir_len && !memcmp(path, *dir, dir_len) &&
		    has_name(group->names, path + dir_len, len - dir_len))
			return true;
	}
	return false;
}

enum ygr_protected_kind ygr_protected_list_find(const char *path, __u32 len)
{
	__u32 i;

	for (i = 0; i < GROUP_NR; i++)
		if (has_path(&groups[i], path, len))
			return groups[i].kind;
	return YGR_PROTECTED_NOT;
}

struct printer {
	char *text;
	__u32 cap;
	__u32 len;
};

static void put(struct printer *printer, const char *bytes)
{
	for (; *bytes; bytes++, printer->len++)
		if (printer->len < printer->cap)
			printer->text[printer->len] = *bytes;
}

static void print_group(struct printer *printer, const struct group *group)
{
	const char * const *dir, * const *name;

	for (dir = group->dirs; *dir; dir++)
		for (name = group->names; *name; name++) {
			put(printer, kind_words[group->kind]);
			put(printer, *dir);
			put(printer, *name);
			put(printer, "\n");
		}
}

__u32 ygr_protected_list_print(char *text, __u32 cap)
{
	struct printer printer = { .text = text, .cap = cap };
	__u32 i;

	for (i = 0; i < GROUP_NR; i++)
		print_group(&printer, &groups[i]);
	return printer.len;
}
