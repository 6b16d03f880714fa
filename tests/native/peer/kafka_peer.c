// SPDX-License-Identifier: GPL-2.0-only
/*
 * A Kafka broker for tests, librdkafka's own mock, and a reader of what it holds.
 *
 * Usage: kafka_peer TOPIC FILE COMMANDS
 *
 * Writes HOST:PORT to FILE.brokers. Each record's value becomes a line of FILE;
 * its key a line of FILE.keys. Lines of the pipe COMMANDS, each of which becomes a line of
 * FILE.obeyed when it has come into force:
 *
 *	down		connections are refused, those that are there are cut
 *	up
 *	errors N	the next N produce requests fail with "not enough replicas"
 *	slow MS		each answer takes that long
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRODUCE_KEY	0	/* of the protocol */

static void check(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "kafka_peer: %s\n", what);
	exit(1);
}

static void obey(rd_kafka_mock_cluster_t *cluster, const char *command)
{
	int number = 0;

	if (!strcmp(command, "down")) {
		rd_kafka_mock_broker_set_down(cluster, 1);
	} else if (!strcmp(command, "up")) {
		rd_kafka_mock_broker_set_up(cluster, 1);
	} else if (sscanf(command, "errors %d", &number) == 1) {
		while (number-- > 0)
			rd_kafka_mock_push_request_errors(cluster, PRODUCE_KEY, 1,
							  RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
	} else if (sscanf(command, "slow %d", &number) == 1) {
		rd_kafka_mock_broker_set_rtt(cluster, 1, number);
	}
}

static FILE *open_beside(const char *file, const char *suffix)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof(path), "%s.%s", file, suffix);
	out = fopen(path, "w");
	check(out != NULL, path);
	return out;
}

static void write_brokers(const char *file, const char *brokers)
{
	FILE *out = open_beside(file, "brokers");

	fputs(brokers, out);
	fclose(out);
}

static rd_kafka_t *make_consumer(const char *brokers, const char *topic)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];
	rd_kafka_t *consumer;

	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, text, sizeof(text));
	rd_kafka_conf_set(conf, "group.id", "peer", text, sizeof(text));
	rd_kafka_conf_set(conf, "auto.offset.reset", "earliest", text, sizeof(text));
	rd_kafka_conf_set(conf, "log_level", "0", text, sizeof(text));
	rd_kafka_conf_set(conf, "fetch.wait.max.ms", "50", text, sizeof(text));
	consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
	check(consumer != NULL, text);
	rd_kafka_topic_partition_list_add(list, topic, 0)->offset = 0;
	rd_kafka_assign(consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
	return consumer;
}

static void store(const rd_kafka_message_t *message, FILE *values, FILE *keys)
{
	if (message->err)
		return;
	fprintf(values, "%.*s\n", (int)message->len, (const char *)message->payload);
	fprintf(keys, "%.*s\n", (int)message->key_len, (const char *)message->key);
	fflush(values);
	fflush(keys);
}

static void hear(rd_kafka_mock_cluster_t *cluster, int commands, FILE *obeyed)
{
	char text[256], *line, *rest = text;
	ssize_t got = read(commands, text, sizeof(text) - 1);

	if (got <= 0)
		return;
	text[got] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		obey(cluster, line);
		fprintf(obeyed, "%s\n", line);
		fflush(obeyed);
	}
}

int main(int argc, char **argv)
{
	rd_kafka_mock_cluster_t *cluster;
	rd_kafka_message_t *message;
	FILE *values, *keys, *obeyed;
	char text[512];
	rd_kafka_t *host, *consumer;
	int commands;

	check(argc == 4, "usage: kafka_peer TOPIC FILE COMMANDS");
	host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
	check(host != NULL, text);
	cluster = rd_kafka_mock_cluster_new(host, 1);
	check(cluster != NULL, "no mock cluster");
	rd_kafka_mock_topic_create(cluster, argv[1], 1, 1);
	commands = open(argv[3], O_RDWR | O_NONBLOCK);
	check(commands >= 0, argv[3]);
	values = fopen(argv[2], "w");
	check(values != NULL, argv[2]);
	keys = open_beside(argv[2], "keys");
	obeyed = open_beside(argv[2], "obeyed");
	consumer = make_consumer(rd_kafka_mock_cluster_bootstraps(cluster), argv[1]);
	write_brokers(argv[2], rd_kafka_mock_cluster_bootstraps(cluster));
	for (;;) {
		hear(cluster, commands, obeyed);
		message = rd_kafka_consumer_poll(consumer, 50);
		if (!message)
			continue;
		store(message, values, keys);
		rd_kafka_message_destroy(message);
	}
}
