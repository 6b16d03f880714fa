// SPDX-License-Identifier: GPL-2.0-only
/*
 * find-and-read: a tree is walked and each of its files opened once, directory by directory, as
 * `find | xargs cat` does. Nothing repeats but the directories, and each walk is a process's first:
 * what a sensor remembers of files, directories and processes, it has to learn first. So a figure
 * is a whole walk by its opens, and not the median open, which would leave out what is dear.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer_bpf.h"

#define TREE		"/tmp/bench/tree"
#define FILE_NR		1200u
#define FILES_EACH	20u	/* in each of 60 directories, three below the top */
#define FILE_BYTES	1500u
#define WALK_NR		20u

/*
 * Files that were closed are freed at the kernel's ticks, some hundreds at a time, in an open or elsewhere: walks that
 * begin alike meet the same. So each begins at another moment of the tick (4 ms), and their mean is the figure.
 */
#define TICK_US		4000u

/* In the order in which find(1) finds them. */
static char *paths[FILE_NR];
static unsigned int path_nr;

/* What a walk took. In memory that the child shares. */
struct walk {
	uint64_t open_ns;	/* all opens */
	uint64_t whole_ns;	/* and reads and closes */
};

static struct walk *walk;

enum walk_kind {
	WALK_READ,
	WALK_WRITE,	/* opened for it, and closed */
	WALK_KIND_NR,
};

static const char *const kind_names[] = { "read", "write" };

/* ---- the tree ---- */

static void make_directory(unsigned int nr, char *path, size_t room)
{
	snprintf(path, room, TREE "/lib%u", nr / 15);
	mkdir(path, 0755);
	snprintf(path, room, TREE "/lib%u/module%u", nr / 15, nr / 3 % 5);
	mkdir(path, 0755);
	snprintf(path, room, TREE "/lib%u/module%u/part%u", nr / 15, nr / 3 % 5, nr % 3);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void make_tree(void)
{
	char directory[96], path[128], text[FILE_BYTES + 1];

	memset(text, 'x', FILE_BYTES);
	text[FILE_BYTES] = '\0';
	assert_int_equal(mkdir(TREE, 0755), 0);
	for (unsigned int i = 0; i < FILE_NR / FILES_EACH; i++) {
		make_directory(i, directory, sizeof(directory));
		for (unsigned int j = 0; j < FILES_EACH; j++) {
			snprintf(path, sizeof(path), "%s/source_%02u.c", directory, j);
			assert_int_equal(guest_file_write(path, text), 0);
		}
	}
}

static int add_path(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_F && path_nr < FILE_NR)
		paths[path_nr++] = strdup(path);
	return 0;
}

