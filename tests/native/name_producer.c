// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays the kernel for names.sh: answers of name servers, connections, and the first
 * bytes that go over them, each in the ring of another CPU than the one before.
 *
 * Usage: name_producer FILE ANSWERS
 *
 * First a scene that is always the same; then ANSWERS names, each an address of its own and
 * followed by a connection to it. Says at the end how many events there were.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../unit/client_hello_fake.h"
#include "../unit/dns_packet.h"
#include "../unit/ring_fake.h"
#include "clock.h"
#include "source.h"

#define CPUS_NR		4u
#define RING_BYTES	(1u << 20)
#define HOST_NS		4026531840u
#define OTHER_NS	4026532000u

static struct ring_fake rings[CPUS_NR];
static struct record_fake record;
static uint64_t event_nr;

static void make_rings(const char *path)
{
	struct ygr_source_file_head head = {
		.magic = YGR_SOURCE_FILE_MAGIC,
		.abi_version = YGR_ABI_VERSION,
		.schema_version = YGR_SCHEMA_VERSION,
		.load_id = ygr_clock_boot_ns(),
		.page_bytes = (uint32_t)sysconf(_SC_PAGESIZE),
		.cpu_nr = CPUS_NR,
		.data_bytes = RING_BYTES,
	};
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || ftruncate(fd, (off_t)ygr_source_file_offset(&head, head.cpu_nr)) ||
	    pwrite(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head)) {
		perror(path);
		exit(1);
	}
	for (uint32_t i = 0; i < CPUS_NR; i++)
		ring_fake_init_file(&rings[i], i, fd, ygr_source_file_offset(&head, i), RING_BYTES);
}

static void begin(uint16_t type, uint32_t tgid, uint32_t net_ns)
{
	record_fake_begin(&record, type, YGR_CLASS_SOCKET, ygr_clock_boot_ns());
	record.head.tgid = record.head.tid = tgid;
	record.head.start_ns = tgid ? 5000 + tgid : 0;
	record.head.net_ns = net_ns;
	memcpy(record.head.comm, "client", 6);
}

/* Nothing may be dropped: room is waited for. */
static void put(void)
{
	const struct timespec pause = { .tv_nsec = 500000 };
	struct ring_fake *ring = &rings[event_nr++ % CPUS_NR];

	while (!ring_fake_has_room(ring, record.head.len + 4096))
		nanosleep(&pause, NULL);
	if (!ring_fake_put(ring, &record))
		abort();
}

static struct ygr_address address_of(const char *text, uint16_t port)
{
	struct ygr_address address = { .family = strchr(text, ':') ? AF_INET6 : AF_INET, .port = port };

	if (inet_pton(address.family, text, address.addr) != 1)
		abort();
	return address;
}

static void answer(uint32_t net_ns, const char *question, const char *records)
{
	struct ygr_body_dns body = {
		.net_ns = net_ns, .transport = IPPROTO_UDP, .source = address_of("192.0.2.53", 53),
		.destination = address_of("10.0.0.5", 40000),
	};
	uint8_t packet[DNS_PACKET_BYTES];
	size_t len = dns_packet_make(packet, question, records);

	begin(YGR_EV_DNS, 0, 0);
	body.true_len = (uint32_t)len;
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PAYLOAD, packet, (uint32_t)len);
	put();
}

static void talk_to(uint16_t type, uint32_t net_ns, uint64_t cookie, const char *address, uint16_t port)
{
	struct ygr_body_socket body = {
		.socket_ino = cookie, .socket_cookie = cookie, .family = AF_INET, .type = SOCK_STREAM,
		.protocol = IPPROTO_TCP, .remote = address_of(address, port),
	};

	begin(type, 700, net_ns);
	record_fake_body(&record, &body, sizeof(body));
	put();
}

static void send_first(uint64_t cookie, const char *address, uint16_t port, const void *bytes, size_t len)
{
	struct ygr_body_stream body = {
		.socket_ino = cookie, .socket_cookie = cookie, .family = AF_INET, .type = SOCK_STREAM,
		.protocol = IPPROTO_TCP, .remote = address_of(address, port), .sent_bytes = (uint32_t)len,
	};

	begin(YGR_EV_STREAM, 700, HOST_NS);
	record_fake_body(&record, &body, sizeof(body));
	record_fake_string(&record, YGR_STR_PAYLOAD, bytes, (uint32_t)len);
	put();
}

/* Whoever closes it: his namespace does not matter. */
static void close_it(uint64_t cookie, const char *address, uint16_t port)
{
	struct ygr_body_close body = {
		.socket_ino = cookie, .socket_cookie = cookie, .family = AF_INET, .type = SOCK_STREAM,
		.protocol = IPPROTO_TCP, .net_ns = HOST_NS, .remote = address_of(address, port), .bytes_out = 77,
	};

	begin(YGR_EV_SOCKET_CLOSE, 700, OTHER_NS);
	record_fake_body(&record, &body, sizeof(body));
	put();
}

static void play_scene(void)
{
	static const char request[] = "POST /login?password=hunter2 HTTP/1.1\r\nHost: Web.Example.org\r\n"
				      "Cookie: id=hunter3\r\nAuthorization: Basic aHVudGVyNA==\r\n\r\nhunter5";
	uint8_t hello[CLIENT_HELLO_FAKE_BYTES];
	size_t len = client_hello_fake_make(hello, "api.example.org", "h2", TLS1_3_VERSION);

	answer(HOST_NS, "web.example.org A", "web.example.org. 300 IN CNAME edge.example.\n"
					     "edge.example. 60 IN A 192.0.2.1\n");
	talk_to(YGR_EV_CONNECT, HOST_NS, 1, "192.0.2.1", 80);
	send_first(1, "192.0.2.1", 80, request, sizeof(request) - 1);
	close_it(1, "192.0.2.1", 80);
	answer(HOST_NS, "api.example.org AAAA", "api.example.org. 60 IN AAAA 2001:db8::2");
	talk_to(YGR_EV_CONNECT, HOST_NS, 2, "2001:db8::2", 443);
	send_first(2, "2001:db8::2", 443, hello, len);
	/* An answer never seen: none in this namespace, and none at all. */
	talk_to(YGR_EV_CONNECT, OTHER_NS, 3, "192.0.2.1", 80);
	talk_to(YGR_EV_CONNECT, HOST_NS, 4, "192.0.2.99", 80);
	answer(HOST_NS, "no.example.org A", "");
}

static void play_storm(uint32_t nr)
{
	char question[64], records[96], address[32];

	for (uint32_t i = 0; i < nr; i++) {
		snprintf(question, sizeof(question), "host-%u.example A", i);
		snprintf(address, sizeof(address), "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
		snprintf(records, sizeof(records), "host-%u.example. 60 IN A %s", i, address);
		answer(OTHER_NS + i % 4, question, records);
		talk_to(YGR_EV_CONNECT, OTHER_NS + i % 4, 0, address, 80);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 64;
	make_rings(argv[1]);
	play_scene();
	play_storm((uint32_t)strtoul(argv[2], NULL, 10));
	printf("events %llu\n", (unsigned long long)event_nr);
	return 0;
}
