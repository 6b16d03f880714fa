// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "load.h"
#include "load_app.h"

/* ---- a web server: a master and a worker of nginx, which serve small files to one client ---- */

#define WEB		"/bench/web"
#define WEB_USER	33	/* www-data: who is not root has no other user's name looked up */
#define WEB_PORT	8080
#define PAGE_NR		30u
#define PAGE_BYTES_MAX	16384u

static const char web_config[] =
	"worker_processes 1;\n"
	"pid " WEB "/pid;\n"
	"events { worker_connections 64; }\n"
	"http {\n"
	"	access_log " WEB "/access.log;\n"
	"	client_body_temp_path " WEB "/body;\n"
	"	proxy_temp_path " WEB "/proxy;\n"
	"	fastcgi_temp_path " WEB "/fastcgi;\n"
	"	uwsgi_temp_path " WEB "/uwsgi;\n"
	"	scgi_temp_path " WEB "/scgi;\n"
	"	sendfile on;\n"
	"	server { listen 127.0.0.1:8080; root " WEB "/pages; }\n"
	"}\n";

static unsigned int page_bytes(unsigned int nr)
{
	return PAGE_BYTES_MAX >> nr % 6;
}

static void web_prepare(void)
{
	static char text[PAGE_BYTES_MAX + 1];
	char path[64];

	mkdir(WEB, 0755);
	mkdir(WEB "/pages", 0755);
	assert_int_equal(chown(WEB, WEB_USER, WEB_USER), 0);
	assert_int_equal(guest_file_write(WEB "/config", web_config), 0);
	for (unsigned int i = 0; i < PAGE_NR; i++) {
		snprintf(path, sizeof(path), WEB "/pages/%u.html", i);
		memset(text, 'x', page_bytes(i));
		text[page_bytes(i)] = '\0';
		assert_int_equal(guest_file_write(path, text), 0);
	}
}

/* Return: whether the answer says so, and has all of the page. */
static bool is_answer(const char *answer, size_t bytes, unsigned int page)
{
	const char *body = memmem(answer, bytes, "\r\n\r\n", 4);

	return body && !strncmp(answer, "HTTP/1.1 200 ", 13) &&
	       bytes - (size_t)(body + 4 - answer) == page_bytes(page);
}

/* Reset at its end, or thousands would wait to be forgotten. */
static bool request(unsigned int page)
{
	static char answer[PAGE_BYTES_MAX + 4096];
	const struct linger now = { .l_onoff = 1 };
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(WEB_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t bytes = 0;
	char text[128];
	ssize_t got;
	int len;

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)))
		return false;
	len = snprintf(text, sizeof(text),
		       "GET /%u.html HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n", page);
	if (write(fd, text, len) != len)
		return false;
	while ((got = read(fd, answer + bytes, sizeof(answer) - bytes)) > 0)
		bytes += (size_t)got;
	return !close(fd) && !got && is_answer(answer, bytes, page);
}

/* It has written its number before its worker could answer. Return: whether it ended well. */
static bool web_stop(void)
{
	FILE *file = fopen(WEB "/pid", "r");
	int status;
	pid_t pid;

	if (!file || fscanf(file, "%d", &pid) != 1)
		return false;
	fclose(file);
	return !kill(pid, SIGTERM) && waitpid(pid, &status, 0) == pid && !status;
}

