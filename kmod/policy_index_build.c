// SPDX-License-Identifier: GPL-2.0-only
#include <yagura/ygr_abi.h>

#include "policy_index.h"
#include "policy_subject.h"

/*
 * Every key is visited twice in the same order: first to make its slot and to count who
 * shares it, then, when each slot has its room in refs, to fill that.
 */
struct builder {
	struct ygr_policy_index *index;
	const struct ygr_policy_image *image;
	struct ygr_index_slot *slots;
	struct ygr_index_clause *clauses;
	struct ygr_index_ref *refs;
	__u8 *subject_of;
	__u64 *parents;
	struct ygr_policy_error *error;
	bool is_placed;		/* each key has its room: the second visit */
};

static int refuse(const struct builder *b, __u32 code, const void *where)
{
	return ygr_policy_refuse(b->error, b->image->header, code, where);
}

/* ---- room ---- */

/* How many refs there are; those without a key are as many as may be. */
static __u64 ref_nr(const struct ygr_policy_image *image)
{
	struct ygr_policy_subjects subjects = { 0 };
	__u64 nr = 0;
	__u32 i;

	for (i = 0; i < image->test_nr; i++) {
		const struct ygr_test *test = &image->tests[i];

		if (ygr_policy_key_is_of_event(test->field) ||
		    (ygr_policy_key_is_of_subject(test->field) &&
		     ygr_policy_subject_note(&subjects, image, i) == i))
			nr += test->nr;
	}
	return nr;
}

static bool is_keyed(const struct ygr_policy_image *image, const struct ygr_clause *clause)
{
	__u32 i;

	for (i = 0; i < clause->test_nr; i++) {
		const struct ygr_test *test = &image->tests[clause->test_first + i];

		if (ygr_policy_key_is_of_event(test->field) && !test->negate)
			return true;
	}
	return false;
}

/* Not the compiler's own, which becomes a call that kernels do not have. */
static __u32 bit_nr(__u64 bits)
{
	__u32 nr = 0;

	for (; bits; bits &= bits - 1)
		nr++;
	return nr;
}

static __u32 unkeyed_nr(const struct ygr_policy_image *image)
{
	const __u32 max = YGR_ON_NR * YGR_INDEX_SHARE_MAX;
	__u32 nr = 0, i, j;

	for (i = 0; i < image->rule_nr; i++) {
		const struct ygr_rule *rule = &image->rules[i];

		for (j = 0; j < rule->clause_nr && nr < max; j++)
			if (!is_keyed(image, &image->clauses[rule->clause_first + j]))
				nr += bit_nr(rule->on);
	}
	return nr < max ? nr : max;
}

/* At least twice as many as there are keys; an item may make one in each group. */
static __u32 slot_nr(const struct ygr_policy_image *image, __u64 refs)
{
	__u64 keys = (__u64)image->text_nr * YGR_KEY_GROUP_NR + image->cidr_nr +
		     2ull * image->id_nr + 2ull * image->digest_nr;
	__u32 nr = 2;

	if (keys > refs)
		keys = refs;
	while (nr < 2 * keys)
		nr *= 2;
	return nr;
}

/* Where the parts of an index start in its memory: slots at 0. */
struct places {
	size_t parents, clauses, refs, subject_of, end;
	__u32 slot_nr;
	__u32 parent_nr;	/* bits: at least sixteen times as many as there are keys */
};

static struct places find_places(const struct ygr_policy_image *image)
{
	__u64 refs = ref_nr(image);
	struct places places = { .slot_nr = slot_nr(image, refs) };

	places.parent_nr = places.slot_nr < 8 ? 64 : 8 * places.slot_nr;
	places.parents = places.slot_nr * sizeof(struct ygr_index_slot);
	places.clauses = places.parents + places.parent_nr / 8;
	places.refs = places.clauses + image->clause_nr * sizeof(struct ygr_index_clause);
	places.subject_of = places.refs +
			    (size_t)(refs + unkeyed_nr(image)) * sizeof(struct ygr_index_ref);
	places.end = places.subject_of + image->test_nr;
	return places;
}

