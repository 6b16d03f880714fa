// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF contender with a policy in its maps: the rules that Yagura gets, as far as they are
 * about opens and connects.
 */
#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bpf/judge.h"
#include "peer_bpf.h"

static void update(const struct peer *peer, const char *map, const void *key, uint32_t rule_id,
		   bool denies)
{
	const struct judgement judgement = { rule_id, denies };

	assert_int_equal(bpf_map_update_elem(peer_map(peer, map), key, &judgement, BPF_ANY), 0);
}

/* Where the judging programs differ: in how they know a path. */
struct judge {
	const char *contender;
	const char *programs[PEER_PROGRAM_NR];
	const char *maps[4];	/* that hold something; NULL ends them */
	void (*add_file)(struct peer *peer, const char *path, uint32_t rule_id, bool denies);
	/* @path: with the '/' at its end. None here lies in another, whose rule might come first. */
	void (*add_directory)(struct peer *peer, const char *path, uint32_t rule_id,
			      bool denies);
};

/* Into the map whose keys are just long enough. */
static void add_exact(struct peer *peer, const char *path, uint32_t rule_id, bool denies)
{
	char key[JUDGE_PREFIX_BYTES] = "";
	size_t len = strlen(path);

	assert_true(len <= 64);
	memcpy(key, path, len);
	update(peer, len <= 32 ? "exact_32" : "exact_64", key, rule_id, denies);
}

static void add_prefix(struct peer *peer, const char *path, uint32_t rule_id, bool denies)
{
	struct judge_directory key = { .len = 8 * strlen(path) };

	memcpy(key.path, path, strlen(path));
	update(peer, "directories", &key, rule_id, denies);
}

static void add_hash(struct peer *peer, const char *path, uint32_t rule_id, bool denies)
{
	uint64_t hash = JUDGE_HASH_SEED;

	for (const char *c = path; *c; c++)
		hash = judge_hash_step(hash, *c);
	update(peer, "hashes", &hash, rule_id, denies);
}

static void add_hashed_directory(struct peer *peer, const char *path, uint32_t rule_id,
				 bool denies)
{
	unsigned int depth = 0;

	for (const char *c = path; c[1]; c++)
		depth += *c == '/';
	peer->depths |= 1ull << depth;
	add_hash(peer, path, rule_id, denies);
}

static const struct judge judges[] = {
	{ "bpf", { "judge_open", "judge_connect" }, { "exact_32", "directories", "networks" },
	  add_exact, add_prefix },
	{ "bpf-hashed", { "judge_open_hashed", "judge_connect" }, { "hashes", "networks" },
	  add_hash, add_hashed_directory },
};

static void add_rule(struct peer *peer, const struct judge *judge,
		     const struct bench_rule *rule, uint32_t rule_id)
{
	struct judge_network network = { .len = 32, .addr = htonl(rule->address) };

	switch (rule->kind) {
	case BENCH_RULE_FILE:
		judge->add_file(peer, rule->text, rule_id, true);
		break;
	case BENCH_RULE_DIRECTORY:
		judge->add_directory(peer, rule->text, rule_id, true);
		break;
	case BENCH_RULE_CIDR:
		update(peer, "networks", &network, rule_id, true);
		break;
	default:
		break;	/* asked when a program is executed, which is not hooked here */
	}
}

/* As the kernel tells it. */
static uint64_t map_bytes(const struct peer *peer, const char *map)
{
	char path[64], line[128];
	uint64_t bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", peer_map(peer, map));
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		sscanf(line, "memlock: %lu", &bytes);
	fclose(file);
	assert_true(bytes > 0);
	return bytes;
}

static uint64_t judge_bytes(const struct peer *peer, const struct judge *judge)
{
	uint64_t bytes = 0;

	for (size_t i = 0; judge->maps[i]; i++)
		bytes += map_bytes(peer, judge->maps[i]);
	return bytes;
}

/* Every rule into its map, the last one for what is measured. */
static void fill_maps(struct peer *peer, const struct judge *judge, unsigned int nr,
		      const char *contender)
{
	uint64_t begin_ns = bench_now_ns();

	for (unsigned int i = 1; i < nr; i++) {
		const struct bench_rule rule = bench_rule_make(i);

		add_rule(peer, judge, &rule, i);
	}
	judge->add_file(peer, BENCH_FILE, nr, false);
	peer_set_depths(peer, peer->depths);
	bench_tell(contender, "load", bench_now_ns() - begin_ns);
	bench_tell(contender, "kernel-bytes", judge_bytes(peer, judge));
}

static void measure_rules(const struct judge *judge, unsigned int nr)
{
	struct peer *peer = peer_load(judge->programs, nr);
	char contender[32];

	snprintf(contender, sizeof(contender), "%s-rules-%u", judge->contender, nr);
	fill_maps(peer, judge, nr, contender);
	peer_attach(peer, judge->programs);
	peer_check(peer, TELLS_ALL);
	peer_measure(peer, contender, BENCH_CALLS);
	peer_provoke(peer, BENCH_OPEN_WRITE);
	assert_int_equal(peer->last.head.rule_id, nr);

	judge->add_file(peer, BENCH_FILE, nr, true);
	peer_provoke(peer, BENCH_OPEN_DENIED);
	assert_int_equal(peer->last.head.verdict, YGR_VERDICT_DENY);
	snprintf(contender, sizeof(contender), "%s-deny-%u", judge->contender, nr);
	peer_measure(peer, contender, BENCH_BIT(BENCH_OPEN_DENIED));
	peer_end(peer);
}

void bench_bpf_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++)
		for (unsigned int nr = 10; nr <= 100000; nr *= 100)
			measure_rules(&judges[i], nr);
}
