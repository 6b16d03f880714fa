// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "encode.h"
#include "event_key.h"

#define SHAPES_MAX	65536u
#define DEFINITIONS_MAX	(YGR_ENCODE_DEFINITIONS_MAX + 1024u)
#define NAMES_MAX	64u		/* of a shape; that is, values of an event */
#define ANCESTORS_MAX	8u
#define CPUS_MAX	8192u
#define CHUNK_NR	4096u		/* values */

struct ygr_decode_shape {
	const struct ygr_event_value *constants;	/* pairs */
	const struct ygr_event_value *names;		/* TEXT, or ARRAY of them: a map and what is in it */
	uint32_t constant_nr, name_nr;
	uint32_t inner_nr;				/* names within names */
};

struct ygr_decode_process {
	uint32_t parent_ref;				/* 1 + number; 0: none */
	struct ygr_event_value pairs[8];		/* pid, comm, start_ns, exe: as `parent` has them */
};

struct ygr_decode_subject {
	uint32_t process;
	uint32_t pair_nr;
	const struct ygr_event_value *pairs;
};

struct ygr_decode_chunk {
	struct ygr_decode_chunk *next;
	size_t used, cap;
	struct ygr_event_value values[];
};

/* ---- values --------------------------------------------------------------- */

#define KEY(name) ((struct ygr_event_value) { \
	.kind = YGR_EVENT_TEXT, .key = YGR_KEY_##name, .nr = sizeof(#name) - 1, .bytes = #name })

static struct ygr_event_value number_of(uint64_t number)
{
	return (struct ygr_event_value) { .kind = YGR_EVENT_UNSIGNED, .number = number };
}

static struct ygr_event_value list_of(enum ygr_event_kind kind, const struct ygr_event_value *items, uint32_t nr)
{
	return (struct ygr_event_value) { .kind = kind, .nr = nr, .items = items };
}

static bool get_u32(const struct ygr_event_value *value, uint32_t *number)
{
	if (value->kind != YGR_EVENT_UNSIGNED || value->number > UINT32_MAX)
		return false;
	*number = (uint32_t)value->number;
	return true;
}

/* A difference of two 64-bit times: any whole number. */
static bool get_difference(const struct ygr_event_value *value, uint64_t *difference)
{
	if (value->kind != YGR_EVENT_UNSIGNED && value->kind != YGR_EVENT_NEGATIVE)
		return false;
	*difference = value->number;
	return true;
}

static bool is_text(const struct ygr_event_value *value)
{
	return value->kind == YGR_EVENT_TEXT || value->kind == YGR_EVENT_BYTES;
}

static const struct ygr_event_value *find(const struct ygr_event_value *map, const char *key)
{
	size_t len = strlen(key);

	for (uint32_t i = 0; map && i < map->nr; i++) {
		const struct ygr_event_value *pair = &map->items[2 * i];

		if (is_text(pair) && pair->nr == len && memcmp(pair->bytes, key, len) == 0)
			return pair + 1;
	}
	return NULL;
}

/* ---- memory --------------------------------------------------------------- */

static struct ygr_decode_chunk *add_chunk(struct ygr_decode *decode, size_t nr)
{
	size_t cap = nr > CHUNK_NR ? nr : CHUNK_NR;
	struct ygr_decode_chunk *chunk = malloc(sizeof(*chunk) + cap * sizeof(chunk->values[0]));

	if (!chunk)
		return NULL;
	chunk->used = 0;
	chunk->cap = cap;
	if (decode->chunk) {
		chunk->next = decode->chunk->next;
		decode->chunk->next = chunk;
	} else {
		chunk->next = decode->chunks;
		decode->chunks = chunk;
	}
	return chunk;
}

/* Room for what a definition keeps, until the next batch begins. */
static struct ygr_event_value *keep(struct ygr_decode *decode, size_t nr)
{
	struct ygr_decode_chunk *chunk = decode->chunk ?: decode->chunks;

	while (chunk && chunk->cap - chunk->used < nr) {
		decode->chunk = chunk;
		chunk = chunk->next;
		if (chunk)
			chunk->used = 0;
	}
	if (!chunk)
		chunk = add_chunk(decode, nr);
	if (!chunk)
		return NULL;
	decode->chunk = chunk;
	chunk->used += nr;
	return chunk->values + chunk->used - nr;
}

