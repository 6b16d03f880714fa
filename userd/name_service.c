// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "name_service.h"

#define WAYS_NR		4
#define SETS_NR		(YGR_NAME_SERVICE_NR / WAYS_NR)
#define QUEUE_NR	64
#define STACK_BYTES	(256u << 10)
#define LINE_BYTES	16384		/* of one entry, a group with its members */

struct entry {
	uint32_t id;
	bool	 is_used;
	bool	 is_asked;		/* it is in the queue, or looked up right now */
	bool	 is_known;		/* the rest means something */
	uint64_t answered_ns;		/* when it was found to be asked for again; see find() */
	uint64_t used_ns;
	char	 name[YGR_NAME_SERVICE_BYTES];	/* "": there is none */
};

struct question {
	enum ygr_name_kind kind;
	uint32_t id;
};

/* Held by the caller's thread and by its own: the last one to let go frees it. */
struct ygr_name_service {
	pthread_mutex_t lock;		/* of all that follows; never held while something is looked up */
	pthread_cond_t asked;
	int	 holder_nr;
	bool	 has_thread, is_stopping;
	uint64_t ttl_ns;
	ygr_name_lookup_fn lookup;
	struct question queue[QUEUE_NR];
	size_t	 queue_head, queue_nr;
	struct ygr_name_service_stats stats;
	struct entry entries[2][SETS_NR][WAYS_NR];
};

/* ---- entries --------------------------------------------------------------- */

static struct entry *set_of(struct ygr_name_service *service, enum ygr_name_kind kind, uint32_t id)
{
	return service->entries[kind][id % SETS_NR];
}

static struct entry *find_entry(struct ygr_name_service *service, enum ygr_name_kind kind, uint32_t id)
{
	struct entry *set = set_of(service, kind, id);

	for (int i = 0; i < WAYS_NR; i++)
		if (set[i].is_used && set[i].id == id)
			return &set[i];
	return NULL;
}

static struct entry *make_entry(struct ygr_name_service *service, enum ygr_name_kind kind, uint32_t id)
{
	struct entry *set = set_of(service, kind, id), *entry = &set[0];

	for (int i = 1; i < WAYS_NR; i++)
		if (entry->is_used && (!set[i].is_used || set[i].used_ns < entry->used_ns))
			entry = &set[i];
	*entry = (struct entry) { .id = id, .is_used = true };
	return entry;
}

static void fill_entry(struct entry *entry, const char *name)
{
	size_t len = name ? strlen(name) : 0;

	entry->is_known = true;
	memset(entry->name, 0, sizeof(entry->name));
	if (len < sizeof(entry->name))
		memcpy(entry->name, name ? name : "", len);
}

/* ---- the thread ------------------------------------------------------------ */

static bool look_up(enum ygr_name_kind kind, uint32_t id, char name[YGR_NAME_SERVICE_BYTES])
{
	static __thread char line[LINE_BYTES];
	struct passwd user, *user_found = NULL;
	struct group group, *group_found = NULL;
	const char *found = NULL;

	if (kind == YGR_NAME_USER && !getpwuid_r(id, &user, line, sizeof(line), &user_found) && user_found)
		found = user.pw_name;
	if (kind == YGR_NAME_GROUP && !getgrgid_r(id, &group, line, sizeof(line), &group_found) && group_found)
		found = group.gr_name;
	if (!found || strlen(found) >= YGR_NAME_SERVICE_BYTES)
		return false;
	strcpy(name, found);
	return true;
}

static void answer(struct ygr_name_service *service, const struct question *question, const char *name)
{
	struct entry *entry = find_entry(service, question->kind, question->id);

	service->stats.answered_nr++;
	if (!entry)
		return;		/* another took its place meanwhile */
	entry->is_asked = false;
	fill_entry(entry, name);
}

/* Under the lock, which it lets go. */
static void put_locked(struct ygr_name_service *service)
{
	bool last = --service->holder_nr == 0;

	pthread_mutex_unlock(&service->lock);
	if (!last)
		return;
	pthread_cond_destroy(&service->asked);
	pthread_mutex_destroy(&service->lock);
	free(service);
}

