// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
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
#include "conformance_stage.h"
#include "play.h"

#define PLAYER		PROP_DIR "/player"
#define ACTOR		"/actor"	/* the actor's program, unless the case says which */
#define STRANGER	"/stranger"	/* and a number: programs that no rule asks for */
#define CGROUPS		"/sys/fs/cgroup"
#define CGROUP		"/conformance"	/* the actor's, unless the case says which */
#define WAIT_MS		(12 * GUEST_WAIT_MS)
#define STEPS_MAX	96
#define TEXT_BYTES	4096
#define MOVED_FD_MIN	64

/* What is being prepared, in the child that becomes the actor. */
struct script {
	const struct ygr_policy_event *event;
	const struct ygr_match_event *match;
	char	 root[32];
	struct prop prop;
	unsigned int step_nr;
	char	*steps[STEPS_MAX + 1];
	size_t	 text_used;
	char	 text[TEXT_BYTES];
};

/* ---- the script ---- */

__attribute__((format(printf, 2, 3)))
static void add(struct script *script, const char *fmt, ...)
{
	char *at = script->text + script->text_used;
	size_t room = sizeof(script->text) - script->text_used;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(at, room, fmt, args);
	va_end(args);
	errno = E2BIG;
	if (len < 0 || (size_t)len >= room || script->step_nr == STEPS_MAX)
		prop_fail("the script");
	script->text_used += (size_t)len + 1;
	script->steps[script->step_nr++] = at;
}

/* @words: steps and their operands, separated by spaces */
static void add_words(struct script *script, const char *words)
{
	for (const char *end; *words; words = end + (*end == ' ')) {
		end = strchrnul(words, ' ');
		add(script, "%.*s", (int)(end - words), words);
	}
}

/* The actor's programs are one, under many names. */
static void make_program(const struct script *script, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", script->root, name);
	prop_make_folders(path);
	if (link(PLAYER, path) && errno != EEXIST)
		prop_fail("%s", path);
}

/* The first one is what the child executes; each passes the rest on. */
static void add_program(struct script *script, const char *name)
{
	make_program(script, name);
	if (script->step_nr)
		add(script, "exec");
	add(script, "%s", name);
}

/*
 * A parent is an ancestor too, and the case does not say that. It is forgotten behind as many
 * other programs as are remembered.
 */
static void add_parent(struct script *script)
{
	const struct ygr_policy_event *event = script->event;
	char name[32];

	add_program(script, event->parent.bytes);
	add(script, "fork");
	for (unsigned int i = event->ancestor_nr; i < YGR_POLICY_EVENT_ANCESTORS_MAX; i++) {
		snprintf(name, sizeof(name), STRANGER "%u", i);
		add_program(script, name);
	}
}

static void add_history(struct script *script)
{
	const struct ygr_policy_event *event = script->event;

	if (event->parent.bytes)
		add_parent(script);
	for (unsigned int i = event->ancestor_nr; i; i--)
		add_program(script, event->ancestors[i - 1].bytes);
	add_program(script, event->exe.bytes ? event->exe.bytes : ACTOR);
}

static void add_labels(struct script *script)
{
	char path[256];
	int fd;

	for (unsigned int i = 0; i < script->event->label_nr; i++) {
		snprintf(path, sizeof(path), "%s" STAGE_LABEL_DIR "%s", script->root,
			 script->event->labels[i].bytes);
		prop_make_folders(path);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			prop_fail("%s", path);
		close(fd);
		add(script, "open-write");
		add(script, STAGE_LABEL_DIR "%s", script->event->labels[i].bytes);
	}
}

static void add_user(struct script *script)
{
	const struct ygr_match_event *match = script->match;

	if (!match->euid && !match->egid)
		return;
	add(script, "as");
	add(script, "%u", match->euid);
	add(script, "%u", match->egid);
}

static void add_way(struct script *script)
{
	if (script->match->process_attr & YGR_PROCESS_IO_URING)
		add(script, "worker");
	if (script->match->process_attr & YGR_PROCESS_COMPAT)
		add(script, "compat");
}

static void add_cue(struct script *script)
{
	add_words(script, "cue");
	add_way(script);
}

/* ---- acts of files ---- */

static void add_run(struct script *script)
{
	const struct ygr_match_text *argv = &script->match->argv;

	add_words(script, "cue run");
	add(script, "%s", script->prop.names[0]);
	if (!argv->bytes)
		add(script, "prop");
	for (const char *at = argv->bytes; at < argv->bytes + argv->len; at += strlen(at) + 1)
		add(script, "%s", at);
}

static void add_on_name(struct script *script, const char *act)
{
	add_cue(script);
	add(script, "%s", act);
	add(script, "%s", script->prop.names[0]);
}

static void add_on_names(struct script *script, const char *act)
{
	add_on_name(script, act);
	add(script, "%s", script->prop.names[1]);
}

static void add_chmod(struct script *script)
{
	unsigned int mode = 0600;

	if (script->match->file_attr & YGR_FILE_TO_SETID)
		mode |= 04000;
	if (script->match->file_attr & YGR_FILE_TO_EXECUTABLE)
		mode |= 0100;
	add_on_name(script, "chmod");
	add(script, "%o", mode);
}

static void add_setxattr(struct script *script)
{
	const char *name = script->match->xattr.bytes;

	add_on_name(script, "setxattr");
	add(script, "%s", name ? name : "trusted.prop");
}