static bool grow(void **entries, uint32_t nr, uint32_t *cap, size_t bytes)
{
	uint32_t more = *cap ? 2 * *cap : 64;
	void *larger;

	if (nr < *cap)
		return true;
	larger = reallocarray(*entries, more, bytes);
	if (!larger)
		return false;
	*entries = larger;
	*cap = more;
	return true;
}

/* A chunk comes into use through keep(), which empties it. */
void ygr_decode_restart(struct ygr_decode *decode)
{
	decode->shape_nr = 0;
	decode->process_nr = 0;
	decode->subject_nr = 0;
	decode->chunk = decode->chunks;
	if (decode->chunk)
		decode->chunk->used = 0;
	if (decode->next_seq)
		memset(decode->next_seq, 0, CPUS_MAX * sizeof(*decode->next_seq));
}

void ygr_decode_exit(struct ygr_decode *decode)
{
	while (decode->chunks) {
		struct ygr_decode_chunk *chunk = decode->chunks;

		decode->chunks = chunk->next;
		free(chunk);
	}
	free(decode->shapes);
	free(decode->processes);
	free(decode->subjects);
	free(decode->next_seq);
	free(decode->event);
	memset(decode, 0, sizeof(*decode));
}

/* ---- pairs under names ------------------------------------------------------ */

struct pairs {
	struct ygr_event_value *at;	/* of the next pair */
	struct ygr_event_value *inner;	/* room for the pairs within */
	uint64_t boot_ns;		/* what a name with '-' counts back from */
};

static void put(struct pairs *pairs, struct ygr_event_value key, struct ygr_event_value value)
{
	*pairs->at++ = key;
	*pairs->at++ = value;
}

static bool put_one(struct pairs *pairs, const struct ygr_event_value *name,
		    const struct ygr_event_value *value)
{
	struct ygr_event_value key = *name;
	uint64_t ago_ns;

	if (value->kind == YGR_EVENT_NIL)
		return true;
	if (!key.nr || key.bytes[0] != '-') {
		put(pairs, key, *value);
		return true;
	}
	if (!get_difference(value, &ago_ns))
		return false;
	key.bytes++;
	key.nr--;
	put(pairs, key, number_of(pairs->boot_ns - ago_ns));
	return true;
}

static bool put_group(struct pairs *pairs, const struct ygr_event_value *names,
		      const struct ygr_event_value *value)
{
	struct pairs within = { .at = pairs->inner, .boot_ns = pairs->boot_ns };

	if (value->kind == YGR_EVENT_NIL)
		return true;
	if (value->kind != YGR_EVENT_ARRAY || value->nr >= names->nr)
		return false;
	for (uint32_t i = 0; i < value->nr; i++)
		if (!put_one(&within, &names->items[i + 1], &value->items[i]))
			return false;
	put(pairs, names->items[0], list_of(YGR_EVENT_MAP, pairs->inner, (uint32_t)(within.at - pairs->inner) / 2));
	pairs->inner = within.at;
	return true;
}

static bool put_values(struct pairs *pairs, const struct ygr_decode_shape *shape,
		       const struct ygr_event_value *values, uint32_t nr)
{
	if (nr > shape->name_nr)
		nr = shape->name_nr;
	for (uint32_t i = 0; i < nr; i++) {
		const struct ygr_event_value *name = &shape->names[i];

		if (name->kind == YGR_EVENT_ARRAY ? !put_group(pairs, name, &values[i]) :
						    !put_one(pairs, name, &values[i]))
			return false;
	}
	return true;
}

/*
 * What follows the values: nothing, or a map of what has no place among them.
 * Return: false: something else.
 */
static bool find_extras(const struct ygr_event_value *item, uint32_t first,
			const struct ygr_decode_shape *shape, const struct ygr_event_value **extras)
{
	uint32_t end = first + shape->name_nr;

	*extras = NULL;
	if (item->nr <= end)
		return true;
	if (item->nr > end + 1 || item->items[end].kind != YGR_EVENT_MAP)
		return false;
	*extras = &item->items[end];
	return true;
}

/* ---- definitions ------------------------------------------------------------ */

/* Containers too, as deep as they go: the item's own values do not last. */
static bool copy(struct ygr_decode *decode, struct ygr_event_value *into,
		 const struct ygr_event_value *from, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t within = from[i].nr * (from[i].kind == YGR_EVENT_MAP ? 2 : 1);
		struct ygr_event_value *items;

		into[i] = from[i];
		if (from[i].kind < YGR_EVENT_ARRAY)
			continue;
		items = keep(decode, within);
		if (!items || !copy(decode, items, from[i].items, within))
			return false;
		into[i].items = items;
	}
	return true;
}

