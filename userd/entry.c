// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"

#define WAYS_NR		4
#define SETS_NR		(YGR_ENTRY_PEERS_NR / WAYS_NR)
#define KTHREADD_PID	2

struct peer {
	uint32_t pid;			/* 0: free */
	uint64_t start_ns;
	uint64_t used_nr;		/* the count of uses then */
	bool is_pending;		/* of who took the connection; else of whom it forked for it */
	struct ygr_address address;
};

struct ygr_entries {
	uint64_t use_nr;
	struct peer peers[SETS_NR][WAYS_NR];
};

enum role { ROLE_NONE, ROLE_SSH, ROLE_REMOTE, ROLE_LOGIN, ROLE_CRON, ROLE_CONTAINER, ROLE_SUDO };

static const char *const kinds[] = {
	[ROLE_SSH] = "ssh", [ROLE_REMOTE] = "remote", [ROLE_LOGIN] = "login", [ROLE_CRON] = "cron",
	[ROLE_CONTAINER] = "container", [ROLE_SUDO] = "sudo",
};

/* A star at the end: any end. */
static const struct {
	const char *name;
	enum role role;
} programs[] = {
	{ "sshd", ROLE_SSH }, { "sshd-session", ROLE_SSH }, { "sshd-auth", ROLE_SSH },
	{ "dropbear", ROLE_SSH },
	{ "in.telnetd", ROLE_REMOTE }, { "telnetd", ROLE_REMOTE }, { "in.rlogind", ROLE_REMOTE },
	{ "in.rshd", ROLE_REMOTE }, { "xrdp-sesman", ROLE_REMOTE }, { "mosh-server", ROLE_REMOTE },
	{ "login", ROLE_LOGIN }, { "agetty", ROLE_LOGIN }, { "getty", ROLE_LOGIN },
	{ "gdm-session-worker", ROLE_LOGIN }, { "lightdm", ROLE_LOGIN }, { "sddm-helper", ROLE_LOGIN },
	{ "cron", ROLE_CRON }, { "crond", ROLE_CRON }, { "anacron", ROLE_CRON }, { "atd", ROLE_CRON },
	{ "fcron", ROLE_CRON },
	{ "containerd-shim*", ROLE_CONTAINER }, { "docker-containerd-shim", ROLE_CONTAINER },
	{ "conmon", ROLE_CONTAINER }, { "runc", ROLE_CONTAINER }, { "crun", ROLE_CONTAINER },
	{ "lxc-start", ROLE_CONTAINER }, { "systemd-nspawn", ROLE_CONTAINER },
	{ "sudo", ROLE_SUDO }, { "su", ROLE_SUDO }, { "doas", ROLE_SUDO }, { "runuser", ROLE_SUDO },
	{ "pkexec", ROLE_SUDO },
};

/* ---- names ---- */

static bool is_called(const char *bytes, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	if (name[name_len - 1] == '*')
		return len >= name_len - 1 && !memcmp(bytes, name, name_len - 1);
	return len == name_len && !memcmp(bytes, name, len);
}

/* By the file's name, which a process cannot choose as it does its own. */
static enum role role_of(const struct ygr_process *process)
{
	const char *bytes = process->comm;
	size_t len = strlen(process->comm);

	if (process->exe) {
		const char *slash = memrchr(process->exe->bytes, '/', process->exe->len);

		bytes = slash ? slash + 1 : process->exe->bytes;
		len = process->exe->len - (size_t)(bytes - process->exe->bytes);
	}
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (is_called(bytes, len, programs[i].name))
			return programs[i].role;
	return ROLE_NONE;
}

static bool takes_connections(enum role role)
{
	return role == ROLE_SSH || role == ROLE_REMOTE;
}

/* ---- peers ---- */

static struct peer *find_peer(const struct ygr_entries *entries, uint32_t pid, uint64_t start_ns)
{
	struct peer *set = (struct peer *)entries->peers[pid % SETS_NR];

	for (int i = 0; i < WAYS_NR; i++)
		if (set[i].pid == pid && set[i].start_ns == start_ns)
			return &set[i];
	return NULL;
}

static void set_peer(struct ygr_entries *entries, uint32_t pid, uint64_t start_ns, bool is_pending,
		     const struct ygr_address *address)
{
	struct peer *peer = find_peer(entries, pid, start_ns), *set = entries->peers[pid % SETS_NR];

	for (int i = 0; i < WAYS_NR && !peer; i++)
		if (!set[i].pid)
			peer = &set[i];
	if (!peer) {
		peer = &set[0];
		for (int i = 1; i < WAYS_NR; i++)
			if (set[i].used_nr < peer->used_nr)
				peer = &set[i];
	}
	*peer = (struct peer){ pid, start_ns, ++entries->use_nr, is_pending, *address };
}

