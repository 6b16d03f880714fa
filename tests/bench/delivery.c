// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the system call to the receiver: the module, the real daemon with the settings that it has
 * by itself, TCP over the loopback and the real receiver in one guest. Who spends how many
 * instructions on an event, how many bytes it comes to, when it arrives, and that those that did
 * not arrive were counted.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../guest/daemon.h"
#include "bench.h"
#include "event_map.h"
#include "load.h"
#include "spool_scan.h"

#define ROUND_NR	5u	/* of LOAD_FILE_NR opens, each by a process of its own */
#define SHAPE_ROUND_NR	12u	/* groups of 4,000 come out even */
#define SHAPE_RATE	10000u	/* opens in a second, in groups of whatever size */
#define RATE_ROUND_NR	40u
#define RATE_GROUP_NR	10u
#define RATE_MAX	100000u
#define RATE_STEP	1000u	/* how exact the highest rate is */
#define EVENT_NR_MAX	65536u
#define BATCH_NR_MAX	4096u
#define LOOK_US		200	/* how exact the times of arrival are */
#define LOOK_AFTER_NS	3000000000ull

static const struct pace {
	const char *contender;
	struct load_pace opens;
	unsigned int round_nr;
	const char *params;	/* of the module */
} paces[] = {
	{ "delivery-burst", { 1, 0 }, ROUND_NR, "" },
	{ "delivery-paced", { 1, 1000000 }, 2, "" },
	{ "delivery-ring-256", { 1, 0 }, ROUND_NR, "ring_kib=256" },
	{ "delivery-ring-4096", { 1, 0 }, ROUND_NR, "ring_kib=4096" },
	{ "delivery-ring-16384", { 1, 0 }, ROUND_NR, "ring_kib=16384" },
#define SHAPE(nr)	{ "delivery-shape-" #nr, { nr, nr * (1000000000ull / SHAPE_RATE) }, SHAPE_ROUND_NR, "" }
	SHAPE(1), SHAPE(10), SHAPE(100), SHAPE(1000), SHAPE(4000),
};

/* ---- the work ---- */

/* Instructions of the work itself, in memory that its processes share. */
static uint64_t *work_ns;

static uint64_t clock_of(clockid_t clock)
{
	struct timespec now;

	assert_int_equal(clock_gettime(clock, &now), 0);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int open_once(const struct pace *pace, uint64_t begin_ns, unsigned int before_nr)
{
	uint64_t begin_cpu_ns = clock_of(CLOCK_PROCESS_CPUTIME_ID);
	int status = load_open_files(4, &pace->opens, begin_ns, before_nr);

	*work_ns += clock_of(CLOCK_PROCESS_CPUTIME_ID) - begin_cpu_ns;
	return status;
}

static int work(void *arg)
{
	const struct pace *pace = arg;
	uint64_t begin_ns = guest_now_ns();
	int status;

	for (unsigned int i = 0; i < pace->round_nr; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(open_once(pace, begin_ns, i * LOAD_FILE_NR));
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			return 1;
	}
	return 0;
}

/* ---- when what has arrived ---- */

/* A file that grows: how long it was when. */
struct place {
	int fd;
	unsigned int nr;
	struct growth { uint64_t at_ns, bytes; } growth[BATCH_NR_MAX];
	uint64_t end[BATCH_NR_MAX];	/* of batches, by their id */
};

static struct place spool, far_file;

static void place_open(struct place *place, const char *path)
{
	memset(place, 0, sizeof(*place));
	place->fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(place->fd >= 0);
}

static uint64_t place_bytes(const struct place *place)
{
	struct stat st;

	assert_int_equal(fstat(place->fd, &st), 0);
	return st.st_size;
}

static void look(struct place *place)
{
	uint64_t bytes = place_bytes(place);

	if (place->nr && bytes == place->growth[place->nr - 1].bytes)
		return;
	assert_in_range(place->nr, 0, BATCH_NR_MAX - 1);
	place->growth[place->nr++] = (struct growth){ guest_now_ns(), bytes };
}

/* Return: when the whole batch was there. */
static uint64_t place_time(const struct place *place, uint64_t batch_id)
{
	for (unsigned int i = 0; i < place->nr; i++)
		if (place->growth[i].bytes >= place->end[batch_id])
			return place->growth[i].at_ns;
	fail_msg("batch %llu has not arrived", (unsigned long long)batch_id);
	return 0;
}

static void find_batches(struct place *place, const char *path)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;

	assert_int_equal(ygr_spool_scan_open(&scan, path, YGR_SCAN_RAW), 0);
	while (ygr_spool_scan_next(scan, &item) == YGR_SCAN_BATCH) {
		assert_in_range(item.header.batch_id, 1, BATCH_NR_MAX - 1);
		place->end[item.header.batch_id] = item.offset + item.batch_bytes;
	}
	ygr_spool_scan_close(scan);
}

