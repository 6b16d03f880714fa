// SPDX-License-Identifier: GPL-2.0-only
/*
 * The common head says who, when and where. A child takes on some identity,
 * asks /proc and the system calls what it is, and leaves a mark: the record
 * of that must say the same in every field.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest_assert.h"

#define MARK		"/dev/zero"
#define CGROUP		"/sys/fs/cgroup/head_test"
#define KHUGEPAGED	"/sys/kernel/mm/transparent_hugepage/enabled"
#define NOT_SET		0xffffffffu

struct namespace {
	const char *name;	/* in /proc/self/ns */
	int flag;		/* for unshare() */
	size_t at;		/* in struct ygr_record */
};

static const struct namespace namespaces[] = {
	{ "mnt", CLONE_NEWNS, offsetof(struct ygr_record, mnt_ns) },
	{ "pid", CLONE_NEWPID, offsetof(struct ygr_record, pid_ns) },
	{ "net", CLONE_NEWNET, offsetof(struct ygr_record, net_ns) },
	{ "user", CLONE_NEWUSER, offsetof(struct ygr_record, user_ns) },
	{ "uts", CLONE_NEWUTS, offsetof(struct ygr_record, uts_ns) },
	{ "ipc", CLONE_NEWIPC, offsetof(struct ygr_record, ipc_ns) },
	{ "cgroup", CLONE_NEWCGROUP, offsetof(struct ygr_record, cgroup_ns) },
};

#define NAMESPACE_NR	(sizeof(namespaces) / sizeof(namespaces[0]))

/* What a process knows of itself; in memory that it shares with the test. */
struct self {
	int (*become)(const void *arg);	/* the identity to take on; NULL: stay */
	const void *arg;

	pid_t tgid, tid, ppid;		/* in the initial pid namespace */
	uid_t uid, gid, euid, egid;
	uint32_t loginuid, sessionid;
	uint64_t cgroup_id;
	uint32_t ns[NAMESPACE_NR];
	unsigned long long start_ticks;
	uint64_t before_ns, after_ns;	/* the mark was left between these */
	char comm[YGR_COMM_BYTES];
};

/* ---- in the child ---- */

static int read_text(const char *path, char *text, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, cap - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n < 0 ? -EIO : 0;
}

static uint32_t read_number(const char *path)
{
	char text[32];

	return read_text(path, text, sizeof(text)) ? 0 : strtoul(text, NULL, 10);
}

/* /proc was mounted in the initial pid namespace, and tells its numbers. */
static int see_stat(struct self *self)
{
	char text[1024], *rest;
	ssize_t n = readlink("/proc/thread-self", text, sizeof(text) - 1);

	if (n < 0)
		return -1;
	text[n] = '\0';
	if (sscanf(text, "%*d/task/%d", &self->tid) != 1 ||
	    read_text("/proc/self/stat", text, sizeof(text)))
		return -1;
	/* comm may hold anything, a parenthesis too. */
	rest = strrchr(text, ')');
	if (!rest || sscanf(text, "%d", &self->tgid) != 1)
		return -1;
	/* Fields 4 (ppid) and 22 (starttime); the one after comm is 3. */
	return sscanf(rest + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		      &self->ppid, &self->start_ticks) == 2 ? 0 : -1;
}

static int see_cgroup(struct self *self)
{
	char text[512], path[768], *line;
	struct stat st;

	if (read_text("/proc/self/cgroup", text, sizeof(text)))
		return -1;
	line = strstr(text, "0::");
	if (!line)
		return -1;
	snprintf(path, sizeof(path), "/sys/fs/cgroup%.*s", (int)strcspn(line + 3, "\n"), line + 3);
	if (stat(path, &st))
		return -1;
	self->cgroup_id = st.st_ino;
	return 0;
}

static int see_namespaces(struct self *self)
{
	char path[64];
	struct stat st;

	for (size_t i = 0; i < NAMESPACE_NR; i++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", namespaces[i].name);
		if (stat(path, &st))
			return -1;
		self->ns[i] = st.st_ino;
	}
	return 0;
}

static int see_self(struct self *self)
{
	uid_t saved;

	if (getresuid(&self->uid, &self->euid, &saved) || getresgid(&self->gid, &self->egid, &saved))
		return -1;
	self->loginuid = read_number("/proc/self/loginuid");
	self->sessionid = read_number("/proc/self/sessionid");
	prctl(PR_GET_NAME, self->comm);
	return see_stat(self) || see_cgroup(self) || see_namespaces(self) ? -1 : 0;
}

static int leave_mark(struct self *self)
{
	int fd;

	self->before_ns = guest_now_ns();
	fd = open(MARK, O_WRONLY | O_CLOEXEC);
	self->after_ns = guest_now_ns();
	return fd < 0 ? errno : 0;
}

