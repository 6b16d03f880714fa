// SPDX-License-Identifier: GPL-2.0-only
#include "policy_option.h"

#include <string.h>

#include "policy_quantity.h"
#include "policy_word.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/* A flag that is set when the key is not as it is by default. */
static void read_flag(struct ygr_policy_parser *p, const struct ygr_yaml_node *options,
		      const char *key, bool by_default, uint32_t flag)
{
	const struct ygr_yaml_node *node = ygr_yaml_tree_find(options, key);
	bool value;

	if (node && ygr_yaml_tree_get_bool(node, key, &value, p->errors) && value != by_default)
		p->model->flags |= flag;
}

static void read_digest_max(struct ygr_policy_parser *p, const struct ygr_yaml_node *options)
{
	const char *text = ygr_policy_parser_text(p, options, "options", "digest-max");
	struct ygr_policy_reason why;

	if (text && ygr_policy_quantity_bytes(text, &p->model->digest_bytes_max, &why))
		ygr_policy_parser_error(p, ygr_yaml_tree_find(options, "digest-max"), "digest-max: %s", why.text);
}

static void read_daemon_timeout(struct ygr_policy_parser *p, const struct ygr_yaml_node *options)
{
	const char *text = ygr_policy_parser_text(p, options, "options", "daemon-timeout");
	struct ygr_policy_reason why;

	if (text && ygr_policy_quantity_duration(text, &p->model->daemon_timeout_s, &why))
		ygr_policy_parser_error(p, ygr_yaml_tree_find(options, "daemon-timeout"),
					"daemon-timeout: %s", why.text);
}

static void read_breaker(struct ygr_policy_parser *p, const struct ygr_yaml_node *options)
{
	const char *text = ygr_policy_parser_text(p, options, "options", "breaker");
	struct ygr_policy_reason why;

	if (text && ygr_policy_quantity_rate(text, &p->model->breaker_nr, &p->model->breaker_s, &why))
		ygr_policy_parser_error(p, ygr_yaml_tree_find(options, "breaker"), "breaker: %s", why.text);
}

static void read_coalesce(struct ygr_policy_parser *p, const struct ygr_yaml_node *options)
{
	const char *text = ygr_policy_parser_text(p, options, "options", "coalesce");
	struct ygr_policy_reason why;

	if (!text)
		return;
	p->model->noise.flags |= YGR_NOISE_F_COALESCE;
	if (ygr_policy_quantity_window(text, YGR_COALESCE_MS_MAX, &p->model->noise.coalesce_ms, &why))
		ygr_policy_parser_error(p, ygr_yaml_tree_find(options, "coalesce"), "coalesce: %s", why.text);
}

/* Events whose repeats are each recorded. */
static void read_coalesce_not(struct ygr_policy_parser *p, const struct ygr_yaml_node *options)
{
	const struct ygr_yaml_node *list = ygr_yaml_tree_find(options, "coalesce-not"), *node;
	const char *words[YGR_ON_NR];
	unsigned int i, nr = 0;
	uint64_t on;
	size_t index;

	if (!list)
		return;
	for (i = 0; i < YGR_ON_NR; i++)
		if (YGR_ON_COALESCED & YGR_ON_BIT(i))
			words[nr++] = ygr_policy_word_on[i];
	ygr_policy_parser_for_each(node, p, list, "coalesce-not")
		if (ygr_yaml_tree_get_word(node, "coalesce-not", words, nr, &index, p->errors) &&
		    ygr_policy_word_find_on(words[index], &on))
			p->model->noise.coalesce_off |= on;
}

static void read_budget(struct ygr_policy_parser *p, const struct ygr_yaml_node *options,
			const char *key, uint32_t *nr, uint32_t flag)
{
	const char *text = ygr_policy_parser_text(p, options, "options", key);
	struct ygr_policy_reason why;

	if (!text)
		return;
	p->model->noise.flags |= flag;
	if (ygr_policy_quantity_budget(text, nr, &why))
		ygr_policy_parser_error(p, ygr_yaml_tree_find(options, key), "%s: %s", key, why.text);
}

void ygr_policy_option_read(struct ygr_policy_parser *p, const struct ygr_yaml_node *root)
{
	static const char *const known[] = {
		"digest", "digest-max", "protect", "daemon-timeout", "breaker", "coalesce",
		"coalesce-not", "process-budget", "cgroup-budget",
	};
	const struct ygr_yaml_node *serial = ygr_yaml_tree_find(root, "serial");
	const struct ygr_yaml_node *options = ygr_yaml_tree_find(root, "options");

	if (serial)
		ygr_yaml_tree_get_u64(serial, "serial", 0, UINT64_MAX, &p->model->serial, p->errors);
	if (!options)
		return;
	ygr_yaml_tree_check_map(options, "options", known, NR(known), p->errors);
	read_flag(p, options, "digest", false, YGR_POLICY_F_DIGEST);
	read_flag(p, options, "protect", true, YGR_POLICY_F_UNPROTECTED);
	read_digest_max(p, options);
	read_daemon_timeout(p, options);
	read_breaker(p, options);
	read_coalesce(p, options);
	read_coalesce_not(p, options);
	read_budget(p, options, "process-budget", &p->model->noise.process_budget, YGR_NOISE_F_PROCESS);
	read_budget(p, options, "cgroup-budget", &p->model->noise.cgroup_budget, YGR_NOISE_F_CGROUP);
}
