// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events by POST, many to a request: Elasticsearch's and OpenSearch's _bulk,
 * ClickHouse's JSONEachRow, or plain lines of JSON. One request at a time, over a
 * connection that stays.
 *
 * What an answer means (http_answer.h): taken; refused for good, so the batch is
 * parked; too large, so the request is halved, down to a single event; or not now.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "event_transport.h"
#include "http_answer.h"
#include "lookup.h"
#include "secret.h"
#include "text_file.h"
#include "tls.h"

#define SOCKETS_MAX	8
#define ANSWER_BYTES_MAX (4u << 20)
#define LOOKUP_TIMEOUT_S 10
#define CONNECT_TIMEOUT_S 10L
#define CERT_BYTES_MAX	(4u << 20)
#define SYSTEM_CA	"/etc/ssl/certs/ca-certificates.crt"
/* curl is looked after at least this often while a request is under way. */
#define LOOK_NS		(50 * YGR_NS_PER_MS)

struct http_settings {
	const char *url;
	int kind;			/* enum ygr_http_kind */
	int format;
	const char *index;
	const char *table;
	const char *user;
	const char *password_file;
	const char *token_file;
	uint64_t request_bytes;
	uint64_t timeout_s;
	struct ygr_tls_settings tls;
};

struct blob {
	char *bytes;
	size_t len;
};

struct http {
	struct ygr_event_transport base;
	const struct http_settings *settings;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	struct curl_slist *resolved;	/* "host:port:address,address" */
	char *url;			/* with what the kind of receiver wants in it */
	char *host;			/* an address in brackets, if it is one of IPv6 */
	char *port;
	struct ygr_lookup *lookup;	/* NULL: none is under way */
	struct blob ca, cert, key;	/* read before rights are given up */
	struct { int fd, handle; } sockets[SOCKETS_MAX];
	bool is_running;		/* a request is under way */
	bool is_stepping;		/* curl is on the stack: it must not be entered again */
	char error[CURL_ERROR_SIZE];

	struct ygr_text_buffer request;
	struct ygr_text_buffer answer;
	struct ygr_event_mark first;	/* where the request begins */
	uint32_t request_nr;		/* events in it */
	uint32_t request_max;		/* halved by "too large", until the next batch */
	uint64_t batch_nr;		/* of its last event */
	uint64_t alone_before;		/* batches up to that number have a request to themselves */

	struct {
		uint64_t request_nr;
		uint64_t duplicate_nr;	/* events that the far end had already */
		uint64_t refused_nr;	/* events */
		uint64_t split_nr;
	} stats;
};

static struct http *from_base(struct ygr_event_transport *base)
{
	return (struct http *)base;
}

/* ---- curl and the loop -------------------------------------------------------- */

/* Readiness is only a hint to go on: curl finds out itself what is ready. */
static void socket_ready(void *arg, uint32_t events)
{
	struct http *http = arg;

	(void)events;
	ygr_event_transport_wake(&http->base, 1);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http *http = arg;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
			address->protocol);
	unsigned int i;

	(void)purpose;
	if (fd < 0)
		return CURL_SOCKET_BAD;
	for (i = 0; i < SOCKETS_MAX && http->sockets[i].fd >= 0; i++)
		;
	if (i == SOCKETS_MAX)
		return fd;	/* not watched: looked after by the timer */
	http->sockets[i].handle = ygr_loop_watch(http->base.base.loop, fd,
						 EPOLLIN | EPOLLOUT | EPOLLET, socket_ready, http);
	if (http->sockets[i].handle >= 0)
		http->sockets[i].fd = fd;
	return fd;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	struct http *http = arg;

	for (unsigned int i = 0; i < SOCKETS_MAX; i++) {
		if (http->sockets[i].fd != fd)
			continue;
		ygr_loop_unwatch(http->base.base.loop, http->sockets[i].handle);
		http->sockets[i].fd = -1;
	}
	return close(fd);
}

