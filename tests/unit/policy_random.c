// SPDX-License-Identifier: GPL-2.0-only
#include "policy_random.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#define RULES_MAX	24
#define ITEMS_MAX	48	/* of a section */

uint32_t choose(struct choices *choices, uint32_t nr)
{
	if (choices->left) {
		choices->left--;
		return *choices->bytes++ % nr;
	}
	/* xorshift64, Marsaglia 2003 */
	choices->state ^= choices->state << 13;
	choices->state ^= choices->state >> 7;
	choices->state ^= choices->state << 17;
	return (uint32_t)((choices->state >> 16) % nr);
}

/* ---- policies ---- */

struct draft {
	char strings[8192];
	uint32_t strings_bytes;
	struct ygr_rule rules[RULES_MAX];
	struct ygr_path_item paths[ITEMS_MAX];
	struct ygr_range_item uids[ITEMS_MAX];
	struct ygr_cidr_item cidrs[ITEMS_MAX];
	struct ygr_range_item ports[ITEMS_MAX];
	uint32_t nr[YGR_SECTION_KIND_NR];
};

static uint32_t add_string(struct draft *draft, const char *string)
{
	uint32_t off = draft->strings_bytes;

	strcpy(draft->strings + off, string);
	draft->strings_bytes += (uint32_t)strlen(string) + 1;
	return off;
}

/* "/", or one to four of three names. */
static void make_path(struct choices *choices, char *path)
{
	static const char * const names[] = { "/a", "/b", "/ab" };
	uint32_t depth = choose(choices, 5);

	strcpy(path, depth ? "" : "/");
	while (depth--)
		strcat(path, names[choose(choices, 3)]);
}

static void make_address(struct choices *choices, uint16_t family, uint8_t addr[16])
{
	int i, bytes = family == AF_INET ? 4 : 16;

	memset(addr, 0, 16);
	for (i = 0; i < bytes; i++)
		addr[i] = choose(choices, 4) ? 0 : (uint8_t)(1u << choose(choices, 8));
}

