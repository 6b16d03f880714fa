// SPDX-License-Identifier: GPL-2.0-only
/*
 * Process 1 of a test guest.
 *
 * Mounts what a test may want, runs the programs of /job one after the other,
 * and powers off. The guest speaks on four serial ports:
 *
 *	ttyS0	the kernel's console
 *	ttyS1	the verdict: one line, only if everything passed
 *	ttyS2	what the programs print, framed by "# run:" lines; of one that failed,
 *		also what the kernel warned of meanwhile, as "# kernel:" lines
 *	ttyS3	a tar of /out, if a program left something there
 *
 * A panic, a hang, a crash of a program or of this one all end without the
 * verdict: nothing has to notice a failure for it to be one.
 *
 * A line of /job is one of
 *
 *	env NAME=VALUE		for the programs that follow
 *	tap SECONDS PROG ARG..	a program that reports in TAP; counts as tests
 *	run SECONDS PROG ARG..	any program; must end with status 0
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define ARG_NR_MAX	32
#define DISK_TIMEOUT_MS	(3600u * 1000)
#define TAINT_OOT	(1ul << 12)	/* a module that is not part of the kernel */
#define TAINT_UNSIGNED	(1ul << 13)
#define TAINT_AUX	(1ul << 16)	/* fanotify was asked for permissions (benchmark) */

static FILE *console, *output;
static unsigned long program_nr, test_nr, skip_nr, failure_nr;

__attribute__((format(printf, 1, 2)))
static void report(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("# run: ", output);
	vfprintf(output, format, args);
	fputc('\n', output);
	fflush(output);
	va_end(args);
}

static void power_off(void)
{
	sync();
	/* Without this the last bytes of a serial port may stay in its FIFO. */
	if (output)
		tcdrain(fileno(output));
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void die(const char *what)
{
	fprintf(console ? console : stderr, "vm-init: %s: %s\n", what, strerror(errno));
	power_off();
}

static void mount_one(const char *type, const char *where, const char *data)
{
	mkdir(where, 0755);
	/* Not every kernel has each of these; a test that needs one says so. */
	if (mount(type, where, type, 0, data) && errno != ENODEV && errno != EBUSY)
		die(where);
}

static void mount_all(void)
{
	mount_one("proc", "/proc", NULL);
	mount_one("sysfs", "/sys", NULL);
	mount_one("devtmpfs", "/dev", NULL);
	mount_one("devpts", "/dev/pts", NULL);
	mount_one("tmpfs", "/dev/shm", "mode=1777");
	mount_one("tmpfs", "/tmp", "mode=1777");
	mount_one("tmpfs", "/run", "mode=0755");
	mount_one("debugfs", "/sys/kernel/debug", NULL);
	mount_one("tracefs", "/sys/kernel/tracing", NULL);
	mount_one("securityfs", "/sys/kernel/security", NULL);
	mount_one("bpf", "/sys/fs/bpf", NULL);
	mount_one("cgroup2", "/sys/fs/cgroup", NULL);
	mkdir("/out", 0777);
}

/* What this kernel needs for its disk, a file a line, each after those it depends on. */
static void load_modules(void)
{
	FILE *list = fopen("/modules", "re");
	char line[PATH_MAX];

	if (!list)
		return;
	while (fgets(line, sizeof(line), list)) {
		int fd;

		line[strcspn(line, "\n")] = '\0';
		fd = open(line, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
			die(line);
		close(fd);
	}
	fclose(list);
	/* The driver looks for its devices while we go on. */
	for (int i = 0; i < 1000 && access("/dev/nvme0n1", F_OK); i++)
		usleep(10000);
}

/* An emulated disk that is slow, since the machine is busy, is not dead: after a minute, the kernel gives it up. */
static void be_patient_with_disk(void)
{
	FILE *f = fopen("/sys/block/nvme0n1/queue/io_timeout", "we");

	if (!f)
		return;
	fprintf(f, "%u", DISK_TIMEOUT_MS);
	fclose(f);
}

/* A terminal must pass bytes as they are: no echo, no \n to \r\n. */
static FILE *open_port(const char *path)
{
	struct termios tio;
	FILE *f = fopen(path, "we");

	if (!f)
		die(path);
	if (!tcgetattr(fileno(f), &tio)) {
		cfmakeraw(&tio);
		tcsetattr(fileno(f), TCSANOW, &tio);
	}
	return f;
}

static void bring_loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		die("loopback");
	close(fd);
}

static unsigned long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

/* Nothing that a program left behind may disturb the next one. */
static void kill_leftovers(void)
{
	unsigned int nr = 0;

	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		nr++;
	if (nr)
		report("killed %u processes left behind", nr);
}

/* A module of a program that failed, and whatever it denies. */
static void unload_leftovers(void)
{
	char line[512], name[64], taint[16];
	FILE *f = fopen("/proc/modules", "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %*s %*s %*s %*s %*s %15s", name, taint) != 2 ||
		    !strchr(taint, 'O'))
			continue;
		if (syscall(SYS_delete_module, name, O_NONBLOCK))
			report("module %s left behind: %s", name, strerror(errno));
		else
			report("unloaded %s, left behind", name);
	}
	if (f)
		fclose(f);
}

