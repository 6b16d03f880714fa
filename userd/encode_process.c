// SPDX-License-Identifier: GPL-2.0-only
/* Events about processes: what an exec, a fork and an exit tell. */
#include <signal.h>
#include <stdio.h>

#include "encode_parts.h"

static uint8_t *put_exec(struct ygr_encoder *encoder, uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_exec *body = &view->body.exec;

	at = ygr_encode_file_id(encoder, at, &body->file);
	at = ygr_pack_u64(at, body->argc);
	at = ygr_pack_u64(at, body->envc);
	at = put_string(at, &view->strings[YGR_STR_PATH]);
	at = put_string(at, &view->strings[YGR_STR_FILENAME]);
	at = put_string(at, &view->strings[YGR_STR_CWD]);
	return ygr_encode_arguments(at, &view->strings[YGR_STR_ARGV]);
}

static uint8_t *put_fork(uint8_t *at, const struct ygr_record_view *view)
{
	const struct ygr_body_fork *body = &view->body.fork;

	at = ygr_pack_u64(at, body->child_tgid);
	return ygr_pack_i64(at, (int64_t)(view->head->time_ns - body->child_start_ns));
}

static uint8_t *put_exit(uint8_t *at, const struct ygr_body_exit *body)
{
	at = ygr_pack_u64(at, body->status);
	at = ygr_pack_u64(at, body->utime_ns);
	at = ygr_pack_u64(at, body->stime_ns);
	at = ygr_pack_nonzero(at, body->maxrss_bytes);
	at = ygr_pack_nonzero(at, body->minor_faults);
	at = ygr_pack_nonzero(at, body->major_faults);
	at = ygr_pack_nonzero(at, body->voluntary_switches);
	at = ygr_pack_nonzero(at, body->involuntary_switches);
	at = ygr_pack_nonzero(at, body->read_bytes);
	return ygr_pack_nonzero(at, body->write_bytes);
}

uint8_t *ygr_encode_process_values(struct ygr_encoder *encoder, uint8_t *at,
				   const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_EXEC_CHECK:
	case YGR_EV_EXEC:
	case YGR_EV_PROCESS:
		return put_exec(encoder, at, view);
	case YGR_EV_FORK:
		return put_fork(at, view);
	case YGR_EV_EXIT:
		return put_exit(at, &view->body.exit);
	}
	return at;
}

/* ---- what few processes have ------------------------------------------------ */

/* As /proc shows them, without the zeroes before. */
static uint8_t *put_capabilities(struct extras *extras, uint8_t *at, const char *key, uint64_t bits)
{
	char text[17];

	if (!bits)
		return at;
	snprintf(text, sizeof(text), "%llx", (unsigned long long)bits);
	return put_word(put_key(extras, at, key), text);
}

static uint8_t *put_process_capabilities(struct extras *extras, uint8_t *at,
					 const struct ygr_body_exec *body)
{
	struct extras map = { 0 };

	if (!(body->cap_effective | body->cap_permitted | body->cap_inheritable |
	      body->cap_bounding | body->cap_ambient))
		return at;
	at = put_key(extras, at, "capabilities");
	at = put_capabilities(&map, at, "effective", body->cap_effective);
	at = put_capabilities(&map, at, "permitted", body->cap_permitted);
	at = put_capabilities(&map, at, "inheritable", body->cap_inheritable);
	at = put_capabilities(&map, at, "bounding", body->cap_bounding);
	at = put_capabilities(&map, at, "ambient", body->cap_ambient);
	close_extras(&map);
	return at;
}

static uint8_t *put_true(struct extras *extras, uint8_t *at, const char *key)
{
	at = put_key(extras, at, key);
	*at++ = 0xc3;
	return at;
}

