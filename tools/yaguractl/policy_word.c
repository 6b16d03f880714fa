// SPDX-License-Identifier: GPL-2.0-only
#include "policy_word.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <yagura/ygr_abi.h>

#include "text_error.h"

const char *const ygr_policy_word_on[YGR_ON_NR] = {
	[YGR_ON_EXEC]		= "exec",
	[YGR_ON_FORK]		= "fork",
	[YGR_ON_EXIT]		= "exit",
	[YGR_ON_OPEN_READ]	= "open-read",
	[YGR_ON_OPEN_WRITE]	= "open-write",
	[YGR_ON_CREATE]		= "create",
	[YGR_ON_UNLINK]		= "unlink",
	[YGR_ON_RENAME]		= "rename",
	[YGR_ON_MMAP_EXEC]	= "mmap-exec",
	[YGR_ON_SOCKET_CREATE]	= "socket-create",
	[YGR_ON_BIND]		= "bind",
	[YGR_ON_LISTEN]		= "listen",
	[YGR_ON_CONNECT]	= "connect",
	[YGR_ON_ACCEPT]		= "accept",
	[YGR_ON_LINK]		= "link",
	[YGR_ON_CHMOD]		= "chmod",
	[YGR_ON_CHOWN]		= "chown",
	[YGR_ON_SETXATTR]	= "setxattr",
	[YGR_ON_TRUNCATE]	= "truncate",
	[YGR_ON_SEND]		= "send",
	[YGR_ON_MKDIR]		= "mkdir",
	[YGR_ON_RMDIR]		= "rmdir",
	[YGR_ON_SYMLINK]	= "symlink",
	[YGR_ON_REMOVEXATTR]	= "removexattr",
	[YGR_ON_CHATTR]		= "chattr",
	[YGR_ON_EXEC_MEMORY]	= "exec-memory",
	[YGR_ON_MEMFD]		= "memfd",
	[YGR_ON_SOCKET_CLOSE]	= "socket-close",
	[YGR_ON_DNS]		= "dns",
	[YGR_ON_STREAM]		= "stream",
	[YGR_ON_CLOSE_WRITE]	= "close-write",
	[YGR_ON_SETUID]		= "setuid",
	[YGR_ON_SETGID]		= "setgid",
	[YGR_ON_CAPSET]		= "capset",
	[YGR_ON_MODULE_LOAD]	= "module-load",
	[YGR_ON_MODULE_UNLOAD]	= "module-unload",
	[YGR_ON_KEXEC]		= "kexec",
	[YGR_ON_BPF]		= "bpf",
	[YGR_ON_MOUNT]		= "mount",
	[YGR_ON_UMOUNT]		= "umount",
	[YGR_ON_MOVE_MOUNT]	= "move-mount",
	[YGR_ON_PIVOT_ROOT]	= "pivot-root",
	[YGR_ON_PTRACE]		= "ptrace",
	[YGR_ON_PTRACE_READ]	= "ptrace-read",
	[YGR_ON_VM_WRITE]	= "vm-write",
	[YGR_ON_SIGNAL]		= "signal",
	[YGR_ON_SETTIME]	= "settime",
	[YGR_ON_UNSHARE]	= "unshare",
	[YGR_ON_SETNS]		= "setns",
	[YGR_ON_KEYCTL]		= "keyctl",
	[YGR_ON_PRCTL]		= "prctl",
	[YGR_ON_PERSONALITY]	= "personality",
	[YGR_ON_SECCOMP]	= "seccomp",
};

const char *const ygr_policy_word_action[YGR_ACTION_NR] = {
	[YGR_ACTION_ALLOW]	= "allow",
	[YGR_ACTION_RECORD]	= "record",
	[YGR_ACTION_IGNORE]	= "ignore",
	[YGR_ACTION_DENY]	= "deny",
	[YGR_ACTION_LABEL]	= "label",
};

const char *const ygr_policy_word_mode[YGR_MODE_NR] = {
	[YGR_MODE_ENFORCE]	= "enforce",
	[YGR_MODE_MONITOR]	= "monitor",
};

