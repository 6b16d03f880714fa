// SPDX-License-Identifier: GPL-2.0-only
/* yagura-recv: the reference receiver. Options, signals, and then the server. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "log.h"
#include "loop.h"
#include "server.h"
#include "signals.h"
#include "spool_format.h"
#include "yaml_tree.h"
#include "ygr_version.h"

const char *argp_program_version = "yagura-recv " YGR_VERSION;

enum { OPTION_CERT = 256, OPTION_KEY, OPTION_CLIENT_CA, OPTION_MAX_BATCH };

struct options {
	char *listen;
	struct ygr_server_config config;
	const char *cert, *key, *client_ca;
};

static const struct argp_option option_table[] = {
	{ "listen", 'l', "ADDR:PORT", 0, "Where to listen; [::1]:PORT for IPv6; port 0: any", 0 },
	{ "out", 'o', "DIR", 0, "Where each spool gets its file", 0 },
	{ "tls-cert", OPTION_CERT, "FILE", 0, "Speak TLS, with this certificate and its chain (PEM)", 0 },
	{ "tls-key", OPTION_KEY, "FILE", 0, "The certificate's key", 0 },
	{ "tls-client-ca", OPTION_CLIENT_CA, "FILE", 0, "Take only clients with a certificate of this CA", 0 },
	{ "max-batch", OPTION_MAX_BATCH, "BYTES", 0, "Refuse larger batches", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'l':
		options->listen = text;
		return 0;
	case 'o':
		options->config.out_dir = text;
		return 0;
	case OPTION_CERT:
		options->cert = text;
		return 0;
	case OPTION_KEY:
		options->key = text;
		return 0;
	case OPTION_CLIENT_CA:
		options->client_ca = text;
		return 0;
	case OPTION_MAX_BATCH:
		if (!ygr_yaml_tree_parse_u64(text, strlen(text), &options->config.max_batch_bytes))
			argp_error(state, "--max-batch: expected a number of bytes, found \"%s\"", text);
		return 0;
	case ARGP_KEY_END:
		if (!options->listen || !options->config.out_dir)
			argp_error(state, "--listen and --out are needed");
		if (!options->cert != !options->key || (options->client_ca && !options->cert))
			argp_error(state, "--tls-cert and --tls-key go together, --tls-client-ca with both");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* "127.0.0.1:7514" or "[::1]:7514", taken apart in place. Return: 0 or -EINVAL. */
static int split_address(char *text, const char **host, const char **port)
{
	char *colon = strrchr(text, ':');

	if (!colon || colon == text || !colon[1])
		return -EINVAL;
	*colon = '\0';
	*port = colon + 1;
	*host = text;
	if (text[0] != '[')
		return 0;
	if (colon[-1] != ']')
		return -EINVAL;
	colon[-1] = '\0';
	*host = text + 1;
	return 0;
}

static void signalled(void *arg, int number)
{
	(void)number;
	ygr_loop_stop(arg);
}

static int serve(const struct ygr_server_config *config)
{
	static const int numbers[] = { SIGTERM, SIGINT, 0 };
	struct ygr_signals signals;
	struct ygr_server *server;
	struct ygr_loop *loop;
	int ret;

	ret = ygr_loop_create(&loop, YGR_LOOP_EPOLL);
	if (ret) {
		ygr_error("cannot set up the event loop: %s", strerror(-ret));
		return EX_OSERR;
	}
	ret = ygr_signals_init(&signals, loop, numbers, signalled, loop);
	if (!ret)
		ret = ygr_server_create(&server, loop, config);
	if (ret) {
		ygr_error("cannot listen on %s port %s: %s", config->host, config->port, strerror(-ret));
		ygr_loop_destroy(loop);
		return EX_OSERR;
	}
	ygr_notice("listens on %s port %u, stores in %s%s", config->host, ygr_server_port(server),
		   config->out_dir, config->tls ? ", speaks TLS" : "");
	ret = ygr_loop_run(loop);
	ygr_server_destroy(server);
	ygr_signals_exit(&signals, loop);
	ygr_loop_destroy(loop);
	return ret ? EX_OSERR : 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.doc = "Takes batches from yagurad senders and stores each spool's in one file.",
	};
	struct options options = { .config.max_batch_bytes = YGR_BATCH_BYTES_MAX };
	struct ygr_tls *tls = NULL;
	const char *reason = "";
	int ret;

	ygr_log_set_name("yagura-recv");
	/* OpenSSL writes without MSG_NOSIGNAL. */
	signal(SIGPIPE, SIG_IGN);
	argp_err_exit_status = EX_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (split_address(options.listen, &options.config.host, &options.config.port)) {
		ygr_error("--listen: expected ADDR:PORT or [ADDR]:PORT");
		return EX_USAGE;
	}
	if (options.cert &&
	    ygr_tls_create_server(&tls, options.cert, options.key, options.client_ca, &reason)) {
		ygr_error("%s", reason);
		return EX_CONFIG;
	}
	if (mkdir(options.config.out_dir, 0750) && errno != EEXIST) {
		ygr_error("%s: %s", options.config.out_dir, strerror(errno));
		return EX_CANTCREAT;
	}
	options.config.tls = tls;
	ret = serve(&options.config);
	ygr_tls_destroy(tls);
	return ret;
}