static size_t take_answer(char *bytes, size_t size, size_t nr, void *arg)
{
	struct http *http = arg;

	if (http->answer.len + size * nr > ANSWER_BYTES_MAX)
		return 0;	/* curl ends the request with CURLE_WRITE_ERROR */
	ygr_text_buffer_put(&http->answer, bytes, size * nr);
	return http->answer.failed ? 0 : size * nr;
}

/* ---- the request ---------------------------------------------------------------- */

static void put_event(struct http *http, const struct ygr_event_value *event)
{
	char id[YGR_EVENT_ID_BYTES];

	if (http->settings->kind == YGR_HTTP_ELASTIC) {
		ygr_event_mapping_id(ygr_event_transport_origin(&http->base), id);
		ygr_text_buffer_put_text(&http->request, "{\"create\":{\"_id\":\"");
		ygr_text_buffer_put_text(&http->request, id);
		ygr_text_buffer_put_text(&http->request, "\"}}\n");
	}
	ygr_event_transport_put(&http->base, &http->request, event);
	ygr_text_buffer_put_char(&http->request, '\n');
}

static bool has_room(const struct http *http)
{
	return http->request.len <= http->settings->request_bytes &&
	       (http->first.nr >= http->alone_before ||
		ygr_event_transport_mark(&http->base).nr == http->first.nr);
}

/* With the event that next() has just given. */
static void begin_request(struct http *http)
{
	uint64_t nr = ygr_event_transport_mark(&http->base).nr;

	if (nr != http->batch_nr)
		http->request_max = UINT32_MAX;
	http->first = (struct ygr_event_mark) {
		.nr = nr, .index = ygr_event_transport_origin(&http->base)->index,
	};
}

/* From here on, as many events as one request may have. */
static void fill(struct http *http)
{
	const struct ygr_event_value *event;
	struct ygr_event_mark before;
	size_t len;

	ygr_text_buffer_clear(&http->request);
	http->request_nr = 0;
	while (http->request_nr < http->request_max) {
		before = ygr_event_transport_mark(&http->base);
		len = http->request.len;
		event = ygr_event_transport_next(&http->base);
		if (!event)
			break;
		if (!http->request_nr)
			begin_request(http);
		put_event(http, event);
		if (http->request_nr && !has_room(http)) {
			ygr_event_transport_rewind(&http->base, before);
			http->request.len = len;
			break;
		}
		http->batch_nr = ygr_event_transport_mark(&http->base).nr;
		http->request_nr++;
	}
}

static void look_later(struct http *http)
{
	long timeout_ms = -1;
	uint64_t after_ns = LOOK_NS;

	curl_multi_timeout(http->multi, &timeout_ms);
	if (timeout_ms >= 0 && (uint64_t)timeout_ms * YGR_NS_PER_MS < after_ns)
		after_ns = (uint64_t)timeout_ms * YGR_NS_PER_MS + 1;
	ygr_event_transport_wake(&http->base, after_ns);
}

static void post(struct http *http)
{
	ygr_text_buffer_clear(&http->answer);
	http->error[0] = '\0';
	curl_easy_setopt(http->easy, CURLOPT_POSTFIELDS, http->request.bytes);
	curl_easy_setopt(http->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)http->request.len);
	curl_multi_add_handle(http->multi, http->easy);
	http->is_running = true;
	http->stats.request_nr++;
	ygr_event_transport_wake(&http->base, 1);
}

/* ---- the answer ------------------------------------------------------------------ */

/* Too large for the far end: half as many events, or none. */
static void split(struct http *http)
{
	if (http->request_nr > 1) {
		http->stats.split_nr++;
		http->request_max = http->request_nr / 2;
		http->batch_nr = http->first.nr;	/* not the next batch, but this one again */
		ygr_event_transport_rewind(&http->base, http->first);
		return;
	}
	http->stats.refused_nr++;
	ygr_event_transport_refuse_of(&http->base, http->batch_nr,
				      "an event of %zu bytes is too large for the receiver",
				      http->request.len);
}

