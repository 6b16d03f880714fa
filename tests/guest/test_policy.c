// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policy swapped under load: every event is judged by exactly one generation,
 * the one it carries, and the system call's result agrees with the record.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <yagura/ygr_policy.h>

#include "guest.h"

#define PATH		"/tmp/policy"
#define RULES(action)	"version: 1\nname: p-" action "\nrules:\n" \
	"  - { name: r-" action ", on: open-write, where: { path: [" PATH "] }, do: " action " }\n"

static const char *const texts[] = { RULES("deny"), RULES("record") };

static int open_error(void)
{
	int fd = open(PATH, O_WRONLY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

struct image {
	uint8_t bytes[1024];
	uint64_t bytes_nr;
	uint64_t generation;
};

static void show(const struct guest *guest, struct image *image)
{
	struct ygr_policy_show show = {
		.blob = (uintptr_t)image->bytes, .blob_cap = sizeof(image->bytes),
	};

	assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_SHOW, &show), 0);
	image->bytes_nr = show.blob_bytes;
	image->generation = show.generation;
}

/* Return: 0 or errno. */
static int load(const struct guest *guest, const struct image *image, struct ygr_policy_load *out)
{
	*out = (struct ygr_policy_load){
		.blob = (uintptr_t)image->bytes,
		.blob_bytes = image->bytes_nr,
		.expect_generation = YGR_GENERATION_ANY,
	};
	return ioctl(guest->fd, YGR_IOC_POLICY_LOAD, out) ? errno : 0;
}

static void what_is_shown_can_be_loaded(void **state)
{
	const struct guest *guest = *state;
	struct ygr_policy_load out;
	struct image first, second;

	for (size_t i = 0; i < 2; i++) {
		uint64_t generation = guest_policy_load(guest, texts[i]);

		show(guest, &first);
		assert_int_equal(first.generation, generation);
		assert_int_equal(guest_policy_clear(guest), generation + 1);
		assert_int_equal(load(guest, &first, &out), 0);
		assert_int_equal(out.generation, generation + 2);
		show(guest, &second);
		assert_int_equal(second.generation, generation + 2);
		assert_int_equal(second.bytes_nr, first.bytes_nr);
		assert_memory_equal(second.bytes, first.bytes, first.bytes_nr);
		assert_int_equal(open_error(), i ? 0 : EPERM);
	}
}

static void cleared_means_allowed(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *event;
	uint64_t generation;

	guest_policy_load(guest, texts[0]);
	assert_int_equal(open_error(), EPERM);
	generation = guest_policy_clear(guest);
	guest_forget(guest);
	assert_int_equal(open_error(), 0);
	event = guest_expect(guest, .type = YGR_EV_OPEN, .path = PATH, .verdict = GUEST_ALLOWED,
			     .generation = generation);
	assert_int_equal(event->head.rule_id, 0);
	assert_null(event->text[YGR_STR_RULE].bytes);
}

/* The top bit of each byte of a good blob flipped in turn, and each shorter length. */
static void a_refused_blob_changes_nothing(void **state)
{
	struct guest *guest = *state;
	uint64_t generation = guest_policy_load(guest, texts[0]);
	struct ygr_policy_load out;
	unsigned int refused_nr = 0;
	struct image good, bad, now;
	int error;

	show(guest, &good);
	for (uint64_t i = 0; i < good.bytes_nr; i++) {
		bad = good;
		bad.bytes[i] ^= 0x80;
		error = load(guest, &bad, &out);
		if (!error) {
			assert_int_equal(load(guest, &good, &out), 0);
			generation = out.generation;
			continue;
		}
		assert_int_equal(error, EBADMSG);
		assert_in_range(out.error_code, YGR_POLICY_E_SHORT, YGR_POLICY_E_UNSUPPORTED);
		assert_true(out.error_offset <= good.bytes_nr);
		assert_int_equal(out.generation, 0);
		refused_nr++;
		show(guest, &now);
		assert_int_equal(now.generation, generation);
		assert_memory_equal(now.bytes, good.bytes, good.bytes_nr);
		assert_int_equal(open_error(), EPERM);
	}
	for (uint64_t nr = 1; nr < good.bytes_nr; nr++) {
		bad = good;
		bad.bytes_nr = nr;
		assert_int_equal(load(guest, &bad, &out), EBADMSG);
		assert_int_equal(out.error_code, YGR_POLICY_E_SHORT);
	}
	assert_true(refused_nr > 100);
	assert_int_equal(open_error(), EPERM);
	show(guest, &now);
	assert_int_equal(now.generation, generation);
}

/* Where the blob's tests begin. */
static uint32_t tests_offset(const void *blob)
{
	const struct ygr_policy_header *header = blob;
	const struct ygr_policy_section *section = (const void *)(header + 1);

	for (uint32_t i = 0; i < header->section_nr; i++)
		if (section[i].kind == YGR_SECTION_TESTS)
			return section[i].off;
	fail_msg("no tests in it");
	return 0;
}

