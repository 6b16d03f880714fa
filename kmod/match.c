// SPDX-License-Identifier: GPL-2.0-only
#include "match.h"

static bool path_is_item(const struct ygr_policy_image *image, const struct ygr_path_item *item,
			 const struct ygr_match_path *path)
{
	if (item->kind == YGR_PATH_EXACT ? path->len != item->len : path->len <= item->len)
		return false;
	return !memcmp(path->bytes, image->strings + item->str_off, item->len);
}

static bool path_in(const struct ygr_policy_image *image, const struct ygr_span *span,
		    const struct ygr_match_path *path)
{
	__u32 i;

	for (i = 0; i < span->nr; i++)
		if (path_is_item(image, &image->paths[span->first + i], path))
			return true;
	return false;
}

static bool number_in(const struct ygr_range_item *items, const struct ygr_span *span, __u32 number)
{
	__u32 i;

	for (i = 0; i < span->nr; i++) {
		const struct ygr_range_item *item = &items[span->first + i];

		if (item->low <= number && number <= item->high)
			return true;
	}
	return false;
}

static bool bits_equal(const __u8 *a, const __u8 *b, __u32 nr)
{
	__u32 whole = nr / 8;

	if (memcmp(a, b, whole))
		return false;
	return !(nr % 8) || !((a[whole] ^ b[whole]) >> (8 - nr % 8));
}

static bool address_in(const struct ygr_policy_image *image, const struct ygr_span *span,
		       const struct ygr_match_event *event)
{
	__u32 i;

	for (i = 0; i < span->nr; i++) {
		const struct ygr_cidr_item *item = &image->cidrs[span->first + i];

		if (item->family == event->family &&
		    bits_equal(item->addr, event->addr, item->prefix_len))
			return true;
	}
	return false;
}

static bool path_holds(const struct ygr_policy_image *image, const struct ygr_rule *rule,
		       const struct ygr_match_event *event)
{
	const struct ygr_span *match = &rule->match[YGR_DIM_PATH];
	const struct ygr_span *except = &rule->except[YGR_DIM_PATH];
	__u32 i;

	if (!match->nr && !except->nr)
		return true;
	if (!event->path_nr)
		return !match->nr;
	for (i = 0; i < event->path_nr; i++) {
		const struct ygr_match_path *path = &event->paths[i];

		if ((!match->nr || path_in(image, match, path)) && !path_in(image, except, path))
			return true;
	}
	return false;
}

static bool uid_holds(const struct ygr_policy_image *image, const struct ygr_rule *rule,
		      const struct ygr_match_event *event)
{
	const struct ygr_span *match = &rule->match[YGR_DIM_UID];

	return (!match->nr || number_in(image->uids, match, event->euid)) &&
	       !number_in(image->uids, &rule->except[YGR_DIM_UID], event->euid);
}

static bool address_holds(const struct ygr_policy_image *image, const struct ygr_rule *rule,
			  const struct ygr_match_event *event)
{
	const struct ygr_span *cidr = &rule->match[YGR_DIM_CIDR];
	const struct ygr_span *port = &rule->match[YGR_DIM_PORT];

	if (!event->family)
		return !cidr->nr && !port->nr;
	return (!cidr->nr || address_in(image, cidr, event)) &&
	       (!port->nr || number_in(image->ports, port, event->port)) &&
	       !address_in(image, &rule->except[YGR_DIM_CIDR], event) &&
	       !number_in(image->ports, &rule->except[YGR_DIM_PORT], event->port);
}

struct ygr_decision ygr_match(const struct ygr_policy_image *image,
			      const struct ygr_match_event *event)
{
	struct ygr_decision none = { .action = YGR_ACTION_ALLOW };
	__u64 on = YGR_ON_BIT(event->on);
	__u32 i;

	if (!image || !(image->on_mask & on))
		return none;
	for (i = 0; i < image->rule_nr; i++) {
		const struct ygr_rule *rule = &image->rules[i];

		if ((rule->on & on) && uid_holds(image, rule, event) &&
		    address_holds(image, rule, event) && path_holds(image, rule, event))
			return (struct ygr_decision) {
				.rule = rule,
				.rule_id = i + 1,
				.action = rule->action,
				.mode = rule->mode,
			};
	}
	return none;
}
