// SPDX-License-Identifier: GPL-2.0-only
#include "policy_field.h"

#include <stddef.h>

#include <netinet/in.h>
#include <sys/socket.h>

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

const struct ygr_policy_field ygr_policy_field[YGR_FIELD_NR] = {
	[YGR_FIELD_PATH]	= { "path", YGR_SYNTAX_PATH, "path" },
	[YGR_FIELD_FILE_ID]	= { "file-id", YGR_SYNTAX_FILE_ID, "file" },
	[YGR_FIELD_SHA256]	= { "sha256", YGR_SYNTAX_DIGEST, "digest" },
	[YGR_FIELD_VERITY]	= { "verity", YGR_SYNTAX_DIGEST, "digest" },
	[YGR_FIELD_OWNER]	= { "owner", YGR_SYNTAX_USER, "file" },
	[YGR_FIELD_FILE_ATTR]	= { "file", YGR_SYNTAX_WORD, "file" },
	[YGR_FIELD_ARGV]	= { "argv", YGR_SYNTAX_ARGUMENT, "arguments" },
	[YGR_FIELD_XATTR]	= { "xattr", YGR_SYNTAX_XATTR, "attribute" },
	[YGR_FIELD_ADDRESS]	= { "cidr", YGR_SYNTAX_CIDR, "address" },
	[YGR_FIELD_PORT]	= { "port", YGR_SYNTAX_PORT, "address" },
	[YGR_FIELD_UNIX]	= { "unix", YGR_SYNTAX_UNIX, "unix name" },
	[YGR_FIELD_FAMILY]	= { "family", YGR_SYNTAX_FAMILY, "socket" },
	[YGR_FIELD_SOCKET_TYPE]	= { "type", YGR_SYNTAX_TYPE, "socket" },
	[YGR_FIELD_PROTOCOL]	= { "protocol", YGR_SYNTAX_PROTOCOL, "socket" },
	[YGR_FIELD_UID]		= { "uid", YGR_SYNTAX_USER, "process" },
	[YGR_FIELD_GID]		= { "gid", YGR_SYNTAX_GROUP, "process" },
	[YGR_FIELD_LOGINUID]	= { "loginuid", YGR_SYNTAX_LOGIN, "process" },
	[YGR_FIELD_EXE]		= { "exe", YGR_SYNTAX_PATH, "process" },
	[YGR_FIELD_PARENT]	= { "parent", YGR_SYNTAX_PATH, "process" },
	[YGR_FIELD_ANCESTOR]	= { "ancestor", YGR_SYNTAX_PATH, "process" },
	[YGR_FIELD_CGROUP]	= { "cgroup", YGR_SYNTAX_PATH, "process" },
	[YGR_FIELD_CGROUP_ID]	= { "cgroup-id", YGR_SYNTAX_CGROUP_ID, "process" },
	[YGR_FIELD_PROCESS_ATTR] = { "process", YGR_SYNTAX_WORD, "process" },
	[YGR_FIELD_LABEL]	= { "label", YGR_SYNTAX_LABEL, "process" },
};

const char *const ygr_policy_field_keys[YGR_FIELD_NR] = {
	"path", "file-id", "sha256", "verity", "owner", "file", "argv", "xattr", "cidr", "port",
	"unix", "family", "type", "protocol", "uid", "gid", "loginuid", "exe", "parent",
	"ancestor", "cgroup", "cgroup-id", "process", "label",
};

static const char *const file_words[] = {
	"setuid", "setgid", "world-writable", "group-writable", "executable", "memfd", "unlinked",
	"no-path", "no-digest", "to-setid", "to-executable",
};

static const char *const process_words[] = {
	"kthread", "io-uring", "compat", "user-ns", "pid-ns", "net-ns", "mnt-ns", "container",
};

_Static_assert(YGR_FILE_ATTR_ALL == (1ull << NR(file_words)) - 1, "a word for each bit");
_Static_assert(YGR_PROCESS_ATTR_ALL == (1ull << NR(process_words)) - 1, "a word for each bit");

const char *const *ygr_policy_field_words(enum ygr_field field, unsigned int *nr)
{
	*nr = field == YGR_FIELD_FILE_ATTR ? NR(file_words) : NR(process_words);
	return field == YGR_FIELD_FILE_ATTR ? file_words : process_words;
}

static const struct ygr_policy_number families[] = {
	{ "unix", AF_UNIX }, { "inet", AF_INET }, { "inet6", AF_INET6 }, { "netlink", AF_NETLINK },
	{ "packet", AF_PACKET }, { "vsock", AF_VSOCK }, { "bluetooth", AF_BLUETOOTH },
	{ "alg", AF_ALG }, { "can", AF_CAN }, { "xdp", AF_XDP }, { "key", AF_KEY },
	{ "tipc", AF_TIPC }, { "rds", AF_RDS }, { "nfc", AF_NFC }, { "x25", AF_X25 },
	{ NULL, 0 },
};

static const struct ygr_policy_number types[] = {
	{ "stream", SOCK_STREAM }, { "dgram", SOCK_DGRAM }, { "raw", SOCK_RAW }, { "rdm", SOCK_RDM },
	{ "seqpacket", SOCK_SEQPACKET }, { "dccp", SOCK_DCCP }, { "packet", SOCK_PACKET },
	{ NULL, 0 },
};

static const struct ygr_policy_number protocols[] = {
	{ "icmp", IPPROTO_ICMP }, { "igmp", IPPROTO_IGMP }, { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP },
	{ "dccp", IPPROTO_DCCP }, { "gre", IPPROTO_GRE }, { "esp", IPPROTO_ESP }, { "ah", IPPROTO_AH },
	{ "icmp6", IPPROTO_ICMPV6 }, { "sctp", IPPROTO_SCTP }, { "udplite", IPPROTO_UDPLITE },
	{ "raw", IPPROTO_RAW }, { "mptcp", IPPROTO_MPTCP },
	{ NULL, 0 },
};

const struct ygr_policy_number *ygr_policy_field_numbers(enum ygr_policy_syntax syntax)
{
	switch (syntax) {
	case YGR_SYNTAX_FAMILY:
		return families;
	case YGR_SYNTAX_TYPE:
		return types;
	case YGR_SYNTAX_PROTOCOL:
		return protocols;
	default:
		return NULL;
	}
}