/* Which of several batches it is that the far end does not want is seen when each goes alone. */
static void refuse(struct http *http, const struct ygr_http_answer *answer)
{
	if (http->batch_nr != http->first.nr) {
		http->alone_before = http->batch_nr + 1;
		ygr_event_transport_rewind(&http->base, http->first);
		return;
	}
	http->stats.refused_nr += answer->refused_nr;
	ygr_event_transport_refuse_of(&http->base, http->batch_nr, "%s", answer->reason);
}

/* Return: false: the link went down. */
static bool take(struct http *http, long status)
{
	struct ygr_http_answer answer;

	ygr_http_answer_read(&answer, http->settings->kind, status, http->answer.bytes,
			     http->answer.len, http->request_nr);
	http->stats.duplicate_nr += answer.duplicate_nr;
	switch (answer.verdict) {
	case YGR_HTTP_TAKEN:
		return true;
	case YGR_HTTP_REFUSED:
		refuse(http, &answer);
		return true;
	case YGR_HTTP_TOO_LARGE:
		split(http);
		return true;
	case YGR_HTTP_NOT_NOW:
		break;
	}
	ygr_event_transport_down(&http->base, "%s", answer.reason);
	return false;
}

/* Return: whether the link is still up. */
static bool finish(struct http *http, CURLcode code)
{
	long status = 0;

	curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_multi_remove_handle(http->multi, http->easy);
	http->is_running = false;
	if (!code)
		return take(http, status);
	ygr_event_transport_down(&http->base, "%s", http->error[0] ? http->error :
				 curl_easy_strerror(code));
	return false;
}