static pid_t spawn(char **argv, int out_fd)
{
	pid_t pid = fork();
	int null_fd;

	if (pid)
		return pid;
	setsid();
	null_fd = open("/dev/null", O_RDONLY);
	dup2(null_fd, STDIN_FILENO);
	dup2(out_fd, STDOUT_FILENO);
	dup2(out_fd, STDERR_FILENO);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "# cannot execute %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/*
 * Copy what comes from @fd until @pid ends or the time is up. The end of the
 * file is no sign of the end: a daemon left behind may hold the pipe open.
 * Return: true if the program ended by itself, with its status in @status.
 */
static bool follow(pid_t pid, int fd, unsigned int timeout_s, struct tap *tap, int *status)
{
	unsigned long long deadline = now_ms() + timeout_s * 1000ull;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	bool ended = false;
	char buf[4096];
	ssize_t n;

	for (;;) {
		if (!ended && waitpid(pid, status, WNOHANG) == pid)
			ended = true;
		/* Poll briefly: the pipe does not tell when the process ends. */
		if (poll(&pfd, 1, ended ? 0 : 20) > 0) {
			n = read(fd, buf, sizeof(buf));
			if (n > 0) {
				fwrite(buf, 1, n, output);
				tap_feed(tap, buf, n);
				continue;
			}
			pfd.fd = -1;	/* end of file: only the process is left */
		}
		if (ended || now_ms() >= deadline)
			return ended;
	}
}

static const char *why_failed(bool ended, int status, const struct tap *tap)
{
	static char why[128];

	if (!ended)
		return "time is up";
	if (WIFSIGNALED(status))
		snprintf(why, sizeof(why), "killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		snprintf(why, sizeof(why), "exit status %d", WEXITSTATUS(status));
	else
		return tap ? tap_fault(tap) : NULL;
	return why;
}

/* In MiB: a suite that runs short of it makes later programs slow, and not by their fault. */
static unsigned long available_memory(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long kib = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %lu kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib / 1024;
}

/* Return: to be read from now on, a record at a time; -1: this kernel has none. */
static int open_kernel_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/*
 * Print what a kernel log has got since it was opened, of warnings and worse. A record is
 * "PRIORITY,NUMBER,TIME,FLAGS;TEXT"; EPIPE: the oldest ones have been overwritten.
 */
static void tell_warnings(int fd)
{
	char record[8192], *text;	/* the longest, with its fields */
	ssize_t n;

	while ((n = read(fd, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		if (n < 0)
			continue;
		record[n] = '\0';
		text = strchr(record, ';');
		if (text && (atoi(record) & LOG_PRIMASK) <= LOG_WARNING)
			fprintf(output, "# kernel: %.*s\n", (int)strcspn(text + 1, "\n"), text + 1);
	}
}

static void run_program(unsigned int timeout_s, char **argv, bool is_tap)
{
	unsigned long long begin_ms = now_ms();
	struct tap tap = { 0 };
	const char *why;
	int fd[2], status = 0, kernel_log = open_kernel_log();
	bool ended;
	pid_t pid;

	report("begin %s %s", is_tap ? "tap" : "run", argv[0]);
	if (pipe2(fd, O_CLOEXEC))
		die("pipe");
	pid = spawn(argv, fd[1]);
	close(fd[1]);
	if (pid < 0)
		die("fork");
	ended = follow(pid, fd[0], timeout_s, &tap, &status);
	close(fd[0]);
	kill_leftovers();
	unload_leftovers();

	tap_end(&tap);
	why = why_failed(ended, status, is_tap ? &tap : NULL);
	if (why)
		tell_warnings(kernel_log);
	close(kernel_log);
	program_nr++;
	failure_nr += !!why;
	if (is_tap) {
		test_nr += tap.ok_nr;
		skip_nr += tap.skip_nr;
	}
	report("%lu MiB available", available_memory());
	/* The driver on the host reads this line, see tests/tap.awk. */
	report("end %s %llu ms: %s", argv[0], now_ms() - begin_ms, why ? why : "ok");
}

static int split(char *line, char **argv)
{
	int argc = 0;

	for (char *word = strtok(line, " \t\n"); word; word = strtok(NULL, " \t\n")) {
		if (argc == ARG_NR_MAX - 1) {
			errno = E2BIG;
			die("job line");
		}
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	return argc;
}

static void do_line(char *line)
{
	char *argv[ARG_NR_MAX];
	int argc = split(line, argv);

	if (!argc || argv[0][0] == '#')
		return;
	if (argc == 2 && !strcmp(argv[0], "env")) {
		putenv(strdup(argv[1]));
	} else if (argc >= 3 && !strcmp(argv[0], "tap")) {
		run_program(atoi(argv[1]), argv + 2, true);
	} else if (argc >= 3 && !strcmp(argv[0], "run")) {
		run_program(atoi(argv[1]), argv + 2, false);
	} else {
		report("job: cannot understand \"%s ...\"", argv[0]);
		failure_nr++;
	}
}

static void do_job(void)
{
	FILE *job = fopen("/job", "re");
	char line[1024];

	if (!job)
		die("/job");
	while (fgets(line, sizeof(line), job))
		do_line(line);
	fclose(job);
}

/* WARN and friends leave a mark here even if the console lost their words. */
static unsigned long bad_taint(void)
{
	unsigned long taint = ~0ul;
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");

	if (f) {
		if (fscanf(f, "%lu", &taint) != 1)
			taint = ~0ul;
		fclose(f);
	}
	return taint & ~(TAINT_OOT | TAINT_UNSIGNED | TAINT_AUX);
}

/*
 * What nobody points to any more, on a kernel that looks for it. kmemleak
 * does not believe it of an object younger than five seconds, nor at the
 * first sight.
 */
static unsigned long count_leaks(void)
{
	int fd = open("/sys/kernel/debug/kmemleak", O_RDWR | O_CLOEXEC);
	unsigned long nr = 0;
	char line[256];
	FILE *f;

	if (fd < 0)
		return 0;
	sleep(6);
	for (int i = 0; i < 2; i++)
		if (write(fd, "scan", 4) != 4)
			die("kmemleak");
	close(fd);
	f = fopen("/sys/kernel/debug/kmemleak", "re");
	if (!f)
		die("kmemleak");
	while (fgets(line, sizeof(line), f)) {
		nr += !strncmp(line, "unreferenced object", 19);
		fprintf(output, "# %s", line);
	}
	fclose(f);
	return nr;
}

static void send_files(void)
{
	char *argv[] = { "/bin/busybox", "tar", "-C", "/out", "-cf", "-", ".", NULL };
	FILE *port;
	pid_t pid;

	if (!rmdir("/out"))	/* empty */
		return;
	port = open_port("/dev/ttyS3");
	pid = fork();
	if (!pid) {
		dup2(fileno(port), STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	tcdrain(fileno(port));
	fclose(port);
}

static void give_verdict(void)
{
	unsigned long leak_nr = count_leaks();
	unsigned long taint = bad_taint();
	struct utsname uts;
	FILE *port;

	report("programs %lu failed %lu tests %lu skipped %lu taint %#lx leaks %lu", program_nr,
	       failure_nr, test_nr, skip_nr, taint, leak_nr);
	tcdrain(fileno(output));
	if (failure_nr || !program_nr || taint || leak_nr || uname(&uts))
		return;
	port = open_port("/dev/ttyS1");
	fprintf(port, "PASSED release=%s cpus=%ld programs=%lu tests=%lu skipped=%lu\n", uts.release,
		sysconf(_SC_NPROCESSORS_ONLN), program_nr, test_nr, skip_nr);
	fflush(port);
	tcdrain(fileno(port));
	fclose(port);
}

int main(void)
{
	struct rlimit core = { 0, 0 };

	if (getpid() != 1) {
		fputs("vm-init: must be process 1 of a throw-away guest\n", stderr);
		return 1;
	}
	mount_all();
	console = open_port("/dev/console");
	output = open_port("/dev/ttyS2");
	load_modules();
	be_patient_with_disk();
	bring_loopback_up();
	setrlimit(RLIMIT_CORE, &core);
	setenv("PATH", "/t:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 1);
	if (chdir("/"))
		die("/");

	do_job();
	send_files();
	give_verdict();
	power_off();
}
