// SPDX-License-Identifier: GPL-2.0-only
#include "policy_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "yaml_tree.h"

/* The longest address text, "/", three digits, NUL, and some to see it is longer. */
#define NETWORK_TEXT_BYTES	64

/* Return: whether a bit was set there. */
static bool clear_host_bits(uint8_t *addr, unsigned int prefix_len)
{
	bool found = false;
	unsigned int i;

	for (i = prefix_len; i < 128; i++) {
		found |= addr[i / 8] & (0x80 >> i % 8);
		addr[i / 8] &= ~(0x80 >> i % 8);
	}
	return found;
}

/*
 * IPv4 over an IPv6 socket is judged as the IPv4 it is, so that a rule in
 * mapped form would never match.
 */
static int check_not_mapped(const char *text, const struct ygr_cidr_item *cidr,
			    struct ygr_policy_reason *why)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char plain[INET_ADDRSTRLEN];

	if (cidr->family != AF_INET6 || cidr->prefix_len < 96 ||
	    memcmp(cidr->addr, mapped, sizeof(mapped)))
		return 0;
	inet_ntop(AF_INET, cidr->addr + 12, plain, sizeof(plain));
	return ygr_policy_reason_set(why, "network \"%s\" is IPv4 in IPv6 form: write %s/%u", text,
		      plain, cidr->prefix_len - 96);
}

static int parse_address(const char *addr_text, struct ygr_cidr_item *cidr)
{
	if (inet_pton(AF_INET, addr_text, cidr->addr) == 1) {
		cidr->family = AF_INET;
		cidr->prefix_len = 32;
		return 0;
	}
	if (inet_pton(AF_INET6, addr_text, cidr->addr) == 1) {
		cidr->family = AF_INET6;
		cidr->prefix_len = 128;
		return 0;
	}
	return -EINVAL;
}

int ygr_policy_network_parse(const char *text, struct ygr_cidr_item *network,
			     struct ygr_policy_reason *why)
{
	char addr_text[NETWORK_TEXT_BYTES], right[INET6_ADDRSTRLEN];
	struct ygr_cidr_item cidr = { 0 };
	char *slash;
	uint64_t prefix_len;
	int err;

	snprintf(addr_text, sizeof(addr_text), "%s", text);
	slash = strchr(addr_text, '/');
	if (slash)
		*slash++ = '\0';
	if (parse_address(addr_text, &cidr))
		return ygr_policy_reason_set(why, "\"%s\" is not a network: expected an IPv4 or IPv6 address, or ADDRESS/BITS",
			      text);
	if (slash) {
		if (!ygr_yaml_tree_parse_u64(slash, strlen(slash), &prefix_len) ||
		    prefix_len > cidr.prefix_len)
			return ygr_policy_reason_set(why, "network \"%s\": expected a prefix length from 0 to %u",
				      text, cidr.prefix_len);
		cidr.prefix_len = prefix_len;
	}
	if (clear_host_bits(cidr.addr, cidr.prefix_len)) {
		inet_ntop(cidr.family, cidr.addr, right, sizeof(right));
		return ygr_policy_reason_set(why, "network \"%s\" has host bits set: write %s/%u",
			      text, right, cidr.prefix_len);
	}
	err = check_not_mapped(text, &cidr, why);
	if (!err)
		*network = cidr;
	return err;
}

size_t ygr_policy_network_format(const struct ygr_cidr_item *network, char *text, size_t cap)
{
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(network->family, network->addr, addr, sizeof(addr));
	return snprintf(text, cap, "%s/%u", addr, network->prefix_len);
}
