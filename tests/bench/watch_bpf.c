// SPDX-License-Identifier: GPL-2.0-only
/* It merges nothing, and to lose anything fails the test: what is recorded is all that happened. */
#include <stdlib.h>
#include <string.h>

#include "peer_bpf.h"
#include "watch.h"

struct bpf {
	struct watcher watcher;
	struct peer *peer;
};

static struct watch_seen seen;

static void count_record(const struct peer *peer, const struct ygr_record *head)
{
	(void)peer;
	assert_in_range(head->type, 1, 255);
	seen.events++;
	seen.of_type[head->type]++;
}

static struct peer *peer_of(struct watcher *watcher)
{
	return ((struct bpf *)watcher)->peer;
}

static void begin(struct watcher *watcher)
{
	peer_consume(peer_of(watcher));
	memset(&seen, 0, sizeof(seen));
}

static struct books end(struct watcher *watcher, uint16_t type)
{
	peer_consume(peer_of(watcher));
	return watch_books_of(&seen, type);
}

static void end_for_good(struct watcher *watcher)
{
	peer_end(peer_of(watcher));
	free(watcher);
}

struct watcher *watch_by_bpf(const char *open)
{
	const char *const programs[PEER_PROGRAM_NR] = {
		open, "full_connect", "full_exec", "full_fork", "full_exit", "full_create",
		"full_unlink", "full_rename",
	};
	struct bpf *bpf = calloc(1, sizeof(*bpf));

	assert_non_null(bpf);
	bpf->watcher = (struct watcher){ begin, end, end_for_good, NULL };
	bpf->peer = peer_load(programs, 1);
	peer_attach(bpf->peer, programs);
	peer_check(bpf->peer, TELLS_ALL);
	bpf->peer->on_record = count_record;
	return &bpf->watcher;
}