int load_web(void)
{
	char *argv[] = {
		"/usr/sbin/nginx", "-e", WEB "/error.log", "-p", WEB, "-c", WEB "/config", NULL,
	};

	unlink(WEB "/access.log");
	/* It comes back to us when the program that started it is gone, which is when it listens. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) || setgid(WEB_USER) || setuid(WEB_USER))
		return 1;
	if (load_run_program(argv))
		return 2;
	for (unsigned int i = 0; i < WEB_REQUEST_NR; i++)
		if (!request(i % PAGE_NR))
			return 3;
	return web_stop() ? 0 : 4;
}

/* ---- a database: SQLite's shell and the transactions of pgbench, which are like TPC-B's ---- */

#define BANK		"/bench/bank"
#define CLIENT_NR	8u
#define TELLER_NR	10u
#define ACCOUNT_NR	10000u

static const char bank_schema[] =
	"CREATE TABLE branches (bid INTEGER PRIMARY KEY, bbalance INT, filler CHAR(88));\n"
	"CREATE TABLE tellers (tid INTEGER PRIMARY KEY, bid INT, tbalance INT, filler CHAR(84));\n"
	"CREATE TABLE accounts (aid INTEGER PRIMARY KEY, bid INT, abalance INT, filler CHAR(84));\n"
	"CREATE TABLE history (tid INT, bid INT, aid INT, delta INT, mtime TEXT, filler CHAR(22));\n"
	"BEGIN;\n"
	"INSERT INTO branches VALUES (1, 0, hex(zeroblob(44)));\n"
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)\n"
	"INSERT INTO tellers SELECT i, 1, 0, hex(zeroblob(42)) FROM n;\n"
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)\n"
	"INSERT INTO accounts SELECT i, 1, 0, hex(zeroblob(42)) FROM n;\n"
	"COMMIT;\n";

/* One line of the shell's for each statement, as a client would send them. */
static void write_transaction(FILE *file, unsigned int *seed)
{
	unsigned int account, teller, delta;

	account = 1 + (*seed = *seed * 1664525u + 1013904223u) / 65536 % ACCOUNT_NR;
	teller = 1 + (*seed = *seed * 1664525u + 1013904223u) / 65536 % TELLER_NR;
	delta = (*seed = *seed * 1664525u + 1013904223u) / 65536 % 5000;
	fprintf(file,
		"BEGIN;\n"
		"UPDATE accounts SET abalance = abalance + %u WHERE aid = %u;\n"
		"SELECT abalance FROM accounts WHERE aid = %u;\n"
		"UPDATE tellers SET tbalance = tbalance + %u WHERE tid = %u;\n"
		"UPDATE branches SET bbalance = bbalance + %u WHERE bid = 1;\n"
		"INSERT INTO history VALUES (%u, 1, %u, %u, CURRENT_TIMESTAMP, NULL);\n"
		"END;\n", delta, account, account, delta, teller, delta, teller, account, delta);
}

static void client_path(char path[64], unsigned int nr)
{
	snprintf(path, 64, BANK "/client_%u.sql", nr);
}

static int run_shell(const char *database, const char *script)
{
	char command[80];
	char *argv[] = {
		"/usr/bin/sqlite3", "-bail", "-init", "/dev/null", (char *)database, command, NULL,
	};

	snprintf(command, sizeof(command), ".read %s", script);
	return load_run_program(argv);
}

/* Of the same size and in the same order each time. */
static void database_prepare(void)
{
	FILE *file;

	mkdir(BANK, 0755);
	file = fopen(BANK "/schema.sql", "w");
	assert_non_null(file);
	fprintf(file, bank_schema, TELLER_NR, ACCOUNT_NR);
	assert_int_equal(fclose(file), 0);
	unlink(BANK "/new");
	assert_int_equal(run_shell(BANK "/new", BANK "/schema.sql"), 0);
	for (unsigned int i = 0; i < CLIENT_NR; i++) {
		unsigned int seed = i;
		char path[64];

		client_path(path, i);
		file = fopen(path, "w");
		assert_non_null(file);
		for (unsigned int j = 0; j < DATABASE_TRANSACTION_NR / CLIENT_NR; j++)
			write_transaction(file, &seed);
		assert_int_equal(fclose(file), 0);
	}
}

static bool copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	static char bytes[65536];
	ssize_t got;

	while ((got = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, (size_t)got) != got)
			return false;
	return !got && !close(in) && !close(out);
}

int load_database(void)
{
	if (!copy_file(BANK "/new", BANK "/database"))
		return 1;
	for (unsigned int i = 0; i < CLIENT_NR; i++) {
		char path[64];

		client_path(path, i);
		if (run_shell(BANK "/database", path))
			return 2;
	}
	return 0;
}

void load_app_prepare(void)
{
	web_prepare();
	database_prepare();
}
