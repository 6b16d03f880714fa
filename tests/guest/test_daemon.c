// SPDX-License-Identifier: GPL-2.0-only
/*
 * yagurad's life: who may have the device, what its processes may do, how it
 * ends, and what it does when the disk is full.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "daemon.h"
#include "event_map.h"

#define MODULE_PARAMS	"ring_kib=256 totals_ms=500 flush_ms=50"
#define OURS_PATH	"/tmp/daemon-ours"
#define DISK_PATH	"/tmp/daemon-disk"
#define DISK_SPOOL	DISK_PATH "/spool"
#define DISK_OPTIONS	"size=2m,mode=0755"

struct rig {
	struct daemon daemon;
	struct far_end far;
	struct guest status;	/* only a handle for statistics */
	uint64_t ours_nr;	/* opens of our file that arrived */
};

static void count_ours(void *arg, const struct ygr_event_value *event)
{
	struct rig *rig = arg;

	rig->ours_nr += ygr_event_map_is(event, "type", "open") &&
			ygr_event_map_is(event, "path", OURS_PATH);
}

/*
 * Files whose paths fill a disk fast: long, random, and too many for the
 * compressor to remember the last time.
 */
#define BULK_DIR	"/tmp/bulk"
#define BULK_NR		48
#define BULK_DEPTH	8
#define BULK_NAME	240	/* characters */
#define BULK_PATH_BYTES	(sizeof(BULK_DIR) + BULK_DEPTH * (BULK_NAME + 1) + 16)

static char bulk_path[BULK_NR][BULK_PATH_BYTES];

static void append_name(char *path)
{
	path += strlen(path);
	*path++ = '/';
	for (unsigned int i = 0; i < BULK_NAME; i++)
		*path++ = 'a' + random() % 26;
	*path = '\0';
}

static void make_bulk_files(void)
{
	if (mkdir(BULK_DIR, 0700) && errno == EEXIST)
		return;
	for (unsigned int i = 0; i < BULK_NR; i++) {
		strcpy(bulk_path[i], BULK_DIR);
		for (unsigned int depth = 0; depth < BULK_DEPTH; depth++) {
			append_name(bulk_path[i]);
			assert_int_equal(mkdir(bulk_path[i], 0700), 0);
		}
		strcat(bulk_path[i], "/f");
		assert_int_equal(guest_file_write(bulk_path[i], ""), 0);
	}
}

/* Each is some 2 KiB of ring and of disk. */
static void make_bulk(unsigned int nr)
{
	static unsigned int next;

	while (nr--)
		assert_int_equal(guest_file_write(bulk_path[next++ % BULK_NR], ""), 0);
}

static void make_ours(unsigned int nr)
{
	while (nr--)
		assert_int_equal(guest_file_write(OURS_PATH, ""), 0);
}

/* The module is loaded, nothing else runs. */
static int setup_with(void **state, const struct daemon_options *options)
{
	static struct rig rig;

	make_bulk_files();
	memset(&rig, 0, sizeof(rig));
	*state = &rig;
	rig.far.visit = count_ours;
	rig.far.arg = &rig;
	if (guest_module_load(MODULE_PARAMS))
		return -1;
	rig.status.fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC);
	daemon_init(&rig.daemon, "life", options);
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, NULL);
}

static int setup_running(void **state)
{
	struct rig *rig;

	if (setup(state))
		return -1;
	rig = *state;
	daemon_receiver_start(&rig->daemon);
	daemon_start(&rig->daemon);
	daemon_wait_delivered(&rig->daemon, &rig->far);
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	daemon_exit(&rig->daemon);
	far_end_close(&rig->far);
	close(rig->status.fd);
	return daemon_module_unload();
}

/* ---- the device ----------------------------------------------------------- */