static bool is_name(const struct ygr_event_value *name)
{
	if (name->kind == YGR_EVENT_TEXT)
		return true;
	if (name->kind != YGR_EVENT_ARRAY || !name->nr || name->nr > NAMES_MAX)
		return false;
	for (uint32_t i = 0; i < name->nr; i++)
		if (name->items[i].kind != YGR_EVENT_TEXT)
			return false;
	return true;
}

/* What counts back from the time of its event is told by a '-' that is no part of the name. */
static void number_name(struct ygr_event_value *name)
{
	bool counts_back = name->nr && name->bytes[0] == '-';

	name->key = ygr_event_key_find(name->bytes + counts_back, name->nr - counts_back);
}

/* @names: texts, or lists of them. */
static void number_names(struct ygr_event_value *names, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		if (names[i].kind == YGR_EVENT_TEXT)
			number_name(&names[i]);
		else if (names[i].kind == YGR_EVENT_ARRAY)
			number_names((struct ygr_event_value *)names[i].items, names[i].nr);
	}
}

static void number_keys(struct ygr_event_value *pairs, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		pairs[2 * i].key = ygr_event_key_of(&pairs[2 * i]);
}

static bool define_shape(struct ygr_decode *decode, const struct ygr_event_value *item)
{
	struct ygr_decode_shape shape = { 0 };
	struct ygr_event_value *kept;

	if (item->nr < 2 || item->nr > 2 + NAMES_MAX || item->items[1].kind != YGR_EVENT_MAP ||
	    item->items[1].nr > NAMES_MAX || decode->shape_nr == SHAPES_MAX)
		return false;
	shape.name_nr = item->nr - 2;
	for (uint32_t i = 0; i < shape.name_nr; i++) {
		if (!is_name(&item->items[i + 2]))
			return false;
		shape.inner_nr += item->items[i + 2].kind == YGR_EVENT_ARRAY ? item->items[i + 2].nr : 0;
	}
	kept = keep(decode, item->nr - 1);
	if (!kept || !copy(decode, kept, item->items + 1, item->nr - 1) ||
	    !grow((void **)&decode->shapes, decode->shape_nr, &decode->shape_cap, sizeof(shape)))
		return false;
	number_keys((struct ygr_event_value *)kept[0].items, kept[0].nr);
	number_names(kept + 1, shape.name_nr);
	shape.constants = kept[0].items;
	shape.constant_nr = kept[0].nr;
	shape.names = kept + 1;
	decode->shapes[decode->shape_nr++] = shape;
	return true;
}

static bool define_process(struct ygr_decode *decode, const struct ygr_event_value *item)
{
	struct ygr_decode_process process = { 0 };
	uint64_t age_ns;

	if (item->nr != 6 || decode->process_nr == DEFINITIONS_MAX ||
	    !get_u32(&item->items[1], &process.parent_ref) || process.parent_ref > decode->process_nr ||
	    item->items[2].kind != YGR_EVENT_UNSIGNED || !get_difference(&item->items[3], &age_ns) ||
	    !is_text(&item->items[4]) || (item->items[5].kind != YGR_EVENT_NIL && !is_text(&item->items[5])))
		return false;
	if (!grow((void **)&decode->processes, decode->process_nr, &decode->process_cap, sizeof(process)))
		return false;
	process.pairs[0] = KEY(pid);
	process.pairs[1] = item->items[2];
	process.pairs[2] = KEY(comm);
	process.pairs[3] = item->items[4];
	process.pairs[4] = KEY(start_ns);
	process.pairs[5] = number_of(decode->last_ns - age_ns);
	process.pairs[6] = KEY(exe);
	process.pairs[7] = item->items[5];
	decode->processes[decode->process_nr++] = process;
	return true;
}

