// SPDX-License-Identifier: GPL-2.0-only
/* What the sensor says of itself: heartbeats, what its hooks cost, clocks, and its stop. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define PARAMS	"heartbeat_ms=500 totals_ms=500"

static int set_up_with(void **state, const char *params)
{
	int ret = guest_module_load(params);

	if (ret)
		return ret;
	*state = guest_open();
	return 0;
}

static int set_up(void **state)
{
	return set_up_with(state, PARAMS);
}

static int set_up_measured(void **state)
{
	return set_up_with(state, PARAMS " measure=1");
}

static int set_up_quiet(void **state)
{
	return set_up_with(state, "heartbeat_ms=0");
}

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
}

/* ---- heartbeats ---- */

static unsigned int attached_nr(const struct guest *guest)
{
	unsigned int nr = 0;

	for (uint32_t i = 0; i < guest->info.hook_nr; i++) {
		struct ygr_hook_info hook = { .index = i };

		assert_int_equal(ioctl(guest->fd, YGR_IOC_GET_HOOK, &hook), 0);
		nr += hook.state == YGR_HOOK_ATTACHED;
	}
	return nr;
}

static void a_heartbeat_says_how_it_stands(void **state)
{
	struct guest *guest = *state;
	const struct ygr_body_heartbeat *beat;

	beat = &guest_expect(guest, .type = YGR_EV_HEARTBEAT)->body.heartbeat;
	assert_true(beat->load_id == guest->info.load_id);
	assert_true(beat->interval_ns == 500000000);
	assert_int_equal(beat->hook_nr, guest->info.hook_nr);
	assert_int_equal(beat->attached_nr, attached_nr(guest));
	assert_int_equal(beat->flags, YGR_BEAT_READER);
	assert_true(beat->process_nr > 1 && beat->process_nr < 1000);
}

/* At the end of the test nothing else happens between the beat and the statistics. */
static void its_counts_are_those_of_the_statistics(void **state)
{
	struct guest *guest = *state;
	const struct guest_event *event;
	uint64_t before = 0;

	event = guest_expect(guest, .type = YGR_EV_HEARTBEAT);
	before = event->body.heartbeat.produced;
	for (int i = 0; i < 100; i++)
		touch("/tmp/sensor-beat");
	guest_forget(guest);
	event = guest_expect(guest, .type = YGR_EV_HEARTBEAT);
	assert_true(event->body.heartbeat.produced >= before + 100);
	assert_true(event->body.heartbeat.dropped == 0 && event->body.heartbeat.denied == 0);
}

static void beats_keep_their_time(void **state)
{
	struct guest *guest = *state;
	const struct guest_query query = { .type = YGR_EV_HEARTBEAT };
	const struct guest_event *first, *second;

	first = guest_expect(guest, .type = YGR_EV_HEARTBEAT);
	while (!(second = guest_find(guest, &query, first)))
		guest_drain(guest);
	assert_in_range(second->head.time_ns - first->head.time_ns, 400000000, 5000000000);
}

static void without_an_interval_there_is_none(void **state)
{
	struct guest *guest = *state;

	usleep(1200 * 1000);
	touch("/tmp/sensor-quiet");
	guest_expect(guest, .type = YGR_EV_OPEN, .path = "/tmp/sensor-quiet");
	guest_reject(guest, .type = YGR_EV_HEARTBEAT);
}

static void what_is_not_measured_is_not_told(void **state)
{
	assert_null(guest_expect(*state, .type = YGR_EV_HEARTBEAT)->text[YGR_STR_HOOKS].bytes);
}

struct figures {
	uint64_t call_nr, total_ns, bucket_nr[YGR_BEAT_BUCKET_NR];
};

/* Return: whether the heartbeat has figures of that hook. */
static bool read_figures(const struct guest_event *beat, const char *symbol, struct figures *figures)
{
	const char *at = beat->text[YGR_STR_HOOKS].bytes;
	char *end;

	while (at && (strncmp(at, symbol, strlen(symbol)) || at[strlen(symbol)] != '=')) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return false;
	figures->call_nr = strtoull(at + strlen(symbol) + 1, &end, 10);
	figures->total_ns = strtoull(end + 1, &end, 10);
	for (unsigned int i = 0; i < YGR_BEAT_BUCKET_NR; i++) {
		assert_int_equal(*end, ',');
		figures->bucket_nr[i] = strtoull(end + 1, &end, 10);
	}
	assert_true(*end == ' ' || !*end);
	return true;
}

