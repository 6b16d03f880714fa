// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events to Kafka, a record each, by librdkafka: idempotent, LZ4, acknowledged by all
 * replicas in sync; the host's name is the key, so that a host's events stay in
 * order within one partition.
 *
 * The library has threads of its own. They come back to the loop through a pipe
 * that tells of delivery reports.
 */
#include <errno.h>
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"
#include "event_transport.h"
#include "secret.h"
#include "text_file.h"
#include "tls.h"

/* How many records may be the library's at a time; the rest waits. */
#define UNDER_WAY_MAX		20000

/* The library is to report on a record within timeout_s; it looks once a second. */
#define GRACE_NS		(1500 * YGR_NS_PER_MS)

struct kafka_settings {
	const char *brokers;
	const char *topic;
	const char *user;
	const char *password_file;
	int format;
	int codec;
	uint64_t message_bytes;
	uint64_t timeout_s;
	struct ygr_tls_settings tls;
};

struct kafka {
	struct ygr_event_transport base;
	const struct kafka_settings *settings;
	rd_kafka_t *producer;
	rd_kafka_topic_t *topic;
	rd_kafka_queue_t *queue;	/* delivery reports */
	int pipe[2];			/* a byte in it: there are some */
	int handle;
	struct ygr_text_buffer message;
	uint64_t link_nr;		/* tells late reports of an earlier link apart */
	size_t under_way_nr;
	uint64_t progress_ns;		/* of the last report, or when there was none to wait for */
	bool has_ended;			/* all that there was is produced */
	char trouble[320];		/* why the link is to go down; "": it is not */
	char last_error[160];		/* the library's own words, for trouble without any */

	struct {
		uint64_t delivered_nr;
		uint64_t refused_nr;
	} stats;
};

static struct kafka *from_base(struct ygr_event_transport *base)
{
	return (struct kafka *)base;
}

/* ---- reports ------------------------------------------------------------------- */

/* About the record itself: no broker will ever take it. */
static bool is_refusal(rd_kafka_resp_err_t error)
{
	switch (error) {
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
	case RD_KAFKA_RESP_ERR_INVALID_MSG:
		return true;
	default:
		return false;
	}
}

static void note_error(struct kafka *kafka, rd_kafka_resp_err_t error, uint64_t batch_nr)
{
	if (is_refusal(error)) {
		kafka->stats.refused_nr++;
		ygr_event_transport_refuse_of(&kafka->base, batch_nr, "%s", rd_kafka_err2str(error));
	} else if (!kafka->trouble[0]) {
		snprintf(kafka->trouble, sizeof(kafka->trouble), "%s%s%s", rd_kafka_err2str(error),
			 kafka->last_error[0] ? ": " : "", kafka->last_error);
	}
}

/* What comes back with a record's report: the link that it went over, and its batch. */
static void *ticket(const struct kafka *kafka)
{
	return (void *)(uintptr_t)(kafka->link_nr << 32 |
				   (uint32_t)ygr_event_transport_mark(&kafka->base).nr);
}

static void reported(rd_kafka_t *producer, const rd_kafka_message_t *message, void *arg)
{
	uint64_t ticket = (uintptr_t)message->_private;
	struct kafka *kafka = arg;

	(void)producer;
	if (ticket >> 32 != (uint32_t)kafka->link_nr)
		return;
	kafka->under_way_nr--;
	kafka->progress_ns = ygr_clock_boot_ns();
	if (message->err)
		note_error(kafka, message->err, (uint32_t)ticket);
	else
		kafka->stats.delivered_nr++;
}

/* Called from within our poll. Connections that fail are tried again by the library. */
static void failed(rd_kafka_t *producer, int error, const char *reason, void *arg)
{
	struct kafka *kafka = arg;
	char fatal[128];

	(void)producer;
	snprintf(kafka->last_error, sizeof(kafka->last_error), "%s", reason);
	if (error != RD_KAFKA_RESP_ERR__FATAL)
		return;
	rd_kafka_fatal_error(kafka->producer, fatal, sizeof(fatal));
	snprintf(kafka->trouble, sizeof(kafka->trouble), "%s", fatal);
}

/* ---- records -------------------------------------------------------------------- */