static bool define_subject(struct ygr_decode *decode, const struct ygr_event_value *item)
{
	struct ygr_decode_subject subject = { 0 };
	const struct ygr_decode_shape *shape;
	const struct ygr_event_value *extras;
	struct ygr_event_value *kept, *values;
	struct pairs pairs;
	uint32_t number, back, pair_nr;

	if (item->nr < 3 || decode->subject_nr == DEFINITIONS_MAX ||
	    !get_u32(&item->items[1], &number) || number >= decode->shape_nr ||
	    !get_u32(&item->items[2], &back) || back < 1 || back > decode->process_nr)
		return false;
	shape = &decode->shapes[number];
	if (!find_extras(item, 3, shape, &extras) || (extras && extras->nr > NAMES_MAX) ||
	    !grow((void **)&decode->subjects, decode->subject_nr, &decode->subject_cap, sizeof(subject)))
		return false;
	pair_nr = shape->name_nr + (extras ? extras->nr : 0);
	values = keep(decode, item->nr);
	kept = keep(decode, 2 * (pair_nr + shape->inner_nr));
	if (!values || !kept || !copy(decode, values, item->items, item->nr))
		return false;
	pairs = (struct pairs) { .at = kept, .inner = kept + 2 * pair_nr, .boot_ns = decode->last_ns };
	if (!put_values(&pairs, shape, values + 3, item->nr - 3))
		return false;
	if (extras) {
		memcpy(pairs.at, values[item->nr - 1].items, 2 * extras->nr * sizeof(*pairs.at));
		number_keys(pairs.at, extras->nr);
		pairs.at += 2 * extras->nr;
	}
	subject.process = decode->process_nr - back;
	subject.pairs = kept;
	subject.pair_nr = (uint32_t)(pairs.at - kept) / 2;
	decode->subjects[decode->subject_nr++] = subject;
	return true;
}

static bool begin_batch(struct ygr_decode *decode, const struct ygr_event_value *item)
{
	uint64_t offset_ns;

	if (item->nr != 4 || item->items[1].kind != YGR_EVENT_UNSIGNED ||
	    item->items[1].number != YGR_ENCODE_LAYOUT || item->items[2].kind != YGR_EVENT_UNSIGNED ||
	    !get_difference(&item->items[3], &offset_ns))
		return false;
	if (!decode->next_seq)
		decode->next_seq = calloc(CPUS_MAX, sizeof(*decode->next_seq));
	if (!decode->next_seq)
		return false;
	ygr_decode_restart(decode);
	decode->last_ns = item->items[2].number;
	decode->realtime_offset_ns = (int64_t)offset_ns;
	return true;
}

/* ---- events ----------------------------------------------------------------- */

/* The sequence number: the next of its CPU, unless another is told. */
static void put_seq(struct ygr_decode *decode, struct pairs *pairs, uint32_t cpu,
		    const struct ygr_event_value *extras)
{
	const struct ygr_event_value *told = find(extras, "seq");
	uint64_t seq = cpu < CPUS_MAX ? decode->next_seq[cpu] : 0;

	if (told && told->kind == YGR_EVENT_UNSIGNED)
		seq = told->number;
	if (cpu < CPUS_MAX)
		decode->next_seq[cpu] = seq + 1;
	put(pairs, KEY(seq), number_of(seq));
}

static bool is_told_apart(const struct ygr_event_value *key)
{
	return (key->nr == 3 && (!memcmp(key->bytes, "seq", 3) || !memcmp(key->bytes, "tid", 3))) ||
	       (key->nr == 4 && !memcmp(key->bytes, "comm", 4));
}

static void put_extras(struct pairs *pairs, const struct ygr_event_value *extras)
{
	for (uint32_t i = 0; extras && i < extras->nr; i++)
		if (!is_text(&extras->items[2 * i]) || !is_told_apart(&extras->items[2 * i]))
			put(pairs, extras->items[2 * i], extras->items[2 * i + 1]);
}

/* As long as its program is known; else without. */
static struct ygr_event_value describe_parent(const struct ygr_decode_process *parent)
{
	return list_of(YGR_EVENT_MAP, parent->pairs, parent->pairs[7].kind == YGR_EVENT_NIL ? 3 : 4);
}

static void put_ancestors(const struct ygr_decode *decode, struct pairs *pairs,
			  const struct ygr_decode_process *process)
{
	struct ygr_event_value *list = pairs->inner;
	uint32_t nr = 0;

	if (process->pairs[7].kind != YGR_EVENT_NIL)
		put(pairs, process->pairs[6], process->pairs[7]);
	if (!process->parent_ref)
		return;
	put(pairs, KEY(parent), describe_parent(&decode->processes[process->parent_ref - 1]));
	for (; process->parent_ref && nr < ANCESTORS_MAX; nr++) {
		process = &decode->processes[process->parent_ref - 1];
		list[nr] = list_of(YGR_EVENT_MAP, process->pairs, 2);
	}
	pairs->inner += nr;
	put(pairs, KEY(ancestors), list_of(YGR_EVENT_ARRAY, list, nr));
}

