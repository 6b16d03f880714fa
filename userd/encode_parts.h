/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the encoder need of one another; encode.h is for everybody else.
 *
 *	encode.c		a batch, and an event: its head, its values, what it seldom has
 *	encode_shape.c		what the values of each type are called
 *	encode_subject.c	who did it: processes and subjects
 *	encode_process.c	what events tell of processes,
 *	encode_file.c		of files,
 *	encode_socket.c		of sockets,
 *	encode_system.c		of the system, and of who may do what in it,
 *	encode_sensor.c		of the sensor itself
 *	encode_names.c		what the other side of a connection is called
 *	encode_string.c		text, and strings that are not among the values
 *
 * Each function that is given @at writes there and returns where the next item goes; there is
 * room, since encode.c makes it for a whole event at a time. Few calls of an event lead from one
 * file to another: what is called for each value is inline, or in the file of its callers.
 */
#ifndef YGR_ENCODE_PARTS_H
#define YGR_ENCODE_PARTS_H

#include <string.h>

#include "encode.h"
#include "pack.h"

#define TYPES_NR	256		/* a record of any other type has the bare shape */
#define CLASSES_NR	YGR_CLASS_MAX
#define VERDICTS_NR	4		/* the last: none that we know */
#define SHAPE_BARE	(TYPES_NR * CLASSES_NR * VERDICTS_NR)
#define SHAPES_NR	(SHAPE_BARE + 1)
#define DEPTH_MAX	16		/* of a line of ancestors */

#define NR(words)	(sizeof(words) / sizeof((words)[0]))

/* ---- text ----------------------------------------------------------------- */

static inline uint8_t *put_text(uint8_t *at, const char *bytes, size_t len)
{
	return ygr_encode_is_utf8(bytes, len) ? ygr_pack_str(at, bytes, len) : ygr_pack_bin(at, bytes, len);
}

static inline uint8_t *put_word(uint8_t *at, const char *word)
{
	return ygr_pack_str(at, word, strlen(word));
}

static inline uint8_t *put_string(uint8_t *at, const struct ygr_record_string *string)
{
	return string->bytes ? put_text(at, string->bytes, string->len) : ygr_pack_nil(at);
}

/* @argv: of arguments, or of the environment; an array of them. */
uint8_t *ygr_encode_arguments(uint8_t *at, const struct ygr_record_string *argv);

/* ---- what seldom is: a map after the values -------------------------------- */

struct extras {
	uint8_t *map;		/* NULL: there is none so far */
	uint16_t nr;
};

static inline uint8_t *put_key(struct extras *extras, uint8_t *at, const char *key)
{
	if (!extras->map) {
		extras->map = at;
		at = ygr_pack_be16(at, 0xde, 0);
	}
	extras->nr++;
	return put_word(at, key);
}

static inline uint8_t *put_extra(struct extras *extras, uint8_t *at, const char *key, uint64_t value)
{
	return ygr_pack_u64(put_key(extras, at, key), value);
}

static inline uint8_t *put_given(struct extras *extras, uint8_t *at, const char *key, uint64_t value)
{
	return value ? put_extra(extras, at, key, value) : at;
}

static inline uint8_t *put_known(struct extras *extras, uint8_t *at, const char *key, const char *text)
{
	return text[0] ? put_text(put_key(extras, at, key), text, strlen(text)) : at;
}

/* Of @bits, those that have a name; none: no key. */
static inline uint8_t *put_words(struct extras *extras, uint8_t *at, const char *key,
				 const char *const names[32], uint32_t bits)
{
	uint32_t nr = 0;

	if (!bits)
		return at;
	for (int bit = 0; bit < 32; bit++)
		nr += (bits & 1u << bit) && names[bit];
	if (!nr)
		return at;
	at = ygr_pack_array(put_key(extras, at, key), nr);
	for (int bit = 0; bit < 32; bit++)
		if ((bits & 1u << bit) && names[bit])
			at = put_word(at, names[bit]);
	return at;
}