/* What keeps it is the reader: with it goes the last hold. */
static void the_module_stays_while_it_is_read(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(close(rig->status.fd), 0);
	assert_int_equal(guest_module_unload(), -EWOULDBLOCK);
	assert_int_equal(daemon_stop(&rig->daemon), 0);
	assert_int_equal(guest_module_unload(), 0);
	assert_int_equal(guest_module_load(MODULE_PARAMS), 0);
	rig->status.fd = open(YGR_DEVICE_PATH, O_RDONLY | O_CLOEXEC);
}

/* The second one keeps asking, and gets it as soon as the first one is gone. */
static void a_second_daemon_is_told_of_the_first(void **state)
{
	struct rig *rig = *state;
	struct daemon second;

	daemon_init(&second, "second", NULL);
	daemon_start(&second);
	daemon_wait_log(&second, "yagurad reader: /dev/yagura: another reader has it\n");
	daemon_wait_log(&second, "yagurad reader ended with status 75; starts again in ");
	assert_int_equal(daemon_find(&second, DAEMON_READER), 0);
	assert_int_not_equal(daemon_find(&rig->daemon, DAEMON_READER), 0);
	assert_int_equal(daemon_stop(&rig->daemon), 0);
	daemon_wait(&second, DAEMON_READER);
	assert_int_equal(daemon_stop(&second), 0);
}

static int setup_without_module(void **state)
{
	int ret = setup(state);

	return ret ?: teardown(state);
}

static void without_module_it_says_so_and_waits(void **state)
{
	struct rig *rig = *state;

	daemon_start(&rig->daemon);
	daemon_wait_log(&rig->daemon, "yagurad reader: /dev/yagura: No such file or directory\n");
	daemon_wait_log(&rig->daemon, "yagurad reader ended with status 69; starts again in ");
	assert_int_equal(guest_module_load(MODULE_PARAMS), 0);
	daemon_wait(&rig->daemon, DAEMON_READER);
	assert_int_equal(daemon_number(&rig->daemon, DAEMON_READER, "ring.rings"), 2);
	assert_int_equal(daemon_stop(&rig->daemon), 0);
}

static int end_without_module(void **state)
{
	struct rig *rig = *state;

	daemon_exit(&rig->daemon);
	return daemon_module_unload();
}

/* ---- the end -------------------------------------------------------------- */

static void sigterm_delivers_what_is_in_the_rings(void **state)
{
	struct rig *rig = *state;
	uint64_t before_nr = rig->ours_nr;

	make_ours(200);
	assert_int_equal(daemon_stop(&rig->daemon), 0);
	far_end_read(&rig->far);
	assert_int_equal(rig->ours_nr - before_nr, 200);
	far_end_check_module(&rig->far);
	assert_int_equal(daemon_receiver_stop(&rig->daemon), 0);
}

/* ---- rights --------------------------------------------------------------- */

