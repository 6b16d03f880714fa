// SPDX-License-Identifier: GPL-2.0-only
#include "policy_random.h"

#include "field.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

__u32 choose(struct choices *choices, __u32 nr)
{
	if (choices->left) {
		choices->left--;
		return *choices->bytes++ % nr;
	}
	/* xorshift64, Marsaglia 2003 */
	choices->state ^= choices->state << 13;
	choices->state ^= choices->state >> 7;
	choices->state ^= choices->state << 17;
	return (__u32)((choices->state >> 16) % nr);
}

#define PICK(choices, array)	((array)[choose(choices, COUNT(array))])

/* ---- values ---- */

/* Of one word of eight bytes, of less, and of more. */
static const char *const names[] = { "a", "b", "ab", "b.a", "eightish", "longer-than-that" };

void random_path(struct choices *choices, char *path)
{
	__u32 depth = choose(choices, 5);

	strcpy(path, depth ? "" : "/");
	while (depth--) {
		strcat(path, "/");
		strcat(path, PICK(choices, names));
	}
}

void random_glob(struct choices *choices, char first, char *glob)
{
	static const char *const parts[] = {
		"a", "b", "ab", "longer-than-that", "*", "**", "**", "?", "a*", "*b", "?b", "\\a", "*a*", "*.a",
		"***", "a**", "\\*", "l*-*t",
	};
	__u32 depth = 1 + choose(choices, 4);

	strcpy(glob, first == '@' ? "@" : "");
	do {
		if (strcmp(glob, "@"))
			strcat(glob, "/");
		strcat(glob, PICK(choices, parts));
	} while (--depth);
}

static void random_digest(struct choices *choices, __u8 digest[32])
{
	memset(digest, 0, 32);
	digest[0] = (__u8)choose(choices, 3);
	digest[31] = (__u8)choose(choices, 2);
}

static void random_address(struct choices *choices, __u16 family, __u8 addr[16])
{
	int i, bytes = family == AF_INET ? 4 : 16;

	memset(addr, 0, 16);
	for (i = 0; i < bytes; i++)
		addr[i] = choose(choices, 4) ? 0 : (__u8)(1u << choose(choices, 8));
}

static __u16 random_family(struct choices *choices)
{
	return choose(choices, 2) ? AF_INET : AF_INET6;
}

static const char *const suffixes[] = { "a", "b", ".a", "ab", "/ab", "/b.a", "ish", "eightish", "er-than-that" };
static const char *const xattrs[] = { "user.a", "user.ab", "user.longer", "security.a", "u" };
static const char *const xattr_prefixes[] = { "user.", "u", "user.a", "security.capa", "user.lon" };
static const char *const arguments[] = { "-a", "-ab", "b", "--longer-than-that", "" };
static const char *const needles[] = { "a", "ab", "-", "than-", "--longer-than-that" };
static const char *const abstracts[] = { "@a", "@ab", "@a/b", "@longer-than-that", "@a/longer", "@" };

/* ---- policies ---- */

static void add_path(struct choices *choices, struct draft *draft)
{
	char text[RANDOM_TEXT_BYTES];

	switch (choose(choices, 4)) {
	case 0:
		random_path(choices, text);
		draft_text(draft, YGR_TEXT_EXACT, text);
		break;
	case 1:
		random_path(choices, text);
		if (text[1])
			strcat(text, "/");
		draft_text(draft, YGR_TEXT_PREFIX, text);
		break;
	case 2:
		draft_text(draft, YGR_TEXT_SUFFIX, PICK(choices, suffixes));
		break;
	default:
		random_glob(choices, '/', text);
		draft_text(draft, YGR_TEXT_GLOB, text);
	}
}

/* Some with a NUL within, as abstract names may have. */
static void add_unix(struct choices *choices, struct draft *draft)
{
	char text[RANDOM_TEXT_BYTES];

	switch (choose(choices, 5)) {
	case 0:
		draft_text(draft, YGR_TEXT_EXACT, PICK(choices, abstracts));
		break;
	case 1:
		draft_text(draft, YGR_TEXT_PREFIX, PICK(choices, abstracts));
		break;
	case 2:
		draft_bytes(draft, choose(choices, 2) ? YGR_TEXT_EXACT : YGR_TEXT_PREFIX, "@\0a", 3);
		break;
	case 3:
		random_glob(choices, '@', text);
		draft_text(draft, YGR_TEXT_GLOB, text);
		break;
	default:
		add_path(choices, draft);
	}
}

static void add_xattr(struct choices *choices, struct draft *draft)
{
	if (choose(choices, 2))
		draft_text(draft, YGR_TEXT_EXACT, PICK(choices, xattrs));
	else
		draft_text(draft, YGR_TEXT_PREFIX, PICK(choices, xattr_prefixes));
}

