// SPDX-License-Identifier: GPL-2.0-only
#include "policy_mistakes.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/socket.h>
#include <linux/stddef.h>
#else
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#endif

#define COUNT(member)	(sizeof(((struct mistake_blob *)0)->member) / \
			 sizeof(((struct mistake_blob *)0)->member[0]))

#define SECTION(which, member) \
	[YGR_SECTION_##which - 1] = { \
		.kind = YGR_SECTION_##which, .off = offsetof(struct mistake_blob, member), \
		.item_bytes = sizeof(((struct mistake_blob *)0)->member[0]), \
		.item_nr = YGR_SECTION_##which == YGR_SECTION_STRINGS ? MISTAKE_STRINGS : COUNT(member), \
	}

/* Offsets into strings[], in its order. */
#define POLICY		1
#define DENY		8
#define NET		13
#define ALERT		17
#define TMP		29
#define ETC		35
#define OPTION		42
#define OPT		45
#define ABSTRACT	52
#define SUFFIX		57
#define USER		61
#define LABEL_A		67
#define LABEL_B		75

const struct mistake_blob mistake_blob_good = {
	.header = {
		.magic = YGR_POLICY_MAGIC,
		.version = YGR_POLICY_VERSION,
		.header_bytes = sizeof(struct ygr_policy_header),
		.total_bytes = sizeof(struct mistake_blob),
		.section_nr = MISTAKE_SECTIONS,
		.flags = YGR_POLICY_F_ALL,
		.name_off = POLICY,
		.serial = 7,
		.digest_bytes_max = YGR_POLICY_DIGEST_BYTES_DEFAULT,
		.breaker_nr = 100,
		.breaker_s = 10,
		.daemon_timeout_s = 60,
	},
	.section = {
		SECTION(STRINGS, strings),
		SECTION(RULES, rule),
		SECTION(CLAUSES, clause),
		SECTION(TESTS, test),
		SECTION(TEXTS, text),
		SECTION(RANGES, range),
		SECTION(CIDRS, cidr),
		SECTION(IDS, id),
		SECTION(DIGESTS, digest),
		SECTION(LABELS, label),
		SECTION(NOISE, noise),
	},
	.strings = "\0policy\0deny\0net\0high\t\t\tbeep\0/tmp/\0/etc/x\0-x\0/opt/*\0@a\0b\0.sh\0user.\0label-a\0"
		   "label-b\0some more",
	.rule = {
		{
			.on = YGR_ON_BIT(YGR_ON_OPEN_WRITE), .labels = 1, .expires_s = 1ull << 40,
			.name_off = DENY, .alert_off = ALERT, .clause_first = 0, .clause_nr = 2,
			.action = YGR_ACTION_DENY, .mode = YGR_MODE_MONITOR, .flags = YGR_RULE_F_KILL,
			.error = EACCES, .breaker_nr = 5, .breaker_s = 60,
		}, {
			.on = YGR_ON_BIT(YGR_ON_EXEC), .labels = 2, .name_off = NET,
			.clause_first = 2, .clause_nr = 1, .action = YGR_ACTION_LABEL,
		}, {
			.on = YGR_ON_BIT(YGR_ON_CONNECT), .name_off = NET,
			.clause_first = 3, .clause_nr = 1, .action = YGR_ACTION_IGNORE,
		}, {
			.on = YGR_ON_BIT(YGR_ON_SETXATTR), .name_off = NET,
			.clause_first = 4, .clause_nr = 1, .action = YGR_ACTION_RECORD,
		}, {
			.on = YGR_ON_BIT(YGR_ON_EXIT) | YGR_ON_BIT(YGR_ON_FORK), .name_off = NET,
			.clause_first = 5, .clause_nr = 1,
		},
	},
	.clause = { { 0, 2 }, { 2, 2 }, { 4, 4 }, { 8, 4 }, { 12, 1 }, { 13, 0 } },
	.test = {
		[0] = { .field = YGR_FIELD_PATH, .first = 0, .nr = 2 },
		[1] = { .field = YGR_FIELD_UID, .negate = 1, .first = 0, .nr = 2 },
		[2] = { .field = YGR_FIELD_FILE_ID, .first = 0, .nr = 1 },
		[3] = { .field = YGR_FIELD_FILE_ATTR, .bits = YGR_FILE_ATTR_ALL },
		[4] = { .field = YGR_FIELD_SHA256, .first = 0, .nr = 1 },
		[5] = { .field = YGR_FIELD_ARGV, .first = 2, .nr = 1 },
		[6] = { .field = YGR_FIELD_EXE, .first = 3, .nr = 1 },
		[7] = { .field = YGR_FIELD_LABEL, .bits = 3 },
		[8] = { .field = YGR_FIELD_ADDRESS, .first = 0, .nr = 2 },
		[9] = { .field = YGR_FIELD_PORT, .first = 2, .nr = 1 },
		[10] = { .field = YGR_FIELD_UNIX, .first = 4, .nr = 2 },
		[11] = { .field = YGR_FIELD_CGROUP_ID, .first = 1, .nr = 1 },
		[12] = { .field = YGR_FIELD_XATTR, .first = 6, .nr = 1 },
	},
	.text = {
		[0] = { .str_off = TMP, .len = 5, .kind = YGR_TEXT_PREFIX },
		[1] = { .str_off = ETC, .len = 6, .kind = YGR_TEXT_EXACT },
		[2] = { .str_off = OPTION, .len = 2, .kind = YGR_TEXT_CONTAINS },
		[3] = { .str_off = OPT, .len = 6, .kind = YGR_TEXT_GLOB },
		[4] = { .str_off = ABSTRACT, .len = 4, .kind = YGR_TEXT_EXACT },
		[5] = { .str_off = SUFFIX, .len = 3, .kind = YGR_TEXT_SUFFIX },
		[6] = { .str_off = USER, .len = 5, .kind = YGR_TEXT_PREFIX },
	},
	.range = { { 1000, 1999 }, { 3000, 3000 }, { 80, 443 } },
	.cidr = {
		{ .family = AF_INET, .prefix_len = 20, .addr = { 198, 51, 96 } },
		{ .family = AF_INET6, .prefix_len = 32, .addr = { 0x20, 0x01, 0x0d, 0xb8 } },
	},
	.id = { { 8, 1, 12345 }, { 0, 0, 9 } },
	.label = { { .name_off = LABEL_A }, { .name_off = LABEL_B } },
	.noise = {
		{ .coalesce_off = YGR_ON_BIT(YGR_ON_CONNECT), .coalesce_ms = 500, .process_budget = 1000,
		  .flags = YGR_NOISE_F_COALESCE | YGR_NOISE_F_PROCESS },
	},
};