static void *serve(void *arg)
{
	struct ygr_name_service *service = arg;

	pthread_mutex_lock(&service->lock);
	while (!service->is_stopping) {
		char name[YGR_NAME_SERVICE_BYTES];
		struct question question;
		bool found;

		if (!service->queue_nr) {
			pthread_cond_wait(&service->asked, &service->lock);
			continue;
		}
		question = service->queue[service->queue_head];
		service->queue_head = (service->queue_head + 1) % QUEUE_NR;
		service->queue_nr--;
		pthread_mutex_unlock(&service->lock);
		found = service->lookup(question.kind, question.id, name);
		pthread_mutex_lock(&service->lock);
		answer(service, &question, found ? name : NULL);
	}
	put_locked(service);
	return NULL;
}

/* Signals are for the loop. */
static bool start_thread(struct ygr_name_service *service)
{
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;

	if (service->has_thread)
		return true;
	if (pthread_attr_init(&attr))
		return false;
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	service->has_thread = pthread_create(&thread, &attr, serve, service) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	service->holder_nr += service->has_thread;
	return service->has_thread;
}

static void ask(struct ygr_name_service *service, struct entry *entry, enum ygr_name_kind kind)
{
	size_t tail = (service->queue_head + service->queue_nr) % QUEUE_NR;

	if (service->queue_nr == QUEUE_NR || !start_thread(service)) {
		service->stats.put_off_nr++;
		return;
	}
	service->queue[tail] = (struct question) { .kind = kind, .id = entry->id };
	service->queue_nr++;
	service->stats.asked_nr++;
	entry->is_asked = true;
	pthread_cond_signal(&service->asked);
}

/* ---- the calls ------------------------------------------------------------- */

/* What the two files have is no question to anybody. */
static void read_files(struct ygr_name_service *service)
{
	FILE *users = fopen("/etc/passwd", "re"), *groups = fopen("/etc/group", "re");
	char *line = malloc(LINE_BYTES);
	struct passwd user, *user_found;
	struct group group, *group_found;

	for (int i = 0; i < YGR_NAME_SERVICE_NR && users && line &&
	     !fgetpwent_r(users, &user, line, LINE_BYTES, &user_found); i++)
		if (!find_entry(service, YGR_NAME_USER, user.pw_uid))
			fill_entry(make_entry(service, YGR_NAME_USER, user.pw_uid), user.pw_name);
	for (int i = 0; i < YGR_NAME_SERVICE_NR && groups && line &&
	     !fgetgrent_r(groups, &group, line, LINE_BYTES, &group_found); i++)
		if (!find_entry(service, YGR_NAME_GROUP, group.gr_gid))
			fill_entry(make_entry(service, YGR_NAME_GROUP, group.gr_gid), group.gr_name);
	free(line);
	if (users)
		fclose(users);
	if (groups)
		fclose(groups);
}

int ygr_name_service_create(struct ygr_name_service **out, uint64_t ttl_ns, ygr_name_lookup_fn lookup)
{
	struct ygr_name_service *service = calloc(1, sizeof(*service));

	if (!service)
		return -ENOMEM;
	pthread_mutex_init(&service->lock, NULL);
	pthread_cond_init(&service->asked, NULL);
	service->holder_nr = 1;
	service->ttl_ns = ttl_ns;
	service->lookup = lookup ? lookup : look_up;
	if (!lookup)
		read_files(service);
	*out = service;
	return 0;
}

void ygr_name_service_destroy(struct ygr_name_service *service)
{
	if (!service)
		return;
	pthread_mutex_lock(&service->lock);
	service->is_stopping = true;
	pthread_cond_signal(&service->asked);
	put_locked(service);
}

bool ygr_name_service_find(struct ygr_name_service *service, enum ygr_name_kind kind, uint32_t id,
			   uint64_t now_ns, char name[YGR_NAME_SERVICE_BYTES])
{
	struct entry *entry;
	bool found;

	pthread_mutex_lock(&service->lock);
	entry = find_entry(service, kind, id);
	if (!entry)
		entry = make_entry(service, kind, id);
	entry->used_ns = now_ns;
	/* The thread has no clock: an answer's time is that of the first look at it. */
	if (entry->is_known && !entry->answered_ns)
		entry->answered_ns = now_ns;
	if (!entry->is_asked && (!entry->is_known || now_ns - entry->answered_ns > service->ttl_ns)) {
		ask(service, entry, kind);
		entry->answered_ns = 0;
	}
	found = entry->is_known && entry->name[0];
	if (found)
		memcpy(name, entry->name, sizeof(entry->name));
	pthread_mutex_unlock(&service->lock);
	return found;
}

void ygr_name_service_stats(struct ygr_name_service *service, struct ygr_name_service_stats *stats)
{
	pthread_mutex_lock(&service->lock);
	*stats = service->stats;
	pthread_mutex_unlock(&service->lock);
}