/* Return: 0; 101 .. 103: could not become, see, leave. */
static int live(void *arg)
{
	struct self *self = arg;

	if (self->become && self->become(self->arg))
		return 101;
	if (see_self(self))
		return 102;
	return leave_mark(self) ? 103 : 0;
}

/* ---- in the test ---- */

static struct self *self_create(int (*become)(const void *arg), const void *arg)
{
	struct self *self = mmap(NULL, sizeof(*self), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(self, MAP_FAILED);
	self->become = become;
	self->arg = arg;
	return self;
}

static void self_destroy(struct self *self)
{
	munmap(self, sizeof(*self));
}

/* @fn: live, or something that ends in it */
static const struct guest_event *expect_mark(struct guest *guest, int (*fn)(void *arg), struct self *self)
{
	pid_t pid = guest_child_start(fn, self);

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	return guest_expect(guest, .type = YGR_EV_OPEN, .tgid = self->tgid, .path = MARK);
}

static uint32_t ns_of(const struct ygr_record *head, const struct namespace *namespace)
{
	uint32_t inode;

	memcpy(&inode, (const char *)head + namespace->at, sizeof(inode));
	return inode;
}

static void assert_is_self(const struct guest_event *event, const struct self *self)
{
	const struct ygr_record *head = &event->head;

	assert_int_equal(head->tgid, self->tgid);
	assert_int_equal(head->tid, self->tid);
	assert_int_equal(head->ppid, self->ppid);
	assert_int_equal(head->uid, self->uid);
	assert_int_equal(head->gid, self->gid);
	assert_int_equal(head->euid, self->euid);
	assert_int_equal(head->egid, self->egid);
	assert_int_equal(head->loginuid, self->loginuid);
	assert_int_equal(head->sessionid, self->sessionid);
	assert_int_equal(head->cgroup_id, self->cgroup_id);
	for (size_t i = 0; i < NAMESPACE_NR; i++)
		if (ns_of(head, &namespaces[i]) != self->ns[i])
			fail_msg("%s namespace %u, not %u", namespaces[i].name,
				 ns_of(head, &namespaces[i]), self->ns[i]);
	assert_int_equal(head->start_ns / (1000000000 / sysconf(_SC_CLK_TCK)), self->start_ticks);
	assert_in_range(head->time_ns, self->before_ns, self->after_ns);
	assert_true(head->start_ns < head->time_ns);
	assert_string_equal(head->comm, self->comm);
}

/* Lives as told, and is told as it lived. */
static void check(struct guest *guest, int (*become)(const void *arg), const void *arg)
{
	struct self *self = self_create(become, arg);

	assert_is_self(expect_mark(guest, live, self), self);
	self_destroy(self);
}

/* ---- identities ---- */

static void plain_process(void **state)
{
	struct self *self = self_create(NULL, NULL);
	uint64_t generation = guest_policy_clear(*state);
	const struct guest_event *event = expect_mark(*state, live, self);

	assert_is_self(event, self);
	/* Lest both be wrong in the same way. */
	assert_int_equal(event->head.ppid, getpid());
	assert_int_equal(event->head.uid, 0);
	assert_int_equal(event->head.loginuid, NOT_SET);
	assert_int_equal(event->head.sessionid, NOT_SET);
	assert_string_equal(event->head.comm, "test_head");
	assert_int_equal(event->head.flags, 0);
	assert_int_equal(event->head.rule_id, 0);
	assert_int_equal(event->head.generation, generation);
	self_destroy(self);
}

static int become_four_ids(const void *arg)
{
	(void)arg;
	return setresgid(2001, 2002, 2003) || setresuid(1001, 1002, 1003);
}

static void real_and_effective_ids(void **state)
{
	struct self *self = self_create(become_four_ids, NULL);
	const struct guest_event *event = expect_mark(*state, live, self);

	assert_is_self(event, self);
	assert_int_equal(event->head.uid, 1001);
	assert_int_equal(event->head.euid, 1002);
	assert_int_equal(event->head.gid, 2001);
	assert_int_equal(event->head.egid, 2002);
	self_destroy(self);
}

static int become_logged_in(const void *arg)
{
	return guest_file_write("/proc/self/loginuid", arg);
}

static void login_and_session(void **state)
{
	struct self *self = self_create(become_logged_in, "1234");
	const struct guest_event *event = expect_mark(*state, live, self);

	assert_is_self(event, self);
	assert_int_equal(event->head.loginuid, 1234);
	assert_int_not_equal(event->head.sessionid, NOT_SET);
	self_destroy(self);
}

static int become_cgroup_member(const void *arg)
{
	(void)arg;
	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return errno;
	return guest_file_write(CGROUP "/cgroup.procs", "0");
}

static void cgroup(void **state)
{
	struct self *self = self_create(become_cgroup_member, NULL);
	const struct guest_event *event = expect_mark(*state, live, self);
	struct stat st, top;

	assert_is_self(event, self);
	assert_int_equal(stat(CGROUP, &st), 0);
	assert_int_equal(stat("/sys/fs/cgroup", &top), 0);
	assert_int_equal(event->head.cgroup_id, st.st_ino);
	assert_int_not_equal(st.st_ino, top.st_ino);
	self_destroy(self);
	assert_int_equal(rmdir(CGROUP), 0);
}

static int become_named(const void *arg)
{
	return prctl(PR_SET_NAME, arg);
}

static void names(void **state)
{
	static const char *const longest = "fifteen_bytes_x", *const names[] = { "a", " ) S 1", "\xff\n" };

	check(*state, become_named, longest);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check(*state, become_named, names[i]);
}

/* ---- namespaces ---- */

static int become_separate(const void *arg)
{
	return unshare(*(const int *)arg);
}

/* Only what was left behind differs from the parent's. */
static void namespace_by_namespace(void **state)
{
	struct guest *guest = *state;
	struct self *before = self_create(NULL, NULL);

	assert_true(guest->info.features & YGR_FEATURE_MNT_NS);
	expect_mark(guest, live, before);
	for (size_t i = 0; i < NAMESPACE_NR; i++) {
		const struct guest_event *event;
		struct self *self;

		/* These two change more than a number: tests of their own. */
		if (namespaces[i].flag & (CLONE_NEWUSER | CLONE_NEWPID))
			continue;
		self = self_create(become_separate, &namespaces[i].flag);
		event = expect_mark(guest, live, self);
		assert_is_self(event, self);
		for (size_t j = 0; j < NAMESPACE_NR; j++)
			assert_int_equal(ns_of(&event->head, &namespaces[j]) != before->ns[j], j == i);
		self_destroy(self);
	}
	self_destroy(before);
}

static int become_user_of_own_namespace(const void *arg)
{
	(void)arg;
	return setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000) || unshare(CLONE_NEWUSER);
}