/* Return: whether it has ended, and *code how. */
static bool has_ended(struct http *http, CURLcode *code)
{
	int running, left;
	CURLMsg *message;

	http->is_stepping = true;
	curl_multi_perform(http->multi, &running);
	http->is_stepping = false;
	while ((message = curl_multi_info_read(http->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		*code = message->data.result;
		return true;
	}
	return false;
}

static void step(struct ygr_event_transport *base)
{
	struct http *http = from_base(base);
	CURLcode code;

	if (http->lookup) {
		ygr_event_transport_down(base, "%s: no answer from the name servers in time", http->host);
		return;
	}
	if (!base->is_up) {
		ygr_event_transport_up(base);
		return;
	}
	if (!ygr_event_transport_is_busy(base))
		return;
	if (http->is_running) {
		if (!has_ended(http, &code)) {
			look_later(http);
			return;
		}
		if (!finish(http, code))
			return;
		/* All that was given is settled by now, or will be given again. */
		ygr_event_transport_done(base);
		if (!base->is_up || !ygr_event_transport_is_busy(base))
			return;
	}
	fill(http);
	if (http->request.failed) {
		ygr_event_transport_down(base, "out of memory");
	} else if (http->request_nr) {
		post(http);
	} else {
		ygr_event_transport_done(base);
	}
}

/* ---- the link ---------------------------------------------------------------------- */

/*
 * Hands curl the addresses as "+HOST:PORT:ADDRESS,ADDRESS", so that it never asks for them
 * itself: it would wait for the name server, or start threads that outlive their request.
 */
static int pin_addresses(struct http *http, const struct addrinfo *list)
{
	struct ygr_text_buffer text = { 0 };
	char address[NI_MAXHOST];
	const char *before = "";

	ygr_text_buffer_put_char(&text, '+');
	ygr_text_buffer_put_text(&text, http->host);
	ygr_text_buffer_put_char(&text, ':');
	ygr_text_buffer_put_text(&text, http->port);
	ygr_text_buffer_put_char(&text, ':');
	for (; list; list = list->ai_next) {
		if (getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof(address), NULL, 0,
				NI_NUMERICHOST))
			continue;
		ygr_text_buffer_put_text(&text, before);
		ygr_text_buffer_put_text(&text, list->ai_family == AF_INET6 ? "[" : "");
		ygr_text_buffer_put_text(&text, address);
		ygr_text_buffer_put_text(&text, list->ai_family == AF_INET6 ? "]" : "");
		before = ",";
	}
	ygr_text_buffer_put_char(&text, '\0');
	curl_slist_free_all(http->resolved);
	http->resolved = text.failed ? NULL : curl_slist_append(NULL, text.bytes);
	ygr_text_buffer_exit(&text);
	curl_easy_setopt(http->easy, CURLOPT_RESOLVE, http->resolved);
	return http->resolved ? 0 : -ENOMEM;
}

static void looked_up(void *arg, struct addrinfo *list, const char *reason)
{
	struct http *http = arg;
	int err;

	http->lookup = NULL;
	if (!list) {
		ygr_event_transport_down(&http->base, "%s: %s", http->host, reason);
		return;
	}
	err = pin_addresses(http, list);
	freeaddrinfo(list);
	if (err)
		ygr_event_transport_down(&http->base, "%s", strerror(-err));
	else
		ygr_event_transport_wake(&http->base, 1);
}

/* Such a host is what curl needs; a name is not looked up by it (pin_addresses()). */
static bool is_address(const char *host)
{
	struct in_addr address;

	return host[0] == '[' || inet_pton(AF_INET, host, &address) == 1;
}

/* Each time that a link begins: its host may have moved. */
static int open_link(struct ygr_event_transport *base)
{
	struct http *http = from_base(base);
	bool is_known = is_address(http->host);

	http->request_max = UINT32_MAX;
	http->alone_before = 0;
	ygr_event_transport_wake(base, is_known ? 1 : LOOKUP_TIMEOUT_S * YGR_NS_PER_S);
	return is_known ? 0 : ygr_lookup_start(&http->lookup, base->base.loop, http->host, http->port,
					       looked_up, http);
}

static void close_link(struct ygr_event_transport *base)
{
	struct http *http = from_base(base);

	ygr_lookup_cancel(http->lookup);
	http->lookup = NULL;
	if (http->is_running)
		curl_multi_remove_handle(http->multi, http->easy);
	http->is_running = false;
}

static void describe(const struct ygr_event_transport *base, json_t *object)
{
	const struct http *http = (const struct http *)base;

	json_object_set_new(object, "requests", json_integer((json_int_t)http->stats.request_nr));
	json_object_set_new(object, "duplicates", json_integer((json_int_t)http->stats.duplicate_nr));
	json_object_set_new(object, "refused", json_integer((json_int_t)http->stats.refused_nr));
	json_object_set_new(object, "splits", json_integer((json_int_t)http->stats.split_nr));
}

static void destroy(struct ygr_event_transport *base)
{
	struct http *http = from_base(base);

	curl_easy_cleanup(http->easy);
	curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->headers);
	curl_slist_free_all(http->resolved);
	ygr_event_transport_exit(base);
	ygr_text_buffer_exit(&http->request);
	ygr_text_buffer_exit(&http->answer);
	free(http->ca.bytes);
	free(http->cert.bytes);
	free(http->key.bytes);
	free(http->url);
	curl_free(http->host);
	curl_free(http->port);
	free(http);
}

/* ---- settings ----------------------------------------------------------------------- */

static int add_header(struct http *http, const char *header)
{
	struct curl_slist *longer = curl_slist_append(http->headers, header);

	if (!longer)
		return -ENOMEM;
	http->headers = longer;
	return 0;
}

static int set_token(struct http *http, const char *token)
{
	char header[YGR_SECRET_BYTES_MAX + 32];
	int err;

	snprintf(header, sizeof(header), "Authorization: %s", token);
	err = add_header(http, header);
	explicit_bzero(header, sizeof(header));
	return err;
}

static int set_credentials(struct http *http, const char **reason)
{
	const struct http_settings *settings = http->settings;
	char *password, *token = NULL;
	int err = ygr_secret_read(settings->password_file, &password, reason);

	if (!err)
		err = ygr_secret_read(settings->token_file, &token, reason);
	if (!err && settings->user)
		curl_easy_setopt(http->easy, CURLOPT_USERNAME, settings->user);
	if (!err && password)
		curl_easy_setopt(http->easy, CURLOPT_PASSWORD, password);
	if (!err && token)
		err = set_token(http, token);
	ygr_secret_free(password);
	ygr_secret_free(token);
	return err;
}