/* Return: 0; -EAGAIN: the library's queue is full. */
static int produce(struct kafka *kafka, const struct ygr_event_value *event)
{
	const char *host = kafka->base.queue.host_name ?: "";

	ygr_text_buffer_clear(&kafka->message);
	ygr_event_transport_put(&kafka->base, &kafka->message, event);
	if (kafka->message.failed) {
		snprintf(kafka->trouble, sizeof(kafka->trouble), "out of memory");
		return 0;
	}
	if (!rd_kafka_produce(kafka->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
			      kafka->message.bytes, kafka->message.len, host, strlen(host),
			      ticket(kafka))) {
		kafka->under_way_nr++;
		return 0;
	}
	if (rd_kafka_last_error() == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return -EAGAIN;
	note_error(kafka, rd_kafka_last_error(), ygr_event_transport_mark(&kafka->base).nr);
	return 0;
}

static void produce_batch(struct kafka *kafka)
{
	struct ygr_event_transport *base = &kafka->base;
	const struct ygr_event_value *event;
	struct ygr_event_mark mark;

	while (!kafka->has_ended && !kafka->trouble[0] && kafka->under_way_nr < UNDER_WAY_MAX) {
		mark = ygr_event_transport_mark(base);
		event = ygr_event_transport_next(base);
		kafka->has_ended = !event;
		if (event && produce(kafka, event)) {
			ygr_event_transport_rewind(base, mark);
			return;
		}
	}
}

/* Whatever the library does, and should it do nothing: a broker that is silent is down. */
static void check_progress(struct kafka *kafka)
{
	uint64_t now_ns = ygr_clock_boot_ns();

	if (!kafka->under_way_nr)
		kafka->progress_ns = now_ns;
	else if (!kafka->trouble[0] && now_ns - kafka->progress_ns >
				       kafka->settings->timeout_s * YGR_NS_PER_S + GRACE_NS)
		snprintf(kafka->trouble, sizeof(kafka->trouble), "no delivery report in time%s%s",
			 kafka->last_error[0] ? ": " : "", kafka->last_error);
}

static void step(struct ygr_event_transport *base)
{
	struct kafka *kafka = from_base(base);

	if (!base->is_up) {
		ygr_event_transport_up(base);
		return;
	}
	rd_kafka_poll(kafka->producer, 0);
	if (!ygr_event_transport_is_busy(base))
		return;
	check_progress(kafka);
	produce_batch(kafka);
	if (kafka->trouble[0]) {
		ygr_event_transport_down(base, "%s", kafka->trouble);
	} else if (kafka->has_ended && !kafka->under_way_nr) {
		kafka->has_ended = false;
		ygr_event_transport_done(base);
	} else {
		/* The pipe wakes earlier; this is for what it does not tell of. */
		ygr_event_transport_wake(base, 100 * YGR_NS_PER_MS);
	}
}

static void pipe_ready(void *arg, uint32_t events)
{
	struct kafka *kafka = arg;
	char bytes[256];

	(void)events;
	while (read(kafka->pipe[0], bytes, sizeof(bytes)) > 0)
		;
	/* There are errors to take while the link is closed as well: the next link tells why. */
	rd_kafka_poll(kafka->producer, 0);
	/* Not within: a report may end in the link's going down. */
	ygr_event_transport_wake(&kafka->base, 1);
}

/* ---- the link ----------------------------------------------------------------------- */

/* The library connects by itself, and as often as it takes. */
static int open_link(struct ygr_event_transport *base)
{
	struct kafka *kafka = from_base(base);

	kafka->link_nr++;
	kafka->under_way_nr = 0;
	kafka->progress_ns = ygr_clock_boot_ns();
	kafka->has_ended = false;
	kafka->trouble[0] = '\0';
	ygr_event_transport_wake(base, 1);
	return 0;
}

/* What is the library's still is given up: it is sent again, over the next link. */
static void close_link(struct ygr_event_transport *base)
{
	struct kafka *kafka = from_base(base);

	if (kafka->producer && kafka->under_way_nr)
		rd_kafka_purge(kafka->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
			       RD_KAFKA_PURGE_F_NON_BLOCKING);
	kafka->under_way_nr = 0;
	kafka->link_nr++;
}

static void describe(const struct ygr_event_transport *base, json_t *object)
{
	const struct kafka *kafka = (const struct kafka *)base;

	json_object_set_new(object, "delivered", json_integer((json_int_t)kafka->stats.delivered_nr));
	json_object_set_new(object, "refused", json_integer((json_int_t)kafka->stats.refused_nr));
	json_object_set_new(object, "under_way", json_integer((json_int_t)kafka->under_way_nr));
}

static void destroy(struct ygr_event_transport *base)
{
	struct kafka *kafka = from_base(base);

	if (kafka->handle >= 0)
		ygr_loop_unwatch(base->base.loop, kafka->handle);
	if (kafka->queue) {
		rd_kafka_queue_io_event_enable(kafka->queue, -1, NULL, 0);
		rd_kafka_queue_destroy(kafka->queue);
	}
	if (kafka->topic)
		rd_kafka_topic_destroy(kafka->topic);
	if (kafka->producer)
		rd_kafka_destroy_flags(kafka->producer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	if (kafka->pipe[0] >= 0)
		close(kafka->pipe[0]);
	if (kafka->pipe[1] >= 0)
		close(kafka->pipe[1]);
	ygr_event_transport_exit(base);
	ygr_text_buffer_exit(&kafka->message);
	free(kafka);
}

/* ---- settings ----------------------------------------------------------------------- */

/* reason is static: one output at a time is created. */
static int set(rd_kafka_conf_t *conf, const char *key, const char *value, const char **reason)
{
	static char text[256];

	if (rd_kafka_conf_set(conf, key, value, text, sizeof(text)) == RD_KAFKA_CONF_OK)
		return 0;
	*reason = text;
	return -EINVAL;
}

static int set_number(rd_kafka_conf_t *conf, const char *key, uint64_t value, const char **reason)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return set(conf, key, text, reason);
}

/* PEM text rather than a path: the library opens its files later, as the sender's user. */
static int set_pem(rd_kafka_conf_t *conf, const char *key, const char *path, const char **reason)
{
	size_t bytes;
	char *text;
	int err;

	if (!path)
		return 0;
	err = ygr_text_file_read(path, 4 << 20, &text, &bytes);
	if (err) {
		*reason = path;
		return err;
	}
	err = set(conf, key, text, reason);
	explicit_bzero(text, bytes);
	free(text);
	return err;
}

static int set_password(rd_kafka_conf_t *conf, const char *path, const char **reason)
{
	char *password;
	int err = ygr_secret_read(path, &password, reason);

	if (!err)
		err = set(conf, "sasl.password", password, reason);
	ygr_secret_free(password);
	return err;
}

static int set_security(rd_kafka_conf_t *conf, const struct kafka_settings *settings,
			const char **reason)
{
	static const char *const protocols[2][2] = {
		{ "plaintext", "ssl" }, { "sasl_plaintext", "sasl_ssl" },
	};
	int err;

	err = set(conf, "security.protocol", protocols[settings->user != NULL][settings->tls.is_set],
		  reason);
	if (!err && settings->tls.is_set)
		err = set_pem(conf, "ssl.ca.pem", settings->tls.ca, reason);
	if (!err && settings->tls.is_set)
		err = set_pem(conf, "ssl.certificate.pem", settings->tls.cert, reason);
	if (!err && settings->tls.is_set)
		err = set_pem(conf, "ssl.key.pem", settings->tls.key, reason);
	if (err || !settings->user)
		return err;
	err = set(conf, "sasl.mechanism", "PLAIN", reason);
	if (!err)
		err = set(conf, "sasl.username", settings->user, reason);
	if (!err && settings->password_file)
		err = set_password(conf, settings->password_file, reason);
	return err;
}

static const char *const codecs[] = { "lz4", "none", "gzip", "zstd", "snappy", NULL };

static int set_all(rd_kafka_conf_t *conf, const struct kafka_settings *settings,
		   const char **reason)
{
	static const char *const fixed[][2] = {
		{ "client.id", "yagurad" },
		{ "enable.idempotence", "true" },	/* and so acks=all, in order */
		{ "linger.ms", "20" },
		{ "queue.buffering.max.kbytes", "32768" },
		{ "socket.keepalive.enable", "true" },
		{ "log_level", "0" },			/* we say it, once */
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(fixed) / sizeof(fixed[0]); i++)
		err = set(conf, fixed[i][0], fixed[i][1], reason);
	if (!err)
		err = set(conf, "bootstrap.servers", settings->brokers, reason);
	if (!err)
		err = set(conf, "compression.codec", codecs[settings->codec], reason);
	if (!err)
		err = set_number(conf, "message.max.bytes", settings->message_bytes, reason);
	if (!err)
		err = set_number(conf, "message.timeout.ms", settings->timeout_s * 1000, reason);
	/* Else what is on its way to a broker that stands still outlives its time. */
	if (!err)
		err = set_number(conf, "socket.timeout.ms", settings->timeout_s * 1000, reason);
	if (!err)
		err = set_number(conf, "request.timeout.ms", settings->timeout_s * 1000, reason);
	return err ? err : set_security(conf, settings, reason);
}

static int make_producer(struct kafka *kafka, const char **reason)
{
	static char text[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	int err = set_all(conf, kafka->settings, reason);

	if (err) {
		rd_kafka_conf_destroy(conf);
		return err;
	}
	rd_kafka_conf_set_opaque(conf, kafka);
	rd_kafka_conf_set_dr_msg_cb(conf, reported);
	rd_kafka_conf_set_error_cb(conf, failed);
	kafka->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
	if (!kafka->producer) {
		*reason = text;
		rd_kafka_conf_destroy(conf);
		return -EINVAL;
	}
	kafka->topic = rd_kafka_topic_new(kafka->producer, kafka->settings->topic, NULL);
	return kafka->topic ? 0 : -EINVAL;
}

static int make_pipe(struct kafka *kafka)
{
	if (pipe2(kafka->pipe, O_NONBLOCK | O_CLOEXEC))
		return -errno;
	kafka->handle = ygr_loop_watch(kafka->base.base.loop, kafka->pipe[0], EPOLLIN, pipe_ready,
				       kafka);
	if (kafka->handle < 0)
		return kafka->handle;
	kafka->queue = rd_kafka_queue_get_main(kafka->producer);
	rd_kafka_queue_io_event_enable(kafka->queue, kafka->pipe[1], "1", 1);
	return 0;
}

static int set_up(struct ygr_event_transport *base, const struct ygr_output_config *config,
		  const char **reason)
{
	struct kafka *kafka = from_base(base);
	int err;

	kafka->settings = config->settings;
	base->format = (enum ygr_event_format)kafka->settings->format;
	kafka->pipe[0] = -1;
	kafka->pipe[1] = -1;
	kafka->handle = -1;
	err = make_producer(kafka, reason);
	return err ? err : make_pipe(kafka);
}

static const struct ygr_event_transport_ops kafka_ops = {
	.bytes	  = sizeof(struct kafka),
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
	return ygr_event_transport_create(out, &kafka_ops, loop, user, config, reason);
}

static void check(const struct ygr_output_config *config, const struct ygr_yaml_node *node,
		  struct ygr_text_errors *errors)
{
	const struct kafka_settings *settings = config->settings;

	ygr_event_transport_check(config, node, errors);
	if (settings->password_file && !settings->user)
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "output of type kafka: \"password_file\" without \"user\"");
}

#define AT(member) offsetof(struct kafka_settings, member)
static const struct ygr_option kafka_options[] = {
	{ "brokers", YGR_OPTION_TEXT, .at = AT(brokers), .is_required = true },
	{ "topic", YGR_OPTION_TEXT, .at = AT(topic), .is_required = true },
	{ "user", YGR_OPTION_TEXT, .at = AT(user) },
	{ "password_file", YGR_OPTION_PATH, .at = AT(password_file) },
	{ "codec", YGR_OPTION_WORD, .at = AT(codec), .words = codecs },
	{ "max_message", YGR_OPTION_BYTES, .at = AT(message_bytes), .low = 1000, .high = 64 << 20 },
	{ "timeout_s", YGR_OPTION_NUMBER, .at = AT(timeout_s), .low = 1, .high = 300 },
	{ "tls", YGR_OPTION_STRUCT, .at = AT(tls), .members = ygr_tls_options },
	YGR_EVENT_TRANSPORT_FORMAT(struct kafka_settings),
	{ 0 }
};

static const struct kafka_settings defaults = {
	.message_bytes = 1000000,	/* what brokers take by default */
	.timeout_s = 30,
};

const struct ygr_transport_type ygr_transport_kafka = {
	.name		= "kafka",
	.takes_events	= true,
	.options	= kafka_options,
	.settings_bytes	= sizeof(struct kafka_settings),
	.defaults	= &defaults,
	.check		= check,
	.create		= create,
};