static void add_cidr(struct choices *choices, struct draft *draft)
{
	static const __u8 lens4[] = { 0, 1, 2, 7, 8, 9, 16, 24, 31, 32 };
	static const __u8 lens6[] = { 0, 1, 8, 15, 32, 63, 64, 65, 127, 128 };
	__u16 family = random_family(choices);
	__u8 addr[16];

	random_address(choices, family, addr);
	draft_cidr(draft, family, addr, family == AF_INET ? PICK(choices, lens4) :
							     PICK(choices, lens6));
}

static void add_digest(struct choices *choices, struct draft *draft)
{
	__u8 digest[32];

	random_digest(choices, digest);
	draft_digest(draft, digest);
}

static void add_item(struct choices *choices, struct draft *draft, enum ygr_field field)
{
	switch (field) {
	case YGR_FIELD_UNIX:
		add_unix(choices, draft);
		break;
	case YGR_FIELD_XATTR:
		add_xattr(choices, draft);
		break;
	case YGR_FIELD_ARGV:
		draft_text(draft, YGR_TEXT_CONTAINS, PICK(choices, needles));
		break;
	case YGR_FIELD_FILE_ID:
		draft_id(draft, choose(choices, 2), choose(choices, 2), choose(choices, 2));
		break;
	case YGR_FIELD_CGROUP_ID:
		draft_id(draft, 0, 0, choose(choices, 5));
		break;
	case YGR_FIELD_SHA256:
	case YGR_FIELD_VERITY:
		add_digest(choices, draft);
		break;
	case YGR_FIELD_ADDRESS:
		add_cidr(choices, draft);
		break;
	default:
		add_path(choices, draft);
	}
}

static void add_ranges(struct choices *choices, struct draft *draft)
{
	__u32 nr = 1 + choose(choices, 3), low = choose(choices, 4), high;

	while (nr--) {
		high = low + choose(choices, 3);
		draft_range(draft, low, high);
		low = high + 1 + choose(choices, 2);
	}
}

/* Small lists are often the same: then both tests shall have the one span. */
static bool share_span(struct choices *choices, struct draft *draft)
{
	struct ygr_test *last = &draft->tests[draft->nr[YGR_SECTION_TESTS] - 1];
	__u32 i;

	if (choose(choices, 4))
		return false;
	for (i = 0; i < draft->nr[YGR_SECTION_TESTS] - 1; i++) {
		if (draft->tests[i].field != last->field)
			continue;
		last->first = draft->tests[i].first;
		last->nr = draft->tests[i].nr;
		return true;
	}
	return false;
}

static void add_test(struct choices *choices, struct draft *draft, __u64 on)
{
	enum ygr_field field = choose(choices, YGR_FIELD_NR);
	__u32 nr = 1 + choose(choices, 3);

	while (on & ~ygr_field_shapes[field].on)
		field = (field + 1) % YGR_FIELD_NR;
	if (choose(choices, 3))
		draft_test(draft, field);
	else
		draft_not(draft, field);
	if (ygr_field_shapes[field].section && share_span(choices, draft))
		return;
	if (!ygr_field_shapes[field].section)
		draft_bits(draft, 1 + choose(choices, 7));
	else if (ygr_field_shapes[field].section == YGR_SECTION_RANGES)
		add_ranges(choices, draft);
	else
		while (nr--)
			add_item(choices, draft, field);
}

static __u64 random_on(struct choices *choices)
{
	static const __u64 families[] = {
		YGR_ON_WITH_FILE, YGR_ON_BIT(YGR_ON_EXEC), YGR_ON_BIT(YGR_ON_SETXATTR),
		YGR_ON_WITH_ADDRESS, YGR_ON_WITH_SOCKET,
		YGR_ON_BIT(YGR_ON_BIND) | YGR_ON_BIT(YGR_ON_CONNECT), YGR_ON_ALL,
	};
	__u64 family = PICK(choices, families), on = 0;

	for (__u32 i = 0; i < YGR_ON_NR; i++)
		if ((family & YGR_ON_BIT(i)) && choose(choices, 2))
			on |= YGR_ON_BIT(i);
	return on ? on : family;
}

#define LABELS	3

static void add_rule(struct choices *choices, struct draft *draft)
{
	__u64 on = random_on(choices);
	enum ygr_action action = choose(choices, YGR_ACTION_NR);
	__u32 clauses = choose(choices, 3), tests;
	struct ygr_rule *rule;

	if (action == YGR_ACTION_DENY && (on & YGR_ON_UNDENIABLE))
		action = YGR_ACTION_RECORD;
	rule = draft_rule(draft, on, action);
	rule->mode = (__u8)choose(choices, YGR_MODE_NR);
	if (action == YGR_ACTION_LABEL || !choose(choices, 4))
		rule->labels = choose(choices, 1u << LABELS);
	if (!choose(choices, 6))
		rule->expires_s = 1 + choose(choices, 4);
	for (;;) {
		for (tests = choose(choices, 4); tests; tests--)
			add_test(choices, draft, on);
		if (!clauses--)
			break;
		draft_clause(draft);
	}
}

