// SPDX-License-Identifier: GPL-2.0-only
/* What is run: a few programs of ours, two that everybody has, and what load_app.c has. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "load.h"
#include "load_app.h"

#define DIR_BASE	"/bench"
#define SOURCES		"/src/kmod"	/* run puts it there */
#define UNIT		DIR_BASE "/unit.c"
#define NAME_NR		400
#define PROCESS_NR	100
#define CONNECTION_NR	200
#define DATAGRAM_NR	1000
#define DESTINATION_NR	250
#define PORT		4000
#define DEPTH_MAX	16

/* ---- files ---- */

/* The directory of files with @depth names in their path, with the '/' at its end. */
static const char *directory_of(unsigned int depth)
{
	static char path[256];
	size_t len = 1;

	strcpy(path, "/");
	for (unsigned int i = 1; i < depth; i++)
		len += (size_t)sprintf(path + len, i == 1 ? "bench/" : "part%02u/", i);
	return path;
}

static void make_files(unsigned int depth)
{
	char path[300];

	for (unsigned int i = 2; i <= depth; i++)
		mkdir(directory_of(i), 0755);
	for (unsigned int i = 0; i < LOAD_FILE_NR; i++) {
		snprintf(path, sizeof(path), "%sfile_%04u", directory_of(depth), i);
		assert_int_equal(guest_file_write(path, ""), 0);
	}
}

/* Before the open of that number. */
static void wait_for_turn(const struct load_pace *pace, uint64_t begin_ns, unsigned int nr)
{
	uint64_t at_ns = begin_ns + nr / pace->group_nr * pace->period_ns;
	const struct timespec at = { (time_t)(at_ns / 1000000000), (long)(at_ns % 1000000000) };

	clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &at, NULL);
}

int load_open_files(unsigned int depth, const struct load_pace *pace, uint64_t begin_ns, unsigned int before_nr)
{
	const char *directory = directory_of(depth);
	char path[300];

	for (unsigned int i = 0; i < LOAD_FILE_NR; i++) {
		int fd;

		if (pace->period_ns && (before_nr + i) % pace->group_nr == 0)
			wait_for_turn(pace, begin_ns, before_nr + i);
		snprintf(path, sizeof(path), "%sfile_%04u", directory, i);
		fd = open(path, O_WRONLY);
		if (fd < 0 || close(fd))
			return 1;
	}
	return 0;
}

static int open_at_once(unsigned int depth)
{
	static const struct load_pace at_once = { .group_nr = 1 };

	return load_open_files(depth, &at_once, 0, 0);
}

static int open_1(void)
{
	return open_at_once(1);
}

static int open_4(void)
{
	return open_at_once(4);
}

static int open_16(void)
{
	return open_at_once(DEPTH_MAX);
}

static int change_names(void)
{
	char path[64], other[64];

	for (unsigned int i = 0; i < NAME_NR; i++) {
		int fd;

		snprintf(path, sizeof(path), DIR_BASE "/part02/new_%03u", i);
		snprintf(other, sizeof(other), DIR_BASE "/part02/old_%03u", i);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
		if (fd < 0 || close(fd) || rename(path, other) || unlink(other))
			return 1;
	}
	return 0;
}

/* ---- processes ---- */

int load_run_program(char *const argv[])
{
	static char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", NULL };
	int status, null;
	pid_t pid = vfork();

	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		execve(argv[0], argv, env);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 126;
	return WEXITSTATUS(status);
}

static int run_processes(void)
{
	char *argv[] = { "/t/prog_exit", NULL };

	for (unsigned int i = 0; i < PROCESS_NR; i++)
		if (load_run_program(argv))
			return 1;
	return 0;
}

/* ---- sockets ---- */

static struct sockaddr_in at(uint32_t address)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(address),
	};
}

/* Bound to every address. */
static int bound(int type)
{
	const struct sockaddr_in any = at(INADDR_ANY);
	int fd = socket(AF_INET, type, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)))
		return -1;
	return fd;
}