const char *const ygr_policy_word_severity[YGR_POLICY_SEVERITY_NR] = {
	"info", "low", "medium", "high", "critical",
};

const char *const ygr_policy_word_errno[YGR_POLICY_ERRNO_NR] = {
	"EPERM", "EACCES", "ECONNREFUSED", "ENOENT",
};

const uint32_t ygr_policy_word_errno_number[YGR_POLICY_ERRNO_NR] = {
	EPERM, EACCES, ECONNREFUSED, ENOENT,
};

#define CHANGES		(YGR_ON_WITH_FILE & ~(YGR_ON_WITH_PLACE | YGR_ON_BIT(YGR_ON_EXEC) | \
					      YGR_ON_BIT(YGR_ON_OPEN_READ) | \
					      YGR_ON_BIT(YGR_ON_MMAP_EXEC) | YGR_ON_BIT(YGR_ON_EXEC_MEMORY) | \
					      YGR_ON_BIT(YGR_ON_CLOSE_WRITE)))

#define PRIVILEGES	(YGR_ON_BIT(YGR_ON_SETUID) | YGR_ON_BIT(YGR_ON_SETGID) | \
			 YGR_ON_BIT(YGR_ON_CAPSET) | YGR_ON_WITH_PLACE | YGR_ON_BIT(YGR_ON_BPF) | \
			 YGR_ON_BIT(YGR_ON_PTRACE) | YGR_ON_BIT(YGR_ON_VM_WRITE) | \
			 YGR_ON_BIT(YGR_ON_SIGNAL) | YGR_ON_BIT(YGR_ON_SETTIME) | \
			 YGR_ON_BIT(YGR_ON_UNSHARE) | YGR_ON_BIT(YGR_ON_SETNS) | \
			 YGR_ON_BIT(YGR_ON_KEYCTL) | YGR_ON_BIT(YGR_ON_PRCTL) | \
			 YGR_ON_BIT(YGR_ON_PERSONALITY) | YGR_ON_BIT(YGR_ON_SECCOMP))

/*
 * "change" is what changes files, "file" that and loading code from them, "socket" what
 * sets connections up: reading a file, sending a datagram and what goes over a connection are
 * asked for by name. "privilege" is what can be denied of its class, but looking at other processes.
 */
const struct ygr_policy_group ygr_policy_word_group[YGR_POLICY_GROUP_NR] = {
	{ "open",   YGR_ON_BIT(YGR_ON_OPEN_READ) | YGR_ON_BIT(YGR_ON_OPEN_WRITE) },
	{ "change", CHANGES },
	{ "file",   CHANGES | YGR_ON_BIT(YGR_ON_MMAP_EXEC) },
	{ "socket", YGR_ON_WITH_SOCKET & ~(YGR_ON_BIT(YGR_ON_SEND) | YGR_ON_TALK) },
	{ "privilege", PRIVILEGES },
	{ "all",    YGR_ON_ALL },
};

