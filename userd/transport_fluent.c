// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events in the Fluent Forward protocol, version 1: to fluentd, Fluent Bit and what
 * else speaks it. A batch is one PackedForward message or several; each is a
 * chunk that the far end acknowledges by name.
 *
 *	HELO <- PING -> PONG <-		where a shared key is set
 *	[tag, entries, {chunk}] ->	{"ack": chunk} <-
 */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "clock.h"
#include "event_link.h"
#include "fluent_message.h"
#include "secret.h"

#define SALT_BYTES	16
/* The longest answer that makes sense is a HELO or a PONG. */
#define IN_BYTES	4096
#define ANSWER_NS	(60 * YGR_NS_PER_S)

enum fluent_state {
	FLUENT_CONNECTING,
	FLUENT_WAITS_HELO,
	FLUENT_WAITS_PONG,
	FLUENT_READY,
	FLUENT_WAITS_ACK,
};

struct fluent_settings {
	struct ygr_event_link_settings link;
	int format;
	const char *tag;
	const char *shared_key_file;
	const char *user;
	const char *password_file;
	bool gzip;
	uint64_t chunk_bytes;
};

struct fluent {
	struct ygr_event_link link;		/* first */
	const struct fluent_settings *settings;
	char *shared_key;			/* NULL: no handshake */
	char *password;
	enum fluent_state state;
	char salt[SALT_BYTES];
	char nonce[YGR_FLUENT_NONCE_MAX];
	size_t nonce_len;
	char in[IN_BYTES];
	size_t in_len;

	struct ygr_text_buffer json;		/* of one event */
	struct ygr_text_buffer entries;
	struct ygr_text_buffer packed;		/* entries, compressed */
	uint32_t entry_nr;
	char chunk[64];
	uint64_t chunk_nr;
	bool has_answer;			/* all that was given is settled */
};

static struct fluent *from_base(struct ygr_event_transport *base)
{
	return (struct fluent *)base;
}

/* ---- handshake ------------------------------------------------------------------ */

struct piece {
	const char *bytes;
	size_t len;
};

static bool digest(char hex[YGR_FLUENT_DIGEST_BYTES], const struct piece *pieces, size_t nr)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned int len = 0;
	bool good = context && EVP_DigestInit_ex(context, EVP_sha512(), NULL);

	for (size_t i = 0; good && i < nr; i++)
		good = EVP_DigestUpdate(context, pieces[i].bytes, pieces[i].len);
	good = good && EVP_DigestFinal_ex(context, sum, &len) && 2 * len + 1 == YGR_FLUENT_DIGEST_BYTES;
	for (unsigned int i = 0; good && i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	EVP_MD_CTX_free(context);
	return good;
}

/* What proves that both know the key: salt, who says it, nonce, key. */
static bool key_digest(const struct fluent *fluent, const char *host, char hex[YGR_FLUENT_DIGEST_BYTES])
{
	const struct piece pieces[] = {
		{ fluent->salt, SALT_BYTES }, { host, strlen(host) },
		{ fluent->nonce, fluent->nonce_len }, { fluent->shared_key, strlen(fluent->shared_key) },
	};

	return digest(hex, pieces, sizeof(pieces) / sizeof(pieces[0]));
}

static const char *host_of(const struct fluent *fluent)
{
	return fluent->link.base.queue.host_name ?: "";
}

/* Return: NULL, or why the link has to end. */
static const char *answer_helo(struct fluent *fluent, const struct ygr_fluent_message *message)
{
	char key_hex[YGR_FLUENT_DIGEST_BYTES], password_hex[YGR_FLUENT_DIGEST_BYTES] = "";
	const char *user = fluent->settings->user ?: "", *password = fluent->password ?: "";
	const struct piece pieces[] = {
		{ message->auth, message->auth_len }, { user, strlen(user) },
		{ password, strlen(password) },
	};

	if (message->auth_len && !fluent->password)
		return "the receiver asks for a user and password";
	memcpy(fluent->nonce, message->nonce, message->nonce_len);
	fluent->nonce_len = message->nonce_len;
	if (RAND_bytes((unsigned char *)fluent->salt, SALT_BYTES) != 1 ||
	    !key_digest(fluent, host_of(fluent), key_hex) ||
	    (message->auth_len && !digest(password_hex, pieces, 3)))
		return "the digests of the handshake cannot be made";
	ygr_fluent_message_put_ping(&fluent->link.out, host_of(fluent), fluent->salt, SALT_BYTES,
				    key_hex, message->auth_len ? user : "", password_hex);
	fluent->state = FLUENT_WAITS_PONG;
	return NULL;
}