size_t ygr_policy_index_bytes(const struct ygr_policy_image *image)
{
	return find_places(image).end;
}

/* ---- clauses ---- */

static void fill_clause(struct builder *b, __u32 rule, __u32 number)
{
	const struct ygr_clause *from = &b->image->clauses[number];
	struct ygr_index_clause *clause = &b->clauses[number];
	__u32 i;

	*clause = (struct ygr_index_clause) { .rule = rule, .test_first = from->test_first };
	for (i = 0; i < from->test_nr; i++) {
		const struct ygr_test *test = &b->image->tests[from->test_first + i];

		if (!ygr_policy_key_is_of_event(test->field)) {
			clause->rest |= 1u << i;
			continue;
		}
		if (test->field == YGR_FIELD_PATH)
			clause->of_path |= 1u << i;
		else
			clause->of_other |= 1u << i;
		if (!test->negate)
			clause->wanted |= 1u << i;
	}
}

static void fill_clauses(struct builder *b)
{
	__u32 i, j;

	for (i = 0; i < b->image->rule_nr; i++)
		for (j = 0; j < b->image->rules[i].clause_nr; j++)
			fill_clause(b, i, b->image->rules[i].clause_first + j);
}

/* ---- keys ---- */

static void note_text(struct ygr_index_group *group, const struct ygr_policy_key *key)
{
	__u32 len = key->len;
	__u8 end;

	switch (key->kind % YGR_KEY_FORM_NR) {
	case YGR_KEY_PREFIX:
		group->prefix_lens |= 1ull << (len - 1) % 64;
		if (len > group->prefix_len_max)
			group->prefix_len_max = len;
		break;
	case YGR_KEY_SUFFIX:
		group->suffix_lens[len / 64] |= 1ull << len % 64;
		end = ((const __u8 *)key->bytes)[len - 1];
		group->suffix_ends[end / 64] |= 1ull << end % 64;
		if (len > group->suffix_len_max)
			group->suffix_len_max = len;
		break;
	default:
		group->has_exact = true;
	}
}

static void note_parent(struct builder *b, const char *path, __u32 len)
{
	__u32 bit;

	while (len && path[len - 1] != '/')
		len--;
	bit = ygr_policy_index_hash_parent(path, len) & b->index->parent_mask;
	b->parents[bit / 64] |= 1ull << bit % 64;
}

/* What keys there are, so that look-ups can leave out what is not. */
static void note_key(struct builder *b, const struct ygr_policy_key *key)
{
	struct ygr_policy_index *index = b->index;

	index->kinds |= 1u << key->kind;
	if (key->kind == ygr_policy_key_kind(YGR_KEY_PATH, YGR_KEY_EXACT))
		note_parent(b, key->bytes, key->len);
	if (key->kind < YGR_KEY_CIDR4)
		note_text(&index->groups[key->kind / YGR_KEY_FORM_NR], key);
	else if (key->kind == YGR_KEY_CIDR4)
		index->cidr4_lens |= 1ull << key->len;
	else if (key->kind == YGR_KEY_CIDR6)
		index->cidr6_lens[key->len / 64] |= 1ull << key->len % 64;
}

static void make_slot(struct builder *b, struct ygr_index_slot *slot,
		      const struct ygr_policy_key *key)
{
	slot->hash = key->hash;
	slot->off = (__u32)((const char *)key->bytes - (const char *)b->image->header);
	slot->len = key->len & 0xfff;	/* no longer, but compilers cannot know */
	slot->kind = key->kind & 0xff;
	note_key(b, key);
}

/* What is not deeper around any key is not deeper around any event. */
static bool is_nested_too_deep(const struct builder *b, const struct ygr_policy_key *key)
{
	struct ygr_index_lists lists __uninitialized;

	lists.nr = 0;
	ygr_policy_index_find_around(b->index, key, &lists);
	return lists.nr > YGR_INDEX_NEST_MAX;
}