/* ---- events at the far end ---- */

struct arrivals {
	uint64_t begin_ns, end_ns;	/* events of this time are the work's */
	uint64_t batch_id;
	unsigned int nr, open_nr;
	uint64_t merged_nr;	/* opens that are repeats, told by a number and later */
	uint64_t to_spool_ns[EVENT_NR_MAX], to_far_ns[EVENT_NR_MAX];
};

static struct arrivals arrivals;

static bool is_made(const struct ygr_event_value *event)
{
	struct ygr_event_text path = { "", 0 };

	return ygr_event_map_is(event, "type", "open") &&
	       ygr_event_map_get_text(event, "path", &path) && path.len > sizeof("/bench/") &&
	       !memcmp(path.bytes, "/bench/", sizeof("/bench/") - 1);
}

static void add_arrival(const struct ygr_event_value *event)
{
	uint64_t boot_ns, repeat_nr;

	if (!ygr_event_map_get_u64(event, "boot_ns", &boot_ns) || boot_ns < arrivals.begin_ns)
		return;
	if (is_made(event) && ygr_event_map_get_u64(event, "repeat_nr", &repeat_nr)) {
		arrivals.merged_nr += repeat_nr;
		return;
	}
	if (boot_ns > arrivals.end_ns)
		return;
	assert_in_range(arrivals.nr, 0, EVENT_NR_MAX - 1);
	arrivals.open_nr += is_made(event);
	arrivals.to_spool_ns[arrivals.nr] = place_time(&spool, arrivals.batch_id) - boot_ns;
	arrivals.to_far_ns[arrivals.nr++] = place_time(&far_file, arrivals.batch_id) - boot_ns;
}

static void find_arrivals(const char *path)
{
	struct ygr_spool_scan *scan;
	struct ygr_scan_item item;

	assert_int_equal(ygr_spool_scan_open(&scan, path, 0), 0);
	while (ygr_spool_scan_next(scan, &item) == YGR_SCAN_BATCH) {
		const struct ygr_event_value *event;
		struct ygr_event_stream stream;

		arrivals.batch_id = item.header.batch_id;
		ygr_event_map_open(&stream, (const char *)item.events, item.events_bytes);
		while ((event = ygr_event_map_next(&stream)))
			add_arrival(event);
		ygr_event_map_close(&stream);
	}
	ygr_spool_scan_close(scan);
}

/* @ns: sorted here */
static void tell_latency(const char *contender, const char *where, uint64_t *ns)
{
	const struct { const char *name; unsigned int at; } items[] = {
		{ "p50", arrivals.nr / 2 }, { "p99", arrivals.nr * 99ull / 100 },
		{ "max", arrivals.nr - 1 },
	};
	char name[48];

	bench_sort(ns, arrivals.nr);
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		snprintf(name, sizeof(name), "%s-%s", where, items[i].name);
		bench_tell(contender, name, ns[items[i].at]);
	}
}

/* ---- who spends what ---- */

static uint64_t cpu_of(pid_t pid)
{
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
	return clock_of(clock);
}

/* All that has gone over the loopback, which has nothing else to carry. */
static uint64_t wire_bytes(void)
{
	FILE *file = fopen("/sys/class/net/lo/statistics/tx_bytes", "re");
	unsigned long long bytes = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%llu", &bytes), 1);
	fclose(file);
	return bytes;
}