/* It is well-formed, and only the kernel can know. */
static void what_this_kernel_cannot_tell_is_refused(void **state)
{
	static const char yaml[] = "version: 1\nname: verity\nrules:\n"
		"  - { name: r, on: exec, where: { path: /no/such, verity: "
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef }, do: deny }\n";
	const struct guest *guest = *state;
	struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };
	size_t bytes;
	void *blob;

	guest_policy_compile(yaml, &blob, &bytes);
	load.blob = (uintptr_t)blob;
	load.blob_bytes = bytes;
	if (guest->info.features & YGR_FEATURE_VERITY) {
		assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load), 0);
	} else {
		assert_int_equal(ioctl(guest->fd, YGR_IOC_POLICY_LOAD, &load), -1);
		assert_int_equal(errno, EBADMSG);
		assert_int_equal(load.error_code, YGR_POLICY_E_UNSUPPORTED);
		/* The second of the two. */
		assert_int_equal(load.error_offset, tests_offset(blob) + sizeof(struct ygr_test));
	}
	free(blob);
}

static void publications_are_told(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *event;
	uint64_t generation;

	guest_forget(guest);
	assert_int_equal(guest_pin(0), 0);
	generation = guest_policy_load(guest, texts[0]);
	guest_policy_clear(guest);
	event = guest_expect(guest, .type = YGR_EV_POLICY, .tgid = getpid(), .generation = generation);
	assert_int_equal(event->body.policy.op, YGR_POLICY_OP_LOAD);
	assert_int_equal(event->body.policy.old_generation, generation - 1);
	assert_int_equal(event->body.policy.new_generation, generation);
	assert_int_equal(event->body.policy.rule_nr, 1);
	event = guest_expect(guest, .type = YGR_EV_POLICY, .tgid = getpid(),
			     .generation = generation + 1);
	assert_int_equal(event->body.policy.op, YGR_POLICY_OP_CLEAR);
	assert_int_equal(event->body.policy.old_generation, generation);
	assert_int_equal(event->body.policy.new_generation, generation + 1);
	assert_int_equal(event->body.policy.rule_nr, 0);
}

/* ---- the storm ---- */

#define STORM_MS	2500
#define GENERATION_NR_MAX 20000
#define OPEN_NR_MAX	40000
#define OPENER_NR	2

static atomic_bool storm_is_over;

/* By generation: 1 + index of the text, as the loading thread learnt it. */
static uint8_t text_of[GENERATION_NR_MAX];

struct loader {
	const struct guest *guest;
	const struct image *image;
	unsigned int text;
	unsigned int loaded_nr;
	unsigned int wrong_nr;
};

static void *keep_loading(void *arg)
{
	struct loader *loader = arg;
	struct ygr_policy_load out;

	while (!atomic_load(&storm_is_over)) {
		if (load(loader->guest, loader->image, &out) || out.generation >= GENERATION_NR_MAX ||
		    text_of[out.generation]) {
			loader->wrong_nr++;
			break;
		}
		text_of[out.generation] = 1 + loader->text;
		loader->loaded_nr++;
	}
	return NULL;
}

/* What each open of a thread came to; its records must say the same in the same order. */
struct opener {
	pid_t tid;
	unsigned int nr;
	unsigned int other_nr;	/* neither success nor EPERM */
	bool is_denied[OPEN_NR_MAX];
};

static void *keep_opening(void *arg)
{
	struct opener *opener = arg;

	opener->tid = gettid();
	while (!atomic_load(&storm_is_over) && opener->nr < OPEN_NR_MAX) {
		int error = open_error();

		opener->is_denied[opener->nr++] = error == EPERM;
		opener->other_nr += error && error != EPERM;
		/* Not faster than one reader can keep up with. */
		usleep(100);
	}
	return NULL;
}

static int by_time(const void *a, const void *b)
{
	const struct guest_event *const *x = a, *const *y = b;

	return (*x)->head.time_ns < (*y)->head.time_ns ? -1 : (*x)->head.time_ns > (*y)->head.time_ns;
}