static int set_blob(struct http *http, CURLoption option, const char *path, struct blob *blob,
		    const char **reason)
{
	struct curl_blob curl = { .flags = CURL_BLOB_NOCOPY };
	int err = ygr_text_file_read(path, CERT_BYTES_MAX, &blob->bytes, &blob->len);

	if (err) {
		*reason = path;
		return err;
	}
	curl.data = blob->bytes;
	curl.len = blob->len;
	curl_easy_setopt(http->easy, option, &curl);
	return 0;
}

/* Read here, since the sender's own user may not. */
static int set_tls(struct http *http, const char **reason)
{
	const struct ygr_tls_settings *tls = &http->settings->tls;
	int err;

	if (strncmp(http->settings->url, "https:", 6))
		return 0;
	curl_easy_setopt(http->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	err = set_blob(http, CURLOPT_CAINFO_BLOB, tls->ca ?: SYSTEM_CA, &http->ca, reason);
	if (!err && tls->cert)
		err = set_blob(http, CURLOPT_SSLCERT_BLOB, tls->cert, &http->cert, reason);
	if (!err && tls->key)
		err = set_blob(http, CURLOPT_SSLKEY_BLOB, tls->key, &http->key, reason);
	return err;
}

/* The receiver's own way to name where events go to, and how it shall answer. */
static int make_url(struct http *http)
{
	const struct http_settings *settings = http->settings;
	size_t len = strcspn(settings->url, "?");
	int done = 0;

	while (len && settings->url[len - 1] == '/')
		len--;
	switch (settings->kind) {
	case YGR_HTTP_ELASTIC:
		done = asprintf(&http->url, "%.*s/%s/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason",
				(int)len, settings->url, settings->index);
		break;
	case YGR_HTTP_CLICKHOUSE:
		done = asprintf(&http->url, "%.*s/?input_format_skip_unknown_fields=1&query=INSERT%%20INTO%%20%s%%20FORMAT%%20JSONEachRow",
				(int)len, settings->url, settings->table);
		break;
	case YGR_HTTP_LINES:
		http->url = strdup(settings->url);
		break;
	}
	if (done < 0)
		http->url = NULL;
	return http->url ? 0 : -ENOMEM;
}

static int split_url(struct http *http, const char **reason)
{
	CURLU *url = curl_url();
	bool is_good = url && !curl_url_set(url, CURLUPART_URL, http->url, 0) &&
		       !curl_url_get(url, CURLUPART_HOST, &http->host, 0) &&
		       !curl_url_get(url, CURLUPART_PORT, &http->port, CURLU_DEFAULT_PORT);

	curl_url_cleanup(url);
	if (is_good)
		return 0;
	*reason = "the url cannot be read";
	return -EINVAL;
}

static void set_options(struct http *http)
{
	CURL *easy = http->easy;

	curl_easy_setopt(easy, CURLOPT_URL, http->url);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)http->settings->timeout_s);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, http);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, http);
}

static int set_up(struct ygr_event_transport *base, const struct ygr_output_config *config,
		  const char **reason)
{
	struct http *http = from_base(base);
	int err;

	http->settings = config->settings;
	base->format = (enum ygr_event_format)http->settings->format;
	for (unsigned int i = 0; i < SOCKETS_MAX; i++)
		http->sockets[i].fd = -1;
	http->multi = curl_multi_init();
	http->easy = curl_easy_init();
	if (!http->multi || !http->easy)
		return -ENOMEM;
	err = add_header(http, "Content-Type: application/x-ndjson");
	if (!err)
		err = add_header(http, "Expect:");
	if (!err)
		err = make_url(http);
	if (!err)
		err = split_url(http, reason);
	if (!err)
		err = set_credentials(http, reason);
	if (!err)
		err = set_tls(http, reason);
	if (!err)
		set_options(http);
	return err;
}

static const struct ygr_event_transport_ops http_ops = {
	.bytes	  = sizeof(struct http),
	.set_up	  = set_up,
	.open	  = open_link,
	.step	  = step,
	.close	  = close_link,
	.destroy  = destroy,
	.describe = describe,
};

