// SPDX-License-Identifier: GPL-2.0-only
#include "match_cases.h"

static const __u8 net10[4] = { 10 }, net_test[4] = { 198, 51, 100 }, host[4] = { 198, 51, 100, 7 };
static const __u8 any[16], net6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
static const __u8 host6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

static void draw_addresses(struct draft *draft)
{
	draft_rule(draft, ON(CONNECT) | ON(SEND), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_ADDRESS);
	draft_cidr(draft, AF_INET, net_test, 24);
	draft_cidr(draft, AF_INET6, net6, 32);
	draft_test(draft, YGR_FIELD_PORT);
	draft_range(draft, 4444, 4450);
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_ADDRESS);
	draft_cidr(draft, AF_INET, net10, 9);
	draft_not(draft, YGR_FIELD_ADDRESS);
	draft_cidr(draft, AF_INET, (const __u8[4]) { 10, 1 }, 16);
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_ADDRESS);
	draft_cidr(draft, AF_INET, host, 32);
	draft_cidr(draft, AF_INET6, host6, 128);
	draft_rule(draft, ON(BIND), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_ADDRESS);
	draft_cidr(draft, AF_INET, any, 0);
	draft_rule(draft, ON(BIND), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_PORT);
	draft_range(draft, 0, 1023);
	draft_rule(draft, ON(ACCEPT), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_ADDRESS);
	draft_cidr(draft, AF_INET, any, 0);
	draft_cidr(draft, AF_INET6, any, 0);
}

#define TO4(of, a, b, c, d, to) \
	.event = { .on = YGR_ON_##of, .family = AF_INET, .addr_family = AF_INET, \
		   .addr = (const __u8[4]) { a, b, c, d }, .port = (to) }
#define TO6(of, first, last, to) \
	.event = { .on = YGR_ON_##of, .family = AF_INET6, .addr_family = AF_INET6, \
		   .addr = (const __u8[16]) { 0x20, 0x01, 0x0d, first, [15] = last }, .port = (to) }

static const struct match_case addresses_cases[] = {
	{ "network and port", 1, 0, TO4(CONNECT, 198, 51, 100, 8, 4444) },
	{ "last address and port", 1, 0, TO4(CONNECT, 198, 51, 100, 255, 4450) },
	{ "port below", 0, 0, TO4(CONNECT, 198, 51, 100, 8, 4443) },
	{ "port above", 0, 0, TO4(CONNECT, 198, 51, 100, 8, 4451) },
	{ "network below", 0, 0, TO4(CONNECT, 198, 51, 99, 255, 4444) },
	{ "network above", 0, 0, TO4(CONNECT, 198, 51, 101, 0, 4444) },
	{ "a datagram", 1, 0, TO4(SEND, 198, 51, 100, 8, 4444) },
	{ "IPv6 network and port", 1, 0, TO6(CONNECT, 0xb8, 9, 4445) },
	{ "next IPv6 network", 0, 0, TO6(CONNECT, 0xb9, 9, 4445) },
	{ "IPv6 with an IPv4 network's bytes", 0, 0, .event = { .on = YGR_ON_CONNECT, .family = AF_INET6,
		.addr_family = AF_INET6, .addr = (const __u8[16]) { 198, 51, 100, 7 }, .port = 4444 } },
	{ "within nine bits", 2, 0, TO4(CONNECT, 10, 127, 0, 1, 80) },
	{ "just outside of nine bits", 0, 0, TO4(CONNECT, 10, 128, 0, 1, 80) },
	{ "an excepted network", 0, 0, TO4(CONNECT, 10, 1, 2, 3, 80) },
	{ "beside the excepted network", 2, 0, TO4(CONNECT, 10, 2, 2, 3, 80) },
	{ "one host", 3, 0, TO4(CONNECT, 198, 51, 100, 7, 80) },
	{ "the host beside it", 0, 0, TO4(CONNECT, 198, 51, 100, 6, 80) },
	{ "one IPv6 host", 3, 0, TO6(CONNECT, 0xb8, 1, 80) },
	{ "the IPv6 host beside it", 0, 0, TO6(CONNECT, 0xb8, 0, 80) },
	{ "any IPv4 address", 4, 0, TO4(BIND, 0, 0, 0, 0, 80) },
	{ "the highest IPv4 address", 4, 0, TO4(BIND, 255, 255, 255, 255, 80) },
	{ "IPv6 is no IPv4, and another port", 5, 0, TO6(BIND, 0xb8, 1, 8080) },
	{ "IPv6 is no IPv4, and an excepted port", 0, 0, TO6(BIND, 0xb8, 1, 1023) },
	{ "no address has no port", 5, 0, .event = { .on = YGR_ON_BIND, .family = AF_UNIX, .port = 80 } },
	{ "no address is in no network", 6, 0, .event = { .on = YGR_ON_ACCEPT, .family = AF_UNIX } },
	{ "an address is in some network", 0, 0, TO4(ACCEPT, 1, 2, 3, 4, 5) },
	{ "an IPv6 address is in some network", 0, 0, TO6(ACCEPT, 1, 2, 3) },
};