void random_policy(struct choices *choices, struct draft *draft)
{
	__u32 rules = 1 + choose(choices, RANDOM_RULES_MAX);

	draft_reset(draft);
	draft_label(draft, "first");
	draft_label(draft, "second");
	draft_label(draft, "third");
	while (rules--)
		add_rule(choices, draft);
}

/* ---- events ---- */

static struct ygr_match_text text_of(const char *bytes)
{
	return (struct ygr_match_text) { .bytes = bytes, .len = (__u32)strlen(bytes) };
}

/* Sometimes none. */
static struct ygr_match_text maybe_path(struct choices *choices, char *room)
{
	if (!choose(choices, 6))
		return (struct ygr_match_text) { NULL, 0 };
	random_path(choices, room);
	return text_of(room);
}

static void fill_argv(struct choices *choices, struct random_event *random)
{
	__u32 nr = choose(choices, 4), len = 0;

	while (nr--) {
		const char *argument = PICK(choices, arguments);

		strcpy(random->argv + len, argument);
		len += (__u32)strlen(argument) + 1;
	}
	random->match.argv = (struct ygr_match_text) { random->argv, len };
}

static void fill_exec(struct choices *choices, struct random_event *random)
{
	if (choose(choices, 4)) {
		random_digest(choices, random->sha256);
		random->match.sha256 = random->sha256;
	}
	if (choose(choices, 2)) {
		random_digest(choices, random->verity);
		random->match.verity = random->verity;
	}
	if (choose(choices, 4))
		fill_argv(choices, random);
}

static void fill_file(struct choices *choices, struct random_event *random)
{
	struct ygr_match_event *event = &random->match;
	__u32 i;

	event->path_nr = event->on == YGR_ON_RENAME || event->on == YGR_ON_LINK ? 2 : 1;
	if (!choose(choices, 8))
		event->path_nr = 0;
	for (i = 0; i < event->path_nr; i++) {
		random_path(choices, random->path[i]);
		event->paths[i] = text_of(random->path[i]);
	}
	event->has_file = choose(choices, 4);
	event->dev_major = choose(choices, 2);
	event->dev_minor = choose(choices, 2);
	event->ino = choose(choices, 2);
	event->owner = choose(choices, 12);
	event->file_attr = choose(choices, 8);
	if (event->on == YGR_ON_EXEC)
		fill_exec(choices, random);
	if ((event->on == YGR_ON_SETXATTR || event->on == YGR_ON_REMOVEXATTR) && choose(choices, 8))
		event->xattr = text_of(PICK(choices, xattrs));
}

static void fill_unix(struct choices *choices, struct random_event *random)
{
	switch (choose(choices, 3)) {
	case 0:
		random->match.unix_name = (struct ygr_match_text) { "@\0ab", 2 + choose(choices, 3) };
		break;
	case 1:
		random->match.unix_name = text_of(PICK(choices, abstracts));
		break;
	default:
		random_path(choices, random->unix_name);
		random->match.unix_name = text_of(random->unix_name);
	}
}

static void fill_socket(struct choices *choices, struct random_event *random)
{
	struct ygr_match_event *event = &random->match;

	event->family = (__u16)choose(choices, 4);
	event->socket_type = (__u16)choose(choices, 8);
	event->protocol = (__u16)choose(choices, 8);
	if (event->on == YGR_ON_SOCKET_CREATE)
		return;
	if (choose(choices, 2)) {
		event->addr_family = random_family(choices);
		event->port = (__u16)choose(choices, 12);
		random_address(choices, event->addr_family, random->addr);
		event->addr = random->addr;
	} else if (choose(choices, 4)) {
		fill_unix(choices, random);
	}
}

/* What the kernel would keep with a process. */
static void fill_bits(struct random_event *random, const struct ygr_policy_index *index)
{
	const struct ygr_reference_event *named = &random->reference;
	const struct ygr_match_text *texts[] = { &named->exe, &named->parent, &named->cgroup };
	const struct ygr_subject_bits **bits[] = {
		&random->match.exe, &random->match.parent, &random->match.cgroup,
	};
	__u32 i;

	for (i = 0; i < COUNT(texts); i++) {
		if (!texts[i]->bytes)
			continue;
		ygr_policy_index_subject(index, i == 2 ? YGR_SUBJECT_CGROUP : YGR_SUBJECT_EXE,
					 texts[i]->bytes, texts[i]->len, &random->bits[i]);
		*bits[i] = &random->bits[i];
	}
	for (i = 0; i < named->ancestor_nr; i++)
		ygr_policy_index_subject(index, YGR_SUBJECT_EXE, named->ancestors[i].bytes,
					 named->ancestors[i].len, &random->bits[3]);
	random->match.ancestors = &random->bits[3];
}

