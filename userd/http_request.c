// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "http_request.h"

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/* ---- texts ------------------------------------------------------------------ */

/* RFC 9110 section 5.6.2 */
static bool is_token(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_printable(char c)
{
	return c > ' ' && c <= '~';
}

static struct ygr_http_text cut_front(struct ygr_http_text text, size_t len)
{
	return (struct ygr_http_text) { text.bytes + len, text.len - len };
}

static struct ygr_http_text trim(struct ygr_http_text text)
{
	while (text.len && (text.bytes[0] == ' ' || text.bytes[0] == '\t'))
		text = cut_front(text, 1);
	while (text.len && (text.bytes[text.len - 1] == ' ' || text.bytes[text.len - 1] == '\t'))
		text.len--;
	return text;
}

static size_t find(struct ygr_http_text text, char c)
{
	const char *at = text.len ? memchr(text.bytes, c, text.len) : NULL;

	return at ? (size_t)(at - text.bytes) : text.len;
}

/*
 * The next line, without its end; @rest is what follows.
 * Return: false: the bytes end before the line does.
 */
static bool take_line(struct ygr_http_text *rest, struct ygr_http_text *line)
{
	size_t len = find(*rest, '\n');

	if (len == rest->len)
		return false;
	*line = (struct ygr_http_text) { rest->bytes, len };
	if (len && line->bytes[len - 1] == '\r')
		line->len--;
	*rest = cut_front(*rest, len + 1);
	return true;
}

/* ---- the host --------------------------------------------------------------- */

/* ":8080". Return: false: something else. */
static bool take_port(struct ygr_http_request *request, struct ygr_http_text text)
{
	uint32_t port = 0;

	if (!text.len)
		return true;
	if (text.bytes[0] != ':' || text.len > 6)
		return false;
	for (size_t i = 1; i < text.len; i++) {
		if (!isdigit((unsigned char)text.bytes[i]))
			return false;
		port = 10 * port + (uint32_t)(text.bytes[i] - '0');
	}
	if (port > UINT16_MAX)
		return false;
	request->port = (uint16_t)port;
	return true;
}

/* "user:password@[::1]:8080", of which the user is nobody's business. */
static void take_host(struct ygr_http_request *request, struct ygr_http_text text)
{
	const char *at = text.len ? memrchr(text.bytes, '@', text.len) : NULL;
	size_t len;

	if (at)
		text = cut_front(text, (size_t)(at - text.bytes) + 1);
	if (text.len && text.bytes[0] == '[') {
		text = cut_front(text, 1);
		len = find(text, ']');
		if (len == text.len || !take_port(request, cut_front(text, len + 1)))
			return;
	} else {
		len = find(text, ':');
		if (!take_port(request, cut_front(text, len)))
			return;
	}
	if (len > sizeof(request->host))
		return;
	for (size_t i = 0; i < len; i++) {
		if (!is_printable(text.bytes[i]))
			return;
		request->host[i] = (char)tolower((unsigned char)text.bytes[i]);
	}
	request->host_len = (uint8_t)len;
}

/* ---- the first line --------------------------------------------------------- */

static bool take_method(struct ygr_http_request *request, struct ygr_http_text *line)
{
	size_t len = find(*line, ' ');

	if (!len || len == line->len || len > YGR_HTTP_METHOD_BYTES)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_token(line->bytes[i]))
			return false;
	request->method = (struct ygr_http_text) { line->bytes, len };
	*line = cut_front(*line, len + 1);
	return true;
}

/* "/path?query", "*", or, as proxies are asked, "http://host/path?query"; CONNECT has a host. */
static void take_target(struct ygr_http_request *request, struct ygr_http_text target, bool is_whole)
{
	bool is_connect = request->method.len == 7 && !memcmp(request->method.bytes, "CONNECT", 7);
	size_t scheme_len = find(target, ':'), host_len;

	target.len = find(target, '#');
	if (is_connect) {
		if (is_whole)
			take_host(request, target);
		return;
	}
	if (target.len && target.bytes[0] != '/' && target.len >= scheme_len + 3 &&
	    !memcmp(target.bytes + scheme_len, "://", 3)) {
		target = cut_front(target, scheme_len + 3);
		host_len = find(target, '/') < find(target, '?') ? find(target, '/') : find(target, '?');
		if (is_whole || host_len < target.len)
			take_host(request, (struct ygr_http_text) { target.bytes, host_len });
		target = cut_front(target, host_len);
	}
	request->path = (struct ygr_http_text) { target.bytes, find(target, '?') };
	if (request->path.len < target.len)
		request->query = cut_front(target, request->path.len + 1);
	if (!request->path.len)
		request->path.bytes = NULL;
}

static bool is_target(struct ygr_http_text target)
{
	for (size_t i = 0; i < target.len; i++)
		if ((unsigned char)target.bytes[i] <= ' ' || target.bytes[i] == 0x7f)
			return false;
	return target.len;
}

/* "HTTP/1.1". Return: 11; 0: something else. */
static uint8_t version_of(struct ygr_http_text text)
{
	if (text.len != 8 || memcmp(text.bytes, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)text.bytes[7]))
		return 0;
	return text.bytes[7] == '0' ? 10 : 11;
}

static bool take_first_line(struct ygr_http_request *request, struct ygr_http_text line)
{
	struct ygr_http_text target;

	if (!take_method(request, &line))
		return false;
	target = (struct ygr_http_text) { line.bytes, find(line, ' ') };
	if (target.len == line.len || !is_target(target))
		return false;
	request->version = version_of(cut_front(line, target.len + 1));
	if (!request->version)
		return false;
	take_target(request, target, true);
	return true;
}

/*
 * The bytes end within the first line: then a method that is known makes it a request, since a
 * word and a space are the beginning of much else.
 */
static bool take_part_of_line(struct ygr_http_request *request, struct ygr_http_text line)
{
	static const char *const methods[] = {
		"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND",
	};
	struct ygr_http_text target;

	if (!take_method(request, &line))
		return false;
	target = (struct ygr_http_text) { line.bytes, find(line, ' ') };
	if (!is_target(target))
		return false;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strlen(methods[i]) != request->method.len ||
		    memcmp(methods[i], request->method.bytes, request->method.len) != 0)
			continue;
		take_target(request, target, target.len < line.len);
		return true;
	}
	return false;
}

/* ---- the whole -------------------------------------------------------------- */

/* A host within the target is what counts (RFC 9112 section 3.2.2); of two fields, the first. */
static void take_field(struct ygr_http_request *request, struct ygr_http_text line)
{
	size_t len = find(line, ':');

	if (len == 4 && line.len > 4 && !strncasecmp(line.bytes, "host", 4) && !request->host_len)
		take_host(request, trim(cut_front(line, 5)));
}

bool ygr_http_request_parse(struct ygr_http_request *request, const char *bytes, size_t len)
{
	struct ygr_http_text rest = { bytes, len }, line;

	memset(request, 0, offsetof(struct ygr_http_request, host));
	if (len >= sizeof(preface) - 1 && !memcmp(bytes, preface, sizeof(preface) - 1)) {
		request->version = 20;
		return true;
	}
	request->is_cut = true;
	if (!take_line(&rest, &line))
		return len && take_part_of_line(request, rest);
	if (!take_first_line(request, line))
		return false;
	while (take_line(&rest, &line)) {
		if (!line.len) {
			request->is_cut = false;
			break;
		}
		take_field(request, line);
	}
	return true;
}
