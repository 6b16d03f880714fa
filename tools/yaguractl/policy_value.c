// SPDX-License-Identifier: GPL-2.0-only
#include "policy_value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_tree.h"

/* The longest address text, "/", three digits, NUL, and some to see it is longer. */
#define NETWORK_TEXT_BYTES	64

struct reason {
	char *text;
	size_t cap;
};

static int __attribute__((format(printf, 2, 3)))
refuse(const struct reason *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, why->cap, fmt, args);
	va_end(args);
	return -EINVAL;
}

/* A "." or ".." between slashes, or at the end. */
static const char *find_dots(const char *path, size_t len)
{
	size_t start, end;

	for (start = 1; start < len; start = end + 1) {
		for (end = start; end < len && path[end] != '/'; end++)
			;
		if (end - start == 1 && path[start] == '.')
			return ".";
		if (end - start == 2 && path[start] == '.' && path[start + 1] == '.')
			return "..";
	}
	return NULL;
}

/* len: of the part that is compared, without the wildcard. */
static int check_path(const char *text, size_t len, const struct reason *why)
{
	const char *dots;

	if (text[0] != '/')
		return refuse(why, "path \"%s\" is not absolute", text);
	if (len > YGR_POLICY_PATH_MAX)
		return refuse(why, "path of %zu bytes is longer than %u", len,
			      YGR_POLICY_PATH_MAX);
	if (strcspn(text, "*?") < len)
		return refuse(why, "path \"%s\": only \"/**\" at the end is a wildcard",
			      text);
	if (strstr(text, "//"))
		return refuse(why, "path \"%s\" is not normal: it has \"//\"", text);
	dots = find_dots(text, len);
	if (dots)
		return refuse(why, "path \"%s\" is not normal: it has \"%s\"", text, dots);
	return 0;
}

static int parse_path(const char *text, union ygr_policy_value *value,
		      const struct reason *why)
{
	size_t len = strlen(text);
	bool prefix = len >= 3 && !strcmp(text + len - 3, "/**");
	char *copy;
	int err;

	if (prefix)
		len -= 2;
	err = check_path(text, len, why);
	if (err)
		return err;
	if (!prefix && len > 1 && text[len - 1] == '/')
		return refuse(why, "path \"%s\" ends in \"/\": write \"%.*s\" for the directory itself, \"%s**\" for what is below it",
			      text, (int)len - 1, text, text);
	copy = strndup(text, len);
	if (!copy)
		return -ENOMEM;
	value->path.bytes = copy;
	value->path.len = len;
	value->path.kind = prefix ? YGR_PATH_PREFIX : YGR_PATH_EXACT;
	return 0;
}

static int parse_range(const char *text, const char *what, uint64_t max,
		       union ygr_policy_value *value, const struct reason *why)
{
	const char *dash = strchr(text, '-');
	size_t low_len = dash ? (size_t)(dash - text) : strlen(text);
	const char *high_text = dash ? dash + 1 : text;
	uint64_t low, high;

	if (!ygr_yaml_tree_parse_u64(text, low_len, &low) ||
	    !ygr_yaml_tree_parse_u64(high_text, strlen(high_text), &high))
		return refuse(why, "%s \"%s\": expected a number or a range such as 1000-1999",
			      what, text);
	if (low > max || high > max)
		return refuse(why, "%s %s is above %llu", what, text,
			      (unsigned long long)max);
	if (low > high)
		return refuse(why, "%s range %s is the wrong way round: write %llu-%llu",
			      what, text, (unsigned long long)high,
			      (unsigned long long)low);
	value->range.low = low;
	value->range.high = high;
	return 0;
}

static int parse_uid(const char *text, const struct ygr_policy_users *users,
		     union ygr_policy_value *value, const struct reason *why)
{
	uint32_t uid;

	if (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'))
		return parse_range(text, "uid", UINT32_MAX, value, why);
	if (!users->find_uid(text, &uid, users->context))
		return refuse(why, "no user is named \"%s\" on this host", text);
	value->range.low = uid;
	value->range.high = uid;
	return 0;
}

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
			    const struct reason *why)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char plain[INET_ADDRSTRLEN];

	if (cidr->family != AF_INET6 || cidr->prefix_len < 96 ||
	    memcmp(cidr->addr, mapped, sizeof(mapped)))
		return 0;
	inet_ntop(AF_INET, cidr->addr + 12, plain, sizeof(plain));
	return refuse(why, "network \"%s\" is IPv4 in IPv6 form: write %s/%u", text,
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

static int parse_cidr(const char *text, union ygr_policy_value *value,
		      const struct reason *why)
{
	char addr_text[NETWORK_TEXT_BYTES], network[INET6_ADDRSTRLEN];
	struct ygr_cidr_item cidr = { 0 };
	char *slash;
	uint64_t prefix_len;
	int err;

	snprintf(addr_text, sizeof(addr_text), "%s", text);
	slash = strchr(addr_text, '/');
	if (slash)
		*slash++ = '\0';
	if (parse_address(addr_text, &cidr))
		return refuse(why, "\"%s\" is not a network: expected an IPv4 or IPv6 address, or ADDRESS/BITS",
			      text);
	if (slash) {
		if (!ygr_yaml_tree_parse_u64(slash, strlen(slash), &prefix_len) ||
		    prefix_len > cidr.prefix_len)
			return refuse(why, "network \"%s\": expected a prefix length from 0 to %u",
				      text, cidr.prefix_len);
		cidr.prefix_len = prefix_len;
	}
	if (clear_host_bits(cidr.addr, cidr.prefix_len)) {
		inet_ntop(cidr.family, cidr.addr, network, sizeof(network));
		return refuse(why, "network \"%s\" has host bits set: write %s/%u",
			      text, network, cidr.prefix_len);
	}
	err = check_not_mapped(text, &cidr, why);
	if (!err)
		value->cidr = cidr;
	return err;
}

int ygr_policy_value_parse(enum ygr_dimension dimension, const char *text,
			   const struct ygr_policy_users *users,
			   union ygr_policy_value *value, char *why, size_t cap)
{
	const struct reason reason = { .text = why, .cap = cap };

	switch (dimension) {
	case YGR_DIM_PATH:
		return parse_path(text, value, &reason);
	case YGR_DIM_UID:
		return parse_uid(text, users, value, &reason);
	case YGR_DIM_CIDR:
		return parse_cidr(text, value, &reason);
	case YGR_DIM_PORT:
		return parse_range(text, "port", 65535, value, &reason);
	case YGR_DIM_NR:
		break;
	}
	return refuse(&reason, "unknown dimension");
}