struct spent {
	uint64_t reader_ns, sender_ns, receiver_ns, spool_bytes, far_bytes, wire_bytes;
};

static struct spent spent_until_now(const struct daemon *daemon)
{
	return (struct spent){
		.reader_ns = cpu_of(daemon_wait(daemon, DAEMON_READER)),
		.sender_ns = cpu_of(daemon_wait(daemon, DAEMON_SENDER)),
		.receiver_ns = cpu_of(daemon->receiver_pid),
		.spool_bytes = place_bytes(&spool),
		.far_bytes = place_bytes(&far_file),
		.wire_bytes = wire_bytes(),
	};
}

static void tell_spent(const char *contender, const struct spent *old, const struct spent *new)
{
	bench_tell(contender, "reader", new->reader_ns - old->reader_ns);
	bench_tell(contender, "sender", new->sender_ns - old->sender_ns);
	bench_tell(contender, "receiver", new->receiver_ns - old->receiver_ns);
	bench_tell(contender, "spool-bytes", new->spool_bytes - old->spool_bytes);
	bench_tell(contender, "receiver-bytes", new->far_bytes - old->far_bytes);
	bench_tell(contender, "wire-bytes", new->wire_bytes - old->wire_bytes);
}

/* ---- a run ---- */

/* The daemon's own settings but for the places. */
static void write_config(const struct daemon *daemon)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "version: 1\n"
		 "spool: { dir: %s, limit: 64MiB }\n"
		 "sender: { user: yagura }\n"
		 "outputs: [{ type: yagura, host: 127.0.0.1, port: %u }]\n"
		 "runtime_dir: %s/run\n", daemon->spool, daemon->port, daemon->dir);
	assert_int_equal(guest_file_write(daemon->config, text), 0);
}

/* The only segment: all of this is less than one holds. */
static void open_places(const struct daemon *daemon, const struct far_end *far)
{
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*.ygs", daemon->spool);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	place_open(&spool, found.gl_pathv[0]);
	globfree(&found);
	place_open(&far_file, far->path);
}

/*
 * Looks until all of the work must be there. Nothing ever falls quiet: the daemon's own status
 * files are events as well.
 */
static void watch(pid_t pid)
{
	int status;

	while (!arrivals.end_ns || guest_now_ns() - arrivals.end_ns < LOOK_AFTER_NS) {
		look(&spool);
		look(&far_file);
		if (!arrivals.end_ns && waitpid(pid, &status, WNOHANG) == pid) {
			assert_int_equal(status, 0);
			arrivals.end_ns = guest_now_ns();
		}
		usleep(LOOK_US);
	}
}

/* Of files; told in records, all of which have arrived. For when the daemon has gone. */
static uint64_t suppressed_nr(void)
{
	struct guest *guest = guest_open();
	struct ygr_noise_stats noise = guest_noise(guest, YGR_CPU_ALL);

	guest_close(guest);
	assert_int_equal(noise.suppressed[YGR_CLASS_FILE], noise.suppressed_told[YGR_CLASS_FILE]);
	return noise.suppressed[YGR_CLASS_FILE];
}

struct outcome {
	uint64_t made_nr, suppressed, lost_nr, work_ns;
	struct spent begin, end;
};

/* One run, whose books balance; what has arrived is in arrivals. */
static struct outcome deliver(const struct pace *pace)
{
	struct outcome outcome = { .made_nr = (uint64_t)pace->round_nr * LOAD_FILE_NR };
	struct far_end far = { 0 };
	struct daemon daemon;

	assert_int_equal(guest_module_load_file("/yagura.ko", pace->params), 0);
	daemon_init(&daemon, pace->contender, NULL);
	write_config(&daemon);
	daemon_receiver_start(&daemon);
	daemon_start(&daemon);
	daemon_wait_delivered(&daemon, &far);
	open_places(&daemon, &far);

	memset(&arrivals, 0, sizeof(arrivals));
	*work_ns = 0;
	outcome.begin = spent_until_now(&daemon);
	arrivals.begin_ns = guest_now_ns();
	watch(guest_child_start(work, (void *)pace));
	outcome.end = spent_until_now(&daemon);
	outcome.work_ns = *work_ns;

