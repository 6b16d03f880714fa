// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "http_request.h"

static struct ygr_http_request request;
static char *exact;	/* so that a sanitizer sees where the bytes end, and texts can point into them */

static bool parse(const char *bytes, size_t len)
{
	free(exact);
	exact = malloc(len ? len : 1);
	memcpy(exact, bytes, len);
	memset(&request, 0xff, sizeof(request));
	return ygr_http_request_parse(&request, exact, len);
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static void check_text(struct ygr_http_text text, const char *expected)
{
	if (!expected) {
		assert_null(text.bytes);
		return;
	}
	assert_non_null(text.bytes);
	assert_int_equal(text.len, strlen(expected));
	assert_memory_equal(text.bytes, expected, text.len);
}

/* NULL: there is none. */
static void check(bool is_one, const char *method, const char *path, const char *query, const char *host)
{
	assert_true(is_one);
	check_text(request.method, method);
	check_text(request.path, path);
	check_text(request.query, query);
	assert_int_equal(request.host_len, host ? strlen(host) : 0);
	if (host)
		assert_memory_equal(request.host, host, request.host_len);
}

static void test_a_request(void **state)
{
	(void)state;
	check(PARSE("GET /a/b.html?token=secret HTTP/1.1\r\nUser-Agent: x\r\nHost: WWW.Example.org:8080\r\n\r\nbody"),
	      "GET", "/a/b.html", "token=secret", "www.example.org");
	assert_int_equal(request.version, 11);
	assert_int_equal(request.port, 8080);
	assert_false(request.is_cut);
}

static void test_an_old_request(void **state)
{
	(void)state;
	check(PARSE("POST / HTTP/1.0\n\n"), "POST", "/", NULL, NULL);
	assert_int_equal(request.version, 10);
	assert_int_equal(request.port, 0);
	assert_false(request.is_cut);
}

static void test_hosts(void **state)
{
	static const struct { const char *field, *host; uint16_t port; } cases[] = {
		{ "Host: a.example", "a.example", 0 },
		{ "host:a.example", "a.example", 0 },
		{ "HOST: \t a.example \t", "a.example", 0 },
		{ "Host: a.example:80", "a.example", 80 },
		{ "Host: a.example:", "a.example", 0 },
		{ "Host: [2001:DB8::1]:443", "2001:db8::1", 443 },
		{ "Host: [2001:db8::1]", "2001:db8::1", 0 },
		{ "Host: 192.0.2.1:65535", "192.0.2.1", 65535 },
		{ "Host: me:secret@a.example", "a.example", 0 },
		{ "Host:", NULL, 0 },
		{ "Host: a.example:65536", NULL, 0 },
		{ "Host: a.example:8x", NULL, 0 },
		{ "Host: a.example:1234567", NULL, 0 },
		{ "Host: [::1", NULL, 0 },
		{ "Host: a\x01" "b", NULL, 0 },
		{ "Host: a b", NULL, 0 },
		{ "Host : a.example", NULL, 0 },
		{ "X-Host: a.example", NULL, 0 },
		{ "Host", NULL, 0 },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int len = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s\r\n\r\n", cases[i].field);

		check(parse(text, (size_t)len), "GET", "/", NULL, cases[i].host);
		assert_int_equal(request.port, cases[i].port);
	}
	check(PARSE("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "GET", "/", NULL, "a");
	check(PARSE("GET / HTTP/1.1\r\n\r\nHost: a\r\n"), "GET", "/", NULL, NULL);
}

static void test_a_long_host(void **state)
{
	char text[400] = "GET / HTTP/1.1\r\nHost: ";

	(void)state;
	memset(text + strlen(text), 'a', 255);
	strcat(text, "\r\n\r\n");
	assert_true(parse(text, strlen(text)));
	assert_int_equal(request.host_len, 255);
	strcpy(text + 22 + 255, "a\r\n\r\n");
	assert_true(parse(text, strlen(text)));
	assert_int_equal(request.host_len, 0);
}

static void test_targets(void **state)
{
	(void)state;
	check(PARSE("GET http://me:secret@A.example:8080/x?q HTTP/1.1\r\nHost: b\r\n\r\n"), "GET", "/x", "q", "a.example");
	assert_int_equal(request.port, 8080);
	check(PARSE("GET http://a.example HTTP/1.1\r\n\r\n"), "GET", NULL, NULL, "a.example");
	check(PARSE("GET http://a.example?q HTTP/1.1\r\n\r\n"), "GET", NULL, "q", "a.example");
	check(PARSE("GET /x?u=http://a.example/ HTTP/1.1\r\n\r\n"), "GET", "/x", "u=http://a.example/", NULL);
	check(PARSE("CONNECT a.example:443 HTTP/1.1\r\nHost: b\r\n\r\n"), "CONNECT", NULL, NULL, "a.example");
	assert_int_equal(request.port, 443);
	check(PARSE("OPTIONS * HTTP/1.1\r\n\r\n"), "OPTIONS", "*", NULL, NULL);
	check(PARSE("GET /? HTTP/1.1\r\n\r\n"), "GET", "/", "", NULL);
	check(PARSE("GET /a#b?c HTTP/1.1\r\n\r\n"), "GET", "/a", NULL, NULL);
	check(PARSE("GET /\xc3\xbc HTTP/1.1\r\n\r\n"), "GET", "/\xc3\xbc", NULL, NULL);
	check(PARSE("M-SEARCH * HTTP/1.1\r\n\r\n"), "M-SEARCH", "*", NULL, NULL);
}

static void test_http_2(void **state)
{
	(void)state;
	check(PARSE("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4"), NULL, NULL, NULL, NULL);
	assert_int_equal(request.version, 20);
	assert_false(PARSE("PRI * HTTP/2.0\r\n\r\nSM\r\n\r"));
}

static void test_what_is_none(void **state)
{
	(void)state;
	assert_false(parse("", 0));
	assert_false(PARSE("\r\n"));
	assert_false(PARSE("GET\r\n"));
	assert_false(PARSE("GET /\r\n"));
	assert_false(PARSE("GET / HTTP/2.0\r\n"));
	assert_false(PARSE("GET / HTTP/1.x\r\n"));
	assert_false(PARSE("GET / HTTP/1.1 \r\n"));
	assert_false(PARSE("GET  HTTP/1.1\r\n"));
	assert_false(PARSE("G(T / HTTP/1.1\r\n"));
	assert_false(PARSE("G\0T / HTTP/1.1\r\n"));
	assert_false(PARSE("GET /\x01 HTTP/1.1\r\n"));
	assert_false(PARSE("GET /\x7f HTTP/1.1\r\n"));
	assert_false(PARSE(" GET / HTTP/1.1\r\n"));
	assert_false(PARSE("HTTP/1.1 200 OK\r\n"));
	assert_false(PARSE("SSH-2.0-OpenSSH_9.2\r\n"));
	assert_false(PARSE("EHLO a.example\r\n"));
	assert_false(PARSE("ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1\r\n"));
	assert_false(PARSE("WORD and more"));
	assert_false(PARSE("GETX /"));
	assert_false(PARSE("GET "));
}

/* Cut anywhere: nothing is told that is not whole, but for the path, which says so. */
static void test_each_length(void **state)
{
	static const char text[] = "GET /path?q=1 HTTP/1.1\r\nHost: a.example\r\nX: y\r\n\r\n";
	size_t host_end = strstr(text, "X: ") - text;

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		bool is_one = parse(text, len);

		assert_int_equal(is_one, len > 4);
		if (!is_one)
			continue;
		assert_true(request.is_cut);
		check_text(request.method, "GET");
		assert_int_equal(request.path.len, len < 9 ? len - 4 : 5);
		assert_int_equal(request.version, len < 24 ? 0 : 11);
		assert_int_equal(request.host_len, len < host_end ? 0 : 9);
	}
}

/* A host that is cut could be another one's beginning, and a user's name. */
static void test_a_cut_host(void **state)
{
	(void)state;
	check(PARSE("GET http://me:secr"), "GET", NULL, NULL, NULL);
	check(PARSE("GET http://a.exam"), "GET", NULL, NULL, NULL);
	check(PARSE("GET http://a.example/x"), "GET", "/x", NULL, "a.example");
	check(PARSE("CONNECT a.exam"), "CONNECT", NULL, NULL, NULL);
	check(PARSE("CONNECT a.example:443 HTT"), "CONNECT", NULL, NULL, "a.example");
	check(PARSE("GET / HTTP/1.1\r\nHost: a.exam"), "GET", "/", NULL, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	free(exact);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request),
		cmocka_unit_test(test_an_old_request),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_a_long_host),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_http_2),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_each_length),
		cmocka_unit_test(test_a_cut_host),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