/* Whoever it says it is in there, outside it is 1000. */
static void user_namespace_changes_no_uid(void **state)
{
	struct self *self = self_create(become_user_of_own_namespace, NULL);
	const struct guest_event *event = expect_mark(*state, live, self);

	assert_int_not_equal(self->uid, 1000);
	self->uid = self->gid = self->euid = self->egid = 1000;
	assert_is_self(event, self);
	self_destroy(self);
}

static int live_as_process_1(void *arg)
{
	if (unshare(CLONE_NEWPID))
		return 1;
	return guest_child_wait(guest_child_start(live, arg), GUEST_WAIT_MS);
}

static int is_process_1(const void *arg)
{
	(void)arg;
	return getpid() != 1;
}

static void pid_namespace_changes_no_pid(void **state)
{
	struct self *self = self_create(is_process_1, NULL);
	const struct guest_event *event = expect_mark(*state, live_as_process_1, self);
	struct stat st;

	assert_is_self(event, self);
	assert_int_not_equal(event->head.tgid, 1);
	assert_int_not_equal(event->head.ppid, 0);
	assert_int_equal(stat("/proc/self/ns/pid", &st), 0);
	assert_int_not_equal(event->head.pid_ns, st.st_ino);
	self_destroy(self);
}

/* ---- threads, time, exec ---- */

static void *live_in_thread(void *arg)
{
	prctl(PR_SET_NAME, "the thread");
	return (void *)(intptr_t)live(arg);
}

static int live_threaded(void *arg)
{
	pthread_t thread;
	void *ret;

	/* Long enough for its start to be another tick than the process's. */
	usleep(30000);
	if (pthread_create(&thread, NULL, live_in_thread, arg) || pthread_join(thread, &ret))
		return 1;
	return (intptr_t)ret;
}

static void thread_has_its_name_and_the_start_of_its_process(void **state)
{
	struct self *self = self_create(NULL, NULL);
	const struct guest_event *event = expect_mark(*state, live_threaded, self);

	assert_is_self(event, self);
	assert_int_not_equal(event->head.tid, event->head.tgid);
	assert_string_equal(event->head.comm, "the thread");
	self_destroy(self);
}

static bool is_fork_of(const struct guest_event *event, const void *arg)
{
	return event->body.fork.child_tgid == (uint32_t)*(const pid_t *)arg;
}