static const void *item_of(const struct ygr_policy_image *image, __u32 field, __u32 item)
{
	switch (field) {
	case YGR_FIELD_ADDRESS:
		return &image->cidrs[item];
	case YGR_FIELD_FILE_ID:
	case YGR_FIELD_CGROUP_ID:
		return &image->ids[item];
	case YGR_FIELD_SHA256:
	case YGR_FIELD_VERITY:
		return &image->digests[item];
	default:
		return &image->texts[item];
	}
}

static int visit_item(struct builder *b, __u32 field, __u32 item, __u32 what)
{
	struct ygr_index_ref ref = { .what = what };
	struct ygr_policy_key key = ygr_policy_key_of_item(b->image, field, item, &ref.glob);
	const struct ygr_index_slot *found = ygr_policy_index_find_slot(b->index, &key);
	struct ygr_index_slot *slot;

	if (!found)
		return refuse(b, YGR_POLICY_E_SHARED, item_of(b->image, field, item));
	slot = &b->slots[found - b->index->slots];
	if (b->is_placed) {
		b->refs[slot->first++] = ref;
		if (is_nested_too_deep(b, &key))
			return refuse(b, YGR_POLICY_E_NESTED, item_of(b->image, field, item));
		return 0;
	}
	if (!slot->hash)
		make_slot(b, slot, &key);
	if (slot->nr == YGR_INDEX_SHARE_MAX)
		return refuse(b, YGR_POLICY_E_SHARED, item_of(b->image, field, item));
	slot->nr++;
	return 0;
}

static int visit_test(struct builder *b, const struct ygr_test *test, __u32 what)
{
	__u32 i;
	int ret;

	for (i = 0; i < test->nr; i++) {
		ret = visit_item(b, test->field, test->first + i, what);
		if (ret)
			return ret;
	}
	return 0;
}

