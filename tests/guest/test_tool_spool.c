// SPDX-License-Identifier: GPL-2.0-only
/* yaguractl on what the real daemon writes: live, and after it was damaged. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "daemon.h"

#define CTL	"/t/yaguractl"
#define ALICE	1000

static struct command said;

/* ---- with the daemon, and without a receiver ------------------------------ */

static struct daemon rig;
static char run_dir[96];

static int start_daemon(void **state)
{
	(void)state;
	if (guest_module_load(NULL))
		return -1;
	daemon_init(&rig, "tool", NULL);
	snprintf(run_dir, sizeof(run_dir), "%s/run", rig.dir);
	daemon_start(&rig);
	daemon_wait(&rig, DAEMON_READER);
	return 0;
}

static int end_daemon(void **state)
{
	(void)state;
	command_free(&said);
	daemon_exit(&rig);
	return daemon_module_unload();
}

static void status_tells_the_daemon(void **state)
{
	json_int_t reader, sender;
	int reader_runs, sender_runs;
	json_t *status;
	char text[64];

	(void)state;
	reader = daemon_number(&rig, DAEMON_READER, "pid");
	sender = daemon_number(&rig, DAEMON_SENDER, "pid");
	command_run(&said, CTL, "status", "--json", "--run", run_dir);
	assert_int_equal(said.status, 0);
	status = json_loads(said.out, 0, NULL);
	assert_int_equal(json_unpack(status, "{s:{s:b}, s:{s:b}}", "reader", "running", &reader_runs,
				     "sender", "running", &sender_runs), 0);
	assert_true(reader_runs);
	assert_true(sender_runs);
	json_decref(status);
	command_run(&said, CTL, "status", "--run", run_dir);
	snprintf(text, sizeof(text), "reader     pid %lld: ", (long long)reader);
	assert_command(&said, 0, text);
	snprintf(text, sizeof(text), "sender     pid %lld: ", (long long)sender);
	assert_command(&said, 0, text);
}

static bool file_has(const char *path, const char *text)
{
	static char line[16384];
	bool found = false;
	FILE *f = fopen(path, "re");

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, text);
	if (f)
		fclose(f);
	return found;
}

static int watch(void *arg)
{
	int fd = open("/tmp/tool-watched", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		return 126;
	execl(CTL, CTL, "watch", "--json", "--type", "open", "--spool", arg, NULL);
	return 127;
}

static bool wait_watched(const char *text, unsigned int timeout_ms)
{
	uint64_t deadline_ns = guest_now_ns() + timeout_ms * 1000000ull;

	while (!file_has("/tmp/tool-watched", text)) {
		if (guest_now_ns() >= deadline_ns)
			return false;
		usleep(20000);
	}
	return true;
}

/* It starts at the end: until it shows something, it may not have started. */
static void watch_shows_an_event_within_two_seconds(void **state)
{
	unsigned int tries = 0;
	pid_t pid;

	(void)state;
	pid = guest_child_start(watch, rig.spool);
	do
		assert_int_equal(guest_file_write("/tmp/tool-ready", ""), 0);
	while (!wait_watched("\"path\":\"/tmp/tool-ready\"", 1000) && tries++ < 10);
	assert_int_equal(guest_file_write("/tmp/tool-seen", ""), 0);
	assert_true(wait_watched("\"path\":\"/tmp/tool-seen\"", 2000));
	kill(pid, SIGTERM);
	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 128 + SIGTERM);
}

static void the_spool_can_be_read_while_it_grows(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(guest_file_write("/tmp/tool-live", ""), 0);
		command_run(&said, CTL, "spool", "verify", "--spool", rig.spool);
		assert_command(&said, 0, " events, 0 faults\n");
		command_run(&said, CTL, "spool", "list", "--spool", rig.spool);
		assert_command(&said, 0, "\n0000000000000001.ygs ");
		command_run(&said, CTL, "spool", "cat", "--json", "--spool", rig.spool);
		assert_command(&said, 0, "{\"type\":\"start\"");
	}
}

static void others_cannot_read_the_spool(void **state)
{
	const char *const argv[] = { CTL, "spool", "cat", "--spool", rig.spool, NULL };

	(void)state;
	command_run_as(&said, ALICE, argv);
	assert_command(&said, 1, "Permission denied");
}

/* ---- damage --------------------------------------------------------------- */

#define BATCH_NR_MAX	512
#define DAMAGED_NAME	"damaged.ygs"
#define DAMAGED_PATH	"/tmp/" DAMAGED_NAME

struct batch_place {
	uint64_t offset;
	size_t bytes;
	size_t header_bytes;
	uint32_t event_nr;
};

/* A segment that the daemon wrote, whole, and where its batches are. */
struct segment {
	char *bytes;
	size_t len;
	unsigned int batch_nr;
	struct batch_place batch[BATCH_NR_MAX];
	uint64_t event_nr;
};

static void write_bytes(const char *path, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static char *read_whole(const char *path, size_t *len)
{
	struct stat is;
	char *bytes;
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &is), 0);
	bytes = malloc(is.st_size);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, is.st_size), is.st_size);
	close(fd);
	*len = is.st_size;
	return bytes;
}

static void find_batches(struct segment *segment, const char *path)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;

	assert_int_equal(ygr_spool_scan_open(&scan, path, YGR_SCAN_RAW), 0);
	while (ygr_spool_scan_next(scan, &item) == YGR_SCAN_BATCH) {
		assert_in_range(segment->batch_nr, 0, BATCH_NR_MAX - 1);
		segment->batch[segment->batch_nr++] = (struct batch_place){
			.offset = item.offset,
			.bytes = item.batch_bytes,
			.header_bytes = 8 + item.header.header_bytes,
			.event_nr = item.header.event_nr,
		};
		segment->event_nr += item.header.event_nr;
	}
	ygr_spool_scan_close(scan);
}

