// SPDX-License-Identifier: GPL-2.0-only
/* BPF programs in place of Yagura: bpf/peer.bpf.c says what each does. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "peer_bpf.h"

#define OBJECT		"/t/peer.bpf.o"
#define SHORT_BYTES	64
#define BATCH		1000

static int keep(void *arg, void *data, size_t bytes)
{
	struct peer *peer = arg;
	const struct ygr_record *head = data;

	/* A record that is filled in place may be shorter than its room. */
	assert_true(head->len <= bytes && head->len <= sizeof(peer->last));
	peer->records++;
	memcpy(&peer->last, data, head->len);
	if (peer->on_record)
		peer->on_record(peer, head);
	return 0;
}

static void consume(void *arg)
{
	struct peer *peer = arg;

	assert_true(ring_buffer__consume(peer->ring) >= 0);
}

void peer_consume(struct peer *peer)
{
	consume(peer);
}

/* No map has more room than a policy of @nr rules needs; two of each five kinds are in `hashes`. */
static void size_maps(struct bpf_object *object, unsigned int nr)
{
	static const struct {
		const char *map;
		unsigned int fifths;
	} sizes[] = {
		{ "exact_32", 1 }, { "exact_64", 1 }, { "directories", 1 }, { "networks", 1 },
		{ "hashes", 2 },
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, sizes[i].map);

		assert_int_equal(bpf_map__set_max_entries(map, nr * sizes[i].fifths / 5 + 2), 0);
	}
}