static const struct guest_event *next_beat(struct guest *guest)
{
	guest_forget(guest);
	return guest_expect(guest, .type = YGR_EV_HEARTBEAT);
}

static void each_call_is_measured(void **state)
{
	struct guest *guest = *state;
	struct figures before = { 0 }, after;
	uint64_t sum = 0;

	touch("/tmp/sensor-measured");
	/* Of a hook that was never called there are none. */
	read_figures(next_beat(guest), "security_path_chmod", &before);
	for (int i = 0; i < 50; i++)
		assert_int_equal(chmod("/tmp/sensor-measured", 0600 + i % 2), 0);
	next_beat(guest);
	assert_true(read_figures(next_beat(guest), "security_path_chmod", &after));
	assert_int_equal(after.call_nr - before.call_nr, 50);
	assert_true(after.total_ns > before.total_ns);
	for (unsigned int i = 0; i < YGR_BEAT_BUCKET_NR; i++)
		sum += after.bucket_nr[i];
	assert_true(sum == after.call_nr);
}

/* Their sum lies between what the buckets' edges allow. */
static void buckets_are_what_they_say(void **state)
{
	struct figures figures;
	uint64_t low = 0, high = 0;

	touch("/tmp/sensor-measured");
	next_beat(*state);
	assert_true(read_figures(next_beat(*state), "security_file_open", &figures));
	for (unsigned int i = 0; i < YGR_BEAT_BUCKET_NR; i++) {
		low += figures.bucket_nr[i] * (i ? YGR_BEAT_NS(i - 1) : 0);
		high += figures.bucket_nr[i] * (i + 1 < YGR_BEAT_BUCKET_NR ? YGR_BEAT_NS(i) : 1ull << 40);
	}
	assert_true(figures.total_ns >= low && figures.total_ns <= high);
}

static void measuring_still_denies(void **state)
{
	struct guest *guest = *state;

	touch("/tmp/sensor-no");
	guest_policy_load(guest, "version: 1\nname: t\nrules:\n"
			  "- {name: no, on: open-write, where: {path: /tmp/sensor-no}, do: deny}\n");
	assert_int_equal(open("/tmp/sensor-no", O_WRONLY), -1);
	assert_int_equal(errno, EPERM);
	guest_expect(guest, .type = YGR_EV_OPEN, .path = "/tmp/sensor-no", .verdict = GUEST_DENIED);
	assert_true(next_beat(guest)->body.heartbeat.denied >= 1);
}

/* ---- clocks ---- */

static void step_clock(int64_t by_s)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
	now.tv_sec += by_s;
	assert_int_equal(clock_settime(CLOCK_REALTIME, &now), 0);
}

static int64_t realtime_offset_ns(void)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &real);
	return (real.tv_sec - boot.tv_sec) * 1000000000ll + real.tv_nsec - boot.tv_nsec;
}

static void expect_step(struct guest *guest, int64_t by_s)
{
	const struct ygr_body_clock *clock;

	guest_forget(guest);
	step_clock(by_s);
	clock = &guest_expect(guest, .type = YGR_EV_CLOCK)->body.clock;
	/* What clock_settime() sets was read a moment before: that is missing in the step. */
	assert_true(llabs(clock->step_ns - by_s * 1000000000ll) < 500000000);
	assert_true(clock->slept_ns == 0);
	assert_true(llabs(clock->offset_ns - realtime_offset_ns()) < 100000000);
}

static void a_step_of_the_clock_is_told(void **state)
{
	expect_step(*state, 3600);
	expect_step(*state, -7200);
	expect_step(*state, 3600);
}

static void a_clock_that_runs_is_not(void **state)
{
	struct guest *guest = *state;

	usleep(2500 * 1000);
	touch("/tmp/sensor-clock");
	guest_expect(guest, .type = YGR_EV_OPEN, .path = "/tmp/sensor-clock");
	guest_reject(guest, .type = YGR_EV_CLOCK);
}

