// SPDX-License-Identifier: GPL-2.0-only
/* Events about files: what was done with which one. */
#include <string.h>
#include <sys/stat.h>

#include "encode_parts.h"

static char *put_decimal(char *at, uint32_t value)
{
	char digits[10];
	int nr = 0;

	do {
		digits[nr++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (nr)
		*at++ = digits[--nr];
	return at;
}

/* "major:minor" */
static char *put_pair(char *at, uint32_t major, uint32_t minor)
{
	at = put_decimal(at, major);
	*at++ = ':';
	return put_decimal(at, minor);
}

/* Files of one disk come in a row: its name is made once. */
uint8_t *ygr_encode_device(struct ygr_encoder *encoder, uint8_t *at, uint32_t major, uint32_t minor)
{
	struct ygr_encoder_device *device = &encoder->device;

	if (device->major != major || device->minor != minor || !device->len) {
		device->major = major;
		device->minor = minor;
		device->len = (uint8_t)(put_pair(device->text, major, minor) - device->text);
	}
	return ygr_pack_str(at, device->text, device->len);
}

uint8_t *ygr_encode_file_id(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_file_id *id)
{
	if (!id->ino && !id->dev_major && !id->dev_minor)
		return ygr_pack_nil(at);
	at = ygr_pack_array(at, 9);
	at = ygr_pack_u64(at, id->ino);
	at = ygr_encode_device(encoder, at, id->dev_major, id->dev_minor);
	at = ygr_pack_nonzero(at, id->ino_generation);
	at = ygr_pack_u64(at, id->mode);
	at = ygr_pack_u64(at, id->uid);
	at = ygr_pack_u64(at, id->gid);
	at = ygr_pack_u64(at, id->size);
	at = ygr_pack_nonzero(at, id->mtime_ns);
	return ygr_pack_nonzero(at, id->ctime_ns);
}

#define READ	"\xa4read"
#define WRITE	"\xa5write"
#define CREATED	"\xa7" "created"
#define EXEC	"\xa4" "exec"

/* The lists that nearly every file event has one of, packed in advance. */
static uint8_t *put_access(uint8_t *at, uint32_t bits)
{
	static const struct {
		uint8_t len;
		char	bytes[26];
	} lists[16] = {
#define LIST(text) { sizeof(text) - 1, text }
		LIST("\xc0"), LIST("\x91" READ), LIST("\x91" WRITE), LIST("\x92" READ WRITE),
		LIST("\x91" CREATED), LIST("\x92" READ CREATED), LIST("\x92" WRITE CREATED),
		LIST("\x93" READ WRITE CREATED), LIST("\x91" EXEC), LIST("\x92" READ EXEC),
		LIST("\x92" WRITE EXEC), LIST("\x93" READ WRITE EXEC), LIST("\x92" CREATED EXEC),
		LIST("\x93" READ CREATED EXEC), LIST("\x93" WRITE CREATED EXEC),
		LIST("\x94" READ WRITE CREATED EXEC),
	};
	uint32_t known = bits & (YGR_ACCESS_READ | YGR_ACCESS_WRITE | YGR_ACCESS_CREATED | YGR_ACCESS_EXEC);

	/* All of them, whatever the length: moves, and no call. What is too much is written over. */
	memcpy(at, lists[known].bytes, sizeof(lists[known].bytes) - 1);
	return at + lists[known].len;
}

/* What a close has is more, and seldom the same. */
static uint8_t *put_close_access(uint8_t *at, uint32_t bits)
{
	static const char *const words[] = {
		"read", "write", "created", "exec", "executable", "changed", "mapped",
	};
	const uint32_t nr = NR(words);

	bits &= (1u << nr) - 1;
	if (!bits)
		return ygr_pack_nil(at);
	at = ygr_pack_array(at, (uint32_t)__builtin_popcount(bits));
	for (uint32_t bit = 0; bit < nr; bit++)
		if (bits & 1u << bit)
			at = put_word(at, words[bit]);
	return at;
}

static uint8_t *put_file_access(uint8_t *at, const struct ygr_record_view *view)
{
	uint32_t bits = view->body.file.access;

	if (view->head->type == YGR_EV_CLOSE_WRITE)
		return put_close_access(at, bits);
	/* Of a name to be made, it is a device. */
	return put_access(at, view->head->type == YGR_EV_CREATE ? 0 : bits);
}

/* Left as it is: nothing. */
static uint8_t *put_new_id(uint8_t *at, uint32_t id)
{
	return id == ~0u ? ygr_pack_nil(at) : ygr_pack_u64(at, id);
}

static uint8_t *put_chown(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_file *body = &view->body.file;

	at = ygr_encode_file_id(encoder, at, &body->file);
	at = put_new_id(at, body->open_flags);
	at = put_new_id(at, body->access);
	return put_string(at, &view->strings[YGR_STR_PATH]);
}

static uint8_t *put_file_event(struct ygr_encoder *encoder, uint8_t *at,
			       const struct ygr_record_view *view)
{
	const struct ygr_body_file *body = &view->body.file;

	at = ygr_encode_file_id(encoder, at, &body->file);
	at = put_file_access(at, view);
	at = ygr_pack_nonzero(at, body->open_flags);
	at = put_string(at, &view->strings[YGR_STR_PATH]);
	if (view->head->type != YGR_EV_RENAME && view->head->type != YGR_EV_LINK)
		return at;
	return put_string(at, &view->strings[YGR_STR_NEW_PATH]);
}

/* ---- what few files have --------------------------------------------------- */

/* Of a device to be made; the number is as mknod(2) takes it. */
static uint8_t *put_rdev(struct extras *extras, uint8_t *at, const struct ygr_body_file *body)
{
	uint32_t device = body->access;
	char text[2 * 10 + 2], *end;

	if (!S_ISCHR(body->open_flags) && !S_ISBLK(body->open_flags))
		return at;
	end = put_pair(text, (device & 0xfff00) >> 8, (device & 0xff) | ((device >> 12) & 0xfff00));
	return ygr_pack_str(put_key(extras, at, "rdev"), text, (size_t)(end - text));
}

/* Who opened the file, if it is not who closes it. */
static uint8_t *put_opener(struct extras *extras, uint8_t *at, const struct ygr_record *head,
			   const struct ygr_body_close_write *body)
{
	struct extras opener = { 0 };

	if (body->opener_tgid == head->tgid && body->opener_start_ns == head->start_ns)
		return at;
	at = put_key(extras, at, "opener");
	at = put_extra(&opener, at, "pid", body->opener_tgid);
	at = put_extra(&opener, at, "tid", body->opener_tid);
	at = put_extra(&opener, at, "start_ns", body->opener_start_ns);
	at = put_extra(&opener, at, "euid", body->opener_uid);
	close_extras(&opener);
	return at;
}

/* What is known of the open. Not each file system lets its writes be counted: then there is no number. */
static uint8_t *put_close_write(struct extras *extras, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_close_write *body = &view->body.close_write;

	if (!body->opened_ns)
		return at;
	at = put_extra(extras, at, "opened_ns", body->opened_ns);
	at = put_extra(extras, at, "old_size", body->old_size);
	if (body->written_bytes)
		at = put_extra(extras, at, "written_bytes", body->written_bytes);
	return put_opener(extras, at, view->head, body);
}

uint8_t *ygr_encode_file_values(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	return view->head->type == YGR_EV_CHOWN ? put_chown(encoder, at, view) : put_file_event(encoder, at, view);
}

uint8_t *ygr_encode_file_extras(struct extras *extras, uint8_t *at, const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_CREATE:
		return put_rdev(extras, at, &view->body.file);
	case YGR_EV_CLOSE_WRITE:
		return put_close_write(extras, at, view);
	}
	return at;
}