static void start_is_kept_through_exec(void **state)
{
	char *argv[] = { "/t/prog_exit", NULL };
	const struct guest_event *begin, *exec, *end;
	pid_t pid;

	assert_int_equal(guest_child_exec(argv, &pid), 0);
	begin = guest_expect(*state, .type = YGR_EV_FORK, .where = is_fork_of, .arg = &pid);
	exec = guest_expect(*state, .type = YGR_EV_EXEC, .tgid = pid);
	end = guest_expect(*state, .type = YGR_EV_EXIT, .tgid = pid);
	assert_int_equal(begin->body.fork.child_start_ns, exec->head.start_ns);
	assert_int_equal(exec->head.start_ns, end->head.start_ns);
	assert_in_range(exec->head.time_ns, begin->head.time_ns, end->head.time_ns);
}

static void record_is_on_the_cpu_of_the_act(void **state)
{
	struct guest *guest = *state;
	struct self self = { 0 };

	for (unsigned int cpu = 0; cpu < guest->ring_nr; cpu++) {
		const struct guest_event *event;

		assert_int_equal(guest_pin(cpu), 0);
		guest_forget(guest);
		assert_int_equal(leave_mark(&self), 0);
		event = guest_expect(guest, .type = YGR_EV_OPEN, .tgid = getpid(), .path = MARK);
		assert_int_equal(event->cpu, cpu);
		assert_in_range(event->head.time_ns, self.before_ns, self.after_ns);
	}
}

/* Later acts of one CPU have later times and higher sequence numbers. */
static void time_and_sequence_grow(void **state)
{
	const struct guest_query marks = { .type = YGR_EV_OPEN, .tgid = getpid(), .path = MARK };
	const struct guest_event *event = NULL, *last = NULL;
	struct guest *guest = *state;
	struct self self = { 0 };
	unsigned int nr = 0;

	assert_int_equal(guest_pin(0), 0);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(leave_mark(&self), 0);
	guest_drain(guest);
	while ((event = guest_find(guest, &marks, event))) {
		if (last) {
			assert_true(event->head.seq > last->head.seq);
			assert_true(event->head.time_ns > last->head.time_ns);
		}
		last = event;
		nr++;
	}
	assert_int_equal(nr, 100);
}

/* ---- flags ---- */

#ifdef __x86_64__
static int open_by_32_bit_call(void *arg)
{
	char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long fd = 5;	/* open, in the 32-bit table */

	(void)arg;
	if (path == MAP_FAILED)
		return 1;
	strcpy(path, MARK);
	asm volatile("int $0x80" : "+a"(fd) : "b"(path), "c"(O_WRONLY), "d"(0)
		     : "memory", "r8", "r9", "r10", "r11");
	return fd < 0;
}

static void compat_call_is_flagged(void **state)
{
	pid_t pid = guest_child_start(open_by_32_bit_call, NULL);

	assert_int_equal(guest_child_wait(pid, GUEST_WAIT_MS), 0);
	assert_int_equal(guest_expect(*state, .type = YGR_EV_OPEN, .tgid = pid, .path = MARK)->head.flags,
			 YGR_F_COMPAT);
}
#endif

/* Huge pages switched off and on: the kernel ends its thread for them and begins another. */
static void kernel_threads_are_flagged(void **state)
{
	const struct guest_event *event;

	assert_int_equal(guest_file_write(KHUGEPAGED, "never"), 0);
	event = guest_expect(*state, .type = YGR_EV_EXIT, .comm = "khugepaged");
	assert_int_equal(event->head.flags, YGR_F_KTHREAD);
	assert_int_equal(event->head.ppid, 2);
	assert_int_equal(guest_file_write(KHUGEPAGED, "always"), 0);
	event = guest_expect(*state, .type = YGR_EV_FORK, .comm = "kthreadd");
	assert_int_equal(event->head.flags, YGR_F_KTHREAD);
	assert_int_equal(event->head.tgid, 2);
	assert_int_equal(event->head.ppid, 0);
}

#define test(f) cmocka_unit_test_setup(f, guest_fresh)

int main(void)
{
	const struct CMUnitTest head[] = {
		test(plain_process),
		test(real_and_effective_ids),
		test(login_and_session),
		test(cgroup),
		test(names),
		test(namespace_by_namespace),
		test(user_namespace_changes_no_uid),
		test(pid_namespace_changes_no_pid),
		test(thread_has_its_name_and_the_start_of_its_process),
		test(start_is_kept_through_exec),
		test(record_is_on_the_cpu_of_the_act),
		test(time_and_sequence_grow),
#ifdef __x86_64__
		test(compat_call_is_flagged),
#endif
		test(kernel_threads_are_flagged),
	};

	return cmocka_run_group_tests(head, guest_setup, guest_teardown);
}