static void clear_host_bits(uint8_t addr[16], uint32_t prefix_len)
{
	for (uint32_t bit = prefix_len; bit < 128; bit++)
		addr[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
}

static struct ygr_span make_paths(struct choices *choices, struct draft *draft)
{
	struct ygr_span span = { draft->nr[YGR_SECTION_PATHS], 1 + choose(choices, 3) };

	for (uint32_t i = 0; i < span.nr; i++) {
		struct ygr_path_item *item = &draft->paths[draft->nr[YGR_SECTION_PATHS]++];
		char path[64];

		make_path(choices, path);
		item->kind = YGR_PATH_EXACT;
		if (choose(choices, 2)) {
			item->kind = YGR_PATH_PREFIX;
			if (path[1])
				strcat(path, "/");
		}
		item->len = (uint16_t)strlen(path);
		item->str_off = add_string(draft, path);
	}
	return span;
}

static struct ygr_span make_cidrs(struct choices *choices, struct draft *draft)
{
	struct ygr_span span = { draft->nr[YGR_SECTION_CIDRS], 1 + choose(choices, 3) };

	for (uint32_t i = 0; i < span.nr; i++) {
		struct ygr_cidr_item *item = &draft->cidrs[draft->nr[YGR_SECTION_CIDRS]++];

		item->family = choose(choices, 2) ? AF_INET : AF_INET6;
		item->prefix_len = (uint8_t)choose(choices, item->family == AF_INET ? 33 : 129);
		make_address(choices, item->family, item->addr);
		clear_host_bits(item->addr, item->prefix_len);
	}
	return span;
}

static struct ygr_span make_ranges(struct choices *choices, struct ygr_range_item *items,
				   uint32_t *nr)
{
	struct ygr_span span = { *nr, 1 + choose(choices, 3) };
	uint32_t low = choose(choices, 4);

	for (uint32_t i = 0; i < span.nr; i++) {
		struct ygr_range_item *item = &items[(*nr)++];

		item->low = low;
		item->high = low + choose(choices, 3);
		low = item->high + 1 + choose(choices, 2);
	}
	return span;
}

static void make_spans(struct choices *choices, struct draft *draft, uint64_t on,
		       struct ygr_span spans[YGR_DIM_NR])
{
	if (!(on & ~YGR_ON_WITH_PATH) && choose(choices, 2))
		spans[YGR_DIM_PATH] = make_paths(choices, draft);
	if (!(on & ~YGR_ON_WITH_ADDRESS)) {
		if (choose(choices, 2))
			spans[YGR_DIM_CIDR] = make_cidrs(choices, draft);
		if (!choose(choices, 3))
			spans[YGR_DIM_PORT] = make_ranges(choices, draft->ports,
							  &draft->nr[YGR_SECTION_PORTS]);
	}
	if (!choose(choices, 3))
		spans[YGR_DIM_UID] = make_ranges(choices, draft->uids,
						 &draft->nr[YGR_SECTION_UIDS]);
}

static void make_rule(struct choices *choices, struct draft *draft)
{
	static const uint64_t families[] = {
		YGR_ON_WITH_PATH, YGR_ON_WITH_ADDRESS, YGR_ON_BIT(YGR_ON_NR) - 1,
	};
	struct ygr_rule *rule = &draft->rules[draft->nr[YGR_SECTION_RULES]++];
	uint64_t family = families[choose(choices, 3)];
	uint32_t on;

	for (on = 0; on < YGR_ON_NR; on++)
		if ((family & YGR_ON_BIT(on)) && choose(choices, 2))
			rule->on |= YGR_ON_BIT(on);
	if (!rule->on)
		rule->on = YGR_ON_BIT(YGR_ON_CONNECT);
	rule->name_off = 1;
	rule->action = (uint8_t)choose(choices, YGR_ACTION_DENY);
	make_spans(choices, draft, rule->on, rule->match);
	if (choose(choices, 2))
		make_spans(choices, draft, rule->on, rule->except);
}

static size_t put_section(uint8_t *blob, size_t end, struct ygr_policy_section *section,
			  uint32_t kind, const void *items, uint32_t item_bytes, uint32_t nr)
{
	size_t used = (size_t)item_bytes * nr;

	*section = (struct ygr_policy_section) {
		.kind = kind, .off = (uint32_t)end, .item_bytes = item_bytes, .item_nr = nr,
	};
	memcpy(blob + end, items, used);
	return end + ((used + 7) & ~(size_t)7);
}

static size_t assemble(const struct draft *draft, uint8_t *blob)
{
	const struct {
		const void *items;
		uint32_t item_bytes;
	} sections[YGR_SECTION_KIND_NR] = {
		[YGR_SECTION_STRINGS]	= { draft->strings, 1 },
		[YGR_SECTION_RULES]	= { draft->rules, sizeof(draft->rules[0]) },
		[YGR_SECTION_PATHS]	= { draft->paths, sizeof(draft->paths[0]) },
		[YGR_SECTION_UIDS]	= { draft->uids, sizeof(draft->uids[0]) },
		[YGR_SECTION_CIDRS]	= { draft->cidrs, sizeof(draft->cidrs[0]) },
		[YGR_SECTION_PORTS]	= { draft->ports, sizeof(draft->ports[0]) },
	};
	struct ygr_policy_header *header = (void *)blob;
	struct ygr_policy_section *section = (void *)(header + 1);
	uint32_t kind, nr = 0;
	size_t end;

	memset(blob, 0, RANDOM_POLICY_BYTES);
	for (kind = 1; kind < YGR_SECTION_KIND_NR; kind++)
		nr += !!draft->nr[kind];
	end = sizeof(*header) + nr * sizeof(*section);
	for (kind = 1; kind < YGR_SECTION_KIND_NR; kind++)
		if (draft->nr[kind])
			end = put_section(blob, end, section++, kind, sections[kind].items,
					  sections[kind].item_bytes, draft->nr[kind]);
	*header = (struct ygr_policy_header) {
		.magic = YGR_POLICY_MAGIC, .version = YGR_POLICY_VERSION,
		.header_bytes = sizeof(*header), .total_bytes = (uint32_t)end,
		.section_nr = nr, .name_off = 1,
	};
	return end;
}

size_t random_policy(struct choices *choices, uint8_t blob[RANDOM_POLICY_BYTES])
{
	struct draft *draft = calloc(1, sizeof(*draft));
	uint32_t rules = 1 + choose(choices, RULES_MAX);
	size_t bytes;

	if (!draft)
		abort();
	add_string(draft, "");
	add_string(draft, "name");
	/* A rule adds at most six items to a section. */
	while (rules-- && draft->nr[YGR_SECTION_PATHS] <= ITEMS_MAX - 6 &&
	       draft->nr[YGR_SECTION_CIDRS] <= ITEMS_MAX - 6 &&
	       draft->nr[YGR_SECTION_UIDS] <= ITEMS_MAX - 6 &&
	       draft->nr[YGR_SECTION_PORTS] <= ITEMS_MAX - 6)
		make_rule(choices, draft);
	draft->nr[YGR_SECTION_STRINGS] = draft->strings_bytes;
	bytes = assemble(draft, blob);
	free(draft);
	return bytes;
}

/* ---- events ---- */

void random_event(struct choices *choices, struct random_event *random)
{
	struct ygr_match_event *event = &random->event;
	uint64_t on;
	uint32_t i;

	memset(random, 0, sizeof(*random));
	event->on = choose(choices, YGR_ON_NR);
	event->euid = choose(choices, 12);
	on = YGR_ON_BIT(event->on);
	if (on & YGR_ON_WITH_PATH) {
		event->path_nr = event->on == YGR_ON_RENAME ? 2 : 1;
		if (!choose(choices, 8))
			event->path_nr = 0;
	}
	for (i = 0; i < event->path_nr; i++) {
		make_path(choices, random->path[i]);
		event->paths[i].bytes = random->path[i];
		event->paths[i].len = (uint32_t)strlen(random->path[i]);
	}
	if ((on & YGR_ON_WITH_ADDRESS) && choose(choices, 8)) {
		event->family = choose(choices, 2) ? AF_INET : AF_INET6;
		event->port = (uint16_t)choose(choices, 12);
		make_address(choices, event->family, random->addr);
		event->addr = random->addr;
	}
}

/* ---- the slow matcher ---- */

static bool is_under(const struct ygr_policy_image *image, const struct ygr_path_item *item,
		     const struct ygr_match_path *path)
{
	const char *name = image->strings + item->str_off;

	if (item->kind == YGR_PATH_EXACT)
		return path->len == item->len && !memcmp(path->bytes, name, item->len);
	return path->len > item->len && !memcmp(path->bytes, name, item->len);
}

static bool bit_of(const uint8_t *addr, uint32_t bit)
{
	return addr[bit / 8] >> (7 - bit % 8) & 1;
}

static bool is_within(const struct ygr_cidr_item *item, const struct ygr_match_event *event)
{
	if (item->family != event->family)
		return false;
	for (uint32_t bit = 0; bit < item->prefix_len; bit++)
		if (bit_of(item->addr, bit) != bit_of(event->addr, bit))
			return false;
	return true;
}

static bool is_named(const struct ygr_policy_image *image, uint32_t dim, const struct ygr_span *span,
		     const struct ygr_match_event *event, const struct ygr_match_path *path)
{
	for (uint32_t i = span->first; i < span->first + span->nr; i++) {
		const struct ygr_range_item *range = dim == YGR_DIM_UID ? image->uids : image->ports;
		uint32_t number = dim == YGR_DIM_UID ? event->euid : event->port;

		switch (dim) {
		case YGR_DIM_PATH:
			if (is_under(image, &image->paths[i], path))
				return true;
			break;
		case YGR_DIM_CIDR:
			if (is_within(&image->cidrs[i], event))
				return true;
			break;
		default:
			if (range[i].low <= number && number <= range[i].high)
				return true;
		}
	}
	return false;
}

static bool dim_holds(const struct ygr_policy_image *image, const struct ygr_rule *rule,
		      uint32_t dim, const struct ygr_match_event *event)
{
	const struct ygr_span *match = &rule->match[dim], *except = &rule->except[dim];
	bool has_value = dim == YGR_DIM_UID || (dim == YGR_DIM_PATH ? event->path_nr : event->family);
	uint32_t values = dim == YGR_DIM_PATH ? event->path_nr : 1;

	if (!match->nr && !except->nr)
		return true;
	if (!has_value)
		return !match->nr;
	for (uint32_t i = 0; i < values; i++) {
		const struct ygr_match_path *path = &event->paths[i];

		if ((!match->nr || is_named(image, dim, match, event, path)) &&
		    !is_named(image, dim, except, event, path))
			return true;
	}
	return false;
}

uint32_t match_slowly(const struct ygr_policy_image *image, const struct ygr_match_event *event)
{
	for (uint32_t i = 0; i < image->rule_nr; i++) {
		const struct ygr_rule *rule = &image->rules[i];
		bool holds = rule->on & YGR_ON_BIT(event->on);

		for (uint32_t dim = 0; dim < YGR_DIM_NR; dim++)
			holds = holds && dim_holds(image, rule, dim, event);
		if (holds)
			return i + 1;
	}
	return 0;
}