static uint8_t *put_file_capabilities(struct extras *extras, uint8_t *at,
				      const struct ygr_body_exec *body)
{
	struct extras map = { 0 };

	if (!(body->exec_flags & YGR_EXEC_FILE_CAPS))
		return at;
	at = put_key(extras, at, "file_capabilities");
	at = put_capabilities(&map, at, "permitted", body->file_cap_permitted);
	at = put_capabilities(&map, at, "inheritable", body->file_cap_inheritable);
	if (body->exec_flags & YGR_EXEC_FILE_CAPS_EFFECTIVE)
		at = put_true(&map, at, "effective");
	at = put_extra(&map, at, "rootid", body->file_cap_rootid);
	close_extras(&map);
	return at;
}

static uint8_t *put_script_file(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
				const struct ygr_file_id *id)
{
	struct extras map = { 0 };

	if (!id->ino && !id->dev_major && !id->dev_minor)
		return at;
	at = put_key(extras, at, "script_file");
	at = put_extra(&map, at, "ino", id->ino);
	at = ygr_encode_device(encoder, put_key(&map, at, "dev"), id->dev_major, id->dev_minor);
	if (id->ino_generation)
		at = put_extra(&map, at, "generation", id->ino_generation);
	at = put_extra(&map, at, "mode", id->mode);
	at = put_extra(&map, at, "uid", id->uid);
	at = put_extra(&map, at, "gid", id->gid);
	at = put_extra(&map, at, "size", id->size);
	at = put_extra(&map, at, "mtime_ns", id->mtime_ns);
	at = put_extra(&map, at, "ctime_ns", id->ctime_ns);
	close_extras(&map);
	return at;
}

static uint8_t *put_exec_extras(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
				const struct ygr_body_exec *body)
{
	static const char *const names[32] = {
		[2] = "secure", [3] = "script_overlay_upper", [4] = "unchecked",
	};
	char device[24];

	if (body->old_tid)
		at = put_extra(extras, at, "old_tid", body->old_tid);
	at = put_process_capabilities(extras, at, body);
	at = put_file_capabilities(extras, at, body);
	at = put_words(extras, at, "exec_flags", names, body->exec_flags);
	at = put_script_file(encoder, extras, at, &body->script);
	if (!body->tty_major && !body->tty_minor)
		return at;
	snprintf(device, sizeof(device), "%u:%u", body->tty_major, body->tty_minor);
	return put_word(put_key(extras, at, "tty_dev"), device);
}

/* Of clone(2). */
static const char *const clone_names[32] = {
	[8] = "vm", [9] = "fs", [10] = "files", [15] = "parent", [17] = "newns", [25] = "newcgroup",
	[26] = "newuts", [27] = "newipc", [28] = "newuser", [29] = "newpid", [30] = "newnet",
};

static uint8_t *put_fork_extras(struct extras *extras, uint8_t *at, const struct ygr_body_fork *body)
{
	at = put_words(extras, at, "clone_flags", clone_names, body->clone_flags);
	if (body->exit_signal && body->exit_signal != SIGCHLD)
		at = put_extra(extras, at, "exit_signal", body->exit_signal);
	return at;
}

/* wait(2)'s status, taken apart. */
static uint8_t *put_exit_extras(struct extras *extras, uint8_t *at, uint32_t status)
{
	if (!(status & 0x7f))
		return put_extra(extras, at, "exit_code", status >> 8 & 0xff);
	at = put_extra(extras, at, "signal", status & 0x7f);
	return status & 0x80 ? put_true(extras, at, "core_dumped") : at;
}

uint8_t *ygr_encode_process_extras(struct ygr_encoder *encoder, struct extras *extras, uint8_t *at,
				   const struct ygr_record_view *view)
{
	switch (view->head->type) {
	case YGR_EV_EXEC_CHECK:
	case YGR_EV_EXEC:
	case YGR_EV_PROCESS:
		return put_exec_extras(encoder, extras, at, &view->body.exec);
	case YGR_EV_FORK:
		return put_fork_extras(extras, at, &view->body.fork);
	case YGR_EV_EXIT:
		return put_exit_extras(extras, at, view->body.exit.status);
	}
	return at;
}