static unsigned long long read_status(pid_t pid, const char *key, int base)
{
	char path[64], line[256], *end = NULL;
	unsigned long long value = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (!end && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			value = strtoull(line + strlen(key), &end, base);
	fclose(f);
	assert_non_null(end);
	return value;
}

static ino_t net_of(pid_t pid)
{
	struct stat is;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	assert_int_equal(stat(path, &is), 0);
	return is.st_ino;
}

/* Of DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER and SYS_PTRACE. */
#define READER_CAPS	(1ull << 1 | 1ull << 2 | 1ull << 3 | 1ull << 19)

static void the_reader_has_no_network(void **state)
{
	struct rig *rig = *state;
	pid_t reader = daemon_wait(&rig->daemon, DAEMON_READER);

	daemon_number(&rig->daemon, DAEMON_READER, "pid");	/* it is past its start */
	assert_int_not_equal(net_of(reader), net_of(getpid()));
	assert_int_equal(read_status(reader, "CapEff:", 16), READER_CAPS);
	assert_int_equal(read_status(reader, "CapPrm:", 16), READER_CAPS);
	assert_int_equal(read_status(reader, "NoNewPrivs:", 10), 1);
}

static void the_sender_is_nobody_in_particular(void **state)
{
	struct rig *rig = *state;
	pid_t sender = daemon_wait(&rig->daemon, DAEMON_SENDER);
	struct command said = { 0 };
	unsigned int tries = 0;
	char path[64];

	daemon_number(&rig->daemon, DAEMON_SENDER, "pid");
	assert_int_equal(net_of(sender), net_of(getpid()));
	assert_int_equal(read_status(sender, "Uid:", 10), 900);
	assert_int_equal(read_status(sender, "Gid:", 10), 900);
	assert_int_equal(read_status(sender, "CapEff:", 16), 0);
	assert_int_equal(read_status(sender, "CapPrm:", 16), 0);
	assert_int_equal(read_status(sender, "NoNewPrivs:", 10), 1);
	snprintf(path, sizeof(path), "/proc/%d/fd", sender);
	/* It fails if one is closed before it was looked at. */
	do {
		command_free(&said);
		command_run(&said, "/bin/ls", "-l", path);
	} while (said.status == 1 && ++tries < 20);
	assert_int_equal(said.status, 0);
	assert_non_null(strstr(said.out, "socket:["));
	assert_null(strstr(said.out, YGR_DEVICE_PATH));
	command_free(&said);
}

/* ---- io_uring switched off ------------------------------------------------ */

#define DISABLE_PATH	"/proc/sys/kernel/io_uring_disabled"

static void without_io_uring_it_uses_epoll(void **state)
{
	struct rig *rig = *state;

	if (access(DISABLE_PATH, W_OK))
		skip();	/* a kernel before 6.6 cannot */
	assert_int_equal(guest_file_write(DISABLE_PATH, "2"), 0);
	daemon_receiver_start(&rig->daemon);
	daemon_start(&rig->daemon);
	daemon_wait_delivered(&rig->daemon, &rig->far);
	assert_string_equal(daemon_text(&rig->daemon, DAEMON_READER, "io"), "epoll");
	assert_string_equal(daemon_text(&rig->daemon, DAEMON_SENDER, "io"), "epoll");
	make_ours(300);
	daemon_check_accounts(&rig->daemon, &rig->far);
	assert_int_equal(rig->ours_nr, 300);
}

static int teardown_io_uring(void **state)
{
	if (!access(DISABLE_PATH, W_OK) && guest_file_write(DISABLE_PATH, "0"))
		return -1;
	return teardown(state);
}

/* ---- a full disk ---------------------------------------------------------- */

static int setup_disk(void **state)
{
	static const struct daemon_options options = { .spool = DISK_SPOOL };

	if (mkdir(DISK_PATH, 0755) && errno != EEXIST)
		return -1;
	if (mount("tmpfs", DISK_PATH, "tmpfs", 0, DISK_OPTIONS))
		return -1;
	return setup_with(state, &options);
}

static int teardown_disk(void **state)
{
	int ret = teardown(state);

	/* Who was killed may hold the spool for a moment more. */
	umount2(DISK_PATH, MNT_DETACH);
	return ret;
}

static bool disk_is_full(const struct daemon *daemon)
{
	make_bulk(100);
	return !strcmp(daemon_text(daemon, DAEMON_READER, "spool.waiting_for"), strerror(ENOSPC));
}

static uint64_t dropped_files(const struct rig *rig)
{
	return guest_stats(&rig->status, YGR_CPU_ALL).dropped[YGR_CLASS_FILE];
}

/* Nobody takes the batches: the disk fills, then the rings, then the kernel counts. */
static void fill_disk_and_rings(struct rig *rig)
{
	pid_t reader;

	daemon_start(&rig->daemon);
	reader = daemon_wait(&rig->daemon, DAEMON_READER);
	daemon_wait_until(&rig->daemon, disk_is_full, "the disk to be full");
	make_bulk(1000);	/* far more than the rings hold */
	assert_int_not_equal(dropped_files(rig), 0);
	/* It bears it. */
	assert_int_equal(daemon_find(&rig->daemon, DAEMON_READER), reader);
	assert_int_not_equal(daemon_find(&rig->daemon, DAEMON_SENDER), 0);
}

static void assert_delivered_or_told(struct rig *rig)
{
	struct ygr_stats stats;

	daemon_check_accounts(&rig->daemon, &rig->far);
	stats = guest_stats(&rig->status, YGR_CPU_ALL);
	assert_int_equal(far_end_told(&rig->far, YGR_CLASS_FILE), stats.dropped[YGR_CLASS_FILE]);
}

static void a_receiver_empties_a_full_disk(void **state)
{
	struct rig *rig = *state;

	fill_disk_and_rings(rig);
	daemon_receiver_start(&rig->daemon);
	assert_delivered_or_told(rig);
}

static void a_larger_disk_is_taken_at_once(void **state)
{
	struct rig *rig = *state;

	fill_disk_and_rings(rig);
	assert_int_equal(mount(NULL, DISK_PATH, NULL, MS_REMOUNT, "size=64m"), 0);
	daemon_receiver_start(&rig->daemon);
	assert_delivered_or_told(rig);
}

static void killed_on_a_full_disk_it_carries_on(void **state)
{
	struct rig *rig = *state;

	fill_disk_and_rings(rig);
	daemon_kill(&rig->daemon);
	daemon_receiver_start(&rig->daemon);
	daemon_start(&rig->daemon);
	assert_delivered_or_told(rig);
}

/* ---- a full spool --------------------------------------------------------- */

static int setup_small_spool(void **state)
{
	static const struct daemon_options options = { .limit_mib = 4 };

	return setup_with(state, &options);
}

static bool spool_is_full(const struct daemon *daemon)
{
	make_bulk(100);
	return !strcmp(daemon_text(daemon, DAEMON_READER, "spool.waiting_for"), "spool_full");
}

static void the_spool_keeps_to_its_limit(void **state)
{
	struct rig *rig = *state;

	daemon_start(&rig->daemon);
	daemon_wait(&rig->daemon, DAEMON_READER);
	daemon_wait_until(&rig->daemon, spool_is_full, "the spool to be full");
	assert_in_range(daemon_number(&rig->daemon, DAEMON_READER, "spool.used_bytes"),
			(4 << 20) - (64 << 10), 4 << 20);
	daemon_receiver_start(&rig->daemon);
	assert_delivered_or_told(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_module_stays_while_it_is_read, setup_running, teardown),
		cmocka_unit_test_setup_teardown(a_second_daemon_is_told_of_the_first, setup_running,
						teardown),
		cmocka_unit_test_setup_teardown(without_module_it_says_so_and_waits,
						setup_without_module, end_without_module),
		cmocka_unit_test_setup_teardown(sigterm_delivers_what_is_in_the_rings, setup_running,
						teardown),
		cmocka_unit_test_setup_teardown(the_reader_has_no_network, setup_running, teardown),
		cmocka_unit_test_setup_teardown(the_sender_is_nobody_in_particular, setup_running,
						teardown),
		cmocka_unit_test_setup_teardown(without_io_uring_it_uses_epoll, setup,
						teardown_io_uring),
	};
	const struct CMUnitTest full[] = {
		cmocka_unit_test_setup_teardown(a_receiver_empties_a_full_disk, setup_disk, teardown_disk),
		cmocka_unit_test_setup_teardown(a_larger_disk_is_taken_at_once, setup_disk, teardown_disk),
		cmocka_unit_test_setup_teardown(killed_on_a_full_disk_it_carries_on, setup_disk,
						teardown_disk),
		cmocka_unit_test_setup_teardown(the_spool_keeps_to_its_limit, setup_small_spool, teardown),
	};

	return cmocka_run_group_tests_name("life", tests, NULL, NULL) +
	       cmocka_run_group_tests_name("full", full, NULL, NULL);
}