static int visit_clauses(struct builder *b)
{
	__u32 i, j;
	int ret;

	for (i = 0; i < b->image->clause_nr; i++) {
		const struct ygr_clause *clause = &b->image->clauses[i];

		for (j = 0; j < clause->test_nr; j++) {
			const struct ygr_test *test = &b->image->tests[clause->test_first + j];

			if (!ygr_policy_key_is_of_event(test->field))
				continue;
			ret = visit_test(b, test, i << YGR_INDEX_TEST_BITS | j);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* Tests with the same list have the same bit; its items are visited with the first. */
static int visit_subjects(struct builder *b)
{
	struct ygr_policy_subjects subjects = { 0 };
	__u32 i, first;
	int ret;

	for (i = 0; i < b->image->test_nr; i++) {
		const struct ygr_test *test = &b->image->tests[i];

		if (!ygr_policy_key_is_of_subject(test->field))
			continue;
		first = ygr_policy_subject_note(&subjects, b->image, i);
		if (first == b->image->test_nr)
			return refuse(b, YGR_POLICY_E_SUBJECTS, test);
		if (first != i) {
			b->subject_of[i] = b->subject_of[first];
			continue;
		}
		b->subject_of[i] = (__u8)(subjects.nr - 1);
		ret = visit_test(b, test, b->subject_of[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static int visit_all(struct builder *b)
{
	int ret = visit_clauses(b);

	return ret ? ret : visit_subjects(b);
}

/* Gives each key its room. Return: where the room for other refs starts. */
static __u32 place_keys(struct builder *b)
{
	__u32 i, end = 0;

	for (i = 0; i <= b->index->slot_mask; i++) {
		b->slots[i].first = end;
		end += b->slots[i].nr;
	}
	b->is_placed = true;
	return end;
}

/* Filling has moved `first` to the end of the room. */
static void rewind_keys(struct builder *b)
{
	__u32 i;

	for (i = 0; i <= b->index->slot_mask; i++)
		b->slots[i].first -= b->slots[i].nr;
}

static int put_unkeyed(struct builder *b, __u32 end)
{
	const struct ygr_policy_image *image = b->image;
	__u32 on, i;

	for (on = 0; on < YGR_ON_NR; on++) {
		struct ygr_index_list *list = &b->index->unkeyed[on];

		*list = (struct ygr_index_list) { end, end };
		for (i = 0; i < image->clause_nr; i++) {
			if (b->clauses[i].wanted ||
			    !(image->rules[b->clauses[i].rule].on & YGR_ON_BIT(on)))
				continue;
			if (list->end - list->next == YGR_INDEX_SHARE_MAX)
				return refuse(b, YGR_POLICY_E_SHARED, &image->clauses[i]);
			b->refs[end++] = (struct ygr_index_ref) {
				.what = i << YGR_INDEX_TEST_BITS, .glob = YGR_KEY_NEVER,
			};
			list->end = end;
		}
	}
	return 0;
}

/* Whatever the event, and for ever. */
static bool ignores_all(const struct ygr_policy_image *image, const struct ygr_rule *rule)
{
	__u32 i;

	if (rule->action != YGR_ACTION_IGNORE || rule->labels || rule->expires_s)
		return false;
	for (i = 0; i < rule->clause_nr; i++)
		if (!image->clauses[rule->clause_first + i].test_nr)
			return true;
	return false;
}

/* An event whose first rule does is decided before anything is asked of it. */
static void note_ignored(struct ygr_policy_index *index, const struct ygr_policy_image *image)
{
	__u64 seen = 0;
	__u32 i, on;

	for (i = 0; i < image->rule_nr && seen != YGR_ON_ALL; i++) {
		const struct ygr_rule *rule = &image->rules[i];
		__u64 first = ignores_all(image, rule) ? rule->on & ~seen : 0;

		index->ignored_on |= first;
		for (on = 0; on < YGR_ON_NR; on++)
			if (first & YGR_ON_BIT(on))
				index->ignoring_rule[on] = i;
		seen |= rule->on;
	}
}

/* A clause that may hold of any file, by what is no path, makes most directories depend on that. */
static void note_by_directory(struct ygr_policy_index *index)
{
	__u32 on, i;

	for (on = 0; on < YGR_ON_NR; on++) {
		const struct ygr_index_list *list = &index->unkeyed[on];

		for (i = list->next; i != list->end; i++)
			if (index->clauses[index->refs[i].what >> YGR_INDEX_TEST_BITS].rest)
				break;
		if (i == list->end && !(index->image->fields_of[on] & YGR_KEY_FIELDS_BUT_PATH))
			index->by_directory_on |= YGR_ON_BIT(on);
	}
}

int ygr_policy_index_build(struct ygr_policy_index *index, const struct ygr_policy_image *image,
			   void *memory, struct ygr_policy_error *error)
{
	const struct places places = find_places(image);
	struct builder b = {
		.index = index,
		.image = image,
		.slots = memory,
		.clauses = (void *)((char *)memory + places.clauses),
		.refs = (void *)((char *)memory + places.refs),
		.subject_of = (__u8 *)memory + places.subject_of,
		.parents = (void *)((char *)memory + places.parents),
		.error = error,
	};
	__u32 end;
	int ret;

	memset(index, 0, sizeof(*index));
	memset(b.slots, 0, places.clauses);
	memset(b.subject_of, 0, image->test_nr);
	index->image = image;
	index->slots = b.slots;
	index->clauses = b.clauses;
	index->refs = b.refs;
	index->subject_of = b.subject_of;
	index->parents = b.parents;
	index->parent_mask = places.parent_nr - 1;
	index->slot_mask = places.slot_nr - 1;

	note_ignored(index, image);
	fill_clauses(&b);
	ret = visit_all(&b);
	if (ret)
		return ret;
	end = place_keys(&b);
	ret = visit_all(&b);
	if (ret)
		return ret;
	rewind_keys(&b);
	ret = put_unkeyed(&b, end);
	note_by_directory(index);
	return ret;
}