static void fill_process(struct choices *choices, struct random_event *random)
{
	struct ygr_reference_event *named = &random->reference;
	struct ygr_match_event *event = &random->match;
	__u32 i;

	event->euid = choose(choices, 12);
	event->egid = choose(choices, 12);
	event->loginuid = choose(choices, 12);
	event->cgroup_id = choose(choices, 5);
	event->process_attr = choose(choices, 8);
	event->labels = choose(choices, 1u << LABELS);
	event->now_s = choose(choices, 5);
	named->exe = maybe_path(choices, random->name[0]);
	named->parent = maybe_path(choices, random->name[1]);
	named->cgroup = maybe_path(choices, random->name[2]);
	named->ancestor_nr = choose(choices, RANDOM_ANCESTORS + 1);
	named->ancestors = random->ancestors;
	for (i = 0; i < named->ancestor_nr; i++) {
		random_path(choices, random->name[3 + i]);
		random->ancestors[i] = text_of(random->name[3 + i]);
	}
}

/* More often those that have fields of their own. */
static enum ygr_on random_kind(struct choices *choices)
{
	static const enum ygr_on kinds[] = {
		YGR_ON_EXEC, YGR_ON_EXEC, YGR_ON_SETXATTR, YGR_ON_RENAME, YGR_ON_CONNECT, YGR_ON_BIND,
		YGR_ON_CONNECT, YGR_ON_BIND, YGR_ON_SEND, YGR_ON_SEND, YGR_ON_SOCKET_CREATE,
	};

	return choose(choices, 4) ? PICK(choices, kinds) : choose(choices, YGR_ON_NR);
}

void random_event(struct choices *choices, const struct ygr_policy_index *index,
		  struct random_event *random)
{
	memset(random, 0, sizeof(*random));
	random->reference.match = &random->match;
	random->match.on = random_kind(choices);
	if (YGR_ON_BIT(random->match.on) & YGR_ON_WITH_FILE)
		fill_file(choices, random);
	if (YGR_ON_BIT(random->match.on) & YGR_ON_WITH_SOCKET)
		fill_socket(choices, random);
	fill_process(choices, random);
	fill_bits(random, index);
}

/* ---- comparison ---- */

struct told {
	__u32 nr;
	const struct ygr_rule *rules[RANDOM_RULES_MAX + 1];
};

static void tell(void *arg, const struct ygr_rule *rule)
{
	struct told *told = arg;

	if (told->nr <= RANDOM_RULES_MAX)
		told->rules[told->nr++] = rule;
}

enum random_directory random_event_directory(const struct ygr_policy_index *index,
					     const struct random_event *event,
					     const struct ygr_decision *decision)
{
	const struct ygr_match_text *path = &event->match.paths[0];
	struct ygr_decision said;
	__u32 len = path->len;

	if (event->match.path_nr != 1 || len < 2 || path->bytes[0] != '/' || path->bytes[len - 1] == '/')
		return RANDOM_DIRECTORY_UNASKED;
	while (path->bytes[len - 1] != '/')
		len--;
	if (!ygr_match_directory(index, event->match.on, path->bytes, len, &said) ||
	    ygr_policy_index_has_end(index, (__u8)path->bytes[path->len - 1]))
		return RANDOM_DIRECTORY_DEPENDS;
	return said.rule == decision->rule && said.rule_id == decision->rule_id &&
	       said.action == decision->action && said.action != YGR_ACTION_DENY &&
	       said.labels == decision->labels && !said.labels ?
	       RANDOM_DIRECTORY_RIGHT : RANDOM_DIRECTORY_WRONG;
}

bool random_event_agrees(const struct ygr_policy_index *index, const struct random_event *event,
			 struct ygr_decision *quick, struct ygr_decision *slow)
{
	struct told by_quick = { 0 }, by_slow = { 0 };

	*quick = ygr_match_tell(index, &event->match, tell, &by_quick);
	*slow = ygr_policy_reference_match(index->image, &event->reference, tell, &by_slow);
	return quick->rule == slow->rule && quick->rule_id == slow->rule_id &&
	       quick->action == slow->action && quick->mode == slow->mode &&
	       quick->labels == slow->labels && by_quick.nr == by_slow.nr &&
	       !memcmp(by_quick.rules, by_slow.rules, by_slow.nr * sizeof(by_slow.rules[0])) &&
	       random_event_directory(index, event, slow) != RANDOM_DIRECTORY_WRONG;
}