static bool is_named(const char *const names[PEER_PROGRAM_NR], const char *name)
{
	for (int i = 0; i < PEER_PROGRAM_NR && names[i]; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

struct peer *peer_load(const char *const names[PEER_PROGRAM_NR], unsigned int rule_nr)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	struct bpf_program *program;

	assert_non_null(peer);
	peer->object = bpf_object__open_file(OBJECT, NULL);
	assert_non_null(peer->object);
	bpf_object__for_each_program(program, peer->object)
		bpf_program__set_autoload(program, is_named(names, bpf_program__name(program)));
	size_maps(peer->object, rule_nr);
	assert_int_equal(bpf_object__load(peer->object), 0);
	peer->ring = ring_buffer__new(bpf_object__find_map_fd_by_name(peer->object, "ring"), keep,
				      peer, NULL);
	assert_non_null(peer->ring);
	return peer;
}

void peer_attach(struct peer *peer, const char *const names[PEER_PROGRAM_NR])
{
	for (int i = 0; i < PEER_PROGRAM_NR && names[i]; i++) {
		struct bpf_program *program =
			bpf_object__find_program_by_name(peer->object, names[i]);

		assert_non_null(program);
		peer->links[i] = bpf_program__attach(program);
		assert_non_null(peer->links[i]);
	}
}

int peer_map(const struct peer *peer, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(peer->object, name);

	assert_true(fd >= 0);
	return fd;
}

/* The programs' global variables, in their order. */
struct globals {
	uint64_t generation;
	uint64_t lost_nr;
	uint64_t depths;
};

static struct globals globals_of(const struct peer *peer)
{
	struct globals globals;
	uint32_t zero = 0;

	assert_int_equal(bpf_map_lookup_elem(peer_map(peer, ".bss"), &zero, &globals), 0);
	return globals;
}

void peer_set_depths(const struct peer *peer, uint64_t depths)
{
	struct globals globals = { .depths = depths };
	uint32_t zero = 0;

	assert_int_equal(bpf_map_update_elem(peer_map(peer, ".bss"), &zero, &globals, BPF_ANY), 0);
}

void peer_end(struct peer *peer)
{
	/* Or the figures would be those of losing. */
	assert_int_equal(globals_of(peer).lost_nr, 0);
	for (int i = 0; i < PEER_PROGRAM_NR; i++)
		bpf_link__destroy(peer->links[i]);
	ring_buffer__free(peer->ring);
	bpf_object__close(peer->object);
	free(peer);
}

/* ---- that the records say what they must ---- */

static uint32_t namespace_of_self(const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static void check_head(const struct ygr_record *head, uint16_t type)
{
	assert_int_equal(head->type, type);
	assert_int_equal(head->tgid, getpid());
	assert_int_equal(head->tid, gettid());
	assert_int_equal(head->ppid, getppid());
	assert_int_equal(head->flags, 0);
	assert_int_equal(head->uid, getuid());
	assert_int_equal(head->egid, getegid());
	assert_int_equal(head->loginuid, ~0u);
	assert_int_equal(head->mnt_ns, namespace_of_self("mnt"));
	assert_int_equal(head->pid_ns, namespace_of_self("pid"));
	assert_int_equal(head->net_ns, namespace_of_self("net"));
	assert_int_equal(head->user_ns, namespace_of_self("user"));
	assert_int_equal(head->cgroup_ns, namespace_of_self("cgroup"));
	assert_string_equal(head->comm, "bench_hooks");
	assert_in_range(head->time_ns, head->start_ns, guest_now_ns());
	assert_true(head->start_ns > 0);
}

static void check_open(const struct peer *peer)
{
	const struct ygr_body_file *body = (const void *)(&peer->last.head + 1);
	const struct ygr_string *string = (const void *)(body + 1);
	struct stat st;

	assert_int_equal(stat(BENCH_FILE, &st), 0);
	check_head(&peer->last.head, YGR_EV_OPEN);
	assert_int_equal(body->file.ino, st.st_ino);
	assert_int_equal(body->file.mode, st.st_mode);
	assert_int_equal(body->file.size, st.st_size);
	assert_int_equal(body->file.mtime_ns,
			 st.st_mtim.tv_sec * 1000000000ull + st.st_mtim.tv_nsec);
	assert_int_equal(body->file.ctime_ns,
			 st.st_ctim.tv_sec * 1000000000ull + st.st_ctim.tv_nsec);
	assert_int_equal(body->access, YGR_ACCESS_WRITE);
	assert_int_equal(string->len, strlen(BENCH_FILE));
	assert_memory_equal(string + 1, BENCH_FILE, string->len);
}

static void check_connect(const struct peer *peer)
{
	const struct ygr_body_socket *body = (const void *)(&peer->last.head + 1);
	const uint32_t loopback = htonl(INADDR_LOOPBACK);
	socklen_t bytes = sizeof(uint64_t);
	uint64_t cookie;
	struct stat st;

	assert_int_equal(fstat(bench_connect_fd(), &st), 0);
	assert_int_equal(getsockopt(bench_connect_fd(), SOL_SOCKET, SO_COOKIE, &cookie, &bytes), 0);
	check_head(&peer->last.head, YGR_EV_CONNECT);
	assert_int_equal(body->socket_ino, st.st_ino);
	assert_int_equal(body->socket_cookie, cookie);
	assert_int_equal(body->family, AF_INET);
	assert_int_equal(body->type, SOCK_DGRAM);
	assert_int_equal(body->protocol, IPPROTO_UDP);
	assert_int_equal(body->remote.family, AF_INET);
	assert_int_equal(body->remote.port, BENCH_PORT);
	assert_memory_equal(body->remote.addr, &loopback, 4);
}

/* One call of that kind makes one record. It is in peer->last then. */
void peer_provoke(struct peer *peer, enum bench_work work)
{
	uint64_t before;

	consume(peer);
	before = peer->records;
	bench_works[work].sample();
	consume(peer);
	assert_int_equal(peer->records, before + 1);
}

void peer_check(struct peer *peer, enum tells tells)
{
	if (tells == TELLS_NOTHING)
		return;
	peer_provoke(peer, BENCH_OPEN_WRITE);
	if (tells == TELLS_ALL)
		check_open(peer);
	else
		assert_int_equal(peer->last.head.tgid, getpid());
	peer_provoke(peer, BENCH_CONNECT);
	if (tells == TELLS_ALL)
		check_connect(peer);
	else
		assert_int_equal(peer->last.head.len, SHORT_BYTES);
}

void peer_measure(struct peer *peer, const char *contender, unsigned int mask)
{
	const struct bench_reader reader = { .drain = consume, .arg = peer };

	bench_measure(contender, mask, &reader);
}

void bench_bpf(void **state)
{
	static const struct {
		const char *contender;
		const char *programs[PEER_PROGRAM_NR];
		enum tells tells;
	} steps[] = {
		{ "bpf-empty",	{ "empty_open", "empty_connect" },	TELLS_NOTHING },
		{ "bpf-64",	{ "short_open", "short_connect" },	TELLS_SHORT },
		{ "fentry-64",	{ "fentry_open", "fentry_connect" },	TELLS_SHORT },
		{ "bpf-full",	{ "full_open", "full_connect" },	TELLS_ALL },
		{ "bpf-copied",	{ "copied_open", "full_connect" },	TELLS_ALL },
	};
	static const char *const refuse[PEER_PROGRAM_NR] = { "refuse_open", "empty_connect" };
	struct peer *peer;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		peer = peer_load(steps[i].programs, 1);
		peer_attach(peer, steps[i].programs);
		peer_check(peer, steps[i].tells);
		peer_measure(peer, steps[i].contender, BENCH_CALLS);
		peer_end(peer);
	}
	peer = peer_load(refuse, 1);
	peer_attach(peer, refuse);
	peer_measure(peer, "bpf-refuse", BENCH_BIT(BENCH_OPEN_DENIED));
	peer_end(peer);
}