static void check_opens(const struct guest *guest, const struct opener *opener, unsigned int judged[2])
{
	const struct guest_query query = { .type = YGR_EV_OPEN, .tid = opener->tid, .path = PATH };
	const struct guest_event *event = NULL, **events = calloc(opener->nr, sizeof(*events));
	unsigned int nr = 0;

	assert_non_null(events);
	assert_int_equal(opener->other_nr, 0);
	assert_int_equal(guest_count(guest, &query), opener->nr);
	while ((event = guest_find(guest, &query, event)))
		events[nr++] = event;
	/* A thread may have changed its CPU; its own order is by time. */
	qsort(events, nr, sizeof(*events), by_time);
	for (unsigned int i = 0; i < nr; i++) {
		const struct ygr_record *head = &events[i]->head;

		assert_in_range(head->generation, 1, GENERATION_NR_MAX - 1);
		assert_in_range(text_of[head->generation], 1, 2);
		bool denies = text_of[head->generation] == 1;

		assert_int_equal(head->verdict, denies ? YGR_VERDICT_DENY : YGR_VERDICT_ALLOW);
		assert_int_equal(head->rule_id, 1);
		assert_string_equal(events[i]->text[YGR_STR_RULE].bytes, denies ? "r-deny" : "r-record");
		assert_int_equal(opener->is_denied[i], denies);
		judged[!denies]++;
	}
	free(events);
}

/* One for each load, each generation once, without a hole. */
static void check_publications(const struct guest *guest, uint64_t first, unsigned int nr)
{
	const struct guest_query query = { .type = YGR_EV_POLICY };
	const struct guest_event *event = NULL;
	static bool told[GENERATION_NR_MAX];
	uint64_t last[2] = { 0 };

	assert_int_equal(guest_count(guest, &query), nr);
	while ((event = guest_find(guest, &query, event))) {
		const struct ygr_body_policy *body = &event->body.policy;

		assert_int_equal(body->op, YGR_POLICY_OP_LOAD);
		assert_int_equal(body->rule_nr, 1);
		assert_int_equal(body->new_generation, body->old_generation + 1);
		assert_int_equal(event->head.generation, body->new_generation);
		assert_in_range(body->new_generation, first, first + nr - 1);
		assert_false(told[body->new_generation]);
		told[body->new_generation] = true;
		/* In ascending order on each CPU. */
		assert_in_range(event->cpu, 0, 1);
		assert_true(body->new_generation > last[event->cpu]);
		last[event->cpu] = body->new_generation;
	}
}

static void one_generation_judges_one_event(void **state)
{
	static struct opener openers[OPENER_NR];
	struct guest *guest = *state;
	struct image image[2];
	struct loader loaders[2];
	pthread_t threads[2 + OPENER_NR];
	unsigned int judged[2] = { 0 };
	uint64_t first, deadline_ns;

	for (unsigned int i = 0; i < 2; i++) {
		first = guest_policy_load(guest, texts[i]) + 1;
		text_of[first - 1] = 1 + i;
		show(guest, &image[i]);
	}
	guest_forget(guest);
	for (unsigned int i = 0; i < 2; i++) {
		loaders[i] = (struct loader){ .guest = guest, .image = &image[i], .text = i };
		assert_int_equal(pthread_create(&threads[i], NULL, keep_loading, &loaders[i]), 0);
	}
	for (unsigned int i = 0; i < OPENER_NR; i++)
		assert_int_equal(pthread_create(&threads[2 + i], NULL, keep_opening, &openers[i]), 0);
	deadline_ns = guest_now_ns() + STORM_MS * 1000000ull;
	while (guest_now_ns() < deadline_ns) {
		guest_drain(guest);
		usleep(5000);
	}
	atomic_store(&storm_is_over, true);
	for (unsigned int i = 0; i < 2 + OPENER_NR; i++)
		pthread_join(threads[i], NULL);
	guest_drain(guest);

	assert_int_equal(guest->lost[YGR_CLASS_FILE] + guest->lost[YGR_CLASS_DENY], 0);
	assert_int_equal(loaders[0].wrong_nr + loaders[1].wrong_nr, 0);
	check_publications(guest, first, loaders[0].loaded_nr + loaders[1].loaded_nr);
	for (unsigned int i = 0; i < OPENER_NR; i++)
		check_opens(guest, &openers[i], judged);
	print_message("# %u swaps, %u opens denied, %u allowed\n",
		      loaders[0].loaded_nr + loaders[1].loaded_nr, judged[0], judged[1]);
	/* Both had their turn. */
	assert_true(loaders[0].loaded_nr > 5 && loaders[1].loaded_nr > 5);
	assert_true(judged[0] > 20 && judged[1] > 20);
}

static int setup(void **state)
{
	/* Room for a reader that is late. */
	if (guest_module_load("ring_kib=8192") || guest_file_write(PATH, ""))
		return -1;
	*state = guest_open();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_can_be_loaded),
		cmocka_unit_test(cleared_means_allowed),
		cmocka_unit_test(a_refused_blob_changes_nothing),
		cmocka_unit_test(what_this_kernel_cannot_tell_is_refused),
		cmocka_unit_test(publications_are_told),
		cmocka_unit_test(one_generation_judges_one_event),
	};

	return cmocka_run_group_tests_name("policy", tests, setup, guest_teardown);
}
