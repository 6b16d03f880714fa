/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every guest test needs: the module loaded, its records in hand, a
 * policy in force, and children that do things.
 *
 *	static void deny_open(void **state)
 *	{
 *		struct guest *guest = *state;
 *
 *		guest_policy_load(guest, "version: 1\nname: t\nrules:\n" ...);
 *		assert_int_equal(open("/tmp/x", O_WRONLY | O_CREAT, 0600), -1);
 *		guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(),
 *			     .verdict = GUEST_DENIED, .path = "/tmp/x");
 *	}
 *
 * A test of something else gets these for free, since every record that is
 * read must be well-formed: lengths, padding, class, strings, and a sequence
 * without a hole that no GAP record explains. What fails here fails the
 * cmocka test that called. Hence none of this may be called in a child, save
 * where it says so. Not for product code, and so without its prefix.
 */
#ifndef YGR_TEST_GUEST_H
#define YGR_TEST_GUEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include <yagura/ygr_abi.h>
#include <yagura/ygr_event.h>

#define GUEST_WAIT_MS	20000	/* for what must come: emulation is slow, and kernels that look for mistakes are slower */

/* ---- module ---- */

/*
 * @params: as for insmod, may be NULL. Without tell_running=1, no PROCESS records come.
 * Repeats are not merged and there are no budgets, unless they say coalesce_ms: tests count what they do.
 * Return: 0 or -errno.
 */
int guest_module_load(const char *params);

/* Another build of it, and with nothing but @params. */
int guest_module_load_file(const char *path, const char *params);

/* Return: 0 or -errno; -EWOULDBLOCK while the device is open. */
int guest_module_unload(void);

/* A parameter as /sys/module/yagura/parameters shows it; fails if it is not there. */
unsigned long guest_module_param(const char *name);

/* Whether the guest's kernel is of that release series or a later one. */
bool guest_kernel_is_from(unsigned int major, unsigned int minor);

/* Until 5.13 each file system changes the attributes of chattr(1) in a way of its own, which is not seen. */
bool guest_has_chattr(void);

/* Whether this kernel is too old for a function that is hooked. */
bool guest_hook_may_be_missing(const char *symbol);

/* ---- records ---- */

struct guest_text {
	const char *bytes;	/* NUL-terminated; NULL: the record has none */
	uint32_t len;
	uint32_t true_len;
};

#define GUEST_TAG_NR	(YGR_STR_SUBMITTER + 1)

/* A record, copied. Owned by its struct guest. */
struct guest_event {
	struct guest_event *next;
	unsigned int cpu;
	uint64_t pos;		/* where it lay in the ring, */
	uint32_t ring_bytes;	/* and how much of it: less than head.len if it was compact */
	struct ygr_record head;
	union {			/* by head.type; zero where the record's is shorter */
		struct ygr_body_exec exec;
		struct ygr_body_fork fork;
		struct ygr_body_exit exit;
		struct ygr_body_file file;
		struct ygr_body_close_write close_write;
		struct ygr_body_socket socket;
		struct ygr_body_close close;
		struct ygr_body_dns dns;
		struct ygr_body_stream stream;
		struct ygr_body_ids ids;
		struct ygr_body_caps caps;
		struct ygr_body_code code;
		struct ygr_body_bpf bpf;
		struct ygr_body_mount mount;
		struct ygr_body_target target;
		struct ygr_body_setting setting;
		struct ygr_body_start start;
		struct ygr_body_policy policy;
		struct ygr_body_breaker breaker;
		struct ygr_body_stop stop;
		struct ygr_body_heartbeat heartbeat;
		struct ygr_body_clock clock;
		struct ygr_body_gap gap;
		struct ygr_body_totals totals;
		struct ygr_body_suppressed suppressed;
	} body;
	struct guest_text text[GUEST_TAG_NR]; /* by enum ygr_string_tag */
	struct ygr_repeats repeats;	/* zero if it tells none */
};

struct guest_ring {
	unsigned int cpu;
	struct ygr_ring_info info;
	struct ygr_ring_consumer *consumer;
	const struct ygr_ring_producer *producer;
	const uint8_t *data;		/* mapped twice in a row */
	bool has_seq;			/* next_seq is known: a record was read */
	uint64_t next_seq;
	uint64_t whole_nr, compact_nr, void_nr; /* records read */
};

struct guest {
	int fd;				/* the consumer's handle */
	struct ygr_info info;
	struct guest_ring *ring;
	unsigned int ring_nr;
	struct guest_event *first;	/* in the order read, CPU by CPU */
	struct guest_event *last;
	uint64_t seen[YGR_CLASS_MAX];	/* records read, by class */
	uint64_t lost[YGR_CLASS_MAX];	/* told by GAP records, by class */
	uint64_t merged[YGR_CLASS_MAX];	/* of the records: those that tell repeats */
	uint64_t coalesced[YGR_CLASS_MAX]; /* the repeats that they tell */
	uint64_t suppressed[YGR_CLASS_MAX]; /* told by SUPPRESSED records */
};

