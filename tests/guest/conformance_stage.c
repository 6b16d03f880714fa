// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <net/route.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance_prop.h"
#include "conformance_script.h"
#include "conformance_stage.h"
#include "play.h"

#define CGROUPS		"/sys/fs/cgroup"
#define CGROUP		"/conformance"	/* the actor's, unless the case says which */
#define WAIT_MS		(6 * GUEST_WAIT_MS)
#define MOVED_FD_MIN	64

/* ---- the child ---- */

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		prop_fail("%s", path);
	close(fd);
}

static void join_cgroup(const struct ygr_policy_event *event)
{
	const char *name = event->cgroup.bytes ? event->cgroup.bytes : CGROUP;
	char path[512];

	/* The first cgroup has the first number. */
	if (event->match.cgroup_id == 1)
		name = "";
	snprintf(path, sizeof(path), CGROUPS "%s/cgroup.procs", name);
	prop_make_folders(path);
	write_to(path, "0");
}

static void set_loginuid(uint32_t loginuid)
{
	char text[16];

	if (loginuid == (uint32_t)-1)
		return;
	snprintf(text, sizeof(text), "%u", loginuid);
	write_to("/proc/self/loginuid", text);
}

/* A pid namespace begins with the next child. */
static void enter_namespaces(uint64_t attr)
{
	const bool is_container = attr & YGR_PROCESS_CONTAINER;
	int flags = 0, status;
	pid_t pid;

	if (attr & YGR_PROCESS_USER_NS)
		flags |= CLONE_NEWUSER;
	if (attr & YGR_PROCESS_NET_NS)
		flags |= CLONE_NEWNET;
	if ((attr & YGR_PROCESS_MNT_NS) || is_container)
		flags |= CLONE_NEWNS;
	if ((attr & YGR_PROCESS_PID_NS) || is_container)
		flags |= CLONE_NEWPID;
	if (unshare(flags))
		prop_fail("unshare %#x", flags);
	if (!(flags & CLONE_NEWPID))
		return;
	pid = fork();
	if (!pid)
		return;
	close(PLAY_CUE_FD);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		prop_fail("fork");
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static int move_up(int fd)
{
	return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, MOVED_FD_MIN);
}

/* The numbers may be those of each other. */
static void place_fds(int cue, int file)
{
	const int from[] = {
		move_up(cue), move_up(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)), move_up(file),
	};
	static const int to[] = { PLAY_CUE_FD, PLAY_PROC_FD, PLAY_FILE_FD };

	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		if (from[i] >= 0 && dup2(from[i], to[i]) < 0)
			prop_fail("dup2");
}

static _Noreturn void become_actor(const struct stage *stage, unsigned int number, int cue)
{
	const struct ygr_policy_event *event = stage->event;
	static struct script script;
	struct prop prop;
	char root[32];
	int dir_fd;

	snprintf(root, sizeof(root), PROP_DIR "/%u", number);
	if (mkdir(root, 0755))
		prop_fail("%s", root);
	prop_make(&prop, event, root, number);
	script_write(&script, event, root, &prop);
	join_cgroup(event);
	set_loginuid(event->match.loginuid);
	dir_fd = move_up(prop.dir_fd);
	place_fds(cue, prop.fd);
	enter_namespaces(event->match.process_attr);
	if (chroot(root) || fchdir(dir_fd))
		prop_fail("chroot %s", root);
	execv(script.steps[0], script.steps);
	prop_fail("%s", script.steps[0]);
}

/* ---- from outside ---- */

void stage_start(struct stage *stage, const struct conformance_case *one, unsigned int number)
{
	char why[256];
	int fd[2];

	*stage = (struct stage) { .one = one, .cue = -1 };
	stage->event = malloc(sizeof(*stage->event));
	assert_non_null(stage->event);
	if (ygr_policy_event_parse(stage->event, one->word_nr, one->words, why, sizeof(why)))
		fail_msg("%s:%u: %s", one->file, one->line, why);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd), 0);
	stage->pid = fork();
	if (!stage->pid)
		become_actor(stage, number, fd[1]);
	close(fd[1]);
	stage->cue = fd[0];
	assert_true(stage->pid > 0);
}

bool stage_await(struct stage *stage)
{
	struct pollfd pfd = { .fd = stage->cue, .events = POLLIN };

	return poll(&pfd, 1, WAIT_MS) == 1 &&
	       read(stage->cue, &stage->tgid, sizeof(stage->tgid)) == sizeof(stage->tgid);
}

int stage_play(struct stage *stage)
{
	pid_t pid = stage->pid;
	int status;

	if (!stage->tgid || write(stage->cue, "", 1) != 1)
		return STAGE_FAILED;
	stage->pid = 0;
	status = guest_child_wait(pid, WAIT_MS);
	return status < 0 || status == PLAY_CANNOT ? STAGE_FAILED : status;
}

/* Without the word, an actor ends by itself. */
void stage_end(struct stage *stage)
{
	if (stage->cue >= 0)
		close(stage->cue);
	if (stage->pid > 0)
		guest_child_wait(stage->pid, WAIT_MS);
	free(stage->event);
	*stage = (struct stage) { .cue = -1 };
}

/* ---- the machine ---- */

static void copy_player(void)
{
	int from = open("/t/prog_play", O_RDONLY | O_CLOEXEC);
	int to = open(SCRIPT_PLAYER, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	struct stat st;

	assert_int_equal(fstat(from, &st), 0);
	assert_int_equal(sendfile(to, from, NULL, st.st_size), st.st_size);
	close(from);
	close(to);
}

/* All addresses are reached, through the loopback: nothing is sent that anybody takes. */
static void set_routes(unsigned long request)
{
	struct rtentry four = {
		.rt_dst.sa_family = AF_INET, .rt_genmask.sa_family = AF_INET, .rt_flags = RTF_UP,
		.rt_dev = (char[]){ "lo" },
	};
	struct in6_rtmsg six = { .rtmsg_flags = RTF_UP, .rtmsg_metric = 1, .rtmsg_ifindex = 1 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(ioctl(fd, request, &four), 0);
	close(fd);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(ioctl(fd, request, &six), 0);
	close(fd);
}

void stage_setup(void)
{
	prop_setup();
	copy_player();
	set_routes(SIOCADDRT);
	/* Who may have a socket for ICMP alone. */
	assert_int_equal(guest_file_write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647"), 0);
}

void stage_teardown(void)
{
	guest_file_write("/proc/sys/net/ipv4/ping_group_range", "1 0");
	set_routes(SIOCDELRT);
	prop_teardown();
}