/* One connection, one child. */
static void pass_on(struct ygr_entries *entries, const struct ygr_record_view *view)
{
	struct peer *peer = find_peer(entries, view->head->tgid, view->head->start_ns);
	struct ygr_address address;

	if (!peer || !peer->is_pending)
		return;
	address = peer->address;
	peer->pid = 0;
	set_peer(entries, view->body.fork.child_tgid, view->body.fork.child_start_ns, false, &address);
}

void ygr_entries_observe(struct ygr_entries *entries, const struct ygr_record_view *view,
			 const struct ygr_process *subject)
{
	const struct ygr_record *head = view->head;

	if (head->type == YGR_EV_FORK)
		pass_on(entries, view);
	else if (head->type == YGR_EV_ACCEPT && head->verdict != YGR_VERDICT_DENY &&
		 view->body.socket.remote.family && subject && takes_connections(role_of(subject)))
		set_peer(entries, head->tgid, head->start_ns, true, &view->body.socket.remote);
}

/* ---- the line of descent ---- */

static void begin_with(struct ygr_entry *entry, const char *kind, const struct ygr_process *process)
{
	memset(entry, 0, sizeof(*entry));
	entry->kind = kind;
	if (process) {
		entry->pid = process->pid;
		entry->start_ns = process->start_ns;
	}
}

/*
 * A login server forks for each connection, perhaps once more for the session, and stays. The
 * session begins with the one that has a peer; else with the one below the server.
 *
 * @process: such a program, of @role
 *
 * Return: false: it is the server itself.
 */
static bool find_login(const struct ygr_entries *entries, struct ygr_process_table *table,
		       const struct ygr_process *process, bool is_self, struct ygr_entry *entry)
{
	enum role role = role_of(process);
	const struct ygr_process *below = NULL;

	for (int depth = 0; process && depth < YGR_ENTRY_DEPTH_MAX && role_of(process) == role; depth++) {
		const struct peer *peer = find_peer(entries, process->pid, process->start_ns);
		const struct ygr_process *parent = ygr_process_table_parent(table, process);

		if (peer && !peer->is_pending) {
			begin_with(entry, kinds[role], process);
			entry->peer = peer->address;
			return true;
		}
		if (parent && role_of(parent) == role)
			below = process;
		else if (!below && !is_self)
			below = process;
		process = parent;
	}
	if (below)
		begin_with(entry, kinds[role], below);
	return below;
}

static bool is_kthread(const struct ygr_process *process)
{
	return process->pid == KTHREADD_PID || process->ppid == KTHREADD_PID;
}

/* Return: whether @process, above @self or @self, decides. */
static bool decides(const struct ygr_entries *entries, struct ygr_process_table *table,
		    const struct ygr_process *process, const struct ygr_process *self,
		    struct ygr_entry *entry)
{
	enum role role = role_of(process);

	if (takes_connections(role))
		return find_login(entries, table, process, process == self, entry);
	if (process == self)
		return false;
	if (role == ROLE_LOGIN || role == ROLE_CRON || role == ROLE_CONTAINER) {
		begin_with(entry, kinds[role], process);
		return true;
	}
	if (!process->exe && is_kthread(process)) {
		begin_with(entry, "kernel", process);
		return true;
	}
	return false;
}

static bool ends_in(const char *text, const char *suffix)
{
	size_t len = strlen(text), suffix_len = strlen(suffix);

	return len > suffix_len && !strcmp(text + len - suffix_len, suffix);
}

/* What the line of descent does not say. @sudo: the nearest of its kind; NULL: none */
static bool find_by_cgroup(const struct ygr_cgroup_container *container, const char *unit,
			   const struct ygr_process *sudo, const struct ygr_process *top,
			   struct ygr_entry *entry)
{
	if (container)
		begin_with(entry, "container", NULL);
	else if (ends_in(unit, ".service"))
		begin_with(entry, "service", NULL);
	else if (ends_in(unit, ".scope"))
		begin_with(entry, "session", NULL);
	else if (sudo)
		begin_with(entry, kinds[ROLE_SUDO], sudo);
	else if (top && top->pid == 1)
		begin_with(entry, "init", top);
	else
		return false;
	return true;
}

bool ygr_entries_find(const struct ygr_entries *entries, struct ygr_process_table *table,
		      const struct ygr_process *self, const struct ygr_cgroup_container *container,
		      const char *unit, struct ygr_entry *entry)
{
	const struct ygr_process *process = self, *sudo = NULL, *top = NULL;

	if (is_kthread(self) && !self->exe)
		return false;
	for (int depth = 0; process && depth < YGR_ENTRY_DEPTH_MAX; depth++) {
		if (decides(entries, table, process, self, entry))
			return true;
		if (!sudo && process != self && role_of(process) == ROLE_SUDO)
			sudo = process;
		top = process;
		process = ygr_process_table_parent(table, process);
	}
	return find_by_cgroup(container, unit, sudo, top, entry);
}

int ygr_entries_create(struct ygr_entries **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void ygr_entries_destroy(struct ygr_entries *entries)
{
	free(entries);
}