/* ---- stop ---- */

static int stop(const struct guest *guest, struct ygr_stop *answer)
{
	return ioctl(guest->fd, YGR_IOC_STOP, answer) ? -errno : 0;
}

static void flags_are_refused(void **state)
{
	struct ygr_stop answer = { .flags = 1 };

	assert_int_equal(stop(*state, &answer), -EINVAL);
	touch("/tmp/sensor-still");
	guest_expect(*state, .type = YGR_EV_OPEN, .path = "/tmp/sensor-still");
}

static void all_before_the_stop_is_there_and_nothing_after(void **state)
{
	struct guest *guest = *state;
	struct ygr_stop answer = { 0 };
	unsigned int attached = attached_nr(guest);
	const struct guest_event *event;

	guest_policy_load(guest, "version: 1\nname: t\nrules:\n"
			  "- {name: no, on: open-write, where: {path: /tmp/sensor-after}, do: deny}\n");
	touch("/tmp/sensor-before");
	assert_int_equal(stop(guest, &answer), 0);
	assert_int_equal(answer.detached_nr, attached);
	touch("/tmp/sensor-after");
	event = guest_expect(guest, .type = YGR_EV_STOP, .tgid = getpid());
	assert_true(event->body.stop.load_id == guest->info.load_id);
	assert_true(event->head.time_ns >= answer.stopped_ns);
	guest_expect(guest, .type = YGR_EV_OPEN, .path = "/tmp/sensor-before");
	guest_reject(guest, .type = YGR_EV_OPEN, .path = "/tmp/sensor-after");
	assert_int_equal(attached_nr(guest), 0);
	assert_int_equal(guest_hook_state(guest, "security_file_open"), YGR_HOOK_STOPPED);
	/* The last accounts came with it: each event was delivered or counted. */
	guest_check_accounts(guest);
}

static void a_second_stop_is_refused(void **state)
{
	struct ygr_stop answer = { 0 };

	assert_int_equal(stop(*state, &answer), 0);
	assert_int_equal(stop(*state, &answer), -EALREADY);
}

static void a_heartbeat_tells_that_it_is_stopped(void **state)
{
	struct guest *guest = *state;
	struct ygr_stop answer = { 0 };

	assert_int_equal(stop(guest, &answer), 0);
	assert_int_equal(next_beat(guest)->body.heartbeat.attached_nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_heartbeat_says_how_it_stands, set_up, guest_teardown),
		cmocka_unit_test_setup_teardown(its_counts_are_those_of_the_statistics, set_up, guest_teardown),
		cmocka_unit_test_setup_teardown(beats_keep_their_time, set_up, guest_teardown),
		cmocka_unit_test_setup_teardown(without_an_interval_there_is_none, set_up_quiet, guest_teardown),
		cmocka_unit_test_setup_teardown(what_is_not_measured_is_not_told, set_up, guest_teardown),
		cmocka_unit_test_setup_teardown(each_call_is_measured, set_up_measured, guest_teardown),
		cmocka_unit_test_setup_teardown(buckets_are_what_they_say, set_up_measured, guest_teardown),
		cmocka_unit_test_setup_teardown(measuring_still_denies, set_up_measured, guest_teardown),
		cmocka_unit_test_setup_teardown(a_step_of_the_clock_is_told, set_up_quiet, guest_teardown),
		cmocka_unit_test_setup_teardown(a_clock_that_runs_is_not, set_up_quiet, guest_teardown),
		cmocka_unit_test_setup_teardown(flags_are_refused, set_up, guest_teardown),
		cmocka_unit_test_setup_teardown(all_before_the_stop_is_there_and_nothing_after, set_up_quiet, guest_teardown),
		cmocka_unit_test_setup_teardown(a_second_stop_is_refused, set_up_quiet, guest_teardown),
		cmocka_unit_test_setup_teardown(a_heartbeat_tells_that_it_is_stopped, set_up, guest_teardown),
	};

	return cmocka_run_group_tests_name("sensor", tests, NULL, NULL);
}