static inline void close_extras(const struct extras *extras)
{
	if (extras->map)
		ygr_pack_be16(extras->map, 0xde, extras->nr);
}

/* Strings that are not among the values, and what became of any. @done: by TAG(), those that are. */
uint8_t *ygr_encode_strings(struct extras *extras, uint8_t *at, const struct ygr_record_view *view,
			    uint32_t done);

/* ---- shapes --------------------------------------------------------------- */

struct shape {
	uint32_t strings;		/* by tag: those that are among the values */
	uint8_t	 nr;
	const char *names[10];		/* in front of '(': a map of the names within */
};

#define TAG(tag)	YGR_RECORD_TAG_BIT(tag)

extern const struct shape ygr_encode_subject_shape;

static inline bool is_bare(const struct ygr_record *head)
{
	return head->type >= TYPES_NR;
}

/* Is the verdict to be told with the event, and not with its shape? */
static inline bool has_own_verdict(const struct ygr_record *head)
{
	return head->verdict >= VERDICTS_NR - 1 || (is_bare(head) && head->verdict != YGR_VERDICT_ALLOW);
}

/* Of a type that has no values, a shape without any. */
const struct shape *ygr_encode_shape_of(uint16_t type);

/* @head: what the constants are of; NULL: there are none. */
uint8_t *ygr_encode_shape_define(struct ygr_encoder *encoder, uint8_t *at, const struct shape *shape,
				 const struct ygr_record *head);

/* Return: the shape's number; the batch has it then. */
uint32_t ygr_encode_shape_refer(struct ygr_encoder *encoder, uint8_t **at, const struct ygr_record *head);

/* The type and the class. */
uint8_t *ygr_encode_kind(struct extras *extras, uint8_t *at, const struct ygr_record *head);
uint8_t *ygr_encode_verdict(struct extras *extras, uint8_t *at, const struct ygr_record *head);

/* ---- subjects ------------------------------------------------------------- */

/* @self: NULL: nothing is known of it but the head. Return: the subject's number; the batch has it then. */
uint32_t ygr_encode_subject_refer(struct ygr_encoder *encoder, uint8_t **at, const struct ygr_record *head,
				  struct ygr_process_table *table, struct ygr_process *self);

/* ---- values, in the order of the shape, and extras of them ----------------- */

uint8_t *ygr_encode_process_values(struct ygr_encoder *encoder, uint8_t *at,
				   const struct ygr_record_view *view);
uint8_t *ygr_encode_process_extras(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
				   const struct ygr_record_view *view);

uint8_t *ygr_encode_file_values(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view);
uint8_t *ygr_encode_file_extras(struct extras *extras, uint8_t *at, const struct ygr_record_view *view);

/* What a file is, apart from its name; nil: nothing is known. */
uint8_t *ygr_encode_file_id(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_file_id *id);
/* "major:minor" */
uint8_t *ygr_encode_device(struct ygr_encoder *encoder, uint8_t *at, uint32_t major, uint32_t minor);

uint8_t *ygr_encode_socket_values(uint8_t *at, const struct ygr_record_view *view);
uint8_t *ygr_encode_socket_extras(struct extras *extras, uint8_t *at, const struct ygr_record_view *view);

/* Without the port. @address: of AF_INET or AF_INET6 */
uint8_t *ygr_encode_ip(uint8_t *at, const struct ygr_address *address);

uint8_t *ygr_encode_system_values(struct ygr_encoder *encoder, uint8_t *at,
				  const struct ygr_record_view *view);

uint8_t *ygr_encode_sensor_extras(struct extras *extras, uint8_t *at, const struct ygr_record_view *view);

/* Classes with nothing are left out; a map with no entry still says "none". */
uint8_t *ygr_encode_by_class(struct extras *extras, uint8_t *at, const char *key,
			     const __u64 counts[YGR_CLASS_MAX]);

uint8_t *ygr_encode_names(struct extras *extras, uint8_t *at, const struct ygr_names_facts *facts);

#endif
