// SPDX-License-Identifier: GPL-2.0-only
#include "protected_list.h"

struct word {
	const char *bytes;
	__u32 len;
};

#define W(text)	{ text, sizeof(text) - 1 }
#define END	{ NULL, 0 }

/* Each name in each directory; both end in END. Distributions merge /bin into /usr/bin, or do not. */
struct group {
	enum ygr_protected_kind kind;
	const struct word *dirs;
	const struct word *names;
};

static const struct word program_dirs[] = {
	W("/usr/sbin/"), W("/usr/bin/"), W("/sbin/"), W("/bin/"), END
};
static const struct word local_dirs[] = {
	W("/usr/local/sbin/"), W("/usr/local/bin/"), END
};
static const struct word systemd_dirs[] = {
	W("/usr/lib/systemd/"), W("/lib/systemd/"), END
};
static const struct word loader_dirs[] = {
	W("/usr/lib/x86_64-linux-gnu/"), W("/usr/lib64/"), W("/usr/lib/"),
	W("/lib/x86_64-linux-gnu/"), W("/lib64/"), W("/lib/"), END
};

/* Bring the machine up and down, let an operator in, mend packages and modules. */
static const struct word rescue[] = {
	W("init"), W("systemd"), W("systemctl"), W("agetty"), W("getty"), W("login"), W("sulogin"),
	W("reboot"), W("shutdown"), W("halt"), W("poweroff"), W("mount"), W("umount"),
	W("kmod"), W("modprobe"), W("insmod"), W("rmmod"),
	W("dpkg"), W("apt"), W("apt-get"), W("rpm"), W("dnf"), END
};
static const struct word own[] = {
	W("yaguractl"), W("yagurad"), END
};
static const struct word systemd[] = {
	W("systemd"), W("systemd-executor"), W("systemd-journald"), W("systemd-logind"),
	W("systemd-shutdown"), W("systemd-sulogin-shell"), W("systemd-udevd"), END
};
static const struct word shells[] = {
	W("sh"), W("bash"), W("dash"), W("ash"), W("ksh"), W("zsh"), W("busybox"), END
};
/* The second as it was called before glibc 2.34, here of Debian 11. */
static const struct word loaders[] = {
	W("ld-linux-x86-64.so.2"), W("ld-2.31.so"), W("ld-musl-x86_64.so.1"), END
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

static bool is_among(const struct word *words, const char *bytes, __u32 len)
{
	for (; words->bytes; words++)
		if (words->len == len && !memcmp(words->bytes, bytes, len))
			return true;
	return false;
}

enum ygr_protected_kind ygr_protected_list_find(const char *path, __u32 len)
{
	__u32 dir_len = len, i;

	while (dir_len && path[dir_len - 1] != '/')
		dir_len--;
	for (i = 0; i < GROUP_NR; i++)
		if (is_among(groups[i].dirs, path, dir_len) &&
		    is_among(groups[i].names, path + dir_len, len - dir_len))
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
	const struct word *dir, *name;

	for (dir = group->dirs; dir->bytes; dir++)
		for (name = group->names; name->bytes; name++) {
			put(printer, kind_words[group->kind]);
			put(printer, dir->bytes);
			put(printer, name->bytes);
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