/* Reset at its end, or thousands would wait to be forgotten. */
static bool connect_once(int server)
{
	const struct linger now = { .l_onoff = 1 };
	const struct sockaddr_in to = at(INADDR_LOOPBACK);
	int client = socket(AF_INET, SOCK_STREAM, 0), taken;
	bool is_done;

	setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	is_done = !connect(client, (const struct sockaddr *)&to, sizeof(to));
	taken = accept(server, NULL, NULL);
	return !close(client) && !close(taken) && is_done;
}

static int run_tcp(void)
{
	int server = bound(SOCK_STREAM);

	if (server < 0 || listen(server, 8))
		return 1;
	for (unsigned int i = 0; i < CONNECTION_NR; i++)
		if (!connect_once(server))
			return 2;
	return 0;
}

static int run_udp(void)
{
	int receiver = bound(SOCK_DGRAM), sender = socket(AF_INET, SOCK_DGRAM, 0);
	char byte = 'x';

	if (receiver < 0 || sender < 0)
		return 1;
	for (unsigned int i = 0; i < DATAGRAM_NR; i++) {
		const struct sockaddr_in to = at((127u << 24) + 1 + i % DESTINATION_NR);

		if (sendto(sender, &byte, 1, 0, (const struct sockaddr *)&to, sizeof(to)) != 1 ||
		    recv(receiver, &byte, 1, 0) != 1)
			return 2;
	}
	return 0;
}

/* ---- applications ---- */

static int run_grep(void)
{
	char *argv[] = { "/usr/bin/grep", "-rnw", "GPL", SOURCES, NULL };

	return load_run_program(argv);
}

/* A source of some size that includes nothing. */
static void write_unit(void)
{
	FILE *file = fopen(UNIT, "w");

	assert_non_null(file);
	for (unsigned int i = 0; i < 10; i++)
		fprintf(file,
			"static unsigned int table_%u[16];\n"
			"unsigned int step_%u(const unsigned int *at, unsigned int nr)\n"
			"{\n"
			"\tunsigned int sum = %u;\n"
			"\tfor (unsigned int i = 0; i < nr; i++)\n"
			"\t\tsum = sum * 31 + (at[i] ^ table_%u[i %% 16]++);\n"
			"\treturn sum;\n"
			"}\n", i, i, i, i);
	assert_int_equal(fclose(file), 0);
}

static int run_compile(void)
{
	char *argv[] = {
		"/usr/bin/gcc", "-O1", "-ffreestanding", "-c", "-o", DIR_BASE "/unit.o", UNIT, NULL,
	};

	unlink(DIR_BASE "/unit.o");
	return load_run_program(argv);
}

const struct load_work load_works[] = {
	{ "open-1",	open_1,		YGR_EV_OPEN,	LOAD_FILE_NR,	5 },
	{ "open-4",	open_4,		YGR_EV_OPEN,	LOAD_FILE_NR,	5 },
	{ "open-16",	open_16,	YGR_EV_OPEN,	LOAD_FILE_NR,	5 },
	{ "names",	change_names,	YGR_EV_RENAME,	NAME_NR,	5 },
	{ "processes",	run_processes,	YGR_EV_EXEC,	PROCESS_NR,	5 },
	{ "tcp",	run_tcp,	YGR_EV_CONNECT,	CONNECTION_NR,	5 },
	{ "udp",	run_udp,	0,		0,		5 },
	{ "grep",	run_grep,	YGR_EV_EXEC,	1,		5 },
	{ "compile",	run_compile,	YGR_EV_EXEC,	3,		3 }, /* gcc, cc1, as */
	{ "web",	load_web,	YGR_EV_CONNECT,	WEB_REQUEST_NR,	5 },
	{ "database",	load_database,	YGR_EV_UNLINK,	DATABASE_TRANSACTION_NR, 5 },
};

const unsigned int load_work_nr = sizeof(load_works) / sizeof(load_works[0]);

void load_prepare_files(void)
{
	make_files(1);
	make_files(4);
	make_files(DEPTH_MAX);
	bench_cgroup_make();
}

void load_prepare(void)
{
	load_prepare_files();
	write_unit();
	load_app_prepare();
}