static int create(struct ygr_transport **out, struct ygr_loop *loop,
		  const struct ygr_transport_user *user, const struct ygr_output_config *config,
		  const char **reason)
{
	return ygr_event_transport_create(out, &http_ops, loop, user, config, reason);
}

static void want_key(const struct ygr_yaml_node *node, const char *key, const char *kind,
		     struct ygr_text_errors *errors)
{
	if (!ygr_yaml_tree_find(node, key))
		ygr_text_error_add(errors, YGR_TEXT_ERROR, node->line, node->column,
				   "output of type http: \"%s\" is missing (kind: %s needs one)",
				   key, kind);
}

/* What is put into a URL as it is. */
static void check_plain(const struct ygr_yaml_node *node, const char *key, const char *text,
			struct ygr_text_errors *errors)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const struct ygr_yaml_node *at = ygr_yaml_tree_find(node, key);

	if (at && text && text[strspn(text, letters)])
		ygr_text_error_add(errors, YGR_TEXT_ERROR, at->line, at->column,
				   "%s: expected a-z, A-Z, 0-9, \".\", \"_\" and \"-\" only, found \"%s\"",
				   key, text);
}

static void check_url(const struct http_settings *settings, const struct ygr_yaml_node *node,
		      struct ygr_text_errors *errors)
{
	const struct ygr_yaml_node *at = ygr_yaml_tree_find(node, "url");
	bool is_https = settings->url && !strncmp(settings->url, "https://", 8);

	if (!at || !settings->url)
		return;
	if (!is_https && strncmp(settings->url, "http://", 7))
		ygr_text_error_add(errors, YGR_TEXT_ERROR, at->line, at->column,
				   "url: expected http://... or https://..., found \"%s\"", settings->url);
	else if (!is_https && settings->tls.is_set)
		ygr_text_error_add(errors, YGR_TEXT_ERROR, at->line, at->column,
				   "url: there is a tls section, but this is no https:// address");
}

static void check(const struct ygr_output_config *config, const struct ygr_yaml_node *node,
		  struct ygr_text_errors *errors)
{
	const struct http_settings *settings = config->settings;

	ygr_event_transport_check(config, node, errors);
	check_url(settings, node, errors);
	if (settings->kind == YGR_HTTP_ELASTIC)
		want_key(node, "index", "elasticsearch", errors);
	if (settings->kind == YGR_HTTP_CLICKHOUSE)
		want_key(node, "table", "clickhouse", errors);
	check_plain(node, "index", settings->index, errors);
	check_plain(node, "table", settings->table, errors);
}

static const char *const kinds[] = { "elasticsearch", "clickhouse", "lines", NULL };

#define AT(member) offsetof(struct http_settings, member)
static const struct ygr_option http_options[] = {
	{ "url", YGR_OPTION_TEXT, .at = AT(url), .is_required = true },
	{ "kind", YGR_OPTION_WORD, .at = AT(kind), .is_required = true, .words = kinds },
	{ "index", YGR_OPTION_TEXT, .at = AT(index) },
	{ "table", YGR_OPTION_TEXT, .at = AT(table) },
	{ "user", YGR_OPTION_TEXT, .at = AT(user) },
	{ "password_file", YGR_OPTION_PATH, .at = AT(password_file) },
	{ "token_file", YGR_OPTION_PATH, .at = AT(token_file) },
	{ "max_request", YGR_OPTION_BYTES, .at = AT(request_bytes), .low = 4 << 10, .high = 64 << 20 },
	{ "timeout_s", YGR_OPTION_NUMBER, .at = AT(timeout_s), .low = 1, .high = 3600 },
	{ "tls", YGR_OPTION_STRUCT, .at = AT(tls), .members = ygr_tls_options },
	YGR_EVENT_TRANSPORT_FORMAT(struct http_settings),
	{ 0 }
};

static const struct http_settings defaults = {
	.request_bytes = 4 << 20,
	.timeout_s = 30,
};

const struct ygr_transport_type ygr_transport_http = {
	.name		= "http",
	.takes_events	= true,
	.options	= http_options,
	.settings_bytes	= sizeof(struct http_settings),
	.defaults	= &defaults,
	.check		= check,
	.create		= create,
};