static const char *const error_texts[] = {
	[YGR_POLICY_OK]			= "no error",
	[YGR_POLICY_E_SHORT]		= "shorter or longer than it says",
	[YGR_POLICY_E_MAGIC]		= "not a policy blob (magic)",
	[YGR_POLICY_E_VERSION]		= "a blob version that is not supported",
	[YGR_POLICY_E_HEADER]		= "bad header",
	[YGR_POLICY_E_SECTION]		= "a section that is unknown, repeated or misplaced",
	[YGR_POLICY_E_ITEM_BYTES]	= "a section with a wrong size or number of items",
	[YGR_POLICY_E_STRING]		= "a string outside its section or without an end",
	[YGR_POLICY_E_RULE_NAME]	= "a name that is empty, too long or not printable",
	[YGR_POLICY_E_RULE_ON]		= "a rule without events, or with one it cannot match on",
	[YGR_POLICY_E_RULE_ACTION]	= "a rule with an unknown action, or one that denies what cannot be denied",
	[YGR_POLICY_E_RULE_MODE]	= "a rule with an unknown mode",
	[YGR_POLICY_E_RULE_FLAGS]	= "a rule with unknown flags",
	[YGR_POLICY_E_SPAN]		= "a test that refers outside a section",
	[YGR_POLICY_E_TEXT]		= "a name or pattern that is too long, not absolute or not normal",
	[YGR_POLICY_E_RANGE]		= "a range whose end is below its start, too high, or out of order",
	[YGR_POLICY_E_CIDR]		= "a network with a bad family, prefix length or host bits",
	[YGR_POLICY_E_FIELD]		= "a test of an unknown field, or with values that its field does not have",
	[YGR_POLICY_E_TOO_MANY]		= "too many rules, or values of all conditions together (a list counts wherever it is used)",
	[YGR_POLICY_E_SHARED]		= "too many rules about the same path, file, network or event",
	[YGR_POLICY_E_NESTED]		= "too many directories, suffixes or networks within one another",
	[YGR_POLICY_E_CLAUSE]		= "a rule with too many or misplaced alternatives or conditions",
	[YGR_POLICY_E_LABEL]		= "a label without a good name, or one that is not there",
	[YGR_POLICY_E_SUBJECTS]		= "too many different lists of programs or cgroups",
	[YGR_POLICY_E_ARGV]		= "too many texts to look for in arguments",
	[YGR_POLICY_E_RULE_ERROR]	= "a rule with an error that it may not choose",
	[YGR_POLICY_E_BREAKER]		= "a breaker with a number but no time, or the reverse",
	[YGR_POLICY_E_UNSUPPORTED]	= "a condition that this kernel cannot judge (fs-verity)",
	[YGR_POLICY_E_SIGNATURE]	= "a signature that is missing or by no trusted key",
	[YGR_POLICY_E_SERIAL]		= "a serial number below one that was loaded before",
	[YGR_POLICY_E_NOISE]		= "a window or budget that is unknown or too large",
};

bool ygr_policy_word_find_on(const char *word, uint64_t *on)
{
	unsigned int i;

	for (i = 0; i < YGR_ON_NR; i++) {
		if (strcmp(word, ygr_policy_word_on[i]))
			continue;
		*on = YGR_ON_BIT(i);
		return true;
	}
	for (i = 0; i < YGR_POLICY_GROUP_NR; i++) {
		if (strcmp(word, ygr_policy_word_group[i].word))
			continue;
		*on = ygr_policy_word_group[i].on;
		return true;
	}
	return false;
}

const char *ygr_policy_word_suggest_on(const char *word)
{
	const char *words[YGR_ON_NR + YGR_POLICY_GROUP_NR];
	unsigned int i;

	for (i = 0; i < YGR_ON_NR; i++)
		words[i] = ygr_policy_word_on[i];
	for (i = 0; i < YGR_POLICY_GROUP_NR; i++)
		words[YGR_ON_NR + i] = ygr_policy_word_group[i].word;
	return ygr_text_error_suggest(word, words, YGR_ON_NR + YGR_POLICY_GROUP_NR);
}

const char *ygr_policy_word_first_on(uint64_t on)
{
	return ygr_policy_word_on[__builtin_ctzll(on)];
}

const char *ygr_policy_word_error(uint32_t code)
{
	if (code >= sizeof(error_texts) / sizeof(error_texts[0]) || !error_texts[code])
		return "an error this version of yaguractl does not know";
	return error_texts[code];
}

#define POLICY_NAME_CHARS	"abcdefghijklmnopqrstuvwxyz0123456789._-"
#define RULE_NAME_CHARS		"ABCDEFGHIJKLMNOPQRSTUVWXYZ" POLICY_NAME_CHARS

bool ygr_policy_word_is_name(const char *text, bool is_policy)
{
	const char *chars = is_policy ? POLICY_NAME_CHARS : RULE_NAME_CHARS;
	size_t len = strlen(text);

	return len && len <= YGR_RULE_NAME_MAX && strspn(text, chars) == len;
}