#define AT(member)	offsetof(struct mistake_blob, member)
#define BYTES(member)	sizeof(((struct mistake_blob *)0)->member)

/* The mistake is told where it is made... */
#define WRONG(what, error, member, value) \
	{ what, YGR_POLICY_E_##error, AT(member), AT(member), BYTES(member), value }
/* ...or where the thing starts that it spoils. */
#define WRONG_IN(what, error, told, member, value) \
	{ what, YGR_POLICY_E_##error, AT(told), AT(member), BYTES(member), value }
/* A member of the section of a kind. */
#define OF(which, member)	section[YGR_SECTION_##which - 1].member

const struct mistake mistakes[] = {
	/* header */
	WRONG("magic", MAGIC, header.magic, 0),
	WRONG("magic of the other byte order", MAGIC, header.magic, 0x59475250),
	WRONG("version before", VERSION, header.version, YGR_POLICY_VERSION - 1),
	WRONG("version after", VERSION, header.version, YGR_POLICY_VERSION + 1),
	WRONG("header bytes", HEADER, header.header_bytes, sizeof(struct ygr_policy_header) + 8),
	WRONG("total too small", SHORT, header.total_bytes, sizeof(struct mistake_blob) - 8),
	WRONG("total too large", SHORT, header.total_bytes, sizeof(struct mistake_blob) + 8),
	WRONG("total of nothing", SHORT, header.total_bytes, 0),
	WRONG("more sections than kinds", SECTION, header.section_nr, YGR_SECTION_KIND_NR),
	WRONG("far more sections than kinds", SECTION, header.section_nr, 0xffffffff),
	WRONG("header flag unknown", HEADER, header.flags, YGR_POLICY_F_ALL + 1),
	WRONG("header padding", HEADER, header.pad, 1),
	WRONG("policy's breaker without number", BREAKER, header.breaker_nr, 0),
	WRONG("policy's breaker without seconds", BREAKER, header.breaker_s, 0),
	WRONG("noise flags", NOISE, noise[0].flags, YGR_NOISE_F_ALL + 1),
	WRONG("noise of what is never merged", NOISE, noise[0].coalesce_off, YGR_ON_BIT(YGR_ON_EXEC)),
	WRONG("window too long", NOISE, noise[0].coalesce_ms, YGR_COALESCE_MS_MAX + 1),
	WRONG_IN("window without its flag", NOISE, noise[0].coalesce_ms, noise[0].flags, YGR_NOISE_F_PROCESS),
	WRONG_IN("process budget without its flag", NOISE, noise[0].process_budget, noise[0].flags,
		 YGR_NOISE_F_COALESCE),
	WRONG("cgroup budget without its flag", NOISE, noise[0].cgroup_budget, 1),
	WRONG("policy's name outside", STRING, header.name_off, MISTAKE_STRINGS),
	WRONG("policy's name empty", RULE_NAME, header.name_off, 0),
	WRONG_IN("policy's name not printable", RULE_NAME, header.name_off, strings[POLICY], 0x7f),

	/* sections */
	WRONG("first section of no kind", SECTION, section[0].kind, 0),
	WRONG("last section unknown", SECTION, OF(NOISE, kind), YGR_SECTION_KIND_NR),
	WRONG("section twice", SECTION, OF(RULES, kind), YGR_SECTION_STRINGS),
	WRONG("section out of order", SECTION, OF(TESTS, kind), YGR_SECTION_RULES),
	WRONG("section flags", SECTION, OF(RULES, flags), 1),
	WRONG("section padding", SECTION, OF(RULES, pad), 1),
	WRONG("section after a hole", SECTION, OF(RULES, off), AT(rule) + 8),
	WRONG("section over another", SECTION, OF(RULES, off), AT(strings)),
	WRONG("section outside", SECTION, OF(RULES, off), ~7u),
	WRONG("section past the end", SECTION, OF(LABELS, item_nr), 6),
	WRONG("item bytes", ITEM_BYTES, OF(RULES, item_bytes), sizeof(struct ygr_rule) + 8),
	WRONG("no item bytes", ITEM_BYTES, OF(STRINGS, item_bytes), 0),
	WRONG("no items", ITEM_BYTES, OF(RANGES, item_nr), 0),
	WRONG("too many strings", TOO_MANY, OF(STRINGS, item_nr), YGR_POLICY_BYTES_MAX + 1),
	WRONG("too many rules", TOO_MANY, OF(RULES, item_nr), YGR_POLICY_RULES_MAX + 1),
	WRONG("too many clauses", TOO_MANY, OF(CLAUSES, item_nr), YGR_POLICY_CLAUSES_MAX + 1),
	WRONG("too many tests", TOO_MANY, OF(TESTS, item_nr), YGR_POLICY_TESTS_MAX + 1),
	WRONG("too many texts", TOO_MANY, OF(TEXTS, item_nr), YGR_POLICY_ITEMS_MAX + 1),
	WRONG("too many ranges", TOO_MANY, OF(RANGES, item_nr), YGR_POLICY_ITEMS_MAX + 1),
	WRONG("too many networks", TOO_MANY, OF(CIDRS, item_nr), YGR_POLICY_ITEMS_MAX + 1),
	WRONG("too many identities", TOO_MANY, OF(IDS, item_nr), YGR_POLICY_ITEMS_MAX + 1),
	WRONG("too many digests", TOO_MANY, OF(DIGESTS, item_nr), YGR_POLICY_ITEMS_MAX + 1),
	WRONG("too many labels", TOO_MANY, OF(LABELS, item_nr), YGR_POLICY_LABELS_MAX + 1),
	WRONG("noise twice", TOO_MANY, OF(NOISE, item_nr), 2),
	WRONG("bytes between sections", SECTION, strings[MISTAKE_STRINGS], 'x'),
	WRONG("no empty string", STRING, strings[0], 'x'),
	WRONG("strings without an end", STRING, strings[MISTAKE_STRINGS - 1], 'x'),

	/* texts */
	WRONG("text outside", STRING, text[0].str_off, MISTAKE_STRINGS),
	WRONG("text far outside", STRING, text[0].str_off, 0xffffffff),
	WRONG("text past the end", STRING, text[0].len, MISTAKE_STRINGS - TMP),
	WRONG("text of no byte", TEXT, text[0].len, 0),
	WRONG("text before its NUL", STRING, text[0].len, 4),
	WRONG("text of no kind", TEXT, text[2].kind, 0),
	WRONG("text of an unknown kind", TEXT, text[0].kind, YGR_TEXT_KIND_NR),
	WRONG("text padding", TEXT, text[0].pad, 1),
	WRONG_IN("exact path that ends in a slash", TEXT, text[0], text[0].kind, YGR_TEXT_EXACT),
	WRONG_IN("prefix that does not", TEXT, text[1], text[1].kind, YGR_TEXT_PREFIX),
	WRONG_IN("suffix with a slash within", TEXT, text[1], text[1].kind, YGR_TEXT_SUFFIX),
	WRONG_IN("path that is not absolute", TEXT, text[1], strings[ETC], 'e'),
	WRONG_IN("path with an empty component", TEXT, text[1], strings[ETC + 1], '/'),
	WRONG_IN("path with \".\"", TEXT, text[1], strings[ETC + 5], '.'),
	WRONG_IN("path with NUL", TEXT, text[1], strings[ETC + 2], 0),
	WRONG_IN("prefix that is not absolute", TEXT, text[0], strings[TMP], 't'),
	WRONG_IN("prefix of two slashes", TEXT, text[0], strings[TMP + 3], '/'),
	WRONG_IN("glob that is not absolute", TEXT, text[3], strings[OPT], 'o'),
	WRONG_IN("glob that escapes nothing", TEXT, text[3], strings[OPT + 5], '\\'),
	WRONG_IN("glob that escapes a slash", TEXT, text[3], strings[OPT + 3], '\\'),
	WRONG_IN("glob with NUL", TEXT, text[3], strings[OPT + 2], 0),
	WRONG_IN("suffix with NUL", TEXT, text[5], strings[SUFFIX + 1], 0),
	WRONG_IN("part of an argument with NUL", TEXT, text[2], strings[OPTION], 0),
	WRONG("part of an argument as a path", TEXT, text[1].kind, YGR_TEXT_CONTAINS),
	WRONG("a path as part of an argument", TEXT, text[2].kind, YGR_TEXT_EXACT),
	WRONG("suffix of an attribute", TEXT, text[6].kind, YGR_TEXT_SUFFIX),
	WRONG_IN("abstract name of a program", TEXT, text[3], strings[OPT], '@'),
	WRONG_IN("neither abstract nor absolute", TEXT, text[4], strings[ABSTRACT], 'a'),

	/* other items */
	WRONG_IN("range reversed from below", RANGE, range[0], range[0].low, 2000),
	WRONG_IN("range reversed from above", RANGE, range[0], range[0].high, 999),
	WRONG_IN("ranges overlap", RANGE, range[1], range[1].low, 1999),
	WRONG_IN("ranges do not ascend", RANGE, range[1], range[0].high, 3000),
	WRONG("port too large", RANGE, range[2].high, 65536),
	WRONG("family of a network", CIDR, cidr[0].family, AF_UNIX),
	WRONG("IPv4 prefix too long", CIDR, cidr[0].prefix_len, 33),
	WRONG("IPv6 prefix too long", CIDR, cidr[1].prefix_len, 129),
	WRONG_IN("host bits within a byte", CIDR, cidr[0].addr, cidr[0].prefix_len, 18),
	WRONG_IN("host bits after the prefix", CIDR, cidr[0].addr, cidr[0].addr[3], 1),
	WRONG_IN("bytes behind an IPv4 address", CIDR, cidr[0].addr, cidr[0].addr[15], 1),
	WRONG_IN("last IPv6 host bit", CIDR, cidr[1].addr, cidr[1].addr[15], 1),
	WRONG_IN("network padding", CIDR, cidr[0].pad, cidr[0].pad[4], 1),
	WRONG_IN("cgroup with a major number", FIELD, id[1], id[1].dev_major, 1),
	WRONG_IN("cgroup with a minor number", FIELD, id[1], id[1].dev_minor, 1),
	WRONG("label's name outside", STRING, label[0].name_off, MISTAKE_STRINGS),
	WRONG("label's name empty", LABEL, label[0].name_off, 0),
	WRONG("label twice", LABEL, label[1].name_off, LABEL_A),
	WRONG_IN("label's name not printable", LABEL, label[0].name_off, strings[LABEL_A], ' '),
	WRONG("label padding", LABEL, label[1].pad, 1),

	/* rules */
	WRONG("rule's name outside", STRING, rule[0].name_off, 0xffffffff),
	WRONG("rule's name empty", RULE_NAME, rule[4].name_off, 0),
	WRONG_IN("rule's name not printable", RULE_NAME, rule[1].name_off, strings[NET], ' '),
	WRONG("rule on nothing", RULE_ON, rule[0].on, 0),
	WRONG("rule on an unknown event", RULE_ON, rule[4].on, YGR_ON_BIT(YGR_ON_NR)),
	WRONG("rule on the last bit", RULE_ON, rule[4].on, 1ull << 63),
	WRONG("label that there is not", LABEL, rule[0].labels, 4),
	WRONG("alert outside", STRING, rule[0].alert_off, MISTAKE_STRINGS),
	WRONG("action unknown", RULE_ACTION, rule[0].action, YGR_ACTION_NR),
	WRONG("mode unknown", RULE_MODE, rule[0].mode, YGR_MODE_NR),
	WRONG("rule flag unknown", RULE_FLAGS, rule[0].flags, YGR_RULE_F_KILL << 1),
	WRONG("killing what is not denied", RULE_FLAGS, rule[2].flags, YGR_RULE_F_KILL),
	WRONG("a denial without error", RULE_ERROR, rule[0].error, 0),
	WRONG("a denial with an odd error", RULE_ERROR, rule[0].error, EINVAL),
	WRONG("an error without denial", RULE_ERROR, rule[1].error, EPERM),
	WRONG("breaker without number", BREAKER, rule[0].breaker_nr, 0),
	WRONG("breaker without seconds", BREAKER, rule[0].breaker_s, 0),
	WRONG("denying what cannot be", RULE_ACTION, rule[4].action, YGR_ACTION_DENY),
	WRONG("path of a socket", RULE_ON, rule[0].on, YGR_ON_BIT(YGR_ON_CONNECT)),
	WRONG("path of a socket, too", RULE_ON, rule[0].on,
	      YGR_ON_BIT(YGR_ON_OPEN_WRITE) | YGR_ON_BIT(YGR_ON_CONNECT)),
	WRONG("digest of what is not executed", RULE_ON, rule[1].on, YGR_ON_BIT(YGR_ON_OPEN_WRITE)),
	WRONG("address of a file", RULE_ON, rule[2].on, YGR_ON_BIT(YGR_ON_OPEN_WRITE)),
	WRONG("address of a new socket", RULE_ON, rule[2].on, YGR_ON_BIT(YGR_ON_SOCKET_CREATE)),
	WRONG("name of a socket that listens", RULE_ON, rule[2].on, YGR_ON_BIT(YGR_ON_LISTEN)),
	WRONG("attribute of another event", RULE_ON, rule[3].on, YGR_ON_BIT(YGR_ON_CHMOD)),

	/* clauses */
	WRONG("first clause not the first", CLAUSE, rule[0].clause_first, 1),
	WRONG("hole between clauses", CLAUSE, rule[1].clause_first, 3),
	WRONG("clause of two rules", CLAUSE, rule[1].clause_first, 1),
	WRONG("rule without clause", CLAUSE, rule[0].clause_nr, 0),
	WRONG("clauses past the end", CLAUSE, rule[4].clause_nr, 2),
	WRONG("far too many clauses", CLAUSE, rule[0].clause_nr, 0xffffffff),
	WRONG_IN("clause left to the next rule", CLAUSE, rule[1].clause_first, rule[0].clause_nr, 1),
	WRONG("first test not the first", CLAUSE, clause[0].test_first, 1),
	WRONG("hole between tests", CLAUSE, clause[1].test_first, 3),
	WRONG("first test outside", CLAUSE, clause[5].test_first, 14),
	WRONG("tests past the end", CLAUSE, clause[5].test_nr, 1),
	WRONG("too many tests in a clause", CLAUSE, clause[0].test_nr, YGR_CLAUSE_TESTS_MAX + 1),
	WRONG_IN("test left to the next clause", CLAUSE, clause[1].test_first, clause[0].test_nr, 1),

	/* tests */
	WRONG("field unknown", FIELD, test[0].field, YGR_FIELD_NR),
	WRONG("negated twice", FIELD, test[0].negate, 2),
	WRONG("test padding", FIELD, test[0].pad, 1),
	WRONG("more test padding", FIELD, test[0].pad2, 1),
	WRONG("bits beside items", FIELD, test[0].bits, 1),
	WRONG("items outside", SPAN, test[0].first, 7),
	WRONG("items far outside", SPAN, test[0].first, 0xffffffff),
	WRONG("no items of a test", SPAN, test[0].nr, 0),
	WRONG("items past the end", SPAN, test[8].nr, 3),
	WRONG("far too many items", SPAN, test[0].nr, 0xffffffff),
	WRONG("items beside bits", FIELD, test[3].first, 1),
	WRONG("a number of items beside bits", FIELD, test[3].nr, 1),
	WRONG("no bits", FIELD, test[3].bits, 0),
	WRONG("unknown bits", FIELD, test[3].bits, YGR_FILE_ATTR_ALL + 1),
	WRONG("bit of no label", LABEL, test[7].bits, 4),
	WRONG("bits of labels and of none", LABEL, test[7].bits, 5),
	{ 0 },
};