static int make_segment(void **state)
{
	static struct segment segment;
	char path[128];

	if (start_daemon(state))
		return -1;
	for (unsigned int i = 0; i < 12; i++) {
		for (unsigned int j = 0; j < 20; j++)
			assert_int_equal(guest_file_write("/tmp/tool-filler", ""), 0);
		usleep(100000);
	}
	assert_int_equal(daemon_stop(&rig), 0);
	snprintf(path, sizeof(path), "%s/0000000000000001.ygs", rig.spool);
	memset(&segment, 0, sizeof(segment));
	segment.bytes = read_whole(path, &segment.len);
	find_batches(&segment, path);
	assert_in_range(segment.batch_nr, 6, BATCH_NR_MAX);
	assert_in_range(segment.event_nr, 12 * 20, UINT64_MAX);
	*state = &segment;
	return 0;
}

static int free_segment(void **state)
{
	struct segment *segment = *state;

	free(segment->bytes);
	return end_daemon(state);
}

static unsigned int count_lines(const char *text)
{
	unsigned int nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

/* One batch is bad: that is told with its place, and all others are read. */
static void check_damage(const struct segment *segment, const struct batch_place *bad)
{
	uint64_t event_nr = segment->event_nr - bad->event_nr;
	char text[128];

	snprintf(text, sizeof(text), DAMAGED_NAME ":%" PRIu64 ": ", bad->offset);
	command_run(&said, CTL, "spool", "verify", DAMAGED_PATH);
	assert_command(&said, 1, text);
	snprintf(text, sizeof(text), "%u batches, %" PRIu64 " events, ", segment->batch_nr - 1,
		 event_nr);
	if (strncmp(said.out, text, strlen(text)))
		fail_msg("wanted \"%s...\", got \"%s\"", text, said.out);
	snprintf(text, sizeof(text), DAMAGED_NAME ":%" PRIu64 ": ", bad->offset);
	command_run(&said, CTL, "spool", "cat", "--json", DAMAGED_PATH);
	assert_command(&said, 1, text);
	assert_int_equal(count_lines(said.out), event_nr);
}

static void flip(const struct segment *segment, uint64_t at)
{
	segment->bytes[at] ^= 0x40;
	write_bytes(DAMAGED_PATH, segment->bytes, segment->len);
	segment->bytes[at] ^= 0x40;
}

static void a_flipped_bit_costs_one_batch(void **state)
{
	const struct segment *segment = *state;

	for (unsigned int i = 1; i + 1 < segment->batch_nr; i += 2) {
		const struct batch_place *batch = &segment->batch[i];
		const size_t at[] = { 0, 5, 8 + 16, batch->header_bytes - 1, batch->header_bytes,
				      batch->header_bytes + 20, batch->bytes - 1 };
		/* Another place in each batch: all of them would take long. */
		size_t place = at[(i / 2) % (sizeof(at) / sizeof(at[0]))];

		flip(segment, batch->offset + place);
		check_damage(segment, batch);
	}
}

static void a_cut_segment_costs_its_last_batch(void **state)
{
	const struct segment *segment = *state;
	const struct batch_place *last = &segment->batch[segment->batch_nr - 1];
	const size_t kept[] = { 1, 8, last->header_bytes - 1, last->header_bytes, last->bytes - 1 };

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		write_bytes(DAMAGED_PATH, segment->bytes, last->offset + kept[i]);
		check_damage(segment, last);
	}
}

static void a_whole_copy_is_whole(void **state)
{
	const struct segment *segment = *state;
	char text[96];

	write_bytes(DAMAGED_PATH, segment->bytes, segment->len);
	command_run(&said, CTL, "spool", "verify", DAMAGED_PATH);
	snprintf(text, sizeof(text), "%u batches, %" PRIu64 " events, 0 faults\n", segment->batch_nr,
		 segment->event_nr);
	assert_command(&said, 0, text);
	command_run(&said, CTL, "spool", "cat", "--json", DAMAGED_PATH);
	assert_int_equal(said.status, 0);
	assert_int_equal(count_lines(said.out), segment->event_nr);
	command_run(&said, CTL, "spool", "list", "--json", DAMAGED_PATH);
	snprintf(text, sizeof(text), "\"batches\":%u,\"events\":%" PRIu64 ",\"bytes\":%zu,",
		 segment->batch_nr, segment->event_nr, segment->len);
	assert_command(&said, 0, text);
}

int main(void)
{
	const struct CMUnitTest with_daemon[] = {
		cmocka_unit_test(status_tells_the_daemon),
		cmocka_unit_test(watch_shows_an_event_within_two_seconds),
		cmocka_unit_test(the_spool_can_be_read_while_it_grows),
		cmocka_unit_test(others_cannot_read_the_spool),
	};
	const struct CMUnitTest damaged[] = {
		cmocka_unit_test(a_whole_copy_is_whole),
		cmocka_unit_test(a_flipped_bit_costs_one_batch),
		cmocka_unit_test(a_cut_segment_costs_its_last_batch),
	};

	return cmocka_run_group_tests_name("daemon", with_daemon, start_daemon, end_daemon) +
	       cmocka_run_group_tests_name("damaged", damaged, make_segment, free_segment);
}