static void put_subject(const struct ygr_decode *decode, struct pairs *pairs,
			const struct ygr_decode_subject *subject, const struct ygr_event_value *extras)
{
	const struct ygr_decode_process *process = &decode->processes[subject->process];

	put(pairs, process->pairs[0], process->pairs[1]);
	put(pairs, KEY(tid), *(find(extras, "tid") ?: &process->pairs[1]));
	put(pairs, process->pairs[4], process->pairs[5]);
	memcpy(pairs->at, subject->pairs, 2 * subject->pair_nr * sizeof(*pairs->at));
	pairs->at += 2 * subject->pair_nr;
	put(pairs, process->pairs[2], *(find(extras, "comm") ?: &process->pairs[3]));
}

/* All but what the constants, values and extras are. */
#define OWN_PAIRS	16u

static struct ygr_event_value *reserve_event(struct ygr_decode *decode, size_t nr)
{
	struct ygr_event_value *event;

	if (nr <= decode->event_cap)
		return decode->event;
	event = reallocarray(decode->event, nr, sizeof(*event));
	if (!event)
		return NULL;
	decode->event = event;
	decode->event_cap = nr;
	return event;
}

static bool join_event(struct ygr_decode *decode, const struct ygr_event_value *item)
{
	const struct ygr_decode_subject *subject;
	const struct ygr_decode_shape *shape;
	const struct ygr_event_value *extras;
	struct ygr_event_value *event;
	uint32_t number, subject_number, cpu, pair_nr;
	uint64_t passed_ns;
	struct pairs pairs;

	if (item->nr < 4 || !get_u32(&item->items[0], &number) ||
	    number - YGR_ITEM_EVENT >= decode->shape_nr ||
	    !get_u32(&item->items[1], &subject_number) || subject_number >= decode->subject_nr ||
	    !get_u32(&item->items[2], &cpu) || !get_difference(&item->items[3], &passed_ns))
		return false;
	shape = &decode->shapes[number - YGR_ITEM_EVENT];
	subject = &decode->subjects[subject_number];
	if (!find_extras(item, 4, shape, &extras))
		return false;
	pair_nr = OWN_PAIRS + shape->constant_nr + subject->pair_nr + shape->name_nr + (extras ? extras->nr : 0);
	event = reserve_event(decode, 1 + 2 * (size_t)(pair_nr + shape->inner_nr) + ANCESTORS_MAX);
	if (!event)
		return false;

	decode->last_ns += passed_ns;
	pairs = (struct pairs) { .at = event + 1, .inner = event + 1 + 2 * pair_nr, .boot_ns = decode->last_ns };
	memcpy(pairs.at, shape->constants, 2 * shape->constant_nr * sizeof(*pairs.at));
	pairs.at += 2 * shape->constant_nr;
	put(&pairs, KEY(time_ns), number_of(decode->last_ns + (uint64_t)decode->realtime_offset_ns));
	put(&pairs, KEY(boot_ns), number_of(decode->last_ns));
	put(&pairs, KEY(cpu), number_of(cpu));
	put_seq(decode, &pairs, cpu, extras);
	put_subject(decode, &pairs, subject, extras);
	if (!put_values(&pairs, shape, item->items + 4, item->nr - 4))
		return false;
	put_extras(&pairs, extras);
	put_ancestors(decode, &pairs, &decode->processes[subject->process]);
	*event = list_of(YGR_EVENT_MAP, event + 1, (uint32_t)(pairs.at - event - 1) / 2);
	return true;
}

enum ygr_decode_result ygr_decode_item(struct ygr_decode *decode, const struct ygr_event_value *item,
				       const struct ygr_event_value **event)
{
	bool good;

	if (item->kind != YGR_EVENT_ARRAY || !item->nr || item->items[0].kind != YGR_EVENT_UNSIGNED)
		return YGR_DECODE_BAD;
	switch (item->items[0].number) {
	case YGR_ITEM_BATCH:
		good = begin_batch(decode, item);
		break;
	case YGR_ITEM_SHAPE:
		good = define_shape(decode, item);
		break;
	case YGR_ITEM_PROCESS:
		good = define_process(decode, item);
		break;
	case YGR_ITEM_SUBJECT:
		good = define_subject(decode, item);
		break;
	default:
		if (!join_event(decode, item))
			return YGR_DECODE_BAD;
		*event = decode->event;
		return YGR_DECODE_EVENT;
	}
	return good ? YGR_DECODE_DEFINITION : YGR_DECODE_BAD;
}