	daemon_check_accounts(&daemon, &far);
	outcome.lost_nr = far_end_told(&far, YGR_CLASS_FILE);
	outcome.suppressed = suppressed_nr();
	find_batches(&spool, daemon.spool);
	find_batches(&far_file, far.path);
	find_arrivals(far.path);
	/* Delivered or counted. Of the daemon's own files there may also be one in the last two. */
	assert_in_range(outcome.made_nr, arrivals.open_nr + arrivals.merged_nr,
			arrivals.open_nr + arrivals.merged_nr + outcome.lost_nr + outcome.suppressed);
	if (!outcome.lost_nr)
		assert_int_equal(outcome.made_nr, arrivals.open_nr + arrivals.merged_nr + outcome.suppressed);
	far_end_close(&far);
	close(spool.fd);
	close(far_file.fd);
	daemon_exit(&daemon);
	assert_int_equal(guest_module_unload(), 0);
	return outcome;
}

/* Without a sensor. The second time, all is in caches. */
static uint64_t work_alone(const struct pace *pace)
{
	for (unsigned int i = 0; i < 2; i++) {
		*work_ns = 0;
		assert_int_equal(work((void *)pace), 0);
	}
	return *work_ns;
}

static void measure_pace(const struct pace *pace)
{
	/* What sleeping costs differs by more. */
	const bool is_told_of_kernel = !pace->opens.period_ns;
	const uint64_t alone_ns = is_told_of_kernel ? work_alone(pace) : 0;
	const struct outcome outcome = deliver(pace);

	bench_tell(pace->contender, "made", outcome.made_nr);
	bench_tell(pace->contender, "arrived", arrivals.open_nr);
	bench_tell(pace->contender, "merged", arrivals.merged_nr);
	bench_tell(pace->contender, "suppressed", outcome.suppressed);
	bench_tell(pace->contender, "lost", outcome.lost_nr);
	bench_tell(pace->contender, "events", arrivals.nr);
	if (is_told_of_kernel)
		bench_tell(pace->contender, "kernel", outcome.work_ns - alone_ns);
	tell_spent(pace->contender, &outcome.begin, &outcome.end);
	tell_latency(pace->contender, "to-spool", arrivals.to_spool_ns);
	tell_latency(pace->contender, "to-receiver", arrivals.to_far_ns);
	print_message("# measured: %s\n", pace->contender);
}

/* ---- the highest rate ---- */

/*
 * Return: opens in a second, as they were made; 0: not so many can be, or not all are at the receiver. Which of the two
 * it is, does not matter: one CPU does both.
 */
static unsigned int rate_of(unsigned int wanted)
{
	const struct pace pace = {
		"delivery-rate", { RATE_GROUP_NR, RATE_GROUP_NR * 1000000000ull / wanted }, RATE_ROUND_NR, "",
	};
	const struct outcome outcome = deliver(&pace);
	unsigned int rate = outcome.made_nr * 1000000000 / (arrivals.end_ns - arrivals.begin_ns);
	bool holds = arrivals.open_nr == outcome.made_nr && rate >= wanted - wanted / 50;

	print_message("# of %u opens in a second, %u were made, %llu suppressed and %llu dropped\n", wanted, rate,
		      (unsigned long long)outcome.suppressed, (unsigned long long)outcome.lost_nr);
	return holds ? rate : 0;
}

static void measure_highest_rate(void)
{
	unsigned int low = 0, high = RATE_MAX, best = 0;

	while (high - low > RATE_STEP) {
		unsigned int middle = (low + high) / 2, rate = rate_of(middle);

		if (rate) {
			low = middle;
			best = rate;
		} else {
			high = middle;
		}
	}
	bench_tell("delivery-rate", "opens", best);
}

void bench_delivery(void **state)
{
	(void)state;
	load_prepare_files();
	work_ns = mmap(NULL, sizeof(*work_ns), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	assert_true(work_ns != MAP_FAILED);
	for (size_t i = 0; i < sizeof(paces) / sizeof(paces[0]); i++)
		measure_pace(&paces[i]);
	measure_highest_rate();
}
