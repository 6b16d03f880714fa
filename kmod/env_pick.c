// SPDX-License-Identifier: GPL-2.0-only
#include "env_pick.h"

/* ---- names ---- */

static bool is_name(const char *bytes, __u32 len)
{
	return len && len <= YGR_ENV_NAME_MAX && !memchr(bytes, '=', len) && !memchr(bytes, '*', len);
}

static __u32 word_len(const char *list)
{
	__u32 len = 0;

	while (list[len] && list[len] != ',')
		len++;
	return len;
}

static bool add_name(struct ygr_env_names *names, const char *bytes, __u32 len)
{
	struct ygr_env_name *name = &names->list[names->nr];
	bool is_prefix = len && bytes[len - 1] == '*';
	unsigned char first = bytes[0];

	len -= is_prefix;
	if (names->nr == YGR_ENV_NAMES_MAX || !is_name(bytes, len))
		return false;
	*name = (struct ygr_env_name){ bytes, (__u8)len, is_prefix };
	names->nr++;
	names->starts[first / 64] |= 1ull << first % 64;
	return true;
}

int ygr_env_names_parse(struct ygr_env_names *names, const char *list)
{
	__u32 len;

	memset(names, 0, sizeof(*names));
	while (*list) {
		len = word_len(list);
		/* A comma at the end is a name too many. */
		if (!add_name(names, list, len) || (list[len] && !list[len + 1])) {
			memset(names, 0, sizeof(*names));
			return -EINVAL;
		}
		list += len + !!list[len];
	}
	return 0;
}

static bool is_named(const struct ygr_env_names *names, const char *bytes, __u32 len)
{
	__u32 i;

	for (i = 0; i < names->nr; i++) {
		const struct ygr_env_name *name = &names->list[i];

		if ((name->is_prefix ? len >= name->len : len == name->len) &&
		    !memcmp(name->bytes, bytes, name->len))
			return true;
	}
	return false;
}

/* ---- picking ---- */

void ygr_env_pick_init(struct ygr_env_pick *pick, const struct ygr_env_names *names, char *out,
		       __u32 cap)
{
	pick->names = names;
	pick->out = out;
	pick->cap = cap;
	pick->len = 0;
	pick->true_len = 0;
	pick->head_len = 0;
	pick->state = YGR_ENV_HEAD;
}

static void put(struct ygr_env_pick *pick, char byte)
{
	if (pick->len < pick->cap)
		pick->out[pick->len++] = byte;
}

static void end_variable(struct ygr_env_pick *pick)
{
	if (pick->state == YGR_ENV_VALUE) {
		put(pick, '\0');
		pick->true_len++;
	}
	pick->state = YGR_ENV_HEAD;
	pick->head_len = 0;
}

static void begin_value(struct ygr_env_pick *pick)
{
	__u32 i;

	for (i = 0; i < pick->head_len; i++)
		put(pick, pick->head[i]);
	put(pick, '=');
	pick->true_len += pick->head_len + 1;
	pick->value_len = 0;
	pick->state = YGR_ENV_VALUE;
}

/* One byte of a name that may still be one of ours. */
static void take_head(struct ygr_env_pick *pick, char byte)
{
	unsigned char first = byte;

	if (byte == '=') {
		if (is_named(pick->names, pick->head, pick->head_len))
			begin_value(pick);
		else
			pick->state = YGR_ENV_SKIP;
		return;
	}
	if (pick->head_len == YGR_ENV_NAME_MAX + 1 ||
	    (!pick->head_len && !(pick->names->starts[first / 64] >> first % 64 & 1))) {
		pick->state = YGR_ENV_SKIP;
		return;
	}
	pick->head[pick->head_len++] = byte;
}

static void take_value(struct ygr_env_pick *pick, char byte)
{
	if (pick->value_len++ < YGR_ENV_VALUE_MAX)
		put(pick, byte);
	pick->true_len++;
}

/* Most of an environment is passed over: eight bytes at a time, to the one that ends in NUL. */
static __u32 skip(const char *bytes, __u32 len)
{
	__u32 i = 0;

	for (; len - i >= 8; i += 8) {
		__u64 eight;

		memcpy(&eight, bytes + i, 8);
		if ((eight - 0x0101010101010101ull) & ~eight & 0x8080808080808080ull)
			break;
	}
	while (i < len && bytes[i])
		i++;
	return i;
}

void ygr_env_pick_feed(struct ygr_env_pick *pick, const char *bytes, __u32 len)
{
	__u32 i = 0;

	while (i < len) {
		if (pick->state == YGR_ENV_SKIP) {
			i += skip(bytes + i, len - i);
			if (i == len)
				return;
		}
		if (!bytes[i])
			end_variable(pick);
		else if (pick->state == YGR_ENV_HEAD)
			take_head(pick, bytes[i]);
		else
			take_value(pick, bytes[i]);
		i++;
	}
}

void ygr_env_pick_end(struct ygr_env_pick *pick)
{
	end_variable(pick);
}