/* Become the consumer of a loaded module and map every ring. */
struct guest *guest_open(void);

/* May be NULL. */
void guest_close(struct guest *guest);

/* cmocka fixtures: load the module, guest_open(), and back. */
int guest_setup(void **state);
int guest_teardown(void **state);

/* The same within a test, which they fail: with a policy in force, and its accounts checked at the end. */
struct guest *guest_begin(const char *policy);
void guest_end(struct guest *guest);

/* Read all that is there now. Return: how many records. */
size_t guest_drain(struct guest *guest);

/* Drain, then forget every event: a test starts with a clean slate. */
void guest_forget(struct guest *guest);

/*
 * Every event was delivered or counted: for each class, produced = read +
 * told by gaps, and the gaps told what was dropped. For the first consumer
 * since the module was loaded, in an otherwise quiet guest.
 */
void guest_check_accounts(struct guest *guest);

/* ---- looking for events ---- */

enum guest_verdict {
	GUEST_ANY,
	GUEST_ALLOWED,
	GUEST_DENIED,
	GUEST_WOULD_DENY,
};

/* Everything that is not zero must match. */
struct guest_query {
	enum ygr_event_type type;
	uint32_t tgid;
	uint32_t tid;
	enum guest_verdict verdict;
	uint64_t generation;
	const char *path;	/* whole strings */
	const char *new_path;
	const char *rule;
	const char *comm;
	uint32_t flags;		/* all of these YGR_F_* */
	bool (*where)(const struct guest_event *event, const void *arg);
	const void *arg;
};

/* The first match after @after (NULL: from the start) of what was read. */
const struct guest_event *guest_find(const struct guest *guest, const struct guest_query *query,
				     const struct guest_event *after);

size_t guest_count(const struct guest *guest, const struct guest_query *query);

/* Read until there is a match. Return: it, or NULL after @timeout_ms. */
const struct guest_event *guest_wait(struct guest *guest, const struct guest_query *query,
				     unsigned int timeout_ms);

/* One "# ..." line on stdout. */
void guest_event_print(const struct guest_event *event);

const struct guest_event *guest_expect_at(struct guest *guest, const struct guest_query *query,
					  const char *file, int line);
void guest_reject_at(struct guest *guest, const struct guest_query *query,
		     const char *file, int line);

/* The event that must come; if it does not, what came instead is printed. */
#define guest_expect(guest, ...) \
	guest_expect_at(guest, &(const struct guest_query){ __VA_ARGS__ }, __FILE__, __LINE__)

/*
 * No such event among those read until now. Provoke and expect a later event
 * on the same CPU first, or this proves nothing.
 */
#define guest_reject(guest, ...) \
	guest_reject_at(guest, &(const struct guest_query){ __VA_ARGS__ }, __FILE__, __LINE__)

/* ---- device ---- */

/* Counters of a CPU, or of all with YGR_CPU_ALL. */
struct ygr_stats guest_stats(const struct guest *guest, uint32_t cpu);

struct ygr_noise_stats guest_noise(const struct guest *guest, uint32_t cpu);

/* Return: enum ygr_hook_state; 0: there is no hook of that name. */
uint32_t guest_hook_state(const struct guest *guest, const char *symbol);

/* @yaml: a policy as yaguractl reads it. *blob is the caller's to free(). */
void guest_policy_compile(const char *yaml, void **blob, size_t *bytes);

/* The same, loaded. Return: the new generation. */
uint64_t guest_policy_load(const struct guest *guest, const char *yaml);

/* Return: the generation that stands for "no policy". */
uint64_t guest_policy_clear(const struct guest *guest);

/* ---- doing things; these may be called in a child ---- */

/* A child that ends with the return value of @fn. Return: its pid. */
pid_t guest_child_start(int (*fn)(void *arg), void *arg);

/*
 * Return: its exit status; 128 + signal if it was killed; -ETIMEDOUT after
 * @timeout_ms, having killed it.
 */
int guest_child_wait(pid_t pid, unsigned int timeout_ms);

/* Both of the above, as @uid and with the gid of the same number. */
int guest_child_call(uid_t uid, int (*fn)(void *arg), void *arg);

/*
 * Run a program to its end.
 * @pid: where its pid goes, may be NULL
 *
 * Return: its exit status, 128 + signal, or -errno of execve().
 */
int guest_child_exec(char *const argv[], pid_t *pid);

/* Return: 0 or -errno. */
int guest_file_write(const char *path, const char *text);

/* CLOCK_BOOTTIME. */
uint64_t guest_now_ns(void);

/* The process may run on this CPU only. Return: 0 or -errno. */
int guest_pin(unsigned int cpu);

#endif