/* The far end has to know the key as well: it might be somebody else. */
static const char *answer_pong(struct fluent *fluent, const struct ygr_fluent_message *message)
{
	static char text[192];
	char hex[YGR_FLUENT_DIGEST_BYTES];

	if (!message->is_good) {
		snprintf(text, sizeof(text), "the receiver refuses: %s",
			 message->reason[0] ? message->reason : "no reason given");
		return text;
	}
	if (!key_digest(fluent, message->host, hex) || strcmp(hex, message->digest))
		return "the receiver does not know the shared key";
	fluent->state = FLUENT_READY;
	return NULL;
}

/* ---- chunks ---------------------------------------------------------------------- */

/* gzip, as one member. Return: whether it worked. */
static bool compress_entries(struct fluent *fluent)
{
	uLong bound = compressBound(fluent->entries.len) + 64;
	z_stream stream = { 0 };
	char *out;
	int ret;

	ygr_text_buffer_clear(&fluent->packed);
	out = ygr_text_buffer_reserve(&fluent->packed, bound);
	if (!out || deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	stream.next_in = (Bytef *)fluent->entries.bytes;
	stream.avail_in = (uInt)fluent->entries.len;
	stream.next_out = (Bytef *)out;
	stream.avail_out = (uInt)bound;
	ret = deflate(&stream, Z_FINISH);
	fluent->packed.len = stream.total_out;
	deflateEnd(&stream);
	return ret == Z_STREAM_END;
}

static int put_event(struct fluent *fluent, const struct ygr_event_value *event)
{
	struct ygr_event_transport *base = &fluent->link.base;

	if (base->format == YGR_FORMAT_JSON)
		return ygr_fluent_message_put_entry(&fluent->entries, event, ygr_event_transport_origin(base), NULL);
	ygr_text_buffer_clear(&fluent->json);
	ygr_event_transport_put(base, &fluent->json, event);
	if (fluent->json.failed)
		return -ENOMEM;
	return ygr_fluent_message_put_entry(&fluent->entries, event, ygr_event_transport_origin(base), &fluent->json);
}

/* Return: whether there is something to send; -ENOMEM. */
static int fill(struct fluent *fluent)
{
	const struct ygr_event_value *event;
	int err;

	ygr_text_buffer_clear(&fluent->entries);
	fluent->entry_nr = 0;
	while (fluent->entries.len < fluent->settings->chunk_bytes &&
	       (event = ygr_event_transport_next(&fluent->link.base))) {
		err = put_event(fluent, event);
		if (err == -ENOMEM)
			return err;
		if (err)
			ygr_event_transport_refuse(&fluent->link.base, "an event cannot be written as msgpack");
		else
			fluent->entry_nr++;
	}
	return fluent->entry_nr > 0;
}

/* The name of a chunk is that of its first event's batch, and its place in the link. */
static bool put_chunk(struct fluent *fluent)
{
	const struct ygr_event_origin *origin = ygr_event_transport_origin(&fluent->link.base);
	bool gzip = fluent->settings->gzip;

	if (gzip && !compress_entries(fluent))
		return false;
	snprintf(fluent->chunk, sizeof(fluent->chunk), "%.16s-%llu-%llu", origin->spool_id,
		 (unsigned long long)origin->batch_id, (unsigned long long)++fluent->chunk_nr);
	ygr_fluent_message_put_packed(&fluent->link.out, fluent->settings->tag,
				      gzip ? &fluent->packed : &fluent->entries, fluent->entry_nr,
				      fluent->chunk, gzip);
	return !fluent->link.out.failed;
}

/* ---- in ---------------------------------------------------------------------------- */

static const char *take_message(struct fluent *fluent, const struct ygr_fluent_message *message)
{
	switch (message->kind) {
	case YGR_FLUENT_HELO:
		if (fluent->state == FLUENT_WAITS_HELO)
			return answer_helo(fluent, message);
		return fluent->shared_key ? "the receiver sent a message out of turn" :
					    "the receiver asks for a shared key";
	case YGR_FLUENT_PONG:
		if (fluent->state == FLUENT_WAITS_PONG)
			return answer_pong(fluent, message);
		break;
	case YGR_FLUENT_ACK:
		if (fluent->state != FLUENT_WAITS_ACK || strcmp(message->chunk, fluent->chunk))
			break;
		fluent->state = FLUENT_READY;
		fluent->has_answer = true;
		return NULL;
	}
	return "the receiver sent a message out of turn";
}

static const char *take_messages(struct fluent *fluent)
{
	struct ygr_fluent_message message;
	const char *reason = NULL;
	ssize_t used;
	size_t at = 0;

	while (!reason) {
		used = ygr_fluent_message_parse(&message, fluent->in + at, fluent->in_len - at);
		if (used < 0 || (!used && !at && fluent->in_len == IN_BYTES))
			return "the receiver does not speak this protocol";
		if (!used)
			break;
		at += (size_t)used;
		reason = take_message(fluent, &message);
	}
	memmove(fluent->in, fluent->in + at, fluent->in_len - at);
	fluent->in_len -= at;
	return reason;
}

/* Return: NULL, or why the link has to end. */
static const char *hear(struct fluent *fluent)
{
	const char *reason;
	ssize_t got;

	for (;;) {
		got = ygr_stream_recv(&fluent->link.stream, fluent->in + fluent->in_len,
				      IN_BYTES - fluent->in_len);
		if (got == -EAGAIN)
			return NULL;
		if (got <= 0) {
			reason = ygr_stream_reason(&fluent->link.stream);
			return got && *reason ? reason : "the receiver closed the connection";
		}
		fluent->in_len += (size_t)got;
		reason = take_messages(fluent);
		if (reason)
			return reason;
	}
}

/* ---- the link ------------------------------------------------------------------------ */

/* Return: NULL, or why the link has to end; *is_done: the batch has no event left. */
static const char *next_chunk(struct fluent *fluent, bool *is_done)
{
	int ret = fill(fluent);

	*is_done = ret == 0;
	if (ret < 0 || (ret && !put_chunk(fluent)))
		return "out of memory";
	if (ret)
		fluent->state = FLUENT_WAITS_ACK;
	return NULL;
}

static const char *flush(struct fluent *fluent)
{
	int err = ygr_event_link_flush(&fluent->link);

	if (!err || err == -EAGAIN)
		return NULL;
	return ygr_stream_reason(&fluent->link.stream);
}

static void go_on(struct fluent *fluent)
{
	struct ygr_event_transport *base = &fluent->link.base;
	bool is_done = false;
	const char *reason = hear(fluent);

	if (!reason && fluent->state == FLUENT_CONNECTING && ygr_stream_is_open(&fluent->link.stream))
		fluent->state = fluent->shared_key ? FLUENT_WAITS_HELO : FLUENT_READY;
	if (!reason && fluent->state == FLUENT_READY && !base->is_up) {
		ygr_event_transport_wake(base, 0);
		ygr_event_transport_up(base);
		return;
	}
	if (!reason && fluent->has_answer) {
		fluent->has_answer = false;
		ygr_event_transport_done(base);
		if (!base->is_up)
			return;
	}
	if (!reason && fluent->state == FLUENT_READY && ygr_event_transport_is_busy(base))
		reason = next_chunk(fluent, &is_done);
	if (!reason)
		reason = flush(fluent);
	if (reason)
		ygr_event_transport_down(base, "%s", reason);
	else if (is_done)
		ygr_event_transport_done(base);
	else if (fluent->state == FLUENT_WAITS_ACK)
		ygr_event_transport_wake(base, ANSWER_NS);
}

static void ready(void *arg)
{
	go_on(arg);
}

/* The timer: a batch has come, or an answer has not. */
static void step(struct ygr_event_transport *base)
{
	struct fluent *fluent = from_base(base);

	if (base->is_up && fluent->state == FLUENT_READY)
		go_on(fluent);
	else
		ygr_event_transport_down(base, base->is_up ? "no acknowledgement in time" :
					 fluent->state == FLUENT_CONNECTING ? "no connection in time" :
					 "no answer to the handshake in time");
}

static int open_link(struct ygr_event_transport *base)
{
	struct fluent *fluent = from_base(base);

	fluent->state = FLUENT_CONNECTING;
	fluent->in_len = 0;
	fluent->has_answer = false;
	return ygr_event_link_open(&fluent->link);
}

static void close_link(struct ygr_event_transport *base)
{
	ygr_event_link_close(&from_base(base)->link);
}

static void describe(const struct ygr_event_transport *base, json_t *object)
{
	const struct fluent *fluent = (const struct fluent *)base;
	json_t *stream = ygr_stream_describe(&fluent->link.stream);

	json_object_update(object, stream);
	json_decref(stream);
	json_object_set_new(object, "chunks", json_integer((json_int_t)fluent->chunk_nr));
}

static void destroy(struct ygr_event_transport *base)
{
	struct fluent *fluent = from_base(base);

	ygr_event_link_exit(&fluent->link);
	ygr_event_transport_exit(base);
	ygr_secret_free(fluent->shared_key);
	ygr_secret_free(fluent->password);
	ygr_text_buffer_exit(&fluent->json);
	ygr_text_buffer_exit(&fluent->entries);
	ygr_text_buffer_exit(&fluent->packed);
	free(fluent);
}

static int set_up(struct ygr_event_transport *base, const struct ygr_output_config *config,
		  const char **reason)
{
	struct fluent *fluent = from_base(base);
	int err;

	fluent->settings = config->settings;
	base->format = (enum ygr_event_format)fluent->settings->format;
	err = ygr_event_link_init(&fluent->link, &fluent->settings->link, ready, reason);
	if (!err)
		err = ygr_secret_read(fluent->settings->shared_key_file, &fluent->shared_key, reason);
	if (!err)
		err = ygr_secret_read(fluent->settings->password_file, &fluent->password, reason);
	return err;
}

static const struct ygr_event_transport_ops fluent_ops = {
	.bytes	  = sizeof(struct fluent),
	.set_up	  = set_up,
	.open	  = open_link,
	.step	  = step,
	.close	  = close_link,
	.destroy  = destroy,
	.describe = describe,
};

static int create(struct ygr_transport **out, struct ygr_loop *loop,
		  const struct ygr_transport_user *user, const struct ygr_output_config *config,
		  const char **reason)
{
	return ygr_event_transport_create(out, &fluent_ops, loop, user, config, reason);
}

static void check(const struct ygr_output_config *config, const struct ygr_yaml_node *node,
		  struct ygr_text_errors *errors)
{
	const struct fluent_settings *settings = config->settings;

	ygr_event_transport_check(config, node, errors);
	if ((settings->user || settings->password_file) && !settings->shared_key_file)
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "output of type fluent: \"user\" and \"password_file\" need a \"shared_key_file\"");
}

#define AT(member) offsetof(struct fluent_settings, member)
static const struct ygr_option fluent_options[] = {
	YGR_EVENT_LINK_OPTIONS(struct fluent_settings),
	{ "tag", YGR_OPTION_TEXT, .at = AT(tag) },
	{ "shared_key_file", YGR_OPTION_PATH, .at = AT(shared_key_file) },
	{ "user", YGR_OPTION_TEXT, .at = AT(user) },
	{ "password_file", YGR_OPTION_PATH, .at = AT(password_file) },
	{ "gzip", YGR_OPTION_BOOL, .at = AT(gzip) },
	{ "chunk", YGR_OPTION_BYTES, .at = AT(chunk_bytes), .low = 4 << 10, .high = 16 << 20 },
	YGR_EVENT_TRANSPORT_FORMAT(struct fluent_settings),
	{ 0 }
};

static const struct fluent_settings defaults = {
	.tag = "yagura.events",
	.chunk_bytes = 1 << 20,
};

const struct ygr_transport_type ygr_transport_fluent = {
	.name		= "fluent",
	.takes_events	= true,
	.options	= fluent_options,
	.settings_bytes	= sizeof(struct fluent_settings),
	.defaults	= &defaults,
	.check		= check,
	.create		= create,
};