static void draw_kinds(struct draft *draft)
{
	draft_rule(draft, ON(SOCKET_CREATE) | ON(BIND), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_FAMILY);
	draft_range(draft, 16, 17);
	draft_range(draft, 65535, 65535);
	draft_rule(draft, ON(SOCKET_CREATE), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_FAMILY);
	draft_range(draft, 2, 2);
	draft_test(draft, YGR_FIELD_SOCKET_TYPE);
	draft_range(draft, 3, 3);
	draft_rule(draft, ON(SOCKET_CREATE), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_PROTOCOL);
	draft_range(draft, 132, 132);
	draft_rule(draft, ON(SOCKET_CREATE), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_FAMILY);
	draft_range(draft, 1, 10);
}

#define SOCKET(of, what, by) \
	.event = { .on = YGR_ON_SOCKET_CREATE, .family = (of), .socket_type = (what), .protocol = (by) }

static const struct match_case kinds_cases[] = {
	{ "family", 1, 0, SOCKET(16, 1, 0) },
	{ "last family of a range", 1, 0, SOCKET(17, 1, 0) },
	{ "largest family", 1, 0, SOCKET(65535, 1, 0) },
	{ "family of another event", 1, 0, .event = { .on = YGR_ON_BIND, .family = 17 } },
	{ "family and type", 2, 0, SOCKET(2, 3, 0) },
	{ "family and another type", 0, 0, SOCKET(2, 1, 0) },
	{ "type of another family", 0, 0, SOCKET(10, 3, 0) },
	{ "protocol", 3, 0, SOCKET(2, 1, 132) },
	{ "another protocol", 0, 0, SOCKET(2, 1, 133) },
	{ "excepted family", 0, 0, SOCKET(1, 1, 0) },
	{ "another family", 4, 0, SOCKET(11, 1, 0) },
};

static void draw_names(struct draft *draft)
{
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_UNIX);
	draft_text(draft, YGR_TEXT_EXACT, "/run/docker.sock");
	draft_text(draft, YGR_TEXT_EXACT, "@abstract");
	draft_bytes(draft, YGR_TEXT_EXACT, "@a\0b", 4);
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_UNIX);
	draft_text(draft, YGR_TEXT_PREFIX, "/run/user/");
	draft_text(draft, YGR_TEXT_PREFIX, "@dbus-");
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_UNIX);
	draft_text(draft, YGR_TEXT_GLOB, "@/tmp/.X11-unix/X?");
	draft_text(draft, YGR_TEXT_GLOB, "/tmp/**/agent.*");
	draft_text(draft, YGR_TEXT_GLOB, "@*-bus");
	draft_text(draft, YGR_TEXT_SUFFIX, ".evil");
	draft_rule(draft, ON(BIND), YGR_ACTION_DENY);
	draft_not(draft, YGR_FIELD_UNIX);
	draft_text(draft, YGR_TEXT_PREFIX, "/run/");
	draft_rule(draft, ON(CONNECT), YGR_ACTION_DENY);
	draft_test(draft, YGR_FIELD_UNIX);
	draft_text(draft, YGR_TEXT_PREFIX, "@");
}

#define UNIX(name)	.event = { .on = YGR_ON_CONNECT, .family = AF_UNIX, .unix_name = TEXT(name) }

static const struct match_case names_cases[] = {
	{ "name", 1, 0, UNIX("/run/docker.sock") },
	{ "name and more", 0, 0, UNIX("/run/docker.sock2") },
	{ "abstract name", 1, 0, UNIX("@abstract") },
	{ "a file of an abstract name", 0, 0, UNIX("/abstract") },
	{ "abstract name with NUL", 1, 0, UNIX("@a\0b") },
	{ "abstract name, another after NUL", 5, 0, UNIX("@a\0c") },
	{ "abstract name with NUL, cut", 5, 0, UNIX("@a") },
	{ "abstract name with NUL at the end", 5, 0, UNIX("@abstract\0") },
	{ "below a directory", 2, 0, UNIX("/run/user/1000/bus") },
	{ "abstract, by its start", 2, 0, UNIX("@dbus-x") },
	{ "abstract, just the start", 5, 0, UNIX("@dbus-") },
	{ "abstract glob", 3, 0, UNIX("@/tmp/.X11-unix/X0") },
	{ "abstract glob, too long", 5, 0, UNIX("@/tmp/.X11-unix/X10") },
	{ "glob", 3, 0, UNIX("/tmp/ssh-x/agent.1") },
	{ "abstract glob by its end", 3, 0, UNIX("@my-bus") },
	{ "abstract glob by its end, with a slash", 5, 0, UNIX("@my/x-bus") },
	{ "suffix", 3, 0, UNIX("/var/x.evil") },
	{ "suffix of an abstract name", 3, 0, UNIX("@x.evil") },
	{ "any abstract name", 5, 0, UNIX("@x") },
	{ "an abstract name of no byte", 0, 0, UNIX("@") },
	{ "a name that is not absolute", 0, 0, UNIX("docker.sock") },
	{ "no name", 0, 0, .event = { .on = YGR_ON_CONNECT, .family = AF_UNIX } },
	{ "no name is not excepted", 4, 0, .event = { .on = YGR_ON_BIND, .family = AF_UNIX } },
	{ "another name is not excepted", 4, 0, .event = { .on = YGR_ON_BIND, .family = AF_UNIX,
							.unix_name = TEXT("/tmp/x") } },
	{ "excepted name", 0, 0, .event = { .on = YGR_ON_BIND, .family = AF_UNIX, .unix_name = TEXT("/run/x") } },
};

const struct match_suite match_suites_socket[] = {
	SUITE(addresses),
	SUITE(kinds),
	SUITE(names),
	{ 0 },
};