static void prepare(void)
{
	if (path_nr)
		return;
	make_tree();
	assert_int_equal(nftw(TREE, add_path, 8, FTW_PHYS), 0);
	assert_int_equal(path_nr, FILE_NR);
	walk = mmap(NULL, sizeof(*walk), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(walk != MAP_FAILED);
	bench_cgroup_make();
}

/* ---- a walk ---- */

/* As cat does: until there is no more. Return: whether it was all. */
static bool read_all(int fd)
{
	static char buffer[131072];
	ssize_t bytes, sum = 0;

	while ((bytes = read(fd, buffer, sizeof(buffer))) > 0)
		sum += bytes;
	return sum == FILE_BYTES;
}

/* The child's. @nr: of the walk. Return: exit status. */
static int walk_tree(enum walk_kind kind, unsigned int nr)
{
	const int flags = kind == WALK_READ ? O_RDONLY : O_WRONLY;
	uint64_t begin_ns, whole_ns, open_ns = 0;

	if (!bench_cgroup_join())
		return 2;
	usleep(nr * TICK_US / WALK_NR);
	whole_ns = bench_now_ns();
	for (unsigned int i = 0; i < FILE_NR; i++) {
		int fd;

		begin_ns = bench_now_ns();
		fd = open(paths[i], flags);
		open_ns += bench_now_ns() - begin_ns;
		if (fd < 0 || (kind == WALK_READ && !read_all(fd)))
			return 3;
		close(fd);
	}
	walk->whole_ns = bench_now_ns() - whole_ns;
	walk->open_ns = open_ns;
	return 0;
}

/* Who watches: what was recorded of a walk must be the files that were opened, in that order. */
struct watcher {
	void (*begin)(void *arg);		/* forgets what was; NULL: nobody watches */
	void (*check)(void *arg, pid_t pid);
	void *arg;
};

static struct walk do_walk(enum walk_kind kind, unsigned int nr, const struct watcher *watcher)
{
	int status;
	pid_t pid;

	if (watcher)
		watcher->begin(watcher->arg);
	pid = fork();
	if (!pid)
		_exit(walk_tree(kind, nr));
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	if (watcher)
		watcher->check(watcher->arg, pid);
	return *walk;
}

/* ---- figures ---- */

static void tell(const char *contender, const char *what, enum walk_kind kind, uint64_t *ns)
{
	char work[32];

	snprintf(work, sizeof(work), "%s-%s", what, kind_names[kind]);
	bench_tell_runs(contender, work, ns, WALK_NR, FILE_NR, BENCH_BY_MEAN);
}

static void measure(const char *contender, enum walk_kind kind, const struct watcher *watcher)
{
	uint64_t open_ns[WALK_NR], whole_ns[WALK_NR];

	for (unsigned int i = 0; i < WALK_NR; i++) {
		struct walk took = do_walk(kind, i, watcher);

		open_ns[i] = took.open_ns;
		whole_ns[i] = took.whole_ns;
	}
	tell(contender, "find", kind, open_ns);
	tell(contender, "walk", kind, whole_ns);
	print_message("# measured: %s, %s\n", contender, kind_names[kind]);
}

/* ---- Yagura ---- */

static void yagura_begin(void *arg)
{
	guest_forget(arg);
}

/* Each event a record of its own: none merged, suppressed or dropped. */
static void yagura_check(void *arg, pid_t pid)
{
	const struct guest_query query = { .type = YGR_EV_OPEN, .tgid = pid };
	const struct guest_event *event = NULL;
	struct guest *guest = arg;
	unsigned int nr = 0;

	guest_drain(guest);
	while ((event = guest_find(guest, &query, event))) {
		assert_in_range(nr, 0, FILE_NR - 1);
		assert_int_equal(event->repeats.repeat_nr, 0);
		assert_string_equal(event->text[YGR_STR_PATH].bytes, paths[nr++]);
	}
	assert_int_equal(nr, FILE_NR);
}

static const char reads_yaml[] =
	"version: 1\n"
	"name: reads\n"
	"rules:\n"
	"  - { name: reads, on: open-read, do: record }\n";

/* Opens for writing are recorded by themselves, those for reading by the rule. */
static void measure_yagura(const char *contender, const char *params)
{
	struct guest *guest;
	struct watcher watcher = { yagura_begin, yagura_check, NULL };

	assert_int_equal(guest_module_load_file("/yagura.ko", params), 0);
	guest = guest_open();
	watcher.arg = guest;
	measure(contender, WALK_WRITE, &watcher);
	guest_policy_load(guest, reads_yaml);
	measure(contender, WALK_READ, &watcher);
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
}

/* ---- BPF ---- */

static unsigned int seen_nr;

static void bpf_begin(void *arg)
{
	peer_consume(arg);
	seen_nr = 0;
}

static void bpf_record(const struct peer *peer, const struct ygr_record *head)
{
	const struct ygr_string *string = (const void *)((const uint8_t *)(head + 1) + head->body_len);

	if (head->type != YGR_EV_OPEN || (pid_t)head->tgid != peer->watched)
		return;
	assert_in_range(seen_nr, 0, FILE_NR - 1);
	assert_int_equal(string->len, strlen(paths[seen_nr]));
	assert_memory_equal(string + 1, paths[seen_nr++], string->len);
}

static void bpf_check(void *arg, pid_t pid)
{
	struct peer *peer = arg;

	peer->watched = pid;
	peer->on_record = bpf_record;
	peer_consume(peer);
	peer->on_record = NULL;
	assert_int_equal(seen_nr, FILE_NR);
}

/* Each in the way that suits it best: a kind of open that is not asked for is left to the program. */
static void measure_bpf(enum walk_kind kind)
{
	static const char *const programs[][PEER_PROGRAM_NR] = {
		[WALK_READ]	= { "every_open", "full_connect" },
		[WALK_WRITE]	= { "full_open", "full_connect" },
	};
	struct peer *peer = peer_load(programs[kind], 1);
	const struct watcher watcher = { bpf_begin, bpf_check, peer };

	peer_attach(peer, programs[kind]);
	peer_check(peer, TELLS_ALL);
	measure("find-bpf", kind, &watcher);
	peer_end(peer);
}

static void measure_nothing(const char *contender)
{
	for (int kind = 0; kind < WALK_KIND_NR; kind++)
		measure(contender, kind, NULL);
}

void bench_find(void **state)
{
	(void)state;
	prepare();
	/* The first time, what is in no cache yet comes there. */
	for (int kind = 0; kind < WALK_KIND_NR; kind++)
		do_walk(kind, 0, NULL);
	bench_settle();
	measure_nothing("find-none");
	measure_yagura("find-default", "");
	measure_yagura("find-unlimited", "coalesce_ms=0 process_budget=0 cgroup_budget=0");
	for (int kind = 0; kind < WALK_KIND_NR; kind++)
		measure_bpf(kind);
	measure_nothing("find-none-again");
}

/* ---- where the instructions go of what is traced ---- */

#define PROFILED_CONNECTS	500u

/* Where the module's functions are in this guest, for who reads the trace. */
static void tell_symbols(void)
{
	assert_int_equal(system("grep '\\[yagura\\]' /proc/kallsyms >/out/symbols.txt"), 0);
}

/* With --trace, and so slow that nothing is measured. */
void bench_profile(void **state)
{
	struct guest *guest;

	(void)state;
	prepare();
	assert_int_equal(guest_module_load_file("/yagura.ko", ""), 0);
	guest = guest_open();
	tell_symbols();
	do_walk(WALK_WRITE, 0, NULL);
	for (unsigned int i = 0; i < PROFILED_CONNECTS; i++)
		bench_works[BENCH_CONNECT_EACH].sample();
	guest_policy_load(guest, reads_yaml);
	do_walk(WALK_READ, 0, NULL);
	guest_close(guest);
	assert_int_equal(guest_module_unload(), 0);
}