static void add_map(struct script *script)
{
	add(script, "hold");
	add(script, "%s", script->prop.names[0]);
	add_words(script, "cue map");
}

/* ---- acts of sockets ---- */

static void add_address(struct script *script)
{
	const struct ygr_match_event *match = script->match;
	char text[INET6_ADDRSTRLEN] = "-";

	if (match->unix_name.bytes) {
		add(script, "%u", AF_UNIX);
		add(script, "%s", match->unix_name.bytes);
	} else {
		if (match->addr_family)
			inet_ntop(match->addr_family, match->addr, text, sizeof(text));
		add(script, "%u", match->addr_family);
		add(script, "%s", text);
	}
	add(script, "%u", match->port);
}

static int type_of(const struct ygr_match_event *match)
{
	if (match->socket_type)
		return match->socket_type;
	if (match->on == YGR_ON_LISTEN || match->on == YGR_ON_ACCEPT)
		return SOCK_STREAM;
	return match->family == AF_UNIX && match->on != YGR_ON_SEND ? SOCK_STREAM : SOCK_DGRAM;
}

static void add_socket(struct script *script)
{
	const struct ygr_match_event *match = script->match;

	add(script, "socket");
	add(script, "%u", match->family ? match->family : AF_INET);
	add(script, "%d", type_of(match));
	add(script, "%u", match->protocol);
}

/* The folder of a Unix socket's name. */
static void make_room(const struct script *script)
{
	const struct ygr_match_text *name = &script->match->unix_name;
	char path[256];

	if (!name->bytes || name->bytes[0] != '/')
		return;
	snprintf(path, sizeof(path), "%s%s", script->root, name->bytes);
	prop_make_folders(path);
}

static void add_with_address(struct script *script, const char *act)
{
	make_room(script);
	add_socket(script);
	if (script->match->unix_name.bytes && script->match->on != YGR_ON_BIND) {
		add(script, "serve");
		add_address(script);
	}
	add_cue(script);
	add(script, "%s", act);
	add_address(script);
}

static void add_listen(struct script *script)
{
	add_socket(script);
	add(script, "bind");
	add_address(script);
	add_words(script, "cue listen");
}

static void add_accept(struct script *script)
{
	add_socket(script);
	add(script, "bind");
	if (script->match->addr_family)
		add_address(script);
	else
		add_words(script, "2 127.0.0.1 0");
	add_words(script, "listen visit cue accept");
}

static void add_act(struct script *script)
{
	switch (script->match->on) {
	case YGR_ON_EXEC:		return add_run(script);
	case YGR_ON_FORK:		return add_words(script, "cue breed");
	case YGR_ON_EXIT:		return add_words(script, "cue leave");
	case YGR_ON_OPEN_READ:		return add_on_name(script, "open-read");
	case YGR_ON_OPEN_WRITE:		return add_on_name(script, "open-write");
	case YGR_ON_CREATE:		return add_on_name(script, "create");
	case YGR_ON_UNLINK:		return add_on_name(script, "unlink");
	case YGR_ON_RENAME:		return add_on_names(script, "rename");
	case YGR_ON_LINK:		return add_on_names(script, "link");
	case YGR_ON_MMAP_EXEC:		return add_map(script);
	case YGR_ON_CHMOD:		return add_chmod(script);
	case YGR_ON_CHOWN:		return add_on_name(script, "chown");
	case YGR_ON_SETXATTR:		return add_setxattr(script);
	case YGR_ON_TRUNCATE:		return add_on_name(script, "truncate");
	case YGR_ON_SOCKET_CREATE:	add_cue(script); return add_socket(script);
	case YGR_ON_BIND:		return add_with_address(script, "bind");
	case YGR_ON_LISTEN:		return add_listen(script);
	case YGR_ON_ACCEPT:		return add_accept(script);
	case YGR_ON_CONNECT:		return add_with_address(script, "connect");
	case YGR_ON_SEND:		return add_with_address(script, "send");
	case YGR_ON_NR:			break;
	}
	errno = EINVAL;
	prop_fail("event %d", script->match->on);
}

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
static void place_fds(const struct script *script, int cue)
{
	const int from[] = {
		move_up(cue), move_up(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)),
		move_up(script->prop.fd),
	};
	static const int to[] = { PLAY_CUE_FD, PLAY_PROC_FD, PLAY_FILE_FD };

	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		if (from[i] >= 0 && dup2(from[i], to[i]) < 0)
			prop_fail("dup2");
}

static _Noreturn void become_actor(const struct stage *stage, unsigned int number, int cue)
{
	static struct script script;
	int dir_fd;

	script.event = stage->event;
	script.match = &stage->event->match;
	snprintf(script.root, sizeof(script.root), PROP_DIR "/%u", number);
	if (mkdir(script.root, 0755))
		prop_fail("%s", script.root);
	prop_make(&script.prop, script.event, script.root, number);
	add_history(&script);
	add_labels(&script);
	add_user(&script);
	add_act(&script);
	join_cgroup(script.event);
	set_loginuid(script.match->loginuid);
	dir_fd = move_up(script.prop.dir_fd);
	place_fds(&script, cue);
	enter_namespaces(script.match->process_attr);
	if (chroot(script.root) || fchdir(dir_fd))
		prop_fail("chroot %s", script.root);
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
	int to = open(PLAYER, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
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
