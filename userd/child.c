// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "log.h"

#define BACKOFF_MIN_NS	(100 * YGR_NS_PER_MS)
#define BACKOFF_MAX_NS	(5 * YGR_NS_PER_S)
/* Who ran this long did not fail at its start: its next back-off begins anew. */
#define HEALTHY_NS	(10 * YGR_NS_PER_S)
/* A disk or a name server may take its time; a minute is no such time. */
#define HANG_NS		(60 * YGR_NS_PER_S)

/* In the child: where its parent looks. */
static atomic_ulong *own_beats;

int ygr_child_init(struct ygr_child *child, const char *name, bool wanted)
{
	*child = (struct ygr_child) { .name = name, .wanted = wanted };
	child->beats = mmap(NULL, sizeof(*child->beats), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return child->beats == MAP_FAILED ? -ENOMEM : 0;
}

static void be_child(struct ygr_child *child, pid_t parent, int (*run)(const void *arg),
		     const void *arg)
{
	ygr_log_set_name(child->name);
	/* A parent that is killed takes it along: nobody else would stop it. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EX_OSERR);
	own_beats = child->beats;
	exit(run(arg));
}

int ygr_child_start(struct ygr_child *child, uint64_t now_ns, int (*run)(const void *arg),
		    const void *arg)
{
	pid_t parent = getpid(), pid;

	if (ygr_child_due_ns(child) > now_ns)
		return 0;
	child->started_ns = now_ns;
	child->alive_ns = now_ns;
	child->restart_ns = now_ns + BACKOFF_MAX_NS;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		be_child(child, parent, run, arg);
	child->pid = pid;
	return 0;
}

uint64_t ygr_child_due_ns(const struct ygr_child *child)
{
	return child->wanted && !child->pid ? child->restart_ns : UINT64_MAX;
}

void ygr_child_note_end(struct ygr_child *child, uint64_t now_ns)
{
	child->pid = 0;
	if (now_ns - child->started_ns >= HEALTHY_NS || !child->backoff_ns)
		child->backoff_ns = BACKOFF_MIN_NS;
	else if (child->backoff_ns < BACKOFF_MAX_NS / 2)
		child->backoff_ns *= 2;
	else
		child->backoff_ns = BACKOFF_MAX_NS;
	child->restart_ns = now_ns + child->backoff_ns;
}

bool ygr_child_is_hung(struct ygr_child *child, uint64_t now_ns)
{
	unsigned long beats = atomic_load_explicit(child->beats, memory_order_relaxed);

	if (!child->pid)
		return false;
	if (beats != child->seen_beats) {
		child->seen_beats = beats;
		child->alive_ns = now_ns;
	}
	if (now_ns - child->alive_ns <= HANG_NS)
		return false;
	child->alive_ns = now_ns;
	return true;
}

void ygr_child_beat(void)
{
	if (own_beats)
		atomic_fetch_add_explicit(own_beats, 1, memory_order_relaxed);
}
